// What a call is given: the lock's bytes, the project's records, and the texts of the argument; and where a failure lies.
//
// Invariant: each input is followed by INPUT_PADDING zeros; the project's records are valid UTF-8.
// The lock is read once. Only when a message is to quote it, it is read again, since reading unescapes strings in place.

import { INPUT_LIMIT, INPUT_PADDING, NONE, STATUS_INPUT_TOO_LARGE, STATUS_PROJECT_RECORD } from "../../src/core/abi";
import { allocate, rewind } from "../memory/arena";
import { fail, failAbout } from "../memory/status";
import { firstInvalid } from "../memory/utf8";
import { attribute, copyList, copyString, panic, readFile, TYPE_LIST, TYPE_PATH, TYPE_STRING, typeOf } from "./host";

export const IN_LOCK: u32 = 0;
export const IN_PROJECT: u32 = 1;
export const IN_ARGUMENT: u32 = 2;

/** Room for the lock at first: nearly every lock fits, and pages that are never touched cost nothing. */
const LOCK_ROOM: u32 = 8388608; // 8 MiB
/** Room for a text of the argument at first: names are short. */
const TEXT_ROOM: u32 = 256;

let lockPath: u32 = 0;
let lockAddress: usize = 0;
let lockSize: u32 = 0;
let lockIsOriginal: bool = false;
let projectAddress: usize = 0;
let projectSize: u32 = 0;
let argumentAddress: usize = 0;
let argumentEnd: usize = 0;

/** The text that was taken last. */
export let textStart: usize = 0;
export let textLength: u32 = 0;

/** Reads the lock that the argument names, to be called first; false when it is too large, which the status says. */
export function takeLock(argument: u32): bool {
  lockPath = attribute(argument, "lock");
  if (lockPath == 0 || typeOf(lockPath) != TYPE_PATH) panic("`lock` must be a path");
  lockAddress = allocate(LOCK_ROOM + INPUT_PADDING);
  lockSize = readFile(lockPath, lockAddress, LOCK_ROOM);
  if (lockSize > LOCK_ROOM) {
    rewind(lockAddress);
    const size = lockSize;
    const isTooLarge = size > u32(INPUT_LIMIT);
    lockAddress = isTooLarge ? 0 : allocate(usize(size) + INPUT_PADDING);
    lockSize = 0;
    if (isTooLarge) failAbout(STATUS_INPUT_TOO_LARGE, 0, 0, INPUT_LIMIT);
    if (lockAddress == 0) return false;
    if (readFile(lockPath, lockAddress, size) != size) panic("the lock changed while it was read");
    lockSize = size;
  }
  rewind(lockAddress + lockSize + INPUT_PADDING);
  memory.fill(lockAddress + lockSize, 0, INPUT_PADDING);
  lockIsOriginal = false;
  argumentAddress = lockAddress;
  argumentEnd = lockAddress;
  return true;
}

export function lockStart(): usize {
  return lockAddress;
}

export function lockLength(): u32 {
  return lockSize;
}

/** Puts the lock's bytes back as they were. What was read from it points to other texts afterwards: only for messages. */
export function restoreLock(): void {
  if (lockIsOriginal) return;
  lockIsOriginal = true;
  if (readFile(lockPath, lockAddress, lockSize) != lockSize) panic("the lock changed while it was read");
}

/** Takes the project's records; false when the argument has none, or the status says what is wrong with them. */
export function takeProject(argument: u32): bool {
  if (!takeText(argument, "project")) return false;
  projectAddress = textStart;
  projectSize = textLength;
  const invalid = firstInvalid(projectAddress, projectSize);
  if (invalid != 0) fail(STATUS_PROJECT_RECORD, invalid, 1);
  return invalid == 0;
}

/** From here on, texts belong to the argument. */
export function startArgument(): void {
  argumentAddress = allocate(0);
}

/** Takes a string of the argument into `textStart`, `textLength`; false, and an empty text, when there is none. */
export function takeText(argument: u32, name: string): bool {
  textStart = 0;
  textLength = 0;
  const value = attribute(argument, name);
  if (value == 0) return false;
  takeString(value);
  return true;
}

function takeString(value: u32): void {
  if (typeOf(value) != TYPE_STRING) panic("expected a string");
  textStart = allocate(TEXT_ROOM);
  textLength = copyString(value, textStart, TEXT_ROOM);
  rewind(textStart);
  textStart = allocate(usize(textLength) + INPUT_PADDING);
  if (textStart == 0) panic("out of memory");
  if (textLength > TEXT_ROOM) copyString(value, textStart, textLength);
  memory.fill(textStart + textLength, 0, INPUT_PADDING);
  argumentEnd = textStart + textLength;
}

/** Takes a list of names, which are only ever compared and so may hold anything, each ended by a NUL, into `textStart`, `textLength`; false when there is none. */
export function takeNames(argument: u32, name: string): bool {
  textStart = 0;
  textLength = 0;
  const value = attribute(argument, name);
  if (value == 0) return false;
  if (typeOf(value) != TYPE_LIST) panic("expected a list");
  const count = copyList(value, 0, 0);
  const ids = allocate(usize(count) << 2);
  if (ids == 0) panic("out of memory");
  copyList(value, ids, count);
  const start = allocate(0);
  let size: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    takeString(load<u32>(ids + (usize(i) << 2)));
    // Moved up to the one before: its own bytes and padding are free again.
    memory.copy(start + size, textStart, textLength);
    store<u8>(start + size + textLength, 0);
    size += textLength + 1;
    rewind(start + size);
  }
  textStart = start;
  textLength = size;
  argumentEnd = start + size;
  return true;
}

/** IN_*, NONE for an address that lies in none of them. */
export function inputOf(address: usize): u32 {
  if (lockAddress != 0 && address - lockAddress <= usize(lockSize)) return IN_LOCK;
  if (projectAddress != 0 && address - projectAddress <= usize(projectSize)) return IN_PROJECT;
  return argumentAddress != 0 && address >= argumentAddress && address < argumentEnd ? IN_ARGUMENT : NONE;
}

export function inputStart(input: u32): usize {
  if (input == IN_LOCK) return lockAddress;
  return input == IN_PROJECT ? projectAddress : argumentAddress;
}

/** What `locate` found: line and column, from 1; columns are code points. A byte order mark is no character (src/words/position.ts). */
export let line: u32 = 0;
export let column: u32 = 0;
let locatedTo: usize = 0;

/** Finds line and column of an address in the lock; from the last one on, so that many in a row take one pass together. */
export function locate(address: usize): void {
  if (line == 0 || address < locatedTo) {
    locatedTo = lockAddress;
    if ((load<u32>(lockAddress) & 0xffffff) == 0xbfbbef) locatedTo += 3;
    line = 1;
    column = 1;
  }
  for (; locatedTo < address; locatedTo++) {
    const c: u32 = load<u8>(locatedTo);
    if ((c & 0xc0) != 0x80) column++;
    if (c != 0x0a) continue;
    line++;
    column = 1;
  }
}
