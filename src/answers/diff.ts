// What changes from one resolution to another on the same target.
//
// Invariant: packages are compared by name; of a name with several versions each version counts by itself.

import type { Resolution, ResolvedPackage } from "../lock/resolution.ts";
import type { Failure } from "../words/errors.ts";

/** A package as one of the two has it. */
export type Change = Pick<ResolvedPackage, "version" | "kind" | "artifact" | "hash" | "url">;

/** What changes on one target. */
export interface Difference {
  /** Its name. */
  readonly target: string;
  /** Those that only the new one has. */
  readonly added: readonly ({ readonly name: string } & Change)[];
  /** Those that only the old one has. */
  readonly removed: readonly ({ readonly name: string } & Change)[];
  /** Those that both have, and not alike. */
  readonly changed: readonly { readonly name: string; readonly old: Change; readonly new: Change }[];
  /** Why the old or the new lock is refused on this target; then there is nothing to compare. */
  readonly oldError: Failure | null;
  /** The same of the new one. */
  readonly newError: Failure | null;
}

/**
 * What changes from one resolution to another on the same target: packages that come, go, or are another version or file.
 *
 * @example
 * ```ts
 * import { diff, readLock } from "pylock2nix";
 *
 * const at = (version: string) =>
 *   readLock(`six==${version} --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n`);
 * const request = { target: "cp312-linux-x86_64-glibc2.28" };
 * const { changed } = diff(at("1.16.0").resolve(request), at("1.17.0").resolve(request));
 * console.log(changed[0]?.name, changed[0]?.old.version, changed[0]?.new.version); // six 1.16.0 1.17.0
 * ```
 */
export function diff(older: Resolution, newer: Resolution): Difference {
  const [before, after] = [byName(older), byName(newer)];
  const added: Difference["added"][number][] = [];
  const removed: Difference["removed"][number][] = [];
  const changed: Difference["changed"][number][] = [];
  const isComparable = older.error === null && newer.error === null;
  for (const name of isComparable ? [...new Set([...before.keys(), ...after.keys()])].sort() : []) {
    const left = unlike(before.get(name) ?? [], after.get(name) ?? []);
    const right = unlike(after.get(name) ?? [], before.get(name) ?? []);
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      const [old, now] = [left[i], right[i]];
      if (old !== undefined && now !== undefined) changed.push({ name, old, new: now });
      else if (old !== undefined) removed.push({ name, ...old });
      else if (now !== undefined) added.push({ name, ...now });
    }
  }
  return { target: newer.target, added, removed, changed, oldError: older.error, newError: newer.error };
}

export function isSame({ added, removed, changed, oldError, newError }: Difference): boolean {
  return added.length + removed.length + changed.length === 0 && (oldError === null) === (newError === null);
}

function byName({ packages }: Resolution): Map<string, Change[]> {
  const names = new Map<string, Change[]>();
  for (const { name, version, kind, artifact, hash, url } of packages) {
    names.set(name, [...(names.get(name) ?? []), { version, kind, artifact, hash, url }]);
  }
  return names;
}

/** Those of the first that the second does not have. */
function unlike(first: readonly Change[], second: readonly Change[]): Change[] {
  const known = new Set(second.map((each) => JSON.stringify(each)));
  return first.filter((each) => !known.has(JSON.stringify(each)));
}
