// Environment markers (PEP 508, with PEP 685 and PEP 751), read as packaging 26.2 reads them.
//
// A marker becomes a slice of postfix items over a table of atoms (comparisons). Equal atoms are one row, so each distinct
// comparison is made once for a target, however many markers it stands in. `and` binds tighter than `or`; chains take no
// depth, parentheses at most DEPTH_LIMIT.

import {
  NONE,
  STATUS_MARKER_DEPTH,
  STATUS_MARKER_END,
  STATUS_MARKER_OPERAND,
  STATUS_MARKER_OPERATOR,
  STATUS_MARKER_PARENTHESIS,
  STATUS_MARKER_STRING,
  STATUS_MARKER_VARIABLE,
} from "../../../src/core/abi";
import { allocate, Column, LOCK, Slots } from "../../memory/arena";
import { indexIn, indexOf, isDigit, isLetter, wordSize, writeAscii } from "../../memory/bytes";
import { intern, textAddress, textSize } from "../../memory/intern";
import { recall, remember, UNASKED } from "../../memory/memo";
import { fail, failAbout, failed } from "../../memory/status";
import { controlNamed } from "../../text/toml/string";
import {
  VARIABLE_IMPLEMENTATION_VERSION,
  VARIABLE_OS_NAME,
  VARIABLE_PLATFORM_MACHINE,
  VARIABLE_PLATFORM_PYTHON_IMPLEMENTATION,
  VARIABLE_PLATFORM_RELEASE,
  VARIABLE_PLATFORM_VERSION,
  VARIABLE_PYTHON_FULL_VERSION,
  VARIABLE_PYTHON_VERSION,
  VARIABLE_SYS_PLATFORM,
} from "../environment";
import { normalizedName } from "../name";
import { OPERATOR_EQUAL, operatorAt, operatorSize, parseClause } from "../pep440";
import { cursor, limit, moveTo, peek, refuse, setCursor, skipBlanks, step, takeWord, tokenSize } from "./cursor";
import { extrasOf } from "./list";

/** Parentheses within each other. */
export const DEPTH_LIMIT: u32 = 64;

/** A comparison. */
@unmanaged
export class Atom {
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
export class Marker {
  /** Its condition for each EXTRA_* policy and for PYTHON_ALONE, NONE while unknown. */
  ofSet: u32;
  ofAbsent: u32;
  ofEmpty: u32;
  ofUndefined: u32;
  ofPython: u32;
  /** Slice of `items`. */
  first: u32;
  count: u32;
}

// Beside the variables of the target:
export const VARIABLE_EXTRA: u32 = 11;
export const VARIABLE_EXTRAS: u32 = 12;
export const VARIABLE_GROUPS: u32 = 13;
/** The two sides are literals: packaging parses that and cannot evaluate it. */
export const VARIABLE_LITERAL: u32 = 14;

// Beside the operators of pep440.ts:
export const OPERATOR_IN: u32 = 9;
export const OPERATOR_NOT_IN: u32 = 10;

/** Items are atom indexes, or one of these, which take two values and give one. */
export const ITEM_ALL: u32 = 0xfffffffd;
export const ITEM_ANY: u32 = 0xfffffffe;

export const atoms: Column<Atom> = changetype<Column<Atom>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const items: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const markers: Column<Marker> = changetype<Column<Marker>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
const markerRows: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Open addressing over the atoms: row + 1 in each used slot. */
const slots: Slots<u32> = changetype<Slots<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
const FIRST_SLOTS: u32 = 256;

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

/**
 * The same as poetry-core takes it (version/markers.py, parse_marker): `<empty>` never holds; `*` and the empty text always
 * do, like no marker: NONE.
 */
export function poetryMarkerOf(textId: u32): u32 {
  const address = textAddress(textId);
  const size = textSize(textId);
  const special = indexIn(address, size, "<empty> *");
  if (special == 0) return addMarker(items.count);
  return size == 0 || special == 1 ? u32(NONE) : markerOf(textId);
}

/** Whether the marker compares `extra` with anything. */
export function hasExtraAtom(marker: u32): bool {
  return namesExtra(marker, NONE);
}

/** Whether the marker has `extra == "<name>"` in it, `name` being a normalised name's text id; NONE: `extra` at all. */
export function namesExtra(marker: u32, name: u32): bool {
  const row = markerAt(marker);
  for (let i = row.first; i < row.first + row.count; i++) {
    const item = load<u32>(items.at(i));
    if (item >= ITEM_ALL) continue;
    const atom = atomAt(item);
    if (atom.variable != VARIABLE_EXTRA) continue;
    if (name == NONE || (atom.operator == OPERATOR_EQUAL && atom.literal == name)) return true;
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

export function atomAt(index: u32): Atom {
  return changetype<Atom>(atoms.at(index));
}

export function markerAt(index: u32): Marker {
  return changetype<Marker>(markers.at(index));
}

export function forgetValues(marker: Marker): void {
  memory.fill(changetype<usize>(marker), 0xff, offsetof<Marker>("first"));
}

/** packaging's MARKERS_REQUIRING_VERSION. */
export function isVersion(variable: u32): bool {
  return (
    variable == VARIABLE_PYTHON_VERSION ||
    variable == VARIABLE_PYTHON_FULL_VERSION ||
    variable == VARIABLE_IMPLEMENTATION_VERSION ||
    variable == VARIABLE_PLATFORM_RELEASE
  );
}

// --- Parsing ------------------------------------------------------------------------------------------------------------

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
export function parseRest(): u32 {
  const first = items.count;
  if (parseExpression()) return addMarker(first);
  items.count = first;
  return NONE;
}

/** Makes the items from `first` on a marker; without any it never holds. */
function addMarker(first: u32): u32 {
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
    failAbout(STATUS_MARKER_DEPTH, cursor, 1, DEPTH_LIMIT);
    return false;
  }
  depth++;
  store<u8>(pending + depth, 0);
  store<u32>(opened + (usize(depth) << 2), u32(cursor));
  step();
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
  step();
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
  moveTo(cursor + size);
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
  else moveTo(cursor + operatorSize(operator));
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
  moveTo(start + size + 1);
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
  if (slots.count == 0 && !slots.widen(FIRST_SLOTS)) return NONE;
  let slot = mix(variable, operator, text, isReversed) & slots.mask;
  for (;;) {
    const found = load<u32>(slots.at(slot));
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
    slot = (slot + 1) & slots.mask;
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
  store<u32>(slots.at(slot), atoms.count);
  if (atoms.count << 1 >= slots.count) rehash();
  return atoms.count - 1;
}

function rehash(): void {
  if (!slots.widen(FIRST_SLOTS)) return;
  for (let i: u32 = 0; i < atoms.count; i++) {
    const each = atomAt(i);
    let slot = mix(each.variable, each.operator, each.literal, each.isReversed) & slots.mask;
    while (load<u32>(slots.at(slot)) != 0) slot = (slot + 1) & slots.mask;
    store<u32>(slots.at(slot), i + 1);
  }
}

function mix(variable: u32, operator: u32, text: u32, isReversed: u32): u32 {
  const cells = (u64(text) << 16) | u64((variable << 8) | (operator << 1) | isReversed);
  return u32((cells * 0x9e3779b97f4a7c15) >> 32);
}
