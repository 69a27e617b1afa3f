// What changed: each ratio with its interval, against the band in which nothing is said to have changed.

import { changeText, percent } from "../../figures.ts";
import type { Change } from "../../report.ts";
import { element, type Markup } from "../markup.ts";
import { AXIS, chart, fitted, logScale, MARGIN, WIDTH } from "./chart.ts";

const ROW = 34;
const LABEL_CHARACTERS = 58;

export function changesChart(
  title: string,
  rows: readonly { readonly label: string; readonly change: Change }[],
  matters: number,
): Markup {
  const band = [1 / (1 + matters), 1 + matters] as const;
  // One interval that is open to both sides would flatten all others.
  const ends = rows.flatMap(({ change }) => [change.ratio, change.low ?? 1, change.high ?? 1]);
  const scale = logScale(
    [...ends, ...band].map((value) => Math.min(4, Math.max(0.25, value))),
    MARGIN,
    WIDTH - MARGIN,
  );
  scale.clamp(true);
  const bottom = rows.length * ROW + 4;
  const ticks = [1, ...band, 1.25, 1 / 1.25, 1.5, 1 / 1.5, 2, 1 / 2, 3, 1 / 3];
  return chart(
    title,
    rows.map(({ label, change }) => `${label}: ${changeText(change)}.`).join(" "),
    bottom + AXIS,
    element("rect", {
      class: "band",
      x: scale(band[0]),
      width: scale(band[1]) - scale(band[0]),
      y: 2,
      height: bottom - 2,
    }),
    element(
      "g",
      { "aria-hidden": "true" },
      spread(ticks, scale).map((value) => [
        element("line", {
          class: value === 1 ? "unit" : "grid",
          x1: scale(value),
          x2: scale(value),
          y1: 2,
          y2: bottom,
        }),
        element(
          "text",
          { class: "tick", x: scale(value), y: bottom + 14, "text-anchor": "middle" },
          value === 1 ? "same" : `${value > 1 ? "+" : "−"}${percent(Math.abs(value - 1))}`,
        ),
      ]),
    ),
    rows.map(({ label, change }, index) => drawn(label, change, index * ROW, scale)),
  );
}

function drawn(label: string, change: Change, top: number, scale: (value: number) => number): Markup {
  const y = top + 22;
  const interval =
    change.low === null || change.high === null
      ? null
      : element("line", { class: "interval", x1: scale(change.low), x2: scale(change.high), y1: y, y2: y });
  return element(
    "g",
    { class: `change ${change.verdict.replace(" ", "-")}` },
    element("text", { class: "label", x: MARGIN, y: top + 12 }, fitted(label, LABEL_CHARACTERS)),
    interval,
    element("circle", { class: "point", cx: scale(change.ratio), cy: y, r: 4 }),
  );
}

/** Without those whose labels would run into an earlier one's; the unit and the band come first. */
function spread(ticks: readonly number[], scale: (value: number) => number): number[] {
  const kept: number[] = [];
  for (const value of ticks) {
    const x = scale(value);
    const fits = x > 20 && x < WIDTH - 20 && kept.every((other) => Math.abs(scale(other) - x) > 40);
    if (fits) kept.push(value);
  }
  return kept;
}
