// Measures: in each round every lock in a process of its own, then programs, then hashing; and again, so that a slow minute
// of the machine hits everything a little and nothing much.
//
// Invariant: only whole rounds count. When it is stopped it gives the rounds that are whole.

import { ACCOUNT, type Library, type ProgramOutcome, runModule, runProgram } from "../runtime/node/bench.ts";
import { extname, join, now, writeWhole } from "../runtime/node.ts";
import type { RoundMessage } from "./bench-process.ts";
import type { Job, JobOutcome, Skipped } from "./job.ts";
import type { Subject } from "./phases.ts";
import { type Errand, otherTools, ownCommands, RUNTIME_START, runtimeStart, type Tool } from "./programs.ts";
import type { Measure, Round } from "./report.ts";
import { undisturbed } from "./statistics.ts";

export interface Plan {
  readonly subjects: readonly Subject[];
  readonly rounds: number;
  /** For copies of the locks; removed by whoever made it. */
  readonly folder: string;
  /** What else is measured; null for this package alone. */
  readonly peers: { readonly libraries: readonly Library[]; readonly tools: readonly Tool[] } | null;
}

export interface Watch {
  /** Says what is being done. */
  readonly show: (text: string) => void;
  readonly isStopped: () => boolean;
}

export interface Measured {
  /** How many are whole. */
  readonly rounds: number;
  readonly measures: readonly Measure[];
  /** By the lock's label. */
  readonly skipped: ReadonlyMap<string, readonly Skipped[]>;
}

/** Hashing does not depend on the lock: as many files as there are lanes, large enough for the start not to count. */
const HASH_FILES = 4;
const HASH_FILE_SIZE = 4_194_304;
/** Of this package's own commands and of the runtime, in each round; other programs run once. */
const RUNS = 2;
/** What a program may take in all rounds, in milliseconds; it runs in three at least. */
const PROGRAM_TIME = 15_000;
const FEWEST_RUNS = 3;

/** Null when it was stopped before the first round was whole. */
export async function measure(plan: Plan, watch: Watch): Promise<Measured | null> {
  const { subjects, rounds } = plan;
  const skipped = new Map<string, Skipped[]>(subjects.map(({ label }) => [label, []]));
  const account = join(plan.folder, "account.cjs");
  await writeWhole([{ path: account, bytes: new TextEncoder().encode(ACCOUNT) }]);
  const errands = await prepare(plan, account, watch, skipped);
  const files = await writeHashFiles(plan.folder);
  const collected = new Collected();
  const started = now();
  let whole = 0;
  for (; whole < rounds && !watch.isStopped(); whole++) {
    const title = `round ${whole + 1} of ${rounds}${timeLeft(now() - started, whole, rounds)}`;
    const results: Result[] = [];
    for (const subject of turned(subjects, whole)) {
      const { label } = subject;
      const show = (what: string) => watch.show(`${title}: ${label}, ${what}`);
      const libraries = plan.peers?.libraries ?? null;
      const outcome = await runJob({ kind: "lock", round: whole, subject, libraries }, show, watch);
      if (outcome === null) return collected.end(whole, skipped);
      if (whole === 0) skipped.get(label)!.push(...outcome.skipped);
      results.push(...resultsOf(outcome, label, whole));
      results.push(...(await runErrands(errands.get(label)!, runtimeStart(account), label, whole, show)));
    }
    const hashing: Job = { kind: "hashing", round: whole, files, bytes: HASH_FILES * HASH_FILE_SIZE };
    const outcome = await runJob(hashing, (what) => watch.show(`${title}: ${what}`), watch);
    if (outcome === null || watch.isStopped()) return collected.end(whole, skipped);
    collected.add([...results, ...resultsOf(outcome, null, whole)], subjects);
  }
  return collected.end(whole, skipped);
}

/** Beside this file, under the name that it has here: as it is, compiled, or bundled. */
const PROCESS = join(import.meta.dirname, `bench-process${extname(import.meta.filename)}`);

/** Null when it was stopped. */
async function runJob(job: Job, show: (what: string) => void, watch: Watch): Promise<JobOutcome | null> {
  if (watch.isStopped()) return null;
  let outcome: JobOutcome | null = null;
  let failure: string | null = null;
  const { problems } = await runModule<RoundMessage>(PROCESS, job, (message) => {
    if (message.kind === "task") show(message.label);
    else if (message.kind === "outcome") outcome = message.outcome;
    else failure = message.text;
  });
  if (outcome === null && !watch.isStopped()) throw new Error(`a measuring process failed: ${failure ?? problems}`);
  return outcome;
}

// --- Programs ---------------------------------------------------------------------------------------------------------

/** An errand that works here, and how many rounds it takes part in. */
interface Planned {
  readonly errand: Errand;
  readonly rounds: number;
}

/** Copies the locks, and tries every program on them once: what fails is not measured, and the report says why. */
async function prepare(
  { subjects, rounds, folder, peers }: Plan,
  account: string,
  watch: Watch,
  skipped: Map<string, Skipped[]>,
): Promise<Map<string, Planned[]>> {
  const all = new Map<string, Planned[]>();
  for (const [index, subject] of subjects.entries()) {
    const { label, path, bytes, pyproject } = subject;
    const own = join(folder, `${index}`);
    const files = [{ path: join(own, path.split(/[\\/]/).at(-1)!), bytes }];
    if (pyproject !== null) files.push({ path: join(own, "pyproject.toml"), bytes: pyproject.bytes });
    await writeWhole(files);
    const planned: Planned[] = [];
    for (const errand of [...ownCommands(subject, own, account), ...otherTools(subject, peers?.tools ?? [], own)]) {
      if (watch.isStopped()) break;
      watch.show(`${label}: ${errand.label}`);
      const { milliseconds, code, problems } = await runProgram(errand.program);
      const most = errand.kind === "command" ? rounds : Math.max(FEWEST_RUNS, Math.floor(PROGRAM_TIME / milliseconds));
      if (code === 0) planned.push({ errand, rounds: Math.min(rounds, most) });
      else skipped.get(label)!.push({ label: errand.label, reason: reasonIn(problems, code) });
    }
    all.set(label, planned);
  }
  return all;
}

