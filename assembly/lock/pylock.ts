// pylock.toml (PEP 751; packaging.python.org/en/latest/specifications/pylock-toml), as packaging 26.2 reads it
// (packaging/pylock.py, Pylock.from_dict). What it refuses when it selects is in assembly/resolve/rules.ts.
//
// One thing is mended: a file name that only a URL tells is percent-decoded, which packaging forgets (`torch-2.5.1%2Bcpu`).
//
// Invariant: reads the document, writes the tables, decides nothing about any target. Each entry is one package row: two
// entries of one name are for different environments, or an error when they are not.

import {
  ARTIFACT_IS_OTHER,
  ARTIFACT_IS_SDIST,
  ARTIFACT_IS_WHEEL,
  METHOD_FILTER,
  NONE,
  PACKAGE_IS_EDITABLE,
  SOURCE_DIRECTORY,
  SOURCE_FILE,
  SOURCE_GIT,
  SOURCE_URL,
  STATUS_OK,
  STATUS_PYLOCK_MISSING,
  STATUS_PYLOCK_NAME,
  STATUS_PYLOCK_NEWER,
  STATUS_PYLOCK_OTHER_NAME,
  STATUS_PYLOCK_OTHER_VERSION,
  STATUS_PYLOCK_PLACE,
  STATUS_PYLOCK_SOURCES,
  STATUS_PYLOCK_VCS,
  STATUS_PYLOCK_VERSION,
  STATUS_SDIST_NAME,
  STATUS_WHEEL_NAME,
} from "../../src/core/abi";
import { decimal, equal, indexOf, is } from "../memory/bytes";
import { internWord, textAddress, textSize } from "../memory/intern";
import { fail, failAbout, failed } from "../memory/status";
import { FileName, parseSdistName, parseWheelName } from "../standards/filename";
import { normalizedName } from "../standards/name";
import { compareVersions, parseVersion, releaseNumber, versionOf } from "../standards/pep440";
import { ARRAY, at, first, get, INTEGER, keyIs, kindOf, next, STRING, TABLE } from "../text/document";
import {
  checkDigest,
  checkFileName,
  expect,
  expectVersion,
  fileSize,
  isAddress,
  isTrue,
  joined,
  marker,
  name,
  optionalText,
  setNameFromPath,
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
  defaultGroups,
  dependencies,
  dependencyAt,
  environments,
  extraNames,
  groupNames,
  linkNames,
  lock,
  Package,
  packageAt,
  pushDistinct,
  pushId,
  warn,
  warnOnce,
} from "./tables";

// Keys that can be missing, in the order of PYLOCK_KEYS in src/lock/lockfile.ts.
const KEY_LOCK_VERSION: u32 = 0;
const KEY_CREATED_BY: u32 = 1;
const KEY_PACKAGES: u32 = 2;
const KEY_NAME: u32 = 3;
const KEY_HASHES: u32 = 4;
const KEY_COMMIT: u32 = 5;
const KEY_PATH: u32 = 6;
const KEY_TYPE: u32 = 7;

const fileName: FileName = changetype<FileName>(memory.data(offsetof<FileName>()));

/** Reads the scanned document, whose root is node 0, into the tables. Failures are in the status. */
export function readPylock(): void {
  lock.method = METHOD_FILTER;
  if (!readVersion(get(0, "lock-version"))) return;
  let list: u32 = NONE;
  let hasCreator = false;
  for (let entry = first(0); entry != NONE && !failed(); entry = next(entry)) {
    if (keyIs(entry, "created-by")) hasCreator = expect(entry, STRING);
    else if (keyIs(entry, "requires-python")) lock.python = specifiers(entry);
    else if (keyIs(entry, "environments")) readEnvironments(entry);
    else if (keyIs(entry, "extras")) readExtras(entry);
    else if (keyIs(entry, "dependency-groups")) readGroups(entry, false);
    else if (keyIs(entry, "default-groups")) readGroups(entry, true);
    else if (keyIs(entry, "packages") && expect(entry, ARRAY)) list = entry;
  }
  if (failed()) return;
  if (!hasCreator) missing(0, KEY_CREATED_BY);
  if (list == NONE) return missing(0, KEY_PACKAGES);
  for (let node = first(list); node != NONE && !failed(); node = next(node)) readPackage(node);
  if (failed()) return;
  linkNames();
}

