// Poetry's version constraints: `^1.2`, `~1.2`, `1.2.*`, `>=1,<2 || ^3`, a bare version for `==`. Used for dependencies and for
// `python-versions` in poetry.lock and pyproject.toml. The model is poetry-core 2.5 (constraints/version/parser.py,
// version_range.py, version_union.py), whose algebra of ranges is followed to the letter: what a union of ranges that touch
// local versions allows depends on it.
//
// A constraint is a slice of disjoint, sorted pieces; none for one that allows nothing. While a text is parsed the pieces
// serve as a stack: an operation takes those at its end and leaves its result in their place.
//
// Pre-releases: a constraint says nothing of them. Poetry's Repository.find_packages (poetry 2.5, repositories/repository.py)
// takes what `allows` and is no pre-release; the pre-releases that it allows come in only when nothing else is left and
// the dependency does not say `allow-prereleases = false`, or from the start when it says `allow-prereleases = true` or has a
// direct origin. `isPrerelease` of pep440.ts is the same as Poetry's Package.is_prerelease.
//
// Invariant: `pieces` of a finished constraint never change; a failed parse leaves none behind.

import { NONE, STATUS_CONSTRAINT } from "../../src/core/abi";
import { Column, LOCK } from "../memory/arena";
import { isDigit, lower, startsWith } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { recall, remember, UNASKED } from "../memory/memo";
import { fail } from "../memory/status";
import {
  compareVersions,
  compareWithout,
  firstDevelopment,
  hasPre,
  isDev,
  isLocal,
  isPost,
  isPrerelease,
  matchVersion,
  nextRelease,
  PART_DEV,
  PART_LOCAL,
  PART_POST,
  releaseCount,
  releaseNumber,
  skipSpace,
  successor,
  trimmedEnd,
  Version,
  versions,
} from "./pep440";

/** Clauses of one constraint. Poetry sets none; real ones have some twenty, and intersecting them is quadratic. */
const CLAUSE_LIMIT: u32 = 1024;

/** The row of a constraint. NONE, and a status about the faulty clause, when Poetry refuses it (`_parse_constraint`). */
export function parseConstraint(address: usize, size: u32): u32 {
  const first = pieces.count;
  const limit = address + size;
  let at = skipSpace(address, limit);
  const end = trimmedEnd(at, limit);
  let alternatives = 0;
  clauseCount = 0;
  while (true) {
    let stop = at;
    while ((stop < end) & (load<u8>(stop) != 0x7c)) stop++;
    if (!parseAll(at, withoutCommas(at, stop))) {
      pieces.count = first;
      return NONE;
    }
    alternatives++;
    if (stop == end) break;
    at = stop + 1;
    if ((at < end) & (load<u8>(at) == 0x7c)) at++;
    at = skipSpace(at, end);
  }
  if (alternatives > 1) uniteFrom(first);
  return finish(first);
}

/** The same for an interned text; parsed the first time only. */
export function constraintOf(textId: u32): u32 {
  const known = recall(constraintRows, textId);
  if (known != UNASKED) return known;
  const row = parseConstraint(textAddress(textId), textSize(textId));
  if (row != NONE) remember(constraintRows, textId, row);
  return row;
}

/** Whether a version fits: `VersionConstraint.allows`. */
export function constraintAllows(row: u32, version: u32): bool {
  const constraint = changetype<Constraint>(constraints.at(row));
  // VersionUnion.allows: `!= 1.0` excludes 1.0+local too, though the ranges beside it would take that.
  if (constraint.excluded != NONE) return !allowsLikeVersion(constraint.excluded, version);
  const end = constraint.first + constraint.count;
  for (let i = constraint.first; i < end; i++) {
    if (pieceAllows(pieceAt(i), version)) return true;
  }
  return false;
}