/** The line that says most: the one that begins with "error", else the first. */
function reasonIn(problems: string, code: number | null): string {
  const lines = problems.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((each) => /^\s*error\b/i.test(each)) ?? lines[0];
  return line?.trim() ?? (code === null ? "it cannot be started" : `it ended with ${code}`);
}

/** Each once or more; before and after all of them the runtime's own start. */
async function runErrands(
  planned: readonly Planned[],
  control: Errand,
  lock: string,
  round: number,
  show: (what: string) => void,
): Promise<Result[]> {
  const starts = await runs(control, RUNS);
  const results: Omit<Result, "controls">[] = [];
  for (const { errand, rounds } of planned) {
    if (round >= rounds) continue;
    show(errand.label);
    const taken = await runs(errand, errand.kind === "command" ? RUNS : 1);
    // What worked once and now does not was stopped, or lost what it needs: this round is without it.
    if (taken.length > 0) results.push(resultOf(errand, taken, lock, round));
  }
  starts.push(...(await runs(control, RUNS)));
  if (starts.length === 0) return [];
  const own = resultOf(control, starts, lock, round);
  const controls = { [RUNTIME_START]: undisturbed(own.processor ?? own.times) };
  return [own, ...results].map((result) => ({ ...result, controls }));
}

async function runs({ program }: Errand, count: number): Promise<ProgramOutcome[]> {
  const outcomes: ProgramOutcome[] = [];
  for (let run = 0; run < count; run++) {
    const outcome = await runProgram(program);
    if (outcome.code === 0) outcomes.push(outcome);
  }
  return outcomes;
}

function resultOf(
  { id, kind, label }: Errand,
  outcomes: readonly ProgramOutcome[],
  lock: string,
  round: number,
): Omit<Result, "controls"> {
  const processor = outcomes.flatMap((outcome) => outcome.processor ?? []);
  const times = outcomes.map(({ milliseconds }) => milliseconds);
  const fields = { id, kind, label, lock, bytes: null, round, first: null, times };
  return { ...fields, processor: processor.length === times.length ? processor : null };
}

// --- Files and figures ------------------------------------------------------------------------------------------------

async function writeHashFiles(folder: string): Promise<string[]> {
  const bytes = new Uint32Array(HASH_FILE_SIZE / 4);
  // Contents do not matter to a hash; that they are no zeros keeps file systems from leaving them out.
  let word = 1;
  for (let at = 0; at < bytes.length; at++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    bytes[at] = word;
  }
  const paths = Array.from({ length: HASH_FILES }, (_, index) => join(folder, `hash-${index}`));
  await writeWhole(paths.map((path) => ({ path, bytes: new Uint8Array(bytes.buffer) })));
  return paths;
}

/** One round of one measure. */
type Result = Omit<Measure, "rounds"> & Round;

function resultsOf({ figures }: JobOutcome, lock: string | null, round: number): Result[] {
  return figures.map((each) => ({ ...each, lock, round }));
}

class Collected {
  readonly #measures = new Map<string, Omit<Measure, "rounds"> & { rounds: Round[] }>();
  #order: readonly (string | null)[] = [];

  /** What a whole round gave. */
  add(results: readonly Result[], subjects: readonly Subject[]): void {
    this.#order = [...subjects.map(({ label }) => label), null];
    for (const { id, kind, label, lock, bytes, round, first, times, processor, controls } of results) {
      const key = `${lock}\n${id}`;
      const known = this.#measures.get(key) ?? { id, kind, label, lock, bytes, rounds: [] };
      this.#measures.set(key, known);
      const figures = { first: first === null ? null : short(first), times: times.map(short) };
      const held = Object.fromEntries(Object.entries(controls).map(([name, time]) => [name, short(time)]));
      known.rounds.push({ round, ...figures, processor: processor?.map(short) ?? null, controls: held });
    }
  }

  /** In the order of the locks, whatever the order of the rounds was. */
  end(rounds: number, skipped: ReadonlyMap<string, readonly Skipped[]>): Measured | null {
    if (rounds === 0) return null;
    const all = [...this.#measures.values()];
    const measures = this.#order.flatMap((label) => all.filter(({ lock }) => lock === label));
    return { rounds, measures, skipped };
  }
}

/** Five digits: more than any clock here is good for. */
function short(milliseconds: number): number {
  return Number(milliseconds.toPrecision(5));
}

function turned<T>(things: readonly T[], by: number): T[] {
  const at = by % things.length;
  return [...things.slice(at), ...things.slice(0, at)];
}

function timeLeft(elapsed: number, done: number, all: number): string {
  if (done === 0) return "";
  const seconds = ((elapsed / done) * (all - done)) / 1000;
  return seconds < 90 ? ` (${Math.ceil(seconds)} s left)` : ` (${Math.round(seconds / 60)} min left)`;
}
