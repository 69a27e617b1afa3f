// pyproject.toml: what the project is, what it asks for, and what a lock of it can be held against.
//
// Invariant: reading is checking; what follows from a Pyproject no longer fails. Nothing here reads a file or the network.

import { shellError } from "../words/errors.ts";
import { normalizeName } from "./name.ts";
import { contentHashTexts } from "./pyproject/content-hash.ts";
import { guardText, scriptGuardText } from "./pyproject/guard.ts";
import { pdmHashTexts } from "./pyproject/pdm-hash.ts";
import { pdmRequirements } from "./pyproject/pdm-requirements.ts";
import { recordText } from "./pyproject/records.ts";
import { MAIN, type ProjectRequirements, readRequirements } from "./pyproject/requirements.ts";
import { isTable, parseToml, Section, type TomlTable } from "./pyproject/toml.ts";
import { inlineMetadata } from "./uv/script.ts";

export { generatorOf } from "./pyproject/content-hash.ts";

/** A pyproject.toml that has been read. */
export interface Pyproject {
  /** For messages. */
  readonly path: string;
  /** @internal */
  readonly document: TomlTable;
  /** Normalised; null when the file declares no project. */
  readonly name: string | null;
  /** Null when it is dynamic or not stated. */
  readonly version: string | null;
  /** False: `package-mode = false`, there is nothing to build. */
  readonly packageMode: boolean;
  /** PEP 517: setuptools' legacy one when none is named. */
  readonly backend: string;
  /** Normalised names of [build-system] requires. */
  readonly requires: readonly string[];
  /** Console scripts: name -> entry point. */
  readonly scripts: Readonly<Record<string, string>>;
  /** As written: Poetry's own constraint where there is one, else `requires-python`. */
  readonly python: string | null;
  /** Normalised name of each group -> whether it is chosen by default. */
  readonly groups: ReadonlyMap<string, boolean>;
  /** Normalised names of the groups that PDM calls development dependencies, and installs unless it is told not to. */
  readonly developmentGroups: ReadonlySet<string>;
  /** Normalised and sorted. */
  readonly extras: readonly string[];
  /** @internal */
  readonly requirements: ProjectRequirements;
}

/**
 * Reads a pyproject.toml: what `readLock`, `freshness` and `guard` take.
 *
 * @param input its bytes (UTF-8), or its text
 * @param path for messages
 * @throws {PylockError} where the file is wrong; its `failure` says where
 * @example
 * ```ts
 * import { readPyproject } from "pylock2nix";
 *
 * const { name, groups } = readPyproject('[project]\nname = "My_App"\n[dependency-groups]\ntest = []\n', "pyproject.toml");
 * console.log(name, groups.has("test")); // my-app true
 * ```
 */
export function readPyproject(input: Uint8Array | string, path: string): Pyproject {
  const text = typeof input === "string" ? input : utf8(input, path);
  const document = parseToml(text, path);
  const root = new Section(document, "", path);
  const project = root.section("project");
  const poetry = root.section("tool").section("poetry");
  const name = project.text("name") ?? poetry.text("name");
  const requirements = readRequirements(root);
  const pyproject: Pyproject = {
    path,
    document,
    name: name === null ? null : normalizeName(name),
    version: project.text("version") ?? poetry.text("version"),
    packageMode: poetry.flag("package-mode", true),
    ...readBuildSystem(root),
    scripts: readScripts(project, poetry),
    python: readPython(poetry) ?? project.text("requires-python"),
    groups: new Map(requirements.groups.map((group) => [group.name, !group.optional])),
    developmentGroups: new Set([
      ...root.section("dependency-groups").names().map(normalizeName),
      ...root.section("tool").section("pdm").section("dev-dependencies").names().map(normalizeName),
    ]),
    extras: [...new Set(requirements.extras.map((extra) => normalizeName(extra.name)))].sort(),
    requirements,
  };
  projectRecords(pyproject);
  return pyproject;
}

function utf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw shellError("pyproject-utf8", { path });
  }
}

/** What the core takes: src/core/abi.ts, "The project, as the host hands it over". A uv.lock has the requirements itself. */
export function projectRecords(pyproject: Pyproject, format: "poetry" | "uv" = "poetry"): string {
  const { name, requirements, path } = pyproject;
  if (format === "poetry") return recordText(name, requirements, path);
  const isDefault = uvDefaults(pyproject);
  const python = uvGroupPython(new Section(pyproject.document, "", path));
  const groups = requirements.groups.filter((group) => group.name !== MAIN);
  return recordText(
    name,
    {
      groups: groups.map((group) => ({
        ...group,
        optional: !isDefault(group.name),
        python: python(group.name),
        requirements: [],
      })),
      extras: requirements.extras.map((extra) => ({ ...extra, members: [] })),
    },
    path,
  );
}

/** Which groups uv chooses by default: `tool.uv.default-groups`, a list or "all"; else `dev`. */
export function uvDefaults(pyproject: Pyproject | null): (group: string) => boolean {
  const stated = pyproject === null ? undefined : new Section(pyproject.document, "", pyproject.path).section("tool");
  const uv = stated?.section("uv");
  if (uv === undefined || !uv.has("default-groups")) return (group) => group === "dev";
  if (uv.values["default-groups"] === "all") return () => true;
  const defaults = new Set(uv.texts("default-groups").map(normalizeName));
  return (group) => defaults.has(group);
}

