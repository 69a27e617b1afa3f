// Why a resolution is what it is, read out of the core's tables: which requirements count and which do not, which files fit,
// and what does not add up.
//
// Invariant: plain data; the words for people are in why.ts and check.ts.

import * as abi from "../core/abi.ts";
import type { Core, Rows } from "../core/core.ts";
import { fileName, packageName, packageVersion } from "./packages.ts";
import { allowed, type PolicyRequest } from "./policy.ts";
import { coreRequest, type Resolution, type ResolveRequest, readResolutions } from "./resolution.ts";
import type { Speak } from "./targets.ts";

/** Whether a requirement counts; what else it can be. */
export type ReasonCode = "counts" | "marker" | "python" | "platform" | "extra" | "group" | "owner-absent";
/** `barred`: it fits, and no file of its kind is to be installed of the package. */
export type Verdict = "taken" | "fits" | "barred" | "python" | "abi" | "platform" | "floor" | "name" | "other";
/** What does not add up between the lock and its requirements. */
export type FindingCode = "not-locked" | "left-out" | "refused-version" | "refused-python";

/** A package of the lock. */
export interface Identity {
  /** Normalised. */
  readonly name: string;
  /** As the lock writes it. */
  readonly version: string | null;
}

/** A requirement of a package, or of the project (`owner` null); or the place of a package in a group of the lock. */
export interface Reason {
  /** Which of the two it is. */
  readonly kind: "requirement" | "membership";
  /** Whether it counts, or why not. */
  readonly code: ReasonCode;
  /** Who requires. */
  readonly owner: Identity | null;
  /** The name that is required. */
  readonly name: string;
  /** The installed package that meets it; for a place in a group the package itself. */
  readonly package: Identity | null;
  /** The comparisons of its marker that make it false. */
  readonly falseParts: readonly string[];
  /** The versions that are admitted, as written. */
  readonly constraint: string | null;
  /** The group of the project that it is in. */
  readonly group: string | null;
}

/** A file of a package, and whether it is taken. */
export interface FileReason {
  /** The file's. */
  readonly name: string;
  /** Whether it is taken, or why not. */
  readonly verdict: Verdict;
}

/** A package of the lock, with its files. */
export interface ExplainedPackage extends Identity {
  /** On this target. */
  readonly isInstalled: boolean;
  /** As the lock lists them. */
  readonly files: readonly FileReason[];
}

/** Something that does not add up. */
export interface CoreFinding {
  /** What it is. */
  readonly code: FindingCode;
  /** Whose requirement is not met. */
  readonly requirement: Reason | null;
  /** What is installed instead. */
  readonly package: Identity | null;
}

/** A resolution with its reasons. */
export interface Explanation {
  /** What is explained. */
  readonly resolution: Resolution;
  /** All packages of the lock, in its order; empty when the target is refused. */
  readonly packages: readonly ExplainedPackage[];
  /** What counts, and what does not. */
  readonly reasons: readonly Reason[];
  /** What does not add up. */
  readonly findings: readonly CoreFinding[];
}

const REASONS: readonly ReasonCode[] = ["counts", "marker", "python", "platform", "extra", "group", "owner-absent"];
const VERDICTS: readonly Verdict[] = ["taken", "fits", "python", "abi", "platform", "floor", "name", "other"];
const FINDINGS: readonly FindingCode[] = ["not-locked", "left-out", "refused-version", "refused-python"];

/** Resolves one selection, with reasons. */
export function readExplanation(core: Core, request: ResolveRequest, speak: Speak): Explanation {
  const resolution = readResolutions(core, { ...request, targets: [request] }, speak)[0]!;
  const failure = core.explain(coreRequest(request, 0));
  if (failure !== null) {
    // Explaining reads what resolving has no need of: a constraint that admits what it is never asked about.
    const error = resolution.error ?? speak(failure, request.target);
    return { resolution: { ...resolution, error }, packages: [], reasons: [], findings: [] };
  }
  const isWalk = core.state(abi.STATE_METHOD) === abi.METHOD_WALK;
  const reasons = isWalk ? reasonsFromEdges(resolution) : readReasons(core);
  return { resolution, packages: readFiles(core, request), reasons, findings: readFindings(core, reasons) };
}

