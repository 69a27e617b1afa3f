// Which groups, extras and kinds of file are asked for.
//
// Invariant: a group, an extra or a member that neither the lock nor pyproject.toml names ends the program with 2.

import type { Lockfile } from "../lock/lockfile.ts";
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

export type Choices = Pick<Input, "lock" | "pyproject" | "subject"> & Partial<Pick<Input, "member">>;
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
  const known = [...new Set(["main", ...groupsOf(input, words), ...(other === null ? [] : groupsOf(other, words))])];
  const named = (option: Option) => knownNames(words.list(option), known, "unknown-group");
  const only = named(ONLY);
  const chosen = new Set(words.has(ALL_GROUPS) ? all : words.has(ONLY) ? only : usualGroups(input));
  for (const group of named(GROUPS)) chosen.add(group);
  for (const group of named(WITHOUT)) chosen.delete(group);
  const elsewhere = other === null ? [] : extrasOf(other, words);
  const extras = knownNames(words.list(EXTRAS), [...extrasOf(input, words), ...elsewhere], "unknown-extra");
  return {
    groups: all.filter((group) => chosen.has(group)),
    extras: words.has(ALL_EXTRAS) ? lock.extras : lock.extras.filter((extra) => extras.includes(extra)),
    ...choosePackages(words, input),
  };
}

/**
 * The groups that can be named. uv takes those that the lock has of the projects that are asked for and of the workspace's
 * own project, and refuses those that only other members have (crates/uv/src/commands/project/install_target.rs,
 * validate_groups). What pyproject.toml names beyond the lock is known, too: then the lock is stale, and that is said.
 */
function groupsOf({ lock, pyproject, subject }: Choices, words: Words): string[] {
  const all = [...lock.groups.keys()];
  if (lock.format !== "uv") return all;
  const own = [subject, pyproject].flatMap((each) => (each === null ? [] : uvGroups(each)));
  const projects = ["", ...askedFor(lock, words), ...rootOf(lock)].map((name) => lock.choices.get(name));
  return all.filter((group) => own.includes(group) || projects.some((each) => each?.groups.has(group)));
}

/** The extras that can be named; uv refuses those that only other members have (the same file, validate_extras). */
function extrasOf({ lock, subject }: Choices, words: Words): readonly string[] {
  if (lock.format !== "uv") return lock.extras;
  const projects = askedFor(lock, words).map((name) => lock.choices.get(name));
  return lock.extras.filter(
    (extra) => subject?.extras.includes(extra) || projects.some((each) => each?.extras.has(extra)),
  );
}

/** The projects that a resolution of uv's lock starts from: those that are named, or the lock's own, else all members. */
function askedFor(lock: Lockfile, words: Words): readonly string[] {
  if (words.has(PACKAGE)) return words.list(PACKAGE).map(normalizeName);
  return words.has(ALL_PACKAGES) || rootOf(lock).length === 0 ? lock.members : rootOf(lock);
}

/** The project in the lock's own folder, if there is one. */
function rootOf(lock: Lockfile): string[] {
  for (const [name, folder] of lock.memberFolders) if (folder === ".") return [name];
  return [];
}

/** For a member that `--package` names alone uv asks the member's own `tool.uv.default-groups`. */
function usualGroups({ lock, pyproject, subject }: Choices): string[] {
  const all = [...lock.groups.keys()];
  if (subject === null || subject === pyproject) return all.filter((group) => lock.groups.get(group) === true);
  const isDefault = uvDefaults(subject);
  return ["main", ...uvGroups(subject).filter(isDefault)];
}

/** Members of a workspace, which only uv's locks have. */
function choosePackages(words: Words, { lock, member = null }: Choices): Pick<Selection, "packages"> {
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
