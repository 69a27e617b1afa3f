// Files, streams and the machine, as Node.js has them. The other runtimes have files of the same names beside this one.
//
// Invariant: nobody else in src/ imports from "node:". What a file system refuses becomes a PylockError that says what was
// being done. Files are written whole or not at all.

import {
  closeSync,
  type Dirent,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { INPUT_LIMIT, STATUS_INPUT_TOO_LARGE } from "../core/abi.ts";
import type { ByteSource } from "../core/core.ts";
import { errorFrom, shellError } from "../words/errors.ts";

export { basename, dirname, extname, isAbsolute, join, relative, resolve as absolute } from "node:path";

/** The folder of this package: above src/runtime/, dist/runtime/ and dist/bin/ alike. */
export const packageFolder: string = join(import.meta.dirname, "../..");

export async function readBytes(path: string): Promise<Uint8Array> {
  return (await readIfThere(path)) ?? fail("file-not-found", path);
}

/** Null when there is no such file. What is larger than any input may be is refused before it is read. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  const bytes = readUpTo(path, INPUT_LIMIT);
  if (bytes !== "larger") return bytes;
  throw errorFrom(STATUS_INPUT_TOO_LARGE, { path, bytes: null, offset: null, size: null });
}

/** Null when there is no such file; what is larger than the limit is not read. */
function readUpTo(path: string, limit: number): Uint8Array | "larger" | null {
  try {
    return readLimited(path, limit) ?? "larger";
  } catch (error) {
    return isAbsent(error) ? null : fail("file-unreadable", path, error);
  }
}

/** A file whose bytes go where there is room for them. */
export interface FileSource extends ByteSource {
  /** The first bytes, 4,096 where it has as many. */
  readonly head: Uint8Array;
  readonly path: string;
}

const HEAD = 4096;

export async function sourceAt(path: string): Promise<FileSource> {
  const found = regular(path);
  if (found === null) {
    // A pipe is read once.
    const whole = await readBytes(path);
    const head = whole.subarray(0, HEAD);
    return { path, size: whole.length, head, readInto: (room) => room.set(whole), bytes: () => whole };
  }
  let whole: Uint8Array | undefined;
  const bytes = (): Uint8Array => {
    if (whole === undefined) {
      whole = new Uint8Array(found.size);
      fill(whole, path);
    }
    return whole;
  };
  return { path, ...found, readInto: (room) => fill(room, path), bytes };
}

/** The size and the first bytes of a regular file; null of anything else. */
function regular(path: string): { size: number; head: Uint8Array } | null {
  try {
    const file = openSync(path, "r");
    try {
      const status = fstatSync(file);
      if (!status.isFile() || status.size === 0 || status.size > INPUT_LIMIT) return null;
      const head = new Uint8Array(Math.min(status.size, HEAD));
      return { size: status.size, head: head.subarray(0, readSync(file, head, 0, head.length, 0)) };
    } finally {
      closeSync(file);
    }
  } catch {
    return null; // Whoever reads it says why it cannot be read.
  }
}

function fill(room: Uint8Array, path: string): void {
  try {
    const file = openSync(path, "r");
    try {
      for (let filled = 0; filled < room.length; ) {
        const count = readSync(file, room, filled, room.length - filled, filled);
        if (count === 0) throw new Error("it became shorter meanwhile");
        filled += count;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    fail(isAbsent(error) ? "file-not-found" : "file-unreadable", path, error);
  }
}

/** SHA-256 in hexadecimal, by the runtime: at once and without a copy. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(bytes).digest("hex");
}

/** The file's bytes; null when they are more than the limit. */
function readLimited(path: string, limit: number): Uint8Array | null {
  const file = openSync(path, "r");
  try {
    let bytes = scratch;
    for (let filled = 0; ; ) {
      const count = readSync(file, bytes, filled, bytes.length - filled, null);
      if (count === 0) return bytes === scratch ? bytes.slice(0, filled) : bytes.subarray(0, filled);
      filled += count;
      if (filled > limit) return null;
      if (filled < bytes.length) continue;
      // A pipe or a device has no size: it is read as far as the limit goes.
      const { size } = fstatSync(file);
      if (size > limit) return null;
      const wider = new Uint8Array(Math.max(2 * filled, size + 1));
      wider.set(bytes);
      bytes = wider;
    }
  } finally {
    closeSync(file);
  }
}

/** Most files are smaller: so each is read by two calls of the system alone, and a folder of small ones in half the time. */
const scratch = new Uint8Array(65536);

/** Of a file, in bytes. */
export async function sizeOf(path: string): Promise<number> {
  return statSync(path).size;
}

export async function kindOf(path: string): Promise<"file" | "folder" | null> {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch (error) {
    return isAbsent(error) ? null : fail("file-unreadable", path, error);
  }
}

/** Names in a folder, sorted. */
export async function list(folder: string): Promise<string[]> {
  return entries(folder)
    .map(({ name }) => name)
    .sort();
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return fail(isAbsent(error) ? "file-not-found" : "file-unreadable", folder, error);
  }
}

/** The files in a folder and in those below it, as paths from there, in the order of their names. */
export async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const names: string[] = [];
  const found = entries(join(folder, prefix)).sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const each of found) {
    const name = `${prefix}${each.name}`;
    if (each.isDirectory()) names.push(...(await filesBelow(folder, `${name}/`)));
    else names.push(name);
  }
  return names;
}

