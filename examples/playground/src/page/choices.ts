// What is asked for: target, groups, extras, and the member of a workspace.

import type { LockFacts, Selection } from "../engine/protocol.ts";
import { byId, fill, freshId, h } from "./dom.ts";
import { TargetFields } from "./target-fields.ts";

export class Choices {
  readonly #targets: TargetFields;
  readonly #form = byId<HTMLFormElement>("choice-form");
  readonly #onchange: () => void;
  #groups: HTMLInputElement[] = [];
  #extras: HTMLInputElement[] = [];
  #member: HTMLSelectElement | null = null;

  constructor(onchange: () => void) {
    this.#targets = new TargetFields(() => this.#changed());
    this.#onchange = onchange;
    this.#form.onsubmit = (event) => event.preventDefault();
    // Where there is little room they stand above the answers, and are opened when they are wanted.
    if (matchMedia("(width < 45rem)").matches) byId<HTMLDetailsElement>("choices").open = false;
  }

  get selection(): Selection {
    return {
      target: this.#targets.target,
      groups: chosen(this.#groups),
      extras: chosen(this.#extras),
      member: this.#member === null || this.#member.value === "" ? null : this.#member.value,
    };
  }

  show({ pythons, groups, extras, members }: LockFacts): void {
    this.#targets.show(pythons, 0);
    this.#groups = groups.map(([name, isChosen]) => this.#checkbox(name, isChosen));
    this.#extras = extras.map((name) => this.#checkbox(name, false));
    this.#member = members.length > 1 ? this.#memberChoice(members) : null;
    fill(
      this.#form,
      this.#targets.element,
      fieldset("Groups", this.#groups),
      fieldset("Extras", this.#extras),
      this.#member && h("p", { class: "field" }, h("label", { for: this.#member.id }, "Start from"), this.#member),
    );
    this.#summarise();
  }

  #memberChoice(members: readonly string[]): HTMLSelectElement {
    const options = members.map((name) => h("option", { value: name }, name));
    const usual = [h("option", { value: "" }, "the project"), h("option", { value: "*" }, "every member")];
    return h("select", { id: freshId(), onchange: () => this.#changed() }, ...usual, ...options);
  }

  #checkbox(name: string, isChosen: boolean): HTMLInputElement {
    const input = h("input", { type: "checkbox", value: name, id: freshId(), onchange: () => this.#changed() });
    input.checked = isChosen;
    return input;
  }

  #changed(): void {
    this.#summarise();
    this.#onchange();
  }

  /** What stands in the summary when the choices are folded. */
  #summarise(): void {
    const { target, groups, extras } = this.selection;
    byId("asked").textContent = [target, ...groups, ...extras].join(" · ");
  }
}

function fieldset(legend: string, inputs: readonly HTMLInputElement[]): HTMLFieldSetElement | null {
  if (inputs.length === 0) return null;
  const boxes = inputs.map((input) => h("label", { class: "check", for: input.id }, input, h("span", {}, input.value)));
  return h("fieldset", {}, h("legend", {}, legend), h("div", { class: "checks" }, ...boxes));
}

function chosen(inputs: readonly HTMLInputElement[]): string[] {
  return inputs.filter(({ checked }) => checked).map(({ value }) => value);
}
