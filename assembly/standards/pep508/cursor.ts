// What is being read of a dependency specifier (PEP 508): one text from left to right, and its tokens.
//
// Invariant: `cursor` is never beyond `limit`.

import { startsWith, wordSize } from "../../memory/bytes";
import { fail } from "../../memory/status";
import { isAlphanumeric, isSeparator } from "../name";

/** What is being parsed: the next byte, and the end. */
export let cursor: usize = 0;
export let limit: usize = 0;

export function setCursor(address: usize, size: u32): void {
  cursor = address;
  // The end of a Python regular expression's `$`: before a line feed that ends the text, too.
  limit = address + (size != 0 && load<u8>(address + size - 1) == 0x0a ? size - 1 : size);
}

/** The next byte; 0 at the end. */
export function peek(): u32 {
  return cursor < limit ? u32(load<u8>(cursor)) : 0;
}

/** Moves beyond one byte. */
export function step(): void {
  cursor++;
}

/** Moves to a later place, at most to the end. */
export function moveTo(place: usize): void {
  cursor = place;
}

/** Blanks and tabs are the only white space here. */
export function skipBlanks(): void {
  while ((cursor < limit) & isBlank(load<u8>(cursor))) cursor++;
}

export function isBlank(c: u32): bool {
  return (c == 0x20) | (c == 0x09);
}

/** What a word is made of. Bytes outside ASCII pass as letters: no word of the grammar can end before one. */
function isWordByte(c: u32): bool {
  return isAlphanumeric(c) || c == 0x5f || c >= 0x80;
}

/** Moves beyond this word if it is the next. */
export function takeWord(word: string): bool {
  if (!startsWith(cursor, u32(limit - cursor), word)) return false;
  const end = cursor + wordSize(word);
  if (end < limit && isWordByte(load<u8>(end))) return false;
  cursor = end;
  return true;
}

/** Size of what stands at the cursor, for messages: a word, a run of operator characters, or one byte; 0 at the end. */
export function tokenSize(): u32 {
  let end = cursor;
  while ((end < limit) & (isWordByte(load<u8>(end)) | isSeparator(load<u8>(end)))) end++;
  if (end == cursor) while ((end < limit) & isOperatorByte(load<u8>(end))) end++;
  if (end == cursor && end < limit) end++;
  return u32(end - cursor);
}

export function isOperatorByte(c: u32): bool {
  return c == 0x3d || c == 0x3c || c == 0x3e || c == 0x21 || c == 0x7e; // = < > ! ~
}

/** Fails, and gives what a parser returns then. */
export function refuse(code: u32, address: usize, size: u32): bool {
  fail(code, address, size);
  return false;
}
