// What is said of figures: medians and quartiles, outliers counted, the shift between two sets of rounds, a fitted exponent.
//
// Invariant: nothing here supposes that times are normally distributed. They are not: what disturbs a run only adds to it.
// Quantiles are Hyndman and Fan's type 7; outliers are Tukey's, beyond one and a half times the distance of the quartiles.

/** Value below which this share of the figures lies, between two of them where it falls there. `sorted` is not empty. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const lower = sorted[below]!;
  return lower + (sorted[Math.min(below + 1, sorted.length - 1)]! - lower) * (place - below);
}

export function median(values: readonly number[]): number {
  return quantile(ascending(values), 0.5);
}

export interface Summary {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
  /** Figures beyond Tukey's fences; they are in all the rest. */
  readonly outliers: number;
  /** Distance of the quartiles, as a share of the median. */
  readonly spread: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = ascending(values);
  const [lower, middle, upper] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share)) as [number, number, number];
  const fence = 1.5 * (upper - lower);
  return {
    median: middle,
    lower,
    upper,
    least: sorted[0]!,
    most: sorted.at(-1)!,
    count: sorted.length,
    outliers: sorted.filter((value) => value < lower - fence || value > upper + fence).length,
    spread: middle === 0 ? 0 : (upper - lower) / middle,
  };
}

/** The mean of the lowest quarter: the time that is left when nothing disturbs, steadier than the least figure alone. */
export function undisturbed(values: readonly number[]): number {
  return mean(ascending(values).slice(0, Math.ceil(values.length / 4)));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

// --- Two sets of rounds -----------------------------------------------------------------------------------------------

export interface Shift {
  /** How far the second set lies above the first: the median of all differences (Hodges and Lehmann). */
  readonly estimate: number;
  /** What the test of Mann and Whitney does not refuse at this level; infinite where there are too few figures for it. */
  readonly low: number;
  readonly high: number;
}

/** The shift from `before` to `after`, with its interval; `risk` is the share of cases in which the interval may be wrong. */
export function shiftBetween(before: readonly number[], after: readonly number[], risk: number): Shift {
  const differences = ascending(after.flatMap((later) => before.map((earlier) => later - earlier)));
  const cut = lowestCount(before.length, after.length, risk / 2);
  return {
    estimate: quantile(differences, 0.5),
    low: cut === 0 ? Number.NEGATIVE_INFINITY : differences[cut - 1]!,
    high: cut === 0 ? Number.POSITIVE_INFINITY : differences[differences.length - cut]!,
  };
}

/** The largest k for which P(U < k) is at most `tail`, U being Mann and Whitney's statistic when nothing differs: exact. */
function lowestCount(left: number, right: number, tail: number): number {
  const counts = orderings(left, right);
  const all = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (let k = 0; k < counts.length; k++) {
    below += counts[k]! / all;
    if (below > tail) return k;
  }
  return counts.length - 1;
}

/**
 * In how many orders of `left` and `right` figures U has each of its values: the coefficients of the Gaussian binomial,
 * which is the product over i of (1 - q^(right + i)) / (1 - q^i).
 */
function orderings(left: number, right: number): number[] {
  const counts: number[] = new Array(left * right + 1).fill(0);
  counts[0] = 1;
  for (let i = 1; i <= left; i++) {
    for (let u = counts.length - 1; u >= right + i; u--) counts[u]! -= counts[u - right - i]!;
    for (let u = i; u < counts.length; u++) counts[u]! += counts[u - i]!;
  }
  return counts;
}

// --- Growth -----------------------------------------------------------------------------------------------------------

export interface Growth {
  /** Time grows as size to this power. */
  readonly exponent: number;
  /** Time at size 1: time = factor * size ** exponent. */
  readonly factor: number;
}

type Point = readonly [size: number, time: number];

/** Whether there is something to see: three sizes, the largest of which is four times the least. */
export function showsGrowth(points: readonly Point[]): boolean {
  const sizes = new Set(points.map(([size]) => size));
  return sizes.size >= 3 && Math.max(...sizes) >= 4 * Math.min(...sizes);
}

/** Of any two points, so many must agree that time grows, or what is fitted would only be noise. */
const AGREEMENT = 0.8;

/**
 * The power that fits, on logarithms, by Theil and Sen: the median of the slopes between any two points, which one bad
 * point does not move. Null where too few of them agree on a direction: locks of the same size differ too much in what
 * is in them, or time does not depend on size.
 */
export function fitGrowth(points: readonly Point[]): Growth | null {
  const logs = points.map(([size, time]) => [Math.log(size), Math.log(time)] as const);
  const slopes = logs.flatMap(([x, y], index) =>
    logs.slice(index + 1).flatMap(([otherX, otherY]) => (otherX === x ? [] : [(otherY - y) / (otherX - x)])),
  );
  if (slopes.filter((slope) => slope > 0).length < AGREEMENT * slopes.length) return null;
  const exponent = median(slopes);
  return { exponent, factor: Math.exp(median(logs.map(([x, y]) => y - exponent * x))) };
}

export function ascending(values: readonly number[]): number[] {
  return [...values].sort((left, right) => left - right);
}
