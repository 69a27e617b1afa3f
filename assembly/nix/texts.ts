// Nix values of what a lock writes in its own way: addresses, file names in addresses, hashes.

import { NONE } from "../../src/core/abi";
import { allocate, rewind } from "../memory/arena";
import { textAddress, textSize } from "../memory/intern";
import { findUser, userEnd, userStart } from "../write/address";
import { writeSri } from "../write/sri";
import { nullValue, stringValue } from "./values";

/** The address that a text id stands for, without its user; null for NONE. */
export function addressValue(id: u32): u32 {
  return id == NONE ? nullValue() : withoutUser(textAddress(id), textSize(id));
}

export function withoutUser(address: usize, size: u32): u32 {
  findUser(address, size);
  if (userEnd == 0) return stringValue(address, size);
  const copy = allocate(size);
  if (copy == 0) return nullValue();
  memory.copy(copy, address, userStart);
  memory.copy(copy + userStart, address + userEnd, size - userEnd);
  return stringValue(copy, userStart + size - userEnd);
}

export function sriValue(address: usize, size: u32): u32 {
  const start = allocate(usize(size) + 16);
  if (start == 0) return nullValue();
  const end = writeSri(start, address, size);
  // It stays: what is no hash at all may be cleaned, which takes memory behind it.
  rewind(end);
  return stringValue(start, u32(end - start));
}
