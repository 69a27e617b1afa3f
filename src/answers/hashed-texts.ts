// What Poetry, PDM and Pipenv hash of a project, so that their locks can say what they were made from.
//
// Invariant: pure; the files are handed over.

import { LOCK_COMMANDS, type Lockfile } from "../lock/lockfile.ts";
import { pipfileHashText } from "../lock/pyproject/pipfile-hash.ts";
import { contentHashes, generatorOf, type Pyproject, pdmContentHash } from "../lock/pyproject.ts";
import { scriptOf } from "../lock/uv/script.ts";

/** What the lock was made from, by its usual name: what has changed when it is stale. */
export function madeFrom({ format, path }: Pick<Lockfile, "format" | "path">): string {
  const script = scriptOf(path);
  if (script !== null) return script.slice(script.lastIndexOf("/") + 1);
  return format === "pipfile" ? "Pipfile" : "pyproject.toml";
}

/** The command that makes the lock anew, in backquotes. */
export function lockCommand({ format, path }: Pick<Lockfile, "format" | "path">): string {
  const script = scriptOf(path);
  return script === null ? LOCK_COMMANDS[format] : `\`uv lock --script ${madeFrom({ format, path })}\``;
}

/** The files that a lock is held against. */
export interface ProjectFiles {
  /** From `readPyproject`. */
  readonly pyproject?: Pyproject | null | undefined;
  /** Pipenv: the bytes of the Pipfile. */
  readonly pipfile?: { readonly bytes: Uint8Array; readonly path: string } | null | undefined;
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
