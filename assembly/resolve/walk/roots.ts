// Where a walk starts: the project at the lock's folder, or the members of the workspace that a request names
// (crates/uv/src/commands/project/install_target.rs, InstallTarget).
//
//   a project at "."          that project alone
//   no project there          every member, and what the workspace (or the script) itself requires
//   request.packages          these members; of one alone the groups of the workspace's project count too, if they are no
//                             defaults and the member has none of that name (InstallTarget::includes_group)
//   REQUEST_IS_WORKSPACE      every member
//
// Invariant: after `chooseRoots` that gave true every root is a package of the lock.

import { NONE, STATUS_AMBIGUOUS, STATUS_UNKNOWN_MEMBER, STATUS_UNSATISFIABLE } from "../../../src/core/abi";
import { isOptionalGroup } from "../../lock/project";
import { candidates, idAt, packageAt, pushId } from "../../lock/tables";
import { BRANCH_GROUP, branchAt, facts, memberNames, workspaceNames } from "../../lock/uv/branches";
import { Column, TARGET } from "../../memory/arena";
import { internCopy, textAddress, textSize } from "../../memory/intern";
import { fail, failAbout, failed } from "../../memory/status";
import { normalizedName } from "../../standards/name";

/** Package rows. */
export const roots: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
/** The project whose groups alone count, NONE for none. */
export let groupRoot: u32 = NONE;
/** Whether conflicts are held against all members, or against those that the roots reach. */
export let isWholeWorkspace: bool = false;

/** Whether one member was named: then the groups of others are not chosen by default. */
let isAlone: bool = false;

/** Finds the roots; `names` are those that the request gives, each ended by a NUL byte. */
export function chooseRoots(names: usize, size: u32, isWorkspace: bool): bool {
  groupRoot = NONE;
  isWholeWorkspace = false;
  isAlone = false;
  if (isWorkspace) addMembers();
  else if (size != 0) addNamed(names, size);
  else if (facts.root != NONE) pushId(roots, facts.root);
  else addMembers();
  return !failed();
}

/** Whether the group of a package, or of the workspace itself (NONE), counts when it is chosen. */
export function includesGroup(row: u32, group: u32): bool {
  if (!isAlone || row == idAt(roots, 0)) return true;
  if (!isOptionalGroup(group)) return false;
  const member = packageAt(idAt(roots, 0));
  for (let i = member.branches; i < member.branches + member.branchCount; i++) {
    if (branchAt(i).kind == BRANCH_GROUP && branchAt(i).name == group) return false;
  }
  return true;
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
