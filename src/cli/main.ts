// The command line: finds the command, hands it its words, and turns whatever comes of it into output and an exit code.
//
// Invariant: standard output is data and help that was asked for, standard error is for people. Exit codes: 0 done, 1 the
// input is at fault, 2 the command line is, 70 we are. Nothing but this file ends the program.
//
// A command's code is loaded when that command is meant, that of help and of failures when there is one: reading all of it
// takes longer than resolving a usual lock.

import { commandLine, endWith, packageVersion, print } from "../runtime/node.ts";
import { shellError } from "../words/errors.ts";
import { type Command, HELP, JSON_OUTPUT, VERSION } from "./command.ts";
import { report } from "./report.ts";
import { readWords, type Words } from "./words.ts";

/** In the order in which help lists them. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["nix", async () => (await import("./nix.ts")).nixCommand],
  ["resolve", async () => (await import("./resolve.ts")).resolveCommand],
  ["check", async () => (await import("./check.ts")).checkCommand],
  ["why", async () => (await import("./why.ts")).whyCommand],
  ["diff", async () => (await import("./diff.ts")).diffCommand],
  ["verify", async () => (await import("./verify.ts")).verifyCommand],
  ["prefetch", async () => (await import("./prefetch.ts")).prefetchCommand],
  ["targets", async () => (await import("./targets.ts")).targetsCommand],
  ["serve", async () => (await import("./serve.ts")).serveCommand],
  ["bench", async () => (await import("./bench.ts")).benchCommand],
]);

export function start(): void {
  const words = commandLine();
  run(words)
    .catch((error: unknown) => report(error, words.includes(JSON_OUTPUT.name)))
    .then(endWith);
}

/** In a thread that answers for some of several locks (several.ts). */
export async function work(): Promise<void> {
  const { serveAnswers } = await import("./several.ts");
  await serveAnswers(async (name) => (await COMMANDS.get(name)?.()) ?? null);
}

async function run(words: readonly string[]): Promise<number> {
  const { name, command, rest } = await match(words);
  const known = [...COMMANDS.keys()];
  if (name !== null && command === null) throw shellError("unknown-command", { text: name, known });
  const given = readWords(rest, command?.options ?? [JSON_OUTPUT, HELP, VERSION], name ?? "pylock2nix");
  if (given.has(HELP)) await help(words);
  else if (command !== null) return answer(command, rest, given);
  else if (given.has(VERSION)) print(`${await packageVersion()}\n`);
  else throw shellError("missing-command", { known });
  return 0;
}

async function answer(command: Command, rest: readonly string[], words: Words): Promise<number> {
  if (words.paths.length < 2 || command.takesSeveral === undefined) return command.run(words);
  const { answerEach } = await import("./several.ts");
  return answerEach(command, rest, words);
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
async function program(): Promise<import("./program.ts").Program> {
  const { programOf } = await import("./program.ts");
  return programOf(await Promise.all([...COMMANDS.values()].map((load) => load())), await packageVersion());
}
