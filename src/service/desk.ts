// The one instance of the core that a service works with: reading lock after lock in the same memory, which does not grow then.
//
// Invariant: what is done with a lock is done at once, without waiting: the next request may have the instance after that.

import module from "#core";
import * as abi from "../core/abi.ts";
import { Core } from "../core/core.ts";
import { type Lockfile, type ReadOptions, readLockWith } from "../lock/lockfile.ts";
import { PylockError } from "../words/errors.ts";
import { Refusal } from "./refusal.ts";

/** Memory never shrinks: an instance that has grown beyond this is let go. In bytes. */
const KEPT_SIZE = 64 * 1024 * 1024;

/** Files that a package has, in the mean: wheels for many targets. */
const FILES_EACH = 6;

export class Desk {
  #core: Core | null = null;
  readonly #packages: number;

  /** `packages`: how many of them a lock may have. */
  constructor(packages: number) {
    this.#packages = packages;
  }

  /** Reads the locks one after the other, each of them only for its `work`. */
  read<Answer>(bytes: Uint8Array, options: ReadOptions, work: (lock: Lockfile) => Answer): Answer {
    const core = this.#core ?? new Core(module);
    // Only what ends well, or as a failure, leaves it fit for the next.
    this.#core = null;
    try {
      const lock = readLockWith(core, bytes, options);
      this.#limit(core);
      const answer = work(lock);
      this.#keep(core);
      return answer;
    } catch (error) {
      if (error instanceof PylockError || error instanceof Refusal) this.#keep(core);
      throw error;
    }
  }

  /** Data for programs takes far more room than rows of numbers: a lock of many small packages is refused before that. */
  #limit(core: Core): void {
    const packages = core.rows(abi.TABLE_PACKAGE, abi.PACKAGE_WORDS).count;
    const files = core.rows(abi.TABLE_ARTIFACT, abi.ARTIFACT_WORDS).count;
    if (packages <= this.#packages && files <= FILES_EACH * this.#packages) return;
    throw new Refusal(413, "too-many-packages", `cannot take a lock of ${packages} packages and ${files} files`, {
      hint: `the limit is ${this.#packages} packages and ${FILES_EACH * this.#packages} files`,
    });
  }

  #keep(core: Core): void {
    if (core.size <= KEPT_SIZE) this.#core = core;
  }
}
