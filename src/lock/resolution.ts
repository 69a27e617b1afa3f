// Resolutions: what one selection installs on each of several targets. The core writes the packages as JSON, each once for all
// targets that select it alike; here they become plain data, or stay bytes for who prints them.

import * as abi from "../core/abi.ts";
import type { Core, CoreRequest } from "../core/core.ts";
import type { Failure } from "../words/errors.ts";
import { packageName } from "./packages.ts";
import { type CoreTarget, type Speak, type TargetChoice, targetList, targetsOf } from "./targets.ts";

/** What to resolve: one selection on one target. */
export interface ResolveRequest {
  /** Target name: `cp312-linux-x86_64-glibc2.28`. */
  readonly target: string;
  /** python_full_version instead of the usual one of that Python. */
  readonly python?: string | undefined;
  /** Normalised names; `main` is the project itself. */
  readonly groups: readonly string[];
  /** Normalised names. */
  readonly extras: readonly string[];
  /** Which kind of file is taken where both fit; wheels if not said. */
  readonly prefer?: "wheel" | "sdist" | undefined;
  /** Packages of which no wheel is taken, or `:all:`. */
  readonly noBinary?: readonly string[] | undefined;
  /** Packages of which no source distribution is taken, or `:all:`. */
  readonly onlyBinary?: readonly string[] | undefined;
  /** uv: the members of the workspace to start from, or all of them; otherwise the project, else all members. */
  readonly packages?: readonly string[] | "all" | undefined;
}

/** `none`: no file of the package fits the target. `hashes-only`: the lock has hashes without file names. */
export type ArtifactKind =
  | "wheel"
  | "sdist"
  | "git"
  | "url"
  | "file"
  | "path"
  | "directory"
  | "editable"
  | "virtual"
  | "hashes-only"
  | "none";

/** A package that is installed, with the file that it is installed from. */
export interface ResolvedPackage {
  /** Normalised (PEP 503). */
  readonly name: string;
  /** As the lock writes it. */
  readonly version: string | null;
  /** What it is installed from. */
  readonly kind: ArtifactKind;
  /** File name, `url@commit`, URL or path, by kind. */
  readonly artifact: string | null;
  /** SRI; null when there is none, or several. */
  readonly hash: string | null;
  /** Only for `hashes-only`. */
  readonly hashes?: readonly string[];
  /** Where the lock says that the file is. */
  readonly url: string | null;
  /** Names of the packages that it depends on in this resolution. */
  readonly dependencies: readonly string[];
}

/** What one selection installs on one target. */
export interface Resolution {
  /** Its name. */
  readonly target: string;
  /** Those that were asked for. */
  readonly extras: readonly string[];
  /** Those that were asked for, or the default ones. */
  readonly groups: readonly string[];
  /** Sorted by name; empty when the target is refused. */
  readonly packages: readonly ResolvedPackage[];
  /** Names of those of which no file fits the target. */
  readonly uninstallable: readonly string[];
  /** What the installer would stumble over, in words. */
  readonly problems: readonly string[];
  /** Why the installer refuses this target or selection; null when it does not. */
  readonly error: Failure | null;
}

/** The same selection on several targets. */
export interface ResolveAllRequest extends Omit<ResolveRequest, "target" | "python"> {
  /** In the order of the answers. */
  readonly targets: readonly TargetChoice[];
}

/** Without `groups` those that are chosen by default; without `extras` none. */
export type Unselected<Request extends Pick<ResolveRequest, "groups" | "extras">> = Omit<
  Request,
  "groups" | "extras"
> & {
  readonly groups?: readonly string[] | undefined;
  readonly extras?: readonly string[] | undefined;
};
/** What to resolve; without `groups` those that are chosen by default. */
export type ResolveOptions = Unselected<ResolveRequest>;
/** The same selection on several targets. */
export interface ResolveAllOptions extends Unselected<Omit<ResolveAllRequest, "targets">> {
  /** Names, or names with a `python_full_version`. */
  readonly targets: readonly (string | TargetChoice)[];
}

export function selected<Request extends object>(
  request: Request & Partial<Unselected<ResolveRequest>>,
  usual: readonly string[],
): Request & Pick<ResolveRequest, "groups" | "extras"> {
  return { ...request, groups: request.groups ?? usual, extras: request.extras ?? [] };
}

/** A resolution whose packages are JSON still: pieces that follow one another, of objects with commas between them. */
export interface ResolutionParts extends Omit<Resolution, "packages"> {
  /** Views of the core's memory, good until its next call. */
  readonly packages: readonly Uint8Array[];
}

