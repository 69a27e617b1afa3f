// The dependencies as a picture: bands by the steps from the project, nodes by the size of their file.
//
// Keyboard: arrows go to the next node that way, + and - enlarge, 0 shows all, Enter goes to the chosen package's account.
// Invariant: nothing is drawn while nothing changes.

import type { Path } from "pylock2nix";
import type { Extent, Picture, Scene } from "../../engine/protocol.ts";
import { announce, fill, freshId, h } from "../dom.ts";
import { searched } from "../packages.ts";
import { bytes, counted, spoken } from "../words.ts";
import { Camera } from "./camera.ts";
import { draw } from "./drawing.ts";
import { outlineOf } from "./outline.ts";
import { type Palette, paletteOf } from "./palette.ts";
import { boxOf, nextNode, nodeAt } from "./places.ts";
import { followPointers } from "./pointers.ts";
import { backdropOf, byWeight, labelOf, NO_WAYS, type Ways, waysOf } from "./ways.ts";

export interface GraphEvents {
  readonly choose: (row: number) => void;
  /** To the account of what is chosen. */
  readonly enter: () => void;
  readonly ask: (extent: Extent) => Promise<Scene>;
}

/** Pixels for one unit of the scene from which on names and nodes are read with ease. */
const CLOSE = 0.6;
const HELP =
  "Arrow keys go to the next package that way; plus and minus enlarge; 0 shows all; Enter tells of the chosen one.";

