// Locks that were damaged in many ways: reading and resolving them never traps, never hangs, and fails only with a code.
//   node test/fuzz.mjs [--minutes 10] [--seed N] [--cases N] [--module]
// --module puts each lock through its module for Nix as well, in the strict host of test/nix/host.ts: never a trap or a panic;
// what the shell refuses it refuses with the same code at the same place, and what the shell resolves it resolves alike.
// Needs `npm run build`; with --module also `node test/run.mjs --only nix-module`, which compiles that host.
// A worker does the work; whoever does not answer for 20 seconds hangs, and its seed is printed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { freeze } from "../dist/answers/freeze.js";
import { readLock } from "../dist/lock/lockfile.js";
import { pdmRecords, projectRecords, readPyprojectBytes } from "../dist/lock/pyproject.js";
import { failureFrom, PylockError } from "../dist/words/errors.js";

const PATIENCE = 20000; // milliseconds
const SLOW = 2000; // milliseconds of CPU that one damaged lock of a megabyte may take, however busy the machine is
const TARGETS = ["cp312-linux-x86_64-glibc2.28", "cp39-win-amd64"];
/** What a format's locks are called. */
const FORMATS = {
  poetry: /^poetry\.lock$/,
  uv: /^uv\.lock$/,
  pylock: /^pylock\.toml$/,
  pdm: /^pdm\.lock$/,
  pipfile: /^Pipfile\.lock$/,
  requirements: /\.txt$/,
  conda: /^conda-lock\.yml$/,
};
/** The module that reads each; nix/locks.nix asks it for those that name their files. */
const MODULES = {
  poetry: "nix",
  uv: "nix-uv",
  pylock: "nix-flat",
  pdm: "nix-flat",
  conda: "nix-pip",
  pipfile: "nix-pip",
  requirements: "nix-pip",
};
/** What Nix gives a module; the shell beside it needs no more. */
const STACK = 0.5; // MiB

async function watch() {
  const cases = Number(option("--cases") ?? Number.POSITIVE_INFINITY);
  const minutes = Number(option("--minutes") ?? (Number.isFinite(cases) ? 60 : 10));
  const seed = Number(option("--seed") ?? Date.now() % 1000000000);
  process.stdout.write(`seed ${seed}\n`);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { seed, cases, until: Date.now() + minutes * 60000, withModule: process.argv.includes("--module") },
    ...(process.argv.includes("--module") && { resourceLimits: { stackSizeMb: STACK } }),
  });
  let last = null;
  let heard = Date.now();
  let failures = 0;
  const guard = setInterval(() => {
    if (Date.now() - heard < PATIENCE) return;
    process.stdout.write(`hang: ${JSON.stringify(last)}\n`);
    process.exit(1);
  }, 500);
  await new Promise((resolve) => {
    worker.on("message", (message) => {
      heard = Date.now();
      if (message.failure !== undefined) {
        failures++;
        process.stdout.write(`${message.failure}: ${JSON.stringify(message.id)}\n`);
      } else if (message.done !== undefined) {
        const { done, accepted, calls } = message;
        const through = calls === null ? "" : `, ${calls} calls of modules`;
        process.stdout.write(`${done} cases (${accepted} accepted${through}), ${failures} failures\n`);
        resolve();
      } else last = message.id;
    });
    worker.on("error", (error) => {
      failures++;
      process.stdout.write(`worker died: ${error.stack} at ${JSON.stringify(last)}\n`);
      resolve();
    });
  });
  clearInterval(guard);
  process.exit(failures === 0 ? 0 : 1);
}

