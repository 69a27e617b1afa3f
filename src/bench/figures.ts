// A report's measures as rows of words and numbers, the same for the terminal, Markdown and HTML.
//
// Invariant: a ratio stands before each time, since ratios of one run hold where its times do not; figures that are too
// noisy to compare say so.

import type { Change, LockFacts, Measure, Report } from "./report.ts";
import { median, type Summary, summarize, undisturbed } from "./statistics.ts";

export interface Row {
  readonly measure: Measure;
  readonly summary: Summary;
  /** Time over that of the section's unit, round by round, the median of that; null for the runtime's start. */
  readonly ratio: number | null;
  /** Median of the rounds' first calls; null for programs. */
  readonly first: number | null;
}

export interface Section {
  readonly title: string;
  /** What the ratios are to. */
  readonly unit: string;
  readonly rows: readonly Row[];
}

/** Quartiles further apart than this share of the median: two such figures should not be held against each other. */
export const NOISY = 0.25;

/** What was measured on one lock, or (null) on none: what runs in one process, and what is a process of its own. */
export function sectionsOf({ measures }: Report, label: string | null): Section[] {
  const own = measures.filter(({ lock }) => lock === label);
  const sections = [
    section("in one process, warm", own, ["phase", "library"]),
    section("as a process of its own, cold", own, ["command", "program", "control"]),
    section("hashing", own, ["hashing"]),
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

function section(title: string, own: readonly Measure[], kinds: readonly string[]): Section {
  const measures = kinds.flatMap((kind) => own.filter((measure) => measure.kind === kind));
  const unit = measures.find(({ id }) => id === "command-resolve") ?? measures[0];
  const rows = measures.map((measure) => ({
    measure,
    summary: summaryOf(measure),
    ratio: measure.kind === "control" || unit === undefined ? null : ratioBetween(measure, unit),
    first: firstOf(measure),
  }));
  return { title, unit: unit?.label ?? "", rows };
}

/**
 * Within a round both were measured in the same minute. Undisturbed, but in wall time: in processor time what leaves much
 * to the collector's threads would look slower than it is.
 */
function ratioBetween(measure: Measure, unit: Measure): number | null {
  const ratios = measure.rounds.flatMap(({ round, times }) => {
    const other = unit.rounds.find((each) => each.round === round);
    return other === undefined ? [] : [undisturbed(times) / undisturbed(other.times)];
  });
  return ratios.length === 0 ? null : median(ratios);
}

/** Over every call of every round. */
export function summaryOf({ rounds }: Measure): Summary {
  return summarize(rounds.flatMap(({ times }) => times));
}

function firstOf({ rounds }: Measure): number | null {
  const firsts = rounds.flatMap(({ first }) => first ?? []);
  return firsts.length === 0 ? null : summarize(firsts).median;
}

export function noisyRows(report: Report): Row[] {
  const labels = [...report.locks.map(({ label }) => label), null];
  const rows = labels.flatMap((label) => sectionsOf(report, label).flatMap((each) => each.rows));
  return rows.filter(({ summary }) => summary.spread > NOISY);
}

// --- Sentences --------------------------------------------------------------------------------------------------------

/** Whether this run's times can be held against others. */
export function noiseText(report: Report): string {
  const noisy = noisyRows(report);
  if (noisy.length === 0) return "steady: the middle half of every measure is within a quarter of its median";
  const worst = noisy.reduce((left, right) => (left.summary.spread < right.summary.spread ? right : left));
  const title = titleOf(worst.measure);
  return `noisy: spread up to ${percent(worst.summary.spread)} (${title}): do not compare times of the ${noisy.length === 1 ? "row" : `${noisy.length} rows`} marked noisy`;
}

export function machineText({ machine, version, peers, rounds, isInterrupted, seconds, started }: Report): string[] {
  const load = machine.load === null ? "" : `, load ${machine.load} at the start`;
  const cores = `${machine.cores} core${machine.cores === 1 ? "" : "s"}`;
  return [
    `${machine.processor}, ${cores}, ${bytesText(machine.memory)}, ${machine.system}${load}`,
    [`pylock2nix ${version}`, `Node.js ${machine.node}`, ...Object.entries(peers).map((peer) => peer.join(" "))].join(
      ", ",
    ),
    `${rounds} round${rounds === 1 ? "" : "s"} in ${durationText(seconds)}, ${started.slice(0, 16).replace("T", " ")} UTC${isInterrupted ? "; interrupted" : ""}`,
  ];
}

export function lockText({ format, version, bytes, packages, targets, generated }: LockFacts): string {
  const made = generated === null ? [] : [`generated, seed ${generated.seed}`];
  const facts = [`${format}${version === null ? "" : ` ${version}`}`, bytesText(bytes), `${packages} packages`];
  return [...facts, `${targets} targets`, ...made].join(", ");
}

export function titleOf({ label, lock }: { readonly label: string; readonly lock: string | null }): string {
  return lock === null ? label : `${lock}: ${label}`;
}

/** "slower by 15 % [12, 18]", "no change", "cannot tell: another processor". */
export function changeText({ ratio, low, high, verdict, reason }: Change): string {
  const interval = low === null || high === null ? "" : ` [${signed(low)}, ${signed(high)}]`;
  if (verdict === "no change") return `no change (${signed(ratio)} %${interval})`;
  if (verdict === "cannot tell") return `cannot tell: ${reason} (${signed(ratio)} %${interval})`;
  if (verdict === "slower") return `slower by ${amount(ratio)} % [${amount(low!)}, ${amount(high!)}]`;
  return `faster by ${amount(1 / ratio)} % [${amount(1 / high!)}, ${amount(1 / low!)}]`;
}

/** By how many percent a ratio is above one. */
function amount(ratio: number): string {
  return `${Math.round((ratio - 1) * 100)}`;
}

function signed(ratio: number): string {
  const percents = Math.round((ratio - 1) * 100);
  return percents > 0 ? `+${percents}` : percents < 0 ? `−${-percents}` : "0";
}

// --- Numbers ----------------------------------------------------------------------------------------------------------

/** "2.41 ms", "1.37 s": three digits. */
export function timeText(milliseconds: number): string {
  if (milliseconds < 0.9995) return `${digits(milliseconds * 1000)} µs`;
  return milliseconds < 999.5 ? `${digits(milliseconds)} ms` : `${digits(milliseconds / 1000)} s`;
}

/** The same without zeros that say nothing: "50 ms", for axes. */
export function tickTime(milliseconds: number): string {
  return timeText(milliseconds).replace(/\.0+(?= )|(\.\d*[1-9])0+(?= )/, "$1");
}

export function tickBytes(bytes: number): string {
  return bytesText(bytes).replace(/\.0+(?= )|(\.\d*[1-9])0+(?= )/, "$1");
}

export function ratioText(ratio: number | null): string {
  return ratio === null ? "" : digits(ratio);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 999.5 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes * 1.0005) / 3));
  return `${digits(bytes / 1000 ** power)} ${units[power]}`;
}

/** Bytes that a call works through, in a second. */
export function rateText({ measure: { bytes }, summary: { median } }: Row): string {
  return bytes === null || median === 0 ? "" : `${bytesText((bytes / median) * 1000)}/s`;
}

function durationText(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

/** Three digits, without an exponent: 0.00123, 0.12, 2.4, 24.1, 241. */
function digits(value: number): string {
  if (value === 0) return "0";
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) * 1.0005)));
  return value.toFixed(Math.min(places, 6));
}
