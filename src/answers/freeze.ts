// The frozen resolution (docs/resolution.md): all targets and all selections of a lock, as data for the Nix library.
//
// The core writes what the lock decides; here is added what only the shell knows: the lock's path and digest, facts of
// pyproject.toml, words for refusals, and what `prefetch` recorded.
// Invariant: the same input gives the same bytes. Every text of the lock stands in a JSON string; nothing is Nix code.

import type { FrozenParts, FrozenTarget } from "../lock/frozen.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { Section } from "../lock/pyproject/toml.ts";
import type { Pyproject } from "../lock/pyproject.ts";
import type { ResolveRequest } from "../lock/resolution.ts";
import { type Span, targetChoice } from "../lock/targets.ts";
import { type Failure, shellError } from "../words/errors.ts";
import { type LibraryTables, type Unfound, unfoundLibraries } from "./libraries.ts";
import { joined, type Piece } from "./pieces.ts";
import { SourceRecord } from "./record.ts";
import { type Lacking, type Recorded, recordedIn, variantsOf } from "./recorded.ts";
import { explainGaps, gapsOf, type Uninstallable } from "./uninstallable.ts";
import { type FreezeTarget, usualTargets } from "./usual-targets.ts";

/** A script, with the digest of what it requires. */
export interface ScriptGuard {
  /** Its name, beside the lock. */
  readonly path: string;
  /** SHA-256 of its guarded fields, in hexadecimal. */
  readonly digest: string;
}

/** `guard` gives the digests. */
export interface FreezeOptions {
  /** SHA-256 of the lock, in hexadecimal. */
  readonly lockSha256: string;
  /** The project that the lock was read with. */
  readonly pyproject?: Pyproject | null;
  /** SHA-256 of the guarded fields, in hexadecimal; null without a pyproject.toml. */
  readonly pyprojectDigest?: string | null;
  /** uv: the same of the pyproject.toml of each member of the workspace, by its name; null where there is none. */
  readonly memberDigests?: ReadonlyMap<string, string | null>;
  /** What the lock of a script was made from; null for another lock. */
  readonly script?: ScriptGuard | null;
  /** Who made it, for people. */
  readonly generator?: string;
  /** Else the usual ones. */
  readonly targets?: readonly (string | FreezeTarget)[];
  /** As in a request to resolve. */
  readonly prefer?: ResolveRequest["prefer"];
  /** As in a request to resolve. */
  readonly noBinary?: readonly string[];
  /** As in a request to resolve. */
  readonly onlyBinary?: readonly string[];
  /** What `prefetch` found. */
  readonly record?: SourceRecord;
  /** What is known of shared libraries; without it nothing is said of them. */
  readonly libraries?: LibraryTables;
}

/** A frozen resolution, and what there is to say of it. */
export interface Frozen {
  /** UTF-8. */
  readonly bytes: Uint8Array;
  /** The same as text. */
  readonly json: string;
  /** Number of packages that some target can select. */
  readonly packages: number;
  /** Git sources of which no hash is recorded, as "name version". */
  readonly unrecorded: readonly string[];
  /** What Nix lacks of a file that some target takes, until it is recorded. */
  readonly lacking: readonly Lacking[];
  /** Whether the lock has hashes of which the files are not recorded either. */
  readonly lacksFileNames: boolean;
  /** Those that are in it, the refused ones too. */
  readonly targets: readonly FreezeTarget[];
  /** Those that the installer refuses, and why. */
  readonly refused: readonly { readonly target: string; readonly error: Failure | null }[];
  /** What cannot be installed on some of them. */
  readonly uninstallable: readonly Uninstallable[];
  /** Wheels that need shared libraries which Nix will not find. */
  readonly unfound: readonly Unfound[];
  /** Whether the members of the workspace are too many for each to have its selections. */
  readonly lacksMembers: boolean;
  /** The setting of the project that bounds what builds sources, which Nix does not heed; null without one. */
  readonly buildConstraints: string | null;
}

/** The version of the format; nix/load.nix refuses others. The second one has the members of a workspace. */
const FORMAT = 1;
const WORKSPACE_FORMAT = 2;

/**
 * Freezes a lock for Nix (docs/resolution.md): every selection of groups and extras on each of the targets, so that Nix can
 * take any of them. The same input gives the same bytes.
 *
 * @throws {PylockError} when the host has not the memory for it; a target that is refused is in the answer
 * @example
 * ```ts
 * import { freeze, guard, readLock } from "pylock2nix";
 *
 * const text = "six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n";
 * const lock = readLock(text);
 * const frozen = freeze(lock, { ...(await guard(text)), targets: ["cp312-linux-x86_64-glibc2.40"] });
 * console.log(frozen.packages, Object.keys(JSON.parse(frozen.json).targets)[0]); // 1 cp312-linux-x86_64-glibc2.40
 * ```
 */
