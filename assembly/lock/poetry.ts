// poetry.lock, every version that Poetry has written: none, 1.0, 1.1, 2.0, 2.1.
//
// What differs between them is where things stand (poetry/packages/locker.py, Locker._get_locked_package):
//   none, 1.0, 1.1   files in [metadata.files].<name>, all versions of a name together; before 1.0 [metadata.hashes].<name>
//   2.0              files on the package
//   2.1              adds `groups` and `markers` to the package: what is installed is a filter, not a search
//
// Invariant: reads the document, writes the tables, decides nothing about any target.

import {
  METHOD_FILTER,
  METHOD_SEARCH,
  NONE,
  PACKAGE_HAS_BARE_HASHES,
  PACKAGE_IS_EDITABLE,
  PACKAGE_IS_OPTIONAL,
  SOURCE_DIRECTORY,
  SOURCE_GIT,
  SOURCE_LEGACY,
  SOURCE_URL,
  STATUS_LOCK_MISSING,
  STATUS_LOCK_NEWER,
  STATUS_LOCK_NOT_FOUND,
  STATUS_LOCK_SOURCE,
  STATUS_LOCK_VERSION,
  STATUS_OK,
  STATUS_VERSION,
} from "../../src/core/abi";
import { decimal, indexIn, indexOf } from "../memory/bytes";
import { intern, placeText, textSize } from "../memory/intern";
import { bringBack, Failure, fail, failAbout, failed, setAside } from "../memory/status";
import { normalizedName } from "../standards/name";
import { versionOf } from "../standards/pep440";
import { hasExtraAtom, poetryMarkerOf } from "../standards/pep508/marker";
import {
  ARRAY,
  at,
  find,
  first,
  firstOrRows,
  get,
  HAS_ELEMENTS,
  isRun,
  keyIs,
  kindOf,
  next,
  nextOrRows,
  ROW_FILE,
  rowAt,
  STRING,
  TABLE,
} from "../text/document";
import { elements, nextElement, startToml } from "../text/toml/scanner";
import { isOfPackage, isOneFile, settle } from "./identity";
import {
  artifactKind,
  checkFileName,
  checkHash,
  expect,
  isText,
  isTrue,
  keyName,
  marker,
  name,
  optionalText,
  readNames,
  setFile,
  text,
} from "./reading";
import {
  Artifact,
  addDependency,
  addExtraMember,
  addPackage,
  artifactAt,
  artifacts,
  candidates,
  dependencies,
  dependencyAt,
  Extra,
  extraMembers,
  extraNames,
  groupNames,
  linkNames,
  lock,
  Membership,
  memberships,
  packageAt,
  packageExtras,
  packages,
  pushDistinct,
  requestedExtras,
  reserveTables,
  warn,
} from "./tables";

/** The lock-version that the newest Poetry we know writes: 2.1. */
const NEWEST_MAJOR: u32 = 2;
const NEWEST_MINOR: u32 = 1;

/** Reads a lock of `size` bytes into the tables. Failures are in the status. */
export function readPoetryLock(address: usize, size: u32): void {
  reserveTables(size);
  readElements(address, size);
  if (failed()) return;
  const metadata = get(0, "metadata");
  if (metadata == NONE) return fail(STATUS_LOCK_NOT_FOUND, at(0).address, 0);
  if (!expect(metadata, TABLE) || !readMetadata(metadata)) return;
  if (HAS_ELEMENTS) settleElements();
  const list = get(0, "package");
  if (list != NONE && !failed() && list != elements && expect(list, ARRAY)) {
    for (let node = first(list); node != NONE && !failed(); node = next(node)) readPackage(node);
  }
  if (failed()) return;
  linkNames();
  readSharedFiles(metadata);
  readExtras(get(0, "extras"));
}

// [metadata] comes last, so packages are read before it is known whether the lock can be read, and whether groups count. What
// they fail with is set aside until then.

