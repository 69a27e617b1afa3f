// The text whose sha256 PDM writes into a lock as `content_hash` (pdm/project/project_file.py, PyProject.content_hash; read in
// PDM 2.29.3, and the same since 2.0 but for what is said below).
//
// Invariant: a text is given only when PDM itself would hash it; a workspace's hash takes its members' files as well.

import { normalizeName } from "../name.ts";
import { type JsonValue, pythonJson } from "./json.ts";
import { Section, type TomlTable } from "./toml.ts";

export function pdmHashTexts(document: TomlTable): string[] | null {
  const root = new Section(document, "", "pyproject.toml");
  const project = root.section("project");
  const settings = root.section("tool").section("pdm");
  // Since 2.27: the hash of a workspace is one over the hashes of its members.
  if (settings.has("workspace")) return null;
  const resolution = settings.section("resolution");
  const content = {
    sources: settings.list("source"),
    dependencies: project.list("dependencies"),
    "dev-dependencies": developmentGroups(root, settings),
    "optional-dependencies": project.section("optional-dependencies").values,
    "requires-python": project.text("requires-python") ?? "",
  };
  // PDM before 2.13 hashed the overrides only; a project without any resolution settings has the same in both.
  const overrides = resolution.section("overrides").values;
  return [
    ...new Set(
      [
        { ...content, resolution: resolution.values },
        { ...content, overrides },
      ].map(pythonJson),
    ),
  ];
}

/** [dependency-groups], and behind each the group of that name in [tool.pdm.dev-dependencies]. */
function developmentGroups(root: Section, settings: Section): { readonly [name: string]: JsonValue } {
  const groups: Record<string, JsonValue> = Object.create(null);
  const standard = root.section("dependency-groups");
  for (const name of standard.names()) groups[normalizeName(name)] = [...standard.list(name)];
  const own = settings.section("dev-dependencies");
  for (const name of own.names()) {
    const key = normalizeName(name);
    groups[key] = [...((groups[key] as JsonValue[] | undefined) ?? []), ...own.list(name)] as unknown as JsonValue;
  }
  return groups;
}
