// Nix values out of the core's texts and rows: attribute sets and lists are gathered here and handed over in one call.
//
// Invariant: an inner set or list is opened after its owner and closed before anything else is put into the owner. Names of
// attributes are words that differ within each set. Strings are valid UTF-8 without control characters.

import { NONE } from "../../src/core/abi";
import { BLOCK, Column, LOCK, Scratch } from "../memory/arena";
import { wordSize } from "../memory/bytes";
import { textAddress, textSize, texts } from "../memory/intern";
import { cleaned, cleanedSize } from "./clean";
import { makeAttributes, makeList, makeNull, makeString, wordAddress } from "./host";

@unmanaged
class Entry {
  name: usize;
  nameSize: u32;
  value: u32;
}

const entries: Column<Entry> = changetype<Column<Entry>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
const items: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** The value of each text, 0 while it has none: names come up again and again. */
let values: usize = 0;
const valueMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
let nullId: u32 = 0;

/** To be called once all texts are there (none is interned afterwards), before any value is made. */
export function startValues(): void {
  values = valueMemory.zeroed(usize(texts.count) << 2);
  nullId = makeNull();
}

/** Opens a set or a list: what it gives is for the call that closes it. */
export function openSet(): u32 {
  return entries.count;
}

export function put(name: string, value: u32): void {
  putNamed(wordAddress(name), wordSize(name), value);
}

/** For the name that is data: a set of one. */
export function putNamed(address: usize, size: u32, value: u32): void {
  const row = entries.push();
  if (row == 0) return;
  const entry = changetype<Entry>(row);
  entry.name = address;
  entry.nameSize = size;
  entry.value = value;
}

export function closeSet(from: u32): u32 {
  const value = makeAttributes(entries.slice(from), entries.count - from);
  entries.count = from;
  return value;
}

export function openList(): u32 {
  return items.count;
}

export function add(value: u32): void {
  const row = items.push();
  if (row != 0) store<u32>(row, value);
}

export function closeList(from: u32): u32 {
  const value = makeList(items.slice(from), items.count - from);
  items.count = from;
  return value;
}

export function wordValue(word: string): u32 {
  return makeString(wordAddress(word), wordSize(word));
}

export function nullValue(): u32 {
  return nullId;
}

/** The text of an id; null for NONE. */
export function textValue(id: u32): u32 {
  if (id == NONE) return nullId;
  if (!ASC_NO_ASSERT) assert(id < texts.count);
  const slot = values + (usize(id) << 2);
  let value = load<u32>(slot);
  if (value == 0) {
    value = stringValue(textAddress(id), textSize(id));
    store<u32>(slot, value);
  }
  return value;
}

export function stringValue(address: usize, size: u32): u32 {
  for (let i: u32 = 0; i < size; i++) {
    // Nix ends its strings at a NUL; other control characters have no place in a name or an address either.
    if (load<u8>(address + i) < 0x20) return makeString(cleaned(address, size, size), cleanedSize());
  }
  return makeString(address, size);
}
