// The tables that every lock format is read into, and that resolving works on.
//
// Invariant: rows hold numbers only: text ids, addresses and sizes of bytes in the input, row indexes. A slice is a first
// row and a count; the rows of one owner lie side by side. NONE stands for "absent". The rows that hosts read start with
// the cells that src/core/abi.ts names; assembly/index.ts checks that at compile time.

import { METHOD_SEARCH, NONE, SOURCE_INDEX } from "../../src/core/abi";
import { Column, LOCK, Slots } from "../memory/arena";
import { spend } from "../memory/budget";
import { texts } from "../memory/intern";

/** One locked package: a name and a version from one source. */
@unmanaged
export class Package {
  name: u32;
  version: u32;
  source: u32;
  url: u32;
  reference: u32;
  resolved: u32;
  subdirectory: u32;
  artifacts: u32;
  artifactCount: u32;
  offset: u32;
  flags: u32;
  /** Python versions that it declares, a text id in the format's own grammar. */
  python: u32;
  /** Slices of `dependencies`, `memberships`, `packageExtras`. */
  dependencies: u32;
  dependencyCount: u32;
  memberships: u32;
  membershipCount: u32;
  extras: u32;
  extraCount: u32;
  /** Next package of the same name, NONE at the end: candidates, in the order of the lock. */
  nextOfName: u32;
  /** Text id of a repository's URL as written, NONE for none. */
  written: u32;
  /** Slices of `branches` (its own requirements first) and of `markerLists` (branches.ts). */
  branches: u32;
  branchCount: u32;
  forks: u32;
  forkCount: u32;
  /** First row of `extensions`, NONE when there is none. */
  extensions: u32;
  /** Platform that the entry is for, a text id in the format's own words; NONE when it is for all. */
  platform: u32;
}

/** In `Package.flags`, for the core alone: what its files' names say was looked at (identity.ts). */
export const FILES_ARE_SETTLED: u32 = 1 << 31;

/** One file of a package, as the lock lists it. */
@unmanaged
export class Artifact {
  name: usize;
  nameSize: u32;
  url: usize;
  urlSize: u32;
  hash: usize;
  hashSize: u32;
  kind: u32;
  /** Wheels, once settled: row of the tag sets (assembly/standards/filename.ts), or why there is none; NONE before that. */
  tags: u32;
  /** Build tag: address and size. */
  build: usize;
  buildSize: u32;
  /** In bytes, as the lock states it: 0 when it does not, U32.MAX_VALUE for that and more. For hosts that fetch. */
  fileSize: u32;
}

/** A requirement of one package (or of the project) for another. */
@unmanaged
export class Dependency {
  /** The package that requires, NONE for the project. */
  owner: u32;
  name: u32;
  /** Text id in Poetry's constraint grammar; NONE admits every version. */
  constraint: u32;
  /** Marker row; NONE when there is none. */
  marker: u32;
  /** Slice of `requestedExtras`. */
  extras: u32;
  extraCount: u32;
  /** Only with an extra that lists it. */
  optional: u32;
  /** SOURCE_*: what kind of source the requirement itself demands; SOURCE_INDEX for none in particular. */
  source: u32;
  /** Where that source is, a text id or NONE. */
  url: u32;
  /** The project's own requirements: text id of the group, NONE otherwise. */
  group: u32;
  /** Poetry's `python` and `platform` restrictions, text ids or NONE. */
  python: u32;
  platform: u32;
  /** The package that it means, where the lock says so; NONE otherwise. */
  target: u32;
  /** Span for messages. */
  address: usize;
  size: u32;
}

/** That a package belongs to a group, and where. */
@unmanaged
export class Membership {
  /** NONE where groups have no say but in the marker. */
  group: u32;
  /** Marker row, NONE for "always". */
  marker: u32;
}

/**
 * A further entry of the lock for the same package: it may install it, too. PDM's `name[extra]`, a Pipfile's other
 * category, a requirement that is written twice.
 */
@unmanaged
export class Extension {
  /** Slice of `memberships`. */
  memberships: u32;
  membershipCount: u32;
  /** What the entry asks of the package, as an extra's text id; NONE when it asks for nothing more. */
  extra: u32;
  /** Slice of `dependencies`. */
  dependencies: u32;
  dependencyCount: u32;
  /** Next extension of the same package, NONE at the end. */
  next: u32;
  /** The condition under which it is installed: of the last request. */
  condition: u32;
}

/** One extra of a package or of the project: its name, and the names that it turns on (a slice of `extraMembers`). */
@unmanaged
export class Extra {
  name: u32;
  members: u32;
  memberCount: u32;
}

/**
 * One requirement listed under an extra, as written. Only its name and the extras asked of it matter (self-references name
 * the package itself), and only once the extra is asked for: most never are, so they are looked for then (graph.ts).
 */
@unmanaged
export class ExtraMember {
  address: usize;
  size: u32;
  /** Text id of the name, NONE until it was looked for. */
  name: u32;
}

