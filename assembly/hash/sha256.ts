// SHA-256 (FIPS 180-4, sections 4.1.2, 5.3.3 and 6.2): one stream, and four streams side by side in the lanes of vectors.
//
// Invariant: both kernels take whole blocks of 64 bytes at any address and change nothing but the given states: eight
// words each. Padding is the caller's (context.ts).
//
// Rounds are written out for sixteen at a time and looped four times. Written out whole, the code leaves the 32 KB of an
// instruction cache and takes half as long again; two vectors of four lanes spill the registers.

import { add, and, bigEndian32, ror, rotate, shift, xor } from "./vector";

export const SHA256_BLOCK: u32 = 64;
export const SHA256_SIZE: u32 = 32;

/** Section 4.2.2. */
const CONSTANTS: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
], 16);
/** Section 5.3.3. */
const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
], 16);

export function startSha256(state: usize): void {
  memory.copy(state, INITIAL, 32);
}

// --- One stream: the message schedule in vectors, the rounds in scalars ------------------------------------------------

/** W[t] + K[t] of the sixteen rounds at hand. */
const SUMS: usize = memory.data(64, 16);

/** Takes `blocks` blocks into a state. */
export function sha256Blocks(state: usize, address: usize, blocks: u32): void {
  let a = load<u32>(state, 0);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let block: u32 = 0; block < blocks; block++) {
    let w0 = bigEndian32(v128.load(address, 0));
    let w1 = bigEndian32(v128.load(address, 16));
    let w2 = bigEndian32(v128.load(address, 32));
    let w3 = bigEndian32(v128.load(address, 48));
    v128.store(SUMS, add(w0, v128.load(CONSTANTS, 0)), 0);
    v128.store(SUMS, add(w1, v128.load(CONSTANTS, 16)), 16);
    v128.store(SUMS, add(w2, v128.load(CONSTANTS, 32)), 32);
    v128.store(SUMS, add(w3, v128.load(CONSTANTS, 48)), 48);
    let x: u32 = 0;
    let y = b ^ c;
    let t: u32 = 0;
    let constants = CONSTANTS + 64;
    // Three times: four rounds on the sums at hand, beside which the next four words are made for their place.
    for (let sixteen = 0; sixteen < 3; sixteen++) {
      w0 = nextWords(w0, w1, w2, w3);
      t = early(h, e, f, g, load<u32>(SUMS, 0)); d += t; x = a ^ b; h = late(t, a, b, x, y);
      t = early(g, d, e, f, load<u32>(SUMS, 4)); c += t; y = h ^ a; g = late(t, h, a, y, x);
      t = early(f, c, d, e, load<u32>(SUMS, 8)); b += t; x = g ^ h; f = late(t, g, h, x, y);
      t = early(e, b, c, d, load<u32>(SUMS, 12)); a += t; y = f ^ g; e = late(t, f, g, y, x);
      v128.store(SUMS, add(w0, v128.load(constants, 0)), 0);
      w1 = nextWords(w1, w2, w3, w0);
      t = early(d, a, b, c, load<u32>(SUMS, 16)); h += t; x = e ^ f; d = late(t, e, f, x, y);
      t = early(c, h, a, b, load<u32>(SUMS, 20)); g += t; y = d ^ e; c = late(t, d, e, y, x);
      t = early(b, g, h, a, load<u32>(SUMS, 24)); f += t; x = c ^ d; b = late(t, c, d, x, y);
      t = early(a, f, g, h, load<u32>(SUMS, 28)); e += t; y = b ^ c; a = late(t, b, c, y, x);
      v128.store(SUMS, add(w1, v128.load(constants, 16)), 16);
      w2 = nextWords(w2, w3, w0, w1);
      t = early(h, e, f, g, load<u32>(SUMS, 32)); d += t; x = a ^ b; h = late(t, a, b, x, y);
      t = early(g, d, e, f, load<u32>(SUMS, 36)); c += t; y = h ^ a; g = late(t, h, a, y, x);
      t = early(f, c, d, e, load<u32>(SUMS, 40)); b += t; x = g ^ h; f = late(t, g, h, x, y);
      t = early(e, b, c, d, load<u32>(SUMS, 44)); a += t; y = f ^ g; e = late(t, f, g, y, x);
      v128.store(SUMS, add(w2, v128.load(constants, 32)), 32);
      w3 = nextWords(w3, w0, w1, w2);
      t = early(d, a, b, c, load<u32>(SUMS, 48)); h += t; x = e ^ f; d = late(t, e, f, x, y);
      t = early(c, h, a, b, load<u32>(SUMS, 52)); g += t; y = d ^ e; c = late(t, d, e, y, x);
      t = early(b, g, h, a, load<u32>(SUMS, 56)); f += t; x = c ^ d; b = late(t, c, d, x, y);
      t = early(a, f, g, h, load<u32>(SUMS, 60)); e += t; y = b ^ c; a = late(t, b, c, y, x);
      v128.store(SUMS, add(w3, v128.load(constants, 48)), 48);
      constants += 64;
    }
    t = early(h, e, f, g, load<u32>(SUMS, 0)); d += t; x = a ^ b; h = late(t, a, b, x, y);
    t = early(g, d, e, f, load<u32>(SUMS, 4)); c += t; y = h ^ a; g = late(t, h, a, y, x);
    t = early(f, c, d, e, load<u32>(SUMS, 8)); b += t; x = g ^ h; f = late(t, g, h, x, y);
    t = early(e, b, c, d, load<u32>(SUMS, 12)); a += t; y = f ^ g; e = late(t, f, g, y, x);
    t = early(d, a, b, c, load<u32>(SUMS, 16)); h += t; x = e ^ f; d = late(t, e, f, x, y);
    t = early(c, h, a, b, load<u32>(SUMS, 20)); g += t; y = d ^ e; c = late(t, d, e, y, x);
    t = early(b, g, h, a, load<u32>(SUMS, 24)); f += t; x = c ^ d; b = late(t, c, d, x, y);
    t = early(a, f, g, h, load<u32>(SUMS, 28)); e += t; y = b ^ c; a = late(t, b, c, y, x);
    t = early(h, e, f, g, load<u32>(SUMS, 32)); d += t; x = a ^ b; h = late(t, a, b, x, y);
    t = early(g, d, e, f, load<u32>(SUMS, 36)); c += t; y = h ^ a; g = late(t, h, a, y, x);
    t = early(f, c, d, e, load<u32>(SUMS, 40)); b += t; x = g ^ h; f = late(t, g, h, x, y);
    t = early(e, b, c, d, load<u32>(SUMS, 44)); a += t; y = f ^ g; e = late(t, f, g, y, x);
    t = early(d, a, b, c, load<u32>(SUMS, 48)); h += t; x = e ^ f; d = late(t, e, f, x, y);
    t = early(c, h, a, b, load<u32>(SUMS, 52)); g += t; y = d ^ e; c = late(t, d, e, y, x);
    t = early(b, g, h, a, load<u32>(SUMS, 56)); f += t; x = c ^ d; b = late(t, c, d, x, y);
    t = early(a, f, g, h, load<u32>(SUMS, 60)); e += t; y = b ^ c; a = late(t, b, c, y, x);
    a += load<u32>(state, 0); store<u32>(state, a, 0);
    b += load<u32>(state, 4); store<u32>(state, b, 4);
    c += load<u32>(state, 8); store<u32>(state, c, 8);
    d += load<u32>(state, 12); store<u32>(state, d, 12);
    e += load<u32>(state, 16); store<u32>(state, e, 16);
    f += load<u32>(state, 20); store<u32>(state, f, 20);
    g += load<u32>(state, 24); store<u32>(state, g, 24);
    h += load<u32>(state, 28); store<u32>(state, h, 28);
    address += 64;
  }
}

