// The frozen resolution (docs/resolution.md), as far as the lock decides it: the packages with what differs between targets,
// and the conditions of selections. The host adds what it alone knows: paths, the project's facts, words for refusals.
//
// Each target is resolved with all selections open; what it selects is gathered as variants of packages, equal ones once.
// Invariant: the same requests give the same bytes. Files, variants and conditions stand in the order in which the targets
// first asked for them; packages in the order of the lock.

import {
  ARTIFACT_IS_SDIST,
  CONDITION_ALL,
  CONDITION_EXTRA,
  CONDITION_GROUP,
  CONDITION_NEVER,
  CONDITION_NOT,
  KIND_NONE,
  METHOD_SEARCH,
  NONE,
  PACKAGE_HAS_LFS,
  PACKAGE_IS_EDITABLE,
  REQUEST_IS_OPEN,
  SOURCE_DIRECTORY,
  SOURCE_EDITABLE,
  SOURCE_FILE,
  SOURCE_GIT,
  SOURCE_INDEX,
  SOURCE_LEGACY,
  SOURCE_PATH,
  SOURCE_URL,
  SOURCE_VIRTUAL,
} from "../../src/core/abi";
import { Artifact, artifactAt, idAt, lock, Package, Problem, packageAt, packages, pushId } from "../lock/tables";
import { BLOCK, Column, REQUEST, Scratch, Slots, startLifetime } from "../memory/arena";
import { startBudget } from "../memory/budget";
import { equal, is } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { begin, failed, failureAddress, failureDetail, failureSize, status } from "../memory/status";
import { edges, problems, ResolveRequest, resolve, Selection, selections } from "../resolve/resolution";
import { Condition, conditions } from "../standards/condition";
import { VARIABLE_PYTHON_FULL_VERSION, variableText } from "../standards/environment";
import { findUser, userEnd, userStart } from "./address";
import { orderPackages, packageIn, placeOf, sortNumbers } from "./order";
import { output, put, putBool, putEscaped, putNumber, putQuote, putString, putText } from "./output";
import { findName, nameLength, nameStart } from "./percent";
import { writeSri } from "./sri";

/** A target: how it went, and where its variants stand in the output. Read by hosts (src/core/abi.ts). */
@unmanaged
export class FrozenTarget {
  status: u32;
  /** Of a failure; the address becomes an input and an offset in it. */
  input: u32;
  address: usize;
  size: u32;
  detail: u32;
  /** Text id of python_full_version. */
  python: u32;
  /** `0,-1,2`: for each package that is written its variant. */
  variants: u32;
  variantsSize: u32;
  /** Slice of `refusals`. */
  refusals: u32;
  refusalCount: u32;
}

/** A package that is written, one line each. Read by hosts. */
@unmanaged
export class FrozenLine {
  package: u32;
  /** Offset in the output, without the line's end. */
  offset: u32;
  size: u32;
  /** Whether some target can install no file of it. */
  isLacking: u32;
}

/** A package that a solver which starts anew would choose otherwise for a selection of groups (`freeze`). Read by hosts. */
@unmanaged
export class Divergence {
  target: u32;
  /** 0 for the request's groups, 1 for `main` alone. */
  selection: u32;
  package: u32;
  /** Whether the frozen resolution has it; else the new one. */
  isFrozen: u32;
}

/** What is gathered for a package: chains of `files` and `variants`, rows + 1. */
@unmanaged
class Gathered {
  firstFile: u32;
  lastFile: u32;
  firstVariant: u32;
  lastVariant: u32;
  isLacking: u32;
}

@unmanaged
class File {
  /** Artifact row; NONE for the one file that the package's source is. */
  artifact: u32;
  next: u32;
}

@unmanaged
class Variant {
  /** Index among the package's files, NONE for none. */
  file: u32;
  condition: u32;
  /** Slice of `edgeRows`: package rows as the resolution has them. */
  edges: u32;
  edgeCount: u32;
  /** Slice of `dependencies`: the names of the same, in order, each once. */
  dependencies: u32;
  dependencyCount: u32;
  next: u32;
}

export const targets: Column<FrozenTarget> = changetype<Column<FrozenTarget>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
export const lines: Column<FrozenLine> = changetype<Column<FrozenLine>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
export const refusals: Column<Problem> = changetype<Column<Problem>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
export const divergences: Column<Divergence> = changetype<Column<Divergence>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));

