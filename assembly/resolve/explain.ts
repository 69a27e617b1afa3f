// Why: for each requirement whether it counts on the target, for each file whether it fits, and what does not add up.
//
// Everything is told by codes, rows and spans; src/lock/explain.ts makes words of them.
//
// Invariant: called after `resolve` of the same request, whose answer it leaves as it is. Rows of the reason table: the
// project's requirements, then those of each package, then the places of packages in groups.

import {
  ARTIFACT_IS_SDIST,
  FINDING_IS_LEFT_OUT,
  FINDING_IS_NOT_LOCKED,
  FINDING_IS_REFUSED_PYTHON,
  FINDING_IS_REFUSED_VERSION,
  KIND_NONE,
  METHOD_FILTER,
  NONE,
  PACKAGE_IS_OVERRIDDEN,
  REASON_COUNTS,
  REASON_EXTRA,
  REASON_GROUP_LEFT,
  REASON_MARKER,
  REASON_OF_MEMBERSHIP,
  REASON_OF_REQUIREMENT,
  REASON_OWNER_ABSENT,
  REASON_PLATFORM,
  REASON_PYTHON,
  VERDICT_ABI,
  VERDICT_FITS,
  VERDICT_FLOOR,
  VERDICT_NAME,
  VERDICT_OTHER,
  VERDICT_PLATFORM,
  VERDICT_PYTHON,
  VERDICT_TAKEN,
} from "../../src/core/abi";
import { isOfPackage, isOneFile, isWheel, NO_WHEEL, OTHER_WHEEL } from "../lock/identity";
import { project } from "../lock/project";
import {
  artifactAt,
  artifacts,
  candidates,
  Dependency,
  dependencyAt,
  lock,
  membershipAt,
  Package,
  packageAt,
  packages,
} from "../lock/tables";
import { Column, TARGET } from "../memory/arena";
import { spend } from "../memory/budget";
import { recall, remember, UNASKED } from "../memory/memo";
import { failed } from "../memory/status";
import { groupChosen, NEVER } from "../standards/condition";
import { constraintAllows, constraintOf } from "../standards/constraint";
import { VARIABLE_PYTHON_FULL_VERSION, variableVersion } from "../standards/environment";
import { tagSetAt } from "../standards/filename";
import { INCOMPATIBLE, MISFIT_ABI, MISFIT_FLOOR, MISFIT_PYTHON, tagMisfit } from "../standards/pep425";
import { blame, EXTRA_ABSENT, EXTRA_SET, evaluateMarker, Part } from "../standards/pep508/evaluation";
import { wheelRank } from "./artifact";
import { appliesHere, isActive, takesPython } from "./graph";
import { installedWhen } from "./installed";
import { Selection, selections } from "./resolution";
import { chosenWhen } from "./search";
import { admits, isSatisfiedOutside } from "./solver";

@unmanaged
export class Reason {
  code: u32;
  owner: u32;
  name: u32;
  package: u32;
  parts: u32;
  partCount: u32;
  constraint: u32;
  group: u32;
  address: usize;
  size: u32;
  kind: u32;
}

@unmanaged
export class Finding {
  code: u32;
  reason: u32;
  package: u32;
}

export const reasons: Column<Reason> = changetype<Column<Reason>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
export const parts: Column<Part> = changetype<Column<Part>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
export const verdicts: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
export const findings: Column<Finding> = changetype<Column<Finding>>(memory.data<u32>([0, 0, 0, 0, TARGET]));

/** Explains what was resolved last. */
export function explain(): void {
  for (let i: u32 = 0; i < project.dependencyCount; i++) explainRoot(project.dependencies + i);
  for (let row: u32 = 0; row < packages.count && !failed(); row++) {
    const item = packageAt(row);
    for (let i: u32 = 0; i < item.dependencyCount; i++) explainRequirement(row, item.dependencies + i);
    if (installedWhen(row) != NEVER) checkPython(row);
  }
  for (let row: u32 = 0; row < packages.count; row++) explainMemberships(row);
  explainFiles();
}

