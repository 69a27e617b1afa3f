// SHA-1 (FIPS 180-4, sections 4.1.1, 5.3.1 and 6.1), for locks that have nothing better. Broken: collisions can be made.
//
// Invariant: takes whole blocks of 64 bytes at any address and changes nothing but the given state: five words.

/** Section 5.3.1. */
const INITIAL: usize = memory.data<u32>([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0], 16);
/** The last sixteen words of the schedule: W[t] at 4 * (t % 16). */
const RING: usize = memory.data(64, 16);

export function startSha1(state: usize): void {
  memory.copy(state, INITIAL, 20);
}

/** Takes `blocks` blocks into a state. */
export function sha1Blocks(state: usize, address: usize, blocks: u32): void {
  let a = load<u32>(state, 0);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  for (let block: u32 = 0; block < blocks; block++) {
    for (let t: u32 = 0; t < 80; t++) {
      const sum = rotl<u32>(a, 5) + mixed(t, b, c, d) + e + word(address, t);
      e = d;
      d = c;
      c = rotl<u32>(b, 30);
      b = a;
      a = sum;
    }
    a += load<u32>(state, 0);
    b += load<u32>(state, 4);
    c += load<u32>(state, 8);
    d += load<u32>(state, 12);
    e += load<u32>(state, 16);
    store<u32>(state, a, 0);
    store<u32>(state, b, 4);
    store<u32>(state, c, 8);
    store<u32>(state, d, 12);
    store<u32>(state, e, 16);
    address += 64;
  }
}

/** The round's function and its constant (sections 4.1.1 and 4.2.1). */
@inline
function mixed(t: u32, b: u32, c: u32, d: u32): u32 {
  if (t < 20) return (((c ^ d) & b) ^ d) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return (((b | c) & d) | (b & c)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

/** W[t], which takes the place of W[t-16]. */
@inline
function word(address: usize, t: u32): u32 {
  const place = RING + ((t & 15) << 2);
  let made: u32 = 0;
  if (t < 16) made = bswap<u32>(load<u32>(address + (t << 2)));
  else made = rotl<u32>(at(t + 13) ^ at(t + 8) ^ at(t + 2) ^ load<u32>(place), 1);
  store<u32>(place, made);
  return made;
}

@inline
function at(t: u32): u32 {
  return load<u32>(RING + ((t & 15) << 2));
}
