// What the core resolves from poetry.lock, against real Poetry (poetry_installs.py): packages, versions, files, refusals.
//   node test/oracles/poetry.mjs [--quick] [--solve] [--targets NAME,NAME] [--folders DIR]... [--markers COUNT [--seed N]] [LOCK]...
// --solve takes locks of version 2.1 as if they were of version 2.0, so that they are solved instead of filtered.
// --markers draws that many locks full of markers about Python (poetry_markers.py), beside the others.
// The last line is "N compared, N differences"; what test/known-differences.txt lists is counted apart.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { readPyproject } from "../../dist/lock/pyproject.js";
import { describeTarget, readLock } from "../../dist/lock/shipped.js";
import { poetryLocks } from "./projects.mjs";
import { pythonWith } from "./python.mjs";

const TARGETS = [
  "cp39-linux-x86_64-glibc2.28",
  "cp310-linux-aarch64-glibc2.28",
  "cp311-macos13-x86_64",
  "cp311-win-amd64",
  "cp312-linux-x86_64-musl1.2",
  "cp312-macos14-arm64",
  "cp313-linux-x86_64-glibc2.39",
];
const QUICK = ["cp39-linux-x86_64-glibc2.28", "cp312-macos14-arm64"];

const words = process.argv.slice(2);
const isQuick = words.includes("--quick");
const targets = option("--targets")[0]?.split(",") ?? (isQuick ? QUICK : TARGETS);
const folders = option("--folders");
const named = words.filter(
  (word, index) =>
    !word.startsWith("--") && !["--targets", "--folders", "--markers", "--seed"].includes(words[index - 1]),
);
const locks = [
  ...named,
  ...(named.length > 0 ? [] : folders.length > 0 ? folders : usualFolders()).flatMap(locksBelow),
];
const known = readKnown();
const python = await pythonWith(["poetry==2.5.1", "packaging==26.3"]);
if (!isQuick && named.length === 0 && folders.length === 0) {
  const made = poetryLocks(python, join(dirname(dirname(python)), "poetry-projects"));
  locks.push(...made.locks);
  for (const line of made.failed) process.stdout.write(`skipped: cannot lock ${line}\n`);
}
const drawn = new Set(drawnLocks(Number(option("--markers")[0] ?? 0), option("--seed")[0] ?? "1"));
locks.push(...drawn);

const tally = { compared: 0, differences: 0, known: 0, refused: 0, skipped: 0 };
const unread = new Set();
const waiting = [...locks];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
process.stdout.write(
  `Poetry: ${locks.length} locks, ${tally.refused} refused by both, ${tally.known} known differences, ${tally.skipped} that Poetry cannot read\n` +
    `${tally.compared} compared, ${tally.differences} differences\n`,
);
process.exitCode = tally.differences === 0 && tally.compared > 0 ? 0 : 1;

async function worker() {
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) await compareLock(path);
}

async function compareLock(original) {
  const id = basename(dirname(original));
  const pyprojectPath = join(dirname(original), "pyproject.toml");
  const path = words.includes("--solve") ? olderLock(original) : original;
  let lock;
  try {
    const pyproject = readPyproject(readFileSync(pyprojectPath), pyprojectPath);
    lock = readLock(readFileSync(path), { path, format: "poetry", pyproject });
  } catch (error) {
    lock = { error, groups: new Map([["main", true]]), extras: [] };
  }
  const usual = [...lock.groups].filter(([, chosen]) => chosen).map(([name]) => name);
  const all = [...lock.groups.keys()];
  const selections = [
    { name: "default", groups: null, own: usual, extras: [] },
    { name: "main", groups: ["main"], own: ["main"], extras: [] },
    { name: "all", groups: all, own: all, extras: [...lock.extras] },
    ...lock.extras
      .slice(0, isQuick ? 0 : 3)
      .map((extra) => ({ name: `extra-${extra}`, groups: ["main"], own: ["main"], extras: [extra] })),
  ];
  // Drawn locks have no extras, and their one group is chosen by default.
  const asked = drawn.has(original) ? selections.slice(1) : selections;
  const pairs = asked.flatMap((selection) => targets.map((target) => ({ selection, target })));
  const cases = pairs.map(({ selection, target }) => ({
    target,
    environment: describeTarget(target).environment,
    groups: selection.groups,
    extras: selection.extras,
  }));
  const answers = await ask({ lock: path, pyproject: pyprojectPath, cases });
  for (const [index, { selection, target }] of pairs.entries()) {
    compareCase(lock, `${id} ${selection.name}`, target, selection, answers[index]);
  }
}

