// The search for what Poetry installs from a lock that does not state groups (below 2.1): Poetry solves again, with the
// locked packages as its only repository (poetry/installation/installer.py, `reresolve`).
//
// A requirement admits some of the locked versions of a name; each name gets at most one. Names are decided one by one:
// those with the fewest admitted versions first, the highest version first, as Poetry's solver prefers. When a requirement
// turns out to refuse a version that was decided, the last decision that had another version is taken back.
//
// Invariant: everything is undone by truncating three columns (requirements, decisions' names, requests). The work is
// bounded by STEP_LIMIT requirements, after which the status is STATUS_TOO_HARD; real locks need a few thousand.

import {
  NONE,
  SOURCE_DIRECTORY,
  SOURCE_FILE,
  SOURCE_GIT,
  SOURCE_INDEX,
  SOURCE_LEGACY,
  SOURCE_URL,
  STATUS_TOO_HARD,
  STATUS_UNSATISFIABLE,
} from "../src/abi";
import { Column, Scratch } from "./arena";
import { is } from "./bytes";
import { constraintAllows, constraintOf } from "./constraint";
import { VARIABLE_PYTHON_FULL_VERSION, variableVersion } from "./environment";
import { forgetFrom, isActive, requestCount, requestExtra } from "./graph";
import { textAddress, textSize, texts } from "./intern";
import { compareVersions, versionOf } from "./pep440";
import { project } from "./project";
import { isPoetry } from "./rules";
import { specifiersContain } from "./specifier";
import { fail, failed } from "./status";
import { candidates, Dependency, dependencyAt, idAt, packageAt, requestedExtras } from "./tables";

/** Requirements compared with versions in one search; a second or two. */
const STEP_LIMIT: u32 = 50000000;

/** A requirement that counts, chained with the others for its name. */
@unmanaged
class Requirement {
  dependency: u32;
  name: u32;
  /** The name's requirement before this one, NONE for none. */
  before: u32;
}

/** A name that was decided, and how to get back to where it was not. */
@unmanaged
class Decision {
  name: u32;
  /** Package row that was taken. */
  taken: u32;
  /** Whether another version may still be tried here. */
  hasOthers: u32;
  requirementCount: u32;
  requestCount: u32;
  nameCount: u32;
}

const requirements: Column = changetype<Column>(memory.data(16));
const decisions: Column = changetype<Column>(memory.data(16));
/** Text ids of the names that something requires, in the order of their first requirement. */
const required: Column = changetype<Column>(memory.data(16));
/** For each text id: its last requirement + 1; the package row that was decided + 1. */
let lastRequirement: usize = 0;
let decided: usize = 0;
let idCount: u32 = 0;
const lastMemory: Scratch = changetype<Scratch>(memory.data(8));
const decidedMemory: Scratch = changetype<Scratch>(memory.data(8));
let steps: u32 = 0;
/** The first requirement that could not be met, for the message. */
let unmet: u32 = NONE;

/** To be called after each arena reset. */
export function resetSolver(): void {
  requirements.start(offsetof<Requirement>());
  decisions.start(offsetof<Decision>());
  required.start(4);
  lastMemory.start();
  decidedMemory.start();
}

/** Forgets the last search. Requirements are added by `require`, then `solve` decides. */
export function startSolver(): void {
  requirements.clear();
  decisions.clear();
  required.clear();
  idCount = texts.count;
  lastRequirement = lastMemory.zeroed(usize(idCount) << 2);
  decided = decidedMemory.zeroed(usize(idCount) << 2);
  open = 0;
  steps = 0;
  unmet = NONE;
}

/** The package row that was decided for a name, NONE when nothing requires it. */
export function decidedFor(name: u32): u32 {
  return name < idCount ? load<u32>(decided + (usize(name) << 2)) - 1 : NONE;
}

/** Adds a requirement that counts; false when it refuses what is decided already. */
export function require(row: u32): bool {
  steps++;
  const dependency = dependencyAt(row);
  if (isSatisfiedOutside(dependency)) return true;
  const name = dependency.name;
  const chain = lastRequirement + (usize(name) << 2);
  const address = requirements.push();
  if (address == 0) return false;
  const requirement = changetype<Requirement>(address);
  requirement.dependency = row;
  requirement.name = name;
  requirement.before = load<u32>(chain) - 1;
  store<u32>(chain, requirements.count);
  const taken = decidedFor(name);
  if (taken == NONE) {
    if (requirement.before == NONE) {
      const slot = required.push();
      if (slot != 0) store<u32>(slot, name);
    }
    return true;
  }
  if (!admits(dependency, taken)) {
    if (unmet == NONE) unmet = row;
    return false;
  }
  return requireExtras(dependency, taken);
}

