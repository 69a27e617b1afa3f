// uv.lock, version 1 with every revision so far (0 to 5): crates/uv-resolver/src/lock/mod.rs, LockWire and what it holds.
//
// Later revisions only add keys, so an unknown one is a warning. Markers are stored simplified under `requires-python`: they
// say nothing outside of it, which resolving refuses (walk.ts).
//
// Invariant: reads the document, writes the tables, decides nothing about any target. Every edge has found its package.

import {
  ARTIFACT_IS_SDIST,
  ARTIFACT_IS_WHEEL,
  FORMAT_UV,
  METHOD_WALK,
  NONE,
  PACKAGE_HAS_LFS,
  PACKAGE_IS_EDITABLE,
  SOURCE_DIRECTORY,
  SOURCE_EDITABLE,
  SOURCE_FOLDER,
  SOURCE_GIT,
  SOURCE_INDEX,
  SOURCE_PATH,
  SOURCE_URL,
  SOURCE_VIRTUAL,
  STATUS_LOCK_CONFLICT_ITEM,
  STATUS_LOCK_DUPLICATE,
  STATUS_LOCK_EDGE,
  STATUS_LOCK_FILE_NAME,
  STATUS_LOCK_HASH,
  STATUS_LOCK_MISSING,
  STATUS_LOCK_NEWER,
  STATUS_LOCK_NOT_FOUND,
  STATUS_LOCK_OTHER_FILE,
  STATUS_LOCK_SOURCE,
  STATUS_LOCK_UNKNOWN_KEY,
  STATUS_LOCK_VERSION,
  STATUS_OK,
  STATUS_VERSION,
} from "../../src/core/abi";
import { allocate } from "../memory/arena";
import { decimal, indexOf, is, startsWith, writeAscii } from "../memory/bytes";
import { intern, placeText, textAddress, textSize } from "../memory/intern";
import { bringBack, Failure, fail, failAbout, failed, setAside } from "../memory/status";
import { versionOf } from "../standards/pep440";
import {
  ARRAY,
  at,
  first,
  firstOrRows,
  get,
  HAS_ELEMENTS,
  INTEGER,
  isRun,
  keepElement,
  keyIs,
  kindOf,
  next,
  nextOrRows,
  ROW_URL,
  rowAt,
  STRING,
  TABLE,
} from "../text/document";
import { elements, nextElement, startToml } from "../text/toml/scanner";
import { settle, takeApart } from "./identity";
import {
  checkHash,
  expect,
  fileSize,
  isFileName,
  isText,
  joined,
  keyName,
  marker,
  name,
  optionalText,
  setFile,
  text,
} from "./reading";
import {
  Artifact,
  addDependency,
  artifacts,
  candidates,
  dependencies,
  dependencyAt,
  extraNames,
  groupNames,
  idAt,
  linkNames,
  lock,
  Package,
  packageAt,
  packages,
  pushDistinct,
  pushId,
  reserveTables,
  warn,
} from "./tables";
import { fileName, fileNameSize, findFileName, fragmentOf, isAddress, parameterOf, withoutQuery } from "./url";
import {
  BRANCH_EXTRA,
  BRANCH_GROUP,
  BRANCH_OWN,
  Branch,
  branchAt,
  branches,
  ConflictMember,
  conflictMembers,
  EdgeExtra,
  edgeExtraAt,
  edgeExtras,
  extraBranch,
  facts,
  ITEM_EXTRA,
  ITEM_GROUP,
  ITEM_PROJECT,
  itemOf,
  markerLists,
  memberNames,
  Offer,
  offers,
  RootRequirement,
  rootRequirements,
  SPACE_BRANCH,
  SPACE_PACKAGE,
  SPACE_RELEASE,
  SPACE_SOURCE,
  workspaceNames,
} from "./uv/branches";
import { enterItem, linkLiterals } from "./uv/conflict";
import { enter, numberOf, valueOf } from "./uv/triples";

/** The newest revision that is known, that of uv 0.13.9. */
const NEWEST_REVISION: u32 = 5;
/** Size of `[[package]]`, for messages about what is missing there. */
const HEADER_SIZE: u32 = 11;

