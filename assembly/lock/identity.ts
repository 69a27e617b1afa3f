// Whether a file is of its package, as far as its name tells: an index has the files of a name and a version under these, so no
// installer finds another one there (poetry/installation/chooser.py, Chooser._get_links; pip and PDM: Link evaluation; uv
// refuses the lock, crates/uv-resolver/src/lock/mod.rs, LockErrorKind::InconsistentVersions).
//
// Invariant: nothing here touches the status. A name that cannot be read says nothing.

import {
  ARTIFACT_IS_OTHER,
  ARTIFACT_IS_SDIST,
  FORMAT_POETRY,
  NONE,
  SOURCE_FILE,
  SOURCE_PATH,
  SOURCE_URL,
  STATUS_OK,
} from "../../src/core/abi";
import { endsWith, equal, lower } from "../memory/bytes";
import { intern, textAddress, textSize } from "../memory/intern";
import { FileName, parseWheelName } from "../standards/filename";
import { normalizedName } from "../standards/name";
import { compareWithout, isLocal, PART_LOCAL, versionOf } from "../standards/pep440";
import { isFileName, setNameFromUrl } from "./reading";
import { Artifact, artifactAt, artifacts, lock, Package, packageAt, packages } from "./tables";

/** `1.0-rc-1-2` has three. */
const MOST_CUTS: u32 = 4;

const fileName: FileName = changetype<FileName>(memory.data(offsetof<FileName>()));

/**
 * To be called when a lock is read: gives a package that is one file by its source that file, and leaves a source distribution
 * of another package or version to nobody. Wheels are looked at when they are chosen from.
 */
export function settleFiles(): void {
  for (let row: u32 = 0; row < packages.count; row++) {
    const item = packageAt(row);
    if (isOneFile(item)) nameOnlyFile(item);
    else {
      for (let i = item.artifacts; i < item.artifacts + item.artifactCount; i++) {
        const file = artifactAt(i);
        if (file.kind == ARTIFACT_IS_SDIST && !isOfPackage(item, file)) file.kind = ARTIFACT_IS_OTHER;
      }
    }
  }
}

/** Whether the package is one file by its source, which is the first of its artifacts. */
export function isOneFile(item: Package): bool {
  return item.source == SOURCE_URL || item.source == SOURCE_FILE || item.source == SOURCE_PATH;
}

export function isWheel(file: Artifact): bool {
  return endsWith(file.name, file.nameSize, ".whl");
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
  file.python = NONE;
  if (file.nameSize != 0) return;
  if (item.url != NONE) setNameFromUrl(file, textAddress(item.url), textSize(item.url));
  if (isFileName(file.name, file.nameSize)) return;
  file.name = textAddress(item.name);
  file.nameSize = textSize(item.name);
}

/** Whether a wheel's or an sdist's name says what the package is. */
export function isOfPackage(item: Package, file: Artifact): bool {
  const address = file.name;
  const size = file.nameSize;
  // All wheels of a uv.lock are looked at, nearly all of which are named in the plainest way.
  if (!isDefined(WITHOUT_UV) && startsPlainly(item, address, size)) return true;
  if (isWheel(file)) return parseWheelName(address, size, fileName) != STATUS_OK || isStated(item, fileName);
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
export function isStated(item: Package, stated: FileName): bool {
  if (stated.name != item.name) return false;
  const locked = item.version == NONE ? NONE : versionOf(item.version);
  if (locked == NONE) return true;
  // uv takes a file with a local label for a version without one, and so do `==` and with it pip and PDM (PEP 440). Of an index
  // Poetry takes the version itself (poetry/repositories/link_sources/base.py, LinkSource.links_for_version).
  const isExact = isLocal(locked) || (!isDefined(WITHOUT_POETRY) && lock.format == FORMAT_POETRY && !isOneFile(item));
  return compareWithout(stated.version, locked, isExact ? 0 : PART_LOCAL) == 0;
}

/** Whether a file's name begins with `name-version-`, but for case and the hyphens of the name. */
function startsPlainly(item: Package, address: usize, size: u32): bool {
  if (item.version == NONE) return false;
  const name = textSize(item.name);
  const version = textSize(item.version);
  if (size <= name + version + 1) return false;
  for (let i: u32 = 0; i < name; i++) {
    const c: u32 = load<u8>(address + i);
    if (lower(c == 0x5f || c == 0x2e ? 0x2d : c) != load<u8>(textAddress(item.name) + i)) return false;
  }
  return (
    load<u8>(address + name) == 0x2d &&
    load<u8>(address + name + version + 1) == 0x2d &&
    equal(address + name + 1, textAddress(item.version), version)
  );
}