/** T1 of section 6.2.2: what is added to d. `sum` is W + K. */
@inline
function early(h: u32, e: u32, f: u32, g: u32, sum: u32): u32 {
  return h + sum + (((f ^ g) & e) ^ g) + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25));
}

/**
 * T1 + T2: the new a. `x` is a ^ b and `y` b ^ c, the `x` of the round before. Σ0 is written as rotations of one another:
 * two copies of a register less; the same for Σ1, on which the next round waits, is slower.
 */
@inline
function late(t: u32, a: u32, b: u32, x: u32, y: u32): u32 {
  return t + ((x & y) ^ b) + ror(ror(ror(a, 9) ^ a, 11) ^ a, 2);
}

/** W[t..t+3] from the sixteen words before; the last two need the first two. */
@inline
function nextWords(w0: v128, w1: v128, w2: v128, w3: v128): v128 {
  const sum = add(add(w0, v128.shuffle<u32>(w2, w3, 1, 2, 3, 4)), sigma0(v128.shuffle<u32>(w0, w1, 1, 2, 3, 4)));
  const zero = i32x4.splat(0);
  const first = add(sum, v128.shuffle<u32>(sigma1Doubled(v128.shuffle<u32>(w3, w3, 2, 2, 3, 3)), zero, 0, 2, 4, 4));
  return add(first, v128.shuffle<u32>(sigma1Doubled(v128.shuffle<u32>(first, first, 0, 0, 1, 1)), zero, 4, 4, 0, 2));
}

