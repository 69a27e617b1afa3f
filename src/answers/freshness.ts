// Whether a lock is as new as the project that it was made for, as its own tool finds out.
//
// Invariant: pure; the files are handed over. What needs more of them than these cannot be told, and is null.

import type { Lockfile } from "../lock/lockfile.ts";
import { sha256Hex } from "../lock/sri.ts";
import type { Freshness } from "../lock/uv/freshness.ts";
import { hashedTexts, type ProjectFiles } from "./hashed-texts.ts";
import { loneProjectFreshness } from "./uv-freshness.ts";

export type { ProjectFiles } from "./hashed-texts.ts";

/**
 * Whether the lock is as new as the project: by the content hash that Poetry, PDM and Pipenv write, for uv by what
 * `uv lock --check` compares. `fresh` is null where that cannot be told: the format has nothing of the kind, or uv's project
 * has files beside pyproject.toml that would have to be read (members, sources by path).
 *
 * @param lock what `readLock` gave for these bytes
 * @example
 * ```ts
 * import { freshness, readLock } from "pylock2nix";
 *
 * const text = new TextEncoder().encode(
 *   "six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n",
 * );
 * const { fresh } = await freshness(readLock(text), text, {});
 * console.log(fresh); // null
 * ```
 */
export async function freshness(
  lock: Lockfile,
  bytes: Uint8Array,
  { pyproject = null, pipfile = null }: ProjectFiles,
): Promise<Freshness> {
  if (lock.format !== "uv")
    return { fresh: await isFresh(lock, hashedTexts(lock, bytes, { pyproject, pipfile })), because: null };
  return pyproject === null ? { fresh: null, because: null } : loneProjectFreshness(lock, pyproject);
}

/** Poetry's and PDM's hash is of pyproject.toml, Pipenv's of the Pipfile; the other formats have none. */
async function isFresh(lock: Lockfile, texts: readonly string[] | null): Promise<boolean | null> {
  if (lock.contentHash === null || texts === null) return null;
  for (const text of texts) {
    if ((await sha256Hex(new TextEncoder().encode(text))) === lock.contentHash) return true;
  }
  return false;
}
