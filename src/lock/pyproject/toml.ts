// pyproject.toml as plain values, and typed access to them.
//
// Invariant: a table has no prototype and only own keys, whatever they are called ("constructor", "__proto__"); whoever
// reads a key of another type than expected gets an error that names the key.
//
// @iarna/toml gives whole floats as integers (1.0 is 1), refuses a few forms of TOML 1.0 (a byte order mark, a comment that
// CRLF ends, lower case `t` and `z` in dates) and drops the character behind a local time: test/toml-differential.test.ts has
// them all. CRLF is common, so line ends are LF before it sees them, which TOML 1.0.0 allows ("String").

import { giveGlobal } from "./node-global.ts";

// After that one, which it needs: imports run in their order.

import parseString from "@iarna/toml/parse-string.js";
import { type Failure, PylockError, shellError } from "../../words/errors.ts";
import { positionOf } from "../../words/position.ts";

export type TomlValue = string | number | bigint | boolean | Date | readonly TomlValue[] | TomlTable;
export interface TomlTable {
  readonly [key: string]: TomlValue;
}

/** The document's root table. */
export function parseToml(text: string, path: string): TomlTable {
  refuseInherited(text, path);
  let document: object;
  try {
    giveGlobal();
    document = parseString(text.replaceAll("\r\n", "\n"));
  } catch (error) {
    throw located(error, text, path);
  }
  return ownTable(document, path, "");
}

/** A table together with its dotted key, for messages. */
export class Section {
  readonly values: TomlTable;
  readonly key: string;
  readonly path: string;

  constructor(values: TomlTable, key: string, path: string) {
    this.values = values;
    this.key = key;
    this.path = path;
  }

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  /** Sorted, as Nix has them: what follows from a table does not depend on the order in which it is written. */
  names(): string[] {
    return Object.keys(this.values).sort();
  }

  /** The table of that name; an empty one when there is none. */
  section(name: string): Section {
    const value = this.values[name] ?? EMPTY;
    if (!isTable(value)) throw this.wrong(name, "a table");
    return this.inner(name, value);
  }

  /** A table that was found at that name. */
  inner(name: string, value: TomlTable): Section {
    return new Section(value, this.keyOf(name), this.path);
  }

  text(name: string): string | null {
    const value = this.values[name];
    if (value === undefined) return null;
    if (typeof value !== "string") throw this.wrong(name, "a string");
    return value;
  }

  texts(name: string): readonly string[] {
    return this.list(name).map((value) => {
      if (typeof value !== "string") throw this.wrong(name, "an array of strings");
      return value;
    });
  }

  list(name: string): readonly TomlValue[] {
    const value = this.values[name] ?? [];
    if (!Array.isArray(value)) throw this.wrong(name, "an array");
    return value;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== "boolean") throw this.wrong(name, "true or false");
    return value;
  }

  /** The error that says what should have stood there. */
  wrong(name: string, expected: string): PylockError {
    return shellError("pyproject-type", { text: this.keyOf(name), detail: expected, path: this.path });
  }

  keyOf(name: string): string {
    const part = /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
    return this.key === "" ? part : `${this.key}.${part}`;
  }
}

export function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

const EMPTY: TomlTable = Object.freeze(Object.create(null));

const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * The parser walks tables through `table[key] || new table`: a header or a dotted key with "constructor" in it would reach
 * JavaScript's own function of that name and write into it, for the whole process. Such keys are refused before it starts.
 */
function refuseInherited(text: string, path: string): void {
  for (const [line] of text.matchAll(/^[ \t]*(?:\[|[^\n=#]*\.)[^\n=#]*/gm)) {
    const part = line.split(/[\s.[\]"']+/).find((word) => INHERITED.has(word));
    if (part !== undefined) throw shellError("pyproject-type", { text: part, detail: OTHER_KEY, path });
  }
}

const OTHER_KEY = "a table's name that is not one of JavaScript's own";

function ownTable(source: object, path: string, key: string): TomlTable {
  const table = Object.create(null);
  for (const [name, value] of Object.entries(source)) {
    table[name] = ownValue(value, path, key === "" ? name : `${key}.${name}`);
  }
  return table;
}

function ownValue(value: unknown, path: string, key: string): TomlValue {
  if (Array.isArray(value)) return value.map((element) => ownValue(element, path, key));
  if (value instanceof Date) return value;
  if (typeof value === "object" && value !== null) return ownTable(value, path, key);
  if (typeof value === "function") throw shellError("pyproject-type", { text: key, detail: OTHER_KEY, path });
  return value as TomlValue;
}

/** The parser's error with the place that it stopped at; `pos` counts UTF-16 units from 1. */
function located(error: unknown, text: string, path: string): PylockError {
  const { message = String(error), pos = null } = error as { message?: string; pos?: number | null };
  const what = message
    .replace(/ at row \d+, col \d+, pos \d+:[\s\S]*$/, "")
    .replace(
      /Unknown character "(\d+)"/,
      (_, code) => `unexpected character \`${String.fromCodePoint(Number(code))}\``,
    );
  const general = shellError("pyproject-toml", { detail: what.charAt(0).toLowerCase() + what.slice(1), path });
  if (pos === null) return general;
  const bytes = new TextEncoder().encode(text);
  const offset = new TextEncoder().encode(text.slice(0, withCarriageReturns(text, Math.max(0, pos - 1)))).length;
  const { line, column } = positionOf(bytes, offset);
  const failure: Failure = { ...general.failure, offset, size: Math.min(1, bytes.length - offset), line, column };
  return new PylockError(failure);
}

/** The index in the text of what stands at `index` when each CRLF is a LF. */
function withCarriageReturns(text: string, index: number): number {
  let found = text.indexOf("\r\n");
  while (found !== -1 && found < index) {
    index++;
    found = text.indexOf("\r\n", found + 2);
  }
  return index;
}
