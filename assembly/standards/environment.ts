// The target: which Python on which platform, named as in `cp312-linux-x86_64-glibc2.28`, and what follows from that: the
// marker environment (PEP 508) and the parameters of the compatibility tags (PEP 425, 600, 656).
//
//   target   = python "-" ( "linux-" arch "-" ( "glibc2." | "musl1." ) minor
//                         | "macos" version "-" ( "arm64" | "x86_64" )
//                         | "win-amd64" | "win-arm64" | "win32" )
//   python   = "cp3" minor "t"?                 3.7 to 3.14; "t" is a free-threaded build, from 3.13
//
// Invariant: after a `setTarget` that gave true every variable has a value; after one that gave false none may be read.

import { NONE, STATUS_TARGET, STATUS_TARGET_PYTHON } from "../../src/core/abi";
import { allocate, rewind } from "../memory/arena";
import {
  decimal,
  endsWith,
  indexIn,
  indexOf,
  is,
  startsWith,
  wordByte,
  wordSize,
  writeAscii,
  writeNumber,
} from "../memory/bytes";
import { intern, internWord, internWritten, textAddress, textSize, texts } from "../memory/intern";
import { fail } from "../memory/status";
import { parseVersion, releaseCount, releaseNumber, versionOf } from "./pep440";

export const VARIABLE_IMPLEMENTATION_NAME: u32 = 0;
export const VARIABLE_IMPLEMENTATION_VERSION: u32 = 1;
export const VARIABLE_OS_NAME: u32 = 2;
export const VARIABLE_PLATFORM_MACHINE: u32 = 3;
export const VARIABLE_PLATFORM_PYTHON_IMPLEMENTATION: u32 = 4;
export const VARIABLE_PLATFORM_RELEASE: u32 = 5;
export const VARIABLE_PLATFORM_SYSTEM: u32 = 6;
export const VARIABLE_PLATFORM_VERSION: u32 = 7;
export const VARIABLE_PYTHON_FULL_VERSION: u32 = 8;
export const VARIABLE_PYTHON_VERSION: u32 = 9;
export const VARIABLE_SYS_PLATFORM: u32 = 10;
/** Variables that a target has a value for. */
export const VARIABLE_COUNT: u32 = 11;

export const PLATFORM_GLIBC: u32 = 0;
export const PLATFORM_MUSL: u32 = 1;
export const PLATFORM_MACOS: u32 = 2;
export const PLATFORM_WINDOWS: u32 = 3;

/** Sets the target. An empty `python` means the usual python_full_version of that Python. */
export function setTarget(address: usize, size: u32, pythonAddress: usize, pythonSize: u32): bool {
  const dash = indexOf(address, size, 0x2d);
  if (!setPython(address, dash)) return refuse(STATUS_TARGET_PYTHON, address, dash);
  if (dash == size) return refuse(STATUS_TARGET, address, size);
  if (!setPlatform(address + dash + 1, size - dash - 1)) return false;
  if (pythonSize != 0 && !isOfThisPython(pythonAddress, pythonSize)) {
    return refuse(STATUS_TARGET_PYTHON, pythonAddress, pythonSize);
  }
  setPythonVariables(pythonAddress, pythonSize);
  return true;
}

/** Gives a variable another value than the target's, as a text id: for environments that no target name can say. */
export function setVariable(variable: u32, text: u32): void {
  store<u32>(values + (usize(variable) << 2), text);
}

/** Text id of a variable's value. */
export function variableText(variable: u32): u32 {
  if (!ASC_NO_ASSERT) assert(variable < VARIABLE_COUNT);
  return load<u32>(values + (usize(variable) << 2));
}

export function variableAddress(variable: u32): usize {
  return textAddress(variableText(variable));
}

export function variableSize(variable: u32): u32 {
  return textSize(variableText(variable));
}

/** Row of the value read as a version, NONE when it is none. */
export function variableVersion(variable: u32): u32 {
  return versionOf(variableText(variable));
}

/** 12 for Python 3.12. */
export function targetMinor(): u32 {
  return minor;
}

export function targetIsFreeThreaded(): bool {
  return freeThreaded;
}

/** PLATFORM_*. */
export function targetPlatform(): u32 {
  return platform;
}

/** The oldest libc or macOS that is counted on; 0 on Windows. */
export function targetFloorMajor(): u32 {
  return floorMajor;
}

export function targetFloorMinor(): u32 {
  return floorMinor;
}

