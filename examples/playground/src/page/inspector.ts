// One package in full: whether it is installed, by which ways, what it needs and what needs it, and each of its files with the
// reason why it is taken or not.

import type { Absence, Path, WhyAnswer, WhyArtifact } from "pylock2nix";
import type { Picture } from "../engine/protocol.ts";
import { byId, fill, h } from "./dom.ts";
import { terminal } from "./terminal.ts";
import { bytes, counted, spoken } from "./words.ts";

/** Ways and names beyond these are behind a button. */
const WAYS = 6;
const NAMES = 24;

export class Inspector {
  readonly element = byId("inspector");
  readonly #choose: (row: number) => void;
  #placeOf: ReadonlyMap<string, number> = new Map();

  constructor(choose: (row: number) => void) {
    this.#choose = choose;
    this.empty();
  }

  empty(): void {
    this.element.classList.add("is-empty");
    fill(this.element, h("p", { class: "nothing" }, "Choose a package to see why it is here, and why with this file."));
  }

  show(picture: Picture, at: number, why: WhyAnswer): void {
    const row = picture.rows[at]!;
    this.#placeOf = new Map(picture.rows.map(({ name, version }, place) => [`${name} ${version ?? ""}`, place]));
    this.element.classList.remove("is-empty");
    const files = [...why.artifacts].sort(
      (left, right) => Number(right.version === row.version) - Number(left.version === row.version),
    );
    fill(
      this.element,
      h("h2", {}, row.name, " ", h("span", { class: "version" }, row.version ?? "")),
      h("p", { class: "verdict" }, ...verdict(row.isInstalled, row.kind, row.artifact, row.size)),
      why.error !== null && terminal(`error: ${why.error.message}`),
      row.isInstalled ? this.#ways(why.paths, picture) : absences(why.absences),
      this.#names("Needs", row.needs, picture),
      this.#names("Needed by", row.neededBy, picture),
      ...files.map((each) => fileList(each)),
      row.hash !== null && h("section", {}, h("h3", {}, "Hash"), h("p", {}, h("code", { class: "hash" }, row.hash))),
    );
  }

  #ways(paths: readonly Path[], { project, self, rows }: Picture): HTMLElement | null {
    if (paths.length === 0) return null;
    const items = paths.map(({ group, steps }) => {
      const named = group !== null && group !== "main" ? `group ${group}` : (project ?? "");
      // Where the project is among the packages, the way starts with it.
      const isFromSelf = self !== null && steps[0]?.name === rows[self]?.name;
      const start = isFromSelf || (self !== null && named === "") ? null : named;
      const links = steps.map((step, at) =>
        h(
          "li",
          {},
          at === steps.length - 1 ? h("strong", {}, step.name) : this.#link(spokenKey(step), step.name),
          step.constraint !== null && h("span", { class: "constraint" }, ` ${step.constraint}`),
        ),
      );
      const own = self !== null && !isFromSelf ? rows[self]! : null;
      return h(
        "li",
        {},
        h(
          "ol",
          { class: "way" },
          own !== null && h("li", {}, this.#link(spokenKey(own), own.name)),
          start !== null && h("li", { class: "start" }, start),
          ...links,
        ),
      );
    });
    return h("section", {}, h("h3", {}, "Why it is here"), folded("ul", "ways", items, WAYS));
  }

  #names(title: string, places: readonly number[], { rows }: Picture): HTMLElement | null {
    if (places.length === 0) return null;
    const items = [...places]
      .sort((left, right) => left - right)
      .map((place) => h("li", {}, this.#link(spokenKey(rows[place]!), rows[place]!.name)));
    return h(
      "section",
      {},
      h("h3", {}, `${title} `, h("span", { class: "count" }, items.length)),
      folded("ul", "names", items, NAMES),
    );
  }

  #link(key: string, name: string): Node {
    const place = this.#placeOf.get(key);
    if (place === undefined) return document.createTextNode(name);
    return h("button", { type: "button", class: "link", onclick: () => this.#choose(place) }, name);
  }
}

function verdict(
  isInstalled: boolean,
  kind: string | null,
  artifact: string | null,
  size: number | null,
): (Node | string)[] {
  if (!isInstalled) return ["Not installed here."];
  if (kind === "none") return ["Required, and no file of it can be installed here."];
  const file = artifact === null ? [] : [" from ", h("code", {}, artifact)];
  return ["Installed", ...file, size === null ? "" : `, ${bytes(size)}`];
}

function absences(all: readonly Absence[]): HTMLElement {
  const items = all.map(({ by, group, because }) =>
    h(
      "li",
      {},
      h(
        "span",
        { class: "by" },
        by === null ? (group === null ? "for the project" : `in the group ${group}`) : `for ${spoken(by)}`,
      ),
      " ",
      because,
    ),
  );
  return h("section", {}, h("h3", {}, "Why it is not here"), folded("ul", "absences", items, WAYS));
}

/** Those that fit come first, the taken one before them. */
function fileList({ name, version, files }: WhyArtifact): HTMLElement | null {
  if (files.length === 0) return null;
  const rank = (verdict: string): number =>
    verdict === "taken" ? 0 : verdict === "fits" ? 1 : verdict === "barred" ? 2 : 3;
  const sorted = [...files].sort((left, right) => rank(left.verdict) - rank(right.verdict));
  const items = sorted.map((file) =>
    h(
      "li",
      { class: `file is-${file.verdict}` },
      h("code", {}, ...breakable(file.name)),
      h("span", { class: "because" }, file.because),
    ),
  );
  const fitting = sorted.filter(({ verdict }) => verdict === "taken" || verdict === "fits").length;
  return h(
    "section",
    {},
    h(
      "h3",
      {},
      `Files of ${spoken({ name, version })} `,
      h("span", { class: "count" }, counted(files.length, "file"), `, ${fitting} fit`),
    ),
    folded("ul", "files", items, Math.max(4, Math.min(8, fitting))),
  );
}

/** File names break where their parts do. */
function breakable(name: string): (Node | string)[] {
  return name.split(/(?<=[-.])/).flatMap((part, at) => (at === 0 ? [part] : [h("wbr"), part]));
}

/** A list of which only the first are shown until the rest is asked for. */
function folded(kind: "ul" | "ol", style: string, items: readonly HTMLElement[], limit: number): HTMLElement {
  const list = h(kind, { class: style }, ...items);
  if (items.length <= limit + 1) return list;
  for (const item of items.slice(limit)) item.hidden = true;
  const more = h("button", { type: "button", class: "more" }, `${items.length - limit} more`);
  more.onclick = () => {
    for (const item of items) item.hidden = false;
    more.remove();
    const next = items[limit]?.querySelector<HTMLElement>("button");
    (next ?? list).focus();
  };
  list.tabIndex = -1;
  return h("div", {}, list, more);
}

function spokenKey({ name, version }: { readonly name: string; readonly version: string | null }): string {
  return `${name} ${version ?? ""}`;
}
