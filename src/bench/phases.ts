// What is measured of this package on a lock: one entry a phase. A new phase is a new entry here and nowhere else.

import { freeze } from "../answers/freeze.ts";
import type { FreezeTarget } from "../answers/usual-targets.ts";
import type { LockFormat } from "../lock/formats.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { type Pyproject, readPyproject } from "../lock/pyproject.ts";
import type { TextPart } from "../lock/requirements.ts";
import type { ResolveAllRequest } from "../lock/resolution.ts";
import { readLock } from "../lock/shipped.ts";

/** What a lock is to the process that measures: bytes, and nothing that only one process has. */
export interface Subject {
  readonly label: string;
  readonly path: string;
  readonly format: LockFormat;
  readonly bytes: Uint8Array;
  /** Requirements with included files: where each part of the bytes comes from; null for other formats. */
  readonly parts: readonly TextPart[] | null;
  readonly pyproject: { readonly path: string; readonly bytes: Uint8Array } | null;
  /** The one that "one target" means, null when each is refused: then the lock is only read. */
  readonly target: FreezeTarget | null;
  /** The usual targets of `pylock2nix nix`. */
  readonly targets: readonly FreezeTarget[];
  /** What is selected. */
  readonly groups: readonly string[];
  readonly extras: readonly string[];
}

export interface Phase {
  readonly id: string;
  readonly label: string;
  /** Whether one call goes through all bytes of the lock, so that bytes a second mean something. */
  readonly isRate?: boolean;
  /** What the phase does in itself, given what stands before it. */
  readonly prepare: (read: () => Lockfile, subject: Subject, pyproject: Pyproject | null) => () => unknown;
}

export const PHASES: readonly Phase[] = [
  {
    id: "read",
    label: "read",
    isRate: true,
    prepare: (read) => read,
  },
  {
    id: "resolve-one",
    label: "resolve one target",
    prepare: (read, { target, groups, extras }) => {
      const lock = read();
      return () => lock.resolve({ ...named(target!), groups, extras });
    },
  },
  {
    id: "resolve-all",
    label: "resolve all usual targets",
    prepare: (read, subject) => {
      const lock = read();
      const request = selection(subject);
      return () => lock.resolveAll(request);
    },
  },
  {
    id: "resolve-json",
    label: "resolve all, as JSON",
    prepare: (read, subject) => {
      const lock = read();
      const request = selection(subject);
      return () => lock.resolveParts(request);
    },
  },
  {
    id: "freeze",
    label: "freeze",
    prepare: (read, { targets }, pyproject) => {
      const lock = read();
      const options = { lockSha256: "", pyproject, pyprojectDigest: null, generator: "pylock2nix bench", targets };
      return () => freeze(lock, options);
    },
  },
];

function selection({ targets, groups, extras }: Subject): ResolveAllRequest {
  return { targets: targets.map(named), groups, extras };
}

/** Without what only freezing asks for. */
function named({ target, python }: FreezeTarget): { target: string; python?: string } {
  return { target, ...(python !== undefined && { python }) };
}

/** The phases of one lock, ready to be called. */
export function phasesOf(subject: Subject): { phase: Phase; run: () => unknown }[] {
  const { path, format, bytes, parts } = subject;
  const pyproject = subject.pyproject === null ? null : readPyproject(subject.pyproject.bytes, subject.pyproject.path);
  const read = () => readLock(bytes, { path, format, pyproject, ...(parts !== null && { parts }) });
  const usable = subject.target === null ? PHASES.slice(0, 1) : PHASES;
  return usable.map((phase) => ({ phase, run: phase.prepare(read, subject, pyproject) }));
}