function missing(node: u32, key: u32): void {
  failAbout(STATUS_PYLOCK_MISSING, at(node).address, node == 0 ? 0 : 1, key);
}

/** "lock-version": another major version is an error, a newer minor one a warning. */
function readVersion(node: u32): bool {
  if (node == NONE) missing(0, KEY_LOCK_VERSION);
  if (node == NONE || !expect(node, STRING)) return false;
  const address = at(node).address;
  const size = at(node).size;
  lock.version = text(node);
  const version = parseVersion(address, size);
  if (version == NONE || releaseNumber(version, 0) != 1) {
    fail(STATUS_PYLOCK_VERSION, address, size);
    return false;
  }
  const dot = indexOf(address, size, 0x2e);
  if (dot < size && decimal(address + dot + 1, size - dot - 1) != 0) warn(STATUS_PYLOCK_NEWER, address, size);
  return true;
}

function readEnvironments(list: u32): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE && !failed(); each = next(each)) pushId(environments, marker(each));
}

function readExtras(list: u32): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE; each = next(each)) {
    if (!expect(each, STRING)) return;
    const id = normalName(each);
    if (id == NONE) return;
    pushDistinct(extraNames, id);
  }
}

function readGroups(list: u32, isDefault: bool): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE; each = next(each)) {
    if (!expect(each, STRING)) return;
    const id = normalizedName(at(each).address, at(each).size);
    pushDistinct(groupNames, id);
    if (isDefault) pushDistinct(defaultGroups, id);
  }
}

/** Id of a name that should be written in its normal form: pipenv writes it as its Pipfile does, and uv takes that. */
function normalName(node: u32): u32 {
  const address = at(node).address;
  const size = at(node).size;
  const id = name(address, size);
  if (id != NONE && (textSize(id) != size || !equal(textAddress(id), address, size))) {
    warnOnce(STATUS_PYLOCK_NAME, address, size);
  }
  return id;
}

function readPackage(node: u32): void {
  if (!expect(node, TABLE)) return;
  const index = addPackage(at(node).address);
  if (index == NONE) return;
  const nameNode = get(node, "name");
  if (nameNode == NONE) return missing(node, KEY_NAME);
  if (!expect(nameNode, STRING)) return;
  packageAt(index).name = normalName(nameNode);
  packageAt(index).offset = u32(at(nameNode).address);
  let condition: u32 = NONE;
  let sdist: u32 = NONE;
  let wheels: u32 = NONE;
  let direct: u32 = 0;
  for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
    const item = packageAt(index);
    if (keyIs(entry, "version")) {
      item.version = text(entry);
      expectVersion(item.version, entry);
    } else if (keyIs(entry, "marker")) condition = marker(entry);
    else if (keyIs(entry, "requires-python")) item.python = specifiers(entry);
    else if (keyIs(entry, "dependencies")) readDependencies(index, entry);
    else if (keyIs(entry, "sdist")) sdist = entry;
    else if (keyIs(entry, "wheels")) {
      if (expect(entry, ARRAY) && first(entry) != NONE) wheels = entry;
    } else if (keyIs(entry, "vcs") || keyIs(entry, "directory") || keyIs(entry, "archive")) direct++;
  }
  if (failed()) return;
  // "Exactly one of": a direct source, or an sdist, or wheels, or both of these.
  const isDistributed = sdist != NONE || wheels != NONE;
  if (isDistributed ? direct != 0 : direct != 1) {
    fail(STATUS_PYLOCK_SOURCES, textAddress(packageAt(index).name), textSize(packageAt(index).name));
    return;
  }
  addMembership(NONE, condition);
  if (!isDistributed) return readDirect(index, node);
  if (wheels != NONE)
    for (let each = first(wheels); each != NONE && !failed(); each = next(each)) readWheel(index, each);
  if (sdist != NONE && !failed()) readSdist(index, sdist);
}

