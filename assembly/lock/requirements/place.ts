// Requirements that say themselves where they are: an address, a file or a folder of the project's own, a commit; with a name
// (`name @ place`) or without one (pip 26.3: pip/_internal/req/constructors.py, parse_req_from_line and parse_editable;
// fragments: pip/_internal/models/link.py).
//
// What has no hash, pip refuses in a file with hashes; uv installs it, and `uv export`, `poetry export` and `pipenv
// requirements` write it: folders, which are the project's own, commits, which are as good as a hash, and files.
//
// Invariant: a path is relative to where pip and uv run, which is the folder of the first file, or absolute.

import {
  NONE,
  PACKAGE_IS_EDITABLE,
  SOURCE_DIRECTORY,
  SOURCE_FILE,
  SOURCE_GIT,
  SOURCE_URL,
  STATUS_LOCK_CONTROL,
  STATUS_OK,
  STATUS_REQUIREMENTS_NAME,
  STATUS_REQUIREMENTS_UNHASHABLE,
} from "../../../src/core/abi";
import { firstControl, indexOf, is, isHex, startsWith } from "../../memory/bytes";
import { intern, textAddress, textSize } from "../../memory/intern";
import { fail, failed } from "../../memory/status";
import { FileName, parseSdistName, parseWheelName } from "../../standards/filename";
import { isAlphanumeric, isSeparator } from "../../standards/name";
import {
  artifactKind,
  checkFileName,
  isAddress,
  joined,
  name,
  setCommit,
  setNameFromUrl,
  unescapeName,
} from "../reading";
import { Artifact, addArtifact, artifactAt, Package } from "../tables";
import { addHash, isAlgorithm } from "./hashes";
import { isBlank } from "./lines";

const file: Artifact = changetype<Artifact>(memory.data(offsetof<Artifact>()));
const fileName: FileName = changetype<FileName>(memory.data(offsetof<FileName>()));

/** Size of the place that a requirement without a name is, 0 for one with a name; what follows is the marker. */
export function placeSize(address: usize, size: u32): u32 {
  let i: u32 = 0;
  while (i < size && (isAlphanumeric(load<u8>(address + i)) || isSeparator(load<u8>(address + i)))) i++;
  const first: u32 = load<u8>(address);
  const next: u32 = i < size ? load<u8>(address + i) : 0;
  const isPath = first == 0x2e || first == 0x2f || next == 0x2f; // . /
  const isAddress = next == 0x3a || next == 0x2b; // : +
  if (!isPath && !isAddress && !(isEnd(next) && artifactKind(address, i) != 0)) return 0;
  // In an address, which may have a `;` of its own, a blank ends it; a path may have blanks.
  let end: u32 = i;
  while (end < size && (isAddress ? !isBlank(load<u8>(address + end)) : load<u8>(address + end) != 0x3b)) end++;
  if (isAddress && end < size && load<u8>(address + end - 1) == 0x3b) end--;
  while (isBlank(load<u8>(address + end - 1))) end--;
  return end;
}

function isEnd(c: u32): bool {
  return c == 0 || c == 0x3b || isBlank(c);
}

/** Reads the place into the last package, whose name is NONE where the place has to tell it. */
export function readPlace(item: Package, address: usize, size: u32, isEditable: bool): void {
  const stop = indexOf(address, size, 0x23);
  const egg = readFragments(item, address, stop + 1, size);
  if (failed()) return;
  const hasHashes = item.artifactCount != 0;
  const isGit = startsWith(address, stop, "git+");
  if (isGit && !hasHashes && setCommit(item, address + 4, stop - 4)) {
    const size = textSize(item.resolved);
    if ((size == 40 || size == 64) && isHex(textAddress(item.resolved), size)) return setName(item, egg, address, stop);
  }
  if (isGit || isOtherCheckout(address, stop)) return fail(STATUS_REQUIREMENTS_UNHASHABLE, address, size);
  const isUrl = isAddress(address, stop);
  if (isUrl) {
    item.source = SOURCE_URL;
    item.url = intern(address, stop);
  } else item.url = pathOf(address, withoutExtras(address, stop));
  if (failed()) return;
  setNameFromUrl(file, textAddress(item.url), textSize(item.url));
  if (!isUrl) item.source = artifactKind(file.name, file.nameSize) == 0 ? SOURCE_DIRECTORY : SOURCE_FILE;
  if (item.source == SOURCE_DIRECTORY) {
    if (hasHashes) return fail(STATUS_REQUIREMENTS_UNHASHABLE, address, size);
    if (isEditable) item.flags |= PACKAGE_IS_EDITABLE;
  } else checkFileName(file.name, file.nameSize);
  setName(item, egg, address, stop);
}

