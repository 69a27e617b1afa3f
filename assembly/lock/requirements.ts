// requirements.txt with hashes, as pip 26.3 reads it in hash-checking mode (pip/_internal/req/req_file.py; mode:
// pip.pypa.io/en/stable/topics/secure-installs).
//
// A line ended by a backslash goes on in the next one, unless it is a comment; `#` at a line's start or after white space
// begins a comment, which ends with the joined line. A requirement's options begin at the first word with a hyphen.
//
// The core reads no files: `-r` and `-c` are the shell's to resolve (src/lock/requirements.ts), which hands over one text with
// the included files in place of the lines that include them. What is left of them here is refused.
//
// Invariant: every requirement that is read is one version or one URL, and has hashes. One linear pass; line joins are
// blanked where they stand.

import {
  METHOD_FILTER,
  NONE,
  PACKAGE_HAS_BARE_HASHES,
  SOURCE_URL,
  STATUS_LOCK_CONTROL,
  STATUS_LOCK_HASH,
  STATUS_REQUIREMENTS_HASH,
  STATUS_REQUIREMENTS_IGNORED,
  STATUS_REQUIREMENTS_INCLUDE,
  STATUS_REQUIREMENTS_OPTION,
  STATUS_REQUIREMENTS_PIN,
  STATUS_REQUIREMENTS_UNHASHABLE,
  STATUS_REQUIREMENTS_UTF8,
} from "../../src/core/abi";
import { indexOf, is, startsWith, wordSize } from "../memory/bytes";
import { intern, textAddress, textSize } from "../memory/intern";
import { fail, failed } from "../memory/status";
import { firstInvalid } from "../memory/utf8";
import { OPERATOR_ARBITRARY, OPERATOR_EQUAL, operatorAt, operatorSize, versionOf } from "../standards/pep440";
import { parseRequirement, Requirement } from "../standards/pep508/requirement";
import { mergeEntries } from "./merging";
import { checkFileName, checkHash, joined, mainGroup, setNameFromUrl } from "./reading";
import {
  Artifact,
  addArtifact,
  addMembership,
  addPackage,
  artifactAt,
  groupNames,
  linkNames,
  lock,
  Package,
  packageAt,
  pushDistinct,
  warn,
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
    const stop = joinLine(at, end);
    readLine(at, commentStart(at, stop));
    at = stop + 1;
  }
  if (failed()) return;
  mergeEntries(true);
  linkNames();
}

/** The end of the line that starts here, together with the lines that continue it; the joins become blanks. */
function joinLine(from: usize, end: usize): usize {
  let start = from;
  while (true) {
    let stop = start;
    while (stop < end && load<u8>(stop) != 0x0a && load<u8>(stop) != 0x0d) stop++;
    if (stop == end || stop == start || load<u8>(stop - 1) != 0x5c || isComment(start, stop)) return stop;
    let back = stop;
    while (back > start && load<u8>(back - 1) == 0x5c) store<u8>(--back, 0x20);
    if (load<u8>(stop) == 0x0d && load<u8>(stop, 1) == 0x0a) store<u8>(stop++, 0x20);
    store<u8>(stop, 0x20);
    start = stop + 1;
  }
}

/** Whether the line is a comment and nothing else. */
function isComment(from: usize, end: usize): bool {
  while (from < end && isSpace(load<u8>(from))) from++;
  return from < end && load<u8>(from) == 0x23;
}

/** Where the comment in a line begins; the line's end when it has none. */
function commentStart(from: usize, end: usize): usize {
  for (let at = from; at < end; at++) {
    if (load<u8>(at) == 0x23 && (at == from || isSpace(load<u8>(at - 1)))) return at;
  }
  return end;
}

function isSpace(c: u32): bool {
  return c == 0x20 || c == 0x09 || c == 0x0c;
}

/** A line without its comment. */
function readLine(from: usize, end: usize): void {
  while (from < end && isSpace(load<u8>(from))) from++;
  while (end > from && isSpace(load<u8>(end - 1))) end--;
  if (from == end) return;
  for (let at = from; at < end; at++) {
    const c: u32 = load<u8>(at);
    if (c < 0x20 && !isSpace(c)) return fail(STATUS_LOCK_CONTROL, at, 1);
  }
  if (load<u8>(from) == 0x2d) return readOption(from, u32(end - from));
  let options = from;
  while (options < end && !(load<u8>(options) == 0x2d && isSpace(load<u8>(options - 1)))) options++;
  let stop = options;
  while (stop > from && isSpace(load<u8>(stop - 1))) stop--;
  readEntry(from, u32(stop - from), options, end);
}

// --- Options of the whole file --------------------------------------------------------------------------------------------

function readOption(address: usize, size: u32): void {
  if (isOption(address, size, "-r", "--requirement") || isOption(address, size, "-c", "--constraint")) {
    return fail(STATUS_REQUIREMENTS_INCLUDE, address, size);
  }
  if (isOption(address, size, "-e", "--editable")) return fail(STATUS_REQUIREMENTS_UNHASHABLE, address, size);
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
  return size == length || load<u8>(address + length) == 0x3d || isSpace(load<u8>(address + length));
}

