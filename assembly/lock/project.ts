// The project: what pyproject.toml asks for, as the host hands it over (the records at the end of src/core/abi.ts).
//
// A lock that states groups itself (Poetry 2.1) needs this only for the names that may be chosen; older locks are walked
// from here.
//
// Invariant: the text lies after the lock in memory and stays there; rows point into it.

import {
  FIELD_END,
  FORMAT_PDM,
  NONE,
  PACKAGE_IS_OVERRIDDEN,
  RECORD_END,
  SOURCE_DIRECTORY,
  SOURCE_GIT,
  SOURCE_INDEX,
  SOURCE_URL,
  STATUS_PROJECT_RECORD,
} from "../../src/core/abi";
import { Column, LOCK } from "../memory/arena";
import { spend } from "../memory/budget";
import { indexIn, indexOf, is, startsWith } from "../memory/bytes";
import { intern, textAddress, textSize } from "../memory/intern";
import { fail, failed } from "../memory/status";
import { normalizedName } from "../standards/name";
import { poetryMarkerOf } from "../standards/pep508/marker";
import { parseRequirement, Requirement, requirementExtras } from "../standards/pep508/requirement";
import { isSpecifierSet } from "../standards/specifier";
import {
  addDependency,
  addExtraMember,
  candidates,
  dependencies,
  dependencyAt,
  Extra,
  ExtraMember,
  extraMembers,
  extraNames,
  groupNames,
  idAt,
  lock,
  packageAt,
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
const optionalGroups: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** A group of a uv project that takes only some Pythons. */
@unmanaged
export class GroupPython {
  /** Text ids: its name, and the specifiers. */
  group: u32;
  python: u32;
}

export const groupPythons: Column<GroupPython> = changetype<Column<GroupPython>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

const requirement: Requirement = changetype<Requirement>(memory.data(offsetof<Requirement>()));

/** No project, until one is read. */
export function startProjectFacts(): void {
  if (!isDefined(ONE_CALL)) memory.fill(changetype<usize>(project), 0, offsetof<ProjectFacts>());
  project.name = NONE;
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
  const stop = address + size;
  for (next = address; next < stop && !failed(); next = end + 1) {
    end = next + indexOf(next, u32(stop - next), RECORD_END);
    readRecord();
  }
  project.dependencyCount = dependencies.count - project.dependencies;
  project.extraCount = packageExtras.count - project.extras;
}

/** Where the record that is being read ends, and its field that is next. */
let end: usize = 0;
let next: usize = 0;
/** The field that was read last. */
let field: usize = 0;
let fieldSize: u32 = 0;

/** Reads the next field; the empty one when there is none. */
function readField(): void {
  field = next;
  fieldSize = next < end ? indexOf(next, u32(end - next), FIELD_END) : 0;
  next += fieldSize + 1;
}

function isField(word: string): bool {
  return is(field, fieldSize, word);
}

/** Text id of the next field, NONE when it is empty. */
function nextText(): u32 {
  readField();
  return fieldSize == 0 ? NONE : intern(field, fieldSize);
}

/** Text id of the next field as a normalised name. */
function nextName(): u32 {
  readField();
  return normalizedName(field, fieldSize);
}

function readRecord(): void {
  readField();
  if (isField("group")) readGroup();
  else if (isField("extra")) readExtra();
  else if ((!isDefined(WITHOUT_POETRY) || !isDefined(WITHOUT_FLAT)) && isField("pep508")) readRequirement();
  else if (!isDefined(WITHOUT_POETRY) && isField("poetry")) readPoetryDependency();
  else if (!isDefined(WITHOUT_FLAT) && isPdm() && isField("python")) readProjectPython();
  else if (!isDefined(WITHOUT_FLAT) && isPdm() && isField("override")) readOverride();
  else if (!isDefined(WITHOUT_UV) && isField("python")) readGroupPython();
  else if (isField("name")) {
    const name = nextName();
    if (fieldSize != 0) project.name = name;
  } else fail(STATUS_PROJECT_RECORD, field, fieldSize);
}

function readGroup(): void {
  const group = nextName();
  pushDistinct(groupNames, group);
  readField();
  if (!isDefined(WITHOUT_UV) && isField("1")) pushId(optionalGroups, group);
}

function readGroupPython(): void {
  const row = groupPythons.push();
  if (row == 0) return;
  const each = changetype<GroupPython>(row);
  each.group = nextName();
  readField();
  each.python = intern(field, fieldSize);
}

function isPdm(): bool {
  if (isDefined(WITHOUT_PDM)) return false;
  return isDefined(WITHOUT_UV) || lock.format == FORMAT_PDM;
}

/** PDM: the Pythons of the project, of which its lock is for some at most. */
function readProjectPython(): void {
  nextName();
  readField();
  const python = intern(field, fieldSize);
  if (isSpecifierSet(python)) lock.python = python;
}

/**
 * PDM: the locked versions of an overridden name are right whatever asks for them, and demand no Python; where their own
 * refuse the target's, what they require is left out (pdm/resolver/providers.py, BaseProvider.is_satisfied_by and
 * get_dependencies).
 */
function readOverride(): void {
  const name = nextName();
  for (let row = candidates(name); row != NONE && spend(1); row = packageAt(row).nextOfName) {
    packageAt(row).flags |= PACKAGE_IS_OVERRIDDEN;
  }
  if (!spend(dependencies.count)) return;
  for (let row: u32 = 0; row < dependencies.count; row++) {
    const dependency = dependencyAt(row);
    if (dependency.name != name) continue;
    dependency.constraint = NONE;
    dependency.source = SOURCE_INDEX;
  }
}

function readExtra(): void {
  const row = packageExtras.push();
  if (row == 0) return;
  const extra = changetype<Extra>(row);
  extra.name = nextName();
  extra.members = extraMembers.count;
  extra.memberCount = 0;
  pushDistinct(extraNames, extra.name);
  while (next < end) {
    readField();
    if (fieldSize == 0) continue;
    addExtraMember(field, fieldSize);
    extra.memberCount++;
  }
}

/** "pep508" group, extra or "", requirement: [project] and [dependency-groups]. */
function readRequirement(): void {
  const group = nextName();
  const name = nextName();
  const extra = fieldSize == 0 ? NONE : name;
  readField();
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
function readPoetryDependency(): void {
  const group = nextName();
  const name = nextName();
  const dependency = dependencyAt(addDependency(NONE, name, field, fieldSize));
  dependency.group = group;
  dependency.constraint = nextText();
  const marker = nextText();
  if (marker != NONE) dependency.marker = poetryMarkerOf(marker);
  dependency.python = nextText();
  dependency.platform = nextText();
  readField();
  dependency.extras = requestedExtras.count;
  readNames(field, fieldSize, requestedExtras);
  dependency.extraCount = requestedExtras.count - dependency.extras;
  readField();
  dependency.optional = u32(isField("1"));
  readField();
  dependency.source = sourceKind(field, fieldSize);
  dependency.url = nextText();
}

function sourceKind(address: usize, size: u32): u32 {
  const kind = indexIn(address, size, "git url path file");
  if (kind == NONE) return SOURCE_INDEX;
  return kind < 2 ? SOURCE_GIT + kind : SOURCE_DIRECTORY;
}

/** Comma-separated names. */
function readNames(address: usize, size: u32, column: Column<u32>): void {
  let from: u32 = 0;
  while (from < size) {
    const comma = indexOf(address, size, 0x2c, from);
    if (comma != from) pushId(column, normalizedName(address + from, comma - from));
    from = comma + 1;
  }
}
