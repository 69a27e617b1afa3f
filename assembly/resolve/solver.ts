// The search for what Poetry installs from a lock that does not state groups (below 2.1): Poetry solves again, with the
// locked packages as its only repository (poetry/installation/installer.py, `reresolve`).
//
// A requirement admits some of the locked versions of a name; each name gets at most one. Names are decided one by one:
// those with the fewest admitted versions first, the highest version first, as Poetry's solver prefers. When nothing is left
// for a name, or a requirement refuses a version that was decided, the decisions that led there are to blame: the search
// jumps back to the last of them and tries its next version (conflict-directed back-jumping, P. Prosser, Hybrid algorithms
// for the constraint satisfaction problem, 1993). Those between have no part in the conflict: no version of theirs helps.
//
// Invariant: everything is undone by truncating columns (requirements, decisions, names, requests, culprits). The work is
// bounded by the call's budget, after which the status is STATUS_TOO_HARD.

import {
  NONE,
  PACKAGE_IS_OVERRIDDEN,
  SOURCE_DIRECTORY,
  SOURCE_FILE,
  SOURCE_GIT,
  SOURCE_INDEX,
  SOURCE_LEGACY,
  SOURCE_URL,
  STATUS_UNSATISFIABLE,
} from "../../src/core/abi";
import { project } from "../lock/project";
import {
  candidates,
  Dependency,
  dependencyAt,
  idAt,
  lock,
  packageAt,
  packages,
  pushId,
  requestedExtras,
} from "../lock/tables";
import { BLOCK, Column, Scratch, TARGET } from "../memory/arena";
import { spend } from "../memory/budget";
import { indexIn } from "../memory/bytes";
import { textAddress, textSize, texts } from "../memory/intern";
import { failAbout, failed } from "../memory/status";
import { constraintAllows, constraintOf } from "../standards/constraint";
import { VARIABLE_PYTHON_FULL_VERSION, variableVersion } from "../standards/environment";
import { compareVersions, versionOf } from "../standards/pep440";
import { specifiersContain } from "../standards/specifier";
import { forgetFrom, isActive, requestCount, requestExtra } from "./graph";
import { isPoetry } from "./rules";

/**
 * What it costs of the budget to hold one version against one requirement: some 50 ns at worst. That leaves a search six
 * million of them; real locks need less than ten thousand.
 */
const STEP: u32 = 32;

/** A requirement that counts, chained with the others for its name. */
@unmanaged
class Requirement {
  dependency: u32;
  /** The name's requirement before this one, NONE for none. */
  before: u32;
  /** Number of the conflict that it was blamed for last. */
  blamed: u32;
}

/** A name that was decided, and how to get back to where it was not. */
@unmanaged
class Decision {
  /** Package row that was taken. */
  taken: u32;
  requirementCount: u32;
  requestCount: u32;
  nameCount: u32;
  /** Where in `culprits` those begin that keep the better versions out; the next decision's begin after them. */
  culprits: u32;
}

const requirements: Column<Requirement> = changetype<Column<Requirement>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
const decisions: Column<Decision> = changetype<Column<Decision>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
/** Text ids of the names that something requires, in the order of their first requirement. */
const required: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
/** Package rows that were decided. */
const culprits: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
/** For each text id: its last requirement + 1; the package row that was decided + 1. */
let lastRequirement: usize = 0;
let decided: usize = 0;
let idCount: u32 = 0;
/** Index into `required` before which every name is decided. */
let open: u32 = 0;
let admitted: u32 = 0;
const lastMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
const decidedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
/** For each package row the number of the conflict that it was blamed for last. */
let blamed: usize = 0;
const blamedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
/** Conflicts so far, the one that is being looked into included. */
let conflict: u32 = 1;
/** The first requirement that could not be met, for the message. */
let unmet: u32 = NONE;

/** Forgets the last search. Requirements are added by `require`, then `solve` decides. */
export function startSolver(): void {
  idCount = texts.count;
  lastRequirement = lastMemory.zeroed(usize(idCount) << 2);
  decided = decidedMemory.zeroed(usize(idCount) << 2);
  blamed = blamedMemory.zeroed(usize(packages.count) << 2);
  open = 0;
  conflict = 1;
  unmet = NONE;
}

/** The package row that was decided for a name, NONE when nothing requires it. */
export function decidedFor(name: u32): u32 {
  return name < idCount ? load<u32>(decided + (usize(name) << 2)) - 1 : NONE;
}

