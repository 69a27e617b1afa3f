// Digests: made from bytes and streams, and written in hexadecimal (locks), as SRI hashes, in Nix's base32.
//
// Invariant: web standards only, the same digests on every runtime; a text is read only when it is exactly a digest of its
// algorithm. Streams are taken as they come: memory does not grow with them.

import type { HashAlgorithm } from "../core/algorithms.ts";
import { type Base, Hasher } from "../core/hasher.ts";
import { algorithmNamed } from "./sri.ts";

/** What a hash says: the algorithm and the digest's bytes. */
export interface Hash {
  /** Which algorithm. */
  readonly algorithm: HashAlgorithm;
  /** Its bytes. */
  readonly digest: Uint8Array;
}

/** A digest in the making. */
export interface Digest {
  /** Takes more bytes. */
  update(bytes: Uint8Array): Digest;
  /** Ends it; nothing may follow. */
  digest(): Uint8Array;
}

let shared: Hasher | undefined;

/**
 * A digest in the making, for bytes that come in pieces.
 *
 * @example
 * ```ts
 * import { createDigest, toHex } from "pylock2nix/hash";
 *
 * const digest = createDigest("md5").update(new TextEncoder().encode("hel")).update(new TextEncoder().encode("lo"));
 * console.log(toHex(digest.digest())); // 5d41402abc4b2a76b9719d911017c592
 * ```
 */
export function createDigest(algorithm: HashAlgorithm): Digest {
  const hasher = sharedHasher();
  const context = hasher.open(algorithm);
  const digest: Digest = {
    update(bytes) {
      hasher.update(context, bytes);
      return digest;
    },
    digest() {
      const bytes = hasher.digest(context, algorithm);
      hasher.close(context);
      return bytes;
    },
  };
  return digest;
}

/**
 * The digest of bytes.
 *
 * @example
 * ```ts
 * import { hashBytes, toHex } from "pylock2nix/hash";
 *
 * console.log(toHex(hashBytes("sha1", new TextEncoder().encode("hello")))); // aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d
 * ```
 */
export function hashBytes(algorithm: HashAlgorithm, bytes: Uint8Array): Uint8Array {
  return createDigest(algorithm).update(bytes).digest();
}

/**
 * The digest of a stream, taken as it comes: memory does not grow with it.
 *
 * @throws what the stream throws
 * @example
 * ```ts
 * import { hashStream, toSri } from "pylock2nix/hash";
 *
 * const digest = await hashStream("sha256", new Blob(["hello"]).stream());
 * console.log(toSri({ algorithm: "sha256", digest })); // sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=
 * ```
 */
export async function hashStream(algorithm: HashAlgorithm, stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const [digest] = await hashStreamBy([algorithm], stream);
  return digest!;
}

/** The digests of a stream by several algorithms, in their order. */
export async function hashStreamBy(
  algorithms: readonly HashAlgorithm[],
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array[]> {
  const hasher = sharedHasher();
  const contexts = algorithms.map((algorithm) => hasher.open(algorithm));
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return contexts.map((context, index) => hasher.digest(context, algorithms[index]!));
      for (const context of contexts) hasher.update(context, value);
    }
  } finally {
    // Also when the stream breaks off: a context that is not closed is never used again.
    for (const context of contexts) hasher.close(context);
    reader.releaseLock();
  }
}

/**
 * `sha256-<base64>` (w3.org/TR/SRI).
 *
 * @example
 * ```ts
 * import { hashBytes, toSri } from "pylock2nix/hash";
 *
 * console.log(toSri({ algorithm: "md5", digest: hashBytes("md5", new Uint8Array()) })); // md5-1B2M2Y8AsgTpgAmY7PhCfg==
 * ```
 */
export function toSri({ algorithm, digest }: Hash): string {
  return `${algorithm}-${sharedHasher().encode("base64", digest)}`;
}

/**
 * A digest in hexadecimal, lower case.
 *
 * @example
 * ```ts
 * import { toHex } from "pylock2nix/hash";
 *
 * console.log(toHex(new Uint8Array([1, 255]))); // 01ff
 * ```
 */
export function toHex(digest: Uint8Array): string {
  return sharedHasher().encode("hex", digest);
}

/**
 * A digest as `nix-hash --base32` writes it.
 *
 * @example
 * ```ts
 * import { hashBytes, toNix32 } from "pylock2nix/hash";
 *
 * console.log(toNix32(hashBytes("md5", new Uint8Array()))); // 3y8bwfr609h3lh9ch0izcqq7fl
 * ```
 */
export function toNix32(digest: Uint8Array): string {
  return sharedHasher().encode("nix32", digest);
}

/**
 * `sha256:` or `sha256-` and the digest in hexadecimal, base64 or Nix's base32; null when it is none of these.
 *
 * @example
 * ```ts
 * import { parseHash, toSri } from "pylock2nix/hash";
 *
 * const hash = parseHash("md5:d41d8cd98f00b204e9800998ecf8427e");
 * console.log(hash === null ? "none" : toSri(hash)); // md5-1B2M2Y8AsgTpgAmY7PhCfg==
 * ```
 */
export function parseHash(text: string): Hash | null {
  const [, name = "", body = ""] = /^([a-zA-Z0-9_]+(?:-(?:256|512))?)[-:](.*)$/s.exec(text) ?? [];
  const named = algorithmNamed(name);
  if (named === null) return null;
  const hasher = sharedHasher();
  for (const algorithm of named === "blake2b-512" && !/512$/.test(name) ? BLAKE2B : [named]) {
    // The three have different sizes for every algorithm.
    for (const base of ["base64", "hex", "nix32"] satisfies Base[]) {
      const digest = hasher.decode(base, body, hasher.digestSize(algorithm));
      if (digest !== null) return { algorithm, digest };
    }
  }
  return null;
}

/** What `blake2b` alone can mean: the digest's length tells. */
const BLAKE2B: readonly HashAlgorithm[] = ["blake2b-512", "blake2b-256"];

function sharedHasher(): Hasher {
  shared ??= new Hasher();
  return shared;
}
