// requirements.txt with hashes, as pip 26.3 reads it in hash-checking mode (pip/_internal/req/req_file.py; mode:
// pip.pypa.io/en/stable/topics/secure-installs).
//
// A requirement's options begin at the first word with a hyphen. What has no hash is told in requirements/place.ts.
//
// The core reads no files: `-r` and `-c` are the shell's to resolve (src/lock/requirements.ts), which hands over one text with
// the included files in place of the lines that include them, and the names of folders before their paths. What is left of
// such lines here is refused.
//
// Invariant: every requirement that is read is one version with hashes, or one place. One linear pass.

import {
  METHOD_FILTER,
  NONE,
  PACKAGE_HAS_BARE_HASHES,
  SOURCE_DIRECTORY,
  SOURCE_GIT,
  SOURCE_INDEX,
  STATUS_LOCK_CONTROL,
  STATUS_REQUIREMENT,
  STATUS_REQUIREMENTS_HASH,
  STATUS_REQUIREMENTS_IGNORED,
  STATUS_REQUIREMENTS_INCLUDE,
  STATUS_REQUIREMENTS_OPTION,
  STATUS_REQUIREMENTS_PIN,
  STATUS_REQUIREMENTS_UNHASHABLE,
  STATUS_REQUIREMENTS_UNHASHED,
  STATUS_REQUIREMENTS_UTF8,
} from "../../src/core/abi";
import { startsWith, wordSize } from "../memory/bytes";
import { intern } from "../memory/intern";
import { fail, failed } from "../memory/status";
import { firstInvalid } from "../memory/utf8";
import { OPERATOR_ARBITRARY, OPERATOR_EQUAL, operatorAt, operatorSize, versionOf } from "../standards/pep440";
import { markerOf } from "../standards/pep508/marker";
import { parseRequirement, Requirement } from "../standards/pep508/requirement";
import { mergeEntries } from "./merging";
import { mainGroup } from "./reading";
import { readHashes, unbrokenSize } from "./requirements/hashes";
import { isBlank, line, lineEnd, nextLine } from "./requirements/lines";
import { nameFile, placeSize, readPlace } from "./requirements/place";
import {
  addMembership,
  addPackage,
  groupNames,
  linkNames,
  lock,
  Package,
  packageAt,
  pushDistinct,
  warn,
  warnOnce,
} from "./tables";

const requirement: Requirement = changetype<Requirement>(memory.data(offsetof<Requirement>()));

/** Reads the text into the tables. Failures are in the status. */
export function readRequirements(address: usize, size: u32): void {
  lock.method = METHOD_FILTER;
  const invalid = firstInvalid(address, size);
  if (invalid != 0) return fail(STATUS_REQUIREMENTS_UTF8, invalid, 1);
  pushDistinct(groupNames, mainGroup());
  const end = address + size;
  let at = address;
  if (size >= 3 && (load<u32>(at) & 0xffffff) == 0xbfbbef) at += 3;
  while (at < end && !failed()) {
    at = nextLine(at, end);
    readLine(line, lineEnd);
  }
  if (failed()) return;
  mergeEntries(true);
  linkNames();
}

/** A line without its comment. */
function readLine(from: usize, end: usize): void {
  while (from < end && isBlank(load<u8>(from))) from++;
  while (end > from && isBlank(load<u8>(end - 1))) end--;
  if (from == end) return;
  for (let at = from; at < end; at++) {
    const c: u32 = load<u8>(at);
    if (c < 0x20 && c != 0x09) return fail(STATUS_LOCK_CONTROL, at, 1);
  }
  const size = u32(end - from);
  const isEditable = load<u8>(from) == 0x2d && isOption(from, size, "-e", "--editable");
  if (isEditable) from = valueOf(from, end);
  else if (load<u8>(from) == 0x2d) return readOption(from, size);
  let options = from;
  while (options < end && !(load<u8>(options) == 0x2d && isBlank(load<u8>(options - 1)))) options++;
  let stop = options;
  while (stop > from && isBlank(load<u8>(stop - 1))) stop--;
  readEntry(from, u32(stop - from), options, end, isEditable);
}

/** Where the value of `-e value` or `--editable=value` begins. */
function valueOf(from: usize, end: usize): usize {
  from += load<u8>(from, 1) == 0x2d ? 10 : 2;
  while (from < end && (isBlank(load<u8>(from)) || load<u8>(from) == 0x3d)) from++;
  return from;
}

// --- Options of the whole file --------------------------------------------------------------------------------------------

