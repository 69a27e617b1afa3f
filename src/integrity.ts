// Digests: their algorithms, and how they are written: hexadecimal in locks, base64 in SRI hashes.

const ENCODED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** `sha256:<hex>` of a lock as an SRI hash, `sha256-<base64>` (w3.org/TR/SRI). A bare digest is SHA-256's. */
export function sriHash(locked: string): string {
  const colon = locked.indexOf(":");
  const algorithm = colon < 0 ? "sha256" : locked.slice(0, colon);
  return `${algorithm}-${base64(fromHex(locked.slice(colon + 1)))}`;
}

/** A digest as an SRI hash. */
export function sriOf(algorithm: string, digest: Uint8Array): string {
  return `${algorithm}-${base64(digest)}`;
}

/** SHA-256 in hexadecimal. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** RFC 4648, section 4. */
function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ENCODED[group >> 18]! + ENCODED[(group >> 12) & 63]!;
    text += left > 1 ? ENCODED[(group >> 6) & 63]! : "=";
    text += left > 2 ? ENCODED[group & 63]! : "=";
  }
  return text;
}
