// The project: what pyproject.toml asks for, as the host hands it over (the records at the end of src/abi.ts).
//
// A lock that states groups itself (Poetry 2.1) needs this only for the names that may be chosen; older locks are walked
// from here.
//
// Invariant: the text lies after the lock in memory and stays there; rows point into it.

import {
  FIELD_END,
  NONE,
  RECORD_END,
  SOURCE_DIRECTORY,
  SOURCE_GIT,
  SOURCE_INDEX,
  SOURCE_URL,
  STATUS_PROJECT_RECORD,
} from "../src/abi";
import { Column } from "./arena";
import { spend } from "./budget";
import { indexIn, indexOf, is, startsWith } from "./bytes";
import { intern, textAddress, textSize } from "./intern";
import { normalizedName } from "./name";
import { markerOf } from "./pep508/marker";
import { parseRequirement, Requirement, requirementExtras } from "./pep508/requirement";
import { fail, failed } from "./status";
import {
  addDependency,
  addExtraMember,
  dependencies,
  dependencyAt,
  Extra,
  ExtraMember,
  extraMembers,
  extraNames,
  groupNames,
  idAt,
  packageExtras,
  pushDistinct,
  pushId,
  requestedExtras,
} from "./tables";

/** What the project itself says, besides its rows in the tables. */
@unmanaged
export class ProjectFacts {
  /** Whether a project was handed over at all. */
  known: u32;
  /** Its own name, NONE when it has none: requirements for it are satisfied by it. */
  name: u32;
  /** Slices of `dependencies` and of `packageExtras`. */
  dependencies: u32;
  dependencyCount: u32;
  extras: u32;
  extraCount: u32;
}

export const project: ProjectFacts = changetype<ProjectFacts>(memory.data(offsetof<ProjectFacts>()));

/** Text ids of the groups that are not chosen by default. */
const optionalGroups: Column = changetype<Column>(memory.data(16));

/** A group of a uv project that takes only some Pythons. */
@unmanaged
export class GroupPython {
  /** Text ids: its name, and the specifiers. */
  group: u32;
  python: u32;
}

export const groupPythons: Column = changetype<Column>(memory.data(16));

const requirement: Requirement = changetype<Requirement>(memory.data(offsetof<Requirement>()));

/** Forgets the project. */
export function startProject(): void {
  if (!isDefined(ONE_CALL)) memory.fill(changetype<usize>(project), 0, offsetof<ProjectFacts>());
  project.name = NONE;
  optionalGroups.start(4);
  groupPythons.start(offsetof<GroupPython>());
}

/** Whether a group is chosen only when it is asked for. Without a project only `dev` is a default, as in uv. */
export function isOptionalGroup(group: u32): bool {
  if (project.known == 0) return !is(textAddress(group), textSize(group), "dev");
  for (let i: u32 = 0; i < optionalGroups.count; i++) if (idAt(optionalGroups, i) == group) return true;
  return false;
}

/** Reads the records; failures are in the status, with a span in this text. */
export function readProject(address: usize, size: u32): void {
  project.known = 1;
  project.dependencies = dependencies.count;
  project.extras = packageExtras.count;
  const end = address + size;
  let at = address;
  while (at < end && !failed()) {
    const stop = at + indexOf(at, u32(end - at), RECORD_END);
    readRecord(at, stop);
    at = stop + 1;
  }
  project.dependencyCount = dependencies.count - project.dependencies;
  project.extraCount = packageExtras.count - project.extras;
}

/** The field that was read last. */
let field: usize = 0;
let fieldSize: u32 = 0;

/** Reads the field at `at`, and gives the address of the next one. */
function nextField(at: usize, end: usize): usize {
  field = at;
  fieldSize = at < end ? indexOf(at, u32(end - at), FIELD_END) : 0;
  return at + fieldSize + 1;
}

function readRecord(from: usize, end: usize): void {
  const at = nextField(from, end);
  if (is(field, fieldSize, "group")) readGroup(at, end);
  else if (is(field, fieldSize, "extra")) readExtra(at, end);
  else if ((!isDefined(WITHOUT_POETRY) || !isDefined(WITHOUT_FLAT)) && is(field, fieldSize, "pep508")) {
    readRequirement(at, end);
  } else if (!isDefined(WITHOUT_POETRY) && is(field, fieldSize, "poetry")) readPoetryDependency(at, end);
  else if (!isDefined(WITHOUT_UV) && is(field, fieldSize, "python")) readGroupPython(at, end);
  else if (is(field, fieldSize, "name")) {
    nextField(at, end);
    if (fieldSize != 0) project.name = normalizedName(field, fieldSize);
  } else fail(STATUS_PROJECT_RECORD, field, fieldSize);
}

function readGroup(at: usize, end: usize): void {
  at = nextField(at, end);
  const group = normalizedName(field, fieldSize);
  pushDistinct(groupNames, group);
  nextField(at, end);
  if (!isDefined(WITHOUT_UV) && is(field, fieldSize, "1")) pushId(optionalGroups, group);
}

