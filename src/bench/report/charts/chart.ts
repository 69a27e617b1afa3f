// What all charts share: a frame that a screen reader can name, axes, labels that fit.
//
// Invariant: drawn for 360 units of width, so that letters are as large as the text around them on a narrow screen and no
// smaller anywhere else. Colours are classes, which the page's style knows in light and dark. Each chart has the same data
// in a table beside it, and says so.

import { type ScaleLogarithmic, scaleLog } from "d3-scale";
import { type Child, element, type Markup } from "../markup.ts";

export const WIDTH = 360;
export const MARGIN = 8;
const AXIS_HEIGHT = 22;
/** What a tick's label needs at most. */
const LABEL_WIDTH = 46;

let count = 0;

/** A figure: its title, and an SVG with the same name and a description. */
export function chart(title: string, description: string, height: number, ...children: readonly Child[]): Markup {
  const id = `chart-${count++}`;
  const svg = element(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${Math.ceil(height)}`,
      role: "img",
      "aria-labelledby": `${id}-title`,
      "aria-describedby": `${id}-words`,
    },
    element("title", { id: `${id}-title` }, title),
    element("desc", { id: `${id}-words` }, description),
    ...children,
  );
  return element("figure", {}, element("figcaption", { "aria-hidden": "true" }, title), svg);
}

/** Numbers charts anew, so that the same report makes the same bytes. */
export function restartCharts(): void {
  count = 0;
}

/** A logarithmic axis over positive values, a little wider than they are. */
export function logScale(values: readonly number[], from: number, to: number): ScaleLogarithmic<number, number> {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(1.08, (high / low) ** 0.04);
  return scaleLog([low / room, high * room], [from, to]);
}

/** 1, 2 and 5 times the powers of ten, or the powers alone where those are many. */
export function logTicks(scale: ScaleLogarithmic<number, number>, most = 6): number[] {
  const [low = 1, high = 1] = scale.domain();
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    all.push(...[1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  }
  const within = all.filter((value) => value >= low && value <= high);
  if (within.length <= most) return within;
  const powers = within.filter((value) => Number.isInteger(Math.log10(value)));
  const step = Math.ceil(powers.length / most);
  return powers.filter((_, index) => index % step === 0);
}

/** Ticks, their labels below, and lines up through the plot. */
export function bottomAxis(
  scale: ScaleLogarithmic<number, number>,
  top: number,
  bottom: number,
  words: (value: number) => string,
): Markup {
  let free = Number.NEGATIVE_INFINITY;
  const ticks = logTicks(scale).map((value) => {
    const x = scale(value);
    const isLabelled = x >= free;
    if (isLabelled) free = x + LABEL_WIDTH;
    // Labels at the edges would be cut in half.
    const anchor = x < 24 ? "start" : x > WIDTH - 24 ? "end" : "middle";
    return [
      element("line", { class: "grid", x1: x, x2: x, y1: top, y2: bottom }),
      isLabelled ? element("text", { class: "tick", x, y: bottom + 14, "text-anchor": anchor }, words(value)) : null,
    ];
  });
  return element("g", { "aria-hidden": "true" }, ticks);
}

export const AXIS: number = AXIS_HEIGHT;

/** The end of a text says most where it is a path. */
export function fitted(text: string, characters: number): string {
  return text.length <= characters ? text : `…${text.slice(1 - characters)}`;
}
