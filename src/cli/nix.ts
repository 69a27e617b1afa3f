// `pylock2nix nix`: writes the frozen resolution and the Nix file that loads it.
//
// Invariant: a stale lock is refused unless it is asked for; files are written whole, and only those that differ; the same
// input gives the same bytes.

import { freeze, isWorkspace, projectFacts, type ScriptGuard } from "../answers/freeze.ts";
import { lockCommand } from "../answers/hashed-texts.ts";
import type { Unfound } from "../answers/libraries.ts";
import type { Uninstallable } from "../answers/uninstallable.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { guardedFields, guardedMetadata, type Pyproject } from "../lock/pyproject.ts";
import { scriptOf } from "../lock/uv/script.ts";
import {
  absolute,
  basename,
  dirname,
  join,
  packageVersion,
  print,
  printError,
  readIfThere,
  relative,
  writeWhole,
} from "../runtime/node.ts";
import { shellError, visibleText } from "../words/errors.ts";
import { type Command, FORMAT, HELP, JSON_OUTPUT, LOCK } from "./command.ts";
import { sha256Hex } from "./digest.ts";
import { findLock, freshnessWords, type Input, openInput, readPyprojectBeside, staleFacts } from "./input.ts";
import { counted } from "./layout.ts";
import { changedFiles, generatedFiles, libraryTables, type Place, recordedTargets } from "./nix-files.ts";
import { type Refused, warnOfFrozen } from "./nix-warnings.ts";
import { chooseFiles, FILE_OPTIONS } from "./selection.ts";
import { recordBeside } from "./source-record.ts";
import { namesTargets, TARGET_OPTIONS, targetsForNix } from "./target-choice.ts";
import type { Option, Words } from "./words.ts";

const CHECK: Option = { name: "--check", help: "write nothing; say which files are out of date" };
const INLINE: Option = { name: "--inline", help: "one Nix file, with the frozen resolution inside" };
const OUTPUT: Option = {
  name: "--output",
  short: "-o",
  value: "PATH",
  help: "write there: a folder, or the Nix file's own path",
};
const ALLOW_STALE: Option = { name: "--allow-stale", help: "take the lock although pyproject.toml has changed since" };

export const nixCommand: Command = {
  name: "nix",
  summary: "write the frozen resolution and the Nix file that loads it",
  usage: "[PATH...] [options]",
  description: [
    "Writes pylock2nix.json and pylock2nix.nix beside the lock, and a copy of the Nix library into",
    ".pylock2nix: the first time, and afterwards as long as that folder is there. Commit all of it.",
    "Every group and extra is in, so that Nix can take any. Without --target, --python or --system the",
    "targets are all Pythons that the lock admits, on Linux and macOS, x86_64 and aarch64; --check takes",
    "those that the files were written for. What `pylock2nix prefetch` recorded beside the lock is part of",
    "the frozen resolution.",
  ].join("\n"),
  options: [CHECK, INLINE, OUTPUT, ALLOW_STALE, ...TARGET_OPTIONS, ...FILE_OPTIONS, LOCK, FORMAT, JSON_OUTPUT, HELP],
  examples: [
    ["pylock2nix nix", "for the project in this folder"],
    ["pylock2nix nix --check", "in CI: is what is committed up to date?"],
    ["pylock2nix nix --python 3.12 --system x86_64-linux", "one target only"],
    ["pylock2nix nix --target +cp312-linux-x86_64-musl1.2", "the usual targets and one more"],
    ["pylock2nix nix ../app -o nix/app", "write somewhere else"],
    ["pylock2nix nix services/*", "several projects, each in its folder"],
  ],
  run,
  takesSeveral: refuseOnePlace,
};

/** What came of it, for `--json`. */
interface Outcome {
  readonly written: readonly string[];
  readonly outOfDate: readonly string[];
  readonly packages: number;
  readonly targets: readonly string[];
  readonly refused: readonly Refused[];
  /** What no file can be installed of: each package with one reason. */
  readonly uninstallable: readonly Uninstallable[];
  /** Wheels that need shared libraries which Nix will not find. */
  readonly unfound: readonly Unfound[];
}

async function run(words: Words): Promise<number> {
  const input = await openInput(words, nixCommand.name);
  const policy = chooseFiles(words, input);
  if (input.fresh === false && !words.has(ALLOW_STALE))
    throw shellError("stale-lock", { ...staleFacts(input), again: lockCommand(input.lock) });
  if (input.fresh === null && input.because !== null) printError(`${input.path}${freshnessWords(input)}\n`);
  const place = placeOf(input.path, words.value(OUTPUT), words.has(INLINE));
  const isCheck = words.has(CHECK);
  const record = await recordBeside(input.path);
  const known = isCheck && !namesTargets(words) ? await recordedTargets(place) : null;
  const libraries = await libraryTables();
  const frozen = freeze(input.lock, {
    lockSha256: input.sha256,
    pyproject: input.pyproject,
    pyprojectDigest: guardDigest(input.pyproject),
    memberDigests: await digestsOfMembers(input.lock),
    script: await guardedScript(input.path),
    generator: `pylock2nix ${await packageVersion()}`,
    targets: known ?? targetsForNix(words, input.lock, record),
    record,
    libraries,
    ...policy,
  });
  const refused = frozen.refused.flatMap(({ target, error }) => (error === null ? [] : [{ target, error }]));
  warnOfFrozen(frozen, refused, input, libraries);
  if (refused.length === frozen.targets.length) throw shellError("no-target", { text: input.path, path: input.path });

  const files = await generatedFiles(frozen, place);
  const changed = await changedFiles(files);
  if (!isCheck) await writeWhole(changed);
  const paths = changed.map(({ path }) => path);
  const names = refused.map(({ target }) => target);
  const outcome: Outcome = {
    written: isCheck ? [] : paths,
    outOfDate: isCheck ? paths : [],
    packages: frozen.packages,
    targets: frozen.targets.map(({ target }) => target).filter((target) => !names.includes(target)),
    refused,
    uninstallable: frozen.uninstallable,
    unfound: frozen.unfound,
  };
  if (words.has(JSON_OUTPUT)) print(`${JSON.stringify(outcome, null, 2)}\n`);
  else if (!isCheck) printError(summary(outcome, files[0]!.path, input));
  if (!isCheck || paths.length === 0) return 0;
  if (words.has(JSON_OUTPUT)) return 1;
  throw shellError("out-of-date", { known: paths });
}

