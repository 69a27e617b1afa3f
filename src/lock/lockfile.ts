// A lock that has been read: what it says of itself, what can be chosen, and its resolutions.
//
// Invariant: a Lockfile owns one instance of the core; everything it gives out is plain data.

import * as abi from "../core/abi.ts";
import type { ByteSource, Core, CoreFailure, Form, FormRequest } from "../core/core.ts";
import { errorFrom, type Failure, failureFrom } from "../words/errors.ts";
import { type Explanation, type FileReason, readExplanation, readVerdicts } from "./explain.ts";
import { formatOfLock, type LockFormat, USUAL_NAMES } from "./formats.ts";
import { type FreezeRequest, type FrozenParts, readFrozen } from "./frozen.ts";
import { type FrozenTarget, readFrozenTarget } from "./open.ts";
import {
  foldersOf,
  hasVirtualProject,
  type LockedPackage,
  packageName,
  readNames,
  readPackage,
  readPackages,
} from "./packages.ts";
import { NO_PLACES, type Places, placesIn } from "./places.ts";
import { type Pyproject, pdmGroups, pdmRecords, projectRecords, uvDefaults } from "./pyproject.ts";
import { partAt, type TextPart } from "./requirements.ts";
import {
  admittedTargets,
  type Resolution,
  type ResolutionParts,
  type ResolveAllOptions,
  type ResolveAllRequest,
  type ResolveOptions,
  type ResolveRequest,
  readResolutionParts,
  readResolutions,
  selected,
} from "./resolution.ts";
import { describedBy, type Target, targetsOf } from "./target.ts";
import { targetChoice } from "./targets.ts";
import { readStated, type UvStated } from "./uv/stated.ts";

/** What `readLock` may be told. */
export interface ReadOptions {
  /** For messages, and for the format where the content does not tell; else the format's usual name. */
  readonly path?: string | undefined;
  /** Else it is told from the content. */
  readonly format?: LockFormat | undefined;
  /** The project of the lock, from `readPyproject`: Poetry's older locks are resolved from it, others take their groups from it. */
  readonly pyproject?: Pyproject | null | undefined;
  /**
   * Requirements with included files: where each part of the bytes comes from (src/lock/requirements.ts).
   *
   * @internal
   */
  readonly parts?: readonly TextPart[];
}

/** What can be chosen of a member of a workspace. */
export interface MemberChoices {
  /** Normalised. */
  readonly extras: ReadonlySet<string>;
  /** Normalised. */
  readonly groups: ReadonlySet<string>;
}

/** A lock that has been read, with its own instance of the core. */
export interface Lockfile {
  /** As it was given: for messages. */
  readonly path: string;
  /** What kind of lock it is. */
  readonly format: LockFormat;
  /** What was read. */
  bytes(): Uint8Array;
  /** The lock's own version of its format, null when it states none. */
  readonly version: string | null;
  /** The Python versions that the lock admits, as it writes them. */
  readonly python: string | null;
  /** What its tool wrote of the project that it was made for; null when there is none. */
  readonly contentHash: string | null;
  /** Every group that can be chosen, normalised -> whether it is chosen by default. */
  readonly groups: ReadonlyMap<string, boolean>;
  /** Every extra that can be chosen, normalised and sorted. */
  readonly extras: readonly string[];
  /** uv: the members of the workspace that a resolution can start from, sorted; none for other formats. */
  readonly members: readonly string[];
  /** The folder of each member, as the lock writes it: "." is the lock's own. */
  readonly memberFolders: ReadonlyMap<string, string>;
  /** uv: the extras and groups that the lock has of each member; of a workspace without a project of its own under "". */
  readonly choices: ReadonlyMap<string, MemberChoices>;
  /** What is odd about the lock and does not keep it from being read. */
  readonly warnings: readonly Failure[];
  /**
   * uv: what the lock says that it was made from.
   *
   * @internal
   */
  stated(): UvStated;
  /**
   * A requirement or a marker in the form that uv compares; null when it cannot be read.
   *
   * @internal
   */
  form(request: FormRequest): Form | null;
  /**
   * COMBINE_* of two markers or two ranges of forms; null when that is too hard.
   *
   * @internal
   */
  combine(operation: number, a: number, b: number): number | null;
  /** One selection on one target; without `groups` the default ones. A refusal is in the answer, not thrown. */
  resolve(request: ResolveOptions): Resolution;
  /** The same selection on several targets, in their order: the same answers. Packages that are alike are one object. */
  resolveAll(request: ResolveAllOptions): Resolution[];
  /**
   * The same as it is printed: the packages as JSON, good until the next call.
   *
   * @internal
   */
  resolveParts(request: ResolveAllRequest): ResolutionParts[];
  /** Of these targets, those whose Python the lock takes. */
  admitted(targets: readonly string[]): string[];
  /** The same, with the reasons. */
  explain(request: ResolveOptions): Explanation;
  /** As `describeTarget` and `knownTargets`, by the module that this lock was read with. */
  describeTarget(target: string, python?: string): Target;
  /** As `knownTargets`, by that module. */
  knownTargets(): string[];
  /**
   * Of these packages, by their places in the lock, only why each file fits or not; null where the target is refused.
   *
   * @internal
   */
  verdicts(request: ResolveRequest, rows: readonly number[]): (readonly FileReason[])[] | null;
  /** Every package, whatever is selected, in the order of the lock. */
  packages(): readonly LockedPackage[];
  /** Their names alone, in that order: far less than all of their files. */
  packageNames(): string[];
  /**
   * One of them, by its place in that order.
   *
   * @internal
   */
  package(row: number): LockedPackage;
  /** @internal */
  packageName(row: number): string;
  /**
   * Whether the lock says itself what every selection installs, so that all are exact: no search is needed.
   *
   * @internal
   */
  readonly isFilter: boolean;
  /**
   * Requirements: where they say that files are looked for.
   *
   * @internal
   */
  readonly places: Places;
  /** Whether the lock has hashes without the names of their files, which only an index can tell. */
  readonly lacksFileNames: boolean;
  /**
   * Every selection on one target: each package with its condition, for the frozen resolution.
   *
   * @internal
   */
  resolveOpen(request: ResolveRequest): FrozenTarget;
  /**
   * Every selection on each of the targets, as the frozen file has them.
   *
   * @internal
   */
  freeze(request: FreezeRequest): FrozenParts;
  /**
   * Whether a wheel of the lock asks for a glibc newer than 2.`older` and no newer than 2.`newer`, both from 31 to 63.
   *
   * @internal
   */
  asksForGlibc(older: number, newer: number): boolean;
  /**
   * Whether the lock has the project and does not build it.
   *
   * @internal
   */
  readonly hasVirtualProject: boolean;
}