/** Whether it allows this version alone, beside whatever else: `3.11`, `3.9 || 3.11`; not `3.11.0`, which has another size. */
export function constraintNames(row: u32, version: u32): bool {
  const constraint = changetype<Constraint>(constraints.at(row));
  for (let i = constraint.first; i < constraint.first + constraint.count; i++) {
    const each = pieceAt(i);
    if ((each.flags & IS_VERSION) == 0 || releaseCount(each.lower) != releaseCount(version)) continue;
    if (compareVersions(each.lower, version) == 0) return true;
  }
  return false;
}

/** Whether it allows every version: `VersionConstraint.is_any`. */
export function constraintIsAny(row: u32): bool {
  const constraint = changetype<Constraint>(constraints.at(row));
  return constraint.count == 1 && isAny(pieceAt(constraint.first));
}

/** Whether no version at all fits, as for `>2,<1`: `VersionConstraint.is_empty`. */
export function constraintIsEmpty(row: u32): bool {
  return changetype<Constraint>(constraints.at(row)).count == 0;
}

// --- Rows ---------------------------------------------------------------------------------------------------------------

@unmanaged
class Constraint {
  /** Slice of `pieces`. */
  first: u32;
  count: u32;
  /** Version row when the pieces are everything but that version (`excludes_single_version`), else NONE. */
  excluded: u32;
}

/** A range, or a single version (both bounds are that version). */
@unmanaged
class Piece {
  /** Version rows; NONE when unbounded. */
  lower: u32;
  upper: u32;
  /** HAS_* and IS_* bits. */
  flags: u32;
}

const HAS_LOWER: u32 = 1;
const HAS_UPPER: u32 = 2;
const IS_VERSION: u32 = 4;

const constraints: Column<Constraint> = changetype<Column<Constraint>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
const pieces: Column<Piece> = changetype<Column<Piece>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Text id -> row or UNASKED. */
const constraintRows: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** Clauses of the constraint that is being parsed. */
let clauseCount: u32 = 0;

function pieceAt(index: u32): Piece {
  return changetype<Piece>(pieces.at(index));
}

function pushPiece(lower: u32, upper: u32, flags: u32): void {
  const pushed = pieces.push();
  if (pushed == 0) return;
  const piece = changetype<Piece>(pushed);
  piece.lower = lower;
  piece.upper = upper;
  piece.flags = flags;
}

/** Adds the range unless it is empty (`_range_or_empty`). */
function pushRange(lower: u32, upper: u32, flags: u32): void {
  if (lower != NONE && upper != NONE) {
    const order = compareVersions(lower, upper);
    if (order > 0 || (order == 0 && flags != (HAS_LOWER | HAS_UPPER))) return;
  }
  pushPiece(lower, upper, flags);
}

function pushVersion(version: u32): void {
  pushPiece(version, version, HAS_LOWER | HAS_UPPER | IS_VERSION);
}

/** Adds a copy of a piece. */
function pushAgain(index: u32): void {
  const piece = pieceAt(index);
  pushPiece(piece.lower, piece.upper, piece.flags);
}

/** Moves the pieces from `source` on down to `target`, over those in between. */
function settle(target: u32, source: u32): void {
  const count = pieces.count - source;
  memory.copy(pieces.slice(target), pieces.slice(source), usize(count) * offsetof<Piece>());
  pieces.count = target + count;
}

/** Makes the pieces from `first` on a constraint. */
function finish(first: u32): u32 {
  const count = pieces.count - first;
  const excluded = count > 1 ? excludedVersion(first) : u32(NONE);
  const pushed = constraints.push();
  if (pushed == 0) return NONE;
  const constraint = changetype<Constraint>(pushed);
  constraint.first = first;
  constraint.count = count;
  constraint.excluded = excluded;
  return constraints.count - 1;
}

// --- The grammar --------------------------------------------------------------------------------------------------------

/** `or_constraint.rstrip(",").rstrip()`. */
function withoutCommas(at: usize, end: usize): usize {
  let stop = trimmedEnd(at, end);
  while ((stop > at) & (load<u8>(stop - 1) == 0x2c)) stop--;
  return trimmedEnd(at, stop);
}

