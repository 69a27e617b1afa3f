// The way to the engine: in a worker, or, where there can be none, in this page.
//
// The engine's text is in the page as data. A worker is made of it, or a script: the policy names that script's hash.

import type { FromEngine, Question, Questions, ToEngine } from "../engine/protocol.ts";

type Moved = Extract<FromEngine, { readonly scene: number }>;

/** What is wrong with the input, as the command line prints it. */
export class InputError extends Error {}

interface Waiting {
  readonly message: ToEngine;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export class Client {
  readonly #engine: string;
  #port!: MessagePort;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #isHeard = false;
  /** Where the nodes of a scene are now. */
  onmove: (moved: Moved) => void = () => {};

  constructor(engine: string) {
    this.#engine = engine;
    const worker = workerOf(engine);
    if (worker === null) {
      startHere(engine, this.#connect());
      return;
    }
    // Some refuse with an exception, others by an event: then what was asked so far is asked again, here.
    worker.onerror = () => {
      if (this.#isHeard) return;
      worker.terminate();
      startHere(this.#engine, this.#connect());
      for (const { message } of this.#waiting.values()) this.#port.postMessage(message);
    };
    const port = this.#connect();
    worker.postMessage(port, [port]);
  }

  ask<Q extends Question>(question: Q, input: Parameters<Questions[Q]>[0]): Promise<ReturnType<Questions[Q]>> {
    const message = { id: ++this.#last, question, input };
    return new Promise((resolve, reject) => {
      this.#waiting.set(message.id, { message, resolve, reject });
      this.#port.postMessage(message);
    });
  }

  /** The engine's end of a new channel. */
  #connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<FromEngine>) => this.#receive(data);
    return port2;
  }

  #receive(message: FromEngine): void {
    this.#isHeard = true;
    if ("scene" in message) {
      this.onmove(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("answer" in message) waiting?.resolve(message.answer as never);
    else if ("failure" in message) waiting?.reject(new InputError(message.failure));
    else waiting?.reject(new Error(message.crash));
  }
}

function workerOf(engine: string): Worker | null {
  try {
    return new Worker(URL.createObjectURL(new Blob([engine], { type: "text/javascript" })));
  } catch {
    return null;
  }
}

function startHere(engine: string, port: MessagePort): void {
  const script = document.createElement("script");
  script.textContent = engine;
  document.head.append(script);
  (globalThis as unknown as { pylock2nixEngine: (port: MessagePort) => void }).pylock2nixEngine(port);
}
