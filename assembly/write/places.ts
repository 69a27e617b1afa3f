// What locks write of places and contents, as JSON: addresses without users, hashes as SRI.

import { NONE } from "../../src/core/abi";
import { textAddress, textSize } from "../memory/intern";
import { findUser, userEnd, userStart } from "./address";
import { output, put, putEscaped, putQuote } from "./output";
import { writeSri } from "./sri";

/** The address that a text id stands for, without user and password; null for NONE. */
export function putAddressOf(id: u32): void {
  if (id == NONE) put("null");
  else putAddress(textAddress(id), textSize(id));
}

/** An address without user and password. */
export function putAddress(address: usize, size: u32): void {
  findUser(address, size);
  putQuote();
  putEscaped(address, userStart);
  putEscaped(address + userEnd, size - userEnd);
  putQuote();
}

/** The SRI hash; null where there is none. */
export function putHash(address: usize, size: u32): void {
  if (size == 0) return put("null");
  putQuote();
  const to = output.room(size + 16);
  if (to != 0) output.count += u32(writeSri(to, address, size) - to);
  putQuote();
}
