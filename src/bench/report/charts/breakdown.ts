// Where the time of a whole command goes: its parts beside each other, in the order in which they happen.

import { scaleLinear } from "d3-scale";
import { timeText } from "../../figures.ts";
import { element, type Markup } from "../markup.ts";
import { chart, fitted, MARGIN, WIDTH } from "./chart.ts";

export interface Part {
  readonly label: string;
  readonly milliseconds: number;
}

export interface Breakdown {
  readonly label: string;
  readonly parts: readonly Part[];
}

const ROW = 38;
const BAR = { top: 16, height: 14 };
const LEGEND_ROW = 16;
const LABEL_CHARACTERS = 44;

export function breakdownChart(title: string, rows: readonly Breakdown[]): Markup {
  const total = ({ parts }: Breakdown) => parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const scale = scaleLinear([0, Math.max(...rows.map(total))], [0, WIDTH - 2 * MARGIN]);
  const legend = rows[0]!.parts.map(({ label }, index) =>
    element(
      "g",
      { class: `part part-${index}` },
      element("rect", { x: MARGIN, y: index * LEGEND_ROW + 3, width: 10, height: 10 }),
      element("text", { class: "label", x: MARGIN + 16, y: index * LEGEND_ROW + 12 }, label),
    ),
  );
  const top = legend.length * LEGEND_ROW + 8;
  const bars = rows.map((row, index) => {
    let x = MARGIN;
    const parts = row.parts.map(({ label, milliseconds }, part) => {
      const width = scale(milliseconds);
      const bar = element(
        "g",
        { class: `part part-${part}` },
        element(
          "rect",
          { x, y: top + index * ROW + BAR.top, width, height: BAR.height },
          element("title", {}, `${label}: ${timeText(milliseconds)}`),
        ),
        width < 44
          ? null
          : element(
              "text",
              { class: "inside", x: x + width / 2, y: top + index * ROW + BAR.top + 10.5, "text-anchor": "middle" },
              timeText(milliseconds),
            ),
      );
      x += width;
      return bar;
    });
    return element(
      "g",
      {},
      element("text", { class: "label", x: MARGIN, y: top + index * ROW + 11 }, fitted(row.label, LABEL_CHARACTERS)),
      element(
        "text",
        { class: "value", x: WIDTH - MARGIN, y: top + index * ROW + 11, "text-anchor": "end" },
        timeText(total(row)),
      ),
      parts,
    );
  });
  const words = rows.map((row) => {
    const parts = row.parts.map(({ label, milliseconds }) => `${label} ${timeText(milliseconds)}`);
    return `${row.label}: ${timeText(total(row))}, of which ${parts.join(", ")}.`;
  });
  return chart(title, words.join(" "), top + rows.length * ROW, element("g", { "aria-hidden": "true" }, legend), bars);
}