async function work({ seed, cases, until, withModule }) {
  const locks = sources();
  const held = withModule ? await moduleHolder() : null;
  let accepted = 0;
  let done = 0;
  for (; done < cases && Date.now() < until; done++) {
    const random = generator(seed + done);
    const lock = locks[random(locks.length)];
    const { bytes, ways } = damage(lock.bytes, locks, random);
    const id = { seed: seed + done, path: lock.path, size: bytes.length, ways };
    parentPort.postMessage({ id });
    const started = performance.now();
    /** The lock as the shell read it, or the failure. */
    let found = null;
    const before = cpuUsage();
    try {
      const read = readLock(bytes, { path: lock.path, format: lock.format, pyproject: lock.pyproject });
      found = read;
      accepted++;
      for (const target of TARGETS) {
        const request = { target, groups: [...read.groups.keys()], extras: read.extras };
        const { error } = read.explain(request).resolution;
        if (error?.code === "internal") said(id, error.message);
        read.resolveOpen(request);
      }
    } catch (error) {
      if (error instanceof PylockError && error.exitCode !== 70) found = error.failure;
      else {
        found = null;
        said(id, String(error?.stack ?? error));
      }
    }
    const { user, system } = cpuUsage(before);
    if (user + system > SLOW * 1000) {
      const [cpu, clock] = [(user + system) / 1000, performance.now() - started].map(Math.round);
      said(id, `slow: ${cpu} ms of CPU, ${clock} ms by the clock`);
    }
    if (held !== null && found !== null) said(id, held(lock, bytes, found));
  }
  parentPort.postMessage({ done, accepted, calls: held === null ? null : held.calls() });
}

function said(id, failure) {
  if (failure !== null) parentPort.postMessage({ id, failure });
}

/** Holds what a module answers against the failure or the lock that the shell has; null, or what differs. */
async function moduleHolder() {
  const { evaluator, Path } = await import("../.tmp/test/nix/host.js");
  const modules = new Map();
  for (const [format, name] of Object.entries(MODULES)) {
    if (existsSync(`wasm/${name}.wasm`)) modules.set(format, new WebAssembly.Module(readFileSync(`wasm/${name}.wasm`)));
  }
  let calls = 0;
  const hold = ({ format, pyproject }, bytes, expected) => {
    const module = modules.get(format);
    if (module === undefined) return null;
    const evaluate = evaluator(module, new Map([["lock", bytes]]));
    const project = recordsFor(format, pyproject);
    try {
      for (const target of "code" in expected ? TARGETS.slice(0, 1) : TARGETS) {
        calls++;
        const { value } = evaluate("resolve", { lock: new Path("lock"), target, format, project });
        const difference =
          "code" in expected ? otherFailure(value, expected) : otherAnswer(value, expected, target, pyproject);
        if (difference !== null) return `module, ${target}: ${difference}`;
      }
    } catch (error) {
      return `module: ${error?.stack ?? error}`;
    }
    return null;
  };
  return Object.assign(hold, { calls: () => calls });
}

function otherFailure({ error }, expected) {
  if (error === undefined) return `expected ${expected.code}, got an answer`;
  const found = wordOf(error);
  if (found !== expected.code) return `expected ${expected.code}, got ${found}`;
  if (error.input !== "lock" || expected.offset === null) return null;
  const [there, here] = [expected, error].map(({ offset, size, line, column }) => [offset, size, line, column].join());
  return there === here ? null : `expected ${found} at ${there}, got it at ${here}`;
}

function otherAnswer(answer, lock, target, pyproject) {
  if (answer.error !== undefined) return `refused with ${wordOf(answer.error)}`;
  const { error } = lock.resolveOpen({ target, groups: [], extras: [] });
  const found = answer.targets[target].error === undefined ? null : wordOf(answer.targets[target].error);
  if (found !== (error?.code ?? null)) return `expected ${error?.code ?? "no error"}, got ${found}`;
  const options = { lockSha256: "", pyproject, pyprojectDigest: null, generator: "", targets: [{ target }] };
  const { packages, conditions, extras } = JSON.parse(freeze(lock, options).json);
  const there = { packages, conditions, extras };
  // Control characters are written out for Nix, whose strings end at a NUL.
  if (/\\[bfnrtu]/.test(JSON.stringify(there))) return null;
  const here = { packages: answer.packages, conditions: answer.conditions, extras: [...answer.extras].sort() };
  if (isDeepStrictEqual(here, there)) return null;
  const differing = packages.findIndex((each, index) => !isDeepStrictEqual(each, answer.packages[index]));
  return `expected ${JSON.stringify(packages[differing] ?? conditions)}, got ${JSON.stringify(answer.packages[differing] ?? answer.conditions)}`;
}