/** Numbers of keys in src/lock/lockfile.ts, DETAIL_WORDS. */
const KEY_NAME: u32 = 0;
const KEY_VERSION: u32 = 1;
const KEY_SOURCE: u32 = 4;
const KEY_REQUIRES_PYTHON: u32 = 5;
const KEY_FILE: u32 = 6;
const KEY_URL: u32 = 7;
const KEY_PATH: u32 = 8;

let hasUnknownKey: bool = false;

/** What a package failed with: what is wrong with the whole lock counts before it. */
const failure: Failure = changetype<Failure>(memory.data(offsetof<Failure>()));

/** Reads a lock of `size` bytes into the tables. Failures are in the status. */
export function readUvLock(address: usize, size: u32): void {
  lock.method = METHOD_WALK;
  hasUnknownKey = false;
  reserveTables(size);
  setAside(failure);
  startToml(address, size, "package");
  for (let node = nextElement(); node != NONE; node = nextElement()) {
    if (failure.code != STATUS_OK) continue;
    readPackage(node);
    setAside(failure);
    // What a project says of itself is held against its pyproject.toml (src/lock/uv/stated.ts).
    if (packages.count != 0 && isFolder(packageAt(packages.count - 1).source)) keepElement();
  }
  if (failed() || !readVersion()) return;
  let list: u32 = NONE;
  let conflicts: u32 = NONE;
  for (let entry = first(0); entry != NONE && !failed(); entry = next(entry)) {
    if (keyIs(entry, "package") || keyIs(entry, "distribution")) list = entry;
    else if (keyIs(entry, "conflicts")) conflicts = entry;
    else if (keyIs(entry, "requires-python")) {
      lock.python = text(entry);
      if (HAS_ELEMENTS) placeText(lock.python, at(entry).address);
    } else if (keyIs(entry, "resolution-markers")) {
      facts.forks = markerLists.count;
      facts.forkCount = readMarkers(entry);
    } else if (keyIs(entry, "supported-markers")) {
      facts.supported = markerLists.count;
      facts.supportedCount = readMarkers(entry);
      if (facts.supportedCount != 0) {
        facts.supportedAddress = at(first(entry)).address;
        facts.supportedSize = at(first(entry)).size;
      }
    } else if (keyIs(entry, "manifest")) readManifest(entry);
    else if (!keyIs(entry, "version") && !keyIs(entry, "revision") && !isKnownAside(entry)) warnUnknown(entry);
  }
  if (!failed() && lock.python == NONE) failAbout(STATUS_LOCK_MISSING, at(0).address, 0, KEY_REQUIRES_PYTHON);
  if (failed()) return;
  if (HAS_ELEMENTS) bringBack(failure);
  if (list != NONE && !failed() && list != elements && expect(list, ARRAY)) {
    for (let node = first(list); node != NONE && !failed(); node = next(node)) readPackage(node);
  }
  if (failed()) return;
  linkNames();
  linkEdges();
  if (conflicts != NONE && !failed()) readConflicts(conflicts);
  if (failed()) return;
  if (conflictMembers.count != 0) {
    linkLiterals();
    linkItems();
  }
  nameChoices();
}

function isFolder(source: u32): bool {
  return source == SOURCE_EDITABLE || source == SOURCE_VIRTUAL || source == SOURCE_DIRECTORY || source == SOURCE_FOLDER;
}

/** Keys that decide nothing about what is installed. */
function isKnownAside(entry: u32): bool {
  return keyIs(entry, "options") || keyIs(entry, "required-markers");
}

/** One warning is enough: what the lock adds is not read. */
function warnUnknown(entry: u32): void {
  if (hasUnknownKey) return;
  hasUnknownKey = true;
  warn(STATUS_LOCK_UNKNOWN_KEY, at(entry).keyAddress, at(entry).keySize);
}

/** `version` must be 1; `revision`, which older readers ignore, may be anything. */
function readVersion(): bool {
  const version = get(0, "version");
  const revision = get(0, "revision");
  if (version == NONE) {
    failAbout(STATUS_LOCK_NOT_FOUND, at(0).address, 0, FORMAT_UV);
    return false;
  }
  if (!expect(version, INTEGER)) return false;
  const address = at(version).address;
  const size = at(version).size;
  if (!is(address, size, "1")) {
    failAbout(STATUS_LOCK_VERSION, address, size, FORMAT_UV);
    return false;
  }
  lock.version = intern(address, size);
  if (revision == NONE) return true;
  if (!expect(revision, INTEGER)) return false;
  if (decimal(at(revision).address, at(revision).size) > NEWEST_REVISION) {
    warn(STATUS_LOCK_NEWER, at(revision).address, at(revision).size, FORMAT_UV);
  }
  const written = allocate(6 + at(revision).size);
  if (written == 0) return false;
  const end = writeAscii(written, "1 rev ");
  memory.copy(end, at(revision).address, at(revision).size);
  lock.version = intern(written, u32(end - written) + at(revision).size);
  return true;
}