export function freeze(lock: Lockfile, options: FreezeOptions): Frozen {
  const { pyproject = null, script = null, prefer, noBinary, onlyBinary, record = new SourceRecord() } = options;
  const targets = (options.targets ?? usualTargets(lock, record)).map(targetChoice<FreezeTarget>);
  const groups = [...lock.groups].sort(([left], [right]) => order(left, right));
  const request = {
    targets,
    groups: [...lock.groups].filter(([, isDefault]) => isDefault).map(([name]) => name),
    prefer,
    noBinary,
    onlyBinary,
  };
  const open = lock.freeze(request);
  // Hundreds of members have too many selections: then it is what is installed without naming any.
  const isTooLarge = isWorkspace(lock) && open.targets.some(({ error }) => error?.code === "too-hard");
  const parts = isTooLarge ? lock.freeze({ ...request, packages: usualMembers(lock) }) : open;
  const recorded = recordedIn(lock, parts, record, { targets, prefer, noBinary, onlyBinary });
  const entries = new Map(parts.targets.map((each) => [each.target, targetEntry(each, parts, recorded)]));
  const written = targets.map((each) => each.older === undefined || !isSame(entries, each.target, each.older));
  const kept = parts.targets.filter((_, index) => written[index]);
  const buildConstraints = pyproject === null ? null : buildConstraintsOf(lock, pyproject);
  const warnings = [
    ...lock.warnings.map((warning) => warning.message),
    ...kept.flatMap((target) => divergencesOf(target, lock)),
    ...(isTooLarge ? [shellError("workspace-too-large", { text: lock.path }).failure.message] : []),
    ...(buildConstraints === null ? [] : [shellError("build-constraints", { text: buildConstraints }).failure.message]),
    ...recorded.unrecorded.map((title) => shellError("unrecorded-git", { text: title }).failure.message),
    ...recorded.lacking.map(
      ({ title, lack }) => shellError("unrecorded-file", { text: title, detail: lack }).failure.message,
    ),
  ];
  const gaps = gapsOf(parts, recorded, kept);
  const members = isWorkspace(lock) && !isTooLarge ? membersOf(lock, options) : null;
  const head = {
    format: members === null ? FORMAT : WORKSPACE_FORMAT,
    generator: options.generator ?? "pylock2nix",
    lock: { path: baseName(lock.path), format: lock.format, version: lock.version, sha256: options.lockSha256 },
    pyproject: pyproject === null ? null : { path: baseName(pyproject.path), digest: options.pyprojectDigest ?? null },
    ...(script !== null && { script }),
    project: projectFacts(pyproject, lock),
    groups: Object.fromEntries(groups),
    extras: lock.extras,
    ...(members !== null && { members }),
  };
  const bytes = joined([
    `{\n${Object.entries(head)
      .map(([key, value]) => `"${key}":${JSON.stringify(value)},\n`)
      .join("")}`,
    '"conditions":',
    slice(parts, parts.conditions),
    ',\n"packages":[',
    ...lines(parts, recorded),
    '],\n"targets":{',
    ...block(kept.map(({ target }) => [`${JSON.stringify(target)}:`, ...entries.get(target)!])),
    `},\n"warnings":${JSON.stringify([...new Set(warnings)])}\n}\n`,
  ]);
  const unfound = options.libraries === undefined ? [] : unfoundLibraries(lock, parts, recorded, options.libraries);
  return {
    bytes,
    get json() {
      return new TextDecoder().decode(bytes);
    },
    packages: parts.lines.length,
    unrecorded: recorded.unrecorded,
    lacking: recorded.lacking,
    lacksFileNames: recorded.lacksFileNames,
    targets: targets.filter((_, index) => written[index]),
    refused: kept.filter(({ error }) => error !== null),
    // Another call of the core: the parts, which are views, are gone with it.
    uninstallable: explainGaps(lock, gaps, targets),
    unfound,
    lacksMembers: isTooLarge,
    buildConstraints,
  };
}

/** uv's are a list of requirements, Poetry's a table of packages (poetry/factory.py, Factory.create_poetry). */
function buildConstraintsOf({ format }: Lockfile, { document, path }: Pyproject): string | null {
  const tool = new Section(document, "", path).section("tool");
  if (format === "uv" && tool.section("uv").list("build-constraint-dependencies").length > 0) {
    return "[tool.uv] build-constraint-dependencies";
  }
  const isPoetrys = format === "poetry" && tool.section("poetry").section("build-constraints").names().length > 0;
  return isPoetrys ? "[tool.poetry] build-constraints" : null;
}

// --- The document ---------------------------------------------------------------------------------------------------------

