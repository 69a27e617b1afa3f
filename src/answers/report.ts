// What `resolve --json` prints: facts of the lock, and a resolution for each target. The packages are the core's bytes.
//
// Invariant: the bytes are those of JSON.stringify with an indentation of two.

import type { ResolutionParts } from "../lock/resolution.ts";
import type { Piece } from "./pieces.ts";

/** Pieces that follow one another; those of the core are views, good until its next call. */
export function resolveReport(lock: object, resolutions: readonly ResolutionParts[]): Piece[] {
  return [
    `{\n  "lock": ${indented(lock, 1)},\n  "resolutions": [`,
    ...resolutions.flatMap((each, index) => [index === 0 ? "\n" : ",\n", ...resolution(each)]),
    resolutions.length === 0 ? "]\n}\n" : "\n  ]\n}\n",
  ];
}

function resolution({ packages, target, extras, groups, ...outcome }: ResolutionParts): Piece[] {
  const opening = indented({ target, extras, groups }, 2).replace(/\n {4}\}$/, "");
  const closing = indented(outcome, 2).replace(/^\{\n/, "");
  const list = packages.length === 0 ? ["[]"] : ["[\n", ...packages, "\n      ]"];
  return [`    ${opening},\n      "packages": `, ...list, `,\n${closing}`];
}

function indented(value: object, depth: number): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${"  ".repeat(depth)}`);
}
