// What both entries of the library have in common: everything but what needs a compiled core at hand.

export { type CheckOptions, check, type Finding, type FindingKind } from "./answers/check.ts";
export { type Change, type Difference, diff } from "./answers/diff.ts";
export { type FreezeOptions, type Frozen, freeze, type ScriptGuard } from "./answers/freeze.ts";
export { freshness, type ProjectFiles } from "./answers/freshness.ts";
export { type Guard, guard } from "./answers/guard.ts";
export type { Lack } from "./answers/lack.ts";
export type { LibraryTables, Unfound, WheelRow } from "./answers/libraries.ts";
export { type NeedsOptions, needs } from "./answers/needs.ts";
export { type NixTextOptions, toNix } from "./answers/nix-text.ts";
export type { Need } from "./answers/plan.ts";
export {
  type FileSubject,
  type Found,
  type FoundFile,
  type GitSubject,
  type HashesSubject,
  readRecord,
  SourceRecord,
  type Subject,
  type UrlSubject,
} from "./answers/record.ts";
export type { Lacking } from "./answers/recorded.ts";
export type { Uninstallable } from "./answers/uninstallable.ts";
export { type FreezeTarget, usualTargets } from "./answers/usual-targets.ts";
export {
  type Absence,
  type Path,
  type Step,
  type Why,
  type WhyAnswer,
  type WhyArtifact,
  type WhyChoice,
  why,
} from "./answers/why.ts";
export type { ByteSource } from "./core/core.ts";
export type {
  CoreFinding,
  ExplainedPackage,
  Explanation,
  FileReason,
  FindingCode,
  Identity,
  Reason,
  ReasonCode,
  Verdict as FileVerdict,
} from "./lock/explain.ts";
export type { LockFormat } from "./lock/formats.ts";
export type { Lockfile, MemberChoices, ReadOptions } from "./lock/lockfile.ts";
export type { ChosenFile, LockedFile, LockedPackage, PackageSource } from "./lock/packages.ts";
export { contentHashes, guardedFields, type Pyproject, readPyproject } from "./lock/pyproject.ts";
export type {
  ArtifactKind,
  Resolution,
  ResolveAllOptions,
  ResolveAllRequest,
  ResolvedPackage,
  ResolveOptions,
  ResolveRequest,
  Unselected,
} from "./lock/resolution.ts";
export { sha256Hex } from "./lock/sri.ts";
export type { MarkerEnvironment, MarkerVariable, Target } from "./lock/target.ts";
export type { TargetChoice } from "./lock/targets.ts";
export type { Freshness } from "./lock/uv/freshness.ts";
export { type DiagnosticOptions, renderFailure } from "./words/diagnostic.ts";
export { type ExitCode, type Failure, PylockError } from "./words/errors.ts";
