// The core that comes with this package, for who brings none: the same functions, with its module.

import module from "#core";
import { type ByteSource, Core } from "../core/core.ts";
import { PylockError, shellError } from "../words/errors.ts";
import { type Lockfile, type ReadOptions, readLockWith } from "./lockfile.ts";
import { describedBy, isTarget, type Target, targetsOf } from "./target.ts";

/**
 * Reads a lock of any format, from its bytes (UTF-8), its text, or whatever writes it into memory.
 *
 * @throws {PylockError} where the lock is wrong; its `failure` says where, in bytes, and by line and column
 * @example
 * ```ts
 * import { readLock } from "pylock2nix";
 *
 * const lock = readLock(`lock-version = "1.0"
 * created-by = "example"
 *
 * [[packages]]
 * name = "six"
 * version = "1.17.0"
 * wheels = [{ name = "six-1.17.0-py2.py3-none-any.whl", url = "https://files.pypi.invalid/six-1.17.0-py2.py3-none-any.whl", hashes = { sha256 = "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274" } }]
 * `);
 * console.log(lock.format, lock.version); // pylock 1.0
 *
 * const { packages } = lock.resolve({ target: "cp312-linux-x86_64-glibc2.28" });
 * console.log(packages[0]?.artifact); // six-1.17.0-py2.py3-none-any.whl
 * ```
 */
export function readLock(lock: Uint8Array | ByteSource | string, options: ReadOptions = {}): Lockfile {
  return readLockWith(new Core(module), lock, options);
}

let shared: Core | undefined;

/** The same for one lock after another: what was read before is gone, but its memory need not be had again. */
export function readNextLock(lock: Uint8Array | ByteSource | string, options: ReadOptions = {}): Lockfile {
  const core = shared ?? new Core(module);
  // Only what ends well, or as a failure, leaves it fit for the next.
  shared = undefined;
  try {
    const read = readLockWith(core, lock, options);
    shared = core;
    return read;
  } catch (error) {
    if (error instanceof PylockError) shared = core;
    throw error;
  }
}

/**
 * The names of the usual targets; any other libc or macOS floor is accepted all the same.
 *
 * @example
 * ```ts
 * import { knownTargets } from "pylock2nix";
 *
 * console.log(knownTargets().includes("cp313t-win-amd64")); // true
 * ```
 */
export function knownTargets(): string[] {
  return targetsOf(module);
}

/**
 * What a target's name stands for: its marker environment (PEP 508) and its tags (PEP 425), the best first.
 *
 * @param python `python_full_version` instead of the usual one of that Python
 * @throws {PylockError} when there is no such target
 * @example
 * ```ts
 * import { describeTarget } from "pylock2nix";
 *
 * const { environment, tags } = describeTarget("cp312-macos14-arm64");
 * console.log(environment.sys_platform, tags[0]); // darwin cp312-cp312-macosx_14_0_arm64
 * ```
 */
export function describeTarget(target: string, python?: string): Target {
  return describedBy(module, target, python);
}

/** Throws a PylockError when there is no such target. */
export function requireTarget(target: string): void {
  if (!isTarget(module, target)) throw shellError("unknown-target", { text: target, known: knownTargets() });
}
