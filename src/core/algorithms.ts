// The hash algorithms, by the names that SRI hashes have for them (w3.org/TR/SRI; BLAKE2b with its digest's bits): apart from
// the module that computes them, since a lock is read without it.

import * as abi from "./abi.ts";

/** `blake2b-256` and `blake2b-512`: BLAKE2b with digests of 32 and 64 bytes (RFC 7693). */
export type HashAlgorithm = "md5" | "sha1" | "sha256" | "sha384" | "sha512" | "blake2b-256" | "blake2b-512";

/** HASH_* of each, the weakest first. */
export const ALGORITHMS: Readonly<Record<HashAlgorithm, number>> = {
  md5: abi.HASH_MD5,
  sha1: abi.HASH_SHA1,
  sha256: abi.HASH_SHA256,
  sha384: abi.HASH_SHA384,
  sha512: abi.HASH_SHA512,
  "blake2b-256": abi.HASH_BLAKE2B_256,
  "blake2b-512": abi.HASH_BLAKE2B_512,
};
/** The weakest first. */
export const HASH_ALGORITHMS: readonly HashAlgorithm[] = /* @__PURE__ */ Object.keys(ALGORITHMS) as HashAlgorithm[];
