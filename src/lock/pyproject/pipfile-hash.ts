// The text whose sha256 Pipenv writes into a lock as `_meta.hash.sha256` (plette's Pipfile.get_hash, in Pipenv 2026.8.0):
// `json.dumps` of the sources, the required Python and each category's packages, with sorted keys and no blanks.
//
// Invariant: the text is what Python makes of the same file: keys sorted by code points, all but ASCII escaped.

import { shellError } from "../../words/errors.ts";
import { compactPythonJson, type JsonValue } from "./json.ts";
import { parseToml, type TomlTable } from "./toml.ts";

/** Tables of a Pipfile that are no categories (plette/pipfiles.py, PIPFILE_SECTIONS, and get_hash). */
const SECTIONS: ReadonlySet<string> = new Set([
  "source",
  "packages",
  "dev-packages",
  "requires",
  "scripts",
  "pipfile",
  "pipenv",
  "default",
  "develop",
]);

/** Null for a Pipfile that names no source: Pipenv then hashes one of its own. */
export function pipfileHashText(bytes: Uint8Array, path: string): string | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw shellError("pyproject-utf8", { path });
  }
  const document = parseToml(text, path);
  return document.source === undefined ? null : hashText(document);
}

function hashText(document: TomlTable): string {
  const categories = Object.entries(document).filter(([name]) => !SECTIONS.has(name));
  const content: { readonly [key: string]: JsonValue } = {
    ...Object.fromEntries(categories),
    _meta: { sources: document.source!, requires: document.requires ?? {} },
    default: document.packages ?? {},
    develop: document["dev-packages"] ?? {},
  };
  return compactPythonJson(content);
}