/** Clauses that all must hold. Adds the pieces of their intersection; false after a failure. */
function parseAll(start: usize, end: usize): bool {
  const first = pieces.count;
  let at = start;
  let isFirst = true;
  while (true) {
    let stop = at;
    let next: usize = 0;
    for (; stop < end; stop++) {
      next = separatorEnd(start, stop, end);
      if (next != 0) break;
    }
    const right = pieces.count;
    if (++clauseCount > CLAUSE_LIMIT || !parseSingle(at, stop)) {
      fail(STATUS_CONSTRAINT, at, u32(stop - at));
      return false;
    }
    if (!isFirst) intersect(first, right);
    if (stop == end) return true;
    isFirst = false;
    at = next;
  }
}

/**
 * The end of an "and" that begins at `at`, 0 when none does. The pattern, with at most three ways to match it:
 *   (?<!^)(?<![\^~=>< ,]) *(?<!-)[, ](?!-) *(?!,|$)
 */
function separatorEnd(start: usize, at: usize, end: usize): usize {
  if (at == start) return 0;
  const first = u32(load<u8>(at));
  if (first != 0x20 && first != 0x2c) return 0;
  const before = u32(load<u8>(at - 1));
  // One of ^ ~ = > < space comma
  if (before == 0x5e || before == 0x7e || before - 0x3c < 3 || before == 0x20 || before == 0x2c) return 0;
  const solid = skipBlanks(at, end);
  const blanks = solid - at;
  const isDash = before == 0x2d;
  // A comma behind all the blanks.
  if (solid < end && load<u8>(solid) == 0x2c && (blanks > 0 || !isDash) && byteAt(solid + 1, end) != 0x2d) {
    const next = skipBlanks(solid + 1, end);
    if (!endsOrComma(next, end)) return next;
    if (next > solid + 1) return next - 1;
  }
  // The last blank, or the one before it.
  if (blanks > 0 && (blanks > 1 || !isDash) && byteAt(solid, end) != 0x2d && !endsOrComma(solid, end)) return solid;
  if (blanks > 1 && (blanks > 2 || !isDash)) return endsOrComma(solid, end) ? solid - 1 : solid;
  return 0;
}

/** `,|$`: Python's `$` also matches before a line feed that ends the text. */
function endsOrComma(at: usize, end: usize): bool {
  const c = byteAt(at, end);
  return (at == end) | (c == 0x2c) | (c == 0x0a && at + 1 == end);
}

/** One clause (`parse_single_constraint`): adds its pieces, or gives false. */
function parseSingle(start: usize, end: usize): bool {
  // Each of Poetry's patterns ends with `$`, which allows one line feed.
  if ((end > start) & (load<u8>(end - 1) == 0x0a)) end--;
  if (isWildcard(start, end)) {
    pushPiece(NONE, NONE, 0);
    return true;
  }
  const c = byteAt(start, end);
  if (c == 0x5e) return parseCaret(start + 1, end);
  if (c == 0x7e && byteAt(start + 1, end) == 0x3d) return parseCompatible(start + 2, end);
  if (c == 0x7e) return parseTilde(start + 1, end);
  return parseBasic(start, end);
}

/** `*`, `x`, `v*`, `x.*`: `^v?[xX*](\.[xX*])*$`. */
function isWildcard(at: usize, end: usize): bool {
  if (lower(byteAt(at, end)) == 0x76) at++;
  while (true) {
    const c = lower(byteAt(at, end));
    if (c != 0x2a && c != 0x78) return false;
    if (++at == end) return true;
    if (load<u8>(at++) != 0x2e) return false;
  }
}

/** The version that is all of the text but white space before it; NONE when there is none. */
function wholeVersion(at: usize, end: usize): u32 {
  return matchVersion(skipSpace(at, end), end) == end ? versions.count - 1 : u32(NONE);
}

