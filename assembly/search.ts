// What a lock installs that does not say it (Poetry below 2.1): the versions are searched for from the project's own
// requirements (solver.ts); then a walk from the requirements that share a condition installs what they reach under it.
//
// Invariant: the walks follow the versions that one search over all chosen requirements decided.

import { NONE } from "../src/abi";
import { Column, Scratch } from "./arena";
import { ALWAYS, all, any, extraChosen, groupChosen, NEVER } from "./condition";
import { appliesHere, isActive, memberName, requestExtra, startGraph } from "./graph";
import { install } from "./installed";
import { EXTRA_SET, evaluateMarker } from "./pep508";
import { project } from "./project";
import { decidedFor, require, solve, startSolver } from "./solver";
import { failed } from "./status";
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
} from "./tables";

/** Packages whose requirements are still to be looked at. */
const queue: Column = changetype<Column>(memory.data(16));
/** For each package the number of the walk that visited it last. */
let visited: usize = 0;
const visitedMemory: Scratch = changetype<Scratch>(memory.data(8));
let walk: u32 = 0;

/** To be called after each arena reset. */
export function resetSearch(): void {
  queue.start(4);
  visitedMemory.start();
  guardMemory.start();
}

/** The versions are searched for; then each of the project's requirements installs what it reaches. */
export function search(): void {
  visited = visitedMemory.zeroed(usize(packages.count) << 2);
  walk = 0;
  readGuards();
  startSolver();
  const count = project.dependencyCount;
  for (let i: u32 = 0; i < count && !failed(); i++) {
    if (guard(i) != NEVER) require(project.dependencies + i);
  }
  if (failed() || !solve()) return;
  for (let i: u32 = 0; i < count; i++) {
    const condition = guard(i);
    if (condition == NEVER) continue;
    startGraph();
    walk++;
    queue.clear();
    for (let other = i; other < count; other++) {
      if (guard(other) != condition) continue;
      reach(dependencyAt(project.dependencies + other));
      setGuard(other, NEVER); // this walk covers it
    }
    drain(condition);
  }
}

/** For each requirement of the project the condition under which it counts. */
let guards: usize = 0;
const guardMemory: Scratch = changetype<Scratch>(memory.data(8));

function readGuards(): void {
  guards = guardMemory.zeroed(usize(project.dependencyCount) << 2);
  for (let i: u32 = 0; i < project.dependencyCount; i++) {
    setGuard(i, chosenWhen(dependencyAt(project.dependencies + i)));
  }
}

function guard(index: u32): u32 {
  return load<u32>(guards + (usize(index) << 2));
}

function setGuard(index: u32, condition: u32): void {
  store<u32>(guards + (usize(index) << 2), condition);
}

/** Visits the version that was decided for a requirement. */
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

function drain(guard: u32): void {
  for (let next: u32 = 0; next < queue.count; next++) {
    const row = idAt(queue, next);
    install(row, guard);
    const item = packageAt(row);
    for (let i: u32 = 0; i < item.dependencyCount; i++) {
      if (isActive(item.dependencies + i)) reach(dependencyAt(item.dependencies + i));
    }
  }
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
    for (let m: u32 = 0; m < extra.memberCount; m++) {
      if (memberName(extraMemberAt(extra.members + m)) == dependency.name)
        extras = any(extras, extraChosen(extra.name));
    }
  }
  return all(all(group, extras), marker);
}
