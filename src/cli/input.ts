// The lock that a command is about, with its pyproject.toml: found, read, and held against each other.
//
// Invariant: paths in messages and in data are those that the user can open from where they are.

import { hashedTexts, madeFrom } from "../answers/hashed-texts.ts";
import {
  FORMATS,
  formatByComment,
  formatByContent,
  formatByName,
  type LockFormat,
  TOOL_NAMES,
} from "../lock/formats.ts";
import type { Lockfile, ReadOptions } from "../lock/lockfile.ts";
import { normalizeName } from "../lock/name.ts";
import type { Policy } from "../lock/policy.ts";
import { type Pyproject, readPyproject } from "../lock/pyproject.ts";
import { type Expanded, expandRequirements } from "../lock/requirements.ts";
import { readLock, readNextLock } from "../lock/shipped.ts";
import type { Freshness } from "../lock/uv/freshness.ts";
import { scriptOf } from "../lock/uv/script.ts";
import {
  basename,
  dirname,
  type FileSource,
  join,
  kindOf,
  list,
  readBytes,
  readIfThere,
  relative,
  sourceAt,
} from "../runtime/node.ts";
import { type Failure, type ShellFacts, shellError, visibleText } from "../words/errors.ts";
import { ALL_PACKAGES, FORMAT, LOCK, PACKAGE } from "./command.ts";
import { sha256Hex } from "./digest.ts";
import { readFileSettings } from "./file-settings.ts";
import { warn } from "./report.ts";
import type { Words } from "./words.ts";
import { expectedLock, findWorkspaceLock, type Place } from "./workspace.ts";

export interface Input {
  readonly lock: Lockfile;
  readonly path: string;
  readonly sha256: string;
  readonly pyproject: Pyproject | null;
  /**
   * uv: the one project that is asked for, be it the lock's own or the member that `--package` names. Null for several or
   * none, and where its pyproject.toml is not there.
   */
  readonly subject: Pyproject | null;
  /** uv: the member of the workspace whose folder was given; null for the workspace's own project, and for a lock by path. */
  readonly member: string | null;
  /** Whether the lock is as new as pyproject.toml; null when that cannot be told. */
  readonly fresh: boolean | null;
  /** What differs, or why it cannot be told; null where there is nothing to say. */
  readonly because: string | null;
  /** What the project's own settings say of wheels and source distributions. */
  readonly settings: Policy;
}

/** What is said of the lock as data. */
export function lockFacts({ lock, path, sha256, fresh, because }: Input): object {
  const { format, version } = lock;
  return { path, format, version, sha256, fresh, ...(because !== null && { because }) };
}

/** ", fresh", ", stale", or that it cannot be told, and why; for the line that names the lock. */
export function freshnessWords({ fresh, because }: Input): string {
  const what =
    fresh === null ? (because === null ? "" : ", cannot tell whether it is fresh") : fresh ? ", fresh" : ", stale";
  return because === null ? what : `${what}: ${visibleText(because)}`;
}

/** For the error or warning that a lock is stale. */
export function staleFacts({ lock, path, because }: Input): ShellFacts {
  return { text: path, path, known: [madeFrom(lock)], ...(because !== null && { detail: because }) };
}

/** Finds and reads what `words` speak of, and prints the lock's warnings. The lock before it is gone then. */
export async function openInput(words: Words, command: string): Promise<Input> {
  const [path = ".", ...others] = words.paths;
  if (others.length > 0) throw shellError("too-many-words", { text: others[0]!, detail: command });
  return openLock(path, words.value(LOCK), words, readNextLock);
}

/** Reads the lock at a path, or `lock` of the folder there. */
export async function openLock(
  path: string,
  wanted: string | null,
  words: Words,
  read: typeof readLock = readLock,
): Promise<Input> {
  const { lock: lockPath, member } = await findLock(path, wanted);
  const source = await sourceAt(lockPath);
  const format = await chooseFormat(source, words.value(FORMAT));
  // A script has nothing to do with the project around it.
  const pyproject = scriptOf(lockPath) !== null ? null : await readPyprojectBeside(lockPath);
  const { lock, sha256 } = await readExpanded(source, { path: lockPath, format, pyproject }, read);
  return {
    lock,
    path: lockPath,
    sha256,
    pyproject,
    subject: format === "uv" ? await readSubject(lock, pyproject, words, member) : null,
    member,
    ...(await freshnessOf(lock, source.head, pyproject)),
    settings: await readFileSettings(lock, pyproject),
  };
}

/**
 * The lock's path: `--lock`, within the folder where it is there; else the path itself, or the one lock in that folder, or
 * the one that uv uses there.
 */