@inline
function sigma0(w: v128): v128 {
  return xor(xor(rotate(w, 7), rotate(w, 18)), shift(w, 3));
}

@inline
function sigma1(w: v128): v128 {
  return xor(xor(rotate(w, 17), rotate(w, 19)), shift(w, 10));
}

/** sigma1 of two words that stand twice each: a shift of 64 bits rotates the pair's lower word. */
@inline
function sigma1Doubled(w: v128): v128 {
  return xor(xor(i64x2.shr_u(w, 17), i64x2.shr_u(w, 19)), shift(w, 10));
}

// --- Four streams: lane l of every vector belongs to stream l ----------------------------------------------------------

/** The last sixteen words of the schedule: W[t] at 16 * (t % 16). */
const RING: usize = memory.data(256, 16);
/** K[t] in all lanes, made on first use: one operand in memory instead of a load and a splat. */
const SPLATS: usize = memory.data(1024, 16);
/** The four states, turned: word i of all four at 16 * i. */
const LANES: usize = memory.data(128, 16);

/** Takes `blocks` blocks into each of four states, which may be the same only where their result is not wanted. */
export function sha256FourBlocks(s0: usize, s1: usize, s2: usize, s3: usize, p0: usize, p1: usize, p2: usize, p3: usize, blocks: u32): void {
  if (load<u32>(SPLATS) == 0) splatConstants();
  turn(s0, 0);
  turn(s1, 4);
  turn(s2, 8);
  turn(s3, 12);
  fourLanes(p0, p1, p2, p3, blocks);
  turnBack(s0, 0);
  turnBack(s1, 4);
  turnBack(s2, 8);
  turnBack(s3, 12);
}

function splatConstants(): void {
  for (let i: usize = 0; i < 64; i++) v128.store(SPLATS + (i << 4), i32x4.splat(load<u32>(CONSTANTS + (i << 2))));
}

function turn(state: usize, lane: usize): void {
  for (let i: usize = 0; i < 8; i++) store<u32>(LANES + (i << 4) + lane, load<u32>(state + (i << 2)));
}

function turnBack(state: usize, lane: usize): void {
  for (let i: usize = 0; i < 8; i++) store<u32>(state + (i << 2), load<u32>(LANES + (i << 4) + lane));
}

