// The packages as a table: searched, sorted, one of them chosen.
//
// Keyboard: one name is in the order of Tab; arrows, Home and End move among those that are shown, Enter chooses.

import type { Picture, Row } from "../engine/protocol.ts";
import { announce, fill, freshId, h } from "./dom.ts";
import { bytes, counted } from "./words.ts";

type Column = "name" | "size";

interface Line {
  readonly row: number;
  readonly element: HTMLTableRowElement;
  readonly button: HTMLButtonElement;
}

export class Packages {
  readonly panel = h("div", { class: "panel packages" });
  readonly #search = h("input", {
    type: "search",
    id: freshId(),
    placeholder: "Search",
    spellcheck: "false",
    autocomplete: "off",
  });
  readonly #all = h("input", { type: "checkbox", id: freshId() });
  readonly #body = h("tbody");
  readonly #nothing = h("p", { class: "nothing", hidden: true });
  readonly #heads: Readonly<Record<Column, HTMLTableCellElement>>;
  readonly #choose: (row: number) => void;
  #picture: Picture | null = null;
  #lines: Line[] = [];
  #sort: Column = "name";
  #chosen: number | null = null;

  constructor(choose: (row: number) => void) {
    this.#choose = choose;
    this.#search.oninput = () => {
      this.#filter();
      announce(counted(this.#shown().length, "package"));
    };
    this.#search.onkeydown = (event) => {
      if (event.key !== "ArrowDown" && event.key !== "Enter") return;
      event.preventDefault();
      const [first] = this.#shown();
      if (event.key === "Enter" && first !== undefined) this.#choose(first.row);
      else first?.button.focus();
    };
    this.#all.onchange = () => this.#filter();
    this.#body.onkeydown = (event) => this.#move(event);
    this.#heads = { name: this.#head("name", "Package"), size: this.#head("size", "Size") };
    fill(
      this.panel,
      h(
        "div",
        { class: "tools" },
        h("label", { class: "unseen", for: this.#search.id }, "Search the packages"),
        this.#search,
        h("label", { class: "check", for: this.#all.id }, this.#all, h("span", {}, "also what is not installed")),
      ),
      h(
        "div",
        { class: "scroll" },
        h(
          "table",
          {},
          h("caption", { class: "unseen" }, "Packages"),
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              this.#heads.name,
              h("th", { scope: "col" }, "Version"),
              h("th", { scope: "col", class: "wide" }, "From"),
              this.#heads.size,
            ),
          ),
          this.#body,
        ),
        this.#nothing,
      ),
    );
    this.#showSort();
  }

  show(picture: Picture): void {
    this.#picture = picture;
    this.#lines = picture.rows.map((row, at) => this.#line(row, at));
    this.#arrange();
    this.mark(this.#chosen);
  }

  /** Shows which one is chosen. */
  mark(row: number | null): void {
    this.#chosen = row;
    for (const { row: at, element, button } of this.#lines) {
      const isChosen = at === row;
      element.classList.toggle("is-chosen", isChosen);
      if (isChosen) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    this.#showStop();
  }

  #head(column: Column, label: string): HTMLTableCellElement {
    const button = h("button", { type: "button", class: "sort" }, label);
    button.onclick = () => {
      this.#sort = column;
      this.#showSort();
      this.#arrange();
      announce(`sorted by ${column}`);
    };
    return h("th", { scope: "col", class: column === "size" ? "number" : "" }, button);
  }

  #showSort(): void {
    for (const [column, head] of Object.entries(this.#heads)) {
      const order = column === "size" ? "descending" : "ascending";
      if (column === this.#sort) head.setAttribute("aria-sort", order);
      else head.removeAttribute("aria-sort");
    }
  }

  #line(row: Row, at: number): Line {
    const button = h(
      "button",
      { type: "button", class: "name", tabindex: -1, onclick: () => this.#choose(at) },
      row.name,
    );
    const element = h(
      "tr",
      { class: row.isInstalled ? (row.kind === "none" ? "is-missing" : "") : "is-absent" },
      h("th", { scope: "row" }, button),
      h("td", { class: "version" }, row.version ?? "–"),
      h("td", { class: "wide" }, row.isInstalled ? kindName(row.kind) : "not installed here"),
      h("td", { class: "number" }, row.size === null ? "" : bytes(row.size)),
    );
    element.onclick = (event) => {
      if (event.target !== button) this.#choose(at);
    };
    return { row: at, element, button };
  }

  #arrange(): void {
    const rows = this.#picture?.rows ?? [];
    const sorted = [...this.#lines];
    if (this.#sort === "size")
      sorted.sort((left, right) => (rows[right.row]!.size ?? -1) - (rows[left.row]!.size ?? -1));
    this.#body.replaceChildren(...sorted.map(({ element }) => element));
    this.#lines = sorted;
    this.#filter();
  }

  #filter(): void {
    const rows = this.#picture?.rows ?? [];
    const wanted = searched(this.#search.value);
    for (const { row, element } of this.#lines) {
      const { name, isInstalled } = rows[row]!;
      element.hidden = !(isInstalled || this.#all.checked) || !name.includes(wanted);
    }
    this.#nothing.hidden = this.#shown().length > 0;
    this.#nothing.textContent = wanted === "" ? "Nothing is installed here." : "No package of that name is shown.";
    this.#showStop();
  }

  #shown(): Line[] {
    return this.#lines.filter(({ element }) => !element.hidden);
  }

  /** The one name that Tab stops at. */
  #showStop(): void {
    const shown = this.#shown();
    const stop = shown.find(({ row }) => row === this.#chosen) ?? shown[0];
    for (const line of this.#lines) line.button.tabIndex = line === stop ? 0 : -1;
  }

  #move(event: KeyboardEvent): void {
    const shown = this.#shown();
    const at = shown.findIndex(({ button }) => button === event.target);
    if (at < 0) return;
    const places: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: Math.min(at + 10, shown.length - 1),
      PageUp: Math.max(at - 10, 0),
      Home: 0,
      End: shown.length - 1,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    if (place < 0) this.#search.focus();
    else shown[place]?.button.focus();
  }
}

/** As names are written in a lock (PEP 503). */
export function searched(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[-_.]+/g, "-");
}

function kindName(kind: string | null): string {
  if (kind === "none") return "no file fits";
  if (kind === "sdist") return "source";
  return kind ?? "";
}
