// What `bench` says of figures: quartiles and outliers, the interval of a shift, the verdict on two runs, growth.
//
// Expected values are R's, published tables', or follow from how the figures were made.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compareReports, slowerThan } from "../src/bench/compare.ts";
import { changeText } from "../src/bench/figures.ts";
import { Random } from "../src/bench/generate/random.ts";
import { type Comparison, type Measure, newReport, type Report } from "../src/bench/report.ts";
import { fitGrowth, quantile, shiftBetween, showsGrowth, summarize, undisturbed } from "../src/bench/statistics.ts";

test("quantiles are R's type 7", () => {
  // > quantile(c(1, 2, 3, 4, 10, 12), c(.25, .5, .75, .9))
  const sorted = [1, 2, 3, 4, 10, 12];
  assert.equal(
    [0.25, 0.5, 0.75, 0.9].map((share) => quantile(sorted, share)),
    [2.25, 3.5, 8.5, 11],
  );
  assert.is(quantile([7], 0.25), 7);
});

test("outliers are counted by Tukey's fences, and stay in", () => {
  // Quartiles 2.5 and 5.5: fences at -2 and 10.
  const summary = summarize([1, 2, 3, 4, 5, 6, 10, 3, 11]);
  assert.equal(
    [summary.lower, summary.median, summary.upper, summary.outliers, summary.count, summary.most],
    [3, 4, 6, 1, 9, 11],
  );
  assert.is(summarize([5, 5, 5]).spread, 0);
});

test("the undisturbed time is the mean of the lowest quarter", () => {
  assert.is(undisturbed([9, 1, 8, 3, 7, 6, 5, 4]), 2);
  assert.is(undisturbed([4]), 4);
});

/** The differences of these are all different: 1000 i - j. */
function limits(left: number, right: number, risk: number): [number, number] {
  const before = Array.from({ length: left }, (_, index) => index * 1000);
  const after = Array.from({ length: right }, (_, index) => index);
  const sorted = after.flatMap((a) => before.map((b) => a - b)).sort((a, b) => a - b);
  const { low, high } = shiftBetween(before, after, risk);
  return [sorted.indexOf(low), sorted.indexOf(high)];
}

test("intervals are those of Mann and Whitney's table", () => {
  // Critical values of U, two-sided, 5 %: Milton 1964, as textbooks print them. The interval begins at the next difference.
  for (const [left, right, critical] of [
    [4, 4, 0],
    [5, 5, 2],
    [8, 8, 13],
    [10, 10, 23],
    [12, 12, 37],
    [7, 12, 18],
    [20, 20, 127],
  ] as const) {
    assert.equal(limits(left, right, 0.05), [critical, left * right - 1 - critical], `${left}, ${right}`);
  }
});

