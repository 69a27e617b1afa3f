// What has to be fetched once before Nix can build from a lock: what `pylock2nix prefetch` looks for (docs/prefetch.md).

import type { Lockfile } from "../lock/lockfile.ts";
import type { ResolveRequest } from "../lock/resolution.ts";
import { type TargetChoice, targetChoice } from "../lock/targets.ts";
import { type Need, needsOf } from "./plan.ts";
import { type Found, SourceRecord } from "./record.ts";
import { openPackages } from "./recorded.ts";
import { usualTargets } from "./usual-targets.ts";

/** For which targets, and what is there already. */
export interface NeedsOptions extends Pick<ResolveRequest, "prefer" | "noBinary" | "onlyBinary"> {
  /** Else those that `freeze` takes. */
  readonly targets?: readonly (string | TargetChoice)[] | undefined;
  /** What was found before, and so is not looked for again. */
  readonly record?: SourceRecord | undefined;
  /** Also files that lack nothing, for what is in them: what their builds need, what their wheels load. */
  readonly all?: boolean | undefined;
}

/**
 * What a lock lacks for Nix on these targets: hashes of repositories and archives, addresses, names of files that only have
 * hashes. Sizes are bytes.
 *
 * @example
 * ```ts
 * import { needs, readLock } from "pylock2nix";
 *
 * const lock = readLock("six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n");
 * const [need] = needs(lock, { targets: ["cp312-linux-x86_64-glibc2.40"] });
 * console.log(need?.package, need?.subject.kind, need?.isFetched); // six hashes false
 * ```
 */
export function needs(lock: Lockfile, options: NeedsOptions = {}): Need[] {
  const { record = new SourceRecord(), all = false, targets = usualTargets(lock, record), ...policy } = options;
  const parts = lock.freeze({ ...policy, targets: targets.map(targetChoice), groups: [] });
  const open = needsOf(openPackages(lock, parts), all);
  return open.filter((need) => !isRecorded(need, record.get(need.subject), all));
}

/** Whether an earlier run has found all that this one would. */
export function isRecorded({ subject, isFetched }: Need, found: Found | null, all: boolean): boolean {
  if (found === null) return false;
  // An address alone says nothing about what is in the file; a file that was fetched left a hash or facts.
  if (subject.kind === "hashes") return !all || found.files!.every((file) => hasFacts(file.file, file));
  const name = subject.kind === "file" ? subject.file : "";
  return !isFetched || (all ? found.hash !== undefined || hasFacts(name, found) : found.hash !== undefined);
}

/** Pure wheels have none, and nothing is to be found in them. */
function hasFacts(name: string, { buildRequires, sonames }: Found): boolean {
  return buildRequires !== undefined || sonames !== undefined || name.endsWith("-any.whl");
}
