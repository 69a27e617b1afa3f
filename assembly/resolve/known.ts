// The targets that are usual enough to list: what the command line takes when it is told none.
//
// Invariant: each of them is a target that `setTarget` (environment.ts) takes.

import { writeAscii, writeNumber } from "../memory/bytes";
import { MINOR_FIRST } from "../standards/environment";

/** Longest name that `writeKnownTarget` writes, in bytes. */
export const TARGET_NAME_LIMIT: u32 = 40;

/** 3.7 to 3.14, 3.13t and 3.14t. */
const KNOWN_PYTHONS: u32 = 10;
const KNOWN_PLATFORMS: u32 = 12;
/** CPython has official builds for Windows on ARM64 from 3.11: not for 3.7 to 3.10. */
const PYTHONS_WITHOUT_WINDOWS_ARM64: u32 = 4;

/** Number of targets that are usual enough to list; any other floor or architecture is accepted all the same. */
export function knownTargetCount(): u32 {
  return KNOWN_PYTHONS * KNOWN_PLATFORMS - PYTHONS_WITHOUT_WINDOWS_ARM64;
}

/** Writes the name of a known target, at most TARGET_NAME_LIMIT bytes, and gives its size. Ordered by Python. */
export function writeKnownTarget(index: u32, out: usize): u32 {
  const older = PYTHONS_WITHOUT_WINDOWS_ARM64 * (KNOWN_PLATFORMS - 1);
  const row =
    index < older ? index / (KNOWN_PLATFORMS - 1) : (index - older) / KNOWN_PLATFORMS + PYTHONS_WITHOUT_WINDOWS_ARM64;
  const column = index < older ? index % (KNOWN_PLATFORMS - 1) : (index - older) % KNOWN_PLATFORMS;
  let end = writeAscii(out, "cp3");
  // 3.7 to 3.14, each free-threaded Python after the one it is a build of: 313, 313t, 314, 314t.
  const isFree = row == 7 || row == 9;
  end = writeNumber(end, row < 7 ? MINOR_FIRST + row : row < 8 ? 13 : 14);
  if (isFree) end = writeAscii(end, "t");
  end = writeAscii(end, "-");
  return u32(writeAscii(end, knownPlatform(column)) - out);
}

function knownPlatform(index: u32): string {
  switch (index) {
    case 0:
      return "linux-x86_64-glibc2.17";
    case 1:
      return "linux-x86_64-glibc2.28";
    case 2:
      return "linux-x86_64-glibc2.39";
    case 3:
      return "linux-aarch64-glibc2.17";
    case 4:
      return "linux-aarch64-glibc2.28";
    case 5:
      return "linux-aarch64-glibc2.39";
    case 6:
      return "linux-x86_64-musl1.2";
    case 7:
      return "linux-aarch64-musl1.2";
    case 8:
      return "macos13-x86_64";
    case 9:
      return "macos14-arm64";
    case 10:
      return "win-amd64";
    default:
      return "win-arm64"; // the last one, for the arithmetic of `writeKnownTarget`
  }
}
