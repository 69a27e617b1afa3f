// What a uv.lock says it was made from: the project's requirements and settings, as uv wrote them down
// (crates/uv-resolver/src/lock/serialize.rs).
//
// Invariant: plain data out of the core's document. Of packages it has those that are folders here (assembly/lock/uv.ts); the
// names and indexes of the others, nearly all of a large lock, are in the core's tables.

import * as abi from "../../core/abi.ts";
import type { Core, Rows } from "../../core/core.ts";
import { readNames } from "../packages.ts";

export type LockValue = string | readonly LockValue[] | LockTable;
export interface LockTable {
  readonly [key: string]: LockValue;
}

/** A package that is a folder here: a project, or what one names by its path. */
export interface LockedProject {
  readonly name: string;
  /** Null where it is worked out each time it is built. */
  readonly version: string | null;
  readonly kind: "editable" | "virtual" | "directory";
  /** Relative to the lock's folder, as it is written. */
  readonly path: string;
  readonly metadata: LockTable;
  /** `default-groups`, where it is not the usual `dev`; and the Pythons that groups demand. */
  readonly defaultGroups: LockValue | undefined;
  readonly groupPython: LockTable;
}

export interface UvStated {
  readonly revision: number;
  readonly python: string;
  /** [options], [manifest], conflicts, supported-markers, required-markers. */
  readonly document: LockTable;
  readonly projects: readonly LockedProject[];
  /** Whether the lock has a package of this name. */
  hasPackage(name: string): boolean;
  /** The addresses of the indexes that packages come from. */
  readonly indexes: ReadonlySet<string>;
}

const PROJECT_KINDS = ["editable", "virtual", "directory"] as const;
export function readStated(core: Core): UvStated {
  const document = new LockDocument(core);
  const root = document.table(0, ["package", "distribution"]);
  const projects: LockedProject[] = [];
  const rows = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS);
  const ids = new Set<number>();
  const indexes = new Set<string>();
  const { count } = rows;
  let names: Set<string> | undefined;
  for (const node of document.children(document.child(0, ["package", "distribution"]))) {
    readFolder(document, node, projects, indexes);
  }
  for (let row = 0; row < count; row++) {
    if (rows.at(row, abi.PACKAGE_SOURCE) === abi.SOURCE_INDEX) ids.add(rows.at(row, abi.PACKAGE_URL));
  }
  for (const id of ids) indexes.add(core.text(id) ?? "");
  return {
    revision: Number(root.revision ?? 0),
    python: String(root["requires-python"] ?? ""),
    document: root,
    projects,
    hasPackage: (name) => {
      names ??= new Set(readNames(core));
      return names.has(name);
    },
    indexes,
  };
}

/** Of one package: the project that it is, or the index that it comes from. */
function readFolder(document: LockDocument, row: number, projects: LockedProject[], indexes: Set<string>): void {
  const source = document.child(row, ["source"]);
  if (source === null) return;
  for (const entry of document.children(source)) {
    const key = document.key(entry);
    if (key === "registry") indexes.add(document.text(entry));
    const kind = PROJECT_KINDS.find((each) => each === key);
    if (kind === undefined) continue;
    const defaultGroups = document.child(row, ["default-groups"]);
    projects.push({
      name: textAt(document, row, "name") ?? "",
      version: textAt(document, row, "version"),
      kind,
      path: document.text(entry),
      metadata: tableAt(document, row, "metadata"),
      defaultGroups: defaultGroups === null ? undefined : document.value(defaultGroups),
      groupPython: tableAt(document, row, "group-requires-python"),
    });
  }
}

function textAt(document: LockDocument, table: number, key: string): string | null {
  const node = document.child(table, [key]);
  return node === null ? null : document.text(node);
}

function tableAt(document: LockDocument, table: number, key: string): LockTable {
  const node = document.child(table, [key]);
  return node === null ? {} : document.table(node);
}

/** The document's nodes, by their rows. Scalars are the texts that stand for them. */
class LockDocument {
  readonly #core: Core;
  readonly #nodes: Rows;

  constructor(core: Core) {
    this.#core = core;
    this.#nodes = core.rows(abi.TABLE_NODE, abi.NODE_WORDS);
  }

  *children(node: number | null): Generator<number> {
    if (node === null) return;
    let child = this.#nodes.at(node, abi.NODE_FIRST);
    while (child !== abi.NONE) {
      yield child;
      child = this.#nodes.at(child, abi.NODE_NEXT);
    }
  }

  /** The child with one of these keys. */
  child(table: number, keys: readonly string[]): number | null {
    for (const child of this.children(table)) if (keys.includes(this.key(child))) return child;
    return null;
  }

  key(node: number): string {
    return this.#slice(node, abi.NODE_KEY, abi.NODE_KEY_SIZE);
  }

  text(node: number): string {
    return this.#slice(node, abi.NODE_ADDRESS, abi.NODE_SIZE);
  }

  table(node: number, without: readonly string[] = []): LockTable {
    const table: { [key: string]: LockValue } = Object.create(null);
    for (const child of this.children(node)) {
      const key = this.key(child);
      if (!without.includes(key)) table[key] = this.value(child);
    }
    return table;
  }

  value(node: number): LockValue {
    const kind = this.#nodes.at(node, abi.NODE_KIND) & 0xff;
    if (kind === abi.NODE_IS_TABLE) return this.table(node);
    if (kind === abi.NODE_IS_ARRAY) return [...this.children(node)].map((child) => this.value(child));
    return this.text(node);
  }

  #slice(node: number, address: number, size: number): string {
    return this.#core.slice(this.#nodes.at(node, address), this.#nodes.at(node, size));
  }
}
