// Dependency specifiers (PEP 508, with PEP 685 and PEP 751): environment markers and requirements, as packaging 26.2 reads
// and evaluates them.
//
// A marker becomes a slice of postfix items over a table of atoms (comparisons). Equal atoms are one row, so each distinct
// comparison is made once for a target, however many markers it stands in. `and` binds tighter than `or`; chains take no
// depth, parentheses at most DEPTH_LIMIT.
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
// It refuses markers with a literal on the left of anything but `in`; here they are evaluated as packaging does.
//
// Where uv evaluates differently (crates/uv-pep508/src/marker/tree.rs, MarkerTree::evaluate_reporter_impl), and DIALECT_UV
// with it: platform_release is a text, and texts are ordered by their bytes (`platform_release >= "24."` on macOS).

import {
  NONE,
  STATUS_MARKER_DEPTH,
  STATUS_MARKER_END,
  STATUS_MARKER_OPERAND,
  STATUS_MARKER_OPERATOR,
  STATUS_MARKER_PARENTHESIS,
  STATUS_MARKER_STRING,
  STATUS_MARKER_UNDEFINED,
  STATUS_MARKER_VARIABLE,
  STATUS_NAME,
  STATUS_REQUIREMENT,
  STATUS_SPECIFIER,
} from "../src/abi";
import { allocate, allocateZeroed, Column, Scratch } from "./arena";
import { compare, endsWith, equal, indexIn, indexOf, isDigit, isLetter, startsWith, wordByte, wordSize } from "./bytes";
import { ALWAYS, all, any, extraChosen, groupChosen, NEVER, not } from "./condition";
import {
  VARIABLE_COUNT,
  VARIABLE_IMPLEMENTATION_VERSION,
  VARIABLE_OS_NAME,
  VARIABLE_PLATFORM_MACHINE,
  VARIABLE_PLATFORM_PYTHON_IMPLEMENTATION,
  VARIABLE_PLATFORM_RELEASE,
  VARIABLE_PLATFORM_VERSION,
  VARIABLE_PYTHON_FULL_VERSION,
  VARIABLE_PYTHON_VERSION,
  VARIABLE_SYS_PLATFORM,
  variableText,
  writeAscii,
} from "./environment";
import { intern, textAddress, textSize } from "./intern";
import { isAlphanumeric, isSeparator, normalizedName } from "./name";
import {
  clauseContains,
  clauseContainsText,
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
  parseClause,
  recall,
  remember,
  UNASKED,
  versionOf,
} from "./pep440";
import { fail, failed } from "./status";
import { controlNamed } from "./toml/string";

/** `extra` is the set of chosen extras: `extra == "x"` asks whether x is one of them. */
export const EXTRA_SET: u32 = 0;
/** The environment has no `extra`, as in poetry-core: whatever is compared with it holds. */
export const EXTRA_ABSENT: u32 = 1;
/** `extra` is the empty text: packaging's `Marker.evaluate()` when no extra is given. */
export const EXTRA_EMPTY: u32 = 2;
/** The environment has no `extra`, as in PEP 751's lock files: whatever is compared with it has no meaning. */
export const EXTRA_UNDEFINED: u32 = 3;

export const DIALECT_PACKAGING: u32 = 0;
export const DIALECT_POETRY: u32 = 1;
export const DIALECT_UV: u32 = 2;

/** Parentheses within each other. */
export const DEPTH_LIMIT: u32 = 64;

@unmanaged
export class Requirement {
  /** Text id of the normalised name, and the name as written. */
  name: u32;
  nameAddress: usize;
  nameSize: u32;
  /** Slice of `requirementExtras`. */
  extras: u32;
  extraCount: u32;
  /** Version specifiers without the parentheses around them; size 0 for none. */
  specifier: usize;
  specifierSize: u32;
  /** 0 when the specifiers are not PEP 440's (in parentheses, and only for a lenient caller). */
  isStandard: u32;
  /** Size 0 for none. */
  url: usize;
  urlSize: u32;
  /** Marker index and its text; NONE and size 0 for none. */
  marker: u32;
  markerAddress: usize;
  markerSize: u32;
}

/** Text ids of normalised names, cut into slices by `Requirement.extras`. */
export const requirementExtras: Column = changetype<Column>(memory.data(16));

