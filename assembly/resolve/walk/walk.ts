// What a lock that is a graph installs (uv.lock): a walk along its edges from the roots.
//
// Markers in the lock are simplified: they mean nothing on a Python or platform that it does not support, and uv refuses
// those (crates/uv/src/commands/project/sync.rs, do_sync). With conflicts a first traversal finds what is active
// (activation.ts); without, markers depend on the target alone.
//
// Invariant: exact for every selection; the answer to an open request holds the answers to all closed ones.

import {
  NONE,
  REQUEST_IS_OPEN,
  REQUEST_IS_WORKSPACE,
  STATUS_CONFLICT,
  STATUS_GROUP_PYTHON,
  STATUS_PLATFORM_REFUSED,
} from "../../../src/core/abi";
import { GroupPython, groupPythons } from "../../lock/project";
import { addProblem, dependencyAt, Problem, packageAt, packages, pushId } from "../../lock/tables";
import { BRANCH_GROUP, branchAt, conflictMemberAt, conflictMembers, facts, ITEM_GROUP } from "../../lock/uv/branches";
import { BLOCK, Column, Scratch } from "../../memory/arena";
import { textAddress, textSize } from "../../memory/intern";
import { failAbout, failed } from "../../memory/status";
import {
  VARIABLE_PLATFORM_SYSTEM,
  VARIABLE_PYTHON_FULL_VERSION,
  variableText,
  variableVersion,
} from "../../standards/environment";
import { specifiersContain } from "../../standards/specifier";
import { install } from "../installed";
import { activate, Refusal, refusals } from "./activation";
import { both, NO, startDecisions, YES } from "./decision";
import { chooseRoots } from "./roots";
import { chosen, conditionOf, startSelection, startWriting, want, writeConditions } from "./selection";
import { reachedWhen, startTraversal, traverse, wantedWhen } from "./traversal";
import { anyHolds, edgeDecision, startValues } from "./values";

/** By package: the last one whose edges led to it, + 1. */
let metBy: usize = 0;
const metMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** Installs what the request asks for. `names` are those of the members to start from. */
export function walk(names: usize, namesSize: u32, flags: u32, problems: Column<Problem>): void {
  const isOpen = (flags & REQUEST_IS_OPEN) != 0;
  startDecisions();
  startSelection(isOpen);
  startValues();
  metBy = metMemory.zeroed(usize(packages.count) << 2);
  if (facts.supportedCount != 0 && !anyHolds(facts.supported, facts.supportedCount)) {
    failAbout(
      STATUS_PLATFORM_REFUSED,
      facts.supportedAddress,
      facts.supportedSize,
      variableText(VARIABLE_PLATFORM_SYSTEM),
    );
  }
  checkGroupPythons();
  if (failed() || !chooseRoots(names, namesSize, (flags & REQUEST_IS_WORKSPACE) != 0, isOpen)) return;
  if (conflictMembers.count != 0) activate(isOpen);
  if (failed() || !startTraversal()) return;
  traverse();
  if (!failed()) installWanted(isOpen, problems);
}

function installWanted(isOpen: bool, problems: Column<Problem>): void {
  startWriting();
  if (isOpen) {
    for (let row: u32 = 0; row < packages.count; row++) want(wantedWhen(row));
    for (let i: u32 = 0; i < refusals.count; i++) want(refusalAt(i).decision);
    for (let i: u32 = 0; i < groupPythons.count; i++) want(groupRefusedWhen(i));
    writeConditions();
  }
  for (let row: u32 = 0; row < packages.count; row++) {
    if (wantedWhen(row) != NO) install(row, conditionOf(wantedWhen(row)));
  }
  for (let i: u32 = 0; i < refusals.count; i++) {
    const refusal = refusalAt(i);
    const member = conflictMemberAt(refusal.member);
    addProblem(problems, STATUS_CONFLICT, member.address, member.size, refusal.other, conditionOf(refusal.decision));
  }
  if (!isOpen) return;
  for (let i: u32 = 0; i < groupPythons.count; i++) {
    const decision = groupRefusedWhen(i);
    if (decision == NO) continue;
    const each = groupPythonAt(i);
    const condition = conditionOf(decision);
    addProblem(problems, STATUS_GROUP_PYTHON, textAddress(each.python), textSize(each.python), each.group, condition);
  }
}

/** Workspace::requires_python: the Pythons of the chosen groups count like the project's own. */
function checkGroupPythons(): void {
  for (let i: u32 = 0; i < groupPythons.count && !failed(); i++) {
    const python = groupPythonAt(i).python;
    if (groupRefusedWhen(i) == YES) {
      failAbout(STATUS_GROUP_PYTHON, textAddress(python), textSize(python), groupPythonAt(i).group);
    }
  }
}

/** Under which selections a group is chosen that does not take the target's Python. */
function groupRefusedWhen(row: u32): u32 {
  const each = groupPythonAt(row);
  if (specifiersContain(each.python, variableVersion(VARIABLE_PYTHON_FULL_VERSION))) return NO;
  return chosen(ITEM_GROUP, each.group);
}

function groupPythonAt(row: u32): GroupPython {
  return changetype<GroupPython>(groupPythons.at(row));
}

function refusalAt(row: u32): Refusal {
  return changetype<Refusal>(refusals.at(row));
}

/** Adds the packages that this one depends on here, each once, in the order of the lock. Groups are no dependencies. */
export function addWalkedEdges(row: u32, edges: Column<u32>): void {
  const item = packageAt(row);
  for (let b = item.branches; b < item.branches + item.branchCount; b++) {
    const branch = branchAt(b);
    if (branch.package == NONE || branch.kind == BRANCH_GROUP || reachedWhen(b) == NO) continue;
    for (let i = branch.dependencies; i < branch.dependencies + branch.dependencyCount; i++) {
      const edge = dependencyAt(i);
      const slot = metBy + (usize(edge.target) << 2);
      if (load<u32>(slot) == row + 1 || both(reachedWhen(b), edgeDecision(edge)) == NO) continue;
      store<u32>(slot, row + 1);
      pushId(edges, edge.target);
    }
  }
}
