// What the project itself asks for: its dependency groups, each with its requirements, and its extras.
// The rules are those of poetry-core 2.4 (`Factory._configure_package_dependencies`, `DependencyGroup.dependencies`).
//
// Invariant: a requirement stands as it is written; only included groups are resolved. Where a group has requirements in
// the standard form ([project], [dependency-groups]), those of [tool.poetry] are not requirements of their own: they add a
// source to one of the same name, which a lock of 2.1 states itself.

import { shellError } from "../../words/errors.ts";
import { normalizeName } from "../name.ts";
import { isTable, type Section, type TomlValue } from "./toml.ts";

export const MAIN = "main";

export interface ProjectRequirements {
  /** In the order in which they are first named; `main` first. */
  readonly groups: readonly DependencyGroup[];
  readonly extras: readonly Extra[];
  /** PDM: normalised names of which the locked version is right whatever is asked of it. */
  readonly overrides?: readonly string[];
}

export interface DependencyGroup {
  /** Normalised. */
  readonly name: string;
  readonly optional: boolean;
  /** uv: the Pythons that choosing it demands; PDM: those of the project, of `main`. */
  readonly python?: string;
  readonly requirements: readonly Requirement[];
}

export interface Extra {
  readonly name: string;
  /** Names of the optional dependencies that it turns on, in Poetry's own form; empty in the standard one. */
  readonly members: readonly string[];
}

export type Requirement = StandardRequirement | PoetryRequirement;

/** As PEP 508 writes it; `extra` is the one that it belongs to, or "". */
export interface StandardRequirement {
  readonly form: "pep508";
  readonly extra: string;
  readonly text: string;
}

/** As [tool.poetry] writes it; "" where nothing is said. */
export interface PoetryRequirement {
  readonly form: "poetry";
  readonly name: string;
  readonly constraint: string;
  readonly markers: string;
  readonly python: string;
  readonly platform: string;
  readonly extras: readonly string[];
  readonly optional: boolean;
  readonly source: "" | "git" | "url" | "file" | "path";
  /** The address or path that the source names. */
  readonly address: string;
}

export function readRequirements(document: Section): ProjectRequirements {
  const project = document.section("project");
  const poetry = document.section("tool").section("poetry");
  const drafts = new Drafts(document.path);

  const main = drafts.named(MAIN);
  main.standard.push(...standard(project.texts("dependencies")));
  const optional = project.section("optional-dependencies");
  for (const extra of optional.names()) main.standard.push(...standard(optional.texts(extra), extra));
  main.mixed = project.texts("dynamic").some((field) => /^(optional-)?dependencies$/.test(field));
  main.poetry.push(...poetryRequirements(poetry.section("dependencies")));
  const hasOwnExtras = main.standard.length === 0;

  const poetryGroups = poetry.section("group");
  readStandardGroups(document.section("dependency-groups"), poetryGroups, drafts);
  for (const name of poetryGroups.names()) {
    const group = poetryGroups.section(name);
    const draft = drafts.named(name, group.flag("optional", false));
    draft.poetry.push(...poetryRequirements(group.section("dependencies")));
    draft.includes.push(...group.texts("include-groups"));
  }
  if (poetry.has("dev-dependencies")) {
    drafts.named("dev").poetry.push(...poetryRequirements(poetry.section("dev-dependencies")));
  }

  const extras = poetry.section("extras");
  return {
    groups: drafts.finished(),
    extras: hasOwnExtras
      ? extras.names().map((name) => ({ name, members: extras.texts(name) }))
      : optional.names().map((name) => ({ name, members: [] })),
  };
}

/** [dependency-groups], PEP 735; whether a group is optional only [tool.poetry.group] can say. */
function readStandardGroups(groups: Section, poetryGroups: Section, drafts: Drafts): void {
  for (const name of groups.names()) {
    const same = poetryGroups.names().find((other) => normalizeName(other) === normalizeName(name));
    const isOptional = same !== undefined && poetryGroups.section(same).flag("optional", false);
    const draft = drafts.named(name, isOptional);
    for (const entry of groups.list(name)) {
      if (typeof entry === "string") draft.standard.push(...standard([entry]));
      else if (isTable(entry) && typeof entry["include-group"] === "string")
        draft.includes.push(entry["include-group"]);
      else throw groups.wrong(name, 'requirements and `{include-group = "..."}`');
    }
  }
}

