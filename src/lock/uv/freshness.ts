// Whether a uv.lock is what uv would make of the project now, as far as uv asks it before it resolves anew
// (crates/uv/src/commands/project/lock.rs, ValidatedLock::validate; crates/uv-resolver/src/lock/mod.rs, Lock::satisfies).
//
// Not asked: what only a build or a network can tell (the metadata of archives and repositories), settings outside of the
// project (the user's own configuration, UV_* variables), and whether the versions are still the newest.
//
// Invariant: false only for a difference that uv would find, true only when all was compared; else null, with the reason.

import { NODE_NEVER } from "../../core/abi.ts";
import type { Form } from "../../core/core.ts";
import { normalizeName } from "../name.ts";
import { Section, type TomlValue } from "../pyproject/toml.ts";
import { hasConflicts } from "./conflicts.ts";
import { type Combine, type Declaration, literalKey, nameOfKey, normalizedKeys } from "./declaration.ts";
import { flatGroups, type GroupRequirement, groupPythons } from "./groups.ts";
import { differenceOfOptions } from "./options.ts";
import { type Wanted, withoutPlain } from "./plain.ts";
import {
  type Former,
  indexesOf,
  indexText,
  isProject,
  lockedDeclaration,
  type Place,
  tablesOf,
  wantedDeclarations,
} from "./requirement.ts";
import type { LockedProject, LockTable, LockValue, UvStated } from "./stated.ts";
import { Unknown } from "./unknown.ts";
import {
  isPackage,
  projectTable,
  requiredMembers,
  resolved,
  sourcesOf,
  toolUv,
  type UvProject,
  type UvWorkspace,
} from "./workspace.ts";

/** Whether a lock is as new as its project. */
export interface Freshness {
  /** Null when that cannot be told. */
  readonly fresh: boolean | null;
  /** Why it is stale, or why that cannot be told. */
  readonly because: string | null;
}

/** A check: what differs, or null. It may throw Unknown. */
type Check = () => string | null;

/** What is asked of the core. */
export interface Algebra {
  readonly form: Former;
  readonly combine: Combine;
}

export function uvFreshness(stated: UvStated, workspace: UvWorkspace, algebra: Algebra): Freshness {
  const { form } = algebra;
  const locked = new Map(stated.projects.map((project) => [project.name, project]));
  const checks: Check[] = [
    () => differenceOfOptions(stated, workspace.settings),
    () => differenceOfPython(stated, workspace, form),
    () => differenceOfEnvironments("environments", "supported-markers", stated, workspace, form),
    () => differenceOfEnvironments("required-environments", "required-markers", stated, workspace, form),
    () => (hasConflicts(stated.document, workspace) ? null : "the conflicts have changed"),
    () => differenceOfMembers(stated, workspace),
    () => differenceOfRootDefaults(stated, workspace, form),
    ...[...workspace.members].flatMap(([name, member]) => [
      () => differenceOfKind(name, member, locked.get(name), workspace),
      () => differenceOfDefaults(name, member, locked.get(name), stated.revision),
      () => differenceOfGroupPythons(name, member, locked.get(name), stated.revision, form),
    ]),
    () => differenceOfConstraints(stated, workspace, algebra),
    () => differenceOfOverrides(stated, workspace, algebra),
    () => differenceOfBuildConstraints(stated, workspace, form),
    () => differenceOfExcludes(stated, workspace),
    () => differenceOfRootGroups(stated, workspace, algebra),
    () => differenceOfScript(stated, workspace, algebra),
    () => differenceOfMetadata(stated, workspace),
    ...stated.projects.map((project) => () => differenceOfProject(project, stated, workspace, algebra)),
    () => differenceOfIndexes(stated, workspace),
  ];
  let unknown: string | null = null;
  for (const check of checks) {
    try {
      const difference = check();
      if (difference !== null) return { fresh: false, because: difference };
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      unknown ??= error.message;
    }
  }
  return { fresh: unknown === null ? true : null, because: unknown };
}

