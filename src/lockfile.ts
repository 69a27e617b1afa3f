// A lock that has been read: what it says of itself, what can be chosen, and its resolutions.
//
// Invariant: a Lockfile owns one instance of the core; everything it gives out is plain data.

import module from "#core";
import * as abi from "./abi.ts";
import { Core, type CoreFailure } from "./core.ts";
import { errorFrom, type Failure, failureFrom } from "./errors.ts";
import { type Pyproject, projectRecords, uvDefaults } from "./pyproject.ts";
import {
  type FrozenTarget,
  type LockedPackage,
  type Resolution,
  type ResolveRequest,
  readFrozenTarget,
  readPackages,
  readResolution,
} from "./resolution.ts";

export type LockFormat = "poetry" | "uv";

export interface ReadOptions {
  /** For messages. */
  readonly path: string;
  readonly format: LockFormat;
  readonly pyproject: Pyproject | null;
}

export interface Lockfile {
  readonly path: string;
  readonly format: LockFormat;
  /** The lock's own version of its format, null when it states none. */
  readonly version: string | null;
  /** The Python versions that the lock admits, as it writes them. */
  readonly python: string | null;
  readonly contentHash: string | null;
  /** Every group that can be chosen, normalised -> whether it is chosen by default. */
  readonly groups: ReadonlyMap<string, boolean>;
  /** Every extra that can be chosen, normalised and sorted. */
  readonly extras: readonly string[];
  /** uv: the members of the workspace that a resolution can start from, sorted; none for other formats. */
  readonly members: readonly string[];
  readonly warnings: readonly Failure[];
  /** One selection on one target. A refusal is in the answer, not thrown. */
  resolve(request: ResolveRequest): Resolution;
  /** Every package, whatever is selected, in the order of the lock. */
  packages(): readonly LockedPackage[];
  /** Whether the lock says itself what every selection installs, so that all are exact: no search is needed. */
  readonly isFilter: boolean;
  /** Every selection on one target: each package with its condition, for the frozen resolution. */
  resolveOpen(request: ResolveRequest): FrozenTarget;
}

/** What makes a lock anew. */
const COMMANDS: Readonly<Record<LockFormat, string>> = { poetry: "poetry lock", uv: "uv lock" };

const FORMATS: Readonly<Record<LockFormat, number>> = {
  poetry: abi.FORMAT_POETRY,
  uv: abi.FORMAT_UV,
};

/** Reads a lock; throws a PylockError that says where it is wrong. */
export function readLock(bytes: Uint8Array, options: ReadOptions): Lockfile {
  return readLockWith(new Core(module), bytes, options);
}

/** The same with a given core: the tests' debug build. */
export function readLockWith(core: Core, bytes: Uint8Array, options: ReadOptions): Lockfile {
  const { path, format, pyproject } = options;
  const sources = { path, bytes, pyproject, format };
  const records = pyproject === null ? null : projectRecords(pyproject, format);
  const failure = core.read(FORMATS[format], bytes, records);
  const spoken = (found: CoreFailure, target: string): Failure =>
    failureFrom(found.status, {
      ...factsOf(core, found, sources),
      ...(isOfTarget(found) && { path: null, found: target }),
    });
  if (failure !== null) throw errorFrom(failure.status, factsOf(core, failure, sources));
  return {
    path,
    format,
    version: core.text(core.state(abi.STATE_LOCK_VERSION)),
    python: core.text(core.state(abi.STATE_LOCK_PYTHON)),
    contentHash: core.text(core.state(abi.STATE_CONTENT_HASH)),
    groups: groupsOf(core, format, pyproject),
    extras: names(core, abi.TABLE_EXTRA).sort(),
    members: names(core, abi.TABLE_MEMBER).sort(),
    warnings: warningsOf(core).map((warning) => failureFrom(warning.status, factsOf(core, warning, sources))),
    packages: () => readPackages(core),
    isFilter: core.state(abi.STATE_METHOD) !== abi.METHOD_SEARCH,
    resolve: (request) => readResolution(core, request, spoken),
    resolveOpen: (request) => readFrozenTarget(core, request, spoken),
  };
}

