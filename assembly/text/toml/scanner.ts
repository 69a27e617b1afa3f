// TOML 1.0.0, one pass, to a document. The grammar is toml.io/en/v1.0.0; section names are given where a rule decides.
//
// Every function takes an address and gives the address after what it read. After a failure it gives the end of the input;
// the input is followed by zeros, which end every loop, since U+0000 is nowhere allowed.
//
// Invariant: time and memory are linear in the input; nesting is bounded by DEPTH_LIMIT.

import {
  NONE,
  STATUS_TOML_ARRAY,
  STATUS_TOML_CONTROL,
  STATUS_TOML_DATETIME,
  STATUS_TOML_DEPTH,
  STATUS_TOML_DUPLICATE_KEY,
  STATUS_TOML_EQUALS,
  STATUS_TOML_HEADER,
  STATUS_TOML_INLINE_TABLE,
  STATUS_TOML_KEY,
  STATUS_TOML_LINE_END,
  STATUS_TOML_NUMBER,
  STATUS_TOML_REDEFINED,
  STATUS_TOML_UTF8,
  STATUS_TOML_VALUE,
} from "../../../src/core/abi";
import { every, isDigit, isLetter, wordSize } from "../../memory/bytes";
import {
  ARRAY,
  append,
  appendElement,
  at,
  dropElement,
  find,
  flags,
  HAS_ELEMENTS,
  HAS_ROWS,
  IS_CLOSED,
  IS_DOTTED,
  IS_IMPLICIT,
  IS_OPEN_ARRAY,
  keyIs,
  kindOf,
  STRING,
  setFlags,
  setScalar,
  startDocument,
  TABLE,
} from "../document";
import { fail, failAbout, failed } from "../../memory/status";
import { firstInvalid } from "../../memory/utf8";
import { scanRows } from "./rows";
import { NOTHING, scalarKind } from "./scalar";
import { isControl, scanQuotedKey, scanString, stringAddress, stringSize } from "./string";

/** Arrays, inline tables and key parts within one another. Real locks have 4. */
const DEPTH_LIMIT: u32 = 128;

/** End of the input. */
let end: usize = 0;
/** The last key part that was read. */
let keyAddress: usize = 0;
let keySize: u32 = 0;

/** Where the scanner stands. */
let place: usize = 0;
/** The table that the last header opened. */
let current: u32 = 0;
/** Key of the array of tables whose elements are taken one by one; its node, NONE before there is one. */
let elementsKey: string = "";
export let elements: u32 = NONE;
/** Its element that is being read, NONE when it was taken. */
let untaken: u32 = NONE;
/** The header of the next one, which was read although that was not taken; 0 when there is none. */
let opening: usize = 0;

/** Reads `size` bytes at `address`, which INPUT_PADDING zeros follow; false after a failure. The root is node 0. */
export function scanToml(address: usize, size: u32): bool {
  startToml(address, size, "");
  nextElement();
  return !failed();
}

/** To be called before `nextElement`: `key` is that of an array of tables in the root, or empty. */
export function startToml(address: usize, size: u32, key: string): void {
  current = startDocument(address);
  elementsKey = key;
  elements = NONE;
  untaken = NONE;
  opening = 0;
  end = address + size;
  place = address;
  const invalid = firstInvalid(address, size);
  if (invalid != 0) fail(STATUS_TOML_UTF8, invalid, 1);
  // "Spec": a byte order mark is no part of the text.
  else if (size >= 3 && (load<u32>(address) & 0xffffff) == 0xbfbbef) place += 3;
}

/**
 * Reads to the end of the next element of that array: its node, which is there until the next call. NONE at the end of the
 * text, when all that is no such element is in the document, and after a failure.
 */