function readGroupPython(at: usize, end: usize): void {
  at = nextField(at, end);
  const row = groupPythons.push();
  if (row == 0) return;
  const each = changetype<GroupPython>(row);
  each.group = normalizedName(field, fieldSize);
  nextField(at, end);
  each.python = intern(field, fieldSize);
}

function readExtra(at: usize, end: usize): void {
  at = nextField(at, end);
  const row = packageExtras.push();
  if (row == 0) return;
  const extra = changetype<Extra>(row);
  extra.name = normalizedName(field, fieldSize);
  extra.members = extraMembers.count;
  extra.memberCount = 0;
  pushDistinct(extraNames, extra.name);
  while (at < end) {
    at = nextField(at, end);
    if (fieldSize == 0) continue;
    addExtraMember(field, fieldSize);
    extra.memberCount++;
  }
}

/** "pep508" group, extra or "", requirement: [project] and [dependency-groups]. */
function readRequirement(at: usize, end: usize): void {
  at = nextField(at, end);
  const group = normalizedName(field, fieldSize);
  at = nextField(at, end);
  const extra: u32 = fieldSize == 0 ? NONE : normalizedName(field, fieldSize);
  nextField(at, end);
  if (!parseRequirement(field, fieldSize, requirement)) return;
  const dependency = dependencyAt(addDependency(NONE, requirement.name, field, fieldSize));
  dependency.group = group;
  dependency.extras = requestedExtras.count;
  dependency.extraCount = requirement.extraCount;
  for (let i: u32 = 0; i < requirement.extraCount; i++) {
    pushId(requestedExtras, load<u32>(requirementExtras.at(requirement.extras + i)));
  }
  if (requirement.specifierSize != 0) dependency.constraint = intern(requirement.specifier, requirement.specifierSize);
  if (requirement.urlSize != 0) {
    // pip's form of a repository, `git+https://...`, stands for Poetry's `git`.
    const isGit = startsWith(requirement.url, requirement.urlSize, "git+");
    dependency.source = isGit ? SOURCE_GIT : SOURCE_URL;
    dependency.url = intern(requirement.url, requirement.urlSize);
  }
  dependency.marker = requirement.marker;
  if (extra != NONE) {
    dependency.optional = 1;
    addMember(extra, requirement.nameAddress, requirement.nameSize);
  }
}

/** Adds a requirement to the project's extra of that name; the host writes the extra's record before its requirements. */
function addMember(extra: u32, address: usize, size: u32): void {
  if (!spend(packageExtras.count - project.extras)) return;
  for (let i = project.extras; i < packageExtras.count; i++) {
    const row = changetype<Extra>(packageExtras.at(i));
    if (row.name != extra) continue;
    // Members of one extra lie side by side: move the slice to the end when another extra has grown since.
    if (row.members + row.memberCount != extraMembers.count) {
      if (!spend(row.memberCount)) return;
      const from = row.members;
      row.members = extraMembers.count;
      for (let j: u32 = 0; j < row.memberCount; j++) {
        const copy = extraMembers.push();
        if (copy == 0) return;
        memory.copy(copy, extraMembers.at(from + j), offsetof<ExtraMember>());
      }
    }
    addExtraMember(address, size);
    changetype<Extra>(packageExtras.at(i)).memberCount++;
    return;
  }
}

/** "poetry" group, name, constraint, markers, python, platform, extras, optional, source kind, its address: [tool.poetry]. */
function readPoetryDependency(at: usize, end: usize): void {
  at = nextField(at, end);
  const group = normalizedName(field, fieldSize);
  at = nextField(at, end);
  const row = addDependency(NONE, normalizedName(field, fieldSize), field, fieldSize);
  dependencyAt(row).group = group;
  at = nextField(at, end);
  if (fieldSize != 0) dependencyAt(row).constraint = intern(field, fieldSize);
  at = nextField(at, end);
  if (fieldSize != 0) dependencyAt(row).marker = markerOf(intern(field, fieldSize));
  at = nextField(at, end);
  if (fieldSize != 0) dependencyAt(row).python = intern(field, fieldSize);
  at = nextField(at, end);
  if (fieldSize != 0) dependencyAt(row).platform = intern(field, fieldSize);
  at = nextField(at, end);
  dependencyAt(row).extras = requestedExtras.count;
  readNames(field, fieldSize, requestedExtras);
  dependencyAt(row).extraCount = requestedExtras.count - dependencyAt(row).extras;
  at = nextField(at, end);
  dependencyAt(row).optional = u32(is(field, fieldSize, "1"));
  at = nextField(at, end);
  dependencyAt(row).source = sourceKind(field, fieldSize);
  nextField(at, end);
  if (fieldSize != 0) dependencyAt(row).url = intern(field, fieldSize);
}

function sourceKind(address: usize, size: u32): u32 {
  const kind = indexIn(address, size, "git url path file");
  if (kind == NONE) return SOURCE_INDEX;
  return kind < 2 ? SOURCE_GIT + kind : SOURCE_DIRECTORY;
}

/** Comma-separated names. */
function readNames(address: usize, size: u32, column: Column): void {
  let from: u32 = 0;
  while (from < size) {
    const comma = indexOf(address, size, 0x2c, from);
    if (comma != from) pushId(column, normalizedName(address + from, comma - from));
    from = comma + 1;
  }
}
