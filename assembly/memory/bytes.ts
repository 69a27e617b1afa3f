// Bytes: classes of ASCII characters, comparison, numbers in decimal. Texts are (address, size); no strings are made.
//
// Invariant: nothing here reads beyond address + size, except in blocks of 16 bytes: bytes
// follow every input (INPUT_PADDING) and every allocation (arena.ts).

import { NONE } from "../../src/core/abi";

@inline
export function isDigit(c: u32): bool {
  return c - 0x30 < 10;
}

/** a-z and A-Z. */
@inline
export function isLetter(c: u32): bool {
  return (c | 0x20) - 0x61 < 26;
}

export function lower(c: u32): u32 {
  return c - 0x41 < 26 ? c | 0x20 : c;
}

// Words are literals of ASCII in static data: nothing is allocated for them. asc keeps a string as UTF-16 behind a header
// of 20 bytes; where COMPACT_WORDS is defined, the build has made each a counted text of single bytes instead
// (scripts/compact-words.mjs). Only the next two functions know.

/** Number of bytes of a word. */
export function wordSize(word: string): u32 {
  return isDefined(COMPACT_WORDS) ? load<u8>(changetype<usize>(word)) : load<u32>(changetype<usize>(word) - 4) >> 1;
}

/** Byte `i` of a word. */
export function wordByte(word: string, i: u32): u32 {
  return isDefined(COMPACT_WORDS)
    ? load<u8>(changetype<usize>(word) + i, 1)
    : load<u16>(changetype<usize>(word) + (usize(i) << 1));
}

/** Whether the text is `word`. */
export function is(address: usize, size: u32, word: string): bool {
  if (size != wordSize(word)) return false;
  return startsWith(address, size, word);
}

/** Whether the text begins with `word`. */
export function startsWith(address: usize, size: u32, word: string): bool {
  const length = wordSize(word);
  if (size < length) return false;
  if (isDefined(COMPACT_WORDS)) {
    for (let i: u32 = 0; i < length; i++) if (u32(load<u8>(address + i)) != wordByte(word, i)) return false;
    return true;
  }
  // Eight characters of the word against eight bytes made as wide.
  for (let i: u32 = 0; i < length; i += 8) {
    const left = length - i;
    const wanted: u32 = left < 8 ? (1 << left) - 1 : 0xff;
    const block = v128.load(changetype<usize>(word) + (usize(i) << 1));
    if ((i16x8.bitmask(i16x8.eq(v128.load_ext<u8>(address + i), block)) & wanted) != wanted) return false;
  }
  return true;
}

export function endsWith(address: usize, size: u32, word: string): bool {
  const length = wordSize(word);
  return size >= length && startsWith(address + (size - length), length, word);
}

/** Index of the text among the words of a list, which single blanks divide; NONE when it is none of them. */
export function indexIn(address: usize, size: u32, words: string): u32 {
  const length = wordSize(words);
  let index: u32 = 0;
  let from: u32 = 0;
  for (let to: u32 = 0; to <= length; to++) {
    if (to < length && wordByte(words, to) != 0x20) continue;
    let i: u32 = to - from == size ? 0 : U32.MAX_VALUE;
    while (i < size && u32(load<u8>(address + i)) == wordByte(words, from + i)) i++;
    if (i == size) return index;
    from = to + 1;
    index++;
  }
  return NONE;
}

/** Whether `size` bytes are the same at both addresses. Eight a step: the library's comparison takes one where these differ modulo 8. */
export function equal(a: usize, b: usize, size: u32): bool {
  if (isDefined(COMPACT_WORDS)) return memory.compare(a, b, size) == 0;
  for (; size >= 8; size -= 8, a += 8, b += 8) if (load<u64>(a) != load<u64>(b)) return false;
  return size == 0 || (load<u64>(a) ^ load<u64>(b)) << (64 - (u64(size) << 3)) == 0;
}

/** Order of two texts by their bytes, a shorter prefix first: -1, 0 or 1. */
export function compare(a: usize, aSize: u32, b: usize, bSize: u32): i32 {
  const order = memory.compare(a, b, aSize < bSize ? aSize : bSize);
  if (order != 0) return order < 0 ? -1 : 1;
  return aSize == bSize ? 0 : aSize < bSize ? -1 : 1;
}

