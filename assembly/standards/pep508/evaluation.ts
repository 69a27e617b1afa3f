// What markers mean on a target.
//
// Evaluation gives a condition (condition.ts): ALWAYS or NEVER, or what it still depends on of the selection.
//
// What packaging does and PEP 508 leaves open:
//   - only python_version, python_full_version, implementation_version and platform_release are compared as versions, and
//     only when operator and right side together are a valid specifier; whatever stands on the right is the specifier;
//   - as texts, `<` and `>` never hold, `<=` and `>=` mean `==`, and `~=` and `===` are undefined: a failure, even where
//     another part of the marker already decides (all atoms are evaluated);
//   - `in` looks for a substring;
//   - of two variables the right one counts as the text of its own name.
// One thing is mended: packaging normalises the names that `extra` is compared with at the top level only, not in
// parentheses; here they are normalised everywhere (PEP 685).
//
// Where poetry-core 2.5.0 evaluates differently (poetry/core/version/markers.py, SingleMarker and SingleMarkerLike.validate),
// and DIALECT_POETRY with it:
//   - `variable in "a b"` splits the text at blanks, commas and bars and looks for an equal item: on a win32 target (`x86`)
//     `platform_machine in "x86_64"` is false, where the substring holds. For python_version, python_full_version and
//     platform_release an item of one or two segments is a prefix ("3.8" is 3.8.*), for `"3" in python_version` too;
//   - implementation_version is a text, and texts know `==`, `===` (the same) and `!=`; all other operators are false, none
//     is undefined;
//   - python_full_version gets three segments before it is compared: `~= "3.8"` ends before 3.9, not before 4; for the
//     others `~= "3"` is `~= "3.0"` (packaging: no specifier);
//   - `>= "3.8.*"` and the like mean the same without the wildcard (packaging: no specifier, so a comparison of texts);
//   - a variable that the environment lacks holds: EXTRA_ABSENT.
//   - a literal on the left of anything but `in` has no meaning (it refuses to read such markers), nor have the sets of PEP 751.
// Its search asks a second thing of a marker, PYTHON_ALONE: whether the constraint on Python that follows from it
// (packages/utils/utils.py, get_python_constraint_from_marker) admits the target's. There a comparison of python_version
// with three or more segments is one of the whole version: `python_version <= "3.11.2"` holds on 3.11.15, whose
// python_version is 3.11, and its constraint does not. With fewer segments both come to the same. "Runs" below has lists.
// One thing is left out: poetry-core first merges comparisons of which one includes the other. Markers in a lock are merged
// already. In one that a person wrote it can tell: of `python_version == "3.11" or python_version < "3.11.2"` only the second
// is left, which does not admit 3.11.15.
//
// Where uv evaluates differently (crates/uv-pep508/src/marker/algebra.rs, Edges::from_string), and DIALECT_UV with it:
// platform_release and platform_version are texts, and ordered by their bytes (`platform_release >= "24."` on macOS); but a
// platform_release of Darwin that is compared with a version is one. Until 0.13 uv ordered all texts; its newer ones read
// older locks as packaging does.

import { NONE, STATUS_MARKER_UNDEFINED } from "../../../src/core/abi";
import { allocate, BLOCK, Column, Scratch } from "../../memory/arena";
import { compare, endsWith, equal, wordByte, wordSize } from "../../memory/bytes";
import { intern, textAddress, textSize } from "../../memory/intern";
import { fail, failed } from "../../memory/status";
import { ALWAYS, all, any, extraChosen, groupChosen, NEVER, not } from "../condition";
import {
  PLATFORM_MACOS,
  targetPlatform,
  VARIABLE_COUNT,
  VARIABLE_PLATFORM_RELEASE,
  VARIABLE_PLATFORM_VERSION,
  VARIABLE_PYTHON_FULL_VERSION,
  VARIABLE_PYTHON_VERSION,
  variableText,
} from "../environment";
import {
  clauseContains,
  clauseContainsText,
  endPassing,
  OPERATOR_ARBITRARY,
  OPERATOR_COMPATIBLE,
  OPERATOR_EQUAL,
  OPERATOR_GREATER,
  OPERATOR_GREATER_EQUAL,
  OPERATOR_LESS,
  OPERATOR_LESS_EQUAL,
  OPERATOR_NOT_EQUAL,
  parseClause,
  startPassing,
  versionOf,
} from "../pep440";
import { extrasOf, itemEnd } from "./list";
import {
  Atom,
  atomAt,
  atoms,
  forgetValues,
  ITEM_ALL,
  ITEM_ANY,
  isVersion,
  items,
  markerAt,
  markers,
  OPERATOR_IN,
  OPERATOR_NOT_IN,
  VARIABLE_EXTRA,
  VARIABLE_EXTRAS,
  VARIABLE_LITERAL,
} from "./marker";

