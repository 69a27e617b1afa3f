// What a uv.lock says that it was made from: its tables as they stand there, of `package` only the folders, which are the
// projects and what they name by path (crates/uv-resolver/src/lock/serialize.rs). Scalars are texts.
//
// Invariant: the document is whole (small modules keep all of it), and no deeper than the scanner lets it be.

import { NONE } from "../../src/core/abi";
import { firstControl } from "../memory/bytes";
import { ARRAY, at, first, get, keyIs, kindOf, next, TABLE } from "../text/document";
import { add, closeList, closeSet, openList, openSet, putNamed, stringValue } from "./values";

export function statedValue(): u32 {
  return tableValue(0);
}

function tableValue(table: u32): u32 {
  const from = openSet();
  for (let child = first(table); child != NONE; child = next(child)) {
    const node = at(child);
    // Nix ends a name at a NUL, and nobody asks for one with control characters.
    if (firstControl(node.keyAddress, node.keySize) == 0) putNamed(node.keyAddress, node.keySize, valueOf(child));
  }
  return closeSet(from);
}

function valueOf(node: u32): u32 {
  const kind = kindOf(node);
  if (kind == TABLE) return tableValue(node);
  if (kind != ARRAY) return stringValue(at(node).address, at(node).size);
  const from = openList();
  const isPackages = keyIs(node, "package") || keyIs(node, "distribution");
  for (let child = first(node); child != NONE; child = next(child)) {
    if (!isPackages || isFolder(child)) add(valueOf(child));
  }
  return closeList(from);
}

function isFolder(item: u32): bool {
  const source = kindOf(item) == TABLE ? get(item, "source") : NONE;
  if (source == NONE) return false;
  return get(source, "editable") != NONE || get(source, "virtual") != NONE || get(source, "directory") != NONE;
}
