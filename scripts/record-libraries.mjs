// Writes nix/wheels.json: which shared libraries the wheels of well-known packages need from outside, and what they bring.
//   node scripts/record-libraries.mjs [WORD]...    (build first; UV: path to uv; WORD: only lines that hold it)
//
// Each line of record-libraries.txt is locked by uv for Linux and resolved by our own core, for x86_64 and aarch64; of
// each native wheel the list of files and the heads of its shared objects are read by range requests, through what
// `prefetch` reads files with. What was read is kept in .tmp/libraries, by the wheel's hash. The default index is that
// of uv's settings. Ends by listing names that sonames.json does not know, with who needs them.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const load = (path) => import(pathToFileURL(`dist/${path}`).href);
const { readLock, readPyproject } = await load("index.js");
const { Credentials } = await load("prefetch/credentials.js");
const { librariesOf } = await load("prefetch/contents.js");
const { openRemote } = await load("prefetch/remote.js");
const { readZip } = await load("prefetch/zip.js");
const { sender, sleep } = await load("runtime/node/http.js");

const KEPT = ".tmp/libraries";
const TABLE = "nix/wheels.json";
const TARGETS = ["x86_64", "aarch64"].map((machine) => `cp312-linux-${machine}-glibc2.42`);
const JOBS = 4;
const ELF = Buffer.from("\x7fELF", "latin1");
const network = { send: sender("pylock2nix"), credentials: new Credentials(""), sleep };
const names = JSON.parse(readFileSync("nix/sonames.json", "utf8"));
const always = new Set(names.always);

mkdirSync(KEPT, { recursive: true });
const words = process.argv.slice(2);
const lines = readFileSync("scripts/record-libraries.txt", "utf8")
  .split("\n")
  .filter(
    (line) => line !== "" && !line.startsWith("#") && (words.length === 0 || words.some((word) => line.includes(word))),
  );

/** "name version" -> what is known of it on all systems and in all lines. */
const found = new Map();
const resolutions = [];
for (const [index, line] of lines.entries()) {
  process.stderr.write(`${index + 1}/${lines.length} ${line.slice(0, 100)}\n`);
  const lock = lockOf(line);
  const [, only = ""] = line.split(" ; ");
  for (const target of TARGETS.filter((each) => each.includes(only))) {
    const { packages, error } = lock.resolve({ target, groups: ["main"], extras: [] });
    if (error !== null) throw new Error(`${target}: ${error.message}`);
    const native = packages.filter(({ artifact }) => artifact?.endsWith(".whl") && !artifact.endsWith("-any.whl"));
    await inParallel(native, JOBS, async (each) => {
      const title = `${each.name} ${each.version}`;
      const read = await readOnce(each);
      const known = found.get(title) ?? {
        name: each.name,
        version: each.version,
        wheels: new Set(),
        brings: new Set(),
        opens: new Set(),
      };
      known.wheels.add(each.artifact);
      for (const name of read.brings) known.brings.add(name);
      for (const name of read.opens) known.opens.add(name);
      found.set(title, known);
      each.needed = read.needed;
    });
    resolutions.push(packages);
  }
}

const wanted = new Set();
/** "giver soname": a copy that nobody takes from there is none (FFmpeg's in PySide6). */
const given = new Set();
for (const packages of resolutions) {
  const byName = new Map(packages.map((each) => [each.name, each]));
  for (const each of packages.filter(({ needed }) => needed !== undefined)) {
    const known = found.get(`${each.name} ${each.version}`);
    known.needs ??= new Set();
    known.finds ??= new Map();
    const others = reached(byName, each.name)
      .sort()
      .filter((name) => name !== each.name && byName.get(name).needed !== undefined);
    for (const soname of each.needed.filter((name) => !always.has(name))) {
      wanted.add(soname);
      const giver = others.find((name) => found.get(`${name} ${byName.get(name).version}`).brings.has(soname));
      if (giver === undefined) known.needs.add(soname);
      else {
        known.finds.set(soname, giver);
        given.add(`${giver} ${soname}`);
      }
    }
  }
}

