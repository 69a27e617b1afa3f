// Addresses as they may be recorded: without user and password, which a lock may hold and the Nix store must not.
//
// Mirrors src/prefetch/address.ts, `withoutUser`: the name of an ssh account stays, without its password.

import { NONE } from "../../src/abi";
import { allocate } from "../arena";
import { isDigit, isLetter } from "../bytes";
import { textAddress, textSize } from "../intern";
import { nullValue, stringValue } from "./values";

/** The address that a text id stands for; null for NONE. */
export function addressValue(id: u32): u32 {
  return id == NONE ? nullValue() : withoutUser(textAddress(id), textSize(id));
}

export function withoutUser(address: usize, size: u32): u32 {
  let host: u32 = 0;
  let account = authority(address, size);
  if (account != 0) {
    for (let i = account; i < size; i++) {
      const c: u32 = load<u8>(address + i);
      if (c == 0x2f || c == 0x3f || c == 0x23 || c <= 0x20) break; // / ? #
      if (c == 0x40) host = i + 1; // @
    }
  }
  if (host == 0) return stringValue(address, size);
  if (isSecureShell(address, account)) {
    host--;
    while (account < host && load<u8>(address + account) != 0x3a) account++;
  }
  const copy = allocate(size);
  if (copy == 0) return nullValue();
  memory.copy(copy, address, account);
  memory.copy(copy + account, address + host, size - host);
  return stringValue(copy, account + size - host);
}

/** Where the authority begins (RFC 3986, 3.2), behind `scheme://` or `//`; 0 when there is none. */
function authority(address: usize, size: u32): u32 {
  let i: u32 = 0;
  if (size != 0 && isLetter(load<u8>(address))) {
    while (i < size && isSchemeCharacter(load<u8>(address + i))) i++;
    if (i == size || load<u8>(address + i) != 0x3a) return 0;
    i++;
  }
  return i + 2 <= size && load<u16>(address + i) == 0x2f2f ? i + 2 : 0;
}

/** a-z, 0-9, + - . */
function isSchemeCharacter(c: u32): bool {
  return isLetter(c) || isDigit(c) || c == 0x2b || c == 0x2d || c == 0x2e;
}

/** Whether the scheme has `ssh` in it: `git+ssh://`. */
function isSecureShell(address: usize, size: u32): bool {
  for (let i: u32 = 0; i < size; i++) if (((load<u32>(address + i) | 0x202020) & 0xffffff) == 0x687373) return true;
  return false;
}
