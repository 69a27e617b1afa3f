#!/usr/bin/env node

// The command line: finds the command, hands it its words, and turns whatever comes of it into output and an exit code.
//
// Invariant: standard output is data and help that was asked for, standard error is for people. Exit codes: 0 done, 1 the
// input is at fault, 2 the command line is, 70 we are. Nothing but this file ends the program.

import { benchCommand } from "./cli/bench.ts";
import { checkCommand } from "./cli/check.ts";
import { type Command, HELP, JSON_OUTPUT } from "./cli/command.ts";
import { diffCommand } from "./cli/diff.ts";
import { nixCommand } from "./cli/nix.ts";
import { prefetchCommand } from "./cli/prefetch.ts";
import { programOf, VERSION } from "./cli/program.ts";
import { resolveCommand } from "./cli/resolve.ts";
import { targetsCommand } from "./cli/targets.ts";
import { verifyCommand } from "./cli/verify.ts";
import { whyCommand } from "./cli/why.ts";
import { readWords } from "./cli/words.ts";
import {
  commandLine,
  endWith,
  endWithClosedPipe,
  environment,
  packageVersion,
  print,
  printError,
  readIfThere,
  terminal,
} from "./runtime/node.ts";
import { renderFailure } from "./words/diagnostic.ts";
import { PylockError, shellError } from "./words/errors.ts";

const COMMANDS: readonly Command[] = [
  nixCommand,
  resolveCommand,
  checkCommand,
  whyCommand,
  diffCommand,
  verifyCommand,
  prefetchCommand,
  targetsCommand,
  benchCommand,
];

endWithClosedPipe();
const words = commandLine();
run(words).then(endWith, async (error: unknown) => endWith(await report(error, words.includes(JSON_OUTPUT.name))));

async function run(words: readonly string[]): Promise<number> {
  const version = await packageVersion();
  const program = programOf(COMMANDS, version);
  const { name, command, rest } = program.match(words);
  const known = COMMANDS.map((each) => each.name);
  if (name !== null && command === null) throw shellError("unknown-command", { text: name, known });
  const given = readWords(rest, command?.options ?? [JSON_OUTPUT, HELP, VERSION], name ?? "pylock2nix");
  if (given.has(HELP)) program.help();
  else if (command !== null) return command.run(given);
  else if (given.has(VERSION)) print(`${version}\n`);
  else throw shellError("missing-command", { known });
  return 0;
}

/** Says what failed, and gives the exit code for it. */
async function report(error: unknown, asData: boolean): Promise<number> {
  const known = error instanceof PylockError ? error : shellError("internal", { text: String(error) });
  const { failure, exitCode } = known;
  if (asData) print(`${JSON.stringify({ error: failure }, null, 2)}\n`);
  const bytes =
    failure.path === null || failure.offset === null ? null : await readIfThere(failure.path).catch(() => null);
  printError(renderFailure(failure, { bytes, color: terminal("stderr").color }));
  if (exitCode === 70) printError(`${await blame(known === error ? known : error)}\n`);
  return exitCode;
}

/** What a bug report should hold. */
async function blame(error: unknown): Promise<string> {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `\npylock2nix ${await packageVersion()}, ${environment()}\n${stack}`;
}
