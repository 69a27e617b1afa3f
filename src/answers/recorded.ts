// What `prefetch` recorded, put into the frozen packages that it is about (docs/prefetch.md).
//
// Invariant: an entry is used only where the lock says of its source exactly what it said when the entry was made; without
// an entry a package stays as the core wrote it, byte for byte.

import type { FrozenLine, FrozenParts } from "../lock/frozen.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { normalizeName } from "../lock/name.ts";
import type { LockedPackage } from "../lock/packages.ts";
import { allowed } from "../lock/policy.ts";
import type { ResolveRequest } from "../lock/resolution.ts";
import { bestFile, isSource, type Preference } from "./choice.ts";
import { type Lack, lackOf } from "./lack.ts";
import { type OpenPackage, subjectsOf } from "./plan.ts";
import type { Found, FoundFile, SourceRecord, Subject } from "./record.ts";

/** A package as a line of the frozen file has it. */
export interface FrozenPackage {
  readonly name: string;
  readonly version: string | null;
  readonly source: Readonly<Record<string, unknown>>;
  readonly files: readonly (readonly [name: string, hash: string | null, url: string | null, facts?: object])[];
  readonly variants: readonly Variant[];
}

type Variant = readonly [file: number, condition: number, dependencies: readonly string[]];

export interface Recorded {
  /** By the line's index: what takes its place. */
  readonly lines: ReadonlyMap<number, FrozenPackage>;
  /** For those of them that have other variants now, each target's variant. */
  readonly variants: ReadonlyMap<number, readonly number[]>;
  /** Git sources of which no hash is recorded, as "name version". */
  readonly unrecorded: readonly string[];
  /** What Nix lacks of a file that some target takes, until it is recorded. */
  readonly lacking: readonly Lacking[];
  /** Whether the lock has hashes of which the files are not recorded either. */
  readonly lacksFileNames: boolean;
}

export interface Choice extends Pick<ResolveRequest, "prefer" | "noBinary" | "onlyBinary"> {
  readonly targets: readonly { readonly target: string; readonly python?: string | undefined }[];
}

export function recordedIn(lock: Lockfile, parts: FrozenParts, record: SourceRecord, choice: Choice): Recorded {
  const lines = new Map<number, FrozenPackage>();
  const variants = new Map<number, readonly number[]>();
  const unrecorded: string[] = [];
  const lacking: Lacking[] = [];
  let lacksFileNames = false;
  const chosen = parts.targets.map((each) => variantsOf(parts, each.variants));
  parts.lines.forEach((line, index) => {
    const locked = (): LockedPackage => lock.package(line.row);
    const recorded = (kind: Subject["kind"]): Found | null => foundFor(locked(), kind, record);
    if (line.source === "git") {
      const found = recorded("git");
      if (found === null) unrecorded.push(titleOf(locked()));
      else lines.set(index, withCheckout(packageOf(parts, line), found));
    } else if (line.hasBareHashes) {
      const found = recorded("hashes");
      if (found === null) lacksFileNames = true;
      else {
        const taken = chosen.map((each) => each()[index]!);
        const { item, variants: own } = withFound(packageOf(parts, line), found.files ?? [], taken, choice, lock);
        lines.set(index, item);
        variants.set(index, own);
      }
    } else if (record.size > 0 && (line.source === "url" || record.speaksOf(lock.packageName(line.row)))) {
      lines.set(index, withFiles(packageOf(parts, line), locked(), record));
    }
    if (line.lacks && !line.hasBareHashes) lacking.push(...lackingOf(lines.get(index) ?? packageOf(parts, line)));
  });
  return { lines, variants, unrecorded, lacking, lacksFileNames };
}

/** A package of which Nix lacks something, as "name version". */
export interface Lacking {
  /** Its name and version. */
  readonly title: string;
  /** What is missing. */
  readonly lack: Lack;
}

/** Of the files that targets take, not of the source distribution that stands by. */
function lackingOf(item: FrozenPackage): Lacking[] {
  const taken = new Set(item.variants.map(([file]) => file));
  const kind = item.source.kind as LockedPackage["source"]["kind"];
  const lacks = item.files.flatMap((file, index) => (taken.has(index) ? (lackOf(kind, file) ?? []) : []));
  return [...new Set(lacks)].map((lack) => ({ title: `${item.name} ${item.version ?? ""}`.trim(), lack }));
}

/** The packages that some target takes, with the files that matter, as the lock has them: for `prefetch`. */
export function openPackages(lock: Lockfile, parts: FrozenParts): OpenPackage[] {
  return parts.lines.map((line) => {
    const { files } = packageOf(parts, line);
    const locked = lock.package(line.row);
    const hashes = bareHashes(locked);
    return {
      ...locked,
      files: hashes.length > 0 ? [] : files.map(([name, hash, url]) => [name, hash, url]),
      hashes,
      sizes: new Map(locked.files.flatMap(({ name, size }) => (size === undefined ? [] : [[name, size]]))),
    };
  });
}

