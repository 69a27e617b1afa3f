// Which extras, groups and projects are active, for the markers of a lock that has conflicts, and the refusal when two that
// exclude each other are (crates/uv-resolver/src/lock/installable.rs, to_resolution_from_packages, the first traversal;
// crates/uv/src/commands/project/mod.rs, detect_conflicts).
//
// For one selection: from the roots along every edge that holds with what is active so far; an edge that asks for extras
// holds with those, too, and makes them active for good. Further ways to a package may make its edges hold that did not
// before, so branches are reached under decisions over the items. (uv's are over platforms as well.)
//
// While the selection is open the items themselves are decisions over it, and the traversal is repeated until none widens.
//
// Invariant: nothing that became active is taken back. At the end the items' values (values.ts) are what is active.

import { NONE, STATUS_CONFLICT, STATUS_TOO_HARD } from "../../../src/core/abi";
import { candidates, Dependency, dependencyAt, idAt, packageAt } from "../../lock/tables";
import {
  BRANCH_EXTRA,
  BRANCH_GROUP,
  branchAt,
  conflictItemAt,
  conflictItems,
  conflictMemberAt,
  conflictMembers,
  edgeExtraAt,
  ITEM_EXTRA,
  ITEM_GROUP,
  ITEM_PROJECT,
  itemOf,
  memberNames,
  rootRequirementAt,
  rootRequirements,
} from "../../lock/uv/branches";
import { BLOCK, Column, Scratch, TARGET } from "../../memory/arena";
import { fail, failAbout, failed } from "../../memory/status";
import { both, either, holds, NO, variable, YES } from "./decision";
import { groupRoot, groupWhen, includesManifest, isWholeWorkspace, rootChosen, roots } from "./roots";
import { chosen, mainChosen } from "./selection";
import { follow, nextBranch, reachedWhen, startTraversal, traverse, wantedWhen } from "./traversal";
import { edgeDecision, itemValue, setItem } from "./values";

/** Rounds while the selection is open; real locks need two. */
const ROUND_LIMIT: u32 = 64;

/** By item: one byte, whether it is active (closed); a decision (open). */
let active: usize = 0;
let decided: usize = 0;
const activeMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
const decidedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** By item of a set: whether it is asked for directly. */
let direct: usize = 0;
const directMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** By row of `conflictMembers`: the decision of its last refusal. */
let told: usize = 0;
const toldMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** Selections that uv refuses, while the selection is open. */
@unmanaged
export class Refusal {
  /** Under which they are. */
  decision: u32;
  /** Row of `conflictMembers`, and the text id of what it excludes. */
  member: u32;
  other: u32;
}

export const refusals: Column<Refusal> = changetype<Column<Refusal>>(memory.data<u32>([0, 0, 0, 0, TARGET]));

/** Gives the items their values, and finds what uv refuses: for one selection that is a failure. */
export function activate(isOpen: bool): void {
  told = toldMemory.zeroed(usize(conflictMembers.count) << 2);
  findAskedTogether(isOpen);
  if (failed()) return;
  decided = decidedMemory.zeroed(usize(conflictItems.count) << 2);
  activateRoots();
  if (isOpen) activateOpen();
  else activateClosed();
  if (failed()) return;
  for (let i: u32 = 0; i < conflictItems.count; i++) setItem(i, decidedAt(i));
  findTogether(decided, true, isOpen);
}

function decidedAt(item: u32): u32 {
  if (!ASC_NO_ASSERT) assert(item < conflictItems.count);
  return load<u32>(decided + (usize(item) << 2));
}

function widen(item: u32, decision: u32): bool {
  const before = decidedAt(item);
  const after = either(before, decision);
  store<u32>(decided + (usize(item) << 2), after);
  return after != before;
}

function widenIfAny(item: u32, decision: u32): void {
  if (item != NONE && decision != NO) widen(item, decision);
}

