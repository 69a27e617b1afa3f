// JSON texts that others can make byte for byte: Python's `json.dumps(value, sort_keys=True)`, and Nix's `builtins.toJSON`.
//
// Invariant: keys in the order of their code points (JavaScript's own order is that of UTF-16 units, which differs above
// U+FFFF). Dates have no JSON form; both others refuse them too.

import { shellError } from "../../words/errors.ts";
import type { TomlTable, TomlValue } from "./toml.ts";

/** Values with gaps: Python's `None` stands where Poetry asks for a key that is absent. */
export type JsonValue = TomlValue | null | { readonly [key: string]: JsonValue };

interface Dialect {
  readonly comma: string;
  readonly colon: string;
  readonly text: (value: string) => string;
}

const PYTHON: Dialect = { comma: ", ", colon: ": ", text: asciiText };
const COMPACT_PYTHON: Dialect = { comma: ",", colon: ":", text: asciiText };
const CANONICAL: Dialect = { comma: ",", colon: ":", text: JSON.stringify };

/** As `json.dumps(value, sort_keys=True)` of Python. */
export function pythonJson(value: JsonValue): string {
  return write(value, PYTHON);
}

/** As `json.dumps(value, sort_keys=True, separators=(",", ":"))` of Python. */
export function compactPythonJson(value: JsonValue): string {
  return write(value, COMPACT_PYTHON);
}

/** No space, escapes only where JSON demands them: as `builtins.toJSON` of Nix. */
export function canonicalJson(value: JsonValue): string {
  return write(value, CANONICAL);
}

function write(value: JsonValue, dialect: Dialect): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return dialect.text(value);
  if (typeof value === "number") return String(value);
  if (value instanceof Date)
    throw shellError("pyproject-type", { text: value.toISOString(), detail: "a value that JSON has" });
  if (Array.isArray(value)) return `[${value.map((element) => write(element, dialect)).join(dialect.comma)}]`;
  const table = value as TomlTable;
  const pairs = Object.keys(table)
    .sort(byCodePoint)
    .map((key) => dialect.text(key) + dialect.colon + write(table[key]!, dialect));
  return `{${pairs.join(dialect.comma)}}`;
}

/** Everything but printable ASCII (U+0020 to U+007E) as \uXXXX, one for each UTF-16 unit. */
function asciiText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function byCodePoint(left: string, right: string): number {
  const others = Array.from(right);
  for (const [index, character] of Array.from(left).entries()) {
    const other = others[index];
    if (other === undefined) return 1;
    if (character !== other) return character.codePointAt(0)! - other.codePointAt(0)!;
  }
  return Array.from(left).length - others.length;
}
