// A traversal of the graph, breadth first: which branches are reached, and which packages are wanted, each with the decision
// under which it is (crates/uv-resolver/src/lock/installable.rs, to_resolution_from_packages).
//
// What starts a traversal is the same each time: the roots' own requirements, their extras and groups, and what the workspace
// itself requires.
//
// Invariant: decisions only widen; a branch whose decision widened is looked at again, and waits in the queue once at most.

import { NONE, STATUS_AMBIGUOUS, STATUS_TOO_HARD, STATUS_UNSATISFIABLE } from "../../../src/core/abi";
import { candidates, Dependency, dependencyAt, idAt, packageAt, packages } from "../../lock/tables";
import {
  BRANCH_EXTRA,
  BRANCH_GROUP,
  branchAt,
  branches,
  edgeExtraAt,
  extraBranch,
  ITEM_EXTRA,
  RootRequirement,
  rootRequirementAt,
  rootRequirements,
} from "../../lock/uv/branches";
import { BLOCK, Scratch } from "../../memory/arena";
import { fail, failAbout, failed } from "../../memory/status";
import { NEVER } from "../../standards/condition";
import { EXTRA_EMPTY, evaluateMarker } from "../../standards/pep508/evaluation";
import { both, either, NO, YES } from "./decision";
import { groupRoot, groupWhen, includesManifest, rootChosen, roots } from "./roots";
import { chosen, mainChosen } from "./selection";
import { anyHolds, edgeDecision } from "./values";

/** Edges looked at in one traversal; a second or two. */
const STEP_LIMIT: u32 = 50000000;

/** By branch and by package: a decision. */
let reached: usize = 0;
let wanted: usize = 0;
const reachedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
const wantedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
/** A ring with a place for every branch, and whether a branch is in it. */
let ring: usize = 0;
let waits: usize = 0;
let head: u32 = 0;
let waiting: u32 = 0;
const ringMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
const waitsMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** Nothing is reached but what the selection itself asks for. */
export function startTraversal(): bool {
  reached = reachedMemory.zeroed(usize(branches.count) << 2);
  wanted = wantedMemory.zeroed(usize(packages.count) << 2);
  ring = ringMemory.zeroed(usize(branches.count) << 2);
  waits = waitsMemory.zeroed(branches.count);
  head = 0;
  waiting = 0;
  for (let i: u32 = 0; i < roots.count && !failed(); i++) startRoot(idAt(roots, i));
  if (groupRoot != NONE) startGroups(groupRoot);
  if (!includesManifest()) return !failed();
  for (let i: u32 = 0; i < rootRequirements.count && !failed(); i++) startRequirement(rootRequirementAt(i));
  return !failed();
}

/** Follows all edges that hold; with `anywhere` those that do not, too. */
export function traverse(anywhere: bool = false): void {
  let steps: u32 = 0;
  for (let row = nextBranch(); row != NONE && !failed(); row = nextBranch()) {
    const branch = branchAt(row);
    const from = reachedWhen(row);
    steps += branch.dependencyCount;
    if (steps > STEP_LIMIT) fail(STATUS_TOO_HARD, 0, 0);
    for (let i = branch.dependencies; i < branch.dependencies + branch.dependencyCount; i++) {
      const edge = dependencyAt(i);
      const decision = anywhere ? from : both(from, edgeDecision(edge));
      if (decision != NO) follow(edge, decision);
    }
  }
}

/** Reaches what an edge leads to: its target, and the target's extras that it asks for. */
export function follow(edge: Dependency, decision: u32): void {
  widenPackage(edge.target, decision);
  reach(packageAt(edge.target).branches, decision);
  for (let x = edge.extras; x < edge.extras + edge.extraCount; x++) {
    if (edgeExtraAt(x).branch != NONE) reach(edgeExtraAt(x).branch, decision);
  }
}

