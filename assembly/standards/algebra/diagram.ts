// Functions of an environment's variables, each in one form only: ordered decision diagrams whose edges are ranges of values
// (crates/uv-pep508/src/marker/algebra.rs). Equal functions are equal numbers, until another lock is read.
//
// A variable's values are ordered: versions by PEP 440, texts by their bytes, a yes-or-no variable has the one cut 0. An edge
// starts at a cut, just before or just after a value, and reaches to the next one. Equal values are equal numbers.
//
// uv knows of some values that no environment has together (`os_name == 'nt'` on Linux). Functions that differ there alone are
// the same to it (marker/algebra/platform.rs): `possible` cuts off what does not count.
//
// Invariant: a node's variable is smaller than those of the nodes that its edges lead to; neighbouring edges lead to
// different ones. Depth and work are bounded, after which the status is STATUS_TOO_HARD.

import { NONE, STATUS_TOO_HARD } from "../../../src/core/abi";
import { Column, LOCK, Slots } from "../../memory/arena";
import { spend } from "../../memory/budget";
import { compare } from "../../memory/bytes";
import { internWord, textAddress, textSize } from "../../memory/intern";
import { fail, failed } from "../../memory/status";
import { compareVersions } from "../pep440";

export const NEVER: u32 = 0;
export const ALWAYS: u32 = 1;

// The order of variables. uv's own is another one, which changes nothing: equal functions are equal in any order.
export const OS_NAME: u32 = 0;
export const SYS_PLATFORM: u32 = 1;
export const PLATFORM_SYSTEM: u32 = 2;
export const PLATFORM_MACHINE: u32 = 3;
export const PYTHON_IMPLEMENTATION: u32 = 4;
export const PLATFORM_RELEASE: u32 = 5;
export const PLATFORM_VERSION: u32 = 6;
export const IMPLEMENTATION_NAME: u32 = 7;
export const IMPLEMENTATION_VERSION: u32 = 8;
export const PYTHON_FULL_VERSION: u32 = 9;
/** platform_release where it is a version, as on Darwin. */
export const RELEASE_VERSION: u32 = 10;
/** Versions of a package. */
export const CANDIDATE: u32 = 11;
/** From here on yes-or-no variables, as they come up; the odd ones are extras. */
export const FIRST_SWITCH: u32 = 12;

/** Variables on one way through a diagram; real markers have up to a dozen. */
const DEPTH_LIMIT: u32 = 500;
const FIRST_SLOTS: u32 = 256;

@unmanaged
class Node {
  variable: u32;
  /** Slice of `edges`. */
  first: u32;
  count: u32;
}

@unmanaged
class Edge {
  /** Where it starts: a text id or a version row, 0 for a switch; NONE for the first edge, which starts below everything. */
  value: u32;
  /** 1 when it starts just after the value, 0 when just before. */
  isAfter: u32;
  /** The node that it leads to. */
  node: u32;
}

@unmanaged
class Result {
  operation: u32;
  a: u32;
  b: u32;
  /** The node + 1; 0 in a free slot. */
  node: u32;
}

const nodes: Column<Node> = changetype<Column<Node>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
const edges: Column<Edge> = changetype<Column<Edge>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Edges of nodes that are being made. */
const drafts: Column<Edge> = changetype<Column<Edge>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Open addressing: the nodes, and the results of operations. */
const nodeSlots: Slots<u32> = changetype<Slots<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
const results: Slots<Result> = changetype<Slots<Result>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** One cell: the node of the exclusions + 1. */
const excluded: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

const BOTH: u32 = 1;
const OPPOSITE: u32 = 2;
const CLIPPED: u32 = 3;
const MENTIONS: u32 = 4;

let resultCount: u32 = 0;
let depth: u32 = 0;

/** Where the node that is made next begins among the drafts: to be given to `finish`. */
export function draft(): u32 {
  if (nodes.count == 0) startNodes();
  return drafts.count;
}

/** Adds an edge; the cuts come in order, the first one is NONE. */
export function edge(value: u32, isAfter: bool, node: u32): void {
  const row = drafts.push();
  if (row == 0) return;
  const each = changetype<Edge>(row);
  each.value = value;
  each.isAfter = u32(isAfter);
  each.node = node;
}

/** The node with the edges that were added since `draft`. */
export function finish(variable: u32, from: u32): u32 {
  const end = drafts.count;
  let kept = from;
  for (let i = from; i < end; i++) {
    const each = draftAt(i);
    if (kept != from && draftAt(kept - 1).node == each.node) continue;
    if (kept != i) memory.copy(drafts.at(kept), drafts.at(i), offsetof<Edge>());
    kept++;
  }
  const count = kept - from;
  const node = failed() ? NEVER : count == 1 ? draftAt(from).node : uniqueNode(variable, from, count);
  drafts.count = from;
  return node;
}