/** Whether [metadata] is yet to come. */
let isEarly: bool = false;
const failure: Failure = changetype<Failure>(memory.data(offsetof<Failure>()));
const groupsFailure: Failure = changetype<Failure>(memory.data(offsetof<Failure>()));

/** Reads the packages one by one as they are scanned, and the rest of the lock into the document. */
function readElements(address: usize, size: u32): void {
  isEarly = HAS_ELEMENTS;
  setAside(failure);
  setAside(groupsFailure);
  startToml(address, size, "package");
  for (let node = nextElement(); node != NONE; node = nextElement()) {
    if (failure.code != STATUS_OK) continue;
    readPackage(node);
    setAside(failure);
  }
  isEarly = false;
}

function settleElements(): void {
  if (lock.method == METHOD_FILTER) bringBack(groupsFailure);
  else forgetMemberships();
  bringBack(failure);
}

/** Poetry reads `groups` from lock-version 2.1 on (poetry/packages/locker.py, Locker.locked_packages). */
function forgetMemberships(): void {
  memberships.clear();
  groupNames.clear();
  for (let row: u32 = 0; row < packages.count; row++) packageAt(row).membershipCount = 0;
}

/** Poetry reads >=1,<3 and warns when the lock is newer than what it writes (locker.py, Locker._get_lock_data). */
function readMetadata(metadata: u32): bool {
  const version = get(metadata, "lock-version");
  let major: u32 = 1;
  let minor: u32 = 0;
  if (version != NONE) {
    if (!expect(version, STRING)) return false;
    const address = at(version).address;
    const size = at(version).size;
    lock.version = intern(address, size);
    const dot = indexOf(address, size, 0x2e);
    major = decimal(address, dot);
    minor = dot < size ? decimal(address + dot + 1, size - dot - 1) : 0;
    if (major - 1 >= NEWEST_MAJOR || minor == U32.MAX_VALUE) {
      fail(STATUS_LOCK_VERSION, address, size);
      return false;
    }
    if (major == NEWEST_MAJOR && minor > NEWEST_MINOR) warn(STATUS_LOCK_NEWER, address, size);
  }
  lock.method = major == 2 && minor >= 1 ? METHOD_FILTER : METHOD_SEARCH;
  lock.python = optionalText(metadata, "python-versions");
  // Packages, which are read before, say the same of themselves.
  if (HAS_ELEMENTS && lock.python != NONE) placeText(lock.python, at(get(metadata, "python-versions")).address);
  lock.contentHash = optionalText(metadata, "content-hash");
  return !failed();
}

function readPackage(node: u32): void {
  if (!expect(node, TABLE)) return;
  const index = addPackage(at(node).address);
  if (index == NONE) return;
  // Poetry itself reads `groups`, and `markers` only with them; order in the file is free.
  let groups: u32 = NONE;
  let markers: u32 = NONE;
  for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
    const item = packageAt(index);
    if (keyIs(entry, "name")) {
      if (expect(entry, STRING)) item.name = name(at(entry).address, at(entry).size);
      item.offset = u32(at(entry).address);
    } else if (keyIs(entry, "version")) {
      item.version = text(entry);
      if (!failed() && versionOf(item.version) == NONE) fail(STATUS_VERSION, at(entry).address, at(entry).size);
    } else if (keyIs(entry, "optional")) {
      if (isTrue(entry)) item.flags |= PACKAGE_IS_OPTIONAL;
    } else if (keyIs(entry, "python-versions")) item.python = text(entry);
    else if (keyIs(entry, "develop")) {
      if (isTrue(entry)) item.flags |= PACKAGE_IS_EDITABLE;
    } else if (keyIs(entry, "files")) readFiles(index, entry);
    else if (keyIs(entry, "groups")) groups = entry;
    else if (keyIs(entry, "markers")) markers = entry;
    else if (keyIs(entry, "dependencies")) readDependencies(index, entry);
    else if (keyIs(entry, "extras")) readPackageExtras(index, entry);
    else if (keyIs(entry, "source")) readSource(index, entry);
  }
  if (failed()) return;
  const item = packageAt(index);
  if (item.name == NONE || item.version == NONE) {
    failAbout(STATUS_LOCK_MISSING, at(node).address, 11, item.name == NONE ? 0 : 1); // 11: [[package]]
    return;
  }
  if (item.artifactCount != 0) settle(item);
  if ((item.flags & PACKAGE_IS_EDITABLE) != 0 && item.source != SOURCE_DIRECTORY) item.flags &= ~PACKAGE_IS_EDITABLE;
  if (HAS_ELEMENTS && isEarly) {
    if (groupsFailure.code != STATUS_OK) return;
    readMemberships(index, node, groups, markers);
    setAside(groupsFailure);
  } else if (lock.method == METHOD_FILTER) readMemberships(index, node, groups, markers);
}

