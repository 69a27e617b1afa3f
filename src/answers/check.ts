// What is wrong with a lock: stale, incomplete, unsound, or without a file that a target can install.
//
// Invariant: one finding for one fault, with all targets that have it, in the order in which they were looked at.

import type { CoreFinding, Explanation, Identity, Reason } from "../lock/explain.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import type { LockedPackage } from "../lock/packages.ts";
import type { ResolveRequest, Unselected } from "../lock/resolution.ts";
import type { MarkerEnvironment } from "../lock/target.ts";
import { type TargetChoice, targetChoice } from "../lock/targets.ts";
import { madeFrom } from "./hashed-texts.ts";
import { lackIn, lackReason } from "./lack.ts";
import { SourceRecord } from "./record.ts";
import { targetsToCheck } from "./usual-targets.ts";
import { fileReason } from "./why.ts";

/** What kind of fault was found. */
export type FindingKind =
  | "stale"
  | "refused"
  | "ambiguous"
  | "uninstallable"
  | "incomplete"
  | "other-file"
  | CoreFinding["code"];

/** One fault, with all targets that have it. */
export interface Finding {
  /** Its kind. */
  readonly code: FindingKind;
  /** For people. */
  readonly message: string;
  /** Which package it is about. */
  readonly package: Identity | null;
  /** Who requires, and what it admits; null where the finding is not about a requirement. */
  readonly requiredBy: Identity | null;
  /** What that admits, as the lock or the project writes it. */
  readonly constraint: string | null;
  /** Names; empty where it is not about targets. */
  readonly targets: readonly string[];
  /** For `uninstallable`: each file, and why it does not fit; for `incomplete` and `other-file`: those that are at fault. */
  readonly files: readonly { readonly name: string; readonly because: string }[];
}

type Fault = Omit<Finding, "targets">;

export interface CheckedTarget {
  readonly explanation: Explanation;
  readonly environment: MarkerEnvironment;
}

/** What files are fetched from: the packages of the lock, in its order, and what is recorded beside it. */
export interface CheckedSources {
  readonly packages: readonly LockedPackage[];
  readonly record: SourceRecord;
  /** The file that the lock was made from. */
  readonly madeFrom: string;
}

/** What to check: a selection on some targets. */
export interface CheckOptions extends Unselected<Omit<ResolveRequest, "target" | "python">> {
  /** Else all Pythons that the lock admits, on Nix's systems. */
  readonly targets?: readonly (string | TargetChoice)[] | undefined;
  /** What `freshness` found out. */
  readonly freshness?: { readonly fresh: boolean | null; readonly because: string | null } | undefined;
  /** What `prefetch` recorded. */
  readonly record?: SourceRecord | undefined;
}

/**
 * What is wrong with a lock: stale, refused, incomplete, unsound, or without a file that a target can install. One finding
 * for one fault, with all targets that have it.
 *
 * @throws {PylockError} when a target's name stands for nothing
 * @example
 * ```ts
 * import { check, readLock } from "pylock2nix";
 *
 * const lock = readLock(`lock-version = "1.0"
 * created-by = "example"
 *
 * [[packages]]
 * name = "fast"
 * version = "1.0"
 * wheels = [{ name = "fast-1.0-cp312-cp312-win_amd64.whl", url = "https://files.pypi.invalid/fast-1.0-cp312-cp312-win_amd64.whl", hashes = { sha256 = "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274" } }]
 * `);
 * const [finding] = check(lock, { targets: ["cp312-macos14-arm64", "cp312-win-amd64"] });
 * console.log(finding?.code, finding?.targets); // uninstallable [ 'cp312-macos14-arm64' ]
 * ```
 */
export function check(lock: Lockfile, options: CheckOptions = {}): Finding[] {
  const { targets = targetsToCheck(lock), freshness, record = new SourceRecord(), ...selection } = options;
  // One after the other: all that is said of one target is a lot.
  function* checked(): Generator<CheckedTarget> {
    for (const { target, python } of targets.map(targetChoice)) {
      const { environment } = lock.describeTarget(target, python);
      yield { explanation: lock.explain({ ...selection, target, python }), environment };
    }
  }
  return findingsOf(checked(), freshness ?? { fresh: null, because: null }, {
    packages: lock.packages(),
    record,
    madeFrom: madeFrom(lock),
  });
}

