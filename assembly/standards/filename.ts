// File names of wheels (PEP 427) and sdists (PEP 625), read as packaging's `parse_wheel_filename` and
// `parse_sdist_filename` read them.
//
// Invariant: nothing here touches the status. Locks list eggs, installers and archives too: whoever asks decides whether
// a name that cannot be read is a fault.

import { NONE, STATUS_OK, STATUS_SDIST_NAME, STATUS_WHEEL_NAME } from "../../src/core/abi";
import { endsWith, indexOf, isDigit } from "../memory/bytes";
import { intern } from "../memory/intern";
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
  /** Text ids of the three tag sets, each maybe several joined by dots. */
  python: u32;
  abi: u32;
  platform: u32;
}

/** `name-version(-build)?-python-abi-platform.whl`: STATUS_OK or STATUS_WHEEL_NAME. */
export function parseWheelName(address: usize, size: u32, out: FileName): u32 {
  if (!endsWith(address, size, ".whl")) return STATUS_WHEEL_NAME;
  const stem = size - 4;
  const dashes = countDashes(address, stem);
  if (dashes != 4 && dashes != 5) return STATUS_WHEEL_NAME;

  const nameEnd = indexOf(address, stem, 0x2d);
  const versionEnd = indexOf(address, stem, 0x2d, nameEnd + 1);
  if (!isWheelProject(address, nameEnd)) return STATUS_WHEEL_NAME;
  if (!takeVersion(address + nameEnd + 1, versionEnd - nameEnd - 1, out)) return STATUS_WHEEL_NAME;

  let from = versionEnd + 1;
  takeBuild(address + from, 0, out);
  if (dashes == 5) {
    const buildEnd = indexOf(address, stem, 0x2d, from);
    takeBuild(address + from, buildEnd - from, out);
    if (out.buildSize == 0) return STATUS_WHEEL_NAME;
    from = buildEnd + 1;
  }
  const pythonEnd = indexOf(address, stem, 0x2d, from);
  const abiEnd = indexOf(address, stem, 0x2d, pythonEnd + 1);
  out.name = normalizedName(address, nameEnd);
  out.python = intern(address + from, pythonEnd - from);
  out.abi = intern(address + pythonEnd + 1, abiEnd - pythonEnd - 1);
  out.platform = intern(address + abiEnd + 1, stem - abiEnd - 1);
  return STATUS_OK;
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
  out.python = NONE;
  out.abi = NONE;
  out.platform = NONE;
  return STATUS_OK;
}

function countDashes(address: usize, size: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < size; i++) count += u32(load<u8>(address + i) == 0x2d);
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
