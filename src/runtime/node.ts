// Files, streams and the machine, as Node.js has them. The other runtimes have files of the same names beside this one.
//
// Invariant: nobody else in src/ imports from "node:". What a file system refuses becomes a PylockError that says what was
// being done. Files are written whole or not at all.

import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { INPUT_LIMIT, STATUS_INPUT_TOO_LARGE } from "../core/abi.ts";
import { errorFrom, shellError } from "../words/errors.ts";

export { basename, dirname, join, relative, resolve as absolute } from "node:path";
export { checkOut } from "./node/git.ts";
export { sender, sleep } from "./node/http.ts";
export { cacheFolder, digests, openFile, openPart } from "./node/storage.ts";

/** The folder of this package: above dist/runtime/ and src/runtime/ alike. */
export const packageFolder: string = fileURLToPath(new URL("../..", import.meta.url));

export async function readBytes(path: string): Promise<Uint8Array> {
  return (await readIfThere(path)) ?? fail("file-not-found", path);
}

/** Null when there is no such file. What is larger than any input may be is refused before it is read. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readLimited(path, INPUT_LIMIT);
  } catch (error) {
    return isAbsent(error) ? null : fail("file-unreadable", path, error);
  }
  if (bytes !== null) return bytes;
  throw errorFrom(STATUS_INPUT_TOO_LARGE, { path, bytes: null, offset: null, size: null });
}

/** The file's bytes; null when they are more than the limit. */
async function readLimited(path: string, limit: number): Promise<Uint8Array | null> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > limit) return null;
    // A pipe or a device has no size: it is read as far as the limit goes.
    let bytes = new Uint8Array(size === 0 ? 65536 : size + 1);
    for (let filled = 0; ; ) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, null);
      if (bytesRead === 0) return bytes.subarray(0, filled);
      filled += bytesRead;
      if (filled > limit) return null;
      if (filled < bytes.length) continue;
      const wider = new Uint8Array(2 * filled);
      wider.set(bytes);
      bytes = wider;
    }
  } finally {
    await file.close();
  }
}

export async function kindOf(path: string): Promise<"file" | "folder" | null> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    return isAbsent(error) ? null : fail("file-unreadable", path, error);
  }
}

/** Names in a folder, sorted. */
export async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    return fail(isAbsent(error) ? "file-not-found" : "file-unreadable", folder, error);
  }
}

export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Writes all of the files: each beside its place first, and only when all are there do they take their names. */
export async function writeWhole(files: readonly NewFile[]): Promise<void> {
  const mark = randomBytes(6).toString("hex");
  const waiting = files.map(({ path, bytes }) => ({ path, bytes, draft: `${path}.${mark}.tmp` }));
  let current = "";
  try {
    for (const { path, bytes, draft } of waiting) {
      current = path;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(draft, bytes, { flag: "wx" });
    }
    for (const { path, draft } of waiting) {
      current = path;
      await rename(draft, path);
    }
  } catch (error) {
    await Promise.all(waiting.map(({ draft }) => rm(draft, { force: true })));
    fail("file-unwritable", current, error);
  }
}

export function print(text: string): void {
  process.stdout.write(text);
}

export function printError(text: string): void {
  process.stderr.write(text);
}

/** A reader that has seen enough (`| head`) closes the pipe: that ends the program, and is no failure. */
export function endWithClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}

export function endWith(code: number): void {
  process.exitCode = code;
}

export interface Terminal {
  readonly isTerminal: boolean;
  /** no-color.org: any value but the empty one switches colours off. */
  readonly color: boolean;
}

export function terminal(stream: "stdout" | "stderr"): Terminal {
  const isTerminal = process[stream].isTTY === true;
  const noColor = process.env.NO_COLOR;
  return { isTerminal, color: isTerminal && (noColor === undefined || noColor === "") && process.env.TERM !== "dumb" };
}

/** Milliseconds since some moment. */
export function now(): number {
  return performance.now();
}

export function commandLine(): string[] {
  return process.argv.slice(2);
}

/** The variables that the program was started with. */
export function variables(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** "linux", "darwin", "win32". */
export function platform(): string {
  return process.platform;
}

/** What this machine is called in Nix: "x86_64-linux". */
export function system(): string {
  const architecture = { x64: "x86_64", arm64: "aarch64" }[process.arch as string] ?? process.arch;
  return `${architecture}-${process.platform === "win32" ? "windows" : process.platform}`;
}

/** What to report with a bug. */
export function environment(): string {
  return `Node.js ${process.version} on ${system()}`;
}

export async function packageVersion(): Promise<string> {
  const manifest = JSON.parse(new TextDecoder().decode(await readBytes(join(packageFolder, "package.json"))));
  return manifest.version;
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

function fail(what: "file-not-found" | "file-unreadable" | "file-unwritable", path: string, error?: unknown): never {
  const detail = REASONS[(error as NodeJS.ErrnoException | undefined)?.code ?? ""] ?? String(error);
  throw shellError(what, { text: path, detail, path });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ENOENT: "there is no such folder",
  ENOTDIR: "a part of its path is no folder",
  ENOSPC: "no space is left",
  EPERM: "it is not permitted",
  EROFS: "the file system is read-only",
};
