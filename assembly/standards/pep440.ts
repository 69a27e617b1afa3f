// PEP 440: versions, their order, and version specifiers. What the PEP leaves open is decided as pypa/packaging 26.3 does.
//
// A version is a row, parsed once for each text; comparing two rows reads numbers only. A number of up to 18 digits is
// itself; a longer one is a row of `longs` (its digits, without leading zeros) with the top bit set, so nothing ever
// overflows and the order of the u64s is right except between two long ones.
//
// Invariant: parsing a text that is no version sets no status and leaves nothing behind that a later call could see.

import { NONE, STATUS_SPECIFIER } from "../../src/core/abi";
import { allocate, Column, LOCK } from "../memory/arena";
import { compare, isDigit, isLetter, lower, wordByte, wordSize } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { recall, remember, UNASKED } from "../memory/memo";
import { fail } from "../memory/status";

/** Specifier operators (PEP 440, "Version specifiers"). */
export const OPERATOR_COMPATIBLE: u32 = 1; // ~=
export const OPERATOR_EQUAL: u32 = 2; // ==
export const OPERATOR_NOT_EQUAL: u32 = 3; // !=
export const OPERATOR_LESS_EQUAL: u32 = 4; // <=
export const OPERATOR_GREATER_EQUAL: u32 = 5; // >=
export const OPERATOR_LESS: u32 = 6; // <
export const OPERATOR_GREATER: u32 = 7; // >
export const OPERATOR_ARBITRARY: u32 = 8; // ===

/** What `specifiersContain` does with pre-releases: packaging's `contains(prereleases=None | True | False)`. */
export const PRERELEASES_DEFAULT: u32 = 0;
export const PRERELEASES_ALLOWED: u32 = 1;
export const PRERELEASES_REFUSED: u32 = 2;

/** Parts of a version that `compareWithout` can leave aside. */
export const PART_POST: u32 = 1;
export const PART_DEV: u32 = 2;
export const PART_LOCAL: u32 = 4;

/** Order of the pre-release segment: 1.0.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0 (PEP 440, "Summary of permitted suffixes"). */
export const PHASE_DEV_ONLY: u32 = 0;
export const PHASE_ALPHA: u32 = 1;
export const PHASE_BETA: u32 = 2;
export const PHASE_CANDIDATE: u32 = 3;
export const PHASE_FINAL: u32 = 4;

@unmanaged
export class Version {
  epoch: u64;
  /** 0 unless `phase` is ALPHA, BETA or CANDIDATE. */
  pre: u64;
  /** 0 unless `parts` has POST. */
  post: u64;
  /** 0 unless `parts` has DEV. */
  dev: u64;
  /** Slice of `numbers`. */
  release: u32;
  releaseCount: u32;
  /** Release segments up to the last one that is not zero: 1.0.0 equals 1 (PEP 440, "Final releases"). */
  significant: u32;
  /** PHASE_*. */
  phase: u32;
  /** PART_* bits. */
  parts: u32;
  /** Slice of `segments`. */
  local: u32;
  localCount: u32;
  /** The text as given, with what surrounds it: `===` compares that. */
  size: u32;
  address: usize;
}

export const versions: Column<Version> = changetype<Column<Version>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** The row of this version, or NONE when it is none; white space around it is allowed (PEP 440, Appendix B). */
export function parseVersion(address: usize, size: u32): u32 {
  const end = address + size;
  const stop = matchVersion(skipSpace(address, end), end);
  if (stop == 0) return NONE;
  if (skipSpace(stop, end) != end) {
    versions.count--;
    return NONE;
  }
  const row = versions.count - 1;
  versionAt(row).address = address;
  versionAt(row).size = size;
  return row;
}

/** The same for an interned text, parsed the first time only; NONE for none. */
export function versionOf(textId: u32): u32 {
  if (textId == NONE) return NONE;
  const known = recall(versionRows, textId);
  if (known != UNASKED) return known;
  const row = parseVersion(textAddress(textId), textSize(textId));
  remember(versionRows, textId, row);
  return row;
}

/** Order of two versions, local versions included: negative, 0 or positive (PEP 440, "Summary of permitted suffixes"). */
export function compareVersions(a: u32, b: u32): i32 {
  return a == b ? 0 : compareWithout(a, b, 0);
}