/** files = [{file = "...", hash = "sha256:..."}, ...]; Poetry adds `url` for files of some sources. */
function readFiles(index: u32, list: u32): void {
  if (!expect(list, ARRAY)) return;
  packageAt(index).artifacts = artifacts.count;
  for (let node = firstOrRows(list); node != NONE && !failed(); node = nextOrRows(node)) {
    if (!readRows(node)) readFile(node);
  }
  packageAt(index).artifactCount = artifacts.count - packageAt(index).artifacts;
}

function readFile(node: u32): void {
  if (!expect(node, TABLE)) return;
  const row = artifacts.push();
  if (row == 0) return;
  const artifact = changetype<Artifact>(row);
  memory.fill(row, 0, offsetof<Artifact>());
  artifact.tags = NONE;
  for (let entry = first(node); entry != NONE; entry = next(entry)) {
    if (keyIs(entry, "file")) {
      if (!expect(entry, STRING)) return;
      artifact.name = at(entry).address;
      artifact.nameSize = at(entry).size;
    } else if (keyIs(entry, "hash")) {
      if (!expect(entry, STRING)) return;
      artifact.hash = at(entry).address;
      artifact.hashSize = at(entry).size;
      checkHash(artifact.hash, artifact.hashSize);
    } else if (keyIs(entry, "url")) {
      if (!isText(entry)) return;
      artifact.url = at(entry).address;
      artifact.urlSize = at(entry).size;
    }
  }
  if (artifact.nameSize == 0) failAbout(STATUS_LOCK_MISSING, at(node).address, 1, 2);
  else checkFileName(artifact.name, artifact.nameSize);
  artifact.kind = artifactKind(artifact.name, artifact.nameSize);
}

/** Reads files that the scanner recognised; false when the node is no run of them. */
function readRows(node: u32): bool {
  if (!isRun(node, ROW_FILE)) return false;
  const from = at(node).address;
  const end = from + at(node).size;
  for (let i = from; i < end && !failed(); i++) {
    const row = artifacts.push();
    if (row != 0) setFile(changetype<Artifact>(row), rowAt(i));
  }
  return true;
}

/** [package.dependencies]: a constraint, a table, or an array of either. */
function readDependencies(index: u32, table: u32): void {
  if (!expect(table, TABLE)) return;
  const from = dependencies.count;
  packageAt(index).dependencies = from;
  for (let entry = first(table); entry != NONE && !failed(); entry = next(entry)) {
    const required = keyName(entry);
    if (kindOf(entry) == ARRAY) {
      for (let each = first(entry); each != NONE && !failed(); each = next(each))
        readDependency(index, required, entry, each);
    } else readDependency(index, required, entry, entry);
  }
  packageAt(index).dependencyCount = dependencies.count - from;
}

