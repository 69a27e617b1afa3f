// Requirements put together where they are about the same package, as uv does before it compares two lists of them
// (crates/uv-configuration/src/normalized_requirements.rs): `a>=1` and `a<2` are `a>=1,<2`, and what another one says already
// is no requirement of its own.
//
// Invariant: two lists have equal keys exactly when uv takes them to require the same.

import { COMBINE_BOTH, COMBINE_EITHER, COMBINE_WITHOUT, NODE_ALWAYS, NODE_NEVER } from "../../core/abi.ts";
import { Unknown } from "./unknown.ts";

/** One requirement; numbers are the core's, equal for what means the same. */
export interface Declaration {
  readonly name: string;
  /** Sorted, each once. */
  readonly extras: readonly string[];
  /** Where the package comes from. */
  readonly place: string;
  readonly marker: number;
  /** The versions that are taken, and as they are written. */
  readonly range: number;
  readonly specifiers: number;
  readonly isPrerelease: boolean;
  /** One version and nothing else, which is taken even when its index has withdrawn it. */
  readonly isPin: boolean;
  readonly asksExtra: boolean;
}

/** COMBINE_* of two markers or ranges; null when that is too hard. */
export type Combine = (operation: number, a: number, b: number) => number | null;

export function normalizedKeys(declarations: readonly Declaration[], combine: Combine): string[] {
  const together = (operation: number, a: number, b: number): number => {
    const node = combine(operation, a, b);
    if (node === null) throw new Unknown("the markers are too many to be compared");
    return node;
  };
  const groups = new Map<string, Declaration[]>();
  for (const each of declarations) {
    // Different markers with extras are not put together, and neither are different pins.
    const marker = each.asksExtra ? each.marker : NODE_ALWAYS;
    const key = JSON.stringify([each.name, each.place, marker, each.isPin ? each.range : null]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => regionsOf(group, together).map(keyOf));
}

type Together = (operation: number, a: number, b: number) => number;

/** The parts of the environments in which the same is required. */
function regionsOf(declarations: readonly Declaration[], together: Together): Declaration[] {
  let regions: Declaration[] = [];
  for (const each of declarations) {
    let remaining = each.marker;
    const next: Declaration[] = [];
    for (const region of regions) {
      const overlap = together(COMBINE_BOTH, region.marker, each.marker);
      if (overlap === NODE_NEVER) {
        next.push(region);
        continue;
      }
      remaining = together(COMBINE_WITHOUT, remaining, region.marker);
      const outside = together(COMBINE_WITHOUT, region.marker, each.marker);
      if (outside !== NODE_NEVER) next.push({ ...region, marker: outside });
      next.push({
        ...region,
        marker: overlap,
        extras: [...new Set([...region.extras, ...each.extras])].sort(),
        range: together(COMBINE_BOTH, region.range, each.range),
        isPrerelease: region.isPrerelease || each.isPrerelease,
      });
    }
    if (remaining !== NODE_NEVER || each.marker === NODE_NEVER) next.push({ ...each, marker: remaining });
    regions = coalesced(next, together);
  }
  return regions;
}

function coalesced(regions: readonly Declaration[], together: Together): Declaration[] {
  const merged = new Map<string, Declaration>();
  for (const region of regions) {
    const key = keyOf({ ...region, marker: NODE_ALWAYS });
    const known = merged.get(key);
    const marker = known === undefined ? region.marker : together(COMBINE_EITHER, known.marker, region.marker);
    merged.set(key, { ...region, marker });
  }
  return [...merged.values()];
}

function keyOf({ name, extras, place, marker, range, isPrerelease, isPin }: Declaration): string {
  return JSON.stringify([name, extras, place, marker, range, isPrerelease, isPin]);
}

/** As they are written, for lists that uv compares so. */
export function literalKey({ name, extras, place, marker, specifiers }: Declaration): string {
  return JSON.stringify([name, extras, place, marker, specifiers]);
}

/** What a key is about, for messages. */
export function nameOfKey(key: string): string {
  return (JSON.parse(key) as [string])[0];
}
