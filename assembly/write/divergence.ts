// Selections for which a solver starts anew: Poetry solves a lock below 2.1 for each selection, and may then take another
// version than the conditions of the frozen resolution say. They are held against the selections that are used most, the
// default one and `main` alone, without extras.

import {
  CONDITION_ALL,
  CONDITION_ALWAYS,
  CONDITION_EXTRA,
  CONDITION_GROUP,
  CONDITION_NEVER,
  CONDITION_NOT,
  METHOD_SEARCH,
} from "../../src/core/abi";
import { lock, packages } from "../lock/tables";
import { BLOCK, Column, REQUEST, Scratch } from "../memory/arena";
import { startBudget } from "../memory/budget";
import { equal } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { begin, failed } from "../memory/status";
import { resolve, Selection, selections } from "../resolve/resolution";
import { conditions } from "../standards/condition";
import { conditionAt } from "./conditions";
import { asked, sizeBefore, targets } from "./targets";

/** A package that is chosen otherwise. Read by hosts (src/core/abi.ts, DIVERGENCE_*). */
@unmanaged
export class Divergence {
  target: u32;
  /** 0 for the request's groups, 1 for `main` alone. */
  selection: u32;
  package: u32;
  /** Whether the frozen resolution has it; else the new one. */
  isFrozen: u32;
}

export const divergences: Column<Divergence> = changetype<Column<Divergence>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));

const IS_CHOSEN: u32 = 1;
const IS_MAIN: u32 = 2;
const IS_SOLVED: u32 = 4;

/** For each package IS_* bits. */
let derived: usize = 0;
const derivedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
const valueMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** For the target that was resolved last, with selections open. `groups` are names, each ended by a NUL byte. */
export function findDivergences(groups: usize, groupsSize: u32, flags: u32): void {
  if (lock.method != METHOD_SEARCH) return;
  const main = memory.data<u8>([0x6d, 0x61, 0x69, 0x6e, 0]); // "main"
  derived = derivedMemory.zeroed(packages.count);
  if (derived == 0) return;
  derive(groups, groupsSize, IS_CHOSEN);
  derive(main, 5, IS_MAIN);
  asked.flags = flags;
  asked.extrasSize = 0;
  asked.groups = groups;
  asked.groupsSize = groupsSize;
  compareWithSolved(IS_CHOSEN, 0);
  asked.groups = main;
  asked.groupsSize = 5;
  compareWithSolved(IS_MAIN, 1);
}

/** Marks the packages whose condition holds with these groups. */
function derive(groups: usize, size: u32, mark: u32): void {
  const values = valueMemory.zeroed(conditions.count);
  if (values == 0) return;
  for (let row: u32 = 0; row < conditions.count; row++) store<u8>(values + row, u8(holds(row, values, groups, size)));
  for (let i: u32 = 0; i < selections.count; i++) {
    const selection = changetype<Selection>(selections.at(i));
    if (load<u8>(values + selection.condition) != 0) setMark(selection.package, mark);
  }
}

function holds(row: u32, values: usize, groups: usize, size: u32): bool {
  const each = conditionAt(row);
  switch (each.operation) {
    case CONDITION_NEVER:
    case CONDITION_EXTRA:
      return false;
    case CONDITION_GROUP:
      return isListed(each.left, groups, size);
    case CONDITION_NOT:
      return load<u8>(values + each.left) == 0;
    case CONDITION_ALL:
      return (load<u8>(values + each.left) & load<u8>(values + each.right)) != 0;
    case CONDITION_ALWAYS:
      return true;
    default:
      return (load<u8>(values + each.left) | load<u8>(values + each.right)) != 0;
  }
}

/** Whether a text is one of the names, each ended by a NUL byte. */
function isListed(text: u32, names: usize, size: u32): bool {
  const end = names + size;
  for (let at = names; at < end; ) {
    const length = sizeBefore(at, end);
    if (length == textSize(text) && equal(at, textAddress(text), length)) return true;
    at += length + 1;
  }
  return false;
}

function setMark(row: u32, mark: u32): void {
  store<u8>(derived + row, load<u8>(derived + row) | u8(mark));
}

/** Solves a selection and adds the packages in which it differs from what was derived; a refusal has none. */
function compareWithSolved(mark: u32, selection: u32): void {
  startBudget();
  resolve(asked);
  if (failed()) begin();
  else
    for (let i: u32 = 0; i < selections.count; i++) setMark(changetype<Selection>(selections.at(i)).package, IS_SOLVED);
  for (let row: u32 = 0; row < packages.count; row++) {
    const marks: u32 = load<u8>(derived + row);
    store<u8>(derived + row, u8(marks & ~IS_SOLVED));
    const isFrozen = (marks & mark) != 0;
    if (isFrozen == ((marks & IS_SOLVED) != 0)) continue;
    const address = divergences.push();
    if (address == 0) return;
    const divergence = changetype<Divergence>(address);
    divergence.target = targets.count - 1;
    divergence.selection = selection;
    divergence.package = row;
    divergence.isFrozen = u32(isFrozen);
  }
}