function readDependency(owner: u32, required: u32, key: u32, node: u32): void {
  const row = addDependency(owner, required, at(key).keyAddress, at(key).keySize);
  if (kindOf(node) == STRING) {
    dependencyAt(row).constraint = text(node);
    return;
  }
  if (!expect(node, TABLE)) return;
  for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
    const dependency = dependencyAt(row);
    if (keyIs(entry, "version")) dependency.constraint = text(entry);
    else if (keyIs(entry, "python")) dependency.python = text(entry);
    else if (keyIs(entry, "platform")) dependency.platform = text(entry);
    else if (keyIs(entry, "markers")) {
      dependency.marker = marker(entry);
      // poetry-core, Dependency.marker: an `extra` anywhere in the marker makes the dependency optional.
      if (dependency.marker != NONE && hasExtraAtom(dependency.marker)) dependency.optional = 1;
    } else if (keyIs(entry, "optional")) {
      if (isTrue(entry)) dependency.optional = 1;
    } else if (keyIs(entry, "extras")) {
      dependency.extras = requestedExtras.count;
      readNames(entry, requestedExtras);
      dependencyAt(row).extraCount = requestedExtras.count - dependencyAt(row).extras;
    } else if (keyIs(entry, "git")) demand(row, SOURCE_GIT, entry);
    else if (keyIs(entry, "url")) demand(row, SOURCE_URL, entry);
    else if (keyIs(entry, "path")) demand(row, SOURCE_DIRECTORY, entry);
  }
}

/** A marker in poetry-core's words; NONE for one that always holds, and after a failure. */
function marker(entry: u32): u32 {
  const id = text(entry);
  return id == NONE ? NONE : poetryMarkerOf(id);
}

function demand(row: u32, source: u32, address: u32): void {
  dependencyAt(row).source = source;
  dependencyAt(row).url = text(address);
}

/** [package.extras]: extra -> requirements, of which only the names and their extras matter here. */
function readPackageExtras(index: u32, table: u32): void {
  if (!expect(table, TABLE)) return;
  const from = packageExtras.count;
  packageAt(index).extras = from;
  for (let entry = first(table); entry != NONE && !failed(); entry = next(entry)) {
    if (!expect(entry, ARRAY)) return;
    const row = packageExtras.push();
    if (row == 0) return;
    const extra = changetype<Extra>(row);
    extra.name = keyName(entry);
    extra.members = extraMembers.count;
    for (let each = first(entry); each != NONE; each = next(each)) {
      if (!expect(each, STRING)) return;
      addExtraMember(at(each).address, at(each).size);
    }
    extra.memberCount = extraMembers.count - extra.members;
  }
  packageAt(index).extraCount = packageExtras.count - from;
}

/** [package.source] */
function readSource(index: u32, table: u32): void {
  if (!expect(table, TABLE)) return;
  const item = packageAt(index);
  const type = get(table, "type");
  item.url = optionalText(table, "url");
  item.reference = optionalText(table, "reference");
  item.resolved = optionalText(table, "resolved_reference");
  item.subdirectory = optionalText(table, "subdirectory");
  // Poetry 1.0 wrote the git commit as `reference` and had no `resolved_reference`.
  if (item.resolved == NONE) item.resolved = item.reference;
  if (type != NONE && !expect(type, STRING)) return;
  const size = type == NONE ? 0 : at(type).size;
  // Whatever names an index, by address or by name, means that one and no other.
  if (size == 0) {
    if (isSaid(item.url) || isSaid(item.reference)) item.source = SOURCE_LEGACY;
    return;
  }
  // In the order of SOURCE_LEGACY, SOURCE_GIT and so on.
  const kind = indexIn(at(type).address, size, "legacy git url file directory");
  if (kind != NONE) item.source = SOURCE_LEGACY + kind;
  else fail(STATUS_LOCK_SOURCE, at(type).address, size);
}

function isSaid(id: u32): bool {
  return id != NONE && textSize(id) != 0;
}

/**
 * `groups` and `markers` of a 2.1 lock (locker.py, Locker.locked_packages): one marker for all groups, or a table of
 * markers by group, in which a missing group means "always".
 */
