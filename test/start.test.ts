// The command as it is published: what each command loads, what the package holds, and where its output goes.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import module from "node:module";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const BIN = resolve("dist/bin");
const PROGRAM = join(BIN, "pylock2nix.cjs");
const PROJECT = resolve("test/fixtures/poetry/okay-groups-2.0");

const folder = mkdtempSync(join(tmpdir(), "start-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Prints, when the program ends, which of its files were loaded and which modules of Node. */
const spy = join(folder, "spy.cjs");
writeFileSync(
  spy,
  `process.on("exit", () => require("node:fs").writeFileSync(process.env.LOADED,
  JSON.stringify({ files: Object.keys(require.cache), builtins: process.moduleLoadList })));\n`,
);

interface Loaded {
  /** By name, the spy not among them. */
  readonly files: readonly string[];
  /** As Node lists them: "NativeModule http". */
  readonly builtins: readonly string[];
}

function load(...words: readonly string[]): Loaded {
  const report = join(folder, "loaded.json");
  // Through Node's own loader, which can be asked.
  const env = { PATH: process.env.PATH, LOADED: report, NODE_DISABLE_COMPILE_CACHE: "1" };
  const { status, stderr } = spawnSync("node", ["--require", spy, PROGRAM, ...words], { env, encoding: "utf8" });
  assert.is(status, 0, stderr);
  const { files, builtins } = JSON.parse(readFileSync(report, "utf8")) as Loaded;
  assert.ok(files.every((file) => file === spy || file.startsWith(BIN)));
  return { files: files.filter((file) => file !== spy).map((file) => basename(file)), builtins };
}

test("a command loads its own code and nothing of the others", () => {
  assert.equal(load("--version").files, ["pylock2nix.cjs", "main.cjs"]);
  assert.equal([...load("resolve", PROJECT).files].sort(), ["lock.cjs", "main.cjs", "pylock2nix.cjs", "resolve.cjs"]);
  const project = join(folder, "project");
  cpSync(PROJECT, project, { recursive: true });
  const { files } = load("nix", project);
  for (const file of ["prefetch.cjs", "verify.cjs", "resolve.cjs", "program.cjs"])
    assert.not(files.includes(file), file);
});

test("the network, child processes, threads and the terminal are left alone until they are needed", () => {
  const absent = ["http", "https", "child_process", "worker_threads", "tty", "net", "fs/promises"];
  for (const words of [
    ["--version"],
    ["resolve", PROJECT, "--json"],
    ["check", PROJECT, "--target", "cp312-win-amd64"],
  ]) {
    const { builtins } = load(...words);
    for (const name of absent) assert.not(builtins.includes(`NativeModule ${name}`), `${words[0]}: ${name}`);
  }
});

// Node keeps compiled code itself from 22.8 on, and checks it; before, we do.
const keepsItself = "enableCompileCache" in module;

test("compiled code is kept for the next run, and whatever became of it, the answer is the same", () => {
  const cache = join(folder, "cache");
  const run = (variables: Readonly<Record<string, string>> = {}): string => {
    const env = { PATH: process.env.PATH, XDG_CACHE_HOME: cache, ...variables };
    const { status, stdout, stderr } = spawnSync(PROGRAM, ["resolve", PROJECT, "--json"], { env, encoding: "utf8" });
    assert.is(status, 0, stderr);
    return stdout;
  };
  const answer = run({ NODE_DISABLE_COMPILE_CACHE: "1" });
  assert.not(existsSync(cache), "nothing is kept by who does not want it");
  assert.is(run(), answer);
  if (keepsItself) return;
  const [own] = readdirSync(join(cache, "pylock2nix"));
  const kept = join(cache, "pylock2nix", own!);
  assert.equal(readdirSync(kept).sort(), ["lock.cjs", "main.cjs", "resolve.cjs"]);
  assert.is(statSync(kept).mode & 0o077, 0);
  const made = (name: string): number => statSync(join(kept, name)).mtimeMs;
  const times = readdirSync(kept).map(made);
  assert.is(run(), answer);
  assert.equal(readdirSync(kept).map(made), times, "what is kept is taken");
  // A flipped bit would end V8.
  const whole = readFileSync(join(kept, "lock.cjs"));
  for (let at = 5; at < whole.length; at += whole.length / 40) {
    const damaged = Buffer.from(whole);
    damaged[Math.floor(at)]! ^= 16;
    writeFileSync(join(kept, "lock.cjs"), damaged);
    assert.is(run(), answer);
    assert.not(readFileSync(join(kept, "lock.cjs")).equals(damaged), "it is made anew");
  }
  for (const damaged of [Buffer.alloc(0), Buffer.alloc(whole.length), whole.subarray(0, 20000)]) {
    writeFileSync(join(kept, "lock.cjs"), damaged);
    assert.is(run(), answer);
  }
  // Another version's, twice over.
  const other = Buffer.concat([readFileSync(join(kept, "main.cjs")), readFileSync(join(kept, "main.cjs"))]);
  writeFileSync(join(kept, "lock.cjs"), other);
  assert.is(run(), answer);
  assert.is(run({ XDG_CACHE_HOME: PROGRAM }), answer, "where nothing can be written");
  assert.is(run({ XDG_CACHE_HOME: "" }), answer, "without a home");
  assert.is(run({ NODE_COMPILE_CACHE: join(folder, "elsewhere") }), answer);
  assert.is(readdirSync(join(folder, "elsewhere")).length, 1);
});

test("V8 gets text of one byte a character", () => {
  const files = readdirSync(BIN).filter((file) => file.endsWith(".cjs"));
  assert.ok(files.length > 5);
  for (const file of files) assert.match(readFileSync(join(BIN, file), "latin1"), /^[\0-\x7f]*$/, file);
});

test("the packed package holds the command, and the terms of what is bundled", () => {
  const { stdout, status } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    encoding: "utf8",
  });
  assert.is(status, 0);
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const paths = new Set(files.map(({ path }) => path));
  const { bin } = JSON.parse(readFileSync("package.json", "utf8")) as { bin: { pylock2nix: string } };
  assert.ok(paths.has(bin.pylock2nix));
  for (const file of readdirSync(BIN)) assert.ok(paths.has(`dist/bin/${file}`), file);
  for (const file of ["wasm/core.wasm", "wasm/hash.wasm", "dist/index.js", "dist/hash.js"])
    assert.ok(paths.has(file), file);
  assert.not(paths.has("dist/cli.js"));
  const terms = readFileSync(join(BIN, "LICENSES"), "utf8");
  for (const name of ["@iarna/toml", "cac"]) assert.match(terms, new RegExp(`^${name} \\d`, "m"));
});

