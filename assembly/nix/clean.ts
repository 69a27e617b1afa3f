// Texts that may be anything, as texts that can be shown: what messages quote.
//
// Invariant: the result is valid UTF-8 without control characters. Those, and the invisible ones that change what a line
// seems to say, become U+XXXX, as src/words/errors.ts writes them; each byte that is no UTF-8 becomes U+FFFD.

import { allocate, rewind } from "../memory/arena";
import { sequence } from "../memory/utf8";

/** Bytes that one byte of input can become: "U+XXXX". */
const GROWTH: u32 = 6;

let size: u32 = 0;

/** A copy of the text, of at most `limit` characters, with `…` when there are more. */
export function cleaned(address: usize, length: u32, limit: u32): usize {
  const end = address + length;
  // A character has at most four bytes.
  const room = length / 4 < limit ? length : limit * 4;
  const start = allocate(usize(room) * GROWTH + 16);
  if (start == 0) {
    size = 0;
    return 0;
  }
  let to = start;
  let count: u32 = 0;
  for (let p = address; p < end; count++) {
    if (count == limit) {
      to = put(to, 0xa680e2, 3); // …
      break;
    }
    const width = sequence(p, end);
    if (width == 0)
      to = put(to, 0xbdbfef, 3); // U+FFFD
    else to = character(to, p, width);
    p += width == 0 ? 1 : width;
  }
  size = u32(to - start);
  rewind(to);
  return start;
}

/** Size in bytes of what `cleaned` gave last. */
export function cleanedSize(): u32 {
  return size;
}

function put(to: usize, bytes: u32, count: u32): usize {
  store<u32>(to, bytes);
  return to + count;
}

function character(to: usize, p: usize, width: u32): usize {
  const code = codePoint(p, width);
  if (!isInvisible(code)) {
    memory.copy(to, p, width);
    return to + width;
  }
  store<u16>(to, 0x2b55); // U+
  for (let i: u32 = 0; i < 4; i++) {
    const digit = (code >> (12 - 4 * i)) & 15;
    store<u8>(to + i, digit < 10 ? 0x30 + digit : 0x37 + digit, 2);
  }
  return to + GROWTH;
}

function codePoint(p: usize, width: u32): u32 {
  const first: u32 = load<u8>(p);
  if (width == 1) return first;
  let code: u32 = first & (0x7f >> width);
  for (let i: u32 = 1; i < width; i++) code = (code << 6) | (load<u8>(p + i) & 63);
  return code;
}

/** Control characters (Cc), line and paragraph separators (Zl, Zp), and the format characters (Cf) that occur in practice. */
function isInvisible(code: u32): bool {
  return (
    code < 0x20 ||
    code - 0x7f < 0x21 ||
    code == 0xad ||
    code - 0x200b < 5 ||
    code - 0x2028 < 7 ||
    code - 0x2060 < 16 ||
    code == 0xfeff
  );
}