/** Decides every required name. On failure the status says which requirement could not be met. */
export function solve(): bool {
  while (!failed()) {
    if (steps > STEP_LIMIT) {
      fail(STATUS_TOO_HARD, 0, 0);
      return false;
    }
    const name = nextName();
    if (name == NONE) return !failed();
    if (failed()) return false;
    if (!decide(name, NONE)) {
      if (!backtrack()) {
        const dependency = dependencyAt(unmet);
        fail(STATUS_UNSATISFIABLE, dependency.address, dependency.size, dependency.name);
        return false;
      }
    }
  }
  return false;
}

/** The undecided name with the fewest admitted versions, NONE when all are decided; the earliest of equals. */
function nextName(): u32 {
  let best: u32 = NONE;
  let fewest: u32 = U32.MAX_VALUE;
  for (let i = firstOpen(); i < required.count; i++) {
    const name = idAt(required, i);
    if (decidedFor(name) != NONE) continue;
    const first = candidates(name);
    // Nothing can be gained by waiting with a name that has one version or none.
    if (first == NONE || packageAt(first).nextOfName == NONE) return name;
    const count = admittedCount(name);
    if (count <= 1) return name;
    if (count < fewest) {
      best = name;
      fewest = count;
    }
  }
  return best;
}

/** Index into `required` before which every name is decided. */
function firstOpen(): u32 {
  while (open < required.count && decidedFor(idAt(required, open)) != NONE) open++;
  return open;
}

let open: u32 = 0;

function admittedCount(name: u32): u32 {
  let count: u32 = 0;
  for (let row = candidates(name); row != NONE; row = packageAt(row).nextOfName) count += u32(isAdmitted(name, row));
  return count;
}

/**
 * Takes the best admitted version below `previous` (NONE: of all) and adds what it requires; false on a conflict, with the
 * decision in place so that `backtrack` can try the next one.
 */
function decide(name: u32, previous: u32): bool {
  let best: u32 = NONE;
  let admitted: u32 = 0;
  for (let row = candidates(name); row != NONE; row = packageAt(row).nextOfName) {
    if (!isAdmitted(name, row) || (previous != NONE && !isBetter(previous, row))) continue;
    admitted++;
    if (best == NONE || isBetter(row, best)) best = row;
  }
  if (best == NONE) {
    if (unmet == NONE) unmet = changetype<Requirement>(requirements.at(lastOf(name))).dependency;
    return false;
  }
  const address = decisions.push();
  if (address == 0) return false;
  const decision = changetype<Decision>(address);
  decision.name = name;
  decision.taken = best;
  decision.hasOthers = u32(admitted > 1);
  decision.requirementCount = requirements.count;
  decision.requestCount = requestCount();
  decision.nameCount = required.count;
  store<u32>(decided + (usize(name) << 2), best + 1);
  return requireAll(name, best);
}

/** Adds what the version requires now, and with the extras that are asked of it so far. */
function requireAll(name: u32, row: u32): bool {
  for (let i = lastOf(name); i != NONE; ) {
    const requirement = changetype<Requirement>(requirements.at(i));
    const dependency = dependencyAt(requirement.dependency);
    for (let x: u32 = 0; x < dependency.extraCount; x++)
      requestExtra(row, idAt(requestedExtras, dependency.extras + x));
    i = requirement.before;
  }
  const item = packageAt(row);
  for (let i: u32 = 0; i < item.dependencyCount; i++) {
    if (isActive(item.dependencies + i) && !require(item.dependencies + i)) return false;
  }
  return !failed();
}

/** Asks for a requirement's extras of a version that is decided, and adds what they turn on. */
function requireExtras(dependency: Dependency, row: u32): bool {
  let isNew = false;
  for (let x: u32 = 0; x < dependency.extraCount; x++) {
    if (requestExtra(row, idAt(requestedExtras, dependency.extras + x))) isNew = true;
  }
  if (!isNew) return true;
  const item = packageAt(row);
  for (let i: u32 = 0; i < item.dependencyCount; i++) {
    const each = item.dependencies + i;
    // The others count already; requiring one again changes nothing.
    if (dependencyAt(each).optional != 0 && isActive(each) && !require(each)) return false;
  }
  return true;
}

