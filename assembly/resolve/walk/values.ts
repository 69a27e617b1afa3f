// Markers of a lock that is a graph, as decisions: the target's part is evaluated, what they say of extras, groups and
// projects (conflict.ts) is replaced by what is known of those at the moment.
//
// Invariant: a marker's decision is that of the items' present values; `setItem` forgets those made with other values.

import {
  CONDITION_ALL,
  CONDITION_ALWAYS,
  CONDITION_ANY,
  CONDITION_EXTRA,
  CONDITION_NOT,
  NONE,
} from "../../../src/core/abi";
import { Dependency, idAt, pushId } from "../../lock/tables";
import { conflictItems, facts, markerLists } from "../../lock/uv/branches";
import { literalItem } from "../../lock/uv/conflict";
import { BLOCK, Column, Scratch, TARGET } from "../../memory/arena";
import { failed } from "../../memory/status";
import { ALWAYS, conditions, left, NEVER, operation, right } from "../../standards/condition";
import { EXTRA_ABSENT, EXTRA_SET, evaluateMarker } from "../../standards/pep508/evaluation";
import { both, either, NO, opposite, YES } from "./decision";

/** For each condition row its decision, and the age at which it was made. */
@unmanaged
class Known {
  age: u32;
  decision: u32;
}

const known: Column<Known> = changetype<Column<Known>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
/** Rows that wait for rows they refer to. */
const waiting: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
/** Decision by item. */
let items: usize = 0;
const itemMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
let age: u32 = 0;
/** Whether one of the lock's resolution markers admits the target: every edge is under that condition, too. */
let isAdmitted: bool = true;

/** No item is active. To be called after `startConditions` and `startEvaluation`. */
export function startValues(): void {
  items = itemMemory.zeroed(usize(conflictItems.count) << 2);
  age++;
  isAdmitted = facts.forkCount == 0 || anyHolds(facts.forks, facts.forkCount);
}

/** Whether one of these markers holds on the target, whatever they say of extras (UniversalMarker::pep508). */
export function anyHolds(first: u32, count: u32): bool {
  for (let i = first; i < first + count; i++) {
    if (evaluateMarker(idAt(markerLists, i), EXTRA_ABSENT) == ALWAYS) return true;
  }
  return false;
}

export function itemValue(item: u32): u32 {
  if (!ASC_NO_ASSERT) assert(item < conflictItems.count);
  return load<u32>(items + (usize(item) << 2));
}

export function setItem(item: u32, decision: u32): void {
  if (itemValue(item) == decision) return;
  store<u32>(items + (usize(item) << 2), decision);
  age++;
}

/** Under which an edge holds (DependencyWire::unwire: its marker and the resolution markers). */
export function edgeDecision(edge: Dependency): u32 {
  if (!isAdmitted) return NO;
  if (edge.marker == NONE) return YES;
  const condition = evaluateMarker(edge.marker, EXTRA_SET);
  return condition == ALWAYS ? YES : condition == NEVER ? NO : decisionOf(condition);
}

/** Rows refer to earlier rows only, in chains as long as a marker: they wait in a column, not on the stack. */
function decisionOf(condition: u32): u32 {
  while (known.count < conditions.count) {
    const row = known.push();
    if (row == 0) return NO;
    changetype<Known>(row).age = 0;
  }
  waiting.clear();
  pushId(waiting, condition);
  while (waiting.count != 0 && !failed()) {
    const row = idAt(waiting, waiting.count - 1);
    if (isKnown(row) || settle(row)) waiting.count--;
  }
  return knownAt(condition).decision;
}

function knownAt(row: u32): Known {
  return changetype<Known>(known.at(row));
}

function isKnown(row: u32): bool {
  return knownAt(row).age == age;
}

/** Makes a row's decision when those that it refers to are made; else lets them come first. */
function settle(row: u32): bool {
  const kind = operation(row);
  if (kind < u32(CONDITION_NOT)) return remember(row, leaf(row, kind));
  const first = left(row);
  const isReady = isKnown(first);
  if (!isReady) pushId(waiting, first);
  if (kind == CONDITION_NOT) return isReady && remember(row, opposite(knownAt(first).decision));
  const second = right(row);
  if (!isKnown(second)) {
    pushId(waiting, second);
    return false;
  }
  if (!isReady) return false;
  const a = knownAt(first).decision;
  const b = knownAt(second).decision;
  return remember(row, kind == CONDITION_ALL ? both(a, b) : either(a, b));
}

function leaf(row: u32, kind: u32): u32 {
  if (kind == CONDITION_ALWAYS) return YES;
  if (kind != CONDITION_EXTRA) return NO;
  const item = literalItem(left(row));
  return item == NONE ? NO : itemValue(item);
}

function remember(row: u32, decision: u32): bool {
  knownAt(row).age = age;
  knownAt(row).decision = decision;
  return true;
}
