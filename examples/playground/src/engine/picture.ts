// What one selection installs, as rows with edges between them: the list, and the graph, of one explanation.
//
// Invariant: rows stand for the packages of the lock, each once; edges lead between installed ones only.

import type { Explanation, Identity, LockedPackage, ResolvedPackage, ResolveOptions } from "pylock2nix";
import type { Opened } from "./opened.ts";
import type { Picture, Row, Selection } from "./protocol.ts";

export function pictureOf(opened: Opened, selection: Selection): Picture {
  const { lock, pyproject, shown } = opened;
  const explanation = lock.explain(requestOf(selection));
  const { resolution, packages } = explanation;
  const locked = lock.packages();
  const order = packages.map((_, row) => row).sort((left, right) => compare(packages[left]!, packages[right]!));
  const installed = new Map(resolution.packages.map((each) => [keyOf(each), each]));
  const placeOf = new Map<string, number>();
  const placesByName = new Map<string, number[]>();
  for (const [place, row] of order.entries()) {
    const each = packages[row]!;
    if (!each.isInstalled || placeOf.has(keyOf(each))) continue;
    placeOf.set(keyOf(each), place);
    placesByName.set(each.name, [...(placesByName.get(each.name) ?? []), place]);
  }
  const needs: number[][] = order.map((row, place) => {
    const names =
      placeOf.get(keyOf(packages[row]!)) === place ? installed.get(keyOf(packages[row]!))?.dependencies : [];
    return [...new Set((names ?? []).flatMap((name) => placesByName.get(name) ?? []))];
  });
  const self = selfAmong(
    order.map((row) => installed.get(keyOf(packages[row]!)) ?? null),
    needs,
  );
  const neededBy: number[][] = order.map(() => []);
  for (const [from, all] of needs.entries()) for (const to of all) neededBy[to]!.push(from);
  const rows = order.map((row, place): Row => {
    const { name, version, isInstalled, files } = packages[row]!;
    const chosen = isInstalled ? installed.get(keyOf(packages[row]!)) : undefined;
    const taken = files.findIndex(({ verdict }) => verdict === "taken");
    return {
      name,
      version,
      isInstalled,
      kind: chosen?.kind ?? null,
      artifact: chosen?.artifact ?? null,
      hash: chosen?.hash ?? null,
      size: isInstalled ? sizeOf(locked[row], taken) : null,
      needs: needs[place]!,
      neededBy: neededBy[place]!,
    };
  });
  return {
    target: resolution.target,
    rows,
    roots: self === null ? rootsOf(explanation, rows, placeOf) : [self],
    self,
    project: self === null ? (pyproject?.name ?? "the project") : null,
    error: resolution.error === null ? null : shown(resolution.error),
    problems: resolution.problems,
  };
}

export function requestOf({ target, groups, extras, member }: Selection): ResolveOptions {
  return { target, groups, extras, ...(member !== null && { packages: member === "*" ? "all" : [member] }) };
}

/**
 * The project, where it is among the packages (uv): then what nothing else requires is there for its groups, and is needed
 * by it. Null where there are several of the kind.
 */
function selfAmong(rows: readonly (ResolvedPackage | null)[], needs: number[][]): number | null {
  const required = new Set(needs.flat());
  const tops = rows.flatMap((each, place) => (each === null || required.has(place) ? [] : [place]));
  const [self, ...others] = tops.filter((place) => PROJECTS.has(rows[place]!.kind));
  if (self === undefined || others.length > 0) return null;
  needs[self] = [...needs[self]!, ...tops.filter((place) => place !== self)];
  return self;
}

const PROJECTS: ReadonlySet<string> = new Set(["virtual", "editable", "directory"]);

/** What the project asks for itself; without a project, what nothing else asks for. */
function rootsOf({ reasons }: Explanation, rows: readonly Row[], placeOf: ReadonlyMap<string, number>): number[] {
  const asked = reasons.flatMap(({ kind, code, owner, package: met }) =>
    kind === "requirement" && code === "counts" && owner === null && met !== null ? [placeOf.get(keyOf(met))] : [],
  );
  const known = asked.filter((place) => place !== undefined);
  if (known.length > 0) return [...new Set(known)];
  return rows.flatMap(({ isInstalled, neededBy }, place) => (isInstalled && neededBy.length === 0 ? [place] : []));
}

function sizeOf(locked: LockedPackage | undefined, file: number): number | null {
  return locked?.files[file]?.size ?? null;
}

function keyOf({ name, version }: Identity): string {
  return `${name} ${version ?? ""}`;
}

function compare(left: Identity, right: Identity): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}