test("too few figures have no interval", () => {
  const { estimate, low, high } = shiftBetween([1, 2, 3], [11, 12, 13], 0.05);
  assert.equal([estimate, low, high], [10, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test("growth is the power that most points agree on", () => {
  const points = [100, 200, 400, 800, 1600].map((size) => [size, 3 * size ** 1.5] as const);
  const spoilt = points.map(([size, time], index) => [size, index === 2 ? time * 4 : time] as const);
  for (const each of [points, spoilt]) {
    const growth = fitGrowth(each)!;
    assert.ok(Math.abs(growth.exponent - 1.5) < 1e-9, `${growth.exponent}`);
    assert.ok(Math.abs(growth.factor - 3) < 1e-9, `${growth.factor}`);
  }
  assert.is(fitGrowth([100, 200, 400, 800].map((size, index) => [size, 5 + (index % 2)])), null);
  assert.is(showsGrowth([1, 2, 3].map((size) => [size, 1])), false);
  assert.is(showsGrowth([1, 2, 4].map((size) => [size, 1])), true);
});

// --- Two runs ---------------------------------------------------------------------------------------------------------

interface Made {
  /** How fast the machine is in this run: 2 is half as fast. */
  readonly machine?: number;
  readonly slowdown?: number;
  /** How much slower only one of the controls is. */
  readonly contradiction?: number;
  readonly rounds?: number;
  readonly processor?: string;
  readonly node?: string;
  readonly sha256?: string;
}

const PHASES = ["read", "resolve-one", "resolve-all", "freeze"];

/** A run as machines give it: noise that only adds, now and then a round that was disturbed as a whole. */
function run(random: Random, made: Made = {}): Report {
  const { machine = 1, slowdown = 1, contradiction = 1, rounds = 12 } = made;
  const share = () => random.below(1_000_000) / 1_000_000;
  const noisy = (time: number, width: number) => time * (1 + width * share() ** 3);
  const measures = PHASES.map((id, index): Measure => {
    const each = Array.from({ length: rounds }, (_, round) => {
      const disturbed = share() < 0.1 ? 1 + share() : 1;
      const drift = machine * (1 + 0.3 * share());
      const time = 2 * 4 ** index * drift * slowdown * noisy(1, 0.15);
      const calls = Array.from({ length: 8 }, () => noisy(time * disturbed, 0.4));
      const controls = { json: drift * noisy(1, 0.05), maps: drift * noisy(2, 0.05) * contradiction, scan: drift };
      return { round, first: time * 5, times: calls, processor: calls, controls };
    });
    return { id, kind: "phase", label: id, lock: "poetry.lock", bytes: null, rounds: each };
  });
  const facts = { label: "poetry.lock", path: "poetry.lock", format: "poetry", version: "2.1", bytes: 1, packages: 1 };
  return newReport({
    version: "1.0.0",
    started: "2026-01-02T03:04:05.678Z",
    seconds: 1,
    rounds,
    isInterrupted: false,
    machine: {
      processor: made.processor ?? "a processor",
      cores: 2,
      memory: 1,
      system: "x86_64-linux",
      node: made.node ?? "20.1.0",
      load: 0,
    },
    peers: {},
    locks: [{ ...facts, sha256: made.sha256 ?? "0", targets: 1, generated: null, skipped: [] }],
    measures,
    comparison: null,
  });
}

const TRIES = 200;

/** In how many tries of two runs the comparison is so; each run on a machine of a speed of its own. */
function countTries(made: Made, is: (comparison: Comparison) => boolean): number {
  let count = 0;
  for (let seed = 0; seed < TRIES; seed++) {
    const random = new Random(seed);
    const old = run(random, { machine: 1 + random.below(50) / 100 });
    const now = run(random, { ...made, machine: 1 + random.below(50) / 100 });
    if (is(compareReports(old, now))) count++;
  }
  return count;
}

test("the same build twice is no change, in 19 of 20 tries and more", () => {
  const quiet = countTries({}, ({ overall, rows }) => {
    return overall!.verdict === "no change" && rows.every(({ verdict }) => !/er$/.test(verdict));
  });
  assert.ok(quiet >= 0.95 * TRIES, `${quiet} of ${TRIES}`);
});

test("15 % are found, in 19 of 20 tries and more", () => {
  const found = countTries({ slowdown: 1.15 }, ({ overall }) => overall!.verdict === "slower");
  assert.ok(found >= 0.95 * TRIES, `${found} of ${TRIES}`);
  const faster = countTries({ slowdown: 1 / 1.15 }, ({ overall }) => overall!.verdict === "faster");
  assert.ok(faster >= 0.95 * TRIES, `${faster} of ${TRIES}`);
});

test("intervals hold the true ratio, in 19 of 20 tries and more", () => {
  const right = countTries({ slowdown: 1.3 }, ({ overall, rows }) =>
    [overall!, ...rows].every(({ low, high }) => low! <= 1.3 && high! >= 1.3),
  );
  assert.ok(right >= 0.95 * TRIES, `${right} of ${TRIES}`);
});

function verdicts(old: Made, now: Made): [string, string | null][] {
  const random = new Random(7);
  const { overall, rows } = compareReports(run(random, old), run(random, now));
  return [...(overall === null ? [] : [overall]), ...rows].map(({ verdict, reason }) => [verdict, reason]);
}

test("what cannot be told is not told, and why", () => {
  const all = (reason: string, count = 5) => Array.from({ length: count }, () => ["cannot tell", reason]);
  assert.equal(verdicts({ rounds: 3 }, { slowdown: 3, rounds: 3 }), all("too few rounds"));
  assert.equal(verdicts({ processor: "another one" }, { slowdown: 3 }), all("another processor: another one"));
  assert.equal(verdicts({ node: "18.2.0" }, { slowdown: 3 }), all("another Node.js: 18.2.0"));
  assert.equal(verdicts({ node: "20.9.0" }, { slowdown: 3 })[0], ["slower", null]);
  assert.equal(verdicts({ sha256: "1" }, { slowdown: 3 }), all("the lock itself has changed", 4));
  // The controls contradict each other by more than the change: the machine is another one now.
  assert.equal(verdicts({}, { slowdown: 1.15, contradiction: 1.6 })[0]![0], "cannot tell");
});

test("--fail-above counts what is slower beyond noise, by more than it allows", () => {
  const random = new Random(3);
  const comparison = compareReports(run(random), run(random, { slowdown: 1.3 }));
  assert.equal(
    slowerThan(comparison, 0.1).map(({ title }) => title),
    ["all phases together", ...PHASES.map((id) => `poetry.lock: ${id}`)],
  );
  assert.equal(slowerThan(comparison, 0.6), []);
  assert.equal(slowerThan(compareReports(run(random), run(random)), 0), []);
});

test("changes in words", () => {
  const change = { ratio: 1.15, low: 1.12, high: 1.18, reason: null };
  assert.is(changeText({ ...change, verdict: "slower" }), "slower by 15 % [12, 18]");
  const back = { ratio: 1 / 1.15, low: 1 / 1.18, high: 1 / 1.12, reason: null };
  assert.is(changeText({ ...back, verdict: "faster" }), "faster by 15 % [12, 18]");
  const same = { ratio: 0.99, low: 0.96, high: 1.02, reason: null };
  assert.is(changeText({ ...same, verdict: "no change" }), "no change (−1 % [−4, +2])");
  assert.is(
    changeText({ ratio: 1.3, low: null, high: null, verdict: "cannot tell", reason: "too few rounds" }),
    "cannot tell: too few rounds (+30 %)",
  );
});

test.run();
