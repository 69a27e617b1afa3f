// What lock readers share: typed access to the document, and checks of what a lock may say.
//
// Invariant: whatever leaves a reader has been checked here: names are names, file names are single path components, hashes
// are hashes, and no text has control characters. A failure is in the status, with the span of the value.

import {
  ARTIFACT_IS_OTHER,
  ARTIFACT_IS_SDIST,
  ARTIFACT_IS_WHEEL,
  NONE,
  SOURCE_GIT,
  STATUS_LOCK_CONTROL,
  STATUS_LOCK_FILE_NAME,
  STATUS_LOCK_HASH,
  STATUS_LOCK_TYPE,
  STATUS_NAME,
  STATUS_VERSION,
} from "../../src/core/abi";
import { allocate, Column } from "../memory/arena";
import {
  decimal,
  endsWith,
  firstControl,
  hexDigit,
  indexOf,
  is,
  isComponent,
  isHex,
  startsWith,
} from "../memory/bytes";
import { intern, internWord } from "../memory/intern";
import { fail, failAbout } from "../memory/status";
import { isWheelName } from "../standards/filename";
import { isName, normalizedName } from "../standards/name";
import { versionOf } from "../standards/pep440";
import { markerOf } from "../standards/pep508/marker";
import { isSpecifierSet } from "../standards/specifier";
import {
  ARRAY,
  at,
  BOOLEAN,
  first,
  get,
  kindOf,
  next,
  ROW_HASH_SIZE,
  ROW_URL,
  Row,
  STRING,
  TABLE,
} from "../text/document";
import { Artifact, Package, pushId } from "./tables";

/** Adds the normalised names of an array of strings to a column of ids. */
export function readNames(list: u32, column: Column<u32>): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE; each = next(each)) {
    if (!expect(each, STRING)) return;
    pushId(column, normalizedName(at(each).address, at(each).size));
  }
}

/** The normalised name that an entry has as its key. */
export function keyName(entry: u32): u32 {
  return normalizedName(at(entry).keyAddress, at(entry).keySize);
}

/** Whether the node is of this kind; a failure when it is not. */
export function expect(node: u32, kind: u32): bool {
  if (kindOf(node) == kind) return true;
  const found = at(node);
  // A table's or array's own size is its number of children; its first character stands for it.
  const size: u32 = kindOf(node) == TABLE || kindOf(node) == ARRAY ? 1 : found.size;
  failAbout(STATUS_LOCK_TYPE, found.address, size, kind);
  return false;
}

/** Text id of a string node. */
export function text(node: u32): u32 {
  return isText(node) ? intern(at(node).address, at(node).size) : NONE;
}

/** Whether the node is a string without control characters: no text that a host may print or write has any. */
export function isText(node: u32): bool {
  if (!expect(node, STRING)) return false;
  const control = firstControl(at(node).address, at(node).size);
  if (control == 0) return true;
  fail(STATUS_LOCK_CONTROL, control, 1);
  return false;
}

/** Text id of a name's normalised form. */
export function name(address: usize, size: u32): u32 {
  if (!isName(address, size)) {
    fail(STATUS_NAME, address, size);
    return NONE;
  }
  return normalizedName(address, size);
}

export function optionalText(table: u32, key: string): u32 {
  const node = get(table, key);
  return node == NONE ? NONE : text(node);
}

export function isTrue(node: u32): bool {
  return expect(node, BOOLEAN) && load<u8>(at(node).address) == 0x74;
}

/** A hash is `algorithm:hexadecimal digits`. */
export function checkHash(address: usize, size: u32): void {
  const colon = indexOf(address, size, 0x3a);
  const digits = colon < size ? size - colon - 1 : 0;
  if (colon == 0 || !isDigestSize(address, colon, digits) || !isHex(address + colon + 1, digits)) {
    fail(STATUS_LOCK_HASH, address, size);
  }
}

