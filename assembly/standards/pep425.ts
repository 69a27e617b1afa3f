// Compatibility tags (PEP 425; manylinux: PEP 600, 599, 571, 513; musllinux: PEP 656; macOS and abi3 as packaging has them).
//
// A rank is the place of a tag in the target's list, best first, with gaps: block * BLOCK_SIZE + place of its platform.
// The list is what packaging's `cpython_tags` followed by `compatible_tags` yield:
//
//   cp312-cp312-*  cp312-abi3-*  cp312-none-*  cp311-abi3-* ... cp32-abi3-*         over the platform list, each
//   py312-none-*  py3-none-*  py311-none-* ... py30-none-*                          over the platform list, each
//   cp312-none-any  py312-none-any  py3-none-any  py311-none-any ... py30-none-any
//
// Free-threaded builds have `abi3t` (PEP 803) where the others have `abi3`; 3.7's own ABI is `cp37m`.
//
// Invariant: a rank depends on the target and the three tag sets only; it is computed, never looked up in a list, and the
// parts of it are remembered for each text until the target changes.

import { NONE } from "../../src/core/abi";
import { allocate, BLOCK, rewind, Scratch } from "../memory/arena";
import { spend } from "../memory/budget";
import {
  compare,
  decimal,
  equal,
  indexOf,
  is,
  lower,
  startsWith,
  wordSize,
  writeAscii,
  writeNumber,
} from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import {
  PLATFORM_GLIBC,
  PLATFORM_MACOS,
  PLATFORM_MUSL,
  PLATFORM_WINDOWS,
  targetArchitecture,
  targetFloorMajor,
  targetFloorMinor,
  targetIsFreeThreaded,
  targetMinor,
  targetPlatform,
} from "./environment";

/** No tag of the wheel is one of the target's. */
export const INCOMPATIBLE: u32 = U32.MAX_VALUE;

/** Forgets the ranks. To be called after each `setTarget`. */
export function startTags(): void {
  if (isDefined(ONE_CALL)) return;
  platformMemo.zeroed(usize(MEMO_ROWS) << 4);
  pairMemo.zeroed(usize(MEMO_ROWS) << 4);
}

/** The best rank among the tags that the three sets of a wheel's file name make; lower is better. */
export function tagRank(python: u32, abi: u32, platform: u32): u32 {
  const blocks = pairBlocks(python, abi);
  if (blocks == NO_BLOCKS) return INCOMPATIBLE;
  const place = platformPlace(platform);
  const native = blocks & 0xff;
  const pure = blocks >> 8;
  // `any` beside other platforms in one set: the native tags come first in the list.
  if ((place & PLACE_MASK) != PLACE_NONE && native != BLOCK_NONE) return native * BLOCK_SIZE + (place & PLACE_MASK);
  return (place & PLACE_ANY) != 0 && pure != BLOCK_NONE ? pure * BLOCK_SIZE : INCOMPATIBLE;
}

/** What of a wheel's tags does not fit, the first of these that holds. */
export const MISFIT_PYTHON: u32 = 0;
export const MISFIT_ABI: u32 = 1;
export const MISFIT_FLOOR: u32 = 2;
export const MISFIT_PLATFORM: u32 = 3;

/** Why three sets of tags are INCOMPATIBLE: the Python, its ABI, the libc or macOS floor, the platform. */
export function tagMisfit(python: u32, abi: u32, platform: u32): u32 {
  if (pairBlocks(python, abi) == NO_BLOCKS) return hasOwnPython(python) ? MISFIT_ABI : MISFIT_PYTHON;
  const size = textSize(platform);
  const address = lowered(textAddress(platform), size);
  for (let from: u32 = 0; from <= size; ) {
    const end = indexOf(address, size, 0x2e, from);
    if (isAboveFloor(address + from, end - from)) return MISFIT_FLOOR;
    from = end + 1;
  }
  return MISFIT_PLATFORM;
}

