// Sets of version specifiers (PEP 440, "Version specifiers"): `>=3.9,<4`, as packaging's SpecifierSet reads them.
//
// Invariant: whether a text is a set does not depend on what it is asked about; an empty text admits every version. Each
// text is parsed once.

import { NONE } from "../../src/core/abi";
import { Column, LOCK } from "../memory/arena";
import { textAddress, textSize } from "../memory/intern";
import { recall, remember, UNASKED } from "../memory/memo";
import { PRERELEASES_ALLOWED, parseSpecifiers, specifiersContain as setContains } from "./pep440";

/** Text id -> row of pep440.ts. */
const setRows: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** Whether the text is a set of specifiers; the status says where it is not. */
export function isSpecifierSet(text: u32): bool {
  return setOf(text) != NONE;
}

/** Whether every clause holds for the version (a row of pep440.ts). False after a failure, too. */
export function specifiersContain(text: u32, version: u32): bool {
  const set = setOf(text);
  return set != NONE && setContains(set, version, PRERELEASES_ALLOWED);
}

function setOf(text: u32): u32 {
  const known = recall(setRows, text);
  if (known != UNASKED) return known;
  const set = parseSpecifiers(textAddress(text), textSize(text));
  if (set != NONE) remember(setRows, text, set);
  return set;
}