/** Whether a digest of the algorithm has so many hexadecimal digits: four bits each, and the SHA-2s are named after their bits. */
function isDigestSize(address: usize, size: u32, digits: u32): bool {
  if (is(address, size, "md5")) return digits == 32;
  if (is(address, size, "sha1")) return digits == 40;
  if (size == 6 && startsWith(address, size, "sha")) return digits << 2 == decimal(address + 3, 3);
  // What another algorithm is called goes into messages and files as it is.
  return digits >= 32 && (digits & 1) == 0 && isName(address, size);
}

/** Makes the artifact the file of a recognised row, whose hash was checked by the scanner. */
export function setFile(artifact: Artifact, row: Row): void {
  memory.fill(changetype<usize>(artifact), 0, offsetof<Artifact>());
  artifact.tags = NONE;
  artifact.hash = row.hash;
  artifact.hashSize = ROW_HASH_SIZE;
  artifact.name = row.text;
  artifact.nameSize = row.textSize;
  if (row.kind == ROW_URL) {
    artifact.url = row.text;
    artifact.urlSize = row.textSize;
    if (row.name != 0) artifact.name = row.name;
    artifact.fileSize = u32(min<u64>(row.value, U32.MAX_VALUE));
    artifact.nameSize = u32(row.text + row.textSize - artifact.name);
  }
  // Without control characters, backslashes and slashes, it is a file name, or dots, or nothing.
  if (isDots(artifact.name, artifact.nameSize)) fail(STATUS_LOCK_FILE_NAME, row.text, row.textSize);
  artifact.kind = artifactKind(artifact.name, artifact.nameSize);
}

/** A file's size in bytes, as a lock's integer has it; 0 when it is written in another way than plain digits. */
export function fileSize(address: usize, size: u32): u32 {
  let value: u64 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const digit = u32(load<u8>(address + i)) - 0x30;
    if (digit > 9) return 0;
    value = min<u64>(value * 10 + digit, U32.MAX_VALUE);
  }
  return u32(value);
}

/** A file name is one path component, so that no lock can name a place. */
export function checkFileName(address: usize, size: u32): void {
  if (!isFileName(address, size)) fail(STATUS_LOCK_FILE_NAME, address, size);
}

export function isFileName(address: usize, size: u32): bool {
  return !isDots(address, size) && isComponent(address, size);
}

/** Nothing, `.` or `..`. */
function isDots(address: usize, size: u32): bool {
  if (size > 2) return false;
  return size == 0 || (load<u8>(address) == 0x2e && (size == 1 || load<u8>(address, 1) == 0x2e));
}

/** By the name's ending: poetry/installation/chooser.py takes wheels and, of the rest, what is no built installer. */
export function artifactKind(address: usize, size: u32): u32 {
  if (isWheelName(address, size)) return ARTIFACT_IS_WHEEL;
  const isSdist =
    endsWith(address, size, ".tar.gz") ||
    endsWith(address, size, ".zip") ||
    endsWith(address, size, ".tar.bz2") ||
    endsWith(address, size, ".tgz") ||
    endsWith(address, size, ".tar.xz") ||
    endsWith(address, size, ".tar");
  return isSdist ? ARTIFACT_IS_SDIST : ARTIFACT_IS_OTHER;
}

/** Whether a text id's bytes are a version; the failure is the node's. */
export function expectVersion(id: u32, node: u32): void {
  if (id != NONE && versionOf(id) == NONE) fail(STATUS_VERSION, at(node).address, at(node).size);
}

/** Marker row of a string node's text; NONE after a failure. */
export function marker(node: u32): u32 {
  const id = text(node);
  return id == NONE ? NONE : markerOf(id);
}

/** Text id of a string node that holds version specifiers. */
export function specifiers(node: u32): u32 {
  const id = text(node);
  if (id != NONE) isSpecifierSet(id);
  return id;
}

