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
  const { isTerminal } = terminal("stderr");
  const started = now();
  let shown = false;
  const results = things.map((thing, index) => {
    if (isTerminal && now() - started > PATIENCE) {
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
