// What leaves the core as bytes: JSON (RFC 8259), put together piece by piece.
//
// Invariant: strings are escaped as JSON.stringify escapes them (ECMA-262, QuoteJSONString), so the host's own JSON has the
// same bytes. Texts of a lock are valid UTF-8, so there are no lone surrogates to escape.

import { Column, REQUEST } from "../memory/arena";
import { wordSize, writeAscii, writeNumber } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";

/** The bytes, side by side. They move while they grow: keep offsets, not addresses. */
export const output: Column<u8> = changetype<Column<u8>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));

/** Largest size of a number in decimal. */
const NUMBER_SIZE: u32 = 10;

/** A word of ASCII, as it is. */
export function put(word: string): void {
  const to = output.room(wordSize(word));
  if (to != 0) output.count += u32(writeAscii(to, word) - to);
}

export function putNumber(value: u32): void {
  const to = output.room(NUMBER_SIZE);
  if (to != 0) output.count += u32(writeNumber(to, value) - to);
}

export function putBool(value: bool): void {
  put(value ? "true" : "false");
}

/** The text of an id as a string; null for NONE. */
export function putText(id: u32): void {
  if (id == u32(-1)) put("null");
  else putString(textAddress(id), textSize(id));
}

export function putString(address: usize, size: u32): void {
  putQuote();
  putEscaped(address, size);
  putQuote();
}

export function putQuote(): void {
  const to = output.push();
  if (to != 0) store<u8>(to, 0x22);
}

/** A part of a string, without its quotes. */
export function putEscaped(address: usize, size: u32): void {
  // Blocks are copied whole; what is beyond the text is written over by what comes next.
  let to = output.room(size + 16);
  if (to == 0) return;
  const end = address + size;
  let from = address;
  while (from < end) {
    const block = v128.load(from);
    v128.store(to, block);
    const special = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c))),
        i8x16.lt_u(block, i8x16.splat(0x20)),
      ),
    );
    const plain = special == 0 ? 16 : ctz(special);
    const left = u32(end - from);
    if (left <= u32(plain)) {
      output.count += left;
      return;
    }
    output.count += plain;
    from += plain;
    to += plain;
    if (special == 0) continue;
    putEscape(load<u8>(from++));
    to = output.room(u32(end - from) + 16);
    if (to == 0) return;
  }
}

/** `\"`, `\\`, the five escapes with a letter, or `\u00` and two hexadecimal digits. */
function putEscape(c: u32): void {
  const to = output.room(6);
  if (to == 0) return;
  const letter = c == 0x22 || c == 0x5c ? c : letterOf(c);
  store<u8>(to, 0x5c);
  if (letter != 0) {
    store<u8>(to, letter, 1);
    output.count += 2;
    return;
  }
  store<u32>(to, 0x30303075, 1); // u000
  store<u8>(to, 0x30 + (c >> 4), 4);
  const low = c & 15;
  store<u8>(to, low < 10 ? 0x30 + low : 0x57 + low, 5);
  output.count += 6;
}

function letterOf(c: u32): u32 {
  switch (c) {
    case 0x08:
      return 0x62;
    case 0x09:
      return 0x74;
    case 0x0a:
      return 0x6e;
    case 0x0c:
      return 0x66;
    case 0x0d:
      return 0x72;
    default:
      return 0;
  }
}
