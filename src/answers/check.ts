// What is wrong with a lock: stale, incomplete, unsound, or without a file that a target can install.
//
// Invariant: one finding for one fault, with all targets that have it, in the order in which they were looked at.

import type { CoreFinding, Explanation, Identity, Reason } from "../lock/explain.ts";
import type { MarkerEnvironment } from "../lock/target.ts";
import { fileReason, isWithoutFile } from "./why.ts";

export type FindingKind = "stale" | "refused" | "ambiguous" | "uninstallable" | CoreFinding["code"];

export interface Finding {
  readonly code: FindingKind;
  readonly message: string;
  readonly package: Identity | null;
  /** Who requires, and what it admits; null where the finding is not about a requirement. */
  readonly requiredBy: Identity | null;
  readonly constraint: string | null;
  readonly targets: readonly string[];
  /** For `uninstallable`: each file, and why it does not fit. */
  readonly files: readonly { readonly name: string; readonly because: string }[];
}

type Fault = Omit<Finding, "targets">;

export interface CheckedTarget {
  readonly explanation: Explanation;
  readonly environment: MarkerEnvironment;
}

/** The findings of all targets, and that the lock is stale, with what differs where that is known. */
export function check(
  targets: readonly CheckedTarget[],
  fresh: boolean | null,
  because: string | null = null,
): Finding[] {
  const found = new Map<string, { fault: Fault; targets: string[] }>();
  if (fresh === false) {
    const what = because === null ? "" : `: ${because}`;
    add(found, fault("stale", `pyproject.toml has changed since the lock was made${what}`), null);
  }
  for (const each of targets) {
    for (const fault of faultsOf(each)) add(found, fault, each.explanation.resolution.target);
  }
  return [...found.values()].map(({ fault, targets: where }) => ({ ...fault, targets: where }));
}

function add(found: Map<string, { fault: Fault; targets: string[] }>, fault: Fault, target: string | null): void {
  const key = JSON.stringify(fault);
  const known = found.get(key) ?? { fault, targets: [] };
  if (target !== null) known.targets.push(target);
  found.set(key, known);
}

function faultsOf({ explanation, environment }: CheckedTarget): Fault[] {
  const { resolution, findings, packages } = explanation;
  const { error, problems } = resolution;
  if (error !== null) return [fault("refused", error.message)];
  const uninstallable = packages
    .filter((each) => each.isInstalled && isWithoutFile(resolution, each))
    .map((each) => ({
      ...fault("uninstallable", `${spoken(each)}: no file of it can be installed`),
      package: { name: each.name, version: each.version },
      files: each.files.map((file) => ({ name: file.name, because: fileReason(file, each, environment) })),
    }));
  return [...problems.map((problem) => fault("ambiguous", problem)), ...findings.map(coreFault), ...uninstallable];
}

function coreFault({ code, requirement, package: found }: CoreFinding): Fault {
  return {
    ...fault(code, messageOf(code, requirement, found)),
    package: found,
    requiredBy: requirement?.owner ?? null,
    constraint: requirement?.constraint ?? null,
  };
}

function messageOf(code: CoreFinding["code"], requirement: Reason | null, found: Identity | null): string {
  const who = requirement === null || requirement.owner === null ? "pyproject.toml" : spoken(requirement.owner);
  const what =
    requirement === null
      ? ""
      : `${requirement.name}${requirement.constraint === null ? "" : ` (${requirement.constraint})`}`;
  switch (code) {
    case "not-locked":
      return `${who} requires ${what}, which is not in the lock`;
    case "left-out":
      return `${who} requires ${what}, which the lock has and does not install here`;
    case "refused-version":
      return `${who} requires ${what}, and the lock installs ${found === null ? "another version" : spoken(found)}`;
    default:
      return `${found === null ? "a package" : spoken(found)} does not admit this Python`;
  }
}

function fault(code: FindingKind, message: string): Fault {
  return { code, message, package: null, requiredBy: null, constraint: null, files: [] };
}

function spoken({ name, version }: Identity): string {
  return version === null ? name : `${name} ${version}`;
}
