// Poetry's `platform` restriction on a dependency: `win32`, `!=win32`, `linux || darwin`. It stands for a marker on
// sys_platform (poetry-core, factory.py, Factory.create_dependency), in poetry-core's generic constraint grammar
// (constraints/generic/parser.py): alternatives joined by `|` or `||`, each a list joined by commas.

import { NONE } from "../../src/core/abi";
import { equal } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { variableAddress, variableSize } from "./environment";

/** Whether the restriction, a text id, admits the target's value of the variable. */
export function platformAllows(restriction: u32, variable: u32): bool {
  const end = textAddress(restriction) + textSize(restriction);
  // Of an alternative 1 or 0; NONE before its first term.
  let holds: u32 = NONE;
  let from = textAddress(restriction);
  for (let at = from; at <= end; at++) {
    const c = at == end ? 0x7c : u32(load<u8>(at));
    if (c != 0x7c && c != 0x2c) continue;
    if (at > from) holds &= u32(termHolds(from, at, variable));
    if (c == 0x7c && holds == 1) return true;
    if (c == 0x7c) holds = NONE;
    from = at + 1;
  }
  return false;
}

/** `value`, `==value`, `=value` or `!=value`, with white space anywhere around; `*` is every value. */
function termHolds(from: usize, end: usize, variable: u32): bool {
  let isEqual = true;
  while (from < end && isMark(load<u8>(from))) {
    if (load<u8>(from) == 0x21) isEqual = false;
    from++;
  }
  while (end > from && load<u8>(end - 1) == 0x20) end--;
  const size = u32(end - from);
  if (size == 1 && load<u8>(from) == 0x2a) return true;
  return (size == variableSize(variable) && equal(from, variableAddress(variable), size)) == isEqual;
}

/** space ! = */
function isMark(c: u32): bool {
  return c == 0x20 || c == 0x21 || c == 0x3d;
}
