// Downloads: redirects, retries with back-off, ranges; over whatever sends one request.
//
// Invariant: credentials go to the origin that they belong to and to no other, also after a redirect; from https nothing
// leads to http; no download is larger than its limit. A part of a file is only continued when the server says that it is
// still the same file.

import { shown, webAddress } from "../lock/address.ts";
import { PylockError, shellError } from "../words/errors.ts";
import type { Credentials } from "./credentials.ts";

/** One request, without redirects; throws an ordinary Error when there is no answer. */
export type Send = (address: URL, headers: Readonly<Record<string, string>>) => Promise<Answer>;

export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends an answer that nobody reads to its end. */
  close(): void;
}

/** A file that is being written: as far as it got, and the validator (ETag, Last-Modified) of what it is a part of. */
export interface Part {
  readonly size: number;
  readonly validator: string | null;
  /** Free bytes where it is kept, when it was opened. */
  readonly room?: number | null;
  /** Empties it. */
  restart(validator: string | null): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
}

export interface Network {
  readonly send: Send;
  readonly credentials: Credentials;
  /** Milliseconds. */
  readonly sleep: (duration: number) => Promise<void>;
  readonly attempts?: number;
}

const REDIRECTS = 10;
const ATTEMPTS = 5;
const FIRST_PAUSE = 500; // milliseconds; doubled each time
const LONGEST_PAUSE = 60_000;
const PAGE_LIMIT: Limit = { bytes: 64 * 2 ** 20, why: null };

/** How large an answer may be, and who says so. */
export interface Limit {
  readonly bytes: number;
  /** In words, where it is not the same for all. */
  readonly why: string | null;
}

/** Of a file whose size nobody states: larger than any wheel there is. */
export const FILE_LIMIT: number = 4 * 2 ** 30;

/** The size that is stated; without one FILE_LIMIT, or half of the room that there is. Whatever is stated, no more than that. */
export function limitOf(stated: { readonly size: number; readonly by: string } | null, room: number | null): Limit {
  const half = Math.floor((room ?? Number.POSITIVE_INFINITY) / 2);
  const bound =
    half < FILE_LIMIT ? { bytes: half, why: "half of the free space of the cache" } : { bytes: FILE_LIMIT, why: null };
  return stated !== null && stated.size <= bound.bytes
    ? { bytes: stated.size, why: `the size that ${stated.by} states` }
    : bound;
}
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A page as a whole, and where it was found in the end. */
export async function downloadPage(
  network: Network,
  address: string,
  accept: string,
): Promise<{ bytes: Uint8Array; contentType: string; address: string }> {
  return retried(network, address, async () => {
    const { answer, address: final } = await follow(network, address, { accept, "accept-encoding": "identity" });
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of answer.body) {
      size += part.length;
      if (size > PAGE_LIMIT.bytes) throw tooLarge(answer, address, PAGE_LIMIT);
      parts.push(part);
    }
    checkLength(answer, size);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return { bytes, contentType: answer.headers["content-type"] ?? "", address: final };
  });
}

/** A file into its part, which may hold a beginning of it. */
export async function downloadFile(
  network: Network,
  address: string,
  part: Part,
  limit: Limit | number = limitOf(null, null),
): Promise<void> {
  const most = typeof limit === "number" ? { bytes: limit, why: null } : limit;
  await retried(network, address, async () => {
    const range: Record<string, string> =
      part.size > 0 && part.validator !== null ? { range: `bytes=${part.size}-`, "if-range": part.validator } : {};
    const { answer } = await follow(network, address, { "accept-encoding": "identity", ...range }, [416]);
    if (answer.status === 416) {
      // Nothing is left of it, or it is another file by now.
      answer.close();
      const whole = /\/(\d+)\s*$/.exec(answer.headers["content-range"] ?? "")?.[1];
      if (Number(whole) === part.size && isSameFile(answer, part)) return;
      await part.restart(null);
      throw new Transient("the server refused the rest of the file");
    }
    const start = /^bytes (\d+)-/.exec(answer.headers["content-range"] ?? "")?.[1];
    const isRest = answer.status === 206 && Number(start) === part.size && isSameFile(answer, part);
    if (answer.status === 206 && !isRest) {
      answer.close();
      await part.restart(null);
      throw new Transient("the server sent another part than was asked for");
    }
    if (!isRest) await part.restart(validatorOf(answer));
    const before = part.size;
    const announced = Number(answer.headers["content-length"] ?? 0);
    if (before + announced > most.bytes) throw tooLarge(answer, address, most);
    for await (const piece of answer.body) {
      if (part.size + piece.length > most.bytes) throw tooLarge(answer, address, most);
      await part.append(piece);
    }
    checkLength(answer, part.size - before);
  });
}

