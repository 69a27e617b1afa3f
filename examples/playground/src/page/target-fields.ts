// A target as three choices: Python, system, and the floor of its libc or its macOS.

import type { LockFacts } from "../engine/protocol.ts";
import { fill, freshId, h } from "./dom.ts";
import { pythonName } from "./words.ts";

interface System {
  readonly label: string;
  /** What stands before the floor in a target's name. */
  readonly stem: string;
  /** What stands behind it. */
  readonly tail: string;
  readonly floor: string | null;
  readonly floors: readonly string[];
  readonly usual: string;
}

/** The glibc of nixpkgs 22.11 to unstable, and the oldest that wheels are made for. */
const GLIBC = ["2.42", "2.40", "2.39", "2.38", "2.37", "2.35", "2.28", "2.17"];
const MACOS = ["26", "15", "14", "13", "12", "11"];

const SYSTEMS: readonly System[] = [
  system("Linux, x86_64", "linux-x86_64-glibc", "", "glibc", GLIBC, "2.42"),
  system("Linux, aarch64", "linux-aarch64-glibc", "", "glibc", GLIBC, "2.42"),
  system("macOS, Apple silicon", "macos", "-arm64", "macOS", MACOS, "14"),
  system("macOS, Intel", "macos", "-x86_64", "macOS", MACOS, "13"),
  system("Windows, x86_64", "win-amd64", "", null, [""], ""),
  system("Windows, ARM", "win-arm64", "", null, [""], ""),
  system("Linux with musl, x86_64", "linux-x86_64-musl", "", "musl", ["1.2", "1.1"], "1.2"),
  system("Linux with musl, aarch64", "linux-aarch64-musl", "", "musl", ["1.2", "1.1"], "1.2"),
];

export class TargetFields {
  readonly element: HTMLElement;
  readonly #python = h("select", { id: freshId() });
  readonly #system = h("select", { id: freshId() });
  readonly #floor = h("select", { id: freshId() });
  readonly #floorName = h("label", { for: this.#floor.id });
  readonly #floorField = h("p", { class: "field" }, this.#floorName, this.#floor);
  readonly #name = h("code", { class: "target-name" });

  constructor(onchange: () => void) {
    fill(this.#system, ...SYSTEMS.map(({ label }, at) => h("option", { value: at }, label)));
    this.#system.onchange = () => {
      this.#showFloors();
      this.#changed(onchange);
    };
    for (const select of [this.#python, this.#floor]) select.onchange = () => this.#changed(onchange);
    this.element = h(
      "div",
      { class: "target-fields" },
      h("p", { class: "field" }, h("label", { for: this.#python.id }, "Python"), this.#python),
      h("p", { class: "field" }, h("label", { for: this.#system.id }, "System"), this.#system),
      this.#floorField,
      h("p", { class: "target-line" }, this.#name),
    );
    this.#showFloors();
  }

  /** `cp312-linux-x86_64-glibc2.42` */
  get target(): string {
    const { stem, tail } = SYSTEMS[Number(this.#system.value)]!;
    return `${this.#python.value}-${stem}${this.#floor.value}${tail}`;
  }

  /** The Pythons of a lock, and the newest that it admits; `system` is a place in the list of systems. */
  show(pythons: LockFacts["pythons"], system: number): void {
    const options = (isAdmitted: boolean): HTMLOptionElement[] =>
      pythons
        .filter((each) => each.isAdmitted === isAdmitted)
        .map(({ tag }) => h("option", { value: tag }, pythonName(tag)));
    const refused = options(false);
    fill(
      this.#python,
      ...options(true),
      refused.length > 0 && h("optgroup", { label: "Refused by the lock" }, ...refused),
    );
    const usual = pythons.find(({ tag, isAdmitted }) => isAdmitted && !tag.endsWith("t")) ?? pythons[0];
    this.#python.value = usual?.tag ?? "";
    this.#system.value = String(system);
    this.#showFloors();
    this.#name.textContent = this.target;
  }

  #showFloors(): void {
    const { floor, floors, usual } = SYSTEMS[Number(this.#system.value)]!;
    this.#floorName.textContent = floor ?? "";
    this.#floorField.hidden = floor === null;
    fill(this.#floor, ...floors.map((version) => h("option", { value: version }, version)));
    this.#floor.value = usual;
  }

  #changed(onchange: () => void): void {
    this.#name.textContent = this.target;
    onchange();
  }
}

function system(
  label: string,
  stem: string,
  tail: string,
  floor: string | null,
  floors: readonly string[],
  usual: string,
): System {
  return { label, stem, tail, floor, floors, usual };
}