/** Empties the tables. To be called after each arena reset, after `startTexts` and `startVersions`. */
export function startMarkers(): void {
  atoms.start(offsetof<Atom>());
  items.start(4);
  markers.start(offsetof<Marker>());
  markerRows.start(4);
  requirementExtras.start(4);
  blameMemory.start();
  mask = 255;
  slots = allocateZeroed(usize(mask + 1) << 2);
  if (!isDefined(ONE_CALL)) dialect = DIALECT_PACKAGING;
}

/** Forgets all values. To be called when the target or the selection changes, before `evaluateMarker`. */
export function startEvaluation(newDialect: u32 = DIALECT_PACKAGING, newSetsHold: bool = false): void {
  dialect = newDialect;
  setsHold = newSetsHold;
  if (isDefined(ONE_CALL)) return; // nothing was evaluated yet
  for (let i: u32 = 0; i < atoms.count; i++) atomAt(i).value = NONE;
  for (let i: u32 = 0; i < markers.count; i++) forgetValues(markerAt(i));
}

/** Index of the marker, NONE after a failure. To be parsed before `startConditions`, which counts the texts. */
export function parseMarker(address: usize, size: u32): u32 {
  setCursor(address, size);
  return parseRest();
}

/** The same for an interned text; parsed the first time only. */
export function markerOf(textId: u32): u32 {
  const known = recall(markerRows, textId);
  if (known != UNASKED) return known;
  const marker = parseMarker(textAddress(textId), textSize(textId));
  if (marker != NONE) remember(markerRows, textId, marker);
  return marker;
}

/** The condition under which the marker holds on the target; NEVER after a failure. `extraPolicy` is one of EXTRA_*. */
export function evaluateMarker(marker: u32, extraPolicy: u32): u32 {
  const row = markerAt(marker);
  const memo = changetype<usize>(row) + (usize(extraPolicy) << 2);
  const known = load<u32>(memo);
  if (known != NONE) return known;
  let top = stack;
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
      store<u32>(top - 4, item == ITEM_ALL ? all(a, b) : any(a, b));
    }
  }
  if (failed()) return NEVER;
  const value = load<u32>(stack);
  store<u32>(memo, value);
  return value;
}

/**
 * Adds the comparisons that make the marker false, an address and a size each: of parts joined by `and` the first false one,
 * of parts joined by `or` all.
 */
