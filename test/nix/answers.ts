// What the modules for Nix answer, from the host that stands in for Nix: as JSON, for a Nix that has no `builtins.wasm`.
import { existsSync, readFileSync } from "node:fs";
import { type LockFormat, readLock } from "../../src/lockfile.ts";
import { freeze } from "../../src/nix.ts";
import { type Pyproject, pdmRecords, projectRecords } from "../../src/pyproject.ts";
import { evaluator, Path } from "./host.ts";

/** The module of each format that Nix can resolve: nix/locks.nix has the same. */
export const MODULES: Readonly<Partial<Record<LockFormat, string>>> = {
  poetry: "nix.wasm",
  uv: "nix-uv.wasm",
  pylock: "nix-flat.wasm",
  pdm: "nix-flat.wasm",
};

export interface Question {
  readonly format: LockFormat;
  readonly lock: Uint8Array;
  readonly pyproject: Pyproject | null;
  readonly target: string;
  /** One selection, without extras; null for all of them. */
  readonly groups?: readonly string[] | null;
}

const compiled = new Map<string, WebAssembly.Module>();

export function moduleOf(format: LockFormat): WebAssembly.Module | null {
  const file = `wasm/${MODULES[format]}`;
  if (!compiled.has(file) && existsSync(file)) compiled.set(file, new WebAssembly.Module(readFileSync(file)));
  return compiled.get(file) ?? null;
}

/** The project as nix/pyproject.nix hands it over. */
export function recordsFor(format: LockFormat, pyproject: Pyproject | null): string | null {
  if (pyproject === null) return null;
  if (format === "poetry" || format === "uv") return projectRecords(pyproject, format);
  return format === "pdm" ? pdmRecords(pyproject) : null;
}

export function answerTo({ format, lock, pyproject, target, groups = null }: Question): unknown {
  const module = moduleOf(format);
  if (module === null) return shellAnswer({ format, lock, pyproject, target, groups });
  const selection = groups === null ? {} : { groups: [...groups], extras: [] };
  const argument = { lock: new Path("lock"), target, format, project: recordsFor(format, pyproject), ...selection };
  return evaluator(module, new Map([["lock", lock]]))("resolve", argument).value;
}

/** The same from the shell, for a format whose module is not built here: what Nix makes of it can still be held to the shell. */
function shellAnswer({ format, lock, pyproject, target, groups }: Question): unknown {
  const read = readLock(lock, { path: "lock", format, pyproject });
  if (groups !== null && groups !== undefined) {
    const { packages } = read.resolve({ target, groups, extras: [] });
    return { packages: packages.map(({ name, version }) => ({ name, version })) };
  }
  const options = { lockSha256: "", pyproject, pyprojectDigest: "", generator: "", targets: [{ target }] };
  const { conditions, packages, targets, project } = JSON.parse(freeze(read, options).json);
  return {
    version: read.version,
    groups: [...read.groups.keys()].filter((name) => format === "pylock" || name !== "main"),
    defaultGroups: [...read.groups].filter(([, chosen]) => chosen).map(([name]) => name),
    extras: read.extras,
    conditions,
    packages,
    targets,
    warnings: [],
    isVirtual: project !== null && project.package !== (pyproject?.packageMode ?? true),
  };
}