/** So many bytes of a file, and its size: one range (RFC 9110, 14.2), which may end with the file. */
export async function downloadRange(
  network: Network,
  address: string,
  offset: number,
  length: number,
): Promise<{ bytes: Uint8Array; size: number }> {
  return retried(network, address, async () => {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const { answer } = await follow(network, address, { "accept-encoding": "identity", range });
    const stated = /^bytes (\d+)-(\d+)\/(\d+)$/
      .exec(answer.headers["content-range"] ?? "")
      ?.slice(1)
      .map(Number);
    if (answer.status !== 206 || stated === undefined || stated[0] !== offset || stated[1]! >= offset + length) {
      answer.close();
      throw shellError("download-failed", { text: shown(address), detail: "the server sends no parts of files" });
    }
    const bytes = new Uint8Array(stated[1]! + 1 - offset);
    let at = 0;
    for await (const piece of answer.body) {
      if (at + piece.length > bytes.length) throw tooLarge(answer, address, { bytes: bytes.length, why: "the range" });
      bytes.set(piece, at);
      at += piece.length;
    }
    if (at !== bytes.length) throw new Transient("the connection broke");
    return { bytes, size: stated[2]! };
  });
}

/** The answer behind the redirects: one that is well, or of `expected`. */
async function follow(
  { send, credentials }: Network,
  from: string,
  headers: Readonly<Record<string, string>>,
  expected: readonly number[] = [],
): Promise<{ answer: Answer; address: string }> {
  let address = webAddress(from);
  for (let count = 0; count <= REDIRECTS; count++) {
    // Credentials in an address are never sent: who wrote the address need not be who owns them.
    address.username = "";
    address.password = "";
    const authorization = credentials.header(address);
    const answer = await send(address, authorization === null ? headers : { ...headers, authorization });
    const { status } = answer;
    if (status === 200 || status === 206 || expected.includes(status)) return { answer, address: address.href };
    answer.close();
    const location = [301, 302, 303, 307, 308].includes(status) ? answer.headers.location : undefined;
    if (location === undefined) {
      if (TRANSIENT.has(status)) throw new Transient(`the server answered ${status}`, retryAfter(answer));
      throw shellError("download-failed", { text: shown(address.href), detail: meaning(status) });
    }
    const next = webAddress(location, address.href);
    if (address.protocol === "https:" && next.protocol !== "https:") {
      throw shellError("download-failed", { text: shown(from), detail: "it leads from https to http" });
    }
    address = next;
  }
  throw shellError("download-failed", { text: shown(from), detail: `it was redirected more than ${REDIRECTS} times` });
}

/** Worth another attempt. */
class Transient extends Error {
  readonly pause: number;

  constructor(message: string, pause = 0) {
    super(message);
    this.pause = pause;
  }
}

async function retried<Result>(network: Network, address: string, work: () => Promise<Result>): Promise<Result> {
  const { sleep, attempts = ATTEMPTS } = network;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof PylockError) throw error;
      if (attempt >= attempts || isFinal(error)) {
        throw shellError("download-failed", { text: shown(address), detail: reason(error) });
      }
      const backOff = FIRST_PAUSE * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
      await sleep(Math.min(LONGEST_PAUSE, Math.max(backOff, error instanceof Transient ? error.pause : 0)));
    }
  }
}

/** What another attempt cannot mend. */
function isFinal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^(ENOSPC|EACCES|EROFS|EDQUOT)$|CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
}

/** Network errors name hosts and ports at most. */
function reason(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (
    REASONS[String(code)] ?? (typeof message === "string" && message !== "" ? message : String(code ?? "no answer"))
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "its name cannot be looked up",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection broke",
  ENOSPC: "no space is left to keep it",
};

function meaning(status: number): string {
  if (status === 401 || status === 403) return `the server answered ${status}: credentials are missing or wrong`;
  return status === 404 || status === 410 ? "it is not there" : `the server answered ${status}`;
}

function checkLength({ headers }: Answer, size: number): void {
  const stated = headers["content-length"];
  if (stated !== undefined && Number(stated) !== size) throw new Transient("the connection broke");
}

function tooLarge(answer: Answer, address: string, { bytes, why }: Limit): PylockError {
  answer.close();
  const detail = why === null ? `${bytes / 2 ** 20} MiB` : `${bytes} bytes, ${why}`;
  return shellError("download-too-large", { text: shown(address), detail });
}

/** RFC 9110, 8.8: a weak tag promises no equal bytes. */
function validatorOf({ headers }: Answer): string | null {
  const { etag } = headers;
  if (etag !== undefined) return /^"[\x21\x23-\x7e]*"$/.test(etag) ? etag : null;
  return headers["last-modified"] ?? null;
}

function isSameFile(answer: Answer, part: Part): boolean {
  const validator = validatorOf(answer);
  return validator === null || validator === part.validator;
}

/** Seconds or a date. */
function retryAfter({ headers }: Answer): number {
  const value = headers["retry-after"] ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}