/** `^1.2`: up to the next breaking version, the leftmost segment that is not zero among the first three (`next_breaking`). */
function parseCaret(at: usize, end: usize): bool {
  const version = wholeVersion(at, end);
  if (version == NONE) return false;
  let index: u32 = 0;
  const last = min(releaseCount(version), 3) - 1;
  while (index < last && releaseNumber(version, index) == 0) index++;
  pushRange(version, firstDevelopment(nextRelease(version, index)), HAS_LOWER);
  return true;
}

/** `~1.2`: up to the next minor version, `~1`: up to the next major one. */
function parseTilde(at: usize, end: usize): bool {
  const version = wholeVersion(at, end);
  if (version == NONE) return false;
  const index = releaseCount(version) == 1 ? 0 : 1;
  pushRange(version, firstDevelopment(nextRelease(version, index)), HAS_LOWER);
  return true;
}

/** `~=1.2.3`: PEP 440's compatible release, but `~=1` and local versions are taken. */
function parseCompatible(at: usize, end: usize): bool {
  const version = wholeVersion(at, end);
  if (version == NONE) return false;
  const count = releaseCount(version);
  pushRange(version, firstDevelopment(nextRelease(version, count < 2 ? 0 : count - 2)), HAS_LOWER);
  return true;
}

const BASIC_EQUAL: u32 = 0;
const BASIC_NOT_EQUAL: u32 = 1;
const BASIC_LESS: u32 = 2;
const BASIC_LESS_EQUAL: u32 = 3;
const BASIC_GREATER: u32 = 4;
const BASIC_GREATER_EQUAL: u32 = 5;

/** A comparison, `1.2`, `1.2.*`: BASIC_CONSTRAINT and X_CONSTRAINT of patterns.py. */
function parseBasic(start: usize, end: usize): bool {
  let operator = BASIC_EQUAL;
  const c = byteAt(start, end);
  const second = byteAt(start + 1, end);
  let at = start + (second == 0x3d ? 2 : 1);
  if (c == 0x21 && second == 0x3d) operator = BASIC_NOT_EQUAL;
  else if (c == 0x3e) operator = second == 0x3d ? BASIC_GREATER_EQUAL : BASIC_GREATER;
  // `<>` is in the pattern, and then treated as `==`.
  else if (c == 0x3c && second == 0x3e) at = start + 2;
  else if (c == 0x3c) operator = second == 0x3d ? BASIC_LESS_EQUAL : BASIC_LESS;
  else if (c != 0x3d) at = start;
  at = skipSpace(at, end);
  let stop = matchVersion(at, end);
  if (stop == 0) stop = matchDev(at, end);
  if (stop == 0) return false;
  const version = versions.count - 1;
  const isPrefix = isPrefixMark(stop, end);
  if (isPrefix) stop += 2;
  if (stop != end && !(isPrefix && takesMorePrefix(start, at, version, operator) && onlyPrefixes(stop, end)))
    return false;
  if (operator == BASIC_LESS) {
    // < V excludes V's pre-releases unless V is one: `_canonical_strict_max`.
    pushPiece(NONE, isPrerelease(version) ? version : firstDevelopment(version), 0);
  } else if (operator == BASIC_LESS_EQUAL) pushPiece(NONE, version, HAS_UPPER);
  else if (operator == BASIC_GREATER) pushPiece(version, NONE, 0);
  else if (operator == BASIC_GREATER_EQUAL) pushPiece(version, NONE, HAS_LOWER);
  else if (isPrefix) pushPrefix(version, operator == BASIC_NOT_EQUAL);
  else if (operator == BASIC_EQUAL) pushVersion(version);
  else {
    pushPiece(NONE, version, 0);
    pushPiece(version, NONE, 0);
  }
  return true;
}

/** `dev`, in lower case, stands for 0.0.dev0. */
function matchDev(at: usize, end: usize): usize {
  if (!startsWith(at, u32(end - at), "dev")) return 0;
  const text = memory.data<u8>([0x30, 0x2e, 0x30, 0x2d, 0x64, 0x65, 0x76]); // 0.0-dev
  return matchVersion(text, text + 7) == 0 ? 0 : at + 3;
}

