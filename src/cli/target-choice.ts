// Which targets are looked at: those named, or those that `--python` and `--system` stand for, or the usual ones.
//
// The usual target of `resolve` is this machine with the newest Python that the lock admits: one answer, about here. Those
// of `nix` are all Pythons that the lock admits on Nix's four systems, since the file is for other machines too. On Linux,
// Nix brings the libc: the floors are those of nixpkgs, not those of the machines that it runs on.

import type { FreezeTarget } from "../answers/freeze.ts";
import type { SourceRecord } from "../answers/record.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { describeTarget, knownTargets } from "../lock/target.ts";
import { system } from "../runtime/node.ts";
import { PylockError, shellError } from "../words/errors.ts";
import { PYTHON, SYSTEM, TARGET } from "./command.ts";
import type { Option, Words } from "./words.ts";

export const TARGET_OPTIONS: readonly Option[] = [TARGET, PYTHON, SYSTEM];

export interface ChosenTarget {
  readonly target: string;
  /** python_full_version, where the user gave it. */
  readonly python?: string;
}

/** Minor versions of the glibc that nixpkgs 22.11 to 26.05 and unstable have: docs/nix.md, "Targets". */
const NIXPKGS_GLIBC = [35, 37, 38, 39, 40, 42];
const NEWEST_GLIBC = NIXPKGS_GLIBC.at(-1)!;

/** Nix's names of systems, and the platform that is usual for each: that of the newest nixpkgs, whatever wheels ask for. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "x86_64-linux": `linux-x86_64-glibc2.${NEWEST_GLIBC}`,
  "aarch64-linux": `linux-aarch64-glibc2.${NEWEST_GLIBC}`,
  "x86_64-darwin": "macos13-x86_64",
  "aarch64-darwin": "macos14-arm64",
  "x86_64-windows": "win-amd64",
};
const NIX_SYSTEMS = ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"];

/** The target of this machine. */
export function targetsHere(words: Words, lock: Lockfile): ChosenTarget[] {
  return choose(words, (pythons, systems) => {
    const platforms = (systems.length > 0 ? systems : [machine()]).map((name) => PLATFORMS[name]!);
    if (pythons.length > 0) return combine(pythons, platforms);
    return platforms.flatMap((platform) => combine(admitted(lock, platform).slice(0, 1), [platform]));
  });
}

/** Every Python on every system, once: what the newest nixpkgs cannot install, none can. */
export function targetsToCheck(words: Words, lock: Lockfile): ChosenTarget[] {
  return choose(words, (pythons, systems) => combine(pythonsFor(lock, pythons), platformsOf(systems)));
}

/**
 * The targets of a frozen resolution. On Linux one for each floor of nixpkgs from which some wheel makes a difference, and
 * the lowest; which of them make one for a target is known when all are resolved.
 */
export function targetsForNix(words: Words, lock: Lockfile, record: Pick<SourceRecord, "fileNames">): FreezeTarget[] {
  const named = record
    .fileNames()
    .flatMap((name) => [...name.matchAll(/manylinux_2_(\d+)/gi)].map(([, minor]) => +minor!));
  const asksFor = (older: number, newer: number): boolean =>
    lock.asksForGlibc(older, newer) || named.some((minor) => minor > older && minor <= newer);
  const floors = NIXPKGS_GLIBC.filter((floor, index) => index === 0 || asksFor(NIXPKGS_GLIBC[index - 1]!, floor));
  return choose(words, (pythons, systems) =>
    combine(pythonsFor(lock, pythons), platformsOf(systems)).flatMap((each) => withFloors(each, floors)),
  );
}

/** The same target with each of the floors, where it has one of glibc. */
function withFloors({ target, ...rest }: ChosenTarget, floors: readonly number[]): FreezeTarget[] {
  const [stem, newest] = target.split("-glibc2.");
  if (newest === undefined) return [{ target, ...rest }];
  return floors.map((floor, index) => ({
    target: `${stem}-glibc2.${floor}`,
    ...rest,
    ...(index > 0 && { older: `${stem}-glibc2.${floors[index - 1]}` }),
  }));
}

function pythonsFor(lock: Lockfile, pythons: readonly Python[]): readonly Python[] {
  return pythons.length > 0 ? pythons : admitted(lock, PLATFORMS[NIX_SYSTEMS[0]!]!).reverse();
}

function platformsOf(systems: readonly string[]): string[] {
  return (systems.length > 0 ? systems : NIX_SYSTEMS).map((name) => PLATFORMS[name]!);
}

