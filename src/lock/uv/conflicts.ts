// [tool.uv] conflicts, as the lock has them: sets of extras, groups and projects of which one at most is chosen
// (crates/uv-workspace/src/workspace.rs, conflicts; crates/uv-pypi-types/src/conflicts.rs).
//
// A set is a sorted list of items, an item is `package extra:name`, `package group:name` or `package`.

import { normalizeName } from "../name.ts";
import { isTable, Section, type TomlTable, type TomlValue } from "../pyproject/toml.ts";
import type { LockTable, LockValue } from "./stated.ts";
import { projectName, toolUv, type UvProject, type UvWorkspace } from "./workspace.ts";

/** Whether the lock has the project's sets in their order, and behind them those that follow from included groups, in any. */
export function hasConflicts(document: LockTable, { root, members }: UvWorkspace): boolean {
  const isProject = projectName(root) !== null;
  const owners = [...(isProject ? [] : [root]), ...sortedMembers(members)];
  const sets = owners.flatMap((owner) => {
    const own = projectName(owner) ?? "";
    return toolUv(owner)
      .list("conflicts")
      .map((set) => (Array.isArray(set) ? set.filter(isTable).map((item) => itemOf(item, own)) : []));
  });
  const wanted = sets.map(setText);
  const all = isProject ? inferred(sets, root).map(setText) : wanted;
  const stated = statedConflicts(document);
  const isPrefix = stated.slice(0, wanted.length).join("\n") === wanted.join("\n");
  return isPrefix && [...new Set(all)].sort().join("\n") === [...new Set(stated)].sort().join("\n");
}

function statedConflicts(document: LockTable): string[] {
  const sets = Array.isArray(document.conflicts) ? (document.conflicts as readonly LockValue[]) : [];
  return sets.map((set) => setText(Array.isArray(set) ? set.map((item) => itemOf(item as LockTable, "")) : []));
}

/** As uv has them: by their names. */
function sortedMembers(members: UvWorkspace["members"]): UvProject[] {
  return [...members].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, member]) => member);
}

function itemOf(item: TomlTable | LockTable, own: string): string {
  const text = (key: string): string | null => {
    const value: TomlValue | LockValue | undefined = item[key];
    return typeof value === "string" ? normalizeName(value) : null;
  };
  const owner = text("package") ?? own;
  const extra = text("extra");
  const group = text("group");
  if (extra !== null) return `${owner} extra:${extra}`;
  return group === null ? owner : `${owner} group:${group}`;
}

function setText(items: readonly string[]): string {
  return [...new Set(items)].sort().join(", ");
}

/** A group conflicts with what conflicts with a group that it includes (expand_transitive_group_includes). */
function inferred(sets: readonly (readonly string[])[], root: UvProject): string[][] {
  const own = projectName(root) ?? "";
  const table = new Section(root.document, "", root.path).section("dependency-groups");
  const includers = (group: string, seen: ReadonlySet<string>): string[] =>
    table.names().flatMap((name) => {
      const includes = table
        .list(name)
        .some((entry) => isTable(entry) && normalizeName(String(entry["include-group"] ?? "")) === group);
      const includer = normalizeName(name);
      if (!includes || seen.has(includer)) return [];
      return [includer, ...includers(includer, new Set([...seen, includer]))];
    });
  const known = new Map(sets.map((set) => [setText(set), [...new Set(set)]]));
  const items = new Set(sets.flat().filter((item) => item.startsWith(`${own} group:`)));
  for (const item of items) {
    const group = item.slice(`${own} group:`.length);
    const others = [...new Set(includers(group, new Set()))].map((name) => `${own} group:${name}`);
    for (const set of [...known.values()].filter((each) => each.includes(item))) {
      for (const other of others) {
        const replaced = [...new Set(set.map((each) => (each === item ? other : each)))];
        known.set(setText(replaced), replaced);
      }
    }
  }
  return [...known.values()];
}