function readDirect(index: u32, node: u32): void {
  const item = packageAt(index);
  const vcs = get(node, "vcs");
  const directory = get(node, "directory");
  const archive = get(node, "archive");
  const table = vcs != NONE ? vcs : directory != NONE ? directory : archive;
  if (!expect(table, TABLE)) return;
  item.subdirectory = optionalText(table, "subdirectory");
  if (vcs != NONE) readVcs(item, vcs);
  else if (directory != NONE) {
    item.source = SOURCE_DIRECTORY;
    item.url = optionalText(directory, "path");
    if (item.url == NONE && !failed()) missing(directory, KEY_PATH);
    const editable = get(directory, "editable");
    if (editable != NONE && isTrue(editable)) item.flags |= PACKAGE_IS_EDITABLE;
  } else readArchive(item, archive);
}

/** Only git is a source that Nix can fetch by a commit. */
function readVcs(item: Package, table: u32): void {
  item.source = SOURCE_GIT;
  const type = get(table, "type");
  if (type == NONE) return missing(table, KEY_TYPE);
  if (!expect(type, STRING)) return;
  if (!is(at(type).address, at(type).size, "git")) return fail(STATUS_PYLOCK_VCS, at(type).address, at(type).size);
  item.url = placeOf(table);
  item.reference = optionalText(table, "requested-revision");
  item.resolved = optionalText(table, "commit-id");
  if (item.resolved == NONE && !failed()) missing(table, KEY_COMMIT);
}

/**
 * Text id of `url`, else of `path`; which of them counts packaging leaves to the installer, and pip takes the URL. An address
 * of a file (PDM writes one of where the lock was made) comes after the path.
 */
function placeOf(table: u32): u32 {
  const url = optionalText(table, "url");
  const isUrl = url != NONE && isAddress(textAddress(url), textSize(url));
  const path = isUrl ? NONE : optionalText(table, "path");
  const place = path == NONE || textSize(path) == 0 ? url : path;
  if (!failed() && (place == NONE || textSize(place) == 0)) fail(STATUS_PYLOCK_PLACE, at(table).address, 1);
  return place;
}

function readArchive(item: Package, table: u32): void {
  item.url = placeOf(table);
  if (failed()) return;
  // pipenv writes a path as `url`, too.
  item.source = isAddress(textAddress(item.url), textSize(item.url)) ? SOURCE_URL : SOURCE_FILE;
  if (!failed()) readFile(table, ARTIFACT_IS_OTHER);
}

/** An entry of `wheels`. */
function readWheel(index: u32, node: u32): void {
  const artifact = readFile(node, ARTIFACT_IS_WHEEL);
  if (artifact == 0 || failed()) return;
  const file = changetype<Artifact>(artifact);
  const isWheel = parseWheelName(file.name, file.nameSize, fileName) == STATUS_OK;
  if (!isWheel) fail(STATUS_WHEEL_NAME, file.name, file.nameSize);
  else checkIdentity(packageAt(index), file);
}

function readSdist(index: u32, node: u32): void {
  const artifact = readFile(node, ARTIFACT_IS_SDIST);
  if (artifact == 0 || failed()) return;
  const file = changetype<Artifact>(artifact);
  const isSdist = parseSdistName(file.name, file.nameSize, fileName) == STATUS_OK;
  if (!isSdist) fail(STATUS_SDIST_NAME, file.name, file.nameSize);
  else checkIdentity(packageAt(index), file);
}

/** A file's name must say the name and the version of its package. */
function checkIdentity(item: Package, file: Artifact): void {
  if (fileName.name != item.name) {
    failAbout(STATUS_PYLOCK_OTHER_NAME, file.name, file.nameSize, item.name);
  } else if (item.version != NONE && compareVersions(fileName.version, versionOf(item.version)) != 0) {
    failAbout(STATUS_PYLOCK_OTHER_VERSION, file.name, file.nameSize, item.version);
  }
}

