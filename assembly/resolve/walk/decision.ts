// Decisions: functions of yes-or-no variables, each in one form only (reduced ordered binary decision diagrams, Bryant 1986).
//
// Conditions (condition.ts) are cheap and not unique, which is enough for a filter. A walk through a graph with cycles has to
// see when a function no longer changes, and so needs them unique: equal functions are equal numbers.
//
// Invariant: a decision's variable is smaller than those of the decisions it leads to, which have smaller numbers than it.
// Recursion is as deep as there are variables, at most VARIABLE_LIMIT; work is bounded by STEP_LIMIT, after which the status
// is STATUS_TOO_HARD.

import { NONE, STATUS_TOO_HARD } from "../../../src/core/abi";
import { BLOCK, Column, Scratch, TARGET } from "../../memory/arena";
import { fail, failed } from "../../memory/status";

export const NO: u32 = 0;
export const YES: u32 = 1;

/** Variables of one request. Real locks have up to some sixty. */
const VARIABLE_LIMIT: u32 = 1000;
/** Steps of one request; some seconds. Real locks take some ten thousand. */
const STEP_LIMIT: u32 = 30000000;
/** While members are open, too: what is too hard then is asked again without (src/answers/freeze.ts); a quarter of a second. */
const MEMBER_STEP_LIMIT: u32 = 5000000;
/** Entries of the memory of results, which forgets the older of two that fall on one place. */
const MEMO_SIZE: u32 = 16384;

const OPERATION_BOTH: u32 = 0;
const OPERATION_EITHER: u32 = 1;
/** The first and not the second. */
const OPERATION_WITHOUT: u32 = 2;

@unmanaged
class Decision {
  variable: u32;
  /** What follows when the variable is no, and when it is yes. */
  low: u32;
  high: u32;
}

@unmanaged
class Memo {
  operation: u32;
  a: u32;
  b: u32;
  result: u32;
}

const decisions: Column<Decision> = changetype<Column<Decision>>(memory.data<u32>([0, 0, 0, 0, TARGET]));

/** Open addressing: row + 1 in each used slot; at most half full. */
let slots: usize = 0;
let mask: u32 = 0;
const slotMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
let memos: usize = 0;
const memoMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
let steps: u32 = 0;
let stepLimit: u32 = STEP_LIMIT;

/** Forgets all decisions but NO and YES. */
export function startDecisions(): void {
  mask = 1023;
  slots = slotMemory.zeroed(usize(mask + 1) << 2);
  memos = memoMemory.zeroed(usize(MEMO_SIZE) * offsetof<Memo>());
  steps = 0;
  stepLimit = STEP_LIMIT;
  push(NONE, NO, NO);
  push(NONE, YES, YES);
}

/** Which members are asked for are variables, too. */
export function openMembers(): void {
  stepLimit = MEMBER_STEP_LIMIT;
}

/** The decision that is the variable itself. */
export function variable(index: u32): u32 {
  if (index >= VARIABLE_LIMIT) {
    fail(STATUS_TOO_HARD, 0, 0);
    return NO;
  }
  return decide(index, NO, YES);
}

export function both(a: u32, b: u32): u32 {
  return apply(OPERATION_BOTH, a, b);
}

export function either(a: u32, b: u32): u32 {
  return apply(OPERATION_EITHER, a, b);
}

export function without(a: u32, b: u32): u32 {
  return apply(OPERATION_WITHOUT, a, b);
}

export function opposite(a: u32): u32 {
  return apply(OPERATION_WITHOUT, YES, a);
}

/** The decision's value when the bytes at `values`, one for each variable, say which are yes. */
export function holds(decision: u32, values: usize): bool {
  while (decision > YES) {
    const row = decisionAt(decision);
    decision = load<u8>(values + row.variable) != 0 ? row.high : row.low;
  }
  return decision == YES;
}

export function decisionCount(): u32 {
  return decisions.count;
}

export function variableOf(decision: u32): u32 {
  return decisionAt(decision).variable;
}