/** The findings of all targets, and that the lock is stale, with what differs where that is known. */
export function findingsOf(
  targets: Iterable<CheckedTarget>,
  { fresh, because }: { readonly fresh: boolean | null; readonly because: string | null },
  sources: CheckedSources,
): Finding[] {
  const found = new Map<string, Found>();
  if (fresh === false) {
    const what = because === null ? "" : `: ${because}`;
    add(found, fault("stale", `${sources.madeFrom} has changed since the lock was made${what}`), null);
  }
  for (const each of targets) {
    for (const fault of faultsOf(each, sources)) add(found, fault, each.explanation.resolution.target);
  }
  return [...found.values()].map(({ fault, targets: where, files }) => ({
    ...fault,
    targets: where,
    files: [...files.values()],
  }));
}

interface Found {
  readonly fault: Fault;
  readonly targets: string[];
  /** By name. */
  readonly files: Map<string, Finding["files"][number]>;
}

/** Targets take different files of a package: what Nix lacks of them is one fault. */
function add(found: Map<string, Found>, fault: Fault, target: string | null): void {
  const key = JSON.stringify(fault.code === "incomplete" ? { ...fault, files: [] } : fault);
  const known = found.get(key) ?? { fault, targets: [], files: new Map<string, Finding["files"][number]>() };
  if (target !== null) known.targets.push(target);
  for (const file of fault.files) known.files.set(file.name, file);
  found.set(key, known);
}

function faultsOf({ explanation, environment }: CheckedTarget, sources: CheckedSources): Fault[] {
  const { resolution, findings, packages } = explanation;
  const { error, problems } = resolution;
  if (error !== null) return [fault("refused", error.message)];
  const kinds = kindsOf(resolution);
  const uninstallable = packages
    .filter((each) => each.isInstalled && kinds(each) === "none")
    .map((each) => ({
      ...fault("uninstallable", `${spoken(each)}: no file of it can be installed`),
      package: { name: each.name, version: each.version },
      files: each.files.map((file) => ({ name: file.name, because: fileReason(file, each, environment) })),
    }));
  return [
    ...problems.map((problem) => fault("ambiguous", problem)),
    ...findings.map(coreFault),
    ...uninstallable,
    ...incomplete(explanation, kinds, sources),
    ...otherFiles(explanation),
  ];
}

/** What Nix cannot fetch, until `prefetch` has recorded what is missing. */
function incomplete({ packages }: Explanation, kinds: Kinds, sources: CheckedSources): Fault[] {
  return packages.flatMap((each, row): Fault[] => {
    if (!each.isInstalled) return [];
    const taken = each.files.findIndex(({ verdict }) => verdict === "taken");
    const isBare = taken < 0 && kinds(each) === "hashes-only";
    if (taken < 0 && !isBare) return [];
    const lack = lackIn(sources.packages[row]!, isBare ? null : taken, sources.record);
    if (lack === null) return [];
    const because = lackReason(lack);
    if (lack === "names") return [fault("incomplete", `${because}, which Nix must know: ${RECORDS}`)];
    return [
      {
        ...fault("incomplete", `${spoken(each)}: Nix cannot fetch its file, ${because}: ${RECORDS}`),
        package: { name: each.name, version: each.version },
        files: isBare ? [] : [{ name: each.files[taken]!.name, because }],
      },
    ];
  });
}

const RECORDS = "`pylock2nix prefetch` finds and records what is missing";

/** Files of another package or version, which no installer takes: what was locked is not what the lock lists. */
function otherFiles({ packages }: Explanation): Fault[] {
  return packages.flatMap((each): Fault[] => {
    const others = each.files.filter(({ verdict }) => verdict === "other");
    if (!each.isInstalled || others.length === 0) return [];
    return [
      {
        ...fault("other-file", `${spoken(each)}: the lock lists files of another package or version`),
        package: { name: each.name, version: each.version },
        files: others.map(({ name }) => ({ name, because: `not of ${spoken(each)}` })),
      },
    ];
  });
}

type Kinds = (of: Identity) => string | null;

/** What each package is installed from, found at once however many there are; null for those that are not. */
function kindsOf({ packages }: Explanation["resolution"]): Kinds {
  const kinds = new Map(packages.map(({ name, version, kind }) => [`${name} ${version ?? ""}`, kind]));
  return ({ name, version }) => kinds.get(`${name} ${version ?? ""}`) ?? null;
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
