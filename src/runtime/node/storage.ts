// Files that are fetched: parts of downloads in the user's cache, files of a wheelhouse, folders that go away.
//
// Invariant: a part belongs to one process at a time (its id is in the name) and is taken over when that one has ended; what
// is in the cache is content and its ETag, never an address or a credential. Temporary folders are gone when the program
// ends, also by a signal.

import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDigest } from "../../lock/integrity.ts";
import type { RandomAccess } from "../../prefetch/archive.ts";
import type { Part } from "../../prefetch/download.ts";
import { cacheFolder } from "./cache-folder.ts";

/** A file that can be hashed and looked into. */
export interface StoredFile extends RandomAccess {
  close(): Promise<void>;
}

export interface StoredPart extends Part, StoredFile {
  remove(): Promise<void>;
}

/** Where unfinished downloads are kept. */
export function partsFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return join(cacheFolder(environment) ?? join(tmpdir(), "pylock2nix"), "parts");
}

/** The part of that key, with what an earlier process left of it. */
export async function openPart(folder: string, key: string): Promise<StoredPart> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stem = createHash("sha256").update(key).digest("hex").slice(0, 40);
  // Two of one key in one process are told apart too.
  const own = join(folder, `${stem}.${process.pid}.${randomBytes(4).toString("hex")}`);
  await takeOver(folder, stem, own);
  const file = await open(`${own}.part`, "a+", 0o600);
  let { size } = await file.stat();
  const room = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  let validator = await readFile(`${own}.tag`, "utf8").catch(() => null);
  return {
    get size() {
      return size;
    },
    room,
    get validator() {
      return validator;
    },
    async restart(next) {
      // The file is emptied before its tag changes: a part never stands beside another's tag.
      await file.truncate(0);
      [size, validator] = [0, next];
      if (next === null) await rm(`${own}.tag`, { force: true });
      else await writeFile(`${own}.tag`, next, { mode: 0o600 });
    },
    async append(bytes) {
      await file.appendFile(bytes);
      size += bytes.length;
    },
    read: (offset, length) => readAt(file, offset, length),
    close: () => file.close(),
    async remove() {
      await file.close();
      await removePart(own);
    },
  };
}

/** A part that nobody has touched for so long is in the way: its lock has moved on, or the file is recorded already. */
const PART_AGE = 30 * 86400000; // milliseconds

/** Renaming decides between processes that want the same part. */
async function takeOver(folder: string, stem: string, own: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, rest, owner] = /^([0-9a-f]{40}\.(\d+)\.[0-9a-f]+)\.part$/.exec(name) ?? [];
    if (rest === undefined || isAlive(Number(owner))) continue;
    if (!rest.startsWith(`${stem}.`)) {
      if (Number(owner) !== process.pid) await removeOld(join(folder, rest));
      continue;
    }
    const taken = await rename(join(folder, name), `${own}.part`).then(
      () => true,
      () => false,
    );
    if (!taken) continue;
    await rename(join(folder, `${rest}.tag`), `${own}.tag`).catch(() => {});
    return;
  }
}

async function removeOld(part: string): Promise<void> {
  const status = await stat(`${part}.part`).catch(() => null);
  if (status !== null && Date.now() - status.mtimeMs > PART_AGE) await removePart(part);
}

async function removePart(part: string): Promise<void> {
  await Promise.all([rm(`${part}.part`, { force: true }), rm(`${part}.tag`, { force: true })]);
}

/** This process's own parts are closed when they are opened again: it has one for each key at a time. */
function isAlive(owner: number): boolean {
  if (owner === process.pid) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export async function openFile(path: string): Promise<StoredFile> {
  const file = await open(path, "r");
  const { size } = await file.stat();
  return { size, read: (offset, length) => readAt(file, offset, length), close: () => file.close() };
}

/** Digests of a stream, by Node's names of the algorithms. */
export async function digests(
  stream: AsyncIterable<Uint8Array>,
  algorithms: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const hashes = algorithms.map((name) => ({ name, hash: digestNamed(name) }));
  for await (const piece of stream) for (const { hash } of hashes) hash.update(piece);
  return new Map(hashes.map(({ name, hash }) => [name, hash.digest()]));
}

/** Node's own, or where it has none ours. */
function digestNamed(name: string): { update(bytes: Uint8Array): unknown; digest(): Uint8Array } {
  return name === "blake2b-256" || name === "blake2b-512" ? createDigest(name) : createHash(name);
}

const doomed = new Set<string>();

/** A folder that is gone when the program ends. */
export function temporaryFolder(): string {
  if (doomed.size === 0) watch();
  const folder = mkdtempSync(join(tmpdir(), "pylock2nix-"));
  doomed.add(folder);
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  doomed.delete(folder);
}

let watched = false;

function watch(): void {
  if (watched) return;
  watched = true;
  const clean = (): void => {
    for (const folder of doomed) rmSync(folder, { recursive: true, force: true });
    doomed.clear();
  };
  process.once("exit", clean);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      clean();
      process.kill(process.pid, signal);
    });
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new Error("the file became shorter while it was read");
    filled += bytesRead;
  }
  return bytes;
}