/** What the selection makes active of the roots themselves. */
function activateRoots(): void {
  for (let i: u32 = 0; i < roots.count; i++) {
    const item = packageAt(idAt(roots, i));
    const main = both(rootChosen(idAt(roots, i)), mainChosen());
    widenIfAny(itemOf(ITEM_PROJECT, item.name, NONE), main);
    for (let b = item.branches; b < item.branches + item.branchCount; b++) {
      const branch = branchAt(b);
      if (branch.package == NONE || branch.kind != BRANCH_EXTRA) continue;
      const extra = itemOf(ITEM_EXTRA, item.name, branch.name);
      if (extra != NONE) widenIfAny(extra, both(main, chosen(ITEM_EXTRA, branch.name)));
    }
    activateGroups(idAt(roots, i));
  }
  if (groupRoot != NONE) activateGroups(groupRoot);
  if (!includesManifest()) return;
  for (let i: u32 = 0; i < rootRequirements.count; i++) {
    const requirement = rootRequirementAt(i);
    if (requirement.group == NONE) continue;
    for (let x = requirement.extras; x < requirement.extras + requirement.extraCount; x++) {
      const extra = itemOf(ITEM_EXTRA, requirement.name, edgeExtraAt(x).name);
      if (extra != NONE) widenIfAny(extra, groupWhen(NONE, requirement.group));
    }
  }
}

function activateGroups(row: u32): void {
  const item = packageAt(row);
  for (let b = item.branches; b < item.branches + item.branchCount; b++) {
    const branch = branchAt(b);
    if (branch.package == NONE || branch.kind != BRANCH_GROUP) continue;
    const group = itemOf(ITEM_GROUP, item.name, branch.name);
    if (group != NONE) widenIfAny(group, groupWhen(row, branch.name));
  }
}

// --- One selection ----------------------------------------------------------------------------------------------------------

function activateClosed(): void {
  active = activeMemory.zeroed(conflictItems.count);
  for (let i: u32 = 0; i < conflictItems.count; i++) {
    store<u8>(active + i, u8(decidedAt(i) == YES));
    setItem(i, variable(i));
  }
  if (!startTraversal()) return;
  for (let row = nextBranch(); row != NONE && !failed(); row = nextBranch()) {
    const branch = branchAt(row);
    const from = reachedWhen(row);
    for (let i = branch.dependencies; i < branch.dependencies + branch.dependencyCount; i++) {
      const edge = dependencyAt(i);
      const decision = both(from, edgeDecision(edge));
      if (decision != NO && holdsWithExtras(edge, decision)) follow(edge, decision);
    }
  }
  for (let i: u32 = 0; i < conflictItems.count; i++) store<u32>(decided + (usize(i) << 2), load<u8>(active + i));
}

/** Whether an edge holds when the extras that it asks for are active; then they stay so. */
function holdsWithExtras(edge: Dependency, decision: u32): bool {
  const end = edge.extras + edge.extraCount;
  for (let x = edge.extras; x < end; x++) {
    const item = edgeExtraAt(x).item;
    if (item != NONE && load<u8>(active + item) == 0) store<u8>(active + item, 2);
  }
  const isActive = holds(decision, active);
  for (let x = edge.extras; x < end; x++) {
    const item = edgeExtraAt(x).item;
    if (item != NONE && load<u8>(active + item) == 2) store<u8>(active + item, u8(isActive));
  }
  return isActive;
}

// --- All selections ---------------------------------------------------------------------------------------------------------

function activateOpen(): void {
  for (let round: u32 = 0; round < ROUND_LIMIT; round++) {
    for (let i: u32 = 0; i < conflictItems.count; i++) setItem(i, decidedAt(i));
    if (!startTraversal() || !widensInRound()) return;
  }
  fail(STATUS_TOO_HARD, 0, 0);
}

