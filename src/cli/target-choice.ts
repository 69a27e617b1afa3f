// Which targets are looked at: those named, or those that `--python` and `--system` stand for, or the usual ones.
//
// The usual target of `resolve` is this machine with the newest Python that the lock admits: one answer, about here. Those
// of `nix` are all Pythons that the lock admits on Nix's four systems, since the file is for other machines too.

import type { SourceRecord } from "../answers/record.ts";
import {
  admittedPythons,
  type ChosenTarget,
  chosenTarget,
  combined,
  type FreezeTarget,
  NIX_SYSTEMS,
  PLATFORMS,
  type Python,
  pythonTags,
  withFloors,
} from "../answers/usual-targets.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { knownTargets, requireTarget } from "../lock/shipped.ts";
import { system } from "../runtime/node.ts";
import { shellError } from "../words/errors.ts";
import { PYTHON, SYSTEM, TARGET } from "./command.ts";
import type { Option, Words } from "./words.ts";

export const TARGET_OPTIONS: readonly Option[] = [TARGET, PYTHON, SYSTEM];

/** The target of this machine. */
export function targetsHere(words: Words, lock: Lockfile): ChosenTarget[] {
  return choose(words, (pythons, systems) => {
    const platforms = (systems.length > 0 ? systems : [machine()]).map((name) => PLATFORMS[name]!);
    if (pythons.length > 0) return combined(pythons, platforms);
    return platforms.flatMap((platform) => combined(admittedPythons(lock, platform).slice(0, 1), [platform]));
  });
}

/** Every Python on every system, once: what the newest nixpkgs cannot install, none can. */
export function targetsToCheck(words: Words, lock: Lockfile): ChosenTarget[] {
  return choose(words, (pythons, systems) => combined(pythonsFor(lock, pythons), platformsOf(systems)));
}

/** The targets of a frozen resolution, with the floors that make a difference. */
export function targetsForNix(words: Words, lock: Lockfile, record: Pick<SourceRecord, "fileNames">): FreezeTarget[] {
  return choose(words, (pythons, systems) =>
    withFloors(lock, combined(pythonsFor(lock, pythons), platformsOf(systems)), record),
  );
}

function pythonsFor(lock: Lockfile, pythons: readonly Python[]): readonly Python[] {
  return pythons.length > 0 ? pythons : admittedPythons(lock, PLATFORMS[NIX_SYSTEMS[0]]!).reverse();
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
  for (const name of names) requireTarget(name);
  return names;
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
  for (const name of [...named, ...added]) requireTarget(name);
  const isAlone = named.length > 0 && systems.length === 0;
  const other = named.find((name) => pythons.length > 0 && !pythons.some((python) => isOf(name, python)));
  if (isAlone && other !== undefined) throw shellError("target-python", { text: spoken(pythons[0]!), detail: other });
  const outright = (target: string): ChosenTarget =>
    chosenTarget(target, pythons.find((python) => isOf(target, python)) ?? null);
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

/** "3.12", "3.13t" or "3.12.4". */
function readPython(text: string): Python {
  const [, minor, patch, threading] = /^3\.(\d+)(\.\d+)?(t?)$/.exec(text) ?? [];
  const tag = `cp3${minor}${threading ?? ""}`;
  if (minor === undefined || !knownTargets().some((name) => name.startsWith(`${tag}-`))) {
    throw shellError("unknown-python", {
      text,
      known: pythonTags(knownTargets())
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
