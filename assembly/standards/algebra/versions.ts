// Specifiers as ranges (crates/uv-pep440/src/version_ranges.rs): of Pythons, for which suffixes of versions count for nothing,
// so that 3.13.0rc1 is 3.13.0; and of a package's versions, for which they do. And sets of specifiers as they are written, in
// one order.
//
// Invariant: a version is the first row that was seen of those that are equal.

import { FORM_IS_PIN, FORM_IS_PRERELEASE, NONE, STATUS_SPECIFIER, STATUS_TOO_HARD } from "../../../src/core/abi";
import { allocate, Column, LOCK } from "../../memory/arena";
import { spend } from "../../memory/budget";
import { endsWith, writeNumber } from "../../memory/bytes";
import { intern } from "../../memory/intern";
import { fail, failed } from "../../memory/status";
import {
  compareVersions,
  firstDevelopment,
  hasPre,
  isDev,
  isLocal,
  isPost,
  isPrerelease,
  nextRelease,
  nextSuffix,
  OPERATOR_ARBITRARY,
  OPERATOR_COMPATIBLE,
  OPERATOR_EQUAL,
  OPERATOR_GREATER,
  OPERATOR_GREATER_EQUAL,
  OPERATOR_LESS,
  OPERATOR_LESS_EQUAL,
  OPERATOR_NOT_EQUAL,
  operatorAt,
  operatorSize,
  parseVersion,
  releaseCount,
  releaseNumber,
  skipSpace,
  trimmedEnd,
  withPost,
} from "../pep440";
import { ALWAYS, between, both, boundsOf, CANDIDATE, isExactly, NEVER, opposite, PYTHON_FULL_VERSION } from "./diagram";

/** Above every number of a post-release that anybody has. */
const LAST_POST: u64 = 999999999999999999;

/** The rows of distinct versions. */
const distinct: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** What `readClause` found. */
export let clauseOperator: u32 = 0;
export let clauseVersion: u32 = NONE;
export let clauseIsStar: bool = false;

/** Operator, star, the first row of an equal version and, for `~=`, the number of its segments; and its own row. */
@unmanaged
class Clause {
  operator: u32;
  isStar: u32;
  version: u32;
  segments: u32;
  written: u32;
}

const clauses: Column<Clause> = changetype<Column<Clause>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** Reads what follows an operator; false where uv takes it for no specifier (VersionSpecifier::from_pattern). */
export function readClause(operator: u32, address: usize, size: u32): bool {
  const isStar = endsWith(address, size, ".*");
  if (isStar && operator != OPERATOR_EQUAL && operator != OPERATOR_NOT_EQUAL) return false;
  const version = parseVersion(address, isStar ? size - 2 : size);
  if (version == NONE) return false;
  if (operator == OPERATOR_COMPATIBLE && releaseCount(version) < 2) return false;
  const takesLocal = operator == OPERATOR_EQUAL || operator == OPERATOR_NOT_EQUAL || operator == OPERATOR_ARBITRARY;
  if (isLocal(version) && (isStar || !takesLocal)) return false;
  clauseOperator = operator;
  clauseVersion = version;
  clauseIsStar = isStar;
  return true;
}

/** Where a variable has the versions that a clause takes; the version is a release. */
export function clauseRange(variable: u32, operator: u32, version: u32, isStar: bool): u32 {
  const own = sameVersion(version);
  if (isStar || operator == OPERATOR_COMPATIBLE) {
    const index = releaseCount(version) - (isStar ? 1 : 2);
    const range = between(variable, own, false, sameVersion(nextRelease(version, index)), false);
    return operator == OPERATOR_NOT_EQUAL ? opposite(range) : range;
  }
  switch (operator) {
    case OPERATOR_LESS:
      return between(variable, NONE, false, own, false);
    case OPERATOR_LESS_EQUAL:
      return between(variable, NONE, false, own, true);
    case OPERATOR_GREATER:
      return between(variable, own, true, NONE, false);
    case OPERATOR_GREATER_EQUAL:
      return between(variable, own, false, NONE, false);
    case OPERATOR_NOT_EQUAL:
      return opposite(between(variable, own, false, own, true));
    default:
      return between(variable, own, false, own, true);
  }
}

/** The version without suffixes and epoch. */
export function releaseOf(version: u32): u32 {
  return releaseUpTo(version, releaseCount(version));
}