// --- Requirements -------------------------------------------------------------------------------------------------------

function explainRoot(row: u32): void {
  const dependency = dependencyAt(row);
  const address = addReason(REASON_OF_REQUIREMENT, NONE, dependency);
  if (address == 0) return;
  const reason = changetype<Reason>(address);
  reason.group = dependency.group;
  if (groupChosen(dependency.group) == NEVER) reason.code = REASON_GROUP_LEFT;
  else if (isRefused(reason, dependency, EXTRA_SET)) return;
  else if (chosenWhen(dependency) == NEVER) reason.code = REASON_EXTRA;
  else meet(reasons.count - 1, row);
}

function explainRequirement(owner: u32, row: u32): void {
  const dependency = dependencyAt(row);
  const address = addReason(REASON_OF_REQUIREMENT, owner, dependency);
  if (address == 0) return;
  const reason = changetype<Reason>(address);
  if (installedWhen(owner) == NEVER) reason.code = REASON_OWNER_ABSENT;
  else if (isRefused(reason, dependency, EXTRA_ABSENT)) return;
  else if (!isActive(row)) reason.code = REASON_EXTRA;
  else meet(reasons.count - 1, row);
}

function addReason(kind: u32, owner: u32, dependency: Dependency): usize {
  const address = reasons.push();
  if (address == 0) return 0;
  const reason = changetype<Reason>(address);
  reason.code = REASON_COUNTS;
  reason.owner = owner;
  reason.name = dependency.name;
  reason.package = NONE;
  reason.parts = parts.count;
  reason.partCount = 0;
  reason.constraint = dependency.constraint;
  reason.group = NONE;
  reason.address = dependency.address;
  reason.size = dependency.size;
  reason.kind = kind;
  return address;
}

/** Whether the target does not need it: its marker is false, or one of Poetry's restrictions refuses the target. */
function isRefused(reason: Reason, dependency: Dependency, policy: u32): bool {
  if (dependency.marker != NONE && evaluateMarker(dependency.marker, policy) == NEVER) {
    setBlame(reason, dependency.marker, policy);
  } else if (!appliesHere(dependency)) reason.code = takesPython(dependency) ? REASON_PLATFORM : REASON_PYTHON;
  return reason.code != REASON_COUNTS;
}

function setBlame(reason: Reason, marker: u32, policy: u32): void {
  reason.code = REASON_MARKER;
  reason.parts = parts.count;
  blame(marker, policy, parts);
  reason.partCount = parts.count - reason.parts;
}

/** Looks for the installed package that meets a requirement which counts; a finding when there is none. */
function meet(index: u32, row: u32): void {
  const dependency = dependencyAt(row);
  let installed: u32 = NONE;
  for (let each = candidates(dependency.name); each != NONE; each = packageAt(each).nextOfName) {
    if (!spend(1)) return;
    if (installedWhen(each) == NEVER) continue;
    if (admits(dependency, each)) {
      changetype<Reason>(reasons.at(index)).package = each;
      return;
    }
    installed = each;
  }
  if (installed != NONE) addFinding(FINDING_IS_REFUSED_VERSION, index, installed);
  else if (candidates(dependency.name) != NONE) addFinding(FINDING_IS_LEFT_OUT, index, candidates(dependency.name));
  else if (!isSatisfiedOutside(dependency)) addFinding(FINDING_IS_NOT_LOCKED, index, NONE);
}

function addFinding(code: u32, reason: u32, row: u32): void {
  const address = findings.push();
  if (address == 0) return;
  const finding = changetype<Finding>(address);
  finding.code = code;
  finding.reason = reason;
  finding.package = row;
}

/** The package's own Python versions against the target's. */
function checkPython(row: u32): void {
  const python = packageAt(row).python;
  if (python == NONE || (packageAt(row).flags & PACKAGE_IS_OVERRIDDEN) != 0) return;
  const constraint = constraintOf(python);
  if (constraint == NONE || constraintAllows(constraint, variableVersion(VARIABLE_PYTHON_FULL_VERSION))) return;
  addFinding(FINDING_IS_REFUSED_PYTHON, NONE, row);
}

