// What the core resolves from uv.lock, against real uv (uv_exports.py): packages, versions, files, refusals.
//   node test/oracles/uv.mjs [--quick] [--targets NAME,NAME] [--folders DIR]... [LOCK]...
// Besides the fixtures and the corpus it asks about projects that it locks anew (uv_projects.mjs), but with --quick.
// The last line is "N compared, N differences"; what test/known-differences.txt lists is counted apart.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { readPyproject } from "../../dist/lock/pyproject.js";
import { describeTarget, readLock } from "../../dist/lock/shipped.js";
import { uvLocks } from "./projects.mjs";
import { pythonWith } from "./python.mjs";

const TARGETS = [
  "cp310-linux-x86_64-glibc2.28",
  "cp311-linux-aarch64-glibc2.28",
  "cp311-macos14-arm64",
  "cp312-linux-x86_64-glibc2.28",
  "cp312-win-amd64",
  "cp312-macos13-x86_64",
  "cp313-linux-x86_64-musl1.2",
  "cp313-linux-x86_64-glibc2.39",
];
const QUICK = ["cp311-linux-aarch64-glibc2.28", "cp312-linux-x86_64-glibc2.28", "cp312-win-amd64"];
/** Extras and groups of one lock that are asked for one by one. */
const SINGLES = 6;

const words = process.argv.slice(2);
const isQuick = words.includes("--quick");
const targets = option("--targets")[0]?.split(",") ?? (isQuick ? QUICK : TARGETS);
const folders = option("--folders");
const named = words.filter(
  (word, index) => !word.startsWith("--") && !["--targets", "--folders"].includes(words[index - 1]),
);
const known = readKnown();
const python = await pythonWith(["uv==0.13.9", "packaging==26.3"]);
const uv = join(dirname(python), "uv");
const locks = named.length > 0 ? named : (folders.length > 0 ? folders : usualFolders()).flatMap(locksBelow);
if (!isQuick && named.length === 0 && folders.length === 0) {
  const made = uvLocks(uv, join(dirname(dirname(python)), "uv-projects"));
  locks.push(...made.locks);
  for (const line of made.failed) process.stdout.write(`skipped: cannot lock ${line}\n`);
}

const tally = {
  compared: 0,
  equal: 0,
  differences: 0,
  known: 0,
  refused: 0,
  skipped: 0,
  files: 0,
  fetched: 0,
  unfetched: 0,
};
const waiting = [...locks];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
process.stdout.write(
  `uv: ${locks.length} locks on ${targets.length} targets, ${tally.equal} equal, ${tally.refused} refused by both, ` +
    `${tally.known} known differences, ${tally.skipped} skipped (uv cannot be asked); ${tally.files} files, ${tally.fetched} of them fetched by uv ` +
    `(${tally.unfetched} installations did not end)\n` +
    `${tally.compared} compared, ${tally.differences} differences\n`,
);
process.exitCode = tally.differences === 0 && tally.compared > 0 ? 0 : 1;

async function worker() {
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) await compareLock(path);
}

async function compareLock(path) {
  const id = basename(dirname(path));
  const pyprojectPath = join(dirname(path), "pyproject.toml");
  const pyproject = existsSync(pyprojectPath) ? readPyproject(readFileSync(pyprojectPath), pyprojectPath) : null;
  const lock = readLock(readFileSync(path), { path, format: "uv", pyproject });
  const cases = selectionsOf(lock, existsSync(join(dirname(path), "script.py")));
  const question = {
    lock: path,
    targets: targets.map((target) => ({ target, environment: describeTarget(target).environment })),
    cases: cases.map(({ options }) => ({ arguments: options })),
    fetch: isQuick ? 0 : 1,
  };
  const answers = await ask(question);
  const pairs = cases.flatMap((selection) => targets.map((target) => ({ selection, target })));
  for (const [index, { selection, target }] of pairs.entries()) {
    compareCase(lock, `${id} ${selection.name}`, target, selection, answers[index]);
  }
}

/** Each with the options of uv that say the same. */
function selectionsOf(lock, isScript) {
  const usual = [...lock.groups].filter(([, chosen]) => chosen).map(([name]) => name);
  const all = [...lock.groups.keys()];
  const groups = all.filter((name) => name !== "main");
  const extras = [...lock.extras];
  if (isScript) return [{ name: "script", groups: usual, extras: [], options: ["--script", "script.py"] }];
  const bare = ["--no-default-groups"];
  const single = (list) => list.slice(0, isQuick ? 1 : SINGLES);
  const members = lock.members.length > 1 ? single(lock.members) : [];
  return [
    { name: "default", groups: usual, extras: [], options: [] },
    { name: "main", groups: ["main"], extras: [], options: bare },
    { name: "groups", groups: all, extras: [], options: ["--all-groups"] },
    { name: "extras", groups: ["main"], extras, options: [...bare, "--all-extras"] },
    { name: "all", groups: all, extras, options: ["--all-groups", "--all-extras"] },
    ...single(groups).map((group) => ({
      name: `group-${group}`,
      groups: ["main", group],
      extras: [],
      options: [...bare, "--group", group],
    })),
    ...single(groups).map((group) => ({
      name: `only-${group}`,
      groups: [group],
      extras: [],
      options: ["--only-group", group],
    })),
    ...single(extras).map((extra) => ({
      name: `extra-${extra}`,
      groups: ["main"],
      extras: [extra],
      options: [...bare, "--extra", extra],
    })),
    ...(members.length > 0
      ? [{ name: "workspace", groups: usual, extras: [], packages: "all", options: ["--all-packages"] }]
      : []),
    ...members.map((member) => ({
      name: `member-${member}`,
      groups: ["main"],
      extras: [],
      packages: [member],
      options: [...bare, "--package", member],
    })),
  ];
}

