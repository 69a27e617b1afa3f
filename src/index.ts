// The library: read a lock, resolve it, freeze it for Nix. Web standards only: no files, no network, no globals of Node.

export { type ExitCode, type Failure, PylockError } from "./errors.ts";
export { sha256Hex } from "./integrity.ts";
export { type LockFormat, type Lockfile, type ReadOptions, readLock } from "./lockfile.ts";
export { type FreezeOptions, type Frozen, freeze } from "./nix.ts";
export { contentHashes, guardedFields, type Pyproject, readPyproject } from "./pyproject.ts";
export type { ArtifactKind, Resolution, ResolvedPackage, ResolveRequest } from "./resolution.ts";
export { describeTarget, knownTargets, type Target } from "./target.ts";