/** Whether the words say anything about targets. */
export function namesTargets(words: Words): boolean {
  return TARGET_OPTIONS.some((option) => words.has(option));
}

/** The targets that are named outright. */
export function namedTargets(words: Words): string[] {
  const names = words.list(TARGET).map((name) => name.replace(/^\+/, ""));
  for (const name of names) check(name);
  return names;
}

/** A Python as a target names it ("cp312"), and its whole version where it was given. */
interface Python {
  readonly tag: string;
  readonly whole?: string;
}

/** The usual targets with those named, or, where systems are named too, both; and those that are added. */
function choose<Each extends ChosenTarget>(
  words: Words,
  usual: (pythons: readonly Python[], systems: readonly string[]) => Each[],
): (Each | ChosenTarget)[] {
  const pythons = words.list(PYTHON).map(readPython);
  const systems = words.list(SYSTEM);
  for (const name of systems) {
    if (PLATFORMS[name] === undefined)
      throw shellError("unknown-system", { text: name, known: Object.keys(PLATFORMS) });
  }
  const given = words.list(TARGET);
  const added = given.filter((name) => name.startsWith("+")).map((name) => name.slice(1));
  const named = given.filter((name) => !name.startsWith("+"));
  for (const name of [...named, ...added]) check(name);
  const isAlone = named.length > 0 && systems.length === 0;
  const other = named.find((name) => pythons.length > 0 && !pythons.some((python) => isOf(name, python)));
  if (isAlone && other !== undefined) throw shellError("target-python", { text: spoken(pythons[0]!), detail: other });
  const outright = (target: string): ChosenTarget =>
    chosen(target, pythons.find((python) => isOf(target, python)) ?? null);
  const all = new Map<string, Each | ChosenTarget>();
  // What is named outright is there whatever its answer: it takes the place of the usual one of that name.
  for (const target of named) all.set(target, outright(target));
  for (const each of isAlone ? [] : usual(pythons, systems)) if (!all.has(each.target)) all.set(each.target, each);
  for (const target of added) all.set(target, outright(target));
  return [...all.values()];
}

function isOf(target: string, { tag }: Python): boolean {
  return target.startsWith(`${tag}-`);
}

function combine(pythons: readonly Python[], platforms: readonly string[]): ChosenTarget[] {
  return pythons.flatMap((python) => platforms.map((platform) => chosen(`${python.tag}-${platform}`, python)));
}

function chosen(target: string, python: Python | null): ChosenTarget {
  return python?.whole === undefined ? { target } : { target, python: python.whole };
}

/** The Pythons that the lock admits, newest first; all when it admits none, so that each refusal is told. */
function admitted(lock: Lockfile, platform: string): Python[] {
  const tags = pythonTags();
  const taken = lock.admitted(tags.map((tag) => `${tag}-${platform}`)).map((target) => target.split("-")[0]!);
  return (taken.length > 0 ? taken : tags).map((tag) => ({ tag }));
}

/** cp314, cp313, ...: the known Pythons but the free-threaded ones, newest first. */
function pythonTags(): string[] {
  const tags = knownTargets().map((name) => /^cp3\d+(?=-)/.exec(name)?.[0]);
  const known = new Set(tags.filter((tag) => tag !== undefined));
  return [...known].sort((left, right) => Number(right.slice(3)) - Number(left.slice(3)));
}

/** "3.12", "3.13t" or "3.12.4". */
function readPython(text: string): Python {
  const [, minor, patch, threading] = /^3\.(\d+)(\.\d+)?(t?)$/.exec(text) ?? [];
  const tag = `cp3${minor}${threading ?? ""}`;
  if (minor === undefined || !knownTargets().some((name) => name.startsWith(`${tag}-`))) {
    throw shellError("unknown-python", {
      text,
      known: pythonTags()
        .map((known) => spoken({ tag: known }))
        .reverse(),
    });
  }
  return patch === undefined ? { tag } : { tag, whole: `3.${minor}${patch}` };
}

function spoken({ tag, whole }: Python): string {
  return whole ?? tag.replace(/^cp3/, "3.");
}

function machine(): string {
  const name = system();
  if (PLATFORMS[name] === undefined) throw shellError("unknown-machine", { text: name });
  return name;
}

/** Ends the program with 2 when there is no such target. */
function check(name: string): void {
  try {
    describeTarget(name);
  } catch (error) {
    if (!(error instanceof PylockError)) throw error;
    throw shellError("unknown-target", { text: name, known: knownTargets() });
  }
}
