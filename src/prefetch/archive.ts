// What wheels (zip) and sdists (tar.gz, zip) have in common as archives from strangers: which names are allowed, how much
// is read, and how compressed bytes become plain ones.
//
// Invariant: nothing is written to disk, and no more is kept in memory than a caller asks for. An archive that reaches out
// of its folder, or is out of all proportion, is refused with the reason; so is one that is damaged.

import { PylockError, shellError } from "../words/errors.ts";

/** A file that can be read at any place. */
export interface RandomAccess {
  readonly size: number;
  /** Exactly these bytes; the caller stays within `size`. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The largest archives in earnest (torch with CUDA) have 20,000 entries and 5 GB. */
export const LIMITS: Readonly<
  Record<"entries" | "total" | "ratio" | "free" | "depth" | "name" | "text" | "directory", number>
> = {
  entries: 200_000,
  /** Bytes of all entries, unpacked. */
  total: 16 * 2 ** 30,
  /** Unpacked bytes for each packed one, above `free` bytes. Sources reach 20, DEFLATE ends at 1032. */
  ratio: 200,
  free: 64 * 2 ** 20,
  depth: 64,
  name: 4096,
  /** A text that is read whole: pyproject.toml. */
  text: 2 ** 20,
  /** The list of a zip's entries. */
  directory: 64 * 2 ** 20,
};

export function refused(detail: string): PylockError {
  return shellError("archive-refused", { detail });
}

export function damaged(detail: string): PylockError {
  return shellError("archive-damaged", { detail });
}

/** The parts of an entry's path; refused when it is absolute, leaves the archive or is absurd. */
export function safePath(name: string): string[] {
  if (name.length > LIMITS.name) throw refused("an entry's name is too long");
  if (name.includes("\0") || /^[/\\]|^[A-Za-z]:/.test(name))
    throw refused(`\`${printable(name)}\` is no relative path`);
  const parts = name.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw refused(`\`${printable(name)}\` leaves the archive`);
  if (parts.length > LIMITS.depth) throw refused("its folders are too deep");
  return parts;
}

/** A link may point to wherever it likes inside the archive. */
export function safeLink(from: readonly string[], target: string): void {
  if (target.includes("\0") || /^[/\\]|^[A-Za-z]:/.test(target)) {
    throw refused(`the link \`${printable(from.join("/"))}\` points out of the archive`);
  }
  let depth = from.length - 1;
  for (const part of target.split(/[/\\]/)) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) throw refused(`the link \`${printable(from.join("/"))}\` points out of the archive`);
  }
}

/** Counts what comes out of an archive. */
export class Allowance {
  readonly #packed: number;
  #bytes = 0;
  #entries = 0;

  constructor(packed: number) {
    this.#packed = packed;
  }

  entry(): void {
    this.#entries += 1;
    if (this.#entries > LIMITS.entries) throw refused(`it has more than ${LIMITS.entries} entries`);
  }

  bytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes > LIMITS.total) throw refused("it unpacks to more than 16 GiB");
    if (this.#bytes > LIMITS.free && this.#bytes > this.#packed * LIMITS.ratio) {
      throw refused(`it unpacks to more than ${LIMITS.ratio} times its size`);
    }
  }
}

/** The plain bytes; whoever stops reading stops the work. */
export async function* inflate(
  format: "gzip" | "deflate-raw",
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const stream = readable(pieces).pipeThrough(
    new DecompressionStream(format) as unknown as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (error instanceof PylockError) throw error;
    throw damaged("its compressed data is broken or cut off");
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The bytes of a part, in pieces. */
export async function* pieces(source: RandomAccess, offset = 0, end: number = source.size): AsyncGenerator<Uint8Array> {
  for (let at = offset; at < end; at += PIECE) yield await source.read(at, Math.min(PIECE, end - at));
}

/** As text, for messages; names in archives can hold anything. */
export function printable(name: string): string {
  return name.slice(0, 100);
}

const PIECE = 256 * 1024;

function readable(from: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = from[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
