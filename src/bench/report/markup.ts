// HTML and SVG as text, built from parts.
//
// Invariant: every text and every attribute is escaped here and nowhere else: names of locks are anybody's text. Nothing
// has a `style` attribute or an event handler, which the page's content security policy would refuse.

export interface Markup {
  readonly markup: string;
}

export type Child = Markup | string | number | null | readonly Child[];
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Strings among the children are text. Attributes that are null or false are left out, true ones have no value. */
export function element(name: string, attributes: Attributes, ...children: readonly Child[]): Markup {
  const written = Object.entries(attributes).map(([key, value]) => {
    if (value === null || value === undefined || value === false) return "";
    return value === true ? ` ${key}` : ` ${key}="${escaped(attributeText(value))}"`;
  });
  const open = `<${name}${written.join("")}>`;
  return { markup: VOID.includes(name) ? open : `${open}${children.map(inner).join("")}</${name}>` };
}

const VOID = ["meta", "br", "col"];

/** What is no text of anybody: the page's own style and script. */
export function verbatim(markup: string): Markup {
  return { markup };
}

function inner(child: Child): string {
  if (child === null) return "";
  if (typeof child === "string" || typeof child === "number") return escaped(`${child}`);
  return "markup" in child ? child.markup : child.map(inner).join("");
}

/** Coordinates need no more than a tenth of a pixel. */
function attributeText(value: string | number): string {
  return typeof value === "number" ? `${Math.round(value * 10) / 10}` : `${value}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