/** What the whole input is, for messages. */
interface Sources {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly pyproject: Pyproject | null;
  readonly format: LockFormat;
}

/** Whether the target's name is at fault, not the lock. */
function isOfTarget({ status }: CoreFailure): boolean {
  return status === abi.STATUS_TARGET || status === abi.STATUS_TARGET_PYTHON;
}

function factsOf(
  core: Core,
  failure: CoreFailure,
  { path, bytes, pyproject, format }: Sources,
): Parameters<typeof failureFrom>[1] {
  const inLock = failure.input === abi.INPUT_LOCK;
  return {
    path: inLock || pyproject === null ? path : failure.input === abi.INPUT_PROJECT ? pyproject.path : null,
    bytes: inLock ? bytes : null,
    offset: inLock ? failure.offset : null,
    size: inLock ? failure.size : null,
    detail: detailOf(core, failure),
    found:
      failure.input === abi.INPUT_PROJECT && pyproject !== null
        ? spanOf(projectRecords(pyproject, format), failure)
        : null,
    command: COMMANDS[format],
  };
}

/** The text of a span in the project's records: their place in pyproject.toml is not known. */
function spanOf(records: string, { offset, size }: CoreFailure): string {
  return new TextDecoder().decode(new TextEncoder().encode(records).subarray(offset, offset + size));
}

const KIND_WORDS = ["", "a table", "an array", "a string", "an integer", "a float", "a boolean"];
const MISSING_KEYS = ["name", "version", "file", "groups", "source", "requires-python", "url, path or filename"];

/** Failures whose number is a text's. */
const TEXT_DETAILS: ReadonlySet<number> = new Set([
  abi.STATUS_AMBIGUOUS,
  abi.STATUS_UNSATISFIABLE,
  abi.STATUS_PYTHON_REFUSED,
  abi.STATUS_LOCK_EDGE,
  abi.STATUS_LOCK_DUPLICATE,
  abi.STATUS_CONFLICT,
  abi.STATUS_PLATFORM_REFUSED,
]);

/** The number that came with a failure, in words where the message needs words. */
function detailOf(core: Core, { status, detail }: CoreFailure): number | string | null {
  if (detail === abi.NONE) return null;
  if (status === abi.STATUS_LOCK_TYPE) return KIND_WORDS[detail] ?? null;
  if (status === abi.STATUS_LOCK_MISSING) return MISSING_KEYS[detail] ?? null;
  return TEXT_DETAILS.has(status) ? core.text(detail) : detail;
}

function warningsOf(core: Core): CoreFailure[] {
  const rows = core.rows(abi.TABLE_WARNING, abi.PROBLEM_WORDS);
  const base = core.state(abi.STATE_LOCK_ADDRESS);
  return Array.from({ length: rows.count }, (_, row) => ({
    status: rows.at(row, abi.PROBLEM_STATUS),
    input: abi.INPUT_LOCK,
    offset: rows.at(row, abi.PROBLEM_ADDRESS) - base,
    size: rows.at(row, abi.PROBLEM_SIZE),
    detail: rows.at(row, abi.PROBLEM_DETAIL),
  }));
}

/**
 * Poetry chooses every group that pyproject.toml does not call optional, uv those that it calls default; `main` is always
 * there.
 */
function groupsOf(core: Core, format: LockFormat, pyproject: Pyproject | null): Map<string, boolean> {
  const groups = new Map([["main", true]]);
  const isDefault = format === "uv" ? uvDefaults(pyproject) : (name: string) => pyproject?.groups.get(name) ?? true;
  for (const name of names(core, abi.TABLE_GROUP)) groups.set(name, isDefault(name));
  return groups;
}

function names(core: Core, table: number): string[] {
  const rows = core.rows(table, 1);
  return Array.from({ length: rows.count }, (_, row) => core.text(rows.at(row)) ?? "");
}