/** `extra` is the set of chosen extras: `extra == "x"` asks whether x is one of them. */
export const EXTRA_SET: u32 = 0;
/** The environment has no `extra`, as in poetry-core: whatever is compared with it holds. */
export const EXTRA_ABSENT: u32 = 1;
/** `extra` is the empty text: packaging's `Marker.evaluate()` when no extra is given. */
export const EXTRA_EMPTY: u32 = 2;
/** The environment has no `extra`, as in PEP 751's lock files: whatever is compared with it has no meaning. */
export const EXTRA_UNDEFINED: u32 = 3;
/** Beside the policies, for DIALECT_POETRY: only what is said of Python counts, and is said of the whole version. */
export const PYTHON_ALONE: u32 = 4;

export const DIALECT_PACKAGING: u32 = 0;
export const DIALECT_POETRY: u32 = 1;
export const DIALECT_UV: u32 = 2;

let dialect: u32 = DIALECT_PACKAGING;
/** Whether the sets `extras` and `dependency_groups` are taken to have whatever they are asked for. */
let setsHold: bool = false;

const blameMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
/** The text of a clause that is made for one question. */
const suffixMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));
/** Values while evaluating: each level holds at most one for `or`, one for `and` and the newest. */
const stack: usize = memory.data(4 * 3 * 66);

/** Forgets all values. To be called when the target or the selection changes, before `evaluateMarker`. */
export function startEvaluation(newDialect: u32 = DIALECT_PACKAGING, newSetsHold: bool = false): void {
  dialect = newDialect;
  setsHold = newSetsHold;
  if (isDefined(ONE_CALL)) return; // nothing was evaluated yet
  for (let i: u32 = 0; i < atoms.count; i++) atomAt(i).value = NONE;
  for (let i: u32 = 0; i < markers.count; i++) forgetValues(markerAt(i));
}

/** The condition under which the marker holds on the target; NEVER after a failure. `extraPolicy` is one of EXTRA_*. */
export function evaluateMarker(marker: u32, extraPolicy: u32): u32 {
  const row = markerAt(marker);
  const memo = changetype<usize>(row) + (usize(extraPolicy) << 2);
  const known = load<u32>(memo);
  if (known != NONE) return known;
  let top = stack;
  store<u32>(top, NEVER); // for a marker without items
  const end = row.first + row.count;
  for (let i = row.first; i < end; i++) {
    const item = load<u32>(items.at(i));
    if (item < ITEM_ALL) {
      store<u32>(top, atomValue(atomAt(item), extraPolicy));
      top += 4;
    } else {
      top -= 4;
      const a = load<u32>(top - 4);
      const b = load<u32>(top);
      if (!isDefined(WITHOUT_POETRY) && extraPolicy == PYTHON_ALONE) {
        store<u32>(top - 4, item == ITEM_ALL ? followed(a, b) : a | b);
      } else store<u32>(top - 4, item == ITEM_ALL ? all(a, b) : any(a, b));
    }
  }
  if (failed()) return NEVER;
  let value = load<u32>(stack);
  if (!isDefined(WITHOUT_POETRY) && extraPolicy == PYTHON_ALONE) value = conditionOf(value != 0);
  store<u32>(memo, value);
  return value;
}