export function nextElement(): u32 {
  let p = failed() ? end : place;
  if (HAS_ELEMENTS && opening != 0) {
    current = appendElement(elements, opening);
    untaken = current;
    opening = 0;
    p = lineEnd(p);
  }
  while (p < end) {
    const c: u32 = load<u8>(p);
    if (c == 0x0a) {
      p++;
      continue;
    }
    if (c == 0x20 || c == 0x09) {
      p = skipSpace(p);
      continue;
    }
    if (c == 0x5b) {
      p = load<u8>(p, 1) == 0x5b ? arrayHeader(p) : header(p);
      if (HAS_ELEMENTS && opening != 0) break;
      p = lineEnd(p);
    } else if (c == 0x23 || c == 0x0d) {
      p = lineEnd(p);
    } else {
      p = pair(p, current, 0);
      p = lineEnd(p);
    }
  }
  place = p;
  if (!HAS_ELEMENTS || failed() || elements == NONE) return NONE;
  const complete = untaken;
  untaken = NONE;
  if (complete == NONE) dropElement(elements);
  return complete;
}

/** [a.b.c]: "Table". */
function header(from: usize): usize {
  const p = headerPath(from + 1);
  if (load<u8>(p) != 0x5d) return bad(STATUS_TOML_HEADER, p);
  const found = find(holder, keyAddress, keySize);
  if (found == NONE) current = append(holder, TABLE, from, keyAddress, keySize);
  else if (kindOf(found) == TABLE && (flags(found) & IS_IMPLICIT) != 0) {
    setFlags(found, TABLE);
    current = found;
  } else return redefined();
  return p + 1;
}

/** [[a.b.c]]: "Array of Tables". */
function arrayHeader(from: usize): usize {
  const p = headerPath(from + 2);
  if ((load<u8>(p) != 0x5d) | (load<u8>(p, 1) != 0x5d)) return bad(STATUS_TOML_HEADER, p);
  let array = find(holder, keyAddress, keySize);
  if (array == NONE) {
    array = append(holder, ARRAY | IS_OPEN_ARRAY, from, keyAddress, keySize);
    if (HAS_ELEMENTS && holder == 0 && wordSize(elementsKey) != 0 && keyIs(array, elementsKey)) elements = array;
  } else if ((flags(array) & IS_OPEN_ARRAY) == 0) return redefined();
  if (!HAS_ELEMENTS || array != elements) current = append(array, TABLE, from);
  else if (untaken != NONE) opening = from;
  else {
    current = appendElement(array, from);
    untaken = current;
  }
  return p + 2;
}

/** The table that the last part of a header's key belongs to. */
let holder: u32 = 0;

/** Reads a header's key. The last part is in `keyAddress`, `keySize`, and the table that it belongs to in `holder`. */
function headerPath(from: usize): usize {
  holder = 0;
  let p = key(skipSpace(from));
  for (let depth: u32 = 0; p < end; depth++) {
    p = skipSpace(p);
    if (load<u8>(p) != 0x2e) return p;
    if (depth == DEPTH_LIMIT) return tooDeep(from);
    holder = parent(holder);
    if (holder == NONE) return end;
    p = key(skipSpace(p + 1));
  }
  return end;
}

/** The table that a header's inner key part names; made when it is not there; NONE after a failure. */
function parent(table: u32): u32 {
  const found = find(table, keyAddress, keySize);
  if (found == NONE) return append(table, TABLE | IS_IMPLICIT, keyAddress, keyAddress, keySize);
  const kind = flags(found);
  if ((kind & IS_OPEN_ARRAY) != 0) return at(found).last;
  if (kindOf(found) == TABLE && (kind & IS_CLOSED) == 0) return found;
  redefined();
  return NONE;
}

/** key = value: "Keys". */
function pair(p: usize, table: u32, depth: u32): usize {
  const from = p;
  p = key(p);
  for (;;) {
    // At the end: after a failure, which stays the one that is told, or behind a key that nothing follows.
    if (p >= end) return bad(STATUS_TOML_EQUALS, end);
    const q = skipSpace(p);
    const c: u32 = load<u8>(q);
    if (c == 0x3d) {
      p = skipSpace(q + 1);
      break;
    }
    if (c != 0x2e) return bad(STATUS_TOML_EQUALS, q);
    if (++depth > DEPTH_LIMIT) return tooDeep(from);
    table = dottedParent(table);
    if (table == NONE) return end;
    p = key(skipSpace(q + 1));
  }
  if (find(table, keyAddress, keySize) != NONE) {
    fail(STATUS_TOML_DUPLICATE_KEY, keyAddress, keySize);
    return end;
  }
  return value(p, append(table, 0, p, keyAddress, keySize), depth);
}

