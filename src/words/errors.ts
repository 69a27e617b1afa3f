// What goes wrong, in words: one entry for each STATUS_* of the core and for each failure of the
// shell itself, in the tables of errors/.
//
// Invariant: whatever fails has a code that scripts can hold on to, a message that says what was being done, what was found
// and what was expected, and, where there is something to do about it, a hint. A failure of the input ends the program with
// 1, one of the command line with 2, one of ours with 70. test/errors.test.ts holds every STATUS_* against this table.

import { BENCH_WORDS, type BenchCode } from "./errors/bench.ts";
import { COMMAND_LINE_WORDS, type CommandLineCode } from "./errors/command-line.ts";
import { FETCHING_WORDS, type FetchingCode } from "./errors/fetching.ts";
import { FILE_WORDS, type FileCode } from "./errors/files.ts";
import { FORMAT_WORDS } from "./errors/formats.ts";
import { LOCK_WORDS } from "./errors/locks.ts";
import { RESOLVING_WORDS } from "./errors/resolving.ts";
import { STANDARD_WORDS } from "./errors/standards.ts";
import { SYNTAX_WORDS } from "./errors/syntax.ts";
import { TREE_WORDS } from "./errors/trees.ts";
import { type ExitCode, type Finding, report, type ShellWords, type StatusWords, type Words } from "./errors/words.ts";
import { positionOf } from "./position.ts";

export type { ExitCode } from "./errors/words.ts";
export { visible, visibleText } from "./errors/words.ts";

/** A failure as it is printed and as `--json` gives it; null where something is unknown. Offset and size are bytes. */
export interface Failure {
  /** For scripts: it stays the same. */
  readonly code: string;
  /** What was being done, what was found, what was expected. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | null;
  /** The file that it is about. */
  readonly path: string | null;
  /** Bytes from the start of the file. */
  readonly offset: number | null;
  /** Bytes. */
  readonly size: number | null;
  /** From 1. */
  readonly line: number | null;
  /** Characters, from 1. */
  readonly column: number | null;
}

/** The one error that this package throws on purpose: what a lock, a project or a request has wrong. */
export class PylockError extends Error {
  /** For who sees only the name. */
  override readonly name: string = "PylockError";
  /** What went wrong, and where. */
  readonly failure: Failure;
  /** What the command line ends with. */
  readonly exitCode: ExitCode;

  /** From what went wrong. */
  constructor(failure: Failure, exitCode: ExitCode = 1) {
    super(failure.message);
    this.failure = failure;
    this.exitCode = exitCode;
  }
}

/** Where the core failed, and about what. `bytes` is the input as it was read, not the core's copy of it. */
export interface FailureFacts {
  readonly path: string | null;
  readonly bytes: Uint8Array | null;
  readonly offset: number | null;
  readonly size: number | null;
  /** The number or the text that belongs to the message; null when there is none. */
  readonly detail?: number | string | null;
  /** How the lock is made anew: a command in backquotes. */
  readonly again?: string;
  /** The text in question, where `bytes` is not there to take it from. */
  readonly found?: string | null;
}

/** The failure behind a STATUS_* of the core. */
export function failureFrom(status: number, facts: FailureFacts): Failure {
  const { path, bytes, offset, size } = facts;
  const words = STATUS_WORDS[status] ?? UNKNOWN_STATUS;
  const located = bytes !== null && offset !== null;
  const span = located ? bytes.subarray(offset, offset + (size ?? 0)) : new Uint8Array();
  const finding: Finding = {
    text: facts.found ?? new TextDecoder().decode(span),
    bytes: span,
    detail: facts.detail ?? null,
    known: [],
    again: facts.again ?? POETRY_LOCK,
  };
  const position = located ? positionOf(bytes, offset) : null;
  return {
    ...spoken(words, finding),
    path,
    offset,
    size,
    line: position?.line ?? null,
    column: position?.column ?? null,
  };
}

/** The error behind a STATUS_* of the core, with the exit code that goes with it. */
export function errorFrom(status: number, facts: FailureFacts): PylockError {
  return new PylockError(failureFrom(status, facts), (STATUS_WORDS[status] ?? UNKNOWN_STATUS).exit ?? 1);
}

/** What an error of the shell is about. */
export interface ShellFacts {
  readonly text?: string;
  readonly detail?: number | string;
  readonly known?: readonly string[];
  readonly path?: string;
  readonly again?: string;
}

/** An error of the shell itself. `known` are the words there are, from which a hint suggests one. */
export function shellError(code: ShellCode, finding: ShellFacts = {}): PylockError {
  const words: Words = { code, ...SHELL_WORDS[code] };
  const { text = "", detail = null, known = [], path = null, again = POETRY_LOCK } = finding;
  const failure = { ...spoken(words, { text, bytes: new Uint8Array(), detail, known, again }), path, ...NOWHERE };
  return new PylockError(failure, words.exit ?? 1);
}

const STATUS_WORDS: StatusWords = {
  ...SYNTAX_WORDS,
  ...STANDARD_WORDS,
  ...LOCK_WORDS,
  ...FORMAT_WORDS,
  ...RESOLVING_WORDS,
  ...TREE_WORDS,
};

const UNKNOWN_STATUS: Words = {
  code: "internal",
  message: () => "the core failed in a way that has no words",
  hint: report,
  exit: 70,
};

export type ShellCode = FileCode | CommandLineCode | FetchingCode | BenchCode;
const SHELL_WORDS: ShellWords<ShellCode> = { ...FILE_WORDS, ...COMMAND_LINE_WORDS, ...FETCHING_WORDS, ...BENCH_WORDS };

/** For tests: every status that has words, every code of the shell. */
export const KNOWN_STATUSES: ReadonlySet<number> = new Set(Object.keys(STATUS_WORDS).map(Number));
export const SHELL_CODES: readonly ShellCode[] = Object.keys(SHELL_WORDS) as ShellCode[];

const POETRY_LOCK = "`poetry lock`";

/** No position is known. */
export const NOWHERE: { offset: null; size: null; line: null; column: null } = {
  offset: null,
  size: null,
  line: null,
  column: null,
};

function spoken(words: Words, finding: Finding): Pick<Failure, "code" | "message" | "hint"> {
  return { code: words.code, message: words.message(finding), hint: words.hint?.(finding) ?? null };
}
