// The pip part of conda-lock.yml, version 1 (conda_lock/lockfile/v1/models.py), as conda-lock itself writes it: PyYAML's
// block style, one key a line (conda_lock/lockfile/__init__.py, write_conda_lock_file).
//
//   version: 1
//   metadata:
//     platforms:
//     - linux-64
//   package:
//   - name: certifi
//     manager: pip
//     platform: linux-64
//     dependencies:
//       idna: '>=2'
//     url: https://...
//     hash:
//       sha256: ...
//     category: main
//
// What is read must look so; anything else there is refused, with its line. What is not read (conda's own packages are not
// ours to install, most of the metadata) may be whatever stands further in than its key.
//
// Invariant: one linear pass over lines. Each pip entry is one file or one commit, for one platform.

import {
  METHOD_FILTER,
  NONE,
  SOURCE_URL,
  STATUS_CONDA_COMMIT,
  STATUS_CONDA_LINE,
  STATUS_CONDA_MISSING,
  STATUS_CONDA_TEXT,
  STATUS_CONDA_VERSION,
  STATUS_LOCK_CONTROL,
} from "../../src/core/abi";
import { endsWith, indexOf, is, startsWith } from "../memory/bytes";
import { intern, internWord, textAddress, textSize } from "../memory/intern";
import { fail, failAbout, failed } from "../memory/status";
import { firstInvalid } from "../memory/utf8";
import { normalizedName } from "../standards/name";
import { mergeEntries } from "./merging";
import { checkDigest, checkFileName, joined, mainGroup, name, setCommit, setNameFromUrl } from "./reading";
import {
  Artifact,
  addArtifact,
  addDependency,
  addMembership,
  addPackage,
  dependencies,
  groupNames,
  linkNames,
  lock,
  lockPlatforms,
  packageAt,
  packages,
  pushDistinct,
} from "./tables";

// Keys that can be missing, in the order of CONDA_KEYS in src/lock/lockfile.ts.
const KEY_VERSION: u32 = 0;
const KEY_PACKAGE: u32 = 1;
const KEY_NAME: u32 = 2;
const KEY_PACKAGE_VERSION: u32 = 3;
const KEY_PLATFORM: u32 = 4;
const KEY_URL: u32 = 5;
const KEY_MANAGER: u32 = 6;

/** The line that is being looked at: from its first character that is no blank to its end, and how far in that is. */
let line: usize = 0;
let lineEnd: usize = 0;
let indent: u32 = 0;
/** Where the next line starts, and the end of the input. */
let cursor: usize = 0;
let end: usize = 0;

/** Its key and its value; both have size 0 when there is none. */
let key: usize = 0;
let keySize: u32 = 0;
let value: usize = 0;
let valueSize: u32 = 0;

/** Reads the text into the tables. Failures are in the status. */
export function readCondaLock(address: usize, size: u32): void {
  lock.method = METHOD_FILTER;
  end = address + size;
  cursor = address;
  const invalid = firstInvalid(address, size);
  if (invalid != 0) return fail(STATUS_CONDA_TEXT, invalid, 1);
  pushDistinct(groupNames, mainGroup());
  let hasVersion = false;
  let hasPackages = false;
  let more = nextLine();
  while (more && !failed()) {
    if (indent != 0 || !takeKey()) return refuseLine();
    if (is(key, keySize, "version")) {
      hasVersion = readFormat();
      more = skipDeeper(0);
    } else if (is(key, keySize, "metadata")) more = readMetadata();
    else if (is(key, keySize, "package")) {
      hasPackages = true;
      if (valueSize == 0) more = readPackages();
      else if (is(value, valueSize, "[]")) more = nextLine();
      else return refuseLine();
    } else more = skipDeeper(0);
  }
  if (!hasVersion) failAbout(STATUS_CONDA_MISSING, address, 0, KEY_VERSION);
  if (!hasPackages) failAbout(STATUS_CONDA_MISSING, address, 0, KEY_PACKAGE);
  if (failed()) return;
  mergeEntries(false);
  linkNames();
}