/** Adds the markers of an array of strings to `markerLists`; their number. */
function readMarkers(list: u32): u32 {
  const from = markerLists.count;
  if (!expect(list, ARRAY)) return 0;
  for (let each = first(list); each != NONE && !failed(); each = next(each)) {
    pushId(markerLists, marker(each));
  }
  return markerLists.count - from;
}

/** [manifest]: what the workspace or the script has of its own. Constraints and overrides are in the edges already. */
function readManifest(table: u32): void {
  if (!expect(table, TABLE)) return;
  for (let entry = first(table); entry != NONE && !failed(); entry = next(entry)) {
    if (keyIs(entry, "members")) {
      if (!expect(entry, ARRAY)) return;
      for (let each = first(entry); each != NONE && !failed(); each = next(each)) {
        if (expect(each, STRING)) pushId(memberNames, name(at(each).address, at(each).size));
      }
    } else if (keyIs(entry, "requirements")) readRequirements(entry, NONE);
    else if (keyIs(entry, "dependency-groups")) {
      if (!expect(entry, TABLE)) return;
      for (let group = first(entry); group != NONE && !failed(); group = next(group)) {
        const id = keyName(group);
        pushDistinct(groupNames, id);
        if (!isDefined(ONE_CALL)) addOffer(NONE, id, false);
        readRequirements(group, id);
      }
    }
  }
}

/** [{name, extras, marker, ...}]: which version is meant depends on the environment. */
function readRequirements(list: u32, group: u32): void {
  if (!expect(list, ARRAY)) return;
  for (let node = first(list); node != NONE && !failed(); node = next(node)) {
    if (!expect(node, TABLE)) return;
    const row = rootRequirements.push();
    if (row == 0) return;
    const requirement = changetype<RootRequirement>(row);
    requirement.name = NONE;
    requirement.group = group;
    requirement.marker = NONE;
    requirement.extras = edgeExtras.count;
    requirement.address = at(node).address;
    requirement.size = 1;
    for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
      if (keyIs(entry, "name")) {
        if (!expect(entry, STRING)) return;
        requirement.name = name(at(entry).address, at(entry).size);
        requirement.address = at(entry).address;
        requirement.size = at(entry).size;
      } else if (keyIs(entry, "marker")) requirement.marker = marker(entry);
      else if (keyIs(entry, "extras") || keyIs(entry, "extra")) readEdgeExtras(entry);
    }
    requirement.extraCount = edgeExtras.count - requirement.extras;
    if (!failed() && requirement.name == NONE) failAbout(STATUS_LOCK_MISSING, at(node).address, 1, KEY_NAME);
  }
}

function readEdgeExtras(list: u32): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE && !failed(); each = next(each)) {
    if (!expect(each, STRING)) return;
    const row = edgeExtras.push();
    if (row == 0) return;
    const extra = changetype<EdgeExtra>(row);
    extra.name = name(at(each).address, at(each).size);
    extra.branch = NONE;
    extra.item = NONE;
  }
}

// --- Packages -------------------------------------------------------------------------------------------------------------

