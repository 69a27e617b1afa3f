// Packages that exist nowhere, with the shape of real ones: what both kinds of lock are written from.
//
// Invariant: every package is reached from the project, dependencies lead to later packages only (no cycles), and each
// package's version is one that its dependents admit.

import type { Random } from "./random.ts";
import { INTERPRETERS, NAME_LENGTH, NAME_PARTS, PLATFORMS, type Shape } from "./shape.ts";

export interface MadePackage {
  readonly name: string;
  readonly version: string;
  readonly files: readonly string[];
  /** Indexes of later packages, each with whether it has a marker. */
  readonly dependencies: readonly { readonly to: number; readonly hasMarker: boolean }[];
}

export interface MadeProject {
  readonly packages: readonly MadePackage[];
  /** Indexes of those that the project itself requires. */
  readonly roots: readonly number[];
}

/** A project as it lies in a folder. */
export interface GeneratedFiles {
  /** What the lock's file is called. */
  readonly name: string;
  readonly lock: string;
  readonly pyproject: string;
}

/** Packages that very many others require stand at the end, as typing-extensions and numpy would. */
const HUBS = 20;
/** Of a thousand dependencies, those on such a package. */
const TO_HUB = 300;

export function makeProject(count: number, shape: Shape, random: Random): MadeProject {
  const names = makeNames(count, random);
  const required = new Uint8Array(count);
  const packages = names.map((name, index): MadePackage => {
    const version = makeVersion(random);
    const chosen = new Set<number>();
    const later = count - index - 1;
    for (let wanted = Math.min(later, random.from(shape.dependencies)); wanted > 0; wanted--) {
      const isHub = later > HUBS && random.chance(TO_HUB);
      if (isHub) chosen.add(count - 1 - random.below(HUBS));
      else if (random.chance(shape.fresh)) chosen.add(freshAfter(index, required));
      else chosen.add(index + 1 + random.below(later));
    }
    for (const to of chosen) required[to] = 1;
    const dependencies = [...chosen].map((to) => ({ to, hasMarker: random.chance(shape.markers) }));
    return { name, version, files: makeFiles(name, version, shape, random), dependencies };
  });
  return { packages, roots: packages.flatMap((_, index) => (required[index] === 1 ? [] : [index])) };
}

/** The next package that nobody requires yet, if there is one near; else the next. */
function freshAfter(index: number, required: Uint8Array): number {
  const next = required.subarray(index + 1, index + 200).indexOf(0);
  return index + 1 + Math.max(0, next);
}

const SYLLABLES =
  "ba be bi bo co da de di do fa fe ga ge ki ko la le li lo ma me mi mo na ne ni no pa pe pi po py ra re ri ro sa se si so ta te ti to va ve vi wa xe ya ze zo".split(
    " ",
  );

function makeNames(count: number, random: Random): string[] {
  const names = new Set<string>();
  while (names.size < count) {
    const length = random.from(NAME_LENGTH);
    let name = "";
    while (name.length < length) name += random.pick(SYLLABLES);
    const place = random.below(1000);
    const hyphens = NAME_PARTS.findIndex((share) => place < share);
    for (let part = 0; part < hyphens && name.length > 6; part++) {
      const at = 2 + random.below(name.length - 4);
      if (!/-/.test(name.slice(at - 2, at + 2))) name = `${name.slice(0, at)}-${name.slice(at)}`;
    }
    // A short name that is taken gets longer: there are only so many of two letters.
    while (names.has(name)) name += random.pick(SYLLABLES);
    names.add(name);
  }
  return [...names].sort();
}

function makeVersion(random: Random): string {
  const kind = random.below(100);
  const [major, minor, patch] = [random.below(9) + 1, random.below(30), random.below(20)];
  if (kind < 8) return `${major}.${minor}`;
  if (kind < 12) return `20${20 + random.below(7)}.${random.below(12) + 1}.${random.below(28) + 1}`;
  return kind < 13 ? `${major}.${minor}.${patch}.post1` : `${major}.${minor}.${patch}`;
}

function makeFiles(name: string, version: string, shape: Shape, random: Random): string[] {
  const stem = `${name.replaceAll("-", "_")}-${version}`;
  const source = `${stem}.tar.gz`;
  const kind = random.below(1000);
  if (kind < shape.sourceOnly) return [source];
  const wheels =
    kind < shape.sourceOnly + shape.pure
      ? [`${stem}-py3-none-any.whl`]
      : platformWheels(stem, random.from(shape.wheels), random);
  return random.chance(shape.source) ? [source, ...wheels] : wheels;
}

/** The newest few interpreters on all platforms, or on the usual ones, as many as are asked for. */
function platformWheels(stem: string, count: number, random: Random): string[] {
  const platforms = PLATFORMS.slice(0, Math.max(Math.min(count, 5), Math.min(PLATFORMS.length, 5 + random.below(10))));
  if (count <= platforms.length && random.chance(300)) {
    return platforms.slice(0, count).map((platform) => `${stem}-cp39-abi3-${platform}.whl`);
  }
  const wheels: string[] = [];
  for (const interpreter of INTERPRETERS) {
    for (const platform of platforms) {
      if (wheels.length === count) return wheels.sort();
      wheels.push(`${stem}-${interpreter}-${platform}.whl`);
    }
  }
  return wheels.sort();
}
