// The picture's colours: those of the page, as its style sheet has them for light and dark.

const NAMES = [
  "surface",
  "text",
  "text-quiet",
  "line",
  "edge",
  "node",
  "source",
  "missing",
  "accent",
  "out",
  "mark",
] as const;

export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

/** Custom properties are not worked out; the colour of an element is. */
export function paletteOf(element: HTMLElement): Palette {
  const probe = document.createElement("span");
  element.append(probe);
  const colors = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(colors) as Palette;
}
