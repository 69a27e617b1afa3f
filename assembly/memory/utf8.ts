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
export function sequence(p: usize, end: usize): u32 {
  const a: u32 = load<u8>(p);
  if (a < 0x80) return 1;
  const length: u32 = a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
  if (a - 0xc2 > 0x32 || end - p < length) return 0;
  for (let i: u32 = 1; i < length; i++) if (!tail(load<u8>(p + i))) return 0;
  // No overlong forms, no surrogates, nothing above U+10FFFF.
  const b: u32 = load<u8>(p, 1);
  if ((a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f)) return 0;
  return (a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f) ? 0 : length;
}

function tail(c: u32): bool {
  return (c & 0xc0) == 0x80;
}

/** Writes a Unicode scalar value and gives the address after it. */
export function encode(p: usize, codePoint: u32): usize {
  const more: u32 = codePoint < 0x80 ? 0 : codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
  // As many ones as there are bytes, when there are several.
  const mark: u32 = more == 0 ? 0 : 0xff00 >> (more + 1);
  for (let i: u32 = 0; i <= more; i++) {
    const bits = codePoint >> (6 * (more - i));
    store<u8>(p + i, i == 0 ? mark | bits : 0x80 | (bits & 63));
  }
  return p + more + 1;
}