/** Whether one of the Python tags is the target's own or a generic one that it runs. */
function hasOwnPython(python: u32): bool {
  const size = textSize(python);
  const address = lowered(textAddress(python), size);
  for (let from: u32 = 0; from <= size; ) {
    const end = indexOf(address, size, 0x2e, from);
    const tag = address + from;
    const tagSize = end - from;
    if (tagSize >= 3 && load<u8>(tag + 2) == 0x33) {
      const minor = tagSize == 3 ? ANY_MINOR : plainNumber(tag + 3, tagSize - 3);
      if (startsWith(tag, tagSize, "cp") && minor == targetMinor()) return true;
      if (startsWith(tag, tagSize, "py") && compatibleStep(minor) != BLOCK_NONE) return true;
    }
    from = end + 1;
  }
  return false;
}

/** Whether a platform tag is of the target's system and architecture, but of a newer libc or macOS. */
function isAboveFloor(address: usize, size: u32): bool {
  if (targetPlatform() == PLATFORM_MACOS) {
    if (!startsWith(address, size, "macosx_")) return false;
    const majorEnd = indexOf(address, size, 0x5f, 7);
    const minorEnd = indexOf(address, size, 0x5f, min<u32>(majorEnd + 1, size));
    if (minorEnd >= size || macosFormat(address + minorEnd + 1, size - minorEnd - 1) == NONE) return false;
    return plainNumber(address + 7, majorEnd - 7) > targetFloorMajor();
  }
  if (targetPlatform() == PLATFORM_WINDOWS) return false;
  const prefix = targetPlatform() == PLATFORM_MUSL ? "musllinux_1_" : "manylinux_2_";
  const architectureSize = textSize(targetArchitecture()) + 1;
  if (size <= architectureSize + prefix.length || !startsWith(address, size, prefix)) return false;
  const stem = size - architectureSize;
  if (load<u8>(address + stem) != 0x5f || !isArchitecture(address + stem + 1, architectureSize - 1)) return false;
  return plainNumber(address + prefix.length, stem - prefix.length) > targetFloorMinor();
}

/** Writes the target's tags in order, one a line, to the arena, and gives their address. */
export function writeTags(): usize {
  const platforms = allocate(PLATFORMS_LIMIT);
  const platformsEnd = writePlatforms(platforms);
  const count = countLines(platforms, platformsEnd);
  const blocks = usize(BLOCK_PURE - BLOCK_COMPATIBLE + targetMinor() + 4);
  const start = allocate(blocks * (usize(platformsEnd - platforms) + usize(count) * PREFIX_LIMIT + PREFIX_LIMIT + 4));
  if (start == 0) return 0;
  let end = start;
  for (let block: u32 = 0; block < BLOCK_PURE; block++) {
    if (!blockExists(block)) continue;
    for (let at = platforms; at < platformsEnd; ) {
      const size = indexOf(at, u32(platformsEnd - at), 0x0a) + 1;
      end = writePair(end, block);
      memory.copy(end, at, size);
      end += size;
      at += size;
    }
  }
  for (let block = BLOCK_PURE; block <= BLOCK_PURE + 2 + targetMinor(); block++) {
    end = writeAscii(writePair(end, block), "any\n");
  }
  written = u32(end - start);
  rewind(end);
  return start;
}

/** Size in bytes of what `writeTags` wrote last. */
export function writtenTags(): u32 {
  return written;
}

/** Ranks of one block; more than any platform list is long (128 floors of glibc, 190 macOS versions of 8 formats). */
const BLOCK_SIZE: u32 = 4096;
/** Blocks 0 to 2: the target's own cpXY with its ABI, with the stable ABI, with none; then cp3(Y-1) down to cp32. */
const BLOCK_STABLE: u32 = 1;
const BLOCK_NO_ABI: u32 = 2;
const BLOCK_OLDER: u32 = 3;
/** py3Y, py3, py3(Y-1) down to py30. */
const BLOCK_COMPATIBLE: u32 = 32;
/** cpXY-none-any, then as above with `any`. */
const BLOCK_PURE: u32 = 64;
const BLOCK_NONE: u32 = 0xff;
/** Two blocks in one number: that for native platforms, and that for `any` eight bits up. */
const NO_BLOCKS: u32 = 0xffff;

