// Hashing files as fast as this machine can: by the hash module, four files at once, or by Node's own OpenSSL.
//
// Invariant: memory is a few buffers whatever the files are; both engines give the same outcomes. A file whose size or
// time of change differs between opening and closing has no digest. Files that cannot be read are outcomes, not failures.

import { createHash, type Hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { HASH_SLICE } from "../../core/abi.ts";
import { type Context, type HashAlgorithm, Hasher, type Room } from "../../core/hasher.ts";

export type Engine = "wasm" | "native";

export interface HashTask {
  readonly path: string;
  readonly algorithms: readonly HashAlgorithm[];
}

export interface HashOutcome {
  /** Of the task. */
  readonly index: number;
  readonly size: number;
  /** SRI, one for each algorithm asked for; none when there is a problem. */
  readonly hashes: readonly string[];
  readonly problem: string | null;
}

/** Where an engine takes its work and leaves what comes of it. */
export interface Queue {
  readonly tasks: readonly HashTask[];
  /** Index of the next task, or one beyond the last. */
  next(): number;
  done(outcome: HashOutcome): void;
  /** So many bytes more are hashed. */
  progress(bytes: number): void;
}

/** The same in every thread: the tasks, and memory where it stands which one is next and how many bytes are hashed. */
export interface SharedWork {
  readonly tasks: readonly HashTask[];
  /** COUNTERS_SIZE bytes, zeros at first. */
  readonly counters: SharedArrayBuffer;
}

export const COUNTERS_SIZE = 16;

/** One thread's view of the work; `bytes` are those of all threads. */
export function sharedQueue(
  { tasks, counters }: SharedWork,
  done: (outcome: HashOutcome) => void,
): Queue & { bytes(): number } {
  const next = new Int32Array(counters, 0, 1);
  const bytes = new BigInt64Array(counters, 8, 1);
  return {
    tasks,
    next: () => Atomics.add(next, 0, 1),
    done,
    progress: (size) => void Atomics.add(bytes, 0, BigInt(size)),
    bytes: () => Number(Atomics.load(bytes, 0)),
  };
}

export function hashFiles(engine: Engine, queue: Queue): void {
  if (engine === "native") hashNatively(queue);
  else new Lanes(queue).run();
}

/** The quicker engine for SHA-256 here: each is tried for a moment, and the module no longer than it has a chance. */
export function quickerEngine(): Engine {
  const bytes = new Uint8Array(4 * HASH_SLICE);
  const native = rate(() => createHash("sha256").update(bytes).digest(), bytes.length, NATIVE_TRIAL);
  const hasher = new Hasher();
  const room = hasher.room(bytes.length);
  const contexts = Array.from({ length: 4 }, () => hasher.open("sha256"));
  const addresses = contexts.map((_, lane) => room.address + lane * HASH_SLICE);
  const four = () => hasher.takeFour(contexts, addresses, HASH_SLICE / 64);
  // In the baseline compiler's code vectors run at four fifths of their speed: what is below half now stays below.
  if (rate(four, bytes.length, FIRST_TRIAL) < native / 2) return "native";
  return rate(four, bytes.length, WASM_TRIAL) > native ? "wasm" : "native";
}

/** Milliseconds. The optimising compiler needs some 30 for the kernel. */
const NATIVE_TRIAL = 1;
const FIRST_TRIAL = 1;
const WASM_TRIAL = 40;

/** Bytes in a millisecond: of the best run, since the others were disturbed. */
function rate(work: () => void, size: number, trial: number): number {
  work();
  const started = performance.now();
  let best = Number.POSITIVE_INFINITY;
  let now = started;
  while (now - started < trial) {
    const before = now;
    work();
    now = performance.now();
    best = Math.min(best, now - before);
  }
  return size / best;
}

// --- Files ------------------------------------------------------------------------------------------------------------

/** A file that is being read; `end` says whether it stood still meanwhile. */
class OpenFile {
  readonly index: number;
  readonly #descriptor: number;
  readonly #before: { size: bigint; mtimeNs: bigint };
  #read = 0;

  /** Throws what the file system says. */
  constructor(index: number, path: string) {
    this.index = index;
    // A pipe that took the file's place would otherwise wait for a writer.
    this.#descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    this.#before = fstatSync(this.#descriptor, { bigint: true });
  }

  /** Fills a buffer as far as it goes; fewer bytes than it holds mean the end. */
  read(buffer: Uint8Array): number {
    let filled = 0;
    while (filled < buffer.length) {
      const size = readSync(this.#descriptor, buffer, filled, buffer.length - filled, null);
      if (size === 0) break;
      filled += size;
    }
    this.#read += filled;
    return filled;
  }

  /** Closes, and gives the size or what is wrong. */
  end(): number | string {
    const { size, mtimeNs } = fstatSync(this.#descriptor, { bigint: true });
    this.close();
    const same = size === this.#before.size && mtimeNs === this.#before.mtimeNs && size === BigInt(this.#read);
    return same ? this.#read : "it changed while it was being read";
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function outcomeOf(index: number, size: number | string, hashes: () => string[]): HashOutcome {
  if (typeof size === "string") return { index, size: 0, hashes: [], problem: size };
  return { index, size, hashes: hashes(), problem: null };
}

/** What a file system refuses, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EIO: "the device failed to read it",
  EISDIR: "it is a folder",
  ELOOP: "its links lead back to themselves",
  ENOENT: "it is not there, or a link to nothing",
  EPERM: "it is not permitted",
};

// --- Node's own -------------------------------------------------------------------------------------------------------

/** Bytes that are read at a time: 64 to 256 KB measure the same, below and above are slower. */
const NATIVE_BUFFER = 131072;

function hashNatively(queue: Queue): void {
  const buffer = new Uint8Array(NATIVE_BUFFER);
  const hasher = new LazyHasher();
  for (let index = queue.next(); index < queue.tasks.length; index = queue.next()) {
    const { path, algorithms } = queue.tasks[index]!;
    try {
      const file = new OpenFile(index, path);
      const digests = algorithms.map((algorithm) => nativeDigest(algorithm, hasher));
      let size = buffer.length;
      while (size === buffer.length) {
        size = file.read(buffer);
        for (const digest of digests) digest.update(buffer.subarray(0, size));
        queue.progress(size);
      }
      queue.done(outcomeOf(index, file.end(), () => digests.map((digest, at) => sri(algorithms[at]!, digest))));
    } catch (error) {
      queue.done({ index, size: 0, hashes: [], problem: reasonOf(error) });
    }
  }
}

/** What both OpenSSL and the module can do. */
export interface Summing {
  update(bytes: Uint8Array): void;
  base64(): string;
}

/** OpenSSL has no BLAKE2b of 32 bytes: that is the module's. */
function nativeDigest(algorithm: HashAlgorithm, hasher: LazyHasher): Summing {
  if (algorithm === "blake2b-256") return wasmDigest(algorithm, hasher.get());
  const hash: Hash = createHash(algorithm === "blake2b-512" ? "blake2b512" : algorithm);
  return { update: (bytes) => hash.update(bytes), base64: () => hash.digest("base64") };
}

function wasmDigest(algorithm: HashAlgorithm, hasher: Hasher): Summing {
  const context = hasher.open(algorithm);
  return {
    update: (bytes) => hasher.update(context, bytes),
    base64: () => {
      const digest = hasher.digest(context, algorithm);
      hasher.close(context);
      return hasher.encode("base64", digest);
    },
  };
}

/** A digest of bytes that come from elsewhere than a file. */
export function summing(algorithm: HashAlgorithm, engine: Engine): Summing {
  const hasher = new LazyHasher();
  return engine === "native" ? nativeDigest(algorithm, hasher) : wasmDigest(algorithm, hasher.get());
}

function sri(algorithm: HashAlgorithm, digest: Summing): string {
  return `${algorithm}-${digest.base64()}`;
}

class LazyHasher {
  #hasher: Hasher | undefined;
  get(): Hasher {
    this.#hasher ??= new Hasher();
    return this.#hasher;
  }
}

// --- The module's: four files at once -----------------------------------------------------------------------------------

const BLOCK = 64;

/** One of the four streams: its buffer in the module's memory, and the file that is on its way through. */
interface Lane {
  readonly context: Context;
  readonly room: Room;
  /** What is in the buffer and not hashed. */
  from: number;
  to: number;
  file: OpenFile | null;
  isAtEnd: boolean;
}

/**
 * Files that need SHA-256 alone go through the lanes; each lane takes the next file when its own is done. With fewer than
 * three files left the lanes would mostly idle (four together are 1.8 times as quick as one): then one after the other.
 */
class Lanes {
  readonly #queue: Queue;
  readonly #hasher = new Hasher();
  readonly #lanes: readonly Lane[];
  /** Takes the place of a lane without file. */
  readonly #idle: Context;

  constructor(queue: Queue) {
    this.#queue = queue;
    this.#lanes = Array.from({ length: 4 }, () => ({
      context: this.#hasher.open("sha256"),
      room: this.#hasher.room(HASH_SLICE),
      from: 0,
      to: 0,
      file: null,
      isAtEnd: false,
    }));
    this.#idle = this.#hasher.open("sha256");
  }

  run(): void {
    for (;;) {
      const busy = this.#lanes.filter((lane) => this.#prepare(lane));
      if (busy.length === 0) return;
      const blocks = Math.min(...busy.map(({ from, to }) => Math.floor((to - from) / BLOCK)));
      if (busy.length > 2) this.#takeFour(blocks);
      else for (const { context, room, from } of busy) this.#hasher.take(context, room.address + from, blocks * BLOCK);
      for (const lane of busy) lane.from += blocks * BLOCK;
      this.#queue.progress(busy.length * blocks * BLOCK);
    }
  }

  #takeFour(blocks: number): void {
    const somewhere = this.#lanes.find(({ file }) => file !== null)!;
    const place = ({ room, from }: Lane) => room.address + from;
    this.#hasher.takeFour(
      this.#lanes.map(({ context, file }) => (file === null ? this.#idle : context)),
      this.#lanes.map((lane) => place(lane.file === null ? somewhere : lane)),
      blocks,
    );
  }

  /** Brings a lane to where it holds a whole block; false when no file is left for it. */
  #prepare(lane: Lane): boolean {
    for (;;) {
      if (lane.file === null && !this.#open(lane)) return false;
      try {
        if (lane.to - lane.from < BLOCK && !lane.isAtEnd) this.#fill(lane);
        if (lane.to - lane.from >= BLOCK) return true;
        this.#finish(lane);
      } catch (error) {
        this.#queue.done({ index: lane.file!.index, size: 0, hashes: [], problem: reasonOf(error) });
        lane.file!.close();
        lane.file = null;
      }
    }
  }

  /** The next file that can be opened; those that need something else are hashed on the way. */
  #open(lane: Lane): boolean {
    for (let index = this.#queue.next(); index < this.#queue.tasks.length; index = this.#queue.next()) {
      const { path, algorithms } = this.#queue.tasks[index]!;
      try {
        const file = new OpenFile(index, path);
        if (algorithms.length !== 1 || algorithms[0] !== "sha256") {
          this.#hashAlone(file, algorithms, lane.room);
          continue;
        }
        this.#hasher.restart(lane.context);
        lane.file = file;
        lane.from = 0;
        lane.to = 0;
        lane.isAtEnd = false;
        return true;
      } catch (error) {
        this.#queue.done({ index, size: 0, hashes: [], problem: reasonOf(error) });
      }
    }
    return false;
  }

  /** Moves what is left to the buffer's start and reads on. */
  #fill(lane: Lane): void {
    const memory = this.#hasher.view(lane.room);
    memory.copyWithin(0, lane.from, lane.to);
    const left = lane.to - lane.from;
    const size = lane.file!.read(memory.subarray(left));
    lane.from = 0;
    lane.to = left + size;
    lane.isAtEnd = size < memory.length - left;
  }

  #finish(lane: Lane): void {
    const left = lane.to - lane.from;
    this.#hasher.take(lane.context, lane.room.address + lane.from, left);
    this.#queue.progress(left);
    const { index } = lane.file!;
    const size = lane.file!.end();
    lane.file = null;
    this.#queue.done(outcomeOf(index, size, () => [this.#text("sha256", lane.context)]));
  }

  /** Any algorithms, over one reading. */
  #hashAlone(file: OpenFile, algorithms: readonly HashAlgorithm[], room: Room): void {
    const contexts = algorithms.map((algorithm) => this.#hasher.open(algorithm));
    let size = room.size;
    while (size === room.size) {
      size = file.read(this.#hasher.view(room));
      for (const context of contexts) this.#hasher.take(context, room.address, size);
      this.#queue.progress(size);
    }
    const hashes = () => contexts.map((context, at) => this.#text(algorithms[at]!, context));
    this.#queue.done(outcomeOf(file.index, file.end(), hashes));
    for (const context of contexts) this.#hasher.close(context);
  }

  #text(algorithm: HashAlgorithm, context: Context): string {
    return `${algorithm}-${this.#hasher.encode("base64", this.#hasher.digest(context, algorithm))}`;
  }
}
