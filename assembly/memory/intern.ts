// Interning: equal bytes get equal ids. Ids are rows of the text table, in the order of first appearance.
//
// Invariant: a text's bytes stay where they are until the arena is reset; interning copies nothing.

import { NONE, STATUS_COLLISIONS } from "../../src/core/abi";
import { allocate, Column, LOCK, rewind, Slots } from "./arena";
import { PROBE_LIMIT } from "./budget";
import { equal, wordSize, writeAscii } from "./bytes";
import { fail } from "./status";

@unmanaged
export class Text {
  address: usize;
  size: u32;
}

/** The text table. */
export const texts: Column<Text> = changetype<Column<Text>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** Open addressing: id + 1 in each used slot; at most half full. */
const slots: Slots<u32> = changetype<Slots<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
const FIRST_SLOTS: u32 = 1024;

/** The id of these bytes. */
export function intern(address: usize, size: u32): u32 {
  if (slots.count == 0 && !slots.widen(FIRST_SLOTS)) return NONE;
  let slot = hash(address, size) & slots.mask;
  for (let probes: u32 = 0; ; probes++) {
    const id = load<u32>(slots.at(slot));
    if (id == 0) break;
    if (probes == PROBE_LIMIT) {
      // Any id will do: whoever asked finds the failure.
      fail(STATUS_COLLISIONS, address, size);
      return 0;
    }
    const text = changetype<Text>(texts.at(id - 1));
    if (text.size == size && equal(text.address, address, size)) return id - 1;
    slot = (slot + 1) & slots.mask;
  }
  const row = texts.push();
  if (row == 0) return NONE;
  changetype<Text>(row).address = address;
  changetype<Text>(row).size = size;
  store<u32>(slots.at(slot), texts.count);
  if (texts.count << 1 >= slots.count) rehash();
  return texts.count - 1;
}

/** The id of bytes that will not stay where they are: a copy is made when they are new. */
export function internCopy(address: usize, size: u32): u32 {
  const known = texts.count;
  const id = intern(address, size);
  if (texts.count == known || id == NONE) return id;
  const copy = allocate(size + 8);
  if (copy == 0) return NONE;
  memory.copy(copy, address, size);
  changetype<Text>(texts.at(id)).address = copy;
  return id;
}

/** Id of a word of ASCII. */
export function internWord(word: string): u32 {
  const start = allocate(wordSize(word));
  return internWritten(start, u32(writeAscii(start, word) - start));
}

/** Interns what was just written at `start`, the arena's last block, and frees it when the text was known. */
export function internWritten(start: usize, size: u32): u32 {
  const before = texts.count;
  const id = intern(start, size);
  if (texts.count == before) rewind(start);
  return id;
}

@inline
export function textAddress(id: u32): usize {
  return changetype<Text>(texts.at(id)).address;
}

@inline
export function textSize(id: u32): u32 {
  return changetype<Text>(texts.at(id)).size;
}

/** Says which of all equal texts it is that messages point at. */
export function placeText(id: u32, address: usize): void {
  if (id != NONE) changetype<Text>(texts.at(id)).address = address;
}

function rehash(): void {
  if (!slots.widen(FIRST_SLOTS)) return;
  for (let id: u32 = 0; id < texts.count; id++) {
    let slot = hash(textAddress(id), textSize(id)) & slots.mask;
    while (load<u32>(slots.at(slot)) != 0) slot = (slot + 1) & slots.mask;
    store<u32>(slots.at(slot), id + 1);
  }
}

/** Multiply and fold, eight bytes a step. Collisions are easily crafted: who probes has to give up some time (PROBE_LIMIT). */
@inline
export function hash(address: usize, size: u32): u32 {
  let h: u64 = (u64(size) + 1) * 0x9e3779b97f4a7c15;
  const end = address + size;
  while (address + 8 <= end) {
    h = (h ^ load<u64>(address)) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
    address += 8;
  }
  // The bytes that are left, zeros above them.
  const tail = load<u64>(address) & ~((<u64>-1) << (u64(end - address) << 3));
  h = (h ^ tail) * 0xff51afd7ed558ccd;
  h ^= h >> 32;
  return u32(h);
}
