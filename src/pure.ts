// The library's entry for who brings the compiled core, `pylock2nix/pure`: for hosts that may compile no bytes, or that share
// one module between workers. The module is `pylock2nix/core.wasm`, of the same version as this package.

import { type ByteSource, Core } from "./core/core.ts";
import { type Lockfile, type ReadOptions, readLockWith } from "./lock/lockfile.ts";
import { describedBy, type Target, targetsOf } from "./lock/target.ts";

export * from "./face.ts";

/** What of the library needs the core. Everything else takes a lock, and uses the core that it was read with. */
export interface Reader {
  /** As `readLock` of `pylock2nix`. */
  readLock(lock: Uint8Array | ByteSource | string, options?: ReadOptions): Lockfile;
  /** As `knownTargets` of `pylock2nix`. */
  knownTargets(): string[];
  /** As `describeTarget` of `pylock2nix`. */
  describeTarget(target: string, python?: string): Target;
}

/**
 * The functions that need the core, over this compiled module. Each lock has an instance of its own.
 *
 * @param core `pylock2nix/core.wasm`, compiled; from whichever realm
 * @throws {PylockError} at the first use, when the module is of another version
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { readerOf } from "pylock2nix/pure";
 *
 * const bytes = await readFile(new URL(import.meta.resolve("pylock2nix/core.wasm")));
 * const { readLock } = readerOf(await WebAssembly.compile(bytes));
 * const lock = readLock("six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n");
 * console.log(lock.format); // requirements
 * ```
 */
export function readerOf(core: WebAssembly.Module): Reader {
  return {
    readLock: (lock, options) => readLockWith(new Core(core), lock, options),
    knownTargets: () => targetsOf(core),
    describeTarget: (target, python) => describedBy(core, target, python),
  };
}