/** Place of a platform set in the list: the best of its members, and whether `any` is one of them. */
const PLACE_NONE: u32 = 0x7ffffffe;
const PLACE_MASK: u32 = 0x7fffffff;
const PLACE_ANY: u32 = 0x80000000;
/** `linux_x86_64` comes after all manylinux and musllinux tags. */
const PLACE_LINUX: u32 = BLOCK_SIZE - 1;

/** Bytes of the longest platform list (macOS 199 on x86_64 has some 1,200 tags) and of `cp313-cp313t-`. */
const PLATFORMS_LIMIT: usize = 65536;
const PREFIX_LIMIT: usize = 16;
/** The lowest glibc 2 with a manylinux tag: on x86 (manylinux1), and elsewhere (manylinux2014). */
const GLIBC_FIRST_X86: u32 = 5;
const GLIBC_FIRST: u32 = 17;
/** On macOS 11 and later, the 10.x versions that count go from 16 (what 11 calls itself to old builds) down to 4. */
const MACOS_10_LAST: u32 = 16;
const MACOS_10_FIRST: u32 = 4;
/** Places for one macOS version: one for each binary format, rounded up. */
const MACOS_FORMATS: u32 = 8;

let written: u32 = 0;

// --- Python and ABI ---------------------------------------------------------------------------------------------------

/** The best blocks of the pairs that two sets make. */
function pairBlocks(python: u32, abi: u32): u32 {
  const key = (u64(python) << 32) | u64(abi);
  const found = recall(pairMemo, key);
  if (found != NONE) return found;
  let native = BLOCK_NONE;
  let pure = BLOCK_NONE;
  const pythonSize = textSize(python);
  const pythons = lowered(textAddress(python), pythonSize);
  const abiSize = textSize(abi);
  const abis = lowered(textAddress(abi), abiSize);
  for (let from: u32 = 0; from <= pythonSize; ) {
    const end = indexOf(pythons, pythonSize, 0x2e, from);
    for (let abiFrom: u32 = 0; abiFrom <= abiSize; ) {
      const abiEnd = indexOf(abis, abiSize, 0x2e, abiFrom);
      if (!spend(64)) return NO_BLOCKS;
      const blocks = blocksOf(pythons + from, end - from, abis + abiFrom, abiEnd - abiFrom);
      native = min<u32>(native, blocks & 0xff);
      pure = min<u32>(pure, blocks >> 8);
      abiFrom = abiEnd + 1;
    }
    from = end + 1;
  }
  const blocks = native | (pure << 8);
  remember(pairMemo, key, blocks);
  return blocks;
}

function blocksOf(python: usize, pythonSize: u32, abi: usize, abiSize: u32): u32 {
  if (pythonSize < 3 || load<u8>(python + 2) != 0x33) return NO_BLOCKS; // not Python 3
  const minor = pythonSize == 3 ? ANY_MINOR : plainNumber(python + 3, pythonSize - 3);
  const isNone = is(abi, abiSize, "none");
  if (startsWith(python, pythonSize, "py")) {
    const step = isNone ? compatibleStep(minor) : BLOCK_NONE;
    return step == BLOCK_NONE ? NO_BLOCKS : (BLOCK_COMPATIBLE + step) | ((BLOCK_PURE + 1 + step) << 8);
  }
  if (!startsWith(python, pythonSize, "cp") || minor == ANY_MINOR || minor > targetMinor()) return NO_BLOCKS;
  const isStable = is(abi, abiSize, targetIsFreeThreaded() ? "abi3t" : "abi3");
  if (minor < targetMinor()) {
    // PEP 384: the stable ABI begins with 3.2.
    return isStable && minor >= 2 ? (BLOCK_OLDER + targetMinor() - 1 - minor) | (BLOCK_NONE << 8) : NO_BLOCKS;
  }
  if (isNone) return BLOCK_NO_ABI | (BLOCK_PURE << 8);
  if (isStable) return BLOCK_STABLE | (BLOCK_NONE << 8);
  return isOwnAbi(abi, abiSize) ? BLOCK_NONE << 8 : NO_BLOCKS;
}

