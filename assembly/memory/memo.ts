// Answers that are worked out once: a column of u32 by the id of what was asked about.

import { NONE } from "../../src/core/abi";
import { Column } from "./arena";

/** No answer is remembered: neither a row nor NONE. */
export const UNASKED: u32 = NONE - 1;

/** What was remembered for an id, or UNASKED. */
export function recall(column: Column<u32>, id: u32): u32 {
  return id < column.count ? load<u32>(column.at(id)) : UNASKED;
}

export function remember(column: Column<u32>, id: u32, answer: u32): void {
  while (column.count <= id) {
    const cell = column.push();
    if (cell == 0) return;
    store<u32>(cell, UNASKED);
  }
  store<u32>(column.at(id), answer);
}
