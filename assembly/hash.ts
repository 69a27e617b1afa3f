// The exports of the hash module, for JavaScript hosts: digests, their texts, hashes of file trees. It knows no locks.
//
//   room(size) -> address                              bytes for the host to write into, kept until `forget`
//   open(algorithm) -> context, update, finish, close  one digest; as many contexts at once as are wanted
//   updateFour(request)                                SHA-256 of four messages side by side
//   tree, folder, entry, leave, file, bytes, link, treeHash    the hash of a file tree, as events (hash/nar.ts)
//   encode, decode                                     hexadecimal, base64, Nix's base32
//
// Invariant: no imports, and no trap as long as addresses come from `room` and `open`.

import { ABI_VERSION, FOUR_ADDRESS, FOUR_BLOCKS, FOUR_CONTEXT, HASH_SHA256 } from "../src/core/abi";
import { Context, closeContext, digestSize, openContext } from "./hash/context";
import * as nar from "./hash/nar";
import { sha256FourBlocks } from "./hash/sha256";
import { allocate } from "./memory/arena";
import * as base from "./memory/base";
import { begin, status } from "./memory/status";

export function version(): u32 {
  return ABI_VERSION;
}

/** Address of `size` bytes, a multiple of 16; 0 when memory is out. They are never given back: ask once. */
export function room(size: u32): usize {
  begin();
  return allocate(size);
}

/** A digest begun; 0 when memory is out or the algorithm is none. */
export function open(algorithm: u32): usize {
  begin();
  if (digestSize(algorithm) == 0) return 0;
  const context = openContext();
  if (context != 0) changetype<Context>(context).start(algorithm);
  return context;
}

/** Begins anew. */
export function restart(context: usize): void {
  changetype<Context>(context).start(changetype<Context>(context).algorithm);
}

export function update(context: usize, address: usize, size: u32): void {
  changetype<Context>(context).update(address, size);
}

/** Address of the digest, which is there until the context is used again. */
export function finish(context: usize): usize {
  return changetype<Context>(context).finish();
}

export function close(context: usize): void {
  closeContext(context);
}

export function sizeOf(algorithm: u32): u32 {
  return digestSize(algorithm);
}

/**
 * The same number of whole blocks into each of four SHA-256 contexts that have whole blocks behind them. The request's
 * slots are src/core/abi.ts's FOUR_*; false, and nothing done, when a context is not as it must be.
 */
export function updateFour(request: usize): bool {
  const blocks = load<u32>(request, FOUR_BLOCKS << 2);
  for (let lane: u32 = 0; lane < 4; lane++) {
    const context = contextOf(request, lane);
    if (context.algorithm != HASH_SHA256 || context.waiting != 0) return false;
  }
  for (let lane: u32 = 0; lane < 4; lane++) contextOf(request, lane).total += u64(blocks) << 6;
  sha256FourBlocks(
    contextOf(request, 0).state,
    contextOf(request, 1).state,
    contextOf(request, 2).state,
    contextOf(request, 3).state,
    load<u32>(request, FOUR_ADDRESS << 2),
    load<u32>(request, (FOUR_ADDRESS + 1) << 2),
    load<u32>(request, (FOUR_ADDRESS + 2) << 2),
    load<u32>(request, (FOUR_ADDRESS + 3) << 2),
    blocks,
  );
  return true;
}

function contextOf(request: usize, lane: u32): Context {
  return changetype<Context>(usize(load<u32>(request + ((FOUR_CONTEXT + lane) << 2))));
}

// --- Texts ------------------------------------------------------------------------------------------------------------

/** Writes the text of `size` bytes in a base (BASE_*); gives its size. */
export function encode(base_: u32, from: usize, size: u32, to: usize): u32 {
  return base.encode(base_, from, size, to);
}

/** Writes the `wanted` bytes that a text stands for; false when it is not the text of so many bytes. */
export function decode(base_: u32, from: usize, size: u32, to: usize, wanted: u32): bool {
  return base.decode(base_, from, size, to, wanted);
}

// --- File trees: each call gives the status; after a failure all do nothing until `tree` --------------------------------

export function tree(): u32 {
  begin();
  nar.startTree();
  return status();
}

export function folder(): u32 {
  nar.enterFolder();
  return status();
}

export function entry(name: usize, size: u32): u32 {
  nar.enterEntry(name, size);
  return status();
}

export function leave(): u32 {
  nar.leaveFolder();
  return status();
}

/** `size` as a double, since hosts have no integers of 64 bits but BigInt: exact below 2^53. */
export function file(isExecutable: bool, size: f64): u32 {
  nar.enterFile(isExecutable, u64(size));
  return status();
}

export function bytes(address: usize, size: u32): u32 {
  nar.fileBytes(address, size);
  return status();
}

export function link(target: usize, size: u32): u32 {
  nar.link(target, size);
  return status();
}

/** Address of the tree's hash (SHA-256); 0 when it is not whole, and `outcome` says why. */
export function treeHash(): usize {
  return nar.finishTree();
}

export function outcome(): u32 {
  return status();
}
