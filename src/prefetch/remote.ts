// A file at an address, read where it is asked for: what is in a wheel of a gigabyte can be listed for some kilobytes.
//
// Invariant: at most two parts are kept, the end (where a zip has its list) and the one that was read last. What is read
// one after the other comes in ever larger parts; nothing is checked against a hash, so nothing of it is to be installed.

import type { RandomAccess } from "./archive.ts";
import { downloadRange, type Network } from "./download.ts";

interface Kept {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Bytes asked for at once: at first, and after many reads in a row. */
const LEAST = 64 * 1024;
const MOST = 8 * 2 ** 20;

export async function openRemote(network: Network, address: string): Promise<RandomAccess> {
  const { size } = await downloadRange(network, address, 0, 1);
  const fetched = async (offset: number, length: number): Promise<Kept> => ({
    offset,
    bytes: (await downloadRange(network, address, offset, Math.min(length, size - offset))).bytes,
  });
  const tail = await fetched(Math.max(0, size - LEAST), LEAST);
  let kept = tail;
  let ahead = LEAST;
  const part = ({ offset: from, bytes }: Kept, offset: number, length: number): Uint8Array | null =>
    offset >= from && offset + length <= from + bytes.length
      ? bytes.slice(offset - from, offset - from + length)
      : null;
  return {
    size,
    read: async (offset, length) => {
      const known = part(tail, offset, length) ?? part(kept, offset, length);
      if (known !== null) return known;
      const end = kept.offset + kept.bytes.length;
      const goesOn = kept !== tail && offset >= kept.offset && offset <= end;
      ahead = goesOn ? Math.min(MOST, ahead * 2) : LEAST;
      // What is kept of it already is not asked for again.
      const next = await fetched(goesOn ? end : offset, Math.max(ahead, length));
      const before = goesOn ? kept.bytes.subarray(offset - kept.offset) : new Uint8Array();
      const bytes = new Uint8Array(before.length + next.bytes.length);
      bytes.set(before);
      bytes.set(next.bytes, before.length);
      kept = { offset, bytes };
      return part(kept, offset, length)!;
    },
  };
}