const gathered: Column<Gathered> = changetype<Column<Gathered>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
const files: Column<File> = changetype<Column<File>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
const variants: Column<Variant> = changetype<Column<Variant>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
const edgeRows: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
const dependencies: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
/** For each target and package the variant's index + 1, 0 for none; targets one after the other. */
const choices: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));

/** Resolves every target (names and Pythons, each ended by a NUL byte) with selections open, and writes what there is. */
export function freeze(request: ResolveRequest): void {
  const end = request.target + request.targetSize;
  const asked = changetype<ResolveRequest>(memory.data(offsetof<ResolveRequest>()));
  startLifetime(REQUEST);
  if (!orderPackages() || !gathered.fill(packages.count)) return;
  for (let at = request.target; at < end; ) {
    memory.copy(changetype<usize>(asked), changetype<usize>(request), offsetof<ResolveRequest>());
    asked.target = at;
    asked.targetSize = sizeBefore(at, end);
    asked.python = at + asked.targetSize + 1;
    asked.pythonSize = sizeBefore(asked.python, end);
    at = asked.python + asked.pythonSize + 1;
    if (!freezeTarget(asked)) return;
  }
  writeConditions();
  writeLines();
  for (let row: u32 = 0; row < targets.count; row++) writeVariants(row);
}

/** The size of the text at `at`, which a NUL byte ends. */
function sizeBefore(at: usize, end: usize): u32 {
  let size: u32 = 0;
  while (at + size < end && load<u8>(at + size) != 0) size++;
  return size;
}

/** False when memory is out; a refusal is in the target's row. */
function freezeTarget(request: ResolveRequest): bool {
  const groups = request.groups;
  const groupsSize = request.groupsSize;
  const flags = request.flags;
  const address = targets.push();
  if (address == 0) return false;
  const target = changetype<FrozenTarget>(address);
  memory.fill(address, 0, offsetof<FrozenTarget>());
  target.refusals = refusals.count;
  request.groupsSize = 0;
  request.flags = flags | REQUEST_IS_OPEN;
  startBudget();
  resolve(request);
  target.python = variableText(VARIABLE_PYTHON_FULL_VERSION);
  const chosen = choices.room(packages.count);
  if (chosen == 0 && packages.count != 0) return false;
  memory.fill(chosen, 0, usize(packages.count) << 2);
  choices.count += packages.count;
  if (failed()) {
    target.status = status();
    target.address = failureAddress();
    target.size = failureSize();
    target.detail = failureDetail();
    begin();
    return true;
  }
  shareConditions();
  gatherRefusals();
  target.refusalCount = refusals.count - target.refusals;
  for (let i: u32 = 0; i < selections.count; i++) gather(changetype<Selection>(selections.at(i)));
  if (lock.method != METHOD_SEARCH) return !failed();
  return findDivergences(request, groups, groupsSize, flags);
}

// --- Gathering --------------------------------------------------------------------------------------------------------

/** Takes what a target selects of a package. */
function gather(selection: Selection): void {
  const item = packageAt(selection.package);
  if (isLeftOut(item)) return;
  const owner = gatheredAt(selection.package);
  const file = fileOf(owner, selection, item);
  if (selection.kind == KIND_NONE) owner.isLacking = 1;
  const condition = sharedIndex(selection.condition);
  const edgeBytes = usize(selection.edgeCount) << 2;
  const edgeBase = edges.at(selection.edges);
  let index: u32 = 0;
  // Targets mostly have the same edges in the same order: those that differ are looked at by name.
  for (let each = owner.firstVariant; each != 0; each = variantAt(each).next, index++) {
    const known = variantAt(each);
    if (known.file != file || known.condition != condition || known.edgeCount != selection.edgeCount) continue;
    if (memory.compare(edgeRows.at(known.edges), edgeBase, edgeBytes) == 0) return choose(selection.package, index);
  }
  const from = dependencies.count;
  addDependencies(selection);
  const count = dependencies.count - from;
  index = 0;
  for (let each = owner.firstVariant; each != 0; each = variantAt(each).next, index++) {
    const known = variantAt(each);
    if (known.file != file || known.condition != condition || known.dependencyCount != count) continue;
    if (memory.compare(dependencies.at(known.dependencies), dependencies.at(from), usize(count) << 2) != 0) continue;
    dependencies.count = from;
    return choose(selection.package, index);
  }
  const address = variants.push();
  const copy = edgeRows.room(selection.edgeCount);
  if (failed()) return;
  memory.copy(copy, edgeBase, edgeBytes);
  const variant = changetype<Variant>(address);
  variant.file = file;
  variant.condition = condition;
  variant.edges = edgeRows.count;
  variant.edgeCount = selection.edgeCount;
  variant.dependencies = from;
  variant.dependencyCount = count;
  variant.next = 0;
  edgeRows.count += selection.edgeCount;
  if (owner.lastVariant == 0) owner.firstVariant = variants.count;
  else variantAt(owner.lastVariant).next = variants.count;
  owner.lastVariant = variants.count;
  choose(selection.package, index);
}

