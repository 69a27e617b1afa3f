// Several entries of a lock for one package: PDM's `name` and `name[extra]`, the categories of a Pipfile, a requirement that
// two included files name, conda-lock's entry for each category. They become one row of the package table; the further
// entries become its extensions.
//
// Invariant: two entries are the same package when name, version, source and platform are the same; order is that of the
// first entries. Linear in the number of entries.

import { NONE, STATUS_REQUIREMENTS_DISJOINT } from "../../src/core/abi";
import { allocateZeroed } from "../memory/arena";
import { intern, texts } from "../memory/intern";
import { failAbout } from "../memory/status";
import {
  Artifact,
  artifactAt,
  artifacts,
  Dependency,
  dependencies,
  dependencyAt,
  Extension,
  Extra,
  ExtraMember,
  extensionAt,
  extensions,
  extraMembers,
  Package,
  packageAt,
  packageExtras,
  packages,
} from "./tables";

/** In `Package.extensions` while reading: the entry is one for an extra, whose text id is in `Package.nextOfName`. */
const IS_EXTRA_ENTRY: u32 = NONE - 1;

/** Marks the package as PDM's entry for extras of a package. */
export function setExtraEntry(item: Package, extra: u32): void {
  item.extensions = IS_EXTRA_ENTRY;
  item.nextOfName = extra;
}

/** Open addressing over the rows: row + 1 in each used slot. */
let slots: usize = 0;
let mask: u32 = 0;
/** For each entry the row that it becomes, or of the package that it belongs to. */
let rows: usize = 0;
/** For each name the last row of it, + 1; 0 where the order of entries has no say. */
let lastRows: usize = 0;
/** For each text the last entry that has it as a hash, + 1. */
let stamps: usize = 0;

/**
 * Makes one row of the entries for each package. With `intersect` a file must be among the hashes of each entry, as in pip.
 * With `isOrdered` the last entry of a name counts: those of one package between which another version stands are two rows.
 */
export function mergeEntries(intersect: bool, isOrdered: bool = false): void {
  const count = packages.count;
  lastRows = isOrdered ? allocateZeroed(usize(texts.count) << 2) : 0;
  mask = 63;
  while (mask < count << 1) mask = (mask << 1) | 1;
  slots = allocateZeroed(usize(mask + 1) << 2);
  rows = allocateZeroed(usize(count) << 2);
  if (slots == 0 || rows == 0) return;
  if (intersect) internHashes();
  for (let row: u32 = 0; row < count; row++) {
    if (packageAt(row).extensions != IS_EXTRA_ENTRY) place(row, intersect);
  }
  for (let row: u32 = 0; row < count; row++) {
    if (packageAt(row).extensions == IS_EXTRA_ENTRY) place(row, false);
  }
  compact(count);
  for (let row: u32 = 0; row < packages.count; row++) {
    if (packageAt(row).extensions != NONE) takeDependencies(row);
  }
}

/** Enters the entry as a package, or as an extension of the one that it is an entry for. */
function place(row: u32, intersect: bool): void {
  const item = packageAt(row);
  let slot = hashOf(item) & mask;
  for (;;) {
    const known = load<u32>(slots + (usize(slot) << 2));
    if (known == 0) break;
    const isLast = lastRows == 0 || load<u32>(lastRows + (usize(item.name) << 2)) == known;
    if (isLast && same(packageAt(known - 1), item)) {
      if (intersect) intersectHashes(packageAt(known - 1), item, row);
      extend(known - 1, item);
      store<u32>(rows + (usize(row) << 2), known - 1);
      return;
    }
    slot = (slot + 1) & mask;
  }
  store<u32>(slots + (usize(slot) << 2), row + 1);
  if (lastRows != 0) store<u32>(lastRows + (usize(item.name) << 2), row + 1);
  store<u32>(rows + (usize(row) << 2), row);
  // An extra's entry without the package's own stands for itself, and for the next extra's.
  if (item.extensions == IS_EXTRA_ENTRY) item.extensions = NONE;
}

function same(a: Package, b: Package): bool {
  return (
    a.name == b.name &&
    a.version == b.version &&
    a.source == b.source &&
    a.url == b.url &&
    a.resolved == b.resolved &&
    a.subdirectory == b.subdirectory &&
    a.platform == b.platform
  );
}

function hashOf(item: Package): u32 {
  let h = (u64(item.name) << 32) | u64(item.version);
  h = (h ^ ((u64(item.platform) << 32) | u64(item.url))) * 0x9e3779b97f4a7c15;
  h ^= h >> 32;
  return u32((h * 0xff51afd7ed558ccd) >> 32);
}

function extend(owner: u32, entry: Package): void {
  const address = extensions.push();
  if (address == 0) return;
  const added = changetype<Extension>(address);
  added.memberships = entry.memberships;
  added.membershipCount = entry.membershipCount;
  added.extra = entry.extensions == IS_EXTRA_ENTRY ? entry.nextOfName : NONE;
  added.dependencies = entry.dependencies;
  added.dependencyCount = entry.dependencyCount;
  added.condition = 0;
  added.next = packageAt(owner).extensions;
  packageAt(owner).extensions = extensions.count - 1;
}

