// Test entry: scans a TOML document and lets the test walk its nodes.

import { allocateZeroed, LOCK, startLifetime } from "../../assembly/memory/arena";
import { begin, failureAddress, failureSize, status } from "../../assembly/memory/status";
import { at } from "../../assembly/text/document";
import { scanToml } from "../../assembly/text/toml/scanner";
import { INPUT_PADDING } from "../../src/core/abi";

let text: usize = 0;

/** Forgets all and makes room for a text; gives its address. */
export function input(size: u32): usize {
  startLifetime(LOCK);
  begin();
  text = allocateZeroed(size + INPUT_PADDING);
  return text;
}

export function scan(size: u32): u32 {
  scanToml(text, size);
  return status();
}

export function failedAt(): u32 {
  return u32(failureAddress() - text);
}

export function failedSize(): u32 {
  return failureSize();
}

/** Address of a node's row: kind, key address, key size, address, size, first, last, next. */
export function node(row: u32): usize {
  return changetype<usize>(at(row));
}