/**
 * The table that an inner part of a dotted key names; NONE after a failure.
 * "Table": dotted keys may add neither to a table that a header defined nor to an inline one.
 */
function dottedParent(table: u32): u32 {
  const found = find(table, keyAddress, keySize);
  if (found == NONE) return append(table, TABLE | IS_DOTTED, keyAddress, keyAddress, keySize);
  const kind = flags(found);
  if (kindOf(found) == TABLE && (kind & (IS_DOTTED | IS_IMPLICIT)) != 0) {
    setFlags(found, TABLE | IS_DOTTED);
    return found;
  }
  redefined();
  return NONE;
}

/** One part of a key: "Keys". */
function key(p: usize): usize {
  const c: u32 = load<u8>(p);
  if (c == 0x22 || c == 0x27) {
    p = scanQuotedKey(p, end);
    keyAddress = stringAddress;
    keySize = stringSize;
    return p;
  }
  const q = bareEnd(p);
  if (q == p) return bad(STATUS_TOML_KEY, p);
  keyAddress = p;
  keySize = u32(q - p);
  return q;
}

/** Address of the first character that no bare key has, at or after `p`: A-Z a-z 0-9 - _, sixteen a step. */
@inline
function bareEnd(p: usize): usize {
  while (true) {
    const block = v128.load(p);
    const letter = i8x16.lt_u(i8x16.sub(v128.or(block, every(0x20, " ")), every(0x61, "a")), every(26, "\x1a"));
    const digit = i8x16.lt_u(i8x16.sub(block, every(0x30, "0")), every(10, "\n"));
    const mark = v128.or(i8x16.eq(block, every(0x2d, "-")), i8x16.eq(block, every(0x5f, "_")));
    const bits = ~i8x16.bitmask(v128.or(v128.or(letter, digit), mark)) & 0xffff;
    if (bits != 0) return p + ctz(bits);
    p += 16;
  }
}

@inline
function isBare(c: u32): bool {
  return isLetter(c) | isDigit(c) | (c == 0x2d) | (c == 0x5f);
}

/** Reads a value into `node`. */
function value(p: usize, node: u32, depth: u32): usize {
  const c: u32 = load<u8>(p);
  if (c == 0x22 || c == 0x27) {
    p = scanString(p, end);
    setScalar(node, STRING, stringAddress, stringSize);
    return p;
  }
  if (c == 0x5b) return array(p, node, depth + 1);
  if (c == 0x7b) return inlineTable(p, node, depth + 1);
  let q = p;
  while (isBare(load<u8>(q)) | isNumberMark(load<u8>(q))) q++;
  // RFC 3339 allows a space between date and time.
  if (q - p == 10 && (load<u8>(q) == 0x20) & (load<u8>(p, 4) == 0x2d) & isDigit(load<u8>(q, 1))) {
    q++;
    while (isBare(load<u8>(q)) | isNumberMark(load<u8>(q))) q++;
  }
  const size = u32(q - p);
  if (size == 0) return bad(STATUS_TOML_VALUE, p);
  const kind = scalarKind(p, size);
  if (kind == NOTHING) {
    fail(malformed(p, size), p, size);
    return end;
  }
  setScalar(node, kind, p, size);
  return q;
}

/** What a bare value that is none was probably meant to be. */
function malformed(p: usize, size: u32): u32 {
  const c: u32 = load<u8>(p);
  if (!isDigit(c) && c != 0x2b && c != 0x2d) return STATUS_TOML_VALUE;
  const looksLikeDate = (size > 4) & ((load<u8>(p, 4) == 0x2d) | (load<u8>(p, 2) == 0x3a));
  return looksLikeDate ? STATUS_TOML_DATETIME : STATUS_TOML_NUMBER;
}

