// Access to the corpus of real locks with their expected resolutions, where it is there.
import { existsSync, readdirSync, readFileSync } from "node:fs";

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
  lock: Uint8Array;
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

/** Whether the expected answer was shown to be wrong with the real tool. */
export function isKnownDifference(id: string, selection: string, target: string): boolean {
  return DIFFERENCES.includes(`${id} ${selection} ${target}`) || DIFFERENCES.includes(`${id} ${selection} *`);
}