/** The same, as if `a` had none of the parts `without` (PART_* bits). POST implies DEV: 1.0.post1.dev2 belongs to 1.0. */
export function compareWithout(a: u32, b: u32, without: u32): i32 {
  const x = versionAt(a);
  const y = versionAt(b);
  let order = compareBase(x, y);
  if (order != 0) return order;
  const has = x.parts & ~without;
  const differs = has ^ y.parts;
  if (differs & PART_POST) return has & PART_POST ? 1 : -1;
  if (has & PART_POST) order = compareNumbers(x.post, y.post);
  if (order != 0) return order;
  if (differs & PART_DEV) return has & PART_DEV ? -1 : 1;
  if (has & PART_DEV) order = compareNumbers(x.dev, y.dev);
  if (order != 0) return order;
  if (differs & PART_LOCAL) return has & PART_LOCAL ? 1 : -1;
  return has & PART_LOCAL ? compareLocals(x, y) : 0;
}

/** Alpha, beta, release candidate or development release: what PEP 440 hides by default ("Handling of pre-releases"). */
export function isPrerelease(version: u32): bool {
  return hasPre(version) || isDev(version);
}

/** Has an alpha, beta or release candidate segment. */
export function hasPre(version: u32): bool {
  return versionAt(version).phase - PHASE_ALPHA < 3;
}

export function isPost(version: u32): bool {
  return (versionAt(version).parts & PART_POST) != 0;
}

export function isDev(version: u32): bool {
  return (versionAt(version).parts & PART_DEV) != 0;
}

export function isLocal(version: u32): bool {
  return (versionAt(version).parts & PART_LOCAL) != 0;
}

/** Release segments as written: 3 for 1.0.0. */
export function releaseCount(version: u32): u32 {
  return versionAt(version).releaseCount;
}

/** A release segment; 0 beyond the last one, U32.MAX_VALUE when it is larger. */
export function releaseNumber(version: u32, index: u32): u32 {
  const number = releaseAt(versionAt(version), index);
  return number > u64(U32.MAX_VALUE) ? U32.MAX_VALUE : u32(number);
}

// --- Specifiers ---------------------------------------------------------------------------------------------------------

/** A set of clauses, separated by commas, all of which must hold; empty for every version. NONE and a status when faulty. */
export function parseSpecifiers(address: usize, size: u32): u32 {
  const end = address + size;
  const first = clauses.count;
  for (let at = address; at <= end; at++) {
    let stop = at;
    while ((stop < end) & (load<u8>(stop) != 0x2c)) stop++;
    at = skipSpace(at, stop);
    // Empty items are no fault to packaging: ">=1," and ",".
    if (at < stop && parseOperatorAndClause(at, stop) == NONE) {
      fail(STATUS_SPECIFIER, at, u32(trimmedEnd(at, stop) - at));
      return NONE;
    }
    at = stop;
  }
  const pushed = specifierSets.push();
  if (pushed == 0) return NONE;
  const set = changetype<SpecifierSet>(pushed);
  set.first = first;
  set.count = clauses.count - first;
  return specifierSets.count - 1;
}

/**
 * packaging's `SpecifierSet.contains`. With one candidate the default policy is the same as ALLOWED: pre-releases are taken
 * when nothing else matches (PEP 440, "Handling of pre-releases"). To filter a list see `specifiersNamePrerelease`.
 */
export function specifiersContain(set: u32, version: u32, prereleases: u32): bool {
  if (prereleases == PRERELEASES_REFUSED && isPrerelease(version)) return false;
  const slice = changetype<SpecifierSet>(specifierSets.at(set));
  const end = slice.first + slice.count;
  for (let clause = slice.first; clause < end; clause++) {
    if (!clauseContains(clause, version)) return false;
  }
  return true;
}

/** The same for a text that need not be a version: `===` matches any text, and the empty set contains everything. */
export function specifiersContainText(set: u32, address: usize, size: u32, prereleases: u32): bool {
  const version = parseVersion(address, size);
  if (version != NONE) return specifiersContain(set, version, prereleases);
  const slice = changetype<SpecifierSet>(specifierSets.at(set));
  const end = slice.first + slice.count;
  for (let clause = slice.first; clause < end; clause++) {
    if (!clauseContainsText(clause, address, size)) return false;
  }
  return true;
}