const wordOf = ({ code }) => failureFrom(code, { path: null, bytes: null, offset: null, size: null }).code;

function recordsFor(format, pyproject) {
  if (pyproject === null) return null;
  if (format === "poetry" || format === "uv") return projectRecords(pyproject, format);
  return format === "pdm" ? pdmRecords(pyproject) : null;
}

/** Microseconds of CPU: this thread's where Node can tell, else the process's, which are more. */
function cpuUsage(before) {
  return process.threadCpuUsage?.(before) ?? process.cpuUsage(before);
}

/** Damages in one to four ways. */
function damage(bytes, locks, random) {
  const ways = [];
  let damaged = bytes;
  for (let i = random(2) === 0 ? 1 : 1 + random(4); i > 0; i--) {
    const [name, change] = WAYS[random(WAYS.length)];
    damaged = change(damaged, random, locks);
    ways.push(name);
  }
  return { bytes: damaged, ways };
}

const WAYS = [
  ["cut", (bytes, random) => bytes.subarray(0, random(bytes.length + 1))],
  ["flip", (bytes, random) => edited(bytes, random, (copy, at) => (copy[at] ^= 1 << random(8)))],
  ["byte", (bytes, random) => edited(bytes, random, (copy, at) => (copy[at] = random(256)))],
  // Gentle ones, so that many damaged locks are still read: letters and digits for others, requirements for others.
  ["letter", letters(/[a-z]/g, "abcxyz")],
  ["digit", letters(/[0-9]/g, "0123459")],
  ["sign", letters(/[<>=^~!*]/g, "<>=^~!*")],
  ["swap", (bytes, random) => byMatches(bytes, /"[<>=^~][^"\n]*"/g, random)],
  ["swap-markers", (bytes, random) => byMatches(bytes, /(?<=markers = )"(?:\\.|[^"\n\\])*"/g, random)],
  ["swap-names", (bytes, random) => byMatches(bytes, /(?<=^name = )"[^"\n]*"/gm, random)],
  ["swap-strings", (bytes, random) => byMatches(bytes, /"(?:\\.|[^"\n\\])*"/g, random)],
  ["swap-lines", (bytes, random) => byMatches(bytes, /^.+$/gm, random)],
  [
    "many",
    (bytes, random) =>
      edited(bytes, random, (copy) => {
        for (let i = 0; i < 50; i++) copy[random(copy.length)] = random(256);
      }),
  ],
  ["drop", (bytes, random) => spliced(bytes, random(bytes.length + 1), random(40), new Uint8Array())],
  ["insert", (bytes, random) => spliced(bytes, random(bytes.length + 1), 0, TOKENS[random(TOKENS.length)])],
  [
    "repeat",
    (bytes, random) => {
      const from = random(bytes.length + 1);
      return spliced(bytes, from, 0, bytes.subarray(from, from + random(2000)));
    },
  ],
  [
    "move",
    (bytes, random) =>
      byLines(bytes, (lines) => {
        lines.splice(random(lines.length), 0, ...lines.splice(random(lines.length), 1 + random(10)));
      }),
  ],
  [
    "tables",
    (bytes, random) => {
      const parts = new TextDecoder("latin1").decode(bytes).split(/(?=^\[)/m);
      for (let i = 0; i < 5; i++) parts.splice(random(parts.length + 1), 0, parts[random(parts.length)]);
      return Uint8Array.from(Buffer.from(parts.join(""), "latin1"));
    },
  ],
  [
    "crlf",
    (bytes) => Uint8Array.from(Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll("\n", "\r\n"), "latin1")),
  ],
  [
    "other",
    (bytes, random, locks) => {
      const other = locks[random(locks.length)].bytes;
      const from = random(other.length);
      return spliced(bytes, random(bytes.length + 1), 0, other.subarray(from, from + random(3000)));
    },
  ],
  [
    "nest",
    (bytes, random) =>
      spliced(bytes, random(bytes.length + 1), 0, Buffer.from("[{a=".repeat(random(300)) + "(".repeat(random(300)))),
  ],
];

const TOKENS = [
  "\0",
  "\ufeff",
  "\r",
  "\t",
  '"',
  "'",
  '"""',
  "'''",
  "[",
  "[[",
  "]",
  "]]",
  "{",
  "}",
  "=",
  ",",
  ".",
  "#",
  "\\",
  "\\u0000",
  "\\U0010ffff",
  'name = "a"\n',
  'version = "1!0.0rc1+x"\n',
  "\n[[package]]\n",
  '[package.dependencies]\na = {version = "*", optional = true}\n',
  'python_version < "3.8" and ',
  ' or extra == "x"',
  ">=1,<2 || ^3",
  "1979-05-27T07:32:00Z",
  "0x1f",
  "1e400",
  "-nan",
  "\u{1f4a9}",
  "99999999999999999999",
].map((text) => Buffer.from(text));

/** Puts letters in the place of some of the matches, one for one. */
function letters(pattern, alphabet) {
  return (bytes, random) => {
    const wanted = 1 + random(3);
    const copy = Uint8Array.from(bytes);
    const places = [...Buffer.from(bytes).toString("latin1").matchAll(pattern)];
    for (let i = 0; i < wanted && places.length > 0; i++) {
      copy[places[random(places.length)].index] = alphabet.charCodeAt(random(alphabet.length));
    }
    return copy;
  };
}

/** Puts one match in the place of another. */
function byMatches(bytes, pattern, random) {
  const places = [...Buffer.from(bytes).toString("latin1").matchAll(pattern)];
  if (places.length === 0) return bytes;
  const [from, to] = [places[random(places.length)], places[random(places.length)]];
  return spliced(bytes, to.index, to[0].length, Buffer.from(from[0], "latin1"));
}

function edited(bytes, random, change) {
  const copy = Uint8Array.from(bytes);
  if (copy.length > 0) change(copy, random(copy.length));
  return copy;
}

function spliced(bytes, at, count, insert) {
  return Uint8Array.from(Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + count)]));
}

