// Tabs as the ARIA Authoring Practices have them: one is in the order of Tab, the arrows move among them and choose.

import { byId, h } from "./dom.ts";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly panel: HTMLElement;
  /** Called when it is shown, also when it was. */
  show(): void;
}

export class Tabs {
  readonly #tabs: readonly Tab[];
  readonly #buttons: readonly HTMLButtonElement[];
  #chosen = 0;

  constructor(tabs: readonly Tab[]) {
    this.#tabs = tabs;
    this.#buttons = tabs.map(({ id, label, panel }, at) => {
      panel.id = `panel-${id}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `tab-${id}`);
      byId("panels").append(panel);
      return h(
        "button",
        { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": panel.id, onclick: () => this.choose(at) },
        label,
      );
    });
    byId("tabs").append(...this.#buttons);
    byId("tabs").onkeydown = (event) => this.#move(event);
    this.choose(0);
  }

  get chosen(): Tab {
    return this.#tabs[this.#chosen]!;
  }

  choose(place: number): void {
    this.#chosen = place;
    for (const [at, button] of this.#buttons.entries()) {
      button.setAttribute("aria-selected", String(at === place));
      button.tabIndex = at === place ? 0 : -1;
      this.#tabs[at]!.panel.hidden = at !== place;
    }
    this.#tabs[place]!.show();
  }

  #move(event: KeyboardEvent): void {
    const last = this.#tabs.length - 1;
    const places: Readonly<Record<string, number>> = {
      ArrowRight: this.#chosen === last ? 0 : this.#chosen + 1,
      ArrowLeft: this.#chosen === 0 ? last : this.#chosen - 1,
      Home: 0,
      End: last,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    this.choose(place);
    this.#buttons[place]!.focus();
  }
}