/** + . : */
@inline
function isNumberMark(c: u32): bool {
  return (c == 0x2b) | (c == 0x2e) | (c == 0x3a);
}

/** "Array": line ends, comments and a trailing comma are allowed. */
function array(p: usize, node: u32, depth: u32): usize {
  if (depth > DEPTH_LIMIT) return tooDeep(p);
  setScalar(node, ARRAY | IS_CLOSED, p, 0);
  p = skipLines(p + 1);
  while (p < end) {
    if (load<u8>(p) == 0x5d) return p + 1;
    if (HAS_ROWS && load<u8>(p) == 0x7b) {
      const after = scanRows(p, node);
      if (after != p) {
        p = skipLines(after);
        continue;
      }
    }
    p = skipLines(value(p, append(node, 0, p), depth));
    if (load<u8>(p) == 0x2c) p = skipLines(p + 1);
    else if (load<u8>(p) != 0x5d) return bad(STATUS_TOML_ARRAY, p);
  }
  return bad(STATUS_TOML_ARRAY, p);
}

/** "Inline Table": on one line, no trailing comma. */
function inlineTable(p: usize, node: u32, depth: u32): usize {
  if (depth > DEPTH_LIMIT) return tooDeep(p);
  setScalar(node, TABLE, p, 0);
  p = skipSpace(p + 1);
  if (load<u8>(p) == 0x7d) return close(node, p);
  while (p < end) {
    p = skipSpace(pair(p, node, depth));
    if (load<u8>(p) == 0x7d) return close(node, p);
    if (load<u8>(p) != 0x2c) break;
    p = skipSpace(p + 1);
  }
  return bad(STATUS_TOML_INLINE_TABLE, p);
}

/** An inline table is complete, and so are the tables that dotted keys made in it: nothing may add to them later. */
function close(node: u32, p: usize): usize {
  setFlags(node, TABLE | IS_CLOSED);
  return p + 1;
}

@inline
function skipSpace(p: usize): usize {
  while ((load<u8>(p) == 0x20) | (load<u8>(p) == 0x09)) p++;
  return p;
}

/** Skips white space, line ends and comments. */
function skipLines(p: usize): usize {
  while (p < end) {
    const c: u32 = load<u8>(p);
    if (c == 0x20 || c == 0x09 || c == 0x0a) p++;
    else if (c == 0x23) p = comment(p);
    else if ((c == 0x0d) & (load<u8>(p, 1) == 0x0a)) p += 2;
    else break;
  }
  return p;
}

/** Reads what may stand behind a header or a pair: white space, a comment, a line end. */
function lineEnd(p: usize): usize {
  p = skipSpace(p);
  if (load<u8>(p) == 0x23) p = comment(p);
  if (p >= end) return end;
  if (load<u8>(p) == 0x0a) return p + 1;
  if ((load<u8>(p) == 0x0d) & (load<u8>(p, 1) == 0x0a)) return p + 2;
  return bad(STATUS_TOML_LINE_END, p);
}

/** From `#` to the line end, which it leaves: "Comment". */
function comment(p: usize): usize {
  while (p < end) {
    const c: u32 = load<u8>(p);
    if (c == 0x0a || (c == 0x0d && load<u8>(p, 1) == 0x0a)) return p;
    if (isControl(c)) {
      fail(STATUS_TOML_CONTROL, p, 1);
      return end;
    }
    p++;
  }
  return p;
}

/** Fails at `p` with the character that stands there. */
function bad(status: u32, p: usize): usize {
  if (p >= end) fail(status, end, 0);
  else if (isControl(load<u8>(p)) && load<u8>(p) != 0x0a && load<u8>(p) != 0x0d) fail(STATUS_TOML_CONTROL, p, 1);
  else fail(status, p, 1);
  return end;
}

function redefined(): usize {
  fail(STATUS_TOML_REDEFINED, keyAddress, keySize);
  return end;
}

function tooDeep(p: usize): usize {
  failAbout(STATUS_TOML_DEPTH, p, 1, DEPTH_LIMIT);
  return end;
}