export function lowOf(decision: u32): u32 {
  return decisionAt(decision).low;
}

export function highOf(decision: u32): u32 {
  return decisionAt(decision).high;
}

function decisionAt(row: u32): Decision {
  return changetype<Decision>(decisions.at(row));
}

/** What follows from a decision when this variable is asked first: itself when it does not ask for it. */
function follow(decision: u32, asked: u32, isHigh: bool): u32 {
  const row = decisionAt(decision);
  if (row.variable != asked) return decision;
  return isHigh ? row.high : row.low;
}

function apply(operation: u32, a: u32, b: u32): u32 {
  if (operation == OPERATION_BOTH) {
    if (a == NO || b == NO) return NO;
    if (a == YES || a == b) return b;
    if (b == YES) return a;
  } else if (operation == OPERATION_EITHER) {
    if (a == YES || b == YES) return YES;
    if (a == NO || a == b) return b;
    if (b == NO) return a;
  } else {
    if (a == NO || b == YES || a == b) return NO;
    if (b == NO) return a;
    if (a == YES && b == YES) return NO;
  }
  if (++steps > stepLimit) fail(STATUS_TOO_HARD, 0, 0);
  if (failed()) return NO;
  if (operation != OPERATION_WITHOUT && a > b) {
    const swapped = a;
    a = b;
    b = swapped;
  }
  const memo = memoOf(operation, a, b);
  if (memo.a == a && memo.b == b && memo.operation == operation) return memo.result;
  // Terminals have NONE, the largest number, as their variable.
  const first = decisionAt(a).variable;
  const second = decisionAt(b).variable;
  const asked = first < second ? first : second;
  const low = apply(operation, follow(a, asked, false), follow(b, asked, false));
  const high = apply(operation, follow(a, asked, true), follow(b, asked, true));
  const result = decide(asked, low, high);
  memo.operation = operation;
  memo.a = a;
  memo.b = b;
  memo.result = result;
  return result;
}

/** The place of a result. NO is an operand of no remembered result: a place of zeros is empty. */
function memoOf(operation: u32, a: u32, b: u32): Memo {
  return changetype<Memo>(memos + usize(mix(operation, a, b) & (MEMO_SIZE - 1)) * offsetof<Memo>());
}

/** The decision with these cells, made when there is none. */
function decide(asked: u32, low: u32, high: u32): u32 {
  if (low == high) return low;
  let place = mix(asked, low, high) & mask;
  for (;;) {
    const found = load<u32>(slots + (usize(place) << 2));
    if (found == 0) break;
    const row = decisionAt(found - 1);
    if (row.low == low && row.high == high && row.variable == asked) return found - 1;
    place = (place + 1) & mask;
  }
  if (!push(asked, low, high)) return NO;
  store<u32>(slots + (usize(place) << 2), decisions.count);
  const made = decisions.count - 1;
  if (decisions.count << 1 > mask) rehash();
  return made;
}

function push(asked: u32, low: u32, high: u32): bool {
  const address = decisions.push();
  if (address == 0) return false;
  const row = changetype<Decision>(address);
  row.variable = asked;
  row.low = low;
  row.high = high;
  return true;
}

function rehash(): void {
  mask = (mask << 1) | 1;
  slots = slotMemory.zeroed(usize(mask + 1) << 2);
  if (slots == 0) return;
  for (let i: u32 = YES + 1; i < decisions.count; i++) {
    const row = decisionAt(i);
    let place = mix(row.variable, row.low, row.high) & mask;
    while (load<u32>(slots + (usize(place) << 2)) != 0) place = (place + 1) & mask;
    store<u32>(slots + (usize(place) << 2), i + 1);
  }
}

function mix(kind: u32, a: u32, b: u32): u32 {
  let h = (u64(kind) << 48) ^ (u64(a) * 0x9e3779b97f4a7c15) ^ (u64(b) * 0xff51afd7ed558ccd);
  h ^= h >> 29;
  return u32((h * 0xc4ceb9fe1a85ec53) >> 32);
}
