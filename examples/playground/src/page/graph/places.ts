// Which node is meant, by a place of the canvas or by a way to go; and what room nodes take.

import type { Scene } from "../../engine/protocol.ts";
import type { Box, Camera } from "./camera.ts";

/** Pixels around a small node that count as it. */
const REACH = 9;

/** The nearest node at a place of the canvas, in pixels of CSS. */
export function nodeAt({ radii }: Scene, positions: Float32Array, camera: Camera, x: number, y: number): number | null {
  let [nearest, distance] = [null as number | null, Infinity];
  for (let node = 0; node < radii.length; node++) {
    const [left, top] = [
      camera.x + camera.scale * positions[2 * node]!,
      camera.y + camera.scale * positions[2 * node + 1]!,
    ];
    const away = Math.hypot(x - left, y - top);
    if (away < Math.max(REACH, camera.scale * radii[node]! + 4) && away < distance) [nearest, distance] = [node, away];
  }
  return nearest;
}

/** The nearest from a node to one side, counting what is aside twice; from none, the nearest to the middle. */
export function nextNode(
  { nodes }: Scene,
  positions: Float32Array,
  from: number | null,
  x: number,
  y: number,
): number | null {
  const start = from === null ? [0, 0] : [positions[2 * from]!, positions[2 * from + 1]!];
  let [best, least] = [null as number | null, Infinity];
  for (const [node, row] of nodes.entries()) {
    if (node === from || row < 0) continue;
    const [dx, dy] = [positions[2 * node]! - start[0]!, positions[2 * node + 1]! - start[1]!];
    const ahead = from === null ? Math.hypot(dx, dy) : dx * x + dy * y;
    const aside = from === null ? 0 : Math.abs(dx * y) + Math.abs(dy * x);
    if (from !== null && (ahead <= 0 || aside > 2 * ahead)) continue;
    if (ahead + 2 * aside < least) [best, least] = [node, ahead + 2 * aside];
  }
  return best;
}

/** What these nodes take, and a little around them. */
export function boxOf({ radii }: Scene, positions: Float32Array, nodes: Iterable<number>): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const node of nodes) {
    const [x, y, radius] = [positions[2 * node]!, positions[2 * node + 1]!, radii[node]! + AROUND];
    box.left = Math.min(box.left, x - radius);
    box.right = Math.max(box.right, x + radius);
    box.top = Math.min(box.top, y - radius);
    box.bottom = Math.max(box.bottom, y + radius);
  }
  return box.left > box.right ? { left: -1, top: -1, right: 1, bottom: 1 } : box;
}

const AROUND = 12;