/** The subjects of everything in a lock that a record can be about, whatever the targets take. */
export function subjectsOfLock(lock: Lockfile): Subject[] {
  return lock.packages().flatMap((locked) => {
    const files = locked.files.filter(({ name }) => name !== "");
    const rows = files.map(({ name, hash, url }) => [name, hash, url] as const);
    return subjectsOf({ ...locked, files: rows, hashes: bareHashes(locked) });
  });
}

/** The numbers of a target's line, read when they are asked for. */
export function variantsOf({ output }: FrozenParts, { from, to }: { from: number; to: number }): () => number[] {
  let read: number[] | null = null;
  return () => {
    read ??= new TextDecoder().decode(output.subarray(from, to)).split(",").map(Number);
    return read;
  };
}

/** A package as its line of the frozen file has it, with what is recorded. */
export function writtenPackage(parts: FrozenParts, { lines }: Recorded, index: number): FrozenPackage {
  return lines.get(index) ?? packageOf(parts, parts.lines[index]!);
}

function packageOf({ output }: FrozenParts, { from, to }: FrozenLine): FrozenPackage {
  return JSON.parse(new TextDecoder().decode(output.subarray(from, to))) as FrozenPackage;
}

function titleOf({ name, version }: LockedPackage): string {
  return `${name} ${version ?? ""}`.trim();
}

/** What is recorded of this kind of source. */
function foundFor(locked: LockedPackage, kind: Subject["kind"], record: SourceRecord): Found | null {
  const subjects = subjectsOf({ ...locked, files: [], hashes: bareHashes(locked) });
  const subject = subjects.find((each) => each.kind === kind);
  return subject === undefined ? null : record.get(subject);
}

function withCheckout(item: FrozenPackage, found: Found): FrozenPackage {
  return { ...item, source: { ...item.source, hash: found.hash ?? null, ...factsOf(found) } };
}

/** Each file with what the lock lacks, and with what is known of its inside. */
function withFiles(item: FrozenPackage, locked: LockedPackage, record: SourceRecord): FrozenPackage {
  const files = item.files.map(([name, hash, url]) => {
    const subject = subjectsOf({ ...locked, files: [[name, hash, url]], hashes: [] })[0];
    return completed([name, hash, url], subject === undefined ? null : record.get(subject));
  });
  return { ...item, files };
}

function completed(
  [name, hash, url]: readonly [string, string | null, string | null],
  found: Found | null,
): FrozenPackage["files"][number] {
  const facts = factsOf(found ?? {});
  const row = [name, found?.hash ?? hash, url ?? found?.url ?? null] as const;
  return Object.keys(facts).length === 0 ? row : [...row, facts];
}

/** The files of bare hashes: each target takes the best of them, and that is then a variant of its own. */
function withFound(
  item: FrozenPackage,
  found: readonly FoundFile[],
  taken: readonly number[],
  { targets, prefer, noBinary, onlyBinary }: Choice,
  lock: Lockfile,
): { item: FrozenPackage; variants: number[] } {
  const files: FoundFile[] = [];
  const variants: Variant[] = [];
  const fileAt = (file: FoundFile): number => {
    const known = files.findIndex((each) => each.file === file.file && each.hash === file.hash);
    return known >= 0 ? known : files.push(file) - 1;
  };
  const chosen = taken.map((index, at) => {
    if (index < 0) return index;
    const { target, python } = targets[at]!;
    const { wheels, sources } = allowed({ noBinary, onlyBinary }, item.name);
    const preference: Preference = {
      tags: lock.describeTarget(target, python).tags,
      isSourceFirst: prefer === "sdist",
      allowsWheels: wheels,
      allowsSources: sources,
    };
    const best = bestFile(found, preference);
    const [, condition, dependencies] = item.variants[index]!;
    const variant: Variant = [best === null ? -1 : fileAt(best), condition, dependencies];
    const known = variants.findIndex((each) => JSON.stringify(each) === JSON.stringify(variant));
    return known >= 0 ? known : variants.push(variant) - 1;
  });
  const sdist = found.find(({ file }) => isSource(file));
  if (sdist !== undefined) fileAt(sdist);
  const rows = files.map((file) => completed([file.file, file.hash, null], file));
  return { item: { ...item, files: rows, variants }, variants: chosen };
}

function bareHashes({ files }: LockedPackage): string[] {
  return files.flatMap(({ name, hash }) => (name === "" && hash !== null ? [hash] : []));
}

/** Names only, normalised: what Nix can look up. Those that hold under a marker only may be missing there. */
function factsOf({ buildRequires, sonames }: Found): object {
  const named = (texts: readonly string[]): string[] =>
    [...new Set(texts.map((text) => normalizeName(/^[A-Za-z0-9._-]*/.exec(text)![0])))]
      .filter((name) => name !== "")
      .sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
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