export function blame(marker: u32, extraPolicy: u32, parts: Column): void {
  const row = markerAt(marker);
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
      store<u32>(part, u32(atomAt(item).address));
      store<u32>(part, atomAt(item).size, 4);
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

/** Whether the marker compares `extra` with anything. */
export function hasExtraAtom(marker: u32): bool {
  const row = markerAt(marker);
  for (let i = row.first; i < row.first + row.count; i++) {
    const item = load<u32>(items.at(i));
    if (item < ITEM_ALL && atomAt(item).variable == VARIABLE_EXTRA) return true;
  }
  return false;
}

/** Whether the marker has `extra == "<name>"` in it, `name` being a normalised name's text id. */
export function namesExtra(marker: u32, name: u32): bool {
  const row = markerAt(marker);
  for (let i = row.first; i < row.first + row.count; i++) {
    const item = load<u32>(items.at(i));
    if (item >= ITEM_ALL) continue;
    const atom = atomAt(item);
    if (atom.variable == VARIABLE_EXTRA && atom.operator == OPERATOR_EQUAL && atom.literal == name) return true;
  }
  return false;
}

/** Number of distinct comparisons in all markers. */
export function atomCount(): u32 {
  return atoms.count;
}

/** Text id of the name that a comparison holds `extra` against, NONE when it is about something else. */
export function extraLiteral(index: u32): u32 {
  const atom = atomAt(index);
  return atom.variable == VARIABLE_EXTRA ? atom.literal : NONE;
}

/**
 * A requirement: `name[extras] specifiers ; marker` or `name[extras] @ url ; marker`. A lenient caller gets whatever stands
 * in parentheses: old Poetry locks have Poetry's own grammar there, `name (^1.0 || ^2.0)`.
 */
export function parseRequirement(address: usize, size: u32, out: Requirement, lenient: bool = false): bool {
  setCursor(address, size);
  out.specifierSize = 0;
  out.isStandard = 1;
  out.urlSize = 0;
  out.marker = NONE;
  out.markerSize = 0;
  skipBlanks();
  if (!parseName(out)) return false;
  skipBlanks();
  if (!parseExtras(out)) return false;
  skipBlanks();
  const isUrl = peek() == 0x40; // @
  if (!(isUrl ? parseUrl(out) : parseSpecifier(out, lenient))) return false;
  skipBlanks();
  if (cursor == limit) return true;
  if (peek() != 0x3b) return refuse(STATUS_REQUIREMENT, cursor, tokenSize());
  cursor++;
  skipBlanks();
  out.markerAddress = cursor;
  out.markerSize = u32(limit - cursor);
  out.marker = parseRest();
  return out.marker != NONE;
}

/** A comparison. */
@unmanaged
class Atom {
  /** VARIABLE_*. */
  variable: u32;
  /** OPERATOR_*. */
  operator: u32;
  /** Text id of the other side; normalised where the variable holds names. */
  literal: u32;
  /** 1 when the literal stands on the left. */
  isReversed: u32;
  /** Where it was seen first. */
  address: usize;
  size: u32;
  /** The right side as a version clause when that does not depend on the target, else NONE. */
  clause: u32;
  /** ALWAYS or NEVER on the target, NONE while unknown; of the target's own variables only. */
  value: u32;
}

@unmanaged
class Marker {
  /** Its condition for each EXTRA_* policy, NONE while unknown. */
  ofSet: u32;
  ofAbsent: u32;
  ofEmpty: u32;
  ofUndefined: u32;
  /** Slice of `items`. */
  first: u32;
  count: u32;
}

// Beside the variables of the target:
const VARIABLE_EXTRA: u32 = 11;
const VARIABLE_EXTRAS: u32 = 12;
const VARIABLE_GROUPS: u32 = 13;
/** The two sides are literals: packaging parses that and cannot evaluate it. */
const VARIABLE_LITERAL: u32 = 14;

// Beside the operators of pep440.ts:
const OPERATOR_IN: u32 = 9;
const OPERATOR_NOT_IN: u32 = 10;

/** Items are atom indexes, or one of these, which take two values and give one. */
const ITEM_ALL: u32 = 0xfffffffd;
const ITEM_ANY: u32 = 0xfffffffe;

const atoms: Column = changetype<Column>(memory.data(16));
const items: Column = changetype<Column>(memory.data(16));
const markers: Column = changetype<Column>(memory.data(16));
const markerRows: Column = changetype<Column>(memory.data(16));
const blameMemory: Scratch = changetype<Scratch>(memory.data(8));
/** Values while evaluating: each level holds at most one for `or`, one for `and` and the newest. */
const stack: usize = memory.data(4 * 3 * 66);

/** Open addressing over the atoms: row + 1 in each used slot. */
let slots: usize = 0;
let mask: u32 = 0;

let dialect: u32 = DIALECT_PACKAGING;
/** Whether the sets `extras` and `dependency_groups` are taken to have whatever they are asked for. */
let setsHold: bool = false;

/** What is being parsed: the next byte, and the end. */
let cursor: usize = 0;
let limit: usize = 0;

function atomAt(index: u32): Atom {
  return changetype<Atom>(atoms.at(index));
}

function markerAt(index: u32): Marker {
  return changetype<Marker>(markers.at(index));
}

function forgetValues(marker: Marker): void {
  marker.ofSet = NONE;
  marker.ofAbsent = NONE;
  marker.ofEmpty = NONE;
  marker.ofUndefined = NONE;
}

function refuse(code: u32, address: usize, size: u32): bool {
  fail(code, address, size);
  return false;
}

// --- Tokens -------------------------------------------------------------------------------------------------------------

function setCursor(address: usize, size: u32): void {
  cursor = address;
  // The end of a Python regular expression's `$`: before a line feed that ends the text, too.
  limit = address + (size != 0 && load<u8>(address + size - 1) == 0x0a ? size - 1 : size);
}

/** The next byte; 0 at the end. */
function peek(): u32 {
  return cursor < limit ? u32(load<u8>(cursor)) : 0;
}

/** Blanks and tabs are the only white space here. */
function skipBlanks(): void {
  while (cursor < limit && isBlank(load<u8>(cursor))) cursor++;
}

function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}

