// The choice of artifact: of a package's files, the one that is installed on the target.
//
// Poetry's order (poetry/installation/chooser.py, Chooser._sort_key): build tag first, then tag; pip, uv and PDM put the tag
// first; packaging's Pylock.select looks at no build tag (assembly/resolve/rules.ts). A source distribution comes after every wheel that fits. Ties go to the file that the lock lists first.
//
// What a file's name says of another package or version is never taken (assembly/lock/identity.ts).
//
// Invariant: a wheel's name is taken apart once, when it is first looked at; each set of tags is ranked once for a target.

import { ARTIFACT_IS_SDIST, ARTIFACT_IS_WHEEL, NONE, STATUS_OK } from "../../src/core/abi";
import { isOneFile, isStated, isWheel, plainStem } from "../lock/identity";
import { Artifact, artifactAt, Package, packageAt, packages } from "../lock/tables";
import { Column, TARGET } from "../memory/arena";
import { compare } from "../memory/bytes";
import { recall, remember, UNASKED } from "../memory/memo";
import { FileName, isWheelName, parseWheelName, parseWheelTail, tagSetAt } from "../standards/filename";
import { INCOMPATIBLE, tagRank } from "../standards/pep425";
import { buildTagCounts, buildTagFirst, holdsFiles } from "./rules";

/** In `Artifact.tags`: the name is not a wheel's, though it ends like one. */
const NO_WHEEL: u32 = NONE - 1;
/** The same: it is the wheel of another package or version. */
const OTHER_WHEEL: u32 = NONE - 2;

const fileName: FileName = changetype<FileName>(memory.data(offsetof<FileName>()));
/** For each of the tag sets its rank on the target. */
const ranks: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, TARGET]));

/** The artifact row to install, NONE when none fits. */
export function chooseArtifact(item: Package, wheels: bool, sdists: bool, sdistFirst: bool): u32 {
  let best: u32 = NONE;
  let bestRank: u32 = INCOMPATIBLE;
  let sdist: u32 = NONE;
  for (let i: u32 = 0; i < item.artifactCount; i++) {
    const row = item.artifacts + i;
    const artifact = artifactAt(row);
    if (artifact.kind == ARTIFACT_IS_SDIST) {
      if (sdists && sdist == NONE) sdist = row;
    } else if (wheels && artifact.kind == ARTIFACT_IS_WHEEL) {
      const rank = wheelRank(item, row);
      if (rank == INCOMPATIBLE) continue;
      if (best == NONE || isBetter(artifact, rank, artifactAt(best), bestRank)) {
        best = row;
        bestRank = rank;
      }
    }
  }
  return best == NONE || (sdistFirst && sdist != NONE) ? sdist : best;
}

/**
 * Whether a package that is one file by its source can be installed: that file is no wheel, or one that fits. uv and pip refuse
 * others, and so does Poetry those that it downloads (installation/executor.py, Executor._download_archive); a wheel by
 * path it unpacks whatever it is for.
 */
export function fitsAlone(item: Package): bool {
  if (!holdsFiles()) return true;
  return !isOneFile(item) || !isWheel(artifactAt(item.artifacts)) || wheelRank(item, item.artifacts) != INCOMPATIBLE;
}

/** Whether the artifact's name is no wheel's, though it ends like one; to be asked after `wheelRank`. */
export function isNoWheel(row: u32): bool {
  return artifactAt(row).tags == NO_WHEEL;
}

/** Whether it is the wheel of another package or version; to be asked after `wheelRank`. */
export function isOtherWheel(row: u32): bool {
  return artifactAt(row).tags == OTHER_WHEEL;
}

/** Whether a wheel is better than the best one before it. */
function isBetter(artifact: Artifact, rank: u32, best: Artifact, bestRank: u32): bool {
  if (!buildTagFirst())
    return rank != bestRank ? rank < bestRank : buildTagCounts() && compareBuilds(artifact, best) > 0;
  const order = compareBuilds(artifact, best);
  return order > 0 || (order == 0 && rank < bestRank);
}

/** Rank of a wheel's best tag on the target: lower is better. */
export function wheelRank(item: Package, row: u32): u32 {
  const artifact = artifactAt(row);
  if (artifact.tags == NONE) takeApart(item, artifact);
  const tags = artifact.tags;
  if (tags >= OTHER_WHEEL) return INCOMPATIBLE;
  const known = recall(ranks, tags);
  if (known != UNASKED) return known;
  const set = tagSetAt(tags);
  const rank = tagRank(set.python, set.abi, set.platform);
  remember(ranks, tags, rank);
  return rank;
}

/** Looks at every wheel of the lock, so that all their tag sets are there. */
export function takeAllApart(): void {
  for (let row: u32 = 0; row < packages.count; row++) {
    const item = packageAt(row);
    for (let i = item.artifacts; i < item.artifacts + item.artifactCount; i++) {
      const artifact = artifactAt(i);
      if (artifact.kind == ARTIFACT_IS_WHEEL && artifact.tags == NONE) takeApart(item, artifact);
    }
  }
}

function takeApart(item: Package, artifact: Artifact): void {
  const address = artifact.name;
  const size = artifact.nameSize;
  // Nearly all wheels are named in the plainest way.
  const plain = isDefined(COMPACT_WORDS) ? 0 : plainStem(item, address, size);
  if (plain != 0 && isWheelName(address, size)) {
    artifact.tags = parseWheelTail(address, size - 4, plain + 1, fileName) ? fileName.tags : NO_WHEEL;
  } else if (parseWheelName(address, size, fileName) != STATUS_OK) artifact.tags = NO_WHEEL;
  else artifact.tags = isStated(item, fileName) ? fileName.tags : OTHER_WHEEL;
  artifact.build = fileName.build;
  artifact.buildSize = fileName.buildSize + fileName.buildRestSize;
}

/** Order of two build tags (PEP 427, "File name convention"): none first, then by number, then by the rest as text. */
function compareBuilds(a: Artifact, b: Artifact): i32 {
  if (a.buildSize == 0 || b.buildSize == 0) return i32(a.buildSize != 0) - i32(b.buildSize != 0);
  const aDigits = numberSize(a.build, a.buildSize);
  const bDigits = numberSize(b.build, b.buildSize);
  const aZeros = zeros(a.build, aDigits);
  const bZeros = zeros(b.build, bDigits);
  // Numbers of any length: without leading zeros the longer one is larger.
  const length = i32(aDigits - aZeros) - i32(bDigits - bZeros);
  if (length != 0) return length;
  const number = memory.compare(a.build + aZeros, b.build + bZeros, aDigits - aZeros);
  if (number != 0) return number;
  return compare(a.build + aDigits, a.buildSize - aDigits, b.build + bDigits, b.buildSize - bDigits);
}

function numberSize(address: usize, size: u32): u32 {
  let i: u32 = 0;
  while (i < size && u32(load<u8>(address + i)) - 0x30 < 10) i++;
  return i;
}

function zeros(address: usize, size: u32): u32 {
  let i: u32 = 0;
  while ((i < size) & (load<u8>(address + i) == 0x30)) i++;
  return i;
}