/** The span of a comparison. */
@unmanaged
export class Part {
  address: usize;
  size: u32;
}

/**
 * Adds the comparisons that make the marker false: of parts joined by `and` the first false one,
 * of parts joined by `or` all.
 */
export function blame(marker: u32, extraPolicy: u32, parts: Column<Part>): void {
  const row = markerAt(marker);
  if (row.count == 0) return;
  // For each item its value, and the item that its part of the marker starts with.
  const values = blameMemory.zeroed(usize(row.count) * 12);
  if (values == 0) return;
  const starts = values + (usize(row.count) << 2);
  const waiting = starts + (usize(row.count) << 2);
  for (let i: u32 = 0; i < row.count; i++) {
    const item = load<u32>(items.at(row.first + i));
    let value: u32;
    let start = i;
    if (item < ITEM_ALL) value = atomValue(atomAt(item), extraPolicy);
    else {
      const middle = load<u32>(starts + (usize(i - 1) << 2));
      const a = load<u32>(values + (usize(middle - 1) << 2));
      const b = load<u32>(values + (usize(i - 1) << 2));
      value = item == ITEM_ALL ? all(a, b) : any(a, b);
      start = load<u32>(starts + (usize(middle - 1) << 2));
    }
    store<u32>(values + (usize(i) << 2), value);
    store<u32>(starts + (usize(i) << 2), start);
  }
  let top = waiting;
  store<u32>(top, row.count - 1);
  while (top >= waiting) {
    const i = load<u32>(top);
    top -= 4;
    const item = load<u32>(items.at(row.first + i));
    if (item < ITEM_ALL) {
      const part = parts.push();
      if (part == 0) break;
      changetype<Part>(part).address = atomAt(item).address;
      changetype<Part>(part).size = atomAt(item).size;
      continue;
    }
    const middle = load<u32>(starts + (usize(i - 1) << 2)) - 1;
    const isLeftFalse = load<u32>(values + (usize(middle) << 2)) == NEVER;
    if (item == ITEM_ANY || !isLeftFalse) {
      top += 4;
      store<u32>(top, i - 1);
    }
    if (item == ITEM_ANY || isLeftFalse) {
      top += 4;
      store<u32>(top, middle);
    }
  }
}

// --- Atoms --------------------------------------------------------------------------------------------------------------

function atomValue(atom: Atom, extraPolicy: u32): u32 {
  if (!isDefined(WITHOUT_POETRY) && extraPolicy == PYTHON_ALONE) return pythonRuns(atom);
  if (atom.variable < VARIABLE_COUNT) {
    if (atom.value != NONE) return atom.value;
    const value = isPoetrys()
      ? poetryValue(atom, atom.variable)
      : !isDefined(WITHOUT_UV) && ((isDefined(WITHOUT_POETRY) && isDefined(WITHOUT_FLAT)) || dialect == DIALECT_UV)
        ? uvValue(atom)
        : ownValue(atom);
    if (!failed()) atom.value = value;
    return value;
  }
  if (atom.variable == VARIABLE_EXTRA) {
    if (extraPolicy == EXTRA_SET) return extraValue(atom);
    if (extraPolicy == EXTRA_ABSENT || isDefined(WITHOUT_FLAT)) return ALWAYS;
    if (extraPolicy == EXTRA_UNDEFINED) return undefinedValue(atom);
    const empty = intern(atom.address, 0);
    return atom.isReversed != 0 ? textValue(atom, atom.literal, empty) : textValue(atom, empty, atom.literal);
  }
  return atom.variable == VARIABLE_LITERAL || isPoetrys() ? undefinedValue(atom) : listValue(atom);
}

function isPoetrys(): bool {
  if (isDefined(WITHOUT_POETRY)) return false;
  return (isDefined(WITHOUT_FLAT) && isDefined(WITHOUT_UV)) || dialect == DIALECT_POETRY;
}

function undefinedValue(atom: Atom): u32 {
  fail(STATUS_MARKER_UNDEFINED, atom.address, atom.size);
  return NEVER;
}

