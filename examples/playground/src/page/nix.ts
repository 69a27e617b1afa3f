// The Nix text, to copy or to save: in one file, or with the resolution beside it.

import type { NixFile, NixRequest, Questions } from "../engine/protocol.ts";
import { announce, fill, freshId, h } from "./dom.ts";
import { bytes, counted } from "./words.ts";

export interface NixEvents {
  readonly ask: (request: NixRequest) => Promise<ReturnType<Questions["nix"]>>;
  readonly target: () => string;
  readonly fail: (error: unknown, place: HTMLElement) => void;
}

/** Characters that are shown of a file; what is copied or saved is all of it. */
const SHOWN = 20_000;

export class Nix {
  readonly panel = h("div", { class: "panel nix" });
  readonly #events: NixEvents;
  readonly #scope = h(
    "select",
    { id: freshId() },
    h("option", { value: "usual" }, "every usual target"),
    h("option", { value: "one" }, "the chosen target"),
  );
  readonly #files = h(
    "select",
    { id: freshId() },
    h("option", { value: "two" }, "two files"),
    h("option", { value: "one" }, "one file"),
  );
  readonly #result = h("div", { class: "result" });
  #turn = 0;

  constructor(events: NixEvents) {
    this.#events = events;
    this.#scope.onchange = () => void this.look();
    this.#files.onchange = () => void this.look();
    fill(
      this.panel,
      h(
        "div",
        { class: "tools" },
        h("p", { class: "field" }, h("label", { for: this.#scope.id }, "For"), this.#scope),
        h("p", { class: "field" }, h("label", { for: this.#files.id }, "As"), this.#files),
      ),
      this.#result,
    );
  }

  async look(): Promise<void> {
    if (this.panel.hidden) return;
    const turn = ++this.#turn;
    const target = this.#scope.value === "one" ? this.#events.target() : null;
    try {
      const answer = await this.#events.ask({ target, files: this.#files.value === "one" ? "one" : "two" });
      if (turn === this.#turn) this.#show(answer);
    } catch (error) {
      this.#events.fail(error, this.#result);
    }
  }

  #show({ files, targets, warnings }: ReturnType<Questions["nix"]>): void {
    fill(
      this.#result,
      h(
        "p",
        { class: "summary" },
        `${counted(targets, "target")}; every choice of groups and extras. Nix takes the library from `,
        h("code", {}, ".pylock2nix"),
        ", which ",
        h("code", {}, "pylock2nix nix"),
        " writes beside it.",
      ),
      warnings.length > 0 && h("ul", { class: "warnings" }, ...warnings.map((text) => h("li", {}, text))),
      ...files.map(fileBlock),
    );
    announce(`the Nix text is ready: ${files.map(({ name }) => name).join(", ")}`);
  }
}

function fileBlock({ name, text }: NixFile): HTMLElement {
  const size = new TextEncoder().encode(text).length;
  const copy = h("button", { type: "button" }, "Copy");
  copy.onclick = () =>
    void copied(text).then((isDone) => {
      copy.textContent = isDone ? "Copied" : "Not allowed here";
      announce(isDone ? `${name} is copied` : `${name} could not be copied`);
      setTimeout(() => {
        copy.textContent = "Copy";
      }, 2000);
    });
  const save = h("button", { type: "button", onclick: () => saved(name, text) }, "Save");
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}\n…` : text;
  return h(
    "section",
    { class: "code", "aria-label": name },
    h("header", {}, h("h3", {}, name, " ", h("span", { class: "count" }, bytes(size))), copy, save),
    h("pre", { tabindex: 0, "aria-label": "its text", role: "group" }, shown),
    text.length > SHOWN && h("p", { class: "quiet" }, "The beginning is shown; what is copied or saved is all of it."),
  );
}

/** The older way works where a page may not write to the clipboard by itself. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "unseen", readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}

function saved(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
