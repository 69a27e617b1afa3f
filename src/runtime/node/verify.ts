// What `verify` needs of Node.js: folders looked through, files hashed on all cores, the reason of a mismatch looked for.
//
// Invariant: nothing is written, so that nothing is left behind whenever it ends. Links to files are followed, links to
// folders are not unless named; pipes, sockets and devices are never opened.

import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { extname, join } from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { createGunzip } from "node:zlib";
import type { HashAlgorithm } from "../../core/hasher.ts";
import type { WorkerData } from "./hash-worker.ts";
import {
  COUNTERS_SIZE,
  type Engine,
  type HashOutcome,
  type HashTask,
  hashFiles,
  quickerEngine,
  reasonOf,
  type SharedWork,
  sharedQueue,
  summing,
} from "./hashing.ts";

export type { Engine, HashOutcome, HashTask } from "./hashing.ts";

// --- Folders ----------------------------------------------------------------------------------------------------------

export interface Entry {
  readonly name: string;
  readonly path: string;
  /** `other`: a pipe, a socket, a device, a link to a folder. */
  readonly kind: "file" | "folder" | "other" | "unreadable";
  readonly size: number;
  /** Why it is unreadable. */
  readonly problem: string | null;
}

/** What a path is; links are followed. */
export async function look(path: string, name: string): Promise<Entry> {
  try {
    const found = await stat(path);
    const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
    return { name, path, kind, size: found.size, problem: null };
  } catch (error) {
    return { name, path, kind: "unreadable", size: 0, problem: reasonOf(error) };
  }
}

/** What is in a folder, by name; an unreadable folder is thrown as the file system says it. */
export async function* entriesOf(folder: string): AsyncGenerator<Entry> {
  const found = await readdir(folder, { withFileTypes: true });
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const each of found) {
    const path = `${folder.replace(/\/$/, "")}/${each.name}`;
    if (each.isDirectory()) yield { name: each.name, path, kind: "folder", size: 0, problem: null };
    else if (each.isFile() || each.isSymbolicLink()) {
      const entry = await look(path, each.name);
      yield entry.kind === "folder" ? { ...entry, kind: "other" } : entry;
    } else yield { name: each.name, path, kind: "other", size: 0, problem: null };
  }
}

export { reasonOf } from "./hashing.ts";

// --- Hashing ----------------------------------------------------------------------------------------------------------

export interface HashingOptions {
  readonly engine: Engine | "auto";
  readonly workers: number | null;
  /** Bytes that are expected in all. */
  readonly size: number;
  readonly done: (outcome: HashOutcome) => void;
  /** Called now and then with the bytes hashed so far. */
  readonly progress: (bytes: number) => void;
}

export interface HashingSummary {
  readonly engine: Engine;
  readonly workers: number;
}

const WORKER_LIMIT = 4;
/** A thread takes some 20 ms to start: what 32 MB take the slower engine. */
const WORKER_SHARE = 33554432;
/** Below this much trying the engines out costs more than the slower one could: OpenSSL starts at full speed. */
const TRIAL_FLOOR = 67108864;
const TICK = 100; // milliseconds

/**
 * Hashes every file; each thread takes the next one as it becomes free. Give the large ones first. This thread is one of
 * them: it is busy until no file is left.
 */
export async function hashAll(tasks: readonly HashTask[], options: HashingOptions): Promise<HashingSummary> {
  const wanted =
    options.workers ?? Math.min(WORKER_LIMIT, availableParallelism(), Math.ceil(options.size / WORKER_SHARE));
  const workers = Math.max(1, Math.min(wanted, tasks.length));
  const counters = new SharedArrayBuffer(COUNTERS_SIZE);
  const others = Array.from({ length: workers - 1 }, () => new HashThread({ tasks, counters }, options.done));
  // While the threads start there is time to try the engines.
  const engine = chooseEngine(options);
  for (const thread of others) thread.start(engine);
  const queue = sharedQueue({ tasks, counters }, options.done);
  const tell = () => {
    for (const thread of others) thread.collect();
    options.progress(queue.bytes());
  };
  let told = performance.now();
  const progress = (size: number) => {
    queue.progress(size);
    const now = performance.now();
    if (now - told < TICK) return;
    told = now;
    tell();
  };
  const tick = setInterval(tell, TICK);
  try {
    hashFiles(engine, { ...queue, progress });
    await Promise.all(others.map((thread) => thread.end()));
  } catch (error) {
    await Promise.all(others.map((thread) => thread.stop()));
    throw error;
  } finally {
    clearInterval(tick);
  }
  return { engine, workers };
}