function conditionOf(holds: bool): u32 {
  return holds ? ALWAYS : NEVER;
}

/** A comparison with a variable of the target. */
function ownValue(atom: Atom): u32 {
  const own = variableText(atom.variable);
  const left = atom.isReversed != 0 ? atom.literal : own;
  const right = atom.isReversed != 0 ? own : atom.literal;
  let clause = atom.clause;
  const isPassing = atom.isReversed != 0 && atom.operator < OPERATOR_IN && isVersion(atom.variable);
  if (isPassing) {
    startQuestion(left);
    clause = parseClause(atom.operator, textAddress(right), textSize(right));
  }
  const value = clause != NONE ? conditionOf(contains(clause, left)) : textValue(atom, left, right);
  if (isPassing) endPassing();
  return value;
}

/** For a clause that is asked about this text alone, whose version is remembered. */
function startQuestion(text: u32): void {
  if (isDefined(ONE_CALL)) return;
  versionOf(text);
  startPassing();
}

/** Whether a clause holds for a text. */
function contains(clause: u32, text: u32): bool {
  const version = versionOf(text);
  if (version != NONE) return clauseContains(clause, version);
  return clauseContainsText(clause, textAddress(text), textSize(text));
}

/** packaging's comparison of texts. */
function textValue(atom: Atom, left: u32, right: u32): u32 {
  switch (atom.operator) {
    case OPERATOR_IN:
      return conditionOf(isWithin(left, right));
    case OPERATOR_NOT_IN:
      return conditionOf(!isWithin(left, right));
    case OPERATOR_EQUAL:
    case OPERATOR_LESS_EQUAL:
    case OPERATOR_GREATER_EQUAL:
      return conditionOf(left == right);
    case OPERATOR_NOT_EQUAL:
      return conditionOf(left != right);
    case OPERATOR_LESS:
    case OPERATOR_GREATER:
      return NEVER;
    default:
      return undefinedValue(atom);
  }
}

/** Whether a text is a substring of another. */
function isWithin(part: u32, whole: u32): bool {
  const size = textSize(part);
  if (size > textSize(whole)) return false;
  const address = textAddress(part);
  const first = textAddress(whole);
  const last = first + (textSize(whole) - size);
  for (let at = first; at <= last; at++) if (equal(at, address, size)) return true;
  return false;
}

/** A comparison with `extra`, the set of chosen extras. `extra in "a, b"`, which nothing defines, is one of the named. */
function extraValue(atom: Atom): u32 {
  switch (atom.operator) {
    case OPERATOR_EQUAL:
    case OPERATOR_LESS_EQUAL:
    case OPERATOR_GREATER_EQUAL:
      return extraChosen(atom.literal);
    case OPERATOR_NOT_EQUAL:
      return not(extraChosen(atom.literal));
    case OPERATOR_LESS:
    case OPERATOR_GREATER:
      return NEVER;
    case OPERATOR_IN:
      return atom.isReversed != 0 ? extraChosen(atom.literal) : extrasOf(atom.literal, true);
    case OPERATOR_NOT_IN:
      return not(atom.isReversed != 0 ? extraChosen(atom.literal) : extrasOf(atom.literal, true));
    default:
      return undefinedValue(atom);
  }
}

/** PEP 751: `"name" in extras`, `"name" in dependency_groups`. A set equals no text, and means nothing on the left. */
function listValue(atom: Atom): u32 {
  if (atom.isReversed == 0 || atom.operator == OPERATOR_COMPATIBLE || atom.operator == OPERATOR_ARBITRARY) {
    return undefinedValue(atom);
  }
  if (atom.operator == OPERATOR_NOT_EQUAL) return ALWAYS;
  if (atom.operator != OPERATOR_IN && atom.operator != OPERATOR_NOT_IN) return NEVER;
  if (!isDefined(WITHOUT_FLAT) && setsHold) return conditionOf(atom.operator == OPERATOR_IN);
  const value = atom.variable == VARIABLE_EXTRAS ? extraChosen(atom.literal) : groupChosen(atom.literal);
  return atom.operator == OPERATOR_IN ? value : not(value);
}

