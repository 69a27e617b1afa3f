// Hashes as locks and Nix write them, without the module that computes them: what reading a lock needs, thousands of times,
// where nothing is hashed.

import { HASH_ALGORITHMS, type HashAlgorithm } from "../core/algorithms.ts";

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

/** The algorithm that tools mean by a name; null when we have none such. Python's `blake2b` has 64 bytes. */
export function algorithmNamed(name: string): HashAlgorithm | null {
  const plain = name.toLowerCase().replace(/_/g, "-");
  if (plain === "blake2b") return "blake2b-512";
  return HASH_ALGORITHMS.find((algorithm) => algorithm === plain) ?? null;
}

/**
 * Broken algorithms: good against accidents, not against attacks.
 *
 * @example
 * ```ts
 * import { isWeak } from "pylock2nix/hash";
 *
 * console.log(isWeak("md5"), isWeak("sha256")); // true false
 * ```
 */
export function isWeak(algorithm: HashAlgorithm): boolean {
  return algorithm === "md5" || algorithm === "sha1";
}

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

/**
 * SHA-256 in hexadecimal, by the runtime's own Web Crypto.
 *
 * @example
 * ```ts
 * import { sha256Hex } from "pylock2nix";
 *
 * console.log((await sha256Hex(new Uint8Array())).slice(0, 8)); // e3b0c442
 * ```
 */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const ENCODED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Characters of 32 bytes in base64. */
const SHORT_DIGEST = 44;

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
