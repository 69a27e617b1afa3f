// SHA-256 of what the command line reads: by the hash module where that is little, else by the runtime.
//
// Node.js loads its streams with node:crypto, which takes 4 ms; the module takes half a millisecond, and 3 ms for a megabyte.

import { Hasher } from "../core/hasher.ts";
import { sha256Hex as nativeSha256Hex } from "../runtime/node.ts";

/** Bytes up to which the module is quicker. */
const LITTLE = 1 << 20;

let hasher: Hasher | undefined;

/** In hexadecimal digits. */
export function sha256Hex(data: Uint8Array | string): string {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  if (bytes.length > LITTLE) return nativeSha256Hex(bytes);
  hasher ??= new Hasher();
  const context = hasher.open("sha256");
  hasher.update(context, bytes);
  const digest = hasher.digest(context, "sha256");
  hasher.close(context);
  return hasher.encode("hex", digest);
}
