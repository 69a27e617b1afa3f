// What test/pep440.test.ts and test/constraint.test.ts call: texts are written to `input`, rows and answers are numbers.

import { allocate, LOCK, startLifetime } from "../../assembly/memory/arena";
import { intern } from "../../assembly/memory/intern";
import { begin, failureAddress } from "../../assembly/memory/status";
import { Version, versions } from "../../assembly/standards/pep440";
import { INPUT_PADDING } from "../../src/core/abi";

export { failureSize, status } from "../../assembly/memory/status";
export {
  constraintAllows,
  constraintIsAny,
  constraintIsEmpty,
  constraintOf,
  parseConstraint,
} from "../../assembly/standards/constraint";
export {
  clauseContains,
  clauseContainsText,
  compareVersions,
  isDev,
  isLocal,
  isPost,
  isPrerelease,
  parseClause,
  parseSpecifiers,
  parseVersion,
  releaseCount,
  releaseNumber,
  specifiersContain,
  specifiersContainText,
  specifiersNamePrerelease,
  versionOf,
} from "../../assembly/standards/pep440";

let start: usize = 0;

/** Forgets everything and reserves room for `size` bytes of texts. */
export function input(size: u32): usize {
  startLifetime(LOCK);
  begin();
  start = allocate(usize(size) + INPUT_PADDING);
  return start;
}

export function forgetStatus(): void {
  begin();
}

/** Offset of the failure in the input. */
export function failureOffset(): u32 {
  return u32(failureAddress() - start);
}

export function textOf(address: usize, size: u32): u32 {
  return intern(address, size);
}

/** Epoch (0), phase (1), pre (2), post (3), dev (4), local segments (5) of a version. */
export function part(row: u32, which: u32): u64 {
  const version = changetype<Version>(versions.at(row));
  if (which == 0) return version.epoch;
  if (which == 1) return version.phase;
  if (which == 2) return version.pre;
  if (which == 3) return version.post;
  return which == 4 ? version.dev : version.localCount;
}
