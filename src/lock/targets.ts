// The targets of a request, and how each of them went: read out of the core's tables.

import * as abi from "../core/abi.ts";
import type { Core, CoreFailure } from "../core/core.ts";
import type { Failure } from "../words/errors.ts";

/** A target, with another `python_full_version` than the usual one where that is said. */
export interface TargetChoice {
  /** Its name. */
  readonly target: string;
  /** python_full_version. */
  readonly python?: string | undefined;
}

/** Puts a failure into words; `target` is what was asked for, where that was at fault. */
export type Speak = (failure: CoreFailure, target: string) => Failure;

/** A slice: of the output, in bytes, or of a table. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface CoreTarget {
  readonly target: string;
  /** python_full_version. */
  readonly python: string;
  /** What it selects (src/core/abi.ts, TARGET_VARIANTS). */
  readonly variants: Span;
  /** What the installer refuses, and under which condition. */
  readonly refusals: readonly { readonly condition: number; readonly error: Failure }[];
  readonly error: Failure | null;
}

export function targetChoice<Choice extends TargetChoice>(target: string | Choice): Choice {
  return typeof target === "string" ? ({ target } as Choice) : target;
}

/** Names and Pythons in turn, each ended by a NUL (src/core/abi.ts, REQUEST_TARGET). */
export function targetList(targets: readonly TargetChoice[]): string {
  return targets.map(({ target, python }) => `${target}\0${python ?? ""}\0`).join("");
}

export function targetsOf(core: Core, targets: readonly TargetChoice[], speak: Speak): CoreTarget[] {
  const rows = core.rows(abi.TABLE_TARGET, abi.TARGET_WORDS);
  return targets.map(({ target }, index): CoreTarget => {
    const cell = (word: number): number => rows.at(index, word);
    return {
      target,
      python: core.text(cell(abi.TARGET_PYTHON)) ?? "",
      variants: spanAt(cell(abi.TARGET_VARIANTS), cell(abi.TARGET_VARIANTS_SIZE)),
      refusals: refusalsOf(core, cell(abi.TARGET_REFUSALS), cell(abi.TARGET_REFUSAL_COUNT)).map(
        ({ condition, failure }) => ({ condition, error: speak(failure, target) }),
      ),
      error: cell(abi.TARGET_STATUS) === abi.STATUS_OK ? null : speak(failureOf(cell), target),
    };
  });
}

function failureOf(cell: (word: number) => number): CoreFailure {
  return {
    status: cell(abi.TARGET_STATUS),
    input: cell(abi.TARGET_INPUT),
    offset: cell(abi.TARGET_OFFSET),
    size: cell(abi.TARGET_SIZE),
    detail: cell(abi.TARGET_DETAIL),
  };
}

export function spanAt(offset: number, size: number): Span {
  return { from: offset, to: offset + size };
}

function refusalsOf(core: Core, first: number, count: number): { condition: number; failure: CoreFailure }[] {
  const rows = core.rows(abi.TABLE_REFUSAL, abi.PROBLEM_WORDS);
  return Array.from({ length: count }, (_, index) => {
    const cell = (word: number): number => rows.at(first + index, word);
    return {
      condition: cell(abi.PROBLEM_CONDITION),
      failure: {
        status: cell(abi.PROBLEM_STATUS),
        ...core.place(cell(abi.PROBLEM_ADDRESS)),
        size: cell(abi.PROBLEM_SIZE),
        detail: cell(abi.PROBLEM_DETAIL),
      },
    };
  });
}
