// Loads the bundle's files with what V8 has compiled of them, kept from run to run: a sixth of the time of a command on a usual
// lock. Node does this itself from 22.8 on; before that it is done here, in the user's cache, and the same variables of the
// environment switch it off and place it.
//
// Invariant: whatever is wrong with what is kept, the program runs without it. V8 takes such data unchecked (a flipped bit
// ends the process), so each file holds the data twice, and is taken when both are equal: to compare is native from Node's
// start, while zlib, for a checksum, takes 1.2 ms to load. That it is of this V8 and of a source of that length V8 does check; the
// folder is named by a digest of the sources, and only its owner may write in it.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { cacheFolder } from "./cache-folder.ts";

interface Loaded {
  exports: unknown;
}

/** As Node wraps CommonJS. */
type Wrapped = (
  exports: unknown,
  require: (id: string) => unknown,
  module: Loaded,
  filename: string,
  dirname: string,
) => void;

const HEAD = "(function (exports, require, module, __filename, __dirname) { ";

/**
 * `require` for the files of a folder, given as "./name.cjs", and for what Node brings. `digest` is of all those files; what was
 * compiled anew is kept when the process ends, since by then the functions that ran are compiled too.
 */
export function loader(folder: string, digest: string, require: (id: string) => unknown): (id: string) => unknown {
  // From 22.8 on; the types are those of the oldest Node that we run on.
  const { enableCompileCache } = module as { readonly enableCompileCache?: () => unknown };
  enableCompileCache?.();
  const kept = enableCompileCache === undefined ? folderFor(digest) : null;
  if (kept === null) return require;
  const modules = new Map<string, Loaded>();
  const compiled: [name: string, script: Script][] = [];
  process.once("exit", () => keep(kept, compiled));
  const load = (id: string): unknown => {
    if (!id.startsWith("./")) return require(id);
    const known = modules.get(id);
    if (known !== undefined) return known.exports;
    const module: Loaded = { exports: {} };
    modules.set(id, module);
    const filename = join(folder, id);
    const source = `${HEAD}${readFileSync(filename, "latin1")}\n})`;
    const cachedData = readKept(join(kept, id));
    const script = new Script(source, { filename, cachedData, columnOffset: -HEAD.length });
    if (cachedData === undefined || script.cachedDataRejected === true) compiled.push([id, script]);
    (script.runInThisContext() as Wrapped)(module.exports, load, module, filename, folder);
    return module.exports;
  };
  return load;
}

function folderFor(digest: string): string | null {
  const { NODE_DISABLE_COMPILE_CACHE, NODE_COMPILE_CACHE } = process.env;
  if (NODE_DISABLE_COMPILE_CACHE) return null;
  const base = NODE_COMPILE_CACHE || cacheFolder(process.env);
  return base === null ? null : join(base, `code-${process.version}-${process.arch}-${digest}`);
}

function readKept(path: string): Buffer | undefined {
  try {
    const twice = readFileSync(path);
    const half = twice.length >>> 1;
    const once = twice.subarray(0, half);
    return half > 0 && once.equals(twice.subarray(half)) ? once : undefined;
  } catch {
    return undefined;
  }
}

/** Written whole or not at all; another process may do the same. */
function keep(folder: string, compiled: readonly [name: string, script: Script][]): void {
  if (compiled.length === 0) return;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [name, script] of compiled) {
      const data = script.createCachedData();
      const own = join(folder, `${name}.${process.pid}`);
      writeFileSync(own, Buffer.concat([data, data]), { mode: 0o600 });
      renameSync(own, join(folder, name));
    }
  } catch {
    // No room, or no right to write: the next run compiles as this one did.
  }
}
