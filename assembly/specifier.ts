// Sets of version specifiers (PEP 440, "Version specifiers"): `>=3.9,<4`, as packaging's SpecifierSet reads them.
//
// Invariant: whether a text is a set does not depend on what it is asked about; an empty text admits every version.

import { NONE, STATUS_SPECIFIER } from "../src/abi";
import { indexOf } from "./bytes";
import { textAddress, textSize } from "./intern";
import { clauseContains, operatorAt, operatorSize, parseClause } from "./pep440";
import { fail } from "./status";

/** Whether the text is a set of specifiers; the status says where it is not. */
export function isSpecifierSet(text: u32): bool {
  return holds(text, NONE);
}

/** Whether every clause holds for the version (a row of pep440.ts). False after a failure, too. */
export function specifiersContain(text: u32, version: u32): bool {
  return holds(text, version);
}

/** With no version it only looks at the grammar. */
function holds(text: u32, version: u32): bool {
  const address = textAddress(text);
  const size = textSize(text);
  let isMet = true;
  for (let from: u32 = 0; from < size; ) {
    let stop = indexOf(address, size, 0x2c, from);
    const after = stop + 1;
    while (from < stop && isBlank(load<u8>(address + from))) from++;
    while (stop > from && isBlank(load<u8>(address + stop - 1))) stop--;
    if (from < stop) {
      const operator = operatorAt(address + from, stop - from);
      const width = operator == 0 ? 0 : operatorSize(operator);
      const clause = operator == 0 ? NONE : parseClause(operator, address + from + width, stop - from - width);
      if (clause == NONE) {
        fail(STATUS_SPECIFIER, address + from, stop - from);
        return false;
      }
      if (version != NONE && !clauseContains(clause, version)) isMet = false;
    }
    from = after;
  }
  return isMet;
}

function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}
