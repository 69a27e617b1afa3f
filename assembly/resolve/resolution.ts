// A resolution: what is installed in one environment for one selection of groups and extras, and with which artifact.
//
// Which packages they are, the lock's method says: filter.ts, search.ts, walk.ts. Edges and artifacts are the same for all.
// A request may leave groups and extras open; then every package carries the condition under which it is installed, and
// one resolution answers for every selection.
//
// Invariant: the same tables and the same request give the same rows in the same order: that of the lock.

import {
  ARTIFACT_IS_WHEEL,
  KIND_DIRECTORY,
  KIND_EDITABLE,
  KIND_FILE,
  KIND_GIT,
  KIND_HASHES_ONLY,
  KIND_NONE,
  KIND_PATH,
  KIND_SDIST,
  KIND_URL,
  KIND_VIRTUAL,
  KIND_WHEEL,
  METHOD_FILTER,
  METHOD_WALK,
  NONE,
  PACKAGE_HAS_BARE_HASHES,
  PACKAGE_IS_EDITABLE,
  REQUEST_IS_OPEN,
  REQUEST_IS_SDIST_FIRST,
  REQUEST_IS_TARGET_ONLY,
  SOURCE_DIRECTORY,
  SOURCE_EDITABLE,
  SOURCE_FILE,
  SOURCE_GIT,
  SOURCE_PATH,
  SOURCE_URL,
  SOURCE_VIRTUAL,
  STATUS_AMBIGUOUS,
  STATUS_NO_PROJECT,
  STATUS_SELECTED_TWICE,
  STATUS_UNKNOWN_EXTRA,
  STATUS_UNKNOWN_GROUP,
} from "../../src/core/abi";
import { project } from "../lock/project";
import {
  addProblem,
  artifactAt,
  candidates,
  Dependency,
  dependencyAt,
  extensionAt,
  extraNames,
  groupNames,
  idAt,
  lock,
  Problem,
  packageAt,
  packages,
  pushId,
  requestedExtras,
} from "../lock/tables";
import { BLOCK, Column, Scratch, startLifetime, TARGET } from "../memory/arena";
import { spend } from "../memory/budget";
import { internCopy, textAddress, textSize, texts } from "../memory/intern";
import { fail, failAbout, failed } from "../memory/status";
import { ALWAYS, chooseExtra, chooseGroup, NEVER, startConditions } from "../standards/condition";
import { setTarget } from "../standards/environment";
import { normalizedName } from "../standards/name";
import { startTags } from "../standards/pep425";
import { startEvaluation } from "../standards/pep508/evaluation";
import { chooseArtifact, fitsAlone } from "./artifact";
import { filter } from "./filter";
import { isActive, requestExtra, startGraph } from "./graph";
import { installedWhen, startInstalled } from "./installed";
import { checkTarget, dialect, refusesTwice, setsHold, takesPython, tellsEditable } from "./rules";
import { chosenWhen, search } from "./search";
import { admits } from "./solver";
import { nameMain } from "./walk/selection";
import { addWalkedEdges, walk } from "./walk/walk";

/** What is asked: addresses and sizes of texts; lists are names each ended by a NUL byte. */
@unmanaged
export class ResolveRequest {
  target: usize;
  targetSize: u32;
  python: usize;
  pythonSize: u32;
  groups: usize;
  groupsSize: u32;
  extras: usize;
  extrasSize: u32;
  noBinary: usize;
  noBinarySize: u32;
  onlyBinary: usize;
  onlyBinarySize: u32;
  packages: usize;
  packagesSize: u32;
  flags: u32;
}

@unmanaged
export class Selection {
  package: u32;
  artifact: u32;
  kind: u32;
  edges: u32;
  edgeCount: u32;
  condition: u32;
}

export const selections: Column<Selection> = changetype<Column<Selection>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
export const edges: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
export const problems: Column<Problem> = changetype<Column<Problem>>(memory.data<u32>([0, 0, 0, 0, TARGET]));

/** One byte a text id: FLAG_* of --no-binary and --only-binary. */
let policies: usize = 0;
const policyMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
let policyTexts: u32 = 0;
let allPolicies: u32 = 0;
const FLAG_NO_BINARY: u32 = 1;
const FLAG_ONLY_BINARY: u32 = 2;
/** For each name the last package that was selected, + 1. */
let seen: usize = 0;
const seenMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
/** For each package the last one that depends on it, + 1. */
let linked: usize = 0;
const linkedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
/** Packages that were asked for another extra. */
const queue: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));

