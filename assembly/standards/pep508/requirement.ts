// Requirements (PEP 508): `name[extras] specifiers ; marker` and `name[extras] @ url ; marker`, read as packaging 26.2 reads
// them.

import { NONE, STATUS_NAME, STATUS_REQUIREMENT, STATUS_SPECIFIER } from "../../../src/core/abi";
import { Column, LOCK } from "../../memory/arena";
import { indexOf } from "../../memory/bytes";
import { isAlphanumeric, isSeparator, normalizedName } from "../name";
import { operatorAt, operatorSize, parseClause } from "../pep440";
import {
  cursor,
  isBlank,
  isOperatorByte,
  limit,
  moveTo,
  peek,
  refuse,
  setCursor,
  skipBlanks,
  step,
  tokenSize,
} from "./cursor";
import { parseRest } from "./marker";

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
export const requirementExtras: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

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
  step();
  skipBlanks();
  out.markerAddress = cursor;
  out.markerSize = u32(limit - cursor);
  out.marker = parseRest();
  return out.marker != NONE;
}

/** The end of the name at the cursor: separators at its end do not belong to it. The cursor itself when there is none. */
function nameEnd(): usize {
  let end = cursor;
  if ((end == limit) | !isAlphanumeric(load<u8>(end))) return cursor;
  while ((end < limit) & (isAlphanumeric(load<u8>(end)) | isSeparator(load<u8>(end)))) end++;
  if ((end < limit) & (load<u8>(end) >= 0x80)) return cursor;
  // A name may end with "_", which is a word character to the regular expression that packaging reads names with.
  while ((load<u8>(end - 1) == 0x2d) | (load<u8>(end - 1) == 0x2e)) end--;
  return end;
}

function parseName(out: Requirement): bool {
  const end = nameEnd();
  if (end == cursor) return refuse(STATUS_NAME, cursor, tokenSize());
  out.nameAddress = cursor;
  out.nameSize = u32(end - cursor);
  out.name = normalizedName(cursor, out.nameSize);
  moveTo(end);
  return true;
}

/** `[a, b]`. */
function parseExtras(out: Requirement): bool {
  out.extras = requirementExtras.count;
  out.extraCount = 0;
  if (peek() != 0x5b) return true;
  const open = cursor;
  step();
  skipBlanks();
  for (let isFirst = true; peek() != 0x5d || !isFirst; isFirst = false) {
    const end = nameEnd();
    if (end == cursor) return refuseExtra(open);
    const cell = requirementExtras.push();
    if (cell == 0) return false;
    store<u32>(cell, normalizedName(cursor, u32(end - cursor)));
    out.extraCount++;
    moveTo(end);
    skipBlanks();
    if (peek() == 0x5d) break;
    if (peek() != 0x2c) return refuseExtra(open);
    step();
    skipBlanks();
  }
  step();
  return true;
}

/** A bracket that nothing closes, or what should be an extra's name, a comma or the closing bracket. */
function refuseExtra(open: usize): bool {
  return cursor == limit ? refuse(STATUS_REQUIREMENT, open, 1) : refuse(STATUS_REQUIREMENT, cursor, tokenSize());
}

/** `@ url`, which ends at a blank. */
function parseUrl(out: Requirement): bool {
  const at = cursor;
  step();
  skipBlanks();
  out.url = cursor;
  while (cursor < limit && !isBlank(load<u8>(cursor))) step();
  out.urlSize = u32(cursor - out.url);
  return out.urlSize != 0 || refuse(STATUS_REQUIREMENT, at, 1);
}

/** Specifiers up to the marker, maybe in parentheses; the cursor ends behind them. */
function parseSpecifier(out: Requirement, lenient: bool): bool {
  const open = cursor;
  const isEnclosed = peek() == 0x28;
  if (isEnclosed) step();
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
  moveTo(isEnclosed ? end + 1 : end);
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
