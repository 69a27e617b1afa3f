// Pipfile.lock (JSON; plette's Lockfile, pipfile-spec 6): categories of packages, each with its version, hashes and marker.
// `default` is the group `main`; the other categories keep their names. No file names and no edges.
// What pipenv makes of an entry is a line of requirements for pip (pipenv/utils/requirementslib.py, pipenv/utils/dependencies.py,
// requirement_from_lockfile): this reads what that reads. pipenv writes null for what an entry has not, so that is absent.
//
// Invariant: reads the document, writes the tables, decides nothing about any target. A package that several categories name
// with the same version is one row.

import {
  METHOD_FILTER,
  NONE,
  PACKAGE_HAS_BARE_HASHES,
  PACKAGE_IS_EDITABLE,
  SOURCE_DIRECTORY,
  SOURCE_FILE,
  SOURCE_GIT,
  SOURCE_LEGACY,
  SOURCE_URL,
  STATUS_PIPFILE_MISSING,
  STATUS_PIPFILE_PIN,
  STATUS_PIPFILE_SPEC,
} from "../../src/core/abi";
import { spend } from "../memory/budget";
import { decimal, is, startsWith } from "../memory/bytes";
import { intern, textAddress, textSize } from "../memory/intern";
import { fail, failed } from "../memory/status";
import { versionOf } from "../standards/pep440";
import { ARRAY, at, first, get, INTEGER, keyIs, kindOf, NULL, next, STRING, TABLE } from "../text/document";
import { mergeEntries } from "./merging";
import {
  artifactKind,
  checkHash,
  expect,
  groupOf,
  isAddress,
  isTrue,
  mainGroup,
  marker,
  name,
  optionalText,
  setNameFromUrl,
  text,
} from "./reading";
import {
  Artifact,
  addArtifact,
  addMembership,
  addPackage,
  groupNames,
  linkNames,
  lock,
  Package,
  packageAt,
  pushDistinct,
} from "./tables";

/** pipenv writes this and refuses another. */
const PIPFILE_SPEC: u32 = 6;

/** Node of `_meta.sources`, and what pipenv calls the index that is everybody's (pipenv/project.py, Project.default_source). */
let sources: u32 = NONE;
const DEFAULT_SOURCE: string = "pypi";

/** Reads the scanned document, whose root is node 0, into the tables. Failures are in the status. */
export function readPipfileLock(): void {
  lock.method = METHOD_FILTER;
  if (!expect(0, TABLE)) return;
  const meta = get(0, "_meta");
  if (meta == NONE) return fail(STATUS_PIPFILE_MISSING, at(0).address, 1);
  if (!expect(meta, TABLE) || !readMeta(meta)) return;
  pushDistinct(groupNames, mainGroup());
  for (let entry = first(0); entry != NONE && !failed(); entry = next(entry)) {
    if (keyIs(entry, "_meta") || kindOf(entry) == NULL) continue;
    if (!expect(entry, TABLE)) return;
    const group = groupOf(at(entry).keyAddress, at(entry).keySize);
    pushDistinct(groupNames, group);
    for (let each = first(entry); each != NONE && !failed(); each = next(each)) readPackage(each, group);
  }
  if (failed()) return;
  mergeEntries(false, true);
  linkNames();
}

function readMeta(meta: u32): bool {
  const spec = given(meta, "pipfile-spec");
  if (spec != NONE) {
    if (!expect(spec, INTEGER)) return false;
    lock.version = intern(at(spec).address, at(spec).size);
    if (decimal(at(spec).address, at(spec).size) != PIPFILE_SPEC) {
      fail(STATUS_PIPFILE_SPEC, at(spec).address, at(spec).size);
      return false;
    }
  }
  sources = given(meta, "sources");
  if (sources != NONE && !expect(sources, ARRAY)) return false;
  const hash = given(meta, "hash");
  const digest = hash != NONE && expect(hash, TABLE) ? given(hash, "sha256") : NONE;
  if (digest != NONE) lock.contentHash = text(digest);
  return !failed();
}

/** The value of a key, NONE when there is none or it is null. */
function given(table: u32, key: string): u32 {
  const node = get(table, key);
  return node == NONE || kindOf(node) == NULL ? NONE : node;
}

