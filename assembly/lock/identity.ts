// Whether a file is of its package, as far as its name tells: an index has the files of a name and a version under these, so no
// installer finds another one there (poetry/installation/chooser.py, Chooser._get_links; pip and PDM: Link evaluation; uv
// refuses the lock, crates/uv-resolver/src/lock/mod.rs, LockErrorKind::InconsistentVersions).
//
// Invariant: nothing here touches the status. A name that cannot be read says nothing.

import {
  ARTIFACT_IS_OTHER,
  ARTIFACT_IS_SDIST,
  ARTIFACT_IS_WHEEL,
  FORMAT_POETRY,
  NONE,
  SOURCE_FILE,
  SOURCE_PATH,
  SOURCE_URL,
  STATUS_OK,
} from "../../src/core/abi";
import { endsWith, equal, firstBits, is } from "../memory/bytes";
import { intern, textAddress, textSize } from "../memory/intern";
import { FileName, isWheelName, parseWheelName, parseWheelTail } from "../standards/filename";
import { normalizedName } from "../standards/name";
import { compareWithout, isLocal, PART_LOCAL, versionOf } from "../standards/pep440";
import { isFileName, setNameFromUrl } from "./reading";
import { Artifact, artifactAt, artifacts, FILES_ARE_SETTLED, lock, Package, packageAt, packages } from "./tables";

/** `1.0-rc-1-2` has three. */
const MOST_CUTS: u32 = 4;

/** In `Artifact.tags`: the name is not a wheel's, though it ends like one. */
export const NO_WHEEL: u32 = NONE - 1;
/** The same: it is the wheel of another package or version. */
export const OTHER_WHEEL: u32 = NONE - 2;

const fileName: FileName = changetype<FileName>(memory.data(offsetof<FileName>()));

/** To be called when a lock is read: settles the files of the packages whose reader has not done so. */
export function settleFiles(): void {
  for (let row: u32 = 0; row < packages.count; row++) settle(packageAt(row));
}

/**
 * Gives a package that is one file by its source that file, leaves a source distribution of another package or version to
 * nobody, and takes the names of wheels apart. In a large lock the bytes of names are far away later, so a reader calls it
 * as soon as it has the whole package: the choice of all wheels then takes half the time.
 */
export function settle(item: Package): void {
  if ((item.flags & FILES_ARE_SETTLED) != 0) return;
  item.flags |= FILES_ARE_SETTLED;
  const isOnly = isOneFile(item);
  if (isOnly) nameOnlyFile(item);
  for (let i = item.artifacts; i < item.artifacts + item.artifactCount; i++) {
    const file = artifactAt(i);
    if (file.kind == ARTIFACT_IS_WHEEL || isWheel(file)) {
      if (file.tags == NONE) takeApart(item, file);
    } else if (!isOnly && file.kind == ARTIFACT_IS_SDIST && !isOfPackage(item, file)) file.kind = ARTIFACT_IS_OTHER;
  }
}

/** What a wheel's name says: the package it is of, its tags and its build. Says whether it is not of another package. */
export function takeApart(item: Package, wheel: Artifact): bool {
  const address = wheel.name;
  const size = wheel.nameSize;
  // Nearly all wheels are named in the plainest way.
  const plain = isDefined(COMPACT_WORDS) ? 0 : plainStem(item, address, size);
  if (plain != 0 && isWheelName(address, size)) {
    wheel.tags = parseWheelTail(address, size - 4, plain + 1, fileName) ? fileName.tags : NO_WHEEL;
  } else if (parseWheelName(address, size, fileName) != STATUS_OK) wheel.tags = NO_WHEEL;
  else wheel.tags = isStated(item, fileName) ? fileName.tags : OTHER_WHEEL;
  wheel.build = fileName.build;
  wheel.buildSize = fileName.buildSize + fileName.buildRestSize;
  return wheel.tags != OTHER_WHEEL;
}

/** Whether the package is one file by its source, which is the first of its artifacts. */
export function isOneFile(item: Package): bool {
  return item.source == SOURCE_URL || item.source == SOURCE_FILE || item.source == SOURCE_PATH;
}

export function isWheel(file: Artifact): bool {
  return isWheelName(file.name, file.nameSize);
}

