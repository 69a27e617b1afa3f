// A map from three numbers to one: for what is found by several cells at once, in constant time.
//
// Invariant: a triple that is not there has the value NONE. Spaces keep the numbers of different uses apart.

import { NONE } from "../../../src/core/abi";
import { Column, LOCK, Slots } from "../../memory/arena";

@unmanaged
class Triple {
  space: u32;
  a: u32;
  b: u32;
  value: u32;
}

const triples: Column<Triple> = changetype<Column<Triple>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** Open addressing: row + 1 in each used slot; at most half full. */
const slots: Slots<u32> = changetype<Slots<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** Sets the value, unless there is one; gives the value that is there then. */
export function enter(space: u32, a: u32, b: u32, value: u32): u32 {
  if (triples.count << 1 >= slots.count && !widen()) return NONE;
  const slot = slotOf(space, a, b);
  const found = load<u32>(slot);
  if (found != 0) return tripleAt(found - 1).value;
  const row = triples.push();
  if (row == 0) return NONE;
  const triple = changetype<Triple>(row);
  triple.space = space;
  triple.a = a;
  triple.b = b;
  triple.value = value;
  store<u32>(slot, triples.count);
  return value;
}

/** The value, NONE when there is none. */
export function valueOf(space: u32, a: u32, b: u32): u32 {
  if (slots.count == 0) return NONE;
  const found = load<u32>(slotOf(space, a, b));
  return found == 0 ? NONE : tripleAt(found - 1).value;
}

/** A number for the triple, the same each time. */
export function numberOf(space: u32, a: u32, b: u32): u32 {
  return enter(space, a, b, triples.count);
}

function tripleAt(row: u32): Triple {
  return changetype<Triple>(triples.at(row));
}

/** The triple's slot, or the empty one where it belongs. */
function slotOf(space: u32, a: u32, b: u32): usize {
  let h = (u64(space) << 32) ^ (u64(a) * 0x9e3779b97f4a7c15) ^ (u64(b) * 0xff51afd7ed558ccd);
  h ^= h >> 29;
  let place = u32((h * 0xc4ceb9fe1a85ec53) >> 32) & slots.mask;
  let slot = slots.at(place);
  for (let found = load<u32>(slot); found != 0; found = load<u32>(slot)) {
    const each = tripleAt(found - 1);
    if (each.a == a && each.b == b && each.space == space) break;
    place = (place + 1) & slots.mask;
    slot = slots.at(place);
  }
  return slot;
}

function widen(): bool {
  if (!slots.widen(256)) return false;
  for (let row: u32 = 0; row < triples.count; row++) {
    const each = tripleAt(row);
    store<u32>(slotOf(each.space, each.a, each.b), row + 1);
  }
  return true;
}
