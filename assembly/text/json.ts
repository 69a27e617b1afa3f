// JSON (RFC 8259), one pass, to a document of the same nodes as TOML's. Section numbers are those of the RFC.
//
// As Python's `json` reads it, whose locks these are: a key that is given twice keeps its first place and its last value.
// Stricter than Python in what no lock needs: no NaN and Infinity, no byte order mark, no escaped half of a surrogate pair.
//
// Every function takes an address and gives the address after what it read. After a failure it gives the end of the input;
// the input is followed by zeros, which end every loop, since U+0000 is nowhere allowed.
//
// Invariant: time and memory are linear in the input; nesting is bounded by DEPTH_LIMIT. Strings are unescaped where they
// stand: an escape is never shorter than what it stands for.

import {
  NONE,
  STATUS_JSON_COLON,
  STATUS_JSON_COMMA,
  STATUS_JSON_CONTROL,
  STATUS_JSON_DEPTH,
  STATUS_JSON_END,
  STATUS_JSON_ESCAPE,
  STATUS_JSON_KEY,
  STATUS_JSON_NUMBER,
  STATUS_JSON_STRING_END,
  STATUS_JSON_UTF8,
  STATUS_JSON_VALUE,
} from "../../src/core/abi";
import { hexDigit, isDigit, isLetter, startsWith } from "../memory/bytes";
import { fail, failAbout, failed } from "../memory/status";
import { encode, firstInvalid } from "../memory/utf8";
import {
  ARRAY,
  append,
  at,
  BOOLEAN,
  FLOAT,
  find,
  INTEGER,
  NULL,
  STRING,
  setScalar,
  startDocument,
  TABLE,
} from "./document";
import { special } from "./toml/string";

/** Arrays and objects within one another. Real locks have 5. */
const DEPTH_LIMIT: u32 = 128;

/** End of the input. */
let end: usize = 0;
/** The string that was read last. */
let stringAddress: usize = 0;
let stringSize: u32 = 0;

/** Reads `size` bytes at `address`, which INPUT_PADDING zeros follow; false after a failure. The value is node 0. */
export function scanJson(address: usize, size: u32): bool {
  startDocument(address);
  end = address + size;
  const invalid = firstInvalid(address, size);
  if (invalid != 0) {
    fail(STATUS_JSON_UTF8, invalid, 1);
    return false;
  }
  const p = skipSpace(value(skipSpace(address), 0, 0));
  if (p < end) bad(STATUS_JSON_END, p);
  return !failed();
}

/** Section 3. Reads a value into `node`. */
function value(p: usize, node: u32, depth: u32): usize {
  const c: u32 = load<u8>(p);
  if (c == 0x22) {
    p = scanString(p);
    setScalar(node, STRING, stringAddress, stringSize);
    return p;
  }
  if (c == 0x7b) return object(p, node, depth + 1);
  if (c == 0x5b) return array(p, node, depth + 1);
  if (c == 0x2d || isDigit(c)) return number(p, node);
  let q = p;
  while (isLetter(load<u8>(q))) q++;
  const size = u32(q - p);
  if (size == 4 && startsWith(p, size, "true")) setScalar(node, BOOLEAN, p, size);
  else if (size == 5 && startsWith(p, size, "false")) setScalar(node, BOOLEAN, p, size);
  else if (size == 4 && startsWith(p, size, "null")) setScalar(node, NULL, p, size);
  else {
    fail(STATUS_JSON_VALUE, p < end ? p : end, size != 0 ? size : u32(p < end));
    return end;
  }
  return q;
}

/** Section 4. */
function object(p: usize, node: u32, depth: u32): usize {
  if (depth > DEPTH_LIMIT) return tooDeep(p);
  startContainer(node, TABLE, p);
  p = skipSpace(p + 1);
  if (load<u8>(p) == 0x7d) return p + 1;
  while (p < end) {
    if (load<u8>(p) != 0x22) return bad(STATUS_JSON_KEY, p);
    p = scanString(p);
    const keyAddress = stringAddress;
    const keySize = stringSize;
    p = skipSpace(p);
    if (load<u8>(p) != 0x3a) return bad(STATUS_JSON_COLON, p);
    p = skipSpace(p + 1);
    const known = find(node, keyAddress, keySize);
    p = skipSpace(value(p, known == NONE ? append(node, 0, p, keyAddress, keySize) : known, depth));
    if (load<u8>(p) == 0x7d) return p + 1;
    if (load<u8>(p) != 0x2c) return bad(STATUS_JSON_COMMA, p);
    p = skipSpace(p + 1);
  }
  return bad(STATUS_JSON_KEY, p);
}

/** Section 5. */
function array(p: usize, node: u32, depth: u32): usize {
  if (depth > DEPTH_LIMIT) return tooDeep(p);
  startContainer(node, ARRAY, p);
  p = skipSpace(p + 1);
  if (load<u8>(p) == 0x5d) return p + 1;
  while (p < end) {
    p = skipSpace(value(p, append(node, 0, p), depth));
    if (load<u8>(p) == 0x5d) return p + 1;
    if (load<u8>(p) != 0x2c) return bad(STATUS_JSON_COMMA, p);
    p = skipSpace(p + 1);
  }
  return bad(STATUS_JSON_VALUE, p);
}