/**
 * Whether a clause names a pre-release, so that pre-releases among several candidates count as much as the others.
 * Exclusions and prefixes do not count, as in packaging's `Specifier.prereleases`.
 */
export function specifiersNamePrerelease(set: u32): bool {
  const slice = changetype<SpecifierSet>(specifierSets.at(set));
  const end = slice.first + slice.count;
  for (let i = slice.first; i < end; i++) {
    const clause = clauseAt(i);
    if (clause.operator == OPERATOR_NOT_EQUAL || clause.isPrefix != 0 || clause.version == NONE) continue;
    if (isPrerelease(clause.version)) return true;
  }
  return false;
}

/**
 * One clause: the operator and what follows it. NONE, without a status, when that is no specifier.
 * A text that begins with `=` extends the operator, since packaging evaluates `python_version > "=3"` as Specifier(">" + "=3").
 */
export function parseClause(operator: u32, address: usize, size: u32): u32 {
  if (size != 0 && load<u8>(address) == 0x3d && operator != OPERATOR_ARBITRARY) {
    if (operator == OPERATOR_EQUAL) operator = OPERATOR_ARBITRARY;
    else if (operator == OPERATOR_LESS) operator = OPERATOR_LESS_EQUAL;
    else if (operator == OPERATOR_GREATER) operator = OPERATOR_GREATER_EQUAL;
    else return NONE;
    return addClause(operator, address + 1, address + size);
  }
  return addClause(operator, address, address + size);
}

// Of clauses that are made for one question nothing is kept, or each target would add to what a lock takes.

let clausesBefore: u32 = 0;
let versionsBefore: u32 = 0;
let numbersBefore: u32 = 0;
let longsBefore: u32 = 0;
let segmentsBefore: u32 = 0;

/** What is parsed from here on is forgotten by `endPassing`: no row of it may be remembered. */
export function startPassing(): void {
  if (isDefined(ONE_CALL)) return;
  clausesBefore = clauses.count;
  versionsBefore = versions.count;
  numbersBefore = numbers.count;
  longsBefore = longs.count;
  segmentsBefore = segments.count;
}

export function endPassing(): void {
  if (isDefined(ONE_CALL)) return;
  clauses.count = clausesBefore;
  versions.count = versionsBefore;
  numbers.count = numbersBefore;
  longs.count = longsBefore;
  segments.count = segmentsBefore;
}

/** Whether a clause holds for a version, pre-releases allowed. */
export function clauseContains(row: u32, version: u32): bool {
  const clause = clauseAt(row);
  const other = clause.version;
  switch (clause.operator) {
    case OPERATOR_EQUAL:
      return isEqual(clause, version);
    case OPERATOR_NOT_EQUAL:
      return !isEqual(clause, version);
    // "Compatible release": ~= V.N is >= V.N, == V.*; suffixes of V.N are ignored in the prefix. packaging before 26.3 cuts
    // the text instead of the version, and so finds nothing for `~=v1.2`.
    case OPERATOR_COMPATIBLE:
      return compareWithout(version, other, PART_LOCAL) >= 0 && hasPrefix(version, other, releaseCount(other) - 1);
    // "Inclusive ordered comparison": local versions are ignored.
    case OPERATOR_LESS_EQUAL:
      return compareWithout(version, other, PART_LOCAL) <= 0;
    case OPERATOR_GREATER_EQUAL:
      return compareWithout(version, other, PART_LOCAL) >= 0;
    // "Exclusive ordered comparison": < V excludes pre-releases of V unless V is itself one.
    case OPERATOR_LESS:
      return compareVersions(version, isPrerelease(version) ? clause.edge : other) < 0;
    case OPERATOR_GREATER:
      return isGreater(version, other);
    default:
      return clauseContainsText(row, versionAt(version).address, versionAt(version).size);
  }
}

/** Whether a clause holds for a text that is no version: only `===` can, by comparing texts ("Arbitrary equality"). */
export function clauseContainsText(row: u32, address: usize, size: u32): bool {
  const clause = clauseAt(row);
  if (clause.operator != OPERATOR_ARBITRARY || clause.size != size) return false;
  for (let i: u32 = 0; i < size; i++) {
    if (lower(load<u8>(clause.address + i)) != lower(load<u8>(address + i))) return false;
  }
  return true;
}