/** The last target that was asked for takes this variant of the package. */
function choose(row: u32, variant: u32): void {
  store<u32>(choices.at(choices.count - packages.count + row), variant + 1);
}

/** What is not built (uv's virtual packages), and the project itself, which the Nix library builds from its own facts. */
function isLeftOut(item: Package): bool {
  if (item.source == SOURCE_VIRTUAL) return true;
  if (sourceOf(item) != SOURCE_DIRECTORY || item.url == NONE) return false;
  return textSize(item.url) == 0 || is(textAddress(item.url), textSize(item.url), ".");
}

/** SOURCE_* as the frozen file tells them apart: uv's paths are files, and its editable folders folders. */
function sourceOf(item: Package): u32 {
  const source = item.source;
  return source == SOURCE_PATH ? SOURCE_FILE : source == SOURCE_EDITABLE ? SOURCE_DIRECTORY : source;
}

/** Index of the file that the target takes, NONE when it takes none. */
function fileOf(owner: Gathered, selection: Selection, item: Package): u32 {
  if (selection.artifact != NONE) return enterFile(owner, selection.artifact);
  const source = sourceOf(item);
  return source == SOURCE_URL || source == SOURCE_FILE ? enterFile(owner, NONE) : NONE;
}

/** The index of a file among its package's, which has it from now on. */
function enterFile(owner: Gathered, artifact: u32): u32 {
  let index: u32 = 0;
  for (let each = owner.firstFile; each != 0; each = fileAt(each).next, index++) {
    const known = fileAt(each).artifact;
    if (known == artifact || (known != NONE && isSameFile(artifactAt(known), artifactAt(artifact)))) return index;
  }
  const address = files.push();
  if (address == 0) return NONE;
  changetype<File>(address).artifact = artifact;
  changetype<File>(address).next = 0;
  if (owner.lastFile == 0) owner.firstFile = files.count;
  else fileAt(owner.lastFile).next = files.count;
  owner.lastFile = files.count;
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

/** The names of the packages that this one depends on, in order, each once. */
function addDependencies(selection: Selection): void {
  const from = dependencies.count;
  const to = dependencies.room(selection.edgeCount);
  if (failed()) return;
  for (let i: u32 = 0; i < selection.edgeCount; i++) pushId(dependencies, placeOf(idAt(edges, selection.edges + i)));
  sortNumbers(to, selection.edgeCount);
  let kept = from;
  for (let i = from; i < dependencies.count; i++) {
    const name = packageAt(packageIn(idAt(dependencies, i))).name;
    if (kept > from && idAt(dependencies, kept - 1) == name) continue;
    store<u32>(dependencies.at(kept++), name);
  }
  dependencies.count = kept;
}

function gatheredAt(row: u32): Gathered {
  return changetype<Gathered>(gathered.at(row));
}

/** `row` is one more than the row's index, as in the chains. */
function fileAt(row: u32): File {
  return changetype<File>(files.at(row - 1));
}

function variantAt(row: u32): Variant {
  return changetype<Variant>(variants.at(row - 1));
}

function gatherRefusals(): void {
  for (let i: u32 = 0; i < problems.count; i++) {
    const row = refusals.push();
    if (row == 0) return;
    memory.copy(row, problems.at(i), offsetof<Problem>());
    changetype<Problem>(row).condition = sharedIndex(changetype<Problem>(row).condition);
  }
}

// --- Conditions, one table for all targets -------------------------------------------------------------------------------

/** Rows as in condition.ts; row 0 always holds. */
const shared: Column<Condition> = changetype<Column<Condition>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
/** Open addressing: row + 1. */
const slots: Slots<u32> = changetype<Slots<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
/** For each of the target's conditions its row in `shared`. */
let sharedRows: usize = 0;
const sharedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
const NEEDED: u32 = 1;

/** Takes those of the target's conditions that packages and refusals refer to, directly or through others. */
function shareConditions(): void {
  const count = conditions.count;
  sharedRows = sharedMemory.zeroed(usize(count) << 2);
  if (sharedRows == 0) return;
  for (let i: u32 = 0; i < selections.count; i++) need(changetype<Selection>(selections.at(i)).condition);
  for (let i: u32 = 0; i < problems.count; i++) need(changetype<Problem>(problems.at(i)).condition);
  // Rows refer to earlier rows only: downwards for what is needed, upwards for the new rows.
  for (let row = count; row-- > 0; ) {
    if (sharedIndex(row) == 0) continue;
    const each = conditionAt(row);
    if (each.operation >= u32(CONDITION_NOT)) need(each.left);
    if (each.operation > u32(CONDITION_NOT)) need(each.right);
  }
  enterCondition(0, NONE, NONE); // CONDITION_ALWAYS
  for (let row: u32 = 0; row < count; row++) {
    if (sharedIndex(row) != 0) store<u32>(sharedRows + (usize(row) << 2), shareCondition(conditionAt(row)));
  }
}

function need(row: u32): void {
  store<u32>(sharedRows + (usize(row) << 2), NEEDED);
}

function sharedIndex(row: u32): u32 {
  return load<u32>(sharedRows + (usize(row) << 2));
}

function conditionAt(row: u32): Condition {
  return changetype<Condition>(conditions.at(row));
}

function shareCondition(condition: Condition): u32 {
  const operation = condition.operation;
  if (operation < u32(CONDITION_NOT)) return enterCondition(operation, condition.left, NONE);
  const left = sharedIndex(condition.left);
  if (operation == CONDITION_NOT) return enterCondition(operation, left, NONE);
  const right = sharedIndex(condition.right);
  return enterCondition(operation, min(left, right), max(left, right));
}

/** The row with these cells, made when there is none. */
function enterCondition(operation: u32, left: u32, right: u32): u32 {
  if (shared.count << 1 >= slots.count && !widen()) return 0;
  const slot = slotOf(operation, left, right);
  const known = load<u32>(slot);
  if (known != 0) return known - 1;
  const address = shared.push();
  if (address == 0) return 0;
  const row = changetype<Condition>(address);
  row.operation = operation;
  row.left = left;
  row.right = right;
  store<u32>(slot, shared.count);
  return shared.count - 1;
}

function slotOf(operation: u32, left: u32, right: u32): usize {
  let h = (u64(operation) << 58) ^ (u64(left) * 0x9e3779b97f4a7c15) ^ (u64(right) * 0xff51afd7ed558ccd);
  h ^= h >> 29;
  let place = u32((h * 0xc4ceb9fe1a85ec53) >> 32) & slots.mask;
  for (let found = load<u32>(slots.at(place)); found != 0; found = load<u32>(slots.at(place))) {
    const each = changetype<Condition>(shared.at(found - 1));
    if (each.operation == operation && each.left == left && each.right == right) break;
    place = (place + 1) & slots.mask;
  }
  return slots.at(place);
}

function widen(): bool {
  if (!slots.widen(256)) return false;
  for (let row: u32 = 0; row < shared.count; row++) {
    const each = changetype<Condition>(shared.at(row));
    store<u32>(slotOf(each.operation, each.left, each.right), row + 1);
  }
  return true;
}

// --- Selections for which a solver starts anew ------------------------------------------------------------------------------

const IS_CHOSEN: u32 = 1;
const IS_MAIN: u32 = 2;
const IS_SOLVED: u32 = 4;

/** For each package IS_* bits. */
let derived: usize = 0;
const derivedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
const valueMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/**
 * Poetry solves a lock below 2.1 anew for each selection, and may then take another version than the conditions say. They
 * are held against the selections that are used most, the default one and `main` alone, without extras.
 */
function findDivergences(request: ResolveRequest, groups: usize, groupsSize: u32, flags: u32): bool {
  if (lock.method != METHOD_SEARCH) return !failed();
  const main = memory.data<u8>([0x6d, 0x61, 0x69, 0x6e, 0]); // "main"
  derived = derivedMemory.zeroed(packages.count);
  if (derived == 0) return false;
  derive(groups, groupsSize, IS_CHOSEN);
  derive(main, 5, IS_MAIN);
  request.flags = flags & ~REQUEST_IS_OPEN;
  request.extrasSize = 0;
  request.groups = groups;
  request.groupsSize = groupsSize;
  compareWithSolved(request, IS_CHOSEN, 0);
  request.groups = main;
  request.groupsSize = 5;
  compareWithSolved(request, IS_MAIN, 1);
  return !failed();
}

/** Marks the packages whose condition holds with these groups. */
function derive(groups: usize, size: u32, mark: u32): void {
  const values = valueMemory.zeroed(conditions.count);
  if (values == 0) return;
  for (let row: u32 = 0; row < conditions.count; row++) store<u8>(values + row, u8(holds(row, values, groups, size)));
  for (let i: u32 = 0; i < selections.count; i++) {
    const selection = changetype<Selection>(selections.at(i));
    if (load<u8>(values + selection.condition) != 0) setMark(selection.package, mark);
  }
}

function holds(row: u32, values: usize, groups: usize, size: u32): bool {
  const each = conditionAt(row);
  switch (each.operation) {
    case CONDITION_NEVER:
    case CONDITION_EXTRA:
      return false;
    case CONDITION_GROUP:
      return isListed(each.left, groups, size);
    case CONDITION_NOT:
      return load<u8>(values + each.left) == 0;
    case CONDITION_ALL:
      return (load<u8>(values + each.left) & load<u8>(values + each.right)) != 0;
    case 0: // CONDITION_ALWAYS
      return true;
    default:
      return (load<u8>(values + each.left) | load<u8>(values + each.right)) != 0;
  }
}

/** Whether a text is one of the names, each ended by a NUL byte. */
function isListed(text: u32, names: usize, size: u32): bool {
  const end = names + size;
  for (let at = names; at < end; ) {
    const length = sizeBefore(at, end);
    if (length == textSize(text) && equal(at, textAddress(text), length)) return true;
    at += length + 1;
  }
  return false;
}

function setMark(row: u32, mark: u32): void {
  store<u8>(derived + row, load<u8>(derived + row) | u8(mark));
}

/** Solves a selection and adds the packages in which it differs from what was derived; a refusal has none. */
function compareWithSolved(request: ResolveRequest, mark: u32, selection: u32): void {
  startBudget();
  resolve(request);
  if (failed()) begin();
  else
    for (let i: u32 = 0; i < selections.count; i++) setMark(changetype<Selection>(selections.at(i)).package, IS_SOLVED);
  for (let row: u32 = 0; row < packages.count; row++) {
    const marks: u32 = load<u8>(derived + row);
    store<u8>(derived + row, u8(marks & ~IS_SOLVED));
    const isFrozen = (marks & mark) != 0;
    if (isFrozen == ((marks & IS_SOLVED) != 0)) continue;
    const address = divergences.push();
    if (address == 0) return;
    const divergence = changetype<Divergence>(address);
    divergence.target = targets.count - 1;
    divergence.selection = selection;
    divergence.package = row;
    divergence.isFrozen = u32(isFrozen);
  }
}

// --- Writing --------------------------------------------------------------------------------------------------------------

/** Size of the list of conditions, which the output starts with. */
export let conditionsSize: u32 = 0;

function writeConditions(): void {
  put("[true");
  for (let row: u32 = 1; row < shared.count; row++) {
    put(",");
    writeCondition(changetype<Condition>(shared.at(row)));
  }
  put("]");
  conditionsSize = output.count;
}

function writeCondition(condition: Condition): void {
  const operation = condition.operation;
  if (operation == CONDITION_NEVER) return put("false");
  if (operation == CONDITION_GROUP || operation == CONDITION_EXTRA) {
    put(operation == CONDITION_GROUP ? '{"group":' : '{"extra":');
    putText(condition.left);
    return put("}");
  }
  put(operation == CONDITION_NOT ? '{"not":' : operation == CONDITION_ALL ? '{"all":[' : '{"any":[');
  putNumber(condition.left);
  if (operation == CONDITION_NOT) return put("}");
  put(",");
  putNumber(condition.right);
  put("]}");
}

/** A line for each package that some target takes, with a comma and a line feed between two. */
function writeLines(): void {
  for (let row: u32 = 0; row < packages.count && !failed(); row++) {
    if (gatheredAt(row).firstVariant == 0) continue;
    if (lines.count != 0) put(",\n");
    const address = lines.push();
    if (address == 0) return;
    const offset = output.count;
    writePackage(row);
    const line = changetype<FrozenLine>(address);
    line.package = row;
    line.offset = offset;
    line.size = output.count - offset;
    line.isLacking = gatheredAt(row).isLacking;
  }
}

function writePackage(row: u32): void {
  const item = packageAt(row);
  const owner = gatheredAt(row);
  if (item.source == SOURCE_INDEX || item.source == SOURCE_LEGACY) enterSdist(owner, item);
  put('{"name":');
  putText(item.name);
  put(',"version":');
  putText(item.version);
  put(',"source":{"kind":"');
  writeSource(item);
  put('},"files":[');
  for (let each = owner.firstFile; each != 0; each = fileAt(each).next) {
    if (each != owner.firstFile) put(",");
    if (fileAt(each).artifact == NONE) writeOnlyFile(item);
    else writeFile(artifactAt(fileAt(each).artifact));
  }
  put('],"variants":[');
  for (let each = owner.firstVariant; each != 0; each = variantAt(each).next) {
    if (each != owner.firstVariant) put(",");
    writeVariant(variantAt(each));
  }
  put("]}");
}

/** Whoever prefers to build needs it, whatever the targets take. */
function enterSdist(owner: Gathered, item: Package): void {
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
      writeAddressOf(item.url);
      put(',"reference":');
      return putText(item.reference);
    case SOURCE_URL:
      put('url","url":');
      writeAddressOf(item.url);
      if (item.subdirectory == NONE) return;
      put(',"subdirectory":');
      return putText(item.subdirectory);
    case SOURCE_GIT:
      put('git","url":');
      writeAddressOf(item.url);
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
    case SOURCE_DIRECTORY:
      put('directory","path":');
      putText(item.url);
      put(',"editable":');
      return putBool((item.flags & PACKAGE_IS_EDITABLE) != 0);
    default:
      put('index"');
  }
}