/** Answers a request: rows in `selections`, `edges`, `conditions` and `problems`. A refusal is in the status. */
export function resolve(request: ResolveRequest): void {
  startLifetime(TARGET);
  const python = internCopy(request.python, request.pythonSize);
  if (!setTarget(request.target, request.targetSize, textAddress(python), textSize(python))) return;
  startTags();
  const isOpen = (request.flags & REQUEST_IS_OPEN) != 0;
  if (!checkNames(request.groups, request.groupsSize, groupNames, STATUS_UNKNOWN_GROUP)) return;
  if (!checkNames(request.extras, request.extrasSize, extraNames, STATUS_UNKNOWN_EXTRA)) return;
  if (!isDefined(WITHOUT_POLICIES)) readPolicies(request);
  nameMain();
  // A walk evaluates markers while extras are open, whatever the request chooses.
  const isWalk = isWalked();
  startConditions(texts.count, isOpen || isWalk);
  if (!isOpen) choose(request);
  startEvaluation(dialect(), setsHold());
  if (!checkTarget()) return;
  // The policies are left out of the modules for Nix, which never ask this either.
  if (!isDefined(WITHOUT_POLICIES) && (request.flags & REQUEST_IS_TARGET_ONLY) != 0) return;
  if (!isDefined(WITHOUT_POETRY) || !isDefined(WITHOUT_FLAT)) startGraph();
  startInstalled();
  select(request);
  if (failed()) return;
  if ((!isDefined(WITHOUT_POETRY) || !isDefined(WITHOUT_FLAT)) && !isWalk) requestInstalledExtras();
  report((request.flags & REQUEST_IS_SDIST_FIRST) != 0, isOpen);
}

// --- The request --------------------------------------------------------------------------------------------------------

/** The name that starts at `at`: its size; the next one starts after its NUL. */
function nameSize(at: usize, end: usize): u32 {
  let size: u32 = 0;
  while (at + size < end && load<u8>(at + size) != 0) size++;
  return size;
}

/** Id of the normalised name; the request's own bytes are the host's to write over. */
function nameId(at: usize, size: u32): u32 {
  const written = internCopy(at, size);
  return normalizedName(textAddress(written), textSize(written));
}

/** `main` is always there: a lock without any package of its own has an empty one. */
function checkNames(from: usize, size: u32, known: Column<u32>, status: u32): bool {
  const end = from + size;
  for (let at = from; at < end; ) {
    const length = nameSize(at, end);
    const id = nameId(at, length);
    let isKnown = status == STATUS_UNKNOWN_GROUP && isMain(id);
    for (let i: u32 = 0; i < known.count && !isKnown; i++) isKnown = idAt(known, i) == id;
    if (!isKnown) {
      fail(status, at, length);
      return false;
    }
    at += length + 1;
  }
  return true;
}

function isMain(id: u32): bool {
  return textSize(id) == 4 && load<u32>(textAddress(id)) == 0x6e69616d; // "main"
}

function choose(request: ResolveRequest): void {
  chooseNames(request.groups, request.groupsSize, true);
  chooseNames(request.extras, request.extrasSize, false);
}

function chooseNames(from: usize, size: u32, areGroups: bool): void {
  const end = from + size;
  for (let at = from; at < end; ) {
    const length = nameSize(at, end);
    const id = nameId(at, length);
    if (areGroups) chooseGroup(id);
    else chooseExtra(id);
    at += length + 1;
  }
}

/** `:all:` stands for every package, as in Poetry's `installer.no-binary` and pip's options. */
function readPolicies(request: ResolveRequest): void {
  allPolicies = 0;
  // Names that the lock does not know are interned here, before the bytes are counted.
  applyPolicy(request.noBinary, request.noBinarySize, 0);
  applyPolicy(request.onlyBinary, request.onlyBinarySize, 0);
  policyTexts = texts.count;
  policies = policyMemory.zeroed(policyTexts);
  applyPolicy(request.noBinary, request.noBinarySize, FLAG_NO_BINARY);
  applyPolicy(request.onlyBinary, request.onlyBinarySize, FLAG_ONLY_BINARY);
}