export class Graph {
  readonly panel = h("div", { class: "panel graph" });
  readonly #events: GraphEvents;
  readonly #canvas = h("canvas", { tabindex: 0, role: "application", "aria-roledescription": "graph" });
  readonly #stage = h("div", { class: "stage" }, this.#canvas);
  readonly #extent = h("select", { id: freshId(), "aria-label": "What is shown" });
  readonly #search = h("input", {
    type: "search",
    placeholder: "Find",
    "aria-label": "Find in the graph",
    spellcheck: "false",
    autocomplete: "off",
  });
  readonly #text = h("details", { class: "outline" }, h("summary", {}, "The same as text"));
  readonly #camera = new Camera();
  #palette: Palette | null = null;
  #picture: Picture | null = null;
  #scene: Scene | null = null;
  #asked: Extent = null;
  #isWanted = false;
  #nodeOf = new Map<number, number>();
  #order: number[] = [];
  #backdrop: number[] = [];
  /** Where the nodes are, and where they go. */
  #now = new Float32Array();
  #then = new Float32Array();
  #isSettled = false;
  #row: number | null = null;
  #paths: readonly Path[] = [];
  #way: Ways = NO_WAYS;
  #hovered: number | null = null;
  #matches = new Set<number>();
  #frame = 0;

  constructor(events: GraphEvents) {
    this.#events = events;
    const help = h("p", { class: "unseen", id: freshId() }, HELP);
    this.#canvas.setAttribute("aria-describedby", help.id);
    this.#canvas.onkeydown = (event) => this.#key(event);
    followPointers(this.#canvas, {
      camera: this.#camera,
      changed: () => this.#draw(),
      hover: (x, y) => this.#hover(x, y),
      press: (x, y) => this.#press(x, y),
    });
    this.#extent.onchange = () => void this.#ask();
    this.#search.oninput = () => this.#find();
    this.#search.onkeydown = (event) => {
      const [first] = this.#matches;
      if (event.key === "Enter" && first !== undefined) this.#chooseNode(first);
    };
    this.#text.ontoggle = () => this.#outline();
    const button = (label: string, text: string, work: () => void): HTMLButtonElement =>
      h("button", { type: "button", class: "icon", "aria-label": label, title: label, onclick: work }, text);
    fill(
      this.panel,
      h(
        "div",
        { class: "tools" },
        this.#search,
        this.#extent,
        h(
          "span",
          { class: "zoom", role: "group", "aria-label": "Size" },
          button("Smaller", "−", () => this.#zoom(1 / 1.4)),
          button("Larger", "+", () => this.#zoom(1.4)),
          button("Show all", "⤢", () => this.#fit()),
        ),
      ),
      this.#stage,
      h(
        "p",
        { class: "legend" },
        key("node", "wheel"),
        key("source", "source"),
        key("missing", "no file fits"),
        key("accent", "the way to the chosen one"),
        key("out", "what it needs"),
        h("span", {}, "rings: steps from the middle; area: size of the file"),
      ),
      help,
      this.#text,
    );
    new ResizeObserver(() => this.#resize()).observe(this.#stage);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#palette = null;
      this.#draw();
    });
  }

  /** Another resolution; it is drawn when it is looked at. */
  show(picture: Picture): void {
    this.#picture = picture;
    // What was drawn stays until there is more; nothing of it is looked up in the new rows.
    this.#scene = null;
    this.#nodeOf.clear();
    this.#order = [];
    this.#row = null;
    this.#paths = [];
    this.#isWanted = true;
    this.#showExtents();
    this.#outline();
    if (!this.panel.hidden) void this.#ask();
  }

  /** Called when it can be seen. */
  look(): void {
    if (this.#isWanted) void this.#ask();
    else this.#draw();
  }

  mark(row: number | null, paths: readonly Path[]): void {
    this.#row = row;
    this.#paths = paths;
    this.#showExtents();
    if (this.#asked !== null && row !== null && row !== this.#asked.around) {
      void this.#ask();
      return;
    }
    this.#way = this.#traced();
    if (!this.panel.hidden) this.#goToChosen();
    this.#draw();
  }

  /** Brings it into sight; from far above, comes down to it and what is drawn with it. */
  #goToChosen(): void {
    const [scene, node] = [this.#scene, this.#chosen];
    if (scene === null || node === null) return;
    if (this.#camera.scale >= CLOSE) {
      this.#camera.show(this.#then[2 * node]!, this.#then[2 * node + 1]!);
      return;
    }
    const { onWay, onward } = this.#way;
    this.#camera.fit(boxOf(scene, this.#then, [node, ...onWay, ...onward.map((edge) => scene.edges[2 * edge + 1]!)]));
    this.#camera.isTouched = true;
  }

  move(scene: number, positions: Float32Array, isSettled: boolean): void {
    if (scene !== this.#scene?.id) return;
    this.#isSettled = isSettled;
    this.#then = positions as Float32Array<ArrayBuffer>;
    if (isStill()) {
      if (!isSettled) return;
      this.#now = this.#then.slice();
    }
    if (isSettled && !this.#camera.isTouched) this.#fit();
    this.#draw();
  }

  get #chosen(): number | null {
    return this.#row === null ? null : (this.#nodeOf.get(this.#row) ?? null);
  }

  #showExtents(): void {
    const name = this.#row === null ? null : this.#picture?.rows[this.#row];
    const isInstalled = name?.isInstalled === true;
    const before = this.#extent.value;
    const around = [1, 2, 3].map((steps) =>
      h(
        "option",
        { value: steps, disabled: !isInstalled },
        `${counted(steps, "step")} around ${isInstalled ? name.name : "the chosen one"}`,
      ),
    );
    fill(this.#extent, h("option", { value: 0 }, "Everything"), ...around);
    this.#extent.value = before !== "" && isInstalled ? before : "0";
  }

  async #ask(): Promise<void> {
    const steps = Number(this.#extent.value);
    this.#isWanted = false;
    this.#stage.dataset.state = "moving";
    const extent = steps === 0 || this.#row === null ? null : { around: this.#row, steps };
    this.#asked = extent;
    const picture = this.#picture!;
    const scene = await this.#events.ask(extent);
    if (picture !== this.#picture) return;
    this.#scene = scene;
    this.#isSettled = false;
    this.#nodeOf = new Map(Array.from(scene.nodes, (row, node) => [row, node]));
    this.#now = scene.positions.slice();
    this.#then = scene.positions as Float32Array<ArrayBuffer>;
    this.#order = byWeight(scene, picture);
    this.#backdrop = backdropOf(scene);
    this.#canvas.setAttribute("aria-label", labelOf(scene, picture, extent));
    this.#hovered = null;
    this.#way = this.#traced();
    this.#find();
    this.#fit();
  }

  #traced(): Ways {
    if (this.#scene === null || this.#picture === null) return NO_WAYS;
    return waysOf(this.#scene, this.#picture, this.#paths, this.#chosen);
  }

  #find(): void {
    const wanted = searched(this.#search.value);
    const { rows } = this.#picture ?? { rows: [] };
    const found = this.#order.filter((node) => rows[this.#scene!.nodes[node]!]?.name.includes(wanted));
    this.#matches = new Set(wanted === "" ? [] : found);
    if (wanted !== "") announce(`${counted(this.#matches.size, "package")} found`);
    this.#draw();
  }

  #outline(): void {
    const { lastElementChild: last, open } = this.#text;
    if (last?.tagName === "UL") last.remove();
    if (open && this.#picture !== null) this.#text.append(outlineOf(this.#picture, this.#events.choose));
  }

  // --- Drawing ----------------------------------------------------------------------------------------------------------

  #draw(): void {
    if (this.#frame !== 0 || this.panel.hidden) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #paint(): void {
    const [scene, picture, context] = [this.#scene, this.#picture, this.#canvas.getContext("2d")];
    if (scene === null || picture === null || context === null) return;
    const isMoving = this.#step();
    this.#palette ??= paletteOf(this.panel);
    const ratio = this.#canvas.width / this.#camera.width;
    draw(
      context,
      {
        scene,
        picture,
        positions: this.#now,
        camera: this.#camera,
        palette: this.#palette,
        chosen: this.#chosen,
        hovered: this.#hovered,
        matches: this.#matches,
        ...this.#way,
        backdrop: this.#backdrop,
        isSearching: this.#search.value.trim() !== "",
        order: this.#order,
      },
      ratio,
    );
    // For who wants to know whether it has come to rest.
    this.#stage.dataset.state = isMoving || !this.#isSettled ? "moving" : "still";
    if (isMoving) this.#draw();
  }

  /** A part of the way to where the nodes go; whether there is more. */
  #step(): boolean {
    let isMoving = false;
    for (let at = 0; at < this.#now.length; at++) {
      const rest = this.#then[at]! - this.#now[at]!;
      if (Math.abs(rest) > 0.2) isMoving = true;
      this.#now[at] = Math.abs(rest) > 0.2 ? this.#now[at]! + rest * 0.22 : this.#then[at]!;
    }
    return isMoving;
  }

  #resize(): void {
    const { width, height } = this.#stage.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    const ratio = Math.min(2, devicePixelRatio);
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.#camera.width = width;
    this.#camera.height = height;
    if (this.#camera.isTouched) this.#draw();
    else this.#fit();
  }

  #fit(): void {
    if (this.#scene === null) return;
    this.#camera.fit(boxOf(this.#scene, this.#then, this.#scene.nodes.keys()));
    this.#draw();
  }

  #zoom(factor: number): void {
    this.#camera.zoomBy(factor);
    this.#draw();
  }

  // --- What somebody does -----------------------------------------------------------------------------------------------

  #nodeAt(x: number, y: number): number | null {
    return this.#scene === null ? null : nodeAt(this.#scene, this.#now, this.#camera, x, y);
  }

  #hover(x: number, y: number): void {
    const node = x < 0 ? null : this.#nodeAt(x, y);
    if (node === this.#hovered) return;
    this.#hovered = node;
    this.#canvas.classList.toggle("is-over", node !== null);
    this.#draw();
  }

  #press(x: number, y: number): void {
    const node = this.#nodeAt(x, y);
    if (node !== null) this.#chooseNode(node);
  }

  #chooseNode(node: number): void {
    const row = this.#scene?.nodes[node] ?? -1;
    if (row >= 0) this.#events.choose(row);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#scene === null) return;
    const ways: Readonly<Record<string, readonly [number, number]>> = {
      ArrowRight: [1, 0],
      ArrowLeft: [-1, 0],
      ArrowDown: [0, 1],
      ArrowUp: [0, -1],
    };
    const works: Readonly<Record<string, () => void>> = {
      "+": () => this.#zoom(1.25),
      "=": () => this.#zoom(1.25),
      "-": () => this.#zoom(0.8),
      "0": () => this.#fit(),
      Enter: () => this.#events.enter(),
    };
    const way = ways[event.key];
    const work = works[event.key];
    if (way === undefined && work === undefined) return;
    event.preventDefault();
    work?.();
    if (way === undefined) return;
    const next = nextNode(this.#scene, this.#then, this.#chosen, ...way);
    if (next === null) return;
    this.#chooseNode(next);
    const row = this.#picture!.rows[this.#scene.nodes[next]!]!;
    announce(
      `${spoken(row)}${row.size === null ? "" : `, ${bytes(row.size)}`}, needs ${row.needs.length}, needed by ${row.neededBy.length}`,
    );
  }
}

function key(color: string, label: string): HTMLElement {
  return h("span", { class: `key is-${color}` }, label);
}

function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