function readPackage(node: u32, group: u32): void {
  if (!expect(node, TABLE)) return;
  const index = addPackage(at(node).keyAddress);
  if (index == NONE) return;
  packageAt(index).name = name(at(node).keyAddress, at(node).keySize);
  let condition: u32 = NONE;
  let origin: u32 = NONE;
  for (let entry = first(node); entry != NONE && !failed(); entry = next(entry)) {
    const item = packageAt(index);
    if (kindOf(entry) == NULL) continue;
    if (keyIs(entry, "version")) readVersion(item, entry);
    else if (keyIs(entry, "markers")) condition = markersOf(entry);
    else if (keyIs(entry, "hashes")) readHashes(entry);
    else if (keyIs(entry, "index")) origin = text(entry);
    else if (keyIs(entry, "git")) setSource(item, SOURCE_GIT, entry);
    else if (keyIs(entry, "ref")) item.resolved = text(entry);
    else if (keyIs(entry, "path")) setSource(item, SOURCE_DIRECTORY, entry);
    else if (keyIs(entry, "file")) setFile(item, entry);
    else if (keyIs(entry, "subdirectory")) item.subdirectory = text(entry);
    else if (keyIs(entry, "editable") && isTrue(entry)) item.flags |= PACKAGE_IS_EDITABLE;
  }
  if (failed()) return;
  finish(packageAt(index), node);
  if (packageAt(index).url == NONE && !failed()) setIndex(packageAt(index), origin);
  addMembership(group, condition);
}

/** An entry that has neither a version nor a source is whatever the index has: no lock. */
function finish(item: Package, node: u32): void {
  if (item.url == NONE) {
    if (item.version == NONE) fail(STATUS_PIPFILE_PIN, at(node).keyAddress, at(node).keySize);
    item.flags = (item.flags & ~PACKAGE_IS_EDITABLE) | PACKAGE_HAS_BARE_HASHES;
  } else if (item.source == SOURCE_GIT) {
    if (item.resolved == NONE) fail(STATUS_PIPFILE_PIN, at(node).keyAddress, at(node).keySize);
    item.reference = item.resolved;
  } else if (item.source == SOURCE_DIRECTORY && isFile(item.url)) item.source = SOURCE_FILE;
  if (item.source != SOURCE_DIRECTORY) item.flags &= ~PACKAGE_IS_EDITABLE;
}

/**
 * `index` names one of the lock's sources, and pipenv asks that one alone; without it the first of them (pipenv/routines/install.py, batch_install).
 * A name that the lock has no source for means no other index.
 */
function setIndex(item: Package, origin: u32): void {
  let each: u32 = sources == NONE ? NONE : first(sources);
  let found: u32 = NONE;
  for (; each != NONE && spend(1); each = next(each)) {
    if (!expect(each, TABLE)) return;
    found = optionalText(each, "name");
    if (failed() || origin == NONE || found == origin) break;
  }
  if (failed() || (each == NONE && origin == NONE)) return;
  const reference = origin == NONE ? found : origin;
  if (reference != NONE && is(textAddress(reference), textSize(reference), DEFAULT_SOURCE)) return;
  item.source = SOURCE_LEGACY;
  item.reference = reference;
  if (each != NONE) item.url = optionalText(each, "url");
}

/** `==1.2.3`; pipenv writes `*` for what a source pins. */
function readVersion(item: Package, node: u32): void {
  if (!expect(node, STRING)) return;
  let address = at(node).address;
  let size = at(node).size;
  if (size == 1 && load<u8>(address) == 0x2a) return;
  const equals: u32 = startsWith(address, size, "===") ? 3 : startsWith(address, size, "==") ? 2 : 0;
  address += equals;
  size -= equals;
  while (size != 0 && load<u8>(address) == 0x20) {
    address++;
    size--;
  }
  item.version = intern(address, size);
  if (equals == 0 || versionOf(item.version) == NONE) fail(STATUS_PIPFILE_PIN, at(node).address, at(node).size);
}

/** A marker; pipenv of 2018 wrote an empty one, too. */
function markersOf(node: u32): u32 {
  return kindOf(node) == STRING && at(node).size == 0 ? NONE : marker(node);
}

function readHashes(list: u32): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE && !failed(); each = next(each)) {
    if (!expect(each, STRING)) return;
    checkHash(at(each).address, at(each).size);
    const row = addArtifact();
    if (row == 0) return;
    changetype<Artifact>(row).hash = at(each).address;
    changetype<Artifact>(row).hashSize = at(each).size;
  }
}

function setSource(item: Package, source: u32, node: u32): void {
  item.source = source;
  item.url = text(node);
}

/** `file`: a URL, or the path of a file; `path` may be that of a file, too. */
function setFile(item: Package, node: u32): void {
  const place = text(node);
  if (failed()) return;
  item.source = isAddress(textAddress(place), textSize(place)) ? SOURCE_URL : SOURCE_DIRECTORY;
  item.url = place;
}

const probe: Artifact = changetype<Artifact>(memory.data(offsetof<Artifact>()));

/** Whether a path ends like a distribution's name. */
function isFile(path: u32): bool {
  setNameFromUrl(probe, textAddress(path), textSize(path));
  return artifactKind(probe.name, probe.nameSize) != 0;
}
