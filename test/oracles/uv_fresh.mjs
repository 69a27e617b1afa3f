// Whether a uv.lock is fresh, against real uv: projects that uv locks, changed at random, some of them so that nothing that
// counts has changed; then `uv lock --check --offline` and what the command line says of the lock.
//   node test/oracles/uv_fresh.mjs [COUNT] [SEED] [FOLDER]     FOLDER: where the projects are kept that differ
// uv finds its packages in a folder of wheels made here, so it can resolve anew without a network: it answers with 0 or 1. What
// it refuses for another reason (a requirement that nothing meets is no such reason) is skipped.
// With Nix here, and the tests compiled (test/run.mjs), nix/freshness.nix is asked as well: it may see less, and must call
// nothing stale that uv calls fresh.
// The last line is "N compared, N differences".
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { openInput } from "../../dist/cli/input.js";
import { resolveCommand } from "../../dist/cli/resolve.js";
import { readWords } from "../../dist/cli/words.js";
import { pythonWith } from "./python.mjs";
import { below, CHANGES, NAMES, pick, startChance, TEMPLATES, write } from "./uv_changes.mjs";

const count = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? Date.now() % 1000000);
const keep = process.argv[4] ?? null;
const python = await pythonWith(["uv==0.13.9", "packaging==26.3"]);
const uv = join(dirname(python), "uv");
const root = mkdtempSync(join(tmpdir(), "uv-fresh-"));
const wheels = join(root, "wheels");
const tally = { compared: 0, differences: 0, fresh: 0, stale: 0, untold: 0, skipped: 0, seen: 0 };
const untold = new Map();
const unseen = new Map();

// --- Inside Nix's evaluator -----------------------------------------------------------------------------------------------------

const host = ".tmp/test/nix/host.js";
const hasNix = existsSync(host) && spawnSync("nix-instantiate", ["--version"]).status === 0;
const { evaluator, Path } = hasNix ? await import(pathToFileURL(resolve(host)).href) : {};
const module = new WebAssembly.Module(readFileSync("wasm/nix-uv.wasm"));
const library = resolve("nix");

/** What differs, or null. */
function nixSays(folder) {
  const lock = readFileSync(join(folder, "uv.lock"));
  const question = { lock: new Path("lock"), format: "uv", target: "cp312-linux-x86_64-glibc2.28", project: null };
  const { value } = evaluator(module, new Map([["lock", lock]]))("resolve", question);
  writeFileSync(join(folder, "answer.json"), JSON.stringify(value));
  const words =
    `import ${library}/freshness.nix { answer = builtins.fromJSON (builtins.readFile ${folder}/answer.json); ` +
    `lock = { path = ${folder}/uv.lock; name = "uv.lock"; format = "uv"; }; document = ${folder}/pyproject.toml; }`;
  const { status, stdout, stderr } = spawnSync("nix-instantiate", ["--eval", "--strict", "--json", "-E", words], {
    encoding: "utf8",
  });
  rmSync(join(folder, "answer.json"));
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

// --- Packages -----------------------------------------------------------------------------------------------------------------

const WHEELS = `
import sys, zipfile
for name in sys.argv[2:]:
    for version in ["1.0", "1.5", "2.0", "3.0rc1"]:
        file = name.replace("-", "_")
        info = f"{file}-{version}.dist-info"
        with zipfile.ZipFile(f"{sys.argv[1]}/{file}-{version}-py3-none-any.whl", "w") as wheel:
            extra = "Provides-Extra: fast\\nRequires-Dist: delta; extra == 'fast'\\n" if name != "delta" else ""
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{extra}")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
            wheel.writestr(f"{info}/RECORD", "")
`;

// --- Asking ---------------------------------------------------------------------------------------------------------------------

function ask(folder, ...words) {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(UV_|PIP_|VIRTUAL_ENV)/.test(key)),
  );
  const options = ["--offline", "--no-index", "--find-links", wheels, "--python", python, "--no-python-downloads"];
  return spawnSync(uv, ["lock", ...words, ...options], {
    cwd: folder,
    encoding: "utf8",
    env: { ...environment, UV_CACHE_DIR: join(root, "cache"), UV_NO_PROGRESS: "1" },
  });
}

