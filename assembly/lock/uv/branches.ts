// What a lock that is a graph (uv.lock) has beside packages: branches, which are the nodes of the walk, the workspace's
// own requirements, and the extras, groups and projects that exclude each other.
//
// A package has one branch for its own requirements, one for each extra and one for each dependency group. The edges of a
// branch are a slice of `dependencies`, of which `target` and the extras' branches are found once, when all is read.
//
// Invariant: rows hold numbers only, as in tables.ts. Every edge has a target.

import { NONE } from "../../../src/core/abi";
import { Column, LOCK } from "../../memory/arena";
import { valueOf } from "./triples";

/** Spaces of the map (triples.ts). */
export const SPACE_RELEASE: u32 = 0; // name, version -> number
export const SPACE_SOURCE: u32 = 1; // SOURCE_*, address -> number
export const SPACE_PACKAGE: u32 = 2; // release, source -> package row
export const SPACE_BRANCH: u32 = 3; // package row, extra -> branch row
export const SPACE_OWNER: u32 = 4; // ITEM_*, package name -> number
export const SPACE_ITEM: u32 = 5; // owner, name -> conflict item row
export const SPACE_SYMBOL: u32 = 6; // ITEM_*, name -> symbol of the selection

export const BRANCH_OWN: u32 = 0;
export const BRANCH_EXTRA: u32 = 1;
export const BRANCH_GROUP: u32 = 2;

@unmanaged
export class Branch {
  package: u32;
  /** BRANCH_*. */
  kind: u32;
  /** Text id of the extra or group, NONE for a package's own requirements. */
  name: u32;
  /** Slice of `dependencies`. */
  dependencies: u32;
  dependencyCount: u32;
}

/** An extra that an edge asks of its target. */
@unmanaged
export class EdgeExtra {
  name: u32;
  /** NONE when nothing is required for it. */
  branch: u32;
  /** Row of `conflictItems`, NONE when no conflict and no marker speaks of it. */
  item: u32;
}

export const ITEM_PROJECT: u32 = 0;
export const ITEM_EXTRA: u32 = 1;
export const ITEM_GROUP: u32 = 2;

/** What markers and conflicts can speak of: a project, an extra or a group of a package. */
@unmanaged
export class ConflictItem {
  /** ITEM_*. */
  kind: u32;
  /** Text ids; `name` is NONE for a project. */
  package: u32;
  name: u32;
}

/** That an item belongs to a set of which at most one can be chosen; members of one set lie side by side. */
@unmanaged
export class ConflictMember {
  set: u32;
  item: u32;
  /** Span for messages. */
  address: usize;
  size: u32;
}

/** A requirement of the workspace or script itself, not of one of its members. */
@unmanaged
export class RootRequirement {
  name: u32;
  /** Text id of the dependency group, NONE for what is always required. */
  group: u32;
  /** Marker row, NONE for none. */
  marker: u32;
  /** Slice of `edgeExtras`; only the names are known, for the target depends on the environment. */
  extras: u32;
  extraCount: u32;
  address: usize;
  size: u32;
}

@unmanaged
export class GraphFacts {
  /** The package at the lock's own folder, NONE when there is none. */
  root: u32;
  /** Slices of `markerLists`. */
  forks: u32;
  forkCount: u32;
  supported: u32;
  supportedCount: u32;
  /** Span of the first supported marker, for messages. */
  supportedAddress: usize;
  supportedSize: u32;
}

/** That a member of the workspace, or the workspace itself, offers an extra or a group. */
@unmanaged
export class Offer {
  /** Text ids; `member` is NONE for the workspace itself. */
  member: u32;
  name: u32;
  isExtra: u32;
}

export const branches: Column<Branch> = changetype<Column<Branch>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const edgeExtras: Column<EdgeExtra> = changetype<Column<EdgeExtra>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const conflictItems: Column<ConflictItem> = changetype<Column<ConflictItem>>(
  memory.data<u32>([0, 0, 0, 0, LOCK]),
);
export const conflictMembers: Column<ConflictMember> = changetype<Column<ConflictMember>>(
  memory.data<u32>([0, 0, 0, 0, LOCK]),
);
export const rootRequirements: Column<RootRequirement> = changetype<Column<RootRequirement>>(
  memory.data<u32>([0, 0, 0, 0, LOCK]),
);
/** Text ids of the names of the workspace's members, as the manifest lists them. */
export const memberNames: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** The same with the project at the lock's folder: what can be asked for. */
export const workspaceNames: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const offers: Column<Offer> = changetype<Column<Offer>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
/** Marker rows, in slices. */
export const markerLists: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, LOCK]));
export const facts: GraphFacts = changetype<GraphFacts>(memory.data(offsetof<GraphFacts>()));

/** No facts, until a lock is read. */
export function startGraphFacts(): void {
  if (!isDefined(ONE_CALL)) memory.fill(changetype<usize>(facts), 0, offsetof<GraphFacts>());
  facts.root = NONE;
}

export function branchAt(row: u32): Branch {
  return changetype<Branch>(branches.at(row));
}

export function edgeExtraAt(row: u32): EdgeExtra {
  return changetype<EdgeExtra>(edgeExtras.at(row));
}

export function conflictItemAt(row: u32): ConflictItem {
  return changetype<ConflictItem>(conflictItems.at(row));
}

export function conflictMemberAt(row: u32): ConflictMember {
  return changetype<ConflictMember>(conflictMembers.at(row));
}

export function rootRequirementAt(row: u32): RootRequirement {
  return changetype<RootRequirement>(rootRequirements.at(row));
}

/** The branch of a package's extra, NONE when there is none. */
export function extraBranch(row: u32, extra: u32): u32 {
  return valueOf(SPACE_BRANCH, row, extra);
}

/** The item of that kind, NONE when nothing speaks of it. */
export function itemOf(kind: u32, owner: u32, name: u32): u32 {
  const number = valueOf(SPACE_OWNER, kind, owner);
  return number == NONE ? NONE : valueOf(SPACE_ITEM, number, name);
}
