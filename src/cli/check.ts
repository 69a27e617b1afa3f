// `pylock2nix check`: is the lock fresh, complete and sound, and what can no file install.
//
// Invariant: the exit code is 1 exactly when something was found.

import { type CheckedTarget, type Finding, findingsOf } from "../answers/check.ts";
import { madeFrom } from "../answers/hashed-texts.ts";
import { describeTarget } from "../lock/shipped.ts";
import { print } from "../runtime/node.ts";
import { visibleText } from "../words/errors.ts";
import { type Command, FORMAT, HELP, JSON_OUTPUT, LOCK } from "./command.ts";
import { freshnessWords, type Input, lockFacts, openInput } from "./input.ts";
import { columns, counted } from "./layout.ts";
import { showProgress } from "./progress.ts";
import { chooseSelection, SELECTION_OPTIONS, type Selection } from "./selection.ts";
import { recordBeside } from "./source-record.ts";
import { TARGET_OPTIONS, targetsToCheck } from "./target-choice.ts";
import type { Words } from "./words.ts";

export const checkCommand: Command = {
  name: "check",
  summary: "is the lock fresh, complete and sound, and what cannot be installed",
  usage: "[PATH...] [options]",
  description: [
    "Holds the lock against pyproject.toml (its content hash, uv's as `uv lock --check` compares them),",
    "every installed version against the requirements that point at it, every file against the target",
    "and against its package, and says what Nix cannot fetch yet. Without --target, --python or",
    "--system the targets are all Pythons that the lock admits, on Linux and macOS, x86_64 and aarch64;",
    "the groups are the usual ones. The exit code is 1 when something is found.",
  ].join("\n"),
  options: [...TARGET_OPTIONS, ...SELECTION_OPTIONS, LOCK, FORMAT, JSON_OUTPUT, HELP],
  examples: [
    ["pylock2nix check", "the project in this folder, on all usual targets"],
    ["pylock2nix check --all-groups --all-extras", "with everything that can be selected"],
    ["pylock2nix check services/*", "several projects, each by itself"],
    ["pylock2nix check --json | jq '.findings[].message'", "as data"],
  ],
  run,
  takesSeveral: async () => {},
};

async function run(words: Words): Promise<number> {
  const input = await openInput(words, checkCommand.name);
  const selection = chooseSelection(words, input);
  const targets = targetsToCheck(words, input.lock);
  const checked = showProgress(targets, "checking", ({ target, python }): CheckedTarget => {
    const request = { target, ...(python !== undefined && { python }), ...selection, ...input.settings };
    return { explanation: input.lock.explain(request), environment: describeTarget(target, python).environment };
  });
  const sources = {
    packages: input.lock.packages(),
    record: await recordBeside(input.path),
    madeFrom: madeFrom(input.lock),
  };
  const findings = findingsOf(checked, input, sources);
  const names = targets.map(({ target }) => target);
  print(words.has(JSON_OUTPUT) ? asData(input, selection, names, findings) : asText(input, selection, names, findings));
  return findings.length === 0 ? 0 : 1;
}

function asData(input: Input, selection: Selection, targets: readonly string[], findings: readonly Finding[]): string {
  return `${JSON.stringify({ lock: lockFacts(input), ...selection, targets, findings }, null, 2)}\n`;
}

function asText(
  input: Input,
  { groups, extras }: Selection,
  targets: readonly string[],
  findings: readonly Finding[],
): string {
  const { lock, path } = input;
  const chosen = [
    `groups: ${groups.join(", ") || "none"}`,
    ...(extras.length > 0 ? [`extras: ${extras.join(", ")}`] : []),
  ];
  const lines = [
    `${path}: ${lock.format} ${lock.version ?? "without version"}${freshnessWords(input)}`,
    `${counted(targets.length, "target")}; ${chosen.join("; ")}`,
  ];
  for (const finding of findings) lines.push("", ...findingLines(finding, targets.length));
  lines.push("", findings.length === 0 ? "nothing found" : counted(findings.length, "finding"));
  return `${lines.join("\n")}\n`;
}

function findingLines({ code, message, targets, files }: Finding, all: number): string[] {
  const where = targets.length === 0 ? [] : targets.length === all && all > 1 ? ["on every target"] : targets;
  return [
    `${code}: ${visibleText(message)}`,
    ...columns(files.map(({ name, because }) => [`    ${name}`, because])),
    ...where.map((target) => `  ${target}`),
  ];
}