@unmanaged
export class Problem {
  status: u32;
  address: usize;
  size: u32;
  detail: u32;
  /** Condition row: for which selections. */
  condition: u32;
}

export const packages: Column<Package> = changetype<Column<Package>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const artifacts: Column<Artifact> = changetype<Column<Artifact>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const dependencies: Column<Dependency> = changetype<Column<Dependency>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const memberships: Column<Membership> = changetype<Column<Membership>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const extensions: Column<Extension> = changetype<Column<Extension>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const packageExtras: Column<Extra> = changetype<Column<Extra>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const extraMembers: Column<ExtraMember> = changetype<Column<ExtraMember>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Text ids, in slices. */
export const requestedExtras: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Text ids of what the host may choose. */
export const extraNames: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const groupNames: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const defaultGroups: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Marker rows: environments that the lock is for, at least one of which must hold; empty for all. */
export const environments: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** What the host should say without failing. */
export const warnings: Column<Problem> = changetype<Column<Problem>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** Facts about the lock as a whole. */
@unmanaged
export class LockFacts {
  version: u32;
  python: u32;
  contentHash: u32;
  /** METHOD_*: how what is installed follows from the tables. */
  method: u32;
  /** FORMAT_*: what differs between formats beyond the tables (assembly/resolve/rules.ts). */
  format: u32;
}

export const lock: LockFacts = changetype<LockFacts>(memory.data(offsetof<LockFacts>()));

/** Makes room in the tables for what a lock of so many bytes holds, if it is one of those that hold most. */
export function reserveTables(size: u32): void {
  artifacts.reserve(size / 128 + 16);
  dependencies.reserve(size / 256 + 16);
  extraMembers.reserve(size / 1024 + 16);
  packages.reserve(size / 1024 + 16);
}

/** A target that a pdm.lock was made for. */
@unmanaged
export class LockTarget {
  /** Text ids, NONE for any: version specifiers, PDM's name of the platform, implementation. */
  python: u32;
  platform: u32;
  implementation: u32;
}

export const lockTargets: Column<LockTarget> = changetype<Column<LockTarget>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Text ids: conda's platforms that the lock is for. */
export const lockPlatforms: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** What the lock says of itself, before it is read: nothing. */
export function startLockFacts(): void {
  lock.version = NONE;
  lock.python = NONE;
  lock.contentHash = NONE;
  lock.method = METHOD_SEARCH;
  if (!isDefined(ONE_CALL)) lock.format = NONE;
}

export function packageAt(row: u32): Package {
  return changetype<Package>(packages.at(row));
}

export function artifactAt(row: u32): Artifact {
  return changetype<Artifact>(artifacts.at(row));
}

export function dependencyAt(row: u32): Dependency {
  return changetype<Dependency>(dependencies.at(row));
}

export function membershipAt(row: u32): Membership {
  return changetype<Membership>(memberships.at(row));
}

export function extensionAt(row: u32): Extension {
  return changetype<Extension>(extensions.at(row));
}

export function extraAt(row: u32): Extra {
  return changetype<Extra>(packageExtras.at(row));
}

export function extraMemberAt(row: u32): ExtraMember {
  return changetype<ExtraMember>(extraMembers.at(row));
}

/** Adds an id to a column of ids. */
export function pushId(column: Column<u32>, id: u32): void {
  const row = column.push();
  if (row != 0) store<u32>(row, id);
}

export function idAt(column: Column<u32>, row: u32): u32 {
  return load<u32>(column.at(row));
}

/** Columns of distinct ids longer than this are looked up in `distinct`. Real locks have a handful of groups and extras. */
const FEW: u32 = 16;
/** Open addressing over all such columns: pairs of the column and the id + 1. */
const distinct: Slots<u64> = changetype<Slots<u64>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
let distinctCount: u32 = 0;

/** Adds an id to a column of distinct ids. */
export function pushDistinct(column: Column<u32>, id: u32): void {
  const count = column.count;
  // A small module bounds the steps instead.
  if (isDefined(COMPACT_WORDS) ? spend(count) : count < FEW) {
    for (let i: u32 = 0; i < count; i++) if (idAt(column, i) == id) return;
  } else {
    if (isDefined(COMPACT_WORDS)) return;
    if (count == FEW) for (let i: u32 = 0; i < count; i++) enter(column, idAt(column, i));
    if (!enter(column, id)) return;
  }
  pushId(column, id);
}

/** Whether the id is new to the column. */
function enter(column: Column<u32>, id: u32): bool {
  if (distinctCount << 1 >= distinct.count && !widenDistinct()) return false;
  const address = placeOf(changetype<usize>(column), id + 1);
  if (load<u32>(address) != 0) return false;
  store<u32>(address, id + 1);
  store<u32>(address, u32(changetype<usize>(column)), 4);
  distinctCount++;
  return true;
}

