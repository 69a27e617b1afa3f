// `pylock2nix why`: the paths from the project to a package, or why it is absent; and why one of its files is taken.
//
// Invariant: the exit code is 1 exactly when the lock does not have the name, or refuses a target.

import { type Absence, isLocked, type Path, type Why, type WhyArtifact, whyArtifacts, whyOf } from "../answers/why.ts";
import type { Explanation, Identity } from "../lock/explain.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { normalizeName } from "../lock/name.ts";
import type { ResolveOptions } from "../lock/resolution.ts";
import { describeTarget } from "../lock/shipped.ts";
import { print } from "../runtime/node.ts";
import { shellError, visibleText } from "../words/errors.ts";
import { type Command, FORMAT, HELP, JSON_OUTPUT, LOCK } from "./command.ts";
import { openLock } from "./input.ts";
import { columns } from "./layout.ts";
import { showProgress } from "./progress.ts";
import { chooseSelection, SELECTION_OPTIONS } from "./selection.ts";
import { TARGET_OPTIONS, targetsHere } from "./target-choice.ts";
import type { Option, Words } from "./words.ts";

const ARTIFACT: Option = { name: "--artifact", help: "each file of the package, and why it is taken or not" };

export const whyCommand: Command = {
  name: "why",
  summary: "why a package is installed or not, and why with this file",
  usage: "NAME [PATH] [options]",
  description: [
    "Shows the shortest way from the project to each package that requires NAME. Where NAME is not",
    "installed: who would require it, and what keeps it out. The target is this machine with the newest",
    "Python that the lock admits, unless others are named.",
  ].join("\n"),
  options: [ARTIFACT, ...TARGET_OPTIONS, ...SELECTION_OPTIONS, LOCK, FORMAT, JSON_OUTPUT, HELP],
  examples: [
    ["pylock2nix why numpy", "who requires it"],
    ["pylock2nix why colorama --system x86_64-linux,x86_64-windows", "on two systems"],
    ["pylock2nix why torch --artifact --target cp312-macos14-arm64", "which file, and why not the others"],
  ],
  run,
};

interface Answer {
  readonly why: Why;
  readonly files: readonly WhyArtifact[] | null;
  readonly explanation: Explanation;
}

async function run(words: Words): Promise<number> {
  const [word, path = ".", ...others] = words.paths;
  if (word === undefined) throw shellError("missing-word", { text: whyCommand.name, detail: "the name of a package" });
  if (others.length > 0) throw shellError("too-many-words", { text: others[0]!, detail: whyCommand.name });
  const name = normalizeName(word);
  const input = await openLock(path, words.value(LOCK), words);
  const { lock, path: lockPath } = input;
  const locked = lock.packageNames();
  if (!locked.includes(name)) throw shellError("not-locked", { text: name, path: lockPath, known: locked });
  const selection = chooseSelection(words, input);
  const answers = showProgress(targetsHere(words, lock), "explaining", ({ target, python }): Answer => {
    const request = { target, ...(python !== undefined && { python }), ...selection, ...input.settings };
    return answer(lock, request, name, words.has(ARTIFACT));
  });
  print(words.has(JSON_OUTPUT) ? asData(name, answers) : `${answers.map(asText).join("\n\n")}\n`);
  return answers.some(({ explanation }) => explanation.resolution.error !== null) ? 1 : 0;
}

function answer(lock: Lockfile, request: ResolveOptions, name: string, withFiles: boolean): Answer {
  const explanation = lock.explain(request);
  const { environment } = describeTarget(request.target, request.python);
  const files =
    withFiles && isLocked(explanation, name) ? whyArtifacts(lock, request, explanation, name, environment) : null;
  return { why: whyOf(explanation, name, environment), files, explanation };
}

function asData(name: string, answers: readonly Answer[]): string {
  const targets = answers.map(({ why: { name: _, ...rest }, files, explanation }) => ({
    ...rest,
    ...(files !== null && { artifacts: files }),
    error: explanation.resolution.error,
  }));
  return `${JSON.stringify({ name, targets }, null, 2)}\n`;
}

function asText({ why: found, files, explanation }: Answer): string {
  const { resolution } = explanation;
  const { error, groups, extras } = resolution;
  const chosen = [
    `groups: ${groups.join(", ") || "none"}`,
    ...(extras.length > 0 ? [`extras: ${extras.join(", ")}`] : []),
  ];
  const lines = [`${found.target} (${chosen.join("; ")})`];
  if (error !== null) return [...lines, `  refused: ${error.message}`].map(visibleText).join("\n");
  const selected = [...found.installed, ...found.uninstallable];
  if (selected.length > 0) {
    if (found.installed.length > 0) lines.push(`  ${found.installed.map(spoken).join(" and ")} is installed`);
    if (found.uninstallable.length > 0)
      lines.push(`  ${found.uninstallable.map(spoken).join(" and ")} is required, and no file of it can be installed`);
    lines.push(...found.paths.map((path) => `    ${pathText(path)}`));
  } else {
    lines.push(`  ${found.name} is not installed`);
    lines.push(...columns(found.absences.map((each) => [`    ${absenceSubject(each)}`, each.because])));
  }
  for (const each of files ?? []) {
    lines.push(`  files of ${spoken(each)}${originText(each)}`);
    lines.push(...columns(each.files.map(({ name, because }) => [`    ${name}`, because])));
  }
  return lines.map(visibleText).join("\n");
}

/** Of several versions: where this one comes from, and what would choose it. */
function originText({ from, chosenWith = [], isInstalled }: WhyArtifact): string {
  const place = from === undefined ? "" : `, from ${from ?? "the usual index"}`;
  const choices = chosenWith.map(({ kind, name }) => `the ${kind} ${name}`);
  if (choices.length === 0 || isInstalled) return place;
  return `${place}: with ${choices.join(" or ")}`;
}

function pathText({ group, steps }: Path): string {
  const words = steps.map((step) => `${spoken(step)}${step.constraint === null ? "" : ` (${step.constraint})`}`);
  return [group ?? "project", ...words].join(" -> ");
}

function absenceSubject({ by, group }: Absence): string {
  if (by !== null) return `for ${spoken(by)}`;
  return group === null ? "for the project" : `in the group ${group}`;
}

function spoken({ name, version }: Identity): string {
  return version === null ? name : `${name} ${version}`;
}
