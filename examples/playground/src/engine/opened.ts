// A lock with what came beside it, read; and its failures as a terminal shows them.
//
// Invariant: whatever is wrong with a file is told with an excerpt of that file.

import {
  type Failure,
  freshness,
  type Guard,
  guard,
  type Lockfile,
  PylockError,
  type Pyproject,
  readLock,
  readPyproject,
  readRecord,
  renderFailure,
  type SourceRecord,
} from "pylock2nix";
import type { GivenFiles, LockFacts } from "./protocol.ts";

export interface Opened {
  readonly name: string;
  readonly lock: Lockfile;
  readonly pyproject: Pyproject | null;
  readonly record: SourceRecord | null;
  /** For the Nix text. */
  guard(): Promise<Guard>;
  /** As the command line prints it to a terminal. */
  shown(failure: Failure, severity?: "error" | "warning"): string;
}

/** An error whose text is what the command line prints. */
export class Shown extends Error {}

export function openLock({ lock: file, pyproject: project, record }: GivenFiles): Opened {
  const files = [file, project, record].filter((each) => each !== null);
  const shown: Opened["shown"] = (failure, severity = "error") => {
    const file = files.find(({ name }) => name === failure.path);
    return renderFailure(failure, { bytes: file?.bytes ?? null, color: true, severity });
  };
  try {
    const pyproject = project === null ? null : readPyproject(project.bytes, project.name);
    const lock = readLock(file.bytes, { path: file.name, pyproject });
    return {
      name: file.name,
      lock,
      pyproject,
      record: record === null ? null : readRecord(record.bytes, record.name),
      guard: () => guard(file.bytes, pyproject),
      shown,
    };
  } catch (error) {
    if (error instanceof PylockError) throw new Shown(shown(error.failure));
    throw error;
  }
}

export async function factsOf({ name, lock, pyproject, shown }: Opened): Promise<LockFacts> {
  const tags = [...new Set(lock.knownTargets().map((target) => target.split("-")[0]!))].sort(byNewest);
  const admitted = new Set(lock.admitted(tags.map((tag) => `${tag}-${ANY}`)).map((target) => target.split("-")[0]!));
  const { fresh, because } = await freshness(lock, lock.bytes(), { pyproject });
  return {
    name,
    format: lock.format,
    version: lock.version,
    python: lock.python,
    packages: lock.packages().length,
    hasProject: pyproject !== null,
    groups: [...lock.groups],
    extras: lock.extras,
    members: lock.members,
    pythons: tags.map((tag) => ({ tag, isAdmitted: admitted.has(tag) })),
    fresh,
    because,
    warnings: lock.warnings.map((warning) => shown(warning, "warning")),
  };
}

/** Which Python it is decides; the platform does not. */
const ANY = "linux-x86_64-glibc2.39";

/** cp314, cp314t, cp313, ... */
function byNewest(left: string, right: string): number {
  const minor = (tag: string): number => Number.parseInt(tag.slice(3), 10);
  return minor(right) - minor(left) || left.length - right.length;
}
