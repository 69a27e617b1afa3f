// Words and vectors of four words, as the hashes use them: short names for what is written hundreds of times.

@inline
export function ror(word: u32, bits: u32): u32 {
  return rotr<u32>(word, bits);
}

@inline
export function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

@inline
export function xor(a: v128, b: v128): v128 {
  return v128.xor(a, b);
}

@inline
export function and(a: v128, b: v128): v128 {
  return v128.and(a, b);
}

@inline
export function shift(words: v128, bits: i32): v128 {
  return i32x4.shr_u(words, bits);
}

@inline
export function rotate(words: v128, bits: i32): v128 {
  return v128.or(i32x4.shr_u(words, bits), i32x4.shl(words, 32 - bits));
}

/** Four words from bytes in network order. */
@inline
export function bigEndian32(words: v128): v128 {
  return v128.shuffle<u8>(words, words, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}
