// `pylock2nix bench`: measures what reading, resolving and freezing cost on this machine, and reports it.
//
// Invariant: everything that can be wrong with what was given is found before anything is measured. The table is printed
// before reports are written, so that a full disk costs no figures; reports are written whole, all of them or none, and not
// at all when the run was interrupted.

import { compareReports, slowerThan } from "../bench/compare.ts";
import { changeText } from "../bench/figures.ts";
import { type Generated, generateLock } from "../bench/generate/generate.ts";
import { IARNA, LIBRARIES } from "../bench/libraries.ts";
import { measure } from "../bench/measure.ts";
import type { Subject } from "../bench/phases.ts";
import { findTools } from "../bench/programs.ts";
import { htmlReport } from "../bench/report/html.ts";
import { markdownReport } from "../bench/report/markdown.ts";
import { tableReport } from "../bench/report/table.ts";
import { newReport, type Report, readReport, reportText } from "../bench/report.ts";
import { expandRequirements } from "../lock/requirements.ts";
import { findLibrary, machine, onInterrupt, temporaryFolder } from "../runtime/node/bench.ts";
import {
  basename,
  dirname,
  join,
  kindOf,
  type NewFile,
  now,
  packageVersion,
  print,
  printError,
  readBytes,
  readIfThere,
  relative,
  writeWhole,
} from "../runtime/node.ts";
import { PylockError, shellError } from "../words/errors.ts";
import { type Command, FORMAT, HELP, JSON_OUTPUT, LOCK } from "./command.ts";
import { type Input, openLock } from "./input.ts";
import { StatusLine } from "./progress.ts";
import { chooseSelection } from "./selection.ts";
import { targetsForNix, targetsHere } from "./target-choice.ts";
import type { Option, Words } from "./words.ts";

const REPORT: Option = {
  name: "--report",
  value: "FILE",
  isList: true,
  help: "write a report too; the ending says the kind: .html, .md, .json; may be repeated",
};
const COMPARE: Option = { name: "--compare", value: "OLD.json", help: "say what changed since that report" };
const FAIL_ABOVE: Option = {
  name: "--fail-above",
  value: "PERCENT",
  help: "exit 1 when something is slower by more than this, beyond noise: 10%",
};
const GENERATE: Option = {
  name: "--generate",
  value: "TOOL",
  help: "measure made-up locks of the shape of real ones: poetry, uv",
};
const PACKAGES: Option = { name: "--packages", value: "COUNT", isList: true, help: "their sizes; usually 1000,5000" };
const SEED: Option = { name: "--seed", value: "NUMBER", help: "the same seed makes the same bytes; usually 1" };
const ROUNDS: Option = { name: "--rounds", value: "COUNT", help: "how often everything is measured; usually 12" };
const NO_PEERS: Option = { name: "--no-peers", help: "measure this package alone, which is quicker" };

const USUAL_ROUNDS = 12;
const MOST_ROUNDS = 200;
const USUAL_PACKAGES = ["1000", "5000"];
const MOST_PACKAGES = 100_000;
const MOST_SEED = 65_535;
const GENERATORS = ["poetry", "uv"] as const;
/** What shells say of a program that was ended by Ctrl-C. */
const INTERRUPTED = 130;

export const benchCommand: Command = {
  name: "bench",
  summary: "measure reading, resolving, freezing; report, and compare with an older report",
  usage: "[LOCK...] [options]",
  description: [
    "Measures on your own locks what each step costs: in one process once it is warm, and as a command from",
    "its start to its end. Each round uses new processes and goes through everything; the table shows the",
    "median over all rounds, the quartiles, and how many calls were outlying. Ratios come first: they hold",
    "where times do not. What else is here is measured beside it: uv, Poetry, nix-instantiate, smol-toml.",
    "Ctrl-C shows the rounds that are whole. How it is measured and compared: docs/bench.md.",
  ].join("\n"),
  options: [REPORT, COMPARE, FAIL_ABOVE, ROUNDS, NO_PEERS, GENERATE, PACKAGES, SEED, LOCK, FORMAT, JSON_OUTPUT, HELP],
  examples: [
    ["pylock2nix bench", "the lock in this folder"],
    ["pylock2nix bench app/uv.lock jobs/poetry.lock --report bench.html", "several, and a page to look at"],
    ["pylock2nix bench --report today.json --compare last-week.json --fail-above 10%", "in CI: is it slower?"],
    ["pylock2nix bench --generate uv --packages 1000,5000,20000 --report growth.html", "how does it grow?"],
    ["pylock2nix bench --no-peers --rounds 5", "a first look, in half a minute"],
  ],
  run,
};

