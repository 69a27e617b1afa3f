// SHA-512 and SHA-384 (FIPS 180-4, sections 4.1.3, 5.3.4, 5.3.5 and 6.4).
//
// Invariant: takes whole blocks of 128 bytes at any address and changes nothing but the given state: eight words of 64 bits.

/** Section 4.2.3. */
const CONSTANTS: usize = memory.data<u64>([
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
  0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
  0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
  0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
  0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
  0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
  0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
  0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
  0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
  0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
  0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
  0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
], 16);
/** Section 5.3.5. */
const INITIAL_512: usize = memory.data<u64>([
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
], 16);
/** Section 5.3.4. */
const INITIAL_384: usize = memory.data<u64>([
  0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
  0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
], 16);
/** The last sixteen words of the schedule: W[t] at 8 * (t % 16). */
const RING: usize = memory.data(128, 16);

export function startSha512(state: usize): void {
  memory.copy(state, INITIAL_512, 64);
}

export function startSha384(state: usize): void {
  memory.copy(state, INITIAL_384, 64);
}

/** Takes `blocks` blocks into a state. */
export function sha512Blocks(state: usize, address: usize, blocks: u32): void {
  let a = load<u64>(state, 0);
  let b = load<u64>(state, 8);
  let c = load<u64>(state, 16);
  let d = load<u64>(state, 24);
  let e = load<u64>(state, 32);
  let f = load<u64>(state, 40);
  let g = load<u64>(state, 48);
  let h = load<u64>(state, 56);
  for (let block: u32 = 0; block < blocks; block++) {
    let t: u64 = 0;
    // Eight rounds at a time, so that the names come round to where they were.
    for (let round: usize = 0; round < 80; round += 8) {
      const constants = CONSTANTS + (round << 3);
      t = early(h, e, f, g, word(address, round) + load<u64>(constants, 0)); d += t; h = late(t, a, b, c);
      t = early(g, d, e, f, word(address, round + 1) + load<u64>(constants, 8)); c += t; g = late(t, h, a, b);
      t = early(f, c, d, e, word(address, round + 2) + load<u64>(constants, 16)); b += t; f = late(t, g, h, a);
      t = early(e, b, c, d, word(address, round + 3) + load<u64>(constants, 24)); a += t; e = late(t, f, g, h);
      t = early(d, a, b, c, word(address, round + 4) + load<u64>(constants, 32)); h += t; d = late(t, e, f, g);
      t = early(c, h, a, b, word(address, round + 5) + load<u64>(constants, 40)); g += t; c = late(t, d, e, f);
      t = early(b, g, h, a, word(address, round + 6) + load<u64>(constants, 48)); f += t; b = late(t, c, d, e);
      t = early(a, f, g, h, word(address, round + 7) + load<u64>(constants, 56)); e += t; a = late(t, b, c, d);
    }
    a += load<u64>(state, 0); store<u64>(state, a, 0);
    b += load<u64>(state, 8); store<u64>(state, b, 8);
    c += load<u64>(state, 16); store<u64>(state, c, 16);
    d += load<u64>(state, 24); store<u64>(state, d, 24);
    e += load<u64>(state, 32); store<u64>(state, e, 32);
    f += load<u64>(state, 40); store<u64>(state, f, 40);
    g += load<u64>(state, 48); store<u64>(state, g, 48);
    h += load<u64>(state, 56); store<u64>(state, h, 56);
    address += 128;
  }
}

/** T1 of section 6.4.2: what is added to d. */
@inline
function early(h: u64, e: u64, f: u64, g: u64, sum: u64): u64 {
  return h + sum + (((f ^ g) & e) ^ g) + (rotr<u64>(e, 14) ^ rotr<u64>(e, 18) ^ rotr<u64>(e, 41));
}

/** T1 + T2: the new a. */
@inline
function late(t: u64, a: u64, b: u64, c: u64): u64 {
  return t + (((a | b) & c) | (a & b)) + (rotr<u64>(a, 28) ^ rotr<u64>(a, 34) ^ rotr<u64>(a, 39));
}

/** W[t], which takes the place of W[t-16]. */
@inline
function word(address: usize, t: usize): u64 {
  const place = RING + ((t & 15) << 3);
  if (t < 16) {
    const read = bswap<u64>(load<u64>(address + (t << 3)));
    store<u64>(place, read);
    return read;
  }
  const w2 = load<u64>(RING + (((t + 14) & 15) << 3));
  const w15 = load<u64>(RING + (((t + 1) & 15) << 3));
  const sigma1 = rotr<u64>(w2, 19) ^ rotr<u64>(w2, 61) ^ (w2 >> 6);
  const sigma0 = rotr<u64>(w15, 1) ^ rotr<u64>(w15, 8) ^ (w15 >> 7);
  const made = sigma1 + load<u64>(RING + (((t + 9) & 15) << 3)) + sigma0 + load<u64>(place);
  store<u64>(place, made);
  return made;
}