function readFormat(): bool {
  lock.version = intern(value, valueSize);
  if (!is(value, valueSize, "1")) fail(STATUS_CONDA_VERSION, value, valueSize);
  return true;
}

// --- Lines ----------------------------------------------------------------------------------------------------------------

/** Goes to the next line that is neither empty nor a comment; false at the end. */
function nextLine(): bool {
  while (cursor < end) {
    let at = cursor;
    while (at < end && load<u8>(at) == 0x20) at++;
    let stop = at;
    while (stop < end && load<u8>(stop) != 0x0a) stop++;
    indent = u32(at - cursor);
    line = at;
    lineEnd = stop;
    cursor = stop + 1;
    if (lineEnd > line && load<u8>(lineEnd - 1) == 0x0d) lineEnd--;
    while (lineEnd > line && load<u8>(lineEnd - 1) == 0x20) lineEnd--;
    if (line != lineEnd && load<u8>(line) != 0x23) return checkControl();
  }
  return false;
}

function checkControl(): bool {
  for (let at = line; at < lineEnd; at++) {
    if (load<u8>(at) >= 0x20 && load<u8>(at) != 0x7f) continue;
    fail(STATUS_LOCK_CONTROL, at, 1);
    return false;
  }
  return true;
}

/** Goes to the next line that is at most this far in; list entries at the same place belong to what is skipped. */
function skipDeeper(column: u32): bool {
  while (nextLine()) if (indent <= column && !(indent == column && isEntry())) return true;
  return false;
}

/** Whether the line is an entry of a list: `- ...`. */
function isEntry(): bool {
  return load<u8>(line) == 0x2d && (line + 1 == lineEnd || load<u8>(line, 1) == 0x20);
}

function refuseLine(): void {
  fail(STATUS_CONDA_LINE, line, u32(lineEnd - line));
}

/** Takes the line apart into key and value; false when it is no `key:` or `key: value`. */
function takeKey(): bool {
  let stop = line;
  const quote: u32 = load<u8>(line);
  if (quote == 0x27 || quote == 0x22) {
    stop = line + 1;
    while (stop < lineEnd && load<u8>(stop) != quote) stop++;
    if (stop == lineEnd) return false;
    key = line + 1;
    keySize = u32(stop - key);
    stop++;
  } else {
    if (isIndicator(quote)) return false;
    while (stop < lineEnd && !(load<u8>(stop) == 0x3a && (stop + 1 == lineEnd || load<u8>(stop, 1) == 0x20))) stop++;
    key = line;
    keySize = u32(stop - line);
  }
  if (stop == lineEnd || load<u8>(stop) != 0x3a || keySize == 0) return false;
  stop++;
  while (stop < lineEnd && load<u8>(stop) == 0x20) stop++;
  value = stop;
  valueSize = u32(lineEnd - stop);
  return true;
}

/** Text id of the value: plain, or in quotes of either kind on this line. NONE after a failure. */
function scalar(): u32 {
  const quote: u32 = valueSize == 0 ? 0 : load<u8>(value);
  if (quote == 0x27) return singleQuoted();
  if (quote == 0x22) {
    const isClosed = valueSize > 1 && load<u8>(value + valueSize - 1) == 0x22;
    if (
      !isClosed ||
      indexOf(value, valueSize, 0x5c) != valueSize ||
      indexOf(value, valueSize, 0x22, 1) != valueSize - 1
    )
      return refuseText();
    return intern(value + 1, valueSize - 2);
  }
  // Indicators that begin something else than a plain text (YAML 1.2, 5.3), and a comment behind one.
  const isOther = valueSize == 0 || isIndicator(quote) || quote == 0x23;
  if (isOther || endsWith(value, valueSize, ":")) return refuseText();
  for (let i: u32 = 1; i < valueSize; i++) {
    if (load<u8>(value + i) == 0x23 && load<u8>(value + i - 1) == 0x20) return refuseText();
    if (load<u8>(value + i) == 0x20 && load<u8>(value + i - 1) == 0x3a) return refuseText();
  }
  return intern(value, valueSize);
}