/** The operator that the text begins with, the longest one; 0 when there is none. */
export function operatorAt(address: usize, size: u32): u32 {
  if (size == 0) return 0;
  const first = u32(load<u8>(address));
  const second = size > 1 ? u32(load<u8>(address + 1)) : 0;
  if (second == 0x3d) {
    if (first == 0x3d) return (size > 2) & (load<u8>(address + 2) == 0x3d) ? OPERATOR_ARBITRARY : OPERATOR_EQUAL;
    if (first == 0x7e) return OPERATOR_COMPATIBLE;
    if (first == 0x21) return OPERATOR_NOT_EQUAL;
    if (first == 0x3c) return OPERATOR_LESS_EQUAL;
    if (first == 0x3e) return OPERATOR_GREATER_EQUAL;
  }
  if (first == 0x3c) return OPERATOR_LESS;
  if (first == 0x3e) return OPERATOR_GREATER;
  return 0;
}

/** Bytes of an operator. */
export function operatorSize(operator: u32): u32 {
  if (operator == OPERATOR_ARBITRARY) return 3;
  return operator == OPERATOR_LESS || operator == OPERATOR_GREATER ? 1 : 2;
}

// --- For constraint.ts: versions made of others -------------------------------------------------------------------------

/**
 * Adds a row for the version that the text begins with and gives its end; 0 when it begins with none. Appendix B's pattern
 * has possessive quantifiers in packaging, so each part takes what it can and nothing is tried twice.
 */
export function matchVersion(address: usize, end: usize): usize {
  const pushed = versions.push();
  if (pushed == 0) return 0;
  memory.fill(pushed, 0, offsetof<Version>());
  const version = changetype<Version>(pushed);
  let at = address;
  if ((at < end) & (lower(load<u8>(at)) == 0x76)) at++; // "Preceding v character"
  at = matchRelease(version, at, end);
  if (at == 0) {
    versions.count--;
    return 0;
  }
  version.phase = PHASE_FINAL;
  if (at < end) at = matchPre(version, at, end);
  if (at < end) at = matchPost(version, at, end);
  if (at < end) at = matchDev(version, at, end);
  if (at < end) at = matchLocal(version, at, end);
  if (version.phase == PHASE_FINAL && (version.parts & (PART_POST | PART_DEV)) == PART_DEV) {
    version.phase = PHASE_DEV_ONLY;
  }
  return at;
}

/** The earliest development release of a version: 1.2.dev0 for 1.2, 1.2.post1.dev0 for 1.2.post1. */
export function firstDevelopment(version: u32): u32 {
  const pushed = versions.push();
  if (pushed == 0) return version;
  memory.copy(pushed, versions.at(version), offsetof<Version>());
  const made = changetype<Version>(pushed);
  if (made.phase == PHASE_FINAL && (made.parts & PART_POST) == 0) made.phase = PHASE_DEV_ONLY;
  made.parts = (made.parts | PART_DEV) & ~PART_LOCAL;
  made.dev = 0;
  return versions.count - 1;
}

/** The release with segment `index` increased and those behind it zero: 1.3.0 for 1.2.4 and 1. Suffixes are dropped. */
export function nextRelease(version: u32, index: u32): u32 {
  const written = releaseCount(version);
  const count = written > index ? written : index + 1;
  const first = numbers.count;
  for (let i: u32 = 0; i < count; i++) {
    let number: u64 = 0;
    if (i <= index) number = releaseAt(versionAt(version), i);
    if (i == index) number = successor(number);
    if (!pushNumber(number)) return version;
  }
  const pushed = versions.push();
  if (pushed == 0) return version;
  memory.fill(pushed, 0, offsetof<Version>());
  const made = changetype<Version>(pushed);
  made.epoch = versionAt(version).epoch;
  made.release = first;
  made.releaseCount = count;
  made.significant = index + 1;
  made.phase = PHASE_FINAL;
  return versions.count - 1;
}

/** The version with the last of its suffixes plus one, and without a local part: 1.0.dev3 for 1.0.dev2, 1.0rc2 for 1.0rc1. */
export function nextSuffix(version: u32): u32 {
  const row = copied(version);
  const made = versionAt(row);
  if (made.parts & PART_DEV) made.dev = successor(made.dev);
  else if (made.parts & PART_POST) made.post = successor(made.post);
  else made.pre = successor(made.pre);
  return row;
}