function isOtherCheckout(address: usize, size: u32): bool {
  return startsWith(address, size, "hg+") || startsWith(address, size, "svn+") || startsWith(address, size, "bzr+");
}

/** `path[extra]`: what a lock installs with it stands in lines of its own. */
function withoutExtras(address: usize, size: u32): u32 {
  if (size == 0 || load<u8>(address + size - 1) != 0x5d) return size;
  const open = indexOf(address, size, 0x5b);
  return open == 0 ? size : open;
}

/** Text id of a path, or of that in a `file:` address. */
function pathOf(address: usize, size: u32): u32 {
  if (!startsWith(address, size, "file:")) return intern(address, size);
  let from: u32 = 5;
  if (startsWith(address, size, "file://localhost/")) from = 16;
  else if (startsWith(address, size, "file://")) from = 7;
  file.name = address + from;
  file.nameSize = size - from;
  unescapeName(file);
  const control = firstControl(file.name, file.nameSize);
  if (control != 0) fail(STATUS_LOCK_CONTROL, address, size);
  return intern(file.name, file.nameSize);
}

/** `#egg=name&sha256=<hex>&subdirectory=path`; other parts have no say. The text id of `egg`'s name, NONE without one. */
function readFragments(item: Package, address: usize, from: u32, end: u32): u32 {
  let egg: u32 = NONE;
  while (from < end) {
    const stop = indexOf(address, end, 0x26, from);
    const equals = indexOf(address, stop, 0x3d, from);
    const value = equals + 1;
    if (value < stop) {
      const key = address + from;
      const keySize = equals - from;
      if (is(key, keySize, "subdirectory")) item.subdirectory = intern(address + value, stop - value);
      else if (is(key, keySize, "egg")) egg = name(address + value, indexOf(address, stop, 0x5b, value) - value);
      else if (isAlgorithm(key, keySize)) {
        const hash = joined(key, keySize, 0x3a, address + value, stop - value);
        if (hash != NONE) addHash(textAddress(hash), textSize(hash));
      }
    }
    from = stop + 1;
  }
  return egg;
}

/** The name of what has none before its `@`: that in a wheel's name, with its version, `egg`, or that in an sdist's name. */
function setName(item: Package, egg: u32, address: usize, size: u32): void {
  if (item.name != NONE) return;
  const isFile = item.source == SOURCE_URL || item.source == SOURCE_FILE;
  if (isFile && parseWheelName(file.name, file.nameSize, fileName) == STATUS_OK) {
    item.name = fileName.name;
    item.version = fileName.versionText;
  } else if (egg != NONE) item.name = egg;
  else if (isFile && parseSdistName(file.name, file.nameSize, fileName) == STATUS_OK) item.name = fileName.name;
  else fail(STATUS_REQUIREMENTS_NAME, address, size);
}

/** Names the file that the hashes, if there are any, are of: the first stands for it. Not for commits and folders. */
export function nameFile(item: Package): void {
  if (item.source == SOURCE_GIT || item.source == SOURCE_DIRECTORY) return;
  if (item.artifactCount == 0 && (item.source == SOURCE_FILE || addArtifact() == 0)) return;
  const first = artifactAt(item.artifacts);
  setNameFromUrl(first, textAddress(item.url), textSize(item.url));
  checkFileName(first.name, first.nameSize);
  first.kind = 0;
  if (item.source == SOURCE_FILE) return;
  first.url = textAddress(item.url);
  first.urlSize = textSize(item.url);
}
