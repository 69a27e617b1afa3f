// What the command line prints to a terminal, as elements: its colours (ECMA-48, SGR) become classes.

import { h } from "./dom.ts";

const CLASSES: Readonly<Record<string, string>> = {
  "31;1": "is-error",
  "33;1": "is-warning",
  "36;1": "is-hint",
  "34": "is-frame",
  "1": "is-strong",
};

export function terminal(text: string): HTMLPreElement {
  const block = h("pre", { class: "terminal", tabindex: 0 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what marks a colour
  for (const [, codes = "", part = ""] of text.trimEnd().matchAll(/(?:\u001b\[([\d;]*)m)?([^\u001b]*)/g)) {
    if (part === "") continue;
    const style = CLASSES[codes];
    block.append(style === undefined ? part : h("span", { class: style }, part));
  }
  return block;
}

/** The first line alone, without colours. */
export function firstLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what marks a colour
  return text.replace(/\u001b\[[\d;]*m/g, "").split("\n")[0] ?? "";
}