function readPackage(node: u32): void {
  if (!expect(node, TABLE)) return;
  const row = packages.push();
  if (row == 0) return;
  const index = packages.count - 1;
  startPackage(changetype<Package>(row), at(node).address);
  let own: u32 = NONE;
  let optional: u32 = NONE;
  let groups: u32 = NONE;
  let wheels: u32 = NONE;
  let sdist: u32 = NONE;
  let metadata: u32 = NONE;
  for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
    const item = packageAt(index);
    if (keyIs(entry, "name")) {
      if (expect(entry, STRING)) item.name = name(at(entry).address, at(entry).size);
      item.offset = u32(at(entry).address);
    } else if (keyIs(entry, "version")) {
      item.version = text(entry);
      if (!failed() && versionOf(item.version) == NONE) fail(STATUS_VERSION, at(entry).address, at(entry).size);
    } else if (keyIs(entry, "source")) readSource(index, entry);
    else if (keyIs(entry, "wheels")) wheels = entry;
    else if (keyIs(entry, "sdist")) sdist = entry;
    else if (keyIs(entry, "dependencies")) own = entry;
    else if (keyIs(entry, "optional-dependencies")) optional = entry;
    else if (keyIs(entry, "dev-dependencies") || keyIs(entry, "dependency-groups")) groups = entry;
    else if (keyIs(entry, "metadata")) metadata = entry;
    else if (keyIs(entry, "resolution-markers")) {
      item.forks = markerLists.count;
      item.forkCount = readMarkers(entry);
    } else if (!keyIs(entry, "default-groups") && !keyIs(entry, "group-requires-python")) warnUnknown(entry); // as in pyproject.toml
  }
  if (failed() || !checkPackage(index, node)) return;
  readArtifacts(index, wheels, sdist);
  if (failed()) return;
  settle(packageAt(index));
  readBranches(index, own, optional, groups);
  if (metadata != NONE && !failed()) readMetadata(metadata, packageAt(index));
}

function startPackage(item: Package, address: usize): void {
  memory.fill(changetype<usize>(item), 0xff, offsetof<Package>()); // NONE in every cell
  item.source = NONE;
  item.flags = 0;
  item.offset = u32(address);
  item.artifacts = artifacts.count;
  item.artifactCount = 0;
  item.dependencyCount = 0;
  item.membershipCount = 0;
  item.extras = extraNames.count;
  item.extraCount = 0;
  item.forkCount = 0;
  item.branchCount = 0;
}

/** PackageWire::unwire: an index has no packages without a version. A package is its name, version and source. */
function checkPackage(index: u32, node: u32): bool {
  const item = packageAt(index);
  const address = at(node).address;
  if (item.name == NONE) failAbout(STATUS_LOCK_MISSING, address, HEADER_SIZE, KEY_NAME);
  else if (item.source == NONE) failAbout(STATUS_LOCK_MISSING, address, HEADER_SIZE, KEY_SOURCE);
  else if (item.version == NONE && (item.source == SOURCE_INDEX || item.source == SOURCE_FOLDER)) {
    failAbout(STATUS_LOCK_MISSING, address, HEADER_SIZE, KEY_VERSION);
  } else {
    const release = numberOf(SPACE_RELEASE, item.name, item.version);
    if (enter(SPACE_PACKAGE, release, sourceNumber(item.source, identity(item)), index) != index) {
      failAbout(STATUS_LOCK_DUPLICATE, item.offset, 0, item.name);
    }
  }
  return !failed();
}

/** What tells sources of one kind apart: their text in the lock. */
function identity(item: Package): u32 {
  return item.source == SOURCE_GIT ? item.written : item.url;
}

function sourceNumber(kind: u32, address: u32): u32 {
  return numberOf(SPACE_SOURCE, kind, address);
}

/** SOURCE_* of a `source` table, and its address in `sourceAddress`; NONE after a failure. */
let sourceAddress: u32 = NONE;

function sourceOf(table: u32): u32 {
  if (!expect(table, TABLE)) return NONE;
  for (let entry = first(table); entry != NONE; entry = next(entry)) {
    const kind = sourceKind(entry);
    if (kind == NONE) continue;
    sourceAddress = text(entry);
    if (failed()) return NONE;
    return kind == SOURCE_INDEX && !isAddress(at(entry).address, at(entry).size) ? SOURCE_FOLDER : kind;
  }
  const entry = first(table);
  if (entry == NONE) failAbout(STATUS_LOCK_SOURCE, at(table).address, 1, FORMAT_UV);
  else failAbout(STATUS_LOCK_SOURCE, at(entry).keyAddress, at(entry).keySize, FORMAT_UV);
  return NONE;
}