/** What a word is made of. Bytes outside ASCII pass as letters: no word of the grammar can end before one. */
function isWordByte(c: u32): bool {
  return isAlphanumeric(c) || c == 0x5f || c >= 0x80;
}

/** Moves beyond this word if it is the next. */
function takeWord(word: string): bool {
  if (!startsWith(cursor, u32(limit - cursor), word)) return false;
  const end = cursor + wordSize(word);
  if (end < limit && isWordByte(load<u8>(end))) return false;
  cursor = end;
  return true;
}

/** Size of what stands at the cursor, for messages: a word, a run of operator characters, or one byte; 0 at the end. */
function tokenSize(): u32 {
  let end = cursor;
  while (end < limit && (isWordByte(load<u8>(end)) || isSeparator(load<u8>(end)))) end++;
  if (end == cursor) while (end < limit && isOperatorByte(load<u8>(end))) end++;
  if (end == cursor && end < limit) end++;
  return u32(end - cursor);
}

function isOperatorByte(c: u32): bool {
  return c == 0x3d || c == 0x3c || c == 0x3e || c == 0x21 || c == 0x7e; // = < > ! ~
}

// --- Parsing markers ----------------------------------------------------------------------------------------------------

// What a level of parentheses waits for.
const PENDING_ALL: u8 = 1;
const PENDING_ANY: u8 = 2;

/** For each level what it waits for, and where its parenthesis is. */
const pending: usize = memory.data(65);
const opened: usize = memory.data(4 * 65);

let depth: u32 = 0;

/** Text id of the literal that `parseOperand` read last. */
let literal: u32 = NONE;

/** A marker from the cursor to the end. */
function parseRest(): u32 {
  const first = items.count;
  if (!parseExpression()) {
    items.count = first;
    return NONE;
  }
  const address = markers.push();
  if (address == 0) return NONE;
  const marker = changetype<Marker>(address);
  forgetValues(marker);
  marker.first = first;
  marker.count = items.count - first;
  return markers.count - 1;
}

function parseExpression(): bool {
  depth = 0;
  store<u8>(pending, 0);
  do {
    skipBlanks();
    while (peek() == 0x28) {
      if (!openLevel()) return false;
      skipBlanks();
    }
    if (!parseAtom()) return false;
  } while (closeOperand());
  return !failed();
}

function openLevel(): bool {
  if (depth == DEPTH_LIMIT) {
    fail(STATUS_MARKER_DEPTH, cursor, 1, DEPTH_LIMIT);
    return false;
  }
  depth++;
  store<u8>(pending + depth, 0);
  store<u32>(opened + (usize(depth) << 2), u32(cursor));
  cursor++;
  return true;
}

/** After an operand: closes what it completes. True when another operand must follow; false at the end or on a failure. */
function closeOperand(): bool {
  do {
    const level = pending + depth;
    if ((load<u8>(level) & PENDING_ALL) != 0) pushItem(ITEM_ALL);
    store<u8>(level, load<u8>(level) & PENDING_ANY);
    skipBlanks();
    if (takeWord("and")) {
      store<u8>(level, load<u8>(level) | PENDING_ALL);
      return true;
    }
    if (load<u8>(level) != 0) pushItem(ITEM_ANY);
    store<u8>(level, PENDING_ANY);
    if (takeWord("or")) return true;
  } while (closeLevel());
  return false;
}

/** Moves beyond a closing parenthesis, which makes an operand of its level; false at the end or on a failure. */
function closeLevel(): bool {
  if (cursor == limit) {
    return depth != 0 && refuse(STATUS_MARKER_PARENTHESIS, load<u32>(opened + (usize(depth) << 2)), 1);
  }
  if (peek() != 0x29) return refuse(STATUS_MARKER_END, cursor, tokenSize());
  if (depth == 0) return refuse(STATUS_MARKER_PARENTHESIS, cursor, 1);
  cursor++;
  depth--;
  return true;
}

function pushItem(item: u32): void {
  const address = items.push();
  if (address != 0) store<u32>(address, item);
}

