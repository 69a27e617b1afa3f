// Names of projects, extras and dependency groups (PEP 503, PEP 685, PEP 735): one normal form, and which names are valid.
//
// Invariant: two names mean the same thing exactly when their ids are equal. A name that is normal already is interned
// where it lies; any other is written to the arena once.

import { allocate, mark, rewind } from "../memory/arena";
import { firstBits, isDigit, isLetter, lower } from "../memory/bytes";
import { intern, texts } from "../memory/intern";

/** Id of the name in lower case, with `-` for each run of `-`, `_` and `.`. Invalid names have one too, as in packaging. */
export function normalizedName(address: usize, size: u32): u32 {
  return isNormal(address, size) ? intern(address, size) : internNormal(address, size);
}

/** Core metadata's `Name`: letters and digits of ASCII, with `.`, `_` and `-` between. */
export function isName(address: usize, size: u32): bool {
  if (size == 0) return false;
  if (!(isAlphanumeric(load<u8>(address)) & isAlphanumeric(load<u8>(address + size - 1)))) return false;
  if (!isDefined(COMPACT_WORDS)) return hasNameBytes(address, size);
  for (let i: u32 = 1; i < size; i++) {
    const c = u32(load<u8>(address + i));
    if (!isAlphanumeric(c) && !isSeparator(c)) return false;
  }
  return true;
}

/** Whether all bytes are letters, digits, `-`, `_` and `.`; sixteen a step. */
function hasNameBytes(address: usize, size: u32): bool {
  for (let i: u32 = 0; i < size; i += 16) {
    const block = v128.load(address + i);
    const digit = i8x16.lt_u(i8x16.sub(block, i8x16.splat(0x30)), i8x16.splat(10));
    const letter = i8x16.lt_u(i8x16.sub(v128.or(block, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(26));
    const mark = v128.or(
      v128.or(i8x16.eq(block, i8x16.splat(0x2d)), i8x16.eq(block, i8x16.splat(0x2e))),
      i8x16.eq(block, i8x16.splat(0x5f)),
    );
    const good = i8x16.bitmask(v128.or(v128.or(digit, letter), mark));
    if ((~good & firstBits(size - i)) != 0) return false;
  }
  return true;
}

export function isAlphanumeric(c: u32): bool {
  return isDigit(c) | isLetter(c);
}

export function isSeparator(c: u32): bool {
  return c == 0x2d || c == 0x5f || c == 0x2e; // - _ .
}

/** Whether `normalizedName` would change nothing. */
function isNormal(address: usize, size: u32): bool {
  if (!isDefined(COMPACT_WORDS)) return isNormalBlocks(address, size);
  let previous: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const c = u32(load<u8>(address + i));
    // A two-byte letter from À to Þ begins with 0xc3: the slow way decides.
    if (c - 0x41 < 26 || c == 0x5f || c == 0x2e || c == 0xc3) return false;
    if (c == 0x2d && previous == 0x2d) return false;
    previous = c;
  }
  return true;
}

/** The same, sixteen bytes a step. */
function isNormalBlocks(address: usize, size: u32): bool {
  let before: i32 = 0; // whether the block before this one ends in a hyphen
  for (let i: u32 = 0; i < size; i += 16) {
    const block = v128.load(address + i);
    const capital = i8x16.lt_u(i8x16.sub(block, i8x16.splat(0x41)), i8x16.splat(26));
    const mark = v128.or(i8x16.eq(block, i8x16.splat(0x5f)), i8x16.eq(block, i8x16.splat(0x2e)));
    const odd = v128.or(v128.or(capital, mark), i8x16.eq(block, i8x16.splat(u8(0xc3))));
    const taken = firstBits(size - i);
    const hyphens = i8x16.bitmask(i8x16.eq(block, i8x16.splat(0x2d))) & taken;
    if ((i8x16.bitmask(odd) & taken) != 0 || (hyphens & ((hyphens << 1) | before)) != 0) return false;
    before = hyphens >> 15;
  }
  return true;
}

function internNormal(address: usize, size: u32): u32 {
  const start = mark();
  const written = allocate(size);
  if (written == 0) return intern(address, 0);
  let length: u32 = 0;
  let previous: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const c = u32(load<u8>(address + i));
    const byte = isSeparator(c) ? 0x2d : previous == 0xc3 ? lowerLatin(c) : lower(c);
    if (byte != 0x2d || length == 0 || load<u8>(written + length - 1) != 0x2d) store<u8>(written + length++, byte);
    previous = c;
  }
  const before = texts.count;
  const id = intern(written, length);
  // Known already: interning allocated nothing, so the copy can go.
  if (texts.count == before) rewind(start);
  return id;
}

/**
 * The second byte of À..Þ in lower case (× has none). Names outside ASCII are invalid but for the file names of wheels,
 * which packaging lets through; its lower-casing of other scripts is not worth Unicode's tables here.
 */
function lowerLatin(c: u32): u32 {
  return c >= 0x80 && c <= 0x9e && c != 0x97 ? c + 0x20 : c;
}