// --- Places in groups ---------------------------------------------------------------------------------------------------

function explainMemberships(row: u32): void {
  const item = packageAt(row);
  if (lock.method != METHOD_FILTER) return;
  for (let i: u32 = 0; i < item.membershipCount; i++) {
    const membership = membershipAt(item.memberships + i);
    const address = reasons.push();
    if (address == 0) return;
    const reason = changetype<Reason>(address);
    reason.kind = REASON_OF_MEMBERSHIP;
    // Without a group it is always there (PEP 751): filter.ts.
    const isLeft = membership.group != NONE && groupChosen(membership.group) == NEVER;
    reason.code = isLeft ? REASON_GROUP_LEFT : REASON_COUNTS;
    reason.owner = NONE;
    reason.name = item.name;
    reason.package = row;
    reason.parts = parts.count;
    reason.partCount = 0;
    reason.constraint = NONE;
    reason.group = membership.group;
    reason.address = 0;
    reason.size = 0;
    if (membership.marker != NONE && evaluateMarker(membership.marker, EXTRA_SET) == NEVER) {
      if (reason.code == REASON_COUNTS) setBlame(reason, membership.marker, EXTRA_SET);
    }
  }
}

// --- Files --------------------------------------------------------------------------------------------------------------

function explainFiles(): void {
  for (let row: u32 = 0; row < artifacts.count; row++) {
    const address = verdicts.push();
    if (address == 0) return;
    store<u32>(address, VERDICT_NAME);
  }
  for (let row: u32 = 0; row < packages.count; row++) explainFilesOf(row);
  for (let i: u32 = 0; i < selections.count; i++) {
    const selection = changetype<Selection>(selections.at(i));
    const item = packageAt(selection.package);
    const isOnly = isOneFile(item) && selection.kind != KIND_NONE;
    const taken = isOnly ? item.artifacts : selection.artifact;
    if (taken != NONE) store<u32>(verdicts.at(taken), VERDICT_TAKEN);
  }
}

/** Makes room for the verdicts of `explainFilesOf`. */
export function startVerdicts(): void {
  verdicts.fill(artifacts.count);
}

/** Which files of one package fit the target. */
export function explainFilesOf(row: u32): void {
  const item = packageAt(row);
  for (let i = item.artifacts; i < item.artifacts + item.artifactCount; i++) {
    store<u32>(verdicts.at(i), verdictOf(item, i));
  }
}

/** MISFIT_* of tag sets, each worked out once for a target. */
const misfits: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));

function misfitOf(tags: u32): u32 {
  const known = recall(misfits, tags);
  if (known != UNASKED) return known;
  const set = tagSetAt(tags);
  const misfit = tagMisfit(set.python, set.abi, set.platform);
  remember(misfits, tags, misfit);
  return misfit;
}

function verdictOf(item: Package, row: u32): u32 {
  const artifact = artifactAt(row);
  if (artifact.kind == ARTIFACT_IS_SDIST) return VERDICT_FITS;
  if (isOneFile(item) && !isWheel(artifact)) return VERDICT_FITS;
  if (!isWheel(artifact)) return isOfPackage(item, artifact) ? VERDICT_NAME : VERDICT_OTHER;
  if (wheelRank(row) != INCOMPATIBLE) return VERDICT_FITS;
  if (artifact.tags == OTHER_WHEEL) return VERDICT_OTHER;
  if (artifact.tags == NO_WHEEL) return VERDICT_NAME;
  const misfit = misfitOf(artifact.tags);
  if (misfit == MISFIT_PYTHON) return VERDICT_PYTHON;
  if (misfit == MISFIT_ABI) return VERDICT_ABI;
  return misfit == MISFIT_FLOOR ? VERDICT_FLOOR : VERDICT_PLATFORM;
}
