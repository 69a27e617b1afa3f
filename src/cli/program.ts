// The program as cac knows it: its commands, their options and examples, which command is meant, and the help.
//
// Values are not cac's business: it makes 3.1 of "3.10" and takes `--no-binary NAME` for a negation, and it is silent about
// what it does not know. words.ts reads them from the words as they were given.

import { type CAC, cac } from "cac";
import { type Command, HELP, JSON_OUTPUT, VERSION } from "./command.ts";
import type { Option } from "./words.ts";

export interface Program {
  /** The command that the words name, and the other words; the command is null when it is none of ours. */
  match(words: readonly string[]): { name: string | null; command: Command | null; rest: string[] };
  /** Prints what the matched command does, or without one what the program does. */
  help(): void;
}

export function programOf(commands: readonly Command[], version: string): Program {
  const program = cac("pylock2nix");
  program.usage("<command> [PATH] [options]");
  for (const option of [JSON_OUTPUT, HELP, VERSION]) declare(program, option);
  for (const { examples } of commands) for (const each of examples.slice(0, 1)) program.example(example(each));
  for (const command of commands) {
    const declared = program.command(command.name, command.summary).usage(`${command.name} ${command.usage}`);
    const own = command.options.filter(({ name }) => name !== JSON_OUTPUT.name && name !== HELP.name);
    for (const option of own) declare(declared, option);
    for (const each of command.examples) declared.example(example(each));
  }
  program.globalCommand.helpCallback = (sections) => {
    const matched = commands.find(({ name }) => name === program.matchedCommandName);
    const about =
      matched?.description ?? `pylock2nix ${version}: Python locks to Nix, exactly as the installer would resolve them`;
    const more =
      "`pylock2nix <command> --help` tells more. PATH is a project's folder or a lock; the usual one is here.";
    // cac's own section of this kind repeats every command.
    const kept = sections.filter(({ title }) => title !== undefined && !title.startsWith("For more info"));
    // Of `--no-binary` cac believes that it is a switch, on by default.
    for (const section of kept) section.body = section.body.replace(/ (\(default: true\))?$/gm, "");
    return [{ body: about }, ...kept, ...(matched === undefined ? [{ body: more }] : [])];
  };
  return {
    match: (words) => match(program, commands, words),
    help: () => program.outputHelp(),
  };
}

function match(program: CAC, commands: readonly Command[], words: readonly string[]): ReturnType<Program["match"]> {
  program.parse(["node", "pylock2nix", ...words], { run: false });
  const name = program.matchedCommandName ?? program.args[0] ?? null;
  const command = commands.find((each) => each.name === name) ?? null;
  const at = name === null ? -1 : words.indexOf(name);
  return { name, command, rest: words.filter((_, index) => index !== at) };
}

/** Declares an option as help shows it: `-o, --output <PATH>`. */
function declare(to: { option(name: string, help: string): unknown }, { name, short, value, help }: Option): void {
  const names = short === undefined ? name : `${short}, ${name}`;
  to.option(value === undefined ? names : `${names} <${value}>`, help);
}

/** With a comment above, so that it can be copied as it stands. */
function example([line, what]: readonly [string, string]): string {
  return `  # ${what}\n  ${line}`;
}