function parseAtom(): bool {
  const start = cursor;
  const left = parseOperand();
  if (left == NONE) return false;
  const leftText = literal;
  skipBlanks();
  const operator = parseOperator();
  if (operator == 0) return false;
  skipBlanks();
  const right = parseOperand();
  if (right == NONE) return false;
  const size = u32(cursor - start);

  // The left variable is the one that counts, unless it is compared with `extra`.
  const isReversed = left == VARIABLE_LITERAL || (right == VARIABLE_EXTRA && left != VARIABLE_EXTRA);
  const variable = isReversed ? right : left;
  const other = isReversed ? left : right;
  let text = isReversed ? leftText : literal;
  if (other != VARIABLE_LITERAL) text = nameOf(other);
  if (variable >= VARIABLE_EXTRA && variable <= VARIABLE_GROUPS)
    text = normalizedName(textAddress(text), textSize(text));
  const atom = atomOf(variable, operator, text, u32(isReversed));
  if (atom == NONE) return false;
  if (atomAt(atom).size == 0) {
    atomAt(atom).address = start;
    atomAt(atom).size = size;
  }
  pushItem(atom);
  return true;
}

/** A variable, or VARIABLE_LITERAL and `literal`; NONE after a failure. */
function parseOperand(): u32 {
  const c = peek();
  if (c == 0x27 || c == 0x22) return parseLiteral(c) ? VARIABLE_LITERAL : NONE;
  const size = tokenSize();
  const variable = variableNamed(cursor, size);
  if (variable == NONE) {
    const isVariable = (isLetter(c) || c == 0x5f) && !isKeyword(cursor, size);
    fail(isVariable ? STATUS_MARKER_VARIABLE : STATUS_MARKER_OPERAND, cursor, size);
    return NONE;
  }
  cursor += size;
  return variable;
}

function isKeyword(address: usize, size: u32): bool {
  return indexIn(address, size, "and or in not") != NONE;
}

/** The variables by their numbers. */
function names(): string {
  return "implementation_name implementation_version os_name platform_machine platform_python_implementation platform_release platform_system platform_version python_full_version python_version sys_platform extra extras dependency_groups";
}

/** Names from before PEP 508, which setuptools and old metadata have. */
function oldNames(): string {
  return "os.name sys.platform platform.version platform.machine platform.python_implementation python_implementation";
}

function variableNamed(address: usize, size: u32): u32 {
  const variable = indexIn(address, size, names());
  if (variable != NONE) return variable;
  switch (indexIn(address, size, oldNames())) {
    case 0:
      return VARIABLE_OS_NAME;
    case 1:
      return VARIABLE_SYS_PLATFORM;
    case 2:
      return VARIABLE_PLATFORM_VERSION;
    case 3:
      return VARIABLE_PLATFORM_MACHINE;
    case NONE:
      return NONE;
    default:
      return VARIABLE_PLATFORM_PYTHON_IMPLEMENTATION;
  }
}

/** Text id of a variable's name. */
function nameOf(variable: u32): u32 {
  const start = allocate(wordSize(names()));
  if (start == 0) return NONE;
  const end = writeAscii(start, names());
  let from = start;
  for (; variable != 0; variable--) from += indexOf(from, u32(end - from), 0x20) + 1;
  return intern(from, indexOf(from, u32(end - from), 0x20));
}

/** OPERATOR_*; 0 after a failure. */
function parseOperator(): u32 {
  const start = cursor;
  if (takeWord("in")) return OPERATOR_IN;
  if (takeWord("not")) {
    skipBlanks();
    if (takeWord("in")) return OPERATOR_NOT_IN;
    fail(STATUS_MARKER_OPERATOR, start, 3);
    return 0;
  }
  const operator = operatorAt(cursor, u32(limit - cursor));
  if (operator == 0) fail(STATUS_MARKER_OPERATOR, cursor, tokenSize());
  else cursor += operatorSize(operator);
  return operator;
}

/** A Python string without prefix; the cursor is at its quote. */
function parseLiteral(quote: u32): bool {
  const start = cursor + 1;
  const size = indexOf(start, u32(limit - start), quote);
  if (start + size == limit) return refuse(STATUS_MARKER_STRING, cursor, u32(limit - cursor));
  let hasEscape = false;
  for (let i: u32 = 0; i < size; i++) {
    const c = u32(load<u8>(start + i));
    if (c == 0x5c) hasEscape = true;
    // Python has no such strings.
    if (c == 0x0a || c == 0x0d || c == 0) return refuse(STATUS_MARKER_STRING, cursor, size + 2);
  }
  literal = hasEscape ? unescaped(start, size) : intern(start, size);
  if (literal == NONE) return refuse(STATUS_MARKER_STRING, cursor, size + 2);
  cursor = start + size + 1;
  return true;
}

