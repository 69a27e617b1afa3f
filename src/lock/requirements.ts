// requirements.txt with the files that it includes, as one text: `-r other.txt` becomes what that file holds.
//
// The core reads no files, and neither does this: whoever calls it can read. `-c` lines go: each requirement here is one
// version with its hashes, which a constraint could only repeat or contradict.
//
// Invariant: a place in the text is a place in one of the files, which `partAt` tells. A file that includes itself is an
// error, an address instead of a path is one, and a file outside the project's folder is reported.

import { shellError } from "../words/errors.ts";

/** A stretch of the text that comes from one file. */
export interface TextPart {
  readonly path: string;
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** Where the stretch begins in the text, and in the file. */
  readonly offset: number;
  readonly from: number;
}

export interface Expanded {
  readonly bytes: Uint8Array;
  readonly parts: readonly TextPart[];
  /** Paths of the included files, each once. */
  readonly included: readonly string[];
  /** The `-c` lines' paths. */
  readonly constraints: readonly string[];
  /** Those of `included` that lie outside the folder of the first file. */
  readonly outside: readonly string[];
}

export interface ReadFiles {
  readonly read: (path: string) => Promise<Uint8Array>;
  readonly join: (folder: string, path: string) => string;
  readonly dirname: (path: string) => string;
  /** The path from the folder, which begins with `..` when the file is not in it. */
  readonly relative: (folder: string, path: string) => string;
}

/** Files may include the same file again, and so double with each level. */
const PARTS_LIMIT = 10000;

/** `-r path`, `-rpath`, `--requirement path`, `--requirement=path`, and the same of `-c`; maybe in quotes, maybe a comment behind. */
const INCLUDE =
  /^[ \t]*(?:-(r|c)[ \t]*|--(requirement|constraint)(?:[ \t]+|=))(?:"([^"\r\n]+)"|'([^'\r\n]+)'|([^\s"']+))[ \t]*(?:[ \t]#[^\r\n]*)?\r?$/;

export async function expandRequirements(path: string, bytes: Uint8Array, files: ReadFiles): Promise<Expanded> {
  const expansion = new Expansion(files, files.dirname(path));
  await expansion.add(path, bytes, []);
  return expansion.finished();
}

/** The part that an offset in the text lies in. */
export function partAt(parts: readonly TextPart[], offset: number): TextPart | null {
  let found: TextPart | null = null;
  for (const part of parts) if (part.offset <= offset) found = part;
  return found;
}

class Expansion {
  readonly #files: ReadFiles;
  readonly #folder: string;
  readonly #chunks: Uint8Array[] = [];
  readonly #parts: TextPart[] = [];
  readonly #included = new Set<string>();
  readonly #constraints = new Set<string>();
  readonly #outside = new Set<string>();
  #size = 0;

  constructor(files: ReadFiles, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Adds a file, and in place of its include lines those files; `including` are the files that this one is included from. */
  async add(path: string, bytes: Uint8Array, including: readonly string[]): Promise<void> {
    if (including.includes(path)) throw shellError("requirements-cycle", { text: path, path: including.at(-1)! });
    let from = 0;
    for (let start = 0; start < bytes.length; ) {
      const feed = bytes.indexOf(0x0a, start);
      const end = feed === -1 ? bytes.length : feed;
      const include = this.#includeIn(bytes.subarray(start, end));
      if (include !== null) {
        this.#take(path, bytes, from, start);
        if (include.isConstraint) this.#constraints.add(include.path);
        else await this.#include(include.path, path, [...including, path]);
        // The line's end stays: what was included need not end with one.
        from = end;
      }
      start = end + 1;
    }
    this.#take(path, bytes, from, bytes.length);
  }

  finished(): Expanded {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return {
      bytes,
      parts: this.#parts,
      included: [...this.#included],
      constraints: [...this.#constraints],
      outside: [...this.#outside],
    };
  }

  #includeIn(line: Uint8Array): { path: string; isConstraint: boolean } | null {
    // Nearly no line is one: a hyphen at its start, which no requirement has.
    const first = line.find((byte) => byte !== 0x20 && byte !== 0x09);
    if (first !== 0x2d) return null;
    const match = INCLUDE.exec(new TextDecoder().decode(line));
    if (match === null) return null;
    const [, short, long, doubled, single, plain] = match;
    return { path: doubled ?? single ?? plain!, isConstraint: short === "c" || long === "constraint" };
  }

  async #include(written: string, from: string, including: readonly string[]): Promise<void> {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(written))
      throw shellError("requirements-address", { text: written, path: from });
    const path = this.#files.join(this.#files.dirname(from), written);
    if (this.#files.relative(this.#folder, path).startsWith("..")) this.#outside.add(path);
    const bytes = await this.#files.read(path);
    this.#included.add(path);
    await this.add(path, bytes, including);
  }

  #take(path: string, bytes: Uint8Array, from: number, end: number): void {
    const chunk = bytes.subarray(from, end);
    if (this.#parts.length === PARTS_LIMIT) throw shellError("requirements-includes", { detail: PARTS_LIMIT, path });
    this.#parts.push({ path, bytes, offset: this.#size, from });
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }
}