/** Moves the packages together; the rows of the others go. */
function compact(count: u32): void {
  let kept: u32 = 0;
  for (let row: u32 = 0; row < count; row++) {
    const place = rows + (usize(row) << 2);
    if (load<u32>(place) != row) {
      // Its package stands at a row that is final already, or comes later (an extra's entry before the package's own).
      continue;
    }
    if (kept != row) memory.copy(packages.at(kept), packages.at(row), offsetof<Package>());
    store<u32>(place, kept | MOVED);
    kept++;
  }
  packages.count = kept;
  for (let i: u32 = 0; i < dependencies.count; i++) {
    const dependency = dependencyAt(i);
    if (dependency.owner != NONE) dependency.owner = finalRow(dependency.owner);
  }
}

/** In `rows`: what follows is the final row. Rows are far below 2^31. */
const MOVED: u32 = 0x80000000;

function finalRow(row: u32): u32 {
  let next = load<u32>(rows + (usize(row) << 2));
  if ((next & MOVED) == 0) next = load<u32>(rows + (usize(next) << 2));
  return next & ~MOVED;
}

/** Lays the dependencies of a package and of its extensions side by side; those of an extra count only when it is asked for. */
function takeDependencies(row: u32): void {
  const item = packageAt(row);
  const from = dependencies.count;
  const firstExtra = packageExtras.count;
  copyDependencies(item.dependencies, item.dependencyCount, row, false);
  for (let each = item.extensions; each != NONE; each = extensionAt(each).next) {
    const extension = extensionAt(each);
    if (extension.extra != NONE) addExtra(extension, packageAt(row).name);
    const start = dependencies.count;
    copyDependencies(extension.dependencies, extension.dependencyCount, row, extension.extra != NONE);
    extensionAt(each).dependencies = start;
    extensionAt(each).dependencyCount = dependencies.count - start;
  }
  packageAt(row).dependencies = from;
  packageAt(row).dependencyCount = dependencies.count - from;
  packageAt(row).extras = firstExtra;
  packageAt(row).extraCount = packageExtras.count - firstExtra;
}

function copyDependencies(from: u32, count: u32, owner: u32, isOptional: bool): void {
  for (let i: u32 = 0; i < count; i++) {
    // PDM's `name[extra]` depends on `name`, which it is a part of.
    if (dependencyAt(from + i).name == packageAt(owner).name) continue;
    const address = dependencies.push();
    if (address == 0) return;
    memory.copy(address, dependencies.at(from + i), offsetof<Dependency>());
    changetype<Dependency>(address).optional = u32(isOptional);
  }
}

/** The extra as a package's own extra: it turns on what its entry depends on. PDM has resolved what refers to the package itself. */
function addExtra(extension: Extension, ownName: u32): void {
  const address = packageExtras.push();
  if (address == 0) return;
  const extra = changetype<Extra>(address);
  extra.name = extension.extra;
  extra.members = extraMembers.count;
  for (let i: u32 = 0; i < extension.dependencyCount; i++) {
    const dependency = dependencyAt(extension.dependencies + i);
    if (dependency.name == ownName) continue;
    const memberAddress = extraMembers.push();
    if (memberAddress == 0) return;
    const member = changetype<ExtraMember>(memberAddress);
    member.address = 0;
    member.size = 0;
    member.name = dependency.name;
  }
  extra.memberCount = extraMembers.count - extra.members;
}

/** Gives equal hashes equal ids: in `Artifact.tags`, which only wheels with names need later. */
function internHashes(): void {
  for (let i: u32 = 0; i < artifacts.count; i++) {
    const artifact = artifactAt(i);
    artifact.tags = intern(artifact.hash, artifact.hashSize);
  }
  stamps = allocateZeroed(usize(texts.count) << 2);
}

/** Keeps of the first entry's hashes those that the other has, too (pip/_internal/utils/hashes.py, Hashes.__and__). */
function intersectHashes(kept: Package, other: Package, row: u32): void {
  if (stamps == 0) return;
  for (let i: u32 = 0; i < other.artifactCount; i++) {
    if (!ASC_NO_ASSERT) assert(artifactAt(other.artifacts + i).tags < texts.count);
    store<u32>(stamps + (usize(artifactAt(other.artifacts + i).tags) << 2), row + 1);
  }
  let count: u32 = 0;
  for (let i: u32 = 0; i < kept.artifactCount; i++) {
    const artifact = artifactAt(kept.artifacts + i);
    if (load<u32>(stamps + (usize(artifact.tags) << 2)) != row + 1) continue;
    if (count != i)
      memory.copy(artifacts.at(kept.artifacts + count), artifacts.at(kept.artifacts + i), offsetof<Artifact>());
    count++;
  }
  if (count == 0 && kept.artifactCount != 0) failAbout(STATUS_REQUIREMENTS_DISJOINT, other.offset, 0, other.name);
  kept.artifactCount = count;
}
