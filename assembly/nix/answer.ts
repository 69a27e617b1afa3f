// A resolution as the frozen file tells it (docs/resolution.md), for one target: the part that the lock decides.
//
//   { version, groups, extras, conditions, packages, targets, warnings }; of a uv.lock also `members`, name -> folder
//
// What says whether the lock is older than the project (nix/freshness.nix): `contentHash`, of Poetry's and PDM's; of a uv.lock
// `stated`, the lock itself without what comes from elsewhere (assembly/nix/stated.ts).
//
// A pylock.toml and a pdm.lock say themselves which groups are chosen by default: `defaultGroups` has their names.
// A uv.lock says whether the project is built at all: not when `isVirtual`.
//
// Mirrors src/answers/freeze.ts: packages that the target can select, in the order of the lock, each with its one variant.
// Invariant: the same value as the frozen file of that target; nix/evaluated.nix adds what Nix itself knows.

import {
  ARTIFACT_IS_SDIST,
  CONDITION_ALL,
  CONDITION_ALWAYS,
  CONDITION_EXTRA,
  CONDITION_GROUP,
  CONDITION_LEFT,
  CONDITION_MEMBER,
  CONDITION_NEVER,
  CONDITION_NOT,
  CONDITION_OPERATION,
  CONDITION_RIGHT,
  FORMAT_PYLOCK,
  KIND_NONE,
  NONE,
  PACKAGE_HAS_LFS,
  PACKAGE_IS_EDITABLE,
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
} from "../../src/core/abi";
import { isOneFile } from "../lock/identity";
import {
  Artifact,
  artifactAt,
  candidates,
  defaultGroups,
  extraNames,
  groupNames,
  idAt,
  lock,
  Package,
  Problem,
  packageAt,
  packages,
  warnings,
} from "../lock/tables";
import { memberNames, workspaceNames } from "../lock/uv/branches";
import { allocate, allocateZeroed, Column } from "../memory/arena";
import { compare, equal, is } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { failed } from "../memory/status";
import { edges, problems, Selection, selections } from "../resolve/resolution";
import { conditions } from "../standards/condition";
import { VARIABLE_PYTHON_FULL_VERSION, variableText } from "../standards/environment";
import { failureValue, problemValue } from "./failure";
import { makeBool, makeInteger } from "./host";
import { statedValue } from "./stated";
import { addressValue, sriValue, withoutUser } from "./texts";
import {
  add,
  closeList,
  closeSet,
  nullValue,
  openList,
  openSet,
  put,
  putNamed,
  stringValue,
  textValue,
  wordValue,
} from "./values";

/** Whether the module reads locks that say what they were made from by one digest: Poetry's and PDM's. */
const HAS_CONTENT_HASH: bool = !isDefined(WITHOUT_POETRY) || (!isDefined(WITHOUT_FLAT) && !isDefined(WITHOUT_PDM));

/** For each condition its index in the answer; NONE for one that no package refers to. */
let shared: usize = 0;

/** The answer to a request: the target's packages, or its refusal, which the status holds. */
export function answerValue(target: usize, targetSize: u32): u32 {
  const isRefused = failed();
  const from = openSet();
  put("version", textValue(lock.version));
  put("groups", namesValue(groupNames));
  put("extras", namesValue(extraNames));
  if (!isDefined(WITHOUT_FLAT) && !isDefined(WITHOUT_PYLOCK)) put("defaultGroups", namesValue(defaultGroups));
  if (!isDefined(WITHOUT_UV)) {
    put("isVirtual", makeBool(i32(isVirtual())));
    put("members", membersValue());
    put("stated", statedValue());
  }
  if (HAS_CONTENT_HASH) put("contentHash", textValue(lock.contentHash));
  put("conditions", conditionsValue(isRefused));
  put("packages", packagesValue(isRefused));
  put("warnings", warningsValue());
  // Last, since a message restores the lock's bytes.
  const targets = openSet();
  putNamed(target, targetSize, targetValue(isRefused));
  put("targets", closeSet(targets));
  return closeSet(from);
}