/** Beside this file, under the name that it has here: as it is, compiled, or bundled. */
const WORKER_FILE = join(import.meta.dirname, `hash-worker${extname(import.meta.filename)}`);

/** Another thread that hashes. Its outcomes wait in a port, from which they can be taken while this thread is busy too. */
class HashThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #done: (outcome: HashOutcome) => void;
  readonly #ended: Promise<void>;

  constructor(work: SharedWork, done: (outcome: HashOutcome) => void) {
    const { port1, port2 } = new MessageChannel();
    const workerData: WorkerData = { ...work, outcomes: port2 };
    this.#worker = new Worker(WORKER_FILE, { workerData, transferList: [port2] });
    this.#port = port1;
    this.#done = done;
    this.#ended = new Promise((resolve, reject) => {
      this.#worker.on("error", reject);
      this.#worker.on("exit", (code) =>
        code === 0 ? resolve() : reject(new Error(`a hashing thread ended with ${code}`)),
      );
    });
    // Whoever waits for it hears of a failure; until then nobody may.
    this.#ended.catch(() => undefined);
  }

  start(engine: Engine): void {
    this.#worker.postMessage(engine);
  }

  collect(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#done(next.message as HashOutcome);
    }
  }

  async end(): Promise<void> {
    await this.#ended;
    this.collect();
    this.#port.close();
  }

  async stop(): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
  }
}

function chooseEngine({ engine, size }: HashingOptions): Engine {
  if (engine !== "auto") return engine;
  return size < TRIAL_FLOOR ? "native" : quickerEngine();
}

/** Hashes standard input. */
export async function hashInput(
  algorithms: readonly HashAlgorithm[],
  engine: Engine,
): Promise<Pick<HashOutcome, "size" | "hashes">> {
  const digests = algorithms.map((algorithm) => summing(algorithm, engine));
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    for (const digest of digests) digest.update(chunk);
    size += chunk.length;
  }
  return { size, hashes: digests.map((digest, at) => `${algorithms[at]}-${digest.base64()}`) };
}

// --- Why a file is wrong ------------------------------------------------------------------------------------------------

/** The end-of-central-directory record of a zip file and the longest comment after it. */
const ZIP_END = 22 + 65535;

/** `empty`; `truncated` when a zip file has no directory at its end or a gzip file stops before its end; else `different`. */
export async function mismatchReason(path: string): Promise<"empty" | "truncated" | "different"> {
  const file = await open(path).catch(() => null);
  if (file === null) return "different";
  try {
    const { size } = await file.stat();
    if (size === 0) return "empty";
    const start = new Uint8Array(Math.min(size, 4));
    await file.read(start, 0, start.length, 0);
    if (start[0] === 0x50 && start[1] === 0x4b) return (await hasZipEnd(file, size)) ? "different" : "truncated";
    if (start[0] === 0x1f && start[1] === 0x8b) return (await isCutOff(file)) ? "truncated" : "different";
    return "different";
  } finally {
    await file.close().catch(() => undefined);
  }
}

async function hasZipEnd(file: FileHandle, size: number): Promise<boolean> {
  const tail = Buffer.alloc(Math.min(size, ZIP_END));
  await file.read(tail, 0, tail.length, size - tail.length);
  return tail.lastIndexOf("PK\u0005\u0006", undefined, "latin1") >= 0;
}

function isCutOff(file: FileHandle): Promise<boolean> {
  return new Promise((resolve) => {
    const unpacked = createGunzip();
    unpacked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "Z_BUF_ERROR"));
    unpacked.on("end", () => resolve(false));
    unpacked.resume();
    const packed = file.createReadStream({ start: 0, autoClose: false });
    packed.on("error", () => resolve(false));
    packed.pipe(unpacked);
  });
}
