// UTF-8 (RFC 3629): validation, and the encoding of one code point.
//
// Invariant: reads up to 63 bytes beyond the text, which the padding of every input allows.

/** Address of the first byte that is not well-formed UTF-8, or 0 when all is well. */
export function firstInvalid(address: usize, size: u32): usize {
  const end = address + size;
  let p = address;
  while (p < end) {
    // 64 bytes a step while they are ASCII, as locks are nearly everywhere.
    const high = v128.or(v128.or(v128.load(p), v128.load(p, 16)), v128.or(v128.load(p, 32), v128.load(p, 48)));
    if (i8x16.bitmask(high) == 0) {
      p += 64;
      continue;
    }
    const stop = p + 64 < end ? p + 64 : end;
    while (p < stop) {
      const length = sequence(p, end);
      if (length == 0) return p;
      p += length;
    }
  }
  return 0;
}

/** Length of the well-formed sequence at `p`, 0 when there is none (RFC 3629, section 4). */
function sequence(p: usize, end: usize): u32 {
  const a: u32 = load<u8>(p);
  if (a < 0x80) return 1;
  const left = end - p;
  if (a < 0xc2 || left < 2) return 0;
  const b: u32 = load<u8>(p, 1);
  if (a < 0xe0) return tail(b) ? 2 : 0;
  if (left < 3) return 0;
  const c: u32 = load<u8>(p, 2);
  if (a < 0xf0) {
    // No overlong forms, no surrogates.
    if (!tail(b) || !tail(c) || (a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f)) return 0;
    return 3;
  }
  if (a > 0xf4 || left < 4) return 0;
  if (!tail(b) || !tail(c) || !tail(load<u8>(p, 3)) || (a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f)) return 0;
  return 4;
}

function tail(c: u32): bool {
  return (c & 0xc0) == 0x80;
}

/** Writes a Unicode scalar value and gives the address after it. */
export function encode(p: usize, codePoint: u32): usize {
  if (codePoint < 0x80) {
    store<u8>(p, codePoint);
    return p + 1;
  }
  if (codePoint < 0x800) {
    store<u8>(p, 0xc0 | (codePoint >> 6));
    store<u8>(p, 0x80 | (codePoint & 63), 1);
    return p + 2;
  }
  if (codePoint < 0x10000) {
    store<u8>(p, 0xe0 | (codePoint >> 12));
    store<u8>(p, 0x80 | ((codePoint >> 6) & 63), 1);
    store<u8>(p, 0x80 | (codePoint & 63), 2);
    return p + 3;
  }
  store<u8>(p, 0xf0 | (codePoint >> 18));
  store<u8>(p, 0x80 | ((codePoint >> 12) & 63), 1);
  store<u8>(p, 0x80 | ((codePoint >> 6) & 63), 2);
  store<u8>(p, 0x80 | (codePoint & 63), 3);
  return p + 4;
}
