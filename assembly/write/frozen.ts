// The frozen resolution (docs/resolution.md), as far as the lock decides it: the packages with what differs between targets,
// and the conditions of selections. The host adds what it alone knows: paths, the project's facts, words for refusals.
//
// Each target is resolved with all selections open; what it selects is gathered as variants of packages, equal ones once.
// Invariant: the same requests give the same bytes. Files, variants and conditions stand in the order in which the targets
// first asked for them; packages in the order of the lock.

import {
  ARTIFACT_IS_SDIST,
  KIND_NONE,
  NONE,
  PACKAGE_HAS_LFS,
  PACKAGE_IS_EDITABLE,
  REQUEST_IS_OPEN,
  SOURCE_DIRECTORY,
  SOURCE_EDITABLE,
  SOURCE_FILE,
  SOURCE_FOLDER,
  SOURCE_GIT,
  SOURCE_INDEX,
  SOURCE_LEGACY,
  SOURCE_PATH,
  SOURCE_URL,
  SOURCE_VIRTUAL,
  STATUS_OK,
} from "../../src/core/abi";
import { isOneFile } from "../lock/identity";
import { Artifact, artifactAt, idAt, Package, Problem, packageAt, packages } from "../lock/tables";
import { isAddress } from "../lock/url";
import { memberNames } from "../lock/uv/branches";
import { Column, REQUEST } from "../memory/arena";
import { equal, indexIn, indexOf, is } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { failed } from "../memory/status";
import { ResolveRequest, Selection, selections } from "../resolve/resolution";
import { shareConditions, sharedIndex, writeConditions } from "./conditions";
import { findDivergences } from "./divergence";
import { output, put, putBool, putNumber, putString, putText } from "./output";
import { putAddress, putAddressOf, putHash } from "./places";
import { asked, keepProblems, lastTarget, refusals, resolveNext, startTargets, targetAt, targets } from "./targets";
import {
  choiceOf,
  dependencies,
  firstVariant,
  gather,
  startChoices,
  startVariants,
  Variant,
  variantAt,
} from "./variants";

/** A package that is written, one line each. Read by hosts (src/core/abi.ts, LINE_*). */
@unmanaged
export class FrozenLine {
  package: u32;
  /** Offset in the output, without the line's end. */
  offset: u32;
  size: u32;
  /** Whether some target can install no file of it. */
  isUninstallable: u32;
  /** Whether Nix lacks a hash or an address of one of the files. */
  lacks: u32;
}

/** The ends of a package's chain of files that targets take, as rows + 1. */
@unmanaged
class Files {
  first: u32;
  last: u32;
  isUninstallable: u32;
}

@unmanaged
class File {
  /** Artifact row; NONE for the one file that the package's source is. */
  artifact: u32;
  next: u32;
}

export const lines: Column<FrozenLine> = changetype<Column<FrozenLine>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
const chains: Column<Files> = changetype<Column<Files>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
const files: Column<File> = changetype<Column<File>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));

/** Of the package that is being written. */
let lacks: bool = false;

/** Size of the list of conditions, which the output starts with. */
export let conditionsSize: u32 = 0;

/** Resolves every target of the request with selections open, and writes what there is. */
export function freeze(request: ResolveRequest): void {
  if (!startVariants() || !chains.fill(packages.count)) return;
  startTargets(request);
  while (resolveTarget(request)) continue;
  if (failed()) return;
  writeConditions();
  conditionsSize = output.count;
  writeLines();
  for (let row: u32 = 0; row < targets.count; row++) writeVariants(row);
}

/** Resolves the next target, and gathers what it selects; false when there is none. */
function resolveTarget(request: ResolveRequest): bool {
  asked.groupsSize = 0;
  if (!resolveNext(request.flags | REQUEST_IS_OPEN)) return false;
  startChoices();
  if (lastTarget().status != STATUS_OK) return !failed();
  shareConditions();
  keepProblems();
  for (let i = lastTarget().refusals; i < refusals.count; i++) {
    const refusal = changetype<Problem>(refusals.at(i));
    refusal.condition = sharedIndex(refusal.condition);
  }
  for (let i: u32 = 0; i < selections.count; i++) select(changetype<Selection>(selections.at(i)));
  findDivergences(request.groups, request.groupsSize, request.flags);
  return !failed();
}

