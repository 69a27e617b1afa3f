// Whether a lock is as new as the project that it was made for, as its own tool finds out.
//
// Invariant: pure; the files are handed over. What needs more of them than these cannot be told, and is null.

import type { Lockfile } from "../lock/lockfile.ts";
import { pipfileHashText } from "../lock/pyproject/pipfile-hash.ts";
import { contentHashes, generatorOf, type Pyproject, pdmContentHash } from "../lock/pyproject.ts";
import { sha256Hex } from "../lock/sri.ts";
import { type Freshness, former, uvFreshness } from "../lock/uv/freshness.ts";
import { Unknown } from "../lock/uv/unknown.ts";
import { projectName, sourcesOf, toolUv, type UvProject, type UvWorkspace } from "../lock/uv/workspace.ts";
import { PylockError } from "../words/errors.ts";

/** The files that a lock is held against. */
export interface ProjectFiles {
  /** From `readPyproject`. */
  readonly pyproject?: Pyproject | null | undefined;
  /** Pipenv: the bytes of the Pipfile. */
  readonly pipfile?: { readonly bytes: Uint8Array; readonly path: string } | null | undefined;
}

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
  if (pyproject === null) return { fresh: null, because: null };
  return compared(lock, aloneIn(lock, pyproject));
}

/** The same of a uv.lock and what is in its workspace, which may have to be found first. */
export async function uvLockFreshness(lock: Lockfile, workspace: () => Promise<UvWorkspace>): Promise<Freshness> {
  try {
    return compared(lock, await workspace());
  } catch (error) {
    return unknown(error);
  }
}

function compared(lock: Lockfile, workspace: UvWorkspace | string): Freshness {
  if (typeof workspace === "string") return { fresh: null, because: workspace };
  const stated = lock.stated();
  try {
    return uvFreshness(stated, workspace, { form: former(lock.form, stated.python), combine: lock.combine });
  } catch (error) {
    return unknown(error);
  }
}

/** What uv would not read either: it says so itself when it locks. */
function unknown(error: unknown): Freshness {
  if (error instanceof Unknown || error instanceof PylockError) return { fresh: null, because: error.message };
  throw error;
}

/** A project of one pyproject.toml; a text where it is more than that. */
function aloneIn(lock: Lockfile, { document, path }: Pyproject): UvWorkspace | string {
  const root: UvProject = { folder: "/project", document, path };
  const more = "it takes more files than pyproject.toml";
  try {
    const name = projectName(root);
    const isMore = [...sourcesOf(root).values()].flat().some((source) => source.has("path"));
    if (isMore || toolUv(root).has("workspace") || lock.stated().projects.some(({ path: place }) => place !== "."))
      return more;
    const members = new Map(name === null ? [] : [[name, root]]);
    return { root, members, others: new Map(), files: new Set(), settings: toolUv(root) };
  } catch (error) {
    return unknown(error).because ?? more;
  }
}

/** Poetry's and PDM's hash is of pyproject.toml, Pipenv's of the Pipfile; the other formats have none. */
async function isFresh(lock: Lockfile, texts: readonly string[] | null): Promise<boolean | null> {
  if (lock.contentHash === null || texts === null) return null;
  for (const text of texts) {
    if ((await sha256Hex(new TextEncoder().encode(text))) === lock.contentHash) return true;
  }
  return false;
}

/**
 * The texts of which one has the SHA-256 that the lock states when it is fresh; null where nothing can be held against it.
 * `head` are the lock's first bytes.
 */
export function hashedTexts(
  lock: Lockfile,
  head: Uint8Array,
  { pyproject = null, pipfile = null }: ProjectFiles,
): readonly string[] | null {
  if (lock.contentHash === null) return null;
  if (lock.format === "pipfile") {
    const text = pipfile ? pipfileHashText(pipfile.bytes, pipfile.path) : null;
    return text === null ? null : [text];
  }
  if (pyproject === null) return null;
  return lock.format === "pdm" ? pdmContentHash(pyproject) : contentHashes(pyproject, generatorOf(head));
}