/**
 * A block of sixteen times the byte `c`, which `word` holds. A constant block takes 18 bytes of code: a small module loads it.
 */
@inline
export function every(c: u8, word: string): v128 {
  return isDefined(COMPACT_WORDS) ? v128.load8_splat(changetype<usize>(word), 1) : i8x16.splat(c);
}

/** Offset of the first `c` at or after `from`, or `size` when there is none; sixteen bytes a step. */
export function indexOf(address: usize, size: u32, c: u32, from: u32 = 0): u32 {
  const end = address + size;
  const wanted = i8x16.splat(u8(c));
  for (let p = address + from; p < end; p += 16) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(p), wanted)) & firstBits(end - p);
    if (bits != 0) return u32(p - address) + ctz(bits);
  }
  return size;
}

/** Whether all bytes are hexadecimal digits. Sixteen a step: locks are hashes for the most part. */
export function isHex(address: usize, size: u32): bool {
  const end = address + size;
  for (let p = address; p < end; p += 16) {
    const block = v128.load(p);
    const digit = i8x16.lt_u(i8x16.sub(block, every(0x30, "0")), every(10, "\n"));
    const letter = i8x16.lt_u(i8x16.sub(v128.or(block, every(0x20, " ")), every(0x61, "a")), every(6, "\x06"));
    if ((~i8x16.bitmask(v128.or(digit, letter)) & firstBits(end - p)) != 0) return false;
  }
  return true;
}

/** Whether no byte is a control character, a slash or a backslash. */
export function isComponent(address: usize, size: u32): bool {
  const end = address + size;
  for (let p = address; p < end; p += 16) {
    const block = v128.load(p);
    const slash = v128.or(i8x16.eq(block, every(0x2f, "/")), i8x16.eq(block, every(0x5c, "\\")));
    if ((i8x16.bitmask(v128.or(slash, i8x16.lt_u(block, every(0x20, " ")))) & firstBits(end - p)) != 0) return false;
  }
  return true;
}

/** Address of the first control character (U+0000 to U+001F, U+007F), 0 when there is none. */
export function firstControl(address: usize, size: u32): usize {
  const end = address + size;
  for (let p = address; p < end; p += 16) {
    const block = v128.load(p);
    const control = v128.or(i8x16.lt_u(block, every(0x20, " ")), i8x16.eq(block, every(0x7f, "\x7f")));
    const bits = i8x16.bitmask(control) & firstBits(end - p);
    if (bits != 0) return p + ctz(bits);
  }
  return 0;
}

/** A mask of the bytes of a block that belong to a text with this much left. */
@inline
export function firstBits(left: usize): i32 {
  return left >= 16 ? 0xffff : i32(((<u32>1) << u32(left)) - 1);
}

/** A short decimal number; U32.MAX_VALUE when the text is empty, has another character, or exceeds nine digits. */
export function decimal(address: usize, size: u32): u32 {
  if (size == 0 || size > 9) return U32.MAX_VALUE;
  let value: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const digit = u32(load<u8>(address + i)) - 0x30;
    if (digit > 9) return U32.MAX_VALUE;
    value = value * 10 + digit;
  }
  return value;
}

/** Writes a word of ASCII and gives the address after it. */
export function writeAscii(out: usize, word: string): usize {
  const length = wordSize(word);
  for (let i: u32 = 0; i < length; i++) store<u8>(out + i, wordByte(word, i));
  return out + length;
}

/** Writes a number in decimal and gives the address after it. */
export function writeNumber(out: usize, value: u32): usize {
  let digits = 1;
  for (let rest = value; rest > 9; rest /= 10) digits++;
  for (let i = digits - 1; i >= 0; i--, value /= 10) store<u8>(out + i, 0x30 + u8(value % 10));
  return out + digits;
}

/** Value of a hexadecimal digit, above 15 for another character. */
export function hexDigit(c: u32): u32 {
  if (c - 0x30 < 10) return c - 0x30;
  const letter = (c | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 16;
}
