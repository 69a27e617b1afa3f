// Conditions of several targets in one table: equal ones are one row.
//
// Invariant: rows are in the order in which targets first referred to them, and refer to earlier rows only; row 0 always holds.

import {
  CONDITION_ALL,
  CONDITION_GROUP,
  CONDITION_MEMBER,
  CONDITION_NEVER,
  CONDITION_NOT,
  NONE,
} from "../../src/core/abi";
import { Problem } from "../lock/tables";
import { BLOCK, Column, REQUEST, Scratch, Slots } from "../memory/arena";
import { problems, Selection, selections } from "../resolve/resolution";
import { Condition, conditions } from "../standards/condition";
import { put, putNumber, putText } from "./output";

/** Rows as in condition.ts; row 0 always holds. */
const shared: Column<Condition> = changetype<Column<Condition>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
/** Open addressing: row + 1. */
const slots: Slots<u32> = changetype<Slots<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
/** For each of the target's conditions its row in `shared`. */
let sharedRows: usize = 0;
const sharedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
const NEEDED: u32 = 1;

/** Takes those of the target's conditions that packages and refusals refer to, directly or through others. */
export function shareConditions(): void {
  const count = conditions.count;
  sharedRows = sharedMemory.zeroed(usize(count) << 2);
  if (sharedRows == 0) return;
  for (let i: u32 = 0; i < selections.count; i++) need(changetype<Selection>(selections.at(i)).condition);
  for (let i: u32 = 0; i < problems.count; i++) need(changetype<Problem>(problems.at(i)).condition);
  // Rows refer to earlier rows only: downwards for what is needed, upwards for the new rows.
  for (let row = count; row-- > 0; ) {
    if (sharedIndex(row) == 0) continue;
    const each = conditionAt(row);
    if (each.operation >= u32(CONDITION_NOT)) need(each.left);
    if (each.operation > u32(CONDITION_NOT)) need(each.right);
  }
  enterCondition(0, NONE, NONE); // CONDITION_ALWAYS
  for (let row: u32 = 0; row < count; row++) {
    if (sharedIndex(row) != 0) store<u32>(sharedRows + (usize(row) << 2), shareCondition(conditionAt(row)));
  }
}

function need(row: u32): void {
  store<u32>(sharedRows + (usize(row) << 2), NEEDED);
}

export function sharedIndex(row: u32): u32 {
  return load<u32>(sharedRows + (usize(row) << 2));
}

export function conditionAt(row: u32): Condition {
  return changetype<Condition>(conditions.at(row));
}

function shareCondition(condition: Condition): u32 {
  const operation = condition.operation;
  if (operation < u32(CONDITION_NOT)) return enterCondition(operation, condition.left, NONE);
  const left = sharedIndex(condition.left);
  if (operation == CONDITION_NOT) return enterCondition(operation, left, NONE);
  const right = sharedIndex(condition.right);
  return enterCondition(operation, min(left, right), max(left, right));
}

/** The row with these cells, made when there is none. */
function enterCondition(operation: u32, left: u32, right: u32): u32 {
  if (shared.count << 1 >= slots.count && !widen()) return 0;
  const slot = slotOf(operation, left, right);
  const known = load<u32>(slot);
  if (known != 0) return known - 1;
  const address = shared.push();
  if (address == 0) return 0;
  const row = changetype<Condition>(address);
  row.operation = operation;
  row.left = left;
  row.right = right;
  store<u32>(slot, shared.count);
  return shared.count - 1;
}

function slotOf(operation: u32, left: u32, right: u32): usize {
  let h = (u64(operation) << 58) ^ (u64(left) * 0x9e3779b97f4a7c15) ^ (u64(right) * 0xff51afd7ed558ccd);
  h ^= h >> 29;
  let place = u32((h * 0xc4ceb9fe1a85ec53) >> 32) & slots.mask;
  for (let found = load<u32>(slots.at(place)); found != 0; found = load<u32>(slots.at(place))) {
    const each = changetype<Condition>(shared.at(found - 1));
    if (each.operation == operation && each.left == left && each.right == right) break;
    place = (place + 1) & slots.mask;
  }
  return slots.at(place);
}

function widen(): bool {
  if (!slots.widen(256)) return false;
  for (let row: u32 = 0; row < shared.count; row++) {
    const each = changetype<Condition>(shared.at(row));
    store<u32>(slotOf(each.operation, each.left, each.right), row + 1);
  }
  return true;
}

/** The list of them, as JSON. */
export function writeConditions(): void {
  put("[true");
  for (let row: u32 = 1; row < shared.count; row++) {
    put(",");
    writeCondition(changetype<Condition>(shared.at(row)));
  }
  put("]");
}

function writeCondition(condition: Condition): void {
  const operation = condition.operation;
  if (operation == CONDITION_NEVER) return put("false");
  if (operation < u32(CONDITION_NOT)) {
    put(operation == CONDITION_GROUP ? '{"group":' : operation == CONDITION_MEMBER ? '{"member":' : '{"extra":');
    putText(condition.left);
    return put("}");
  }
  put(operation == CONDITION_NOT ? '{"not":' : operation == CONDITION_ALL ? '{"all":[' : '{"any":[');
  putNumber(condition.left);
  if (operation == CONDITION_NOT) return put("}");
  put(",");
  putNumber(condition.right);
  put("]}");
}
