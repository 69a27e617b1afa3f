/**
 * The library's second entry: digests of bytes and streams, and what a lock expects of a file. Web standards only, as the
 * first one; apart from it, since it carries a module of its own.
 *
 * ```ts
 * import { hashBytes, toSri } from "pylock2nix/hash";
 *
 * const digest = hashBytes("sha256", new TextEncoder().encode("hello"));
 * console.log(toSri({ algorithm: "sha256", digest })); // sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=
 * ```
 *
 * @module
 */

export { type Expectation, Expectations, type Verdict } from "./answers/verify.ts";
export { verifyStream } from "./answers/verify-stream.ts";
export { HASH_ALGORITHMS, type HashAlgorithm } from "./core/algorithms.ts";
export {
  createDigest,
  type Digest,
  type Hash,
  hashBytes,
  hashStream,
  parseHash,
  toHex,
  toNix32,
  toSri,
} from "./lock/integrity.ts";
export { isWeak } from "./lock/sri.ts";
