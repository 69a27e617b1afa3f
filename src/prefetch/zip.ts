// Zip archives (PKWARE APPNOTE 6.3, with Zip64), read at random access: the list of entries, and single entries as streams.
//
// Invariant: an entry gives at most as many bytes as the directory says, with the checksum that it says; entries do not
// overlap, so that no byte of the file is unpacked twice (Fifield, "A better zip bomb", 2019).

import {
  Allowance,
  damaged,
  inflate,
  LIMITS,
  pieces,
  printable,
  type RandomAccess,
  refused,
  safeLink,
  safePath,
} from "./archive.ts";

export interface ZipEntry {
  readonly path: readonly string[];
  readonly isFolder: boolean;
  readonly size: number;
  /** The plain bytes. */
  read(): AsyncIterable<Uint8Array>;
}

/** Checks the whole list; gives the files and folders in it. Links that stay inside are left out. */
export async function readZip(source: RandomAccess): Promise<ZipEntry[]> {
  const { count, offset, size } = await endOfDirectory(source);
  if (count > LIMITS.entries) throw refused(`it has more than ${LIMITS.entries} entries`);
  if (size > LIMITS.directory || offset + size > source.size)
    throw damaged("its list of entries is not where it should be");
  const headers = readDirectory(await source.read(offset, size), count);
  const allowance = new Allowance(source.size);
  let free = 0;
  for (const header of [...headers].sort((left, right) => left.offset - right.offset)) {
    allowance.entry();
    allowance.bytes(header.size);
    if (header.offset < free) throw refused("two of its entries overlap");
    if (header.size > header.packed * 1032 + 64)
      throw refused(`\`${printable(header.name)}\` cannot be as large as it says`);
    free = header.offset + LOCAL_SIZE + header.packed;
    if (free > offset) throw damaged("an entry lies outside of the archive");
  }
  const entries: ZipEntry[] = [];
  for (const header of headers) {
    const path = safePath(header.name);
    // Unix mode in the upper half of the external attributes.
    const kind = (header.mode & 0o170000) >>> 0;
    if (kind === 0o120000) {
      if (header.size > LIMITS.name) throw refused("a link's target is too long");
      safeLink(path, new TextDecoder().decode(await readAll(contents(source, header), LIMITS.name)));
      continue;
    }
    if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000) throw refused(`\`${printable(header.name)}\` is no file`);
    const isFolder = header.name.endsWith("/");
    entries.push({ path, isFolder, size: header.size, read: () => contents(source, header) });
  }
  return entries;
}

/** A small entry as a whole. */
export async function readAll(stream: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > limit) throw refused(`a text in it is larger than ${limit} bytes`);
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface Header {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
  readonly mode: number;
  readonly offset: number;
}

const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const END_SIZE = 22;

/** 4.3.16: the record at the end, behind which there may be a comment; 4.3.14: the one of Zip64. */
async function endOfDirectory(source: RandomAccess): Promise<{ count: number; offset: number; size: number }> {
  const length = Math.min(source.size, END_SIZE + 0xffff);
  const start = source.size - length;
  const tail = view(await source.read(start, length));
  for (let at = length - END_SIZE; at >= 0; at--) {
    if (tail.getUint32(at, true) !== 0x06054b50 || at + END_SIZE + tail.getUint16(at + 20, true) !== length) continue;
    const count = tail.getUint16(at + 10, true);
    const size = tail.getUint32(at + 12, true);
    const offset = tail.getUint32(at + 16, true);
    if (count !== 0xffff && size !== 0xffffffff && offset !== 0xffffffff) return { count, offset, size };
    if (at < 20 || tail.getUint32(at - 20, true) !== 0x07064b50) return { count, offset, size };
    const place = number64(tail, at - 20 + 8);
    if (place + 56 > source.size) throw damaged("its end is not where it should be");
    const wide = view(await source.read(place, 56));
    if (wide.getUint32(0, true) !== 0x06064b50) throw damaged("its end is not where it should be");
    return { count: number64(wide, 32), size: number64(wide, 40), offset: number64(wide, 48) };
  }
  throw damaged("it is no zip archive, or it is cut off");
}

