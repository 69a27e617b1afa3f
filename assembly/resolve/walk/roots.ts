// Where a walk starts: the project at the lock's folder, or the members of the workspace that a request names
// (crates/uv/src/commands/project/install_target.rs, InstallTarget).
//
//   a project at "."          that project alone
//   no project there          every member, and what the workspace (or the script) itself requires
//   request.packages          these members; of one alone the groups of the workspace's project count too, if they are no
//                             defaults and the member has none of that name (InstallTarget::includes_group)
//   REQUEST_IS_WORKSPACE      every member
//
// While the selection is open and nothing is named, which members are asked for is open, too: every member is a root under the
// condition that it is. What makes a difference besides is whether one alone is named.
//
// Invariant: after `chooseRoots` that gave true every root is a package of the lock.

import { NONE, STATUS_AMBIGUOUS, STATUS_UNKNOWN_MEMBER, STATUS_UNSATISFIABLE } from "../../../src/core/abi";
import { isOptionalGroup } from "../../lock/project";
import { candidates, idAt, packageAt, pushId } from "../../lock/tables";
import { BRANCH_GROUP, branchAt, facts, ITEM_GROUP, memberNames, workspaceNames } from "../../lock/uv/branches";
import { Column, TARGET } from "../../memory/arena";
import { internCopy, textAddress, textSize } from "../../memory/intern";
import { fail, failAbout, failed } from "../../memory/status";
import { normalizedName } from "../../standards/name";
import { both, either, NO, openMembers, opposite, YES } from "./decision";
import { chosen, memberAsked } from "./selection";

/** Package rows. */
export const roots: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
/** The project whose groups alone count, NONE for none. */
export let groupRoot: u32 = NONE;
/** Whether conflicts are held against all members, or against those that the roots reach. */
export let isWholeWorkspace: bool = false;

/** Whether one member was named: then the groups of others are not chosen by default. */
let isAlone: bool = false;
/** Whether it is open which members are asked for. */
let areOpen: bool = false;

/** Finds the roots; `names` are those that the request gives, each ended by a NUL byte. */
export function chooseRoots(names: usize, size: u32, isWorkspace: bool, isOpen: bool): bool {
  groupRoot = NONE;
  isWholeWorkspace = false;
  isAlone = false;
  areOpen = isOpen && !isWorkspace && size == 0 && memberNames.count != 0;
  if (areOpen) addOpen();
  else if (isWorkspace) addMembers();
  else if (size != 0) addNamed(names, size);
  else if (facts.root != NONE) pushId(roots, facts.root);
  else addMembers();
  return !failed();
}

/** When a root is asked for: always, unless that is open. */
export function rootChosen(row: u32): u32 {
  return areOpen && roots.count > 1 ? memberAsked(packageAt(row).name) : YES;
}

/** When the group of a root, or of the workspace itself (NONE), is chosen and counts. */
export function groupWhen(row: u32, group: u32): u32 {
  return both(chosen(ITEM_GROUP, group), areOpen ? countsWhen(row, group) : includesGroup(row, group) ? YES : NO);
}

function includesGroup(row: u32, group: u32): bool {
  if (!isAlone || row == idAt(roots, 0)) return true;
  return isOptionalGroup(group) && !hasGroup(idAt(roots, 0), group);
}

/** The same while any members may be asked for: with one alone among those that have no such group the workspace's counts. */
function countsWhen(row: u32, group: u32): u32 {
  const own = row == NONE ? opposite(memberAsked(NONE)) : rootChosen(row);
  if (own == YES || (row != NONE && row != facts.root) || !isOptionalGroup(group)) return own;
  let others = NO;
  for (let i: u32 = 0; i < roots.count; i++) {
    const other = idAt(roots, i);
    if (other != row && !hasGroup(other, group)) others = either(others, rootChosen(other));
  }
  return either(own, both(memberAsked(NONE), others));
}

function hasGroup(row: u32, group: u32): bool {
  const member = packageAt(row);
  for (let i = member.branches; i < member.branches + member.branchCount; i++) {
    if (branchAt(i).kind == BRANCH_GROUP && branchAt(i).name == group) return true;
  }
  return false;
}

/** Whether the workspace's own requirements count: not when packages alone are asked for (InstallTarget::to_resolution). */
export function includesManifest(): bool {
  return facts.root == NONE;
}

function addMembers(): void {
  isWholeWorkspace = true;
  for (let i: u32 = 0; i < memberNames.count && !failed(); i++) {
    const id = idAt(memberNames, i);
    addRoot(id, textAddress(id), textSize(id));
  }
  if (memberNames.count == 0 && facts.root != NONE) pushId(roots, facts.root);
}

/** Every member; beside a project of the workspace's own, those that cannot be one alone are left out. */
function addOpen(): void {
  openMembers();
  if (facts.root != NONE) pushId(roots, facts.root);
  for (let i: u32 = 0; i < memberNames.count && !failed(); i++) {
    const id = idAt(memberNames, i);
    const row = candidates(id);
    if (facts.root != NONE && (row == NONE || row == facts.root || packageAt(row).nextOfName != NONE)) continue;
    addRoot(id, textAddress(id), textSize(id));
  }
}

function addNamed(from: usize, size: u32): void {
  const end = from + size;
  for (let at = from; at < end && !failed(); ) {
    let length: u32 = 0;
    while (at + length < end && load<u8>(at + length) != 0) length++;
    const written = internCopy(at, length);
    const id = normalizedName(textAddress(written), textSize(written));
    if (!isMember(id)) fail(STATUS_UNKNOWN_MEMBER, at, length);
    else addRoot(id, at, length);
    at += length + 1;
  }
  if (failed() || roots.count != 1) return;
  isAlone = true;
  if (facts.root != NONE && facts.root != idAt(roots, 0)) groupRoot = facts.root;
}

function isMember(id: u32): bool {
  for (let i: u32 = 0; i < workspaceNames.count; i++) if (idAt(workspaceNames, i) == id) return true;
  return false;
}

/** Lock::find_by_name: a root is the only package of its name. */
function addRoot(id: u32, address: usize, size: u32): void {
  const row = candidates(id);
  if (row == NONE) failAbout(STATUS_UNSATISFIABLE, address, size, id);
  else if (packageAt(row).nextOfName != NONE) failAbout(STATUS_AMBIGUOUS, address, size, id);
  else pushId(roots, row);
}
