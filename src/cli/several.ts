// Several locks in one call: each is answered as by a call of its own, on as many threads as pay.
//
// Invariant: what is printed follows the order of the paths, whichever is ready first; with --json it is a list of what
// each call would have printed. The exit code is the gravest of theirs.

import { serve, spread } from "../runtime/node/threads.ts";
import { collect, cores, extname, join, now, print, printError, sizeOf } from "../runtime/node.ts";
import { PylockError } from "../words/errors.ts";
import { type Command, JSON_OUTPUT, LOCK } from "./command.ts";
import { findLock } from "./input.ts";
import { report } from "./report.ts";
import { readWords, type Words } from "./words.ts";

/** What a call would have printed, and its exit code. */
interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a thread needs to read the same words. */
interface Given {
  readonly command: string;
  readonly rest: readonly string[];
}

/** Milliseconds that must be left for each thread: a further one starts in some 40, and has to compile everything anew. */
const SHARE = 400;
/** Milliseconds after which the pace says something: the first locks are read by code that is not compiled yet. */
const WARM = 100;
const THREADS = 8;
/** Beside this file, under the name that it has here: as it is, compiled, or bundled. */
const WORKER_FILE = join(import.meta.dirname, `several-worker${extname(import.meta.filename)}`);

/** `rest` are the words behind the command's name, as they were given. */
export async function answerEach(command: Command, rest: readonly string[], words: Words): Promise<number> {
  await command.takesSeveral?.(words);
  const { paths } = words;
  const list = new OrderedList(words.has(JSON_OUTPUT), paths.length);
  await spread<Given, Answer>({
    count: paths.length,
    threads: await threadsFor(words),
    file: WORKER_FILE,
    given: { command: command.name, rest },
    task: async (index) => {
      list.isHeld = true;
      const answer = await answerFor(command, words, paths[index]!);
      list.isHeld = false;
      return answer;
    },
    done: (index, answer) => list.add(index, answer),
  });
  return list.code;
}

/** In a thread: does what this one does. */
export async function serveAnswers(commandOf: (name: string) => Promise<Command | null>): Promise<void> {
  await serve<Given, Answer>(async ({ command: name, rest }) => {
    const command = (await commandOf(name))!;
    const words = readWords(rest, command.options, name);
    return (index) => answerFor(command, words, words.paths[index]!);
  });
}

async function answerFor(command: Command, words: Words, path: string): Promise<Answer> {
  const { result, ...printed } = await collect(async () => {
    try {
      return await command.run(words.at(path));
    } catch (error) {
      return report(withPath(error, path), words.has(JSON_OUTPUT));
    }
  });
  return { code: result, ...printed };
}

/** Of several locks a failure says which it is about, where it does not do so already. */
function withPath(error: unknown, path: string): unknown {
  if (!(error instanceof PylockError) || error.failure.path !== null || error.message.includes(path)) return error;
  return new PylockError({ ...error.failure, path }, error.exitCode);
}

/** By how long the first locks took, and how much is left. */
async function threadsFor(words: Words): Promise<(begun: number) => number> {
  const sizes = await Promise.all(words.paths.map((path) => sizeOfLock(path, words)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const most = Math.min(THREADS, cores());
  const started = now();
  return (begun) => {
    const read = sizes.slice(0, begun).reduce((sum, size) => sum + size, 0);
    const elapsed = now() - started;
    if (read === 0 || elapsed < WARM) return 1;
    return Math.min(most, 1 + Math.floor((elapsed * (total - read)) / read / SHARE));
  };
}

async function sizeOfLock(path: string, words: Words): Promise<number> {
  try {
    return await sizeOf((await findLock(path, words.value(LOCK))).lock);
  } catch {
    return 0; // What cannot be found is told when it is its turn.
  }
}

/** Prints answers as they come, each after those before it. */
class OrderedList {
  code = 0;
  /** While this thread's own work is collected, nothing can be printed. */
  isHeld = false;
  readonly #asData: boolean;
  readonly #count: number;
  readonly #waiting = new Map<number, Answer>();
  #next = 0;
  #isFirstText = true;

  constructor(asData: boolean, count: number) {
    this.#asData = asData;
    this.#count = count;
  }

  add(index: number, answer: Answer): void {
    this.#waiting.set(index, answer);
    this.code = Math.max(this.code, answer.code);
    if (this.isHeld) return;
    for (let next = this.#waiting.get(this.#next); next !== undefined; next = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#print(next);
      this.#next++;
    }
  }

  #print({ stdout, stderr }: Answer): void {
    printError(stderr);
    if (this.#asData) {
      const item = stdout.trimEnd().replaceAll("\n", "\n  ");
      print(`${this.#next === 0 ? "[\n" : ""}  ${item}${this.#next + 1 < this.#count ? "," : "\n]"}\n`);
    } else if (stdout !== "") {
      print(this.#isFirstText ? stdout : `\n${stdout}`);
      this.#isFirstText = false;
    }
  }
}