function sourceKind(entry: u32): u32 {
  if (keyIs(entry, "registry")) return SOURCE_INDEX;
  if (keyIs(entry, "editable")) return SOURCE_EDITABLE;
  if (keyIs(entry, "git")) return SOURCE_GIT;
  if (keyIs(entry, "virtual")) return SOURCE_VIRTUAL;
  if (keyIs(entry, "directory")) return SOURCE_DIRECTORY;
  if (keyIs(entry, "path")) return SOURCE_PATH;
  return keyIs(entry, "url") ? SOURCE_URL : NONE;
}

function readSource(index: u32, table: u32): void {
  const kind = sourceOf(table);
  if (kind == NONE) return;
  const item = packageAt(index);
  item.source = kind;
  item.url = sourceAddress;
  item.subdirectory = optionalText(table, "subdirectory");
  if (kind == SOURCE_EDITABLE) item.flags |= PACKAGE_IS_EDITABLE;
  if (kind == SOURCE_GIT) readGit(item, sourceAddress);
  // Lock::root: the package that is where the lock is.
  const isHere = kind == SOURCE_EDITABLE || kind == SOURCE_VIRTUAL;
  if (isHere && facts.root == NONE && is(textAddress(item.url), textSize(item.url), ".")) facts.root = index;
}

/** `https://host/repo?rev=main&subdirectory=python#<commit>` (GitSource::from_url). */
function readGit(item: Package, written: u32): void {
  item.written = written;
  item.resolved = fragmentOf(written);
  item.url = withoutQuery(written);
  item.reference = parameterOf(written, "rev");
  if (item.reference == NONE) item.reference = parameterOf(written, "tag");
  if (item.reference == NONE) item.reference = parameterOf(written, "branch");
  item.subdirectory = parameterOf(written, "subdirectory");
  const lfs = parameterOf(written, "lfs");
  if (lfs != NONE && is(textAddress(lfs), textSize(lfs), "true")) item.flags |= PACKAGE_HAS_LFS;
  if (item.resolved == NONE) failAbout(STATUS_LOCK_SOURCE, textAddress(written), textSize(written), FORMAT_UV);
}

/** The names of the extras and groups that a package's own metadata declares, those without requirements too. */
function readMetadata(table: u32, item: Package): void {
  if (!expect(table, TABLE)) return;
  for (let entry = first(table); entry != NONE && !failed(); entry = next(entry)) {
    if (keyIs(entry, "provides-extras") || keyIs(entry, "provides-extra")) {
      if (!expect(entry, ARRAY)) return;
      for (let each = first(entry); each != NONE && !failed(); each = next(each)) {
        if (expect(each, STRING)) declare(item, BRANCH_EXTRA, name(at(each).address, at(each).size));
      }
    } else if (keyIs(entry, "requires-dev") || keyIs(entry, "dependency-groups")) {
      if (!expect(entry, TABLE)) return;
      for (let group = first(entry); group != NONE; group = next(group)) {
        declare(item, BRANCH_GROUP, keyName(group));
      }
    }
  }
}

/** Kept until the members are known: only what belongs to them can be chosen. */
function declare(item: Package, kind: u32, id: u32): void {
  if (failed()) return;
  const row = branches.push();
  if (row == 0) return;
  const branch = changetype<Branch>(row);
  branch.package = NONE;
  branch.kind = kind;
  branch.name = id;
  branch.dependencies = 0;
  branch.dependencyCount = 0;
  item.branchCount = branches.count - item.branches;
}

// --- Artifacts ------------------------------------------------------------------------------------------------------------

function readArtifacts(index: u32, wheels: u32, sdist: u32): void {
  packageAt(index).artifacts = artifacts.count;
  if (wheels != NONE && expect(wheels, ARRAY)) {
    for (let each = firstOrRows(wheels); each != NONE && !failed(); each = nextOrRows(each)) {
      if (!readRows(index, each)) readArtifact(index, each, ARTIFACT_IS_WHEEL);
    }
  }
  if (sdist != NONE && !failed()) readArtifact(index, sdist, ARTIFACT_IS_SDIST);
  packageAt(index).artifactCount = artifacts.count - packageAt(index).artifacts;
}