export async function findLock(path: string, lock: string | null): Promise<Place> {
  const kind = await kindOf(path);
  if (kind === null) throw shellError("file-not-found", { text: path });
  if (lock !== null) {
    const within = join(kind === "folder" ? path : dirname(path), lock);
    return { lock: (await kindOf(within)) === "file" ? within : lock, member: null };
  }
  if (kind === "file" && path.endsWith(".py")) {
    if ((await kindOf(`${path}.lock`)) === "file") return { lock: `${path}.lock`, member: null };
    throw shellError("lock-not-found", { text: path, known: [basename(`${path}.lock`)] });
  }
  if (kind === "file") return { lock: path, member: null };
  const found: string[] = [];
  for (const name of await list(path)) {
    if (await isLock(path, name)) found.push(name);
  }
  if (found.length === 0) {
    const place = await findWorkspaceLock(path);
    const expected = await expectedLock(path);
    // A project of another tool inside a project of uv is on its own, but for a member of the workspace.
    if (place !== null && (place.member !== null || expected === null || expected === "uv.lock")) return place;
    throw shellError("lock-not-found", { text: path, known: expected === null ? [] : [expected] });
  }
  if (found.length > 1) throw shellError("several-locks", { text: path, known: found });
  return { lock: join(path, found[0]!), member: null };
}

/** Requirements are a lock only with hashes. */
async function isLock(folder: string, name: string): Promise<boolean> {
  const format = formatByName(name);
  if (format !== "requirements") return format !== null;
  const source = await sourceAt(join(folder, name));
  return formatByContent(source.head, source.bytes) === "requirements";
}

/** Reads the lock, included files and all, and prints its warnings; with the digest of the file itself. */
async function readExpanded(
  source: FileSource,
  options: ReadOptions & { path: string },
  read: typeof readLock,
): Promise<{ lock: Lockfile; sha256: string }> {
  if (options.format !== "requirements") {
    let sha256 = "";
    const hashed = {
      ...source,
      readInto(room: Uint8Array) {
        source.readInto(room);
        sha256 = sha256Hex(room);
      },
    };
    const lock = read(hashed, options);
    for (const warning of lock.warnings) {
      warn(warning, source.bytes());
    }
    return { lock, sha256 };
  }
  const files = { read: readBytes, readIfThere, join, dirname, relative };
  const bytes = source.bytes();
  const expanded = await expandRequirements(options.path, bytes, files);
  const lock = read(expanded.bytes, { ...options, parts: expanded.parts });
  for (const warning of [...includeWarnings(expanded), ...lock.warnings]) {
    const part = expanded.parts.find(({ path }) => path === warning.path);
    warn(warning, part?.bytes ?? null);
  }
  return { lock, sha256: sha256Hex(bytes) };
}

function includeWarnings({ outside, constraints }: Expanded): Failure[] {
  return [
    ...outside.map((text) => shellError("requirements-outside", { text }).failure),
    ...constraints.map((text) => shellError("requirements-constraint", { text }).failure),
  ];
}

async function chooseFormat(source: FileSource, wanted: string | null): Promise<LockFormat> {
  const { path, head } = source;
  if (wanted !== null) {
    const known = FORMATS.find((format) => format === wanted);
    if (known !== undefined) return known;
    throw shellError("bad-value", { text: wanted, detail: FORMAT.name, known: FORMATS });
  }
  const content = formatByContent(head, source.bytes);
  const named = formatByName(basename(path));
  if (content !== null && named !== null && content !== named) warnOtherFormat(path, content, named);
  const format = content ?? named ?? formatByComment(head);
  if (format === null) throw shellError("unknown-lock-format", { text: path, path, known: FORMATS });
  return format;
}

function warnOtherFormat(path: string, content: LockFormat, named: LockFormat): void {
  warn(shellError("other-format", { text: TOOL_NAMES[content], detail: TOOL_NAMES[named], path }).failure);
}

/** The pyproject.toml in the folder of a lock, or of a member of a workspace by what its lock would be called. */
export async function readPyprojectBeside(lockPath: string): Promise<Pyproject | null> {
  const path = join(dirname(lockPath), "pyproject.toml");
  const bytes = await readIfThere(path);
  return bytes === null ? null : readPyproject(bytes, path);
}

async function readSubject(
  lock: Lockfile,
  root: Pyproject | null,
  words: Words,
  member: string | null,
): Promise<Pyproject | null> {
  const named = words.has(PACKAGE) || member === null ? words.list(PACKAGE).map(normalizeName) : [member];
  if (words.has(ALL_PACKAGES) || named.length > 1) return null;
  const name = named[0] ?? root?.name ?? null;
  if (name === null || name === root?.name) return root;
  const folder = lock.memberFolders.get(name) ?? null;
  return folder === null ? null : readPyprojectBeside(join(dirname(lock.path), folder, "uv.lock"));
}

async function freshnessOf(lock: Lockfile, head: Uint8Array, pyproject: Pyproject | null): Promise<Freshness> {
  const folder = dirname(lock.path);
  if (lock.format === "uv") {
    const script = scriptOf(lock.path);
    if (pyproject === null && script === null) return { fresh: null, because: null };
    // A fifth of the code that reading takes, and nothing that another lock needs.
    const { uvFreshnessIn, uvScriptFreshness } = await import("./uv-workspace.ts");
    return pyproject === null ? uvScriptFreshness(script!, lock) : uvFreshnessIn(folder, lock, pyproject);
  }
  const path = join(folder, "Pipfile");
  const pipfile = lock.format === "pipfile" && lock.contentHash !== null ? await readIfThere(path) : null;
  const texts = hashedTexts(lock, head, { pyproject, pipfile: pipfile === null ? null : { bytes: pipfile, path } });
  return { fresh: texts?.some((text) => sha256Hex(text) === lock.contentHash) ?? null, because: null };
}