/** [ ] { } & * ! | > % @ ` , ? */
function isIndicator(c: u32): bool {
  return (
    c == 0x5b ||
    c == 0x5d ||
    c == 0x7b ||
    c == 0x7d ||
    c == 0x26 ||
    c == 0x2a ||
    c == 0x21 ||
    c == 0x7c ||
    c == 0x3e ||
    c == 0x25 ||
    c == 0x40 ||
    c == 0x60 ||
    c == 0x2c ||
    c == 0x3f
  );
}

/** A quote in it is written twice; resolved where it stands. */
function singleQuoted(): u32 {
  let write = value + 1;
  for (let read = value + 1; read < lineEnd; read++) {
    if (load<u8>(read) == 0x27) {
      if (read + 1 == lineEnd) return intern(value + 1, u32(write - value - 1));
      if (load<u8>(++read) != 0x27) return refuseText();
    }
    store<u8>(write++, load<u8>(read));
  }
  return refuseText();
}

function refuseText(): u32 {
  fail(STATUS_CONDA_TEXT, value, valueSize);
  return NONE;
}

// --- What is read ---------------------------------------------------------------------------------------------------------

/** Of the metadata the platforms. */
function readMetadata(): bool {
  let more = nextLine();
  while (more && indent > 0 && !failed()) {
    const column = indent;
    const isList = takeKey() && is(key, keySize, "platforms");
    if (isList && valueSize != 0) {
      refuseLine();
      return false;
    }
    if (!isList) {
      more = skipDeeper(column);
      continue;
    }
    while ((more = nextLine()) && indent >= column && isEntry()) {
      value = line + 2;
      valueSize = lineEnd > value ? u32(lineEnd - value) : 0;
      const id = scalar();
      if (id == NONE) return false;
      pushDistinct(lockPlatforms, id);
    }
  }
  return more && !failed();
}

// Text ids of the entry that is being read.
let entryName: u32 = NONE;
let entryVersion: u32 = NONE;
let entryManager: u32 = NONE;
let entryPlatform: u32 = NONE;
let entryUrl: u32 = NONE;
let entryCategory: u32 = NONE;
let entrySha256: u32 = NONE;
let entryMd5: u32 = NONE;
let entryOffset: usize = 0;

/** `- name: ...` and what belongs to it, again and again. */
function readPackages(): bool {
  let more = nextLine();
  while (more && isEntry() && !failed()) {
    const column = indent + 2;
    // The entry's first key stands behind the hyphen.
    line++;
    while (line < lineEnd && load<u8>(line) == 0x20) line++;
    indent = column;
    startEntry();
    const from = dependencies.count;
    do {
      if (!takeKey()) {
        refuseLine();
        return false;
      }
      more = readKey(column);
    } while (more && indent == column && !failed());
    if (failed()) return false;
    if (more && indent > column) refuseLine();
    finishEntry(from);
  }
  return more && !failed();
}

function startEntry(): void {
  entryName = NONE;
  entryVersion = NONE;
  entryManager = NONE;
  entryPlatform = NONE;
  entryUrl = NONE;
  entryCategory = NONE;
  entrySha256 = NONE;
  entryMd5 = NONE;
  entryOffset = line;
}

/** Reads the value of the key that was taken, and goes to the line behind it. */
function readKey(column: u32): bool {
  if (is(key, keySize, "dependencies") && valueSize == 0) return readDependencies(column);
  if (is(key, keySize, "hash") && valueSize == 0) return readHash(column);
  if (is(key, keySize, "name")) entryName = scalar();
  else if (is(key, keySize, "version")) entryVersion = scalar();
  else if (is(key, keySize, "manager")) entryManager = scalar();
  else if (is(key, keySize, "platform")) entryPlatform = scalar();
  else if (is(key, keySize, "url")) entryUrl = scalar();
  else if (is(key, keySize, "category")) entryCategory = scalar();
  else return skipDeeper(column);
  return nextLine();
}