/** Whether the lock is that of a workspace, not of one project alone. */
export function isWorkspace({ members, memberFolders }: Pick<Lockfile, "members" | "memberFolders">): boolean {
  return members.length > 1 || (members.length === 1 && memberFolders.get(members[0]!) !== ".");
}

/** The project at the lock's folder, else all. */
function usualMembers({ memberFolders }: Lockfile): readonly string[] | "all" {
  for (const [name, folder] of memberFolders) if (folder === ".") return [name];
  return "all";
}

function membersOf({ members, memberFolders }: Lockfile, options: FreezeOptions): object {
  const { memberDigests = new Map<string, string | null>(), pyprojectDigest = null } = options;
  return Object.fromEntries(
    members.map((name) => {
      const path = memberFolders.get(name)!;
      return [name, { path, digest: path === "." ? pyprojectDigest : (memberDigests.get(name) ?? null) }];
    }),
  );
}

/** One line per package, so that a change of the lock is a readable change of this file. */
function lines(parts: FrozenParts, { lines: changed }: Recorded): Piece[] {
  const { lines: all } = parts;
  if (all.length === 0) return [];
  // As the core wrote them, with what ends each line, up to the next one that is another.
  const pieces: Piece[] = ["\n"];
  let from = all[0]!.from;
  for (const [index, item] of changed) {
    const line = all[index]!;
    pieces.push(slice(parts, { from, to: line.from }), JSON.stringify(item));
    from = line.to;
  }
  return [...pieces, slice(parts, { from, to: all.at(-1)!.to }), "\n"];
}

function targetEntry(
  { target, python, variants, refusals, error }: FrozenTarget,
  parts: FrozenParts,
  recorded: Recorded,
): Piece[] {
  if (error !== null) return [JSON.stringify({ error: error.message })];
  const rows = refusals.map(({ condition, error: refusal }) => JSON.stringify([condition, refusal.message]));
  const more = rows.length === 0 ? "" : `,"refusals":[${[...new Set(rows)].join(",")}]`;
  return [
    `{"python":${JSON.stringify(python)},"variants":[`,
    recorded.variants.size === 0 ? slice(parts, variants) : changedVariants(parts, variants, target, recorded),
    `]${more}}`,
  ];
}

/** Whether two targets have the same to say. */
function isSame(entries: ReadonlyMap<string, readonly Piece[]>, left: string, right: string): boolean {
  const text = (target: string): string => new TextDecoder().decode(joined(entries.get(target) ?? [target]));
  return text(left) === text(right);
}

function changedVariants(parts: FrozenParts, span: Span, target: string, recorded: Recorded): string {
  const at = parts.targets.findIndex((each) => each.target === target);
  const own = variantsOf(parts, span)();
  for (const [index, variants] of recorded.variants) own[index] = variants[at]!;
  return own.join(",");
}

function block(entries: readonly Piece[][]): Piece[] {
  return entries.length === 0
    ? []
    : entries.flatMap((entry, index) => [index === 0 ? "\n" : ",\n", ...entry]).concat("\n");
}

function slice({ output }: FrozenParts, { from, to }: Span): Uint8Array {
  return output.subarray(from, to);
}

/** What the Nix library builds the project from; null where there is none. `package`: whether there is anything to build. */
export function projectFacts(
  pyproject: Pyproject | null,
  lock: Lockfile,
): { readonly package: boolean; readonly [key: string]: unknown } | null {
  if (pyproject === null) return null;
  const { name, version, backend, requires, scripts, python } = pyproject;
  if (name === null) return null;
  const sorted = Object.fromEntries(Object.entries(scripts).sort(([left], [right]) => order(left, right)));
  // uv builds a project that has a build system, or says that it is a package: what it does not build is virtual.
  const isBuilt = pyproject.packageMode && !lock.hasVirtualProject;
  return { name, version, package: isBuilt, backend, requires, scripts: sorted, python };
}

/** What the conditions of a lock below 2.1 cannot say: Poetry solves anew for each selection. */
function divergencesOf({ target, divergences }: FrozenTarget, lock: Lockfile): string[] {
  const defaults = [...lock.groups].filter(([, chosen]) => chosen).map(([name]) => name);
  return [defaults, ["main"]].flatMap((groups, selection) => {
    const found = divergences[selection]!;
    const titles = (isFrozen: boolean): string[] =>
      found.filter((each) => each.isFrozen === isFrozen).map(({ title }) => title);
    const [derived, direct] = [titles(true), titles(false)];
    const differing = [
      ...derived.filter((each) => !direct.includes(each)),
      ...direct.filter((each) => !derived.includes(each)),
    ];
    if (differing.length === 0) return [];
    return [
      `${target}, groups ${groups.join(", ")}: Poetry would choose anew between ${differing.sort(order).join(", ")}`,
    ];
  });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** By code units: the same on every machine, whatever its language. */
function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
