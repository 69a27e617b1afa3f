// Which targets are looked at: those named, or those that `--python` and `--system` stand for, or the usual ones.
//
// The usual target of `resolve` is this machine with the newest Python that the lock admits: one answer, about here. Those
// of `nix` are all Pythons that the lock admits on Nix's four systems, since the file is for other machines too.

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

/** Nix's names of systems, and the platform that is usual for each: the lowest floor that current nixpkgs is above. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "x86_64-linux": "linux-x86_64-glibc2.28",
  "aarch64-linux": "linux-aarch64-glibc2.28",
  "x86_64-darwin": "macos13-x86_64",
  "aarch64-darwin": "macos14-arm64",
  "x86_64-windows": "win-amd64",
};
const NIX_SYSTEMS = ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"];

/** The target of this machine. */
export function targetsHere(words: Words, lock: Lockfile): ChosenTarget[] {
  const usual = (pythons: readonly Python[], systems: readonly string[]) => {
    const platforms = (systems.length > 0 ? systems : [machine()]).map((name) => PLATFORMS[name]!);
    if (pythons.length > 0) return combine(pythons, platforms);
    return platforms.flatMap((platform) => combine(admitted(lock, platform).slice(0, 1), [platform]));
  };
  return choose(words, usual);
}

/** The targets that a frozen resolution has. */
export function targetsForNix(words: Words, lock: Lockfile): ChosenTarget[] {
  const usual = (pythons: readonly Python[], systems: readonly string[]) => {
    const platforms = (systems.length > 0 ? systems : NIX_SYSTEMS).map((name) => PLATFORMS[name]!);
    return combine(pythons.length > 0 ? pythons : admitted(lock, platforms[0]!).reverse(), platforms);
  };
  return choose(words, usual);
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

type Usual = (pythons: readonly Python[], systems: readonly string[]) => ChosenTarget[];

function choose(words: Words, usual: Usual): ChosenTarget[] {
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
  if (named.length > 0 && systems.length > 0) {
    throw shellError("conflicting-options", { text: TARGET.name, detail: SYSTEM.name });
  }
  const base = named.length > 0 ? named.map((name) => withPython(name, pythons)) : usual(pythons, systems);
  const names = new Set(base.map(({ target }) => target));
  return [...base, ...added.filter((name) => !names.has(name)).map((target) => ({ target }))];
}

/** A named target with the whole version given for its Python; another Python contradicts it. */
function withPython(target: string, pythons: readonly Python[]): ChosenTarget {
  if (pythons.length === 0) return { target };
  const python = pythons.find(({ tag }) => target.startsWith(`${tag}-`));
  if (python === undefined) throw shellError("target-python", { text: spoken(pythons[0]!), detail: target });
  return chosen(target, python);
}

function combine(pythons: readonly Python[], platforms: readonly string[]): ChosenTarget[] {
  return pythons.flatMap((python) => platforms.map((platform) => chosen(`${python.tag}-${platform}`, python)));
}

function chosen(target: string, { whole }: Python): ChosenTarget {
  return whole === undefined ? { target } : { target, python: whole };
}

/** The Pythons that the lock admits, newest first; all when it admits none, so that each refusal is told. */
function admitted(lock: Lockfile, platform: string): Python[] {
  const all = pythonTags().map((tag) => ({ tag }));
  const taken = all.filter(({ tag }) => {
    const { error } = lock.resolve({ target: `${tag}-${platform}`, groups: [], extras: [] });
    return error?.code !== "python-refused";
  });
  return taken.length > 0 ? taken : all;
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
