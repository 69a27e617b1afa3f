// File names of wheels (PEP 427) and sdists (PEP 625), read as packaging's `parse_wheel_filename` and
// `parse_sdist_filename` read them.
//
// Invariant: nothing here touches the status. Locks list eggs, installers and archives too: whoever asks decides whether
// a name that cannot be read is a fault.

import { NONE, STATUS_OK, STATUS_SDIST_NAME, STATUS_WHEEL_NAME } from "../../src/core/abi";
import { Column, LOCK } from "../memory/arena";
import { endsWith, firstBits, indexOf, isDigit } from "../memory/bytes";
import { intern, textAddress, textSize } from "../memory/intern";
import { recall, remember, UNASKED } from "../memory/memo";
import { isAlphanumeric, normalizedName } from "./name";
import { versionOf } from "./pep440";

@unmanaged
export class FileName {
  /** Text id of the normalised project name. */
  name: u32;
  /** Row of the version, and its text id as the file name writes it. */
  version: u32;
  versionText: u32;
  /** Build tag: its leading digits, then what follows them. Both have size 0 where there is no build tag. */
  build: usize;
  buildSize: u32;
  buildRest: usize;
  buildRestSize: u32;
  /** Row of `tagSets`; NONE of an sdist. */
  tags: u32;
}

/** The three tag sets of wheels' names, each maybe several tags joined by dots, as text ids. Few are ever different. */
@unmanaged
export class TagSet {
  python: u32;
  abi: u32;
  platform: u32;
}

export const tagSets: Column<TagSet> = changetype<Column<TagSet>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** For the text id of `python-abi-platform` its row. */
const tagRows: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

export function tagSetAt(row: u32): TagSet {
  return changetype<TagSet>(tagSets.at(row));
}

/** Whether a file's name ends in `.whl`. */
export function isWheelName(address: usize, size: u32): bool {
  return size >= 4 && load<u32>(address + size - 4) == 0x6c68772e;
}

/** `name-version(-build)?-python-abi-platform.whl`: STATUS_OK or STATUS_WHEEL_NAME. */
export function parseWheelName(address: usize, size: u32, out: FileName): u32 {
  if (!isWheelName(address, size)) return STATUS_WHEEL_NAME;
  const stem = size - 4;
  const nameEnd = indexOf(address, stem, 0x2d);
  const versionEnd = indexOf(address, stem, 0x2d, nameEnd + 1);
  if (versionEnd == stem) return STATUS_WHEEL_NAME;
  if (!isWheelProject(address, nameEnd)) return STATUS_WHEEL_NAME;
  if (!takeVersion(address + nameEnd + 1, versionEnd - nameEnd - 1, out)) return STATUS_WHEEL_NAME;

  if (!parseWheelTail(address, stem, versionEnd + 1, out)) return STATUS_WHEEL_NAME;
  out.name = normalizedName(address, nameEnd);
  return STATUS_OK;
}

/** What follows `name-version-` in a wheel's name of `stem` bytes, without its ending: the build tag and the tags. */
export function parseWheelTail(address: usize, stem: u32, from: u32, out: FileName): bool {
  takeBuild(address + from, 0, out);
  const dashes = countDashes(address + from, stem - from);
  if (dashes == 3) {
    const buildEnd = indexOf(address, stem, 0x2d, from);
    takeBuild(address + from, buildEnd - from, out);
    if (out.buildSize == 0) return false;
    from = buildEnd + 1;
  } else if (dashes != 2) return false;
  out.tags = tagSetOf(intern(address + from, stem - from));
  return true;
}

/** Row of the tag sets of a text `python-abi-platform`. */
function tagSetOf(textId: u32): u32 {
  const known = recall(tagRows, textId);
  if (known != UNASKED) return known;
  const address = textAddress(textId);
  const size = textSize(textId);
  const pythonEnd = indexOf(address, size, 0x2d);
  const abiEnd = indexOf(address, size, 0x2d, pythonEnd + 1);
  const row = tagSets.push();
  if (row == 0) return NONE;
  const set = changetype<TagSet>(row);
  set.python = intern(address, pythonEnd);
  set.abi = intern(address + pythonEnd + 1, abiEnd - pythonEnd - 1);
  set.platform = intern(address + abiEnd + 1, size - abiEnd - 1);
  remember(tagRows, textId, tagSets.count - 1);
  return tagSets.count - 1;
}

/** `name-version.tar.gz` or `.zip`, cut at the last dash: STATUS_OK or STATUS_SDIST_NAME. Tags become NONE. */
export function parseSdistName(address: usize, size: u32, out: FileName): u32 {
  const stem = endsWith(address, size, ".tar.gz") ? size - 7 : endsWith(address, size, ".zip") ? size - 4 : 0;
  let dash = stem;
  while ((dash > 0) & (load<u8>(address + dash - 1) != 0x2d)) dash--;
  if (dash == 0) return STATUS_SDIST_NAME;
  if (!takeVersion(address + dash, stem - dash, out)) return STATUS_SDIST_NAME;
  takeBuild(address + stem, 0, out);
  out.name = normalizedName(address, dash - 1);
  out.tags = NONE;
  return STATUS_OK;
}

function countDashes(address: usize, size: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < size; i += 16) {
    const dashes = i8x16.bitmask(i8x16.eq(v128.load(address + i), i8x16.splat(0x2d)));
    count += popcnt(dashes & firstBits(size - i));
  }
  return count;
}

/** Letters, digits, `.` and single `_`. Bytes outside ASCII pass as letters, which nearly all of them are. */
function isWheelProject(address: usize, size: u32): bool {
  let previous: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const c = u32(load<u8>(address + i));
    if (!isAlphanumeric(c) && c != 0x5f && c != 0x2e && c < 0x80) return false;
    if (c == 0x5f && previous == 0x5f) return false;
    previous = c;
  }
  return true;
}

function takeVersion(address: usize, size: u32, out: FileName): bool {
  out.versionText = intern(address, size);
  out.version = versionOf(out.versionText);
  return out.version != NONE;
}

function takeBuild(address: usize, size: u32, out: FileName): void {
  let digits: u32 = 0;
  while ((digits < size) & isDigit(load<u8>(address + digits))) digits++;
  out.build = address;
  out.buildSize = digits;
  out.buildRest = address + digits;
  out.buildRestSize = size - digits;
}