/** Whether a file is there and has these bytes. */
export async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  const present = readUpTo(path, bytes.length);
  return present instanceof Uint8Array && Buffer.compare(present, bytes) === 0;
}

export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Writes all of the files: each beside its place first, and only when all are there do they take their names. */
export async function writeWhole(files: readonly NewFile[]): Promise<void> {
  const mark = `${process.pid}.${Math.random().toString(36).slice(2, 10)}`;
  const waiting = files.map(({ path, bytes }) => ({ path, bytes, draft: `${path}.${mark}.tmp` }));
  let current = "";
  try {
    for (const { path, bytes, draft } of waiting) {
      current = path;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(draft, bytes, { flag: "wx" });
    }
    for (const { path, draft } of waiting) {
      current = path;
      renameSync(draft, path);
    }
  } catch (error) {
    for (const { draft } of waiting) rmSync(draft, { force: true });
    fail("file-unwritable", current, error);
  }
}

/** Pieces follow one another; bytes are UTF-8, and may be gone afterwards. */
export function print(text: string | readonly (string | Uint8Array)[]): void {
  for (const piece of typeof text === "string" ? [text] : text) write("stdout", piece);
}

export function printError(text: string): void {
  write("stderr", text);
}

// A piece may start with U+FEFF: it is no mark of the encoding here.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const DESCRIPTORS = { stdout: 1, stderr: 2 };
/** Those that Node's stream writes to by now. */
const streaming = new Set<keyof typeof DESCRIPTORS>();

/**
 * Straight to the descriptor: to make Node's stream for it takes a tenth of the time that Node takes to start. A pipe that
 * is full and must not block is left to the stream, which waits.
 */
function write(to: keyof typeof DESCRIPTORS, piece: string | Uint8Array): void {
  if (collecting !== null) {
    collecting[to].push(typeof piece === "string" ? piece : decoder.decode(piece));
    return;
  }
  let rest: Uint8Array = typeof piece === "string" ? Buffer.from(piece) : piece;
  try {
    while (rest.length > 0 && !streaming.has(to)) rest = rest.subarray(writeSync(DESCRIPTORS[to], rest));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (isClosed(error)) process.exit(process.exitCode ?? 0);
    if (code !== "EAGAIN") {
      // What is for people must not keep the data from being written.
      if (to === "stderr") return;
      throw shellError("output-unwritable", { detail: REASONS[code ?? ""] ?? String(error) });
    }
    streaming.add(to);
    process[to].on("error", (later: unknown) => {
      if (isClosed(later)) process.exit(process.exitCode ?? 0);
      throw later;
    });
  }
  if (rest.length > 0) process[to].write(Buffer.from(rest));
}

/** Where what is printed goes while it is collected. */
let collecting: Record<keyof typeof DESCRIPTORS, string[]> | null = null;

/** Does the work, one at a time, and gives what it would have printed. */
export async function collect<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; stdout: string; stderr: string }> {
  const own = { stdout: [] as string[], stderr: [] as string[] };
  collecting = own;
  try {
    const result = await work();
    return { result, stdout: own.stdout.join(""), stderr: own.stderr.join("") };
  } finally {
    collecting = null;
  }
}

/** A reader that has seen enough (`| head`) closes the pipe: that ends the program, and is no failure. */
function isClosed(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EPIPE";
}

/**
 * At once, where all that was printed is written: for a large lock, to give back memory piece by piece takes 4 % of the time. By then
 * a command has done all that it does.
 */
export function endWith(code: number): void {
  process.exitCode = code;
  if (streaming.size === 0) process.exit();
}

export interface Terminal {
  readonly isTerminal: boolean;
  /** no-color.org: any value but the empty one switches colours off. */
  readonly color: boolean;
}

export function terminal(stream: "stdout" | "stderr"): Terminal {
  const isOne = isTerminal(DESCRIPTORS[stream]);
  const color = isOne && (variable("NO_COLOR") ?? "") === "" && variable("TERM") !== "dumb";
  return { isTerminal: isOne && collecting === null, color };
}

/** Deno refuses what it was not allowed: such a variable says nothing. */
function variable(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

// Devices by their major number on Linux (kernel.org, Documentation/admin-guide/devices.txt).
const MEMORY_DEVICES = 1; // /dev/null
const FIRST_TERMINAL = 136; // Unix98 pseudoterminals: what shells run in
const LAST_TERMINAL = 143;

/** In threads too, where Node's streams do not know. The module that tells takes 5 ms to load, so it is asked only in doubt. */
function isTerminal(descriptor: number): boolean {
  const device = deviceOf(descriptor);
  if (device === null || (isLinux() && device === MEMORY_DEVICES)) return false;
  if (isLinux() && device >= FIRST_TERMINAL && device <= LAST_TERMINAL) return true;
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

function isLinux(): boolean {
  return process.platform === "linux";
}

/** The major number of a device; null of files and pipes, 0 when that cannot be told. */
function deviceOf(descriptor: number): number | null {
  try {
    const state = fstatSync(descriptor);
    return state.isCharacterDevice() ? (state.rdev >> 8) & 0xfff : null;
  } catch {
    return 0;
  }
}

/** Milliseconds since some moment. */
export function now(): number {
  return process.uptime() * 1000;
}

export function commandLine(): string[] {
  return process.argv.slice(2);
}

/** The variables that the program was started with. */
export function variables(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** How many threads can run at once. */
export function cores(): number {
  return availableParallelism();
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