function fourLanes(p0: usize, p1: usize, p2: usize, p3: usize, blocks: u32): void {
  let a = v128.load(LANES, 0);
  let b = v128.load(LANES, 16);
  let c = v128.load(LANES, 32);
  let d = v128.load(LANES, 48);
  let e = v128.load(LANES, 64);
  let f = v128.load(LANES, 80);
  let g = v128.load(LANES, 96);
  let h = v128.load(LANES, 112);
  for (let block: u32 = 0; block < blocks; block++) {
    gather(p0, p1, p2, p3, RING);
    gather(p0 + 16, p1 + 16, p2 + 16, p3 + 16, RING + 64);
    gather(p0 + 32, p1 + 32, p2 + 32, p3 + 32, RING + 128);
    gather(p0 + 48, p1 + 48, p2 + 48, p3 + 48, RING + 192);
    let x = i32x4.splat(0);
    let y = xor(b, c);
    let s = x;
    // Σ1 is added last: it takes longest, and nothing else needs to wait for it.
    h = before(h, e, f, g, v128.load(RING, 0), v128.load(SPLATS, 0)); d = add(d, h); s = upper1(e); d = add(d, s); x = xor(a, b); h = after(h, s, a, b, x, y);
    g = before(g, d, e, f, v128.load(RING, 16), v128.load(SPLATS, 16)); c = add(c, g); s = upper1(d); c = add(c, s); y = xor(h, a); g = after(g, s, h, a, y, x);
    f = before(f, c, d, e, v128.load(RING, 32), v128.load(SPLATS, 32)); b = add(b, f); s = upper1(c); b = add(b, s); x = xor(g, h); f = after(f, s, g, h, x, y);
    e = before(e, b, c, d, v128.load(RING, 48), v128.load(SPLATS, 48)); a = add(a, e); s = upper1(b); a = add(a, s); y = xor(f, g); e = after(e, s, f, g, y, x);
    d = before(d, a, b, c, v128.load(RING, 64), v128.load(SPLATS, 64)); h = add(h, d); s = upper1(a); h = add(h, s); x = xor(e, f); d = after(d, s, e, f, x, y);
    c = before(c, h, a, b, v128.load(RING, 80), v128.load(SPLATS, 80)); g = add(g, c); s = upper1(h); g = add(g, s); y = xor(d, e); c = after(c, s, d, e, y, x);
    b = before(b, g, h, a, v128.load(RING, 96), v128.load(SPLATS, 96)); f = add(f, b); s = upper1(g); f = add(f, s); x = xor(c, d); b = after(b, s, c, d, x, y);
    a = before(a, f, g, h, v128.load(RING, 112), v128.load(SPLATS, 112)); e = add(e, a); s = upper1(f); e = add(e, s); y = xor(b, c); a = after(a, s, b, c, y, x);
    h = before(h, e, f, g, v128.load(RING, 128), v128.load(SPLATS, 128)); d = add(d, h); s = upper1(e); d = add(d, s); x = xor(a, b); h = after(h, s, a, b, x, y);
    g = before(g, d, e, f, v128.load(RING, 144), v128.load(SPLATS, 144)); c = add(c, g); s = upper1(d); c = add(c, s); y = xor(h, a); g = after(g, s, h, a, y, x);
    f = before(f, c, d, e, v128.load(RING, 160), v128.load(SPLATS, 160)); b = add(b, f); s = upper1(c); b = add(b, s); x = xor(g, h); f = after(f, s, g, h, x, y);
    e = before(e, b, c, d, v128.load(RING, 176), v128.load(SPLATS, 176)); a = add(a, e); s = upper1(b); a = add(a, s); y = xor(f, g); e = after(e, s, f, g, y, x);
    d = before(d, a, b, c, v128.load(RING, 192), v128.load(SPLATS, 192)); h = add(h, d); s = upper1(a); h = add(h, s); x = xor(e, f); d = after(d, s, e, f, x, y);
    c = before(c, h, a, b, v128.load(RING, 208), v128.load(SPLATS, 208)); g = add(g, c); s = upper1(h); g = add(g, s); y = xor(d, e); c = after(c, s, d, e, y, x);
    b = before(b, g, h, a, v128.load(RING, 224), v128.load(SPLATS, 224)); f = add(f, b); s = upper1(g); f = add(f, s); x = xor(c, d); b = after(b, s, c, d, x, y);
    a = before(a, f, g, h, v128.load(RING, 240), v128.load(SPLATS, 240)); e = add(e, a); s = upper1(f); e = add(e, s); y = xor(b, c); a = after(a, s, b, c, y, x);
    for (let constants = SPLATS + 256; constants < SPLATS + 1024; constants += 256) {
      h = before(h, e, f, g, nextWord(0, 16, 144, 224), v128.load(constants, 0)); d = add(d, h); s = upper1(e); d = add(d, s); x = xor(a, b); h = after(h, s, a, b, x, y);
      g = before(g, d, e, f, nextWord(16, 32, 160, 240), v128.load(constants, 16)); c = add(c, g); s = upper1(d); c = add(c, s); y = xor(h, a); g = after(g, s, h, a, y, x);
      f = before(f, c, d, e, nextWord(32, 48, 176, 0), v128.load(constants, 32)); b = add(b, f); s = upper1(c); b = add(b, s); x = xor(g, h); f = after(f, s, g, h, x, y);
      e = before(e, b, c, d, nextWord(48, 64, 192, 16), v128.load(constants, 48)); a = add(a, e); s = upper1(b); a = add(a, s); y = xor(f, g); e = after(e, s, f, g, y, x);
      d = before(d, a, b, c, nextWord(64, 80, 208, 32), v128.load(constants, 64)); h = add(h, d); s = upper1(a); h = add(h, s); x = xor(e, f); d = after(d, s, e, f, x, y);
      c = before(c, h, a, b, nextWord(80, 96, 224, 48), v128.load(constants, 80)); g = add(g, c); s = upper1(h); g = add(g, s); y = xor(d, e); c = after(c, s, d, e, y, x);
      b = before(b, g, h, a, nextWord(96, 112, 240, 64), v128.load(constants, 96)); f = add(f, b); s = upper1(g); f = add(f, s); x = xor(c, d); b = after(b, s, c, d, x, y);
      a = before(a, f, g, h, nextWord(112, 128, 0, 80), v128.load(constants, 112)); e = add(e, a); s = upper1(f); e = add(e, s); y = xor(b, c); a = after(a, s, b, c, y, x);
      h = before(h, e, f, g, nextWord(128, 144, 16, 96), v128.load(constants, 128)); d = add(d, h); s = upper1(e); d = add(d, s); x = xor(a, b); h = after(h, s, a, b, x, y);
      g = before(g, d, e, f, nextWord(144, 160, 32, 112), v128.load(constants, 144)); c = add(c, g); s = upper1(d); c = add(c, s); y = xor(h, a); g = after(g, s, h, a, y, x);
      f = before(f, c, d, e, nextWord(160, 176, 48, 128), v128.load(constants, 160)); b = add(b, f); s = upper1(c); b = add(b, s); x = xor(g, h); f = after(f, s, g, h, x, y);
      e = before(e, b, c, d, nextWord(176, 192, 64, 144), v128.load(constants, 176)); a = add(a, e); s = upper1(b); a = add(a, s); y = xor(f, g); e = after(e, s, f, g, y, x);
      d = before(d, a, b, c, nextWord(192, 208, 80, 160), v128.load(constants, 192)); h = add(h, d); s = upper1(a); h = add(h, s); x = xor(e, f); d = after(d, s, e, f, x, y);
      c = before(c, h, a, b, nextWord(208, 224, 96, 176), v128.load(constants, 208)); g = add(g, c); s = upper1(h); g = add(g, s); y = xor(d, e); c = after(c, s, d, e, y, x);
      b = before(b, g, h, a, nextWord(224, 240, 112, 192), v128.load(constants, 224)); f = add(f, b); s = upper1(g); f = add(f, s); x = xor(c, d); b = after(b, s, c, d, x, y);
      a = before(a, f, g, h, nextWord(240, 0, 128, 208), v128.load(constants, 240)); e = add(e, a); s = upper1(f); e = add(e, s); y = xor(b, c); a = after(a, s, b, c, y, x);
    }
    a = add(a, v128.load(LANES, 0)); v128.store(LANES, a, 0);
    b = add(b, v128.load(LANES, 16)); v128.store(LANES, b, 16);
    c = add(c, v128.load(LANES, 32)); v128.store(LANES, c, 32);
    d = add(d, v128.load(LANES, 48)); v128.store(LANES, d, 48);
    e = add(e, v128.load(LANES, 64)); v128.store(LANES, e, 64);
    f = add(f, v128.load(LANES, 80)); v128.store(LANES, f, 80);
    g = add(g, v128.load(LANES, 96)); v128.store(LANES, g, 96);
    h = add(h, v128.load(LANES, 112)); v128.store(LANES, h, 112);
    p0 += 64;
    p1 += 64;
    p2 += 64;
    p3 += 64;
  }
}