/** Reads wheels that the scanner recognised; false when the node is no run of them. */
function readRows(index: u32, node: u32): bool {
  if (!isRun(node, ROW_URL)) return false;
  const from = at(node).address;
  const end = from + at(node).size;
  for (let i = from; i < end && !failed(); i++) {
    const address = artifacts.push();
    if (address == 0) return true;
    const wheel = changetype<Artifact>(address);
    setFile(wheel, rowAt(i));
    wheel.kind = ARTIFACT_IS_WHEEL;
    if (failed()) return true;
    if (isAddress(wheel.url, wheel.urlSize)) checkIdentity(packageAt(index), wheel, wheel.url, wheel.urlSize);
    else failAbout(STATUS_LOCK_MISSING, wheel.url, wheel.urlSize, KEY_URL);
  }
  return true;
}

/** One of `url`, `path` (relative to the index) and `filename`, in this order (WheelWire). */
function readArtifact(index: u32, node: u32, kind: u32): void {
  if (!expect(node, TABLE)) return;
  const row = artifacts.push();
  if (row == 0) return;
  const artifact = changetype<Artifact>(row);
  memory.fill(row, 0, offsetof<Artifact>());
  artifact.tags = NONE;
  artifact.kind = kind;
  let place: u32 = NONE;
  let rank: u32 = 3;
  for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
    const entryRank: u32 = keyIs(entry, "url") ? 0 : keyIs(entry, "path") ? 1 : keyIs(entry, "filename") ? 2 : 3;
    if (entryRank < rank) {
      rank = entryRank;
      place = entry;
    } else if (keyIs(entry, "hash") && expect(entry, STRING)) {
      artifact.hash = at(entry).address;
      artifact.hashSize = at(entry).size;
      checkHash(artifact.hash, artifact.hashSize);
      // uv's BLAKE2b has 32 bytes (uv-pypi-types, HashAlgorithm::Blake2b), and its reader counts the digits.
      const isBlake = startsWith(artifact.hash, artifact.hashSize, "blake2b:");
      if (isBlake && artifact.hashSize != 72) fail(STATUS_LOCK_HASH, artifact.hash, artifact.hashSize);
    } else if (!isDefined(COMPACT_WORDS) && keyIs(entry, "size") && kindOf(entry) == INTEGER) {
      artifact.fileSize = fileSize(at(entry).address, at(entry).size);
    }
  }
  if (failed()) return;
  const item = packageAt(index);
  if (!isPlaced(item, kind, rank, place)) {
    if (rank == 0) return failAbout(STATUS_LOCK_MISSING, at(place).address, at(place).size, KEY_URL);
    const key = place == NONE ? KEY_FILE : item.source == SOURCE_INDEX ? KEY_URL : KEY_PATH;
    return failAbout(STATUS_LOCK_MISSING, at(node).address, 1, key);
  }
  if (place != NONE) {
    if (!isText(place)) return;
    const address = at(place).address;
    const size = at(place).size;
    findFileName(address, size, rank == 0);
    if (rank == 0) setPlace(artifact, address, size);
    else if (item.source == SOURCE_FOLDER) {
      const path = joined(textAddress(item.url), textSize(item.url), 0x2f, address, size);
      if (path != NONE) setPlace(artifact, textAddress(path), textSize(path));
    }
  } else findFileName(textAddress(item.url), textSize(item.url), item.source == SOURCE_URL);
  artifact.name = fileName;
  artifact.nameSize = fileNameSize;
  if (isFileName(fileName, fileNameSize)) {
    if (kind == ARTIFACT_IS_WHEEL) checkIdentity(item, artifact, at(place).address, at(place).size);
    return;
  }
  // What was decoded is not in the lock: the message shows what it was decoded from.
  const shown = place == NONE ? node : place;
  fail(STATUS_LOCK_FILE_NAME, at(shown).address, place == NONE ? 1 : at(shown).size);
}

/**
 * Whether it is said where the file is. An index on the web has URLs, one that is a folder paths or URLs (Package::to_source_dist,
 * RegistryBuiltWheel: MissingUrl, MissingPath); of a package whose source is the file, the sdist may say nothing.
 */
function isPlaced(item: Package, kind: u32, rank: u32, place: u32): bool {
  if (item.source != SOURCE_INDEX && item.source != SOURCE_FOLDER) {
    return place != NONE || kind == ARTIFACT_IS_SDIST;
  }
  if (rank == 0) return kindOf(place) != STRING || isAddress(at(place).address, at(place).size);
  return rank == 1 && item.source == SOURCE_FOLDER;
}

function setPlace(artifact: Artifact, address: usize, size: u32): void {
  artifact.url = address;
  artifact.urlSize = size;
}

