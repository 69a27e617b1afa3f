// Addresses as they may be recorded: without user and password, which a lock may hold and the Nix store must not.
//
// Mirrors src/lock/address.ts, `withoutUser`: the name of an ssh account stays, without its password. What stands before
// `://` is taken to be a scheme.

import { indexOf } from "../memory/bytes";

/** What was found last: the address without its user is what is before `userStart` and what is from `userEnd` on. */
export let userStart: u32 = 0;
export let userEnd: u32 = 0;

/** Finds the user and password of an address; both ends are 0 when it has none. */
export function findUser(address: usize, size: u32): void {
  const slash = indexOf(address, size, 0x2f);
  userStart = slash + 2;
  userEnd = 0;
  // The authority (RFC 3986, 3.2) is behind `scheme://` or `//`.
  if (load<u16>(address + slash) == 0x2f2f && (slash == 0 || load<u8>(address + slash - 1) == 0x3a)) {
    for (let i = userStart; i < size; i++) {
      const c: u32 = load<u8>(address + i);
      if (c == 0x2f || c == 0x3f || c == 0x23 || c <= 0x20) break; // / ? #
      if (c == 0x40) userEnd = i + 1; // @
    }
  }
  if (userEnd == 0) {
    userStart = 0;
    return;
  }
  if (!isSecureShell(address, slash)) return;
  userEnd--;
  userStart = indexOf(address, userEnd, 0x3a, userStart);
}

/** Whether the scheme has `ssh` in it: `git+ssh://`. */
function isSecureShell(address: usize, size: u32): bool {
  for (let i: u32 = 0; i < size; i++) if (((load<u32>(address + i) | 0x202020) & 0xffffff) == 0x687373) return true;
  return false;
}
