// What an archive says of itself that Nix needs to know before it unpacks it: what an sdist's build requires (PEP 518), and
// which shared libraries a wheel needs from outside.

import { parseToml, Section } from "../lock/pyproject/toml.ts";
import { PylockError } from "../words/errors.ts";
import { inflate, LIMITS, pieces, type RandomAccess } from "./archive.ts";
import { type ReadPart, readSharedObject } from "./elf.ts";
import { readTar } from "./tar.ts";
import { readAll, readZip, type ZipEntry } from "./zip.ts";

/** Null where that cannot be told. */
export interface Contents {
  /** `[build-system] requires`, as written. */
  readonly buildRequires: readonly string[] | null;
  /** Sorted; what the wheel brings itself is left out. */
  readonly sonames: readonly string[] | null;
}

const NOTHING: Contents = { buildRequires: null, sonames: null };

/** `folder` is the lock's `subdirectory` of the archive, with slashes. */
export async function contentsOf(name: string, source: RandomAccess, folder: string | null = null): Promise<Contents> {
  if (/\.whl$/i.test(name))
    return { ...NOTHING, sonames: await sonamesOf(await readZip(source), !/-any\.whl$/i.test(name)) };
  if (/\.zip$/i.test(name)) return { ...NOTHING, buildRequires: await requiresOfZip(await readZip(source), folder) };
  if (/\.(tar\.gz|tgz)$/i.test(name)) return { ...NOTHING, buildRequires: await requiresOfTar(source, folder) };
  return NOTHING;
}

/** PEP 518: without the table setuptools; null for a file that cannot be read, which the build will complain about. */
export function readRequires(bytes: Uint8Array | null): readonly string[] | null {
  if (bytes === null) return ["setuptools"];
  try {
    const table = new Section(
      parseToml(new TextDecoder("utf-8", { fatal: true }).decode(bytes), "pyproject.toml"),
      "",
      "",
    );
    const system = table.section("build-system");
    return system.has("requires") ? system.texts("requires").map((text) => text.trim()) : ["setuptools"];
  } catch (error) {
    if (error instanceof PylockError || error instanceof TypeError) return null;
    throw error;
  }
}

// --- Sdists: <top>/[subdirectory/]pyproject.toml ----------------------------------------------------------------------

async function requiresOfTar(source: RandomAccess, folder: string | null): Promise<readonly string[] | null> {
  const wanted = wantedPath(folder);
  let found: Uint8Array | null = null;
  await readTar(
    inflate("gzip", pieces(source)),
    source.size,
    ({ path }) => isWanted(path, wanted),
    (_, bytes) => {
      found = bytes;
    },
  );
  return readRequires(found);
}

async function requiresOfZip(entries: readonly ZipEntry[], folder: string | null): Promise<readonly string[] | null> {
  const wanted = wantedPath(folder);
  const entry = entries.find(({ path, isFolder }) => !isFolder && isWanted(path, wanted));
  return readRequires(entry === undefined ? null : await readAll(entry.read(), LIMITS.text));
}

function wantedPath(folder: string | null): string {
  const parts = (folder ?? "").split("/").filter((part) => part !== "" && part !== ".");
  return [...parts, "pyproject.toml"].join("/");
}

function isWanted(path: readonly string[], wanted: string): boolean {
  return path.slice(1).join("/") === wanted;
}

// --- Wheels -----------------------------------------------------------------------------------------------------------

/** Pure wheels are only checked as archives. */
async function sonamesOf(entries: readonly ZipEntry[], isNative: boolean): Promise<readonly string[] | null> {
  return isNative ? (await librariesOf(entries)).needed : null;
}

export interface Libraries {
  /** Sorted; what the wheel brings itself is left out. */
  readonly needed: readonly string[];
  /** The names of its files, by which libraries are looked for; but for its private copies of others' (auditwheel's `NAME.libs`). */
  readonly brings: ReadonlySet<string>;
}

/** `open`: how the objects are read. */
export async function librariesOf(
  entries: readonly ZipEntry[],
  open: (entry: ZipEntry) => ReadPart = partsOf,
): Promise<Libraries> {
  const brings = new Set(
    entries.filter(({ path }) => !/\.libs$/.test(path[0] ?? "")).map(({ path }) => path.at(-1) ?? ""),
  );
  // What is loaded already is found by the name that it answers to.
  const own = new Set(entries.map(({ path }) => path.at(-1) ?? ""));
  const needed = new Set<string>();
  for (const entry of entries.filter(mayBeObject)) {
    const object = await readSharedObject(open(entry));
    if (object === null) continue;
    if (object.soname !== null) own.add(object.soname);
    for (const name of object.needed) if (isSoname(name)) needed.add(name);
  }
  return { needed: [...needed].filter((name) => !own.has(name)).sort(), brings };
}

/** Libraries by their names; programs have no ending, wherever a wheel puts them (Qt's in libexec/, triton's in bin/). */
function mayBeObject({ path, isFolder }: ZipEntry): boolean {
  const name = path.at(-1) ?? "";
  return !isFolder && (/\.so(\.[0-9.]+)?$|\.pyd$/i.test(name) || !name.includes("."));
}

/** A file name that a linker would write; anything else in that place is not worth recording. */
function isSoname(name: string): boolean {
  return /^[A-Za-z0-9._+@-]{1,255}$/.test(name);
}

/**
 * Parts of an entry, each by reading it from its start as far as needed. Most tables are near the start, so the first part
 * is kept.
 */
function partsOf(entry: ZipEntry): ReadPart {
  const KEPT = 256 * 1024;
  let head: Uint8Array | null = null;
  return async (offset, length) => {
    if (!(offset >= 0) || offset > entry.size) return new Uint8Array();
    head ??= await part(entry, 0, KEPT);
    const end = Math.min(entry.size, offset + length);
    return end <= head.length ? head.slice(offset, end) : part(entry, offset, end);
  };
}

async function part(entry: ZipEntry, from: number, to: number): Promise<Uint8Array> {
  const end = Math.min(to, entry.size);
  const bytes = new Uint8Array(Math.max(0, end - from));
  let at = 0;
  for await (const piece of entry.read()) {
    const start = Math.max(from - at, 0);
    if (start < piece.length) bytes.set(piece.subarray(start, Math.min(piece.length, end - at)), at + start - from);
    at += piece.length;
    // At the entry's own end its checksum is still to come.
    if (at >= end && at < entry.size) break;
  }
  return bytes;
}
