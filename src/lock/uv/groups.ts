// Dependency groups as uv flattens them (crates/uv-workspace/src/dependency_groups.rs): included groups in place, and the
// Pythons that [tool.uv.dependency-groups] demands of a group as a marker on each of its requirements.

import { normalizeName } from "../name.ts";
import { isTable, Section } from "../pyproject/toml.ts";
import { toolUv, type UvProject } from "./workspace.ts";

/** A requirement with the markers that groups put on it. */
export interface GroupRequirement {
  readonly text: string;
  readonly markers: readonly string[];
}

export function flatGroups(project: UvProject): Map<string, readonly GroupRequirement[]> {
  const table = new Section(project.document, "", project.path).section("dependency-groups");
  const written = new Map(table.names().map((name) => [normalizeName(name), name]));
  const settings = toolUv(project).section("dependency-groups");
  const demands = new Map(
    settings.names().map((name) => [normalizeName(name), settings.section(name).text("requires-python")]),
  );
  const flat = new Map<string, readonly GroupRequirement[]>();
  const flatten = (name: string): readonly GroupRequirement[] => {
    const known = flat.get(name);
    if (known !== undefined) return known;
    // readRequirements has refused groups that include themselves, or one that is not there.
    const own = table.list(written.get(name) ?? name).flatMap((entry): readonly GroupRequirement[] => {
      if (typeof entry === "string") return [{ text: entry, markers: [] }];
      if (!isTable(entry) || typeof entry["include-group"] !== "string") throw table.wrong(name, "requirements");
      return flatten(normalizeName(entry["include-group"]));
    });
    const marker = pythonMarker(demands.get(name) ?? "");
    const all = marker === "" ? own : own.map((each) => ({ ...each, markers: [...each.markers, marker] }));
    flat.set(name, all);
    return all;
  };
  for (const name of written.keys()) flatten(name);
  const uv = toolUv(project);
  if (uv.has("dev-dependencies")) {
    const old = uv.texts("dev-dependencies").map((text) => ({ text, markers: [] }));
    flat.set("dev", [...(flat.get("dev") ?? []), ...old]);
  }
  return flat;
}

/** The specifiers that each group demands of Python, those of included groups before its own (requires_python). */
export function groupPythons(project: UvProject): Map<string, string> {
  const table = new Section(project.document, "", project.path).section("dependency-groups");
  const settings = toolUv(project).section("dependency-groups");
  const own = (group: string): string[] =>
    settings
      .names()
      .filter((name) => normalizeName(name) === group)
      .flatMap((name) => settings.section(name).text("requires-python") ?? []);
  const demanded = (group: string): string[] => [
    ...table
      .names()
      .filter((name) => normalizeName(name) === group)
      .flatMap((name) => table.list(name).filter(isTable))
      .flatMap((entry) => demanded(normalizeName(String(entry["include-group"])))),
    ...own(group),
  ];
  const pythons = table.names().map((name): [string, string] => {
    const group = normalizeName(name);
    return [group, demanded(group).join(",")];
  });
  return new Map(pythons.filter(([, python]) => python !== ""));
}

/** Only the bounds count (RequiresPython::to_marker_tree): what a set leaves out in the middle is no part of the marker. */
function pythonMarker(specifiers: string): string {
  return specifiers
    .split(",")
    .map((clause) => /^\s*(~=|==|<=|>=|<|>)\s*(\S+)\s*$/.exec(clause))
    .flatMap((match) => (match === null ? [] : [`python_full_version ${match[1]} '${match[2]}'`]))
    .join(" and ");
}
