// Conditions: what of the selection (groups, extras) a thing depends on, as a table of shared expressions.
//
// Rows refer to earlier rows only; equal rows are one row; ALWAYS is row 0, NEVER row 1. When a request names its groups
// and extras, each of them is ALWAYS or NEVER from the start and no other row ever appears: evaluating for one selection
// and keeping all selections open is the same code.
//
// Invariant: rows are simplified as they are made, so a condition that holds for every selection is row 0 wherever the
// rules below can see it. They do not see every tautology; what they miss costs a row, never a wrong answer.

import {
  CONDITION_ALL,
  CONDITION_ALWAYS,
  CONDITION_ANY,
  CONDITION_EXTRA,
  CONDITION_GROUP,
  CONDITION_MEMBER,
  CONDITION_NEVER,
  CONDITION_NOT,
  NONE,
} from "../../src/core/abi";
import { BLOCK, Column, Scratch, TARGET } from "../memory/arena";

export const ALWAYS: u32 = 0;
export const NEVER: u32 = 1;

@unmanaged
export class Condition {
  operation: u32;
  left: u32;
  right: u32;
}

/** The condition table. */
export const conditions: Column<Condition> = changetype<Column<Condition>>(memory.data<u32>([0, 0, 0, 0, TARGET]));

/** Open addressing over the rows: row + 1 in each used slot; at most half full. */
let slots: usize = 0;
let mask: u32 = 0;
const slotMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** One byte a text id: whether the group, the extra is chosen. Unused while the selection is open. */
let chosenGroups: usize = 0;
let chosenExtras: usize = 0;
let chosenTexts: u32 = 0;
const groupMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
const extraMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
let open: bool = false;

/** Empties the table. `texts` is the number of text ids there are; with `isOpen` groups and extras stay symbols. */
export function startConditions(texts: u32, isOpen: bool): void {
  mask = 1023;
  slots = slotMemory.zeroed(usize(mask + 1) << 2);
  open = isOpen;
  chosenTexts = texts;
  chosenGroups = groupMemory.zeroed(texts);
  chosenExtras = extraMemory.zeroed(texts);
  row(CONDITION_ALWAYS, NONE, NONE);
  row(CONDITION_NEVER, NONE, NONE);
}

export function chooseGroup(id: u32): void {
  if (!ASC_NO_ASSERT) assert(id < chosenTexts);
  store<u8>(chosenGroups + id, 1);
}

export function chooseExtra(id: u32): void {
  if (!ASC_NO_ASSERT) assert(id < chosenTexts);
  store<u8>(chosenExtras + id, 1);
}

/** Whether the request names the group, the extra: for a walk, whose conditions stay open (walk.ts). */
export function isGroupChosen(id: u32): bool {
  return id < chosenTexts && load<u8>(chosenGroups + id) != 0;
}

export function isExtraChosen(id: u32): bool {
  return id < chosenTexts && load<u8>(chosenExtras + id) != 0;
}

/** Holds when the group is chosen. */
export function groupChosen(id: u32): u32 {
  if (open) return row(CONDITION_GROUP, id, NONE);
  return id < chosenTexts && load<u8>(chosenGroups + id) != 0 ? ALWAYS : NEVER;
}

/** Holds when the extra is chosen. */
export function extraChosen(id: u32): u32 {
  if (open) return row(CONDITION_EXTRA, id, NONE);
  return id < chosenTexts && load<u8>(chosenExtras + id) != 0 ? ALWAYS : NEVER;
}

/** Holds when the member of the workspace is asked for; NONE: when one alone is. Only while the selection is open. */
export function memberChosen(id: u32): u32 {
  return row(CONDITION_MEMBER, id, NONE);
}

export function not(a: u32): u32 {
  if (a == ALWAYS) return NEVER;
  if (a == NEVER) return ALWAYS;
  if (operation(a) == CONDITION_NOT) return left(a);
  return row(CONDITION_NOT, a, NONE);
}

