// Which groups, extras and kinds of file are asked for.
//
// Invariant: a group, an extra or a member that neither the lock nor pyproject.toml names ends the program with 2.

import { type ShellCode, shellError } from "../errors.ts";
import type { Lockfile } from "../lockfile.ts";
import { normalizeName } from "../name.ts";
import type { ResolveRequest } from "../resolution.ts";
import {
  ALL_EXTRAS,
  ALL_GROUPS,
  ALL_PACKAGES,
  EXTRAS,
  GROUPS,
  NO_BINARY,
  ONLY,
  ONLY_BINARY,
  PACKAGE,
  PREFER,
  WITHOUT,
} from "./command.ts";
import type { Option, Words } from "./words.ts";

export const SELECTION_OPTIONS: readonly Option[] = [
  EXTRAS,
  ALL_EXTRAS,
  GROUPS,
  ONLY,
  WITHOUT,
  ALL_GROUPS,
  PACKAGE,
  ALL_PACKAGES,
];
export const FILE_OPTIONS: readonly Option[] = [PREFER, NO_BINARY, ONLY_BINARY];

export type Selection = Pick<ResolveRequest, "groups" | "extras" | "packages">;
export interface FilePolicy {
  readonly prefer?: "wheel" | "sdist";
  readonly noBinary: readonly string[];
  readonly onlyBinary: readonly string[];
}

/** The usual groups, or exactly `--only`, or all; then with `--groups` and without `--without`. In the lock's order. */
export function chooseSelection(words: Words, lock: Lockfile): Selection {
  const all = [...lock.groups.keys()];
  // `main` is known even to a pylock.toml that has no group of that name: it adds nothing there.
  const named = (option: Option) => knownNames(words.list(option), [...new Set(["main", ...all])], "unknown-group");
  const only = named(ONLY);
  const usual = all.filter((group) => lock.groups.get(group) === true);
  const chosen = new Set(words.has(ALL_GROUPS) ? all : words.has(ONLY) ? only : usual);
  for (const group of named(GROUPS)) chosen.add(group);
  for (const group of named(WITHOUT)) chosen.delete(group);
  const extras = knownNames(words.list(EXTRAS), lock.extras, "unknown-extra");
  return {
    groups: all.filter((group) => chosen.has(group)),
    extras: words.has(ALL_EXTRAS) ? lock.extras : lock.extras.filter((extra) => extras.includes(extra)),
    ...choosePackages(words, lock),
  };
}

/** Members of a workspace, which only uv's locks have. */
function choosePackages(words: Words, lock: Lockfile): Pick<Selection, "packages"> {
  if (!words.has(PACKAGE) && !words.has(ALL_PACKAGES)) return {};
  if (words.has(PACKAGE) && words.has(ALL_PACKAGES)) {
    throw shellError("conflicting-options", { text: PACKAGE.name, detail: ALL_PACKAGES.name });
  }
  if (lock.members.length === 0) throw shellError("no-workspace", { text: lock.path });
  if (words.has(ALL_PACKAGES)) return { packages: "all" };
  return { packages: knownNames(words.list(PACKAGE), lock.members, "unknown-member") };
}

export function chooseFiles(words: Words): FilePolicy {
  const prefer = words.value(PREFER);
  if (prefer !== null && prefer !== "wheel" && prefer !== "sdist") {
    throw shellError("bad-value", { text: prefer, detail: PREFER.name, known: ["wheel", "sdist"] });
  }
  return {
    ...(prefer !== null && { prefer }),
    noBinary: words.list(NO_BINARY).map(normalizeName),
    onlyBinary: words.list(ONLY_BINARY).map(normalizeName),
  };
}

function knownNames(given: readonly string[], known: readonly string[], code: ShellCode): string[] {
  return given.map((word) => {
    const name = normalizeName(word);
    if (!known.includes(name)) throw shellError(code, { text: word, known });
    return name;
  });
}
