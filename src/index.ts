// The library: read a lock, resolve it, freeze it for Nix. Web standards only: no files, no network, no globals of Node.

export { type FreezeOptions, type Frozen, freeze } from "./answers/freeze.ts";
export { sha256Hex } from "./lock/integrity.ts";
export { type LockFormat, type Lockfile, type ReadOptions, readLock } from "./lock/lockfile.ts";
export { contentHashes, guardedFields, type Pyproject, readPyproject } from "./lock/pyproject.ts";
export type { ArtifactKind, Resolution, ResolvedPackage, ResolveRequest } from "./lock/resolution.ts";
export { describeTarget, knownTargets, type Target } from "./lock/target.ts";
export { type ExitCode, type Failure, PylockError } from "./words/errors.ts";
