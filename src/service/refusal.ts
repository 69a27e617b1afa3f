// What the service refuses: a status of HTTP, and the same words as everywhere else.

import { type Failure, NOWHERE, PylockError } from "../words/errors.ts";

export type RefusalStatus = 400 | 404 | 405 | 413 | 415;

/** A request that is refused before a lock is looked at. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  readonly failure: Failure;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: RefusalStatus,
    code: string,
    message: string,
    { hint = null, headers = {} }: { hint?: string | null; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.failure = { code, message, hint, path: null, ...NOWHERE };
    this.headers = headers;
  }
}

/** What came of a request that failed. Nothing of a failure of ours is told but that there was one. */
export function outcomeOf(error: unknown): {
  status: number;
  failure: Failure;
  headers: Readonly<Record<string, string>>;
} {
  if (error instanceof Refusal) return error;
  if (error instanceof PylockError && error.exitCode !== 70) {
    return { status: error.exitCode === 2 ? 400 : 422, failure: error.failure, headers: {} };
  }
  const message = "the service failed: this is a bug of pylock2nix, please report it with the request that shows it";
  return { status: 500, failure: { code: "internal", message, hint: null, path: null, ...NOWHERE }, headers: {} };
}