/** Named by the lock, else by its address; an address that ends in no file name leaves the package's own. */
function nameOnlyFile(item: Package): void {
  if (item.artifactCount == 0) {
    const row = artifacts.push();
    if (row == 0) return;
    memory.fill(row, 0, offsetof<Artifact>());
    item.artifacts = artifacts.count - 1;
    item.artifactCount = 1;
  }
  const file = artifactAt(item.artifacts);
  file.tags = NONE;
  if (file.nameSize != 0) return;
  if (item.url != NONE) setNameFromUrl(file, textAddress(item.url), textSize(item.url));
  if (isFileName(file.name, file.nameSize)) return;
  file.name = textAddress(item.name);
  file.nameSize = textSize(item.name);
}

/** Whether a wheel's or an sdist's name says what the package is. A wheel's name is then taken apart. */
export function isOfPackage(item: Package, file: Artifact): bool {
  if (isWheel(file)) return takeApart(item, file);
  const address = file.name;
  const size = file.nameSize;
  // Nearly all are named in the plainest way.
  if (!isDefined(COMPACT_WORDS) && plainStem(item, address, size) != 0) return true;
  // `name-version` and an ending. Old versions may have hyphens, as names may: the last few cuts are tried.
  let stem = size;
  while (stem > 0 && load<u8>(address + --stem) != 0x2e) {}
  if (endsWith(address, stem, ".tar")) stem -= 4;
  let isTold = false;
  let cuts = MOST_CUTS;
  for (let i = stem; i > 0 && cuts != 0; i--) {
    if (load<u8>(address + i) != 0x2d) continue;
    cuts--;
    fileName.version = versionOf(intern(address + i + 1, stem - i - 1));
    if (fileName.version == NONE) continue;
    fileName.name = normalizedName(address, i);
    if (isStated(item, fileName)) return true;
    isTold = true;
  }
  return !isTold;
}

/** Whether that name and that version are the package's. */
function isStated(item: Package, stated: FileName): bool {
  if (stated.name != item.name) return false;
  const locked = item.version == NONE ? NONE : versionOf(item.version);
  if (locked == NONE) return true;
  // uv takes a file with a local label for a version without one, and so do `==` and with it pip and PDM (PEP 440). Of an index
  // Poetry takes the version itself (poetry/repositories/link_sources/base.py, LinkSource.links_for_version).
  const isExact = isLocal(locked) || (!isDefined(WITHOUT_POETRY) && lock.format == FORMAT_POETRY && !isOneFile(item));
  return compareWithout(stated.version, locked, isExact ? 0 : PART_LOCAL) == 0;
}

/**
 * Bytes of `name-version` where a file is named `name-version-...whl` or `name-version.tar.gz`, but for case and the hyphens
 * of the name; 0 of any other file.
 */
function plainStem(item: Package, address: usize, size: u32): u32 {
  if (item.version == NONE) return 0;
  const nameSize = textSize(item.name);
  const version = textSize(item.version);
  const stem = nameSize + 1 + version;
  if (size <= stem || load<u8>(address + nameSize) != 0x2d) return 0;
  const rest = address + stem;
  const ends = load<u8>(rest) == 0x2d ? isWheelName(address, size) : is(rest, size - stem, ".tar.gz");
  if (!ends || !equal(address + nameSize + 1, textAddress(item.version), version)) return 0;
  const name = textAddress(item.name);
  for (let i: u32 = 0; i < nameSize; i += 16) {
    const block = v128.load(address + i);
    const hyphens = v128.or(i8x16.eq(block, i8x16.splat(0x5f)), i8x16.eq(block, i8x16.splat(0x2e)));
    const capitals = i8x16.lt_u(i8x16.sub(block, i8x16.splat(0x41)), i8x16.splat(26));
    const folded = v128.or(block, v128.and(capitals, i8x16.splat(0x20)));
    const normal = v128.bitselect(i8x16.splat(0x2d), folded, hyphens);
    const differ = ~i8x16.bitmask(i8x16.eq(normal, v128.load(name + i)));
    if ((differ & firstBits(nameSize - i)) != 0) return 0;
  }
  return stem;
}
