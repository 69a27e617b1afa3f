// Rows that large locks are made of, recognised whole, as their tools write them, byte for byte:
//
//   {file = "NAME", hash = "sha256:DIGITS"},                                          Poetry, PDM
//   { url = "ADDRESS", hash = "sha256:DIGITS", size = N, upload-time = "TIME" },       uv; the time may be missing
//
// Nine tenths of a large lock's bytes are such rows. They become rows of a column instead of nodes of the tree, with few
// looks at each byte. Anything else (an escape, a letter beyond ASCII, another space) is the scanner's.
//
// Invariant: what is taken here the scanner would take too, and readers see the same (test/rows.test.ts).

import { dropRow, keepRow, newRow, ROW_FILE, ROW_URL, Row } from "../document";

// Words as numbers, the first character lowest.
const FILE: u64 = 0x3d20656c69667b; // {file =
const URL: u64 = 0x3d206c7275207b; // { url =
const HASH: u64 = 0x2068736168202c22; // ", hash
const SHA256: u64 = 0x3a363532616873; // sha256:
const SIZE: u64 = 0x20657a6973202c22; // ", size
const UPLOAD: u64 = 0x64616f6c7075202c; // , upload
const TIME: u64 = 0x203d20656d69742d; // -time =
const SEVEN_BYTES: u64 = 0xffffffffffffff;

/** Of sha256, in hexadecimal. */
const DIGITS: u32 = 64;
/** No size has more, and every reader of integers takes as many. */
const NUMBER_SIZE: u32 = 15;

/**
 * Takes as many rows as follow one another from `p` on, where an element of `array` starts. Gives the address behind them,
 * their commas and line ends, where another element or the array's end stands; `p` itself when there is none.
 */
export function scanRows(p: usize, array: u32): usize {
  while (true) {
    const head = load<u64>(p) & SEVEN_BYTES;
    if ((head != FILE && head != URL) || load<u16>(p, 7) != 0x2220) break; // space, quote
    const kind = head == FILE ? ROW_FILE : ROW_URL;
    const address = newRow(kind);
    if (address == 0) break;
    const row = changetype<Row>(address);
    row.address = p;
    const end = kind == ROW_FILE ? fileRow(p + 9, row) : urlRow(p + 9, row);
    // Without a comma, or with more behind it on the line, the scanner says what is right, and readers of an empty text.
    if (end == 0 || row.textSize == 0 || load<u16>(end) != 0x0a2c) {
      dropRow();
      break;
    }
    keepRow(array);
    p = end + 2;
    while (load<u8>(p) == 0x20) p++;
  }
  return p;
}

/** What follows `{file = "`: the address behind the row, 0 when it is another one. */
function fileRow(p: usize, row: Row): usize {
  const end = hashEnd(nameEnd(p), row);
  row.text = p;
  row.textSize = u32(row.hash - 11 - p);
  row.name = 0;
  return end != 0 && load<u16>(end) == 0x7d22 ? end + 2 : 0; // "}
}

/** What follows `{ url = "`. */
function urlRow(p: usize, row: Row): usize {
  let end = hashEnd(addressEnd(p, row), row);
  if (end == 0 || load<u64>(end) != SIZE || load<u16>(end, 8) != 0x203d) return 0; // =
  row.text = p;
  row.textSize = u32(row.hash - 11 - p);
  row.number = end + 10;
  end = row.number;
  let value: u64 = 0;
  while (true) {
    const digit = u32(load<u8>(end)) - 0x30;
    if (digit > 9) break;
    value = value * 10 + digit;
    end++;
  }
  row.value = value;
  row.numberSize = u32(end - row.number);
  if (row.numberSize - 1 >= NUMBER_SIZE || (load<u8>(row.number) == 0x30 && row.numberSize != 1)) return 0;
  row.time = 0;
  if (load<u16>(end) == 0x7d20) return end + 2; // space }
  if (load<u64>(end) != UPLOAD || load<u64>(end, 8) != TIME || load<u8>(end, 16) != 0x22) return 0;
  row.time = end + 17;
  end = plainEnd(row.time);
  row.timeSize = u32(end - row.time);
  return load<u8>(end) == 0x22 && load<u16>(end, 1) == 0x7d20 ? end + 3 : 0;
}

/** What follows a text: `", hash = "sha256:` and its digits. The address behind them, and the hash in the row; else 0. */
@inline
function hashEnd(p: usize, row: Row): usize {
  if (load<u64>(p) != HASH || (load<u32>(p, 8) & 0xffffff) != 0x22203d) return 0; // = "
  const hash = p + 11;
  row.hash = hash;
  if ((load<u64>(hash) & SEVEN_BYTES) != SHA256) return 0;
  const digits = hash + 7;
  const areHex = v128.and(
    v128.and(hexadecimal(digits), hexadecimal(digits + 16)),
    v128.and(hexadecimal(digits + 32), hexadecimal(digits + 48)),
  );
  return i8x16.all_true(areHex) ? digits + DIGITS : 0;
}

/** Ones in each byte that is a hexadecimal digit. */
@inline
function hexadecimal(p: usize): v128 {
  const block = v128.load(p);
  const digit = i8x16.lt_u(i8x16.sub(block, i8x16.splat(0x30)), i8x16.splat(10));
  const letter = i8x16.lt_u(i8x16.sub(v128.or(block, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(6));
  return v128.or(digit, letter);
}

/** Ones in each byte that ends a plain text: quote, backslash, what is no printable ASCII. */
@inline
function ends(block: v128): v128 {
  return v128.or(
    v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c))),
    // Signed: bytes from 0x80 on are below the space, too.
    v128.or(i8x16.lt_s(block, i8x16.splat(0x20)), i8x16.eq(block, i8x16.splat(0x7f))),
  );
}

/** The end of a plain text. */
@inline
function plainEnd(p: usize): usize {
  while (true) {
    const bits = i8x16.bitmask(ends(v128.load(p)));
    if (bits != 0) return p + ctz(bits);
    p += 16;
  }
}

/** The same of a file's name: one with a slash in it ends there, and no row has it. */
@inline
function nameEnd(p: usize): usize {
  while (true) {
    const block = v128.load(p);
    const bits = i8x16.bitmask(v128.or(ends(block), i8x16.eq(block, i8x16.splat(0x2f))));
    if (bits != 0) return p + ctz(bits);
    p += 16;
  }
}

/** The same of an address, whose last segment is then the row's name. One with `%`, `?` or `#` in it ends there: no row has it. */
function addressEnd(p: usize, row: Row): usize {
  let name: usize = 0;
  while (true) {
    const block = v128.load(p);
    const bits = i8x16.bitmask(ends(block));
    const stop: u32 = bits == 0 ? 16 : ctz(bits);
    const before = (1 << stop) - 1;
    const odd = v128.or(
      v128.or(i8x16.eq(block, i8x16.splat(0x25)), i8x16.eq(block, i8x16.splat(0x3f))),
      i8x16.eq(block, i8x16.splat(0x23)),
    );
    if ((i8x16.bitmask(odd) & before) != 0) return p;
    const slashes = i8x16.bitmask(i8x16.eq(block, i8x16.splat(0x2f))) & before;
    if (slashes != 0) name = p + 32 - clz(slashes);
    p += stop;
    if (bits != 0) break;
  }
  row.name = name;
  return p;
}
