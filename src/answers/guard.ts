// What the Nix library holds the files against when it evaluates (docs/resolution.md, "The guard").

import { guardedFields, type Pyproject } from "../lock/pyproject.ts";
import { sha256Hex } from "../lock/sri.ts";

/** What `freeze` writes for the guard. */
export interface Guard {
  /** SHA-256 of the lock, in hexadecimal. */
  readonly lockSha256: string;
  /** The project that was hashed. */
  readonly pyproject: Pyproject | null;
  /** SHA-256 of the fields of pyproject.toml that count, in hexadecimal; null without one. */
  readonly pyprojectDigest: string | null;
}

/**
 * The digests by which Nix finds out that a lock or a project is no longer the one that was frozen.
 *
 * @param lock the bytes (UTF-8) or the text that `readLock` was given
 * @example
 * ```ts
 * import { guard } from "pylock2nix";
 *
 * const { lockSha256 } = await guard("");
 * console.log(lockSha256.slice(0, 8)); // e3b0c442
 * ```
 */
export async function guard(lock: Uint8Array | string, pyproject: Pyproject | null = null): Promise<Guard> {
  const bytes = typeof lock === "string" ? new TextEncoder().encode(lock) : lock;
  const [lockSha256, pyprojectDigest] = await Promise.all([
    sha256Hex(bytes),
    pyproject === null ? null : sha256Hex(new TextEncoder().encode(guardedFields(pyproject))),
  ]);
  return { lockSha256, pyproject, pyprojectDigest };
}
