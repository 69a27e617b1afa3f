// A document: what a TOML or JSON scanner saw, as one tree of equal rows. Lock readers walk it; nothing is copied.
//
// Invariant: texts point into the input. A string that had escapes was unescaped where it stood (its text never grows), so
// the host keeps its own copy for excerpts. Children keep the order of the input; keys of one table are distinct.

import { NONE, STATUS_COLLISIONS } from "../../src/core/abi";
import { Column, LOCK, Slots } from "../memory/arena";
import { PROBE_LIMIT } from "../memory/budget";
import { equal, is } from "../memory/bytes";
import { hash } from "../memory/intern";
import { fail, failed } from "../memory/status";

export const TABLE: u32 = 1;
export const ARRAY: u32 = 2;
export const STRING: u32 = 3;
export const INTEGER: u32 = 4;
export const FLOAT: u32 = 5;
export const BOOLEAN: u32 = 6;
export const DATETIME: u32 = 7;
export const LOCAL_DATETIME: u32 = 8;
export const LOCAL_DATE: u32 = 9;
export const LOCAL_TIME: u32 = 10;
export const NULL: u32 = 11;
/** Rows that a scanner recognised whole, as one element of an array: `address` is the first one's index, `size` their number. */
export const ROWS: u32 = 12;

/** How a table came to be, which decides what may still be added to it (TOML 1.0.0, "Table" and "Inline Table"). */
export const IS_IMPLICIT: u32 = 0x100; // as a parent in a header
export const IS_DOTTED: u32 = 0x200; // by a dotted key
export const IS_CLOSED: u32 = 0x400; // inline: complete as written
/** An array that `[[headers]]` add to. */
export const IS_OPEN_ARRAY: u32 = 0x800;

const KIND_MASK: u32 = 0xff;
/** Children from which a table gets a hash index; below, looking at each is quicker. */
const INDEXED_FROM: u32 = 16;

@unmanaged
export class Node {
  /** Kind and IS_* bits. */
  kind: u32;
  keyAddress: usize;
  keySize: u32;
  /** Scalars: the text, without quotes. Tables and arrays: where they begin, and the number of children. */
  address: usize;
  size: u32;
  /** Children, as rows. */
  first: u32;
  last: u32;
  next: u32;
}

/** Small modules go without rows, and so does the core that tests hold the other against. */
export const HAS_ROWS: bool = !isDefined(COMPACT_WORDS) && !isDefined(WITHOUT_ROWS);

/** `{file = "<text>", hash = "<hash>"}`, whose text has no slash. */
export const ROW_FILE: u32 = 0;
/** `{ url = "<text>", hash = "<hash>", size = <number>, upload-time = "<time>" }` */
export const ROW_URL: u32 = 1;
/** Bytes of a row's hash: `sha256:` and its digits, which have been checked. */
export const ROW_HASH_SIZE: u32 = 71;

/** An inline table of a shape that the scanner knows. Its texts have printable ASCII only. */
@unmanaged
export class Row {
  kind: u32;
  /** Of its `{`. */
  address: usize;
  text: usize;
  textSize: u32;
  /** ROW_URL: where the last segment of the text starts. 0 for a text without slashes, and for other rows. */
  name: usize;
  hash: usize;
  number: usize;
  numberSize: u32;
  /** What the number is. */
  value: u64;
  /** 0 when there is none. */
  time: usize;
  timeSize: u32;
}

const rows: Column<Row> = changetype<Column<Row>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const nodes: Column<Node> = changetype<Column<Node>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** Open addressing: pairs of parent row and child row + 1. */
const slots: Slots<u64> = changetype<Slots<u64>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
let indexed: u32 = 0;

/** Empties the document and makes its root table, row 0. */
export function startDocument(address: usize): u32 {
  indexed = 0;
  element = 0;
  isMixed = false;
  return add(TABLE, address);
}

/** Makes a node that is nobody's child. */
export function add(kind: u32, address: usize): u32 {
  const row = nodes.push();
  if (row == 0) return 0;
  const node = changetype<Node>(row);
  node.kind = kind;
  node.keyAddress = 0;
  node.keySize = 0;
  node.address = address;
  node.size = 0;
  node.first = NONE;
  node.last = NONE;
  node.next = NONE;
  return nodes.count - 1;
}