type Writer = (report: Report) => string | Promise<string>;
/** By the ending of the file's name. */
const WRITERS: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  [".html", htmlReport],
  [".md", markdownReport],
  [".json", reportText],
]);

async function run(words: Words): Promise<number> {
  const reports = words.list(REPORT).map((path) => ({ path, write: writerOf(path) }));
  const failAbove = readShare(words.value(FAIL_ABOVE));
  const rounds = readCount(words, ROUNDS, USUAL_ROUNDS, MOST_ROUNDS);
  if (failAbove !== null && !words.has(COMPARE)) {
    throw shellError("needs-option", { text: FAIL_ABOVE.name, detail: `${COMPARE.name} ${COMPARE.value}` });
  }
  const oldPath = words.value(COMPARE);
  const old = oldPath === null ? null : readReport(await readBytes(oldPath), oldPath);
  for (const { path } of reports) await checkFolder(path);

  const made = readGenerated(words);
  const folder = temporaryFolder();
  const opened = await openAll(words, made, folder);
  const withPeers = !words.has(NO_PEERS);
  const tools = withPeers ? await findTools() : [];
  const libraries = withPeers ? LIBRARIES.map(findLibrary).filter((library) => library !== null) : [];
  const line = new StatusLine();
  let isStopped = false;
  const release = onInterrupt(() => {
    isStopped = true;
  });
  const started = { at: now(), date: new Date().toISOString(), machine: machine() };
  const measured = await measure(
    {
      subjects: opened.map(({ subject }) => subject),
      rounds,
      folder,
      peers: withPeers ? { tools, libraries } : null,
    },
    { show: (text) => line.show(text), isStopped: () => isStopped },
  );
  release();
  line.clear();
  if (measured === null) {
    if (isStopped) printError(`${shellError("bench-stopped").failure.message}\n`);
    return INTERRUPTED;
  }
  const peers = Object.fromEntries([...libraries, ...tools].map(({ name, version }) => [name, version]));
  const plain = newReport({
    version: await packageVersion(),
    started: started.date,
    seconds: Math.round((now() - started.at) / 100) / 10,
    rounds: measured.rounds,
    isInterrupted: isStopped,
    machine: started.machine,
    peers: withPeers ? { ...peers, "@iarna/toml": IARNA } : {},
    locks: opened.map(({ facts }) => ({ ...facts, skipped: measured.skipped.get(facts.label) ?? [] })),
    measures: measured.measures,
    comparison: null,
  });
  const comparison = old === null ? null : compareReports(old, plain, failAbove ?? undefined);
  const report = { ...plain, comparison };
  print(words.has(JSON_OUTPUT) ? reportText(report) : tableReport(report));
  if (isStopped) {
    printError(
      `interrupted: ${measured.rounds} of ${rounds} rounds are whole${reports.length > 0 ? "; no report was written" : ""}\n`,
    );
    return INTERRUPTED;
  }
  const encoder = new TextEncoder();
  const files = await Promise.all(
    reports.map(async ({ path, write }) => ({ path, bytes: encoder.encode(await write(report)) })),
  );
  await writeReports(files);
  for (const { path } of files) printError(`wrote ${path}\n`);
  return verdict(report, failAbove, words);
}

async function writeReports(files: readonly NewFile[]): Promise<void> {
  try {
    await writeWhole(files);
  } catch (error) {
    if (!(error instanceof PylockError)) throw error;
    const { message, path } = error.failure;
    throw shellError("report-unwritable", { text: message, ...(path !== null && { path }) });
  }
}

/** 1 when `--fail-above` says so. */
function verdict({ comparison }: Report, failAbove: number | null, words: Words): number {
  if (comparison === null || failAbove === null) return 0;
  const slower = slowerThan(comparison, failAbove);
  if (slower.length === 0) return 0;
  if (words.has(JSON_OUTPUT)) return 1;
  const text = slower.map((change) => `${change.title} (${changeText(change)})`).join("; ");
  throw shellError("slower", { text, detail: words.value(FAIL_ABOVE)! });
}

// --- Locks ------------------------------------------------------------------------------------------------------------

interface Opened {
  readonly subject: Subject;
  readonly facts: Omit<Report["locks"][number], "skipped">;
}

