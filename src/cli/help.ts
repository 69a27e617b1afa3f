// Help: what there is to type, and examples of it.

import type { Command } from "./command.ts";
import { HELP, JSON_OUTPUT } from "./command.ts";
import { columns } from "./layout.ts";
import type { Option } from "./words.ts";

export const VERSION: Option = { name: "--version", short: "-V", help: "print the version" };

/** What the program does. */
export function programHelp(commands: readonly Command[], version: string): string {
  return sections([
    [null, [`pylock2nix ${version}: Python locks to Nix, exactly as the installer would resolve them`]],
    ["Usage", ["  pylock2nix <command> [PATH] [options]"]],
    ["Commands", columns(commands.map(({ name, summary }) => ["", name, summary]))],
    ["Options", optionLines([JSON_OUTPUT, HELP, VERSION])],
    ["Examples", exampleLines(commands.flatMap(({ examples }) => examples.slice(0, 1)))],
    [null, ["`pylock2nix <command> --help` tells more. PATH is a project's folder or a lock; the usual one is here."]],
  ]);
}

/** What one command does. */
export function commandHelp({ name, usage, description, options, examples }: Command): string {
  return sections([
    ["Usage", [`  pylock2nix ${name} ${usage}`]],
    [null, [description]],
    ["Options", optionLines(options)],
    ["Examples", exampleLines(examples)],
  ]);
}

function optionLines(options: readonly Option[]): string[] {
  return columns(
    options.map(({ name, short, value, help }) => [
      "",
      [short === undefined ? name : `${short}, ${name}`, value].filter((part) => part !== undefined).join(" "),
      help,
    ]),
  );
}

/** Each with a comment above, so that it can be copied as it stands. */
function exampleLines(examples: readonly (readonly [string, string])[]): string[] {
  return examples.flatMap(([line, what]) => [`  # ${what}`, `  ${line}`]);
}

function sections(parts: readonly (readonly [string | null, readonly string[]])[]): string {
  return `${parts.map(([title, lines]) => (title === null ? lines : [`${title}:`, ...lines]).join("\n")).join("\n\n")}\n`;
}
