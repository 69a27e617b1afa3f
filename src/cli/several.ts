// Several locks in one call: each is answered as by a call of its own, on as many threads as pay.
//
// Invariant: what is printed follows the order of the paths, whichever is ready first; with --json it is a list of what
// each call would have printed. The exit code is the gravest of theirs.

import { serve, spread } from "../runtime/node/threads.ts";
import { collect, cores, extname, join, print, printError, sizeOf } from "../runtime/node.ts";
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

/** Bytes of locks for each further thread: it starts in some 30 ms, with nothing compiled. */
const SHARE = 4194304;
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

/** Of several locks a failure says which it is about. */
function withPath(error: unknown, path: string): unknown {
  if (!(error instanceof PylockError) || error.failure.path !== null) return error;
  return new PylockError({ ...error.failure, path }, error.exitCode);
}

async function threadsFor(words: Words): Promise<number> {
  let size = 0;
  for (const path of words.paths) {
    // What cannot be found is told when it is its turn.
    size += await findLock(path, words.value(LOCK))
      .then(({ lock }) => sizeOf(lock))
      .catch(() => 0);
  }
  return Math.max(1, Math.min(THREADS, cores(), words.paths.length, Math.floor(size / SHARE) + 1));
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