async function openAll(words: Words, made: readonly Generated[], folder: string): Promise<Opened[]> {
  const opened: Opened[] = [];
  const paths = words.paths.length > 0 || made.length > 0 ? words.paths : ["."];
  for (const path of paths) {
    const input = await openLock(path, words.value(LOCK), words);
    opened.push(await openSubject(input, input.path, null, words));
  }
  for (const each of made) {
    const { name, lock, pyproject } = await generateLock(each);
    const label = `${each.tool}-${each.packages}`;
    const path = join(folder, label, name);
    const files = { [path]: lock, [join(folder, label, "pyproject.toml")]: pyproject };
    const encoder = new TextEncoder();
    await writeWhole(Object.entries(files).map(([file, text]) => ({ path: file, bytes: encoder.encode(text) })));
    opened.push(await openSubject(await openLock(path, null, words), label, each, words));
  }
  const labels = opened.map(({ subject }) => subject.label);
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) throw shellError("lock-twice", { text: twice });
  return opened;
}

/** What `prefetch` found is no part of what is measured. */
const NO_RECORD = { fileNames: (): string[] => [] };

async function openSubject(input: Input, label: string, generated: Generated | null, words: Words): Promise<Opened> {
  const { lock, path, pyproject, sha256 } = input;
  const { format, version } = lock;
  const { groups, extras } = chooseSelection(words, input);
  const targets = targetsForNix(words, lock, NO_RECORD);
  const target = [...targetsHere(words, lock), ...targets].find(
    (each) => lock.resolve({ ...each, groups, extras }).error === null,
  );
  const files = { read: readBytes, readIfThere, join, dirname, relative };
  const expanded = format === "requirements" ? await expandRequirements(path, await readBytes(path), files) : null;
  const bytes = expanded?.bytes ?? lock.bytes();
  const besides = pyproject === null ? null : await readIfThere(pyproject.path);
  return {
    subject: {
      label,
      path,
      format,
      bytes,
      parts: expanded?.parts ?? null,
      pyproject: pyproject === null || besides === null ? null : { path: pyproject.path, bytes: besides },
      target: target ?? null,
      targets,
      groups,
      extras,
    },
    facts: {
      label,
      path: generated === null ? path : basename(path),
      format,
      version,
      bytes: bytes.length,
      packages: lock.packageNames().length,
      sha256,
      targets: targets.length,
      generated,
    },
  };
}

// --- Values -----------------------------------------------------------------------------------------------------------

function writerOf(path: string): Writer {
  const ending = /\.\w+$/.exec(path.toLowerCase())?.[0] ?? "";
  const writer = WRITERS.get(ending);
  if (writer === undefined) throw shellError("report-kind", { text: path, known: [...WRITERS.keys()] });
  return writer;
}

/** A report must have somewhere to go before minutes are spent on it. */
async function checkFolder(path: string): Promise<void> {
  if ((await kindOf(path)) === "folder") throw shellError("report-folder", { text: path });
}

/** "10%", "10" or "2.5 %" -> a share. */
function readShare(text: string | null): number | null {
  if (text === null) return null;
  const [, number] = /^(\d+(?:\.\d+)?) ?%?$/.exec(text) ?? [];
  if (number === undefined) {
    throw shellError("bad-number", { text, detail: FAIL_ABOVE.name, known: ["a percentage such as 10%"] });
  }
  return Number(number) / 100;
}

function readGenerated(words: Words): Generated[] {
  const tool = words.value(GENERATE);
  if (tool === null) {
    const alone = [PACKAGES, SEED].find((option) => words.has(option));
    if (alone === undefined) return [];
    throw shellError("needs-option", { text: alone.name, detail: `${GENERATE.name} ${GENERATORS.join("|")}` });
  }
  const known = GENERATORS.find((each) => each === tool);
  if (known === undefined) throw shellError("bad-value", { text: tool, detail: GENERATE.name, known: GENERATORS });
  const seed = readCount(words, SEED, 1, MOST_SEED);
  const sizes = words.has(PACKAGES) ? words.list(PACKAGES) : USUAL_PACKAGES;
  return sizes.map((text) => ({ tool: known, packages: countIn(text, PACKAGES, MOST_PACKAGES), seed }));
}

function readCount(words: Words, option: Option, usual: number, most: number): number {
  const text = words.value(option);
  return text === null ? usual : countIn(text, option, most);
}

function countIn(text: string, option: Option, most: number): number {
  const count = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most) {
    throw shellError("bad-number", { text, detail: option.name, known: [`a number from 1 to ${most}`] });
  }
  return count;
}
