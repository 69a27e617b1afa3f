// One frame of the picture: bands, edges, nodes, names, on a canvas.
//
// Invariant: nodes of one colour are one path, and so are edges, so that a frame of a thousand packages takes a few
// milliseconds without a graphics card. Names never lie on one another; what matters most is named first.

import type { Picture, Scene } from "../../engine/protocol.ts";
import { bytes } from "../words.ts";
import type { Camera } from "./camera.ts";
import type { Palette } from "./palette.ts";
import type { Ways } from "./ways.ts";

export interface View extends Ways {
  readonly scene: Scene;
  readonly picture: Picture;
  /** Where the nodes are now. */
  readonly positions: Float32Array;
  readonly camera: Camera;
  readonly palette: Palette;
  /** Nodes. */
  readonly chosen: number | null;
  readonly hovered: number | null;
  readonly matches: ReadonlySet<number>;
  /** Indexes of the edges that are always drawn. */
  readonly backdrop: readonly number[];
  readonly isSearching: boolean;
  /** Nodes, those to be named first before the others. */
  readonly order: readonly number[];
}

const NAMES_AT_MOST = 90;
/** Where there are many nodes, names would hide them: so many, for each unit of enlargement. */
const MANY_NODES = 200;
const NAMES_OF_MANY = 70;
/** Pixels on the screen, however small the picture is. */
const LEAST_SHOWN = 2.4;
const FONT = "12px system-ui, sans-serif";
const STRONG_FONT = "600 12px system-ui, sans-serif";

export function draw(context: CanvasRenderingContext2D, view: View, ratio: number): void {
  const { camera, palette } = view;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, camera.width, camera.height);
  context.setTransform(ratio * camera.scale, 0, 0, ratio * camera.scale, ratio * camera.x, ratio * camera.y);
  drawBands(context, view);
  const isFaint = view.chosen !== null || view.isSearching;
  // Many lie over one another: the more there are, the less each may cover.
  const density = Math.min(1, 13 / Math.sqrt(view.backdrop.length + 1));
  strokeEdges(context, view, view.backdrop, palette.edge, (isFaint ? 0.5 : 1) * density, 1);
  strokeEdges(context, view, view.onward, palette.out, 0.9, 1.5);
  strokeEdges(context, view, view.wayEdges, palette.accent, 1, 2.25);
  drawNodes(context, view, isFaint);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawNames(context, view);
}

function drawBands(context: CanvasRenderingContext2D, { scene, camera, palette }: View): void {
  context.strokeStyle = palette.line;
  context.globalAlpha = 0.35;
  context.lineWidth = 1 / camera.scale;
  context.beginPath();
  for (const radius of scene.bands.subarray(0, -1)) {
    context.moveTo(radius, 0);
    context.arc(0, 0, radius, 0, 2 * Math.PI);
  }
  context.stroke();
  context.globalAlpha = 1;
}

function strokeEdges(
  context: CanvasRenderingContext2D,
  { scene: { edges }, positions, camera }: View,
  some: readonly number[],
  color: string,
  alpha: number,
  width: number,
): void {
  context.beginPath();
  for (const edge of some) {
    const [from, to] = [2 * edges[2 * edge]!, 2 * edges[2 * edge + 1]!];
    context.moveTo(positions[from]!, positions[from + 1]!);
    context.lineTo(positions[to]!, positions[to + 1]!);
  }
  context.strokeStyle = color;
  context.globalAlpha = alpha;
  context.lineWidth = width / camera.scale;
  context.stroke();
  context.globalAlpha = 1;
}

function drawNodes(context: CanvasRenderingContext2D, view: View, isFaint: boolean): void {
  const { scene, picture, palette, chosen, onWay, matches, positions, camera } = view;
  const near = new Set(onWay);
  for (const edge of view.onward) near.add(scene.edges[2 * edge + 1]!);
  if (chosen !== null) near.add(chosen);
  for (const node of matches) near.add(node);
  const faint = new Map<string, number[]>();
  const clear = new Map<string, number[]>();
  for (const [node, row] of scene.nodes.entries()) {
    const color = onWay.has(node) || node === chosen ? palette.accent : colorOf(picture, row, palette);
    const layer = isFaint && !near.has(node) ? faint : clear;
    const nodes = layer.get(color);
    if (nodes === undefined) layer.set(color, [node]);
    else nodes.push(node);
  }
  for (const [layer, alpha] of [
    [faint, 0.4],
    [clear, 1],
  ] as const) {
    context.globalAlpha = alpha;
    for (const [color, nodes] of layer) {
      context.fillStyle = color;
      circles(context, view, nodes, 0);
      context.fill();
    }
  }
  context.globalAlpha = 1;
  ring(context, view, matches, palette.mark, 2.5);
  if (view.hovered !== null) ring(context, view, [view.hovered], palette.text, 1.5);
  if (chosen !== null) {
    context.lineWidth = 2.5 / camera.scale;
    context.strokeStyle = palette.text;
    context.beginPath();
    context.arc(
      positions[2 * chosen]!,
      positions[2 * chosen + 1]!,
      scene.radii[chosen]! + 3 / camera.scale,
      0,
      2 * Math.PI,
    );
    context.stroke();
  }
}