/** true, false, or why uv does not say. */
function uvSays({ status, stderr }) {
  if (status === 0) return true;
  if (status === 1 && /needs to be updated/.test(stderr)) return false;
  // It would resolve anew, and does not get there.
  if (/Resolving despite existing lockfile|Ignoring existing lockfile/.test(stderr)) return false;
  return (
    stderr
      .trim()
      .split("\n")
      .filter((line) => /error|cause/.test(line))
      .join(" ")
      .slice(0, 300) || stderr.slice(-300)
  );
}

mkdirSync(wheels);
const made = spawnSync(python, ["-c", WHEELS, wheels, ...NAMES], { encoding: "utf8" });
if (made.status !== 0) throw new Error(made.stderr);
startChance(seed);
const refused = [];
const silent = process.stderr.write;
for (let number = 0; number < count; number++) {
  const template = pick(Object.keys(TEMPLATES));
  const folder = join(root, "project");
  const project = TEMPLATES[template]();
  write(folder, project);
  const locked = ask(folder);
  if (locked.status !== 0) throw new Error(`${template}: ${locked.stderr}`);
  const lock = readFileSync(join(folder, "uv.lock"));
  const changes = [];
  for (let left = 1 + below(2); left > 0; ) {
    const change = pick(Object.keys(CHANGES));
    if (!CHANGES[change](project)) continue;
    changes.push(change);
    left--;
  }
  write(folder, project);
  writeFileSync(join(folder, "uv.lock"), lock);
  const answer = ask(folder, "--check", "--verbose");
  const theirs = uvSays(answer);
  let ours;
  process.stderr.write = () => true;
  try {
    ours = await openInput(readWords([folder], resolveCommand.options, "resolve"), "resolve");
  } catch (error) {
    ours = { fresh: null, because: String(error) };
  } finally {
    process.stderr.write = silent;
  }
  const where = `${number} ${template}: ${changes.join(", ")}`;
  if (typeof theirs === "string") {
    tally.skipped++;
    refused.push(`${where}: ${theirs}`);
    continue;
  }
  if (ours.fresh === null) {
    tally.untold++;
    untold.set(ours.because, (untold.get(ours.because) ?? 0) + 1);
    continue;
  }
  const seen = hasNix ? nixSays(folder) : null;
  if (seen !== null) tally.seen++;
  if (seen !== null && theirs) {
    tally.differences++;
    process.stdout.write(`--- ${where}\n  uv: fresh\n  inside Nix: ${seen}\n`);
    if (keep !== null) cpSync(folder, join(keep, `${number}-nix`), { recursive: true });
  } else if (seen === null && !theirs && hasNix)
    unseen.set(changes.join(", "), (unseen.get(changes.join(", ")) ?? 0) + 1);
  tally.compared++;
  tally[theirs ? "fresh" : "stale"]++;
  if (ours.fresh === theirs) continue;
  tally.differences++;
  const reason =
    /(Resolving despite|Ignoring existing)[^\n]*(\n {2}[^\n]*)*/.exec(answer.stderr)?.[0] ?? answer.stderr.slice(-400);
  process.stdout.write(
    `--- ${where}\n  uv: ${theirs ? "fresh" : `stale: ${reason}`}\n  ours: ${ours.fresh} ${ours.because ?? ""}\n`,
  );
  if (keep !== null) cpSync(folder, join(keep, String(number)), { recursive: true });
}
rmSync(root, { recursive: true, force: true });
for (const each of refused) process.stdout.write(`uv does not say: ${each}\n`);
for (const [changes, times] of unseen) process.stdout.write(`not seen inside Nix (${times}): ${changes}\n`);
for (const [because, times] of untold) process.stdout.write(`not told (${times}): ${because}\n`);
process.stdout.write(
  `uv.lock and its project (seed ${seed}): ${tally.fresh} fresh, ${tally.stale} stale by uv; ${tally.untold} that we cannot tell, ` +
    `${tally.skipped} that uv cannot; ${tally.seen} that Nix sees\n${tally.compared} compared, ${tally.differences} differences\n`,
);
process.exitCode = tally.differences === 0 && tally.compared > 0 ? 0 : 1;
