// The frozen resolution (docs/resolution.md): all targets and all selections of a lock, as data for the Nix library.
//
// Invariant: the same input gives the same bytes. Every text of the lock stands in a JSON string; nothing is Nix code.

import { withoutUser } from "../lock/address.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { normalizeName } from "../lock/name.ts";
import type { Pyproject } from "../lock/pyproject.ts";
import type {
  ArtifactKind,
  Condition,
  FrozenChoice,
  FrozenTarget,
  LockedPackage,
  PackageSource,
  ResolveRequest,
} from "../lock/resolution.ts";
import { describeTarget } from "../lock/target.ts";
import { type Failure, shellError } from "../words/errors.ts";
import { bestFile, isSource, type Preference } from "./choice.ts";
import { type OpenPackage, subjectsOf } from "./plan.ts";
import { type Found, SourceRecord, type Subject } from "./record.ts";

export interface FreezeOptions {
  readonly lockSha256: string;
  readonly pyproject: Pyproject | null;
  /** sha256 of the guarded fields; null without a pyproject.toml. */
  readonly pyprojectDigest: string | null;
  readonly generator: string;
  readonly targets: readonly { readonly target: string; readonly python?: string }[];
  readonly prefer?: ResolveRequest["prefer"];
  readonly noBinary?: readonly string[];
  readonly onlyBinary?: readonly string[];
  /** What `prefetch` found. */
  readonly record?: SourceRecord;
}

export interface Frozen {
  readonly json: string;
  /** Number of packages that some target can select. */
  readonly packages: number;
  /** These, with the files that some target takes, as the lock has them. */
  readonly sources: readonly OpenPackage[];
  /** Git sources of which no hash is recorded, as "name version". */
  readonly unrecorded: readonly string[];
  /** Whether the lock has hashes of which the files are not recorded either. */
  readonly lacksFileNames: boolean;
  readonly refused: readonly { readonly target: string; readonly error: Failure | null }[];
}

/** The version of the format; nix/load.nix refuses others. */
const FORMAT = 1;

export function freeze(lock: Lockfile, options: FreezeOptions): Frozen {
  const { pyproject, targets, prefer, noBinary, onlyBinary, record = new SourceRecord() } = options;
  const conditions = new SharedConditions();
  const packages = lock.packages().map((each) => new FrozenPackage(each, record));
  const frozen = targets.map(({ target, python }) => {
    const request = { target, python, groups: [], extras: [], prefer, noBinary, onlyBinary };
    const answer = lock.resolveOpen(request);
    const variants = new Map<number, number>();
    const shared = conditions.add(answer);
    const tags = once(() => describeTarget(target, python).tags);
    const preference = (name: string): Preference => ({
      tags: tags(),
      isSourceFirst: prefer === "sdist",
      allowsWheels: noBinary?.includes(name) !== true,
      allowsSources: onlyBinary?.includes(name) !== true,
    });
    for (const choice of answer.choices) {
      if (isLeftOut(packages[choice.package]!.source)) continue;
      variants.set(choice.package, packages[choice.package]!.add(choice, shared[choice.condition]!, preference));
    }
    const refusals = answer.refusals.map(({ condition, error }) => [shared[condition]!, error.message] as const);
    return { target, python, answer, variants, refusals };
  });
  const used = packages.map((each, index) => ({ each, index })).filter(({ each }) => each.variants.length > 0);
  const unrecorded = used.filter(({ each }) => each.lacksCheckout).map(({ each }) => each.title);
  const data = used.map(({ each }) => each.data());
  const warnings = [
    ...lock.warnings.map((warning) => warning.message),
    ...frozen.flatMap(({ answer, python }) => divergences(lock, answer, python)),
    ...unrecorded.map((title) => shellError("unrecorded-git", { text: title }).failure.message),
  ];
  const document = {
    format: FORMAT,
    generator: options.generator,
    lock: { path: baseName(lock.path), format: lock.format, version: lock.version, sha256: options.lockSha256 },
    pyproject: pyproject === null ? null : { path: baseName(pyproject.path), digest: options.pyprojectDigest },
    project: pyproject === null ? null : projectFacts(pyproject, lock),
    groups: Object.fromEntries([...lock.groups].sort(([left], [right]) => order(left, right))),
    extras: lock.extras,
    conditions: conditions.list,
    packages: data,
    targets: Object.fromEntries(
      frozen.map(({ target, python, answer, variants, refusals }) => [
        target,
        answer.error !== null
          ? { error: answer.error.message }
          : {
              python: describeTarget(target, python).environment.python_full_version,
              variants: used.map(({ index }) => variants.get(index) ?? -1),
              ...(refusals.length > 0 && { refusals: distinct(refusals) }),
            },
      ]),
    ),
    warnings: [...new Set(warnings)],
  };
  return {
    json: written(document),
    packages: used.length,
    sources: used.map(({ each }) => each.open()),
    unrecorded,
    lacksFileNames: used.some(({ each }) => each.lacksFileNames),
    refused: frozen
      .filter(({ answer }) => answer.error !== null)
      .map(({ target, answer }) => ({ target, error: answer.error })),
  };
}

