// The bound on work that could grow faster than the input: crafted locks have thousands of versions of one name, of extras
// of one package, of tags in one file name.
//
// Invariant: a call spends at most BUDGET steps on such work, some two seconds, then fails with STATUS_TOO_HARD. The largest
// real lock that we know spends a thousandth of it.

import { STATUS_TOO_HARD } from "../../src/core/abi";
import { fail, failed } from "./status";

const BUDGET: u64 = 200000000;

/** Slots that a hash table looks at before it gives up; a table half full of unrelated texts needs some hundred at most. */
export const PROBE_LIMIT: u32 = 512;

let spent: u64 = 0;

/** To be called when a call begins. */
export function startBudget(): void {
  if (!isDefined(ONE_CALL)) spent = 0;
}

/** Counts steps; false when there were too many, or when something else failed already: then the work is to stop. */
export function spend(steps: u32): bool {
  spent += steps;
  if (spent > BUDGET) fail(STATUS_TOO_HARD, 0, 0);
  return !failed();
}