// --- Output -----------------------------------------------------------------------------------------------------------

const shell = process.platform === "win32" ? test.skip : test;
const run = (line: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync("sh", ["-c", line], { encoding: "utf8", maxBuffer: 1 << 26 });
const TARGETS = `node ${PROGRAM} targets --json`;

shell("a reader that closes the pipe ends the program without a word", () => {
  assert.equal(run(`{ ${TARGETS}; echo $? >&2; } | head -c 1`).stderr, "0\n");
});

shell("a pipe that is full and does not block is written to the end", () => {
  const whole = run(TARGETS).stdout.length;
  assert.ok(whole > 1 << 17, "more than a pipe holds");
  // Node's stream on a pipe makes it one that does not block, for those too that inherit it.
  const parent = `process.stdout.write(""); require("child_process").spawnSync("node", ["${PROGRAM}", "targets", "--json"], { stdio: "inherit" })`;
  assert.is(Number(run(`node -e '${parent}' | { sleep 0.3; wc -c; }`).stdout), whole);
});

const full = run("test -c /dev/full").status === 0 ? shell : test.skip;
full("what cannot be written is said, and data comes first", () => {
  const { status, stderr } = run(`${TARGETS} > /dev/full`);
  assert.equal([status, stderr], [1, "error: cannot write to standard output: no space is left\n"]);
  const { status: other, stdout } = run(
    `node ${PROGRAM} resolve ${PROJECT}/poetry.lock --target nothing --json 2> /dev/full`,
  );
  assert.equal([other, JSON.parse(stdout).error.code], [2, "unknown-target"]);
});

test.run();
