// The part of pyproject.toml that the frozen resolution depends on, as the text whose digest Nix compares
// (docs/resolution.md, "The guard").
//
// Invariant: equal to `builtins.toJSON` of the same selection in Nix. A table that is there but has none of the fields is
// `{}`; one that is not there is left out. No field has a float or a date by its own rules; where somebody writes one all
// the same, Nix versions differ in how they write floats, and none reads dates.

import { canonicalJson, type JsonValue } from "./json.ts";
import { isTable, type TomlTable } from "./toml.ts";

const FIELDS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["build-system"], ["requires", "build-backend"]],
  [["project"], ["name", "version", "requires-python", "dependencies", "optional-dependencies", "scripts", "dynamic"]],
  [
    ["tool", "poetry"],
    ["name", "version", "package-mode", "dependencies", "dev-dependencies", "group", "extras", "scripts", "source"],
  ],
  [
    ["tool", "uv"],
    ["default-groups", "dependency-groups", "no-binary", "no-binary-package", "no-build", "no-build-package"],
  ],
  [["tool", "pdm"], ["dev-dependencies"]],
  [
    ["tool", "pdm", "resolution"],
    ["overrides", "no-binary", "only-binary"],
  ],
];

export function guardText(document: TomlTable): string {
  const selection: Record<string, JsonValue> = {};
  for (const [place, fields] of FIELDS) {
    const table = descend(document, place);
    if (table === null) continue;
    const present = fields.filter((field) => table[field] !== undefined);
    const chosen = Object.fromEntries(present.map((field) => [field, table[field]!]));
    merge(selection, place, chosen);
  }
  const groups = document["dependency-groups"];
  if (groups !== undefined) selection["dependency-groups"] = groups;
  return canonicalJson(selection);
}

/** Of a script's metadata. */
export function scriptGuardText(document: TomlTable): string {
  const fields = ["requires-python", "dependencies"].filter((field) => document[field] !== undefined);
  return canonicalJson(Object.fromEntries(fields.map((field) => [field, document[field]!])));
}

function descend(document: TomlTable, place: readonly string[]): TomlTable | null {
  let table = document;
  for (const key of place) {
    const next = table[key];
    if (next === undefined || !isTable(next)) return null;
    table = next;
  }
  return table;
}

/** Puts a table at its place, beside what is there. */
function merge(into: Record<string, JsonValue>, [key, ...rest]: readonly string[], value: JsonValue): void {
  if (rest.length > 0) {
    const inner: Record<string, JsonValue> = { ...(into[key!] as Record<string, JsonValue> | undefined) };
    merge(inner, rest, value);
    into[key!] = inner;
  } else into[key!] = value;
}
