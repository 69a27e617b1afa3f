// Why a package is installed, or why it is not; and why one of its files is.
//
// Invariant: paths are the shortest from the project to each package that requires the name; they never go in a circle.

import type { ExplainedPackage, Explanation, FileReason, Identity, Reason, Verdict } from "../lock/explain.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { normalizeName } from "../lock/name.ts";
import type { ResolveOptions } from "../lock/resolution.ts";
import type { MarkerEnvironment } from "../lock/target.ts";
import type { Failure } from "../words/errors.ts";

/** One step from the project to a package: what is required, and by which constraint. */
export interface Step extends Identity {
  /** As the lock or the project writes it. */
  readonly constraint: string | null;
}

/** A way to a package; `group` is the project's group that it starts in, null when the lock does not say. */
export interface Path {
  /** Null when the lock does not say. */
  readonly group: string | null;
  /** From the project to the package. */
  readonly steps: readonly Step[];
}

/** One thing that could have brought the package in, and did not. */
export interface Absence {
  /** Who requires it: a package, or null for the project or for the lock's own word. */
  readonly by: Identity | null;
  /** The group that it would come with. */
  readonly group: string | null;
  /** The reason, for programs. */
  readonly code: Reason["code"] | "unreached";
  /** The reason, for people. */
  readonly because: string;
}

/** Why a package is installed on a target, or is not. */
export interface Why {
  /** Normalised. */
  readonly name: string;
  /** Its name. */
  readonly target: string;
  /** Those that the lock has. */
  readonly versions: readonly (string | null)[];
  /** Those that are installed. */
  readonly installed: readonly Identity[];
  /** Selected as well, but no file of it fits the target. */
  readonly uninstallable: readonly Identity[];
  /** The shortest way to each package that requires it. */
  readonly paths: readonly Path[];
  /** What could have brought it in; empty when it is installed. */
  readonly absences: readonly Absence[];
}

/** The answer to one question: `error` is why the target or the selection is refused, and then there is no more. */
export interface WhyAnswer extends Why {
  /** Each version of the package that the lock has, with each of its files. */
  readonly artifacts: readonly WhyArtifact[];
  /** Null when it is not. */
  readonly error: Failure | null;
}

/** An extra or a group that one may choose. */
export interface WhyChoice {
  /** Which of them. */
  readonly kind: "extra" | "group";
  /** Normalised. */
  readonly name: string;
}

/** A version of a package with its files. */
export interface WhyArtifact extends Identity {
  /** On this target. */
  readonly isInstalled: boolean;
  /** Where the lock has several of the name: the index, address or folder that it comes from; null for the usual index. */
  readonly from?: string | null;
  /** Where the lock has several of the name: what would install this one, chosen besides; empty where that is all there is. */
  readonly chosenWith?: readonly WhyChoice[];
  /** Each with the reason why it is taken or not, for programs and for people. */
  readonly files: readonly (FileReason & { readonly because: string })[];
}

/**
 * Why a package is installed on a target, and with which file, or why it is not. A name that the lock does not have is not
 * installed, and has no versions.
 *
 * @param name as people write it: it is normalised (PEP 503)
 * @throws {PylockError} when the target's name stands for nothing
 * @example
 * ```ts
 * import { readLock, why } from "pylock2nix";
 *
 * const lock = readLock(`lock-version = "1.0"
 * created-by = "example"
 *
 * [[packages]]
 * name = "colorama"
 * version = "0.4.6"
 * marker = "sys_platform == 'win32'"
 * wheels = [{ name = "colorama-0.4.6-py2.py3-none-any.whl", url = "https://files.pypi.invalid/colorama-0.4.6-py2.py3-none-any.whl", hashes = { sha256 = "4f1d9991f5acc0ca119f9d443620b77f9d6b33703e51011c16baf57afb285fc6" } }]
 * `);
 * const { absences } = why(lock, "Colorama", { target: "cp312-linux-x86_64-glibc2.28" });
 * console.log(absences[0]?.because); // marker is false: sys_platform == 'win32' (here "linux")
 * ```
 */
export function why(lock: Lockfile, name: string, request: ResolveOptions): WhyAnswer {
  const { environment } = lock.describeTarget(request.target, request.python);
  const explanation = lock.explain(request);
  const wanted = normalizeName(name);
  return {
    ...whyOf(explanation, wanted, environment),
    artifacts: whyArtifacts(lock, request, explanation, wanted, environment),
    error: explanation.resolution.error,
  };
}

/** Whether the lock has the name at all. */
export function isLocked({ packages }: Explanation, name: string): boolean {
  return packages.some((each) => each.name === name);
}

