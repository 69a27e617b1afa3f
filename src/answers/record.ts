// The record of what was fetched once, `pylock2nix.sources.json` (docs/prefetch.md).
//
// Invariant: an entry is found by what the lock says of its source, all of it, so that a changed lock never meets an old
// entry. The same entries give the same bytes. What is read was checked: a record is a file that people edit and merge.

import { isFileName, isPath, recordable } from "../lock/address.ts";
import { shellError } from "../words/errors.ts";

/** What the lock says. */
export type Subject = GitSubject | UrlSubject | FileSubject | HashesSubject;

/** A commit of a repository. */
export interface GitSubject {
  /** Which kind this is. */
  readonly kind: "git";
  /** The repository, without credentials. */
  readonly url: string;
  /** The commit, in full. */
  readonly rev: string;
  /** Whether those are checked out, too. */
  readonly submodules: boolean;
  /** Whether large files come from the LFS store. */
  readonly lfs: boolean;
  /** The folder within, where it is not the whole. */
  readonly subdirectory: string | null;
}

/** An archive at an address. */
export interface UrlSubject {
  /** Which kind this is. */
  readonly kind: "url";
  /** Without credentials. */
  readonly url: string;
  /** The lock's own, as SRI. */
  readonly hash: string | null;
  /** The folder within, where it is not the whole. */
  readonly subdirectory: string | null;
}

/** A file of an index; `index` is null for the default one. */
export interface FileSubject {
  /** Which kind this is. */
  readonly kind: "file";
  /** Normalised name. */
  readonly package: string;
  /** As the lock writes it. */
  readonly version: string | null;
  /** Its name. */
  readonly file: string;
  /** The lock's own, as SRI. */
  readonly hash: string | null;
  /** Its address, without credentials. */
  readonly index: string | null;
  /** The lock's own address of the file. */
  readonly url: string | null;
}

/** Files of which the lock has nothing but hashes. */
export interface HashesSubject {
  /** Which kind this is. */
  readonly kind: "hashes";
  /** Normalised name. */
  readonly package: string;
  /** As the lock writes it. */
  readonly version: string | null;
  /** SRI. */
  readonly hashes: readonly string[];
  /** Its address, without credentials. */
  readonly index: string | null;
}

/** What was found; null or absent: not known, or not needed. */
export interface Found {
  /** SRI: of the checkout's NAR for git, else of the file; absent where the lock's own will do. */
  readonly hash?: string;
  /** Where the file is. */
  readonly url?: string;
  /** Its name, where the lock's address does not end in it. */
  readonly file?: string;
  /** `[build-system] requires` of a source, as written. */
  readonly buildRequires?: readonly string[];
  /** Shared libraries that a wheel needs from outside. */
  readonly sonames?: readonly string[];
  /** For bare hashes: the files that have them. */
  readonly files?: readonly FoundFile[];
}

/** A file that was found by its hash. */
export interface FoundFile {
  /** Its name. */
  readonly file: string;
  /** SRI. */
  readonly hash: string;
  /** Where it is. */
  readonly url?: string;
  /** As in Found. */
  readonly buildRequires?: readonly string[];
  /** As in Found. */
  readonly sonames?: readonly string[];
}

export const RECORD_NAME = "pylock2nix.sources.json";
const FORMAT = 1;

/** What was fetched once: entries by what the lock says of a source. */
export class SourceRecord {
  readonly #entries: Map<string, { readonly lock: Subject; readonly found: Found }>;
  #names: Set<string> | null = null;

  /** With these entries. */
  constructor(entries: Iterable<readonly [Subject, Found]> = []) {
    this.#entries = new Map([...entries].map(([lock, found]) => [keyOf(lock), { lock, found }]));
  }

  /** The number of entries. */
  get size(): number {
    return this.#entries.size;
  }

