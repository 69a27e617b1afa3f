// The outcome of a call: a status code, the bytes that it is about, and a number that belongs to the message.
//
// Invariant: the first failure wins; nothing after it changes what is reported. No failure is ever a trap: whoever calls
// something that can fail asks `failed()` before it goes on.

import { NONE, STATUS_OK } from "../../src/core/abi";

let code: u32 = STATUS_OK;
let at: usize = 0;
let bytes: u32 = 0;
let number: u32 = NONE;

/** Forgets the last call's outcome. */
export function begin(): void {
  if (isDefined(ONE_CALL)) return;
  code = STATUS_OK;
  at = 0;
  bytes = 0;
  number = NONE;
}

/** Records a failure at `size` bytes from `address`, unless there is one already. */
export function fail(status: u32, address: usize, size: u32): void {
  failAbout(status, address, size, NONE);
}

/** The same, with the number that belongs to its message. */
export function failAbout(status: u32, address: usize, size: u32, detail: u32): void {
  if (code != STATUS_OK) return;
  code = status;
  at = address;
  bytes = size;
  number = detail;
}

/** A failure that was set aside. */
@unmanaged
export class Failure {
  code: u32;
  address: usize;
  size: u32;
  detail: u32;
}

/** Sets aside what failed, if anything did: there is no failure then, and work can go on. */
export function setAside(failure: Failure): void {
  failure.code = code;
  failure.address = at;
  failure.size = bytes;
  failure.detail = number;
  code = STATUS_OK;
}

/** Brings back what was set aside, if anything was and nothing has failed since. */
export function bringBack(failure: Failure): void {
  if (failure.code != STATUS_OK) failAbout(failure.code, failure.address, failure.size, failure.detail);
}

export function failed(): bool {
  return code != STATUS_OK;
}

export function status(): u32 {
  return code;
}

export function failureAddress(): usize {
  return at;
}

export function failureSize(): u32 {
  return bytes;
}

export function failureDetail(): u32 {
  return number;
}
