// Time against size, both logarithmic: a straight line is a power of the size, and its slope is that power.

import { line } from "d3-shape";
import { tickBytes, tickTime } from "../../figures.ts";
import type { Growth } from "../../statistics.ts";
import { element, type Markup } from "../markup.ts";
import { AXIS, bottomAxis, chart, logScale, logTicks, MARGIN, WIDTH } from "./chart.ts";

export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [bytes: number, milliseconds: number])[];
  readonly growth: Growth | null;
}

const HEIGHT = 190;
const LEFT = 52;
const LABEL_ROW = 15;

/** "1.02". */
export function powerText(growth: Growth | null): string {
  return growth === null ? "none that fits" : growth.exponent.toFixed(2);
}

export function growthChart(title: string, series: readonly Series[]): Markup {
  const top = series.length * LABEL_ROW + 12;
  const bottom = top + HEIGHT;
  const points = series.flatMap((each) => each.points);
  const x = logScale(
    points.map(([bytes]) => bytes),
    LEFT + 6,
    WIDTH - MARGIN - 6,
  );
  const y = logScale(
    points.map(([, time]) => time),
    bottom - 4,
    top + 4,
  );
  const words = series.map(({ label, growth }) =>
    growth === null
      ? `${label} does not follow the size.`
      : `${label} grows as the size to the power ${powerText(growth)}.`,
  );
  const grid = logTicks(y).map((value) => [
    element("line", { class: "grid", x1: LEFT, x2: WIDTH - MARGIN, y1: y(value), y2: y(value) }),
    element("text", { class: "tick", x: LEFT - 4, y: y(value) + 4, "text-anchor": "end" }, tickTime(value)),
  ]);
  return chart(
    title,
    `Time against the lock's size in bytes, both logarithmic. ${words.join(" ")}`,
    bottom + AXIS,
    element("g", { "aria-hidden": "true" }, grid),
    bottomAxis(x, top, bottom, tickBytes),
    series.map((each, index) => drawn(each, index, x, y)),
  );
}

function drawn(
  { label, points, growth }: Series,
  index: number,
  x: (value: number) => number,
  y: (value: number) => number,
): Markup {
  const sizes = points.map(([bytes]) => bytes);
  const ends =
    growth === null
      ? []
      : [Math.min(...sizes), Math.max(...sizes)].map((size): [number, number] => [
          x(size),
          y(growth.factor * size ** growth.exponent),
        ]);
  const power = growth === null ? "not by size" : `size^${powerText(growth)}`;
  const at = index * LABEL_ROW + 11;
  return element(
    "g",
    { class: `series series-${index % 6}` },
    ends.length === 0 ? null : element("path", { class: "fit", d: line().digits(1)(ends) ?? "" }),
    points.map(([bytes, time]) => mark(index, x(bytes), y(time))),
    mark(index, MARGIN + 4, at - 4),
    element("text", { class: "label", x: MARGIN + 14, y: at }, label),
    element("text", { class: "value", x: WIDTH - MARGIN, y: at, "text-anchor": "end" }, power),
  );
}

/** A shape for each series, since not everybody tells their colours apart. */
function mark(index: number, x: number, y: number): Markup {
  const shapes = [
    "M-3.5,0A3.5,3.5,0,1,1,3.5,0A3.5,3.5,0,1,1,-3.5,0Z",
    "M-3,-3H3V3H-3Z",
    "M0,-4L4,3H-4Z",
    "M0,-4.4L4.4,0L0,4.4L-4.4,0Z",
    "M0,4L4,-3H-4Z",
    "M-4,-1.3H-1.3V-4H1.3V-1.3H4V1.3H1.3V4H-1.3V1.3H-4Z",
  ];
  return element("path", {
    class: "mark",
    d: shapes[index % shapes.length]!,
    transform: `translate(${round(x)},${round(y)})`,
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
