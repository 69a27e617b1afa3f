// NAR, Nix's archive of a file tree (Dolstra, "The Purely Functional Software Deployment Model", figure 5.2): what the
// hash of a `fetchgit` is made of.
//
// Invariant: the bytes follow from names, contents, targets of links and the executable bit alone; entries are in the
// order of their names' bytes. A tree that no NAR can say (a name with a slash, two of one name) is refused.

import { shellError } from "./errors.ts";

/** A tree, read as it is walked. Names and targets are bytes: a file system need not know UTF-8. */
export type Tree =
  | { readonly kind: "file"; readonly isExecutable: boolean; readonly size: number; read(): AsyncIterable<Uint8Array> }
  | { readonly kind: "link"; readonly target: Uint8Array }
  | { readonly kind: "folder"; list(): Promise<readonly TreeEntry[]> };

export interface TreeEntry {
  readonly name: Uint8Array;
  readonly tree: Tree;
}

/** The archive, piece by piece. */
export async function* narBytes(tree: Tree): AsyncGenerator<Uint8Array> {
  yield text("nix-archive-1");
  yield* node(tree, 0);
}

/** Deeper trees than this are no source of a package. */
const DEPTH_LIMIT = 256;

async function* node(tree: Tree, depth: number): AsyncGenerator<Uint8Array> {
  if (depth > DEPTH_LIMIT) throw shellError("source-refused", { text: "tree", detail: "its folders are too deep" });
  yield text("(");
  if (tree.kind === "link") {
    yield joined([text("type"), text("symlink"), text("target"), framed(tree.target)]);
  } else if (tree.kind === "file") {
    yield joined([text("type"), text("regular")]);
    if (tree.isExecutable) yield joined([text("executable"), text("")]);
    yield text("contents");
    yield* contents(tree.size, tree.read());
  } else {
    yield joined([text("type"), text("directory")]);
    for (const { name, tree: inner } of sorted(await tree.list())) {
      yield joined([text("entry"), text("("), text("name"), framed(name), text("node")]);
      yield* node(inner, depth + 1);
      yield text(")");
    }
  }
  yield text(")");
}

async function* contents(size: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield length(size);
  let count = 0;
  for await (const piece of pieces) {
    count += piece.length;
    yield piece;
  }
  if (count !== size) throw shellError("source-refused", { text: "tree", detail: "a file changed while it was read" });
  yield new Uint8Array(padding(size));
}

function sorted(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const ordered = [...entries].sort((left, right) => compare(left.name, right.name));
  ordered.forEach(({ name }, index) => {
    const isDouble = index > 0 && compare(ordered[index - 1]!.name, name) === 0;
    const isDots =
      (name.length === 1 && name[0] === 0x2e) || (name.length === 2 && name[0] === 0x2e && name[1] === 0x2e);
    if (name.length === 0 || isDots || isDouble || name.includes(0x2f) || name.includes(0)) {
      throw shellError("source-refused", { text: "tree", detail: "it has an entry that no archive can name" });
    }
  });
  return ordered;
}

/** As strcmp: by unsigned bytes, a prefix first. */
function compare(left: Uint8Array, right: Uint8Array): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    if (left[index] !== right[index]) return left[index]! - right[index]!;
  }
  return left.length - right.length;
}

// --- Words: length as u64, the bytes, zeros up to a multiple of eight ----------------------------------------------

const encoder = new TextEncoder();

function text(word: string): Uint8Array {
  return framed(encoder.encode(word));
}

function framed(bytes: Uint8Array): Uint8Array {
  return joined([length(bytes.length), bytes, new Uint8Array(padding(bytes.length))]);
}

function length(size: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(size), true);
  return bytes;
}

function padding(size: number): number {
  return (8 - (size % 8)) % 8;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
