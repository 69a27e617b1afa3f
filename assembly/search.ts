// What a lock installs that does not say it (Poetry below 2.1): the versions are searched for from the requirements of the
// chosen groups (solver.ts), with those of every extra, chosen or not: an extra that is not chosen still narrows the versions
// of what it shares with others (poetry/installation/installer.py, "We resolve again by only using the lock file"). What is
// installed of the solution, poetry/puzzle/transaction.py says: what a requirement that is not optional leads to, and what
// the chosen extras list, with all that it requires.
//
// Invariant: the walks follow the versions that one search over all chosen groups decided. With the selection left open that
// is one search over all groups, so a subset of them may decide otherwise where a name has several versions.

import { NONE } from "../src/abi";
import { Column, Scratch } from "./arena";
import { all, any, extraChosen, groupChosen, NEVER } from "./condition";
import { appliesHere, isActive, memberName, requestExtra, startGraph } from "./graph";
import { install } from "./installed";
import { EXTRA_SET, evaluateMarker } from "./pep508";
import { project } from "./project";
import { admits, decidedFor, require, solve, startSolver } from "./solver";
import { failed } from "./status";
import {
  Dependency,
  dependencyAt,
  extraAt,
  extraMemberAt,
  groupNames,
  idAt,
  packageAt,
  packages,
  pushId,
  requestedExtras,
} from "./tables";

/** Packages whose requirements are still to be looked at. */
const queue: Column = changetype<Column>(memory.data(16));
/** For each package the number of the walk that visited it last. */
let visited: usize = 0;
const visitedMemory: Scratch = changetype<Scratch>(memory.data(8));
let walk: u32 = 0;
/** For each package the condition under which it is part of the solution, + 1; 0 while nothing leads to it. */
let solved: usize = 0;
const solvedMemory: Scratch = changetype<Scratch>(memory.data(8));

/** To be called after each arena reset. */
export function resetSearch(): void {
  queue.start(4);
  visitedMemory.start();
  solvedMemory.start();
}

/** The versions are searched for; then walks find what of the solution is installed. */
export function search(): void {
  visited = visitedMemory.zeroed(usize(packages.count) << 2);
  solved = solvedMemory.zeroed(usize(packages.count) << 2);
  walk = 0;
  startSolver();
  const end = project.dependencies + project.dependencyCount;
  for (let row = project.dependencies; row < end && !failed(); row++) {
    if (isChosen(row) && counts(dependencyAt(row))) require(row);
  }
  if (failed() || !solve()) return;
  for (let i: u32 = 0; i < groupNames.count && !failed(); i++) walkGroup(idAt(groupNames, i));
  walkExtras();
}

/** Whether some selection that is asked about has the group that the project's requirement is in. */
function isChosen(row: u32): bool {
  return groupChosen(dependencyAt(row).group) != NEVER;
}

/**
 * Installs what the group's requirements lead to, and notes what its optional ones lead to: that is solved for whatever
 * extras are chosen. As in Poetry, a requirement that the target does not need still leads to a version that something else
 * brought into the solution (solver.py, PackageNode.reachable, looks at all of the root's requirements).
 */
function walkGroup(group: u32): void {
  const guard = groupChosen(group);
  if (guard == NEVER) return;
  for (let optional: u32 = 0; optional < 2; optional++) {
    startGraph();
    startWalk();
    const end = project.dependencies + project.dependencyCount;
    for (let row = project.dependencies; row < end; row++) {
      const dependency = dependencyAt(row);
      if (dependency.group == group && dependency.optional <= optional && leadsOn(dependency)) reach(dependency);
    }
    for (let next: u32 = 0; next < queue.count; next++) {
      const row = idAt(queue, next);
      if (optional == 0) install(row, guard);
      widenSolved(row, guard);
      followRequirements(row);
    }
  }
}

/** Whether a requirement of the project is met by what was decided; with extras only where the target needs it. */
function leadsOn(dependency: Dependency): bool {
  const row = decidedFor(dependency.name);
  if (row == NONE) return false;
  return counts(dependency) || (dependency.extraCount == 0 && admits(dependency, row));
}