/** Id of `main`, the group that Pipfile and PDM call `default`. */
export function mainGroup(): u32 {
  return internWord("main");
}

/** Id of a group; `default` is `main` in the formats that call the project's own dependencies so. */
export function groupOf(address: usize, size: u32): u32 {
  return is(address, size, "default") ? mainGroup() : normalizedName(address, size);
}

/** The last segment of a URL's path, percent-decoded (RFC 3986), as an artifact's name; size 0 when there is none. */
export function setNameFromUrl(artifact: Artifact, address: usize, size: u32): void {
  let stop: u32 = 0;
  while (stop < size && load<u8>(address + stop) != 0x3f && load<u8>(address + stop) != 0x23) stop++;
  let from = stop;
  while (from > 0 && load<u8>(address + from - 1) != 0x2f) from--;
  artifact.name = address + from;
  artifact.nameSize = stop - from;
  unescapeName(artifact);
}

/** Decodes the percent signs in an artifact's name (RFC 3986). */
export function unescapeName(artifact: Artifact): void {
  if (indexOf(artifact.name, artifact.nameSize, 0x25) == artifact.nameSize) return;
  const decoded = allocate(artifact.nameSize + 8);
  if (decoded == 0) return;
  let length: u32 = 0;
  for (let i: u32 = 0; i < artifact.nameSize; ) {
    const c = load<u8>(artifact.name + i);
    const high = i + 2 < artifact.nameSize ? hexDigit(load<u8>(artifact.name + i + 1)) : 16;
    const low = high < 16 ? hexDigit(load<u8>(artifact.name + i + 2)) : 16;
    const isEscape = c == 0x25 && low < 16;
    store<u8>(decoded + length++, isEscape ? (high << 4) | low : c);
    i += isEscape ? 3 : 1;
  }
  artifact.name = decoded;
  artifact.nameSize = length;
}

/** Whether a place is an address, not the path of a file, which `file:` stands for, too. */
export function isAddress(address: usize, size: u32): bool {
  const colon = indexOf(address, size, 0x3a);
  return colon + 2 < size && load<u8>(address + colon + 1) == 0x2f && !startsWith(address, size, "file:");
}

/** The last segment of a path, with slashes of either kind. */
export function setNameFromPath(artifact: Artifact, address: usize, size: u32): void {
  let from = size;
  while (from > 0 && load<u8>(address + from - 1) != 0x2f && load<u8>(address + from - 1) != 0x5c) from--;
  artifact.name = address + from;
  artifact.nameSize = size - from;
}

/** `url@commit`, as pip writes a checkout; false without a commit. */
export function setCommit(item: Package, address: usize, size: u32): bool {
  let mark = size;
  while (mark != 0 && load<u8>(address + mark - 1) != 0x40 && load<u8>(address + mark - 1) != 0x2f) mark--;
  if (mark == 0 || load<u8>(address + mark - 1) != 0x40) return false;
  item.source = SOURCE_GIT;
  item.url = intern(address, mark - 1);
  item.resolved = intern(address + mark, size - mark);
  item.reference = item.resolved;
  return true;
}

/** A digest without its algorithm, which stands apart. */
export function checkDigest(algorithm: usize, algorithmSize: u32, address: usize, size: u32): void {
  let good = isDigestSize(algorithm, algorithmSize, size);
  for (let i: u32 = 0; good && i < size; i++) good = hexDigit(load<u8>(address + i)) < 16;
  if (!good) fail(STATUS_LOCK_HASH, address, size);
}

/** Text id of two texts with something between them. */
export function joined(a: usize, aSize: u32, between: u32, b: usize, bSize: u32): u32 {
  const from = allocate(aSize + bSize + 1);
  if (from == 0) return NONE;
  memory.copy(from, a, aSize);
  store<u8>(from + aSize, between);
  memory.copy(from + aSize + 1, b, bSize);
  return intern(from, aSize + bSize + 1);
}
