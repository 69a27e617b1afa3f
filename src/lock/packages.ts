// The packages of a lock, whatever is selected, read out of the core's tables.

import * as abi from "../core/abi.ts";
import type { Core } from "../core/core.ts";
import { sriHash } from "./sri.ts";

/** A file with its hash and its address. */
export interface ChosenFile {
  /** Empty for a hash without a name. */
  readonly name: string;
  /** SRI. */
  readonly hash: string | null;
  /** What has no scheme is a path from the lock's folder. */
  readonly url: string | null;
}

/** Where a package comes from, as the frozen resolution tells it. */
export interface PackageSource {
  /** What kind of place; `legacy` is an index by address, `index` the usual one. */
  readonly kind: "index" | "legacy" | "folder" | "git" | "url" | "file" | "directory" | "virtual";
  /** Address or path. */
  readonly url: string | null;
  /** What the lock calls the index, or the branch or tag that was asked for. */
  readonly reference: string | null;
  /** Git: the commit. */
  readonly resolved: string | null;
  /** The folder within, where it is not the whole. */
  readonly subdirectory: string | null;
  /** Whether it is installed in place. */
  readonly editable: boolean;
  /** Git: whether large files come from the repository's LFS store. */
  readonly lfs: boolean;
}

/** A file of a package, as the lock lists it. */
export interface LockedFile extends ChosenFile {
  /** Whether it is a source distribution. */
  readonly isSdist: boolean;
  /** In bytes; absent where the lock states none, and from 4 GiB on. */
  readonly size?: number;
}

/** A package of the lock, whatever is selected. */
export interface LockedPackage {
  /** Normalised. */
  readonly name: string;
  /** As the lock writes it. */
  readonly version: string | null;
  /** Where it comes from. */
  readonly source: PackageSource;
  /** All its files, as the lock lists them. */
  readonly files: readonly LockedFile[];
}

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

/** Every package of the lock, in its order. */
export function readPackages(core: Core): LockedPackage[] {
  const { count } = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  return Array.from({ length: count }, (_, row) => readPackage(core, row));
}

export function readPackage(core: Core, row: number): LockedPackage {
  const rows = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  const artifacts = core.rows(abi.TABLE_ARTIFACT, abi.ARTIFACT_WORDS);
  return {
    name: packageName(core, row),
    version: packageVersion(core, row),
    source: sourceOf(core, row),
    files: Array.from({ length: rows.at(row, abi.PACKAGE_ARTIFACT_COUNT) }, (_, index) => {
      const artifact = rows.at(row, abi.PACKAGE_ARTIFACTS) + index;
      return {
        ...chosenFile(core, artifact),
        isSdist: artifacts.at(artifact, abi.ARTIFACT_KIND) === abi.ARTIFACT_IS_SDIST,
        ...statedSize(artifacts.at(artifact, abi.ARTIFACT_FILE_SIZE) >>> 0),
      };
    }),
  };
}

/** The folders of the packages of these names, as the lock writes them. */
export function foldersOf(core: Core, names: readonly string[]): Map<string, string> {
  const wanted = new Set(names);
  const folders = new Map<string, string>();
  if (wanted.size === 0) return folders;
  const rows = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  for (let row = 0; row < rows.count; row++) {
    // To read the names of all packages takes a thirtieth of the time of a whole command on a large lock.
    if (!FOLDERS.has(rows.at(row, abi.PACKAGE_SOURCE))) continue;
    const name = packageName(core, row);
    const folder = wanted.has(name) && !folders.has(name) ? core.text(rows.at(row, abi.PACKAGE_URL)) : null;
    if (folder !== null) folders.set(name, folder);
  }
  return folders;
}

const FOLDERS: ReadonlySet<number> = new Set([abi.SOURCE_DIRECTORY, abi.SOURCE_EDITABLE, abi.SOURCE_VIRTUAL]);

function statedSize(size: number): Pick<LockedFile, "size"> {
  return size === 0 || size === 0xffffffff ? {} : { size };
}

/** Whether the lock has the project itself and does not build it: uv's virtual source at the lock's folder. */
export function hasVirtualProject(core: Core): boolean {
  const rows = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  for (let row = 0; row < rows.count; row++) {
    if (rows.at(row, abi.PACKAGE_SOURCE) !== abi.SOURCE_VIRTUAL) continue;
    if (core.text(rows.at(row, abi.PACKAGE_URL)) === ".") return true;
  }
  return false;
}

export function readNames(core: Core): string[] {
  const { count } = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  return Array.from({ length: count }, (_, row) => packageName(core, row));
}

export function packageName(core: Core, row: number): string {
  return core.text(core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS).at(row, abi.PACKAGE_NAME)) ?? "";
}

export function packageVersion(core: Core, row: number): string | null {
  return core.text(core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS).at(row, abi.PACKAGE_VERSION));
}

/** What SOURCE_* is called. */
export function sourceKind(source: number): PackageSource["kind"] {
  return SOURCES[source]!;
}

function sourceOf(core: Core, row: number): PackageSource {
  const rows = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  const text = (word: number): string | null => core.text(rows.at(row, word));
  return {
    kind: sourceKind(rows.at(row, abi.PACKAGE_SOURCE)),
    url: text(abi.PACKAGE_URL),
    reference: text(abi.PACKAGE_REFERENCE),
    resolved: text(abi.PACKAGE_RESOLVED),
    subdirectory: text(abi.PACKAGE_SUBDIRECTORY),
    editable: (rows.at(row, abi.PACKAGE_FLAGS) & abi.PACKAGE_IS_EDITABLE) !== 0,
    lfs: (rows.at(row, abi.PACKAGE_FLAGS) & abi.PACKAGE_HAS_LFS) !== 0,
  };
}

export function chosenFile(core: Core, row: number): ChosenFile {
  const hash = fileText(core, row, abi.ARTIFACT_HASH);
  return {
    name: fileName(core, row),
    hash: hash === null ? null : sriHash(hash),
    url: fileText(core, row, abi.ARTIFACT_URL),
  };
}

export function fileName(core: Core, row: number): string {
  return fileText(core, row, abi.ARTIFACT_NAME) ?? "";
}

function fileText(core: Core, row: number, word: number): string | null {
  const rows = core.rows(abi.TABLE_ARTIFACT, abi.ARTIFACT_WORDS);
  const size = rows.at(row, word + 1);
  return size === 0 ? null : core.slice(rows.at(row, word), size);
}
