// What the pyproject.toml files of a uv workspace say, beside each other (crates/uv-workspace/src/workspace.rs).
//
// Invariant: nothing here reads a file; whoever has the files hands over what is in them.

import { normalizeName } from "../name.ts";
import { isTable, Section, type TomlTable, type TomlValue } from "../pyproject/toml.ts";

/** A folder with a pyproject.toml. */
export interface UvProject {
  /** Absolute, with slashes and without dots. */
  readonly folder: string;
  readonly document: TomlTable;
  readonly path: string;
}

export interface UvWorkspace {
  /** Where the lock is; its pyproject.toml need not be a project. */
  readonly root: UvProject;
  /** The projects of the workspace, the root's own as well, by their normalised names. */
  readonly members: ReadonlyMap<string, UvProject>;
  /** Other folders that the lock or a source speaks of, by their paths; null where there is no pyproject.toml. */
  readonly others: ReadonlyMap<string, UvProject | null>;
  /** The paths in sources that are files; all others are folders. */
  readonly files: ReadonlySet<string>;
  /** uv's own settings: those of uv.toml beside the lock, else [tool.uv]. */
  readonly settings: Section;
  /** A script, which is a root without members, and what it requires; null for a workspace. */
  readonly script: { readonly requirements: readonly string[]; readonly python: string | null } | null;
}

/** [tool.uv]; empty when there is none. */
export function toolUv(project: UvProject): Section {
  return new Section(project.document, "", project.path).section("tool").section("uv");
}

export function projectTable(project: UvProject): Section {
  return new Section(project.document, "", project.path).section("project");
}

export function projectName(project: UvProject): string | null {
  const name = projectTable(project).text("name");
  return name === null ? null : normalizeName(name);
}

/** PyProjectToml::is_package: whether it is built and installed, not only its requirements. */
export function isPackage(project: UvProject, needsBuildSystem: boolean): boolean {
  const uv = toolUv(project);
  if (uv.has("package")) return uv.flag("package", true);
  return project.document["build-system"] !== undefined || !needsBuildSystem;
}

/** [tool.uv.sources] by normalised names, each one table or several. */
export function sourcesOf(project: UvProject): ReadonlyMap<string, readonly Section[]> {
  return remembered(SOURCES, project, readSources);
}

// Both are asked for each requirement.
const SOURCES = new WeakMap<UvProject, ReadonlyMap<string, readonly Section[]>>();

function readSources(project: UvProject): ReadonlyMap<string, readonly Section[]> {
  const table = toolUv(project).section("sources");
  return new Map(
    table.names().map((name) => {
      const value = table.values[name]!;
      const entries: readonly TomlValue[] = Array.isArray(value) ? value : [value];
      const sources = entries.map((entry) => {
        if (!isTable(entry)) throw table.wrong(name, "a table or an array of tables");
        return table.inner(name, entry);
      });
      return [normalizeName(name), sources];
    }),
  );
}

/** Members that another one, or the root, requires by `workspace = true`; and whether it says `editable` (collect_required_members). */
export function requiredMembers(workspace: UvWorkspace): ReadonlyMap<string, boolean | null> {
  return remembered(MEMBERS, workspace, readMembers);
}

const MEMBERS = new WeakMap<UvWorkspace, ReadonlyMap<string, boolean | null>>();

function readMembers({ root, members }: UvWorkspace): ReadonlyMap<string, boolean | null> {
  const required = new Map<string, boolean | null>();
  for (const project of [root, ...members.values()]) {
    const own = projectName(project);
    for (const [name, sources] of sourcesOf(project)) {
      if (name === own) continue;
      for (const source of sources) {
        if (source.values.workspace !== true) continue;
        required.set(name, source.has("editable") ? source.flag("editable", true) : null);
      }
    }
  }
  return required;
}

function remembered<Of extends object, Found>(memory: WeakMap<Of, Found>, of: Of, read: (of: Of) => Found): Found {
  const known = memory.get(of);
  if (known !== undefined) return known;
  const found = read(of);
  memory.set(of, found);
  return found;
}

/** A path from a folder: absolute, with slashes and without dots. */
export function resolved(folder: string, path: string): string {
  const text = path.replaceAll("\\", "/");
  const whole = /^(?:\/|[A-Za-z]:\/)/.test(text) ? text : `${folder}/${text}`;
  const [, start = "", rest = ""] = /^(\/|[A-Za-z]:\/)?(.*)$/s.exec(whole) ?? [];
  const parts: string[] = [];
  for (const part of rest.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return start + parts.join("/");
}