/** Distinct names, in the order of the tables. */
function namesValue(column: Column<u32>): u32 {
  const from = openList();
  for (let i: u32 = 0; i < column.count; i++) add(textValue(idAt(column, i)));
  return closeList(from);
}

/** Name -> folder of each member of the workspace. */
function membersValue(): u32 {
  const from = openSet();
  for (let i: u32 = 0; i < workspaceNames.count; i++) {
    const name = idAt(workspaceNames, i);
    putNamed(textAddress(name), textSize(name), textValue(packageAt(candidates(name)).url));
  }
  return closeSet(from);
}

/** Whether the lock has the project, and does not build it. */
function isVirtual(): bool {
  for (let row: u32 = 0; row < packages.count; row++) {
    const item = packageAt(row);
    if (item.source == SOURCE_VIRTUAL && is(textAddress(item.url), textSize(item.url), ".")) return true;
  }
  return false;
}

function targetValue(isRefused: bool): u32 {
  const from = openSet();
  if (isRefused) put("error", failureValue());
  else {
    put("python", textValue(variableText(VARIABLE_PYTHON_FULL_VERSION)));
    const variants = openList();
    const first = makeInteger(0);
    for (let i: u32 = 0; i < selections.count; i++) if (!isLeftOut(selectionAt(i))) add(first);
    put("variants", closeList(variants));
    if (problems.count != 0) put("refusals", refusalsValue());
  }
  return closeSet(from);
}

/** [condition, failure]: the selections that the installer refuses. */
function refusalsValue(): u32 {
  const from = openList();
  for (let i: u32 = 0; i < problems.count; i++) {
    const refusal = openList();
    add(sharedIndex(problemAt(i).condition));
    add(problemValue(problemAt(i)));
    add(closeList(refusal));
  }
  return closeList(from);
}

function problemAt(row: u32): Problem {
  return changetype<Problem>(problems.at(row));
}

function warningsValue(): u32 {
  const from = openList();
  for (let i: u32 = 0; i < warnings.count; i++) add(problemValue(changetype<Problem>(warnings.at(i))));
  return closeList(from);
}

// --- Conditions -------------------------------------------------------------------------------------------------------

function cell(row: u32, word: u32): u32 {
  return load<u32>(conditions.at(row) + (usize(word) << 2));
}

/** Those that packages and refusals refer to, directly or through others; they keep their order, and `true` comes first. */
function conditionsValue(isRefused: bool): u32 {
  const list = openList();
  add(makeBool(1));
  if (isRefused) return closeList(list);
  const count = conditions.count;
  shared = allocateZeroed(usize(count) << 2);
  if (shared == 0) return closeList(list);
  for (let i: u32 = 0; i < selections.count; i++) need(selectionAt(i).condition);
  for (let i: u32 = 0; i < problems.count; i++) need(problemAt(i).condition);
  // Rows refer to earlier rows only: downwards for what is needed, upwards for the new indexes.
  for (let row = count; row-- > 0; ) {
    if (load<u32>(shared + (usize(row) << 2)) == 0) continue;
    const operation = cell(row, CONDITION_OPERATION);
    if (operation >= u32(CONDITION_NOT)) need(cell(row, CONDITION_LEFT));
    if (operation > u32(CONDITION_NOT)) need(cell(row, CONDITION_RIGHT));
  }
  let next: u32 = 1;
  for (let row: u32 = 1; row < count; row++) {
    if (load<u32>(shared + (usize(row) << 2)) == 0) continue;
    store<u32>(shared + (usize(row) << 2), next++);
    add(conditionValue(row));
  }
  store<u32>(shared, 0);
  return closeList(list);
}

function need(row: u32): void {
  if (!ASC_NO_ASSERT) assert(row < conditions.count);
  store<u32>(shared + (usize(row) << 2), 1);
}

function sharedIndex(row: u32): u32 {
  if (!ASC_NO_ASSERT) assert(row < conditions.count);
  return makeInteger(load<u32>(shared + (usize(row) << 2)));
}

