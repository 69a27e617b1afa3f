// A thread that hashes files: waits for the engine's name, then takes tasks until there are none left.
//
// Invariant: the tasks are the same list in every thread; which one is next, and how many bytes are done, stands in memory
// that all share.

import { parentPort, workerData } from "node:worker_threads";
import { type Engine, type HashTask, hashFiles } from "./node-hashing.ts";

/** What a thread is given. */
export interface WorkerData {
  readonly tasks: readonly HashTask[];
  readonly counters: SharedArrayBuffer;
}

const { tasks, counters } = workerData as WorkerData;
const next = new Int32Array(counters, 0, 1);
const bytes = new BigInt64Array(counters, 8, 1);

parentPort!.once("message", (engine: Engine) => {
  hashFiles(engine, {
    tasks,
    next: () => Atomics.add(next, 0, 1),
    done: (outcome) => parentPort!.postMessage(outcome),
    progress: (size) => Atomics.add(bytes, 0, BigInt(size)),
  });
  parentPort!.close();
});
