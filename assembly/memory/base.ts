// Digests as text: hexadecimal (RFC 4648, section 8, in lower case), base64 with padding (section 4, as in SRI), and Nix's
// base32 (its own alphabet, the digest's bits taken from the last byte down).
//
// Invariant: each digest has one text in each base, and nothing else is read: a text that another digest or no digest
// would write (stray bits at its end, wrong padding, wrong size) is refused. Hexadecimal may be read in upper case.

import { BASE_64, BASE_HEX, BASE_NIX32 } from "../../src/core/abi";
import { isDigit, lower } from "./bytes";

/** No e, o, t, u. */
const NIX32: usize = memory.data<u8>([
  48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 102, 103, 104, 105, 106, 107, 108, 109, 110, 112, 113, 114,
  115, 118, 119, 120, 121, 122,
]);
const WRONG: u32 = 255;
const PADDING: u32 = 61; // =

/** Characters that `size` bytes take. */
export function encodedSize(base: u32, size: u32): u32 {
  if (base == BASE_HEX) return size << 1;
  if (base == BASE_64) return ((size + 2) / 3) << 2;
  return (size * 8 + 4) / 5;
}

/** Writes the text of `size` bytes; gives the number of characters. */
export function encode(base: u32, from: usize, size: u32, to: usize): u32 {
  if (base == BASE_HEX) encodeHex(from, size, to);
  else if (base == BASE_64) encode64(from, size, to);
  else encodeNix32(from, size, to);
  return encodedSize(base, size);
}

/** Writes the `wanted` bytes that a text stands for; false when it stands for no so many bytes. */
export function decode(base: u32, from: usize, size: u32, to: usize, wanted: u32): bool {
  if (size != encodedSize(base, wanted)) return false;
  if (base == BASE_HEX) return decodeHex(from, to, wanted);
  if (base == BASE_64) return decode64(from, size, to, wanted);
  return base == BASE_NIX32 && decodeNix32(from, size, to, wanted);
}

function encodeHex(from: usize, size: u32, to: usize): void {
  for (let i: u32 = 0; i < size; i++) {
    const byte = u32(load<u8>(from + i));
    store<u8>(to + (i << 1), hexDigit(byte >> 4), 0);
    store<u8>(to + (i << 1), hexDigit(byte & 15), 1);
  }
}

function decodeHex(from: usize, to: usize, wanted: u32): bool {
  for (let i: u32 = 0; i < wanted; i++) {
    const high = hexValue(load<u8>(from + (i << 1), 0));
    const low = hexValue(load<u8>(from + (i << 1), 1));
    if ((high | low) > 15) return false;
    store<u8>(to + i, (high << 4) | low);
  }
  return true;
}

@inline
function hexDigit(value: u32): u32 {
  return value < 10 ? 48 + value : 87 + value;
}

@inline
function hexValue(c: u32): u32 {
  if (isDigit(c)) return c - 48;
  const letter = lower(c) - 97;
  return letter < 6 ? letter + 10 : WRONG;
}

function encode64(from: usize, size: u32, to: usize): void {
  for (let i: u32 = 0; i < size; i += 3) {
    const left = size - i;
    const group =
      (u32(load<u8>(from + i)) << 16) |
      (left > 1 ? u32(load<u8>(from + i + 1)) << 8 : 0) |
      (left > 2 ? u32(load<u8>(from + i + 2)) : 0);
    store<u8>(to, digit64(group >> 18), 0);
    store<u8>(to, digit64((group >> 12) & 63), 1);
    store<u8>(to, left > 1 ? digit64((group >> 6) & 63) : PADDING, 2);
    store<u8>(to, left > 2 ? digit64(group & 63) : PADDING, 3);
    to += 4;
  }
}

function decode64(from: usize, size: u32, to: usize, wanted: u32): bool {
  const digits = (wanted * 8 + 5) / 6;
  for (let i = digits; i < size; i++) if (load<u8>(from + i) != PADDING) return false;
  let bits: u32 = 0;
  let count: u32 = 0;
  let written: u32 = 0;
  for (let i: u32 = 0; i < digits; i++) {
    const value = value64(load<u8>(from + i));
    if (value > 63) return false;
    bits = (bits << 6) | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    store<u8>(to + written, bits >> count);
    written++;
    bits &= (1 << count) - 1;
  }
  return bits == 0;
}

@inline
function digit64(value: u32): u32 {
  if (value < 26) return 65 + value;
  if (value < 52) return 71 + value;
  if (value < 62) return value - 4;
  return value == 62 ? 43 : 47; // + /
}

@inline
function value64(c: u32): u32 {
  if (c - 65 < 26) return c - 65;
  if (c - 97 < 26) return c - 71;
  if (isDigit(c)) return c + 4;
  return c == 43 ? 62 : c == 47 ? 63 : WRONG;
}

/** Digit n, counted from the text's end, is bits 5n to 5n + 4 of the digest taken as a little-endian number. */
function encodeNix32(from: usize, size: u32, to: usize): void {
  const digits = encodedSize(BASE_NIX32, size);
  for (let n: u32 = 0; n < digits; n++) {
    const byte = (n * 5) >> 3;
    const above = byte + 1 < size ? u32(load<u8>(from + byte + 1)) << 8 : 0;
    const value = ((u32(load<u8>(from + byte)) | above) >> ((n * 5) & 7)) & 31;
    store<u8>(to + (digits - 1 - n), load<u8>(NIX32 + value));
  }
}

function decodeNix32(from: usize, size: u32, to: usize, wanted: u32): bool {
  memory.fill(to, 0, wanted);
  for (let n: u32 = 0; n < size; n++) {
    const value = nix32Value(load<u8>(from + (size - 1 - n)));
    if (value > 31) return false;
    const byte = (n * 5) >> 3;
    const bits = value << ((n * 5) & 7);
    store<u8>(to + byte, u32(load<u8>(to + byte)) | (bits & 255));
    if (bits > 255) {
      if (byte + 1 >= wanted) return false;
      store<u8>(to + byte + 1, bits >> 8);
    }
  }
  return true;
}

function nix32Value(c: u32): u32 {
  for (let value: u32 = 0; value < 32; value++) if (load<u8>(NIX32 + value) == c) return value;
  return WRONG;
}
