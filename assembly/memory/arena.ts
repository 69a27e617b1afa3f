// Memory: one bump pointer, and columns of equal rows on it. Nothing is freed but all at once.
//
// A block (column, scratch, slots) is declared with its lifetime in static memory, and is empty from the
// start. Once it has memory it is on a list; when its lifetime starts again it is found there and emptied. So nobody has
// to know which blocks there are, and none can be forgotten.
//
// Invariant: an address handed out stays valid until `rewind` or `startLifetime(LOCK)` goes below it, except that a column
// which grows may move: keep row indexes, not row addresses, across a `push` on the same column.

import { STATUS_OUT_OF_MEMORY } from "../../src/core/abi";
import { fail } from "./status";

// Lifetimes, from the longest. What lives as long as a request is emptied when a lock is read, too.
/** Until another lock is read. */
export const LOCK: u32 = 0;
/** Until another request is answered. */
export const REQUEST: u32 = isDefined(ONE_CALL) ? LOCK : 1;
/** Until another target of the same request is resolved. */
export const TARGET: u32 = isDefined(ONE_CALL) ? LOCK : 2;

/** Bytes of a block in static memory. */
export const BLOCK: i32 = 20;

/** 64 KiB, the unit of memory.grow. */
const PAGE: usize = 65536;
/** Rows of a column's first block. */
const FIRST_ROWS: u32 = 64;
/** Readable bytes behind every allocation: texts are looked at in blocks of 16. */
const SLACK: u64 = 128;

let top: usize = __heap_base;
/** The block that got its memory last, of those that have any; the others follow by `link`. */
let used: usize = 0;

/**
 * Empties what lived until now: with REQUEST and TARGET columns keep their memory, with LOCK everything is forgotten.
 * With ONE_CALL defined an instance answers one call, and all is as it should be from the start.
 */
export function startLifetime(lifetime: u32): void {
  if (isDefined(ONE_CALL)) return;
  for (let address = used; address != 0; ) {
    const block = changetype<Block>(address);
    address = block.link;
    if (block.lifetime >= lifetime) block.count = 0;
    if (lifetime != LOCK) continue;
    block.base = 0;
    block.capacity = 0;
  }
  if (lifetime != LOCK) return;
  used = 0;
  top = __heap_base;
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
  // Growing by a half at least keeps the number of calls low on large inputs, each of which may cost V8 a garbage
  // collection (3 ms); untouched pages cost nothing.
  const half = u64(memory.size()) >> 1;
  if (pages <= 65536 && memory.grow(i32(pages > half ? pages : half)) >= 0) return true;
  if (pages <= 65536 && memory.grow(i32(pages)) >= 0) return true;
  fail(STATUS_OUT_OF_MEMORY, 0, 0);
  return false;
}

/** What all kinds of blocks have in common; declared as `memory.data<u32>([0, 0, 0, 0, LIFETIME])`. */
@unmanaged
class Block {
  base: usize;
  /** Things in use. */
  count: u32;
  /** Things, or bytes, that there is memory for. */
  capacity: u32;
  /** The block after this one in the list of those with memory. */
  link: usize;
  lifetime: u32;

  /** To be called when a block gets its first memory. */
  protected enlist(): void {
    if (isDefined(ONE_CALL)) return;
    this.link = used;
    used = changetype<usize>(this);
  }

  protected next(stride: u32): usize {
    if (this.count == this.capacity && !this.grow(stride)) return 0;
    return this.base + usize(this.count++) * stride;
  }

  protected hold(rows: u32, stride: u32): bool {
    if (this.capacity >= rows) return true;
    if (this.capacity == 0) this.enlist();
    this.base = allocate(usize(rows) * stride);
    this.capacity = this.base == 0 ? 0 : rows;
    return this.base != 0;
  }

