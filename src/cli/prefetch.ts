// `pylock2nix prefetch`: finds once what the lock leaves open, and records it beside the lock.
//
// Invariant: what was found is kept at once, whatever happens next; what was found before is not looked for again; what
// cannot be had is told, each with its reason, after all the rest was tried.

import { isRecorded } from "../answers/needs.ts";
import { type Need, needsOf } from "../answers/plan.ts";
import type { SourceRecord } from "../answers/record.ts";
import { openPackages, subjectsOfLock } from "../answers/recorded.ts";
import { withoutUser } from "../lock/address.ts";
import type { Places } from "../lock/places.ts";
import { Credentials } from "../prefetch/credentials.ts";
import { defaultIndex, pipConfigPaths } from "../prefetch/settings.ts";
import { Finder, type Host } from "../prefetch/work.ts";
import { checkOut } from "../runtime/node/git.ts";
import { sender, sleep } from "../runtime/node/http.ts";
import { digests, openFile, openPart, partsFolder } from "../runtime/node/storage.ts";
import {
  dirname,
  isAbsolute,
  join,
  kindOf,
  list,
  packageVersion,
  platform,
  print,
  printError,
  readIfThere,
  relative,
  terminal,
  variables,
} from "../runtime/node.ts";
import { renderFailure } from "../words/diagnostic.ts";
import { type Failure, PylockError, shellError } from "../words/errors.ts";
import { type Command, FORMAT, HELP, JSON_OUTPUT, LOCK } from "./command.ts";
import { type Input, openInput } from "./input.ts";
import { counted } from "./layout.ts";
import { countProgress } from "./progress.ts";
import { chooseFiles, FILE_OPTIONS } from "./selection.ts";
import { recordBeside, recordPath, writeRecord } from "./source-record.ts";
import { TARGET_OPTIONS, targetsForNix } from "./target-choice.ts";
import type { Option, Words } from "./words.ts";

const INDEX: Option = {
  name: "--index",
  value: "ADDRESS",
  help: "the default package index, instead of what the settings of uv and pip say",
};
const WHEELHOUSE: Option = {
  name: "--wheelhouse",
  value: "FOLDER",
  help: "take files from there, and nothing from the network",
};
const ALL: Option = {
  name: "--all",
  help: "fetch complete files too, for what their builds need and their wheels load",
};
const JOBS: Option = { name: "--jobs", short: "-j", value: "COUNT", help: "do so many things at once (usually 4)" };

export const prefetchCommand: Command = {
  name: "prefetch",
  summary: "record what the lock lacks: hashes of git and url sources, file names, addresses",
  usage: "[PATH] [options]",
  description: [
    "Finds what the lock leaves without a hash or an exact address, and records it beside the lock in",
    "pylock2nix.sources.json, which `pylock2nix nix` reads. Commit it. What is recorded already is not",
    "fetched again, so a run that was interrupted goes on where it stopped. Everything is checked",
    "against every hash that the lock has. Credentials come from netrc or the environment only.",
  ].join("\n"),
  options: [INDEX, WHEELHOUSE, ALL, JOBS, ...TARGET_OPTIONS, ...FILE_OPTIONS, LOCK, FORMAT, JSON_OUTPUT, HELP],
  examples: [
    ["pylock2nix prefetch", "for the project in this folder"],
    ["pylock2nix prefetch && pylock2nix nix", "after each change of the lock"],
    ["pylock2nix prefetch --all --system x86_64-linux", "look into every file of one system"],
    ["pylock2nix prefetch --wheelhouse ./wheels", "offline, from files at hand"],
  ],
  run,
};

/** What came of it, for `--json`. */
interface Outcome {
  readonly path: string;
  /** "name version" of what was found now. */
  readonly recorded: readonly string[];
  /** The number of things that were recorded before. */
  readonly kept: number;
  /** The number of entries that the lock no longer asks for. */
  readonly dropped: number;
  readonly failed: readonly { readonly package: string; readonly error: Failure }[];
}

async function run(words: Words): Promise<number> {
  const jobs = readJobs(words.value(JOBS));
  const input = await openInput(words, prefetchCommand.name);
  const policy = chooseFiles(words, input);
  const record = await recordBeside(input.path);
  const parts = input.lock.freeze({ targets: targetsForNix(words, input.lock, record), groups: [], ...policy });
  const packages = openPackages(input.lock, parts);
  const isAll = words.has(ALL);
  const needs = needsOf(packages, isAll);
  const open = needs.filter((need) => !isRecorded(need, record.get(need.subject), isAll));
  const dropped = record.keepOnly(subjectsOfLock(input.lock));
  if (dropped > 0) await writeRecord(input.path, record);

  const finder = new Finder(await hostOf(words, input));
  const recorded: string[] = [];
  const failed: { package: string; error: Failure }[] = [];
  const progress = countProgress(open.length, "fetching");
  let writing = Promise.resolve();
  await inParallel(open, jobs, async (need) => {
    try {
      const { found, forget } = await finder.find(need);
      record.set(need.subject, { ...record.get(need.subject), ...found });
      writing = writing.then(() => writeRecord(input.path, record));
      await writing;
      await forget();
      recorded.push(titleOf(need));
    } catch (error) {
      if (!(error instanceof PylockError) || error.exitCode !== 1 || error.failure.code === "file-unwritable")
        throw error;
      failed.push({ package: titleOf(need), error: error.failure });
    }
    progress.done(titleOf(need));
  }).finally(progress.end);

  const outcome: Outcome = {
    path: recordPath(input.path),
    recorded: recorded.sort(),
    kept: needs.length - open.length,
    dropped,
    failed: failed.sort((left, right) => (left.package < right.package ? -1 : 1)),
  };
  return report(outcome, words.has(JSON_OUTPUT), input.path, record);
}

