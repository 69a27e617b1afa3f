// The report as data: what `--report FILE.json` and `--json` write, and what `--compare` reads (docs/bench.md, the schema).
//
// Invariant: everything that another kind of report shows is worked out from this, so that a JSON report can be turned into
// any of them later. A reader refuses what another schema wrote. Times are milliseconds.

import type { Machine } from "../runtime/node/bench.ts";
import { shellError } from "../words/errors.ts";
import type { Generated } from "./generate/generate.ts";

/** Grows when a reader of the older schema would misunderstand; new fields alone do not. */
export const SCHEMA = 1;
const KIND = "pylock2nix bench";

export interface Report {
  readonly kind: string;
  readonly schema: number;
  /** Of this package. */
  readonly version: string;
  /** When the run began, as ISO 8601 in UTC. */
  readonly started: string;
  readonly seconds: number;
  /** Rounds that are whole; fewer than were wanted when the run was interrupted. */
  readonly rounds: number;
  readonly isInterrupted: boolean;
  readonly machine: Machine;
  /** Of each library and program that was measured as well: name -> version. */
  readonly peers: Readonly<Record<string, string>>;
  readonly locks: readonly LockFacts[];
  readonly measures: readonly Measure[];
  /** With `--compare`. */
  readonly comparison: Comparison | null;
}

export interface LockFacts {
  /** Unique: what the report calls it. */
  readonly label: string;
  readonly path: string;
  readonly format: string;
  readonly version: string | null;
  readonly bytes: number;
  readonly packages: number;
  readonly sha256: string;
  /** The usual targets of `pylock2nix nix`. */
  readonly targets: number;
  readonly generated: Generated | null;
  /** What could not be measured on it, and why. */
  readonly skipped: readonly { readonly label: string; readonly reason: string }[];
}

/** phase: a part of this package, in one process. command: this package as a process of its own. control: what they are held against. */
export type MeasureKind = "phase" | "hashing" | "command" | "library" | "program" | "control";

export interface Measure {
  /** The same in every report: "read", "resolve-one". */
  readonly id: string;
  readonly kind: MeasureKind;
  /** In words. */
  readonly label: string;
  /** Label of the lock; null for what has none. */
  readonly lock: string | null;
  /** Bytes that one call works through, where a rate means something. */
  readonly bytes: number | null;
  readonly rounds: readonly Round[];
}

/** One process' figures: the unit of comparison, since two calls in one process are more alike than two processes. */
export interface Round {
  /** Number of the round; a measure may not be in all of them. */
  readonly round: number;
  /** The first call of all, before anything is compiled: what a command pays. Null for programs, which are cold each time. */
  readonly first: number | null;
  /** Each call after warm-up. */
  readonly times: readonly number[];
  /** The same calls in processor time; null for programs. */
  readonly processor: readonly number[] | null;
  /** The fixed work done just before and after: its undisturbed time, by CONTROLS' names or the start of the runtime. */
  readonly controls: Readonly<Record<string, number>>;
}

export interface Comparison {
  /** Of the older report. */
  readonly version: string;
  readonly started: string;
  readonly processor: string;
  readonly node: string;
  /** Changes of less than this share are "no change". */
  readonly matters: number;
  /** All phases that could be compared, taken together: what changed for most of them. Null when none could. */
  readonly overall: Change | null;
  readonly rows: readonly ComparedMeasure[];
  /** What only one of the reports has. */
  readonly onlyOld: readonly string[];
  readonly onlyNew: readonly string[];
}

export type Verdict = "slower" | "faster" | "no change" | "cannot tell";

export interface Change {
  /** New time over old. */
  readonly ratio: number;
  /** Interval of the ratio; null when there are too few rounds for one. */
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: Verdict;
  /** Why it cannot be told; null otherwise. */
  readonly reason: string | null;
}

export interface ComparedMeasure extends Change {
  readonly id: string;
  readonly label: string;
  readonly lock: string | null;
}

export function reportText(report: Report): string {
  return `${JSON.stringify(report, null, 1)}\n`;
}

export function newReport(facts: Omit<Report, "kind" | "schema">): Report {
  return { kind: KIND, schema: SCHEMA, ...facts };
}

/** Reads a report; a PylockError says what is wrong with it. */
export function readReport(bytes: Uint8Array, path: string): Report {
  const refuse = (detail: string) => shellError("not-a-report", { text: path, detail, path });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw refuse("it is no JSON");
  }
  if (!isObject(value) || value.kind !== KIND) throw refuse(`it has no \`"kind": "${KIND}"\``);
  if (value.schema !== SCHEMA) {
    throw shellError("report-schema", { text: path, detail: `${value.schema}`, known: [`${SCHEMA}`], path });
  }
  const wrong = SHAPE.find(([has]) => !has(value as Record<string, unknown>))?.[1];
  if (wrong !== undefined) throw refuse(`${wrong} is missing or malformed`);
  return value as unknown as Report;
}

/** What a comparison relies on. */
const SHAPE: readonly (readonly [(report: Record<string, unknown>) => boolean, string])[] = [
  [({ version, started }) => isText(version) && isText(started), "its version or its time"],
  [({ machine }) => isObject(machine) && isText(machine.processor) && isText(machine.node), "`machine`"],
  [({ locks }) => isList(locks, (lock) => isText(lock.label) && isText(lock.sha256)), "`locks`"],
  [({ measures }) => isList(measures, isMeasure), "`measures`"],
];

function isMeasure(measure: Record<string, unknown>): boolean {
  const { id, kind, lock, rounds } = measure;
  return isText(id) && isText(kind) && (lock === null || isText(lock)) && isList(rounds, isRound) && isFilled(rounds);
}

function isRound({ round, times, processor, controls }: Record<string, unknown>): boolean {
  return (
    typeof round === "number" &&
    isTimes(times) &&
    (processor === null || isTimes(processor)) &&
    isObject(controls) &&
    isTimes(Object.values(controls))
  );
}

function isTimes(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((time) => typeof time === "number" && time >= 0);
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown, is: (item: Record<string, unknown>) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isObject(item) && is(item));
}
