// Shared libraries that the wheels of a lock need and that neither nixpkgs' packages nor other wheels of the lock bring, as
// far as the tables of the Nix library know (nix/sonames.json, nix/wheels.json; nix/sonames.nix reads them the same way).
//
// Invariant: only what is known is told. Of a wheel that is in no table, and that `prefetch` has not looked into, nothing
// is said here: the build will.

import type { FrozenParts } from "../lock/frozen.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { type FrozenPackage, type Recorded, writtenPackage } from "./recorded.ts";

/** The tables of the Nix library (nix/sonames.json, nix/wheels.json): which shared libraries wheels need, and what has them. */
export interface LibraryTables {
  /** What sonames stand for. */
  readonly names: {
    /** Soname -> nixpkgs' package, or several of which the first that is there counts. */
    readonly libraries: Readonly<Record<string, string | readonly string[]>>;
    /** Soname -> nixpkgs' package, where it has one: not built in unless it is asked for. */
    readonly leftOut: Readonly<Record<string, string | null>>;
    readonly driver: readonly string[];
    readonly always: readonly string[];
  };
  /** What is known of wheels. */
  readonly wheels: readonly WheelRow[];
}

/** What some versions of a wheel need from outside, find in other wheels, and bring for others. */
export interface WheelRow {
  /** Of the package, normalised. */
  readonly name: string;
  /** These have the same needs. */
  readonly versions: readonly string[];
  /** Sonames from outside. */
  readonly needs?: readonly string[];
  /** By the name of the other wheel. */
  readonly finds?: Readonly<Record<string, readonly string[]>>;
  /** The driver's libraries that it names somewhere: those it opens itself. */
  readonly opens?: readonly string[];
  /** Sonames of its own that others need. */
  readonly gives?: readonly string[];
}

/** A wheel whose shared libraries nothing is known to bring. */
export interface Unfound {
  /** Of the package, normalised. */
  readonly name: string;
  /** As the lock writes it. */
  readonly version: string | null;
  /** Sonames that no table knows: the build will not find them. */
  readonly unknown: readonly string[];
  /** Those that are left out, though other wheels would bring them. */
  readonly leftOut: readonly string[];
  /** Names of such wheels. */
  readonly givers: readonly string[];
}

export function unfoundLibraries(
  lock: Lockfile,
  parts: FrozenParts,
  recorded: Recorded,
  { names, wheels }: LibraryTables,
): Unfound[] {
  const rows = new Map<string, WheelRow[]>();
  for (const row of wheels) {
    const own = rows.get(row.name);
    if (own === undefined) rows.set(row.name, [row]);
    else own.push(row);
  }
  const known = parts.lines.map(({ row }) => rows.get(lock.packageName(row)) ?? []);
  const brought = new Set(known.flatMap((own) => own.flatMap(({ gives = [] }) => gives)));
  const found = new Set([...names.always, ...names.driver, ...Object.keys(names.libraries)]);
  return known.flatMap((own, index) => {
    if (own.length === 0 && !recorded.lines.has(index)) return [];
    const item = writtenPackage(parts, recorded, index);
    const row = own.find(({ versions }) => item.version !== null && versions.includes(item.version));
    const missing = neededBy(item, row).filter((soname) => !found.has(soname) && !brought.has(soname));
    const unknown = missing.filter((soname) => names.leftOut[soname] === undefined);
    // What no wheel would bring is for hardware that most machines lack (nvshmem's transports), and what nixpkgs has not
    // is a program's own (Qt's plug-ins for another of its wheels).
    const givers = missing
      .filter((soname) => typeof names.leftOut[soname] === "string")
      .map((soname) => ({ soname, giver: giverOf(soname, row, wheels) }))
      .filter(({ giver }) => giver !== undefined);
    if (unknown.length + givers.length === 0) return [];
    return {
      name: item.name,
      version: item.version,
      unknown,
      leftOut: givers.map(({ soname }) => soname),
      givers: [...new Set(givers.map(({ giver }) => giver!))],
    };
  });
}

/** The wheel that is usually there (of CUDA 12 for what is built with CUDA 12), or else any that has it. */
function giverOf(soname: string, row: WheelRow | undefined, wheels: readonly WheelRow[]): string | undefined {
  const usual = Object.entries(row?.finds ?? {}).find(([, found]) => found.includes(soname));
  return usual?.[0] ?? wheels.find(({ gives }) => gives?.includes(soname))?.name;
}

/** Of the native wheels for glibc that targets take; what is recorded of a file counts before what its version's row says. */
function neededBy({ files, variants }: FrozenPackage, row: WheelRow | undefined): string[] {
  const taken = new Set(variants.map(([file]) => file));
  const needed = files.flatMap(([name, , , facts], index) => {
    if (!taken.has(index) || !/-(manylinux|linux_)[^-]*\.whl$/.test(name)) return [];
    const { sonames } = (facts ?? {}) as { sonames?: readonly string[] };
    return sonames ?? [...(row?.needs ?? []), ...Object.values(row?.finds ?? {}).flat()];
  });
  return [...new Set(needed)].sort();
}
