// Which groups, extras and kinds of file are asked for.
//
// Invariant: a group, an extra or a member that neither the lock nor pyproject.toml names ends the program with 2.

import { normalizeName } from "../lock/name.ts";
import { uvDefaults, uvGroups } from "../lock/pyproject.ts";
import type { ResolveRequest } from "../lock/resolution.ts";
import { type ShellCode, shellError } from "../words/errors.ts";
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
import type { Input } from "./input.ts";
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

export type Choices = Pick<Input, "lock" | "pyproject" | "subject" | "member">;
export type Selection = Pick<ResolveRequest, "groups" | "extras" | "packages">;
export interface FilePolicy {
  readonly prefer?: "wheel" | "sdist";
  readonly noBinary: readonly string[];
  readonly onlyBinary: readonly string[];
}

/**
 * The usual groups, or exactly `--only`, or all; then with `--groups` and without `--without`. In the lock's order. Names
 * that only `other` knows, a lock to compare with, are passed over.
 */
export function chooseSelection(words: Words, input: Choices, other: Choices | null = null): Selection {
  const { lock } = input;
  const all = [...lock.groups.keys()];
  // `main` is known even to a pylock.toml that has no group of that name: it adds nothing there.
  const known = [...new Set(["main", ...groupsOf(input), ...(other === null ? [] : groupsOf(other))])];
  const named = (option: Option) => knownNames(words.list(option), known, "unknown-group");
  const only = named(ONLY);
  const chosen = new Set(words.has(ALL_GROUPS) ? all : words.has(ONLY) ? only : usualGroups(input));
  for (const group of named(GROUPS)) chosen.add(group);
  for (const group of named(WITHOUT)) chosen.delete(group);
  const elsewhere = other === null ? [] : extrasOf(other);
  const extras = knownNames(words.list(EXTRAS), [...extrasOf(input), ...elsewhere], "unknown-extra");
  return {
    groups: all.filter((group) => chosen.has(group)),
    extras: words.has(ALL_EXTRAS) ? lock.extras : lock.extras.filter((extra) => extras.includes(extra)),
    ...choosePackages(words, input),
  };
}

/**
 * The groups that can be named. uv takes for one project its own and those of the workspace's project, and refuses those
 * that only other members have (crates/uv/src/commands/project/install_target.rs, validate_groups).
 */
function groupsOf({ lock, pyproject, subject }: Choices): string[] {
  const all = [...lock.groups.keys()];
  if (subject === null) return all;
  const own = [subject, ...(pyproject === null ? [] : [pyproject])].flatMap(uvGroups);
  return all.filter((group) => own.includes(group));
}

/** The extras that can be named; uv refuses those that only other members have (the same file, validate_extras). */
function extrasOf({ lock, subject }: Choices): readonly string[] {
  return subject === null ? lock.extras : lock.extras.filter((extra) => subject.extras.includes(extra));
}

/** For a member that `--package` names alone uv asks the member's own `tool.uv.default-groups`. */
function usualGroups({ lock, pyproject, subject }: Choices): string[] {
  const all = [...lock.groups.keys()];
  if (subject === null || subject === pyproject) return all.filter((group) => lock.groups.get(group) === true);
  const isDefault = uvDefaults(subject);
  return ["main", ...uvGroups(subject).filter(isDefault)];
}

/** Members of a workspace, which only uv's locks have. */
function choosePackages(words: Words, { lock, member }: Choices): Pick<Selection, "packages"> {
  if (!words.has(PACKAGE) && !words.has(ALL_PACKAGES)) return member === null ? {} : { packages: [member] };
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
