// `pylock2nix diff`: what changes for each target from one lock to another.
//
// Invariant: the exit code says nothing about the difference.

import { type Change, type Difference, diff, isSame } from "../answers/diff.ts";
import { print } from "../runtime/node.ts";
import { shellError, visibleText } from "../words/errors.ts";
import { type Command, FORMAT, HELP, JSON_OUTPUT } from "./command.ts";
import { openLock } from "./input.ts";
import { columns } from "./layout.ts";
import { showProgress } from "./progress.ts";
import { chooseSelection, SELECTION_OPTIONS } from "./selection.ts";
import { TARGET_OPTIONS, targetsHere } from "./target-choice.ts";
import type { Words } from "./words.ts";

export const diffCommand: Command = {
  name: "diff",
  summary: "what changes for each target between two locks",
  usage: "OLD NEW [options]",
  description: [
    "Resolves both locks and shows the packages, versions and files that are added, removed or changed.",
    "OLD and NEW are projects' folders or locks, and may be of different formats. The target is this",
    "machine with the newest Python that the new lock admits, unless others are named.",
  ].join("\n"),
  options: [...TARGET_OPTIONS, ...SELECTION_OPTIONS, FORMAT, JSON_OUTPUT, HELP],
  examples: [
    ["git show HEAD:poetry.lock > old.lock && pylock2nix diff old.lock poetry.lock", "since the last commit"],
    ["pylock2nix diff ../before . --python 3.11,3.12", "two folders, two Pythons"],
    ["pylock2nix diff old.lock poetry.lock --json | jq '.targets[].changed[].name'", "as data"],
  ],
  run,
};

async function run(words: Words): Promise<number> {
  const [oldPath, newPath, ...others] = words.paths;
  if (oldPath === undefined || newPath === undefined) {
    throw shellError("missing-word", { text: diffCommand.name, detail: "two paths, the old lock's and the new one's" });
  }
  if (others.length > 0) throw shellError("too-many-words", { text: others[0]!, detail: diffCommand.name });
  const older = await openLock(oldPath, null, words);
  const newer = await openLock(newPath, null, words);
  // A group or an extra may be in one of the two only: each lock gets those that it knows.
  const selection = chooseSelection(words, newer, older);
  const before = chooseSelection(words, older, newer);
  const differences = showProgress(targetsHere(words, newer.lock), "comparing", ({ target, python }) => {
    const where = { target, ...(python !== undefined && { python }) };
    return diff(older.lock.resolve({ ...where, ...before }), newer.lock.resolve({ ...where, ...selection }));
  });
  if (words.has(JSON_OUTPUT)) {
    const data = { old: { path: older.path }, new: { path: newer.path }, targets: differences };
    print(`${JSON.stringify(data, null, 2)}\n`);
  } else print(`${differences.map(asText).join("\n\n")}\n`);
  return 0;
}

function asText(difference: Difference): string {
  const { target, added, removed, changed, oldError, newError } = difference;
  const lines = [target];
  if (oldError !== null) lines.push(`  the old lock is refused: ${oldError.message}`);
  if (newError !== null) lines.push(`  the new lock is refused: ${newError.message}`);
  if (isSame(difference) && newError === null) lines.push("  the same");
  const rows = [
    ...added.map((each) => ["  +", each.name, each.version ?? "-", "", fileOf(each)]),
    ...removed.map((each) => ["  -", each.name, each.version ?? "-", "", ""]),
    ...changed.map(({ name, old, new: now }) => [
      "  ~",
      name,
      old.version ?? "-",
      now.version ?? "-",
      whatChanged(old, now),
    ]),
  ];
  lines.push(...columns(rows));
  return lines.map(visibleText).join("\n");
}

function fileOf({ artifact, kind }: Change): string {
  return artifact ?? kind;
}

/** The new file; with the old one where the version is the same. */
function whatChanged(old: Change, now: Change): string {
  if (old.version !== now.version) return fileOf(now);
  if (fileOf(old) !== fileOf(now)) return `${fileOf(old)} -> ${fileOf(now)}`;
  return old.hash !== now.hash ? "another hash" : "another place";
}
