// The library's second entry, `pylock2nix/hash`: digests of bytes and streams, and what a lock expects of a file. Web
// standards only, as the first one; apart from it, since it carries a module of its own.

export { type Expectation, Expectations, type Verdict } from "./answers/verify.ts";
export {
  createDigest,
  type Digest,
  HASH_ALGORITHMS,
  type Hash,
  type HashAlgorithm,
  hashBytes,
  hashStream,
  isWeak,
  parseHash,
  toHex,
  toNix32,
  toSri,
} from "./lock/integrity.ts";
