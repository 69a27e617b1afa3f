// The order in which packages are written: by name, then by version as text, then that of the lock.
//
// Invariant: worked out once for each lock, in O(n log n) comparisons; a lock that is in order already costs one pass.

import { packageAt, packages } from "../lock/tables";
import { Column, LOCK } from "../memory/arena";
import { compare } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";

/** Package rows in this order. */
const sorted: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** For each package row its place in that order. */
const places: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** To be called before the others; false when memory is out. */
export function orderPackages(): bool {
  const count = packages.count;
  if (sorted.count == count) return true;
  const other = places;
  if (!sorted.fill(count) || !other.fill(count)) return false;
  let isSorted = true;
  for (let row: u32 = 0; row < count; row++) {
    store<u32>(sorted.at(row), row);
    isSorted = isSorted && (row == 0 || compareRows(row - 1, row) <= 0);
  }
  // Bottom-up merges, from one column into the other and back.
  if (!isSorted) {
    for (let width: u32 = 1; width < count; width <<= 1) {
      for (let from: u32 = 0; from < count; from += width << 1) merge(from, width, count, other);
      memory.copy(sorted.base, other.base, usize(count) << 2);
    }
  }
  for (let place: u32 = 0; place < count; place++) store<u32>(places.at(packageIn(place)), place);
  return true;
}

/** The package row at a place. */
export function packageIn(place: u32): u32 {
  return load<u32>(sorted.at(place));
}

export function placeOf(row: u32): u32 {
  return load<u32>(places.at(row));
}

/** Sorts u32 values that lie side by side, ascending. */
export function sortNumbers(base: usize, count: u32): void {
  if (count <= 16) {
    for (let i: u32 = 1; i < count; i++) {
      const value = numberAt(base, i);
      let at = i;
      for (; at > 0 && numberAt(base, at - 1) > value; at--) setNumber(base, at, numberAt(base, at - 1));
      setNumber(base, at, value);
    }
    return;
  }
  for (let root = count >> 1; root-- > 0; ) sink(base, root, count);
  for (let end = count - 1; end > 0; end--) {
    const largest = numberAt(base, 0);
    setNumber(base, 0, numberAt(base, end));
    setNumber(base, end, largest);
    sink(base, 0, end);
  }
}

/** Restores the heap below `root`. */
function sink(base: usize, root: u32, count: u32): void {
  const value = numberAt(base, root);
  for (let child: u32 = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && numberAt(base, child + 1) > numberAt(base, child)) child++;
    if (numberAt(base, child) <= value) break;
    setNumber(base, root, numberAt(base, child));
    root = child;
  }
  setNumber(base, root, value);
}

function numberAt(base: usize, index: u32): u32 {
  return load<u32>(base + (usize(index) << 2));
}

function setNumber(base: usize, index: u32, value: u32): void {
  store<u32>(base + (usize(index) << 2), value);
}

function merge(from: u32, width: u32, count: u32, to: Column<u32>): void {
  const middle = min(from + width, count);
  const end = min(middle + width, count);
  let left = from;
  let right = middle;
  for (let at = from; at < end; at++) {
    const takesLeft = left < middle && (right == end || compareRows(packageIn(left), packageIn(right)) <= 0);
    store<u32>(to.at(at), packageIn(takesLeft ? left++ : right++));
  }
}

function compareRows(a: u32, b: u32): i32 {
  const names = compareTexts(packageAt(a).name, packageAt(b).name);
  return names != 0 ? names : compareTexts(packageAt(a).version, packageAt(b).version);
}

/** An absent text is before every other. */
function compareTexts(a: u32, b: u32): i32 {
  if (a == b) return 0;
  if (a == u32(-1) || b == u32(-1)) return a == u32(-1) ? -1 : 1;
  return compare(textAddress(a), textSize(a), textAddress(b), textSize(b));
}
