// Progress of work that lasts over a second: on a terminal, and nowhere else.

import { now, printError, terminal } from "../runtime/node.ts";

const PATIENCE = 1000; // milliseconds
const CLEAR_LINE = "\r\u001b[K";

/** Does the work for each thing and collects what it gives. */
export function showProgress<Thing, Result>(
  things: readonly Thing[],
  what: string,
  work: (thing: Thing) => Result,
): Result[] {
  const started = now();
  let shown = false;
  const results = things.map((thing, index) => {
    if (now() - started > PATIENCE && terminal("stderr").isTerminal) {
      printError(`${CLEAR_LINE}${what} ${index + 1} of ${things.length}`);
      shown = true;
    }
    return work(thing);
  });
  if (shown) printError(CLEAR_LINE);
  return results;
}

/** Of work whose end is not known in order: `done` is called for each thing, `end` when there are no more. */
export function countProgress(total: number, what: string): { done: (name: string) => void; end: () => void } {
  const { isTerminal } = terminal("stderr");
  const started = now();
  let count = 0;
  return {
    done: (name) => {
      count += 1;
      if (isTerminal && now() - started > PATIENCE) printError(`${CLEAR_LINE}${what} ${count} of ${total}: ${name}`);
    },
    end: () => {
      if (isTerminal && now() - started > PATIENCE) printError(CLEAR_LINE);
    },
  };
}

/** One line that says what is being done now; nothing of it is left. */
export class StatusLine {
  readonly #started = now();
  readonly #isTerminal = terminal("stderr").isTerminal;
  #shown = false;

  show(text: string): void {
    if (!this.#isTerminal || now() - this.#started < PATIENCE) return;
    printError(`${CLEAR_LINE}${text.slice(0, STATUS_WIDTH)}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) printError(CLEAR_LINE);
    this.#shown = false;
  }
}

/** A line that is wrapped cannot be cleared. */
const STATUS_WIDTH = 79;

/** Progress in bytes, with rate and time left. */
export class ByteProgress {
  readonly #what: string;
  readonly #total: number;
  readonly #started = now();
  readonly #isTerminal = terminal("stderr").isTerminal;
  #shown = false;

  constructor(what: string, total: number) {
    this.#what = what;
    this.#total = total;
  }

  show(bytes: number): void {
    const seconds = (now() - this.#started) / 1000;
    if (!this.#isTerminal || seconds * 1000 < PATIENCE || bytes === 0) return;
    const rate = bytes / seconds;
    const left = Math.max(0, Math.ceil((this.#total - bytes) / rate));
    const share = `${bytesText(bytes)} of ${bytesText(this.#total)}`;
    printError(`${CLEAR_LINE}${this.#what} ${share}, ${bytesText(rate)}/s, ${left} s left`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) printError(CLEAR_LINE);
  }
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** "277 MB": SI units, three digits. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(value >= 9.995 ? 1 : 2)} ${UNITS[unit]}`;
}