export function all(a: u32, b: u32): u32 {
  if (a == NEVER || b == NEVER) return NEVER;
  if (a == ALWAYS || a == b) return b;
  if (b == ALWAYS) return a;
  if (opposite(a, b)) return NEVER;
  // a and (a or x) is a
  if (has(b, CONDITION_ANY, a) || has(a, CONDITION_ALL, b)) return a;
  if (has(a, CONDITION_ANY, b) || has(b, CONDITION_ALL, a)) return b;
  return a < b ? row(CONDITION_ALL, a, b) : row(CONDITION_ALL, b, a);
}

export function any(a: u32, b: u32): u32 {
  if (a == ALWAYS || b == ALWAYS) return ALWAYS;
  if (a == NEVER || a == b) return b;
  if (b == NEVER) return a;
  if (opposite(a, b)) return ALWAYS;
  // a or (a and x) is a
  if (has(b, CONDITION_ALL, a) || has(a, CONDITION_ANY, b)) return a;
  if (has(a, CONDITION_ALL, b) || has(b, CONDITION_ANY, a)) return b;
  return a < b ? row(CONDITION_ANY, a, b) : row(CONDITION_ANY, b, a);
}

export function operation(a: u32): u32 {
  return changetype<Condition>(conditions.at(a)).operation;
}

export function left(a: u32): u32 {
  return changetype<Condition>(conditions.at(a)).left;
}

export function right(a: u32): u32 {
  return changetype<Condition>(conditions.at(a)).right;
}

/** Whether one is the other's NOT. */
function opposite(a: u32, b: u32): bool {
  return ((operation(a) == CONDITION_NOT) & (left(a) == b)) | ((operation(b) == CONDITION_NOT) & (left(b) == a));
}

/** Whether `a` is an ALL (ANY) of which `b` is a member, through nested rows of the same operation. */
function has(a: u32, kind: u32, b: u32): bool {
  // The left operand is always the older row and the right one carries the chain in practice; a bounded walk suffices,
  // since a miss only costs a row.
  for (let steps = 0; steps < 16 && operation(a) == kind; steps++) {
    if ((left(a) == b) | (right(a) == b)) return true;
    a = operation(right(a)) == kind ? right(a) : left(a);
  }
  return false;
}

/** The row with these cells, made when there is none. */
function row(kind: u32, a: u32, b: u32): u32 {
  let slot = mix(kind, a, b) & mask;
  for (;;) {
    const found = load<u32>(slots + (usize(slot) << 2));
    if (found == 0) break;
    const candidate = changetype<Condition>(conditions.at(found - 1));
    if (candidate.operation == kind && candidate.left == a && candidate.right == b) return found - 1;
    slot = (slot + 1) & mask;
  }
  const address = conditions.push();
  if (address == 0) return NEVER;
  const added = changetype<Condition>(address);
  added.operation = kind;
  added.left = a;
  added.right = b;
  store<u32>(slots + (usize(slot) << 2), conditions.count);
  if (conditions.count << 1 > mask) rehash();
  return conditions.count - 1;
}

function rehash(): void {
  mask = (mask << 1) | 1;
  slots = slotMemory.zeroed(usize(mask + 1) << 2);
  if (slots == 0) return;
  for (let i: u32 = 0; i < conditions.count; i++) {
    const each = changetype<Condition>(conditions.at(i));
    let slot = mix(each.operation, each.left, each.right) & mask;
    while (load<u32>(slots + (usize(slot) << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(slots + (usize(slot) << 2), i + 1);
  }
}

function mix(kind: u32, a: u32, b: u32): u32 {
  let h = (u64(kind) << 58) ^ (u64(a) * 0x9e3779b97f4a7c15) ^ (u64(b) * 0xff51afd7ed558ccd);
  h ^= h >> 29;
  return u32((h * 0xc4ceb9fe1a85ec53) >> 32);
}