const rows = [];
for (const known of [...found.values()].sort(
  (left, right) => order(left.name, right.name) || versions(left.version, right.version),
)) {
  const { name, version, needs, finds, brings, opens } = known;
  const row = { name, versions: [version] };
  // What one line's lock brings, another's may not (cupy without its toolkit): the row says what can be found.
  const needed = [...needs].filter((soname) => !finds.has(soname)).sort();
  const gives = [...brings].filter((soname) => given.has(`${name} ${soname}`)).sort();
  if (needed.length > 0) row.needs = needed;
  const givers = [...new Set(finds.values())].sort();
  const from = (giver) => [...finds].flatMap(([soname, its]) => (its === giver ? [soname] : [])).sort();
  if (finds.size > 0) row.finds = Object.fromEntries(givers.map((giver) => [giver, from(giver)]));
  if (opens.size > 0) row.opens = [...opens].sort();
  if (gives.length > 0) row.gives = gives;
  const last = rows.at(-1);
  if (last?.name === name && isSame(last, row)) last.versions.push(version);
  else rows.push(row);
}
const wheels = [...found.values()].reduce((sum, each) => sum + each.wheels.size, 0);
const date = new Date().toISOString().slice(0, 10);
const text = `{\n  "date": "${date}",\n  "read": ${wheels},\n  "wheels": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n")}\n  ]\n}\n`;
if (words.length === 0) writeFileSync(TABLE, text);
else process.stdout.write(text);
process.stderr.write(`${rows.length} rows of ${wheels} wheels\n`);
for (const soname of [...wanted].sort()) {
  if (names.libraries[soname] !== undefined || names.leftOut[soname] !== undefined || names.driver.includes(soname))
    continue;
  const who = rows
    .filter(({ needs = [] }) => needs.includes(soname))
    .map(({ name, versions: [first] }) => `${name} ${first}`);
  if (who.length > 0) process.stderr.write(`unknown: ${soname} (${who.join(", ")})\n`);
}

/** The uv.lock of a line of requirements. */
function lockOf(line) {
  const folder = `${KEPT}/${line.replace(/[^a-z0-9]+/gi, "-").slice(0, 100)}`;
  mkdirSync(folder, { recursive: true });
  const [requirements, only] = line.split(" ; ");
  const machine = only === undefined ? "" : ` and platform_machine == '${only}'`;
  const project = `[project]
name = "recorded"
version = "0"
requires-python = ">=3.11,<3.13"
dependencies = ${JSON.stringify(requirements.split(" "))}

[tool.uv]
environments = ["sys_platform == 'linux'${machine}"]
`;
  if (!existsSync(`${folder}/uv.lock`) || readFileSync(`${folder}/pyproject.toml`, "utf8") !== project) {
    writeFileSync(`${folder}/pyproject.toml`, project);
    execFileSync(process.env.UV ?? "uv", ["lock", "--quiet", "--directory", folder], { stdio: ["ignore", 2, 2] });
  }
  const pyproject = readPyproject(project, "pyproject.toml");
  return readLock(readFileSync(`${folder}/uv.lock`), { path: "uv.lock", format: "uv", pyproject });
}

/** What a wheel needs and brings, and which of the driver's libraries it names somewhere: those it opens itself. */
async function readOnce({ artifact, hash, url }) {
  const path = `${KEPT}/${hash.replace(/[/+=]/g, "_")}.json`;
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  const opens = new Set();
  const libraries = await librariesOf(await readZip(await openRemote(network, url)), (entry) => {
    let whole = null;
    return async (offset, length) => {
      whole ??= await spooled(entry, opens);
      return whole.subarray(offset, offset + length);
    };
  });
  const brings = [...libraries.brings].filter((name) => /\.so(\.|$)/.test(name)).sort();
  const read = { file: artifact, needed: libraries.needed, brings, opens: [...opens] };
  writeFileSync(path, JSON.stringify(read));
  return read;
}

async function spooled(entry, opens) {
  const whole = Buffer.alloc(entry.size);
  let at = 0;
  for await (const piece of entry.read()) {
    whole.set(piece, at);
    at += piece.length;
    // No object: its head says so.
    if (at === piece.length && !whole.subarray(0, 4).equals(ELF)) return whole.subarray(0, at);
  }
  for (const soname of names.driver) if (whole.includes(soname.replace(/\.\d+$/, ""))) opens.add(soname);
  return whole;
}

function reached(byName, start) {
  const seen = new Set([start]);
  for (const name of seen) {
    const nexts = [...(byName.get(name)?.dependencies ?? []), ...(names.beside[name] ?? [])];
    for (const next of nexts) if (byName.has(next)) seen.add(next);
  }
  return [...seen];
}

function isSame(left, right) {
  const { versions: _, ...one } = left;
  const { versions: __, ...other } = right;
  return JSON.stringify(one) === JSON.stringify(other);
}

function order(left, right) {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Numbers by size: enough of PEP 440 for releases. */
function versions(left, right) {
  return left.localeCompare(right, "en", { numeric: true });
}

async function inParallel(things, jobs, work) {
  const waiting = [...things];
  const worker = async () => {
    for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) await work(thing);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
