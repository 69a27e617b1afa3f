// What the core freezes: all targets and all selections of a lock as JSON, and where in it what stands (docs/resolution.md).
//
// Invariant: `output` is a view of the core's memory, good until the next call of the core.

import * as abi from "../core/abi.ts";
import type { Core } from "../core/core.ts";
import { packageName, packageVersion, sourceKind } from "./packages.ts";
import { coreRequest, type ResolveAllRequest } from "./resolution.ts";
import { type CoreTarget, type Span, type Speak, spanAt, targetList, targetsOf } from "./targets.ts";

/**
 * `groups`: those that are chosen by default; a lock that its tool solves anew is held against them. Without `packages` the
 * members of a workspace are open.
 */
export type FreezeRequest = Omit<ResolveAllRequest, "extras">;

export interface FrozenParts {
  /** UTF-8: the list of conditions, then the lines of packages with a comma and a line feed between two, then variants. */
  readonly output: Uint8Array;
  readonly conditions: Span;
  readonly lines: readonly FrozenLine[];
  readonly targets: readonly FrozenTarget[];
}

/** A package that some target takes. */
export interface FrozenLine extends Span {
  /** Its row in the lock. */
  readonly row: number;
  readonly source: ReturnType<typeof sourceKind>;
  readonly hasBareHashes: boolean;
  /** Whether some target can install no file of it. */
  readonly isUninstallable: boolean;
  /** Whether Nix lacks a hash or an address of one of its files, as far as the lock says. */
  readonly lacks: boolean;
}

/** `variants`: a span of `0,-1,2`, for each line the index of its variant, -1 for none. */
export interface FrozenTarget extends CoreTarget {
  /** What Poetry would choose anew, "name version": with the request's groups, and with `main` alone. */
  readonly divergences: readonly [readonly Divergence[], readonly Divergence[]];
}

export interface Divergence {
  readonly title: string;
  readonly isFrozen: boolean;
}

export function readFrozen(core: Core, { targets, ...request }: FreezeRequest, speak: Speak): FrozenParts {
  const failure = core.freeze(coreRequest({ ...request, target: targetList(targets), extras: [] }, 0));
  if (failure !== null) throw new Error(speak(failure, "").message);
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
        isUninstallable: lines.at(index, abi.LINE_IS_UNINSTALLABLE) !== 0,
        lacks: lines.at(index, abi.LINE_LACKS) !== 0,
        hasBareHashes: (packages.at(row, abi.PACKAGE_FLAGS) & abi.PACKAGE_HAS_BARE_HASHES) !== 0,
      };
    }),
    targets: targetsOf(core, targets, speak).map((target, index) => ({
      ...target,
      divergences: [divergences(index, 0), divergences(index, 1)],
    })),
  };
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
