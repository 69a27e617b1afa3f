// The hashes of a requirement: `--hash=algorithm:hex`, any number of them, and those of an address' fragment.
//
// Invariant: each is a file of the last package, without a name yet.

import { STATUS_LOCK_HASH, STATUS_REQUIREMENTS_IGNORED, STATUS_REQUIREMENTS_OPTION } from "../../../src/core/abi";
import { indexOf, is, startsWith } from "../../memory/bytes";
import { fail, failed } from "../../memory/status";
import { checkHash } from "../reading";
import { Artifact, addArtifact, warn } from "../tables";
import { isBlank } from "./lines";

/** A requirement's options; those that are no hashes say how it is built. */
export function readHashes(from: usize, end: usize): void {
  for (let at = from; at < end && !failed(); ) {
    while (at < end && isBlank(load<u8>(at))) at++;
    if (at == end) return;
    let size = unbrokenSize(at, u32(end - at));
    if (startsWith(at, size, "--hash=")) {
      addHash(at + 7, size - 7);
    } else if (is(at, size, "--hash")) {
      at += size;
      while (at < end && isBlank(load<u8>(at))) at++;
      size = unbrokenSize(at, u32(end - at));
      addHash(at, size);
    } else if (isBuildOption(at, size)) warn(STATUS_REQUIREMENTS_IGNORED, at, size);
    else if (load<u8>(at) == 0x2d) fail(STATUS_REQUIREMENTS_OPTION, at, size);
    at += size;
  }
}

function isBuildOption(address: usize, size: u32): bool {
  return (
    startsWith(address, size, "--config-setting") ||
    startsWith(address, size, "--global-option") ||
    startsWith(address, size, "--install-option")
  );
}

export function addHash(address: usize, size: u32): void {
  const colon = indexOf(address, size, 0x3a);
  if (!isAlgorithm(address, colon)) return fail(STATUS_LOCK_HASH, address, size);
  checkHash(address, size);
  const row = addArtifact();
  if (row == 0) return;
  changetype<Artifact>(row).hash = address;
  changetype<Artifact>(row).hashSize = size;
}

/** pip's STRONG_HASHES. */
export function isAlgorithm(address: usize, size: u32): bool {
  return is(address, size, "sha256") || is(address, size, "sha384") || is(address, size, "sha512");
}

/** Up to the next blank. */
export function unbrokenSize(address: usize, size: u32): u32 {
  let i: u32 = 0;
  while (i < size && !isBlank(load<u8>(address + i))) i++;
  return i;
}