function conditionValue(row: u32): u32 {
  const operation = cell(row, CONDITION_OPERATION);
  const left = cell(row, CONDITION_LEFT);
  if (operation == CONDITION_NEVER) return makeBool(0);
  const from = openSet();
  if (operation == CONDITION_GROUP) put("group", textValue(left));
  else if (operation == CONDITION_EXTRA) put("extra", textValue(left));
  else if (!isDefined(WITHOUT_UV) && operation == CONDITION_MEMBER) put("member", textValue(left));
  else if (operation == CONDITION_NOT) put("not", sharedIndex(left));
  else {
    // Members ascend: the left one is the older row.
    const members = openList();
    add(sharedIndex(left));
    add(sharedIndex(cell(row, CONDITION_RIGHT)));
    const value = closeList(members);
    if (operation == CONDITION_ALL) put("all", value);
    else put("any", value);
  }
  return closeSet(from);
}

// --- Packages ---------------------------------------------------------------------------------------------------------

function packagesValue(isRefused: bool): u32 {
  const from = openList();
  if (!isRefused) {
    for (let i: u32 = 0; i < selections.count; i++) if (!isLeftOut(selectionAt(i))) add(packageValue(selectionAt(i)));
  }
  return closeList(from);
}

function selectionAt(row: u32): Selection {
  return changetype<Selection>(selections.at(row));
}

/** What is not built (uv's virtual packages), and the project itself, which the Nix library builds from its own facts. */
function isLeftOut(selection: Selection): bool {
  const item = packageAt(selection.package);
  if (!isDefined(WITHOUT_UV) && item.source == SOURCE_VIRTUAL) return true;
  // In a workspace other members may need it.
  if (!isDefined(WITHOUT_UV) && memberNames.count > 1) return false;
  return kindOf(item) == SOURCE_DIRECTORY && isHere(item);
}

/** Whether the package is at the lock's own folder. */
function isHere(item: Package): bool {
  if (item.url == NONE) return false;
  return textSize(item.url) == 0 || is(textAddress(item.url), textSize(item.url), ".");
}

/** SOURCE_* of Poetry, which the frozen file tells apart: uv's paths are files, and its editable folders folders. */
function kindOf(item: Package): u32 {
  const source = item.source;
  if (isDefined(WITHOUT_UV)) return source;
  return source == SOURCE_PATH ? SOURCE_FILE : source == SOURCE_EDITABLE ? SOURCE_DIRECTORY : source;
}

function packageValue(selection: Selection): u32 {
  const item = packageAt(selection.package);
  const from = openSet();
  put("name", textValue(item.name));
  put("version", textValue(item.version));
  put("source", sourceValue(item));
  const files = openList();
  addFiles(selection, item);
  const hasFile = selection.artifact != NONE || takesOnlyFile(selection, item);
  put("files", closeList(files));
  const variants = openList();
  const variant = openList();
  add(makeInteger(hasFile ? 0 : -1));
  add(sharedIndex(selection.condition));
  add(dependenciesValue(selection));
  add(closeList(variant));
  put("variants", closeList(variants));
  return closeSet(from);
}

/** Whether the target takes the one file that the package is by its source. */
function takesOnlyFile(selection: Selection, item: Package): bool {
  return isOneFile(item) && selection.kind != KIND_NONE;
}

/** The file that the target takes, and the sdist when that is another one. */
function addFiles(selection: Selection, item: Package): void {
  if (selection.artifact != NONE) add(fileValue(artifactAt(selection.artifact)));
  else if (takesOnlyFile(selection, item)) add(onlyFileValue(item));
  if (!isListed(item)) return;
  for (let i: u32 = 0; i < item.artifactCount; i++) {
    const artifact = artifactAt(item.artifacts + i);
    if (artifact.kind != ARTIFACT_IS_SDIST) continue;
    if (selection.artifact == NONE || !isSameFile(artifact, artifactAt(selection.artifact))) add(fileValue(artifact));
    return;
  }
}

/** Whether its files are those of an index. */
function isListed(item: Package): bool {
  const source = item.source;
  return source == SOURCE_INDEX || source == SOURCE_LEGACY || (!isDefined(WITHOUT_UV) && source == SOURCE_FOLDER);
}