/** The slot of the pair, or the free one where it belongs. */
function placeOf(column: usize, cell: u32): usize {
  let slot = ((cell * 0x9e3779b1) ^ (u32(column) * 0x85ebca6b)) & distinct.mask;
  while (true) {
    const address = distinct.at(slot);
    const known = load<u32>(address);
    if (known == 0 || (known == cell && load<u32>(address, 4) == u32(column))) return address;
    slot = (slot + 1) & distinct.mask;
  }
}

function widenDistinct(): bool {
  const old = distinct.base;
  const count = distinct.count;
  if (count == 0) distinctCount = 0;
  if (!distinct.widen(256)) return false;
  for (let i: u32 = 0; i < count; i++) {
    const cell = load<u64>(old + (usize(i) << 3));
    if (cell != 0) store<u64>(placeOf(usize(u32(cell >> 32)), u32(cell)), cell);
  }
  return true;
}

/** `detail` as in `fail`. */
export function warn(status: u32, address: usize, size: u32, detail: u32 = 0xffffffff): void {
  addProblem(warnings, status, address, size, detail);
}

/** Nobody reads more. */
const MANY_WARNINGS: u32 = 64;

/** The same for what is said of a lock once, at the first place. */
export function warnOnce(status: u32, address: usize, size: u32): void {
  if (warnings.count > MANY_WARNINGS) return;
  for (let i: u32 = 0; i < warnings.count; i++) {
    if (changetype<Problem>(warnings.at(i)).status == status) return;
  }
  warn(status, address, size);
}

export function addProblem(
  column: Column<Problem>,
  status: u32,
  address: usize,
  size: u32,
  detail: u32,
  condition: u32 = 0,
): void {
  const row = column.push();
  if (row == 0) return;
  const problem = changetype<Problem>(row);
  problem.status = status;
  problem.address = address;
  problem.size = size;
  problem.detail = detail;
  problem.condition = condition;
}

/** Starts the next package with nothing said of it; `at` is where the lock speaks of it. Its row index; NONE without memory. */
export function addPackage(at: usize): u32 {
  const row = packages.push();
  if (row == 0) return NONE;
  const item = changetype<Package>(row);
  memory.fill(row, 0xff, offsetof<Package>()); // NONE in every cell
  item.source = SOURCE_INDEX;
  item.flags = 0;
  item.offset = u32(at);
  item.artifacts = artifacts.count;
  item.artifactCount = 0;
  item.dependencyCount = 0;
  item.memberships = memberships.count;
  item.membershipCount = 0;
  item.extraCount = 0;
  return packages.count - 1;
}

/** Adds a file with nothing said of it to the last package; 0 without memory. */
export function addArtifact(): usize {
  const row = artifacts.push();
  if (row == 0) return 0;
  memory.fill(row, 0, offsetof<Artifact>());
  changetype<Artifact>(row).tags = NONE;
  packageAt(packages.count - 1).artifactCount++;
  return row;
}

/** Says that the last package is in a group, where the marker holds. */
export function addMembership(group: u32, marker: u32): void {
  const row = memberships.push();
  if (row == 0) return;
  changetype<Membership>(row).group = group;
  changetype<Membership>(row).marker = marker;
  packageAt(packages.count - 1).membershipCount++;
}

/** Adds a requirement to the extra that was added last. */
export function addExtraMember(address: usize, size: u32): u32 {
  const row = extraMembers.push();
  if (row == 0) return 0;
  const member = changetype<ExtraMember>(row);
  member.address = address;
  member.size = size;
  member.name = NONE;
  return extraMembers.count - 1;
}

/** Adds a requirement with nothing said but its name. */
export function addDependency(owner: u32, name: u32, address: usize, size: u32): u32 {
  const row = dependencies.push();
  if (row == 0) return 0;
  const dependency = changetype<Dependency>(row);
  dependency.owner = owner;
  dependency.name = name;
  dependency.constraint = NONE;
  dependency.marker = NONE;
  dependency.extras = requestedExtras.count;
  dependency.extraCount = 0;
  dependency.optional = 0;
  dependency.source = 0;
  dependency.url = NONE;
  dependency.group = NONE;
  dependency.python = NONE;
  dependency.platform = NONE;
  dependency.target = NONE;
  dependency.address = address;
  dependency.size = size;
  return dependencies.count - 1;
}

/** First package of each name: text id -> package row + 1, for the text ids that there were when names were linked. */
const firstOfName: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** Chains the packages of each name. To be called when all packages are read. */
export function linkNames(): void {
  if (!firstOfName.fill(texts.count)) return;
  for (let row = i32(packages.count) - 1; row >= 0; row--) {
    const slot = firstOfName.at(packageAt(row).name);
    packageAt(row).nextOfName = load<u32>(slot) - 1;
    store<u32>(slot, row + 1);
  }
}

/** The first package of a name, in the order of the lock; NONE when there is none. The others follow by `nextOfName`. */
export function candidates(name: u32): u32 {
  return name < firstOfName.count ? load<u32>(firstOfName.at(name)) - 1 : NONE;
}