/** h + K + W + Ch(e, f, g). Two xors and an and: one instruction less than bitselect where the machine has no such thing. */
@inline
function before(h: v128, e: v128, f: v128, g: v128, word: v128, constant: v128): v128 {
  return add(add(h, add(word, constant)), xor(and(xor(f, g), e), g));
}

/** The new a: + Σ1(e) + Maj(a, b, c) + Σ0(a). `x` is a ^ b and `y` b ^ c, the `x` of the round before. */
@inline
function after(h: v128, s: v128, a: v128, b: v128, x: v128, y: v128): v128 {
  return add(add(add(h, s), xor(and(x, y), b)), xor(xor(rotate(a, 2), rotate(a, 13)), rotate(a, 22)));
}

@inline
function upper1(e: v128): v128 {
  return xor(xor(rotate(e, 6), rotate(e, 11)), rotate(e, 25));
}

/** W[t] in the place of W[t-16]; the arguments are the places of that, W[t-15], W[t-7] and W[t-2]. */
@inline
function nextWord(at: usize, after1: usize, after9: usize, after14: usize): v128 {
  const sum = add(add(v128.load(RING + at), v128.load(RING + after9)), sigma0(v128.load(RING + after1)));
  const word = add(sum, sigma1(v128.load(RING + after14)));
  v128.store(RING + at, word);
  return word;
}

/** Four words of each stream become four vectors of one word from each. */
@inline
function gather(p0: usize, p1: usize, p2: usize, p3: usize, to: usize): void {
  const r0 = v128.load(p0);
  const r1 = v128.load(p1);
  const r2 = v128.load(p2);
  const r3 = v128.load(p3);
  const low01 = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, bigEndian32(v128.shuffle<u64>(low01, low23, 0, 2)), 0);
  v128.store(to, bigEndian32(v128.shuffle<u64>(low01, low23, 1, 3)), 16);
  v128.store(to, bigEndian32(v128.shuffle<u64>(high01, high23, 0, 2)), 32);
  v128.store(to, bigEndian32(v128.shuffle<u64>(high01, high23, 1, 3)), 48);
}