function isSameFile(a: Artifact, b: Artifact): bool {
  return (
    a.nameSize == b.nameSize &&
    a.hashSize == b.hashSize &&
    equal(a.name, b.name, a.nameSize) &&
    equal(a.hash, b.hash, a.hashSize)
  );
}

/** [file name, SRI hash or null, URL or path or null]. */
function fileValue(artifact: Artifact): u32 {
  return rowValue(
    stringValue(artifact.name, artifact.nameSize),
    artifact.hash,
    artifact.hashSize,
    artifact.urlSize == 0 ? nullValue() : withoutUser(artifact.url, artifact.urlSize),
  );
}

function rowValue(name: u32, hash: usize, hashSize: u32, url: u32): u32 {
  const from = openList();
  add(name);
  add(hashSize == 0 ? nullValue() : sriValue(hash, hashSize));
  add(url);
  return closeList(from);
}

/** The file of a package that is one file by its source. */
function onlyFileValue(item: Package): u32 {
  const url = item.source == SOURCE_URL ? addressValue(item.url) : nullValue();
  const artifact = artifactAt(item.artifacts);
  return rowValue(stringValue(artifact.name, artifact.nameSize), artifact.hash, artifact.hashSize, url);
}

function sourceValue(item: Package): u32 {
  const source = kindOf(item);
  const from = openSet();
  const isFolder = !isDefined(WITHOUT_UV) && source == SOURCE_FOLDER;
  if (source == SOURCE_FILE || source == SOURCE_DIRECTORY || isFolder) put("path", textValue(item.url));
  else if (source != SOURCE_INDEX) put("url", addressValue(item.url));
  if (source == SOURCE_LEGACY) put("reference", textValue(item.reference));
  else if (source == SOURCE_URL && item.subdirectory != NONE) put("subdirectory", textValue(item.subdirectory));
  else if (source == SOURCE_DIRECTORY) put("editable", makeBool(i32((item.flags & PACKAGE_IS_EDITABLE) != 0)));
  else if (source == SOURCE_GIT) {
    put("rev", textValue(item.resolved));
    put("ref", textValue(item.reference));
    put("subdirectory", textValue(item.subdirectory));
    // Poetry checks out submodules (poetry/vcs/git/backend.py, Git.clone).
    put("submodules", makeBool(1));
    if (!isDefined(WITHOUT_UV) && (item.flags & PACKAGE_HAS_LFS) != 0) put("lfs", makeBool(1));
    put("hash", nullValue());
  }
  put("kind", wordValue(kindWord(source)));
  return closeSet(from);
}

function kindWord(source: u32): string {
  switch (source) {
    case SOURCE_LEGACY:
      return "legacy";
    case SOURCE_GIT:
      return "git";
    case SOURCE_URL:
      return "url";
    case SOURCE_FILE:
      return "file";
    case SOURCE_DIRECTORY:
      return "directory";
    case SOURCE_FOLDER:
      return "folder";
    default:
      return "index";
  }
}

/** The names that the package depends on, sorted, each once. */
function dependenciesValue(selection: Selection): u32 {
  const names = allocate(usize(selection.edgeCount) << 2);
  let count: u32 = 0;
  // Insertion: packages have a handful of edges, and each edge is another package.
  for (let edge: u32 = 0; edge < selection.edgeCount && names != 0; edge++) {
    const name = packageAt(idAt(edges, selection.edges + edge)).name;
    let at = count;
    while (at > 0 && order(name, load<u32>(names + (usize(at - 1) << 2))) < 0) at--;
    const slot = names + (usize(at) << 2);
    if (at > 0 && load<u32>(slot - 4) == name) continue;
    memory.copy(slot + 4, slot, usize(count - at) << 2);
    store<u32>(slot, name);
    count++;
  }
  const from = openList();
  for (let i: u32 = 0; i < count; i++) add(textValue(load<u32>(names + (usize(i) << 2))));
  return closeList(from);
}

function order(a: u32, b: u32): i32 {
  return compare(textAddress(a), textSize(a), textAddress(b), textSize(b));
}
