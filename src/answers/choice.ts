// Which of the files that were found for bare hashes a target takes: as pip and Pipenv, whose locks have bare hashes.
//
// The best wheel by the order of the target's tags (PEP 425), then by build tag (the binary distribution format); a source
// distribution after all wheels. Locks with file names are the core's business.

import type { FoundFile } from "./record.ts";

export interface Preference {
  /** Best first. */
  readonly tags: readonly string[];
  readonly isSourceFirst: boolean;
  readonly allowsWheels: boolean;
  readonly allowsSources: boolean;
}

export function bestFile(files: readonly FoundFile[], preference: Preference): FoundFile | null {
  const ranks = new Map(preference.tags.map((tag, index) => [tag, index]));
  let wheel: { file: FoundFile; rank: number; build: readonly [number, string] } | null = null;
  for (const file of files) {
    const read = /^[^-]+-[^-]+(?:-(\d+)([^-]*))?-([^-]+)-([^-]+)-([^-]+)\.whl$/.exec(file.file);
    if (read === null) continue;
    const rank = Math.min(...expanded(read[3]!, read[4]!, read[5]!).map((tag) => ranks.get(tag) ?? Infinity));
    const build = [Number(read[1] ?? -1), read[2] ?? ""] as const;
    if (rank === Infinity) continue;
    if (wheel === null || rank < wheel.rank || (rank === wheel.rank && isHigher(build, wheel.build)))
      wheel = { file, rank, build };
  }
  const best = preference.allowsWheels ? (wheel?.file ?? null) : null;
  const source = preference.allowsSources ? (files.find(({ file }) => isSource(file)) ?? null) : null;
  return preference.isSourceFirst ? (source ?? best) : (best ?? source);
}

export function isSource(file: string): boolean {
  return /\.(tar\.gz|tgz|zip|tar\.bz2|tar\.xz)$/i.test(file);
}

/** "py2.py3", "none", "any" -> each tag that it stands for. */
function expanded(pythons: string, abis: string, platforms: string): string[] {
  return pythons
    .split(".")
    .flatMap((python) =>
      abis.split(".").flatMap((abi) => platforms.split(".").map((platform) => `${python}-${abi}-${platform}`)),
    );
}

function isHigher(left: readonly [number, string], right: readonly [number, string]): boolean {
  return left[0] !== right[0] ? left[0] > right[0] : left[1] > right[1];
}