  /** A full column at the arena's end grows in place; any other moves to twice its size, so all moves cost O(rows). */
  protected grow(stride: u32): bool {
    const size = usize(this.capacity) * stride;
    if (this.capacity != 0 && this.base + size == top) {
      if (!ensure(top, size)) return false;
      top += size;
      this.capacity <<= 1;
      return true;
    }
    const capacity = this.capacity == 0 ? FIRST_ROWS : this.capacity << 1;
    const moved = allocate(usize(capacity) * stride);
    if (moved == 0) return false;
    if (this.capacity == 0) this.enlist();
    memory.copy(moved, this.base, size);
    this.base = moved;
    this.capacity = capacity;
    return true;
  }
}

/** Rows side by side. */
@unmanaged
export class Column<Row> extends Block {
  /** Bytes of a row. */
  @inline
  get stride(): u32 {
    return isReference<Row>() ? offsetof<Row>() : sizeof<Row>();
  }

  /**
   * Makes room for this many rows at once, before the first one. Room that is never used costs no memory: pages are the
   * host's until they are touched.
   */
  reserve(rows: u32): void {
    this.hold(rows, this.stride);
  }

  /** Takes over, empty as it is, the memory of rows that nobody looks at any more while their lifetime lasts. */
  adopt<Other>(rows: Column<Other>): void {
    const size = usize(rows.capacity) * rows.stride;
    if (size / this.stride <= this.capacity) return;
    if (this.capacity == 0) this.enlist();
    this.base = rows.base;
    this.capacity = u32(size / this.stride);
    rows.base = 0;
    rows.count = 0;
    rows.capacity = 0;
  }

  /** Makes it this many rows of zeros. False when memory is out. */
  fill(rows: u32): bool {
    if (!this.hold(rows, this.stride)) return false;
    memory.fill(this.base, 0, usize(rows) * this.stride);
    this.count = rows;
    return true;
  }

  /** Makes room for so many rows behind the last one, side by side, and gives the address of the first; 0 when memory is out. */
  room(rows: u32): usize {
    while (this.capacity - this.count < rows) if (!this.grow(this.stride)) return 0;
    return this.base + usize(this.count) * this.stride;
  }

  /** Makes it empty within its lifetime, and keeps its memory. */
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
    // In a small module the call is shorter than what it does.
    if (isDefined(COMPACT_WORDS)) return this.next(this.stride);
    if (this.count == this.capacity && !this.grow(this.stride)) return 0;
    return this.base + usize(this.count++) * this.stride;
  }

  /** Takes the last row away and gives its address; what is there stays until the next row is added. */
  @inline
  pop(): usize {
    if (!ASC_NO_ASSERT) assert(this.count != 0);
    return this.base + usize(--this.count) * this.stride;
  }
}

/** Working memory that is used again and again: it grows to the largest size asked for, and each use starts with zeros. */
@unmanaged
export class Scratch extends Block {
  /** Cleared bytes, valid until the next call; 0 when memory is out. */
  zeroed(size: usize): usize {
    if (size > this.capacity) {
      if (this.capacity == 0) this.enlist();
      this.capacity = u32(size + (size >> 1) + 64);
      this.base = allocate(this.capacity);
      if (this.base == 0) this.capacity = 0;
    }
    if (this.base != 0) memory.fill(this.base, 0, size);
    return this.base;
  }
}

/** The cells of an open-addressing table, zeros where they are free: a power of two of them, none before `widen`. */
@unmanaged
export class Slots<Cell> extends Block {
  /** Bytes of a cell. */
  @inline
  get stride(): u32 {
    return isReference<Cell>() ? offsetof<Cell>() : sizeof<Cell>();
  }

  @inline
  get mask(): u32 {
    return this.count - 1;
  }

  /** Address of cell `index`. */
  @inline
  at(index: u32): usize {
    if (!ASC_NO_ASSERT) assert(index < this.count);
    return this.base + usize(index) * this.stride;
  }

  /** Twice the cells (`first` when there are none), all free: what was in them has to be entered again. */
  widen(first: u32): bool {
    const count = this.count == 0 ? first : this.count << 1;
    const cells = allocateZeroed(usize(count) * this.stride);
    if (cells == 0) return false;
    if (this.capacity == 0) this.enlist();
    this.base = cells;
    this.count = count;
    this.capacity = count;
    return true;
  }
}