function select(selection: Selection): void {
  const item = packageAt(selection.package);
  if (isLeftOut(item)) return;
  const owner = filesOf(selection.package);
  if (selection.kind == KIND_NONE) owner.isUninstallable = 1;
  gather(selection, fileOf(owner, selection, item), sharedIndex(selection.condition));
}

function filesOf(row: u32): Files {
  return changetype<Files>(chains.at(row));
}

/** `row` is one more than the row's index. */
function fileAt(row: u32): File {
  return changetype<File>(files.at(row - 1));
}

/**
 * What is not built (uv's virtual packages), and the project itself, which the Nix library builds from its own facts; in a
 * workspace other members may need it.
 */
function isLeftOut(item: Package): bool {
  if (item.source == SOURCE_VIRTUAL) return true;
  if (memberNames.count > 1) return false;
  if (sourceOf(item) != SOURCE_DIRECTORY || item.url == NONE) return false;
  return textSize(item.url) == 0 || is(textAddress(item.url), textSize(item.url), ".");
}

/** SOURCE_* as the frozen file tells them apart: uv's paths are files, and its editable folders folders. */
function sourceOf(item: Package): u32 {
  const source = item.source;
  return source == SOURCE_PATH ? SOURCE_FILE : source == SOURCE_EDITABLE ? SOURCE_DIRECTORY : source;
}

/** Index of the file that the target takes, NONE when it takes none. */
function fileOf(owner: Files, selection: Selection, item: Package): u32 {
  if (selection.artifact != NONE) return enterFile(owner, selection.artifact);
  return isOneFile(item) && selection.kind != KIND_NONE ? enterFile(owner, NONE) : NONE;
}

/** The index of a file among its package's, which has it from now on. */
function enterFile(owner: Files, artifact: u32): u32 {
  let index: u32 = 0;
  for (let each = owner.first; each != 0; each = fileAt(each).next, index++) {
    const known = fileAt(each).artifact;
    if (known == artifact || (known != NONE && isSameFile(artifactAt(known), artifactAt(artifact)))) return index;
  }
  const address = files.push();
  if (address == 0) return NONE;
  changetype<File>(address).artifact = artifact;
  changetype<File>(address).next = 0;
  if (owner.last == 0) owner.first = files.count;
  else fileAt(owner.last).next = files.count;
  owner.last = files.count;
  return index;
}

function isSameFile(a: Artifact, b: Artifact): bool {
  return (
    a.nameSize == b.nameSize &&
    a.hashSize == b.hashSize &&
    equal(a.name, b.name, a.nameSize) &&
    equal(a.hash, b.hash, a.hashSize)
  );
}

// --- Writing --------------------------------------------------------------------------------------------------------------

/** A line for each package that some target takes, with a comma and a line feed between two. */
function writeLines(): void {
  // First all else that grows, so that the output, which is large, needs not move while it does.
  lines.reserve(packages.count);
  for (let row: u32 = 0; row < packages.count; row++) {
    if (firstVariant(row) != 0 && isListed(packageAt(row))) enterSdist(filesOf(row), packageAt(row));
  }
  for (let row: u32 = 0; row < packages.count && !failed(); row++) {
    if (firstVariant(row) == 0) continue;
    if (lines.count != 0) put(",\n");
    const address = lines.push();
    if (address == 0) return;
    const offset = output.count;
    lacks = false;
    writePackage(row);
    const line = changetype<FrozenLine>(address);
    line.package = row;
    line.offset = offset;
    line.size = output.count - offset;
    line.isUninstallable = filesOf(row).isUninstallable;
    line.lacks = u32(lacks);
  }
}

function writePackage(row: u32): void {
  const item = packageAt(row);
  const owner = filesOf(row);
  put('{"name":');
  putText(item.name);
  put(',"version":');
  putText(item.version);
  put(',"source":{"kind":"');
  writeSource(item);
  put('},"files":[');
  for (let each = owner.first; each != 0; each = fileAt(each).next) {
    if (each != owner.first) put(",");
    if (fileAt(each).artifact == NONE) writeOnlyFile(item);
    else writeFile(item, artifactAt(fileAt(each).artifact));
  }
  put('],"variants":[');
  for (let each = firstVariant(row); each != 0; each = variantAt(each).next) {
    if (each != firstVariant(row)) put(",");
    writeVariant(variantAt(each));
  }
  put("]}");
}

