// Requirements that stand in the lock as in the project, word for word: most of them. They need no comparison of what they mean.
//
// Invariant: a name is left out on both sides or on neither, and only where it stands once on each, so nothing else could be
// put together with it (declaration.ts).

import { normalizeName } from "../name.ts";
import type { LockTable } from "./stated.ts";

/** A requirement of a list, with what the list puts on it. */
export interface Wanted {
  readonly text: string;
  /** The extra that it belongs to, normalised. */
  readonly extra?: string;
  /** Further markers. */
  readonly markers?: readonly string[];
}

export interface Requirements<Each extends Wanted = Wanted> {
  readonly wanted: readonly Each[];
  readonly stated: readonly LockTable[];
}

/** A name, and what else there is of a requirement. */
const NAMED = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)(.*)$/s;
/** Version specifiers alone: no extra, no address, no marker. */
const SPECIFIERS = /^[\s\w.*+!<>=~,-]*$/;
/** How uv writes the marker of what an extra requires. */
const EXTRA_MARKER = /^extra == '([a-z0-9-]+)'$/;

/**
 * The requirements without those that are plainly the same: for an index's package, without extras and with no marker but the
 * extra that they belong to, equal but for white space. `isSpecial` says whether a name has a source of its own.
 */
export function withoutPlain<Each extends Wanted>(
  { wanted, stated }: Requirements<Each>,
  isSpecial: (name: string) => boolean,
): Requirements<Each> {
  const plain = keyed(wanted, ({ text }) => nameOf(text), plainText);
  const rows = keyed(stated, ({ name }) => String(name), plainRow);
  const isSame = (name: string): boolean => {
    const text = plain.get(name) ?? null;
    return text !== null && text === (rows.get(name) ?? null) && !isSpecial(name);
  };
  return {
    wanted: wanted.filter(({ text }) => !isSame(nameOf(text))),
    stated: stated.filter(({ name }) => !isSame(String(name))),
  };
}

/** Each by its name in plain words; null where it has none, or where a name stands several times. */
function keyed<Each>(
  list: readonly Each[],
  nameFor: (each: Each) => string,
  plainFor: (each: Each) => string | null,
): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const each of list) {
    const name = nameFor(each);
    found.set(name, found.has(name) ? null : plainFor(each));
  }
  return found;
}

function nameOf(text: string): string {
  const [, name] = NAMED.exec(text) ?? [];
  return name === undefined ? text : normalizeName(name);
}

/** Its extra, and its specifiers without white space; null when there is more to it. */
function plainText({ text, extra = "", markers = [] }: Wanted): string | null {
  const [, , rest] = NAMED.exec(text) ?? [];
  if (rest === undefined || !SPECIFIERS.test(rest) || markers.length > 0) return null;
  return `${extra} ${rest.replace(/\s+/g, "")}`;
}

/** The same of a row of requires-dist or requires-dev. */
function plainRow(row: LockTable): string | null {
  const { name, specifier = "", marker = "", ...more } = row;
  if (typeof name !== "string" || typeof specifier !== "string" || typeof marker !== "string") return null;
  const extra = marker === "" ? "" : EXTRA_MARKER.exec(marker)?.[1];
  return extra === undefined || Object.keys(more).length > 0 ? null : `${extra} ${specifier}`;
}
