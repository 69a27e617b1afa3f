// Archives made by hand, so that they can lie: zip, tar and ELF.
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import type { RandomAccess } from "../../src/prefetch/archive.ts";

export interface ZipMember {
  readonly name: string;
  readonly data?: Uint8Array | string;
  /** Unix mode. */
  readonly mode?: number;
  readonly stored?: boolean;
  /** What the directory says instead of the truth. */
  readonly size?: number;
  readonly packed?: number;
  readonly crc?: number;
  readonly offset?: number;
  readonly method?: number;
}

export function zip(members: readonly ZipMember[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const name = Buffer.from(member.name);
    const data = Buffer.from(member.data ?? "");
    const body = member.stored === true ? data : deflateRawSync(data);
    const method = member.method ?? (member.stored === true ? 0 : 8);
    const facts = Buffer.alloc(12);
    facts.writeUInt32LE(member.crc ?? crc32(data), 0);
    facts.writeUInt32LE(member.packed ?? body.length, 4);
    facts.writeUInt32LE(member.size ?? data.length, 8);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    facts.copy(local, 14);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x031e, 4);
    central.writeUInt16LE(method, 10);
    facts.copy(central, 16);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(((member.mode ?? 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(member.offset ?? at, 42);
    bodies.push(local, name, body);
    directory.push(central, name);
    at += local.length + name.length + body.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, list, end]);
}

export interface TarMember {
  readonly name: string;
  readonly data?: Uint8Array | string;
  readonly kind?: string;
  readonly link?: string;
  /** What the header says instead of the truth. */
  readonly size?: number;
}

export function tar(members: readonly TarMember[], ending = true): Buffer {
  const blocks: Buffer[] = [];
  for (const { name, data = "", kind = "0", link = "", size } of members) {
    const bytes = Buffer.from(data);
    const header = Buffer.alloc(512);
    header.write(name.slice(0, 100), 0);
    header.write("0000644\0", 100);
    header.write("0000000\0", 108);
    header.write("0000000\0", 116);
    header.write(`${(size ?? bytes.length).toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write(kind, 156);
    header.write(link, 157);
    header.write("ustar\0", 257);
    header.write("00", 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    blocks.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, ...(ending ? [Buffer.alloc(1024)] : [])]);
}

export function tarGz(members: readonly TarMember[]): Buffer {
  return gzipSync(tar(members));
}

/** A pax record. */
export function pax(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length;
  return `${length}${rest}`;
}

/**
 * A shared object with these names in its dynamic section, and nothing else; the address space starts at 0x1000. With `room`,
 * bytes for a run path that is empty so far, this machine's dynamic linker loads it.
 */
export function sharedObject(
  needed: readonly string[],
  {
    soname = null,
    wide = true,
    little = true,
    padding = 0,
    room = 0,
  }: { soname?: string | null; wide?: boolean; little?: boolean; padding?: number; room?: number } = {},
): Buffer {
  const named = [...needed, ...(soname === null ? [] : [soname])];
  const names = room === 0 ? named : [...named, "\0".repeat(room)];
  const strings = Buffer.from(`\0${names.map((name) => `${name}\0`).join("")}`);
  const at = (index: number): number => 1 + names.slice(0, index).reduce((size, name) => size + name.length + 1, 0);
  const word = wide ? 8 : 4;
  const headerSize = wide ? 64 : 52;
  const entrySize = wide ? 56 : 32;
  const stringsAt = headerSize + 2 * entrySize + padding;
  const dynamicAt = Math.ceil((stringsAt + strings.length) / 8) * 8;
  const pairs: [number, number][] = [
    ...needed.map((_, index): [number, number] => [1, at(index)]),
    ...(soname === null ? [] : [[14, at(needed.length)] as [number, number]]),
    [5, 0x1000 + stringsAt],
    [10, strings.length],
    // DT_RUNPATH, and a table of symbols (the linker wants one) that lookups never read: there is no hash table.
    ...(room === 0
      ? []
      : ([
          [29, at(named.length)],
          [6, 0x1000 + stringsAt],
          [11, 24],
        ] as [number, number][])),
    [0, 0],
  ];
  const file = Buffer.alloc(dynamicAt + pairs.length * 2 * word);
  const u16 = (value: number, offset: number) =>
    little ? file.writeUInt16LE(value, offset) : file.writeUInt16BE(value, offset);
  const u32 = (value: number, offset: number) =>
    little ? file.writeUInt32LE(value, offset) : file.writeUInt32BE(value, offset);
  const uWord = (value: number, offset: number) => {
    if (!wide) u32(value, offset);
    else if (little) file.writeBigUInt64LE(BigInt(value), offset);
    else file.writeBigUInt64BE(BigInt(value), offset);
  };
  file.write("\x7fELF", "latin1");
  file[4] = wide ? 2 : 1;
  file[5] = little ? 1 : 2;
  u16(3, 16);
  if (room > 0) {
    file[6] = 1;
    u16(process.arch === "arm64" ? 183 : 62, 18);
    u32(1, 20);
    u16(headerSize, 52);
  }
  uWord(headerSize, wide ? 32 : 28);
  u16(entrySize, wide ? 54 : 42);
  u16(2, wide ? 56 : 44);
  const segment = (index: number, kind: number, offset: number, size: number): void => {
    const start = headerSize + index * entrySize;
    u32(kind, start);
    uWord(offset, start + (wide ? 8 : 4));
    uWord(0x1000 + offset, start + (wide ? 16 : 8));
    uWord(size, start + (wide ? 32 : 16));
    if (room === 0) return;
    // Read and write: the linker puts addresses into the dynamic section.
    u32(6, start + 4);
    uWord(size, start + 40);
    uWord(0x1000, start + 48);
  };
  segment(0, 1, 0, file.length);
  segment(1, 2, dynamicAt, pairs.length * 2 * word);
  strings.copy(file, stringsAt);
  pairs.forEach(([tag, value], index) => {
    uWord(tag, dynamicAt + index * 2 * word);
    uWord(value, dynamicAt + index * 2 * word + word);
  });
  return file;
}

export function access(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) };
}