/** The post-release of that number, without a local part. */
export function withPost(version: u32, post: u64): u32 {
  const row = copied(version);
  versionAt(row).parts |= PART_POST;
  versionAt(row).post = post;
  return row;
}

/** A row of its own for the public part of a version; the row itself when memory is out. */
function copied(version: u32): u32 {
  const pushed = versions.push();
  if (pushed == 0) return version;
  memory.copy(pushed, versions.at(version), offsetof<Version>());
  changetype<Version>(pushed).parts &= ~PART_LOCAL;
  return versions.count - 1;
}

/** The number plus one. */
export function successor(number: u64): u64 {
  if (number < LARGEST) return number + 1;
  const size = (number & LONG) != 0 ? longAt(number).size : DIGITS;
  const digits = allocate(usize(size) + 1);
  if (digits == 0) return number;
  store<u8>(digits, 0x30);
  if ((number & LONG) != 0) memory.copy(digits + 1, longAt(number).address, size);
  else memory.fill(digits + 1, 0x39, size);
  let at = digits + size;
  while (load<u8>(at) == 0x39) store<u8>(at--, 0x30);
  store<u8>(at, load<u8>(at) + 1);
  return numberOf(digits, digits + size + 1);
}

/** The first byte at or after `at` that begins no white space, at most `end`. White space is what Python's `\s` takes. */
export function skipSpace(at: usize, end: usize): usize {
  while (at < end) {
    const size = spaceSize(at, end);
    if (size == 0) break;
    at += size;
  }
  return at;
}

/** The end of the text without white space at its end. */
export function trimmedEnd(at: usize, end: usize): usize {
  let trimmed = at;
  while (at < end) {
    const size = spaceSize(at, end);
    at += size == 0 ? 1 : size;
    if (size == 0) trimmed = at;
  }
  return trimmed;
}

// --- Helpers: numbers ---------------------------------------------------------------------------------------------------

/** A number is a row of `longs` when this bit is set. */
const LONG: u64 = 0x8000000000000000;
/** Digits of the largest number that is itself. */
const DIGITS: u32 = 18;
const LARGEST: u64 = 999999999999999999;

/** Digits of a number that does not fit, the first of them not zero. */
@unmanaged
class Long {
  address: usize;
  size: u32;
}

/** u64 each: release segments. */
const numbers: Column<u64> = changetype<Column<u64>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
const longs: Column<Long> = changetype<Column<Long>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Text id -> row, NONE or UNASKED. */
const versionRows: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

function versionAt(row: u32): Version {
  return changetype<Version>(versions.at(row));
}

function longAt(number: u64): Long {
  return changetype<Long>(longs.at(u32(number)));
}

/** The number that the digits in [at, end) stand for; 0 when there are none. */
function numberOf(at: usize, end: usize): u64 {
  while ((at < end) & (load<u8>(at) == 0x30)) at++;
  if (end - at <= DIGITS) {
    let value: u64 = 0;
    for (; at < end; at++) value = value * 10 + (load<u8>(at) - 0x30);
    return value;
  }
  const pushed = longs.push();
  if (pushed == 0) return LARGEST;
  changetype<Long>(pushed).address = at;
  changetype<Long>(pushed).size = u32(end - at);
  return LONG | u64(longs.count - 1);
}

function compareNumbers(a: u64, b: u64): i32 {
  if ((a & b & LONG) != 0) return compareLongs(a, b);
  return a == b ? 0 : a < b ? -1 : 1;
}

function compareLongs(a: u64, b: u64): i32 {
  const x = longAt(a);
  const y = longAt(b);
  if (x.size != y.size) return x.size < y.size ? -1 : 1;
  return compare(x.address, x.size, y.address, y.size);
}

function pushNumber(number: u64): bool {
  const cell = numbers.push();
  if (cell == 0) return false;
  store<u64>(cell, number);
  return true;
}

function releaseAt(version: Version, index: u32): u64 {
  return index < version.significant ? load<u64>(numbers.at(version.release + index)) : 0;
}

// --- Helpers: order -----------------------------------------------------------------------------------------------------

