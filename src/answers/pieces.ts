// Documents that are put together of pieces that follow one another.

/** Text, or bytes as they are (UTF-8). */
export type Piece = string | Uint8Array;

/** One array of all pieces, each copied once. */
export function joined(pieces: readonly Piece[]): Uint8Array {
  const encoder = new TextEncoder();
  const encoded = pieces.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : piece));
  const bytes = new Uint8Array(encoded.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of encoded) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
