// A digest in the making: any algorithm, fed in pieces of any size, several at once.
//
// Invariant: `total` counts every byte given; what does not fill a block waits in the context. A context that was finished
// holds its digest, and takes nothing more until it is started again.

import {
  HASH_BLAKE2B_256,
  HASH_BLAKE2B_512,
  HASH_MD5,
  HASH_SHA1,
  HASH_SHA256,
  HASH_SHA384,
  HASH_SHA512,
} from "../../src/core/abi";
import { allocate } from "../memory/arena";
import { blake2bBlocks, blake2bLast, startBlake2b } from "./blake2b";
import { md5Blocks, startMd5 } from "./md5";
import { sha1Blocks, startSha1 } from "./sha1";
import { sha256Blocks, startSha256 } from "./sha256";
import { sha512Blocks, startSha384, startSha512 } from "./sha512";

/** The largest block: SHA-512's and BLAKE2b's. */
const BLOCK_LIMIT: u32 = 128;
/** The largest state: BLAKE2b's words and count. */
const STATE_LIMIT: u32 = 80;

@unmanaged
export class Context {
  /** HASH_*. */
  algorithm: u32;
  /** Bytes that wait. */
  waiting: u32;
  total: u64;

  @inline
  get state(): usize {
    return changetype<usize>(this) + 16;
  }

  @inline
  get block(): usize {
    return changetype<usize>(this) + 16 + STATE_LIMIT;
  }

  start(algorithm: u32): void {
    this.algorithm = algorithm;
    this.waiting = 0;
    this.total = 0;
    if (algorithm == HASH_SHA256) startSha256(this.state);
    else if (algorithm == HASH_SHA512) startSha512(this.state);
    else if (algorithm == HASH_SHA384) startSha384(this.state);
    else if (algorithm == HASH_SHA1) startSha1(this.state);
    else if (algorithm == HASH_MD5) startMd5(this.state);
    else startBlake2b(this.state, digestSize(algorithm));
  }

  update(address: usize, size: u32): void {
    const blockSize = blockSizeOf(this.algorithm);
    this.total += size;
    if (this.waiting > 0) {
      const missing = blockSize - this.waiting;
      const taken = size < missing ? size : missing;
      memory.copy(this.block + this.waiting, address, taken);
      this.waiting += taken;
      address += taken;
      size -= taken;
      if (this.waiting < blockSize || (size == 0 && isBlake2b(this.algorithm))) return;
      this.take(this.block, 1);
      this.waiting = 0;
    }
    // BLAKE2b treats the last block apart: it must not be taken before more is seen to follow.
    const blocks = isBlake2b(this.algorithm) ? (size == 0 ? 0 : (size - 1) / blockSize) : size / blockSize;
    this.take(address, blocks);
    this.waiting = size - blocks * blockSize;
    memory.copy(this.block, address + blocks * blockSize, this.waiting);
  }

  /** Ends the message and gives the digest's address: `digestSize` bytes. */
  finish(): usize {
    if (isBlake2b(this.algorithm)) {
      memory.fill(this.block + this.waiting, 0, BLOCK_LIMIT - this.waiting);
      blake2bLast(this.state, this.block, this.waiting);
      return this.state;
    }
    this.pad();
    this.swapWords();
    return this.state;
  }

  /** FIPS 180-4, section 5.1: a one bit, zeros, and the size in bits in the last 8 (SHA-512: 16) bytes of a block. */
  private pad(): void {
    const blockSize = blockSizeOf(this.algorithm);
    const room = blockSize - (blockSize >> 3);
    store<u8>(this.block + this.waiting, 0x80);
    memory.fill(this.block + this.waiting + 1, 0, blockSize - this.waiting - 1);
    if (this.waiting >= room) {
      this.take(this.block, 1);
      memory.fill(this.block, 0, blockSize);
    }
    const bits = this.total << 3;
    store<u64>(this.block + blockSize - 8, this.algorithm == HASH_MD5 ? bits : bswap<u64>(bits));
    if (blockSize == 128) store<u64>(this.block + 112, bswap<u64>(this.total >> 61));
    this.take(this.block, 1);
  }

  /** The state's words in the order in which the digest has their bytes: network order but for MD5's. */
  private swapWords(): void {
    const state = this.state;
    if (this.algorithm == HASH_SHA256 || this.algorithm == HASH_SHA1) {
      for (let at: usize = 0; at < 32; at += 4) store<u32>(state + at, bswap<u32>(load<u32>(state + at)));
    } else if (this.algorithm != HASH_MD5) {
      for (let at: usize = 0; at < 64; at += 8) store<u64>(state + at, bswap<u64>(load<u64>(state + at)));
    }
  }

  private take(address: usize, blocks: u32): void {
    if (blocks == 0) return;
    if (this.algorithm == HASH_SHA256) sha256Blocks(this.state, address, blocks);
    else if (this.algorithm == HASH_SHA512 || this.algorithm == HASH_SHA384) sha512Blocks(this.state, address, blocks);
    else if (this.algorithm == HASH_SHA1) sha1Blocks(this.state, address, blocks);
    else if (this.algorithm == HASH_MD5) md5Blocks(this.state, address, blocks);
    else blake2bBlocks(this.state, address, blocks);
  }
}

/** The one that was closed last; its first word is the address of the one before. */
let free: usize = 0;

/** A context, not started; 0 when memory is out. */
export function openContext(): usize {
  if (free == 0) return allocate(16 + STATE_LIMIT + BLOCK_LIMIT);
  const context = free;
  free = load<usize>(context);
  return context;
}

/** Gives a context back for the next `openContext`. */
export function closeContext(context: usize): void {
  store<usize>(context, free);
  free = context;
}

/** Bytes of a digest; 0 for what is no algorithm. */
export function digestSize(algorithm: u32): u32 {
  if (algorithm == HASH_SHA256 || algorithm == HASH_BLAKE2B_256) return 32;
  if (algorithm == HASH_SHA512 || algorithm == HASH_BLAKE2B_512) return 64;
  if (algorithm == HASH_SHA384) return 48;
  if (algorithm == HASH_SHA1) return 20;
  return algorithm == HASH_MD5 ? 16 : 0;
}

@inline
function isBlake2b(algorithm: u32): bool {
  return algorithm == HASH_BLAKE2B_256 || algorithm == HASH_BLAKE2B_512;
}

@inline
function blockSizeOf(algorithm: u32): u32 {
  return algorithm == HASH_SHA256 || algorithm == HASH_SHA1 || algorithm == HASH_MD5 ? 64 : 128;
}
