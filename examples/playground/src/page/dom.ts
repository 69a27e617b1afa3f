// Elements in few words. Texts are texts: nothing that comes from a file is ever read as HTML.

type Child = Node | string | number | null | false;

export interface Attributes {
  readonly class?: string;
  readonly [name: string]: string | number | boolean | EventListener | null | undefined;
}

/** `h("button", { type: "button", onclick: f }, "Copy")`: functions are listeners, true is an attribute without a value. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  append(element, children);
  return element;
}

export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren();
  append(element, children);
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child !== null && child !== false) element.append(typeof child === "number" ? String(child) : child);
  }
}

export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`there is no #${id}`);
  return element as Kind;
}

/** For who does not see the page: what has just changed. */
export function announce(text: string): void {
  byId("status").textContent = text;
}

let ids = 0;

/** For labels. */
export function freshId(): string {
  return `id-${++ids}`;
}
