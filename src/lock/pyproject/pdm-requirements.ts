// The project's requirements as PDM groups them (pdm/project/core.py, Project.get_dependencies): `main`, a group for each of
// [project.optional-dependencies], one for each of [dependency-groups] and of [tool.pdm.dev-dependencies].
//
// Invariant: what the project asks of itself, `name[extra]`, stands for that group's requirements.

import { normalizeName } from "../name.ts";
import type { DependencyGroup, ProjectRequirements, StandardRequirement } from "./requirements.ts";
import { Section, type TomlTable } from "./toml.ts";

const MAIN = "main";

export function pdmRequirements(
  document: TomlTable,
  project: string | null,
  read: ProjectRequirements,
): ProjectRequirements {
  const groups = new Map<string, string[]>();
  const add = (name: string, texts: readonly string[]): void => {
    groups.set(name, [...(groups.get(name) ?? []), ...texts]);
  };
  for (const { name, requirements } of read.groups) {
    add(name, []);
    for (const requirement of requirements) {
      if (requirement.form !== "pep508") continue;
      add(requirement.extra === "" ? name : normalizeName(requirement.extra), [requirement.text]);
    }
  }
  const root = new Section(document, "", "pyproject.toml");
  const settings = root.section("tool").section("pdm");
  const own = settings.section("dev-dependencies");
  for (const name of own.names()) {
    // PDM of 2020 wrote a table of constraints here; its locks are of a version that is refused.
    if (Array.isArray(own.values[name])) add(normalizeName(name), own.texts(name).flatMap(withoutEditable));
  }
  // An extra without requirements is a group, too.
  for (const name of root.section("project").section("optional-dependencies").names()) add(normalizeName(name), []);
  return {
    groups: [...groups.keys()].map((name): DependencyGroup => {
      const texts = expanded(name, groups, project, new Set());
      const requirements = texts.map((text): StandardRequirement => ({ form: "pep508", extra: "", text }));
      const python = name === MAIN ? (root.section("project").text("requires-python") ?? "") : "";
      return { name, optional: name !== MAIN, python, requirements };
    }),
    extras: [],
    overrides: settings.section("resolution").section("overrides").names().map(normalizeName),
  };
}

/** `-e file:///${PROJECT_ROOT}/x#egg=name`: the name is what is looked for among the locked packages. */
function withoutEditable(text: string): string[] {
  if (!text.startsWith("-e")) return [text];
  const name = /#(?:.*&)?egg=([A-Za-z0-9._-]+)/.exec(text)?.[1];
  return name === undefined ? [] : [name];
}

/** The group's requirements, with those of the groups in place of which the project itself is named. */
function expanded(
  name: string,
  groups: ReadonlyMap<string, string[]>,
  project: string | null,
  seen: Set<string>,
): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  return (groups.get(name) ?? []).flatMap((text) => {
    const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?/.exec(text);
    if (project === null || match === null || normalizeName(match[1]!) !== project) return [text];
    return (match[2] ?? "")
      .split(",")
      .filter((extra) => extra.trim() !== "")
      .flatMap((extra) => expanded(normalizeName(extra.trim()), groups, project, seen));
  });
}
