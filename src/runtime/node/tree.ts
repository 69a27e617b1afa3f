// The hash of a file tree on disk, as `nix hash path` gives it.
//
// Invariant: names and link targets are bytes throughout, so that none is changed by decoding; links are never followed;
// what is neither file, folder nor link is refused, as Nix refuses it.

import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";
import { HASH_SLICE } from "../../core/abi.ts";
import { Hasher } from "../../core/hasher.ts";
import { shellError } from "../../words/errors.ts";
import { reasonOf } from "./hashing.ts";

export interface TreeOptions {
  readonly hasher?: Hasher;
  /** The name of entries that do not count, wherever they stand. */
  readonly leftOut?: string;
}

/** SHA-256 of the tree's NAR serialisation: 32 bytes. */
export function hashTree(path: string, { hasher = new Hasher(), leftOut }: TreeOptions = {}): Uint8Array {
  const buffer = new Uint8Array(HASH_SLICE);
  hasher.startTree();
  node(Buffer.from(path));
  return hasher.treeDigest();

  function node(at: Buffer): void {
    const status = read(at, () => lstatSync(at));
    if (status.isDirectory()) folder(at);
    else if (status.isFile()) file(at);
    else if (status.isSymbolicLink()) hasher.link(read(at, () => readlinkSync(at, { encoding: "buffer" })));
    else throw shellError("file-special", { text: at.toString(), path: at.toString() });
  }

  function folder(at: Buffer): void {
    hasher.enterFolder();
    for (const name of read(at, () => readdirSync(at, { encoding: "buffer" })).sort(Buffer.compare)) {
      if (name.toString("latin1") === leftOut) continue;
      hasher.enterEntry(name);
      node(Buffer.concat([at, SLASH, name]));
    }
    hasher.leaveFolder();
  }

  function file(at: Buffer): void {
    const descriptor = read(at, () => openSync(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)));
    try {
      const { size, mode } = fstatSync(descriptor);
      hasher.enterFile((mode & OWNER_EXECUTES) !== 0, size);
      for (let taken = 1; taken > 0; ) {
        taken = read(at, () => readSync(descriptor, buffer));
        hasher.takeFile(buffer.subarray(0, taken));
      }
    } finally {
      closeSync(descriptor);
    }
  }
}

const SLASH = Buffer.from("/");
const OWNER_EXECUTES = 0o100;

function read<Result>(at: Buffer, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw shellError("file-unreadable", { text: at.toString(), detail: reasonOf(error), path: at.toString() });
  }
}
