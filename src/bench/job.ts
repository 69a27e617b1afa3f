// What a process is asked to measure in one round, and the tasks that this makes.

import parseIarna from "@iarna/toml/parse-string.js";
import type { LockFormat } from "../lock/formats.ts";
import type { Library } from "../runtime/node/bench.ts";
import { type Engine, hashFiles } from "../runtime/node/hashing.ts";
import { IARNA } from "./libraries.ts";
import { phasesOf, type Subject } from "./phases.ts";
import { type Clock, measureTasks, type Task, type TaskFigures } from "./round.ts";

export interface LockJob {
  readonly kind: "lock";
  readonly round: number;
  readonly subject: Subject;
  /** What parses the same text for comparison, besides JSON.parse and our own TOML reader; null for none of them. */
  readonly libraries: readonly Library[] | null;
}

export interface HashingJob {
  readonly kind: "hashing";
  readonly round: number;
  readonly files: readonly string[];
  readonly bytes: number;
}

export type Job = LockJob | HashingJob;

export interface JobOutcome {
  readonly figures: readonly TaskFigures[];
  readonly skipped: readonly Skipped[];
}

/** What cannot be measured, and why. */
export interface Skipped {
  readonly label: string;
  readonly reason: string;
}

export async function runJob(job: Job, clock: Clock, show: (label: string) => void): Promise<JobOutcome> {
  const skipped: Skipped[] = [];
  const tasks = job.kind === "hashing" ? hashingTasks(job) : await lockTasks(job, skipped);
  return { figures: measureTasks(tasks, job.round, clock, show), skipped };
}

async function lockTasks({ subject, libraries }: LockJob, skipped: Skipped[]): Promise<Task[]> {
  const { bytes } = subject;
  const phases = phasesOf(subject).map(({ phase: { id, label, isRate }, run }): Task => {
    return { id, kind: "phase", label, bytes: isRate === true ? bytes.length : null, run };
  });
  const peers = libraries === null ? [] : await parsersOf(subject, libraries);
  const usable = peers.filter((task) => works(task, skipped));
  return [...phases, ...usable];
}

/** A peer that refuses what we accept is no reason to measure nothing. */
function works({ label, run }: Task, skipped: Skipped[]): boolean {
  try {
    run();
    return true;
  } catch (error) {
    skipped.push({ label, reason: String(error).split("\n")[0]! });
    return false;
  }
}

const TOML: readonly LockFormat[] = ["poetry", "uv", "pylock", "pdm"];

/** What parses the same text, and JSON.parse of the same data: nothing of what a lock means is in these times. */
async function parsersOf({ format, bytes }: Subject, libraries: readonly Library[]): Promise<Task[]> {
  const text = new TextDecoder().decode(bytes);
  const parser = (id: string, label: string, run: () => unknown): Task => {
    return { id, kind: "library", label, bytes: bytes.length, run };
  };
  if (format === "pipfile") return [parser("json", "JSON.parse", () => JSON.parse(text))];
  if (!TOML.includes(format)) return [];
  const parsers = [{ name: "@iarna/toml", version: IARNA, parse: parseIarna as Parse }];
  for (const { name, version, file } of libraries) {
    parsers.push({ name, version, parse: ((await import(file)) as { parse: Parse }).parse });
  }
  const json = dataOf(text, parsers);
  const peers = parsers.map(({ name, version, parse }) => parser(name, `${name} ${version}`, () => parse(text)));
  return json === null ? peers : [parser("json", "JSON.parse of the same data", () => JSON.parse(json)), ...peers];
}

type Parse = (text: string) => object;

/** The lock as JSON, by whichever of them can read it. */
function dataOf(text: string, parsers: readonly { readonly parse: Parse }[]): string | null {
  for (const { parse } of parsers) {
    try {
      return JSON.stringify(parse(text));
    } catch {
      // The next one may: they differ in what of TOML 1.0 they know.
    }
  }
  return null;
}

function hashingTasks({ files, bytes }: HashingJob): Task[] {
  const task = (engine: Engine, label: string): Task => {
    return { id: `hash-${engine}`, kind: "hashing", label, bytes, run: () => hashAll(engine, files) };
  };
  return [task("wasm", "hash: WASM, four lanes"), task("native", "hash: native (OpenSSL)")];
}

function hashAll(engine: Engine, files: readonly string[]): void {
  let next = 0;
  hashFiles(engine, {
    tasks: files.map((path) => ({ path, algorithms: ["sha256"] })),
    next: () => next++,
    done: ({ problem }) => {
      if (problem !== null) throw new Error(problem);
    },
    progress: () => undefined,
  });
}
