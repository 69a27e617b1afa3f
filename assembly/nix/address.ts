// Addresses as they may be recorded: without user and password, which a lock may hold and the Nix store must not.
//
// Mirrors src/lock/address.ts, `withoutUser`: the name of an ssh account stays, without its password. What stands before
// `://` is taken to be a scheme.

import { NONE } from "../../src/core/abi";
import { allocate } from "../memory/arena";
import { indexOf } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { nullValue, stringValue } from "./values";

/** The address that a text id stands for; null for NONE. */
export function addressValue(id: u32): u32 {
  return id == NONE ? nullValue() : withoutUser(textAddress(id), textSize(id));
}

export function withoutUser(address: usize, size: u32): u32 {
  const slash = indexOf(address, size, 0x2f);
  let account = slash + 2;
  let host: u32 = 0;
  // The authority (RFC 3986, 3.2) is behind `scheme://` or `//`.
  if (load<u16>(address + slash) == 0x2f2f && (slash == 0 || load<u8>(address + slash - 1) == 0x3a)) {
    for (let i = account; i < size; i++) {
      const c: u32 = load<u8>(address + i);
      if (c == 0x2f || c == 0x3f || c == 0x23 || c <= 0x20) break; // / ? #
      if (c == 0x40) host = i + 1; // @
    }
  }
  if (host == 0) return stringValue(address, size);
  if (isSecureShell(address, slash)) {
    host--;
    account = indexOf(address, host, 0x3a, account);
  }
  const copy = allocate(size);
  if (copy == 0) return nullValue();
  memory.copy(copy, address, account);
  memory.copy(copy + account, address + host, size - host);
  return stringValue(copy, account + size - host);
}

/** Whether the scheme has `ssh` in it: `git+ssh://`. */
function isSecureShell(address: usize, size: u32): bool {
  for (let i: u32 = 0; i < size; i++) if (((load<u32>(address + i) | 0x202020) & 0xffffff) == 0x687373) return true;
  return false;
}
