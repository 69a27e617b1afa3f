// One target with all selections open, as plain data: each package with the condition under which it is installed.

import * as abi from "../core/abi.ts";
import type { Core, CoreFailure } from "../core/core.ts";
import type { Failure } from "../words/errors.ts";
import { type ChosenFile, chosenFile, packageName } from "./packages.ts";
import { type ArtifactKind, coreRequest, KINDS, type ResolveRequest } from "./resolution.ts";
import type { Speak } from "./targets.ts";

/** A package on one target, for every selection. */
export interface FrozenChoice {
  /** Index of the package in the lock. */
  readonly package: number;
  readonly artifact: ChosenFile | null;
  readonly kind: ArtifactKind;
  /** Index into `conditions`. */
  readonly condition: number;
  readonly dependencies: readonly string[];
}

/** Refers to earlier conditions only; the first is `true`. */
export type Condition =
  | boolean
  | { readonly group: string }
  | { readonly extra: string }
  | { readonly member: string | null }
  | { readonly not: number }
  | { readonly all: readonly number[] }
  | { readonly any: readonly number[] };

export interface FrozenTarget {
  readonly target: string;
  readonly choices: readonly FrozenChoice[];
  readonly conditions: readonly Condition[];
  /** Selections that the installer itself refuses, and why (uv: conflicts). */
  readonly refusals: readonly { readonly condition: number; readonly error: Failure }[];
  readonly error: Failure | null;
}

/** Resolves all selections at once. */
export function readFrozenTarget(core: Core, request: ResolveRequest, speak: Speak): FrozenTarget {
  const { target } = request;
  const failure = core.resolve(coreRequest({ ...request, groups: [], extras: [] }, abi.REQUEST_IS_OPEN));
  if (failure !== null) return { target, choices: [], conditions: [], refusals: [], error: speak(failure, target) };
  const rows = core.rows(abi.TABLE_SELECTION, abi.SELECTION_WORDS);
  const edges = core.rows(abi.TABLE_EDGE, 1);
  const choices = Array.from({ length: rows.count }, (_, row): FrozenChoice => {
    const artifact = rows.at(row, abi.SELECTION_ARTIFACT);
    return {
      package: rows.at(row, abi.SELECTION_PACKAGE),
      artifact: artifact === abi.NONE ? null : chosenFile(core, artifact),
      kind: KINDS[rows.at(row, abi.SELECTION_KIND)]!,
      condition: rows.at(row, abi.SELECTION_CONDITION),
      dependencies: dependencyNames(
        core,
        edges,
        rows.at(row, abi.SELECTION_EDGES),
        rows.at(row, abi.SELECTION_EDGE_COUNT),
      ),
    };
  });
  const problems = core.rows(abi.TABLE_PROBLEM, abi.PROBLEM_WORDS);
  const refusals = problemsOf(core).map((problem, row) => ({
    condition: problems.at(row, abi.PROBLEM_CONDITION),
    error: speak(problem, target),
  }));
  return { target, choices, conditions: conditionsOf(core), refusals, error: null };
}

function dependencyNames(core: Core, edges: ReturnType<Core["rows"]>, from: number, count: number): string[] {
  const names = new Set<string>();
  for (let edge = from; edge < from + count; edge++) names.add(packageName(core, edges.at(edge)));
  return [...names].sort();
}

function conditionsOf(core: Core): Condition[] {
  const rows = core.rows(abi.TABLE_CONDITION, abi.CONDITION_WORDS);
  return Array.from({ length: rows.count }, (_, row): Condition => {
    const left = rows.at(row, abi.CONDITION_LEFT);
    const right = rows.at(row, abi.CONDITION_RIGHT);
    switch (rows.at(row, abi.CONDITION_OPERATION)) {
      case abi.CONDITION_ALWAYS:
        return true;
      case abi.CONDITION_NEVER:
        return false;
      case abi.CONDITION_GROUP:
        return { group: core.text(left) ?? "" };
      case abi.CONDITION_EXTRA:
        return { extra: core.text(left) ?? "" };
      case abi.CONDITION_MEMBER:
        return { member: core.text(left) };
      case abi.CONDITION_NOT:
        return { not: left };
      case abi.CONDITION_ALL:
        return { all: [left, right] };
      default:
        return { any: [left, right] };
    }
  });
}

function problemsOf(core: Core): CoreFailure[] {
  const rows = core.rows(abi.TABLE_PROBLEM, abi.PROBLEM_WORDS);
  return Array.from({ length: rows.count }, (_, row) => ({
    status: rows.at(row, abi.PROBLEM_STATUS),
    ...core.place(rows.at(row, abi.PROBLEM_ADDRESS)),
    size: rows.at(row, abi.PROBLEM_SIZE),
    detail: rows.at(row, abi.PROBLEM_DETAIL),
  }));
}