function compareCase(lock, where, target, selection, answer) {
  if (answer === undefined) return different(where, target, ["the oracle gave no answer"]);
  if (answer.broken !== undefined) return different(where, target, ["the oracle broke", ...answer.broken.split("\n")]);
  if (answer.unread) {
    // Poetry refuses the lock as a whole: without lock-version (none before 1.0), or cut off.
    tally.skipped++;
    if (!unread.has(where.split(" ")[0]))
      process.stdout.write(`${where.split(" ")[0]}: Poetry cannot read it: ${answer.error}\n`);
    unread.add(where.split(" ")[0]);
    return;
  }
  tally.compared++;
  const ours =
    lock.error === undefined
      ? lock.resolve({ target, groups: selection.own, extras: selection.extras })
      : { error: lock.error };
  if (ours.error !== null && answer.error !== undefined) {
    tally.refused++;
    return;
  }
  if (ours.error !== null) return different(where, target, [`we refuse: ${ours.error.message}`]);
  if (answer.error !== undefined) return different(where, target, [`Poetry refuses: ${answer.error.slice(0, 600)}`]);
  const lines = [];
  if (selection.groups === null) {
    const groups = JSON.stringify([...selection.own].sort());
    const poetrys = JSON.stringify([...new Set([...answer.groups, "main"])].sort());
    if (groups !== poetrys) lines.push(`default groups: Poetry ${poetrys}, ours ${groups}`);
  }
  const left = new Set(answer.packages.map(line));
  const right = new Set(
    ours.packages.map(({ name, version, kind, artifact }) => line([name, version, kind, artifact])),
  );
  for (const each of left) if (!right.has(each)) lines.push(`Poetry only: ${each}`);
  for (const each of right) if (!left.has(each)) lines.push(`ours only:   ${each}`);
  if (lines.length > 0) different(where, target, lines);
}

function line([name, version, kind, artifact]) {
  const file = ["wheel", "sdist", "git"].includes(kind) ? artifact : "";
  return `${name} ${version} ${kind} ${file}`;
}

function different(where, target, lines) {
  if (known.has(`${where} ${target}`) || known.has(`${where} *`)) {
    tally.known++;
    return;
  }
  tally.differences++;
  process.stdout.write(`--- ${where} ${target}\n${lines.map((each) => `  ${each}\n`).join("")}`);
}

/** Asks one lock's cases; the answers come in the cases' order. */
function ask(question) {
  return new Promise((resolve) => {
    const child = spawn(python, ["test/oracles/poetry_installs.py"], { stdio: ["pipe", "pipe", "pipe"] });
    let complaints = "";
    child.stderr.on("data", (chunk) => (complaints += chunk));
    const answers = [];
    createInterface({ input: child.stdout }).on("line", (text) => answers.push(JSON.parse(text)));
    child.on("close", (code) => {
      if (code !== 0) process.stdout.write(complaints);
      resolve(answers);
    });
    child.stdin.end(`${JSON.stringify(question)}\n`);
  });
}

/** The paths of freshly drawn locks; the same ones for the same seed. */
function drawnLocks(count, seed) {
  if (count === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "markers-"));
  const args = ["test/oracles/poetry_markers.py", folder, String(count), seed];
  const { status, stdout } = spawnSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) throw new Error(`${args[0]} failed`);
  return stdout.trim().split("\n");
}

function usualFolders() {
  return ["test/fixtures/poetry", "../shared/corpus"].filter((folder) => existsSync(folder));
}

/** A copy of a 2.1 lock that says it is 2.0: groups and markers are then no longer looked at. */
function olderLock(path) {
  const text = readFileSync(path, "utf8");
  const copy = join(mkdtempSync(join(tmpdir(), "lock-")), "poetry.lock");
  writeFileSync(copy, text.replace(/^lock-version = "2.1"$/m, 'lock-version = "2.0"'));
  return copy;
}

/** The locks of the folders in this one, those of fixtures that must fail aside. */
function locksBelow(folder) {
  return readdirSync(folder)
    .filter((name) => !name.startsWith("fail-"))
    .map((name) => join(folder, name, "poetry.lock"))
    .filter((path) => existsSync(path) && existsSync(join(dirname(path), "pyproject.toml")))
    .sort((a, b) => statSync(b).size - statSync(a).size);
}

/** Lines `poetry: ID SELECTION TARGET`. */
function readKnown() {
  const file = "test/known-differences.txt";
  if (!existsSync(file)) return new Set();
  const lines = readFileSync(file, "utf8").split("\n");
  return new Set(lines.flatMap((text) => /^poetry: (.*)$/.exec(text)?.[1] ?? []));
}

function option(name) {
  return words.filter((_, index) => words[index - 1] === name);
}
