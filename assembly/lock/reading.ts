// What lock readers share: typed access to the document, and checks of what a lock may say.
//
// Invariant: whatever leaves a reader has been checked here: names are names, file names are single path components, hashes
// are hashes, and no text has control characters. A failure is in the status, with the span of the value.

import {
  ARTIFACT_IS_OTHER,
  ARTIFACT_IS_SDIST,
  ARTIFACT_IS_WHEEL,
  NONE,
  STATUS_LOCK_CONTROL,
  STATUS_LOCK_FILE_NAME,
  STATUS_LOCK_HASH,
  STATUS_LOCK_TYPE,
  STATUS_NAME,
} from "../../src/abi";
import { Column } from "../arena";
import { endsWith, firstControl, indexOf, is, isComponent, isHex } from "../bytes";
import { ARRAY, at, BOOLEAN, first, get, kindOf, next, STRING, TABLE } from "../document";
import { intern } from "../intern";
import { isName, normalizedName } from "../name";
import { fail } from "../status";
import { pushId } from "../tables";

/** Adds the normalised names of an array of strings to a column of ids. */
export function readNames(list: u32, column: Column): void {
  if (!expect(list, ARRAY)) return;
  for (let each = first(list); each != NONE; each = next(each)) {
    if (!expect(each, STRING)) return;
    pushId(column, normalizedName(at(each).address, at(each).size));
  }
}

/** Whether the node is of this kind; a failure when it is not. */
export function expect(node: u32, kind: u32): bool {
  if (kindOf(node) == kind) return true;
  const found = at(node);
  // A table's or array's own size is its number of children; its first character stands for it.
  const size: u32 = kindOf(node) == TABLE || kindOf(node) == ARRAY ? 1 : found.size;
  fail(STATUS_LOCK_TYPE, found.address, size, kind);
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
  if (colon == 0 || digits < 32 || (digits & 1) != 0 || !isHex(address + colon + 1, digits)) {
    fail(STATUS_LOCK_HASH, address, size);
  }
}

/** A file name is one path component, so that no lock can name a place. */
export function checkFileName(address: usize, size: u32): void {
  if (!isFileName(address, size)) fail(STATUS_LOCK_FILE_NAME, address, size);
}

export function isFileName(address: usize, size: u32): bool {
  return size != 0 && !is(address, size, ".") && !is(address, size, "..") && isComponent(address, size);
}

/** By the name's ending: poetry/installation/chooser.py takes wheels and, of the rest, what is no built installer. */
export function artifactKind(address: usize, size: u32): u32 {
  if (endsWith(address, size, ".whl")) return ARTIFACT_IS_WHEEL;
  const isSdist =
    endsWith(address, size, ".tar.gz") ||
    endsWith(address, size, ".zip") ||
    endsWith(address, size, ".tar.bz2") ||
    endsWith(address, size, ".tgz") ||
    endsWith(address, size, ".tar.xz") ||
    endsWith(address, size, ".tar");
  return isSdist ? ARTIFACT_IS_SDIST : ARTIFACT_IS_OTHER;
}
