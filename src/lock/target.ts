// Targets, as the core knows them: their names, marker environments and compatibility tags.

import { Core } from "../core/core.ts";
import { errorFrom } from "../words/errors.ts";

/** PEP 508's environment markers. */
export type MarkerVariable =
  | "implementation_name"
  | "implementation_version"
  | "os_name"
  | "platform_machine"
  | "platform_python_implementation"
  | "platform_release"
  | "platform_system"
  | "platform_version"
  | "python_full_version"
  | "python_version"
  | "sys_platform";

/** In the order in which the core tells them. */
const VARIABLES: readonly MarkerVariable[] = [
  "implementation_name",
  "implementation_version",
  "os_name",
  "platform_machine",
  "platform_python_implementation",
  "platform_release",
  "platform_system",
  "platform_version",
  "python_full_version",
  "python_version",
  "sys_platform",
];

/** The value of each marker variable. */
export type MarkerEnvironment = Record<MarkerVariable, string>;

/** What a target's name stands for. */
export interface Target {
  /** Its name. */
  readonly target: string;
  /** The values of PEP 508's marker variables there. */
  readonly environment: MarkerEnvironment;
  /** PEP 425, best first. */
  readonly tags: readonly string[];
}

/** The names of the usual targets, as this module knows them. */
export function targetsOf(module: WebAssembly.Module): string[] {
  return idle(module).targets();
}

/** What a target's name stands for; throws a PylockError when it stands for nothing. */
export function describedBy(module: WebAssembly.Module, target: string, python?: string): Target {
  const lines = idle(module).describe({ target, python });
  if (!Array.isArray(lines)) {
    throw errorFrom(lines.status, { path: null, bytes: null, offset: null, size: null, detail: target });
  }
  const environment = Object.fromEntries(VARIABLES.map((name, index) => [name, lines[index]!])) as MarkerEnvironment;
  return { target, environment, tags: lines.slice(VARIABLES.length) };
}

/** Whether a target's name stands for anything: a twentieth of what it takes to say for what. */
export function isTarget(module: WebAssembly.Module, target: string): boolean {
  return idle(module).knows(target);
}

const INSTANCES = /* @__PURE__ */ new WeakMap<WebAssembly.Module, Core>();

/** An instance without a lock, so that nothing which somebody else still reads is gone. */
function idle(module: WebAssembly.Module): Core {
  const core = INSTANCES.get(module) ?? new Core(module);
  INSTANCES.set(module, core);
  // A description is given up with the lock that it was made beside: without this, each of them would stay.
  core.read(0, NOTHING, null);
  return core;
}

const NOTHING: Uint8Array = new Uint8Array();