// --- uv's dialect -------------------------------------------------------------------------------------------------------

function uvValue(atom: Atom): u32 {
  const isOrdered = atom.variable == VARIABLE_PLATFORM_RELEASE || atom.variable == VARIABLE_PLATFORM_VERSION;
  if (!isOrdered || atom.operator >= OPERATOR_IN) return ownValue(atom);
  // The releases of Darwin are versions, when they are compared with one.
  const isRelease = atom.isReversed != 0 ? versionOf(atom.literal) != NONE : atom.clause != NONE;
  if (isRelease && targetPlatform() == PLATFORM_MACOS) return ownValue(atom);
  const own = variableText(atom.variable);
  const left = atom.isReversed != 0 ? atom.literal : own;
  const right = atom.isReversed != 0 ? own : atom.literal;
  if (atom.operator == OPERATOR_EQUAL) return conditionOf(left == right);
  if (atom.operator == OPERATOR_NOT_EQUAL) return conditionOf(left != right);
  const order = compare(textAddress(left), textSize(left), textAddress(right), textSize(right));
  switch (atom.operator) {
    case OPERATOR_LESS:
      return conditionOf(order < 0);
    case OPERATOR_LESS_EQUAL:
      return conditionOf(order <= 0);
    case OPERATOR_GREATER:
      return conditionOf(order > 0);
    case OPERATOR_GREATER_EQUAL:
      return conditionOf(order >= 0);
    default:
      return ownValue(atom);
  }
}

// --- poetry-core's dialect ----------------------------------------------------------------------------------------------

// Runs. poetry-core writes the constraints that all must hold side by side and parses the text (normalize_python_version_
// markers), a list as `3.8.* || 3.9.*` among them, whose bars divide what stands around it: `python_version in "3.8 3.9"
// and python_version < "3.9.2"` is 3.8, or 3.9 before 3.9.2. So what a part of a marker comes to depends on the run of
// constraints that it stands in:
/** If what came before holds, so does the run that the part leaves open. */
const RUN_GOES_ON: u32 = 1;
/** The run that it leaves open began in it and holds; goes with RUN_GOES_ON. */
const RUN_STARTS: u32 = 2;
/** It closes the run that came before, which then holds if that did. */
const RUN_ENDS: u32 = 4;
/** A run within it holds: so does the constraint. */
const RUN_WITHIN: u32 = 8;

/** RUN_*: what an atom says of the target's whole version. */
function pythonRuns(atom: Atom): u32 {
  if (!isPython(atom.variable)) return RUN_GOES_ON;
  if (atom.operator == OPERATOR_IN) return listRuns(atom, true, variableText(VARIABLE_PYTHON_FULL_VERSION));
  const isWhole = countDots(textAddress(atom.literal), textSize(atom.literal)) > 1;
  const value = poetryValue(atom, isWhole ? VARIABLE_PYTHON_FULL_VERSION : atom.variable);
  return value == ALWAYS ? RUN_GOES_ON : 0;
}

/** Both hold, `b` standing behind `a`. */
function followed(a: u32, b: u32): u32 {
  let runs = (a & (RUN_ENDS | RUN_WITHIN)) | (b & RUN_WITHIN);
  if ((a & RUN_GOES_ON) != 0) runs |= b & (RUN_GOES_ON | RUN_ENDS);
  if ((a & RUN_STARTS) != 0) runs |= (b & (RUN_GOES_ON | RUN_ENDS)) << 1;
  return (b & RUN_STARTS) != 0 ? runs | RUN_GOES_ON | RUN_STARTS : runs;
}

function isPython(variable: u32): bool {
  return variable == VARIABLE_PYTHON_VERSION || variable == VARIABLE_PYTHON_FULL_VERSION;
}

