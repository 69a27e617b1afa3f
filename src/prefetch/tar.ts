// Tar archives as a stream of entries: POSIX.1-2001 (ustar with pax headers), and GNU's long names.
//
// Invariant: every header is checked, whether anybody wants the entry or not; an entry's bytes that nobody reads are
// skipped; the archive ends with its entries complete.

import { Allowance, damaged, LIMITS, printable, refused, safeLink, safePath } from "./archive.ts";

export interface TarEntry {
  readonly path: readonly string[];
  readonly isFile: boolean;
  readonly size: number;
}

/** Walks through the archive; `wants` says which files are read whole, `take` gets them. */
export async function readTar(
  plain: AsyncIterable<Uint8Array>,
  packedSize: number,
  wants: (entry: TarEntry) => boolean,
  take: (entry: TarEntry, bytes: Uint8Array) => void,
): Promise<void> {
  const allowance = new Allowance(packedSize);
  const input = new Input(plain, allowance);
  try {
    await readEntries(input, allowance, wants, take);
  } finally {
    await input.close();
  }
}

async function readEntries(
  input: Input,
  allowance: Allowance,
  wants: (entry: TarEntry) => boolean,
  take: (entry: TarEntry, bytes: Uint8Array) => void,
): Promise<void> {
  let global: Pax = {};
  let own: Pax = {};
  let count = 0;
  for (;;) {
    const header = await input.take(BLOCK, true);
    // Two blocks of zeros end the archive; what follows is padding. Some writers leave them out.
    if (header === null || header.every((byte) => byte === 0)) break;
    count += 1;
    allowance.entry();
    checkSum(header);
    const kind = String.fromCharCode(header[156]!);
    const size = own.size ?? numberAt(header, 124, 12);
    if (kind === "x" || kind === "g" || kind === "L" || kind === "K") {
      const stated = numberAt(header, 124, 12);
      if (stated > LIMITS.text) throw refused("a header in it is too large");
      const bytes = (await input.take(padded(stated), false))!.subarray(0, stated);
      if (kind === "g") global = { ...global, ...readPax(bytes) };
      else if (kind === "x") own = { ...own, ...readPax(bytes) };
      else own = { ...own, [kind === "L" ? "path" : "link"]: textAt(bytes, 0, bytes.length) };
      continue;
    }
    const facts = { ...global, ...own };
    own = {};
    const name = facts.path ?? nameOf(header);
    const path = safePath(name);
    if (kind === "2") safeLink(path, facts.link ?? textAt(header, 157, 100));
    // A hard link names an entry of the archive, from its top.
    else if (kind === "1") safePath(facts.link ?? textAt(header, 157, 100));
    else if (!["0", "\0", "5", "7"].includes(kind)) throw refused(`\`${printable(name)}\` is no file`);
    const isFile = (kind === "0" || kind === "\0" || kind === "7") && !name.endsWith("/");
    // Links and folders have no content, whatever their size says.
    const length = isFile ? size : 0;
    const entry = { path, isFile, size: length };
    if (isFile && wants(entry)) {
      if (length > LIMITS.text) throw refused(`\`${printable(name)}\` is larger than ${LIMITS.text} bytes`);
      take(entry, (await input.take(padded(length), false))!.subarray(0, length));
    } else await input.skip(padded(length));
  }
  if (count === 0) throw damaged("it is no tar archive, or it is empty");
}

const BLOCK = 512;

interface Pax {
  path?: string;
  link?: string;
  size?: number;
}

/** Bytes on demand from a stream of pieces. */
class Input {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #allowance: Allowance;
  #rest = new Uint8Array();

  constructor(stream: AsyncIterable<Uint8Array>, allowance: Allowance) {
    this.#iterator = stream[Symbol.asyncIterator]();
    this.#allowance = allowance;
  }

  /** Exactly so many bytes; null when the stream has ended before the first and it may. */
  async take(count: number, mayEnd: boolean): Promise<Uint8Array | null> {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#rest.length === 0 && !(await this.#more())) {
        if (filled === 0 && mayEnd) return null;
        throw damaged("it is cut off");
      }
      const part = this.#rest.subarray(0, count - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return bytes;
  }

  async skip(count: number): Promise<void> {
    let left = count;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw damaged("it is cut off");
      const part = Math.min(left, this.#rest.length);
      this.#rest = this.#rest.subarray(part);
      left -= part;
    }
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#iterator.next();
    if (done) return false;
    this.#allowance.bytes(value.length);
    this.#rest = value as Uint8Array<ArrayBuffer>;
    return true;
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The sum of the header's bytes, its own field taken as spaces. */
function checkSum(header: Uint8Array): void {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK; index++) if (index < 148 || index >= 156) sum += header[index]!;
  if (sum !== numberAt(header, 148, 8)) throw damaged("a header in it is broken");
}

/** Octal digits, or GNU's binary form with the first bit set. */
function numberAt(header: Uint8Array, offset: number, length: number): number {
  if ((header[offset]! & 0x80) !== 0) {
    let number = header[offset]! & 0x7f;
    for (let index = 1; index < length; index++) number = number * 256 + header[offset + index]!;
    if (!Number.isSafeInteger(number)) throw refused("a size in it is absurd");
    return number;
  }
  const digits = textAt(header, offset, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw damaged("a header in it is broken");
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function nameOf(header: Uint8Array): string {
  const name = textAt(header, 0, 100);
  const prefix = textAt(header, 257, 6) === "ustar" ? textAt(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textAt(bytes: Uint8Array, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Records `<length> <key>=<value>\n`. */
function readPax(bytes: Uint8Array): Pax {
  const pax: Pax = {};
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(new TextDecoder().decode(bytes.subarray(at, space)));
    if (space < 0 || !Number.isInteger(length) || length <= space - at || at + length > bytes.length) {
      throw damaged("a header in it is broken");
    }
    const record = new TextDecoder().decode(bytes.subarray(space + 1, at + length - 1));
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(record) ?? [];
    if (key === "path") pax.path = value!;
    else if (key === "linkpath") pax.link = value!;
    else if (key === "size") {
      if (!/^\d{1,15}$/.test(value!)) throw refused("a size in it is absurd");
      pax.size = Number(value);
    }
    at += length;
  }
  return pax;
}