/** The groups that uv knows of a project: [dependency-groups], and `dev` where `tool.uv.dev-dependencies` makes it. */
export function uvGroups(pyproject: Pyproject): string[] {
  const root = new Section(pyproject.document, "", pyproject.path);
  const groups = root.section("dependency-groups").names().map(normalizeName);
  return root.section("tool").section("uv").has("dev-dependencies") ? [...groups, "dev"] : groups;
}

/** Which Pythons uv demands for a group: `tool.uv.dependency-groups` of it and of the groups that it includes; "" for any. */
function uvGroupPython(root: Section): (group: string) => string {
  const stated = root.section("tool").section("uv").section("dependency-groups");
  const groups = root.section("dependency-groups");
  // readRequirements has refused groups that include themselves.
  const demanded = (group: string): string[] => [
    ...stated
      .names()
      .filter((name) => normalizeName(name) === group)
      .map((name) => stated.section(name).text("requires-python") ?? ""),
    ...groups
      .names()
      .filter((name) => normalizeName(name) === group)
      .flatMap((name) => groups.list(name).filter(isTable))
      .flatMap((entry) => demanded(normalizeName(String(entry["include-group"])))),
  ];
  return (group) => [...new Set(demanded(group))].filter((each) => each !== "").join(",");
}

/**
 * The texts of which one has the SHA-256 that Poetry wrote as the lock's content hash when the lock is fresh; `freshness`
 * compares them.
 *
 * @param generator the Poetry that wrote the lock, as its first line says; null when that is not known
 * @example
 * ```ts
 * import { contentHashes, readPyproject } from "pylock2nix";
 *
 * console.log(contentHashes(readPyproject("", "pyproject.toml"))[0]?.startsWith("{")); // true
 * ```
 */
export function contentHashes(pyproject: Pyproject, generator: string | null = null): string[] {
  return contentHashTexts(pyproject.document, generator);
}

/** The same as PDM groups them. */
export function pdmRecords(pyproject: Pyproject): string {
  const { document, name, requirements, path } = pyproject;
  return recordText(name, pdmRequirements(document, name, requirements), path);
}

/** The groups that PDM knows of a project: `main`, its extras and its development groups. */
export function pdmGroups({ document, name, requirements }: Pyproject): string[] {
  return pdmRequirements(document, name, requirements).groups.map((group) => group.name);
}

/** The text whose sha256 PDM writes as `content_hash`; null when that cannot be told from this file alone. */
export function pdmContentHash(pyproject: Pyproject): string[] | null {
  return pdmHashTexts(pyproject.document);
}

/**
 * What Nix's guard compares the SHA-256 of (docs/resolution.md, "The guard"); `guard` hashes it.
 *
 * @example
 * ```ts
 * import { guardedFields, readPyproject } from "pylock2nix";
 *
 * const fields = guardedFields(readPyproject('[project]\nname = "app"\n', "pyproject.toml"));
 * console.log(JSON.parse(fields).project.name); // app
 * ```
 */
export function guardedFields(pyproject: Pyproject): string {
  return guardText(pyproject.document);
}

/** The same of a script's metadata, where uv's lock of a script has its requirements from. */
export function guardedMetadata(script: string, path: string): string {
  return scriptGuardText(parseToml(inlineMetadata(script) ?? "", path));
}

/** PEP 518 without the table: setuptools. PEP 517 without a back end: setuptools as it was used before. */
function readBuildSystem(root: Section): { backend: string; requires: string[] } {
  const table = root.section("build-system");
  const requires = table.has("requires") ? table.texts("requires") : ["setuptools"];
  return {
    backend: table.text("build-backend") ?? "setuptools.build_meta:__legacy__",
    requires: requires.map((requirement) => normalizeName(/^[A-Za-z0-9._-]*/.exec(requirement.trim())![0])),
  };
}

/** [project.scripts], or else [tool.poetry.scripts], where an entry can be a table and those of type "file" are none. */
function readScripts(project: Section, poetry: Section): Record<string, string> {
  const standard = project.section("scripts");
  const own = poetry.section("scripts");
  const scripts: [string, string | null][] =
    standard.names().length > 0
      ? standard.names().map((name) => [name, standard.text(name)])
      : own.names().map((name) => [name, readPoetryScript(own, name)]);
  return Object.fromEntries(scripts.filter((script): script is [string, string] => script[1] !== null));
}

/** "module:function", {reference, type = "console"}, or Poetry 1.0's {callable}. */
function readPoetryScript(scripts: Section, name: string): string | null {
  if (typeof scripts.values[name] === "string") return scripts.text(name);
  const table = scripts.section(name);
  return table.text("type") === "file" ? null : (table.text("reference") ?? table.text("callable"));
}

function readPython(poetry: Section): string | null {
  const dependencies = poetry.section("dependencies");
  const key = dependencies.names().find((name) => name.toLowerCase() === "python");
  return key === undefined ? null : dependencies.text(key);
}
