// The graph as it is drawn: bands around the project, or around one package, by the number of steps from there.
//
// Invariant: a band is as wide as what stands in it needs; each node starts beside what leads to it, so that little is left
// for the forces to do.

import type { Extent, Picture, Scene } from "./protocol.ts";

/** Pixels at scale 1. */
const LEAST_BAND = 92;
/** Square pixels for one node, with what is around it. */
const NODE_AREA = 1500;
const LEAST_RADIUS = 5;
const MOST_RADIUS = 22;

export function sceneOf(id: number, picture: Picture, extent: Extent): Scene {
  // A row of the picture before this one may be none of it.
  const isThere = extent !== null && picture.rows[extent.around]?.isInstalled === true;
  const { nodes, depths } = isThere ? neighbourhood(picture, extent) : everything(picture);
  const placeOf = new Map(nodes.map((row, node) => [row, node]));
  const edges: number[] = [];
  for (const [node, row] of nodes.entries()) {
    for (const to of row < 0 ? picture.roots : picture.rows[row]!.needs) {
      const other = placeOf.get(to);
      if (other !== undefined && other !== node) edges.push(node, other);
    }
  }
  const radii = Float32Array.from(nodes, (row) => radiusOf(row < 0 ? null : picture.rows[row]!.size));
  const bands = bandsOf(depths);
  const reaches = reachesOf(depths, bands);
  return {
    id,
    nodes: Int32Array.from(nodes),
    edges: Uint32Array.from(edges),
    depths: Uint16Array.from(depths),
    radii,
    reaches,
    bands,
    positions: start(depths, edges, reaches),
  };
}

/** The area grows with the file, up to some 40 MB. */
function radiusOf(size: number | null): number {
  return Math.min(MOST_RADIUS, LEAST_RADIUS + Math.sqrt((size ?? 0) / 160_000));
}

interface Ranked {
  readonly nodes: number[];
  readonly depths: number[];
}

/** All that is installed, by the steps from the project. What cannot be reached from it stands outside. */
function everything({ rows, roots, project }: Picture): Ranked {
  const nodes: number[] = project === null ? [] : [-1];
  const depths: number[] = project === null ? [] : [0];
  const known = new Set<number>();
  let ring: readonly number[] = roots;
  for (let depth = nodes.length; ring.length > 0; depth++) {
    const next: number[] = [];
    for (const row of ring) {
      if (known.has(row)) continue;
      known.add(row);
      nodes.push(row);
      depths.push(depth);
      next.push(...rows[row]!.needs);
    }
    ring = next;
  }
  const last = Math.max(0, ...depths) + 1;
  for (const [row, { isInstalled, kind }] of rows.entries()) {
    if (!isInstalled || kind === null || known.has(row)) continue;
    nodes.push(row);
    depths.push(last);
  }
  return { nodes, depths };
}

/** What is reached in so many steps, all of them with the edges or all against. */
function neighbourhood({ rows }: Picture, { around, steps }: NonNullable<Extent>): Ranked {
  const found = new Map([[around, 0]]);
  for (const side of ["needs", "neededBy"] as const) {
    let ring = [around];
    const seen = new Set(ring);
    for (let depth = 1; depth <= steps; depth++) {
      ring = [...new Set(ring.flatMap((row) => rows[row]![side]))].filter((row) => !seen.has(row));
      for (const row of ring) {
        seen.add(row);
        found.set(row, Math.min(depth, found.get(row) ?? depth));
      }
    }
  }
  return { nodes: [...found.keys()], depths: [...found.values()] };
}

/** The outer edge of each depth's band: as much area as its nodes need, one on a line at least. */
function bandsOf(depths: readonly number[]): Float32Array {
  const counts = countsOf(depths);
  const bands = new Float32Array(counts.length);
  // One node in the middle needs no band.
  bands[0] = counts[0] === 1 ? LEAST_BAND / 2 : Math.sqrt((counts[0]! * NODE_AREA) / Math.PI);
  for (let depth = 1; depth < counts.length; depth++) {
    const inner = bands[depth - 1]!;
    bands[depth] = Math.max(inner + LEAST_BAND, Math.hypot(inner, Math.sqrt((counts[depth]! * NODE_AREA) / Math.PI)));
  }
  return bands;
}

/** Nodes of one depth take turns on the lines that fit into its band, so that neighbours stand apart. */
function reachesOf(depths: readonly number[], bands: Float32Array): Float32Array {
  const counts = countsOf(depths);
  const turns = new Uint32Array(bands.length);
  return Float32Array.from(depths, (depth) => {
    if (depth === 0 && counts[0] === 1) return 0;
    const inner = depth === 0 ? 0 : bands[depth - 1]!;
    const width = bands[depth]! - inner;
    const lines = width <= LEAST_BAND + 1 ? 1 : Math.max(1, Math.round(width / 40));
    const line = (turns[depth]!++ * STRIDE) % lines;
    return inner + (width * (line + 0.5)) / lines;
  });
}

/** Prime, so that turns reach every line. */
const STRIDE = 7;

function countsOf(depths: readonly number[]): number[] {
  const counts = Array.from({ length: Math.max(0, ...depths) + 1 }, () => 0);
  for (const depth of depths) counts[depth]!++;
  return counts;
}

/** Each node hangs from the first that leads to it from the ring before; a branch gets of the circle what its leaves need. */
function start(depths: readonly number[], edges: readonly number[], reaches: Float32Array): Float32Array {
  const branches: number[][] = depths.map(() => []);
  const hasParent = new Uint8Array(depths.length);
  for (let at = 0; at < edges.length; at += 2) {
    for (const [from, to] of [
      [edges[at]!, edges[at + 1]!],
      [edges[at + 1]!, edges[at]!],
    ] as const) {
      if (hasParent[to] === 1 || depths[to] !== depths[from]! + 1) continue;
      hasParent[to] = 1;
      branches[from]!.push(to);
    }
  }
  const leaves = new Uint32Array(depths.length);
  // Nodes stand in the order of their depth, but for a neighbourhood's two sides.
  const order = depths.map((_, node) => node).sort((left, right) => depths[left]! - depths[right]!);
  for (const node of order.toReversed()) {
    leaves[node] = branches[node]!.reduce((sum, each) => sum + leaves[each]!, 0) || 1;
  }
  const positions = new Float32Array(depths.length * 2);
  const from = new Float32Array(depths.length);
  const turn = new Float32Array(depths.length);
  const tops = order.filter((node) => hasParent[node] === 0);
  share(tops, 0, 2 * Math.PI);
  for (const node of order) {
    const angle = from[node]! + turn[node]! / 2 - Math.PI / 2;
    positions[2 * node] = reaches[node]! * Math.cos(angle);
    positions[2 * node + 1] = reaches[node]! * Math.sin(angle);
    share(branches[node]!, from[node]!, turn[node]!);
  }
  return positions;

  function share(nodes: readonly number[], first: number, whole: number): void {
    const sum = nodes.reduce((total, node) => total + leaves[node]!, 0);
    let angle = first;
    for (const node of nodes) {
      from[node] = angle;
      turn[node] = (whole * leaves[node]!) / sum;
      angle += turn[node]!;
    }
  }
}
