// What is said when a command fails, with the exit code for it, and what is said in passing.

import { environment, packageVersion, print, printError, readIfThere, terminal } from "../runtime/node.ts";
import { renderFailure } from "../words/diagnostic.ts";
import { type Failure, PylockError, shellError } from "../words/errors.ts";

/** Says what failed, and gives the exit code for it. */
export async function report(error: unknown, asData: boolean): Promise<number> {
  const known = error instanceof PylockError ? error : shellError("internal", { text: String(error) });
  const { failure, exitCode } = known;
  if (asData && failure.code !== "output-unwritable") print(`${JSON.stringify({ error: failure }, null, 2)}\n`);
  const bytes =
    failure.path === null || failure.offset === null ? null : await readIfThere(failure.path).catch(() => null);
  printError(renderFailure(failure, { bytes, color: terminal("stderr").color }));
  if (exitCode === 70) printError(`${await blame(known === error ? known : error)}\n`);
  return exitCode;
}

/** Says what does not end the command; `bytes` are those that it points into. */
export function warn(failure: Failure, bytes: Uint8Array | null = null): void {
  printError(renderFailure(failure, { severity: "warning", bytes, color: terminal("stderr").color }));
}

/** What a bug report should hold. */
async function blame(error: unknown): Promise<string> {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `\npylock2nix ${await packageVersion()}, ${environment()}\n${stack}`;
}