function compareCase(lock, where, target, { groups, extras, packages }, answer) {
  if (answer === undefined) return different(where, target, ["the oracle gave no answer"]);
  if (answer.unasked) {
    // Mostly an extra or a group of some members: uv demands that what it starts from has it, our names are those of all.
    tally.skipped++;
    return;
  }
  tally.compared++;
  const ours = lock.resolve({ target, groups, extras, packages });
  if (ours.error !== null && answer.error !== undefined) {
    tally.refused++;
    return;
  }
  if (ours.error !== null) return different(where, target, [`we refuse: ${ours.error.message}`]);
  if (answer.error !== undefined) return different(where, target, [`uv refuses: ${answer.error.slice(0, 600)}`]);
  // A project that is not built is no package to uv. It tells no version of what is built anew each time.
  const installed = ours.packages.filter(({ kind }) => kind !== "virtual");
  const unversioned = new Set(answer.packages.filter(([, version]) => version === null).map(([name]) => name));
  const left = new Set(answer.packages.map(line));
  const right = new Set(
    installed.map(({ name, version, kind, artifact }) => {
      const file = kind === "wheel" || kind === "sdist" ? artifact : kind === "none" ? "" : null;
      if (file !== null) tally.files++;
      return line([name, unversioned.has(name) ? null : version, file]);
    }),
  );
  const lines = [];
  for (const each of left) if (!right.has(each)) lines.push(`uv only:   ${each}`);
  for (const each of right) if (!left.has(each)) lines.push(`ours only: ${each}`);
  if (answer.notFetched !== undefined) tally.unfetched++;
  if (answer.fetched !== undefined) {
    const wheels = new Set(installed.filter(({ kind }) => kind === "wheel").map(({ artifact }) => artifact));
    for (const each of answer.fetched) if (!wheels.has(each)) lines.push(`uv fetches: ${each}`);
    for (const each of wheels) if (!answer.fetched.includes(each)) lines.push(`uv does not fetch: ${each}`);
    tally.fetched += answer.fetched.length;
  }
  if (lines.length > 0) different(where, target, lines);
  else tally.equal++;
}

function line([name, version, file]) {
  return [name, version ?? "-", file === null ? "-" : file || "no file"].join(" ");
}

function different(where, target, lines) {
  if (known.has(`${where} ${target}`) || known.has(`${where} *`)) {
    tally.known++;
    return;
  }
  tally.differences++;
  process.stdout.write(`--- ${where} ${target}\n${lines.map((each) => `  ${each}\n`).join("")}`);
}

/** Asks one lock's cases; the answers come in the cases' order, and in the targets' for each. */
function ask(question) {
  return new Promise((resolve) => {
    const child = spawn(python, ["test/oracles/uv_exports.py"], { stdio: ["pipe", "pipe", "pipe"] });
    let complaints = "";
    child.stderr.on("data", (chunk) => (complaints += chunk));
    const answers = [];
    createInterface({ input: child.stdout }).on("line", (text) => answers.push(JSON.parse(text)));
    child.on("close", () => {
      process.stdout.write(complaints);
      resolve(answers);
    });
    child.stdin.end(`${JSON.stringify(question)}\n`);
  });
}

function usualFolders() {
  return ["test/fixtures/uv", "../shared/corpus"].filter((folder) => existsSync(folder));
}

/** The locks of the folders in this one, those of fixtures that must fail aside. */
function locksBelow(folder) {
  return readdirSync(folder)
    .filter((name) => !name.startsWith("fail-"))
    .map((name) => join(folder, name, "uv.lock"))
    .filter((path) => existsSync(path));
}

/** Lines `uv: ID SELECTION TARGET`. */
function readKnown() {
  const file = "test/known-differences.txt";
  if (!existsSync(file)) return new Set();
  const lines = readFileSync(file, "utf8").split("\n");
  return new Set(lines.flatMap((text) => /^uv: (.*)$/.exec(text)?.[1] ?? []));
}

function option(name) {
  return words.filter((_, index) => words[index - 1] === name);
}