/** `variable` is the one whose value is compared: the atom's own, or what PYTHON_ALONE takes instead. */
function poetryValue(atom: Atom, variable: u32): u32 {
  const own = variableText(variable);
  const comparesVersions = isPython(variable) || variable == VARIABLE_PLATFORM_RELEASE;
  if (atom.operator == OPERATOR_IN || atom.operator == OPERATOR_NOT_IN) {
    const isText = atom.isReversed != 0 && !isPython(variable);
    const isIn = isText ? isWithin(atom.literal, own) : listRuns(atom, comparesVersions, own) != 0;
    return conditionOf(isIn == (atom.operator == OPERATOR_IN));
  }
  if (atom.isReversed != 0) return undefinedValue(atom);
  if (!comparesVersions) {
    const isEqual = own == atom.literal;
    if (atom.operator == OPERATOR_NOT_EQUAL) return conditionOf(!isEqual);
    return conditionOf(isEqual && (atom.operator == OPERATOR_EQUAL || atom.operator == OPERATOR_ARBITRARY));
  }
  startQuestion(own);
  const clause = poetryClause(atom);
  const holds = clause != NONE && contains(clause, own);
  endPassing();
  return conditionOf(holds);
}

/**
 * RUN_*, 0 for none: which of the literal's items equal the variable. As versions, items of one or two segments are prefixes.
 */
function listRuns(atom: Atom, asVersions: bool, own: u32): u32 {
  const size = textSize(atom.literal);
  const address = textAddress(atom.literal);
  let runs: u32 = 0;
  let run: u32 = 0;
  let whole = RUN_GOES_ON;
  for (let from: u32 = 0; from < size; ) {
    const end = itemEnd(address, size, from);
    const item = address + from;
    const itemSize = end - from;
    if (itemSize != 0) {
      let holds: bool;
      if (asVersions) {
        const isShort = countDots(item, itemSize) < 2 && !endsWith(item, itemSize, ".*");
        startQuestion(own);
        const clause = clauseWith(OPERATOR_EQUAL, item, itemSize, isShort ? ".*" : "");
        holds = clause != NONE && contains(clause, own);
        endPassing();
      } else holds = itemSize == textSize(own) && equal(item, textAddress(own), itemSize);
      runs |= run << 2; // the item before it closes its run
      run = holds ? whole : 0;
      whole = RUN_GOES_ON | RUN_STARTS;
    }
    from = end + 1;
  }
  return runs | run;
}

/** The version clause of an atom as poetry-core reads it. */
function poetryClause(atom: Atom): u32 {
  const address = textAddress(atom.literal);
  let size = textSize(atom.literal);
  const isEquality = atom.operator == OPERATOR_EQUAL || atom.operator == OPERATOR_NOT_EQUAL;
  if (!isEquality && endsWith(address, size, ".*")) size -= 2;
  const operator = atom.operator == OPERATOR_ARBITRARY ? OPERATOR_EQUAL : atom.operator;
  if (operator != OPERATOR_COMPATIBLE) return clauseWith(operator, address, size, "");
  // "3" is no PEP 440 operand of `~=`; here it means 3.0, up to 4.
  const dots = countDots(address, size);
  if (atom.variable != VARIABLE_PYTHON_FULL_VERSION) return clauseWith(operator, address, size, dots == 0 ? ".0" : "");
  return clauseWith(operator, address, size, dots > 1 ? "" : dots == 1 ? ".0" : ".0.0");
}

function clauseWith(operator: u32, address: usize, size: u32, suffix: string): u32 {
  const more = wordSize(suffix);
  if (more == 0) return parseClause(operator, address, size);
  const copy = isDefined(ONE_CALL) ? allocate(size + more) : suffixMemory.zeroed(size + more);
  if (copy == 0) return NONE;
  memory.copy(copy, address, size);
  for (let i: u32 = 0; i < more; i++) store<u8>(copy + size + i, wordByte(suffix, i));
  return parseClause(operator, copy, size + more);
}

function countDots(address: usize, size: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < size; i++) count += u32(load<u8>(address + i) == 0x2e);
  return count;
}