/** X_CONSTRAINT alone takes several `.*`, behind at most three plain segments: `^(!=|==)?\s*v?\d+(\.\d+)?(\.\d+)?(\.\*)+$`. */
function takesMorePrefix(start: usize, at: usize, version: u32, operator: u32): bool {
  if (operator > BASIC_NOT_EQUAL || releaseCount(version) > 3) return false;
  // Neither `=` nor `<>`.
  const c = u32(load<u8>(start));
  if ((c == 0x3d) & (load<u8>(start + 1) != 0x3d) || c == 0x3c) return false;
  if (load<u8>(at) == 0x76) at++;
  let dots: u32 = 0;
  for (; isDigit(load<u8>(at)) | (load<u8>(at) == 0x2e); at++) if (load<u8>(at) == 0x2e) dots++;
  // The text goes on with `*` right where the release ends: no epoch, no suffix, no `V`.
  return (load<u8>(at) == 0x2a) & (dots == releaseCount(version));
}

/** `.*`. */
function isPrefixMark(at: usize, end: usize): bool {
  return (load<u16>(at) == 0x2a2e) & (at + 2 <= end);
}

function onlyPrefixes(at: usize, end: usize): bool {
  while (isPrefixMark(at, end)) at += 2;
  return at == end;
}

/** All versions that begin like this one, or all others (`_make_x_constraint_range`). */
function pushPrefix(version: u32, isInverted: bool): void {
  const from = firstDevelopment(version);
  const to = prefixEnd(version);
  if (!isInverted) pushRange(from, to, HAS_LOWER);
  else if (compareVersions(from, to) >= 0) pushPiece(NONE, NONE, 0);
  else {
    pushPiece(NONE, from, 0);
    pushPiece(to, NONE, HAS_LOWER);
  }
}

/** Where the prefix ends: 1.3.dev0 for 1.2, 1.2.post2.dev0 for 1.2.post1, 1.2rc2.dev0 for 1.2rc1, 1.2.dev2 for 1.2.dev1. */
function prefixEnd(version: u32): u32 {
  if (!isPost(version) && !isPrerelease(version)) {
    return firstDevelopment(nextRelease(version, releaseCount(version) - 1));
  }
  const row = firstDevelopment(version);
  const made = changetype<Version>(versions.at(row));
  if (isPost(version)) {
    if (!isDev(version)) made.post = successor(made.post);
  } else if (hasPre(version)) {
    if (!isDev(version)) made.pre = successor(made.pre);
  } else made.dev = successor(changetype<Version>(versions.at(version)).dev);
  return row;
}

function byteAt(at: usize, end: usize): u32 {
  return select<u32>(load<u8>(at), 0, at < end);
}

function skipBlanks(at: usize, end: usize): usize {
  while ((at < end) & (load<u8>(at) == 0x20)) at++;
  return at;
}

// --- What is allowed ----------------------------------------------------------------------------------------------------

/** `Version.allows`: 1.0 takes 1.0+local. */
function allowsLikeVersion(version: u32, other: u32): bool {
  return compareWithout(other, version, isLocal(version) ? 0 : PART_LOCAL) == 0;
}

/** `VersionRange.allows`, or `Version.allows`. */
function pieceAllows(piece: Piece, version: u32): bool {
  if ((piece.flags & IS_VERSION) != 0) return allowsLikeVersion(piece.lower, version);
  if (piece.lower != NONE) {
    const isOpen = (piece.flags & HAS_LOWER) == 0;
    let without = isLocal(piece.lower) ? 0 : PART_LOCAL;
    // PEP 440, "Exclusive ordered comparison": > V excludes V's post-releases unless V is one.
    if (isOpen && isPost(version) && !isPost(piece.lower)) without |= PART_POST | PART_DEV;
    const order = compareWithout(version, piece.lower, without);
    if (order < 0 || (order == 0 && isOpen)) return false;
  }
  if (piece.upper != NONE) {
    const order = compareWithout(version, piece.upper, isLocal(piece.upper) ? 0 : PART_LOCAL);
    if (order > 0 || (order == 0 && (piece.flags & HAS_UPPER) == 0)) return false;
  }
  return true;
}

