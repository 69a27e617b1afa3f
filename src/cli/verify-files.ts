// The files that `verify` looks at: given outright, or found in folders.
//
// Invariant: every file that is named or found is in the answer, but for three that are expected to hold more than the
// lock: of a Nix store and of a cache of pip only what the lock knows counts, and the parts that hold no packages
// (pip's response headers) are not read.

import { cacheRole, type Expectation, type Expectations, isStoreName } from "../answers/verify.ts";
import { type Entry, entriesOf, look, reasonOf } from "../runtime/node/verify.ts";
import { kindOf } from "../runtime/node.ts";
import { PylockError, shellError } from "../words/errors.ts";

/** Standard input. */
export const INPUT = "-";

export interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly expectation: Expectation;
  /** Among things that other locks may know: that this one does not is no finding. */
  readonly isShared: boolean;
  /** Given by path, not found in a folder. */
  readonly isNamed: boolean;
}

export interface Unreadable {
  readonly file: string;
  readonly problem: string;
}

export interface FoundFiles {
  readonly files: FoundFile[];
  readonly unreadable: Unreadable[];
}

/** Folders of uv's cache; it has unpacked wheels only. */
const UV_CACHE = /^(?:archive|sdists|wheels|simple|interpreter|built-wheels)-v\d+$/;
const CACHE_TAG = "CACHEDIR.TAG";

export async function findFiles(paths: readonly string[], expectations: Expectations): Promise<FoundFiles> {
  const search = new Search(expectations);
  for (const path of paths) if (path !== INPUT) await search.named(path);
  return search;
}

class Search implements FoundFiles {
  readonly files: FoundFile[] = [];
  readonly unreadable: Unreadable[] = [];
  readonly #expectations: Expectations;
  readonly #seen = new Set<string>();

  constructor(expectations: Expectations) {
    this.#expectations = expectations;
  }

  async named(path: string): Promise<void> {
    const name = path.replace(/\/+$/, "").replace(/^.*\//s, "");
    if ((await kindOf(path)) === null) throw shellError("file-not-found", { text: path, path });
    const entry = await look(path, name);
    if (entry.kind === "unreadable") throw shellError("file-unreadable", { text: path, detail: entry.problem!, path });
    if (entry.kind === "other") throw shellError("file-special", { text: path, path });
    if (entry.kind === "folder") await this.#folder(path, UV_CACHE.test(name));
    else this.#add(entry, true);
  }

  async #folder(path: string, isCache: boolean): Promise<void> {
    try {
      let hasTag = false;
      let hasCacheFolder = isCache;
      const folders: string[] = [];
      for await (const entry of entriesOf(path)) {
        hasTag ||= entry.name === CACHE_TAG;
        hasCacheFolder ||= entry.kind === "folder" && UV_CACHE.test(entry.name);
        if (isCache || (hasTag && hasCacheFolder)) throw shellError("unpacked-cache", { text: path, path });
        if (entry.kind === "folder" && !isStoreName(entry.name)) folders.push(entry.path);
        else if (entry.kind === "unreadable") this.#refuse(entry);
        else if (entry.kind === "file") this.#add(entry, false);
      }
      for (const folder of folders) await this.#folder(folder, false);
    } catch (error) {
      if (error instanceof PylockError) throw error;
      this.unreadable.push({ file: path, problem: reasonOf(error) });
    }
  }

  #refuse({ name, path, problem }: Entry): void {
    this.#expectations.see(this.#expectations.of(name));
    this.unreadable.push({ file: path, problem: problem ?? "" });
  }

  #add({ name, path, size }: Entry, isNamed: boolean): void {
    if (this.#seen.has(path)) return;
    this.#seen.add(path);
    const role = cacheRole(name);
    if (role === "headers" || (name === CACHE_TAG && !isNamed)) return;
    const expectation = role === "body" ? this.#expectations.ofAnyName() : this.#expectations.of(name);
    const isShared = role === "body" || isStoreName(name);
    // A store is too large to be read for what might be known by its digest.
    if (isStoreName(name) && expectation.names.length === 0 && !isNamed) return;
    this.files.push({ path, size, expectation, isShared, isNamed });
  }
}
