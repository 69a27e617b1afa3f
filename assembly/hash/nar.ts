// The hash of a file tree, as `nix hash path` gives it: SHA-256 of its NAR serialisation (E. Dolstra, The Purely
// Functional Software Deployment Model, figure 5.2; Nix's src/libutil/archive.cc). What counts is names, contents,
// executable bits and link targets; owners, times and other permissions do not.
//
// Invariant: the tree comes as events, and only a whole tree has a hash: every folder that was entered is left, the
// entries of a folder come in the order of their names' bytes, a file has as many bytes as were announced. What breaks
// this is a status, not a wrong hash. Names are bytes: they need not be UTF-8.

import {
  HASH_SHA256,
  NAR_DEPTH_LIMIT,
  NAR_NAME_LIMIT,
  STATUS_NAR_DEPTH,
  STATUS_NAR_NAME,
  STATUS_NAR_ORDER,
  STATUS_NAR_PLACE,
  STATUS_NAR_SIZE,
} from "../../src/core/abi";
import { allocate } from "../memory/arena";
import { compare, indexOf } from "../memory/bytes";
import { fail, failAbout, failed } from "../memory/status";
import { Context } from "./context";

/** What may come next: a node; something in the folder that is open; bytes of the file that is open; nothing more. */
const EXPECT_NODE: u32 = 0;
const EXPECT_ENTRY: u32 = 1;
const EXPECT_BYTES: u32 = 2;
const EXPECT_END: u32 = 3;

/** The tree being hashed: one at a time. */
const digest: Context = changetype<Context>(memory.data(256, 16));
/** Last name of each open folder, in slots of a size in 8 bytes and the name; made on first use. */
const SLOT: u32 = 8 + ((NAR_NAME_LIMIT + 7) & ~7);
let lastNames: usize = 0;
const zeros: usize = memory.data(8, 8);
const length: usize = memory.data(8, 8);

let expected: u32 = EXPECT_END;
let depth: u32 = 0;
/** Of the file that is open. */
let fileSize: u64 = 0;
let fileLeft: u64 = 0;

export function startTree(): void {
  if (lastNames == 0) lastNames = allocate(SLOT * NAR_DEPTH_LIMIT);
  if (failed()) return;
  digest.start(HASH_SHA256);
  expected = EXPECT_NODE;
  depth = 0;
  word("nix-archive-1");
}

/** The node is a folder; its entries follow, then `leaveFolder`. */
export function enterFolder(): void {
  if (!expect(EXPECT_NODE)) return;
  if (depth == u32(NAR_DEPTH_LIMIT)) return failAbout(STATUS_NAR_DEPTH, 0, 0, NAR_DEPTH_LIMIT);
  word("(");
  word("type");
  word("directory");
  store<u64>(lastNames + depth * SLOT, 0);
  depth++;
  expected = EXPECT_ENTRY;
}

/** The next entry of the open folder; its node follows. */
export function enterEntry(name: usize, size: u32): void {
  if (!expect(EXPECT_ENTRY)) return;
  if (depth == 0) return fail(STATUS_NAR_PLACE, 0, 0);
  if (!isName(name, size)) return fail(STATUS_NAR_NAME, name, size);
  const last = lastNames + (depth - 1) * SLOT;
  const lastSize = load<u32>(last);
  if (lastSize > 0 && compare(last + 8, lastSize, name, size) >= 0) return fail(STATUS_NAR_ORDER, name, size);
  store<u32>(last, size);
  memory.copy(last + 8, name, size);
  word("entry");
  word("(");
  word("name");
  bytes(name, size);
  word("node");
  expected = EXPECT_NODE;
}

export function leaveFolder(): void {
  if (!expect(EXPECT_ENTRY)) return;
  depth--;
  leaveNode();
}

/** The node is a file; `fileBytes` follow until all of `size` are there. */
export function enterFile(isExecutable: bool, size: u64): void {
  if (!expect(EXPECT_NODE)) return;
  word("(");
  word("type");
  word("regular");
  if (isExecutable) {
    word("executable");
    word("");
  }
  word("contents");
  number(size);
  fileSize = size;
  fileLeft = size;
  expected = EXPECT_BYTES;
  if (size == 0) leaveFile();
}

export function fileBytes(address: usize, size: u32): void {
  if (size == 0) return;
  if (expected != EXPECT_BYTES || u64(size) > fileLeft) return fail(STATUS_NAR_SIZE, 0, 0);
  digest.update(address, size);
  fileLeft -= size;
  if (fileLeft == 0) leaveFile();
}

export function link(target: usize, size: u32): void {
  if (!expect(EXPECT_NODE)) return;
  word("(");
  word("type");
  word("symlink");
  word("target");
  bytes(target, size);
  leaveNode();
}

/** Address of the hash, 32 bytes; 0 when the tree is not whole. */
export function finishTree(): usize {
  if (expected == EXPECT_BYTES) fail(STATUS_NAR_SIZE, 0, 0);
  if (!expect(EXPECT_END)) return 0;
  return digest.finish();
}

function leaveFile(): void {
  padding(fileSize);
  leaveNode();
}

function leaveNode(): void {
  word(")");
  if (depth == 0) {
    expected = EXPECT_END;
    return;
  }
  word(")");
  expected = EXPECT_ENTRY;
}

function expect(what: u32): bool {
  if (failed()) return false;
  if (expected == what) return true;
  fail(expected == EXPECT_BYTES ? STATUS_NAR_SIZE : STATUS_NAR_PLACE, 0, 0);
  return false;
}

/** One component of a path: what Nix itself refuses would leave the folder when it is unpacked. */
function isName(name: usize, size: u32): bool {
  if (size == 0 || size > u32(NAR_NAME_LIMIT)) return false;
  if (indexOf(name, size, 0) < size || indexOf(name, size, 0x2f) < size) return false;
  if (load<u8>(name) != 0x2e) return true;
  return !(size == 1 || (size == 2 && load<u8>(name, 1) == 0x2e));
}

// --- The serialisation: each text as its size in 8 bytes, little-endian, its bytes, and zeros up to a multiple of 8 -----

/** A word of the format: ASCII. */
function word(text: string): void {
  const size = u32(text.length);
  const data = changetype<usize>(text);
  number(size);
  for (let i: u32 = 0; i < size; i++) {
    store<u8>(length + (i & 7), load<u8>(data + (usize(i) << 1)));
    if ((i & 7) == 7) digest.update(length, 8);
  }
  digest.update(length, size & 7);
  padding(size);
}

function bytes(address: usize, size: u32): void {
  number(size);
  digest.update(address, size);
  padding(size);
}

function number(value: u64): void {
  store<u64>(length, value);
  digest.update(length, 8);
}

function padding(size: u64): void {
  digest.update(zeros, u32(-size & 7));
}