/**
 * Text id of a string with Python's escapes of one character; unknown ones keep their backslash. NONE for numeric ones
 * (\x41, \u0041, \101, \N) and for a backslash before the quote, which packaging cannot read either.
 */
function unescaped(address: usize, size: u32): u32 {
  const copy = allocate(size);
  if (copy == 0) return NONE;
  let length: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    let c = u32(load<u8>(address + i));
    if (c == 0x5c) {
      if (++i == size) return NONE;
      c = u32(load<u8>(address + i));
      if (isDigit(c) || c == 0x78 || c == 0x75 || c == 0x55 || c == 0x4e) return NONE;
      const plain = escaped(c);
      if (plain == 0) store<u8>(copy + length++, 0x5c);
      else c = plain;
    }
    store<u8>(copy + length++, c);
  }
  return intern(copy, length);
}

/** What the letter after a backslash stands for; 0 when it is no escape. */
function escaped(c: u32): u32 {
  if (c == 0x5c || c == 0x27 || c == 0x22) return c;
  if (c == 0x61) return 0x07; // \a
  return c == 0x76 ? 0x0b : controlNamed(c); // \v
}

/** The atom with these cells, made when there is none; its place is then still to be set. */
function atomOf(variable: u32, operator: u32, text: u32, isReversed: u32): u32 {
  let slot = mix(variable, operator, text, isReversed) & mask;
  for (;;) {
    const found = load<u32>(slots + (usize(slot) << 2));
    if (found == 0) break;
    const each = atomAt(found - 1);
    if (
      each.literal == text &&
      each.variable == variable &&
      each.operator == operator &&
      each.isReversed == isReversed
    ) {
      return found - 1;
    }
    slot = (slot + 1) & mask;
  }
  const address = atoms.push();
  if (address == 0) return NONE;
  const atom = changetype<Atom>(address);
  atom.variable = variable;
  atom.operator = operator;
  atom.literal = text;
  atom.isReversed = isReversed;
  atom.size = 0;
  atom.value = NONE;
  const hasClause = isReversed == 0 && operator < OPERATOR_IN && isVersion(variable);
  atom.clause = hasClause ? parseClause(operator, textAddress(text), textSize(text)) : NONE;
  if (variable == VARIABLE_EXTRA && operator >= OPERATOR_IN) extrasOf(text, false);
  store<u32>(slots + (usize(slot) << 2), atoms.count);
  if (atoms.count << 1 > mask) rehash();
  return atoms.count - 1;
}

function rehash(): void {
  const wider = (mask << 1) | 1;
  const moved = allocateZeroed(usize(wider + 1) << 2);
  if (moved == 0) return;
  for (let i: u32 = 0; i < atoms.count; i++) {
    const each = atomAt(i);
    let slot = mix(each.variable, each.operator, each.literal, each.isReversed) & wider;
    while (load<u32>(moved + (usize(slot) << 2)) != 0) slot = (slot + 1) & wider;
    store<u32>(moved + (usize(slot) << 2), i + 1);
  }
  slots = moved;
  mask = wider;
}

function mix(variable: u32, operator: u32, text: u32, isReversed: u32): u32 {
  const cells = (u64(text) << 16) | u64((variable << 8) | (operator << 1) | isReversed);
  return u32((cells * 0x9e3779b97f4a7c15) >> 32);
}

// --- Evaluating markers -------------------------------------------------------------------------------------------------

