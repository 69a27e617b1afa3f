// Targets, as the core knows them: their names, marker environments and compatibility tags.

import module from "#core";
import { Core } from "../core/core.ts";
import { errorFrom } from "../words/errors.ts";

/** PEP 508's environment markers, in the order in which the core tells them. */
const VARIABLES = [
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
] as const;

export type MarkerEnvironment = Record<(typeof VARIABLES)[number], string>;

export interface Target {
  readonly target: string;
  readonly environment: MarkerEnvironment;
  /** PEP 425, best first. */
  readonly tags: readonly string[];
}

/** The names of the usual targets; any other floor or architecture is accepted all the same. */
export function knownTargets(): string[] {
  return core().targets();
}

/** What a target's name stands for; throws a PylockError when it stands for nothing. */
export function describeTarget(target: string, python?: string): Target {
  const lines = core().describe({ target, python });
  if (!Array.isArray(lines)) {
    throw errorFrom(lines.status, { path: null, bytes: null, offset: null, size: null, detail: target });
  }
  const environment = Object.fromEntries(VARIABLES.map((name, index) => [name, lines[index]!])) as MarkerEnvironment;
  return { target, environment, tags: lines.slice(VARIABLES.length) };
}

let shared: Core | undefined;

/** An instance without a lock. */
function core(): Core {
  if (shared !== undefined) return shared;
  shared = new Core(module);
  shared.read(0, new Uint8Array(), null);
  return shared;
}
