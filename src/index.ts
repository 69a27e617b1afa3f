/**
 * Python lockfiles to Nix, as a library: read a lock, resolve it, ask why, freeze it for Nix. Web standards only: no files, no
 * network, no globals of Node, and the same answers on every runtime.
 *
 * ```ts
 * import { freeze, guard, readLock, readPyproject, toNix } from "pylock2nix";
 *
 * const pyproject = readPyproject('[project]\nname = "app"\nversion = "1"\n', "pyproject.toml");
 * const text = "six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n";
 * const lock = readLock(text, { path: "requirements.txt", pyproject });
 *
 * const { packages, error } = lock.resolve({ target: "cp312-linux-x86_64-glibc2.28" });
 * console.log(error === null, packages[0]?.version); // true 1.17.0
 *
 * const nix = toNix(freeze(lock, await guard(text, pyproject)));
 * console.log(nix.includes("builtins.fromJSON")); // true
 * ```
 *
 * @module
 */

export * from "./face.ts";
export { describeTarget, knownTargets, readLock } from "./lock/shipped.ts";