/** Text id of the architecture as platform tags write it: `x86_64`, `arm64`; on Windows the whole tag, `win_amd64`. */
export function targetArchitecture(): u32 {
  return architecture;
}

export const MINOR_FIRST: u32 = 7;
const MINOR_LAST: u32 = 14;
/** The first Python with free-threaded builds (PEP 703). */
const MINOR_FREE_THREADED: u32 = 13;
/** No libc or macOS has a minor version anywhere near this. */
const FLOOR_LIMIT: u32 = 200;

/** Text ids of the variables' values. */
const values: usize = memory.data(44);

let minor: u32 = 0;
let freeThreaded: bool = false;
let platform: u32 = PLATFORM_GLIBC;
let architecture: u32 = NONE;
let floorMajor: u32 = 0;
let floorMinor: u32 = 0;

function refuse(code: u32, address: usize, size: u32): bool {
  fail(code, address, size);
  return false;
}

function setPython(address: usize, size: u32): bool {
  if (!startsWith(address, size, "cp3")) return false;
  freeThreaded = endsWith(address, size, "t");
  minor = plainNumber(address + 3, size - 3 - u32(freeThreaded));
  if (minor < MINOR_FIRST || minor > MINOR_LAST) return false;
  return !freeThreaded || minor >= MINOR_FREE_THREADED;
}

/** A number without leading zeros, else U32.MAX_VALUE. */
function plainNumber(address: usize, size: u32): u32 {
  if (size > 1 && load<u8>(address) == 0x30) return U32.MAX_VALUE;
  return decimal(address, size);
}

function setPlatform(address: usize, size: u32): bool {
  if (startsWith(address, size, "linux-")) return setLinux(address + 6, size - 6);
  if (startsWith(address, size, "macos")) return setMacos(address, size);
  if (startsWith(address, size, "win")) return setWindows(address, size);
  return refuse(STATUS_TARGET, address, size);
}

/** `x86_64-glibc2.28`, `aarch64-musl1.2`. */
function setLinux(address: usize, size: u32): bool {
  const dash = indexOf(address, size, 0x2d);
  if (!isLinuxArchitecture(address, dash)) return refuse(STATUS_TARGET, address, dash);
  if (dash == size) return refuse(STATUS_TARGET, address, size);
  const libc = address + dash + 1;
  const libcSize = size - dash - 1;
  const isMusl = startsWith(libc, libcSize, "musl1.");
  if (!isMusl && !startsWith(libc, libcSize, "glibc2.")) return refuse(STATUS_TARGET, libc, libcSize);
  const prefix: u32 = isMusl ? 6 : 7;
  platform = isMusl ? PLATFORM_MUSL : PLATFORM_GLIBC;
  floorMajor = isMusl ? 1 : 2;
  floorMinor = plainNumber(libc + prefix, libcSize - prefix);
  if (floorMinor >= FLOOR_LIMIT) return refuse(STATUS_TARGET, libc, libcSize);

  architecture = internCopy(address, dash);
  setSystem("posix", "linux", "Linux");
  setVariable(VARIABLE_PLATFORM_MACHINE, architecture);
  setVariable(VARIABLE_PLATFORM_RELEASE, internWord("6.1.0"));
  setVariable(VARIABLE_PLATFORM_VERSION, internWord("#1 SMP"));
  return true;
}

function isLinuxArchitecture(address: usize, size: u32): bool {
  return indexIn(address, size, "x86_64 aarch64 i686 armv7l ppc64le s390x riscv64") != NONE;
}

/** `macos14-arm64`, `macos10.15-x86_64`. */
function setMacos(address: usize, size: u32): bool {
  const dash = indexOf(address, size, 0x2d);
  const dot = indexOf(address, dash, 0x2e);
  floorMajor = plainNumber(address + 5, dot - 5);
  floorMinor = dot == dash ? 0 : plainNumber(address + dot + 1, dash - dot - 1);
  const darwin = darwinMajor(floorMajor, floorMinor);
  // A release since 11 has its year in the major version; 10.x, the other way round, means nothing without its minor.
  if (darwin == 0 || floorMinor >= FLOOR_LIMIT || (floorMajor == 10 && dot == dash))
    return refuse(STATUS_TARGET, address, dash);
  if (dash == size) return refuse(STATUS_TARGET, address, size);
  const machine = address + dash + 1;
  const machineSize = size - dash - 1;
  const isArm = is(machine, machineSize, "arm64");
  // There is no macOS before 11 on arm64.
  if ((!isArm && !is(machine, machineSize, "x86_64")) || (isArm && floorMajor < 11)) {
    return refuse(STATUS_TARGET, machine, machineSize);
  }

  platform = PLATFORM_MACOS;
  architecture = internCopy(machine, machineSize);
  setSystem("posix", "darwin", "Darwin");
  setVariable(VARIABLE_PLATFORM_MACHINE, architecture);
  const release = allocate(16);
  setVariable(
    VARIABLE_PLATFORM_RELEASE,
    internWritten(release, u32(writeAscii(writeNumber(release, darwin), ".6.0") - release)),
  );
  setVariable(VARIABLE_PLATFORM_VERSION, internWord("Darwin Kernel Version"));
  return true;
}

