// pdm.lock, as PDM 2.29 reads it (pdm/models/repositories/lock.py, LockedRepository._read_pdm_lock).
//
//   with the strategy `inherit_metadata` (the usual one since 2.11): each entry has `groups` and `marker`: a filter
//   without it: the versions follow from pyproject.toml's requirements over the locked ones: a search
//
// `name` and `name[extra]` are entries of their own, of one version: here they are one package, of which the second asks an
// extra. An entry of several extras is an extra of its own, named after all of them, as PDM's identity of requirements is.
// `default` is the group `main`.
//
// Invariant: reads the document, writes the tables, decides nothing about any target.

import {
  ARTIFACT_IS_OTHER,
  METHOD_FILTER,
  METHOD_SEARCH,
  NONE,
  PACKAGE_IS_EDITABLE,
  SOURCE_DIRECTORY,
  SOURCE_FILE,
  SOURCE_GIT,
  SOURCE_INDEX,
  SOURCE_URL,
  STATUS_PDM_MISSING,
  STATUS_PDM_NEWER,
  STATUS_PDM_VERSION,
} from "../../src/core/abi";
import { allocate } from "../memory/arena";
import { compare, decimal, indexOf, is, startsWith } from "../memory/bytes";
import { intern, textAddress, textSize } from "../memory/intern";
import { fail, failAbout, failed } from "../memory/status";
import { normalizedName } from "../standards/name";
import { parseRequirement, Requirement, requirementExtras } from "../standards/pep508/requirement";
import {
  ARRAY,
  at,
  first,
  firstOrRows,
  get,
  isRun,
  keyIs,
  next,
  nextOrRows,
  ROW_FILE,
  rowAt,
  STRING,
  TABLE,
} from "../text/document";
import { mergeEntries, setExtraEntry } from "./merging";
import { project } from "./project";
import {
  artifactKind,
  checkFileName,
  checkHash,
  expect,
  expectVersion,
  groupOf,
  isText,
  isTrue,
  mainGroup,
  marker,
  name,
  optionalText,
  setFile,
  setNameFromUrl,
  specifiers,
  text,
} from "./reading";
import {
  Artifact,
  addArtifact,
  addDependency,
  addMembership,
  addPackage,
  artifactAt,
  Dependency,
  defaultGroups,
  dependencies,
  dependencyAt,
  groupNames,
  idAt,
  LockTarget,
  linkNames,
  lock,
  lockTargets,
  Package,
  packageAt,
  pushDistinct,
  pushId,
  requestedExtras,
  warn,
} from "./tables";

/** The lock_version that the newest PDM we know writes: 4.5.1. PDM reads its own major up to its own minor. */
const NEWEST_MAJOR: u32 = 4;
const NEWEST_MINOR: u32 = 5;

// Keys that can be missing, in the order of PDM_KEYS in src/lock/lockfile.ts.
const KEY_METADATA: u32 = 0;
const KEY_LOCK_VERSION: u32 = 1;
const KEY_NAME: u32 = 2;
const KEY_VERSION: u32 = 3;
const KEY_GROUPS: u32 = 4;

const requirement: Requirement = changetype<Requirement>(memory.data(offsetof<Requirement>()));

/** Reads the scanned document, whose root is node 0, into the tables. Failures are in the status. */
export function readPdmLock(): void {
  const metadata = get(0, "metadata");
  if (metadata == NONE) return failAbout(STATUS_PDM_MISSING, at(0).address, 0, KEY_METADATA);
  if (!expect(metadata, TABLE) || !readMetadata(metadata)) return;
  const list = get(0, "package");
  if (list != NONE && expect(list, ARRAY)) {
    for (let node = first(list); node != NONE && !failed(); node = next(node)) readPackage(node);
  }
  if (failed()) return;
  mergeEntries(false);
  linkNames();
}