function byLines(bytes, change) {
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  change(lines);
  return Uint8Array.from(Buffer.from(lines.join("\n"), "latin1"));
}

/** The locks of the fixtures, and those of the corpus that are small. */
function sources() {
  const found = [];
  for (const [format, pattern] of Object.entries(FORMATS)) {
    for (const parent of [`test/fixtures/${format}`, "../shared/corpus"]) {
      for (const name of existsSync(parent) ? readdirSync(parent).sort() : []) {
        const folder = `${parent}/${name}`;
        // That one is slow by intention: each call spends its whole budget.
        if (name === "fail-too-hard" || name.endsWith(".md")) continue;
        for (const file of readdirSync(folder).sort()) {
          if (!pattern.test(file) || file === "expected.txt") continue;
          const path = `${folder}/${file}`;
          const bytes = Uint8Array.from(readFileSync(path));
          if (bytes.length > 400000) continue;
          found.push({ path, format, bytes, pyproject: pyprojectOf(`${folder}/pyproject.toml`) });
        }
      }
    }
  }
  return found;
}

function pyprojectOf(path) {
  try {
    return existsSync(path) ? readPyprojectBytes(Uint8Array.from(readFileSync(path)), path) : null;
  } catch {
    return null;
  }
}

/** mulberry32: whole numbers below a limit. */
function generator(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * limit);
  };
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at === -1 ? null : process.argv[at + 1];
}

if (isMainThread) await watch();
else await work(workerData);
