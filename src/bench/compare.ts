// What changed since an older report, and whether that is more than noise (docs/bench.md, the method).
//
// A round's score is the undisturbed processor time of a measure over that of the controls around it: fixed work for what
// runs in one process, the runtime's own start for what is one. Scores are compared as logarithms: Mann and Whitney's
// test gives the interval of their shift, without supposing a distribution. All rows of a comparison together are wrong in
// at most one of twenty (Bonferroni). The interval then grows by what the controls disagree about between the two runs.
//
// Invariant: a change is called slower or faster only when the whole interval is beyond it; "no change" only when the whole
// interval is within what matters; else it cannot be told, and the reason is given.

import type { Change, Comparison, Measure, Report, Round } from "./report.ts";
import { mean, median, shiftBetween, undisturbed } from "./statistics.ts";

/** All rows together are wrong in this share of cases. */
const RISK = 0.05;
/** Below this nothing is called a change: two runs of one build differ by up to 2 % that the controls do not see. */
const FLOOR = 0.03;
export const USUAL_MATTERS = 0.1;
/** Kinds that are this package's own. */
const OWN = ["phase", "hashing", "command"];

export function compareReports(old: Report, current: Report, matters: number = USUAL_MATTERS): Comparison {
  const pairs = current.measures
    .filter(({ kind }) => OWN.includes(kind))
    .map((measure) => ({ measure, before: old.measures.find((each) => isSame(each, measure)) ?? null }));
  const common = pairs.flatMap(({ measure, before }) => (before === null ? [] : [{ measure, before }]));
  const blocked = machineReason(old, current);
  // One row more for all of them together.
  const risk = RISK / (common.length + 1);
  const rows = common.map(({ measure, before }) => {
    const shift = shiftOf([before], [measure], risk, matters);
    const reason = blocked ?? lockReason(measure.lock, old, current);
    const { id, label, lock } = measure;
    return { id, label, lock, ...(reason === null ? shift : cannotTell(shift, reason)) };
  });
  // Commands are parts of it that vary more: taken in, they would hide what the phases show.
  const comparable = common.filter(
    ({ measure }) => measure.kind === "phase" && lockReason(measure.lock, old, current) === null,
  );
  const overall =
    comparable.length === 0
      ? null
      : shiftOf(
          comparable.map(({ before }) => before),
          comparable.map(({ measure }) => measure),
          risk,
          matters,
        );
  return {
    version: old.version,
    started: old.started,
    processor: old.machine.processor,
    node: old.machine.node,
    matters,
    overall: overall === null || blocked === null ? overall : cannotTell(overall, blocked),
    rows,
    onlyOld: old.measures
      .filter((each) => OWN.includes(each.kind) && !current.measures.some((measure) => isSame(each, measure)))
      .map(titleOf),
    onlyNew: pairs.filter(({ before }) => before === null).map(({ measure }) => titleOf(measure)),
  };
}

/** Whether something is slower by more than this share, beyond noise: what `--fail-above` asks. */
export function slowerThan({ overall, rows }: Comparison, share: number): (Change & { readonly title: string })[] {
  const all = rows.map((row) => ({ ...row, title: row.lock === null ? row.label : `${row.lock}: ${row.label}` }));
  const together = overall === null ? [] : [{ ...overall, title: "all phases together" }];
  return [...together, ...all].filter(({ verdict, ratio }) => verdict === "slower" && ratio > 1 + share);
}

const UNKNOWN = { ratio: 1, low: null, high: null, verdict: "cannot tell" } as const;

// --- One row ----------------------------------------------------------------------------------------------------------

/** The shift of one measure, or of the middle of several over the rounds that all of them have. */
function shiftOf(before: readonly Measure[], after: readonly Measure[], risk: number, matters: number): Change {
  // From a level that both runs share, so that the middle of several is not always the same one's.
  const levels = before.map((measure, index) => median([...logScores(measure), ...logScores(after[index]!)]));
  const [old, current] = [middleScores(before, levels), middleScores(after, levels)];
  if (old.length === 0 || current.length === 0) return { ...UNKNOWN, reason: "no round has all of them" };
  const shift = shiftBetween(old, current, risk);
  const doubt = disagreement(before, after);
  const [low, high] = [Math.exp(shift.low - doubt), Math.exp(shift.high + doubt)];
  const ratio = Math.exp(shift.estimate);
  if (low === 0 || high === Number.POSITIVE_INFINITY) {
    return { ratio, low: null, high: null, verdict: "cannot tell", reason: "too few rounds" };
  }
  const change = { ratio, low, high, reason: null };
  // In percent both ways: as far below as above.
  if (low > 1 + FLOOR) return { ...change, verdict: "slower" };
  if (high < 1 / (1 + FLOOR)) return { ...change, verdict: "faster" };
  if (high <= 1 + matters && low >= 1 / (1 + matters)) return { ...change, verdict: "no change" };
  return { ...change, verdict: "cannot tell", reason: "too noisy: more rounds may tell" };
}

/** Of each round that all of the measures have, the median of their scores: one that was disturbed does not move it. */
function middleScores(measures: readonly Measure[], levels: readonly number[]): number[] {
  const rounds = measures[0]!.rounds
    .map(({ round }) => round)
    .filter((round) => measures.every((measure) => measure.rounds.some((each) => each.round === round)));
  return rounds.map((round) =>
    median(measures.map((measure, index) => score(roundOf(measure, round)) - levels[index]!)),
  );
}

function logScores({ rounds }: Measure): number[] {
  return rounds.map(score);
}

function score({ processor, times, controls }: Round): number {
  return Math.log(undisturbed(processor ?? times)) - mean(Object.values(controls).map((time) => Math.log(time)));
}

function roundOf(measure: Measure, round: number): Round {
  return measure.rounds.find((each) => each.round === round)!;
}

/**
 * How far the controls contradict each other: each of them against their mean, in the one run and in the other. A machine
 * whose memory is slower this week, and nothing else, shows here.
 */
function disagreement(before: readonly Measure[], after: readonly Measure[]): number {
  const controls = new Set(before.flatMap(({ rounds }) => Object.keys(rounds[0]!.controls)));
  const doubts = [...controls].map((name) => {
    const of = (measures: readonly Measure[]) =>
      measures.flatMap(({ rounds }) =>
        rounds.flatMap(({ controls: times }) => {
          const logs = Object.values(times).map((time) => Math.log(time));
          return times[name] === undefined ? [] : [Math.log(times[name]) - mean(logs)];
        }),
      );
    return Math.abs(median(of(after)) - median(of(before)));
  });
  return Math.max(0, ...doubts);
}

// --- What cannot be compared ------------------------------------------------------------------------------------------

function machineReason(old: Report, current: Report): string | null {
  if (old.machine.processor !== current.machine.processor) return `another processor: ${old.machine.processor}`;
  const [before, after] = [old, current].map(({ machine }) => machine.node.split(".")[0]);
  return before === after ? null : `another Node.js: ${old.machine.node}`;
}

function lockReason(label: string | null, old: Report, current: Report): string | null {
  if (label === null) return null;
  const [before, after] = [old, current].map(({ locks }) => locks.find((lock) => lock.label === label));
  return before?.sha256 === after?.sha256 ? null : "the lock itself has changed";
}

function cannotTell(change: Change, reason: string): Change {
  return { ...change, verdict: "cannot tell", reason };
}

function isSame(left: Measure, right: Measure): boolean {
  return left.id === right.id && left.lock === right.lock;
}

function titleOf({ label, lock }: Measure): string {
  return lock === null ? label : `${lock}: ${label}`;
}
