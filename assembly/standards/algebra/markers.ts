// Markers as functions of the environment, as uv takes them (crates/uv-pep508/src/marker/parse.rs and algebra.rs): two markers
// mean the same to uv when they are the same number.
//
// What uv does beside PEP 508: a comparison without a meaning (`os_name ~= "x"`, two variables, a text for a version) is left
// out, as if the marker did not have it; python_version is a range of python_full_version; some systems are platforms; texts
// but platform_release and platform_version have no order (`<` never holds, `<=` is `==`), and platform_release is a version on
// Darwin; a list of versions is split at blanks; `in` on texts is a switch of its own.

import { NONE } from "../../../src/core/abi";
import { Column, LOCK } from "../../memory/arena";
import { spend } from "../../memory/budget";
import { indexOf, is } from "../../memory/bytes";
import { internCopy, internWord, textAddress, textSize } from "../../memory/intern";
import { failed } from "../../memory/status";
import {
  VARIABLE_IMPLEMENTATION_NAME,
  VARIABLE_IMPLEMENTATION_VERSION,
  VARIABLE_OS_NAME,
  VARIABLE_PLATFORM_MACHINE,
  VARIABLE_PLATFORM_PYTHON_IMPLEMENTATION,
  VARIABLE_PLATFORM_RELEASE,
  VARIABLE_PLATFORM_SYSTEM,
  VARIABLE_PLATFORM_VERSION,
  VARIABLE_PYTHON_FULL_VERSION,
  VARIABLE_PYTHON_VERSION,
  VARIABLE_SYS_PLATFORM,
} from "../environment";
import { isName } from "../name";
import {
  nextRelease,
  OPERATOR_COMPATIBLE,
  OPERATOR_EQUAL,
  OPERATOR_GREATER,
  OPERATOR_GREATER_EQUAL,
  OPERATOR_LESS,
  OPERATOR_LESS_EQUAL,
  OPERATOR_NOT_EQUAL,
  parseVersion,
  releaseCount,
  releaseNumber,
  skipSpace,
} from "../pep440";
import {
  Atom,
  atomAt,
  ITEM_ALL,
  items,
  markerAt,
  markerOf,
  OPERATOR_IN,
  OPERATOR_NOT_IN,
  VARIABLE_EXTRA,
  VARIABLE_LITERAL,
} from "../pep508/marker";
import {
  ALWAYS,
  between,
  both,
  either,
  FIRST_SWITCH,
  IMPLEMENTATION_NAME,
  IMPLEMENTATION_VERSION,
  isExactly,
  isSwitched,
  NEVER,
  OS_NAME,
  opposite,
  PLATFORM_MACHINE,
  PLATFORM_RELEASE,
  PLATFORM_SYSTEM,
  PLATFORM_VERSION,
  PYTHON_FULL_VERSION,
  PYTHON_IMPLEMENTATION,
  RELEASE_VERSION,
  SYS_PLATFORM,
} from "./diagram";
import {
  clauseIsStar,
  clauseOperator,
  clauseRange,
  clauseVersion,
  readClause,
  releaseOf,
  releaseUpTo,
  sameVersion,
} from "./versions";

/** A yes-or-no variable: VARIABLE_*, whether the text is looked for in it or it in the text, and the text. */
@unmanaged
class Switch {
  variable: u32;
  isWithin: u32;
  text: u32;
}

const switches: Column<Switch> = changetype<Column<Switch>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Values while a marker is worked out; NONE for a part that was left out. */
const values: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** The marker's function; ALWAYS for an empty text, NEVER after a failure, which is in the status. */
export function markerNode(address: usize, size: u32): u32 {
  if (size == 0) return ALWAYS;
  const marker = markerOf(internCopy(address, size));
  if (marker == NONE) return NEVER;
  const first = markerAt(marker).first;
  const end = first + markerAt(marker).count;
  values.clear();
  for (let i = first; i < end && !failed(); i++) {
    const item = load<u32>(items.at(i));
    if (item < ITEM_ALL) push(atomNode(atomAt(item)));
    else {
      const right = pop();
      const left = pop();
      if (left == NONE || right == NONE) push(left == NONE ? right : left);
      else push(item == ITEM_ALL ? both(left, right) : either(left, right));
    }
  }
  if (failed()) return NEVER;
  const value = pop();
  return value == NONE ? ALWAYS : value;
}

function push(value: u32): void {
  const row = values.push();
  if (row != 0) store<u32>(row, value);
}

function pop(): u32 {
  return load<u32>(values.pop());
}

/** NONE when the comparison is left out. */
function atomNode(atom: Atom): u32 {
  if (atom.variable == VARIABLE_LITERAL) return NONE;
  if (atom.variable > VARIABLE_EXTRA) {
    const has = isSwitched(switchOf(atom.variable, 0, atom.literal));
    return atom.operator == OPERATOR_NOT_IN ? opposite(has) : has;
  }
  if (atom.variable == VARIABLE_EXTRA) return extraNode(atom);
  if (isOfVersions(atom.variable)) return atom.isReversed != 0 ? reversedVersionNode(atom) : versionNode(atom);
  return textNode(atom);
}

