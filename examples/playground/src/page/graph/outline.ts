// The same as the picture, as text: what needs what, from the project on. Each package stands in full where it is met first.

import type { Picture } from "../../engine/protocol.ts";
import { h } from "../dom.ts";
import { bytes, spoken } from "../words.ts";

export function outlineOf(picture: Picture, choose: (row: number) => void): HTMLElement {
  const { rows, roots, project } = picture;
  const known = new Set<number>();
  const branch = (places: readonly number[]): HTMLUListElement =>
    h(
      "ul",
      {},
      ...[...places]
        .sort((left, right) => left - right)
        .map((place) => {
          const { size, needs } = rows[place]!;
          const isNew = !known.has(place);
          known.add(place);
          const name = h(
            "button",
            { type: "button", class: "link", onclick: () => choose(place) },
            spoken(rows[place]!),
          );
          const note = isNew ? (size === null ? "" : ` ${bytes(size)}`) : needs.length > 0 ? " (above)" : "";
          return h("li", {}, name, h("span", { class: "count" }, note), isNew && needs.length > 0 && branch(needs));
        }),
    );
  const list = branch(roots);
  return project === null ? list : h("ul", {}, h("li", {}, project, list));
}