/** "py3" itself. */
const ANY_MINOR: u32 = 0xfffffffe;

/** Place minor py3N among py3Y, py3, py3(Y-1) ... py30. */
function compatibleStep(minor: u32): u32 {
  if (minor == targetMinor()) return 0;
  if (minor == ANY_MINOR) return 1;
  return minor < targetMinor() ? 1 + targetMinor() - minor : BLOCK_NONE;
}

/** `cp312`; `cp37m`, for 3.8 did away with the "m" of pymalloc; `cp313t`. */
function isOwnAbi(abi: usize, size: u32): bool {
  const own = memory.data(16);
  return size == u32(writeOwnAbi(own) - own) && equal(abi, own, size);
}

function writeOwnAbi(out: usize): usize {
  const end = writeNumber(writeAscii(out, "cp3"), targetMinor());
  if (targetIsFreeThreaded()) return writeAscii(end, "t");
  return targetMinor() == 7 ? writeAscii(end, "m") : end;
}

// --- Platforms --------------------------------------------------------------------------------------------------------

/** Place of a platform set, maybe with PLACE_ANY. */
function platformPlace(platform: u32): u32 {
  const found = recall(platformMemo, platform);
  if (found != NONE) return found;
  let place = PLACE_NONE;
  let any: u32 = 0;
  const size = textSize(platform);
  const address = lowered(textAddress(platform), size);
  for (let from: u32 = 0; from <= size; ) {
    const end = indexOf(address, size, 0x2e, from);
    if (is(address + from, end - from, "any")) any = PLACE_ANY;
    else place = min<u32>(place, placeOf(address + from, end - from));
    from = end + 1;
  }
  remember(platformMemo, platform, place | any);
  return place | any;
}

function placeOf(address: usize, size: u32): u32 {
  switch (targetPlatform()) {
    case PLATFORM_GLIBC:
      return linuxPlace(address, size, "manylinux_2_");
    case PLATFORM_MUSL:
      return linuxPlace(address, size, "musllinux_1_");
    case PLATFORM_MACOS:
      return macosPlace(address, size);
    default:
      return isArchitecture(address, size) ? 0 : PLACE_NONE;
  }
}

/** `manylinux_2_28_x86_64`, `manylinux2014_x86_64`, `musllinux_1_2_x86_64`, `linux_x86_64`. */
function linuxPlace(address: usize, size: u32, prefix: string): u32 {
  if (startsWith(address, size, "linux_")) return isArchitecture(address + 6, size - 6) ? PLACE_LINUX : PLACE_NONE;
  const architectureSize = textSize(targetArchitecture()) + 1;
  if (size <= architectureSize) return PLACE_NONE;
  const stem = size - architectureSize;
  if (load<u8>(address + stem) != 0x5f || !isArchitecture(address + stem + 1, architectureSize - 1)) return PLACE_NONE;
  let libc: u32;
  let isLegacy: u32 = 1;
  if (startsWith(address, stem, prefix)) {
    libc = plainNumber(address + wordSize(prefix), stem - wordSize(prefix));
    isLegacy = 0;
  } else if (targetPlatform() != PLATFORM_GLIBC) return PLACE_NONE;
  else if (is(address, stem, "manylinux2014")) libc = 17;
  else if (is(address, stem, "manylinux2010")) libc = 12;
  else if (is(address, stem, "manylinux1")) libc = 5;
  else return PLACE_NONE;
  if (libc > targetFloorMinor() || libc < firstLibc()) return PLACE_NONE;
  return ((targetFloorMinor() - libc) << 1) | isLegacy;
}

/** The lowest libc minor version that has a tag. */
function firstLibc(): u32 {
  if (targetPlatform() == PLATFORM_MUSL) return 0;
  const address = textAddress(targetArchitecture());
  const size = textSize(targetArchitecture());
  return is(address, size, "x86_64") || is(address, size, "i686") ? GLIBC_FIRST_X86 : GLIBC_FIRST;
}

