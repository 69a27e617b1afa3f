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

/** RFC 4648, section 4, of so many bytes in hexadecimal; twelve bytes, which are sixteen characters, a step. */
function writeBase64(to: usize, hex: usize, count: u32): usize {
  for (let at: u32 = 0; at < count; at += 12) {
    const left = min<u32>(count - at, 12);
    const digits = hex + (usize(at) << 1);
    const bytes = v128.and(i8x16.narrow_i16x8_u(paired(digits), paired(digits + 16)), firstLanes(left));
    v128.store(to, characters(bytes));
    to += usize((left + 2) / 3) << 2;
    if (left % 3 == 0) continue;
    store<u8>(to - 1, 0x3d); // =
    if (left % 3 == 1) store<u8>(to - 2, 0x3d);
  }
  return to;
}

/** Eight bytes, one in each lane, of sixteen hexadecimal digits. */
function paired(hex: usize): v128 {
  const block = v128.load(hex);
  // Letters have their sixth bit set.
  const letters = v128.and(i8x16.splat(9), i8x16.gt_u(block, i8x16.splat(0x3f)));
  const values = i8x16.add(v128.and(block, i8x16.splat(15)), letters);
  const high = v128.and(i16x8.shl(values, 4), i16x8.splat(0xf0));
  return v128.or(high, i16x8.shr_u(values, 8));
}

/** Ones in the first lanes of bytes. */
function firstLanes(count: u32): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return i8x16.lt_u(places, i8x16.splat(u8(count)));
}

/** Sixteen characters for twelve bytes: each three of them are four numbers of six bits. */
function characters(bytes: v128): v128 {
  const threes = i8x16.swizzle(bytes, i8x16(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
  const sixes = v128.or(
    v128.or(v128.and(i32x4.shr_u(threes, 10), i32x4.splat(0x3f)), v128.and(i32x4.shl(threes, 4), i32x4.splat(0x3f00))),
    v128.or(
      v128.and(i32x4.shr_u(threes, 6), i32x4.splat(0x3f0000)),
      v128.and(i32x4.shl(threes, 8), i32x4.splat(0x3f000000)),
    ),
  );
  // How far each range of numbers is from its characters: a to z, the ten digits, + and /, A to Z.
  const distances = i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);
  const ranges = v128.or(
    i8x16.sub_sat_u(sixes, i8x16.splat(51)),
    v128.and(i8x16.lt_u(sixes, i8x16.splat(26)), i8x16.splat(13)),
  );
  return i8x16.add(i8x16.swizzle(distances, ranges), sixes);
}
