// BLAKE2b without a key (RFC 7693), with digests of 32 or 64 bytes.
//
// Invariant: takes whole blocks of 128 bytes at any address and changes nothing but the given state: eight words of 64 bits,
// then the count of bytes taken so far. The last block, filled up with zeros, goes to `blake2bLast`, and nothing after it:
// so the caller holds a full block back until it knows that more follows.

/** Section 2.6: SHA-512's initial values. */
const INITIAL: usize = memory.data<u64>([
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
], 16);
/** Section 2.7, rounds 10 and 11 being rounds 0 and 1 again; each round's words in the order in which vectors take them. */
const SIGMA: usize = memory.data<u8>([
  0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15,
  14, 4, 9, 13, 10, 8, 15, 6, 1, 0, 11, 5, 12, 2, 7, 3,
  11, 12, 5, 15, 8, 0, 2, 13, 10, 3, 7, 9, 14, 6, 1, 4,
  7, 3, 13, 11, 9, 1, 12, 14, 2, 5, 4, 15, 6, 10, 0, 8,
  9, 5, 2, 10, 0, 7, 4, 15, 14, 11, 6, 3, 1, 12, 8, 13,
  2, 6, 0, 8, 12, 10, 11, 3, 4, 7, 15, 1, 13, 5, 14, 9,
  12, 1, 14, 4, 5, 15, 13, 10, 0, 6, 9, 8, 7, 3, 2, 11,
  13, 7, 12, 3, 11, 14, 1, 9, 5, 15, 8, 2, 0, 4, 6, 10,
  6, 14, 11, 0, 15, 9, 3, 8, 12, 13, 1, 10, 2, 7, 4, 5,
  10, 8, 7, 1, 2, 4, 6, 5, 15, 9, 3, 13, 11, 14, 12, 0,
  0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15,
  14, 4, 9, 13, 10, 8, 15, 6, 1, 0, 11, 5, 12, 2, 7, 3,
], 16);
/** Where the count stands in a state. */
const COUNT: usize = 64;

/** Section 3.3: the parameters are the digest's size and no key. */
export function startBlake2b(state: usize, digestSize: u32): void {
  memory.copy(state, INITIAL, 64);
  store<u64>(state, load<u64>(state) ^ 0x01010000 ^ u64(digestSize));
  store<u64>(state, 0, COUNT);
}

/** Takes `blocks` blocks, of which none is the last, into a state. */
export function blake2bBlocks(state: usize, address: usize, blocks: u32): void {
  for (let block: u32 = 0; block < blocks; block++) {
    store<u64>(state, load<u64>(state, COUNT) + 128, COUNT);
    compress(state, address, 0);
    address += 128;
  }
}

/** Takes the last block, of which `size` bytes count, into a state. */
export function blake2bLast(state: usize, address: usize, size: u32): void {
  store<u64>(state, load<u64>(state, COUNT) + u64(size), COUNT);
  compress(state, address, -1);
}