/** Darwin's version: 19 for macOS 10.15, 20 for 11, 24 for 15, 25 for 26 (which old builds see as 16); 0 for no macOS. */
function darwinMajor(major: u32, minorVersion: u32): u32 {
  if (major == 10) return minorVersion <= 16 ? minorVersion + 4 : 0;
  if (major >= 11 && major <= 16) return major + 9;
  return major >= 26 && major < FLOOR_LIMIT ? major - 1 : 0;
}

function setWindows(address: usize, size: u32): bool {
  const isAmd64 = is(address, size, "win-amd64");
  const isArm64 = is(address, size, "win-arm64");
  if (!isAmd64 && !isArm64 && !is(address, size, "win32")) return refuse(STATUS_TARGET, address, size);
  platform = PLATFORM_WINDOWS;
  floorMajor = 0;
  floorMinor = 0;
  architecture = internWord(isAmd64 ? "win_amd64" : isArm64 ? "win_arm64" : "win32");
  setSystem("nt", "win32", "Windows");
  // What PROCESSOR_ARCHITECTURE says; a 32-bit Python is taken to run on a 32-bit Windows.
  setVariable(VARIABLE_PLATFORM_MACHINE, internWord(isAmd64 ? "AMD64" : isArm64 ? "ARM64" : "x86"));
  setVariable(VARIABLE_PLATFORM_RELEASE, internWord("10"));
  setVariable(VARIABLE_PLATFORM_VERSION, internWord("10.0.20348"));
  return true;
}

function setSystem(osName: string, sysPlatform: string, platformSystem: string): void {
  setVariable(VARIABLE_OS_NAME, internWord(osName));
  setVariable(VARIABLE_SYS_PLATFORM, internWord(sysPlatform));
  setVariable(VARIABLE_PLATFORM_SYSTEM, internWord(platformSystem));
}

function setPythonVariables(address: usize, size: u32): void {
  const start = allocate(16);
  const end = writeNumber(writeAscii(start, "3."), minor);
  setVariable(VARIABLE_PYTHON_VERSION, internWritten(start, u32(end - start)));
  let full: u32;
  if (size != 0) {
    full = internCopy(address, size);
  } else {
    const usual = allocate(16);
    const last = writeNumber(writeAscii(writeNumber(writeAscii(usual, "3."), minor), "."), usualPatch(minor));
    full = internWritten(usual, u32(last - usual));
  }
  setVariable(VARIABLE_PYTHON_FULL_VERSION, full);
  setVariable(VARIABLE_IMPLEMENTATION_VERSION, full);
  setVariable(VARIABLE_IMPLEMENTATION_NAME, internWord("cpython"));
  setVariable(VARIABLE_PLATFORM_PYTHON_IMPLEMENTATION, internWord("CPython"));
}

/** A version with at least major, minor and patch (as `platform.python_version` has), of the target's Python. */
function isOfThisPython(address: usize, size: u32): bool {
  const version = parseVersion(address, size);
  if (version == NONE || releaseCount(version) < 3) return false;
  // "v3.12.4" and " 3.12.4" are versions too, but nothing that a Python says of itself.
  return load<u8>(address) == 0x33 && releaseNumber(version, 0) == 3 && releaseNumber(version, 1) == minor;
}

/** The last release of a Python that has ended (3.7, 3.8, 3.9), else the one that the recorded answers were made with. */
function usualPatch(version: u32): u32 {
  switch (version) {
    case 7:
      return 17;
    case 8:
      return 20;
    case 9:
      return 25;
    case 10:
      return 20;
    case 11:
      return 15;
    case 12:
      return 13;
    case 13:
      return 13;
    default:
      return 10; // 3.14.10: the newest that uv 0.13.9 lists
  }
}

function internCopy(address: usize, size: u32): u32 {
  const start = allocate(size);
  memory.copy(start, address, size);
  return internWritten(start, size);
}