/** PDM's identity of a requirement has all its extras together: the project's too. To be called when the project is read. */
export function joinProjectExtras(): void {
  const end = project.dependencies + project.dependencyCount;
  for (let row = project.dependencies; row < end; row++) joinExtras(dependencyAt(row));
}

function readMetadata(metadata: u32): bool {
  const version = get(metadata, "lock_version");
  if (version == NONE) failAbout(STATUS_PDM_MISSING, at(metadata).address, 1, KEY_LOCK_VERSION);
  if (version == NONE || !expect(version, STRING)) return false;
  const address = at(version).address;
  const size = at(version).size;
  lock.version = text(version);
  const dot = indexOf(address, size, 0x2e);
  const second = dot < size ? indexOf(address, size, 0x2e, dot + 1) : size;
  const major = decimal(address, dot);
  const minor = dot < size ? decimal(address + dot + 1, second - dot - 1) : 0;
  if (major != NEWEST_MAJOR || minor == U32.MAX_VALUE) {
    fail(STATUS_PDM_VERSION, address, size);
    return false;
  }
  if (minor > NEWEST_MINOR) warn(STATUS_PDM_NEWER, address, size);
  lock.method = METHOD_SEARCH;
  for (let entry = first(metadata); entry != NONE && !failed(); entry = next(entry)) {
    if (keyIs(entry, "strategy")) readStrategy(entry);
    else if (keyIs(entry, "inherit_metadata") && isTrue(entry)) lock.method = METHOD_FILTER;
    else if (keyIs(entry, "groups")) readGroups(entry);
    else if (keyIs(entry, "targets")) readTargets(entry);
    else if (keyIs(entry, "content_hash")) readContentHash(entry);
  }
  return !failed();
}

function readStrategy(list: u32): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE; each = next(each)) {
    if (!expect(each, STRING)) return;
    if (is(at(each).address, at(each).size, "inherit_metadata")) lock.method = METHOD_FILTER;
  }
}

/** The groups that the lock was made for: with nothing chosen PDM installs them all (pdm/cli/filters.py, GroupSelection). */
function readGroups(list: u32): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE; each = next(each)) {
    if (!expect(each, STRING)) return;
    const group = groupOf(at(each).address, at(each).size);
    pushDistinct(groupNames, group);
    pushDistinct(defaultGroups, group);
  }
}

/** [[metadata.targets]] */
function readTargets(list: u32): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE && !failed(); each = next(each)) {
    if (!expect(each, TABLE)) return;
    const address = lockTargets.push();
    if (address == 0) return;
    const target = changetype<LockTarget>(address);
    const python = get(each, "requires_python");
    target.python = python == NONE ? NONE : specifiers(python);
    target.platform = optionalText(each, "platform");
    target.implementation = optionalText(each, "implementation");
    if (lockTargets.count == 1) lock.python = target.python;
    else lock.python = NONE;
  }
}

/** `sha256:<hex>`, of which the digest is compared; PDM has written no other algorithm. */
function readContentHash(node: u32): void {
  const whole = text(node);
  if (whole == NONE) return;
  const isSha256 = startsWith(textAddress(whole), textSize(whole), "sha256:");
  if (isSha256) lock.contentHash = intern(textAddress(whole) + 7, textSize(whole) - 7);
}

function readPackage(node: u32): void {
  if (!expect(node, TABLE)) return;
  const index = addPackage(at(node).address);
  if (index == NONE) return;
  let condition: u32 = NONE;
  let groups: u32 = NONE;
  let extras: u32 = NONE;
  for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
    const item = packageAt(index);
    if (keyIs(entry, "name")) {
      if (expect(entry, STRING)) item.name = name(at(entry).address, at(entry).size);
      item.offset = u32(at(entry).address);
    } else if (keyIs(entry, "version")) {
      item.version = text(entry);
      expectVersion(item.version, entry);
    } else if (keyIs(entry, "requires_python")) item.python = specifiers(entry);
    else if (keyIs(entry, "marker")) condition = marker(entry);
    else if (keyIs(entry, "groups")) groups = entry;
    else if (keyIs(entry, "extras")) extras = entry;
    else if (keyIs(entry, "dependencies")) readDependencies(index, entry);
    else if (keyIs(entry, "files")) readFiles(entry);
    else readSource(item, entry);
  }
  if (failed()) return;
  finish(index, node, extras);
  if (lock.method == METHOD_FILTER) readMemberships(node, groups, condition);
}