/** Makes a node and appends it to a table (with its key) or to an array (with none). The caller has looked for the key. */
export function append(parent: u32, kind: u32, address: usize, keyAddress: usize = 0, keySize: u32 = 0): u32 {
  const child = add(kind, address);
  // Memory is out: the root as its own child would be a chain without end.
  if (child == 0) return 0;
  if (HAS_ELEMENTS && parent < element) isMixed = true;
  const node = at(child);
  node.keyAddress = keyAddress;
  node.keySize = keySize;
  const owner = at(parent);
  if (owner.first == NONE) owner.first = child;
  else at(owner.last).next = child;
  owner.last = child;
  owner.size++;
  if (keyAddress != 0) {
    if (owner.size > INDEXED_FROM) enter(parent, child);
    else if (owner.size == INDEXED_FROM) {
      for (let each = owner.first; each != NONE; each = at(each).next) enter(parent, each);
    }
  }
  return child;
}

/** Completes a scalar. */
@inline
export function setScalar(node: u32, kind: u32, address: usize, size: u32): void {
  const row = at(node);
  row.kind = kind;
  row.address = address;
  row.size = size;
}

@inline
export function at(node: u32): Node {
  return changetype<Node>(nodes.at(node));
}

@inline
export function kindOf(node: u32): u32 {
  return at(node).kind & KIND_MASK;
}

@inline
export function flags(node: u32): u32 {
  return at(node).kind;
}

export function setFlags(node: u32, kind: u32): void {
  at(node).kind = kind;
}

/** The first child; rows are made nodes. */
@inline
export function first(node: u32): u32 {
  return asNode(at(node).first);
}

@inline
export function next(node: u32): u32 {
  return asNode(at(node).next);
}

/** The first child, which may be ROWS: for readers that take rows as they are. */
@inline
export function firstOrRows(node: u32): u32 {
  return at(node).first;
}

@inline
export function nextOrRows(node: u32): u32 {
  return at(node).next;
}

@inline
function asNode(node: u32): u32 {
  if (HAS_ROWS && node != NONE && at(node).kind == ROWS) unpack(node);
  return node;
}

// --- Elements -----------------------------------------------------------------------------------------------------------
//
// What a large lock has most of are the elements of one array of tables. A reader that takes them one by one as they are
// complete needs no tree of them all: the memory of one is that of the next.

/** Small modules, which answer once, keep all in the tree, and what takes elements finds none. */
export const HAS_ELEMENTS: bool = !isDefined(COMPACT_WORDS);

/** The element that is being added to, 0 when there is none. */
let element: u32 = 0;
/** Whether something was added to what is older than it. */
let isMixed: bool = false;
/** What there was before it: another element that was kept, indexed children, rows. */
let elementBefore: u32 = NONE;
let indexedBefore: u32 = 0;
let rowsBefore: u32 = 0;

/** Appends a table to an array whose elements were all taken: in the place of the last one, unless something is in the way. */
export function appendElement(array: u32, address: usize): u32 {
  dropElement(array);
  element = 0;
  const before = at(array).last;
  element = append(array, TABLE, address);
  elementBefore = before;
  isMixed = false;
  indexedBefore = indexed;
  rowsBefore = rows.count;
  return element;
}

/** The last element was taken, and leaves the array; its memory is free when nothing else is behind it. */
export function dropElement(array: u32): void {
  if (element == 0 || at(array).last != element) return;
  const owner = at(array);
  owner.last = elementBefore;
  if (elementBefore == NONE) owner.first = NONE;
  else at(elementBefore).next = NONE;
  if (isMixed || indexed != indexedBefore) return;
  nodes.count = element;
  if (HAS_ROWS) rows.count = rowsBefore;
}

/** The element that was taken last stays in the document. */
export function keepElement(): void {
  element = 0;
}

// --- Rows -------------------------------------------------------------------------------------------------------------

/** Whether a child is a run of rows of this kind; one of another kind becomes nodes. */
export function isRun(node: u32, kind: u32): bool {
  if (!HAS_ROWS || at(node).kind != ROWS) return false;
  if (rowAt(at(node).address).kind == kind) return true;
  unpack(node);
  return false;
}

/** A row in the making, not cleared; its address, 0 when memory is out. */
export function newRow(kind: u32): usize {
  const row = rows.push();
  if (row != 0) changetype<Row>(row).kind = kind;
  return row;
}

/** The row is none after all. */
export function dropRow(): void {
  rows.count--;
}

/** The row is the next element of an array: of its last run of rows, or of a new one. */
export function keepRow(array: u32): void {
  const row = rows.count - 1;
  let run = at(array).last;
  if (run == NONE || at(run).kind != ROWS || rowAt(at(run).address).kind != rowAt(row).kind) {
    run = append(array, ROWS, row);
  }
  at(run).size++;
}