/** The function that is true when the variable lies between two cuts; NONE for no bound. */
export function between(variable: u32, low: u32, isAfterLow: bool, high: u32, isAfterHigh: bool): u32 {
  const from = draft();
  if (low != NONE) {
    edge(NONE, false, NEVER);
    edge(low, isAfterLow, ALWAYS);
  } else edge(NONE, false, ALWAYS);
  if (high != NONE) edge(high, isAfterHigh, NEVER);
  return finish(variable, from);
}

export function isExactly(variable: u32, value: u32): u32 {
  return between(variable, value, false, value, true);
}

export function isSwitched(variable: u32): u32 {
  return between(variable, 0, false, NONE, false);
}

export function both(a: u32, b: u32): u32 {
  if (a == ALWAYS || a == b) return b;
  if (b == ALWAYS) return a;
  if (a == NEVER || b == NEVER) return NEVER;
  const known = resultOf(BOTH, a, b);
  if (known != NONE || !enter()) return known == NONE ? NEVER : known;
  const x = nodeAt(a).variable;
  const y = nodeAt(b).variable;
  const from = draft();
  if (x == y) joinEdges(a, b);
  else {
    const upper = x < y ? a : b;
    const lower = x < y ? b : a;
    for (let i: u32 = 0; i < nodeAt(upper).count; i++) {
      const node = both(edgeOf(upper, i).node, lower);
      edge(edgeOf(upper, i).value, edgeOf(upper, i).isAfter != 0, node);
    }
  }
  depth--;
  return remember(BOTH, a, b, finish(x < y ? x : y, from));
}

export function either(a: u32, b: u32): u32 {
  return opposite(both(opposite(a), opposite(b)));
}

export function opposite(a: u32): u32 {
  if (a <= ALWAYS) return a ^ 1;
  const known = resultOf(OPPOSITE, a, 0);
  if (known != NONE || !enter()) return known == NONE ? NEVER : known;
  const from = draft();
  for (let i: u32 = 0; i < nodeAt(a).count; i++) {
    const node = opposite(edgeOf(a, i).node);
    edge(edgeOf(a, i).value, edgeOf(a, i).isAfter != 0, node);
  }
  depth--;
  return remember(OPPOSITE, a, 0, finish(nodeAt(a).variable, from));
}

/**
 * The function where the variable is known to lie in the bounding range of `range`: what lies outside may be anything, and is
 * what lies next to it (simplify_python_versions). `range` is a function of that variable alone.
 */
export function clipped(a: u32, range: u32): u32 {
  if (a <= ALWAYS || range == ALWAYS) return a;
  if (range == NEVER) return NEVER;
  const known = resultOf(CLIPPED, a, range);
  if (known != NONE || !enter()) return known == NONE ? NEVER : known;
  const variable = nodeAt(a).variable;
  const from = draft();
  if (variable == nodeAt(range).variable) clipEdges(a, range, from);
  else {
    for (let i: u32 = 0; i < nodeAt(a).count; i++) {
      const node = clipped(edgeOf(a, i).node, range);
      edge(edgeOf(a, i).value, edgeOf(a, i).isAfter != 0, node);
    }
  }
  depth--;
  return remember(CLIPPED, a, range, finish(variable, from));
}

/** Whether the function asks about an extra. */
export function mentionsExtra(a: u32): bool {
  if (a <= ALWAYS) return false;
  const variable = nodeAt(a).variable;
  if (variable >= FIRST_SWITCH && (variable & 1) != 0) return true;
  const known = resultOf(MENTIONS, a, 0);
  if (known != NONE || !enter()) return known == ALWAYS;
  let found = NEVER;
  for (let i: u32 = 0; i < nodeAt(a).count; i++) if (mentionsExtra(edgeOf(a, i).node)) found = ALWAYS;
  depth--;
  return remember(MENTIONS, a, 0, found) == ALWAYS;
}

/** The function that is true between the first and the last value that `range` is true for. */
export function boundsOf(range: u32): u32 {
  if (range <= ALWAYS) return range;
  const variable = nodeAt(range).variable;
  const last = nodeAt(range).count - 1;
  const isOpenBelow = edgeOf(range, 0).node == ALWAYS;
  const isOpenAbove = edgeOf(range, last).node == ALWAYS;
  return between(
    variable,
    isOpenBelow ? NONE : edgeOf(range, 1).value,
    edgeOf(range, 1).isAfter != 0,
    isOpenAbove ? NONE : edgeOf(range, last).value,
    edgeOf(range, last).isAfter != 0,
  );
}

