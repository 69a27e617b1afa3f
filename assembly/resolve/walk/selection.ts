// The selection of groups and extras as decisions (decision.ts), and decisions about it as conditions (condition.ts).
//
// For one selection each group and extra is YES or NO; while the selection is open each is a variable, and so are the members
// of a workspace that a walk may start from (roots.ts).
//
// Invariant: `groups` with the name `main` stands for what is required without any group.

import { NONE } from "../../../src/core/abi";
import { ITEM_EXTRA, ITEM_GROUP, ITEM_PROJECT, SPACE_SYMBOL } from "../../lock/uv/branches";
import { enter } from "../../lock/uv/triples";
import { BLOCK, Column, LOCK, Scratch } from "../../memory/arena";
import { internWord } from "../../memory/intern";
import {
  ALWAYS,
  all,
  any,
  extraChosen,
  groupChosen,
  isExtraChosen,
  isGroupChosen,
  memberChosen,
  NEVER,
  not,
} from "../../standards/condition";
import { decisionCount, highOf, lowOf, NO, variable, variableOf, without, YES } from "./decision";

@unmanaged
class Symbol {
  /** ITEM_GROUP, ITEM_EXTRA or ITEM_PROJECT, and a text id. */
  kind: u32;
  name: u32;
}

/** Variable -> what it stands for. Kept from one request to the next. */
const symbols: Column<Symbol> = changetype<Column<Symbol>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
let open: bool = false;
let main: u32 = NONE;

/** Condition rows + 1 by decision, while conditions are written. */
let rows: usize = 0;
const rowMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** To be called before the request's names are counted (startConditions). */
export function nameMain(): void {
  main = internWord("main");
}

export function startSelection(isOpen: bool): void {
  open = isOpen;
}

/** That what is required without any group is asked for. */
export function mainChosen(): u32 {
  return chosen(ITEM_GROUP, main);
}

/** That a group or an extra is asked for. */
export function chosen(kind: u32, name: u32): u32 {
  if (!open) return (kind == ITEM_GROUP ? isGroupChosen(name) : isExtraChosen(name)) ? YES : NO;
  return symbolOf(kind, name);
}

/** That a member of the workspace is asked for; NONE: that one alone is. Only while the selection is open. */
export function memberAsked(name: u32): u32 {
  return symbolOf(ITEM_PROJECT, name);
}

function symbolOf(kind: u32, name: u32): u32 {
  const index = enter(SPACE_SYMBOL, kind, name, symbols.count);
  if (index == symbols.count) {
    const row = symbols.push();
    if (row == 0) return NO;
    changetype<Symbol>(row).kind = kind;
    changetype<Symbol>(row).name = name;
  }
  return variable(index);
}

/** To be called when all decisions are made that conditions are wanted of; then `want` for each, then `writeConditions`. */
export function startWriting(): void {
  rows = rowMemory.zeroed(usize(decisionCount()) << 2);
}

export function want(decision: u32): void {
  if (!ASC_NO_ASSERT) assert(usize(decision) << 2 < rowMemory.capacity);
  store<u32>(rows + (usize(decision) << 2), 1);
}

/** Writes the conditions of the decisions that are wanted: downwards for what they need, upwards for the rows. */
export function writeConditions(): void {
  const count = u32(rowMemory.capacity == 0 ? 0 : decisionCount());
  for (let i = count; i > 2; i--) {
    if (load<u32>(rows + (usize(i - 1) << 2)) == 0) continue;
    want(lowOf(i - 1));
    want(highOf(i - 1));
  }
  // `written` may make new decisions; they are behind those that are wanted.
  for (let i: u32 = YES + 1; i < count; i++) {
    if (load<u32>(rows + (usize(i) << 2)) != 0) store<u32>(rows + (usize(i) << 2), written(i) + 1);
  }
}

/** The condition row of a decision that was wanted. */
export function conditionOf(decision: u32): u32 {
  if (decision <= YES) return decision == YES ? ALWAYS : NEVER;
  if (!ASC_NO_ASSERT) assert(usize(decision) << 2 < rowMemory.capacity);
  return load<u32>(rows + (usize(decision) << 2)) - 1;
}

function written(decision: u32): u32 {
  const symbol = changetype<Symbol>(symbols.at(variableOf(decision)));
  const yes = leafOf(symbol.kind, symbol.name);
  const low = conditionOf(lowOf(decision));
  const high = conditionOf(highOf(decision));
  // Nearly all decisions only ever widen with what is chosen.
  if (without(lowOf(decision), highOf(decision)) == NO) return any(low, all(yes, high));
  if (without(highOf(decision), lowOf(decision)) == NO) return any(high, all(not(yes), low));
  return any(all(yes, high), all(not(yes), low));
}

function leafOf(kind: u32, name: u32): u32 {
  return kind == ITEM_EXTRA ? extraChosen(name) : kind == ITEM_GROUP ? groupChosen(name) : memberChosen(name);
}
