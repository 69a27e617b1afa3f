// Moves the nodes of a scene until they stand well: edges pull, nodes keep apart, each stays about as far from the middle as it is to.
//
// Invariant: works in slices, so that whoever shares the thread with it (the engine's questions; the page itself, where there
// is no worker) waits for a slice at most.

import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceRadial,
  forceSimulation,
  type SimulationNodeDatum,
} from "d3-force";
import type { Scene } from "./protocol.ts";

/** Milliseconds of work before others get their turn. */
const SLICE = 12;
/** Milliseconds between two pieces of news: three frames. */
const NEWS = 48;
const STEPS = 140;

interface Node extends SimulationNodeDatum {
  readonly reach: number;
  readonly radius: number;
}

/** Tells where the nodes are, again and again; the last time with `isSettled`. Ends early when `isWanted` says no. */
export async function settle(
  { nodes, edges, radii, reaches, positions }: Scene,
  isWanted: () => boolean,
  tell: (positions: Float32Array, isSettled: boolean) => void,
): Promise<void> {
  const bodies = Array.from(
    nodes,
    (_, at): Node => ({
      x: positions[2 * at]!,
      y: positions[2 * at + 1]!,
      reach: reaches[at]!,
      radius: radii[at]!,
      ...(reaches[at] === 0 && { fx: 0, fy: 0 }),
    }),
  );
  const links = Array.from({ length: edges.length / 2 }, (_, at) => ({
    source: edges[2 * at]!,
    target: edges[2 * at + 1]!,
  }));
  const simulation = forceSimulation(bodies)
    .force("reach", forceRadial<Node>(({ reach }) => reach).strength(0.8))
    .force("edges", forceLink<Node, (typeof links)[number]>(links).distance(60).strength(0.02))
    .force("apart", forceManyBody<Node>().strength(-26).distanceMax(260).theta(1))
    .force("collide", forceCollide<Node>(({ radius }) => radius + 5).strength(0.9))
    .alphaDecay(1 - 0.002 ** (1 / STEPS))
    .velocityDecay(0.45)
    .stop();
  let told = performance.now();
  for (let step = 0; step < STEPS; ) {
    const end = performance.now() + SLICE;
    while (step < STEPS && performance.now() < end) {
      simulation.tick();
      step++;
    }
    await nextTurn();
    if (!isWanted()) return;
    if (step < STEPS && performance.now() - told < NEWS) continue;
    told = performance.now();
    tell(
      Float32Array.from({ length: bodies.length * 2 }, (_, at) => {
        const body = bodies[at >> 1]!;
        return (at % 2 === 0 ? body.x : body.y) ?? 0;
      }),
      step >= STEPS,
    );
  }
}

/** Timers are clamped to 4 ms once they nest; messages are not. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