/** Section 3.2. The four by four words are rows a, b, c, d of two vectors each; `last` is all ones for the last block. */
function compress(state: usize, address: usize, last: u64): void {
  let a0 = v128.load(state, 0);
  let a1 = v128.load(state, 16);
  let b0 = v128.load(state, 32);
  let b1 = v128.load(state, 48);
  let c0 = v128.load(INITIAL, 0);
  let c1 = v128.load(INITIAL, 16);
  let d0 = v128.xor(v128.load(INITIAL, 32), i64x2.replace_lane(i64x2.splat(0), 0, load<u64>(state, COUNT)));
  let d1 = v128.xor(v128.load(INITIAL, 48), i64x2.replace_lane(i64x2.splat(0), 0, last));
  for (let sigma = SIGMA; sigma < SIGMA + 192; sigma += 16) {
    // Columns.
    a0 = sum3(a0, b0, pair(address, sigma, 0)); a1 = sum3(a1, b1, pair(address, sigma, 2));
    d0 = right32(v128.xor(d0, a0)); d1 = right32(v128.xor(d1, a1));
    c0 = i64x2.add(c0, d0); c1 = i64x2.add(c1, d1);
    b0 = right24(v128.xor(b0, c0)); b1 = right24(v128.xor(b1, c1));
    a0 = sum3(a0, b0, pair(address, sigma, 4)); a1 = sum3(a1, b1, pair(address, sigma, 6));
    d0 = right16(v128.xor(d0, a0)); d1 = right16(v128.xor(d1, a1));
    c0 = i64x2.add(c0, d0); c1 = i64x2.add(c1, d1);
    b0 = right63(v128.xor(b0, c0)); b1 = right63(v128.xor(b1, c1));
    // Diagonals become columns: row b moves by one word, c by two, d by three.
    let t = b0;
    b0 = v128.shuffle<u64>(b0, b1, 1, 2); b1 = v128.shuffle<u64>(b1, t, 1, 2);
    t = c0; c0 = c1; c1 = t;
    t = d0;
    d0 = v128.shuffle<u64>(d1, d0, 1, 2); d1 = v128.shuffle<u64>(t, d1, 1, 2);
    a0 = sum3(a0, b0, pair(address, sigma, 8)); a1 = sum3(a1, b1, pair(address, sigma, 10));
    d0 = right32(v128.xor(d0, a0)); d1 = right32(v128.xor(d1, a1));
    c0 = i64x2.add(c0, d0); c1 = i64x2.add(c1, d1);
    b0 = right24(v128.xor(b0, c0)); b1 = right24(v128.xor(b1, c1));
    a0 = sum3(a0, b0, pair(address, sigma, 12)); a1 = sum3(a1, b1, pair(address, sigma, 14));
    d0 = right16(v128.xor(d0, a0)); d1 = right16(v128.xor(d1, a1));
    c0 = i64x2.add(c0, d0); c1 = i64x2.add(c1, d1);
    b0 = right63(v128.xor(b0, c0)); b1 = right63(v128.xor(b1, c1));
    // And back.
    t = b0;
    b0 = v128.shuffle<u64>(b1, b0, 1, 2); b1 = v128.shuffle<u64>(t, b1, 1, 2);
    t = c0; c0 = c1; c1 = t;
    t = d0;
    d0 = v128.shuffle<u64>(d0, d1, 1, 2); d1 = v128.shuffle<u64>(d1, t, 1, 2);
  }
  v128.store(state, v128.xor(v128.load(state, 0), v128.xor(a0, c0)), 0);
  v128.store(state, v128.xor(v128.load(state, 16), v128.xor(a1, c1)), 16);
  v128.store(state, v128.xor(v128.load(state, 32), v128.xor(b0, d0)), 32);
  v128.store(state, v128.xor(v128.load(state, 48), v128.xor(b1, d1)), 48);
}

/** The two words of the block that the round takes at `at` and `at + 1`. */
@inline
function pair(address: usize, sigma: usize, at: usize): v128 {
  const first = load<u64>(address + (usize(load<u8>(sigma + at)) << 3));
  const second = load<u64>(address + (usize(load<u8>(sigma + at + 1)) << 3));
  return i64x2.replace_lane(i64x2.splat(first), 1, second);
}

@inline
function sum3(a: v128, b: v128, c: v128): v128 {
  return i64x2.add(i64x2.add(a, b), c);
}

@inline
function right32(words: v128): v128 {
  return v128.shuffle<u32>(words, words, 1, 0, 3, 2);
}

@inline
function right24(words: v128): v128 {
  return v128.shuffle<u8>(words, words, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
}

@inline
function right16(words: v128): v128 {
  return v128.shuffle<u8>(words, words, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);
}

@inline
function right63(words: v128): v128 {
  return v128.or(i64x2.shr_u(words, 63), i64x2.add(words, words));
}