/** The branch that waits longest, NONE when none does. */
export function nextBranch(): u32 {
  if (waiting == 0) return NONE;
  const row = load<u32>(ring + (usize(head) << 2));
  head = head + 1 == branches.count ? 0 : head + 1;
  waiting--;
  store<u8>(waits + row, 0);
  return row;
}

export function reachedWhen(branch: u32): u32 {
  if (!ASC_NO_ASSERT) assert(branch < branches.count);
  return load<u32>(reached + (usize(branch) << 2));
}

export function wantedWhen(row: u32): u32 {
  if (!ASC_NO_ASSERT) assert(row < packages.count);
  return load<u32>(wanted + (usize(row) << 2));
}

function widenPackage(row: u32, decision: u32): void {
  if (!ASC_NO_ASSERT) assert(row < packages.count);
  const slot = wanted + (usize(row) << 2);
  store<u32>(slot, either(load<u32>(slot), decision));
}

function reach(row: u32, decision: u32): void {
  if (!ASC_NO_ASSERT) assert(row < branches.count);
  const slot = reached + (usize(row) << 2);
  const before = load<u32>(slot);
  const after = either(before, decision);
  if (after == before) return;
  store<u32>(slot, after);
  if (load<u8>(waits + row) != 0) return;
  store<u8>(waits + row, 1);
  const place = head + waiting;
  store<u32>(ring + (usize(place < branches.count ? place : place - branches.count) << 2), row);
  waiting++;
}

// --- What the selection asks for --------------------------------------------------------------------------------------------

function startRoot(row: u32): void {
  const main = both(rootChosen(row), mainChosen());
  if (main != NO) {
    widenPackage(row, main);
    reach(packageAt(row).branches, main);
    const end = packageAt(row).branches + packageAt(row).branchCount;
    for (let i = packageAt(row).branches; i < end; i++) {
      const branch = branchAt(i);
      if (branch.package == NONE || branch.kind != BRANCH_EXTRA) continue;
      const decision = both(main, chosen(ITEM_EXTRA, branch.name));
      if (decision != NO) reach(i, decision);
    }
  }
  startGroups(row);
}

function startGroups(row: u32): void {
  const end = packageAt(row).branches + packageAt(row).branchCount;
  for (let i = packageAt(row).branches; i < end; i++) {
    const branch = branchAt(i);
    if (branch.package == NONE || branch.kind != BRANCH_GROUP) continue;
    const decision = groupWhen(row, branch.name);
    if (decision != NO) reach(i, decision);
  }
}

/**
 * What the workspace or the script requires. As in uv, what such a package requires in its turn is installed without `main`,
 * too: only the package itself is left out then.
 */
function startRequirement(requirement: RootRequirement): void {
  const isGrouped = requirement.group != NONE;
  const decision = isGrouped ? groupWhen(NONE, requirement.group) : YES;
  if (decision == NO) return;
  if (requirement.marker != NONE && evaluateMarker(requirement.marker, EXTRA_EMPTY) == NEVER) return;
  const row = packageFor(requirement);
  if (row == NONE) return;
  widenPackage(row, isGrouped ? decision : mainChosen());
  reach(packageAt(row).branches, decision);
  for (let x = requirement.extras; x < requirement.extras + requirement.extraCount; x++) {
    const branch = extraBranch(row, edgeExtraAt(x).name);
    if (branch != NONE) reach(branch, decision);
  }
}

/** Lock::find_by_markers: of the packages of that name the one whose resolution markers admit the target. */
export function packageFor(requirement: RootRequirement): u32 {
  let found: u32 = NONE;
  for (let row = candidates(requirement.name); row != NONE; row = packageAt(row).nextOfName) {
    const item = packageAt(row);
    if (item.forkCount != 0 && !anyHolds(item.forks, item.forkCount)) continue;
    if (found != NONE) {
      failAbout(STATUS_AMBIGUOUS, requirement.address, requirement.size, requirement.name);
      return NONE;
    }
    found = row;
  }
  if (found == NONE) failAbout(STATUS_UNSATISFIABLE, requirement.address, requirement.size, requirement.name);
  return found;
}