// --- The workspace as a whole ------------------------------------------------------------------------------------------------

/** The bounds of all members' `requires-python` together; without any uv takes those of an interpreter. */
function differenceOfPython({ python }: UvStated, { members, script }: UvWorkspace, form: Former): string | null {
  const ofMembers = [...members.values()].map((member) => projectTable(member).text("requires-python"));
  const wanted = (script === null ? ofMembers : [script.python]).flatMap((each) => each ?? []);
  if (wanted.length === 0) throw new Unknown(script === null ? NO_PYTHON : NO_SCRIPT_PYTHON);
  const isSame = form({ python: wanted }).bounds === form({ python: [python] }).bounds;
  return isSame ? null : `\`requires-python\` is ${wanted.join(" and ")}, and the lock is for ${python}`;
}

const NO_PYTHON = "no project states `requires-python`: uv takes that of its interpreter";
const NO_SCRIPT_PYTHON = "the script states no `requires-python`: uv takes that of its interpreter";

function differenceOfEnvironments(
  setting: string,
  key: string,
  { document, python }: UvStated,
  { root }: UvWorkspace,
  form: Former,
): string | null {
  const value = toolUv(root).values[setting];
  const wanted = typeof value === "string" ? [value] : toolUv(root).texts(setting);
  const always = form({ python: [python] }).marker;
  const markers = (texts: readonly string[]): number[] =>
    // Of one that always holds only the list is written down.
    texts.map((marker) => form({ marker, python: [python] }).marker).filter((marker) => marker !== always);
  const isSame = markers(wanted).join() === markers(texts(document[key])).join();
  return isSame && wanted.length > 0 === (document[key] !== undefined) ? null : `\`tool.uv.${setting}\` has changed`;
}

function differenceOfMembers({ document }: UvStated, { root, members }: UvWorkspace): string | null {
  // A project that is alone is not listed.
  const isAlone = members.size === 1 && isProject(root);
  const wanted = isAlone ? [] : [...members.keys()].sort();
  const stated = texts(manifest(document).members).map(normalizeName).sort();
  if (wanted.join() === stated.join()) return null;
  const added = wanted.filter((name) => !stated.includes(name));
  const removed = stated.filter((name) => !wanted.includes(name));
  if (added.length > 0) return `\`${added[0]}\` is a member of the workspace, and was none`;
  return `\`${removed[0]}\` was a member of the workspace, and is none`;
}

function differenceOfKind(
  name: string,
  member: UvProject,
  locked: LockedProject | undefined,
  workspace: UvWorkspace,
): string | null {
  if (locked === undefined) return `the lock has no project \`${name}\``;
  const required = requiredMembers(workspace);
  const builds = isPackage(member, !required.has(name));
  const wanted = !builds ? "virtual" : (required.get(name) ?? true) ? "editable" : "directory";
  if (wanted === locked.kind) return null;
  if (wanted === "virtual") return `\`${name}\` is no package that is built any more`;
  return locked.kind === "virtual" ? `\`${name}\` is a package that is built now` : `\`${name}\` is ${wanted} now`;
}

/** `tool.uv.default-groups`: a list in its order, or all; `dev` alone is the usual one. */
function defaultsText(value: TomlValue | LockValue | undefined): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return USUAL_DEFAULTS;
  return value.map((group) => normalizeName(String(group))).join(",");
}

const USUAL_DEFAULTS = "dev";
/** The revision since which the lock states default groups, and the Pythons of groups. */
const GROUPS_REVISION = 5;

function differenceOfDefaults(
  name: string,
  member: UvProject,
  locked: LockedProject | undefined,
  revision: number,
): string | null {
  if (revision < GROUPS_REVISION) return null;
  const isSame = defaultsText(toolUv(member).values["default-groups"]) === defaultsText(locked?.defaultGroups);
  return isSame ? null : `\`tool.uv.default-groups\` of \`${name}\` has changed`;
}