export function whyOf(explanation: Explanation, name: string, environment: MarkerEnvironment): Why {
  const { packages, reasons, resolution } = explanation;
  const named = packages.filter((each) => each.name === name);
  const selected = named.filter((each) => each.isInstalled).map(identityOf);
  const lacksFile = (each: Identity): boolean => isWithoutFile(resolution, each);
  return {
    name,
    target: resolution.target,
    versions: named.map(({ version }) => version),
    installed: selected.filter((each) => !lacksFile(each)),
    uninstallable: selected.filter(lacksFile),
    paths: selected.length === 0 ? [] : pathsTo(name, reasons),
    absences: selected.length > 0 ? [] : absencesOf(name, explanation, environment),
  };
}

/** Whether a package is selected and no file of it can be installed. */
export function isWithoutFile({ packages }: Explanation["resolution"], { name, version }: Identity): boolean {
  return packages.some((each) => each.kind === "none" && each.name === name && each.version === version);
}

/** Each version of the name with each of its files; of several (torch for each kind of GPU) also what decides between them. */
export function whyArtifacts(
  lock: Lockfile,
  request: ResolveOptions,
  { packages, resolution }: Explanation,
  name: string,
  environment: MarkerEnvironment,
): WhyArtifact[] {
  // In the lock's order, as the packages of the explanation.
  const sources = lock.packageNames().flatMap((each, row) => (each === name ? [lock.package(row)] : []));
  const named = packages.filter((each) => each.name === name);
  const choices = named.length > 1 ? choicesOf(lock, request, resolution, name) : null;
  return named.map((each, index) => ({
    ...identityOf(each),
    isInstalled: each.isInstalled && !isWithoutFile(resolution, each),
    ...(choices !== null && {
      from: sources[index]?.source.url ?? null,
      chosenWith: choices.get(each.version) ?? [],
    }),
    files: each.files.map((file) => ({ ...file, because: fileReason(file, each, environment) })),
  }));
}

/** For each version of the name the extras and groups of which one, chosen besides what is, would install it. */
function choicesOf(
  lock: Lockfile,
  request: ResolveOptions,
  { groups }: Explanation["resolution"],
  name: string,
): Map<string | null, WhyChoice[]> {
  const found = new Map<string | null, WhyChoice[]>();
  const versionsWith = (more: Pick<ResolveOptions, "groups" | "extras">): Set<string | null> => {
    const { packages } = lock.resolve({ ...request, ...more });
    return new Set(packages.filter((each) => each.name === name).map(({ version }) => version));
  };
  // Extras of the request exclude others; without them each is asked alone.
  const always = versionsWith({ groups, extras: [] });
  const ask = (choice: WhyChoice, more: Pick<ResolveOptions, "groups" | "extras">): void => {
    for (const version of versionsWith(more))
      if (!always.has(version)) found.set(version, [...(found.get(version) ?? []), choice]);
  };
  for (const extra of lock.extras) ask({ kind: "extra", name: extra }, { groups, extras: [extra] });
  for (const group of lock.groups.keys())
    if (!groups.includes(group)) ask({ kind: "group", name: group }, { groups: [...groups, group], extras: [] });
  return found;
}

/** For people: why a file is taken or not. */
export function fileReason(
  { name, verdict }: FileReason,
  owner: ExplainedPackage,
  environment: MarkerEnvironment,
): string {
  const [python = "", abi = "", platform = ""] = name
    .replace(/\.whl$/, "")
    .split("-")
    .slice(-3);
  const words: Readonly<Record<Verdict, string>> = {
    taken: "taken",
    fits: owner.isInstalled ? "fits, but another file comes first" : "fits, but is not chosen",
    barred: `no ${name.endsWith(".whl") ? "wheels" : "source distributions"} of it are to be installed`,
    python: `for Python ${python}, here is ${environment.python_version}`,
    abi: `for the ABI ${abi}`,
    platform: `for the platform ${platform}`,
    floor: `needs a newer system: ${platform}`,
    name: "no wheel or source distribution",
    other: `not of ${owner.name} ${owner.version ?? ""}`.trim(),
  };
  return words[verdict];
}

function identityOf({ name, version }: Identity): Identity {
  return { name, version };
}

const keyOf = ({ name, version }: Identity): string => `${name} ${version ?? ""}`;

/** The shortest way to each package that requires the name, by name; and the project's own requirement of it. */
function pathsTo(name: string, reasons: readonly Reason[]): Path[] {
  const counting = reasons.filter(({ kind, code }) => kind === "requirement" && code === "counts");
  const ways = waysFromRoots(counting, reasons);
  const paths: Path[] = [];
  for (const reason of counting) {
    if (reason.package?.name !== name) continue;
    const step = { ...reason.package, constraint: reason.constraint };
    if (reason.owner === null) paths.push({ group: reason.group, steps: [step] });
    else if (reason.owner.name !== name) {
      const way = ways.get(keyOf(reason.owner));
      if (way !== undefined) paths.push({ group: way.group, steps: [...way.steps, step] });
    }
  }
  if (paths.length === 0) paths.push(...placesOf(name, reasons));
  paths.sort((a, b) => a.steps.length - b.steps.length || (textOf(a) < textOf(b) ? -1 : 1));
  const distinct = new Map(paths.map((path) => [textOf(path), path]));
  return [...distinct.values()];
}

