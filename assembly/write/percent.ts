// The file name at the end of an address: its last part without query and fragment, percent-decoded (RFC 3986, 2.1).
//
// Invariant: what does not decode to UTF-8 stays as it is written.

import { INPUT_PADDING } from "../../src/core/abi";
import { allocate } from "../memory/arena";
import { hexDigit, indexOf } from "../memory/bytes";
import { firstInvalid } from "../memory/utf8";

/** The name that was found last. */
export let nameStart: usize = 0;
export let nameLength: u32 = 0;

export function findName(address: usize, size: u32): void {
  const hash = indexOf(address, size, 0x23);
  size = indexOf(address, hash, 0x3f);
  let from = size;
  while (from > 0 && load<u8>(address + from - 1) != 0x2f) from--;
  nameStart = address + from;
  nameLength = size - from;
  const end = address + size;
  const start = allocate(usize(nameLength) + INPUT_PADDING);
  if (start == 0) return;
  let to = start;
  for (let p = nameStart; p < end; p++) {
    let c: u32 = load<u8>(p);
    if (c == 0x25) {
      const high = end - p > 2 ? hexDigit(load<u8>(p, 1)) : 16;
      const low = end - p > 2 ? hexDigit(load<u8>(p, 2)) : 16;
      if ((high | low) > 15) return;
      c = (high << 4) | low;
      p += 2;
    }
    store<u8>(to++, c);
  }
  if (firstInvalid(start, u32(to - start)) != 0) return;
  nameStart = start;
  nameLength = u32(to - start);
}