function unbrokenSize(address: usize, size: u32): u32 {
  let i: u32 = 0;
  while (i < size && !isSpace(load<u8>(address + i))) i++;
  return i;
}

// --- Requirements ---------------------------------------------------------------------------------------------------------

function readEntry(address: usize, size: u32, options: usize, end: usize): void {
  if (!parseRequirement(address, size, requirement)) return;
  const index = addPackage(address);
  if (index == NONE) return;
  const item = packageAt(index);
  item.name = requirement.name;
  if (requirement.urlSize != 0) readUrl(item);
  else readPin(item, address, size);
  if (failed()) return;
  readHashes(options, end);
  if (failed()) return;
  if (item.source == SOURCE_URL) {
    nameFile(item);
    if (item.artifactCount != 0) artifactAt(item.artifacts).kind = 0;
  } else item.flags |= PACKAGE_HAS_BARE_HASHES;
  if (item.artifactCount == 0) fail(STATUS_REQUIREMENTS_HASH, address, size);
  addMembership(mainGroup(), requirement.marker);
}

/** One clause, `==` or `===`, that names a version (InstallRequirement.is_pinned; a wildcard names none). */
function readPin(item: Package, address: usize, size: u32): void {
  const from = requirement.specifier;
  const length = requirement.specifierSize;
  const operator = length == 0 ? 0 : operatorAt(from, length);
  if (operator == OPERATOR_EQUAL || operator == OPERATOR_ARBITRARY) {
    let at = operatorSize(operator);
    while (at < length && isSpace(load<u8>(from + at))) at++;
    item.version = intern(from + at, length - at);
    if (versionOf(item.version) != NONE) return;
  }
  fail(STATUS_REQUIREMENTS_PIN, address, size);
}

/** `name @ url#sha256=...&subdirectory=...`. Neither a checkout nor a folder has a hash (pip/_internal/exceptions.py). */
function readUrl(item: Package): void {
  const address = requirement.url;
  const size = requirement.urlSize;
  const isCheckout =
    startsWith(address, size, "git+") ||
    startsWith(address, size, "hg+") ||
    startsWith(address, size, "svn+") ||
    startsWith(address, size, "bzr+");
  if (isCheckout) return fail(STATUS_REQUIREMENTS_UNHASHABLE, address, size);
  const fragment = indexOf(address, size, 0x23);
  item.source = SOURCE_URL;
  item.url = intern(address, fragment);
  for (let from = fragment + 1; from < size; ) {
    const stop = indexOf(address, size, 0x26, from);
    readFragment(item, address + from, stop - from);
    from = stop + 1;
  }
}

/** `sha256=<hex>` or `subdirectory=<path>` or another of the fragment's parts, which has no say. */
function readFragment(item: Package, address: usize, size: u32): void {
  const equals = indexOf(address, size, 0x3d);
  if (is(address, equals, "subdirectory") && equals < size) {
    item.subdirectory = intern(address + equals + 1, size - equals - 1);
  } else if (isAlgorithm(address, equals) && equals < size) {
    const hash = joined(address, equals, 0x3a, address + equals + 1, size - equals - 1);
    if (hash != NONE) addHash(textAddress(hash), textSize(hash));
  }
}

/** The URL's file is each of its hashes' file: the first stands for it. */
function nameFile(item: Package): void {
  if (item.artifactCount == 0) return;
  const file = artifactAt(item.artifacts);
  setNameFromUrl(file, textAddress(item.url), textSize(item.url));
  checkFileName(file.name, file.nameSize);
  file.url = textAddress(item.url);
  file.urlSize = textSize(item.url);
}

/** `--hash=algorithm:hex`, any number of them; other options of a requirement say how it is built. */
function readHashes(from: usize, end: usize): void {
  for (let at = from; at < end && !failed(); ) {
    while (at < end && isSpace(load<u8>(at))) at++;
    if (at == end) return;
    let size = unbrokenSize(at, u32(end - at));
    if (startsWith(at, size, "--hash=")) {
      addHash(at + 7, size - 7);
    } else if (is(at, size, "--hash")) {
      at += size;
      while (at < end && isSpace(load<u8>(at))) at++;
      size = unbrokenSize(at, u32(end - at));
      addHash(at, size);
    } else if (isBuildOption(at, size)) warn(STATUS_REQUIREMENTS_IGNORED, at, size);
    else if (load<u8>(at) == 0x2d) fail(STATUS_REQUIREMENTS_OPTION, at, size);
    at += size;
  }
}

function isBuildOption(address: usize, size: u32): bool {
  return (
    startsWith(address, size, "--config-setting") ||
    startsWith(address, size, "--global-option") ||
    startsWith(address, size, "--install-option")
  );
}

function addHash(address: usize, size: u32): void {
  const colon = indexOf(address, size, 0x3a);
  if (!isAlgorithm(address, colon)) return fail(STATUS_LOCK_HASH, address, size);
  checkHash(address, size);
  const row = addArtifact();
  if (row == 0) return;
  changetype<Artifact>(row).hash = address;
  changetype<Artifact>(row).hashSize = size;
}

/** pip's STRONG_HASHES. */
function isAlgorithm(address: usize, size: u32): bool {
  return is(address, size, "sha256") || is(address, size, "sha384") || is(address, size, "sha512");
}