const FORMATS: Readonly<Record<LockFormat, number>> = {
  poetry: abi.FORMAT_POETRY,
  uv: abi.FORMAT_UV,
  pylock: abi.FORMAT_PYLOCK,
  pdm: abi.FORMAT_PDM,
  pipfile: abi.FORMAT_PIPFILE,
  requirements: abi.FORMAT_REQUIREMENTS,
  conda: abi.FORMAT_CONDA,
};
/** What makes the lock anew, for messages. */
export const LOCK_COMMANDS: Readonly<Record<LockFormat, string>> = {
  poetry: "`poetry lock`",
  uv: "`uv lock`",
  pylock: "the tool that wrote it",
  pdm: "`pdm lock`",
  pipfile: "`pipenv lock`",
  requirements: "`pip-compile --generate-hashes`",
  conda: "`conda-lock`",
};
/** The formats whose locks do not say what the files are called that their hashes are of. */
const NAMELESS: ReadonlySet<LockFormat> = new Set(["pipfile", "requirements"]);

/** Reads a lock into an instance of the core; throws a PylockError that says where it is wrong. */
export function readLockWith(core: Core, lock: Uint8Array | ByteSource | string, options: ReadOptions = {}): Lockfile {
  const input = typeof lock === "string" ? new TextEncoder().encode(lock) : lock;
  const bytes = (): Uint8Array => (input instanceof Uint8Array ? input : input.bytes());
  const { format = formatOfLock(bytes(), options.path ?? null), pyproject = null } = options;
  const { path = USUAL_NAMES[format] } = options;
  const parts = options.parts ?? [wholeText(path, bytes)];
  const project = recordsFor(format, pyproject);
  const failure = core.read(FORMATS[format], input, project);
  const sources: Sources = { path, format, parts, pyproject };
  const spoken = (found: CoreFailure, target: string): Failure =>
    failureFrom(found.status, {
      ...factsOf(core, found, sources),
      ...(isOfTarget(found) && { path: null, found: target }),
    });
  if (failure !== null) throw errorFrom(failure.status, factsOf(core, failure, sources));
  const members = names(core, abi.TABLE_MEMBER).sort();
  const groups = groupsOf(core, format, pyproject);
  const usual = [...groups].filter(([, isChosen]) => isChosen).map(([name]) => name);
  let floors: number | undefined;
  return {
    path,
    format,
    bytes,
    version: core.text(core.state(abi.STATE_LOCK_VERSION)),
    python: core.text(core.state(abi.STATE_LOCK_PYTHON)),
    contentHash: core.text(core.state(abi.STATE_CONTENT_HASH)),
    groups,
    extras: names(core, abi.TABLE_EXTRA).sort(),
    members,
    memberFolders: foldersOf(core, members),
    choices: choicesOf(core),
    warnings: warningsOf(core).map((warning) => failureFrom(warning.status, factsOf(core, warning, sources))),
    packages: () => readPackages(core),
    packageNames: () => readNames(core),
    package: (row) => readPackage(core, row),
    packageName: (row) => packageName(core, row),
    isFilter: core.state(abi.STATE_METHOD) !== abi.METHOD_SEARCH,
    lacksFileNames: NAMELESS.has(format),
    stated: () => readStated(core),
    form: (request) => {
      const form = core.form(request);
      return "status" in form ? null : form;
    },
    combine: (operation, a, b) => core.combine(operation, a, b),
    places: format === "requirements" ? placesIn(bytes(), parts) : NO_PLACES,
    resolve: (request) => readResolutions(core, { ...selected(request, usual), targets: [request] }, spoken)[0]!,
    resolveAll: (request) =>
      readResolutions(core, { ...selected(request, usual), targets: request.targets.map(targetChoice) }, spoken),
    resolveParts: (request) => readResolutionParts(core, request, spoken),
    admitted: (targets) => admittedTargets(core, targets),
    explain: (request) => readExplanation(core, selected(request, usual), spoken),
    describeTarget: (target, python) => describedBy(core.module, target, python),
    knownTargets: () => targetsOf(core.module),
    verdicts: (request, rows) => readVerdicts(core, request, rows),
    resolveOpen: (request) => readFrozenTarget(core, request, spoken),
    freeze: (request) => readFrozen(core, request, spoken),
    asksForGlibc: (older, newer) => {
      floors ??= core.floors();
      return (floors & (2 ** (newer - 31) - 2 ** (older - 31))) !== 0;
    },
    hasVirtualProject: hasVirtualProject(core),
  };
}