// --- Relations of two pieces (version_range_constraint.py) --------------------------------------------------------------

function isAny(piece: Piece): bool {
  return (piece.lower == NONE) & (piece.upper == NONE);
}

/** Order of two bounds; unbounded ones are equal to each other and before (`edge` -1) or after (1) all others. */
function compareBounds(a: u32, b: u32, edge: i32): i32 {
  if (a == b) return 0;
  if (a == NONE) return edge;
  if (b == NONE) return -edge;
  return compareVersions(a, b);
}

/** `allows_lower`. */
function reachesLower(a: Piece, b: Piece): bool {
  const order = compareBounds(a.lower, b.lower, -1);
  if (order != 0 || a.lower == NONE) return order < 0;
  return (a.flags & ~b.flags & HAS_LOWER) != 0;
}

/** `allows_higher`. */
function reachesHigher(a: Piece, b: Piece): bool {
  const order = compareBounds(a.upper, b.upper, 1);
  if (order != 0 || a.upper == NONE) return order > 0;
  return (a.flags & ~b.flags & HAS_UPPER) != 0;
}

/** `is_strictly_lower`: all of `a` comes before all of `b`. */
function isBefore(a: Piece, b: Piece): bool {
  if (a.upper == NONE || b.lower == NONE) return false;
  const order = compareVersions(a.upper, b.lower);
  if (order != 0) return order < 0;
  return ((a.flags & HAS_UPPER) == 0) | ((b.flags & HAS_LOWER) == 0);
}

/** Whether `b` begins where `a` ends. */
function meets(a: Piece, b: Piece): bool {
  return compareBounds(a.upper, b.lower, 1) == 0 && a.upper != NONE;
}

/** `allows_any`. */
function overlaps(a: Piece, b: Piece): bool {
  if (((a.flags | b.flags) & IS_VERSION) == 0) return !isBefore(a, b) && !isBefore(b, a);
  if ((a.flags & b.flags & IS_VERSION) != 0) {
    return allowsLikeVersion(a.lower, b.lower) || allowsLikeVersion(b.lower, a.lower);
  }
  const range = (a.flags & IS_VERSION) != 0 ? b : a;
  const version = (a.flags & IS_VERSION) != 0 ? a.lower : b.lower;
  return pieceAllows(range, version) || (isLocalOf(range.lower, version) && !isLocal(version));
}

/** Whether a bound is a local version that `version` allows: `>=1.2+local` and `1.2` both allow 1.2+local. */
function isLocalOf(bound: u32, version: u32): bool {
  return bound != NONE && isLocal(bound) && allowsLikeVersion(version, bound);
}

// --- Operations ---------------------------------------------------------------------------------------------------------

/** Replaces the pieces [left, right) and [right, end) with what both allow (`intersect`). */
function intersect(left: u32, right: u32): void {
  const end = pieces.count;
  let ours = left;
  let oursEnd = right;
  let theirs = right;
  let theirsEnd = end;
  // A range leaves it to a union: VersionRange.intersect, Version.intersect.
  if (oursEnd - ours == 1 && theirsEnd - theirs > 1) {
    ours = right;
    oursEnd = end;
    theirs = left;
    theirsEnd = right;
  }
  const isUnion = oursEnd - ours > 1;
  while (ours < oursEnd && theirs < theirsEnd) {
    intersectPieces(ours, theirs);
    if (reachesHigher(pieceAt(theirs), pieceAt(ours))) ours++;
    else theirs++;
  }
  if (isUnion) uniteFrom(end);
  settle(left, end);
}

