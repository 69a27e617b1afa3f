// The choice of artifact: of a package's files, the one that is installed on the target.
//
// Poetry's order (poetry/installation/chooser.py, Chooser._sort_key): build tag first, then tag; pip, uv and PDM put the tag
// first; packaging's Pylock.select looks at no build tag (assembly/resolve/rules.ts). A source distribution comes after every wheel that fits. Ties go to the file that the lock lists first.
//
// What a file's name says of another package or version is never taken (assembly/lock/identity.ts).
//
// Invariant: wheels' names were taken apart when the lock was read; each set of tags is ranked once for a target.

import { ARTIFACT_IS_SDIST, ARTIFACT_IS_WHEEL, NONE } from "../../src/core/abi";
import { isOneFile, isWheel, OTHER_WHEEL } from "../lock/identity";
import { Artifact, artifactAt, Package } from "../lock/tables";
import { Column, TARGET } from "../memory/arena";
import { compare } from "../memory/bytes";
import { recall, remember, UNASKED } from "../memory/memo";
import { tagSetAt } from "../standards/filename";
import { INCOMPATIBLE, tagRank } from "../standards/pep425";
import { buildTagCounts, buildTagFirst, holdsFiles } from "./rules";

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
      const rank = wheelRank(row);
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
  return !isOneFile(item) || !isWheel(artifactAt(item.artifacts)) || wheelRank(item.artifacts) != INCOMPATIBLE;
}

/** Whether a wheel is better than the best one before it. */
function isBetter(artifact: Artifact, rank: u32, best: Artifact, bestRank: u32): bool {
  if (!buildTagFirst())
    return rank != bestRank ? rank < bestRank : buildTagCounts() && compareBuilds(artifact, best) > 0;
  const order = compareBuilds(artifact, best);
  return order > 0 || (order == 0 && rank < bestRank);
}

/** Rank of a wheel's best tag on the target: lower is better. */
export function wheelRank(row: u32): u32 {
  const tags = artifactAt(row).tags;
  if (tags >= OTHER_WHEEL) return INCOMPATIBLE;
  const known = recall(ranks, tags);
  if (known != UNASKED) return known;
  const set = tagSetAt(tags);
  const rank = tagRank(set.python, set.abi, set.platform);
  remember(ranks, tags, rank);
  return rank;
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