/** A text from one file, whose bytes are looked at only where there is something to show. */
function wholeText(path: string, bytes: () => Uint8Array): TextPart {
  return {
    path,
    get bytes() {
      return bytes();
    },
    offset: 0,
    from: 0,
  };
}

/** The project's own requirements, for the formats that take them into account. */
function recordsFor(format: LockFormat, pyproject: Pyproject | null): string | null {
  if (pyproject === null) return null;
  if (format === "poetry" || format === "uv") return projectRecords(pyproject, format);
  return format === "pdm" ? pdmRecords(pyproject) : null;
}

/** What the whole input is, for messages. */
interface Sources {
  readonly path: string;
  readonly format: LockFormat;
  readonly parts: readonly TextPart[];
  readonly pyproject: Pyproject | null;
}

/** Whether the target's name is at fault, not the lock. */
function isOfTarget({ status }: CoreFailure): boolean {
  return status === abi.STATUS_TARGET || status === abi.STATUS_TARGET_PYTHON;
}

function factsOf(
  core: Core,
  failure: CoreFailure,
  { path, format, parts, pyproject }: Sources,
): Parameters<typeof failureFrom>[1] {
  const inLock = failure.input === abi.INPUT_LOCK;
  const part = inLock ? partAt(parts, failure.offset) : null;
  return {
    path: part?.path ?? (failure.input === abi.INPUT_PROJECT && pyproject !== null ? pyproject.path : path),
    bytes: part?.bytes ?? null,
    ...spanIn(part, failure),
    detail: detailOf(core, failure),
    again: LOCK_COMMANDS[format],
    found:
      failure.input === abi.INPUT_PROJECT && pyproject !== null
        ? spanOf(recordsFor(format, pyproject) ?? "", failure)
        : null,
  };
}

/** The span in the file that the part is from: what stands there, where the text has other words. */
function spanIn(part: TextPart | null, { offset, size }: CoreFailure): { offset: number | null; size: number | null } {
  if (part === null) return { offset: null, size: null };
  if (part.replaced !== undefined) return { offset: part.from, size: part.replaced };
  return { offset: offset - part.offset + part.from, size };
}

/** The text of a span in the project's records: their place in pyproject.toml is not known. */
function spanOf(records: string, { offset, size }: CoreFailure): string {
  return new TextDecoder().decode(new TextEncoder().encode(records).subarray(offset, offset + size));
}