function textOf({ group, steps }: Path): string {
  return [group ?? "", ...steps.map(keyOf)].join(" ");
}

/** Breadth first from the project's requirements; without a project, from the packages that nothing requires. */
function waysFromRoots(counting: readonly Reason[], reasons: readonly Reason[]): Map<string, Path> {
  const byOwner = new Map<string, Reason[]>();
  for (const reason of counting) {
    if (reason.owner === null) continue;
    const known = byOwner.get(keyOf(reason.owner));
    if (known === undefined) byOwner.set(keyOf(reason.owner), [reason]);
    else known.push(reason);
  }
  const ways = new Map<string, Path>();
  const waiting: Identity[] = [];
  const visit = (to: Identity, path: Path): void => {
    if (ways.has(keyOf(to))) return;
    ways.set(keyOf(to), path);
    waiting.push(to);
  };
  for (const { owner, package: met, constraint, group } of counting) {
    if (owner === null && met !== null) visit(met, { group, steps: [{ ...met, constraint }] });
  }
  if (waiting.length === 0) {
    const required = new Set(counting.flatMap(({ package: met }) => (met === null ? [] : [keyOf(met)])));
    for (const { kind, code, package: placed, group } of reasons) {
      if (kind !== "membership" || code !== "counts" || placed === null || required.has(keyOf(placed))) continue;
      visit(placed, { group, steps: [{ ...placed, constraint: null }] });
    }
    for (const { owner } of counting) {
      if (owner === null || required.has(keyOf(owner))) continue;
      visit(owner, { group: null, steps: [{ ...owner, constraint: null }] });
    }
  }
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const way = ways.get(keyOf(next))!;
    for (const { package: met, constraint } of byOwner.get(keyOf(next)) ?? []) {
      if (met !== null) visit(met, { group: way.group, steps: [...way.steps, { ...met, constraint }] });
    }
  }
  return ways;
}

/** Where only the lock itself says that the package belongs to a group. */
function placesOf(name: string, reasons: readonly Reason[]): Path[] {
  return reasons.flatMap(({ kind, code, package: placed, group }) =>
    kind === "membership" && code === "counts" && placed?.name === name
      ? [{ group, steps: [{ ...placed, constraint: null }] }]
      : [],
  );
}

/** What could have brought the name in: the lock's groups, the project, and the packages that require it. */
function absencesOf(name: string, { reasons, packages }: Explanation, environment: MarkerEnvironment): Absence[] {
  const installed = new Set(packages.filter(({ isInstalled }) => isInstalled).map(keyOf));
  const absences = reasons.flatMap((reason): Absence[] => {
    const { kind, code, owner, group } = reason;
    if (reason.name !== name || (kind === "membership" && code === "counts")) return [];
    if (owner !== null && code === "owner-absent" && installed.has(keyOf(owner))) return [];
    return [{ by: owner, group, code, because: absenceReason(reason, environment) }];
  });
  if (absences.length === 0) {
    absences.push({ by: null, group: null, code: "unreached", because: "nothing that is installed here requires it" });
  }
  return [...new Map(absences.map((each) => [JSON.stringify(each), each])).values()];
}

function absenceReason({ code, falseParts, group, owner, kind }: Reason, environment: MarkerEnvironment): string {
  switch (code) {
    case "marker":
      // Poetry writes `<empty>` for a marker that never holds; it has no parts.
      if (falseParts.length === 0) return "marker is false: <empty>";
      return `marker is false: ${falseParts.map((part) => withValue(part, environment)).join(" and ")}`;
    case "python":
      return `not for Python ${environment.python_full_version}`;
    case "platform":
      return `not for the platform ${environment.sys_platform}`;
    case "extra":
      return owner === null
        ? "optional, and no extra that lists it is chosen"
        : "optional, and nothing asks for the extra that lists it";
    case "group":
      return `group ${group ?? ""} is not chosen`;
    case "owner-absent":
      return `${owner?.name ?? "what requires it"} is not installed itself`;
    default:
      return kind === "requirement" ? "required, but the lock does not install it here" : "in the group";
  }
}

const ALIASES: Readonly<Record<string, keyof MarkerEnvironment>> = {
  "os.name": "os_name",
  "sys.platform": "sys_platform",
  "platform.version": "platform_version",
  "platform.machine": "platform_machine",
  "platform.python_implementation": "platform_python_implementation",
  python_implementation: "platform_python_implementation",
};

/** The comparison, and what its variable is on the target. */
function withValue(part: string, environment: MarkerEnvironment): string {
  const word = /[a-z_.]+/.exec(part.replace(/"[^"]*"|'[^']*'/g, " "))?.[0] ?? "";
  const variable = ALIASES[word] ?? (word as keyof MarkerEnvironment);
  const value = environment[variable];
  return value === undefined ? part : `${part} (here "${value}")`;
}