/** Adds a requirement that counts. */
export function require(row: u32): void {
  const dependency = dependencyAt(row);
  if (isSatisfiedOutside(dependency)) return;
  const name = dependency.name;
  if (!ASC_NO_ASSERT) assert(name < idCount);
  const chain = lastRequirement + (usize(name) << 2);
  const address = requirements.push();
  if (address == 0) return;
  const requirement = changetype<Requirement>(address);
  requirement.dependency = row;
  requirement.before = load<u32>(chain) - 1;
  requirement.blamed = 0;
  store<u32>(chain, requirements.count);
  if (requirement.before == NONE) pushId(required, name);
}

/** Decides every required name. On failure the status says which requirement could not be met. */
export function solve(): bool {
  while (!failed()) {
    const name = nextName();
    if (name == NONE) break;
    const best = bestBelow(name, NONE);
    if (best == NONE) blameName(name);
    else if (take(name, best, culprits.count)) continue;
    if (!failed() && !jumpBack()) {
      const dependency = dependencyAt(unmet);
      failAbout(STATUS_UNSATISFIABLE, dependency.address, dependency.size, dependency.name);
    }
  }
  return !failed();
}

/** The undecided name with the fewest admitted versions, NONE when all are decided; the earliest of equals. */
function nextName(): u32 {
  while (open < required.count && decidedFor(idAt(required, open)) != NONE) open++;
  let best: u32 = NONE;
  let fewest: u32 = U32.MAX_VALUE;
  // Nothing can be gained by waiting with a name that has one version or none.
  for (let i = open; i < required.count && fewest > 1; i++) {
    const name = idAt(required, i);
    if (decidedFor(name) != NONE) continue;
    bestBelow(name, NONE);
    if (admitted < fewest) {
      best = name;
      fewest = admitted;
    }
  }
  return best;
}

/** The best admitted version below `previous` (NONE: of all), NONE for none; `admitted` says how many there are. */
function bestBelow(name: u32, previous: u32): u32 {
  let best: u32 = NONE;
  admitted = 0;
  for (let row = candidates(name); row != NONE && spend(STEP); row = packageAt(row).nextOfName) {
    if ((previous != NONE && !isBetter(previous, row)) || !isAdmitted(name, row)) continue;
    admitted++;
    if (best == NONE || isBetter(row, best)) best = row;
  }
  return best;
}

/** Decides for a version and adds what it requires; false on a conflict, with the decision in place. */
function take(name: u32, row: u32, from: u32): bool {
  const address = decisions.push();
  if (address == 0) return false;
  const decision = changetype<Decision>(address);
  decision.taken = row;
  decision.requirementCount = requirements.count;
  decision.requestCount = requestCount();
  decision.nameCount = required.count;
  decision.culprits = from;
  store<u32>(decided + (usize(name) << 2), row + 1);
  for (let i = lastOf(name); i != NONE; i = requirementAt(i).before) requestExtras(i, row);
  requireActive(row, 0);
  // What is required now may concern names that were decided before, and ask for extras of them.
  for (let i = decision.requirementCount; i < requirements.count && !failed(); i++) {
    const dependency = dependencyAt(requirementAt(i).dependency);
    const other = decidedFor(dependency.name);
    if (other == NONE) continue;
    if (!admits(dependency, other)) {
      blamePackage(other);
      blame(i);
      return false;
    }
    // Those that are not optional count already.
    if (requestExtras(i, other)) requireActive(other, 1);
  }
  return !failed();
}

/** Asks for a requirement's extras of a version; whether any of them was new. */
function requestExtras(index: u32, row: u32): bool {
  const dependency = dependencyAt(requirementAt(index).dependency);
  let isNew = false;
  for (let x: u32 = 0; x < dependency.extraCount; x++) {
    if (requestExtra(row, idAt(requestedExtras, dependency.extras + x))) isNew = true;
  }
  return isNew;
}

/** Adds what the version requires with the extras that are asked of it so far: everything, or what is optional. */
function requireActive(row: u32, optional: u32): void {
  // Only an overridden version can be here all the same.
  if (!isDefined(WITHOUT_FLAT) && !takesPython(row)) return;
  const item = packageAt(row);
  const end = item.dependencies + item.dependencyCount;
  for (let i = item.dependencies; i < end && !failed(); i++) {
    if (dependencyAt(i).optional >= optional && isActive(i)) require(i);
  }
}