async function hostOf(words: Words, { path: lockPath, lock }: Input): Promise<Host> {
  const folder = dirname(lockPath);
  const environment = variables();
  const wheelhouse = words.value(WHEELHOUSE);
  if (wheelhouse !== null && (await kindOf(wheelhouse)) !== "folder")
    throw shellError("file-not-found", { text: wheelhouse });
  const credentials = new Credentials(await firstText(netrcPaths(environment)));
  const pipFiles = await Promise.all(pipConfigPaths(environment, platform()).map(textIfReadable));
  const setting =
    words.value(INDEX) ?? defaultIndex({ environment, pipFiles: pipFiles.filter((text) => text !== null) });
  const parts = partsFolder(environment);
  return {
    network: wheelhouse === null ? { send: sender(`pylock2nix/${await packageVersion()}`), credentials, sleep } : null,
    index: setting === null ? null : credentials.learn(setting),
    places: await placesOf(lock.places, folder),
    environment,
    openLocal: async (path) => {
      const whole = isAbsolute(path) ? path : join(folder, path);
      if ((await kindOf(whole)) !== "file") throw shellError("file-not-found", { text: whole });
      return openFile(whole);
    },
    openPart: (key) => openPart(parts, key),
    checkOut,
    digests,
    wheelhouse:
      wheelhouse === null ? null : { names: await list(wheelhouse), open: (name) => openFile(join(wheelhouse, name)) },
  };
}

/** The last `--index-url` takes the place of the default index, and `--no-index` that of all; a folder may be there or not. */
async function placesOf(
  { index, extraIndexes, pages, folders, isClosed }: Places,
  lockFolder: string,
): Promise<Host["places"]> {
  const found = [];
  for (const { path, namedIn } of folders) {
    const whole = isAbsolute(path) ? path : join(dirname(namedIn), path);
    const names = (await kindOf(whole)) === "folder" ? await list(whole) : [];
    found.push({ path: isAbsolute(path) ? path : relative(lockFolder, whole), names });
  }
  return {
    indexes: isClosed ? [] : [index, ...extraIndexes].map((each) => (each === null ? null : withoutUser(each))),
    pages,
    folders: found,
  };
}

function netrcPaths({ NETRC, HOME, USERPROFILE }: Readonly<Record<string, string | undefined>>): string[] {
  if (NETRC) return [NETRC];
  return [HOME, USERPROFILE].flatMap((home) => (home ? [join(home, ".netrc"), join(home, "_netrc")] : []));
}

async function firstText(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const text = await textIfReadable(path);
    if (text !== null) return text;
  }
  return "";
}

/** Settings that cannot be read are no settings. */
async function textIfReadable(path: string): Promise<string | null> {
  const bytes = await readIfThere(path).catch(() => null);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

/** Each thing in its turn, so many at once. The first error that is not about a thing alone ends it. */
async function inParallel<Thing>(
  things: readonly Thing[],
  jobs: number,
  work: (thing: Thing) => Promise<void>,
): Promise<void> {
  const waiting = [...things];
  const worker = async (): Promise<void> => {
    for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) await work(thing);
  };
  await Promise.all(Array.from({ length: Math.min(jobs, things.length) }, worker));
}

function readJobs(text: string | null): number {
  if (text === null) return 4;
  if (!/^\d{1,2}$/.test(text) || Number(text) < 1 || Number(text) > 64) throw shellError("jobs", { text });
  return Number(text);
}

function titleOf({ package: name, version, subject }: Need): string {
  const title = `${name} ${version ?? ""}`.trim();
  return subject.kind === "file" ? `${title} (${subject.file})` : title;
}

function report(outcome: Outcome, asData: boolean, lockPath: string, record: SourceRecord): number {
  const { path, recorded, kept, dropped, failed } = outcome;
  if (asData) {
    print(`${JSON.stringify(outcome, null, 2)}\n`);
    return failed.length === 0 ? 0 : 1;
  }
  const { color } = terminal("stderr");
  for (const { package: title, error } of failed) {
    printError(renderFailure({ ...error, message: `${title}: ${error.message}` }, { color }));
  }
  const lines = recorded.map((title) => `recorded ${title}`);
  if (kept > 0) lines.push(`${counted(kept, "source")} recorded before`);
  if (dropped > 0) lines.push(`dropped ${counted(dropped, "source")} that the lock no longer has`);
  if (lines.length === 0 && failed.length === 0) lines.push("the lock lacks nothing: there is nothing to record");
  else if (failed.length === 0) lines.push(`${counted(record.size, "source")} in ${path}`, "next: pylock2nix nix");
  if (lines.length > 0) printError(`${lines.join("\n")}\n`);
  if (failed.length > 0)
    throw shellError("sources-missing", { text: lockPath, detail: counted(failed.length, "source") });
  return 0;
}
