// requirements.txt with the files that it includes, as one text: `-r other.txt` becomes what that file holds, and a project's
// folder (`-e .`, `./packages/x`) has its name before it.
//
// The core reads no files, and neither does this: whoever calls it can read. `-c` lines go: each requirement here is one
// version with its hashes, which a constraint could only repeat or contradict.
//
// Invariant: a place in the text is a place in one of the files, which `partAt` tells. A file that includes itself is an
// error, an address instead of a path is one, and a file outside the project's folder is reported. Paths of folders are
// relative to the first file's.

import { shellError } from "../words/errors.ts";
import { readPyproject } from "./pyproject.ts";

/** A stretch of the text that comes from one file. */
export interface TextPart {
  readonly path: string;
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** Where the stretch begins in the text, and in the file. */
  readonly offset: number;
  readonly from: number;
  /** The text has other words here than the file: so many of the file's bytes. */
  readonly replaced?: number;
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
  /** Null where there is none. */
  readonly readIfThere: (path: string) => Promise<Uint8Array | null>;
  readonly join: (folder: string, path: string) => string;
  readonly dirname: (path: string) => string;
  /** The path from the folder, which begins with `..` when the file is not in it. */
  readonly relative: (folder: string, path: string) => string;
}

/** Files may include the same file again, and so double with each level. */
const PARTS_LIMIT = 10000;

/** `-r path`, `-rpath`, `--requirement path`, `--requirement=path`, and the same of `-c`; maybe in quotes, maybe a comment behind. */
const INCLUDE =
  /^[ \t]*(?:-(r|c)[ \t]*|--(requirement|constraint)(?:[ \t]+|=))(?:"([^"\r\n]+)"|'([^'\r\n]+)'|([^\s"']+))[ \t]*(?:[ \t]#.*)?$/;

/**
 * A place: `-e` or not, `name @` or not, then an address of a file or a path that is no file's, maybe with `[extras]`; what
 * follows may be a marker, an option, a comment or a backslash.
 */
const PLACE =
  /^([ \t]*(?:(?:-e[ \t]*|--editable(?:[ \t]+|=)))?)([A-Za-z0-9][A-Za-z0-9._-]*[ \t]*(?:\[[^\]]*\][ \t]*)?@[ \t]*)?(file:[^\s;#]*|(?![^\s;#]*:)[^\s;#[]+)(.*)$/s;
/** pdm's word for the project's folder (pdm-backend's `{root:uri}` is not written into exports). */
const PROJECT_ROOT = /^file:\/\/\/\$\{PROJECT_ROOT\}/;

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
      const end = lineEnd(bytes, start);
      const line = bytes.subarray(start, end);
      const include = this.#includeIn(line);
      const place = include === null ? await this.#placeIn(line) : null;
      if (place !== null) {
        this.#take(path, bytes, from, start + place.from);
        const whole = { path, bytes, from: start + place.from, replaced: place.end - place.from };
        this.#put(whole, place.text);
        from = start + place.end;
      }
      if (include !== null) {
        this.#take(path, bytes, from, start);
        if (include.isConstraint) this.#constraints.add(include.path);
        else await this.#include(include.path, path, [...including, path]);
        // The line's end stays: what was included need not end with one.
        from = end;
      }
      // LF, or one of the longer characters that end a line.
      start = end + (bytes[end] === 0xc2 ? 2 : bytes[end] === 0xe2 ? 3 : 1);
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

  /**
   * Where the place in a line stands and how it is read: a path instead of an address that lies in the project's folder, and
   * the name of the project there before it.
   */
  async #placeIn(line: Uint8Array): Promise<{ from: number; end: number; text: string } | null> {
    const first = line.find((byte) => byte !== 0x20 && byte !== 0x09);
    if (first === undefined || first === 0x23) return null;
    // Nearly no line is one: a path has a slash, or begins with a dot.
    if (!line.includes(0x2f) && first !== 0x2e && first !== 0x2d) return null;
    const match = PLACE.exec(new TextDecoder().decode(line));
    if (match === null) return null;
    const [, before = "", name = "", written = ""] = match;
    const isPath = written.includes("/") || written.startsWith(".");
    if (!isPath) return null;
    const path = this.#pathOf(written);
    const own = name === "" && !ARCHIVE.test(path) ? await this.#nameOf(path) : null;
    if (path === written && own === null) return null;
    const from = new TextEncoder().encode(before + name).length;
    const size = new TextEncoder().encode(written).length;
    return { from, end: from + size, text: own === null ? path : `${own} @ ${path}` };
  }

  /** The path below the project's folder that an address of a file means; anything else as it is written. */
  #pathOf(written: string): string {
    if (PROJECT_ROOT.test(written)) return written.replace(PROJECT_ROOT, ".");
    if (!written.startsWith("file:")) return written;
    let path: string;
    try {
      path = decodeURIComponent(written.replace(/^file:(?:\/\/(?:localhost(?=\/))?)?/, ""));
    } catch {
      return written;
    }
    const within = this.#files.relative(this.#folder, path);
    const isPlain = !/[\s;#%@]/.test(within) && !within.startsWith("/");
    return path.startsWith("/") && isPlain && !within.startsWith("..") ? `./${within}`.replace(/^\.\/$/, ".") : written;
  }

  /** What the project in a folder is called; null when that cannot be told. */
  async #nameOf(path: string): Promise<string | null> {
    const file = this.#files.join(this.#files.join(this.#folder, path), "pyproject.toml");
    const bytes = await this.#files.readIfThere(file);
    const name = bytes === null ? null : readPyproject(bytes, file).name;
    return name !== null && NAME.test(name) ? name : null;
  }

  /** Adds a text in place of what stands there in the file. */
  #put(part: Omit<TextPart, "offset">, text: string): void {
    const chunk = new TextEncoder().encode(text);
    this.#parts.push({ ...part, offset: this.#size });
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  #take(path: string, bytes: Uint8Array, from: number, end: number): void {
    const chunk = bytes.subarray(from, end);
    if (this.#parts.length === PARTS_LIMIT) throw shellError("requirements-includes", { detail: PARTS_LIMIT, path });
    this.#parts.push({ path, bytes, offset: this.#size, from });
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }
}

const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const ARCHIVE = /\.(?:whl|zip|tar|tgz|tar\.(?:gz|bz2|xz))$/;

/** Where the line that starts there ends: as Python's str.splitlines() has it (assembly/lock/requirements/lines.ts). */
function lineEnd(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if ((byte >= 0x0a && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x1e)) return at;
    if (byte === 0xc2 && bytes[at + 1] === 0x85) return at;
    if (byte === 0xe2 && bytes[at + 1] === 0x80 && (bytes[at + 2]! | 1) === 0xa9) return at;
  }
  return bytes.length;
}