/** Epoch, release, pre-release ("Version epochs", "Final releases", "Pre-releases"). */
function compareBase(x: Version, y: Version): i32 {
  let order = compareNumbers(x.epoch, y.epoch);
  if (order != 0) return order;
  const shared = x.significant < y.significant ? x.significant : y.significant;
  let a = numbers.at(x.release);
  let b = numbers.at(y.release);
  const end = a + (usize(shared) << 3);
  for (; a < end; a += 8, b += 8) {
    order = compareNumbers(load<u64>(a), load<u64>(b));
    if (order != 0) return order;
  }
  if (x.significant != y.significant) return x.significant < y.significant ? -1 : 1;
  if (x.phase != y.phase) return x.phase < y.phase ? -1 : 1;
  return compareNumbers(x.pre, y.pre);
}

/** A segment of a local version: a number, or a text when `size` is not 0. */
@unmanaged
class Segment {
  number: u64;
  address: usize;
  size: u32;
}

const segments: Column<Segment> = changetype<Column<Segment>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** "Local version identifiers": segment by segment, numbers after texts, a longer one after its prefix. */
function compareLocals(x: Version, y: Version): i32 {
  const shared = x.localCount < y.localCount ? x.localCount : y.localCount;
  for (let i: u32 = 0; i < shared; i++) {
    const a = changetype<Segment>(segments.at(x.local + i));
    const b = changetype<Segment>(segments.at(y.local + i));
    if ((a.size == 0) != (b.size == 0)) return a.size == 0 ? 1 : -1;
    const order = a.size == 0 ? compareNumbers(a.number, b.number) : compareLowered(a, b);
    if (order != 0) return order;
  }
  return x.localCount == y.localCount ? 0 : x.localCount < y.localCount ? -1 : 1;
}

/** ASCII texts in lower case ("Local version identifiers" are compared case-insensitively). */
function compareLowered(a: Segment, b: Segment): i32 {
  const shared = a.size < b.size ? a.size : b.size;
  for (let i: u32 = 0; i < shared; i++) {
    const order = i32(lower(load<u8>(a.address + i))) - i32(lower(load<u8>(b.address + i)));
    if (order != 0) return order;
  }
  return a.size == b.size ? 0 : a.size < b.size ? -1 : 1;
}

// --- Helpers: the parts of a version, in the order of Appendix B's pattern ----------------------------------------------

/** Epoch and release; 0 when there is no release. */
function matchRelease(version: Version, at: usize, end: usize): usize {
  let stop = skipDigits(at, end);
  if (stop == at) return 0;
  if ((stop < end) & (load<u8>(stop) == 0x21)) {
    version.epoch = numberOf(at, stop);
    at = stop + 1;
    stop = skipDigits(at, end);
    if (stop == at) return 0;
  }
  version.release = numbers.count;
  while (true) {
    const number = numberOf(at, stop);
    if (!pushNumber(number)) return 0;
    version.releaseCount++;
    if (number != 0) version.significant = version.releaseCount;
    at = stop + 1;
    if ((at >= end) | (load<u8>(stop) != 0x2e) | !isDigit(load<u8>(at))) return stop;
    stop = skipDigits(at, end);
  }
}

/** "Pre-releases", with the spellings of "Pre-release spelling" and "Pre-release separators". */
function matchPre(version: Version, at: usize, end: usize): usize {
  const word = skipSeparator(at, end);
  let size: u32 = 0;
  let phase = PHASE_CANDIDATE;
  if (hasWord(word, end, "alpha")) {
    size = 5;
    phase = PHASE_ALPHA;
  } else if (hasWord(word, end, "a")) {
    size = 1;
    phase = PHASE_ALPHA;
  } else if (hasWord(word, end, "beta")) {
    size = 4;
    phase = PHASE_BETA;
  } else if (hasWord(word, end, "b")) {
    size = 1;
    phase = PHASE_BETA;
  } else if (hasWord(word, end, "preview")) size = 7;
  else if (hasWord(word, end, "pre")) size = 3;
  else if (hasWord(word, end, "c")) size = 1;
  else if (hasWord(word, end, "rc")) size = 2;
  else return at;
  const digits = skipSeparator(word + size, end);
  const stop = skipDigits(digits, end);
  version.phase = phase;
  version.pre = numberOf(digits, stop);
  return stop;
}