export const KINDS: readonly ArtifactKind[] = [
  "none",
  "wheel",
  "sdist",
  "git",
  "url",
  "file",
  "directory",
  "editable",
  "hashes-only",
  "path",
  "virtual",
];
/** Resolves a selection on each target, in the order given. Packages that several targets select alike are one object. */
export function readResolutions(core: Core, request: ResolveAllRequest, speak: Speak): Resolution[] {
  const { output, targets, choices } = resolveAll(core, request, speak);
  const all = JSON.parse(`[${new TextDecoder().decode(output)}]`) as ResolvedPackage[];
  return targets.map((target) => ({
    ...answerOf(request, target),
    packages: choices(target).map((row) => all[row]!),
    ...outcomeOf(core, target, choices(target)),
  }));
}

/** The same, as it is printed. */
export function readResolutionParts(core: Core, request: ResolveAllRequest, speak: Speak): ResolutionParts[] {
  const { output, targets, choices } = resolveAll(core, request, speak);
  const rows = core.rows(abi.TABLE_SELECTED, abi.SELECTED_WORDS);
  const end = (row: number): number => rows.at(row, abi.SELECTED_OFFSET) + rows.at(row, abi.SELECTED_SIZE);
  return targets.map((target) => {
    const chosen = choices(target);
    const packages: Uint8Array[] = [];
    // Those that stand side by side are one piece, with what is between them.
    for (let first = 0; first < chosen.length; ) {
      let last = first;
      while (last + 1 < chosen.length && chosen[last + 1] === chosen[last]! + 1) last++;
      if (first > 0) packages.push(BETWEEN);
      packages.push(output.subarray(rows.at(chosen[first]!, abi.SELECTED_OFFSET), end(chosen[last]!)));
      first = last + 1;
    }
    return { ...answerOf(request, target), packages, ...outcomeOf(core, target, chosen) };
  });
}

const BETWEEN: Uint8Array = new TextEncoder().encode(",\n");

interface CoreAnswer {
  readonly output: Uint8Array;
  readonly targets: readonly CoreTarget[];
  /** Rows of TABLE_SELECTED, in their order. */
  readonly choices: (target: CoreTarget) => number[];
}

function resolveAll(core: Core, { targets, ...request }: ResolveAllRequest, speak: Speak): CoreAnswer {
  const failure = core.resolveAll(coreRequest({ ...request, target: targetList(targets) }, 0));
  if (failure !== null) throw new Error(speak(failure, "").message);
  const rows = core.rows(abi.TABLE_CHOICE, 1);
  return {
    output: core.output(),
    targets: targetsOf(core, targets, speak),
    choices: ({ variants: { from, to } }) => Array.from({ length: to - from }, (_, index) => rows.at(from + index)),
  };
}

/** Of these targets, those whose Python the lock takes. */
export function admittedTargets(core: Core, targets: readonly string[]): string[] {
  const target = targetList(targets.map((name) => ({ target: name })));
  core.resolveAll({ target, flags: abi.REQUEST_IS_TARGET_ONLY });
  const rows = core.rows(abi.TABLE_TARGET, abi.TARGET_WORDS);
  return targets.filter((_, row) => rows.at(row, abi.TARGET_STATUS) !== abi.STATUS_PYTHON_REFUSED);
}

function answerOf(
  { extras, groups }: ResolveAllRequest,
  { target }: CoreTarget,
): Pick<Resolution, "target" | "extras" | "groups"> {
  return { target, extras, groups };
}

function outcomeOf(
  core: Core,
  { refusals, error }: CoreTarget,
  chosen: readonly number[],
): Pick<Resolution, "uninstallable" | "problems" | "error"> {
  const rows = core.rows(abi.TABLE_SELECTED, abi.SELECTED_WORDS);
  return {
    uninstallable: chosen
      .filter((row) => rows.at(row, abi.SELECTED_KIND) === abi.KIND_NONE)
      .map((row) => packageName(core, rows.at(row, abi.SELECTED_PACKAGE))),
    problems: refusals.map((refusal) => refusal.error.message),
    error,
  };
}

export function coreRequest(request: ResolveRequest, flags: number): CoreRequest {
  const { target, python, groups, extras, noBinary, onlyBinary, packages } = request;
  const sdistFirst = request.prefer === "sdist" ? abi.REQUEST_IS_SDIST_FIRST : 0;
  const workspace = packages === "all" ? abi.REQUEST_IS_WORKSPACE : 0;
  return {
    target,
    python,
    groups,
    extras,
    noBinary,
    onlyBinary,
    packages: packages === "all" ? [] : packages,
    flags: flags | sdistFirst | workspace,
  };
}
