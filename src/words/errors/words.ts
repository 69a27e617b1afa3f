// What an entry of the tables is made of: the words of a failure, what they are about, and the turns that many of them take.

import { closest } from "../suggestion.ts";

/** 1: the input is at fault; 2: the command line is; 70: we are. */
export type ExitCode = 1 | 2 | 70;

/** What the words are about. */
export interface Finding {
  /** The text of the span, or the word in question. */
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly detail: number | string | null;
  /** The words that would have been right. */
  readonly known: readonly string[];
  /** How the lock is made anew: a command in backquotes. */
  readonly again: string;
}

export interface Words {
  readonly code: string;
  readonly message: (finding: Finding) => string;
  readonly hint?: (finding: Finding) => string | null;
  readonly exit?: ExitCode;
}

/** By STATUS_*. */
export type StatusWords = Readonly<Record<number, Words>>;
/** By code. */
export type ShellWords<Code extends string> = Readonly<Record<Code, Omit<Words, "code">>>;

// --- Hints that many share --------------------------------------------------------------------------------------------

/** `again` is the command that makes the lock, in backquotes, or words for it. */
export const lockAgainWith = (again: string): string => `make the lock anew with ${again}`;
export const editedWith = (again: string): string =>
  `locks are written by a tool: if this one was edited or merged by hand, make it anew with ${again}`;
export const lockAgain = ({ again }: Finding): string => lockAgainWith(again);
export const edited = ({ again }: Finding): string => editedWith(again);
export const report = (): string => "this is a bug of pylock2nix: please report it with the lock that shows it";
export const requirementsAgain = (): string =>
  "make them anew with `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`";

// --- Parts of messages ------------------------------------------------------------------------------------------------

/** A span's text, in backquotes and on one line; its first 60 characters. */
export function found(text: string): string {
  if (text === "") return "the end of the text";
  if (text === "\n" || text === "\r\n" || text === "\r") return "the end of the line";
  const characters = Array.from(text, visible);
  return `\`${characters.slice(0, 60).join("")}${characters.length > 60 ? "…" : ""}\``;
}

/** A text as it can be printed. To look at plain ones so costs nothing; to compile what follows takes a millisecond. */
export function visibleText(text: string): string {
  return /^[ -~]*$/.test(text) ? text : Array.from(text, visible).join("");
}

/** A character as it can be printed: control characters as U+XXXX. */
export function visible(character: string): string {
  return !/^[ -~]$/.test(character) && /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character)
    ? codePointName(character)
    : character;
}

export function codePointName(text: string): string {
  return `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

export function byteName(byte: number | undefined): string {
  return byte === undefined ? "an incomplete character" : `the byte 0x${byte.toString(16).padStart(2, "0")}`;
}

export function name(detail: number | string | null, otherwise: string): string {
  return typeof detail === "string" ? `\`${detail}\`` : otherwise;
}

export function expected(detail: number | string | null, otherwise: string): string {
  return typeof detail === "string" ? detail : otherwise;
}

export function suggestion(word: string, known: readonly string[]): string | null {
  const best = closest(word, known);
  return best === null ? null : `did you mean \`${best}\`?`;
}

export function listed(what: string, known: readonly string[]): string {
  return known.length === 0 ? `there are no ${what}` : `${what} are ${known.join(", ")}`;
}

export function andList(words: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(words.map((word) => `\`${word}\``));
}

export function orList(words: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "disjunction" }).format(words);
}
