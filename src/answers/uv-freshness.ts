// Whether a uv.lock is as new as its project: what `uv lock --check` compares.
//
// Invariant: pure; the files are handed over. What uv would not read either cannot be told, and is null. The command line loads
// this only for a uv.lock.

import type { Lockfile } from "../lock/lockfile.ts";
import type { Pyproject } from "../lock/pyproject.ts";
import { type Freshness, former, uvFreshness } from "../lock/uv/freshness.ts";
import { Unknown } from "../lock/uv/unknown.ts";
import { projectName, sourcesOf, toolUv, type UvProject, type UvWorkspace } from "../lock/uv/workspace.ts";
import { PylockError } from "../words/errors.ts";

/** Held against what is in its workspace, which may have to be found first. */
export async function uvLockFreshness(lock: Lockfile, workspace: () => Promise<UvWorkspace>): Promise<Freshness> {
  try {
    return compared(lock, await workspace());
  } catch (error) {
    return unknown(error);
  }
}

/** Held against a project of one pyproject.toml; where it is more than that, it cannot be told. */
export function loneProjectFreshness(lock: Lockfile, pyproject: Pyproject): Freshness {
  return compared(lock, aloneIn(lock, pyproject));
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
    return { root, members, others: new Map(), files: new Set(), settings: toolUv(root), script: null };
  } catch (error) {
    return unknown(error).because ?? more;
  }
}