function widensInRound(): bool {
  let isWider = false;
  for (let row = nextBranch(); row != NONE && !failed(); row = nextBranch()) {
    const branch = branchAt(row);
    const from = reachedWhen(row);
    for (let i = branch.dependencies; i < branch.dependencies + branch.dependencyCount; i++) {
      const edge = dependencyAt(i);
      const decision = both(from, decisionWithExtras(edge));
      if (decision == NO) continue;
      for (let x = edge.extras; x < edge.extras + edge.extraCount; x++) {
        const item = edgeExtraAt(x).item;
        if (item == NONE || !widen(item, decision)) continue;
        setItem(item, decidedAt(item));
        isWider = true;
      }
      follow(edge, decision);
    }
  }
  return isWider;
}

/** The edge's decision when the extras that it asks for are active. */
function decisionWithExtras(edge: Dependency): u32 {
  const plain = edgeDecision(edge);
  if (plain == YES || edge.marker == NONE) return plain;
  let isAsking = false;
  const end = edge.extras + edge.extraCount;
  for (let x = edge.extras; x < end; x++) {
    const item = edgeExtraAt(x).item;
    if (item == NONE || itemValue(item) == YES) continue;
    setItem(item, YES);
    isAsking = true;
  }
  if (!isAsking) return plain;
  const decision = edgeDecision(edge);
  for (let x = edge.extras; x < end; x++) {
    const item = edgeExtraAt(x).item;
    if (item != NONE) setItem(item, decidedAt(item));
  }
  return decision;
}

// --- Refusals ---------------------------------------------------------------------------------------------------------------

/** detect_conflicts: what the selection names, of the members that it can reach at all. */
function findAskedTogether(isOpen: bool): void {
  direct = directMemory.zeroed(usize(conflictItems.count) << 2);
  if (!isWholeWorkspace) {
    if (!startTraversal()) return;
    traverse(true);
  }
  for (let i: u32 = 0; i < conflictItems.count && !failed(); i++) {
    const item = conflictItemAt(i);
    const within = isWithin(item.package);
    if (within == NO) continue;
    const asked = item.kind == ITEM_PROJECT ? mainChosen() : chosen(item.kind, item.name);
    store<u32>(direct + (usize(i) << 2), both(within, asked));
  }
  if (!failed()) findTogether(direct, false, isOpen);
}

/** When a package is among the members that are installed, as InstallTarget::packages finds them. */
function isWithin(name: u32): u32 {
  let within = NO;
  for (let i: u32 = 0; i < roots.count; i++) {
    if (packageAt(idAt(roots, i)).name == name) within = rootChosen(idAt(roots, i));
  }
  if (within == YES) return YES;
  let isMember = false;
  for (let i: u32 = 0; i < memberNames.count && !isMember; i++) isMember = idAt(memberNames, i) == name;
  const row = candidates(name);
  return isMember && row != NONE && !isWholeWorkspace ? either(within, wantedWhen(row)) : within;
}

/** Two members of one set that have a value at once; for one selection a failure that names them. */
function findTogether(values: usize, extrasOnly: bool, isOpen: bool): void {
  let one = NO;
  let first: u32 = NONE;
  let set: u32 = NONE;
  for (let i: u32 = 0; i < conflictMembers.count && !failed(); i++) {
    const member = conflictMemberAt(i);
    if (member.set != set) {
      set = member.set;
      one = NO;
    }
    const item = conflictItemAt(member.item);
    if (extrasOnly && item.kind != ITEM_EXTRA) continue;
    const value = load<u32>(values + (usize(member.item) << 2));
    const two = both(one, value);
    if (two != NO) {
      const other = conflictItemAt(first);
      const name = other.name == NONE ? other.package : other.name;
      if (isOpen) addRefusal(two, i, name);
      else failAbout(STATUS_CONFLICT, member.address, member.size, name);
    }
    if (value != NO) first = member.item;
    one = either(one, value);
  }
}

/** What is asked for directly is found a second time among all that is active. */
function addRefusal(decision: u32, member: u32, other: u32): void {
  const slot = told + (usize(member) << 2);
  if (load<u32>(slot) == decision) return;
  store<u32>(slot, decision);
  const row = refusals.push();
  if (row == 0) return;
  const refusal = changetype<Refusal>(row);
  refusal.decision = decision;
  refusal.member = member;
  refusal.other = other;
}