/** `macosx_11_0_arm64`, `macosx_10_9_universal2`. */
function macosPlace(address: usize, size: u32): u32 {
  if (!startsWith(address, size, "macosx_")) return PLACE_NONE;
  const majorEnd = indexOf(address, size, 0x5f, 7);
  const minorEnd = indexOf(address, size, 0x5f, min<u32>(majorEnd + 1, size));
  if (minorEnd >= size) return PLACE_NONE;
  const major = plainNumber(address + 7, majorEnd - 7);
  const minor = plainNumber(address + majorEnd + 1, minorEnd - majorEnd - 1);
  const format = macosFormat(address + minorEnd + 1, size - minorEnd - 1);
  const step = macosStep(major, minor);
  if (format == NONE || step == NONE) return PLACE_NONE;
  // Before 11 there was no arm64: of those tags only universal2 runs there.
  if (major == 10 && isArm() && format != 1) return PLACE_NONE;
  return step * MACOS_FORMATS + format;
}

/** Place of a macOS version among those that the target's runs, best first; NONE when it is not one of them. */
function macosStep(major: u32, minor: u32): u32 {
  const floor = targetFloorMajor();
  const newest = floor == 10 ? targetFloorMinor() : MACOS_10_LAST;
  if (major == 10) {
    if (minor > newest || minor < MACOS_10_FIRST) return NONE;
    return floor - 10 + (newest - minor);
  }
  // From 11 on only the major version counts.
  return major > 10 && major <= floor && minor == 0 ? floor - major : NONE;
}

/** Place of a binary format among those that the architecture runs, NONE when it does not. */
function macosFormat(address: usize, size: u32): u32 {
  const count = macosFormatCount();
  for (let i: u32 = 0; i < count; i++) if (is(address, size, macosFormatName(i))) return i;
  return NONE;
}

function macosFormatCount(): u32 {
  return isArm() ? 2 : 6;
}

function macosFormatName(index: u32): string {
  if (isArm()) return index == 0 ? "arm64" : "universal2";
  switch (index) {
    case 0:
      return "x86_64";
    case 1:
      return "intel";
    case 2:
      return "fat64";
    case 3:
      return "fat32";
    case 4:
      return "universal2";
    default:
      return "universal";
  }
}

function isArm(): bool {
  return textSize(targetArchitecture()) == 5; // arm64, not x86_64
}

function isArchitecture(address: usize, size: u32): bool {
  const architecture = targetArchitecture();
  return compare(address, size, textAddress(architecture), textSize(architecture)) == 0;
}

/** A number as tags write it, without leading zeros; else one that no version reaches. */
function plainNumber(address: usize, size: u32): u32 {
  if (size > 1 && load<u8>(address) == 0x30) return U32.MAX_VALUE;
  return decimal(address, size);
}

/** The same text in lower case: tags are compared so. Copied only when it has capitals. */
function lowered(address: usize, size: u32): usize {
  let i: u32 = 0;
  while (i < size && load<u8>(address + i) - 0x41 >= 26) i++;
  if (i == size) return address;
  const copy = allocate(size);
  if (copy == 0) return address;
  for (i = 0; i < size; i++) store<u8>(copy + i, lower(load<u8>(address + i)));
  return copy;
}

// --- Writing the list -------------------------------------------------------------------------------------------------

/** Whether the target has tags of this block before BLOCK_PURE. */
function blockExists(block: u32): bool {
  if (block >= BLOCK_COMPATIBLE) return block - BLOCK_COMPATIBLE <= targetMinor() + 1;
  return block <= targetMinor(); // BLOCK_OLDER + minor - 1 - 2, that of cp32
}

/** `cp312-abi3-`. */
function writePair(out: usize, block: u32): usize {
  if (block > BLOCK_PURE || (block >= BLOCK_COMPATIBLE && block < BLOCK_PURE)) {
    const step = block > BLOCK_PURE ? block - BLOCK_PURE - 1 : block - BLOCK_COMPATIBLE;
    let end = writeAscii(out, "py3");
    if (step != 1) end = writeNumber(end, step == 0 ? targetMinor() : targetMinor() + 1 - step);
    return writeAscii(end, "-none-");
  }
  const older = block >= BLOCK_OLDER && block < BLOCK_COMPATIBLE ? block - BLOCK_OLDER + 1 : 0;
  const end = writeAscii(writeNumber(writeAscii(out, "cp3"), targetMinor() - older), "-");
  if (block == 0) return writeAscii(writeOwnAbi(end), "-");
  if (block == BLOCK_NO_ABI || block == BLOCK_PURE) return writeAscii(end, "none-");
  return writeAscii(end, targetIsFreeThreaded() ? "abi3t-" : "abi3-");
}

