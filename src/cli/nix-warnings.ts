// What `nix` says of a resolution that it has frozen, before it writes it.

import type { Frozen } from "../answers/freeze.ts";
import type { LibraryTables, Unfound } from "../answers/libraries.ts";
import type { Lacking } from "../answers/recorded.ts";
import { type Failure, NOWHERE, type ShellCode, shellError } from "../words/errors.ts";
import type { Input } from "./input.ts";
import { counted } from "./layout.ts";
import { warn } from "./report.ts";

/** A target of which nothing can be frozen. */
export interface Refused {
  readonly target: string;
  readonly error: Failure;
}

/** All of it, the targets that are left out at the end. */
export function warnOfFrozen(
  frozen: Frozen,
  refused: readonly Refused[],
  input: Input,
  libraries: LibraryTables,
): void {
  const say = (code: ShellCode, text: string): void => warn(shellError(code, { text }).failure);
  // Nix can do without, but then it fetches while it evaluates.
  for (const title of frozen.unrecorded) say("unrecorded-git", title);
  warnLacking(frozen.lacking);
  if (frozen.lacksMembers) say("workspace-too-large", input.path);
  if (frozen.lacksFileNames) say("file-names-missing", input.path);
  if (frozen.buildConstraints !== null) say("build-constraints", frozen.buildConstraints);
  for (const each of frozen.unfound) warnUnfound(each, libraries);
  warnRefused(input, refused);
}

/** One warning for all that are refused in the same words, as those of a platform are that the lock rules out. */
function warnRefused({ path }: Input, refused: readonly Refused[]): void {
  const groups = new Map<string, { targets: string[]; error: Failure }>();
  for (const { target, error } of refused) {
    const key = JSON.stringify([error.message, error.hint]);
    const group = groups.get(key) ?? { targets: [], error };
    group.targets.push(target);
    groups.set(key, group);
  }
  for (const { targets, error } of groups.values()) {
    const message = `${named(targets)} ${targets.length === 1 ? "is" : "are"} left out: ${error.message}`;
    warn({ ...error, message, path, ...NOWHERE });
  }
}

/** Nix throws when such a file is needed. One warning, however many there are. */
function warnLacking(lacking: readonly Lacking[]): void {
  const titles = lacking.map(({ title }) => title);
  if (titles.length === 0) return;
  const [only] = lacking;
  const { failure } =
    titles.length === 1
      ? shellError("unrecorded-file", { text: only!.title, detail: only!.lack })
      : shellError("unrecorded-files", { text: named(titles), detail: counted(titles.length, "package") });
  warn(failure);
}

/** What a warning names before it only counts. */
const MOST_NAMED = 5;

function named(names: readonly string[]): string {
  const rest = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return names.slice(0, MOST_NAMED).join(", ") + rest;
}

/** The build of such a wheel fails, or it lacks what it may need when it runs. */
function warnUnfound({ name, version, unknown, leftOut, givers }: Unfound, { names }: LibraryTables): void {
  const text = `${name} ${version ?? ""}`.trim();
  if (unknown.length > 0) {
    const quoted = unknown.map((soname) => `"${soname}"`).join(" ");
    warn(shellError("libraries-unknown", { text, detail: unknown.join(", "), known: [name, quoted] }).failure);
  }
  if (leftOut.length > 0) {
    const attributes = new Set(leftOut.map((soname) => `pkgs.${names.leftOut[soname] ?? "NAME"}`));
    const known = [name, [...attributes].join(" "), givers.join(", ")];
    warn(shellError("libraries-left-out", { text, detail: leftOut.join(", "), known }).failure);
  }
}