/** Adds the intersection of two pieces, nothing when it is empty. */
function intersectPieces(a: u32, b: u32): void {
  const x = pieceAt(a);
  const y = pieceAt(b);
  if ((x.flags & y.flags & IS_VERSION) != 0) {
    if (allowsLikeVersion(x.lower, y.lower)) pushAgain(b);
    else if (allowsLikeVersion(y.lower, x.lower)) pushAgain(a);
  } else if ((y.flags & IS_VERSION) != 0) intersectVersion(x, y.lower);
  else if ((x.flags & IS_VERSION) != 0) intersectVersion(y, x.lower);
  else intersectRanges(x, y);
}

function intersectVersion(range: Piece, version: u32): void {
  if (pieceAllows(range, version)) pushVersion(version);
  else if (!isLocal(version) && isLocalOf(range.lower, version)) {
    pushRange(range.lower, nextRelease(version, 2), range.flags & HAS_LOWER);
  }
}

function intersectRanges(a: Piece, b: Piece): void {
  if (isBefore(a, b) || isBefore(b, a)) return;
  const low = reachesLower(a, b) ? b : a;
  const high = reachesHigher(a, b) ? b : a;
  const lower = low.lower;
  const upper = high.upper;
  if (lower != NONE && upper != NONE && compareVersions(lower, upper) == 0) pushVersion(lower);
  else pushRange(lower, upper, (low.flags & HAS_LOWER) | (high.flags & HAS_UPPER));
}

/** Replaces the pieces from `first` on with sorted ones that neither touch nor overlap (`VersionUnion.of`). */
function uniteFrom(first: u32): void {
  const end = pieces.count;
  for (let i = first; i < end; i++) {
    if (!isAny(pieceAt(i))) continue;
    pieces.count = first;
    pushPiece(NONE, NONE, 0);
    return;
  }
  sortFrom(first);
  let merged = first;
  for (let i = first + 1; i < end; i++) {
    if (!mergePieces(merged, i)) {
      merged++;
      memory.copy(pieces.at(merged), pieces.at(i), offsetof<Piece>());
    }
  }
  if (end > first) pieces.count = merged + 1;
}

/** Insertion sort: stable as Python's, and nearly sorted input is the rule. CLAUSE_LIMIT bounds it. */
function sortFrom(first: u32): void {
  for (let i = first + 1; i < pieces.count; i++) {
    const piece = pieceAt(i);
    const lower = piece.lower;
    const upper = piece.upper;
    const flags = piece.flags;
    let at = i;
    while (at > first && isAfter(pieceAt(at - 1), lower, upper, flags)) {
      memory.copy(pieces.at(at), pieces.at(at - 1), offsetof<Piece>());
      at--;
    }
    const cell = pieceAt(at);
    cell.lower = lower;
    cell.upper = upper;
    cell.flags = flags;
  }
}

/** `VersionRange._cmp`: by lower bound, then by upper bound. */
function isAfter(a: Piece, lower: u32, upper: u32, flags: u32): bool {
  let order = compareBounds(a.lower, lower, -1);
  if (order != 0) return order > 0;
  if (lower != NONE && ((a.flags ^ flags) & HAS_LOWER) != 0) return (flags & HAS_LOWER) != 0;
  order = compareBounds(a.upper, upper, 1);
  if (order != 0) return order > 0;
  return upper != NONE && (a.flags & ~flags & HAS_UPPER) != 0;
}