/** The node may hold an earlier value of the same key. */
function startContainer(node: u32, kind: u32, p: usize): void {
  setScalar(node, kind, p, 0);
  at(node).first = NONE;
  at(node).last = NONE;
}

/** Section 6. */
function number(p: usize, node: u32): usize {
  let q = load<u8>(p) == 0x2d ? p + 1 : p;
  let kind = INTEGER;
  let good = isDigit(load<u8>(q));
  if (load<u8>(q) == 0x30) q++;
  else q = skipDigits(q);
  if (load<u8>(q) == 0x2e) {
    kind = FLOAT;
    good = good && isDigit(load<u8>(q, 1));
    q = skipDigits(q + 1);
  }
  if ((load<u8>(q) | 0x20) == 0x65) {
    kind = FLOAT;
    q++;
    if (load<u8>(q) == 0x2b || load<u8>(q) == 0x2d) q++;
    good = good && isDigit(load<u8>(q));
    q = skipDigits(q);
  }
  let stop = q;
  while (isDigit(load<u8>(stop)) || isLetter(load<u8>(stop)) || load<u8>(stop) == 0x2e) stop++;
  if (!good || stop != q) {
    fail(STATUS_JSON_NUMBER, p, u32((stop < end ? stop : end) - p));
    return end;
  }
  setScalar(node, kind, p, u32(q - p));
  return q;
}

function skipDigits(p: usize): usize {
  while (isDigit(load<u8>(p))) p++;
  return p;
}

/** Section 7: from the opening quote to behind the closing one. */
function scanString(p: usize): usize {
  const from = p + 1;
  let read = special(from);
  let write = read;
  while (read < end) {
    const c: u32 = load<u8>(read);
    if (c == 0x22) {
      stringAddress = from;
      stringSize = u32(write - from);
      return read + 1;
    }
    if (c == 0x5c) {
      read = escape(read, write);
      if (read == end) return end;
      write = escaped;
    } else if (c < 0x20) {
      fail(c == 0x0a || c == 0x0d ? STATUS_JSON_STRING_END : STATUS_JSON_CONTROL, c == 0x0a || c == 0x0d ? p : read, 1);
      return end;
    } else {
      store<u8>(write++, c);
      read++;
    }
  }
  fail(STATUS_JSON_STRING_END, p, 1);
  return end;
}

let escaped: usize = 0;

/** Resolves the escape at `p` to `write`; the address after what was written is in `escaped`. */
function escape(p: usize, write: usize): usize {
  let plain: u32 = 0;
  switch (load<u8>(p, 1)) {
    case 0x22:
      plain = 0x22;
      break; // \"
    case 0x5c:
      plain = 0x5c;
      break; // \\
    case 0x2f:
      plain = 0x2f;
      break; // \/
    case 0x62:
      plain = 0x08;
      break; // \b
    case 0x66:
      plain = 0x0c;
      break; // \f
    case 0x6e:
      plain = 0x0a;
      break; // \n
    case 0x72:
      plain = 0x0d;
      break; // \r
    case 0x74:
      plain = 0x09;
      break; // \t
    case 0x75:
      return unicode(p, write);
    default:
      fail(STATUS_JSON_ESCAPE, p, p + 1 < end ? 2 : 1);
      return end;
  }
  store<u8>(write, plain);
  escaped = write + 1;
  return p + 2;
}

/** \uXXXX: a code point, or two of them that are a surrogate pair. */
function unicode(p: usize, write: usize): usize {
  let unit = codeUnit(p);
  let read = p + 6;
  if (unit - 0xd800 < 0x400) {
    const low = load<u8>(read) == 0x5c && load<u8>(read, 1) == 0x75 ? codeUnit(read) : 0;
    if (low - 0xdc00 < 0x400) {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      read += 6;
    }
  }
  if (unit > 0x10ffff || unit - 0xd800 < 0x800) {
    fail(STATUS_JSON_ESCAPE, p, u32((p + 6 < end ? p + 6 : end) - p));
    return end;
  }
  escaped = encode(write, unit);
  return read;
}

/** The four digits after \u; above 0x10ffff when they are not four. */
function codeUnit(p: usize): u32 {
  let unit: u32 = 0;
  for (let i: u32 = 2; i < 6; i++) {
    const digit = hexDigit(load<u8>(p + i));
    if (digit > 15) return U32.MAX_VALUE;
    unit = (unit << 4) | digit;
  }
  return unit;
}

/** Section 2: blank, tab, line feed, carriage return. */
function skipSpace(p: usize): usize {
  while (true) {
    const c: u32 = load<u8>(p);
    if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) return p < end ? p : end;
    p++;
  }
}

/** Fails at `p` with the character that stands there. */
function bad(status: u32, p: usize): usize {
  fail(status, p < end ? p : end, u32(p < end));
  return end;
}

function tooDeep(p: usize): usize {
  failAbout(STATUS_JSON_DEPTH, p, 1, DEPTH_LIMIT);
  return end;
}
