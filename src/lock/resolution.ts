// Resolutions, read out of the core's tables: for one selection, and for all selections at once.

import * as abi from "../core/abi.ts";
import type { Core, CoreFailure, CoreRequest } from "../core/core.ts";
import type { Failure } from "../words/errors.ts";
import { sriHash } from "./integrity.ts";

export interface ResolveRequest {
  /** Target name: `cp312-linux-x86_64-glibc2.28`. */
  readonly target: string;
  /** python_full_version instead of the usual one of that Python. */
  readonly python?: string | undefined;
  readonly groups: readonly string[];
  readonly extras: readonly string[];
  readonly prefer?: "wheel" | "sdist" | undefined;
  readonly noBinary?: readonly string[] | undefined;
  readonly onlyBinary?: readonly string[] | undefined;
  /** uv: the members of the workspace to start from, or all of them; otherwise the project, else all members. */
  readonly packages?: readonly string[] | "all" | undefined;
}

/** `none`: no file of the package fits the target. `hashes-only`: the lock has hashes without file names. */
export type ArtifactKind =
  | "wheel"
  | "sdist"
  | "git"
  | "url"
  | "file"
  | "path"
  | "directory"
  | "editable"
  | "virtual"
  | "hashes-only"
  | "none";

export interface ResolvedPackage {
  /** Normalised (PEP 503). */
  readonly name: string;
  /** As the lock writes it. */
  readonly version: string | null;
  readonly kind: ArtifactKind;
  /** File name, `url@commit`, URL or path, by kind. */
  readonly artifact: string | null;
  /** SRI; null when there is none, or several. */
  readonly hash: string | null;
  /** Only for `hashes-only`. */
  readonly hashes?: readonly string[];
  readonly url: string | null;
  /** Names of the packages that it depends on in this resolution. */
  readonly dependencies: readonly string[];
}

export interface Resolution {
  readonly target: string;
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly packages: readonly ResolvedPackage[];
  readonly uninstallable: readonly string[];
  readonly problems: readonly string[];
  readonly error: Failure | null;
}

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

export interface ChosenFile {
  readonly name: string;
  readonly hash: string | null;
  /** What has no scheme is a path from the lock's folder. */
  readonly url: string | null;
}

/** Refers to earlier conditions only; the first is `true`. */
export type Condition =
  | boolean
  | { readonly group: string }
  | { readonly extra: string }
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

/** Where a package comes from, as the frozen resolution tells it. */
export interface PackageSource {
  readonly kind: "index" | "legacy" | "folder" | "git" | "url" | "file" | "directory" | "virtual";
  readonly url: string | null;
  readonly reference: string | null;
  readonly resolved: string | null;
  readonly subdirectory: string | null;
  readonly editable: boolean;
  /** Git: whether large files come from the repository's LFS store. */
  readonly lfs: boolean;
}

/** A package of the lock, whatever is selected. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string | null;
  readonly source: PackageSource;
  /** All its files, as the lock lists them. */
  readonly files: readonly (ChosenFile & { readonly isSdist: boolean })[];
}

const KINDS: readonly ArtifactKind[] = [
  "none",
  "wheel",
  "sdist",
  "git",
  "url",
  "file",
  "directory",
  "editable",
  "hashes-only",
  "path",
  "virtual",
];
const SOURCES: readonly PackageSource["kind"][] = [
  "index",
  "legacy",
  "git",
  "url",
  "file",
  "directory",
  "file",
  "directory",
  "virtual",
  "folder",
];

/** Puts a failure into words; `target` is what was asked for, where that was at fault. */
export type Speak = (failure: CoreFailure, target: string) => Failure;

/** Resolves one selection. */
export function readResolution(core: Core, request: ResolveRequest, speak: Speak): Resolution {
  return resolutionOf(core, request, core.resolve(coreRequest(request, 0)), speak);
}

