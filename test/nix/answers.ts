// What the modules for Nix answer, from the host that stands in for Nix: as JSON, for a Nix that has no `builtins.wasm`.
import { readFileSync } from "node:fs";
import type { LockFormat } from "../../src/lock/formats.ts";
import { type Pyproject, pdmRecords, projectRecords } from "../../src/lock/pyproject.ts";
import { evaluator, Path } from "./host.ts";

/** The module of each format that Nix can resolve: nix/locks.nix has the same. */
export const MODULES: Readonly<Partial<Record<LockFormat, string>>> = {
  poetry: "nix.wasm",
  uv: "nix-uv.wasm",
  pylock: "nix-flat.wasm",
  pdm: "nix-flat.wasm",
  conda: "nix-pip.wasm",
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

function moduleOf(format: LockFormat): WebAssembly.Module {
  const file = `wasm/${MODULES[format]}`;
  const module = compiled.get(file) ?? new WebAssembly.Module(readFileSync(file));
  compiled.set(file, module);
  return module;
}

/** The project as nix/pyproject.nix hands it over. */
export function recordsFor(format: LockFormat, pyproject: Pyproject | null): string | null {
  if (pyproject === null) return null;
  if (format === "poetry" || format === "uv") return projectRecords(pyproject, format);
  return format === "pdm" ? pdmRecords(pyproject) : null;
}

export function answerTo({ format, lock, pyproject, target, groups = null }: Question): unknown {
  const selection = groups === null ? {} : { groups: [...groups], extras: [] };
  const argument = { lock: new Path("lock"), target, format, project: recordsFor(format, pyproject), ...selection };
  return evaluator(moduleOf(format), new Map([["lock", lock]]))("resolve", argument).value;
}