/**
 * Installs what the chosen extras list, and whatever that requires, with all extras that anything in the solution asks of
 * it (poetry/utils/extras.py, get_extra_package_names, after solver.py has merged packages with their extras).
 */
function walkExtras(): void {
  startGraph();
  startWalk();
  const end = project.dependencies + project.dependencyCount;
  for (let row = project.dependencies; row < end; row++) {
    if (isChosen(row) && leadsOn(dependencyAt(row))) reach(dependencyAt(row));
  }
  for (let next: u32 = 0; next < queue.count; next++) followRequirements(idAt(queue, next));
  for (let i: u32 = 0; i < project.extraCount && !failed(); i++) {
    const extra = extraAt(project.extras + i);
    const guard = extraChosen(extra.name);
    if (guard == NEVER) continue;
    startWalk();
    for (let m: u32 = 0; m < extra.memberCount; m++) visit(memberName(extraMemberAt(extra.members + m)));
    for (let next: u32 = 0; next < queue.count; next++) {
      const row = idAt(queue, next);
      install(row, all(guard, solvedWhen(row)));
      const item = packageAt(row);
      for (let d: u32 = 0; d < item.dependencyCount; d++) {
        if (isActive(item.dependencies + d)) visit(dependencyAt(item.dependencies + d).name);
      }
    }
  }
}

function startWalk(): void {
  walk++;
  queue.clear();
}

/** Queues the version that was decided for a name, unless this walk has been there. */
function visit(name: u32): void {
  const row = decidedFor(name);
  if (row == NONE || solvedWhen(row) == NEVER) return;
  if (load<u32>(visited + (usize(row) << 2)) == walk) return;
  store<u32>(visited + (usize(row) << 2), walk);
  pushId(queue, row);
}

/** Queues the version that was decided for a requirement; again when it is asked for another extra. */
function reach(dependency: Dependency): void {
  const row = decidedFor(dependency.name);
  if (row == NONE) return;
  let isNew = load<u32>(visited + (usize(row) << 2)) != walk;
  store<u32>(visited + (usize(row) << 2), walk);
  for (let x: u32 = 0; x < dependency.extraCount; x++) {
    if (requestExtra(row, idAt(requestedExtras, dependency.extras + x))) isNew = true;
  }
  if (isNew) pushId(queue, row);
}

function followRequirements(row: u32): void {
  const item = packageAt(row);
  for (let i: u32 = 0; i < item.dependencyCount; i++) {
    if (isActive(item.dependencies + i)) reach(dependencyAt(item.dependencies + i));
  }
}

/** The condition under which a package is part of the solution. */
function solvedWhen(row: u32): u32 {
  const known = load<u32>(solved + (usize(row) << 2));
  return known == 0 ? NEVER : known - 1;
}

function widenSolved(row: u32, condition: u32): void {
  store<u32>(solved + (usize(row) << 2), any(solvedWhen(row), condition) + 1);
}

/** The condition under which a requirement of the project is chosen: its group, and one of its extras when it is optional. */
export function chosenWhen(dependency: Dependency): u32 {
  const group = groupChosen(dependency.group);
  if (dependency.optional == 0) return group;
  let extras = NEVER;
  for (let i: u32 = 0; i < project.extraCount; i++) {
    const extra = extraAt(project.extras + i);
    for (let m: u32 = 0; m < extra.memberCount; m++) {
      if (memberName(extraMemberAt(extra.members + m)) == dependency.name)
        extras = any(extras, extraChosen(extra.name));
    }
  }
  return all(group, extras);
}

/** Whether a requirement of the project counts on the target, its group and extras aside. */
export function counts(dependency: Dependency): bool {
  if (!appliesHere(dependency)) return false;
  return dependency.marker == NONE || evaluateMarker(dependency.marker, EXTRA_SET) != NEVER;
}