/** What the number that came with a failure stands for: a type, or a key that a reader misses (its number in assembly/lock/). */
export const DETAIL_WORDS: Readonly<Record<number, readonly string[]>> = {
  [abi.STATUS_LOCK_TYPE]: ["", "a table", "an array", "a string", "an integer", "a float", "a boolean"],
  [abi.STATUS_LOCK_MISSING]: [
    "name",
    "version",
    "file",
    "groups",
    "source",
    "requires-python",
    "url, path or filename",
    "absolute url",
    "path or url",
  ],
  [abi.STATUS_PYLOCK_MISSING]: [
    "lock-version",
    "created-by",
    "packages",
    "name",
    "hashes",
    "commit-id",
    "path",
    "type",
  ],
  [abi.STATUS_PDM_MISSING]: ["metadata", "lock_version", "name", "version", "groups"],
  [abi.STATUS_CONDA_MISSING]: ["version", "package", "name", "version", "platform", "url", "manager"],
};
/** What the number of these is the id of a text for. */
const TEXT_DETAILS: ReadonlySet<number> = new Set([
  abi.STATUS_AMBIGUOUS,
  abi.STATUS_UNSATISFIABLE,
  abi.STATUS_PYTHON_REFUSED,
  abi.STATUS_LOCK_EDGE,
  abi.STATUS_LOCK_DUPLICATE,
  abi.STATUS_LOCK_OTHER_FILE,
  abi.STATUS_CONFLICT,
  abi.STATUS_PLATFORM_REFUSED,
  abi.STATUS_GROUP_PYTHON,
  abi.STATUS_PYLOCK_OTHER_NAME,
  abi.STATUS_PYLOCK_OTHER_VERSION,
  abi.STATUS_PYLOCK_PACKAGE_PYTHON,
  abi.STATUS_SELECTED_TWICE,
  abi.STATUS_REQUIREMENTS_DISJOINT,
  abi.STATUS_CONDA_PLATFORM,
]);

/** The number that came with a failure, in words where the message needs words. */
function detailOf(core: Core, { status, detail }: CoreFailure): number | string | null {
  if (detail === abi.NONE) return null;
  if (DETAIL_WORDS[status] !== undefined) return DETAIL_WORDS[status][detail] ?? null;
  return TEXT_DETAILS.has(status) ? core.text(detail) : detail;
}

function warningsOf(core: Core): CoreFailure[] {
  const rows = core.rows(abi.TABLE_WARNING, abi.PROBLEM_WORDS);
  return Array.from({ length: rows.count }, (_, row) => ({
    status: rows.at(row, abi.PROBLEM_STATUS),
    ...core.place(rows.at(row, abi.PROBLEM_ADDRESS)),
    size: rows.at(row, abi.PROBLEM_SIZE),
    detail: rows.at(row, abi.PROBLEM_DETAIL),
  }));
}

/**
 * Which groups are chosen by default. Poetry: those that pyproject.toml does not call optional. uv: those that it calls
 * default. PDM: those that the lock was made for, as far as pyproject.toml has them; where the lock does not say, `main` and
 * the development groups (pdm/cli/filters.py, GroupSelection). conda-lock: `main` and `dev`. pylock.toml says it itself.
 * `main` is always there, but in pylock.toml, where it is a name like others.
 */
function groupsOf(core: Core, format: LockFormat, pyproject: Pyproject | null): Map<string, boolean> {
  const all = names(core, abi.TABLE_GROUP);
  const locked = names(core, abi.TABLE_DEFAULT_GROUP);
  if (format === "pylock") {
    return new Map(all.map((name) => [name, locked.includes(name)]));
  }
  const groups = new Map([["main", true]]);
  for (const name of all) if (name !== "main") groups.set(name, isDefault(name, format, pyproject));
  if (format === "pdm" && locked.length > 0) {
    for (const name of groups.keys()) groups.set(name, locked.includes(name) && isPdmGroup(name, pyproject));
  }
  return groups;
}

/** Without pyproject.toml the lock's word counts. */
function isPdmGroup(name: string, pyproject: Pyproject | null): boolean {
  return name === "main" || pyproject === null || pdmGroups(pyproject).includes(name);
}

function isDefault(name: string, format: LockFormat, pyproject: Pyproject | null): boolean {
  if (format === "poetry") return pyproject?.groups.get(name) ?? true;
  if (format === "uv") return uvDefaults(pyproject)(name);
  if (format === "pdm") return pyproject?.developmentGroups.has(name) ?? false;
  return format === "conda" && name === "dev";
}

function names(core: Core, table: number): string[] {
  const rows = core.rows(table, 1);
  return Array.from({ length: rows.count }, (_, row) => core.text(rows.at(row)) ?? "");
}

function choicesOf(core: Core): Map<string, MemberChoices> {
  const rows = core.rows(abi.TABLE_OFFER, abi.OFFER_WORDS);
  const choices = new Map<string, { extras: Set<string>; groups: Set<string> }>();
  for (let row = 0; row < rows.count; row++) {
    const member = core.text(rows.at(row, abi.OFFER_MEMBER)) ?? "";
    const own = choices.get(member) ?? { extras: new Set(), groups: new Set() };
    choices.set(member, own);
    const names = rows.at(row, abi.OFFER_IS_EXTRA) === 1 ? own.extras : own.groups;
    names.add(core.text(rows.at(row, abi.OFFER_NAME))!);
  }
  return choices;
}