/** The same of its first segments; what is not there is 0. */
export function releaseUpTo(version: u32, count: u32): u32 {
  const written = allocate(count * 11);
  if (written == 0) return version;
  let end = written;
  for (let i: u32 = 0; i < count; i++) {
    if (i != 0) store<u8>(end++, 0x2e);
    const number = releaseNumber(version, i);
    if (number == U32.MAX_VALUE) fail(STATUS_TOO_HARD, 0, 0);
    end = writeNumber(end, number);
  }
  return parseVersion(written, u32(end - written));
}

/** The first row of an equal version. */
export function sameVersion(version: u32): u32 {
  if (!spend(distinct.count)) return version;
  for (let i: u32 = 0; i < distinct.count; i++) {
    const known = load<u32>(distinct.at(i));
    if (compareVersions(known, version) == 0) return known;
  }
  const row = distinct.push();
  if (row != 0) store<u32>(row, version);
  return version;
}

/**
 * Between which Pythons all of the sets hold, texts that each end with a NUL byte: the bounds, as uv keeps of
 * `requires-python` (RequiresPython::intersection). ALWAYS without any.
 */
export function pythonBounds(address: usize, size: u32): u32 {
  let range = ALWAYS;
  for (let from: u32 = 0; from < size; from++) {
    let stop = from;
    while (load<u8>(address + stop) != 0) stop++;
    if (!readClauses(address + from, stop - from)) return NEVER;
    for (let i: u32 = 0; i < clauses.count; i++) {
      const clause = changetype<Clause>(clauses.at(i));
      const release = releaseOf(clause.written);
      range = both(range, clauseRange(PYTHON_FULL_VERSION, clause.operator, release, clause.isStar != 0));
    }
    from = stop;
  }
  return boundsOf(range);
}

/** What a set says besides its range: FORM_IS_PRERELEASE, FORM_IS_PIN. */
export let setFlags: u32 = 0;

/** The versions of a package that a set of specifiers takes (Ranges::from). */
export function candidates(address: usize, size: u32): u32 {
  setFlags = 0;
  if (!readClauses(address, size)) return NEVER;
  let range = ALWAYS;
  for (let i: u32 = 0; i < clauses.count && !failed(); i++) {
    const clause = changetype<Clause>(clauses.at(i));
    const isExcluded = clause.operator == OPERATOR_NOT_EQUAL;
    if (!isExcluded && isPrerelease(clause.written)) setFlags |= FORM_IS_PRERELEASE;
    range = both(range, candidateRange(clause.operator, clause.written, clause.isStar != 0));
  }
  // One version alone is taken even when its index has withdrawn it (allows_yanked).
  const isOne = clauses.count == 1 && changetype<Clause>(clauses.at(0)).isStar == 0;
  const operator = isOne ? changetype<Clause>(clauses.at(0)).operator : 0;
  if (operator == OPERATOR_EQUAL || operator == OPERATOR_ARBITRARY) setFlags |= FORM_IS_PIN;
  return range;
}

function candidateRange(operator: u32, version: u32, isStar: bool): u32 {
  const own = sameVersion(version);
  switch (operator) {
    case OPERATOR_EQUAL:
    case OPERATOR_NOT_EQUAL: {
      const range = isStar
        ? between(CANDIDATE, firstOf(version), false, firstOf(nextPrefix(version)), false)
        : isLocal(version)
          ? isExactly(CANDIDATE, own)
          : between(CANDIDATE, own, false, afterLocals(version), false);
      return operator == OPERATOR_EQUAL ? range : opposite(range);
    }
    case OPERATOR_ARBITRARY:
      return isExactly(CANDIDATE, own);
    case OPERATOR_COMPATIBLE: {
      const next = nextRelease(version, releaseCount(version) - 2);
      return between(CANDIDATE, own, false, firstOf(next), false);
    }
    // Pre-releases of the version are below it only when it is one.
    case OPERATOR_LESS:
      return between(CANDIDATE, NONE, false, isPrerelease(version) ? own : firstOf(version), false);
    case OPERATOR_LESS_EQUAL:
      return between(CANDIDATE, NONE, false, afterLocals(version), false);
    // Post-releases of the version are above it only when it is one.
    case OPERATOR_GREATER:
      return between(CANDIDATE, above(version), false, NONE, false);
    default:
      return between(CANDIDATE, own, false, NONE, false);
  }
}

