// Memory: one bump pointer, and columns of equal rows on it. Nothing is freed but all at once.
//
// Invariant: an address handed out stays valid until `rewind` or `reset` goes below it, except that a column which grows
// may move: keep row indexes, not row addresses, across a `push` on the same column.

import { STATUS_OUT_OF_MEMORY } from "../../src/core/abi";
import { fail } from "./status";

/** 64 KiB, the unit of memory.grow. */
const PAGE: usize = 65536;
/** Rows of a column's first block. */
const FIRST_ROWS: u32 = 64;
/** Readable bytes behind every allocation: texts are looked at in blocks of 16. */
const SLACK: u64 = 128;

let top: usize = __heap_base;

/** Forgets everything. With ONE_CALL defined an instance answers one call, and all is as it should be from the start. */
export function reset(): void {
  if (!isDefined(ONE_CALL)) top = __heap_base;
}

/** The next free address: give it to `rewind` to free what was allocated since. */
export function mark(): usize {
  return top;
}

export function rewind(address: usize): void {
  top = address;
}

/** Reserves `size` bytes at a multiple of 16, not cleared. On failure (4 GiB, or the host's limit) the status says so, and 0. */
export function allocate(size: usize): usize {
  const address = (top + 15) & ~15;
  if (!ensure(address, size)) return 0;
  top = address + size;
  return address;
}

/** Reserves cleared bytes. */
export function allocateZeroed(size: usize): usize {
  const address = allocate(size);
  if (address != 0) memory.fill(address, 0, size);
  return address;
}

function ensure(address: usize, size: usize): bool {
  const have = u64(memory.size()) * u64(PAGE);
  const need = u64(address) + u64(size) + SLACK;
  if (need <= have) return true;
  const pages = (need - have + u64(PAGE) - 1) / u64(PAGE);
  // Growing by an eighth at least keeps the number of calls low on large inputs; untouched pages cost nothing.
  const eighth = u64(memory.size()) >> 3;
  if (pages <= 65536 && memory.grow(i32(pages > eighth ? pages : eighth)) >= 0) return true;
  if (pages <= 65536 && memory.grow(i32(pages)) >= 0) return true;
  fail(STATUS_OUT_OF_MEMORY, 0, 0);
  return false;
}

/**
 * Rows of `stride` bytes, side by side. Lives in static memory (`memory.data`), its rows in the arena.
 * A full column at the arena's end grows in place; any other moves to twice its size, so all moves together cost O(rows).
 */
@unmanaged
export class Column {
  base: usize;
  count: u32;
  capacity: u32;
  stride: u32;

  /** Makes it empty. To be called before use after each `reset`. */
  start(stride: u32): void {
    this.stride = stride;
    if (isDefined(ONE_CALL)) return;
    this.base = 0;
    this.count = 0;
    this.capacity = 0;
  }

  /**
   * Makes room for this many rows at once, before the first one. Room that is never used costs no memory: pages are the
   * host's until they are touched.
   */
  reserve(rows: u32): void {
    if (this.capacity >= rows) return;
    this.base = allocate(usize(rows) * this.stride);
    this.capacity = this.base == 0 ? 0 : rows;
  }

  /** Makes it empty and keeps its memory, for the next use of the same kind. */
  @inline
  clear(): void {
    this.count = 0;
  }

  /** Address of row `index`. The debug build stops where there is no such row: an id went on after a failure. */
  @inline
  at(index: u32): usize {
    if (!ASC_NO_ASSERT) assert(index < this.count);
    return this.base + usize(index) * this.stride;
  }

  /** Address where a slice begins that may be empty, and then may begin behind the last row. */
  @inline
  slice(index: u32): usize {
    if (!ASC_NO_ASSERT) assert(index <= this.count);
    return this.base + usize(index) * this.stride;
  }

  /** Adds a row, not cleared, and gives its address; 0 when memory is out. */
  @inline
  push(): usize {
    if (this.count == this.capacity && !this.grow()) return 0;
    return this.base + usize(this.count++) * this.stride;
  }

  /** Takes the last row away and gives its address; what is there stays until the next row is added. */
  @inline
  pop(): usize {
    if (!ASC_NO_ASSERT) assert(this.count != 0);
    return this.base + usize(--this.count) * this.stride;
  }

  private grow(): bool {
    const size = usize(this.capacity) * this.stride;
    if (this.capacity != 0 && this.base + size == top) {
      if (!ensure(top, size)) return false;
      top += size;
      this.capacity <<= 1;
      return true;
    }
    const capacity = this.capacity == 0 ? FIRST_ROWS : this.capacity << 1;
    const moved = allocate(usize(capacity) * this.stride);
    if (moved == 0) return false;
    memory.copy(moved, this.base, size);
    this.base = moved;
    this.capacity = capacity;
    return true;
  }
}

/** Working memory that is used again and again: it grows to the largest size asked for, and each use starts with zeros. */
@unmanaged
export class Scratch {
  base: usize;
  capacity: usize;

  /** To be called before use after each `reset`. */
  start(): void {
    if (isDefined(ONE_CALL)) return;
    this.base = 0;
    this.capacity = 0;
  }

  /** Cleared bytes, valid until the next call; 0 when memory is out. */
  zeroed(size: usize): usize {
    if (size > this.capacity) {
      this.capacity = size + (size >> 1) + 64;
      this.base = allocate(this.capacity);
      if (this.base == 0) this.capacity = 0;
    }
    if (this.base != 0) memory.fill(this.base, 0, size);
    return this.base;
  }
}