function ring(
  context: CanvasRenderingContext2D,
  view: View,
  nodes: Iterable<number>,
  color: string,
  width: number,
): void {
  context.lineWidth = width / view.camera.scale;
  context.strokeStyle = color;
  circles(context, view, nodes, 1.5 / view.camera.scale);
  context.stroke();
}

function circles(
  context: CanvasRenderingContext2D,
  { scene, positions, camera }: View,
  nodes: Iterable<number>,
  more: number,
): void {
  context.beginPath();
  for (const node of nodes) {
    const [x, y] = [positions[2 * node]!, positions[2 * node + 1]!];
    const radius = Math.max(scene.radii[node]!, LEAST_SHOWN / camera.scale) + more;
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

function colorOf({ rows }: Picture, row: number, palette: Palette): string {
  if (row < 0) return palette.text;
  const { kind } = rows[row]!;
  if (kind === "none") return palette.missing;
  if (kind === "virtual" || kind === "editable" || kind === "directory") return palette.text;
  return kind === "wheel" ? palette.node : palette.source;
}

function drawNames(context: CanvasRenderingContext2D, view: View): void {
  const { camera, palette, scene, positions, chosen, hovered, onWay, matches } = view;
  const taken: { left: number; top: number; right: number; bottom: number }[] = [];
  const first = [hovered, chosen].filter((node) => node !== null);
  const ways = [...onWay].slice(0, NAMES_AT_MOST);
  const next = view.onward.map((edge) => scene.edges[2 * edge + 1]!);
  const isQuiet = chosen !== null || view.isSearching;
  const isCrowded = scene.nodes.length > MANY_NODES;
  const others = isQuiet && scene.nodes.length > 60 ? [] : view.order;
  const most = isCrowded ? Math.min(NAMES_AT_MOST, Math.ceil(NAMES_OF_MANY * camera.scale)) : NAMES_AT_MOST;
  const needed = first.length + ways.length + matches.size + next.length;
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = palette.surface;
  let isSetStrong: boolean | null = null;
  const done = new Set<number>();
  for (const node of [...first, ...ways, ...matches, ...next, ...others]) {
    if (taken.length >= Math.max(most, Math.min(needed, NAMES_AT_MOST))) break;
    if (done.has(node)) continue;
    done.add(node);
    const x = camera.x + camera.scale * positions[2 * node]!;
    const y = camera.y + camera.scale * (positions[2 * node + 1]! + scene.radii[node]!) + 10;
    if (x < 0 || y < 0 || x > camera.width || y > camera.height) continue;
    const isStrong = node === hovered || node === chosen;
    const text = nameOf(view, node, isStrong);
    // To set a font costs more than to draw a name.
    if (isStrong !== isSetStrong) context.font = isStrong ? STRONG_FONT : FONT;
    isSetStrong = isStrong;
    const half = widthOf(context, text, isStrong) / 2 + 3;
    const box = { left: x - half, top: y - 8, right: x + half, bottom: y + 8 };
    if (taken.some((other) => touch(box, other))) continue;
    taken.push(box);
    context.strokeText(text, x, y);
    const isNear = isStrong || onWay.has(node) || matches.has(node) || !isQuiet;
    context.fillStyle = isNear ? palette.text : palette["text-quiet"];
    context.fillText(text, x, y);
  }
}

function nameOf({ scene, picture }: View, node: number, isFull: boolean): string {
  const row = scene.nodes[node]!;
  if (row < 0) return picture.project ?? "";
  const { name, version, size } = picture.rows[row]!;
  if (!isFull) return name;
  return `${name} ${version ?? ""}${size === null ? "" : ` · ${bytes(size)}`}`;
}

/** By font. */
const WIDTHS = [new Map<string, number>(), new Map<string, number>()] as const;

/** The font is set. */
function widthOf(context: CanvasRenderingContext2D, text: string, isStrong: boolean): number {
  const widths = WIDTHS[isStrong ? 1 : 0];
  const known = widths.get(text);
  if (known !== undefined) return known;
  const { width } = context.measureText(text);
  widths.set(text, width);
  return width;
}

type Box = { left: number; top: number; right: number; bottom: number };

function touch(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
