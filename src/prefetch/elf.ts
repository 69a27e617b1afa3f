// ELF shared objects: the libraries that one needs (DT_NEEDED) and the name that it answers to (DT_SONAME).
// System V ABI, chapters 4 and 5; both byte orders, both widths.
//
// Invariant: reads forwards only, as often as there are tables to follow, so that a member of an archive need not be
// unpacked; every size that the file states is bounded before it is believed. What is no such object gives null.

export interface SharedObject {
  readonly needed: readonly string[];
  readonly soname: string | null;
}

/** Reads a part of the object; fewer bytes when it ends before. */
export type ReadPart = (offset: number, length: number) => Promise<Uint8Array>;

const LOAD = 1;
const DYNAMIC = 2;
const NEEDED = 1n;
const STRING_TABLE = 5n;
const STRING_SIZE = 10n;
const SONAME = 14n;
/** Tables larger than these are no tables of a linker. Large C++ libraries have string tables of some 100 MB. */
const HEADERS_LIMIT = 1024;
const DYNAMIC_LIMIT = 2 ** 20;
const NAME_LIMIT = 4096;
const STRINGS_LIMIT = 2 ** 29;

export async function readSharedObject(read: ReadPart): Promise<SharedObject | null> {
  const start = await read(0, 64);
  if (start.length < 52 || start[0] !== 0x7f || start[1] !== 0x45 || start[2] !== 0x4c || start[3] !== 0x46)
    return null;
  const isWide = start[4] === 2;
  const isLittle = start[5] === 1;
  if (isWide && start.length < 64) return null;
  const header = new Reader(start, isWide, isLittle);
  const tableAt = isWide ? header.u64(32) : header.u32(28);
  const entrySize = header.u16(isWide ? 54 : 42);
  const count = header.u16(isWide ? 56 : 44);
  if (count === 0 || count > HEADERS_LIMIT || entrySize < (isWide ? 56 : 32)) return null;

  const table = new Reader(await read(tableAt, entrySize * count), isWide, isLittle);
  const segments = Array.from({ length: Math.floor(table.size / entrySize) }, (_, index) =>
    table.segment(index * entrySize),
  );
  const dynamic = segments.find(({ kind }) => kind === DYNAMIC);
  if (dynamic === undefined || dynamic.size > DYNAMIC_LIMIT) return null;

  const entries = new Reader(await read(dynamic.offset, dynamic.size), isWide, isLittle).pairs();
  const address = entries.find(([tag]) => tag === STRING_TABLE)?.[1];
  const size = Number(entries.find(([tag]) => tag === STRING_SIZE)?.[1] ?? 0n);
  // The dynamic section holds addresses in memory; the loaded segments say where in the file those are.
  const segment = segments.find(
    ({ kind, address: from, size: length }) =>
      kind === LOAD && address !== undefined && address >= from && address < from + BigInt(length),
  );
  if (address === undefined || segment === undefined || size > STRINGS_LIMIT) return null;
  const strings = segment.offset + Number(address - segment.address);

  const wanted = entries
    .filter(([tag]) => tag === NEEDED || tag === SONAME)
    .map(([tag, at]) => ({ tag, at: Number(at) }));
  if (wanted.length === 0) return { needed: [], soname: null };
  const first = Math.min(...wanted.map(({ at }) => at));
  const last = Math.max(...wanted.map(({ at }) => at));
  if (last >= size) return null;
  const texts = await read(strings + first, Math.min(size, last + NAME_LIMIT) - first);
  const named = wanted.map(({ tag, at }) => ({ tag, name: nameAt(texts, at - first) }));
  return {
    needed: named.filter(({ tag }) => tag === NEEDED).map(({ name }) => name),
    soname: named.find(({ tag }) => tag === SONAME)?.name ?? null,
  };
}

interface Segment {
  readonly kind: number;
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
}

class Reader {
  readonly size: number;
  readonly #view: DataView;
  readonly #isWide: boolean;
  readonly #isLittle: boolean;

  constructor(bytes: Uint8Array, isWide: boolean, isLittle: boolean) {
    this.size = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isWide = isWide;
    this.#isLittle = isLittle;
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.#isLittle);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.#isLittle);
  }

  /** Beyond what a number holds there is no file. */
  u64(at: number): number {
    return Number(this.#view.getBigUint64(at, this.#isLittle));
  }

  segment(at: number): Segment {
    const kind = this.u32(at);
    if (this.#isWide) {
      const address = this.#view.getBigUint64(at + 16, this.#isLittle);
      return { kind, offset: this.u64(at + 8), address, size: this.u64(at + 32) };
    }
    return { kind, offset: this.u32(at + 4), address: BigInt(this.u32(at + 8)), size: this.u32(at + 16) };
  }

  /** Tag and value, up to DT_NULL. */
  pairs(): [bigint, bigint][] {
    const pairs: [bigint, bigint][] = [];
    const width = this.#isWide ? 8 : 4;
    const word = (at: number): bigint =>
      this.#isWide ? this.#view.getBigUint64(at, this.#isLittle) : BigInt(this.u32(at));
    for (let at = 0; at + 2 * width <= this.size; at += 2 * width) {
      const tag = word(at);
      if (tag === 0n) break;
      pairs.push([tag, word(at + width)]);
    }
    return pairs;
  }
}

function nameAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at);
  return new TextDecoder().decode(bytes.subarray(at, end < 0 ? bytes.length : end));
}
