// SRI hashes (w3.org/TR/SRI): `sha256:<hex>` of a lock as `sha256-<base64>`. A bare digest is SHA-256's.
//
// Invariant: the digits are hexadecimal and even in number, which the lock readers have checked.

import { indexOf, writeAscii } from "../memory/bytes";

/** Writes the hash and gives the address after it; it takes no more than `size + 16` bytes. */
export function writeSri(to: usize, address: usize, size: u32): usize {
  const colon = indexOf(address, size, 0x3a);
  let digits = address;
  if (colon == size) to = writeAscii(to, "sha256");
  else {
    memory.copy(to, address, colon);
    to += colon;
    digits += colon + 1;
  }
  store<u8>(to++, 0x2d);
  return writeBase64(to, digits, u32(address + size - digits) >> 1);
}

/** RFC 4648, section 4, of so many bytes in hexadecimal. */
function writeBase64(to: usize, hex: usize, count: u32): usize {
  for (let i: u32 = 0; i < count; i += 3) {
    const left = count - i;
    let group: u32 = 0;
    for (let j: u32 = 0; j < 6; j++) group = (group << 4) | (j < 2 * left ? valueOf(load<u8>(hex + 2 * i + j)) : 0);
    for (let j: u32 = 0; j < 4; j++) store<u8>(to + j, j <= left ? digit((group >> (18 - 6 * j)) & 63) : 0x3d);
    to += 4;
  }
  return to;
}

/** Of a hexadecimal digit. */
function valueOf(c: u32): u32 {
  return (c & 15) + 9 * (c >> 6);
}

function digit(value: u32): u32 {
  if (value < 26) return 0x41 + value;
  if (value < 52) return 0x61 - 26 + value;
  if (value < 62) return 0x30 - 52 + value;
  return value == 62 ? 0x2b : 0x2f;
}