/** One table of conditions for all targets: equal ones are one. */
class SharedConditions {
  readonly list: Condition[] = [true];
  readonly #known = new Map<string, number>([["true", 0]]);

  /** Takes what a target's choices and refusals refer to; gives the shared index of each of its conditions. */
  add({ choices, refusals, conditions }: FrozenTarget): number[] {
    const needed = new Uint8Array(conditions.length);
    for (const { condition } of [...choices, ...refusals]) needed[condition] = 1;
    // Conditions refer to earlier ones only: downwards for what is needed, upwards for the new indexes.
    for (let index = conditions.length - 1; index >= 0; index--) {
      if (needed[index] === 1) for (const member of members(conditions[index]!)) needed[member] = 1;
    }
    const shared: number[] = [];
    conditions.forEach((condition, index) => {
      shared.push(needed[index] === 1 ? this.#indexOf(renumbered(condition, shared)) : -1);
    });
    return shared;
  }

  #indexOf(condition: Condition): number {
    const key = JSON.stringify(condition);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.list.length);
    return this.list.push(condition) - 1;
  }
}

function members(condition: Condition): readonly number[] {
  if (typeof condition === "boolean") return [];
  if ("not" in condition) return [condition.not];
  if ("all" in condition) return condition.all;
  return "any" in condition ? condition.any : [];
}

function renumbered(condition: Condition, shared: readonly number[]): Condition {
  if (typeof condition === "boolean") return condition;
  if ("not" in condition) return { not: shared[condition.not]! };
  if ("all" in condition) return { all: condition.all.map((member) => shared[member]!).sort((a, b) => a - b) };
  if ("any" in condition) return { any: condition.any.map((member) => shared[member]!).sort((a, b) => a - b) };
  return condition;
}

/** The subjects of everything in a lock that a record can be about, whatever the targets take. */
export function subjectsOfLock(lock: Lockfile): Subject[] {
  return lock.packages().flatMap((locked) => {
    const files = locked.files.filter(({ name }) => name !== "");
    const rows = files.map(({ name, hash, url }) => [name, hash, url] as const);
    return subjectsOf({ ...locked, files: rows, hashes: bareHashes(locked) });
  });
}

/** The sources whose files are those of an index. */
const LISTED: ReadonlySet<PackageSource["kind"]> = new Set(["index", "legacy", "folder"]);

type FileRow = readonly [name: string, hash: string | null, url: string | null];
type Variant = readonly [file: number, condition: number, dependencies: readonly string[]];

/** A package with the files that some target takes, and its sdist, and what differs between targets. */
class FrozenPackage {
  readonly variants: Variant[] = [];
  readonly #locked: LockedPackage;
  readonly #record: SourceRecord;
  readonly #files: FileRow[] = [];
  readonly #known = new Map<string, number>();

  constructor(locked: LockedPackage, record: SourceRecord) {
    this.#locked = locked;
    this.#record = record;
  }

  get title(): string {
    return `${this.#locked.name} ${this.#locked.version ?? ""}`.trim();
  }

  /** Whether it is a git source without a recorded hash. */
  get lacksCheckout(): boolean {
    return this.#locked.source.kind === "git" && this.#found("git") === null;
  }