/** Whether its files are those of an index. */
function isListed(item: Package): bool {
  return item.source == SOURCE_INDEX || item.source == SOURCE_LEGACY || item.source == SOURCE_FOLDER;
}

/** Whoever prefers to build needs it, whatever the targets take. */
function enterSdist(owner: Files, item: Package): void {
  for (let i: u32 = 0; i < item.artifactCount; i++) {
    if (artifactAt(item.artifacts + i).kind != ARTIFACT_IS_SDIST) continue;
    enterFile(owner, item.artifacts + i);
    return;
  }
}

function writeSource(item: Package): void {
  switch (sourceOf(item)) {
    case SOURCE_LEGACY:
      put('legacy","url":');
      putAddressOf(item.url);
      put(',"reference":');
      return putText(item.reference);
    case SOURCE_URL:
      put('url","url":');
      putAddressOf(item.url);
      if (item.subdirectory == NONE) return;
      put(',"subdirectory":');
      return putText(item.subdirectory);
    case SOURCE_GIT:
      put('git","url":');
      putAddressOf(item.url);
      put(',"rev":');
      putText(item.resolved);
      put(',"ref":');
      putText(item.reference);
      put(',"subdirectory":');
      putText(item.subdirectory);
      // Poetry and uv check out submodules, always (poetry/vcs/git/backend.py, Git.clone; uv-git, GitCheckout::reset).
      put(',"submodules":true');
      if ((item.flags & PACKAGE_HAS_LFS) != 0) put(',"lfs":true');
      return put(',"hash":null');
    case SOURCE_FILE:
      put('file","path":');
      return putText(item.url);
    case SOURCE_FOLDER:
      put('folder","path":');
      return putText(item.url);
    case SOURCE_DIRECTORY:
      put('directory","path":');
      putText(item.url);
      put(',"editable":');
      return putBool((item.flags & PACKAGE_IS_EDITABLE) != 0);
    default:
      put('index"');
  }
}

/** `["name","sha256-...","url"]`: the hash or the address (a URL or a path) null where the lock has none. */
function writeFile(item: Package, artifact: Artifact): void {
  if (artifact.urlSize == 0 || isAddress(artifact.url, artifact.urlSize)) lookAtHash(artifact);
  if (artifact.urlSize == 0 && item.source == SOURCE_LEGACY) lacks = true;
  put("[");
  putString(artifact.name, artifact.nameSize);
  put(",");
  putHash(artifact.hash, artifact.hashSize);
  if (artifact.urlSize == 0) return put(",null]");
  put(",");
  putAddress(artifact.url, artifact.urlSize);
  put("]");
}

/** Nix checks by MD5, SHA-1, SHA-256 and SHA-512 (src/answers/lack.ts). A digest alone is SHA-256's. */
function lookAtHash(artifact: Artifact): void {
  const colon = indexOf(artifact.hash, artifact.hashSize, 0x3a);
  const isKnown = colon == artifact.hashSize || indexIn(artifact.hash, colon, "sha256 sha512 sha1 md5") != NONE;
  if (artifact.hashSize == 0 || !isKnown) lacks = true;
}

/** The file that the package's source is. */
function writeOnlyFile(item: Package): void {
  const artifact = artifactAt(item.artifacts);
  if (item.source == SOURCE_URL) lookAtHash(artifact);
  put("[");
  putString(artifact.name, artifact.nameSize);
  put(",");
  putHash(artifact.hash, artifact.hashSize);
  put(",");
  putAddressOf(item.source == SOURCE_URL ? item.url : NONE);
  put("]");
}

/** `[file,condition,["name"]]`. */
function writeVariant(variant: Variant): void {
  put("[");
  if (variant.file == NONE) put("-1");
  else putNumber(variant.file);
  put(",");
  putNumber(variant.mark);
  put(",[");
  for (let i: u32 = 0; i < variant.dependencyCount; i++) {
    if (i != 0) put(",");
    putText(idAt(dependencies, variant.dependencies + i));
  }
  put("]]");
}

/** Of a target, for each package that is written. */
function writeVariants(row: u32): void {
  const offset = output.count;
  for (let i: u32 = 0; i < lines.count; i++) {
    if (i != 0) put(",");
    const chosen = choiceOf(row, changetype<FrozenLine>(lines.at(i)).package);
    if (chosen == 0) put("-1");
    else putNumber(chosen - 1);
  }
  const target = targetAt(row);
  target.variants = offset;
  target.variantsSize = output.count - offset;
}
