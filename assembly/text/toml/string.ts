// TOML 1.0.0 strings: basic, literal and their multi-line forms.
//
// `scanString` takes the address of the opening quote and gives the address after the closing one; the text between is in
// `stringAddress`, `stringSize`. Escapes are resolved in place: an escape is never shorter than what it stands for.
// After a failure it gives the end of the input, where every loop of the scanner stops.

import { STATUS_TOML_CONTROL, STATUS_TOML_ESCAPE, STATUS_TOML_STRING_END } from "../../../src/core/abi";
import { every, hexDigit } from "../../memory/bytes";
import { fail } from "../../memory/status";
import { encode } from "../../memory/utf8";

export let stringAddress: usize = 0;
export let stringSize: u32 = 0;

const QUOTE: u8 = 0x22;
const APOSTROPHE: u8 = 0x27;
const BACKSLASH: u8 = 0x5c;

/** A string in any of the four forms; `end` is the end of the input. */
@inline
export function scanString(p: usize, end: usize): usize {
  if (load<u8>(p) == QUOTE) {
    // The common case first: one line, no escapes.
    const from = p + 1;
    const stop = special(from);
    if ((load<u8>(stop) == QUOTE) & (stop != from)) {
      stringAddress = from;
      stringSize = u32(stop - from);
      return stop + 1;
    }
    return basic(p, end);
  }
  return literal(p, end);
}

/** The string that is a key: one line only. */
export function scanQuotedKey(p: usize, end: usize): usize {
  const quote: u32 = load<u8>(p);
  if ((load<u8>(p, 1) == quote) & (load<u8>(p, 2) == quote)) {
    // An empty key, then a quote: not a key, and multi-line strings are no keys either.
    fail(STATUS_TOML_STRING_END, p, 3);
    return end;
  }
  return scanString(p, end);
}

/** Address of the first quote, backslash or control character (but tab) at or after `p`, 16 bytes a step. */
@inline
export function special(p: usize): usize {
  while (true) {
    const block = v128.load(p);
    const found = v128.or(
      v128.or(i8x16.eq(block, every(QUOTE, '"')), i8x16.eq(block, every(BACKSLASH, "\\"))),
      v128.or(i8x16.lt_u(block, every(0x20, " ")), i8x16.eq(block, every(0x7f, "\x7f"))),
    );
    const bits = i8x16.bitmask(found);
    if (bits != 0) return p + ctz(bits);
    p += 16;
  }
}

function basic(p: usize, end: usize): usize {
  if (load<u8>(p, 1) == QUOTE) {
    if (load<u8>(p, 2) == QUOTE) return multiline(p, end);
    stringAddress = p + 1;
    stringSize = 0;
    return p + 2;
  }
  const from = p + 1;
  let read = special(from);
  let write = read;
  while (read < end) {
    const c: u32 = load<u8>(read);
    if (c == QUOTE) {
      stringAddress = from;
      stringSize = u32(write - from);
      return read + 1;
    }
    if (c == BACKSLASH) {
      read = escape(read, write, end);
      write = escaped;
    } else if (c == 0x0a || c == 0x0d) {
      break;
    } else if (isControl(c)) {
      return control(read, end);
    } else {
      store<u8>(write++, c);
      read++;
    }
  }
  fail(STATUS_TOML_STRING_END, p, u32(read - p));
  return end;
}

function multiline(p: usize, end: usize): usize {
  const from = afterNewline(p + 3);
  let read = from;
  let write = from;
  while (read < end) {
    const c: u32 = load<u8>(read);
    if (c == QUOTE && load<u8>(read, 1) == QUOTE && load<u8>(read, 2) == QUOTE) {
      // Up to two quotes may stand right before the closing three.
      let extra = 0;
      while ((extra < 2) & (load<u8>(read, 3) == QUOTE)) {
        store<u8>(write++, QUOTE);
        read++;
        extra++;
      }
      stringAddress = from;
      stringSize = u32(write - from);
      return read + 3;
    }
    if (c == BACKSLASH) {
      const after = lineContinuation(read, end);
      if (after != 0) {
        read = after;
        continue;
      }
      read = escape(read, write, end);
      write = escaped;
    } else if ((c == 0x0d) & (load<u8>(read, 1) == 0x0a)) {
      store<u8>(write++, c);
      read++;
    } else if (c != 0x0a && isControl(c)) {
      return control(read, end);
    } else {
      store<u8>(write++, c);
      read++;
    }
  }
  fail(STATUS_TOML_STRING_END, p, 3);
  return end;
}