/**
 * A wheel's name says the name and the version of its package (PackageWire::unwire, InconsistentVersions; uv does not look at
 * the name and would install the other package).
 */
function checkIdentity(item: Package, wheel: Artifact, address: usize, size: u32): void {
  if (takeApart(item, wheel)) return;
  const named = item.name;
  const title =
    item.version == NONE
      ? named
      : joined(textAddress(named), textSize(named), 0x20, textAddress(item.version), textSize(item.version));
  let from = size;
  while (from > 0 && load<u8>(address + from - 1) != 0x2f) from--;
  failAbout(STATUS_LOCK_OTHER_FILE, address + from, size - from, title);
}

// --- Branches and edges ---------------------------------------------------------------------------------------------------

function readBranches(index: u32, own: u32, optional: u32, groups: u32): void {
  packageAt(index).branches = branches.count;
  readBranch(index, BRANCH_OWN, NONE, own);
  if (optional != NONE && expect(optional, TABLE)) {
    for (let entry = first(optional); entry != NONE && !failed(); entry = next(entry)) {
      readBranch(index, BRANCH_EXTRA, keyName(entry), entry);
    }
  }
  if (groups != NONE && expect(groups, TABLE)) {
    for (let entry = first(groups); entry != NONE && !failed(); entry = next(entry)) {
      readBranch(index, BRANCH_GROUP, keyName(entry), entry);
    }
  }
  packageAt(index).branchCount = branches.count - packageAt(index).branches;
}

function readBranch(index: u32, kind: u32, id: u32, list: u32): void {
  const row = branches.push();
  if (row == 0) return;
  const branch = changetype<Branch>(row);
  const number = branches.count - 1;
  branch.package = index;
  branch.kind = kind;
  branch.name = id;
  branch.dependencies = dependencies.count;
  if (kind == BRANCH_EXTRA) enter(SPACE_BRANCH, index, id, number);
  if (list != NONE && expect(list, ARRAY)) {
    for (let node = first(list); node != NONE && !failed(); node = next(node)) readEdge(index, node);
  }
  branchAt(number).dependencyCount = dependencies.count - branchAt(number).dependencies;
}

/** {name, version, source, extra, marker}: version and source are there when the name alone is ambiguous. */
function readEdge(owner: u32, node: u32): void {
  if (!expect(node, TABLE)) return;
  const row = addDependency(owner, NONE, at(node).address, 1);
  dependencyAt(row).extras = edgeExtras.count;
  dependencyAt(row).source = NONE;
  for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
    const dependency = dependencyAt(row);
    if (keyIs(entry, "name")) {
      if (!expect(entry, STRING)) return;
      dependency.name = name(at(entry).address, at(entry).size);
      dependency.address = at(entry).address;
      dependency.size = at(entry).size;
    } else if (keyIs(entry, "version")) dependency.constraint = text(entry);
    else if (keyIs(entry, "source")) {
      dependency.source = sourceOf(entry);
      dependency.url = sourceAddress;
    } else if (keyIs(entry, "extra")) readEdgeExtras(entry);
    else if (keyIs(entry, "marker")) dependency.marker = marker(entry);
    else warnUnknown(entry);
  }
  dependencyAt(row).extraCount = edgeExtras.count - dependencyAt(row).extras;
  if (!failed() && dependencyAt(row).name == NONE) failAbout(STATUS_LOCK_MISSING, at(node).address, 1, KEY_NAME);
}

/** PackageIdForDependency::unwire: what an edge leaves out is that of the only package of its name. */
function linkEdges(): void {
  for (let row: u32 = 0; row < dependencies.count && !failed(); row++) {
    const edge = dependencyAt(row);
    const only = candidates(edge.name);
    let target: u32 = NONE;
    if (only != NONE && packageAt(only).nextOfName == NONE) {
      const isSame = edge.source == NONE || isFrom(only, edge.source, edge.url);
      const isVersion = edge.constraint == NONE || edge.constraint == packageAt(only).version;
      if (isSame && isVersion) target = only;
    } else if (only != NONE && edge.source != NONE) {
      const release = valueOf(SPACE_RELEASE, edge.name, edge.constraint);
      const source = valueOf(SPACE_SOURCE, edge.source, edge.url);
      if (release != NONE && source != NONE) target = valueOf(SPACE_PACKAGE, release, source);
    }
    if (target == NONE) {
      failAbout(STATUS_LOCK_EDGE, edge.address, edge.size, edge.constraint);
      return;
    }
    edge.target = target;
    for (let x = edge.extras; x < edge.extras + edge.extraCount; x++) {
      edgeExtraAt(x).branch = extraBranch(target, edgeExtraAt(x).name);
    }
  }
}