function readSource(item: Package, entry: u32): void {
  if (keyIs(entry, "git")) setSource(item, SOURCE_GIT, entry);
  else if (keyIs(entry, "url")) setSource(item, SOURCE_URL, entry);
  else if (keyIs(entry, "path")) setSource(item, SOURCE_DIRECTORY, entry);
  else if (keyIs(entry, "ref")) item.reference = text(entry);
  else if (keyIs(entry, "revision")) item.resolved = text(entry);
  else if (keyIs(entry, "subdirectory")) item.subdirectory = text(entry);
  else if (keyIs(entry, "editable") && isTrue(entry)) item.flags |= PACKAGE_IS_EDITABLE;
}

function setSource(item: Package, source: u32, node: u32): void {
  item.source = source;
  item.url = text(node);
}

function finish(index: u32, node: u32, extras: u32): void {
  const item = packageAt(index);
  if (item.name == NONE || (item.version == NONE && item.url == NONE)) {
    failAbout(STATUS_PDM_MISSING, at(node).address, 11, item.name == NONE ? KEY_NAME : KEY_VERSION); // 11: [[package]]
    return;
  }
  if (item.source == SOURCE_GIT && item.resolved == NONE) item.resolved = item.reference;
  if (item.source == SOURCE_DIRECTORY && item.artifactCount != 0) item.source = SOURCE_FILE;
  if (item.source != SOURCE_DIRECTORY) item.flags &= ~PACKAGE_IS_EDITABLE;
  if (item.source != SOURCE_INDEX) {
    // The one file that the source is, whatever its name ends in.
    for (let i: u32 = 0; i < item.artifactCount; i++) artifactAt(item.artifacts + i).kind = ARTIFACT_IS_OTHER;
  }
  if (extras != NONE && expect(extras, ARRAY) && first(extras) != NONE) setExtraEntry(item, extraOf(extras));
}

/** Text id of an entry's extras: of one its name, of several their names joined by commas, sorted. */
function extraOf(list: u32): u32 {
  const from = requestedExtras.count;
  for (let each = first(list); each != NONE; each = next(each)) {
    if (!expect(each, STRING)) return NONE;
    pushId(requestedExtras, normalizedName(at(each).address, at(each).size));
  }
  return joinedNames(from, requestedExtras.count - from);
}

function joinedNames(from: u32, count: u32): u32 {
  if (count == 1) return idAt(requestedExtras, from);
  sortNames(from, count);
  let size: u32 = count;
  for (let i: u32 = 0; i < count; i++) size += textSize(idAt(requestedExtras, from + i));
  const written = allocate(size);
  if (written == 0) return NONE;
  let length: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const id = idAt(requestedExtras, from + i);
    if (i != 0) store<u8>(written + length++, 0x2c);
    memory.copy(written + length, textAddress(id), textSize(id));
    length += textSize(id);
  }
  return intern(written, length);
}

/** By bytes; a requirement has a handful of extras, and no lock is allowed to make this more than MAX_SORTED. */
function sortNames(from: u32, count: u32): void {
  if (count > MAX_SORTED) return;
  for (let i: u32 = 1; i < count; i++) {
    const id = idAt(requestedExtras, from + i);
    let place = i;
    while (place > 0) {
      const before = idAt(requestedExtras, from + place - 1);
      if (compare(textAddress(before), textSize(before), textAddress(id), textSize(id)) <= 0) break;
      store<u32>(requestedExtras.at(from + place), before);
      place--;
    }
    store<u32>(requestedExtras.at(from + place), id);
  }
}