function applyPolicy(from: usize, size: u32, flag: u32): void {
  const end = from + size;
  for (let at = from; at < end; ) {
    const length = nameSize(at, end);
    if (length == 5 && load<u32>(at) == 0x6c6c613a && load<u8>(at, 4) == 0x3a)
      allPolicies |= flag; // ":all:"
    else {
      const id = nameId(at, length);
      if (flag != 0) store<u8>(policies + id, load<u8>(policies + id) | u8(flag));
    }
    at += length + 1;
  }
}

// --- What is installed ----------------------------------------------------------------------------------------------------

/** The way that the lock's format asks for. */
function select(request: ResolveRequest): void {
  if ((isDefined(WITHOUT_POETRY) && isDefined(WITHOUT_FLAT)) || isWalked()) {
    walk(request.packages, request.packagesSize, request.flags, problems);
  } else if (isDefined(WITHOUT_SEARCH) || lock.method == METHOD_FILTER) filter();
  else if (project.known != 0) search();
  else fail(STATUS_NO_PROJECT, 0, 0);
}

/** Whether the lock is walked, as uv does. A build without uv's locks, or with no others, knows it beforehand. */
function isWalked(): bool {
  if (isDefined(WITHOUT_POETRY) && isDefined(WITHOUT_FLAT)) return true;
  return !isDefined(WITHOUT_UV) && lock.method == METHOD_WALK;
}

// --- Edges and artifacts --------------------------------------------------------------------------------------------------

/** Asks of every installed package the extras that the project and the other installed packages ask of it. */
function requestInstalledExtras(): void {
  startGraph();
  queue.clear();
  if (!isDefined(WITHOUT_SEARCH)) {
    const end = project.dependencies + project.dependencyCount;
    for (let row = project.dependencies; row < end; row++) {
      const dependency = dependencyAt(row);
      if (dependency.extraCount != 0 && chosenWhen(dependency) != NEVER) ask(dependency);
    }
  }
  for (let row: u32 = 0; row < packages.count; row++) {
    if (installedWhen(row) == NEVER) continue;
    pushId(queue, row);
    if (!isDefined(WITHOUT_FLAT) && lock.method == METHOD_FILTER) admitExtensions(row);
  }
  for (let next: u32 = 0; next < queue.count; next++) {
    const item = packageAt(idAt(queue, next));
    for (let i: u32 = 0; i < item.dependencyCount; i++) {
      const dependency = dependencyAt(item.dependencies + i);
      if (dependency.extraCount != 0 && isActive(item.dependencies + i)) ask(dependency);
    }
  }
}

/** Entries for extras: that they are selected is what asks for the extra, and so for what they depend on. */
function admitExtensions(row: u32): void {
  for (let each = packageAt(row).extensions; each != NONE; each = extensionAt(each).next) {
    const extension = extensionAt(each);
    if (extension.extra == NONE) continue;
    const end = extension.dependencies + extension.dependencyCount;
    const isOptional = u32(extension.condition == NEVER);
    for (let i = extension.dependencies; i < end; i++) dependencyAt(i).optional = isOptional;
  }
}

/** Asks for a requirement's extras; a package that is asked for a new one is looked at again. */
function ask(dependency: Dependency): void {
  for (let row = candidates(dependency.name); row != NONE && spend(1); row = packageAt(row).nextOfName) {
    if (installedWhen(row) == NEVER) continue;
    let isNew = false;
    for (let x: u32 = 0; x < dependency.extraCount; x++) {
      if (requestExtra(row, idAt(requestedExtras, dependency.extras + x))) isNew = true;
    }
    if (isNew) pushId(queue, row);
  }
}

