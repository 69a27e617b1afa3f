// Digests: made from bytes and streams, and written in hexadecimal (locks), as SRI hashes, in Nix's base32.
//
// Invariant: web standards only, the same digests on every runtime; a text is read only when it is exactly a digest of its
// algorithm. Streams are taken as they come: memory does not grow with them.

import { type Base, HASH_ALGORITHMS, type HashAlgorithm, Hasher } from "../core/hasher.ts";

export { HASH_ALGORITHMS, type HashAlgorithm } from "../core/hasher.ts";

/** What a hash says: the algorithm and the digest's bytes. */
export interface Hash {
  readonly algorithm: HashAlgorithm;
  readonly digest: Uint8Array;
}

/** A digest in the making. */
export interface Digest {
  update(bytes: Uint8Array): Digest;
  /** Ends it; nothing may follow. */
  digest(): Uint8Array;
}

let shared: Hasher | undefined;

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

export function hashBytes(algorithm: HashAlgorithm, bytes: Uint8Array): Uint8Array {
  return createDigest(algorithm).update(bytes).digest();
}

export async function hashStream(algorithm: HashAlgorithm, stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const digest = createDigest(algorithm);
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return digest.digest();
    digest.update(value);
  }
}

/** Broken algorithms: good against accidents, not against attacks. */
export function isWeak(algorithm: HashAlgorithm): boolean {
  return algorithm === "md5" || algorithm === "sha1";
}

/** `sha256-<base64>` (w3.org/TR/SRI). */
export function toSri({ algorithm, digest }: Hash): string {
  return `${algorithm}-${sharedHasher().encode("base64", digest)}`;
}

export function toHex(digest: Uint8Array): string {
  return sharedHasher().encode("hex", digest);
}

/** As `nix-hash --base32` writes it. */
export function toNix32(digest: Uint8Array): string {
  return sharedHasher().encode("nix32", digest);
}

/** `sha256:` or `sha256-` and the digest in hexadecimal, base64 or Nix's base32; null when it is none of these. */
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

/** The algorithm that tools mean by a name; null when we have none such. Python's `blake2b` has 64 bytes. */
export function algorithmNamed(name: string): HashAlgorithm | null {
  const plain = name.toLowerCase().replace(/_/g, "-");
  if (plain === "blake2b") return "blake2b-512";
  return HASH_ALGORITHMS.find((algorithm) => algorithm === plain) ?? null;
}

function sharedHasher(): Hasher {
  shared ??= new Hasher();
  return shared;
}

// --- Without the hash module: what reading a lock needs, thousands of times, where nothing is hashed --------------------

const ENCODED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * The algorithm of an SRI hash, or of one that is written `algorithm-<base64>` like it. The digest's length says which BLAKE2b:
 * uv means the one of 32 bytes (crates/uv-pypi-types/src/simple_json.rs, HashAlgorithm), Python's `blake2b` has 64.
 */
export function algorithmOfSri(hash: string): HashAlgorithm | null {
  const hyphen = hash.lastIndexOf("-");
  const algorithm = algorithmNamed(hash.slice(0, hyphen));
  const isShort = hash.length - hyphen - 1 <= SHORT_DIGEST;
  return algorithm === "blake2b-512" && isShort ? "blake2b-256" : algorithm;
}

/** Characters of 32 bytes in base64. */
const SHORT_DIGEST = 44;

/** `sha256:<hex>` of a lock as an SRI hash, `sha256-<base64>` (w3.org/TR/SRI). A bare digest is SHA-256's. */
export function sriHash(locked: string): string {
  const colon = locked.indexOf(":");
  const algorithm = colon < 0 ? "sha256" : locked.slice(0, colon);
  return `${algorithm}-${base64(fromHex(locked.slice(colon + 1)))}`;
}

/** A digest as an SRI hash. */
export function sriOf(algorithm: string, digest: Uint8Array): string {
  return `${algorithm}-${base64(digest)}`;
}

/** SHA-256 in hexadecimal. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (digit(text, 2 * i) << 4) | digit(text, 2 * i + 1);
  return bytes;
}

/** The value of a hexadecimal digit: "a" to "f" are 10 to 15, in either case. */
function digit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 58 ? code - 48 : (code | 32) - 87;
}

/** RFC 4648, section 4. */
function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ENCODED[group >> 18]! + ENCODED[(group >> 12) & 63]!;
    text += left > 1 ? ENCODED[(group >> 6) & 63]! : "=";
    text += left > 2 ? ENCODED[group & 63]! : "=";
  }
  return text;
}
