// Tasks spread over threads: each thread takes the next one when it is free, this one too.
//
// Invariant: each task is done once; a thread that fails fails the whole. Nothing is loaded for threads where one is enough.

import type { MessagePort } from "node:worker_threads";

export interface Spread<Given, Outcome> {
  readonly count: number;
  /** How many threads there should be by now, this one too; asked after each task, with the number of those begun. */
  readonly threads: (begun: number) => number;
  /** What a thread runs. */
  readonly file: string;
  /** What each thread is given. */
  readonly given: Given;
  readonly task: (index: number) => Promise<Outcome>;
  /** Called in this thread, in the order in which tasks end. */
  readonly done: (index: number, outcome: Outcome) => void;
}

interface Shared<Given> {
  readonly given: Given;
  readonly count: number;
  /** The index of the next task. */
  readonly next: SharedArrayBuffer;
}

export async function spread<Given, Outcome>(work: Spread<Given, Outcome>): Promise<void> {
  const { count, threads, given, task, done } = work;
  const shared: Shared<Given> = { given, count, next: new SharedArrayBuffer(4) };
  const others: Promise<void>[] = [];
  await takeTasks(shared, task, (index, outcome) => {
    done(index, outcome);
    const begun = Math.min(count, Atomics.load(new Int32Array(shared.next), 0));
    while (begun < count && 1 + others.length < threads(begun)) {
      const other = startThread(work.file, shared, done);
      // Whoever waits for it hears of its failure; until then nobody may.
      other.catch(() => undefined);
      others.push(other);
    }
  });
  await Promise.all(others);
}

/** In such a thread: does tasks until there are none left. */
export async function serve<Given, Outcome>(
  task: (given: Given) => Promise<(index: number) => Promise<Outcome>>,
): Promise<void> {
  const { parentPort, workerData } = threading();
  const shared = workerData as Shared<Given>;
  const port = parentPort as MessagePort;
  await takeTasks(shared, await task(shared.given), (index, outcome) => port.postMessage([index, outcome]));
}

async function takeTasks<Outcome>(
  { next, count }: Pick<Shared<unknown>, "next" | "count">,
  task: (index: number) => Promise<Outcome>,
  done: (index: number, outcome: Outcome) => void,
): Promise<void> {
  const counter = new Int32Array(next);
  for (let index = Atomics.add(counter, 0, 1); index < count; index = Atomics.add(counter, 0, 1)) {
    done(index, await task(index));
  }
}

function startThread<Given, Outcome>(
  file: string,
  workerData: Shared<Given>,
  done: (index: number, outcome: Outcome) => void,
): Promise<void> {
  const { Worker } = threading();
  const worker = new Worker(file, { workerData });
  worker.on("message", ([index, outcome]: [number, Outcome]) => done(index, outcome));
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`))));
  });
}

function threading(): typeof import("node:worker_threads") {
  return process.getBuiltinModule("node:worker_threads");
}
