// What several targets select of each package: equal selections are one variant.
//
// Invariant: variants of a package are in the order in which the targets first selected them.

import { idAt, packageAt, packages, pushId } from "../lock/tables";
import { Column, REQUEST } from "../memory/arena";
import { failed } from "../memory/status";
import { edges, Selection } from "../resolve/resolution";
import { orderPackages, packageIn, placeOf, sortNumbers } from "./order";

@unmanaged
export class Variant {
  /** What is taken, and how: numbers of the caller's. */
  file: u32;
  mark: u32;
  /** Slice of `edgeRows`: package rows as the resolution has them. */
  edges: u32;
  edgeCount: u32;
  /** Slice of `dependencies`: the names of the same, in order, each once. */
  dependencies: u32;
  dependencyCount: u32;
  /** The next variant of the package, as a row + 1. */
  next: u32;
}

/** The ends of a package's chain of variants, as rows + 1. */
@unmanaged
class Chain {
  first: u32;
  last: u32;
}

const variants: Column<Variant> = changetype<Column<Variant>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
const chains: Column<Chain> = changetype<Column<Chain>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
const edgeRows: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
/** Text ids. */
export const dependencies: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
/** For each target and package the variant's index among the package's + 1, 0 for none; targets one after the other. */
const choices: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));

/** False when memory is out. */
export function startVariants(): bool {
  return orderPackages() && chains.fill(packages.count);
}

/** What is gathered from now on is another target's. */
export function startChoices(): void {
  const row = choices.room(packages.count);
  if (failed()) return;
  memory.fill(row, 0, usize(packages.count) << 2);
  choices.count += packages.count;
}

/** The package's first variant as a row + 1, 0 when no target selects it. */
export function firstVariant(row: u32): u32 {
  return changetype<Chain>(chains.at(row)).first;
}

/** `row` is one more than the row's index. */
export function variantAt(row: u32): Variant {
  return changetype<Variant>(variants.at(row - 1));
}

/** The index of the package's variant that a target selects, + 1; 0 for none. */
export function choiceOf(target: u32, row: u32): u32 {
  return idAt(choices, target * packages.count + row);
}

/** The target selects this of a package. */
export function gather(selection: Selection, file: u32, mark: u32): void {
  const chain = changetype<Chain>(chains.at(selection.package));
  const edgeBytes = usize(selection.edgeCount) << 2;
  const edgeBase = edges.slice(selection.edges);
  let index: u32 = 0;
  // Targets mostly have the same edges in the same order: those that differ are looked at by name.
  for (let each = chain.first; each != 0; each = variantAt(each).next, index++) {
    const known = variantAt(each);
    if (known.file != file || known.mark != mark || known.edgeCount != selection.edgeCount) continue;
    if (memory.compare(edgeRows.slice(known.edges), edgeBase, edgeBytes) == 0) return choose(selection.package, index);
  }
  const from = dependencies.count;
  addDependencies(selection);
  const count = dependencies.count - from;
  index = 0;
  for (let each = chain.first; each != 0; each = variantAt(each).next, index++) {
    const known = variantAt(each);
    if (known.file != file || known.mark != mark || known.dependencyCount != count) continue;
    if (memory.compare(dependencies.slice(known.dependencies), dependencies.slice(from), usize(count) << 2) != 0)
      continue;
    dependencies.count = from;
    return choose(selection.package, index);
  }
  const address = variants.push();
  const copy = edgeRows.room(selection.edgeCount);
  if (failed()) return;
  memory.copy(copy, edgeBase, edgeBytes);
  const variant = changetype<Variant>(address);
  variant.file = file;
  variant.mark = mark;
  variant.edges = edgeRows.count;
  variant.edgeCount = selection.edgeCount;
  variant.dependencies = from;
  variant.dependencyCount = count;
  variant.next = 0;
  edgeRows.count += selection.edgeCount;
  if (chain.last == 0) chain.first = variants.count;
  else variantAt(chain.last).next = variants.count;
  chain.last = variants.count;
  choose(selection.package, index);
}

/** The last target takes this variant of the package. */
function choose(row: u32, variant: u32): void {
  store<u32>(choices.at(choices.count - packages.count + row), variant + 1);
}

/** The names of the packages that this one depends on, in order, each once. */
function addDependencies(selection: Selection): void {
  const from = dependencies.count;
  const to = dependencies.room(selection.edgeCount);
  if (failed()) return;
  for (let i: u32 = 0; i < selection.edgeCount; i++) pushId(dependencies, placeOf(idAt(edges, selection.edges + i)));
  sortNumbers(to, selection.edgeCount);
  let kept = from;
  for (let i = from; i < dependencies.count; i++) {
    const name = packageAt(packageIn(idAt(dependencies, i))).name;
    if (kept > from && idAt(dependencies, kept - 1) == name) continue;
    store<u32>(dependencies.at(kept++), name);
  }
  dependencies.count = kept;
}