function writeAddressOf(id: u32): void {
  if (id == NONE) put("null");
  else writeAddress(textAddress(id), textSize(id));
}

function writeAddress(address: usize, size: u32): void {
  findUser(address, size);
  putQuote();
  putEscaped(address, userStart);
  putEscaped(address + userEnd, size - userEnd);
  putQuote();
}

/** `["name","sha256-...","url"]`: the hash or the address null where the lock has none. */
function writeFile(artifact: Artifact): void {
  put("[");
  putString(artifact.name, artifact.nameSize);
  writeHash(artifact.hash, artifact.hashSize);
  if (artifact.urlSize == 0) return put(",null]");
  put(",");
  writeAddress(artifact.url, artifact.urlSize);
  put("]");
}

/** The file that the package's source is: named by the lock's first file, else by its address. */
function writeOnlyFile(item: Package): void {
  put("[");
  if (item.artifactCount != 0) {
    const artifact = artifactAt(item.artifacts);
    putString(artifact.name, artifact.nameSize);
    writeHash(artifact.hash, artifact.hashSize);
  } else {
    if (item.url == NONE) put('""');
    else {
      findName(textAddress(item.url), textSize(item.url));
      putString(nameStart, nameLength);
    }
    put(",null");
  }
  put(",");
  writeAddressOf(item.source == SOURCE_URL ? item.url : NONE);
  put("]");
}

function writeHash(address: usize, size: u32): void {
  if (size == 0) return put(",null");
  put(',"');
  const to = output.room(size + 16);
  if (to != 0) output.count += u32(writeSri(to, address, size) - to);
  putQuote();
}

/** `[file,condition,["name"]]`. */
function writeVariant(variant: Variant): void {
  put("[");
  if (variant.file == NONE) put("-1");
  else putNumber(variant.file);
  put(",");
  putNumber(variant.condition);
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
    const chosen = idAt(choices, row * packages.count + changetype<FrozenLine>(lines.at(i)).package);
    if (chosen == 0) put("-1");
    else putNumber(chosen - 1);
  }
  const target = changetype<FrozenTarget>(targets.at(row));
  target.variants = offset;
  target.variantsSize = output.count - offset;
}