/** 4.3.12. */
function readDirectory(bytes: Uint8Array, count: number): Header[] {
  const directory = view(bytes);
  const headers: Header[] = [];
  let at = 0;
  while (headers.length < count) {
    if (at + CENTRAL_SIZE > bytes.length || directory.getUint32(at, true) !== 0x02014b50) {
      throw damaged("its list of entries is cut off");
    }
    const nameSize = directory.getUint16(at + 28, true);
    const extraSize = directory.getUint16(at + 30, true);
    const next = at + CENTRAL_SIZE + nameSize + extraSize + directory.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged("its list of entries is cut off");
    if ((directory.getUint16(at + 8, true) & 1) !== 0) throw refused("it is encrypted");
    const name = new TextDecoder().decode(bytes.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameSize));
    const wide = wideNumbers(directory, at + CENTRAL_SIZE + nameSize, extraSize, [
      directory.getUint32(at + 24, true),
      directory.getUint32(at + 20, true),
      directory.getUint32(at + 42, true),
    ]);
    const isUnix = directory.getUint8(at + 5) === 3;
    headers.push({
      name,
      method: directory.getUint16(at + 10, true),
      crc: directory.getUint32(at + 16, true),
      size: wide[0]!,
      packed: wide[1]!,
      offset: wide[2]!,
      mode: isUnix ? directory.getUint32(at + 38, true) >>> 16 : 0,
    });
    at = next;
  }
  return headers;
}

/** 4.5.3: those of size, packed size and offset that did not fit into 32 bits stand in the extra field, in this order. */
function wideNumbers(directory: DataView, start: number, length: number, narrow: readonly number[]): number[] {
  for (let at = start; at + 4 <= start + length; at += 4 + directory.getUint16(at + 2, true)) {
    const end = at + 4 + directory.getUint16(at + 2, true);
    if (directory.getUint16(at, true) !== 1 || end > start + length) continue;
    let field = at + 4;
    return narrow.map((number) => {
      if (number !== 0xffffffff) return number;
      if (field + 8 > end) throw damaged("an entry's size is missing");
      field += 8;
      return number64(directory, field - 8);
    });
  }
  return [...narrow];
}

async function* contents(source: RandomAccess, header: Header): AsyncGenerator<Uint8Array> {
  const local = view(await source.read(header.offset, LOCAL_SIZE));
  if (local.getUint32(0, true) !== 0x04034b50) throw damaged(`\`${printable(header.name)}\` is not where it should be`);
  const start = header.offset + LOCAL_SIZE + local.getUint16(26, true) + local.getUint16(28, true);
  const end = start + header.packed;
  if (end > source.size) throw damaged(`\`${printable(header.name)}\` is cut off`);
  const packed = pieces(source, start, end);
  if (header.method !== 0 && header.method !== 8) {
    throw refused(`\`${printable(header.name)}\` is compressed by method ${header.method}, which wheels do not use`);
  }
  let size = 0;
  let crc = 0xffffffff;
  for await (const piece of header.method === 0 ? packed : inflate("deflate-raw", packed)) {
    size += piece.length;
    if (size > header.size) throw refused(`\`${printable(header.name)}\` is larger than it says`);
    crc = updated(crc, piece);
    yield piece;
  }
  if (size !== header.size || (crc ^ 0xffffffff) >>> 0 !== header.crc)
    throw damaged(`\`${printable(header.name)}\` has other content than it says`);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function number64(from: DataView, at: number): number {
  const number = from.getBigUint64(at, true);
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw refused("a size in it is absurd");
  return Number(number);
}

// CRC-32 (ISO 3309), eight bits at a time.
const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function updated(crc: number, bytes: Uint8Array): number {
  let value = crc;
  for (let index = 0; index < bytes.length; index++) value = TABLE[(value ^ bytes[index]!) & 0xff]! ^ (value >>> 8);
  return value;
}
