// The body of a request: a lock as it is, or a form with a lock, a project and what is asked.
//
// Invariant: nothing larger than a limit is held, whatever a header says of it; what is refused for its size or its kind is
// refused before it is read, and if it is small read to its end then, since a client that still sends may lose the answer.

import { boundaryOf, type Part, partsOf } from "./multipart.ts";
import { Refusal } from "./refusal.ts";

/** What is refused for its size. */
export interface Limits {
  /** Of all that is held of a body, in bytes. */
  readonly body: number;
  /** Of a file that is hashed as it comes, in bytes. */
  readonly file: number;
  /** Targets of a request. */
  readonly targets: number;
  /** Packages of a lock, and six times as many files of them. */
  readonly packages: number;
  /** Of an answer, in bytes. */
  readonly answer: number;
}

export interface NamedBytes {
  readonly name: string | null;
  readonly bytes: Uint8Array;
}

/** What was sent, all of it. */
export interface Sent {
  readonly files: ReadonlyMap<string, NamedBytes>;
  readonly fields: URLSearchParams;
}

const LOCK_TYPES = new Set([
  "application/json",
  "application/octet-stream",
  "application/toml",
  "application/yaml",
  "text/plain",
  "text/x-toml",
]);
/** Parts that are files whether or not they have a file's name. */
const FILES = new Set(["lock", "pyproject", "old", "old-pyproject", "record"]);
/** Bytes that are asked for at a time. */
const PIECE = 65536;
/** Bytes of a plain field. */
const FIELD_LIMIT = 16384;

/**
 * Reads a body. `stream` gets a part called `file`, as it comes, with what came before it; without `stream` there may be no
 * such part.
 */
export async function readBody(
  request: Request,
  limits: Limits,
  stream?: (file: ReadableStream<Uint8Array>, name: string, sent: Sent) => Promise<void>,
): Promise<Sent> {
  const type = request.headers.get("content-type") ?? "";
  const boundary = boundaryOf(type);
  const essence = type.split(";")[0]!.trim().toLowerCase();
  if (boundary === null && (stream !== undefined || !LOCK_TYPES.has(essence))) {
    const kinds = ["multipart/form-data", ...(stream === undefined ? LOCK_TYPES : [])];
    throw new Refusal(415, "unsupported-content", `cannot read a body of type \`${essence || "none"}\``, {
      hint: `send one of ${kinds.join(", ")}`,
    });
  }
  const fields = new URL(request.url).searchParams;
  const files = new Map<string, NamedBytes>();
  const most = stream === undefined ? limits.body : limits.body + limits.file;
  // A form has some bytes more than what is in it.
  const size = Number(request.headers.get("content-length") ?? 0) || 0;
  if (size > most + FIELD_LIMIT) throw tooLarge(most);
  const pieces = piecesOf(request.body, boundary === null ? size : 0, most);
  if (boundary === null) {
    files.set("lock", { name: fields.get("path"), bytes: await collected(pieces, limits.body) });
    return { files, fields };
  }
  let left = limits.body;
  for await (const part of partsOf(pieces, boundary)) {
    if (part.name === "file" && stream !== undefined) {
      await stream(streamOf(part, limits.file), part.fileName ?? "", { files, fields });
    } else if (FILES.has(part.name)) {
      const bytes = await collected(part.pieces, left);
      left -= bytes.length;
      // An empty field of a page's form: no file was chosen.
      if (bytes.length > 0 || part.fileName) files.set(part.name, { name: part.fileName || null, bytes });
    } else {
      const text = new TextDecoder().decode(await collected(part.pieces, Math.min(left, FIELD_LIMIT)));
      left -= text.length;
      if (text !== "") fields.append(part.name, text);
    }
  }
  return { files, fields };
}

/** Reads what nobody has read of a body, if that is no more than the limit, and forgets it. */
export async function drain({ body, bodyUsed, headers }: Request, limit: number): Promise<void> {
  if (body === null || bodyUsed || body.locked || Number(headers.get("content-length") ?? 0) > limit) return;
  try {
    for await (const _ of piecesOf(body, 0, limit)) {
      // Nothing is done with it.
    }
  } catch {
    // It is larger than that, or its sender has gone.
  }
}

/** `size` is what the sender says of it. */
async function* piecesOf(
  body: ReadableStream<Uint8Array> | null,
  size: number,
  limit: number,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const { read, release } = readerOf(body, Math.min(size, limit));
  let found = 0;
  try {
    for (let piece = await read(); piece !== null; piece = await read()) {
      found += piece.length;
      if (found > limit + FIELD_LIMIT) throw tooLarge(limit);
      yield piece;
    }
  } finally {
    release();
  }
}

/** ReadableStreamBYOBReader, with the option that TypeScript does not know yet (streams.spec.whatwg.org). */
interface ByteReader {
  read(
    view: Uint8Array<ArrayBuffer>,
    options: { readonly min: number },
  ): Promise<{
    readonly done: boolean;
    readonly value?: Uint8Array | undefined;
  }>;
  releaseLock(): void;
}

interface Reader {
  /** The next bytes, null at the end. */
  read(): Promise<Uint8Array | null>;
  release(): void;
}

/**
 * Pieces as large as may be, the first as large as the whole is said to be: workerd gives 4 KB at a time to a reader that does
 * not bring its own memory, and each piece takes several turns of the event loop.
 */
function readerOf(body: ReadableStream<Uint8Array>, size: number): Reader {
  let bytes: ByteReader;
  try {
    bytes = body.getReader({ mode: "byob" });
  } catch {
    // A stream of chunks that somebody made.
    const reader = body.getReader();
    return { read: async () => (await reader.read()).value ?? null, release: () => reader.releaseLock() };
  }
  let room = Math.max(PIECE, size);
  return {
    read: async () => {
      // Runtimes that do not know `min` give what they have.
      const { done, value } = await bytes.read(new Uint8Array(room), { min: size > 0 ? room : 1 });
      const isHalf = value !== undefined && value.length < room / 2;
      room = PIECE;
      size = 0;
      if (value === undefined || (done && value.length === 0)) return null;
      // Held pieces must not hold a memory that is many times theirs.
      return isHalf ? value.slice() : value;
    },
    release: () => bytes.releaseLock(),
  };
}

async function collected(pieces: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    all.push(piece);
  }
  if (all.length === 1) return all[0]!;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of all) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function streamOf({ pieces }: Part, limit: number): ReadableStream<Uint8Array> {
  let size = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) return controller.close();
        size += value.length;
        if (size > limit) throw tooLarge(limit);
        controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

function tooLarge(limit: number): Refusal {
  return new Refusal(413, "too-large", `cannot take a body of this size: the limit is ${limit} bytes`);
}
