// The cases, one after the other, in a thread of its own: a case is made of its seed alone.
//
// Most are slices of one to five packages, damaged in one to six ways, read by both builds of the core and resolved in every
// way that the shell has. Some are whole locks; some go through the shell as well.
import { parentPort, workerData } from "node:worker_threads";
import { freeze } from "../../dist/answers/freeze.js";
import * as abi from "../../dist/core/abi.js";
import { readLock } from "../../dist/lock/shipped.js";
import { failureFrom, PylockError } from "../../dist/words/errors.js";
import { Builds, statusOf } from "./builds.mjs";
import { damaged } from "./damage.mjs";
import { moduleHolder } from "./module.mjs";
import { isJson, Tomllib } from "./oracle.mjs";
import { generator, pick } from "./random.mjs";
import { projectOf, slice, sources } from "./sources.mjs";

const SLOW = 2000; // milliseconds of CPU that one damaged lock may take, however busy the machine is
/** One case in so many is a whole lock; goes through the shell, and of these one in so many is frozen. */
const WHOLE = 400;
const THROUGH_SHELL = 16;
const FROZEN = 4;
/** Cases for each question to tomllib. */
const BATCH = 128;
const TOML = new Set(["poetry", "uv", "pylock", "pdm"]);
const TARGETS = [
  "cp312-linux-x86_64-glibc2.28",
  "cp39-win-amd64",
  "cp311-linux-aarch64-musl1.2",
  "cp313-macos15-arm64",
  "cp38-linux-x86_64-glibc2.17",
  "cp314t-macos14-x86_64",
];

const { first, step, cases, until, formats, progress, withModule, withOracle } = workerData;
const locks = sources(formats);
const builds = new Builds();
const oracle = withOracle ? new Tomllib() : null;
const holder = withModule ? await moduleHolder() : null;
/** Codes by status; "" for what is read. */
const codes = new Map([[0, ""]]);
const counts = { done: 0, accepted: 0, resolved: 0, held: 0, shell: 0 };
await work();
parentPort.postMessage({ ...counts, calls: holder?.calls() ?? null });

async function work() {
  let waiting = [];
  let asked = null;
  for (let seed = first; counts.done < cases && Date.now() < until; seed += step) {
    Atomics.store(progress, 0, seed);
    const made = caseOf(seed);
    const status = run(made);
    counts.done++;
    if (status === null) continue;
    if (made.format === "pipfile") holdSyntax(made, status, isJson(made.bytes), "json-");
    else if (oracle !== null && TOML.has(made.format)) waiting.push({ made, status });
    if (waiting.length < BATCH) continue;
    // The answer to a batch is awaited when the next one is full.
    await settle(asked);
    asked = { batch: waiting, answer: oracle.ask(waiting.map((each) => each.made.bytes)) };
    waiting = [];
  }
  await settle(asked);
  if (waiting.length > 0) await settle({ batch: waiting, answer: oracle.ask(waiting.map((each) => each.made.bytes)) });
  oracle?.end();
}

async function settle(asked) {
  if (asked === null) return;
  const verdicts = await asked.answer;
  asked.batch.forEach(({ made, status }, index) => {
    if (verdicts[index] === undefined) throw new Error("tomllib is gone");
    if (verdicts[index] !== "?") holdSyntax(made, status, verdicts[index] === "1", "toml-");
  });
}

/** Whether the core and the other parser agree on what is TOML, or JSON. */
function holdSyntax(made, status, isRead, prefix) {
  counts.held++;
  const code = codeOf(status);
  // Limits that the other parser has not, or others; and JSON.parse takes half a surrogate pair.
  if (/^(toml-depth|json-depth|too-many-collisions|out-of-memory)$/.test(code)) return;
  if (code === "json-escape" && /\\u[dD][89a-fA-F]/.test(made.text)) return;
  if (code.startsWith(prefix) === isRead) said(made, `${isRead ? "read" : "refused"} by the other parser: ${code}`);
}

function codeOf(status) {
  if (!codes.has(status))
    codes.set(status, failureFrom(status, { path: null, bytes: null, offset: null, size: null }).code);
  return codes.get(status);
}

// --- A case -------------------------------------------------------------------------------------------------------------

function caseOf(seed) {
  const random = generator(seed);
  const format = pick(formats, random);
  const ofFormat = locks.get(format);
  const other = () => pick(ofFormat, random).text;
  // Of the fixtures most are refused as they are.
  const lock = pick(random(4) === 0 ? ofFormat : ofFormat.filter(({ isRefused }) => !isRefused), random);
  const isWhole = random(WHOLE) === 0 && lock.isSmall;
  const { text, records, names } = isWhole ? { ...lock, names: null } : slice(lock, random);
  // One in eight is as it was: that it is read is worth as much.
  const damage = damaged(text, random(8) === 0 ? 0 : 1 + random(1 + random(6)), random, other);
  const project =
    records === null || random(4) !== 0 ? records : damaged(records, 1 + random(2), random, () => records).text;
  return {
    seed,
    format,
    lock,
    isWhole,
    names,
    random,
    records: project,
    ...damage,
    bytes: Buffer.from(damage.text, "latin1"),
  };
}

