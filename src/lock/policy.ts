// Which kinds of file a package may be installed from: what the project's own settings say of it, and what the command line
// says instead.
//
// uv: [tool.uv] no-binary, no-binary-package, no-build, no-build-package, or uv.toml instead of that table
// (crates/uv-configuration/src/build_options.rs). Poetry: poetry.toml, [installer] no-binary and only-binary
// (poetry/config/config.py, PackageFilterPolicy). PDM: [tool.pdm.resolution] no-binary and only-binary
// (pdm/environments/base.py, _setting_list). Pipenv: `no_binary` of an entry of Pipfile.lock (pipenv/routines/install.py).
//
// Invariant: what is said of a package by its name counts more than `:all:`, as in the core.

import { normalizeName } from "./name.ts";
import type { Section, TomlValue } from "./pyproject/toml.ts";

export interface Policy {
  /** Normalised names, or `:all:`: no wheels of them. */
  readonly noBinary: readonly string[];
  /** No source distributions of them. */
  readonly onlyBinary: readonly string[];
}

/** The same in a request. */
export interface PolicyRequest {
  readonly noBinary?: readonly string[] | undefined;
  readonly onlyBinary?: readonly string[] | undefined;
}

export const NO_POLICY: Policy = { noBinary: [], onlyBinary: [] };
const ALL = ":all:";
/** Nothing, whatever is said elsewhere. */
const NONE = ":none:";

/** What of a package may be taken; as assembly/resolve/resolution.ts, policyOf. */
export function allowed(policy: PolicyRequest, name: string): { wheels: boolean; sources: boolean } {
  const { noBinary = [], onlyBinary = [] } = policy;
  const isNamed = noBinary.includes(name) || onlyBinary.includes(name);
  const key = isNamed ? name : ALL;
  return { wheels: !noBinary.includes(key), sources: !onlyBinary.includes(key) };
}

/** The settings, as far as the command line says nothing about the same. */
export function overridden(settings: Policy, given: Policy): Policy {
  const names = new Set([...given.noBinary, ...given.onlyBinary]);
  const isWhole = (list: readonly string[]): boolean => list.includes(ALL) || list.includes(NONE);
  const isAll = given.noBinary.includes(ALL) || given.onlyBinary.includes(ALL);
  const left = (list: readonly string[], own: readonly string[]): string[] =>
    isAll || isWhole(own) ? [] : list.filter((name) => !names.has(name));
  const without = (list: readonly string[]): string[] => list.filter((name) => name !== NONE);
  return {
    noBinary: [...new Set([...without(given.noBinary), ...left(settings.noBinary, given.noBinary)])],
    onlyBinary: [...new Set([...without(given.onlyBinary), ...left(settings.onlyBinary, given.onlyBinary)])],
  };
}

/** [tool.uv], or uv.toml. A switch counts more than a list, also when it is off. */
export function uvPolicy(settings: Section): Policy {
  const listOf = (all: string, packages: string): string[] => {
    if (settings.has(all)) return settings.flag(all, false) ? [ALL] : [];
    return settings.texts(packages).map(normalizeName);
  };
  return { noBinary: listOf("no-binary", "no-binary-package"), onlyBinary: listOf("no-build", "no-build-package") };
}

/** poetry.toml. Names count only as they are normalised there: a list is taken as it is written. */
export function poetryPolicy(installer: Section): Policy {
  const listOf = (key: string): string[] => {
    const value: TomlValue | undefined = installer.values[key];
    if (typeof value === "boolean") return value ? [ALL] : [];
    if (typeof value === "string") return poetryNames(value);
    return [...installer.texts(key)];
  };
  const clean = (names: readonly string[]): readonly string[] => (names.includes(NONE) ? [] : names);
  const noBinary = listOf("no-binary");
  const onlyBinary = listOf("only-binary");
  // To Poetry `:all:` counts for each package, also for one that the other list names.
  return {
    noBinary: clean(noBinary.includes(ALL) ? [...noBinary, ...clean(onlyBinary)] : noBinary),
    onlyBinary: clean(onlyBinary.includes(ALL) ? [...onlyBinary, ...clean(noBinary)] : onlyBinary),
  };
}

function poetryNames(text: string): string[] {
  if (/^(true|1)$/i.test(text)) return [ALL];
  if (/^(false|0)$/i.test(text)) return [];
  return text.split(",").map((name) => normalizeName(name.trim()));
}

/** [tool.pdm.resolution]: lists, or names with commas between. A package in both has wheels only (unearth's FormatControl). */
export function pdmPolicy(resolution: Section): Policy {
  const listOf = (key: string): string[] => {
    const value = resolution.values[key];
    const names = typeof value === "string" ? value.split(",") : resolution.texts(key);
    return names.map((name) => normalizeName(name.trim())).filter((name) => name !== "");
  };
  const onlyBinary = listOf("only-binary");
  return { noBinary: listOf("no-binary").filter((name) => !onlyBinary.includes(name)), onlyBinary };
}

/** Pipfile.lock: the entries that say so, of any category. */
export function pipfilePolicy(lock: unknown): Policy {
  const tables = (value: unknown): [string, unknown][] =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const entries = tables(lock).flatMap(([category, packages]) => (category === "_meta" ? [] : tables(packages)));
  const named = entries.filter(([, entry]) =>
    tables(entry).some(([key, value]) => key === "no_binary" && value === true),
  );
  return { noBinary: [...new Set(named.map(([name]) => normalizeName(name)))], onlyBinary: [] };
}