/** Takes back decisions until one has another version, and takes that; false when none has. */
function backtrack(): bool {
  while (decisions.count > 0 && steps <= STEP_LIMIT && !failed()) {
    const decision = changetype<Decision>(decisions.at(decisions.count - 1));
    const name = decision.name;
    const taken = decision.taken;
    const hasOthers = decision.hasOthers != 0;
    undo(decision);
    decisions.count--;
    if (hasOthers && decide(name, taken)) return true;
  }
  return steps > STEP_LIMIT;
}

function undo(decision: Decision): void {
  store<u32>(decided + (usize(decision.name) << 2), 0);
  while (requirements.count > decision.requirementCount) {
    const requirement = changetype<Requirement>(requirements.at(--requirements.count));
    store<u32>(lastRequirement + (usize(requirement.name) << 2), requirement.before + 1);
  }
  required.count = decision.nameCount;
  forgetFrom(decision.requestCount);
  open = 0;
}

function lastOf(name: u32): u32 {
  return load<u32>(lastRequirement + (usize(name) << 2)) - 1;
}

/** Whether every requirement for the name admits this version. */
function isAdmitted(name: u32, row: u32): bool {
  for (let i = lastOf(name); i != NONE; ) {
    const requirement = changetype<Requirement>(requirements.at(i));
    steps++;
    if (!admits(dependencyAt(requirement.dependency), row)) return false;
    i = requirement.before;
  }
  return admitsPython(row);
}

/** Whether a requirement admits a locked version: its constraint, and its source when it names one. */
export function admits(dependency: Dependency, row: u32): bool {
  const item = packageAt(row);
  const demanded = dependency.source;
  if (demanded != SOURCE_INDEX) {
    return sourceFits(demanded, item.source) && (demanded != SOURCE_URL || dependency.url == item.url);
  }
  if (dependency.constraint == NONE) return true;
  const version = versionOf(item.version);
  return version == NONE || admitsVersion(dependency.constraint, version);
}

/** Whether version specifiers, Poetry's own or PEP 440's, admit a version. */
function admitsVersion(specifiers: u32, version: u32): bool {
  if (!isPoetry()) return specifiersContain(specifiers, version);
  const constraint = constraintOf(specifiers);
  return constraint == NONE || constraintAllows(constraint, version);
}

function sourceFits(demanded: u32, locked: u32): bool {
  if (demanded == SOURCE_DIRECTORY) return locked == SOURCE_DIRECTORY || locked == SOURCE_FILE;
  if (demanded == SOURCE_URL) return locked == SOURCE_URL || locked == SOURCE_GIT;
  return demanded == locked || locked == SOURCE_LEGACY;
}

/** A locked version whose `python-versions` refuse the target's Python is no candidate (provider.py, search_for). */
function admitsPython(row: u32): bool {
  const python = packageAt(row).python;
  return python == NONE || admitsVersion(python, variableVersion(VARIABLE_PYTHON_FULL_VERSION));
}

/** Poetry's order of locked versions (provider.py, get_locked): the higher one first, the lock's order between equals. */
function isBetter(a: u32, b: u32): bool {
  const left = versionOf(packageAt(a).version);
  const right = versionOf(packageAt(b).version);
  if (left == NONE || right == NONE) return left != NONE || (right == NONE && a < b);
  const order = compareVersions(left, right);
  return order > 0 || (order == 0 && a < b);
}

/**
 * Requirements that no locked package has to meet: the project itself, and what Poetry before 1.2 never locked
 * (provider.py, Provider.UNSAFE_PACKAGES; `wheel` in 1.1).
 */
export function isSatisfiedOutside(dependency: Dependency): bool {
  const name = dependency.name;
  if (candidates(name) != NONE) return false;
  if (name == project.name) return true;
  const address = textAddress(name);
  const size = textSize(name);
  return (
    is(address, size, "setuptools") ||
    is(address, size, "distribute") ||
    is(address, size, "pip") ||
    is(address, size, "wheel")
  );
}
