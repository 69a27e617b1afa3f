// What a lock installs that does not say it (Poetry below 2.1): the versions are searched for from the requirements of the
// chosen groups (solver.ts), with those of every extra, chosen or not: an extra that is not chosen still narrows the versions
// of what it shares with others (poetry/installation/installer.py, "We resolve again by only using the lock file"). What is
// installed of the solution, poetry/puzzle/transaction.py says: what a requirement that is not optional leads to, and what
// the chosen extras list, with all that it requires.
//
// Invariant: the walks follow the versions that one search over all chosen groups decided. With the selection left open that
// is one search over all groups, so a subset of them may decide otherwise where a name has several versions.

import { NONE } from "../../src/core/abi";
import { project } from "../lock/project";
import {
  Dependency,
  dependencyAt,
  extraAt,
  extraMemberAt,
  idAt,
  packageAt,
  packages,
  pushId,
  requestedExtras,
} from "../lock/tables";
import { BLOCK, Column, Scratch, TARGET } from "../memory/arena";
import { spend } from "../memory/budget";
import { failed } from "../memory/status";
import { ALWAYS, all, any, extraChosen, groupChosen, NEVER } from "../standards/condition";
import { EXTRA_SET, evaluateMarker } from "../standards/pep508/evaluation";
import { appliesHere, isActive, memberName, requestExtra, startGraph } from "./graph";
import { install } from "./installed";
import { admits, decidedFor, require, solve, startSolver } from "./solver";

/** Packages whose requirements are still to be looked at. */
const queue: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
/** For each package the number of the walk that visited it last. */
let visited: usize = 0;
const visitedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
let walk: u32 = 0;
/** For each package the condition under which it is part of the solution, + 1; 0 while nothing leads to it. */
let solved: usize = 0;
const solvedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** For each requirement of the project the condition of the walk that is to start from it; NEVER when none is. */
let guards: usize = 0;
const guardMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** The versions are searched for; then walks find what of the solution is installed. */
export function search(): void {
  visited = visitedMemory.zeroed(usize(packages.count) << 2);
  solved = solvedMemory.zeroed(usize(packages.count) << 2);
  guards = guardMemory.zeroed(usize(project.dependencyCount) << 2);
  walk = 0;
  startSolver();
  const end = project.dependencies + project.dependencyCount;
  for (let row = project.dependencies; row < end && !failed(); row++) {
    if (solvedForWhen(dependencyAt(row)) != NEVER) require(row);
  }
  if (failed() || !solve()) return;
  walkGroups(false);
  walkGroups(true);
  walkExtras();
}

/**
 * Installs what the project's requirements lead to. With the optional ones too it only notes what they lead to: that is
 * solved for whatever extras are chosen. One walk starts from all requirements that share a condition.
 */
function walkGroups(withOptional: bool): void {
  const count = project.dependencyCount;
  for (let i: u32 = 0; i < count; i++) {
    const dependency = dependencyAt(project.dependencies + i);
    setGuard(i, dependency.optional != 0 && !withOptional ? NEVER : leadsOnWhen(dependency));
  }
  for (let i: u32 = 0; i < count && !failed(); i++) {
    const condition = guard(i);
    if (condition == NEVER) continue;
    startGraph();
    startWalk();
    if (!spend(count)) return;
    for (let other = i; other < count; other++) {
      if (guard(other) != condition) continue;
      reach(dependencyAt(project.dependencies + other));
      setGuard(other, NEVER); // this walk covers it
    }
    for (let next: u32 = 0; next < queue.count; next++) {
      const row = idAt(queue, next);
      if (!withOptional) install(row, condition);
      widenSolved(row, condition);
      followRequirements(row);
    }
  }
}

function guard(index: u32): u32 {
  if (!ASC_NO_ASSERT) assert(index < project.dependencyCount);
  return load<u32>(guards + (usize(index) << 2));
}

function setGuard(index: u32, condition: u32): void {
  if (!ASC_NO_ASSERT) assert(index < project.dependencyCount);
  store<u32>(guards + (usize(index) << 2), condition);
}

/** The condition under which the solution has to meet a requirement of the project: its group and its marker, no extra. */
function solvedForWhen(dependency: Dependency): u32 {
  if (!appliesHere(dependency)) return NEVER;
  const marker = dependency.marker == NONE ? ALWAYS : evaluateMarker(dependency.marker, EXTRA_SET);
  return all(groupChosen(dependency.group), marker);
}

/**
 * The condition under which a requirement of the project leads to what was decided for its name. As in Poetry one that the
 * target does not need leads there too, if something else brought the name into the solution (poetry/puzzle/solver.py,
 * PackageNode.reachable, looks at all requirements of the root); we leave out those with extras, which would have to be the
 * same extras.
 */
function leadsOnWhen(dependency: Dependency): u32 {
  const row = decidedFor(dependency.name);
  if (row == NONE) return NEVER;
  const needed = solvedForWhen(dependency);
  if (needed != NEVER) return needed;
  return dependency.extraCount == 0 && admits(dependency, row) ? groupChosen(dependency.group) : NEVER;
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
    if (leadsOnWhen(dependencyAt(row)) != NEVER) reach(dependencyAt(row));
  }
  for (let next: u32 = 0; next < queue.count; next++) followRequirements(idAt(queue, next));
  for (let i: u32 = 0; i < project.extraCount && !failed(); i++) {
    const extra = extraAt(project.extras + i);
    const chosen = extraChosen(extra.name);
    if (chosen == NEVER) continue;
    startWalk();
    for (let m: u32 = 0; m < extra.memberCount; m++) visit(memberName(extraMemberAt(extra.members + m)));
    for (let next: u32 = 0; next < queue.count; next++) {
      const row = idAt(queue, next);
      install(row, all(chosen, solvedWhen(row)));
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
  if (!ASC_NO_ASSERT) assert(row < packages.count);
  const known = load<u32>(solved + (usize(row) << 2));
  return known == 0 ? NEVER : known - 1;
}

function widenSolved(row: u32, condition: u32): void {
  store<u32>(solved + (usize(row) << 2), any(solvedWhen(row), condition) + 1);
}

/**
 * The condition under which a requirement of the project counts on the target: its group, one of its extras when it is
 * optional, and its marker; NEVER where `python`, `platform` or the marker refuse the target.
 */
export function chosenWhen(dependency: Dependency): u32 {
  if (!appliesHere(dependency)) return NEVER;
  const group = groupChosen(dependency.group);
  const marker = dependency.marker == NONE ? ALWAYS : evaluateMarker(dependency.marker, EXTRA_SET);
  if (dependency.optional == 0) return all(group, marker);
  let extras = NEVER;
  for (let i: u32 = 0; i < project.extraCount; i++) {
    const extra = extraAt(project.extras + i);
    if (!spend(1 + extra.memberCount)) return NEVER;
    for (let m: u32 = 0; m < extra.memberCount; m++) {
      if (memberName(extraMemberAt(extra.members + m)) == dependency.name)
        extras = any(extras, extraChosen(extra.name));
    }
  }
  return all(all(group, extras), marker);
}