/** Names and constraints; conda-lock has solved the constraints, and only names are kept. */
function readDependencies(column: u32): bool {
  let more = nextLine();
  while (more && indent > column && !failed()) {
    const inner = indent;
    if (!takeKey()) {
      refuseLine();
      return false;
    }
    addDependency(packages.count, normalizedName(key, keySize), key, keySize);
    more = skipDeeper(inner);
  }
  return more && !failed();
}

function readHash(column: u32): bool {
  let more = nextLine();
  while (more && indent > column && !failed()) {
    if (!takeKey()) {
      refuseLine();
      return false;
    }
    if (is(key, keySize, "sha256")) entrySha256 = scalar();
    else if (is(key, keySize, "md5")) entryMd5 = scalar();
    more = nextLine();
  }
  return more && !failed();
}

/** Makes the row of a pip entry; another manager's leaves none. */
function finishEntry(from: u32): void {
  const isPip = entryManager != NONE && is(textAddress(entryManager), textSize(entryManager), "pip");
  const missing: u32 =
    entryManager == NONE
      ? KEY_MANAGER
      : entryName == NONE
        ? KEY_NAME
        : entryVersion == NONE
          ? KEY_PACKAGE_VERSION
          : entryPlatform == NONE
            ? KEY_PLATFORM
            : entryUrl == NONE
              ? KEY_URL
              : NONE;
  if (missing != NONE) failAbout(STATUS_CONDA_MISSING, entryOffset, 4, missing); // 4: `name`
  if (!isPip || failed()) {
    dependencies.count = from;
    return;
  }
  const index = addPackage(entryOffset);
  if (index == NONE) return;
  const item = packageAt(index);
  item.name = name(textAddress(entryName), textSize(entryName));
  item.version = entryVersion;
  item.platform = entryPlatform;
  item.dependencies = from;
  item.dependencyCount = dependencies.count - from;
  setPlace(index);
  const group =
    entryCategory == NONE ? mainGroup() : normalizedName(textAddress(entryCategory), textSize(entryCategory));
  pushDistinct(groupNames, group);
  addMembership(group, NONE);
}

/** pip gets `name @ url --hash=...` (conda_lock/conda_lock.py, render_lockfile_for_platform): a file, or `git+url@commit`. */
function setPlace(index: u32): void {
  const item = packageAt(index);
  const address = textAddress(entryUrl);
  const size = textSize(entryUrl);
  if (startsWith(address, size, "git+")) {
    const fragment = indexOf(address, size, 0x23);
    if (!setCommit(item, address + 4, fragment - 4)) return fail(STATUS_CONDA_COMMIT, address, size);
    if (startsWith(address + fragment, size - fragment, "#subdirectory=")) {
      item.subdirectory = intern(address + fragment + 14, size - fragment - 14);
    }
    return;
  }
  item.source = SOURCE_URL;
  const fragment = indexOf(address, size, 0x23);
  item.url = intern(address, fragment);
  const row = addArtifact();
  if (row == 0) return;
  const file = changetype<Artifact>(row);
  setNameFromUrl(file, address, fragment);
  checkFileName(file.name, file.nameSize);
  file.url = address;
  file.urlSize = fragment;
  setHash(file);
}

function setHash(file: Artifact): void {
  const digest = entrySha256 != NONE ? entrySha256 : entryMd5;
  if (digest == NONE) return;
  const algorithm = internWord(entrySha256 != NONE ? "sha256" : "md5");
  const address = textAddress(digest);
  const size = textSize(digest);
  checkDigest(textAddress(algorithm), textSize(algorithm), address, size);
  const hash = entrySha256 != NONE ? digest : joined(textAddress(algorithm), 3, 0x3a, address, size);
  if (hash == NONE) return;
  file.hash = textAddress(hash);
  file.hashSize = textSize(hash);
}
