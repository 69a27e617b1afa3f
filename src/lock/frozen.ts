// What the core freezes: all targets and all selections of a lock as JSON, and where in it what stands (docs/resolution.md).
//
// Invariant: `output` is a view of the core's memory, good until the next call of the core.

import * as abi from "../core/abi.ts";
import type { Core, CoreFailure } from "../core/core.ts";
import type { Failure } from "../words/errors.ts";
import { coreRequest, packageName, packageVersion, type ResolveRequest, type Speak, sourceKind } from "./resolution.ts";

export interface FreezeRequest extends Omit<ResolveRequest, "target" | "python" | "extras" | "packages"> {
  readonly targets: readonly { readonly target: string; readonly python?: string | undefined }[];
  /** Those that are chosen by default: a lock that its tool solves anew is held against them. */
  readonly groups: readonly string[];
}

export interface FrozenParts {
  /** UTF-8: the list of conditions, then the lines of packages with a comma and a line feed between two, then variants. */
  readonly output: Uint8Array;
  readonly conditions: Span;
  readonly lines: readonly FrozenLine[];
  readonly targets: readonly FrozenTargetParts[];
}

/** A slice of the output, in bytes. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A package that some target takes. */
export interface FrozenLine extends Span {
  /** Its row in the lock. */
  readonly row: number;
  readonly source: ReturnType<typeof sourceKind>;
  readonly hasBareHashes: boolean;
  /** Whether some target can install no file of it. */
  readonly isLacking: boolean;
}

export interface FrozenTargetParts {
  readonly target: string;
  /** python_full_version. */
  readonly python: string;
  /** `0,-1,2`: for each line the index of its variant, -1 for none. */
  readonly variants: Span;
  /** Selections that the installer refuses: an index into the conditions, and why. */
  readonly refusals: readonly { readonly condition: number; readonly error: Failure }[];
  /** What Poetry would choose anew, "name version": with the request's groups, and with `main` alone. */
  readonly divergences: readonly [readonly Divergence[], readonly Divergence[]];
  readonly error: Failure | null;
}

export interface Divergence {
  readonly title: string;
  readonly isFrozen: boolean;
}

export function readFrozen(core: Core, request: FreezeRequest, speak: Speak): FrozenParts {
  const names = request.targets.map(({ target, python }) => `${target}\0${python ?? ""}\0`).join("");
  const failure = core.freeze(coreRequest({ ...request, target: names, extras: [] }, 0));
  if (failure !== null) throw new Error(speak(failure, names).message);
  const targets = core.rows(abi.TABLE_TARGET, abi.TARGET_WORDS);
  const lines = core.rows(abi.TABLE_LINE, abi.LINE_WORDS);
  const packages = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  const divergences = divergencesOf(core);
  return {
    output: core.output(),
    conditions: { from: 0, to: core.state(abi.STATE_CONDITIONS_SIZE) },
    lines: Array.from({ length: lines.count }, (_, index): FrozenLine => {
      const row = lines.at(index, abi.LINE_PACKAGE);
      return {
        row,
        ...spanAt(lines.at(index, abi.LINE_OFFSET), lines.at(index, abi.LINE_SIZE)),
        source: sourceKind(packages.at(row, abi.PACKAGE_SOURCE)),
        isLacking: lines.at(index, abi.LINE_IS_LACKING) !== 0,
        hasBareHashes: (packages.at(row, abi.PACKAGE_FLAGS) & abi.PACKAGE_HAS_BARE_HASHES) !== 0,
      };
    }),
    targets: request.targets.map(({ target }, index): FrozenTargetParts => {
      const cell = (word: number): number => targets.at(index, word);
      const status = cell(abi.TARGET_STATUS);
      return {
        target,
        python: core.text(cell(abi.TARGET_PYTHON)) ?? "",
        variants: spanAt(cell(abi.TARGET_VARIANTS), cell(abi.TARGET_VARIANTS_SIZE)),
        refusals: refusalsOf(core, cell(abi.TARGET_REFUSALS), cell(abi.TARGET_REFUSAL_COUNT)).map(
          ({ condition, failure }) => ({ condition, error: speak(failure, target) }),
        ),
        divergences: [divergences(index, 0), divergences(index, 1)],
        error:
          status === abi.STATUS_OK
            ? null
            : speak(
                {
                  status,
                  input: cell(abi.TARGET_INPUT),
                  offset: cell(abi.TARGET_OFFSET),
                  size: cell(abi.TARGET_SIZE),
                  detail: cell(abi.TARGET_DETAIL),
                },
                target,
              ),
      };
    }),
  };
}

function spanAt(offset: number, size: number): Span {
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

function divergencesOf(core: Core): (target: number, selection: number) => Divergence[] {
  const rows = core.rows(abi.TABLE_DIVERGENCE, abi.DIVERGENCE_WORDS);
  const all = Array.from({ length: rows.count }, (_, row) => ({
    target: rows.at(row, abi.DIVERGENCE_TARGET),
    selection: rows.at(row, abi.DIVERGENCE_SELECTION),
    isFrozen: rows.at(row, abi.DIVERGENCE_IS_FROZEN) !== 0,
    title: `${packageName(core, rows.at(row, abi.DIVERGENCE_PACKAGE))} ${packageVersion(core, rows.at(row, abi.DIVERGENCE_PACKAGE))}`,
  }));
  return (target, selection) => all.filter((each) => each.target === target && each.selection === selection);
}
