// From the scene's places to the canvas's, and back: what is moved and enlarged.

/** Times the scene's own size. */
const LEAST = 0.05;
const MOST = 6;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export class Camera {
  /** Pixels of CSS for one unit of the scene. */
  scale = 1;
  /** Where the scene's origin is on the canvas, in pixels of CSS. */
  x = 0;
  y = 0;
  width = 1;
  height = 1;
  /** Whether somebody has moved it: then nothing else moves it. */
  isTouched = false;

  moveBy(x: number, y: number): void {
    this.x += x;
    this.y += y;
    this.isTouched = true;
  }

  /** Around a place of the canvas, which stays where it is. */
  zoomBy(factor: number, x: number = this.width / 2, y: number = this.height / 2): void {
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.isTouched = true;
  }

  /** All of the box, with room for labels around it. */
  fit({ left, top, right, bottom }: Box): void {
    const room = Math.min(48, this.width / 10);
    const [width, height] = [Math.max(1, right - left), Math.max(1, bottom - top)];
    this.scale = Math.min(1.6, (this.width - 2 * room) / width, (this.height - 2 * room) / height);
    this.x = this.width / 2 - (this.scale * (left + right)) / 2;
    this.y = this.height / 2 - (this.scale * (top + bottom)) / 2;
    this.isTouched = false;
  }

  /** Moves as little as brings a place of the scene well into the canvas. */
  show(x: number, y: number): void {
    const [left, top] = [this.x + this.scale * x, this.y + this.scale * y];
    const room = Math.min(72, this.width / 5, this.height / 5);
    this.x += Math.max(0, room - left) - Math.max(0, left - this.width + room);
    this.y += Math.max(0, room - top) - Math.max(0, top - this.height + room);
    this.isTouched = true;
  }
}
