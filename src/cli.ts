#!/usr/bin/env node

// The way in for the command line; what it does stands in cli/main.ts.

import { start } from "./cli/main.ts";

<<<<<<< HEAD
/** In the order in which help lists them. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["nix", async () => (await import("./cli/nix.ts")).nixCommand],
  ["resolve", async () => (await import("./cli/resolve.ts")).resolveCommand],
  ["check", async () => (await import("./cli/check.ts")).checkCommand],
  ["why", async () => (await import("./cli/why.ts")).whyCommand],
  ["diff", async () => (await import("./cli/diff.ts")).diffCommand],
  ["verify", async () => (await import("./cli/verify.ts")).verifyCommand],
  ["prefetch", async () => (await import("./cli/prefetch.ts")).prefetchCommand],
  ["targets", async () => (await import("./cli/targets.ts")).targetsCommand],
  ["bench", async () => (await import("./cli/bench.ts")).benchCommand],
]);

const words = commandLine();
run(words)
  .catch((error: unknown) => report(error, words.includes(JSON_OUTPUT.name)))
  .then(endWith);

async function run(words: readonly string[]): Promise<number> {
  const { name, command, rest } = await match(words);
  const known = [...COMMANDS.keys()];
  if (name !== null && command === null) throw shellError("unknown-command", { text: name, known });
  const given = readWords(rest, command?.options ?? [JSON_OUTPUT, HELP, VERSION], name ?? "pylock2nix");
  if (given.has(HELP)) await help(words);
  else if (command !== null) return command.run(given);
  else if (given.has(VERSION)) print(`${await packageVersion()}\n`);
  else throw shellError("missing-command", { known });
  return 0;
}

/** The command that the words name, and the other words; the command is null when it is none of ours. */
async function match(
  words: readonly string[],
): Promise<{ name: string | null; command: Command | null; rest: readonly string[] }> {
  const first = words.findIndex((word) => !word.startsWith("-") || word === "-");
  if (first === -1) return { name: null, command: null, rest: words };
  const name = words[first]!;
  if (first === 0) return { name, command: (await COMMANDS.get(name)?.()) ?? null, rest: words.slice(1) };
  // Options before the name: which of them take a value depends on the command.
  return (await program()).match(words);
}

async function help(words: readonly string[]): Promise<void> {
  const whole = await program();
  whole.match(words);
  whole.help();
}

/** All commands, for help and for words in an unusual order. */
async function program(): Promise<import("./cli/program.ts").Program> {
  const { programOf } = await import("./cli/program.ts");
  return programOf(await Promise.all([...COMMANDS.values()].map((load) => load())), await packageVersion());
}

/** Says what failed, and gives the exit code for it. */
async function report(error: unknown, asData: boolean): Promise<number> {
  const known = error instanceof PylockError ? error : shellError("internal", { text: String(error) });
  const { failure, exitCode } = known;
  if (asData && failure.code !== "output-unwritable") print(`${JSON.stringify({ error: failure }, null, 2)}\n`);
  const bytes =
    failure.path === null || failure.offset === null ? null : await readIfThere(failure.path).catch(() => null);
  const { renderFailure } = await import("./words/diagnostic.ts");
  printError(renderFailure(failure, { bytes, color: terminal("stderr").color }));
  if (exitCode === 70) printError(`${await blame(known === error ? known : error)}\n`);
  return exitCode;
}

/** What a bug report should hold. */
async function blame(error: unknown): Promise<string> {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `\npylock2nix ${await packageVersion()}, ${environment()}\n${stack}`;
}
=======
start();
>>>>>>> main
