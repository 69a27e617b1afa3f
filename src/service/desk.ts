// The one instance of the core that a service works with: reading lock after lock in the same memory, which does not grow then.
//
// Invariant: what is done with a lock is done at once, without waiting: the next request may have the instance after that.

import module from "#core";
import { Core } from "../core/core.ts";
import { type Lockfile, type ReadOptions, readLockWith } from "../lock/lockfile.ts";
import { PylockError } from "../words/errors.ts";

/** Memory never shrinks: an instance that has grown beyond this is let go. In bytes. */
const KEPT_SIZE = 64 * 1024 * 1024;

export class Desk {
  #core: Core | null = null;

  /** Reads the locks one after the other, each of them only for its `work`. */
  read<Answer>(bytes: Uint8Array, options: ReadOptions, work: (lock: Lockfile) => Answer): Answer {
    const core = this.#core ?? new Core(module);
    // Only what ends well, or as a failure, leaves it fit for the next.
    this.#core = null;
    try {
      const answer = work(readLockWith(core, bytes, options));
      this.#keep(core);
      return answer;
    } catch (error) {
      if (error instanceof PylockError) this.#keep(core);
      throw error;
    }
  }

  #keep(core: Core): void {
    if (core.size <= KEPT_SIZE) this.#core = core;
  }
}