function report(sdistFirst: bool, isOpen: bool): void {
  seen = seenMemory.zeroed(usize(texts.count) << 2);
  linked = linkedMemory.zeroed(usize(packages.count) << 2);
  for (let row: u32 = 0; row < packages.count && !failed(); row++) {
    const condition = installedWhen(row);
    if (condition == NEVER) continue;
    const fits = takesPython(packageAt(row), condition);
    checkOnce(row, condition, isOpen);
    const address = selections.push();
    if (address == 0) return;
    const index = selections.count - 1;
    const from = edges.count;
    if ((isDefined(WITHOUT_POETRY) && isDefined(WITHOUT_FLAT)) || isWalked()) addWalkedEdges(row, edges);
    else addEdges(row);
    const selection = changetype<Selection>(selections.at(index));
    selection.package = row;
    selection.condition = condition;
    selection.edges = from;
    selection.edgeCount = edges.count - from;
    selection.artifact = NONE;
    selection.kind = kindOf(row);
    if (!fits || !fitsAlone(packageAt(row))) selection.kind = KIND_NONE;
    else if (selection.kind == KIND_NONE) setArtifact(selection, sdistFirst);
  }
}

/** The packages that this one depends on here, each once, in the order of the lock's requirements. */
function addEdges(row: u32): void {
  const item = packageAt(row);
  for (let i: u32 = 0; i < item.dependencyCount; i++) {
    const index = item.dependencies + i;
    const name = dependencyAt(index).name;
    if (candidates(name) == NONE || !isActive(index)) continue;
    const several = packageAt(candidates(name)).nextOfName != NONE;
    for (let other = candidates(name); other != NONE; other = packageAt(other).nextOfName) {
      // Comparing versions takes longer than the other steps.
      if (!spend(several ? 8 : 1)) return;
      if (installedWhen(other) == NEVER || (several && !admits(dependencyAt(index), other))) continue;
      const slot = linked + (usize(other) << 2);
      if (load<u32>(slot) == row + 1) continue;
      store<u32>(slot, row + 1);
      pushId(edges, other);
    }
  }
}

/** What the source alone decides; KIND_NONE when a file is to be chosen. */
function kindOf(row: u32): u32 {
  const item = packageAt(row);
  if (item.source == SOURCE_GIT) return KIND_GIT;
  if (item.source == SOURCE_URL) return KIND_URL;
  if (item.source == SOURCE_FILE) return KIND_FILE;
  if (item.source == SOURCE_PATH) return KIND_PATH;
  if (item.source == SOURCE_EDITABLE) return KIND_EDITABLE;
  if (item.source == SOURCE_VIRTUAL) return KIND_VIRTUAL;
  const isEditable = tellsEditable() && (item.flags & PACKAGE_IS_EDITABLE) != 0;
  if (item.source == SOURCE_DIRECTORY) return isEditable ? KIND_EDITABLE : KIND_DIRECTORY;
  return (item.flags & PACKAGE_HAS_BARE_HASHES) != 0 ? KIND_HASHES_ONLY : KIND_NONE;
}

function setArtifact(selection: Selection, sdistFirst: bool): void {
  const item = packageAt(selection.package);
  const policy = isDefined(WITHOUT_POLICIES) ? 0 : policyOf(item.name);
  const wheels = (policy & FLAG_NO_BINARY) == 0;
  const sdists = (policy & FLAG_ONLY_BINARY) == 0;
  selection.artifact = chooseArtifact(item, wheels, sdists, sdistFirst);
  if (selection.artifact == NONE) return;
  selection.kind = artifactAt(selection.artifact).kind == ARTIFACT_IS_WHEEL ? KIND_WHEEL : KIND_SDIST;
}

/** FLAG_* for a package: what is said of it by its name counts more than `:all:`. */
function policyOf(name: u32): u32 {
  const own: u32 = name < policyTexts ? load<u8>(policies + name) : 0;
  return own != 0 ? own : allPolicies;
}

/**
 * Two entries of one name are both selected: the lock says so, and no installer can do it. While selections are open that
 * is only certain of packages that each of them has.
 */
function checkOnce(row: u32, condition: u32, isOpen: bool): void {
  if (isOpen && (condition != ALWAYS || !refusesTwice())) return;
  const item = packageAt(row);
  if (!ASC_NO_ASSERT) assert(item.name < texts.count);
  const slot = seen + (usize(item.name) << 2);
  const before = load<u32>(slot);
  if (before == NONE) return; // said once, at the second one
  if (before != 0) {
    if (refusesTwice()) failAbout(STATUS_SELECTED_TWICE, item.offset, 0, item.name);
    else addProblem(problems, STATUS_AMBIGUOUS, item.offset, 0, item.name);
  }
  store<u32>(slot, before == 0 ? row + 1 : NONE);
}