function isOfVersions(variable: u32): bool {
  return (
    variable == VARIABLE_PYTHON_VERSION ||
    variable == VARIABLE_PYTHON_FULL_VERSION ||
    variable == VARIABLE_IMPLEMENTATION_VERSION
  );
}

function extraNode(atom: Atom): u32 {
  if (atom.operator != OPERATOR_EQUAL && atom.operator != OPERATOR_NOT_EQUAL) return NONE;
  if (!isName(textAddress(atom.literal), textSize(atom.literal))) return NEVER;
  const has = isSwitched(switchOf(VARIABLE_EXTRA, 0, atom.literal));
  return atom.operator == OPERATOR_EQUAL ? has : opposite(has);
}

// --- Texts ----------------------------------------------------------------------------------------------------------------

function textNode(atom: Atom): u32 {
  const isReversed = atom.isReversed != 0;
  if (atom.operator == OPERATOR_IN || atom.operator == OPERATOR_NOT_IN) {
    const has = isSwitched(switchOf(atom.variable, u32(!isReversed), atom.literal));
    return atom.operator == OPERATOR_IN ? has : opposite(has);
  }
  if (atom.operator > OPERATOR_GREATER || atom.operator == OPERATOR_COMPATIBLE) return NONE;
  const operator = isReversed ? reversed(atom.operator) : atom.operator;
  let variable = textVariable(atom.variable);
  let value = atom.literal;
  if (variable == PLATFORM_SYSTEM) {
    const platform = platformOf(value);
    if (platform != NONE) {
      variable = SYS_PLATFORM;
      value = platform;
    }
  }
  const node = textRange(variable, operator, value);
  // The releases of Darwin are versions, others may be any text.
  if (variable != PLATFORM_RELEASE || !readClause(operator, textAddress(value), textSize(value))) return node;
  const isDarwin = isExactly(SYS_PLATFORM, internWord("darwin"));
  const range = clauseRange(RELEASE_VERSION, clauseOperator, releaseOf(clauseVersion), clauseIsStar);
  return either(both(isDarwin, range), both(opposite(isDarwin), node));
}

/** A comparison of texts, which only two of the variables have an order for. */
function textRange(variable: u32, operator: u32, value: u32): u32 {
  if (operator == OPERATOR_EQUAL) return isExactly(variable, value);
  if (operator == OPERATOR_NOT_EQUAL) return opposite(isExactly(variable, value));
  const isOrdered = variable == PLATFORM_RELEASE || variable == PLATFORM_VERSION;
  const isStrict = operator == OPERATOR_LESS || operator == OPERATOR_GREATER;
  if (!isOrdered) return isStrict ? NEVER : isExactly(variable, value);
  if (operator == OPERATOR_LESS || operator == OPERATOR_LESS_EQUAL) {
    return between(variable, NONE, false, value, operator == OPERATOR_LESS_EQUAL);
  }
  return between(variable, value, operator == OPERATOR_GREATER, NONE, false);
}

function textVariable(variable: u32): u32 {
  switch (variable) {
    case VARIABLE_OS_NAME:
      return OS_NAME;
    case VARIABLE_SYS_PLATFORM:
      return SYS_PLATFORM;
    case VARIABLE_PLATFORM_SYSTEM:
      return PLATFORM_SYSTEM;
    case VARIABLE_PLATFORM_MACHINE:
      return PLATFORM_MACHINE;
    case VARIABLE_PLATFORM_PYTHON_IMPLEMENTATION:
      return PYTHON_IMPLEMENTATION;
    case VARIABLE_PLATFORM_RELEASE:
      return PLATFORM_RELEASE;
    case VARIABLE_PLATFORM_VERSION:
      return PLATFORM_VERSION;
    default:
      return IMPLEMENTATION_NAME;
  }
}

/** The sys_platform of a system, where the two say the same; else NONE. */
function platformOf(system: u32): u32 {
  const address = textAddress(system);
  const size = textSize(system);
  if (is(address, size, "Windows")) return internWord("win32");
  if (is(address, size, "Darwin")) return internWord("darwin");
  if (is(address, size, "Linux")) return internWord("linux");
  if (is(address, size, "AIX")) return internWord("aix");
  if (is(address, size, "Emscripten")) return internWord("emscripten");
  return is(address, size, "Android") ? internWord("android") : NONE;
}

function reversed(operator: u32): u32 {
  switch (operator) {
    case OPERATOR_LESS:
      return OPERATOR_GREATER;
    case OPERATOR_LESS_EQUAL:
      return OPERATOR_GREATER_EQUAL;
    case OPERATOR_GREATER:
      return OPERATOR_LESS;
    case OPERATOR_GREATER_EQUAL:
      return OPERATOR_LESS_EQUAL;
    default:
      return operator;
  }
}