function isFrom(row: u32, kind: u32, address: u32): bool {
  return packageAt(row).source == kind && identity(packageAt(row)) == address;
}

// --- Conflicts ------------------------------------------------------------------------------------------------------------

/** conflicts = [[{package, extra | group}, ...], ...]; {package} alone is the project. */
function readConflicts(list: u32): void {
  if (!expect(list, ARRAY)) return;
  let set: u32 = 0;
  for (let each = first(list); each != NONE && !failed(); each = next(each), set++) {
    if (!expect(each, ARRAY)) return;
    for (let node = first(each); node != NONE && !failed(); node = next(node)) readConflictItem(set, node);
  }
}

function readConflictItem(set: u32, node: u32): void {
  if (!expect(node, TABLE)) return;
  let kind = ITEM_PROJECT;
  let owner: u32 = NONE;
  let id: u32 = NONE;
  let address = at(node).address;
  let size: u32 = 1;
  for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
    const isPackage = keyIs(entry, "package");
    const isExtra = keyIs(entry, "extra");
    if (!isPackage && !isExtra && !keyIs(entry, "group")) continue;
    if (!expect(entry, STRING)) return;
    const value = name(at(entry).address, at(entry).size);
    if (isPackage) owner = value;
    else {
      kind = isExtra ? ITEM_EXTRA : ITEM_GROUP;
      id = value;
    }
    if (!isPackage || id == NONE) {
      address = at(entry).address;
      size = at(entry).size;
    }
  }
  if (failed()) return;
  if (owner == NONE) {
    fail(STATUS_LOCK_CONFLICT_ITEM, address, size);
    return;
  }
  const item = enterItem(kind, owner, id);
  const row = conflictMembers.push();
  if (row == 0) return;
  const member = changetype<ConflictMember>(row);
  member.set = set;
  member.item = item;
  member.address = address;
  member.size = size;
}

/** Finds for each extra that an edge asks for whether a conflict or a marker speaks of it. */
function linkItems(): void {
  for (let row: u32 = 0; row < dependencies.count; row++) {
    const edge = dependencyAt(row);
    const owner = packageAt(edge.target).name;
    for (let x = edge.extras; x < edge.extras + edge.extraCount; x++) {
      edgeExtraAt(x).item = itemOf(ITEM_EXTRA, owner, edgeExtraAt(x).name);
    }
  }
}

// --- What can be chosen ---------------------------------------------------------------------------------------------------

/** The extras and groups of the workspace's members, or of the one project. */
function nameChoices(): void {
  if (facts.root != NONE) {
    nameChoicesOf(facts.root);
    pushId(workspaceNames, packageAt(facts.root).name);
  }
  for (let i: u32 = 0; i < memberNames.count; i++) {
    const row = candidates(idAt(memberNames, i));
    if (row == NONE || row == facts.root) continue;
    nameChoicesOf(row);
    pushId(workspaceNames, packageAt(row).name);
  }
}

function nameChoicesOf(row: u32): void {
  const item = packageAt(row);
  for (let i = item.branches; i < item.branches + item.branchCount; i++) {
    const branch = branchAt(i);
    if (branch.kind == BRANCH_EXTRA) pushDistinct(extraNames, branch.name);
    else if (branch.kind == BRANCH_GROUP) pushDistinct(groupNames, branch.name);
    else continue;
    if (!isDefined(ONE_CALL)) addOffer(item.name, branchAt(i).name, branchAt(i).kind == BRANCH_EXTRA);
  }
}

/** For hosts, which tell whether the projects that are asked for have a name. */
function addOffer(member: u32, name: u32, isExtra: bool): void {
  const row = offers.push();
  if (row == 0) return;
  const offer = changetype<Offer>(row);
  offer.member = member;
  offer.name = name;
  offer.isExtra = u32(isExtra);
}
