// Requirements that stand in the lock as in the project, word for word: most of them. They need no comparison of what they mean.
//
// Invariant: a name is left out on both sides or on neither, and only where it stands once on each, so nothing else could be
// put together with it (declaration.ts).

import { normalizeName } from "../name.ts";
import type { LockTable } from "./stated.ts";

export interface Requirements {
  readonly wanted: readonly string[];
  readonly stated: readonly LockTable[];
}

/** A name, and what else there is of a requirement. */
const NAMED = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)(.*)$/s;
/** Version specifiers alone: no extra, no address, no marker. */
const SPECIFIERS = /^[\s\w.*+!<>=~,-]*$/;

/**
 * The requirements without those that are plainly the same: for an index's package, without extras and markers, equal but for
 * white space. `others` are requirements that belong to the same list, `isSpecial` says whether a name has a source of its own.
 */
export function withoutPlain(
  { wanted, stated }: Requirements,
  others: readonly string[],
  isSpecial: (name: string) => boolean,
): Requirements {
  const plain = new Map<string, string | null>();
  for (const text of [...wanted, ...others]) {
    const name = nameOf(text);
    plain.set(name, plain.has(name) ? null : plainText(text));
  }
  for (const text of others) plain.set(nameOf(text), null);
  const rows = new Map<string, string | null>();
  for (const row of stated) {
    const name = String(row.name);
    rows.set(name, rows.has(name) ? null : plainRow(row));
  }
  const isSame = (name: string): boolean => {
    const text = plain.get(name) ?? null;
    return text !== null && text === (rows.get(name) ?? null) && !isSpecial(name);
  };
  return {
    wanted: wanted.filter((text) => !isSame(nameOf(text))),
    stated: stated.filter(({ name }) => !isSame(String(name))),
  };
}

function nameOf(text: string): string {
  const [, name] = NAMED.exec(text) ?? [];
  return name === undefined ? text : normalizeName(name);
}

/** Its specifiers without white space; null when there is more to it. */
function plainText(text: string): string | null {
  const [, , rest] = NAMED.exec(text) ?? [];
  return rest === undefined || !SPECIFIERS.test(rest) ? null : rest.replace(/\s+/g, "");
}

/** The same of a row of requires-dist. */
function plainRow(row: LockTable): string | null {
  const { name, specifier = "", ...more } = row;
  return typeof name === "string" && typeof specifier === "string" && Object.keys(more).length === 0 ? specifier : null;
}