function switchOf(variable: u32, isWithin: u32, text: u32): u32 {
  if (!spend(switches.count)) return FIRST_SWITCH;
  for (let i: u32 = 0; i < switches.count; i++) {
    const known = changetype<Switch>(switches.at(i));
    if (known.variable == variable && known.isWithin == isWithin && known.text == text)
      return switchNumber(i, variable);
  }
  const row = switches.push();
  if (row == 0) return FIRST_SWITCH;
  const each = changetype<Switch>(row);
  each.variable = variable;
  each.isWithin = isWithin;
  each.text = text;
  return switchNumber(switches.count - 1, variable);
}

function switchNumber(row: u32, variable: u32): u32 {
  return FIRST_SWITCH + 2 * row + u32(variable == VARIABLE_EXTRA);
}

// --- Versions -------------------------------------------------------------------------------------------------------------

function versionNode(atom: Atom): u32 {
  const address = textAddress(atom.literal);
  const size = textSize(atom.literal);
  if (atom.operator == OPERATOR_IN || atom.operator == OPERATOR_NOT_IN) {
    return listNode(atom.variable, atom.operator == OPERATOR_NOT_IN, address, size);
  }
  return readClause(atom.operator, address, size) ? clauseNode(atom.variable) : NONE;
}

/** No list and no star is taken on the left. */
function reversedVersionNode(atom: Atom): u32 {
  if (atom.operator > OPERATOR_GREATER) return NONE;
  if (!readClause(reversed(atom.operator), textAddress(atom.literal), textSize(atom.literal))) return NONE;
  return clauseIsStar ? NONE : clauseNode(atom.variable);
}

/** What `readClause` found, as a range of the variable. */
function clauseNode(variable: u32): u32 {
  const release = releaseOf(clauseVersion);
  if (variable == VARIABLE_PYTHON_VERSION) return pythonNode(clauseOperator, release, clauseIsStar);
  const own = variable == VARIABLE_PYTHON_FULL_VERSION ? PYTHON_FULL_VERSION : IMPLEMENTATION_VERSION;
  return clauseRange(own, clauseOperator, release, clauseIsStar);
}

/** Versions with blanks between, NONE when one is none. Of python_version a third segment makes all of it false. */
function listNode(variable: u32, isExcluded: bool, address: usize, size: u32): u32 {
  const end = address + size;
  let node = NEVER;
  for (let at = skipSpace(address, end); at < end; at = skipSpace(at, end)) {
    const stop = at + wordSize(at, end);
    const version = parseVersion(at, u32(stop - at));
    if (version == NONE) return NONE;
    let range: u32;
    if (variable == VARIABLE_PYTHON_VERSION) {
      range = pythonNode(OPERATOR_EQUAL, releaseOf(version), false);
      if (range == NEVER) return NEVER;
    } else {
      const own = variable == VARIABLE_PYTHON_FULL_VERSION ? PYTHON_FULL_VERSION : IMPLEMENTATION_VERSION;
      range = isExactly(own, sameVersion(version));
    }
    node = either(node, range);
    at = stop;
  }
  return isExcluded ? opposite(node) : node;
}

function wordSize(at: usize, end: usize): u32 {
  return indexOf(at, u32(end - at), 0x20);
}

/** python_version, of which there are two segments, as python_full_version (python_version_to_full_version). */
function pythonNode(operator: u32, release: u32, isStar: bool): u32 {
  const count = releaseCount(release);
  const isMinor = hasZerosFrom(release, 2);
  const minor = releaseUpTo(release, 2);
  if (isStar) {
    if (count == 1) return clauseRange(PYTHON_FULL_VERSION, operator, release, true);
    return isMinor ? clauseRange(PYTHON_FULL_VERSION, operator, minor, true) : NEVER;
  }
  if (operator == OPERATOR_COMPATIBLE) {
    if (count == 2) return clauseRange(PYTHON_FULL_VERSION, operator, release, false);
    return isMinor ? clauseRange(PYTHON_FULL_VERSION, OPERATOR_EQUAL, minor, true) : NEVER;
  }
  if (operator == OPERATOR_EQUAL || operator == OPERATOR_NOT_EQUAL) {
    if (isMinor) return clauseRange(PYTHON_FULL_VERSION, operator, minor, true);
    return operator == OPERATOR_EQUAL ? NEVER : ALWAYS;
  }
  const next = nextRelease(minor, 1);
  const isLess = operator == OPERATOR_LESS || operator == OPERATOR_LESS_EQUAL;
  const isInclusive = operator == OPERATOR_LESS_EQUAL || operator == OPERATOR_GREATER_EQUAL;
  // `< 3.8` and `>= 3.8` are the same for both; all others, and all of `3.8.1`, are about what follows 3.8.
  const bound = isMinor && isLess != isInclusive ? minor : next;
  return clauseRange(PYTHON_FULL_VERSION, isLess ? OPERATOR_LESS : OPERATOR_GREATER_EQUAL, bound, false);
}

function hasZerosFrom(release: u32, index: u32): bool {
  for (let i = index; i < releaseCount(release); i++) if (releaseNumber(release, i) != 0) return false;
  return true;
}