function atomValue(atom: Atom, extraPolicy: u32): u32 {
  if (atom.variable < VARIABLE_COUNT) {
    if (atom.value != NONE) return atom.value;
    const value =
      (isDefined(WITHOUT_FLAT) && isDefined(WITHOUT_UV)) || (!isDefined(WITHOUT_POETRY) && dialect == DIALECT_POETRY)
        ? poetryValue(atom)
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
  return atom.variable == VARIABLE_LITERAL ? undefinedValue(atom) : listValue(atom);
}

function undefinedValue(atom: Atom): u32 {
  fail(STATUS_MARKER_UNDEFINED, atom.address, atom.size);
  return NEVER;
}

function conditionOf(holds: bool): u32 {
  return holds ? ALWAYS : NEVER;
}

/** packaging's MARKERS_REQUIRING_VERSION. */
function isVersion(variable: u32): bool {
  return (
    variable == VARIABLE_PYTHON_VERSION ||
    variable == VARIABLE_PYTHON_FULL_VERSION ||
    variable == VARIABLE_IMPLEMENTATION_VERSION ||
    variable == VARIABLE_PLATFORM_RELEASE
  );
}

/** A comparison with a variable of the target. */
function ownValue(atom: Atom): u32 {
  const own = variableText(atom.variable);
  const left = atom.isReversed != 0 ? atom.literal : own;
  const right = atom.isReversed != 0 ? own : atom.literal;
  let clause = atom.clause;
  if (atom.isReversed != 0 && atom.operator < OPERATOR_IN && isVersion(atom.variable)) {
    clause = parseClause(atom.operator, textAddress(right), textSize(right));
  }
  return clause != NONE ? conditionOf(contains(clause, left)) : textValue(atom, left, right);
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

/** Whether any of the extras in a list is chosen. While parsing (`isAsked` false) it only makes their names known. */
function extrasOf(list: u32, isAsked: bool): u32 {
  const size = textSize(list);
  const address = textAddress(list);
  let value = NEVER;
  for (let from: u32 = 0; from < size; ) {
    const end = itemEnd(address, size, from);
    if (end > from) {
      const name = normalizedName(address + from, end - from);
      if (isAsked) value = any(value, extraChosen(name));
    }
    from = end + 1;
  }
  return value;
}

/** The end of an item in a list that blanks, commas or bars divide. */
function itemEnd(address: usize, size: u32, from: u32): u32 {
  while (from < size) {
    const c = u32(load<u8>(address + from));
    if (c == 0x20 || c == 0x2c || c == 0x7c) break;
    from++;
  }
  return from;
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
  const isText = !isVersion(atom.variable) || atom.variable == VARIABLE_PLATFORM_RELEASE;
  if (!isText || atom.operator >= OPERATOR_IN) return ownValue(atom);
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

function poetryValue(atom: Atom): u32 {
  const isPython = atom.variable == VARIABLE_PYTHON_VERSION || atom.variable == VARIABLE_PYTHON_FULL_VERSION;
  const comparesVersions = isPython || atom.variable == VARIABLE_PLATFORM_RELEASE;
  if (atom.operator == OPERATOR_IN || atom.operator == OPERATOR_NOT_IN) {
    if (atom.isReversed != 0 && !isPython) return ownValue(atom);
    return conditionOf(isListed(atom, comparesVersions) == (atom.operator == OPERATOR_IN));
  }
  if (atom.isReversed != 0) return ownValue(atom);
  if (!comparesVersions) {
    const isEqual = variableText(atom.variable) == atom.literal;
    if (atom.operator == OPERATOR_NOT_EQUAL) return conditionOf(!isEqual);
    return conditionOf(isEqual && (atom.operator == OPERATOR_EQUAL || atom.operator == OPERATOR_ARBITRARY));
  }
  const clause = poetryClause(atom);
  return conditionOf(clause != NONE && contains(clause, variableText(atom.variable)));
}

/** Whether one of the literal's items equals the variable; as versions, items of one or two segments are prefixes. */
function isListed(atom: Atom, asVersions: bool): bool {
  const own = variableText(atom.variable);
  const size = textSize(atom.literal);
  const address = textAddress(atom.literal);
  for (let from: u32 = 0; from < size; ) {
    const end = itemEnd(address, size, from);
    const item = address + from;
    const itemSize = end - from;
    if (itemSize != 0) {
      if (!asVersions) {
        if (itemSize == textSize(own) && equal(item, textAddress(own), itemSize)) return true;
      } else {
        const isShort = countDots(item, itemSize) < 2 && !endsWith(item, itemSize, ".*");
        const clause = clauseWith(OPERATOR_EQUAL, item, itemSize, isShort ? ".*" : "");
        if (clause != NONE && contains(clause, own)) return true;
      }
    }
    from = end + 1;
  }
  return false;
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
  const copy = allocate(size + more);
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

// --- Parsing requirements -----------------------------------------------------------------------------------------------

/** The end of the name at the cursor: separators at its end do not belong to it. The cursor itself when there is none. */
function nameEnd(): usize {
  let end = cursor;
  if (end == limit || !isAlphanumeric(load<u8>(end))) return cursor;
  while (end < limit && (isAlphanumeric(load<u8>(end)) || isSeparator(load<u8>(end)))) end++;
  if (end < limit && load<u8>(end) >= 0x80) return cursor;
  // A name may end with "_", which is a word character to the regular expression that packaging reads names with.
  while (load<u8>(end - 1) == 0x2d || load<u8>(end - 1) == 0x2e) end--;
  return end;
}

function parseName(out: Requirement): bool {
  const end = nameEnd();
  if (end == cursor) return refuse(STATUS_NAME, cursor, tokenSize());
  out.nameAddress = cursor;
  out.nameSize = u32(end - cursor);
  out.name = normalizedName(cursor, out.nameSize);
  cursor = end;
  return true;
}

/** `[a, b]`. */
function parseExtras(out: Requirement): bool {
  out.extras = requirementExtras.count;
  out.extraCount = 0;
  if (peek() != 0x5b) return true;
  const open = cursor++;
  skipBlanks();
  for (let isFirst = true; peek() != 0x5d || !isFirst; isFirst = false) {
    const end = nameEnd();
    if (end == cursor) return refuseExtra(open);
    const cell = requirementExtras.push();
    if (cell == 0) return false;
    store<u32>(cell, normalizedName(cursor, u32(end - cursor)));
    out.extraCount++;
    cursor = end;
    skipBlanks();
    if (peek() == 0x5d) break;
    if (peek() != 0x2c) return refuseExtra(open);
    cursor++;
    skipBlanks();
  }
  cursor++;
  return true;
}

/** A bracket that nothing closes, or what should be an extra's name, a comma or the closing bracket. */
function refuseExtra(open: usize): bool {
  return cursor == limit ? refuse(STATUS_REQUIREMENT, open, 1) : refuse(STATUS_REQUIREMENT, cursor, tokenSize());
}

/** `@ url`, which ends at a blank. */
function parseUrl(out: Requirement): bool {
  const at = cursor++;
  skipBlanks();
  out.url = cursor;
  while (cursor < limit && !isBlank(load<u8>(cursor))) cursor++;
  out.urlSize = u32(cursor - out.url);
  return out.urlSize != 0 || refuse(STATUS_REQUIREMENT, at, 1);
}

/** Specifiers up to the marker, maybe in parentheses; the cursor ends behind them. */
function parseSpecifier(out: Requirement, lenient: bool): bool {
  const open = cursor;
  const isEnclosed = peek() == 0x28;
  if (isEnclosed) cursor++;
  skipBlanks();
  out.specifier = cursor;
  const end = specifierEnd(isEnclosed);
  if (isEnclosed && end == limit) return refuse(STATUS_REQUIREMENT, open, 1);
  let trimmed = end;
  while (trimmed > cursor && isBlank(load<u8>(trimmed - 1))) trimmed--;
  out.specifierSize = u32(trimmed - cursor);
  // Something else than a specifier: the caller's next step says what was expected.
  if (!isEnclosed && out.specifierSize != 0 && !isOperatorByte(peek())) {
    out.specifierSize = 0;
    return true;
  }
  if (!areClauses(trimmed, !(isEnclosed && lenient))) {
    if (!isEnclosed || !lenient) return false;
    out.isStandard = 0;
  }
  cursor = isEnclosed ? end + 1 : end;
  return true;
}

/** Where the specifiers end: at the parenthesis that closes them, or at the marker. */
function specifierEnd(isEnclosed: bool): usize {
  const stop: u32 = isEnclosed ? 0x29 : 0x3b;
  return cursor + indexOf(cursor, u32(limit - cursor), stop);
}

/** Whether the text from the cursor to `end` is clauses divided by commas, of which the last may be followed by one. */
function areClauses(end: usize, isStrict: bool): bool {
  for (let at = cursor; at < end; ) {
    const stop = at + indexOf(at, u32(end - at), 0x2c);
    const size = u32(stop - at);
    const operator = operatorAt(at, size);
    const width = operator == 0 ? 0 : operatorSize(operator);
    if (operator == 0 || parseClause(operator, at + width, size - width) == NONE) {
      return isStrict ? refuse(STATUS_SPECIFIER, at, size) : false;
    }
    at = stop + 1;
    while (at < end && isBlank(load<u8>(at))) at++;
  }
  return true;
}
