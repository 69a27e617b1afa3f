// A failure as people read it: message, place, the line with a caret under what is meant, hint.
//
//   error: cannot parse marker: unknown variable `python_versoin`
//     --> poetry.lock:42:31
//   42 | markers = "python_versoin < '3.11'"
//      |            ^^^^^^^^^^^^^^
//
//   hint: did you mean `python_version`?
//
// Invariant: nothing of the input reaches the terminal as a control character; the caret stands under the first character
// of the span whatever stands before it; an excerpt is at most EXCERPT_WIDTH characters wide.

import { type Failure, visible, visibleText } from "./errors.ts";
import { positionOf } from "./position.ts";

/** How a failure is shown. */
export interface DiagnosticOptions {
  /** What it is called; an error if not said. */
  readonly severity?: "error" | "warning";
  /** The file that the failure speaks of, for the excerpt. */
  readonly bytes?: Uint8Array | null;
  /** Whether a terminal shows it. */
  readonly color?: boolean;
}

/** Characters of a line that are shown; longer ones are cut on both sides of the caret. */
const EXCERPT_WIDTH = 100;
/** Of these, how many stand before the caret when the line is cut. */
const BEFORE_CARET = 40;
const TAB = "    ";

/**
 * The failure in full, with a line feed at the end: message, place, excerpt, hint.
 *
 * @example
 * ```ts
 * import { PylockError, readLock, renderFailure } from "pylock2nix";
 *
 * const bytes = new TextEncoder().encode('lock-version = "1.0"\ncreated-by = \n');
 * try {
 *   readLock(bytes);
 * } catch (error) {
 *   if (!(error instanceof PylockError)) throw error;
 *   console.log(renderFailure(error.failure, { bytes }).split("\n")[1]); //   --> pylock.toml:2:14
 * }
 * ```
 */
export function renderFailure(failure: Failure, options: DiagnosticOptions = {}): string {
  const { severity = "error", bytes = null, color = false } = options;
  const paint = color ? painted : plain;
  const lines = [`${paint(severity, severity)}: ${paint("bold", visibleText(failure.message))}`];
  if (failure.path !== null) lines.push(`  ${paint("frame", "-->")} ${place(failure)}`);
  if (bytes !== null && failure.offset !== null) {
    lines.push(...excerpt(bytes, failure.offset, failure.size ?? 0, paint, severity));
  }
  if (failure.hint !== null) lines.push("", `${paint("hint", "hint")}: ${visibleText(failure.hint)}`);
  return `${lines.join("\n")}\n`;
}

/** `path:line:column`, as far as it is known. */
function place({ path, line, column }: Failure): string {
  return [visibleText(path ?? ""), line, column].filter((part) => part !== null).join(":");
}

type Style = "error" | "warning" | "hint" | "frame" | "bold";
type Paint = (style: Style, text: string) => string;

/** The line in question and the caret line under it. */
function excerpt(bytes: Uint8Array, offset: number, size: number, paint: Paint, severity: Style): string[] {
  const { line, start, end } = positionOf(bytes, offset);
  const caret = Math.min(Math.max(offset, start), end);
  const decode = (from: number, to: number) => cells(new TextDecoder().decode(bytes.subarray(from, to)));
  let before = decode(start, caret);
  const marked = decode(caret, Math.max(caret, Math.min(end, offset + size)));
  let after = decode(Math.max(caret, Math.min(end, offset + size)), end);

  if (before.length + marked.length + after.length > EXCERPT_WIDTH) {
    if (before.length > BEFORE_CARET) before = ["…", ...before.slice(1 - BEFORE_CARET)];
    const room = Math.max(0, EXCERPT_WIDTH - before.length - marked.length);
    if (after.length > room) after = [...after.slice(0, Math.max(0, room - 1)), "…"];
  }
  const longest = EXCERPT_WIDTH - before.length;
  const shown = marked.length > longest ? [...marked.slice(0, longest - 1), "…"] : marked;
  if (shown !== marked) after = [];

  const number = String(line);
  const margin = " ".repeat(number.length);
  const text = [...before, ...shown, ...after].join("").trimEnd();
  const carets = "^".repeat(Math.max(1, columns(shown)));
  return [
    `${paint("frame", `${number} |`)} ${text}`.trimEnd(),
    `${paint("frame", `${margin} |`)} ${" ".repeat(columns(before))}${paint(severity, carets)}`,
  ];
}

/** One printable text for each character. */
function cells(text: string): string[] {
  return Array.from(text, (character) => (character === "\t" ? TAB : visible(character)));
}

/** Columns of a terminal that the cells take: wide characters (East Asian, emoji) two, combining marks none. */
function columns(texts: readonly string[]): number {
  let count = 0;
  for (const character of texts.join("")) {
    if (/\p{Mn}|\p{Me}/u.test(character)) continue;
    count += WIDE.test(character) ? 2 : 1;
  }
  return count;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

const COLORS: Record<Style, string> = { error: "31;1", warning: "33;1", hint: "36;1", frame: "34", bold: "1" };

function painted(style: Style, text: string): string {
  return `\u001b[${COLORS[style]}m${text}\u001b[0m`;
}

function plain(_style: Style, text: string): string {
  return text;
}