function readOption(address: usize, size: u32): void {
  if (isOption(address, size, "-r", "--requirement") || isOption(address, size, "-c", "--constraint")) {
    return fail(STATUS_REQUIREMENTS_INCLUDE, address, size);
  }
  // Which files are fetched, and from where, follows from the hashes; where they are looked for is `prefetch`'s question.
  if (
    isOption(address, size, "-i", "--index-url") ||
    isOption(address, size, "-f", "--find-links") ||
    isOption(address, size, "", "--extra-index-url") ||
    isOption(address, size, "", "--pypi-url") ||
    isOption(address, size, "", "--no-index") ||
    isOption(address, size, "", "--trusted-host") ||
    isOption(address, size, "", "--require-hashes") ||
    isOption(address, size, "", "--prefer-binary") ||
    isOption(address, size, "", "--pre") ||
    isOption(address, size, "", "--all-releases") ||
    isOption(address, size, "", "--only-final") ||
    isOption(address, size, "", "--use-feature")
  ) {
    return;
  }
  const isPolicy = isOption(address, size, "", "--no-binary") || isOption(address, size, "", "--only-binary");
  // Without file names there is nothing to choose between here.
  if (isPolicy) return warn(STATUS_REQUIREMENTS_IGNORED, address, size);
  fail(STATUS_REQUIREMENTS_OPTION, address, unbrokenSize(address, size));
}

/** `-r file`, `-rfile`, `--requirement file`, `--requirement=file`. */
function isOption(address: usize, size: u32, short: string, long: string): bool {
  if (wordSize(short) != 0 && startsWith(address, size, short)) return true;
  if (!startsWith(address, size, long)) return false;
  const length = wordSize(long);
  return size == length || load<u8>(address + length) == 0x3d || isBlank(load<u8>(address + length));
}

// --- Requirements ---------------------------------------------------------------------------------------------------------

function readEntry(address: usize, size: u32, options: usize, end: usize, isEditable: bool): void {
  const index = addPackage(address);
  if (index == NONE) return;
  const item = packageAt(index);
  const place = size == 0 ? 0 : placeSize(address, size);
  let condition: u32 = NONE;
  if (place != 0) {
    condition = markerBehind(address + place, address + size);
    readPlace(item, address, place, isEditable);
  } else {
    if (!parseRequirement(address, size, requirement)) return;
    condition = requirement.marker;
    item.name = requirement.name;
    if (requirement.urlSize != 0) readPlace(item, requirement.url, requirement.urlSize, isEditable);
    else if (isEditable) fail(STATUS_REQUIREMENTS_UNHASHABLE, address, size);
    else readPin(item, address, size);
  }
  if (failed()) return;
  readHashes(options, end);
  if (failed()) return;
  finish(item, address, place != 0 ? place : size);
  addMembership(mainGroup(), condition);
}

/** The marker of a requirement without a name, NONE without one. */
function markerBehind(from: usize, end: usize): u32 {
  while (from < end && isBlank(load<u8>(from))) from++;
  if (from == end) return NONE;
  if (load<u8>(from) != 0x3b) {
    fail(STATUS_REQUIREMENT, from, u32(end - from));
    return NONE;
  }
  from++;
  while (from < end && isBlank(load<u8>(from))) from++;
  return from == end ? NONE : markerOf(intern(from, u32(end - from)));
}

/** Every version has a hash. What says itself where it is may have none, which is said once. */
function finish(item: Package, address: usize, size: u32): void {
  const hasHash = item.artifactCount != 0;
  if (item.source == SOURCE_INDEX) {
    item.flags |= PACKAGE_HAS_BARE_HASHES;
    if (!hasHash) fail(STATUS_REQUIREMENTS_HASH, address, size);
    return;
  }
  const isUnhashable = item.source == SOURCE_GIT || item.source == SOURCE_DIRECTORY;
  if (hasHash && isUnhashable) return fail(STATUS_REQUIREMENTS_UNHASHABLE, address, size);
  if (!hasHash) warnOnce(STATUS_REQUIREMENTS_UNHASHED, address, size);
  nameFile(item);
}

/** One clause, `==` or `===`, that names a version (InstallRequirement.is_pinned; a wildcard names none). */
function readPin(item: Package, address: usize, size: u32): void {
  const from = requirement.specifier;
  const length = requirement.specifierSize;
  const operator = length == 0 ? 0 : operatorAt(from, length);
  if (operator == OPERATOR_EQUAL || operator == OPERATOR_ARBITRARY) {
    let at = operatorSize(operator);
    while (at < length && isBlank(load<u8>(from + at))) at++;
    item.version = intern(from + at, length - at);
    if (versionOf(item.version) != NONE) return;
  }
  fail(STATUS_REQUIREMENTS_PIN, address, size);
}
