// multipart/form-data (RFC 7578, RFC 2046 section 5.1) as it comes: each part can be larger than memory.
//
// Invariant: at most a chunk, a delimiter and HEADER_LIMIT bytes are held; a part is read to its end before the next one.

import { Refusal } from "./refusal.ts";

export interface Part {
  readonly name: string;
  /** Null for a plain field. */
  readonly fileName: string | null;
  /** Its bytes, in pieces that nobody writes to any more. */
  readonly pieces: AsyncIterableIterator<Uint8Array>;
}

/** Bytes of the header of a part. */
const HEADER_LIMIT = 8192;
const PARTS_LIMIT = 64;
const CR = 13;

/** The boundary that a content type states; null when it is none of this kind. */
export function boundaryOf(contentType: string): string | null {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? plain ?? null;
}

export async function* partsOf(pieces: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  const scanner = new Scanner(pieces, boundary);
  // What stands before the first delimiter counts for nothing.
  for await (const _ of scanner.untilDelimiter());
  for (let count = 0; await scanner.hasPart(); count++) {
    if (count === PARTS_LIMIT) throw malformed(`it has more than ${PARTS_LIMIT} parts`);
    const header = await scanner.header();
    const body = scanner.untilDelimiter();
    yield { ...namesIn(header), pieces: body };
    for await (const _ of body);
  }
}

class Scanner {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #delimiter: Uint8Array;
  /** As if a line end came before the first byte: a delimiter starts with one. */
  #bytes: Uint8Array = new Uint8Array([CR, 10]);

  constructor(pieces: AsyncIterable<Uint8Array>, boundary: string) {
    this.#source = pieces[Symbol.asyncIterator]();
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  }

  async *untilDelimiter(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = indexOf(this.#bytes, this.#delimiter);
      if (at >= 0) {
        if (at > 0) yield this.#bytes.subarray(0, at);
        this.#bytes = this.#bytes.subarray(at + this.#delimiter.length);
        return;
      }
      const safe = Math.max(0, this.#bytes.length - this.#delimiter.length + 1);
      if (safe > 0) yield this.#bytes.subarray(0, safe);
      this.#bytes = this.#bytes.subarray(safe);
      await this.#more();
    }
  }

  /** Behind a delimiter: a line end before a part, two hyphens at the end of all. */
  async hasPart(): Promise<boolean> {
    while (this.#bytes.length < 2) await this.#more();
    const [first, second] = this.#bytes;
    if (first === 45 && second === 45) return false;
    if (first !== CR || second !== 10) throw malformed("a delimiter is followed by something else");
    return true;
  }

  /** Its lines; what follows is the part. */
  async header(): Promise<string> {
    for (;;) {
      const end = indexOf(this.#bytes, HEADER_END);
      if (end >= 0 && end <= HEADER_LIMIT) {
        const text = new TextDecoder().decode(this.#bytes.subarray(2, Math.max(2, end)));
        this.#bytes = this.#bytes.subarray(end + HEADER_END.length);
        return text;
      }
      if (this.#bytes.length > HEADER_LIMIT) throw malformed("the header of a part is too long");
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) throw malformed("it ends before its last delimiter");
    const joined = new Uint8Array(this.#bytes.length + value.length);
    joined.set(this.#bytes);
    joined.set(value, this.#bytes.length);
    this.#bytes = joined;
  }
}

const HEADER_END = new Uint8Array([CR, 10, CR, 10]);

/** Where a text of bytes that starts with CR stands; -1 when it does not. */
function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    let size = 1;
    while (size < wanted.length && bytes[at + size] === wanted[size]) size++;
    if (size === wanted.length) return at;
  }
  return -1;
}

function namesIn(header: string): { name: string; fileName: string | null } {
  const line = header.split("\r\n").find((each) => /^content-disposition:/i.test(each)) ?? "";
  const [, name] = /;\s*name="([^"]*)"/i.exec(line) ?? [];
  const [, fileName = null] = /;\s*filename="([^"]*)"/i.exec(line) ?? [];
  if (name === undefined) throw malformed("a part has no name");
  // RFC 7578, section 2 and 4.2: quotes and line ends are percent-encoded.
  return { name, fileName: fileName === null ? null : fileName.replace(/%22|%0D|%0A/gi, decodeURIComponent) };
}

function malformed(what: string): Refusal {
  return new Refusal(400, "malformed-form", `cannot read the form: ${what}`);
}