export function rowAt(index: usize): Row {
  return changetype<Row>(rows.at(u32(index)));
}

/** Makes nodes of a run of rows, as the scanner would have: its own becomes the first. */
function unpack(run: u32): void {
  const from = u32(at(run).address);
  const count = at(run).size;
  const after = at(run).next;
  let node = run;
  for (let i = from; i < from + count; i++) {
    if (i != from) {
      const another = add(TABLE | IS_CLOSED, 0);
      at(node).next = another;
      node = another;
    }
    unpackRow(node, rowAt(i));
  }
  at(node).next = after;
}

function unpackRow(node: u32, row: Row): void {
  const table = at(node);
  table.kind = TABLE | IS_CLOSED;
  table.address = row.address;
  table.size = 0;
  table.first = NONE;
  table.last = NONE;
  // Keys stand so many bytes before their values: `file = "`, `url = "`, `hash = "`, `size = `, `upload-time = "`.
  if (row.kind == ROW_FILE) appendText(node, row.text - 8, 4, row.text, row.textSize);
  else appendText(node, row.text - 7, 3, row.text, row.textSize);
  appendText(node, row.hash - 8, 4, row.hash, ROW_HASH_SIZE);
  if (row.kind == ROW_FILE) return;
  setScalar(append(node, 0, 0, row.number - 7, 4), INTEGER, row.number, row.numberSize);
  if (row.time != 0) appendText(node, row.time - 15, 11, row.time, row.timeSize);
}

function appendText(table: u32, key: usize, keySize: u32, text: usize, size: u32): void {
  setScalar(append(table, 0, 0, key, keySize), STRING, text, size);
}

/** The child with this key, or NONE. */
@inline
export function find(table: u32, keyAddress: usize, keySize: u32): u32 {
  const owner = at(table);
  if (owner.size >= INDEXED_FROM) return lookUp(table, keyAddress, keySize);
  for (let child = owner.first; child != NONE; ) {
    const node = at(child);
    if (node.keySize == keySize && equal(node.keyAddress, keyAddress, keySize)) return child;
    child = node.next;
  }
  return NONE;
}

/** The child with this key, or NONE: for readers, which know a handful of ASCII keys. */
export function get(table: u32, key: string): u32 {
  for (let child = first(table); child != NONE; child = next(child)) {
    if (is(at(child).keyAddress, at(child).keySize, key)) return child;
  }
  return NONE;
}

/** Whether the node's key is this word. */
@inline
export function keyIs(node: u32, word: string): bool {
  return is(at(node).keyAddress, at(node).keySize, word);
}

function lookUp(table: u32, keyAddress: usize, keySize: u32): u32 {
  if (slots.count == 0) return NONE; // memory is out
  let slot = place(table, keyAddress, keySize);
  for (let probes: u32 = 0; probes < PROBE_LIMIT; probes++) {
    const entry = slots.at(slot);
    const child = load<u32>(entry, 4);
    if (child == 0) return NONE;
    if (load<u32>(entry) == table) {
      const node = at(child - 1);
      if (node.keySize == keySize && equal(node.keyAddress, keyAddress, keySize)) return child - 1;
    }
    slot = (slot + 1) & slots.mask;
  }
  fail(STATUS_COLLISIONS, keyAddress, keySize);
  return NONE;
}

function enter(table: u32, child: u32): void {
  if ((indexed + 1) << 1 >= slots.count && !widen()) return;
  put(table, child);
  indexed++;
}

function put(table: u32, child: u32): void {
  if (failed()) return;
  let slot = place(table, at(child).keyAddress, at(child).keySize);
  while (load<u32>(slots.at(slot), 4) != 0) slot = (slot + 1) & slots.mask;
  store<u32>(slots.at(slot), table);
  store<u32>(slots.at(slot), child + 1, 4);
}

function widen(): bool {
  const old = slots.base;
  const oldCount = slots.count;
  if (!slots.widen(256)) return false;
  for (let i: u32 = 0; i < oldCount; i++) {
    const child = load<u32>(old + (usize(i) << 3), 4);
    if (child != 0) put(load<u32>(old + (usize(i) << 3)), child - 1);
  }
  return true;
}

@inline
function place(table: u32, keyAddress: usize, keySize: u32): u32 {
  return (hash(keyAddress, keySize) ^ (table * 0x9e3779b1)) & slots.mask;
}