/** The platform list, one a line. */
function writePlatforms(out: usize): usize {
  switch (targetPlatform()) {
    case PLATFORM_WINDOWS:
      return writeAscii(writeArchitecture(out), "\n");
    case PLATFORM_MACOS:
      return writeMacosPlatforms(out);
    default:
      return writeLinuxPlatforms(out);
  }
}

function writeLinuxPlatforms(out: usize): usize {
  const first = firstLibc();
  const isGlibc = targetPlatform() == PLATFORM_GLIBC;
  for (let above = targetFloorMinor() + 1; above > first; above--) {
    const minor = above - 1;
    out = writeNumber(writeAscii(out, isGlibc ? "manylinux_2_" : "musllinux_1_"), minor);
    out = writeTail(out);
    if (!isGlibc || (minor != 17 && minor != 12 && minor != 5)) continue;
    out = writeTail(writeAscii(out, minor == 17 ? "manylinux2014" : minor == 12 ? "manylinux2010" : "manylinux1"));
  }
  return writeTail(writeAscii(out, "linux"));
}

function writeMacosPlatforms(out: usize): usize {
  const floor = targetFloorMajor();
  for (let major = floor; major > 10; major--) out = writeMacosFormats(out, major, 0);
  const newest = floor == 10 ? targetFloorMinor() : MACOS_10_LAST;
  for (let minor = newest; minor >= MACOS_10_FIRST; minor--) out = writeMacosFormats(out, 10, minor);
  return out;
}

function writeMacosFormats(out: usize, major: u32, minor: u32): usize {
  const count = macosFormatCount();
  for (let i: u32 = major == 10 && isArm() ? 1 : 0; i < count; i++) {
    out = writeAscii(writeNumber(writeAscii(out, "macosx_"), major), "_");
    out = writeAscii(writeAscii(writeAscii(writeNumber(out, minor), "_"), macosFormatName(i)), "\n");
  }
  return out;
}

/** `_x86_64` and the line's end. */
function writeTail(out: usize): usize {
  return writeAscii(writeArchitecture(writeAscii(out, "_")), "\n");
}

function writeArchitecture(out: usize): usize {
  const size = textSize(targetArchitecture());
  memory.copy(out, textAddress(targetArchitecture()), size);
  return out + size;
}

function countLines(from: usize, end: usize): u32 {
  let count: u32 = 0;
  for (; from < end; from++) count += u32(load<u8>(from) == 0x0a);
  return count;
}

// --- What is remembered -----------------------------------------------------------------------------------------------

// Rows of (key u64, value u32 + 1, unused u32); of two keys that fall on one row the later one is remembered.

/** Real locks have some hundred platform sets. */
const MEMO_ROWS: u32 = 2048;

const platformMemo: Scratch = changetype<Scratch>(memory.data(BLOCK));
const pairMemo: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** The row where the key belongs. */
function rowOf(memo: Scratch, key: u64): usize {
  return memo.base + (usize(u32((key * 0x9e3779b97f4a7c15) >> 40) & (MEMO_ROWS - 1)) << 4);
}

/** What was remembered, or NONE. */
function recall(memo: Scratch, key: u64): u32 {
  // For one target the ranks of whole sets are enough (assembly/resolve/artifact.ts).
  if (isDefined(ONE_CALL)) return NONE;
  const row = rowOf(memo, key);
  return load<u64>(row) == key ? load<u32>(row, 8) - 1 : NONE;
}

function remember(memo: Scratch, key: u64, value: u32): void {
  if (isDefined(ONE_CALL)) return;
  const row = rowOf(memo, key);
  store<u64>(row, key);
  store<u32>(row, value + 1, 8);
}
