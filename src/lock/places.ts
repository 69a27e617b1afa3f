// Where requirements say that files are looked for: `--index-url`, `--extra-index-url`, `--find-links`, `--no-index`
// (pip/_internal/req/req_file.py, handle_option_line). pip asks all of them for every requirement, and takes what has a hash of
// the lock.
//
// Invariant: the last index counts, links and extra indexes add up; nothing here is read or fetched.

import { isPath } from "./address.ts";
import type { TextPart } from "./requirements.ts";

export interface Places {
  /** Takes the place of the default index; null: the file names none. */
  readonly index: string | null;
  readonly extraIndexes: readonly string[];
  /** Pages of files, by address. */
  readonly pages: readonly string[];
  /** Folders of files, with the file that names them. */
  readonly folders: readonly { readonly path: string; readonly namedIn: string }[];
  /** No index is asked at all. */
  readonly isClosed: boolean;
}

export const NO_PLACES: Places = { index: null, extraIndexes: [], pages: [], folders: [], isClosed: false };

const OPTION =
  /^[ \t]*(?:(-i|--index-url|--pypi-url|--extra-index-url|-f|--find-links)(?:[ \t]*=[ \t]*|[ \t]+)(?:"([^"]+)"|'([^']+)'|(\S+))|(--no-index))[ \t]*(?:[ \t]#.*)?$/;

/** `whole` is the text that the parts make. */
export function placesIn(whole: Uint8Array, parts: readonly TextPart[]): Places {
  let index: string | null = null;
  let isClosed = false;
  const extraIndexes: string[] = [];
  const pages: string[] = [];
  const folders: { path: string; namedIn: string }[] = [];
  for (const [at, { path: namedIn, offset }] of parts.entries()) {
    const text = new TextDecoder().decode(whole.subarray(offset, parts[at + 1]?.offset)).replace(/\\\r?\n/g, " ");
    for (const line of text.split(/\r\n|\r|\n/)) {
      const match = OPTION.exec(line);
      if (match === null) continue;
      const [, option, doubled, single, plain] = match;
      const value = doubled ?? single ?? plain ?? "";
      if (option === undefined) isClosed = true;
      else if (option === "--extra-index-url") extraIndexes.push(value);
      else if (option !== "-f" && option !== "--find-links") index = value;
      else if (isPath(value) || value.startsWith("file://")) folders.push({ path: folderOf(value), namedIn });
      else pages.push(value);
    }
  }
  return { index, extraIndexes, pages, folders, isClosed };
}

function folderOf(value: string): string {
  return isPath(value) ? value : decodeURIComponent(new URL(value).pathname);
}