/** The status of reading; null when something was wrong. */
function run(made) {
  const before = cpuUsage();
  const status = throughBuilds(made);
  if (status !== null && (withModule || made.random(THROUGH_SHELL) === 0)) throughShell(made);
  const { user, system } = cpuUsage(before);
  // The debug build is some ten times slower.
  if (user + system > SLOW * 10000) said(made, `slow: ${Math.round((user + system) / 1000)} ms of CPU`);
  return status;
}

function throughBuilds(made) {
  const { format, bytes, records, random } = made;
  const read = builds.read(format, bytes, records);
  if (read.wrong !== undefined) return wrong(made, read.wrong);
  const status = statusOf(read.answer);
  if (status !== 0) return status;
  counts.accepted++;
  const groups = builds.names(abi.TABLE_GROUP);
  const extras = builds.names(abi.TABLE_EXTRA);
  const some = (names) => names.filter(() => random(2) === 0).slice(0, 8);
  const target = () => pick(TARGETS, random);
  const calls = [
    ["explain", { target: target(), groups, extras }],
    ["resolve", { target: target(), flags: abi.REQUEST_IS_OPEN }],
    ["resolveAll", { target: listed(target), groups: some(groups), extras: some(extras), ...policies(made, some) }],
    ["freeze", { target: listed(target), groups, extras: [], ...policies(made, () => []) }],
  ];
  if (random(8) === 0) calls.push(["form", formOf(made)]);
  if (random(32) === 0) {
    const asked = damaged(target(), 1 + random(2), random, target).text;
    calls.push([
      "describe",
      { target: asked, ...(random(2) === 0 && { python: damaged("3.12.4", 1, random, target).text }) },
    ]);
  }
  for (const [name, request] of calls) {
    const { answer, wrong: fault } = builds.call(name, request);
    if (fault !== undefined) return wrong(made, `${name} ${JSON.stringify(request)}: ${fault}`);
    if (statusOf(answer) === 0) counts.resolved++;
  }
  return status;
}

/** Two targets as a request lists them, each with its Python. */
function listed(target) {
  return `${target()}\0\0${target()}\0\0`;
}

/** A marker or a requirement out of the lock, to be compared with others. */
function formOf({ text, random }) {
  const words = text.match(/"(?:\\.|[^"\n\\]){1,200}"/g) ?? ['"a"'];
  const word = pick(words, random).slice(1, -1);
  return {
    ...(random(2) === 0 ? { marker: word } : { text: word }),
    without: ["a"],
    python: [random(4) === 0 ? pick(words, random).slice(1, -1) : ">=3.9"],
  };
}

/** What a request can say besides. */
function policies({ format, random }, some) {
  const names = () => (random(2) === 0 ? [":all:"] : ["a", "numpy"]);
  const members = format === "uv" ? some(builds.names(abi.TABLE_MEMBER)) : [];
  return {
    flags: (random(4) === 0 ? abi.REQUEST_IS_SDIST_FIRST : 0) | (random(4) === 0 ? abi.REQUEST_IS_WORKSPACE : 0),
    ...(random(4) === 0 && { noBinary: names() }),
    ...(random(4) === 0 && { onlyBinary: names() }),
    ...(random(2) === 0 && { packages: members }),
  };
}

/** The lock as the shell reads it, with every answer that a Lockfile gives. */
function throughShell(made) {
  const { lock, format, names, random } = made;
  const pyproject = names === null || format === "uv" ? lock.pyproject : projectOf(names);
  counts.shell++;
  const bytes = Uint8Array.from(made.bytes);
  let found;
  try {
    const read = readLock(bytes, { path: lock.path, format, pyproject });
    found = read;
    const request = { target: pick(TARGETS, random), groups: [...read.groups.keys()], extras: read.extras };
    for (const { error } of [read.resolve(request), read.explain(request).resolution, read.resolveOpen(request)]) {
      if (error?.code === "internal") return wrong(made, `shell: ${error.message}`);
    }
    read.packages();
    if (format === "uv") read.stated();
    if (random(FROZEN) === 0) {
      const targets = TARGETS.slice(0, 2).map((target) => ({ target }));
      JSON.parse(freeze(read, { lockSha256: "", pyproject, pyprojectDigest: null, generator: "", targets }).json);
    }
  } catch (error) {
    if (!(error instanceof PylockError) || error.exitCode === 70) return wrong(made, `shell: ${error?.stack ?? error}`);
    found = error.failure;
  }
  const difference = holder?.(format, pyproject, made.bytes, found, random(8) === 0) ?? null;
  return difference === null ? null : wrong(made, difference);
}

// --- What is wrong ------------------------------------------------------------------------------------------------------

/** Tells; null. */
function wrong(made, failure) {
  said(made, failure);
  return null;
}

function said({ seed, format, lock, isWhole, ways, bytes, records }, failure) {
  const id = { seed, format, path: lock.path, isWhole, size: bytes.length, ways };
  parentPort.postMessage({ failure, id, bytes, records });
}

/** Microseconds of CPU: this thread's where Node can tell, else the process's, which are more. */
function cpuUsage(before) {
  return process.threadCpuUsage?.(before) ?? process.cpuUsage(before);
}