/** What archives, sdists and wheels have in common; the address of the artifact row, 0 after a failure. */
function readFile(node: u32, kind: u32): usize {
  if (!expect(node, TABLE)) return 0;
  const place = placeOf(node);
  if (failed()) return 0;
  const row = addArtifact();
  if (row == 0) return 0;
  const artifact = changetype<Artifact>(row);
  artifact.kind = kind;
  artifact.url = textAddress(place);
  artifact.urlSize = textSize(place);
  setFileName(artifact, node);
  const hashes = get(node, "hashes");
  if (hashes == NONE) missing(node, KEY_HASHES);
  else if (expect(hashes, TABLE)) readHashes(artifact, hashes);
  const size = isDefined(COMPACT_WORDS) ? NONE : get(node, "size");
  if (size != NONE && kindOf(size) == INTEGER) artifact.fileSize = fileSize(at(size).address, at(size).size);
  return failed() ? 0 : row;
}

/** `name`, else the last part of `path`, else that of `url` (PackageWheel.filename). */
function setFileName(artifact: Artifact, node: u32): void {
  const own = get(node, "name");
  const path = get(node, "path");
  if (own != NONE && at(own).size != 0) {
    if (!expect(own, STRING)) return;
    artifact.name = at(own).address;
    artifact.nameSize = at(own).size;
  } else if (path != NONE && at(path).size != 0) {
    if (!expect(path, STRING)) return;
    setNameFromPath(artifact, at(path).address, at(path).size);
  } else setNameFromUrl(artifact, artifact.url, artifact.urlSize);
  checkFileName(artifact.name, artifact.nameSize);
}

/** At least one hash; sha256 is taken, else sha512 or sha384, which an SRI hash can be of, else the first. */
function readHashes(artifact: Artifact, table: u32): void {
  if (first(table) == NONE) return missing(table, KEY_HASHES);
  let best: u32 = NONE;
  let bestRank: u32 = 0;
  for (let each = first(table); each != NONE; each = next(each)) {
    if (!expect(each, STRING)) return;
    const rank: u32 = keyIs(each, "sha256") ? 4 : keyIs(each, "sha512") ? 3 : keyIs(each, "sha384") ? 2 : 1;
    if (rank <= bestRank) continue;
    best = each;
    bestRank = rank;
  }
  const address = at(best).address;
  const size = at(best).size;
  checkDigest(at(best).keyAddress, at(best).keySize, address, size);
  artifact.hash = address;
  artifact.hashSize = size;
  // A digest alone is SHA-256's; any other says what it is.
  if (bestRank == 4 || failed()) return;
  const whole = joined(at(best).keyAddress, at(best).keySize, 0x3a, address, size);
  if (whole == NONE) return;
  artifact.hash = textAddress(whole);
  artifact.hashSize = textSize(whole);
}

/** "dependencies": tables with as many keys of the entry as it takes to tell which one is meant; of them name and version count. */
function readDependencies(owner: u32, list: u32): void {
  if (!expect(list, ARRAY)) return;
  packageAt(owner).dependencies = dependencies.count;
  for (let each = first(list); each != NONE && !failed(); each = next(each)) {
    if (!expect(each, TABLE)) return;
    const nameNode = get(each, "name");
    // Without a name the edge cannot be followed; packaging reads none of them at all.
    if (nameNode == NONE || !expect(nameNode, STRING)) continue;
    const required = normalizedName(at(nameNode).address, at(nameNode).size);
    const row = addDependency(owner, required, at(nameNode).address, at(nameNode).size);
    const version = get(each, "version");
    if (version == NONE || !expect(version, STRING)) continue;
    const exact = joined(textAddress(internWord("=")), 1, 0x3d, at(version).address, at(version).size);
    dependencyAt(row).constraint = exact;
  }
  packageAt(owner).dependencyCount = dependencies.count - packageAt(owner).dependencies;
}
