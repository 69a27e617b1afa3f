// `pylock2nix targets`: the targets that we know, each with its marker environment and its tags in order of preference.

import { describeTarget, knownTargets } from "../lock/shipped.ts";
import { print } from "../runtime/node.ts";
import { shellError } from "../words/errors.ts";
import { type Command, HELP, JSON_OUTPUT, TARGET } from "./command.ts";
import { columns, counted } from "./layout.ts";
import { namedTargets } from "./target-choice.ts";
import type { Words } from "./words.ts";

export const targetsCommand: Command = {
  name: "targets",
  summary: "the targets that we know, with their marker environments and tags",
  usage: "[options]",
  description: [
    "A target is a Python, a platform and its floor: cp312-linux-x86_64-glibc2.28 is CPython 3.12 on",
    "Linux with glibc 2.28 or newer. With --target everything about it is shown.",
  ].join("\n"),
  options: [{ ...TARGET, help: "all about this target" }, JSON_OUTPUT, HELP],
  examples: [
    ["pylock2nix targets", "their names"],
    ["pylock2nix targets --target cp312-linux-x86_64-glibc2.28", "one in full"],
    ["pylock2nix targets --json", "all in full"],
  ],
  run,
};

async function run(words: Words): Promise<number> {
  if (words.paths.length > 0)
    throw shellError("too-many-words", { text: words.paths[0]!, detail: targetsCommand.name });
  const named = namedTargets(words);
  const targets = (named.length > 0 ? named : knownTargets()).map((name) => describeTarget(name));
  if (words.has(JSON_OUTPUT)) print(`${JSON.stringify({ targets }, null, 2)}\n`);
  else print(`${(named.length > 0 ? targets.map(inFull) : columns(targets.map(inShort))).join("\n")}\n`);
  return 0;
}

type Target = ReturnType<typeof describeTarget>;

function inShort({ target, environment, tags }: Target): string[] {
  return [target, `Python ${environment.python_full_version}`, counted(tags.length, "tag")];
}

function inFull({ target, environment, tags }: Target): string {
  const variables = columns(Object.entries(environment).map(([name, value]) => [`  ${name}`, value]));
  return [target, ...variables, "  tags, the best first:", ...tags.map((tag) => `    ${tag}`)].join("\n");
}
