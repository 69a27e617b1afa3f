// Words for command lines: commands, options, and the targets and selections that they name.

import { listed, orList, type ShellWords, suggestion } from "./words.ts";

export type CommandLineCode =
  | "unknown-command"
  | "missing-command"
  | "unknown-option"
  | "missing-value"
  | "missing-word"
  | "unwanted-value"
  | "repeated-option"
  | "too-many-words"
  | "bad-value"
  | "conflicting-options"
  | "unknown-group"
  | "unknown-member"
  | "no-workspace"
  | "unknown-extra"
  | "unknown-target"
  | "unknown-python"
  | "target-python"
  | "unknown-system"
  | "unknown-machine"
  | "no-target"
  | "jobs"
  | "missing-path"
  | "one-output"
  | "one-folder"
  | "port"
  | "cannot-listen";

export const COMMAND_LINE_WORDS: ShellWords<CommandLineCode> = {
  "unknown-command": {
    message: ({ text }) => `there is no command \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("commands", known),
    exit: 2,
  },
  "missing-command": {
    message: () => "no command given",
    hint: ({ known }) => listed("commands", known),
    exit: 2,
  },
  "unknown-option": {
    message: ({ text, detail }) => `\`${detail}\` has no option \`${text}\``,
    hint: ({ text, known, detail }) => suggestion(text, known) ?? `\`pylock2nix ${detail} --help\` lists them`,
    exit: 2,
  },
  "missing-value": {
    message: ({ text, detail }) => `\`${text}\` needs a value: \`${text} ${detail}\``,
    exit: 2,
  },
  "missing-word": {
    message: ({ text, detail }) => `\`${text}\` needs ${detail}`,
    hint: ({ text }) => `\`pylock2nix ${text} --help\` shows how`,
    exit: 2,
  },
  "unwanted-value": {
    message: ({ text }) => `\`${text}\` takes no value`,
    exit: 2,
  },
  "repeated-option": {
    message: ({ text }) => `\`${text}\` is given more than once`,
    exit: 2,
  },
  "too-many-words": {
    // `serve` and `targets` are about no lock.
    message: ({ text, detail }) =>
      detail === "serve" || detail === "targets"
        ? `\`${detail}\` takes no path, found \`${text}\``
        : `\`${detail}\` takes one path, found \`${text}\` as well`,
    hint: () => "options come with two hyphens; a path with spaces needs quotes",
    exit: 2,
  },
  "bad-value": {
    message: ({ text, detail }) => `\`${detail}\` cannot be \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? `expected ${orList(known)}`,
    exit: 2,
  },
  "conflicting-options": {
    message: ({ text, detail }) => `\`${text}\` and \`${detail}\` contradict each other`,
    exit: 2,
  },
  "unknown-group": {
    message: ({ text }) => `there is no dependency group \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("groups", known),
    exit: 2,
  },
  "unknown-member": {
    message: ({ text }) => `there is no member \`${text}\` in this workspace`,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("members", known),
    exit: 2,
  },
  "no-workspace": {
    message: ({ text }) => `\`${text}\` has no workspace: \`--package\` and \`--all-packages\` are for uv.lock`,
    exit: 2,
  },
  "unknown-extra": {
    message: ({ text }) => `there is no extra \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("extras", known),
    exit: 2,
  },
  "unknown-target": {
    message: ({ text }) => `there is no target \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? "`pylock2nix targets` lists them",
    exit: 2,
  },
  "unknown-python": {
    message: ({ text }) => `\`--python\` cannot be \`${text}\``,
    hint: ({ known }) => `give one of ${orList(known)}, or a whole version such as 3.12.4`,
    exit: 2,
  },
  "target-python": {
    message: ({ text, detail }) => `\`--python ${text}\` does not fit the target \`${detail}\``,
    hint: () => "leave `--target` out, or name targets of that Python",
    exit: 2,
  },
  "unknown-system": {
    message: ({ text }) => `there is no system \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("systems", known),
    exit: 2,
  },
  "unknown-machine": {
    message: ({ text }) => `there is no target for this machine (${text})`,
    hint: () => "say which one to look at: `--target` or `--system`",
    exit: 2,
  },
  "no-target": {
    message: ({ text }) => `no target can be resolved: \`${text}\` is refused on each`,
    hint: () => "choose others with `--target` or `--python`",
  },
  jobs: {
    message: ({ text }) => `\`--jobs\` cannot be \`${text}\``,
    hint: () => "give a number from 1 to 64",
    exit: 2,
  },
  "missing-path": {
    message: ({ detail }) => `\`${detail}\` needs a path`,
    hint: () => "a folder, a file, or `-` for standard input",
    exit: 2,
  },
  "one-output": {
    message: ({ text }) => `\`${text}\` names one place, and several locks are given`,
    hint: ({ text }) => `without \`${text}\` the files go beside each lock`,
    exit: 2,
  },
  "one-folder": {
    message: ({ text, detail }) =>
      `\`${text}\` and \`${detail}\` are in the same folder, which holds the files of one lock`,
    hint: () => "call once for each, with `-o FOLDER`",
    exit: 2,
  },
  port: {
    message: ({ text }) => `\`--port\` cannot be \`${text}\``,
    hint: () => "give a number from 0 to 65535; 0 is any that is free",
    exit: 2,
  },
  "cannot-listen": {
    message: ({ text, detail }) => `cannot listen on ${text}: ${detail}`,
    hint: ({ detail }) => (detail === "EADDRINUSE" ? "give another `--port`; 0 is any that is free" : null),
  },
};
