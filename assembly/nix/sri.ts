// SRI hashes (w3.org/TR/SRI): `sha256:<hex>` of a lock as `sha256-<base64>`. A bare digest is SHA-256's.
//
// Invariant: the digits are hexadecimal and even in number, which the lock readers have checked.

import { allocate, rewind } from "../memory/arena";
import { indexOf, writeAscii } from "../memory/bytes";
import { hexDigit } from "../text/toml/string";

export let sriAddress: usize = 0;
export let sriSize: u32 = 0;

/** Writes the hash into `sriAddress`, `sriSize`. */
export function writeSri(address: usize, size: u32): void {
  const colon = indexOf(address, size, 0x3a);
  sriAddress = allocate(usize(size) + 16);
  if (sriAddress == 0) return;
  let to = sriAddress;
  let p = address;
  if (colon == size) to = writeAscii(to, "sha256");
  else {
    memory.copy(to, address, colon);
    to += colon;
    p += colon + 1;
  }
  store<u8>(to++, 0x2d);
  to = writeBase64(to, p, u32(address + size - p) >> 1);
  sriSize = u32(to - sriAddress);
  // It stays: what is no hash at all may be cleaned, which takes memory behind it.
  rewind(to);
}

/** RFC 4648, section 4, of so many bytes in hexadecimal. */
function writeBase64(to: usize, hex: usize, count: u32): usize {
  for (let i: u32 = 0; i < count; i += 3) {
    const left = count - i;
    let group: u32 = 0;
    for (let j: u32 = 0; j < 6; j++) group = (group << 4) | (j < 2 * left ? hexDigit(load<u8>(hex + 2 * i + j)) : 0);
    for (let j: u32 = 0; j < 4; j++) store<u8>(to + j, j <= left ? digit((group >> (18 - 6 * j)) & 63) : 0x3d);
    to += 4;
  }
  return to;
}

function digit(value: u32): u32 {
  if (value < 26) return 0x41 + value;
  if (value < 52) return 0x61 - 26 + value;
  if (value < 62) return 0x30 - 52 + value;
  return value == 62 ? 0x2b : 0x2f;
}
