// A thread that hashes files: waits for the engine's name, then takes tasks until there are none left.

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type Engine, hashFiles, type SharedWork, sharedQueue } from "./hashing.ts";

/** What a thread is given. */
export interface WorkerData extends SharedWork {
  /** Takes each file's outcome. */
  readonly outcomes: MessagePort;
}

const { outcomes, ...work } = workerData as WorkerData;

parentPort!.once("message", (engine: Engine) => {
  hashFiles(
    engine,
    sharedQueue(work, (outcome) => outcomes.postMessage(outcome)),
  );
  outcomes.close();
  parentPort!.close();
});