/** The earliest development release of a version, above which are its other pre-releases. */
function firstOf(version: u32): u32 {
  return sameVersion(firstDevelopment(version));
}

/** What `==1.2.*` ends before: the pre-release or post-release after this one, or the next release of so many segments. */
function nextPrefix(version: u32): u32 {
  if (!isPost(version) && !hasPre(version)) return nextRelease(version, releaseCount(version) - 1);
  return nextSuffix(version);
}

/** The version that follows all local versions of this one: 1.0.post0.dev0 for 1.0, 1.0.dev3 for 1.0.dev2. */
function afterLocals(version: u32): u32 {
  if (isDev(version) || isPost(version))
    return sameVersion(isDev(version) ? nextSuffix(version) : firstDevelopment(nextSuffix(version)));
  return sameVersion(firstDevelopment(withPost(version, 0)));
}

/** What `>` starts at. */
function above(version: u32): u32 {
  if (isDev(version) || isPost(version)) return afterLocals(version);
  return sameVersion(hasPre(version) ? firstDevelopment(nextSuffix(version)) : withPost(version, LAST_POST));
}

/** Text id of a set of specifiers in uv's order (VersionSpecifiers::from_unsorted); equal sets have equal ids. */
export function specifiersId(address: usize, size: u32): u32 {
  if (!readClauses(address, size)) return NONE;
  sortClauses();
  const written = allocate(clauses.count * 44 + 1);
  if (written == 0) return NONE;
  let end = written;
  for (let i: u32 = 0; i < clauses.count; i++) {
    const clause = changetype<Clause>(clauses.at(i));
    end = writeNumber(end, clause.operator);
    store<u8>(end++, clause.isStar != 0 ? 0x2a : 0x20);
    end = writeNumber(end, clause.version);
    store<u8>(end++, 0x2f);
    end = writeNumber(end, clause.segments);
    store<u8>(end++, 0x2c);
  }
  return intern(written, u32(end - written));
}

/** Reads the clauses of a set, which commas divide. */
function readClauses(address: usize, size: u32): bool {
  clauses.clear();
  const end = address + size;
  for (let at = address; at < end; at++) {
    let stop = at;
    while (stop < end && load<u8>(stop) != 0x2c) stop++;
    at = skipSpace(at, stop);
    const operator = operatorAt(at, u32(stop - at));
    const width = operator == 0 ? 0 : operatorSize(operator);
    const from = skipSpace(at + width, stop);
    if (at < stop && (operator == 0 || !readClause(operator, from, u32(trimmedEnd(from, stop) - from)))) {
      fail(STATUS_SPECIFIER, at, u32(stop - at));
      return false;
    }
    if (at < stop) {
      const row = clauses.push();
      if (row == 0) return false;
      const clause = changetype<Clause>(row);
      clause.operator = clauseOperator;
      clause.isStar = u32(clauseIsStar);
      clause.version = sameVersion(clauseVersion);
      // `~=1.0` and `~=1.0.0` differ though their versions are equal.
      clause.segments = clauseOperator == OPERATOR_COMPATIBLE ? releaseCount(clauseVersion) : 0;
      clause.written = clauseVersion;
    }
    at = stop;
  }
  return true;
}

function sortClauses(): void {
  const count = clauses.count;
  for (let i: u32 = 1; i < count && spend(i); i++) {
    for (let j = i; j > 0 && isBefore(j, j - 1); j--) swap(j, j - 1);
  }
}

function isBefore(i: u32, j: u32): bool {
  const a = changetype<Clause>(clauses.at(i));
  const b = changetype<Clause>(clauses.at(j));
  const order = compareVersions(a.version, b.version);
  if (order != 0) return order < 0;
  if (a.operator != b.operator) return a.operator < b.operator;
  return a.isStar != b.isStar ? a.isStar < b.isStar : a.segments < b.segments;
}

function swap(i: u32, j: u32): void {
  const spare = clauses.room(1);
  if (spare == 0) return;
  memory.copy(spare, clauses.at(i), offsetof<Clause>());
  memory.copy(clauses.at(i), clauses.at(j), offsetof<Clause>());
  memory.copy(clauses.at(j), spare, offsetof<Clause>());
}