/** "Post-releases", with "Post release spelling" and "Implicit post releases". */
function matchPost(version: Version, at: usize, end: usize): usize {
  let digits = at + 1;
  if ((load<u8>(at) != 0x2d) | (digits >= end) | !isDigit(load<u8>(digits))) {
    const word = skipSeparator(at, end);
    let size: u32 = 0;
    if (hasWord(word, end, "post")) size = 4;
    else if (hasWord(word, end, "rev")) size = 3;
    else if (hasWord(word, end, "r")) size = 1;
    else return at;
    digits = skipSeparator(word + size, end);
  }
  const stop = skipDigits(digits, end);
  version.parts |= PART_POST;
  version.post = numberOf(digits, stop);
  return stop;
}

/** "Developmental releases", with "Development release separators" and "Implicit development release number". */
function matchDev(version: Version, at: usize, end: usize): usize {
  const word = skipSeparator(at, end);
  if (!hasWord(word, end, "dev")) return at;
  const digits = skipSeparator(word + 3, end);
  const stop = skipDigits(digits, end);
  version.parts |= PART_DEV;
  version.dev = numberOf(digits, stop);
  return stop;
}

/** "Local version identifiers", with "Local version segments": `.`, `-` and `_` separate alike. */
function matchLocal(version: Version, at: usize, end: usize): usize {
  if (load<u8>(at) != 0x2b) return at;
  let start = at + 1;
  let stop = skipAlphanumeric(start, end);
  if (stop == start) return at;
  version.parts |= PART_LOCAL;
  version.local = segments.count;
  while (true) {
    const pushed = segments.push();
    if (pushed == 0) return at;
    const segment = changetype<Segment>(pushed);
    const isNumber = skipDigits(start, stop) == stop;
    segment.number = isNumber ? numberOf(start, stop) : 0;
    segment.address = start;
    segment.size = isNumber ? 0 : u32(stop - start);
    version.localCount++;
    start = skipSeparator(stop, end);
    const next = skipAlphanumeric(start, end);
    if (start == stop || next == start) return stop;
    stop = next;
  }
}

function skipDigits(at: usize, end: usize): usize {
  while ((at < end) & isDigit(load<u8>(at))) at++;
  return at;
}

function skipAlphanumeric(at: usize, end: usize): usize {
  while ((at < end) & (isDigit(load<u8>(at)) | isLetter(load<u8>(at)))) at++;
  return at;
}

/** Past one `.`, `-` or `_`, if there is one. */
function skipSeparator(at: usize, end: usize): usize {
  if (at >= end) return at;
  const c = u32(load<u8>(at));
  return c == 0x2e || c == 0x2d || c == 0x5f ? at + 1 : at;
}

/** Whether the text begins with `word`, which is in lower case ("Case sensitivity"). */
function hasWord(at: usize, end: usize, word: string): bool {
  const length = wordSize(word);
  if (end - at < length) return false;
  for (let i: u32 = 0; i < length; i++) {
    if (lower(load<u8>(at + i)) != wordByte(word, i)) return false;
  }
  return true;
}

/** Bytes of the white space character at `at`, 0 when it is none: Unicode's, as in Python's `\s` and `str.strip`. */
function spaceSize(at: usize, end: usize): u32 {
  const c = u32(load<u8>(at));
  if (c < 0x80) return c == 0x20 || c - 0x09 < 5 || c - 0x1c < 4 ? 1 : 0;
  const size: u32 = c == 0xc2 ? 2 : 3;
  if (end - at < size) return 0;
  // The sequence as a number, its first byte the lowest.
  const code = load<u32>(at) & (size == 2 ? 0xffff : 0xffffff);
  const isSpace =
    code == 0x85c2 ||
    code == 0xa0c2 ||
    code == 0x809ae1 ||
    ((code & 0xffff) == 0x80e2 && (code >> 16) - 0x80 < 11) ||
    code == 0xa880e2 ||
    code == 0xa980e2 ||
    code == 0xaf80e2 ||
    code == 0x9f81e2 ||
    code == 0x8080e3;
  return isSpace ? size : 0;
}

// --- Helpers: clauses ---------------------------------------------------------------------------------------------------

