// Poetry's `platform` restriction on a dependency: `win32`, `!=win32`, `linux || darwin`. It stands for a marker on
// sys_platform (poetry-core, factory.py, Factory.create_dependency), in poetry-core's generic constraint grammar
// (constraints/generic/parser.py): alternatives joined by `|` or `||`, each a list joined by commas.

import { equal } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { variableAddress, variableSize } from "./environment";

/** Whether the restriction, a text id, admits the target's value of the variable. */
export function platformAllows(restriction: u32, variable: u32): bool {
  const end = textAddress(restriction) + textSize(restriction);
  let isAllowed = false;
  let holds = true;
  let at = textAddress(restriction);
  while (at < end) {
    let stop = at;
    while (stop < end && load<u8>(stop) != 0x7c && load<u8>(stop) != 0x2c) stop++;
    if (stop > at) holds = holds && termHolds(at, stop, variable);
    if (stop == end || load<u8>(stop) == 0x7c) {
      isAllowed = isAllowed || holds;
      holds = true;
      while (stop < end && load<u8>(stop) == 0x7c) stop++;
      at = stop;
    } else at = stop + 1;
  }
  return isAllowed;
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