/** Takes back decisions up to the last one that is to blame and has another version, and takes that; false when none has. */
function jumpBack(): bool {
  while (decisions.count > 0 && !failed()) {
    const decision = changetype<Decision>(decisions.at(decisions.count - 1));
    const name = packageAt(decision.taken).name;
    const from = decision.culprits;
    undo(decision);
    decisions.count--;
    if (isBlamed(decision.taken)) {
      for (let i = from; i < culprits.count; i++) blamePackage(idAt(culprits, i));
      culprits.count = from;
      const next = bestBelow(name, decision.taken);
      if (next != NONE) {
        for (let i: u32 = 0; i < decisions.count; i++) {
          const row = changetype<Decision>(decisions.at(i)).taken;
          if (isBlamed(row)) pushId(culprits, row);
        }
        conflict++;
        if (take(name, next, from)) return true;
      } else blameName(name);
    } else culprits.count = from;
  }
  return failed();
}

/** Blames what leaves no version of a name, beyond the culprits of those that were tried. */
function blameName(name: u32): void {
  for (let row = candidates(name); ; row = packageAt(row).nextOfName) {
    // The earliest of those that refuse the version: the farther back the search may jump. After the versions the earliest
    // of all: without any requirement the name would need no version.
    let refuses: u32 = NONE;
    for (let i = lastOf(name); i != NONE && !failed(); i = requirementAt(i).before) {
      if (row == NONE || !admits(dependencyAt(requirementAt(i).dependency), row)) refuses = i;
    }
    if (refuses != NONE) blame(refuses);
    if (row == NONE) return;
  }
}

/** Blames the decisions by which a requirement counts: its owner's, and those that asked for the extras it depends on. */
function blame(index: u32): void {
  if (unmet == NONE) unmet = requirementAt(index).dependency;
  // Those still to be looked at stand above the culprits for as long as this takes.
  const bottom = culprits.count;
  pushId(culprits, index);
  while (culprits.count > bottom) {
    const each = load<u32>(culprits.pop());
    const requirement = requirementAt(each);
    const dependency = dependencyAt(requirement.dependency);
    const owner = dependency.owner;
    if (requirement.blamed == conflict || owner == NONE) continue;
    requirement.blamed = conflict;
    blamePackage(owner);
    if (dependency.optional == 0) continue;
    for (let i = lastOf(packageAt(owner).name); i != NONE && spend(1); i = requirementAt(i).before) {
      if (i < each && dependencyAt(requirementAt(i).dependency).extraCount != 0) pushId(culprits, i);
    }
  }
}

function blamePackage(row: u32): void {
  if (!ASC_NO_ASSERT) assert(row < packages.count);
  store<u32>(blamed + (usize(row) << 2), conflict);
}

function isBlamed(row: u32): bool {
  return load<u32>(blamed + (usize(row) << 2)) == conflict;
}

function undo(decision: Decision): void {
  store<u32>(decided + (usize(packageAt(decision.taken).name) << 2), 0);
  while (requirements.count > decision.requirementCount) {
    const requirement = changetype<Requirement>(requirements.pop());
    store<u32>(lastRequirement + (usize(dependencyAt(requirement.dependency).name) << 2), requirement.before + 1);
  }
  required.count = decision.nameCount;
  forgetFrom(decision.requestCount);
  open = 0;
}

function requirementAt(index: u32): Requirement {
  return changetype<Requirement>(requirements.at(index));
}

function lastOf(name: u32): u32 {
  if (!ASC_NO_ASSERT) assert(name < idCount);
  return load<u32>(lastRequirement + (usize(name) << 2)) - 1;
}

/** Whether every requirement for the name admits this version. */
function isAdmitted(name: u32, row: u32): bool {
  for (let i = lastOf(name); i != NONE; ) {
    if (!admits(dependencyAt(requirementAt(i).dependency), row)) return false;
    i = requirementAt(i).before;
  }
  return takesPython(row) || (!isDefined(WITHOUT_FLAT) && (packageAt(row).flags & PACKAGE_IS_OVERRIDDEN) != 0);
}

/** Whether a requirement admits a locked version: its constraint, and its source when it names one. False out of budget. */
export function admits(dependency: Dependency, row: u32): bool {
  if (!spend(STEP)) return false;
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
function takesPython(row: u32): bool {
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
 * (provider.py, Provider.UNSAFE_PACKAGES; `wheel` in 1.1). No such Poetry wrote locks of version 2: Poetry misses it there.
 */
export function isSatisfiedOutside(dependency: Dependency): bool {
  const name = dependency.name;
  if (candidates(name) != NONE) return false;
  if (name == project.name) return true;
  if (isPoetry() && lock.version != NONE && load<u8>(textAddress(lock.version)) == 0x32) return false;
  return indexIn(textAddress(name), textSize(name), "setuptools distribute pip wheel") != NONE;
}
