// Addresses as locks write them: their file name, and the query and fragment that uv puts into a repository's URL.
//
// Invariant: what is found lies in the input, or, where it had to be decoded, in the arena.

import { NONE } from "../../src/core/abi";
import { allocate } from "../memory/arena";
import { indexOf, startsWith, wordSize } from "../memory/bytes";
import { intern, textAddress, textSize } from "../memory/intern";

/** What `findFileName` found. */
export let fileName: usize = 0;
export let fileNameSize: u32 = 0;

/** The last segment of a URL's path, percent-decoded, or of a file's path as it is; size 0 when that is empty. */
export function findFileName(address: usize, size: u32, isUrl: bool): void {
  let end = size;
  if (isUrl) end = indexOf(address, indexOf(address, size, 0x23), 0x3f); // # ?
  let from = end;
  while (from != 0 && load<u8>(address + from - 1) != 0x2f) from--;
  fileName = address + from;
  fileNameSize = end - from;
  if (isUrl && indexOf(fileName, fileNameSize, 0x25) != fileNameSize) decode(false);
}

/** Whether it is a URL: what has no scheme is a path (uv-pep508/src/verbatim_url.rs, split_scheme). */
export function isAddress(address: usize, size: u32): bool {
  const colon = indexOf(address, size, 0x3a);
  return colon != 0 && startsWith(address + colon, size - colon, "://");
}

/** Text id of the URL up to its query and fragment. */
export function withoutQuery(url: u32): u32 {
  const address = textAddress(url);
  return intern(address, indexOf(address, indexOf(address, textSize(url), 0x23), 0x3f));
}

/** Text id of what follows `#`, NONE when there is nothing. */
export function fragmentOf(url: u32): u32 {
  const address = textAddress(url);
  const size = textSize(url);
  const from = indexOf(address, size, 0x23) + 1;
  return from < size ? intern(address + from, size - from) : NONE;
}

/** Text id of a parameter of the query, decoded as a form's (`+` is a blank); NONE when it is not there. */
export function parameterOf(url: u32, key: string): u32 {
  const address = textAddress(url);
  const end = indexOf(address, textSize(url), 0x23);
  let from = indexOf(address, end, 0x3f) + 1;
  while (from < end) {
    const stop = indexOf(address, end, 0x26, from); // &
    const value = from + wordSize(key) + 1;
    if (value <= stop && startsWith(address + from, stop - from, key) && load<u8>(address + value - 1) == 0x3d) {
      fileName = address + value;
      fileNameSize = stop - value;
      const isPlain =
        indexOf(fileName, fileNameSize, 0x25) == fileNameSize && indexOf(fileName, fileNameSize, 0x2b) == fileNameSize;
      if (!isPlain) decode(true);
      return intern(fileName, fileNameSize);
    }
    from = stop + 1;
  }
  return NONE;
}

/** Decodes the file name into the arena; a `%` that no two hexadecimal digits follow stays. */
function decode(isForm: bool): void {
  const copy = allocate(fileNameSize);
  if (copy == 0) return;
  let length: u32 = 0;
  for (let i: u32 = 0; i < fileNameSize; i++) {
    let c: u32 = load<u8>(fileName + i);
    if (isForm && c == 0x2b) c = 0x20;
    if (c == 0x25 && i + 2 < fileNameSize) {
      const high = digit(load<u8>(fileName + i + 1));
      const low = digit(load<u8>(fileName + i + 2));
      if (high < 16 && low < 16) {
        c = (high << 4) | low;
        i += 2;
      }
    }
    store<u8>(copy + length++, c);
  }
  fileName = copy;
  fileNameSize = length;
}

/** Value of a hexadecimal digit, 16 for anything else. */
function digit(c: u32): u32 {
  if (c - 0x30 < 10) return c - 0x30;
  const letter = (c | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 16;
}