/** What the core's tables say after `resolve` or `explain`; `failure` is what that call gave. */
export function resolutionOf(
  core: Core,
  request: ResolveRequest,
  failure: CoreFailure | null,
  speak: Speak,
): Resolution {
  const { target, groups, extras } = request;
  if (failure !== null) {
    return { target, extras, groups, packages: [], uninstallable: [], problems: [], error: speak(failure, target) };
  }
  const rows = core.rows(abi.TABLE_SELECTION, abi.SELECTION_WORDS);
  const edges = core.rows(abi.TABLE_EDGE, 1);
  const packages = Array.from({ length: rows.count }, (_, row): ResolvedPackage => {
    const index = rows.at(row, abi.SELECTION_PACKAGE);
    const kind = KINDS[rows.at(row, abi.SELECTION_KIND)]!;
    return {
      name: packageName(core, index),
      version: packageVersion(core, index),
      kind,
      ...artifactFacts(core, index, kind, rows.at(row, abi.SELECTION_ARTIFACT)),
      dependencies: dependencyNames(
        core,
        edges,
        rows.at(row, abi.SELECTION_EDGES),
        rows.at(row, abi.SELECTION_EDGE_COUNT),
      ),
    };
  });
  packages.sort(byNameAndVersion);
  return {
    target,
    extras,
    groups,
    packages,
    uninstallable: packages.filter((each) => each.kind === "none").map((each) => each.name),
    problems: problemsOf(core).map((each) => speak(each, target).message),
    error: null,
  };
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

/** Every package of the lock, in its order. */
export function readPackages(core: Core): LockedPackage[] {
  const rows = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  const artifacts = core.rows(abi.TABLE_ARTIFACT, abi.ARTIFACT_WORDS);
  return Array.from({ length: rows.count }, (_, row) => ({
    name: packageName(core, row),
    version: packageVersion(core, row),
    source: sourceOf(core, row),
    files: Array.from({ length: rows.at(row, abi.PACKAGE_ARTIFACT_COUNT) }, (_, index) => {
      const artifact = rows.at(row, abi.PACKAGE_ARTIFACTS) + index;
      return {
        ...chosenFile(core, artifact),
        isSdist: artifacts.at(artifact, abi.ARTIFACT_KIND) === abi.ARTIFACT_IS_SDIST,
      };
    }),
  }));
}

export function coreRequest(request: ResolveRequest, flags: number): CoreRequest {
  const { target, python, groups, extras, noBinary, onlyBinary, packages } = request;
  const sdistFirst = request.prefer === "sdist" ? abi.REQUEST_IS_SDIST_FIRST : 0;
  const workspace = packages === "all" ? abi.REQUEST_IS_WORKSPACE : 0;
  return {
    target,
    python,
    groups,
    extras,
    noBinary,
    onlyBinary,
    packages: packages === "all" ? [] : packages,
    flags: flags | sdistFirst | workspace,
  };
}

export function packageName(core: Core, row: number): string {
  return core.text(core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS).at(row, abi.PACKAGE_NAME)) ?? "";
}

export function packageVersion(core: Core, row: number): string | null {
  return core.text(core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS).at(row, abi.PACKAGE_VERSION));
}

function sourceOf(core: Core, row: number): PackageSource {
  const rows = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  const text = (word: number): string | null => core.text(rows.at(row, word));
  return {
    kind: SOURCES[rows.at(row, abi.PACKAGE_SOURCE)]!,
    url: text(abi.PACKAGE_URL),
    reference: text(abi.PACKAGE_REFERENCE),
    resolved: text(abi.PACKAGE_RESOLVED),
    subdirectory: text(abi.PACKAGE_SUBDIRECTORY),
    editable: (rows.at(row, abi.PACKAGE_FLAGS) & abi.PACKAGE_IS_EDITABLE) !== 0,
    lfs: (rows.at(row, abi.PACKAGE_FLAGS) & abi.PACKAGE_HAS_LFS) !== 0,
  };
}

export function chosenFile(core: Core, row: number): ChosenFile {
  const rows = core.rows(abi.TABLE_ARTIFACT, abi.ARTIFACT_WORDS);
  const text = (word: number): string | null =>
    rows.at(row, word + 1) === 0 ? null : core.slice(rows.at(row, word), rows.at(row, word + 1));
  const hash = text(abi.ARTIFACT_HASH);
  return {
    name: text(abi.ARTIFACT_NAME) ?? "",
    hash: hash === null ? null : sriHash(hash),
    url: text(abi.ARTIFACT_URL),
  };
}

/** The artifact in words, by kind. */
function artifactFacts(
  core: Core,
  row: number,
  kind: ArtifactKind,
  artifact: number,
): Pick<ResolvedPackage, "artifact" | "hash" | "hashes" | "url"> {
  if (artifact !== abi.NONE) {
    const { name, hash, url } = chosenFile(core, artifact);
    return { artifact: name, hash, url };
  }
  const source = sourceOf(core, row);
  const files = readFiles(core, row);
  const hash = files.length === 1 ? files[0]!.hash : null;
  switch (kind) {
    case "git":
      return { artifact: writtenRepository(core, row) ?? gitReference(source), hash: null, url: source.url };
    case "url":
      return { artifact: source.url, hash, url: source.url };
    case "file":
    case "path":
    case "directory":
    case "editable":
    case "virtual":
      return { artifact: source.url, hash, url: null };
    case "hashes-only":
      if (hash !== null) return { artifact: null, hash, url: null };
      return { artifact: null, hash: null, hashes: files.flatMap((file) => file.hash ?? []), url: null };
    default:
      return { artifact: null, hash: null, url: null };
  }
}

/** As pip writes it: `url@commit`, and the folder in the repository where the project is. */
function gitReference({ url, resolved, subdirectory }: PackageSource): string {
  return `${url}@${resolved}${subdirectory === null ? "" : `#subdirectory=${subdirectory}`}`;
}

/** uv's form of the same, which keeps the query: `url?rev=main@commit`. */
function writtenRepository(core: Core, row: number): string | null {
  const written = core.text(core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS).at(row, abi.PACKAGE_WRITTEN));
  return written === null ? null : written.replace("#", "@");
}

function readFiles(core: Core, row: number): ChosenFile[] {
  const rows = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  const first = rows.at(row, abi.PACKAGE_ARTIFACTS);
  return Array.from({ length: rows.at(row, abi.PACKAGE_ARTIFACT_COUNT) }, (_, index) =>
    chosenFile(core, first + index),
  );
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

/** By name, then by version as text: the order of the lock is Poetry's, and it is not the same everywhere. */
function byNameAndVersion(a: ResolvedPackage, b: ResolvedPackage): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const left = a.version ?? "";
  const right = b.version ?? "";
  return left < right ? -1 : left > right ? 1 : 0;
}