/** Widens piece `a` by piece `b`, if they overlap or touch (`union`). */
function mergePieces(a: u32, b: u32): bool {
  const x = pieceAt(a);
  const y = pieceAt(b);
  if (!overlaps(x, y) && !(meets(x, y) && ((x.flags ^ (y.flags << 1)) & HAS_UPPER) != 0)) return false;
  if ((x.flags & y.flags & IS_VERSION) != 0) {
    if (allowsLikeVersion(y.lower, x.lower)) memory.copy(pieces.at(a), pieces.at(b), offsetof<Piece>());
    return true;
  }
  if ((y.flags & IS_VERSION) != 0) {
    widenByVersion(x, y.lower);
    return true;
  }
  if ((x.flags & IS_VERSION) != 0) {
    const version = x.lower;
    memory.copy(pieces.at(a), pieces.at(b), offsetof<Piece>());
    widenByVersion(pieceAt(a), version);
    return true;
  }
  const low = reachesLower(x, y) ? x : y;
  const high = reachesHigher(x, y) ? x : y;
  const lower = low.lower;
  const upper = high.upper;
  const flags = (low.flags & HAS_LOWER) | (high.flags & HAS_UPPER);
  x.lower = lower;
  x.upper = upper;
  x.flags = flags;
  return true;
}

/** `VersionRange.union` with a version that the range overlaps or touches. */
function widenByVersion(range: Piece, version: u32): void {
  let isWider = false;
  if (!isLocal(version)) {
    if (isLocalOf(range.lower, version)) {
      range.lower = version;
      range.flags |= HAS_LOWER;
      isWider = true;
    }
    if (isLocalOf(range.upper, version)) {
      range.upper = nextRelease(version, 2);
      range.flags &= ~HAS_UPPER;
      isWider = true;
    }
  }
  if (isWider || pieceAllows(range, version)) return;
  if (range.lower != NONE && compareVersions(range.lower, version) == 0) range.flags |= HAS_LOWER;
  else range.flags |= HAS_UPPER;
}

/**
 * The version that the pieces from `first` on leave out, when they are everything else; NONE otherwise. This is Poetry's
 * VersionRange().difference(union), taken piece by piece from below.
 */
function excludedVersion(first: u32): u32 {
  const end = pieces.count;
  pushPiece(NONE, NONE, 0);
  for (let i = first; i < end; i++) {
    const rest = pieces.count - 1;
    if (isBefore(pieceAt(i), pieceAt(rest))) continue;
    if (isBefore(pieceAt(rest), pieceAt(i))) break;
    const made = pieces.count;
    if ((pieceAt(i).flags & IS_VERSION) != 0) subtractVersion(rest, pieceAt(i).lower);
    else subtractRange(rest, i);
    uniteFrom(made);
    settle(rest, made);
    // Nothing is left: Poetry forgets what it has left out before.
    if (pieces.count == rest) {
      pieces.count = end;
      return NONE;
    }
  }
  uniteFrom(end);
  const isOne = pieces.count == end + 1 && (pieceAt(end).flags & IS_VERSION) != 0;
  const version = isOne ? pieceAt(end).lower : u32(NONE);
  pieces.count = end;
  return version;
}

/** Adds what of a range without upper bound is left without a version (`VersionRange.difference`). */
function subtractVersion(index: u32, version: u32): void {
  const range = pieceAt(index);
  const lower = range.lower;
  const flags = range.flags & HAS_LOWER;
  const startsThere = lower != NONE && compareVersions(lower, version) == 0;
  if (!pieceAllows(range, version)) pushAgain(index);
  else if (startsThere) pushRange(lower, NONE, 0);
  else {
    pushRange(lower, version, flags);
    pushRange(version, NONE, 0);
  }
}

/** Adds what of a range without upper bound is left without another range (`VersionRange.difference`). */
function subtractRange(index: u32, other: u32): void {
  const range = pieceAt(index);
  const taken = pieceAt(other);
  const lower = range.lower;
  const flags = range.flags & HAS_LOWER;
  const from = taken.lower;
  const to = taken.upper;
  const takenFlags = taken.flags;
  if (!overlaps(range, taken)) {
    pushAgain(index);
    return;
  }
  if (reachesLower(range, taken)) {
    if (compareBounds(lower, from, -1) == 0) pushVersion(lower);
    else pushRange(lower, from, flags | ((takenFlags & HAS_LOWER) != 0 ? 0 : HAS_UPPER));
  }
  if (to != NONE) pushRange(to, NONE, (takenFlags & HAS_UPPER) != 0 ? 0 : HAS_LOWER);
}