  /** What was found of it; null when nothing is recorded. */
  get(subject: Subject): Found | null {
    return this.size === 0 ? null : (this.#entries.get(keyOf(subject))?.found ?? null);
  }

  /** Whether an entry is about a file or bare hashes of this package. */
  speaksOf(name: string): boolean {
    this.#names ??= new Set([...this.#entries.values()].map(({ lock }) => ("package" in lock ? lock.package : "")));
    return this.#names.has(name);
  }

  /** The files that were found and that the lock does not name. */
  fileNames(): string[] {
    return [...this.#entries.values()].flatMap(({ found: { file, files = [] } }) => [
      ...(file === undefined ? [] : [file]),
      ...files.map((each) => each.file),
    ]);
  }

  /** Records it, in the place of what was there. */
  set(subject: Subject, found: Found): void {
    this.#names = null;
    this.#entries.set(keyOf(subject), { lock: subject, found });
  }

  /** Drops what is not among these; says how many entries went. */
  keepOnly(subjects: Iterable<Subject>): number {
    const kept = new Set([...subjects].map(keyOf));
    const stale = [...this.#entries.keys()].filter((key) => !kept.has(key));
    for (const key of stale) this.#entries.delete(key);
    this.#names = null;
    return stale.length;
  }

  /** One line for each entry, sorted: what one project adds is one line more. */
  text(): string {
    const lines = [...this.#entries]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, { lock, found }]) => JSON.stringify({ lock: orderedSubject(lock), ...orderedFound(found) }));
    return `{\n"format":${FORMAT},\n"sources":[${lines.length === 0 ? "" : `\n${lines.join(",\n")}\n`}]\n}\n`;
  }
}

/**
 * Reads what `pylock2nix prefetch` recorded, the bytes of a pylock2nix.sources.json.
 *
 * @param path for messages
 * @throws {PylockError} that says what is wrong with it
 * @example
 * ```ts
 * import { readRecord } from "pylock2nix";
 *
 * const bytes = new TextEncoder().encode('{ "format": 1, "sources": [] }');
 * console.log(readRecord(bytes, "pylock2nix.sources.json").size); // 0
 * ```
 */
export function readRecord(bytes: Uint8Array, path: string): SourceRecord {
  const refuse = (detail: string): never => {
    throw shellError("sources-record", { text: path, detail, path });
  };
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    refuse("expected JSON");
  }
  const root = isObject(document) ? document : refuse("expected an object");
  if (root.format !== FORMAT) refuse(`expected format ${FORMAT}`);
  if (!Array.isArray(root.sources)) refuse("expected a list `sources`");
  const record = new SourceRecord();
  for (const [index, source] of (root.sources as unknown[]).entries()) {
    const wrong = (what: string): never => refuse(`entry ${index + 1} of \`sources\`: ${what}`);
    const { lock, ...found } = isObject(source) ? source : wrong("expected an object");
    const subject = checkedSubject(lock, wrong);
    if (record.get(subject) !== null) wrong("it is there twice");
    record.set(subject, checkedFound(subject, found, wrong));
  }
  return record;
}

// --- Keys and order ---------------------------------------------------------------------------------------------------

/** Text that sorts entries by package or address, and differs wherever the lock does. */
function keyOf(subject: Subject): string {
  return JSON.stringify(orderedSubject(subject));
}

function orderedSubject(subject: Subject): object {
  switch (subject.kind) {
    case "git": {
      const { kind, url, rev, submodules, lfs, subdirectory } = subject;
      return { kind, url, rev, submodules, lfs, subdirectory };
    }
    case "url": {
      const { kind, url, hash, subdirectory } = subject;
      return { kind, url, hash, subdirectory };
    }
    case "file": {
      const { kind, package: name, version, file, hash, index, url } = subject;
      return { kind, package: name, version, file, hash, index, url };
    }
    case "hashes": {
      const { kind, package: name, version, hashes, index } = subject;
      return { kind, package: name, version, hashes: [...hashes].sort(), index };
    }
  }
}

function orderedFound({ hash, url, file, buildRequires, sonames, files }: Found): object {
  const sorted = files === undefined ? undefined : [...files].sort((left, right) => (left.file < right.file ? -1 : 1));
  return {
    ...(file !== undefined && { file }),
    ...(hash !== undefined && { hash }),
    ...(url !== undefined && { url }),
    ...(buildRequires !== undefined && { buildRequires }),
    ...(sonames !== undefined && { sonames }),
    ...(sorted !== undefined && { files: sorted.map(orderedFound) }),
  };
}

// --- Checks -----------------------------------------------------------------------------------------------------------

type Wrong = (what: string) => never;
type Table = Readonly<Record<string, unknown>>;

function checkedSubject(value: unknown, wrong: Wrong): Subject {
  const lock = isObject(value) ? value : wrong("expected an object `lock`");
  const shapes: Readonly<Record<string, Table>> = {
    git: { url: isText, rev: isCommit, submodules: isFlag, lfs: isFlag, subdirectory: isTextOrNull },
    url: { url: isText, hash: isTextOrNull, subdirectory: isTextOrNull },
    file: {
      package: isText,
      version: isTextOrNull,
      file: isName,
      hash: isTextOrNull,
      index: isTextOrNull,
      url: isTextOrNull,
    },
    hashes: { package: isText, version: isTextOrNull, hashes: isTexts, index: isTextOrNull },
  };
  const shape = Object.hasOwn(shapes, String(lock.kind)) ? shapes[String(lock.kind)]! : wrong("unknown `lock.kind`");
  checkKeys(lock, { kind: isText, ...shape }, Object.keys(shape), "lock.", wrong);
  return lock as unknown as Subject;
}

const FOUND: Table = {
  hash: isStrongHash,
  url: isPlace,
  file: isName,
  buildRequires: isTexts,
  sonames: isTexts,
  files: (value: unknown) => Array.isArray(value),
};
const NEEDED: Readonly<Record<Subject["kind"], readonly string[]>> = {
  git: ["hash"],
  url: [],
  file: [],
  hashes: ["files"],
};

function checkedFound(subject: Subject, found: Table, wrong: Wrong): Found {
  checkKeys(found, FOUND, NEEDED[subject.kind], "", wrong);
  const { files, ...shape } = FOUND;
  for (const file of (found.files ?? []) as unknown[]) {
    if (!isObject(file)) return wrong("expected objects in `files`");
    checkKeys(file, shape, ["file", "hash"], "files.", wrong);
    if (subject.kind === "hashes" && subject.hashes.some(isStrongHash) && !subject.hashes.includes(String(file.hash)))
      wrong("`files.hash` is none of the lock's");
  }
  if (
    "hash" in subject &&
    subject.hash !== null &&
    isStrongHash(subject.hash) &&
    found.hash !== undefined &&
    found.hash !== subject.hash
  ) {
    wrong("`hash` is not the lock's");
  }
  return found as Found;
}

function checkKeys(table: Table, shape: Table, needed: readonly string[], prefix: string, wrong: Wrong): void {
  for (const [key, value] of Object.entries(table)) {
    const check = Object.hasOwn(shape, key) ? (shape[key] as (value: unknown) => boolean) : null;
    if (check === null) wrong(`unknown key \`${prefix}${key.slice(0, 40)}\``);
    else if (!check(value)) wrong(`\`${prefix}${key}\` is not what \`pylock2nix prefetch\` writes`);
  }
  for (const key of needed) if (!Object.hasOwn(table, key)) wrong(`\`${prefix}${key}\` is missing`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length < 4096 && !/\p{Cc}/u.test(value);
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 10_000 && value.every(isText);
}

function isFlag(value: unknown): boolean {
  return typeof value === "boolean";
}

function isName(value: unknown): boolean {
  return typeof value === "string" && isFileName(value);
}

function isCommit(value: unknown): boolean {
  return typeof value === "string" && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}

/** An address that holds no credentials, or a path from the lock's folder. */
function isPlace(value: unknown): boolean {
  try {
    return isText(value) && value !== "" && (isPath(value) || recordable(value) === value);
  } catch {
    return false;
  }
}

/** SHA-2 as SRI, of the right length, but for SHA-384, which Nix does not know. Others are no promise of content any more. */
export function isStrongHash(value: unknown): boolean {
  return typeof value === "string" && /^(sha256-[A-Za-z0-9+/]{43}=|sha512-[A-Za-z0-9+/]{86}==)$/.test(value);
}
