// What of a scene is drawn before the rest: the ways to the chosen package, the names that matter most, and what they say.

import type { Path } from "pylock2nix";
import type { Extent, Picture, Scene } from "../../engine/protocol.ts";
import { bytes, counted } from "../words.ts";

export interface Ways {
  /** Nodes on the ways from the project to the chosen one. */
  readonly onWay: ReadonlySet<number>;
  /** Indexes of the edges of these ways, and of those that lead on from the chosen one. */
  readonly wayEdges: readonly number[];
  readonly onward: readonly number[];
}

export const NO_WAYS: Ways = { onWay: new Set(), wayEdges: [], onward: [] };

/** The ways as `why` tells them, as far as the scene has them. */
export function waysOf(
  { nodes, edges }: Scene,
  { rows, self }: Picture,
  paths: readonly Path[],
  chosen: number | null,
): Ways {
  const nodeOf = new Map(Array.from(nodes, (row, node) => [row, node]));
  const rowOf = new Map(rows.map(({ name, version }, row) => [`${name} ${version ?? ""}`, row]));
  const onWay = new Set<number>();
  const pairs = new Set<string>();
  for (const { steps } of paths) {
    const passed = steps.map(({ name, version }) => rowOf.get(`${name} ${version ?? ""}`) ?? NOWHERE);
    const way = [self ?? -1, ...passed].map((row) => nodeOf.get(row));
    for (const [at, node] of way.entries()) {
      if (node === undefined) continue;
      onWay.add(node);
      const before = way[at - 1];
      if (before !== undefined) pairs.add(`${before} ${node}`);
    }
  }
  const wayEdges: number[] = [];
  const onward: number[] = [];
  for (let edge = 0; edge < edges.length / 2; edge++) {
    const [from, to] = [edges[2 * edge]!, edges[2 * edge + 1]!];
    if (pairs.has(`${from} ${to}`)) wayEdges.push(edge);
    else if (from === chosen) onward.push(edge);
  }
  return { onWay, wayEdges, onward };
}

/** No row of a picture, and not the project's place either. */
const NOWHERE = -2;

/** Nodes, those first that have most to do with others, or the largest files. */
export function byWeight({ nodes }: Scene, { rows }: Picture): number[] {
  const weights = Array.from(nodes, (row) => {
    if (row < 0) return Infinity;
    const { needs, neededBy, size } = rows[row]!;
    return needs.length + neededBy.length + (size ?? 0) / 1e6;
  });
  return weights.map((_, node) => node).sort((left, right) => weights[right]! - weights[left]!);
}

/** What the picture is of, for who does not see it. */
export function labelOf({ nodes, edges }: Scene, { rows }: Picture, extent: Extent): string {
  const shown = [...nodes].flatMap((row) => (row < 0 ? [] : [rows[row]!]));
  const size = shown.reduce((sum, row) => sum + (row.size ?? 0), 0);
  const counts = [
    counted(shown.length, "package"),
    counted(edges.length / 2, "edge"),
    ...(size === 0 ? [] : [bytes(size)]),
  ];
  const where = extent === null ? "" : ` around ${rows[extent.around]!.name}`;
  return `Dependency graph${where}: ${counts.join(", ")}`;
}

/** Without those of a middle that leads nearly everywhere: they would hide the others, and say little. */
export function backdropOf({ edges, depths }: Scene): number[] {
  const all = Array.from({ length: edges.length / 2 }, (_, edge) => edge);
  const others = all.filter((edge) => depths[edges[2 * edge]!] !== 0);
  return all.length - others.length > MANY_EDGES ? others : all;
}

const MANY_EDGES = 60;