function differenceOfGroupPythons(
  name: string,
  member: UvProject,
  locked: LockedProject | undefined,
  revision: number,
  form: Former,
): string | null {
  if (revision < GROUPS_REVISION || locked === undefined) return null;
  return hasPythons(member, locked.groupPython, form) ? null : `the Pythons of the groups of \`${name}\` have changed`;
}

function hasPythons(project: UvProject, stated: LockTable, form: Former): boolean {
  const wanted = groupPythons(project);
  const names = Object.keys(stated);
  if (names.length !== wanted.size) return false;
  return names.every((name) => {
    const python = wanted.get(normalizeName(name));
    const specifiers = (text: string): number => form({ text: `x${text}` }).specifiers;
    return python !== undefined && specifiers(python) === specifiers(String(stated[name]));
  });
}

/** The same of a workspace whose root is no project. */
function differenceOfRootDefaults(
  { document, revision }: UvStated,
  { root }: UvWorkspace,
  form: Former,
): string | null {
  const { "default-groups": stated, "group-requires-python": pythons } = manifest(document);
  if (isProject(root)) return null;
  if (!hasPythons(root, tableOf(pythons), form)) return "the Pythons of the groups have changed";
  const isSame = defaultsText(toolUv(root).values["default-groups"]) === defaultsText(stated);
  return revision < GROUPS_REVISION || isSame ? null : "`tool.uv.default-groups` has changed";
}

/** What the workspace's root asks for in such a setting, each entry with the name that it is about. */
function entriesOf(setting: string, workspace: UvWorkspace, form: Former): Declaration[] {
  const place: Place = { project: workspace.root, own: null };
  return toolUv(workspace.root)
    .list(setting)
    .flatMap((entry) => {
      if (typeof entry !== "string") throw new Unknown(`\`tool.uv.${setting}\` has a table`);
      return wantedDeclarations(entry, place, workspace, form);
    });
}

function statedEntries(key: string, { document }: UvStated, { root }: UvWorkspace, form: Former): Declaration[] {
  return tables(manifest(document)[key]).map((row) => {
    if (row.name === undefined) throw new Unknown(`[manifest] ${key} of the lock has an entry for one package`);
    return lockedDeclaration(row, root.folder, form);
  });
}

/** A setting for a package that the lock does not have counts once it is resolved anew (ManifestFilter::from_lock). */
function counting<Entry extends { readonly name: string }>(
  wanted: readonly Entry[],
  named: readonly Entry[],
  { hasPackage }: UvStated,
): Entry[] {
  return wanted.filter(({ name }) => hasPackage(name) || named.some((each) => each.name === name));
}

/** Extras of constraints count for nothing, and neither do those that take every version, or that never hold. */
function differenceOfConstraints(stated: UvStated, workspace: UvWorkspace, { form, combine }: Algebra): string | null {
  const before = statedEntries("constraints", stated, workspace, form);
  const wanted = counting(entriesOf("constraint-dependencies", workspace, form), before, stated);
  const empty = form({ text: "x" }).specifiers;
  const keys = (entries: readonly Declaration[]): string[] => {
    const counted = entries.filter(({ specifiers, marker }) => specifiers !== empty && marker !== NODE_NEVER);
    return normalizedKeys(
      counted.map((each) => ({ ...each, extras: [] })),
      combine,
    );
  };
  return differing(keys(wanted), keys(before)) === null ? null : "the constraints have changed";
}

function differenceOfOverrides(stated: UvStated, workspace: UvWorkspace, { form, combine }: Algebra): string | null {
  const before = statedEntries("overrides", stated, workspace, form);
  const wanted = counting(entriesOf("override-dependencies", workspace, form), before, stated);
  const isSame = differing(normalizedKeys(wanted, combine), normalizedKeys(before, combine)) === null;
  return isSame ? null : "the overrides have changed";
}

function differenceOfBuildConstraints(stated: UvStated, workspace: UvWorkspace, form: Former): string | null {
  const before = statedEntries("build-constraints", stated, workspace, form).map(literalKey);
  const wanted = entriesOf("build-constraint-dependencies", workspace, form).map(literalKey);
  return differing(wanted, before) === null ? null : "the build constraints have changed";
}

