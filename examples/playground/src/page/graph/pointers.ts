// A mouse, a pen or fingers on the canvas: one moves the picture or chooses, two enlarge it, the wheel as well.

import type { Camera } from "./camera.ts";

/** Pixels that a press may move and still choose. */
const STILL = 5;

export interface PointerEvents {
  readonly camera: Camera;
  readonly changed: () => void;
  readonly hover: (x: number, y: number) => void;
  readonly press: (x: number, y: number) => void;
}

export function followPointers(canvas: HTMLCanvasElement, { camera, changed, hover, press }: PointerEvents): void {
  const down = new Map<number, { x: number; y: number }>();
  let moved = 0;

  canvas.onpointerdown = (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    if (down.size === 0) moved = 0;
    down.set(event.pointerId, place(event));
  };
  canvas.onpointermove = (event) => {
    const now = place(event);
    const before = down.get(event.pointerId);
    if (before === undefined) {
      hover(now.x, now.y);
      return;
    }
    const [x, y] = [now.x - before.x, now.y - before.y];
    moved += Math.hypot(x, y);
    if (down.size === 1 && moved > STILL) camera.moveBy(x, y);
    if (down.size === 2) {
      const [other] = [...down].filter(([id]) => id !== event.pointerId).map(([, each]) => each);
      const apart = (one: { x: number; y: number }): number => Math.hypot(one.x - other!.x, one.y - other!.y) || 1;
      camera.zoomBy(apart(now) / apart(before), (now.x + other!.x) / 2, (now.y + other!.y) / 2);
      camera.moveBy(x / 2, y / 2);
    }
    down.set(event.pointerId, now);
    changed();
  };
  canvas.onpointerup = (event) => {
    const was = down.delete(event.pointerId);
    if (was && down.size === 0 && moved <= STILL) press(place(event).x, place(event).y);
  };
  canvas.onpointercancel = (event) => {
    down.delete(event.pointerId);
  };
  canvas.onpointerleave = () => hover(-1, -1);
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x, y } = place(event);
      // Lines and pages instead of pixels come from mice; a pinch on a touchpad comes with `ctrlKey`, and is finer.
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 16);
      camera.zoomBy(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0016)), x, y);
      changed();
    },
    { passive: false },
  );

  function place({ clientX, clientY }: MouseEvent): { x: number; y: number } {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}