function readMemberships(index: u32, node: u32, groups: u32, markers: u32): void {
  if (groups == NONE) {
    failAbout(STATUS_LOCK_MISSING, at(node).address, 11, 3);
    return;
  }
  if (!expect(groups, ARRAY)) return;
  let shared: u32 = NONE;
  if (markers != NONE && kindOf(markers) == STRING) shared = marker(markers);
  else if (markers != NONE && !expect(markers, TABLE)) return;
  packageAt(index).memberships = memberships.count;
  for (let each = first(groups); each != NONE && !failed(); each = next(each)) {
    if (!expect(each, STRING)) return;
    const address = at(each).address;
    const size = at(each).size;
    let own = shared;
    if (markers != NONE && kindOf(markers) == TABLE) {
      const node = find(markers, address, size);
      if (node != NONE) own = marker(node);
    }
    const row = memberships.push();
    if (row == 0) return;
    changetype<Membership>(row).group = normalizedName(address, size);
    changetype<Membership>(row).marker = own;
    pushDistinct(groupNames, changetype<Membership>(row).group);
  }
  packageAt(index).membershipCount = memberships.count - packageAt(index).memberships;
}

/** [extras]: the names that the host may choose. Which packages they bring is in the markers, or follows from the project. */
function readExtras(table: u32): void {
  if (table == NONE || failed() || !expect(table, TABLE)) return;
  for (let entry = first(table); entry != NONE; entry = next(entry)) {
    pushDistinct(extraNames, keyName(entry));
  }
}

/** [metadata.files] and [metadata.hashes] of locks before 2.0. */
function readSharedFiles(metadata: u32): void {
  const files = get(metadata, "files");
  const hashes = get(metadata, "hashes");
  if (files != NONE && expect(files, TABLE)) {
    for (let entry = first(files); entry != NONE && !failed(); entry = next(entry)) readFilesOfName(entry);
  }
  if (hashes != NONE && expect(hashes, TABLE)) {
    for (let entry = first(hashes); entry != NONE && !failed(); entry = next(entry)) readHashesOfName(entry);
  }
}

/** One list for all versions of a name, those that were locked before included: each version keeps the files that carry it. */
function readFilesOfName(entry: u32): void {
  if (!expect(entry, ARRAY)) return;
  const id = keyName(entry);
  const only = candidates(id) != NONE && packageAt(candidates(id)).nextOfName == NONE;
  for (let row = candidates(id); row != NONE && !failed(); row = packageAt(row).nextOfName) {
    // Git, directory and url packages have an empty list, and a package that has its own list keeps it.
    if (packageAt(row).artifactCount != 0) continue;
    packageAt(row).artifacts = artifacts.count;
    for (let node = first(entry); node != NONE && !failed(); node = next(node)) {
      readFile(node);
      const item = packageAt(row);
      if (failed() || (only && isOneFile(item)) || isOfPackage(item, artifactAt(artifacts.count - 1))) continue;
      artifacts.count--;
    }
    packageAt(row).artifactCount = artifacts.count - packageAt(row).artifacts;
  }
}

/** Poetry before 1.0: sha256 digests without file names. */
function readHashesOfName(entry: u32): void {
  if (!expect(entry, ARRAY)) return;
  const id = keyName(entry);
  for (let row = candidates(id); row != NONE; row = packageAt(row).nextOfName) {
    if (packageAt(row).artifactCount != 0) continue;
    packageAt(row).artifacts = artifacts.count;
    packageAt(row).flags |= PACKAGE_HAS_BARE_HASHES;
    for (let each = first(entry); each != NONE; each = next(each)) {
      if (!expect(each, STRING)) return;
      const address = artifacts.push();
      if (address == 0) return;
      memory.fill(address, 0, offsetof<Artifact>());
      const artifact = changetype<Artifact>(address);
      artifact.tags = NONE;
      artifact.hash = at(each).address;
      artifact.hashSize = at(each).size;
    }
    packageAt(row).artifactCount = artifacts.count - packageAt(row).artifacts;
  }
}