  get lacksFileNames(): boolean {
    return bareHashes(this.#locked).length > 0 && this.#found("hashes") === null;
  }

  get source(): PackageSource {
    return this.#locked.source;
  }

  /** Index of the variant that a target's choice makes. */
  add(
    { artifact, kind, dependencies }: FrozenChoice,
    condition: number,
    preference: (name: string) => Preference,
  ): number {
    const variant: Variant = [
      artifact === null ? this.#otherFile(kind, preference) : this.#file([artifact.name, artifact.hash, artifact.url]),
      condition,
      dependencies,
    ];
    const key = JSON.stringify(variant);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.variants.length);
    return this.variants.push(variant) - 1;
  }

  data(): object {
    const { name, version, source, files } = this.#locked;
    const sdist = LISTED.has(source.kind) ? files.find((file) => file.isSdist) : undefined;
    if (sdist !== undefined) this.#file([sdist.name, sdist.hash, sdist.url]);
    const bare = this.#found("hashes")?.files?.find(({ file }) => isSource(file));
    if (bare !== undefined) this.#file([bare.file, bare.hash, bare.url ?? null]);
    return {
      name,
      version,
      source: sourceData(source, this.#found("git")),
      files: this.#files.map((row) => this.#completed(row)),
      variants: this.variants,
    };
  }

  /** The same for prefetch, as the lock has it. */
  open(): OpenPackage {
    const hashes = bareHashes(this.#locked);
    return { ...this.#locked, files: hashes.length > 0 ? [] : this.#files, hashes };
  }

  /** What is recorded of this kind of source. */
  #found(kind: Subject["kind"]): Found | null {
    const subject = subjectsOf({ ...this.#locked, files: [], hashes: bareHashes(this.#locked) }).find(
      (each) => each.kind === kind,
    );
    return subject === undefined ? null : this.#record.get(subject);
  }

  /** A row with what the lock lacks, and with what is known of the file's inside. */
  #completed(row: FileRow): readonly unknown[] {
    const [name, hash, url] = row;
    const bare = this.#found("hashes")?.files?.find(({ file }) => file === name);
    const subject = subjectsOf({ ...this.#locked, files: [row], hashes: [] })[0];
    const found = bare ?? (subject === undefined ? null : this.#record.get(subject));
    const facts = factsOf(found ?? {});
    const completed = [name, found?.hash ?? hash, url === null ? (found?.url ?? null) : withoutUser(url)];
    return Object.keys(facts).length === 0 ? completed : [...completed, facts];
  }

  /** A package that is one file by its source has no choice to make; for bare hashes there may be recorded files. */
  #otherFile(kind: ArtifactKind, preference: (name: string) => Preference): number {
    const found = this.#found("hashes");
    if (found !== null) {
      const best = bestFile(found.files ?? [], preference(this.#locked.name));
      return best === null ? -1 : this.#file([best.file, best.hash, best.url ?? null]);
    }
    const { source, files } = this.#locked;
    if (kind === "none" || (source.kind !== "url" && source.kind !== "file")) return -1;
    const { name, hash } = files[0]!;
    return this.#file([name, hash, source.kind === "url" ? source.url : null]);
  }

  #file(row: FileRow): number {
    const known = this.#files.findIndex(([name, hash]) => name === row[0] && hash === row[1]);
    return known >= 0 ? known : this.#files.push(row) - 1;
  }
}

function distinct<T>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

/** What is not built (uv's virtual packages), and the project itself, which the Nix library builds from its own facts. */
function isLeftOut({ kind, url }: PackageSource): boolean {
  return kind === "virtual" || (kind === "directory" && (url === "." || url === ""));
}

function bareHashes({ files }: LockedPackage): string[] {
  return files.flatMap(({ name, hash }) => (name === "" && hash !== null ? [hash] : []));
}

/** Names only, normalised: what Nix can look up. Those that hold under a marker only may be missing there. */
function factsOf({ buildRequires, sonames }: Found): object {
  const named = (texts: readonly string[]): string[] =>
    [...new Set(texts.map((text) => normalizeName(/^[A-Za-z0-9._-]*/.exec(text)![0])))]
      .filter((name) => name !== "")
      .sort(order);
  const always = named((buildRequires ?? []).filter((text) => !text.includes(";")));
  const sometimes = named((buildRequires ?? []).filter((text) => text.includes(";"))).filter(
    (name) => !always.includes(name),
  );
  return {
    ...(buildRequires !== undefined && { buildRequires: always }),
    ...(sometimes.length > 0 && { conditionalRequires: sometimes }),
    ...(sonames !== undefined && { sonames }),
  };
}

function sourceData(
  { kind, url, reference, resolved, subdirectory, editable, lfs }: OpenPackage["source"],
  checkout: Found | null,
): object {
  const address = url === null ? null : withoutUser(url);
  switch (kind) {
    case "legacy":
      return { kind, url: address, reference };
    case "url":
      return { kind, url: address, ...(subdirectory !== null && { subdirectory }) };
    case "git":
      // Poetry and uv check out submodules, always (poetry/vcs/git/backend.py, Git.clone; uv-git, GitCheckout::reset).
      return {
        kind,
        url: address,
        rev: resolved,
        ref: reference,
        subdirectory,
        submodules: true,
        ...(lfs && { lfs }),
        hash: checkout?.hash ?? null,
        ...factsOf(checkout ?? {}),
      };
    case "file":
    case "folder":
      return { kind, path: url };
    case "directory":
      return { kind, path: url, editable };
    default:
      return { kind };
  }
}

function projectFacts(pyproject: Pyproject, lock: Lockfile): object | null {
  const { name, version, backend, requires, scripts, python } = pyproject;
  if (name === null) return null;
  const sorted = Object.fromEntries(Object.entries(scripts).sort(([left], [right]) => order(left, right)));
  // uv builds a project that has a build system, or says that it is a package: what it does not build is virtual.
  const isVirtual = lock.packages().some((each) => each.source.kind === "virtual" && each.source.url === ".");
  return { name, version, package: pyproject.packageMode && !isVirtual, backend, requires, scripts: sorted, python };
}

/**
 * What the conditions of a lock below 2.1 cannot say: Poetry solves anew for each selection and may then take another
 * version. Held against the selections that are used most, the default one and `main` alone.
 */
function divergences(lock: Lockfile, frozen: FrozenTarget, python: string | undefined): string[] {
  if (frozen.error !== null || lock.isFilter) return [];
  const packages = lock.packages();
  const defaults = [...lock.groups].filter(([, chosen]) => chosen).map(([name]) => name);
  return [defaults, ["main"]].flatMap((groups) => {
    const holds = evaluated(frozen.conditions, new Set(groups));
    const derived = frozen.choices
      .filter(({ condition }) => holds[condition])
      .map((choice) => `${packages[choice.package]!.name} ${packages[choice.package]!.version}`)
      .sort(order);
    const direct = lock
      .resolve({ target: frozen.target, python, groups, extras: [] })
      .packages.map(({ name, version }) => `${name} ${version}`)
      .sort(order);
    const differing = [
      ...derived.filter((each) => !direct.includes(each)),
      ...direct.filter((each) => !derived.includes(each)),
    ];
    if (differing.length === 0) return [];
    return [
      `${frozen.target}, groups ${groups.join(", ")}: Poetry would choose anew between ${differing.sort(order).join(", ")}`,
    ];
  });
}

/** The value of each condition, with these groups and no extras. */
function evaluated(conditions: readonly Condition[], groups: ReadonlySet<string>): boolean[] {
  const values: boolean[] = [];
  for (const condition of conditions) {
    if (typeof condition === "boolean") values.push(condition);
    else if ("group" in condition) values.push(groups.has(condition.group));
    else if ("extra" in condition) values.push(false);
    else if ("not" in condition) values.push(!values[condition.not]);
    else if ("all" in condition) values.push(condition.all.every((member) => values[member]));
    else values.push(condition.any.some((member) => values[member]));
  }
  return values;
}

/** One line per package and target, so that a change of the lock is a readable change of this file. */
function written(document: Record<string, unknown>): string {
  const lines = Object.entries(document).map(([key, value]) => {
    const name = JSON.stringify(key);
    if (key === "packages") return `${name}:[${block((value as unknown[]).map((each) => JSON.stringify(each)))}]`;
    if (key === "targets") {
      const entries = Object.entries(value as object).map(
        ([target, each]) => `${JSON.stringify(target)}:${JSON.stringify(each)}`,
      );
      return `${name}:{${block(entries)}}`;
    }
    return `${name}:${JSON.stringify(value)}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

function block(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `\n${lines.join(",\n")}\n`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Worked out when it is first needed. */
function once<Result>(work: () => Result): () => Result {
  let known: { readonly result: Result } | null = null;
  return () => {
    known ??= { result: work() };
    return known.result;
  };
}

/** By code units: the same on every machine, whatever its language. */
function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
