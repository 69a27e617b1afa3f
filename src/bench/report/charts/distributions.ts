// How the calls of each measure are distributed: their density, the quartiles as a box, the median as a line, the rounds'
// own medians as dots. On a logarithmic axis, since a thing that takes 0.1 ms stands beside one that takes 100.

import { area, curveBasis } from "d3-shape";
import { percent, type Row, tickTime, timeText } from "../../figures.ts";
import { ascending, median } from "../../statistics.ts";
import { element, type Markup } from "../markup.ts";
import { AXIS, bottomAxis, chart, fitted, logScale, MARGIN, WIDTH } from "./chart.ts";

export interface Distribution {
  readonly label: string;
  readonly row: Row;
}

const ROW = 42;
/** From the top of a row: its label's baseline, and the middle of its box. */
const LABEL = 11;
const BOX = 28;
const BOX_HEIGHT = 8;
const DENSITY_HEIGHT = 11;
const LABEL_CHARACTERS = 44;

export function distributionChart(title: string, rows: readonly Distribution[]): Markup {
  const all = rows.flatMap(({ row }) => timesOf(row));
  const scale = logScale(all, MARGIN, WIDTH - MARGIN);
  const bottom = rows.length * ROW + 4;
  const description = `${rows.length} rows on a logarithmic axis of time. ${rows.map(inWords).join(" ")} The table of all figures has the same numbers.`;
  return chart(
    title,
    description,
    bottom + AXIS,
    bottomAxis(scale, 2, bottom, tickTime),
    rows.map((each, index) => drawn(each, index * ROW, scale)),
  );
}

function inWords({ label, row: { summary } }: Distribution): string {
  const { median, lower, upper, spread } = summary;
  return `${label}: median ${timeText(median)}, quartiles ${timeText(lower)} and ${timeText(upper)}, spread ${percent(spread)}.`;
}

function drawn({ label, row }: Distribution, top: number, scale: (value: number) => number): Markup {
  const { summary, measure } = row;
  const kind = measure.kind;
  const middle = top + BOX;
  const box = { y: middle - BOX_HEIGHT / 2, height: BOX_HEIGHT };
  const x = scale(summary.lower);
  return element(
    "g",
    { class: `measure ${kind}` },
    element("text", { class: "label", x: MARGIN, y: top + LABEL }, fitted(label, LABEL_CHARACTERS)),
    element(
      "text",
      { class: "value", x: WIDTH - MARGIN, y: top + LABEL, "text-anchor": "end" },
      timeText(summary.median),
    ),
    element("path", { class: "density", d: densityPath(timesOf(row), middle, scale) }),
    element("rect", { class: "box", x, width: Math.max(1, scale(summary.upper) - x), ...box, rx: 1 }),
    measure.rounds.map(({ times }) =>
      element("circle", { class: "dot", cx: scale(median(times)), cy: middle + BOX_HEIGHT / 2 + 4, r: 1.6 }),
    ),
    element("line", {
      class: "median",
      x1: scale(summary.median),
      x2: scale(summary.median),
      y1: box.y - 2,
      y2: box.y + BOX_HEIGHT + 2,
    }),
  );
}

const STEPS = 48;

/** A kernel estimate over the logarithms, with Silverman's width, mirrored upwards from the box. */
function densityPath(times: readonly number[], base: number, scale: (value: number) => number): string {
  const logs = ascending(times.map((time) => Math.log(time)));
  const [low, high] = [logs[0]!, logs.at(-1)!];
  const quarter = logs[Math.floor(logs.length * 0.75)]! - logs[Math.floor(logs.length * 0.25)]!;
  const width = Math.max(0.9 * (quarter / 1.34) * logs.length ** -0.2, (high - low) / 60, 0.004);
  const places = Array.from(
    { length: STEPS + 1 },
    (_, step) => low - 2 * width + ((high - low + 4 * width) * step) / STEPS,
  );
  const heights = places.map((place) => {
    return logs.reduce((sum, log) => sum + Math.exp(-0.5 * ((place - log) / width) ** 2), 0);
  });
  const most = Math.max(...heights);
  const [left, right] = [MARGIN, WIDTH - MARGIN];
  const clamped = (x: number) => Math.min(right, Math.max(left, x));
  const points = places.map((place, index) => [clamped(scale(Math.exp(place))), heights[index]! / most] as const);
  const top = base - BOX_HEIGHT / 2;
  const draw = area<readonly [number, number]>()
    .x(([x]) => round(x))
    .y0(round(top))
    .y1(([, height]) => round(top - height * DENSITY_HEIGHT))
    .curve(curveBasis);
  return (draw.digits(1)(points as (readonly [number, number])[]) as string | null) ?? "";
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Clocks can say 0, logarithms cannot. */
function timesOf({ measure }: Row): number[] {
  return measure.rounds.flatMap(({ times }) => times.map((time) => Math.max(time, 0.0005)));
}