/** Only why each file of these packages fits or not; null where the target is refused. */
export function readVerdicts(
  core: Core,
  request: ResolveRequest,
  rows: readonly number[],
): (readonly FileReason[])[] | null {
  return core.explainFiles(coreRequest(request, abi.REQUEST_IS_TARGET_ONLY), rows) === null
    ? rows.map((row) => filesOf(core, row, request))
    : null;
}

/** Of a lock that is a graph (uv) the edges that were walked; it states no constraints. */
function reasonsFromEdges({ packages }: Resolution): Reason[] {
  const byName = new Map(packages.map(({ name, version }) => [name, { name, version }]));
  return packages.flatMap(({ name: owner, version, dependencies }) =>
    dependencies.map(
      (name): Reason => ({
        kind: "requirement",
        code: "counts",
        owner: { name: owner, version },
        name,
        package: byName.get(name) ?? null,
        falseParts: [],
        constraint: null,
        group: null,
      }),
    ),
  );
}

function readReasons(core: Core): Reason[] {
  const rows = core.rows(abi.TABLE_REASON, abi.REASON_WORDS);
  const parts = core.rows(abi.TABLE_PART, abi.PART_WORDS);
  return Array.from({ length: rows.count }, (_, row): Reason => {
    const at = (word: number): number => rows.at(row, word);
    return {
      kind: at(abi.REASON_KIND) === abi.REASON_OF_MEMBERSHIP ? "membership" : "requirement",
      code: REASONS[at(abi.REASON_CODE)]!,
      owner: identity(core, at(abi.REASON_OWNER)),
      name: core.text(at(abi.REASON_NAME)) ?? "",
      package: identity(core, at(abi.REASON_PACKAGE)),
      falseParts: readParts(core, parts, at(abi.REASON_PARTS), at(abi.REASON_PART_COUNT)),
      constraint: core.text(at(abi.REASON_CONSTRAINT)),
      group: core.text(at(abi.REASON_GROUP)),
    };
  });
}

/** Each comparison once, as the marker has it. */
function readParts(core: Core, parts: Rows, from: number, count: number): string[] {
  const texts = Array.from({ length: count }, (_, index) =>
    core.slice(parts.at(from + index, abi.PART_ADDRESS), parts.at(from + index, abi.PART_SIZE)).trim(),
  );
  return [...new Set(texts)];
}

function readFiles(core: Core, policy: PolicyRequest): ExplainedPackage[] {
  const { count } = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  const selections = core.rows(abi.TABLE_SELECTION, abi.SELECTION_WORDS);
  const installed = new Set(
    Array.from({ length: selections.count }, (_, row) => selections.at(row, abi.SELECTION_PACKAGE)),
  );
  return Array.from({ length: count }, (_, row) => ({
    name: packageName(core, row),
    version: packageVersion(core, row),
    isInstalled: installed.has(row),
    files: filesOf(core, row, policy),
  }));
}

/** A file that fits, and is of a kind that is not to be taken, is barred. */
function filesOf(core: Core, row: number, policy: PolicyRequest): FileReason[] {
  const packages = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  const verdicts = core.rows(abi.TABLE_VERDICT, abi.VERDICT_WORDS);
  const { wheels, sources } = allowed(policy, packageName(core, row));
  return Array.from({ length: packages.at(row, abi.PACKAGE_ARTIFACT_COUNT) }, (_, index) => {
    const file = packages.at(row, abi.PACKAGE_ARTIFACTS) + index;
    const verdict = VERDICTS[verdicts.at(file, abi.VERDICT_CODE)]!;
    const name = fileName(core, file);
    const isBarred = verdict === "fits" && !(name.endsWith(".whl") ? wheels : sources);
    return { name, verdict: isBarred ? "barred" : verdict };
  });
}

function readFindings(core: Core, reasons: readonly Reason[]): CoreFinding[] {
  const rows = core.rows(abi.TABLE_FINDING, abi.FINDING_WORDS);
  return Array.from({ length: rows.count }, (_, row) => ({
    code: FINDINGS[rows.at(row, abi.FINDING_CODE)]!,
    requirement: reasons[rows.at(row, abi.FINDING_REASON)] ?? null,
    package: identity(core, rows.at(row, abi.FINDING_PACKAGE)),
  }));
}

function identity(core: Core, row: number): Identity | null {
  return row === abi.NONE ? null : { name: packageName(core, row), version: packageVersion(core, row) };
}