/** Several locks have several folders: what is written for one must not take the place of another's. */
async function refuseOnePlace(words: Words): Promise<void> {
  if (words.has(OUTPUT)) throw shellError("one-output", { text: OUTPUT.name });
  const taken = new Map<string, string>();
  for (const path of words.paths) {
    // What cannot be found is told when it is its turn.
    const place = await findLock(path, words.value(LOCK)).catch(() => null);
    if (place === null) continue;
    const folder = absolute(dirname(place.lock));
    const other = taken.get(folder);
    if (other !== undefined) throw shellError("one-folder", { text: other, detail: path });
    taken.set(folder, path);
  }
}

/** Where the files go; the lock's folder is the project's. */
function placeOf(lockPath: string, output: string | null, inline: boolean): Place {
  const project = dirname(lockPath);
  if (output === null) return { project, folder: project, name: LOADER, inline };
  if (!output.endsWith(".nix")) return { project, folder: output, name: LOADER, inline };
  return { project, folder: dirname(output), name: basename(output), inline };
}

const LOADER = "pylock2nix.nix";

/** Of the folders within the lock's own: Nix sees no others, and the lock's own has been read. */
async function digestsOfMembers(lock: Lockfile): Promise<Map<string, string | null>> {
  const digests = new Map<string, string | null>();
  if (!isWorkspace(lock)) return digests;
  for (const [name, folder] of lock.memberFolders) {
    if (/^(?:\/|\.$|\.\.(?:\/|$))/.test(folder)) continue;
    digests.set(name, guardDigest(await readPyprojectBeside(join(dirname(lock.path), folder, "uv.lock"))));
  }
  return digests;
}

/** A script's own metadata, which takes the place of pyproject.toml. */
async function guardedScript(lockPath: string): Promise<ScriptGuard | null> {
  const path = scriptOf(lockPath);
  const bytes = path === null ? null : await readIfThere(path);
  if (path === null || bytes === null) return null;
  const text = guardedMetadata(new TextDecoder().decode(bytes), path);
  return { path: basename(path), digest: sha256Hex(text) };
}

function guardDigest(pyproject: Pyproject | null): string | null {
  return pyproject === null ? null : sha256Hex(guardedFields(pyproject));
}

function summary({ written, packages, targets, uninstallable }: Outcome, loader: string, input: Input): string {
  const library = written.filter((path) => path.includes(".pylock2nix"));
  const own = written.filter((path) => !library.includes(path));
  const lines = own.map((path) => `wrote ${path}`);
  if (library.length > 0)
    lines.push(`wrote ${dirname(library[0]!)} (${counted(library.length, "file")} of the Nix library)`);
  if (lines.length === 0) lines.push("everything is up to date");
  lines.push(`${counted(packages, "package")}, ${counted(targets.length, "target")}`);
  lines.push(...uninstallableLines(uninstallable, targets.length));
  const attribute = projectFacts(input.pyproject, input.lock)?.package === true ? "application" : "environment";
  lines.push(`next: nix-build ${relative(".", join(loader))} -A ${attribute}`);
  return `${lines.map(visibleText).join("\n")}\n`;
}

/** Enough to see what is missing: `check` and `why --artifact` tell the rest. */
const SHOWN = 3;

/** Packages that lack the same targets for the same reason are told together. */
function uninstallableLines(all: readonly Uninstallable[], count: number): string[] {
  const groups = new Map<string, { packages: string[]; because: string; targets: readonly string[] }>();
  for (const { package: title, targets, because } of all) {
    const key = JSON.stringify([targets, because]);
    const known = groups.get(key) ?? { packages: [], because, targets };
    known.packages.push(title);
    groups.set(key, known);
  }
  const lines = [...groups.values()].map(({ packages, because, targets }) => {
    const where = targets.length === count && count > 1 ? "every target" : some(targets);
    return `no file for ${some(packages)} on ${where}: ${because}`;
  });
  if (lines.length <= SHOWN) return lines;
  return [...lines.slice(0, SHOWN), `and ${counted(lines.length - SHOWN, "more reason")}: see \`pylock2nix check\``];
}

function some(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more <= 1 ? names.join(", ") : `${names.slice(0, SHOWN).join(", ")} and ${more} more`;
}
