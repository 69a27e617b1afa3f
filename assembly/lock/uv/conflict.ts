// Conflicts: extras, groups and projects of which a workspace allows one at a time, and the names by which markers ask
// whether they are chosen (crates/uv-resolver/src/universal_marker.rs, encode_package_extra and its siblings):
//
//   extra-<n>-<package>-<extra>   group-<n>-<package>-<group>   project-<n>-<package>      n: size of the package's name, bytes
//
// Invariant: what a marker or a conflict speaks of is one row of `conflictItems`, whichever spoke of it first.

import { NONE } from "../../../src/core/abi";
import { Column, LOCK } from "../../memory/arena";
import { decimal, indexOf, startsWith } from "../../memory/bytes";
import { intern, textAddress, textSize, texts } from "../../memory/intern";
import { atomCount, extraLiteral } from "../../standards/pep508/marker";
import { ConflictItem, conflictItems, ITEM_EXTRA, ITEM_GROUP, ITEM_PROJECT, SPACE_ITEM, SPACE_OWNER } from "./branches";
import { enter, numberOf } from "./triples";

/** For each text id the item that it names + 1; 0 for none. */
const literals: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));

/** The row of an item, made when there is none. */
export function enterItem(kind: u32, owner: u32, name: u32): u32 {
  const row = enter(SPACE_ITEM, numberOf(SPACE_OWNER, kind, owner), name, conflictItems.count);
  if (row != conflictItems.count) return row;
  const address = conflictItems.push();
  if (address == 0) return NONE;
  const item = changetype<ConflictItem>(address);
  item.kind = kind;
  item.package = owner;
  item.name = name;
  return row;
}

/** Finds the items that the markers of the lock speak of. To be called when all markers are parsed. */
export function linkLiterals(): void {
  if (!literals.fill(texts.count)) return;
  for (let i: u32 = 0; i < atomCount(); i++) {
    const literal = extraLiteral(i);
    if (literal == NONE) continue;
    const item = decoded(literal);
    if (item != NONE) store<u32>(literals.at(literal), item + 1);
  }
}

/** The item that a marker means by `extra == "<literal>"`; NONE when it means none, and then it never holds. */
export function literalItem(literal: u32): u32 {
  return literal < literals.count ? load<u32>(literals.at(literal)) - 1 : NONE;
}

function decoded(literal: u32): u32 {
  const address = textAddress(literal);
  const size = textSize(literal);
  if (startsWith(address, size, "extra-")) return itemIn(ITEM_EXTRA, address + 6, size - 6);
  if (startsWith(address, size, "group-")) return itemIn(ITEM_GROUP, address + 6, size - 6);
  return startsWith(address, size, "project-") ? itemIn(ITEM_PROJECT, address + 8, size - 8) : NONE;
}

/** `<n>-<package>` and, unless it is a project, `-<name>`. */
function itemIn(kind: u32, address: usize, size: u32): u32 {
  const dash = indexOf(address, size, 0x2d);
  const length = decimal(address, dash);
  const from = dash + 1;
  if (length == U32.MAX_VALUE || from > size || length > size - from) return NONE;
  const owner = intern(address + from, length);
  const rest = from + length;
  if (kind == ITEM_PROJECT) return rest == size ? enterItem(kind, owner, NONE) : NONE;
  if (rest + 1 >= size || load<u8>(address + rest) != 0x2d) return NONE;
  return enterItem(kind, owner, intern(address + rest + 1, size - rest - 1));
}
