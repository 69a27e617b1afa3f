// The corpus of real locks with their expected resolutions, where it is there, and the way a user goes to them: words of the
// command line, and files as they lie on disk.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { openInput } from "../src/cli/input.ts";
import { requestOf, resolveCommand } from "../src/cli/resolve.ts";
import { readWords } from "../src/cli/words.ts";
import { Core } from "../src/core/core.ts";
import { readLockWith } from "../src/lock/lockfile.ts";
import type { Resolution } from "../src/lock/resolution.ts";

const ROOT = "../shared/corpus/";

export interface Expected {
  set?: string;
  error?: string;
  problems?: string[];
  uninstallable?: string[];
}

export interface Oracle {
  selection: string;
  malformed?: string;
  arguments: { extras: string[]; groups: string[] };
  rows: [string, string, string, string | null][];
  targets: Record<string, Expected>;
}

export interface Case {
  id: string;
  folder: string;
  lock: Uint8Array;
  /** The lock's name in its folder. */
  path: string;
  pyproject: string | null;
  oracles: Oracle[];
}

/** The locks of one format, empty when the corpus is not here. */
export function corpus(format: string): Case[] {
  if (!existsSync(ROOT)) return [];
  return readdirSync(ROOT)
    .filter((id) => id.startsWith(`${format}--`))
    .sort()
    .map((id) => {
      const folder = `${ROOT}${id}/`;
      const meta = JSON.parse(readFileSync(`${folder}meta.json`, "utf8")) as { lock_file: string };
      return {
        id,
        folder,
        path: meta.lock_file,
        lock: readFileSync(folder + meta.lock_file),
        pyproject: existsSync(`${folder}pyproject.toml`) ? readFileSync(`${folder}pyproject.toml`, "utf8") : null,
        oracles: readdirSync(`${folder}oracle`).map((file) => {
          const oracle = JSON.parse(readFileSync(`${folder}oracle/${file}`, "utf8")) as Oracle;
          return { ...oracle, selection: file.replace(/\.json$/, "") };
        }),
      };
    });
}

/** The builds of the core that each lock is read with. */
export const BUILDS = ["core.wasm", "core.debug.wasm"] as const;
export type Build = (typeof BUILDS)[number];

/** What `pylock2nix resolve` answers to these words, with the lock read by this build of the core. */
export async function answersTo(line: readonly string[], build: Build): Promise<readonly Resolution[]> {
  const words = readWords(line, resolveCommand.options, resolveCommand.name);
  const input = await openInput(words, resolveCommand.name);
  if (build === "core.wasm") return input.lock.resolveAll(requestOf(words, input));
  const { path, pyproject } = input;
  const options = { path, format: input.lock.format, pyproject };
  const lock = readLockWith(new Core(moduleOf(build)), input.lock.bytes(), options);
  return lock.resolveAll(requestOf(words, { ...input, lock }));
}

const modules = new Map<Build, WebAssembly.Module>();

function moduleOf(build: Build): WebAssembly.Module {
  const module = modules.get(build) ?? new WebAssembly.Module(readFileSync(`wasm/${build}`));
  modules.set(build, module);
  return module;
}

/** The words that ask for one of the corpus's selections (its README.md, "Selections"). */
export function wordsFor(selection: string): string[] {
  const [, kind, name] = /^(extra|group)-(.+)$/.exec(selection) ?? [];
  if (kind === "extra") return ["--only", "main", "--extras", name!];
  if (kind === "group") return ["--only", "main", "--groups", name!];
  const words = SELECTIONS[selection];
  assert.ok(words !== undefined, `the selection ${selection}`);
  return words;
}

const SELECTIONS: Readonly<Record<string, string[]>> = {
  default: [],
  main: ["--only", "main"],
  "no-dev": ["--only", "main"],
  all: ["--all-groups", "--all-extras"],
  "all-packages": ["--all-packages"],
};

/** Holds every record of a lock against the command line's answer; how many there were. */
export async function checkRecords(
  { id, folder, path, oracles }: Case,
  build: Build,
  differenceOf: (oracle: Oracle, expected: Expected, answer: Resolution) => string | null,
): Promise<number> {
  let records = 0;
  for (const oracle of oracles) {
    const targets = Object.keys(oracle.targets);
    const answers = await answersTo(
      [folder + path, "--target", targets.join(","), ...wordsFor(oracle.selection)],
      build,
    );
    assert.is(answers.length, targets.length, `${id} ${oracle.selection}`);
    const known = knownDifferences(id, oracle.selection);
    const differing = targets.filter((target, index) => {
      const difference = differenceOf(oracle, oracle.targets[target]!, answers[index]!);
      if (difference !== null && !known(target))
        assert.unreachable(`${id} ${oracle.selection} ${target}: ${difference}`);
      return difference !== null;
    });
    const idle = known.targets.filter((target) =>
      target === "*" ? differing.length === 0 : !differing.includes(target),
    );
    assert.equal(idle, [], `${id} ${oracle.selection}: known differences that are none`);
    records += targets.length;
  }
  assert.ok(records > 0, `${id} has records`);
  return records;
}

/** What is expected and what was found, as lines; null when they are the same, in whatever order. */
export function difference(wanted: readonly string[], found: readonly string[]): string | null {
  const left = [...wanted].sort();
  const right = [...found].sort();
  if (left.join("\n") === right.join("\n")) return null;
  const missing = left.filter((each) => !right.includes(each));
  const surplus = right.filter((each) => !left.includes(each));
  return `missing ${missing.slice(0, 4).join(", ")}; surplus ${surplus.slice(0, 4).join(", ")}`;
}

/** The rows that a record expects. */
export function rowsOf(oracle: Oracle, expected: Expected): Oracle["rows"] {
  return members(expected.set ?? "").map((index) => oracle.rows[index]!);
}

/** The rows of `0-3,7`. */
export function members(set: string): number[] {
  if (set === "") return [];
  return set.split(",").flatMap((part) => {
    const [from, to] = part.split("-").map(Number) as [number, number?];
    return Array.from({ length: (to ?? from) - from + 1 }, (_, index) => from + index);
  });
}

/** Lines `ID SELECTION TARGET` of known-differences.txt, `*` for every target, evidence in the comments. */
const DIFFERENCES = existsSync("test/known-differences.txt")
  ? readFileSync("test/known-differences.txt", "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
  : [];

/** Whether the expected answer was shown to be wrong with the real tool; and the targets that the file names. */
function knownDifferences(id: string, selection: string): ((target: string) => boolean) & { targets: string[] } {
  const start = `${id} ${selection} `;
  const targets = DIFFERENCES.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
  return Object.assign((target: string) => targets.includes(target) || targets.includes("*"), { targets });
}
