// `pylock2nix resolve`: what is installed on each target, with artifact and hash.
//
// Invariant: standard output is the answer alone, for every target asked for, refused or not.

import { lockCommand } from "../answers/hashed-texts.ts";
import { resolveReport } from "../answers/report.ts";
import type { Resolution, ResolveAllRequest, ResolvedPackage } from "../lock/resolution.ts";
import { print } from "../runtime/node.ts";
import { shellError, visibleText } from "../words/errors.ts";
import { type Command, FORMAT, HELP, JSON_OUTPUT, LOCK } from "./command.ts";
import { freshnessWords, type Input, lockFacts, openInput, staleFacts } from "./input.ts";
import { columns, counted } from "./layout.ts";
import { warn } from "./report.ts";
import { chooseFiles, chooseSelection, FILE_OPTIONS, SELECTION_OPTIONS } from "./selection.ts";
import { TARGET_OPTIONS, targetsHere } from "./target-choice.ts";
import type { Words } from "./words.ts";

export const resolveCommand: Command = {
  name: "resolve",
  summary: "what is installed on each target, with file and hash",
  usage: "[PATH...] [options]",
  description: [
    "Says what the lock's own installer would install. Without --target, --python or --system that is",
    "for this machine and the newest Python that the lock admits. A target or a selection that the",
    "installer would refuse is shown as refused, and the exit code is 1.",
  ].join("\n"),
  options: [...TARGET_OPTIONS, ...SELECTION_OPTIONS, ...FILE_OPTIONS, LOCK, FORMAT, JSON_OUTPUT, HELP],
  examples: [
    ["pylock2nix resolve", "the project in this folder, for this machine"],
    ["pylock2nix resolve --python 3.12 --system x86_64-linux,aarch64-darwin", "two targets"],
    ["pylock2nix resolve --only main --extras socks", "without the development groups"],
    ["pylock2nix resolve services/* libraries/core/poetry.lock", "several projects and locks, each by itself"],
    ["pylock2nix resolve ../app/poetry.lock --json | jq '.resolutions[].packages[].artifact'", "as data"],
  ],
  run,
  takesSeveral: async () => {},
};

async function run(words: Words): Promise<number> {
  const input = await openInput(words, resolveCommand.name);
  const request = requestOf(words, input);
  if (input.fresh === false) warnStale(input);
  if (words.has(JSON_OUTPUT)) {
    const parts = input.lock.resolveParts(request);
    print(resolveReport(lockFacts(input), parts));
    return exitCode(parts);
  }
  const resolutions = input.lock.resolveAll(request);
  print(asText(input, resolutions));
  return exitCode(resolutions);
}

function exitCode(resolutions: readonly Pick<Resolution, "error">[]): number {
  return resolutions.some(({ error }) => error !== null) ? 1 : 0;
}

/** What the words ask of the lock. */
export function requestOf(words: Words, input: Input): ResolveAllRequest {
  const policy = chooseFiles(words, input);
  const selection = chooseSelection(words, input);
  return { targets: targetsHere(words, input.lock), ...selection, ...policy };
}

function warnStale(input: Input): void {
  const { failure } = shellError("stale-lock", staleFacts(input));
  const hint = `make the lock anew with ${lockCommand(input.lock)}`;
  warn({ ...failure, hint });
}

function asText(input: Input, resolutions: readonly Resolution[]): string {
  const { lock, path } = input;
  const title = `${path}: ${lock.format} ${lock.version ?? "without version"}${freshnessWords(input)}`;
  return `${[title, ...resolutions.map(resolutionText)].join("\n\n")}\n`;
}

function resolutionText({ target, groups, extras, packages, uninstallable, problems, error }: Resolution): string {
  const selection = [
    `groups: ${groups.join(", ") || "none"}`,
    ...(extras.length > 0 ? [`extras: ${extras.join(", ")}`] : []),
  ];
  const lines = [`${target} (${selection.join("; ")})`];
  if (error !== null) {
    lines.push(`  refused: ${visibleText(error.message)}`);
    if (error.hint !== null) lines.push(`  hint: ${visibleText(error.hint)}`);
    return lines.join("\n");
  }
  const rows = packages.map(({ name, version, kind, artifact, url }) => [
    name,
    version ?? "-",
    kind === "none" ? "CANNOT BE INSTALLED" : kind,
    artifact ?? url ?? "",
  ]);
  lines.push(...columns(rows).map((row) => `  ${row}`));
  lines.push(`  ${[counted(packages.length, "package"), ...kindCounts(packages)].join(", ")}`);
  if (uninstallable.length > 0) lines.push(`  no file fits this target: ${uninstallable.join(", ")}`);
  for (const problem of problems) lines.push(`  problem: ${visibleText(problem)}`);
  return lines.join("\n");
}

function kindCounts(packages: readonly ResolvedPackage[]): string[] {
  const counts = new Map<string, number>();
  for (const { kind } of packages) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`);
}
