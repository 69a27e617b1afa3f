// Tables of text: columns as wide as their longest cell, two spaces between them.

import { visibleText } from "../words/errors.ts";

/** One line for each row; the last column is not padded. Control characters are made visible. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  const printable = rows.map((row) => row.map(visibleText));
  for (const row of printable) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return printable.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join("  ")
      .trimEnd(),
  );
}

/** "1 package", "2 packages". */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