function differenceOfExcludes(stated: UvStated, { root }: UvWorkspace): string | null {
  const named = (values: readonly (TomlValue | LockValue)[]): { readonly name: string }[] =>
    values.map((value) => {
      if (typeof value !== "string") throw new Unknown("`tool.uv.exclude-dependencies` has a table");
      return { name: normalizeName(value) };
    });
  const excludes = manifest(stated.document).excludes;
  const before = named(Array.isArray(excludes) ? excludes : []);
  const wanted = counting(named(toolUv(root).list("exclude-dependencies")), before, stated);
  const text = (all: readonly { readonly name: string }[]): string =>
    [...new Set(all.map(({ name }) => name))].sort().join();
  return text(wanted) === text(before) ? null : "the excluded packages have changed";
}

/** The groups of a workspace whose root is no project. */
function differenceOfRootGroups({ document }: UvStated, workspace: UvWorkspace, algebra: Algebra): string | null {
  const { root } = workspace;
  const stated = tableOf(manifest(document)["dependency-groups"]);
  return differenceOfGroups(isProject(root) ? null : root, null, stated, false, workspace, root.folder, algebra);
}

/** What a script itself requires: [manifest] has it, for there is no package that it could stand at. */
function differenceOfScript(stated: UvStated, workspace: UvWorkspace, { form, combine }: Algebra): string | null {
  if (workspace.script === null) return null;
  const place: Place = { project: workspace.root, own: null };
  const wanted = workspace.script.requirements.flatMap((text) => wantedDeclarations(text, place, workspace, form));
  const before = statedEntries("requirements", stated, workspace, form);
  const different = differing(normalizedKeys(wanted, combine), normalizedKeys(before, combine));
  return different === null ? null : `the script requires \`${different}\` in another way than the lock was made for`;
}

/** Metadata that the project supplies for packages; compared when it is written as the lock writes it. */
function differenceOfMetadata(stated: UvStated, { settings }: UvWorkspace): string | null {
  const named = (names: readonly string[]): { readonly name: string }[] =>
    names.map((name) => ({ name: normalizeName(name) }));
  const before = named(tables(manifest(stated.document)["dependency-metadata"]).map((each) => String(each.name)));
  const all = named(tablesOf(settings, "dependency-metadata").map((each) => each.text("name") ?? ""));
  const wanted = counting(all, before, stated);
  if (wanted.length === 0 && before.length === 0) return null;
  const text = (entries: readonly { readonly name: string }[]): string =>
    entries
      .map(({ name }) => name)
      .sort()
      .join();
  if (text(wanted) !== text(before)) return "`tool.uv.dependency-metadata` has changed";
  throw new Unknown("`tool.uv.dependency-metadata` is not compared");
}

/**
 * The indexes that packages come from must be among those of the project. Which one is the usual index is not known here: one
 * that the project does not name may be it, unless the project says which one is.
 */