/** A group while it is gathered. */
interface Draft {
  readonly name: string;
  readonly optional: boolean;
  readonly standard: StandardRequirement[];
  readonly poetry: PoetryRequirement[];
  readonly includes: string[];
  /** Part of it is "dynamic": Poetry's form supplies what the standard one leaves out. */
  mixed: boolean;
}

/** The groups by their normalised names. */
class Drafts {
  readonly #drafts = new Map<string, Draft>();
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The group of that name; who names it first says whether it is optional. */
  named(written: string, optional = false): Draft {
    const name = normalizeName(written);
    const draft = this.#drafts.get(name) ?? { name, optional, standard: [], poetry: [], includes: [], mixed: false };
    this.#drafts.set(name, draft);
    return draft;
  }

  finished(): DependencyGroup[] {
    return Array.from(this.#drafts.values(), (draft) => ({
      name: draft.name,
      optional: draft.optional,
      requirements: this.#requirements(draft, []),
    }));
  }

  /** The group's own requirements and those of the groups that it includes. */
  #requirements(draft: Draft, including: readonly string[]): Requirement[] {
    if (including.includes(draft.name))
      throw shellError("pyproject-group-cycle", { text: draft.name, path: this.#path });
    const included = draft.includes.flatMap((written) => {
      const other = this.#drafts.get(normalizeName(written));
      if (other === undefined) {
        const known = [...this.#drafts.keys()];
        throw shellError("pyproject-group-missing", { text: written, detail: draft.name, known, path: this.#path });
      }
      return this.#requirements(other, [...including, draft.name]);
    });
    return [...own(draft), ...included];
  }
}

function own(draft: Draft): Requirement[] {
  if (draft.standard.length === 0) return draft.poetry;
  if (!draft.mixed) return draft.standard;
  const isOptional = draft.standard.map((requirement) => requirement.extra !== "");
  if (isOptional.every((is) => is)) return [...draft.standard, ...draft.poetry.filter((is) => !is.optional)];
  if (isOptional.every((is) => !is)) return [...draft.standard, ...draft.poetry.filter((is) => is.optional)];
  return draft.standard;
}

function standard(texts: readonly string[], extra = ""): StandardRequirement[] {
  return texts.map((text) => ({ form: "pep508", extra, text }));
}

/** A table of Poetry's requirements; several constraints on one name stand in an array. `python` is none. */
function poetryRequirements(table: Section): PoetryRequirement[] {
  return table
    .names()
    .filter((name) => name.toLowerCase() !== "python")
    .flatMap((name) => {
      const value = table.values[name]!;
      const constraints = Array.isArray(value) ? value : [value];
      return constraints.map((constraint) => poetryRequirement(table, name, constraint));
    });
}

const SOURCES = ["git", "file", "path", "url"] as const;

function poetryRequirement(table: Section, name: string, value: TomlValue): PoetryRequirement {
  const bare = { markers: "", python: "", platform: "", extras: [], optional: false } as const;
  if (typeof value === "string") return { form: "poetry", name, constraint: value, ...bare, source: "", address: "" };
  if (!isTable(value)) throw table.wrong(name, "a version, a table, or an array of these");
  const details = table.inner(name, value);
  const source = SOURCES.find((each) => details.has(each)) ?? "";
  return {
    form: "poetry",
    name,
    constraint: details.text("version") ?? "*",
    markers: details.text("markers") ?? "",
    python: details.text("python") ?? "",
    platform: details.text("platform") ?? "",
    extras: details.texts("extras"),
    optional: details.flag("optional", false),
    source,
    address: source === "" ? "" : (details.text(source) ?? ""),
  };
}