/** More extras than that on one requirement stay in their order. */
const MAX_SORTED: u32 = 256;

function joinExtras(dependency: Dependency): void {
  if (dependency.extraCount < 2) return;
  const id = joinedNames(dependency.extras, dependency.extraCount);
  dependency.extras = requestedExtras.count;
  dependency.extraCount = 1;
  pushId(requestedExtras, id);
}

/** `groups`, of which one must be chosen. An entry without any belongs to each (LockedRepository.evaluate_candidates). */
function readMemberships(node: u32, groups: u32, condition: u32): void {
  if (groups == NONE || (expect(groups, ARRAY) && first(groups) == NONE)) return addMembership(NONE, condition);
  for (let each = first(groups); each != NONE && !failed(); each = next(each)) {
    if (!expect(each, STRING)) return;
    const group = groupOf(at(each).address, at(each).size);
    pushDistinct(groupNames, group);
    addMembership(group, condition);
  }
}

/** dependencies = ["name[extra]>=1; marker"] */
function readDependencies(owner: u32, list: u32): void {
  if (!expect(list, ARRAY)) return;
  packageAt(owner).dependencies = dependencies.count;
  for (let each = first(list); each != NONE; each = next(each)) {
    if (text(each) == NONE || !parseRequirement(at(each).address, at(each).size, requirement)) return;
    const row = addDependency(owner, requirement.name, at(each).address, at(each).size);
    const dependency = dependencyAt(row);
    if (requirement.specifierSize != 0)
      dependency.constraint = intern(requirement.specifier, requirement.specifierSize);
    dependency.marker = requirement.marker;
    dependency.extras = requestedExtras.count;
    dependency.extraCount = requirement.extraCount;
    for (let i: u32 = 0; i < requirement.extraCount; i++) {
      pushId(requestedExtras, idAt(requirementExtras, requirement.extras + i));
    }
    joinExtras(dependency);
  }
  packageAt(owner).dependencyCount = dependencies.count - packageAt(owner).dependencies;
}

/** files = [{file | url, hash}] */
function readFiles(list: u32): void {
  if (!expect(list, ARRAY)) return;
  for (let node = firstOrRows(list); node != NONE && !failed(); node = nextOrRows(node)) {
    if (readRows(node)) continue;
    if (!expect(node, TABLE)) return;
    const row = addArtifact();
    if (row == 0) return;
    readFile(changetype<Artifact>(row), node);
  }
}

/** Reads files that the scanner recognised; false when the node is no run of them. */
function readRows(node: u32): bool {
  if (!isRun(node, ROW_FILE)) return false;
  const from = at(node).address;
  const end = from + at(node).size;
  for (let i = from; i < end && !failed(); i++) {
    const row = addArtifact();
    if (row != 0) setFile(changetype<Artifact>(row), rowAt(i));
  }
  return true;
}

function readFile(artifact: Artifact, node: u32): void {
  for (let entry = first(node); entry != NONE; entry = next(entry)) {
    if (!keyIs(entry, "file") && !keyIs(entry, "hash") && !keyIs(entry, "url")) continue;
    if (!isText(entry)) return;
    const address = at(entry).address;
    const size = at(entry).size;
    if (keyIs(entry, "hash")) {
      artifact.hash = address;
      artifact.hashSize = size;
      checkHash(address, size);
    } else if (keyIs(entry, "file")) {
      artifact.name = address;
      artifact.nameSize = size;
    } else {
      artifact.url = address;
      artifact.urlSize = size;
      if (artifact.nameSize == 0) setNameFromUrl(artifact, address, size);
    }
  }
  checkFileName(artifact.name, artifact.nameSize);
  artifact.kind = artifactKind(artifact.name, artifact.nameSize);
}