function differenceOfIndexes({ indexes }: UvStated, { root, members, settings }: UvWorkspace): string | null {
  const named = tablesOf(settings, "index");
  const old = ["index-url", "extra-index-url", "find-links"].filter((key) => settings.has(key));
  if (named.length === 0 && old.length === 0) return null;
  const addresses = [
    ...[...named, ...[root, ...members.values()].flatMap(indexesOf)].map((index) => index.text("url") ?? ""),
    ...old.flatMap((key) => (key === "index-url" ? (settings.text(key) ?? []) : settings.texts(key))),
  ];
  const allowed = new Set(addresses.filter((address) => /^[a-z]+:\/\//.test(address)).map(indexText));
  const others = [...indexes].filter((index) => /^[a-z]+:\/\//.test(index) && !allowed.has(indexText(index)));
  const hasUsual = settings.has("index-url") || named.some((index) => index.flag("default", false));
  return others.length <= (hasUsual ? 0 : 1) ? null : `the project has no index ${others[others.length - 1]}`;
}

// --- One project -------------------------------------------------------------------------------------------------------------

function differenceOfProject(
  locked: LockedProject,
  stated: UvStated,
  workspace: UvWorkspace,
  algebra: Algebra,
): string | null {
  const { form } = algebra;
  const folder = resolved(workspace.root.folder, locked.path);
  const member = [...workspace.members.values()].find((each) => each.folder === folder);
  const project = member ?? workspace.others.get(folder) ?? null;
  const name = locked.name;
  if (project === null) throw new Unknown(`there is no pyproject.toml in \`${locked.path}\``);
  const own = member === undefined ? { ...workspace, root: project, members: new Map([[name, project]]) } : workspace;
  const table = projectTable(project);
  if (!isProject(project)) throw new Unknown(`only a build tells what \`${name}\` requires: it has no [project]`);
  const dynamic = table.texts("dynamic");
  const built = ["dependencies", "optional-dependencies"].find((field) => dynamic.includes(field));
  if (built !== undefined) throw new Unknown(`only a build tells the ${built} of \`${name}\`: they are dynamic`);
  const isPoetry = new Section(project.document, "", project.path).section("tool").has("poetry");
  if (!table.has("dependencies") && isPoetry) throw new Unknown(`only a build tells what \`${name}\` requires`);
  return (
    differenceOfVersion(locked, table, dynamic, form) ??
    differenceOfExtras(locked, table, stated.revision) ??
    differenceOfRequirements(locked, project, own, workspace.root.folder, algebra) ??
    differenceOfGroups(
      project,
      name,
      groupTable(locked.metadata),
      stated.revision >= 1,
      own,
      workspace.root.folder,
      algebra,
    )
  );
}

function differenceOfVersion(
  { name, version }: LockedProject,
  table: Section,
  dynamic: readonly string[],
  form: Former,
): string | null {
  const isDynamic = dynamic.includes("version");
  if (isDynamic) return version === null ? null : `the version of \`${name}\` is dynamic now`;
  const own = table.text("version");
  if (own === null) throw new Unknown(`only a build tells the version of \`${name}\``);
  if (version === null) return `the version of \`${name}\` is not dynamic any more`;
  const isSame = form({ text: `x==${own}` }).specifiers === form({ text: `x==${version}` }).specifiers;
  return isSame ? null : `\`${name}\` is ${own}, and the lock has ${version}`;
}

function differenceOfExtras({ name, metadata }: LockedProject, table: Section, revision: number): string | null {
  if (revision < 1) return null;
  const wanted = table.section("optional-dependencies").names().map(normalizeName);
  const stated = texts(metadata["provides-extras"] ?? metadata["provides-extra"]).map(normalizeName);
  return differing(wanted, stated) === null ? null : `the extras of \`${name}\` have changed`;
}

function differenceOfRequirements(
  { name, metadata, version }: LockedProject,
  project: UvProject,
  workspace: UvWorkspace,
  folder: string,
  { form, combine }: Algebra,
): string | null {
  const table = projectTable(project);
  const optional = table.section("optional-dependencies");
  const rest = withoutPlain(
    {
      wanted: [
        ...table.texts("dependencies").map((text): Wanted => ({ text })),
        ...optional
          .names()
          .flatMap((extra) => optional.texts(extra).map((text) => ({ text, extra: normalizeName(extra) }))),
      ],
      stated: tables(metadata["requires-dist"]),
    },
    specialIn(project, name, workspace),
  );
  const wanted = rest.wanted.flatMap(({ text, ...more }) =>
    wantedDeclarations(text, { project, own: name, ...more }, workspace, form),
  );
  const stated = rest.stated.map((row) => lockedDeclaration(row, folder, form));
  const different = differing(normalizedKeys(wanted, combine), normalizedKeys(stated, combine));
  if (different === null) return null;
  // A build back end may have put what extras of the project itself stand for in their place.
  if (version === null && wanted.some((each) => each.name === name)) {
    throw new Unknown(`only a build tells what the extras of \`${name}\` stand for`);
  }
  return `\`${name}\` requires \`${different}\` in another way than the lock was made for`;
}

/** Whether a name has a source of its own, or is one of the workspace. */
function specialIn(project: UvProject, own: string | null, { root, members }: UvWorkspace): (name: string) => boolean {
  const sources = [project, root].map(sourcesOf);
  return (name) => name === own || members.has(name) || sources.some((each) => each.has(name));
}

/** The groups of a project, or of a workspace's root that is none (`own` is null); of none at all without a project. */
function differenceOfGroups(
  project: UvProject | null,
  own: string | null,
  stated: LockTable,
  withEmpty: boolean,
  workspace: UvWorkspace,
  folder: string,
  { form, combine }: Algebra,
): string | null {
  const wanted = project === null ? new Map<string, readonly GroupRequirement[]>() : flatGroups(project);
  const locked = new Map(Object.entries(stated).map(([group, rows]) => [normalizeName(group), tables(rows)]));
  const isSpecial = specialIn(project ?? workspace.root, own, workspace);
  const of = own === null ? "" : ` of \`${own}\``;
  for (const group of new Set([...wanted.keys(), ...locked.keys()])) {
    const all = { wanted: wanted.get(group) ?? [], stated: locked.get(group) ?? [] };
    const rest = withoutPlain(all, isSpecial);
    const declarations = rest.wanted.flatMap(({ text, markers }) =>
      wantedDeclarations(text, { project: project ?? workspace.root, own, group, markers }, workspace, form),
    );
    const left = normalizedKeys(declarations, combine);
    const right = normalizedKeys(
      rest.stated.map((row) => lockedDeclaration(row, folder, form)),
      combine,
    );
    const isEmpty = left.length === 0 && right.length === 0 && rest.wanted.length === all.wanted.length;
    if (isEmpty && !withEmpty) continue;
    if (!wanted.has(group)) return `the group \`${group}\`${of} is gone`;
    if (!locked.has(group)) return `the group \`${group}\`${of} is new`;
    const different = differing(left, right);
    if (different !== null) {
      return `the group \`${group}\`${of} requires \`${different}\` in another way than the lock was made for`;
    }
  }
  return null;
}

function groupTable(metadata: LockTable): LockTable {
  return tableOf(metadata["requires-dev"] ?? metadata["dependency-groups"]);
}

// --- Values ------------------------------------------------------------------------------------------------------------------

function manifest(document: LockTable): LockTable {
  return tableOf(document.manifest);
}

function tableOf(value: LockValue | undefined): LockTable {
  return typeof value === "object" && !Array.isArray(value) ? (value as LockTable) : {};
}

function tables(value: LockValue | undefined): readonly LockTable[] {
  return Array.isArray(value) ? value.filter((each): each is LockTable => typeof each === "object") : [];
}

function texts(value: LockValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** What is in one of two sets and not in the other: the name that it is about; null when they are equal. */
function differing(wanted: readonly string[], stated: readonly string[]): string | null {
  const left = new Set(wanted);
  const right = new Set(stated);
  const other = [...left].find((each) => !right.has(each)) ?? [...right].find((each) => !left.has(each));
  if (other === undefined) return null;
  return other.startsWith("[") ? nameOfKey(other) : other;
}

/** Asks the core, once for each text: nearly all requirements stand in the lock as in the project. What it cannot read is not known. */
export function former(
  ask: (request: Parameters<Former>[0] & { python: readonly string[] }) => Form | null,
  python: string,
): Former {
  const forms = new Map<string, Form>();
  return (request) => {
    const { text = "", marker = "", without = [], python: pythons = [python] } = request;
    const key = [text, marker, ...pythons, "", ...without].join("\0");
    const known = forms.get(key);
    if (known !== undefined) return known;
    const form = ask({ python: [python], ...request });
    if (form === null) throw new Unknown(`\`${request.text ?? request.marker ?? ""}\` cannot be read`);
    forms.set(key, form);
    return form;
  };
}
