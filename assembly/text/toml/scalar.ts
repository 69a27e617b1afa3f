// TOML 1.0.0 booleans, numbers, dates and times: which of them a bare value is.
//
// Invariant: the text is only classified and checked; nobody here needs its value.

import { hexDigit, is, isDigit } from "../../memory/bytes";
import { BOOLEAN, DATETIME, FLOAT, INTEGER, LOCAL_DATE, LOCAL_DATETIME, LOCAL_TIME } from "../document";

/** Not a value. */
export const NOTHING: u32 = 0;

/** Kind of the bare value, or NOTHING. */
export function scalarKind(address: usize, size: u32): u32 {
  const c: u32 = load<u8>(address);
  if (c == 0x74) return is(address, size, "true") ? BOOLEAN : NOTHING;
  if (c == 0x66) return is(address, size, "false") ? BOOLEAN : NOTHING;
  // A date has its hyphen at 4, a time its colon at 2; no number has either there, but exponents reach neither.
  if (size >= 10 && load<u8>(address, 4) == 0x2d && isDigit(c)) return date(address, size);
  if (size >= 8 && load<u8>(address, 2) == 0x3a)
    return time(address, address + size) == address + size ? LOCAL_TIME : NOTHING;
  return number(address, size);
}

function number(address: usize, size: u32): u32 {
  const end = address + size;
  let p = address;
  const signed = (load<u8>(p) == 0x2b) | (load<u8>(p) == 0x2d);
  if (signed) p++;
  if (p == end) return NOTHING;
  const rest = u32(end - p);
  if (is(p, rest, "inf") || is(p, rest, "nan")) return FLOAT;
  if ((load<u8>(p) == 0x30) & (rest > 1)) {
    const c: u32 = load<u8>(p, 1);
    const bits = c == 0x78 ? 4 : c == 0x6f ? 3 : c == 0x62 ? 1 : 0; // 0x 0o 0b
    if (bits != 0) return !signed && radix(p + 2, end, bits) ? INTEGER : NOTHING;
    if (isDigit(c) || c == 0x5f) return NOTHING; // no leading zeros
  }
  p = digits(p, end);
  if (p == 0) return NOTHING;
  if (p == end) return INTEGER;
  if (load<u8>(p) == 0x2e) {
    p = digits(p + 1, end);
    if (p == 0) return NOTHING;
    if (p == end) return FLOAT;
  }
  if ((load<u8>(p) | 0x20) != 0x65) return NOTHING;
  p++;
  if (p < end && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
  return digits(p, end) == end ? FLOAT : NOTHING;
}

/** Digits with single underscores between them: the address after, 0 when there are none or an underscore hangs. */
function digits(p: usize, end: usize): usize {
  if ((p >= end) | (!isDigit(load<u8>(p)))) return 0;
  while (p < end) {
    const c: u32 = load<u8>(p);
    if (isDigit(c)) p++;
    else if (c == 0x5f) {
      p++;
      if ((p >= end) | (!isDigit(load<u8>(p)))) return 0;
    } else break;
  }
  return p;
}

function radix(p: usize, end: usize, bits: u32): bool {
  let digit = false;
  for (; p < end; p++) {
    const c: u32 = load<u8>(p);
    if (c == 0x5f) {
      if (!digit) return false;
      digit = false;
    } else {
      if (hexDigit(c) >= (<u32>1) << bits) return false;
      digit = true;
    }
  }
  return digit;
}

/** RFC 3339 date, date-time or local date-time; `T` may be lower case or a space. */
function date(address: usize, size: u32): u32 {
  const end = address + size;
  const year = two(address) * 100 + two(address + 2);
  const month = two(address + 5);
  const day = two(address + 8);
  if ((year > 9999) | (load<u8>(address, 7) != 0x2d)) return NOTHING;
  if (month - 1 > 11 || day - 1 >= daysIn(year, month)) return NOTHING;
  if (size == 10) return LOCAL_DATE;
  const separator: u32 = load<u8>(address, 10);
  if ((separator | 0x20) != 0x74 && separator != 0x20) return NOTHING;
  let p = time(address + 11, end);
  if (p == 0) return NOTHING;
  if (p == end) return LOCAL_DATETIME;
  if ((load<u8>(p) | 0x20) == 0x7a) return p + 1 == end ? DATETIME : NOTHING;
  if ((load<u8>(p) != 0x2b) & (load<u8>(p) != 0x2d)) return NOTHING;
  if (end - p != 6 || load<u8>(p, 3) != 0x3a || two(p + 1) > 23 || two(p + 4) > 59) return NOTHING;
  return DATETIME;
}

/** hh:mm:ss with an optional fraction: the address after it, or 0. Second 60 is a leap second (RFC 3339, 5.7). */
function time(p: usize, end: usize): usize {
  if ((p + 8 > end) | (load<u8>(p, 2) != 0x3a) | (load<u8>(p, 5) != 0x3a)) return 0;
  if ((two(p) > 23) | (two(p + 3) > 59) | (two(p + 6) > 60)) return 0;
  p += 8;
  if ((p < end) & (load<u8>(p) == 0x2e)) {
    const from = ++p;
    while ((p < end) & (isDigit(load<u8>(p)))) p++;
    if (p == from) return 0;
  }
  return p;
}

/** Two digits as a number, a large one when they are not digits. */
function two(p: usize): u32 {
  const tens = u32(load<u8>(p)) - 0x30;
  const ones = u32(load<u8>(p, 1)) - 0x30;
  return (tens > 9) | (ones > 9) ? 100000 : tens * 10 + ones;
}

function daysIn(year: u32, month: u32): u32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}
