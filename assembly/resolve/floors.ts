// Which glibc the wheels of a lock ask for, whatever is installed: from one of them to the next no answer can differ.
//
// PEP 600: `manylinux_2_N_ARCH` in a wheel's platform tags. The older names (manylinux2014 and before) are of 2.17 at most.
// Invariant: never too few. A wheel of another Python or architecture may ask for one that no target is concerned with.

import { isDigit, lower, wordByte, wordSize } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { tagSetAt, tagSets } from "../standards/filename";

/** Bit N for glibc 2.(FIRST + N). */
export function wheelFloors(): u32 {
  let mask: u32 = 0;
  for (let row: u32 = 0; row < tagSets.count; row++) {
    const platform = tagSetAt(row).platform;
    mask |= floorsIn(textAddress(platform), textSize(platform));
  }
  return mask;
}

/** Older than any glibc that hosts ask about. */
const FIRST: u32 = 32;
const PREFIX = "manylinux_2_";

function floorsIn(address: usize, size: u32): u32 {
  let mask: u32 = 0;
  let matched: u32 = 0;
  for (let at: u32 = 0; at < size; at++) {
    const c = lower(load<u8>(address + at));
    // `m` is in the prefix once, so a mismatch can only begin a new one.
    matched = c == wordByte(PREFIX, matched) ? matched + 1 : u32(c == 0x6d);
    if (matched < wordSize(PREFIX)) continue;
    matched = 0;
    let minor: u32 = 0;
    for (; at + 1 < size && isDigit(load<u8>(address + at + 1)); at++) {
      minor = minor * 10 + load<u8>(address + at + 1) - 0x30;
    }
    if (minor - FIRST < 32) mask |= 1 << (minor - FIRST);
  }
  return mask;
}
