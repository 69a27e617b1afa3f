// MD5 (RFC 1321), for locks that have nothing better. Broken: it tells an accident from the original, not an attack.
//
// Invariant: takes whole blocks of 64 bytes at any address and changes nothing but the given state: four words.

/** Section 3.4: 2^32 times abs(sin(i + 1)). */
const CONSTANTS: usize = memory.data<u32>(
  [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8,
    0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
    0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87,
    0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
    0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039,
    0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
    0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
    0xeb86d391,
  ],
  16,
);
/** Section 3.3. */
const INITIAL: usize = memory.data<u32>([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476], 16);
/** Bits of rotation: four for each of the four rounds. */
const ROTATIONS: usize = memory.data<u8>([7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]);

export function startMd5(state: usize): void {
  memory.copy(state, INITIAL, 16);
}

/** Takes `blocks` blocks into a state. */
export function md5Blocks(state: usize, address: usize, blocks: u32): void {
  let a = load<u32>(state, 0);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  for (let block: u32 = 0; block < blocks; block++) {
    for (let step: u32 = 0; step < 64; step++) {
      const round = step >> 4;
      let mixed: u32 = 0;
      let index: u32 = 0;
      if (round == 0) {
        mixed = ((c ^ d) & b) ^ d;
        index = step;
      } else if (round == 1) {
        mixed = ((b ^ c) & d) ^ c;
        index = 5 * step + 1;
      } else if (round == 2) {
        mixed = b ^ c ^ d;
        index = 3 * step + 5;
      } else {
        mixed = c ^ (b | ~d);
        index = 7 * step;
      }
      const sum = a + mixed + load<u32>(CONSTANTS + (step << 2)) + load<u32>(address + ((index & 15) << 2));
      const bits = u32(load<u8>(ROTATIONS + ((round << 2) | (step & 3))));
      a = d;
      d = c;
      c = b;
      b += rotl<u32>(sum, bits);
    }
    a += load<u32>(state, 0);
    b += load<u32>(state, 4);
    c += load<u32>(state, 8);
    d += load<u32>(state, 12);
    store<u32>(state, a, 0);
    store<u32>(state, b, 4);
    store<u32>(state, c, 8);
    store<u32>(state, d, 12);
    address += 64;
  }
}