/** A backslash, white space and a line end: the address of the next character that is neither; 0 when it is not that. */
function lineContinuation(p: usize, end: usize): usize {
  let q = p + 1;
  while ((load<u8>(q) == 0x20) | (load<u8>(q) == 0x09)) q++;
  if (load<u8>(q) != 0x0a && !(load<u8>(q) == 0x0d && load<u8>(q, 1) == 0x0a)) return 0;
  while (q < end) {
    const c: u32 = load<u8>(q);
    if (c == 0x20 || c == 0x09 || c == 0x0a || (c == 0x0d && load<u8>(q, 1) == 0x0a)) q++;
    else break;
  }
  return q;
}

let escaped: usize = 0;

/**
 * Resolves the escape at `p` to `write`; the address after what was written is in `escaped`.
 * It may end where the input does: only a failure's status tells the two apart, and the first failure stays.
 */
function escape(p: usize, write: usize, end: usize): usize {
  const c: u32 = load<u8>(p, 1);
  if (c == 0x75 || c == 0x55) return unicode(p, write, end, c == 0x75 ? 4 : 8);
  const value = c == QUOTE || c == BACKSLASH ? c : controlNamed(c);
  if (value == 0) {
    fail(STATUS_TOML_ESCAPE, p, p + 1 < end ? 2 : 1);
    return end;
  }
  store<u8>(write, value);
  escaped = write + 1;
  return p + 2;
}

/** The control character that a letter stands for behind a backslash, here as in C; 0 for none. */
export function controlNamed(c: u32): u32 {
  if (c == 0x62) return 0x08; // \b
  if (c == 0x66) return 0x0c; // \f
  if (c == 0x6e) return 0x0a; // \n
  if (c == 0x72) return 0x0d; // \r
  return c == 0x74 ? 0x09 : 0; // \t
}

/** \uXXXX and \UXXXXXXXX: Unicode scalar values only. */
function unicode(p: usize, write: usize, end: usize, digits: u32): usize {
  let codePoint: u32 = 0;
  for (let i: u32 = 0; i < digits; i++) {
    const digit = hexDigit(load<u8>(p + 2 + i));
    if (digit > 15) {
      fail(STATUS_TOML_ESCAPE, p, 2 + i);
      return end;
    }
    codePoint = (codePoint << 4) | digit;
  }
  if (codePoint > 0x10ffff || codePoint - 0xd800 < 0x800) {
    fail(STATUS_TOML_ESCAPE, p, 2 + digits);
    return end;
  }
  escaped = encode(write, codePoint);
  return p + 2 + digits;
}

function literal(p: usize, end: usize): usize {
  if ((load<u8>(p, 1) == APOSTROPHE) & (load<u8>(p, 2) == APOSTROPHE)) return multilineLiteral(p, end);
  const from = p + 1;
  let q = from;
  while (q < end) {
    const c: u32 = load<u8>(q);
    if (c == APOSTROPHE) {
      stringAddress = from;
      stringSize = u32(q - from);
      return q + 1;
    }
    if (c == 0x0a || c == 0x0d) break;
    if (isControl(c)) return control(q, end);
    q++;
  }
  fail(STATUS_TOML_STRING_END, p, u32(q - p));
  return end;
}

function multilineLiteral(p: usize, end: usize): usize {
  const from = afterNewline(p + 3);
  let q = from;
  while (q < end) {
    const c: u32 = load<u8>(q);
    if (c == APOSTROPHE && load<u8>(q, 1) == APOSTROPHE && load<u8>(q, 2) == APOSTROPHE) {
      for (let extra = 0; (extra < 2) & (load<u8>(q, 3) == APOSTROPHE); extra++) q++;
      stringAddress = from;
      stringSize = u32(q - from);
      return q + 3;
    }
    if (c != 0x0a && !(c == 0x0d && load<u8>(q, 1) == 0x0a) && isControl(c)) return control(q, end);
    q++;
  }
  fail(STATUS_TOML_STRING_END, p, 3);
  return end;
}

/** A line end right after the opening quotes is not part of the string. */
function afterNewline(p: usize): usize {
  if (load<u8>(p) == 0x0a) return p + 1;
  if ((load<u8>(p) == 0x0d) & (load<u8>(p, 1) == 0x0a)) return p + 2;
  return p;
}

/** Control characters but tab: U+0000 to U+0008, U+000A to U+001F, U+007F. */
@inline
export function isControl(c: u32): bool {
  return (c < 0x20 && c != 0x09) || c == 0x7f;
}

function control(p: usize, end: usize): usize {
  fail(STATUS_TOML_CONTROL, p, 1);
  return end;
}
