// What differs: between two targets of this lock, or between it and another lock on the chosen target.

import type { Change } from "pylock2nix";
import type { Compared, Comparison, LockFacts, NamedBytes } from "../engine/protocol.ts";
import { announce, fill, freshId, h } from "./dom.ts";
import { pick } from "./files.ts";
import { TargetFields } from "./target-fields.ts";
import { terminal } from "./terminal.ts";
import { counted } from "./words.ts";

export interface CompareEvents {
  readonly ask: (comparison: Comparison) => Promise<Compared>;
  readonly openOther: (file: NamedBytes) => Promise<{ name: string; packages: number }>;
  readonly choose: (name: string) => void;
  /** Shows what went wrong, at a place. */
  readonly fail: (error: unknown, place: HTMLElement) => void;
}

export class Compare {
  readonly panel = h("div", { class: "panel compare" });
  readonly #events: CompareEvents;
  readonly #targets = new TargetFields(() => void this.look());
  readonly #ways = { target: this.#radio("target", "another target"), lock: this.#radio("lock", "another lock") };
  readonly #other = h("p", { class: "other" });
  readonly #swap = h("button", { type: "button" }, "Swap");
  readonly #result = h("div", { class: "result" });
  #name: string | null = null;
  #isNewer = false;
  #turn = 0;

  constructor(events: CompareEvents) {
    this.#events = events;
    this.#ways.target.checked = true;
    this.#swap.onclick = () => {
      this.#isNewer = !this.#isNewer;
      void this.look();
    };
    const choices = Object.values(this.#ways).map((input) =>
      h("label", { class: "check", for: input.id }, input, h("span", {}, input.dataset.label ?? "")),
    );
    fill(
      this.panel,
      h(
        "div",
        { class: "compare-with" },
        h("fieldset", {}, h("legend", {}, "Compare with"), h("div", { class: "checks" }, ...choices)),
        this.#targets.element,
        this.#other,
      ),
      this.#result,
    );
    this.#showOther();
  }

  /** A lock was opened. */
  show({ pythons }: LockFacts): void {
    this.#targets.show(pythons, 2);
    this.#name = null;
    this.#isNewer = false;
    this.#ways.target.checked = true;
    this.#showOther();
  }

  async takeOther(file: NamedBytes): Promise<void> {
    try {
      const { name } = await this.#events.openOther(file);
      this.#name = name;
      this.#ways.lock.checked = true;
      this.#showOther();
      await this.look();
    } catch (error) {
      this.#ways.lock.checked = true;
      this.#showOther();
      this.#events.fail(error, this.#result);
    }
  }

  /** Asks anew, when it is seen. */
  async look(): Promise<void> {
    if (this.panel.hidden) return;
    const turn = ++this.#turn;
    if (this.#ways.lock.checked && this.#name === null) {
      fill(this.#result, h("p", { class: "nothing" }, "Choose another lock, or drop it here."));
      return;
    }
    const comparison: Comparison = this.#ways.lock.checked
      ? { with: "lock", isNewer: this.#isNewer }
      : { with: "target", target: this.#targets.target };
    try {
      const compared = await this.#events.ask(comparison);
      if (turn === this.#turn) this.#show(compared);
    } catch (error) {
      this.#events.fail(error, this.#result);
    }
  }

  #radio(value: string, label: string): HTMLInputElement {
    const input = h("input", { type: "radio", name: "compare-with", value, id: freshId() });
    input.dataset.label = label;
    input.onchange = () => {
      this.#showOther();
      void this.look();
    };
    return input;
  }

  #showOther(): void {
    const isLock = this.#ways.lock.checked;
    this.#targets.element.hidden = isLock;
    this.#other.hidden = !isLock;
    const choose = h(
      "button",
      { type: "button", onclick: () => this.#pick() },
      this.#name === null ? "Choose a lock" : "Another",
    );
    fill(this.#other, this.#name !== null && h("code", {}, this.#name), choose, this.#name !== null && this.#swap);
  }

  #pick(): void {
    pick("other-file", ([file]) => void (file && this.takeOther(file)));
  }

  #show({ added, removed, changed, same, before, after, oldError, newError }: Compared): void {
    const rows = [
      ...added.map((each) => this.#row("added", "+", each.name, "", each.version ?? "", fileOf(each))),
      ...removed.map((each) => this.#row("removed", "−", each.name, each.version ?? "", "", "")),
      ...changed.map(({ name, old, new: now }) =>
        this.#row("changed", "~", name, old.version ?? "", now.version ?? "", whatChanged(old, now)),
      ),
    ];
    const summary = `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${same} the same`;
    const errors = [
      ...(oldError === null ? [] : [terminal(`error: ${before}: ${oldError.message}`)]),
      ...(newError === null ? [] : [terminal(`error: ${after}: ${newError.message}`)]),
    ];
    fill(
      this.#result,
      h(
        "h3",
        { class: "sides" },
        h("code", {}, before),
        h("span", { "aria-label": "to" }, " → "),
        h("code", {}, after),
      ),
      h("p", { class: "summary" }, errors.length > 0 ? "There is nothing to compare." : summary),
      ...errors,
      rows.length > 0 &&
        h(
          "div",
          { class: "scroll" },
          h(
            "table",
            {},
            h("caption", { class: "unseen" }, "What differs"),
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                ...["", "Package", "Before", "After", "File"].map((head, at) =>
                  h(at === 0 ? "td" : "th", at === 0 ? {} : { scope: "col", class: at === 4 ? "wide" : "" }, head),
                ),
              ),
            ),
            h("tbody", {}, ...rows),
          ),
        ),
    );
    announce(errors.length > 0 ? "refused" : `${counted(rows.length, "difference")}: ${summary}`);
  }

  #row(kind: string, sign: string, name: string, before: string, after: string, what: string): HTMLTableRowElement {
    return h(
      "tr",
      { class: `is-${kind}` },
      h("td", { class: "sign" }, h("span", { "aria-hidden": "true" }, sign), h("span", { class: "unseen" }, kind)),
      h(
        "th",
        { scope: "row" },
        h("button", { type: "button", class: "name", onclick: () => this.#events.choose(name) }, name),
      ),
      h("td", { class: "version" }, before),
      h("td", { class: "version" }, after),
      h("td", { class: "wide what" }, what),
    );
  }
}

function fileOf({ artifact, kind }: Change): string {
  return artifact ?? kind;
}

/** The new file; with the old one where the version is the same. */
function whatChanged(old: Change, now: Change): string {
  if (old.version !== now.version) return fileOf(now);
  if (fileOf(old) !== fileOf(now)) return `${fileOf(old)} → ${fileOf(now)}`;
  return old.hash !== now.hash ? "another hash" : "another place";
}
