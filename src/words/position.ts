// Where a byte of a text lies: its line and its column.
//
// Invariant: both count from 1; a column counts characters (code points), never bytes or UTF-16 units. Lines end at LF, and
// a CR before it belongs to the line end. A byte order mark is no character.

export interface Position {
  readonly line: number;
  readonly column: number;
  /** Bytes of the line, without its end. */
  readonly start: number;
  readonly end: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Position of the byte at `offset`; the end of the text is a position too. */
export function positionOf(bytes: Uint8Array, offset: number): Position {
  const at = Math.min(Math.max(offset, 0), bytes.length);
  let line = 1;
  let start = 0;
  for (let i = bytes.indexOf(LINE_FEED); i !== -1 && i < at; i = bytes.indexOf(LINE_FEED, i + 1)) {
    line++;
    start = i + 1;
  }
  if (start === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3;
  const feed = bytes.indexOf(LINE_FEED, at);
  let end = feed === -1 ? bytes.length : feed;
  if (feed > start && bytes[feed - 1] === CARRIAGE_RETURN) end--;
  return { line, column: 1 + countCharacters(bytes, start, at), start, end };
}

/** Code points of the UTF-8 between two offsets; a byte that starts none counts with the one before it. */
function countCharacters(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++;
  return count;
}