@unmanaged
class Clause {
  /** OPERATOR_*. */
  operator: u32;
  /** Row of the version; NONE for `===` and a text that is none. */
  version: u32;
  /** For `<`: what a pre-release must be less than. */
  edge: u32;
  /** 1 for `== 1.2.*` and `!= 1.2.*`. */
  isPrefix: u32;
  /** The text after the operator, for `===`. */
  address: usize;
  size: u32;
}

@unmanaged
class SpecifierSet {
  /** Slice of `clauses`. */
  first: u32;
  count: u32;
}

const clauses: Column<Clause> = changetype<Column<Clause>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
const specifierSets: Column<SpecifierSet> = changetype<Column<SpecifierSet>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

function clauseAt(row: u32): Clause {
  return changetype<Clause>(clauses.at(row));
}

function parseOperatorAndClause(at: usize, end: usize): u32 {
  const operator = operatorAt(at, u32(end - at));
  return operator == 0 ? u32(NONE) : addClause(operator, at + operatorSize(operator), end);
}

/** The row of a clause whose operator is read already; NONE when the rest of it is not what the operator takes. */
function addClause(operator: u32, address: usize, end: usize): u32 {
  const at = skipSpace(address, end);
  let stop = at;
  let version: u32 = NONE;
  let isPrefix = false;
  if (operator == OPERATOR_ARBITRARY) {
    stop = skipArbitrary(at, end);
    if (skipSpace(stop, end) != end) return NONE;
    version = parseVersion(at, u32(stop - at));
  } else {
    stop = matchVersion(at, end);
    if (stop == 0) return NONE;
    version = versions.count - 1;
    isPrefix = takesPrefix(operator, version) & (stop + 2 <= end) & (load<u16>(stop) == 0x2a2e);
    if (isPrefix) stop += 2;
    if (skipSpace(stop, end) != end || !takes(operator, version)) return NONE;
  }
  const edge = operator == OPERATOR_LESS && !isPrerelease(version) ? firstDevelopment(version) : version;
  const pushed = clauses.push();
  if (pushed == 0) return NONE;
  const clause = changetype<Clause>(pushed);
  clause.operator = operator;
  clause.version = version;
  clause.edge = edge;
  clause.isPrefix = u32(isPrefix);
  clause.address = at;
  clause.size = u32(stop - at);
  return clauses.count - 1;
}

/** "Version matching": `.*` follows a release only. */
function takesPrefix(operator: u32, version: u32): bool {
  if (operator != OPERATOR_EQUAL && operator != OPERATOR_NOT_EQUAL) return false;
  return (versionAt(version).phase == PHASE_FINAL) & (versionAt(version).parts == 0);
}

/** Local versions only with == and != ; ~= needs two release segments ("Compatible release"). */
function takes(operator: u32, version: u32): bool {
  if (operator == OPERATOR_EQUAL || operator == OPERATOR_NOT_EQUAL) return true;
  return !isLocal(version) && (operator != OPERATOR_COMPATIBLE || releaseCount(version) >= 2);
}

/** packaging's `[^\s;)]*`. */
function skipArbitrary(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) != 0x3b && load<u8>(at) != 0x29 && spaceSize(at, end) == 0) at++;
  return at;
}

/** "Version matching": without a local version in the clause, that of the candidate is ignored; a prefix ignores suffixes. */
function isEqual(clause: Clause, version: u32): bool {
  if (clause.isPrefix != 0) return hasPrefix(version, clause.version, releaseCount(clause.version));
  return compareWithout(version, clause.version, isLocal(clause.version) ? 0 : PART_LOCAL) == 0;
}

/** Whether the epoch and the first `count` release segments are the same, zeros filled in. */
function hasPrefix(version: u32, other: u32, count: u32): bool {
  const x = versionAt(version);
  const y = versionAt(other);
  if (compareNumbers(x.epoch, y.epoch) != 0) return false;
  for (let i: u32 = 0; i < count; i++) {
    if (compareNumbers(releaseAt(x, i), releaseAt(y, i)) != 0) return false;
  }
  return true;
}

/** "Exclusive ordered comparison": > V excludes post-releases of V unless V is one, and local versions of V. */
function isGreater(version: u32, other: u32): bool {
  let without = PART_LOCAL;
  if (isPost(version) && !isPost(other)) without |= PART_POST | PART_DEV;
  return compareWithout(version, other, without) > 0;
}
