// What is installed: for each package the condition under which it is.
//
// Invariant: a package's condition only ever widens.

import { packages } from "../lock/tables";
import { BLOCK, Scratch } from "../memory/arena";
import { any, NEVER } from "../standards/condition";

/** For each package its condition + 1; 0 while it is not known to be installed at all. */
let installed: usize = 0;
const installedMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** Nothing is installed. */
export function startInstalled(): void {
  installed = installedMemory.zeroed(usize(packages.count) << 2);
}

/** The package is installed under this condition too. */
export function install(row: u32, condition: u32): void {
  if (!ASC_NO_ASSERT) assert(row < packages.count);
  const slot = installed + (usize(row) << 2);
  const known = load<u32>(slot);
  store<u32>(slot, (known == 0 ? condition : any(known - 1, condition)) + 1);
}

/** The condition under which the package is installed; NEVER for one that is not. */
export function installedWhen(row: u32): u32 {
  if (!ASC_NO_ASSERT) assert(row < packages.count);
  const known = load<u32>(installed + (usize(row) << 2));
  return known == 0 ? NEVER : known - 1;
}
