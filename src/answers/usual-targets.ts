// The targets that nobody has to name: the Pythons that a lock admits, on the systems that Nix knows.
//
// On Linux, Nix brings the libc: the floors are those of nixpkgs, not those of the machines that it runs on.

import type { Lockfile } from "../lock/lockfile.ts";
import type { SourceRecord } from "./record.ts";

export interface ChosenTarget {
  readonly target: string;
  /** python_full_version, where the user gave it. */
  readonly python?: string;
}

/** A target of a frozen resolution. */
export interface FreezeTarget {
  /** Its name. */
  readonly target: string;
  /** python_full_version instead of the usual one. */
  readonly python?: string;
  /** A target of the list with a lower floor: this one is left out where its answer is the same. */
  readonly older?: string;
}

/** A Python as a target names it ("cp312"), and its whole version where it was given. */
export interface Python {
  readonly tag: string;
  readonly whole?: string;
}

/** Minor versions of the glibc that nixpkgs 22.11 to 26.05 and unstable have: docs/nix.md, "Targets". */
const NIXPKGS_GLIBC = [35, 37, 38, 39, 40, 42] as const;
const NEWEST_GLIBC = 42;

/** Nix's names of systems, and the platform that is usual for each: that of the newest nixpkgs, whatever wheels ask for. */
export const PLATFORMS: Readonly<Record<string, string>> = {
  "x86_64-linux": `linux-x86_64-glibc2.${NEWEST_GLIBC}`,
  "aarch64-linux": `linux-aarch64-glibc2.${NEWEST_GLIBC}`,
  "x86_64-darwin": "macos13-x86_64",
  "aarch64-darwin": "macos14-arm64",
  "x86_64-windows": "win-amd64",
};
export const NIX_SYSTEMS = ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"] as const;

/**
 * The targets of a frozen resolution where none are named: all Pythons that the lock admits on Linux and macOS, x86_64 and
 * aarch64; on Linux one for each libc of nixpkgs from which some wheel makes a difference, and the oldest.
 *
 * @param record what `prefetch` found: its file names count as those of the lock
 * @example
 * ```ts
 * import { readLock, usualTargets } from "pylock2nix";
 *
 * const lock = readLock("six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n");
 * const names = usualTargets(lock).map(({ target }) => target);
 * console.log(names.includes("cp312-macos14-arm64")); // true
 * ```
 */
export function usualTargets(lock: Lockfile, record?: Pick<SourceRecord, "fileNames">): FreezeTarget[] {
  return withFloors(lock, targetsToCheck(lock), record);
}

/** Every Python on every system, once: what the newest nixpkgs cannot install, none can. */
export function targetsToCheck(lock: Lockfile): ChosenTarget[] {
  const pythons = admittedPythons(lock, PLATFORMS[NIX_SYSTEMS[0]]!).reverse();
  return combined(
    pythons,
    NIX_SYSTEMS.map((name) => PLATFORMS[name]!),
  );
}

/**
 * Each target with each of the floors that make a difference. Which of them make one for a target is known when all are
 * resolved.
 */
export function withFloors(
  lock: Lockfile,
  targets: readonly ChosenTarget[],
  record?: Pick<SourceRecord, "fileNames">,
): FreezeTarget[] {
  const named = (record?.fileNames() ?? []).flatMap((name) =>
    [...name.matchAll(/manylinux_2_(\d+)/gi)].map(([, minor]) => +minor!),
  );
  const asksFor = (older: number, newer: number): boolean =>
    lock.asksForGlibc(older, newer) || named.some((minor) => minor > older && minor <= newer);
  const floors = NIXPKGS_GLIBC.filter((floor, index) => index === 0 || asksFor(NIXPKGS_GLIBC[index - 1]!, floor));
  return targets.flatMap(({ target, ...rest }): FreezeTarget[] => {
    const [stem, newest] = target.split("-glibc2.");
    if (newest === undefined) return [{ target, ...rest }];
    return floors.map((floor, index) => ({
      target: `${stem}-glibc2.${floor}`,
      ...rest,
      ...(index > 0 && { older: `${stem}-glibc2.${floors[index - 1]}` }),
    }));
  });
}

export function combined(pythons: readonly Python[], platforms: readonly string[]): ChosenTarget[] {
  return pythons.flatMap((python) => platforms.map((platform) => chosenTarget(`${python.tag}-${platform}`, python)));
}

export function chosenTarget(target: string, python: Python | null): ChosenTarget {
  return python?.whole === undefined ? { target } : { target, python: python.whole };
}

/** The Pythons that the lock admits, newest first; all when it admits none, so that each refusal is told. */
export function admittedPythons(lock: Lockfile, platform: string): Python[] {
  const tags = pythonTags(lock.knownTargets());
  const taken = lock.admitted(tags.map((tag) => `${tag}-${platform}`)).map((target) => target.split("-")[0]!);
  return (taken.length > 0 ? taken : tags).map((tag) => ({ tag }));
}

/** cp314, cp313, ...: those of the targets but the free-threaded ones, newest first. */
export function pythonTags(targets: readonly string[]): string[] {
  const tags = targets.map((name) => /^cp3\d+(?=-)/.exec(name)?.[0]);
  const known = new Set(tags.filter((tag) => tag !== undefined));
  return [...known].sort((left, right) => Number(right.slice(3)) - Number(left.slice(3)));
}