// --- Operations -----------------------------------------------------------------------------------------------------------

/** Goes along the edges of two nodes of one variable. */
function joinEdges(a: u32, b: u32): void {
  const variable = nodeAt(a).variable;
  let i: u32 = 0;
  let j: u32 = 0;
  let value: u32 = NONE;
  let isAfter: u32 = 0;
  while (!failed()) {
    const node = both(edgeOf(a, i).node, edgeOf(b, j).node);
    edge(value, isAfter != 0, node);
    const hasA = i + 1 < nodeAt(a).count;
    const hasB = j + 1 < nodeAt(b).count;
    if (!hasA && !hasB) break;
    const order = !hasA ? 1 : !hasB ? -1 : compareCuts(variable, edgeOf(a, i + 1), edgeOf(b, j + 1));
    const next = order <= 0 ? edgeOf(a, i + 1) : edgeOf(b, j + 1);
    value = next.value;
    isAfter = next.isAfter;
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
}

/** Adds the edges that overlap the bounds of `range`; the first one then starts below everything. */
function clipEdges(a: u32, range: u32, from: u32): void {
  const variable = nodeAt(a).variable;
  const count = nodeAt(a).count;
  const last = nodeAt(range).count - 1;
  const isOpenBelow = edgeOf(range, 0).node == ALWAYS;
  const isOpenAbove = edgeOf(range, last).node == ALWAYS;
  for (let i: u32 = 0; i < count; i++) {
    const endsBelow = !isOpenBelow && i + 1 < count && compareCuts(variable, edgeOf(a, i + 1), edgeOf(range, 1)) <= 0;
    const startsAbove = !isOpenAbove && i != 0 && compareCuts(variable, edgeOf(a, i), edgeOf(range, last)) >= 0;
    if (endsBelow || startsAbove) continue;
    const isFirst = drafts.count == from;
    edge(isFirst ? NONE : edgeOf(a, i).value, edgeOf(a, i).isAfter != 0, edgeOf(a, i).node);
  }
}

function compareCuts(variable: u32, x: Edge, y: Edge): i32 {
  let order = 0;
  if (x.value != y.value) {
    if (variable >= IMPLEMENTATION_VERSION) order = compareVersions(x.value, y.value);
    else order = compare(textAddress(x.value), textSize(x.value), textAddress(y.value), textSize(y.value));
  }
  return order != 0 ? order : i32(x.isAfter) - i32(y.isAfter);
}

function enter(): bool {
  if (depth == DEPTH_LIMIT) fail(STATUS_TOO_HARD, 0, 0);
  if (!spend(32)) return false;
  depth++;
  return true;
}

// --- What no environment has ------------------------------------------------------------------------------------------------

/** The part of a function that some environment can have: equal for functions that are the same to uv. */
export function possible(a: u32): u32 {
  return both(a, opposite(exclusions()));
}

/** Pairs of values, as uv lists them: InternerGuard::exclusions. */
function exclusions(): u32 {
  if (excluded.count != 0) return load<u32>(excluded.at(0)) - 1;
  let all = NEVER;
  all = withPair(all, OS_NAME, "nt", "linux");
  all = withPair(all, OS_NAME, "nt", "darwin");
  all = withPair(all, OS_NAME, "nt", "ios");
  all = withPair(all, OS_NAME, "posix", "win32");
  all = withSystem(all, "FreeBSD", false);
  all = withSystem(all, "NetBSD", false);
  all = withSystem(all, "OpenBSD", false);
  all = withSystem(all, "SunOS", false);
  all = withSystem(all, "iOS", true);
  all = withSystem(all, "iPadOS", true);
  const row = excluded.push();
  if (row != 0) store<u32>(row, all + 1);
  return all;
}

/** A system that is none of the platforms; iOS and iPadOS have the platform of that name. */
function withSystem(all: u32, system: string, isApple: bool): u32 {
  all = withPair(all, PLATFORM_SYSTEM, system, "aix");
  all = withPair(all, PLATFORM_SYSTEM, system, "android");
  all = withPair(all, PLATFORM_SYSTEM, system, "emscripten");
  if (!isApple) all = withPair(all, PLATFORM_SYSTEM, system, "ios");
  all = withPair(all, PLATFORM_SYSTEM, system, "linux");
  all = withPair(all, PLATFORM_SYSTEM, system, "darwin");
  all = withPair(all, PLATFORM_SYSTEM, system, "win32");
  all = withPair(all, PLATFORM_SYSTEM, system, "cygwin");
  return withPair(all, PLATFORM_SYSTEM, system, "wasi");
}

function withPair(all: u32, variable: u32, value: string, platform: string): u32 {
  const pair = both(isExactly(variable, internWord(value)), isExactly(SYS_PLATFORM, internWord(platform)));
  return either(all, pair);
}

// --- Nodes ------------------------------------------------------------------------------------------------------------------

function nodeAt(node: u32): Node {
  return changetype<Node>(nodes.at(node));
}

function edgeOf(node: u32, index: u32): Edge {
  return changetype<Edge>(edges.at(nodeAt(node).first + index));
}

function draftAt(index: u32): Edge {
  return changetype<Edge>(drafts.at(index));
}

/** NEVER and ALWAYS have no edges. */
function startNodes(): void {
  nodes.fill(2);
  resultCount = 0;
  depth = 0;
}

function uniqueNode(variable: u32, from: u32, count: u32): u32 {
  if (nodeSlots.count < nodes.count << 1 && !widenNodes()) return NEVER;
  const bytes = usize(count) * offsetof<Edge>();
  let slot = hashOf(variable, drafts.at(from), count) & nodeSlots.mask;
  while (load<u32>(nodeSlots.at(slot)) != 0) {
    const known = load<u32>(nodeSlots.at(slot)) - 1;
    const node = nodeAt(known);
    const isSame = node.variable == variable && node.count == count;
    if (isSame && memory.compare(edges.at(node.first), drafts.at(from), bytes) == 0) return known;
    slot = (slot + 1) & nodeSlots.mask;
  }
  const first = edges.count;
  for (let i: u32 = 0; i < count; i++) {
    const copy = edges.push();
    if (copy == 0) return NEVER;
    memory.copy(copy, drafts.at(from + i), offsetof<Edge>());
  }
  const row = nodes.push();
  if (row == 0) return NEVER;
  const node = changetype<Node>(row);
  node.variable = variable;
  node.first = first;
  node.count = count;
  store<u32>(nodeSlots.at(slot), nodes.count);
  return nodes.count - 1;
}

function widenNodes(): bool {
  if (!nodeSlots.widen(FIRST_SLOTS)) return false;
  for (let row: u32 = 2; row < nodes.count; row++) {
    const node = nodeAt(row);
    let slot = hashOf(node.variable, edges.at(node.first), node.count) & nodeSlots.mask;
    while (load<u32>(nodeSlots.at(slot)) != 0) slot = (slot + 1) & nodeSlots.mask;
    store<u32>(nodeSlots.at(slot), row + 1);
  }
  return true;
}

function hashOf(variable: u32, address: usize, count: u32): u32 {
  let hash = u64(variable) * 0x9e3779b97f4a7c15;
  for (let i: u32 = 0; i < count; i++) {
    const each = changetype<Edge>(address + usize(i) * offsetof<Edge>());
    hash = (hash ^ (u64(each.value) << 1) ^ each.isAfter) * 0x9e3779b97f4a7c15;
    hash = (hash ^ each.node ^ (hash >> 29)) * 0xbf58476d1ce4e5b9;
  }
  return u32(hash >> 32);
}

/** The result of an operation that was done before, else NONE. */
function resultOf(operation: u32, a: u32, b: u32): u32 {
  if (results.count == 0) return NONE;
  let slot = mixed(operation, a, b) & results.mask;
  while (true) {
    const each = changetype<Result>(results.at(slot));
    if (each.node == 0) return NONE;
    if (each.operation == operation && each.a == a && each.b == b) return each.node - 1;
    slot = (slot + 1) & results.mask;
  }
}

function remember(operation: u32, a: u32, b: u32, node: u32): u32 {
  if (failed()) return NEVER;
  if (results.count < (resultCount + 1) << 1 && !widenResults()) return NEVER;
  enterResult(operation, a, b, node + 1);
  resultCount++;
  return node;
}

function enterResult(operation: u32, a: u32, b: u32, node: u32): void {
  let slot = mixed(operation, a, b) & results.mask;
  while (changetype<Result>(results.at(slot)).node != 0) slot = (slot + 1) & results.mask;
  const each = changetype<Result>(results.at(slot));
  each.operation = operation;
  each.a = a;
  each.b = b;
  each.node = node;
}

function widenResults(): bool {
  const old = results.base;
  const count = results.count;
  if (!results.widen(FIRST_SLOTS)) return false;
  for (let i: u32 = 0; i < count; i++) {
    const each = changetype<Result>(old + usize(i) * offsetof<Result>());
    if (each.node != 0) enterResult(each.operation, each.a, each.b, each.node);
  }
  return true;
}

function mixed(operation: u32, a: u32, b: u32): u32 {
  const cells = ((u64(a) << 32) | b) * 0x9e3779b97f4a7c15 + operation * 0x85ebca6b;
  return u32(((cells ^ (cells >> 29)) * 0xbf58476d1ce4e5b9) >> 32);
}
