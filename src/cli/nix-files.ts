// The files that `pylock2nix nix` writes: the frozen resolution, its loader, and the copy of the Nix library.

import type { Frozen } from "../answers/freeze.ts";
import type { LibraryTables } from "../answers/libraries.ts";
import { toNix } from "../answers/nix-text.ts";
import type { ChosenTarget } from "../answers/usual-targets.ts";
import { describeTarget } from "../lock/shipped.ts";
import {
  filesBelow,
  holds,
  join,
  kindOf,
  type NewFile,
  packageFolder,
  packageVersion,
  readBytes,
  readIfThere,
  relative,
} from "../runtime/node.ts";
import { shellError } from "../words/errors.ts";

export interface Place {
  /** The lock's folder. */
  readonly project: string;
  /** Where the files go. */
  readonly folder: string;
  /** What the loader is called. */
  readonly name: string;
  readonly inline: boolean;
}

const DATA = "pylock2nix.json";
const LIBRARY = ".pylock2nix";
/** Of this package: the library, and the loader that projects get. */
const SOURCE = join(packageFolder, "nix");
const TEMPLATE = "template/pylock2nix.nix";

/** The files, the loader first. */
export async function generatedFiles(frozen: Pick<Frozen, "bytes" | "json">, place: Place): Promise<NewFile[]> {
  const { folder, name, inline } = place;
  const files = [{ path: join(folder, name), bytes: await loader(frozen, place) }];
  if (!inline) files.push({ path: join(folder, DATA), bytes: frozen.bytes });
  if (await wantsLibrary(place)) files.push(...(await libraryFiles(join(folder, LIBRARY))));
  return files;
}

/** The targets that the frozen resolution there was written for; null when there is none that can be read. */
export async function recordedTargets({ folder, inline }: Place): Promise<ChosenTarget[] | null> {
  const bytes = inline ? null : await readIfThere(join(folder, DATA));
  if (bytes === null) return null;
  try {
    const { targets } = JSON.parse(new TextDecoder().decode(bytes)) as { targets: Record<string, { python?: string }> };
    return Object.entries(targets).map(([target, { python }]) => {
      describeTarget(target, python);
      return python === undefined ? { target } : { target, python };
    });
  } catch {
    return null; // Whatever it is, it is not what would be written: the comparison says so.
  }
}

/** What the Nix library knows of shared libraries. */
export async function libraryTables(): Promise<LibraryTables> {
  const [names, { wheels }] = (await Promise.all(
    ["sonames.json", "wheels.json"].map(async (name) =>
      JSON.parse(new TextDecoder().decode(await readBytes(join(SOURCE, name)))),
    ),
  )) as [LibraryTables["names"], Pick<LibraryTables, "wheels">];
  return { names, wheels };
}

/** Those whose bytes are not yet there. */
export async function changedFiles(files: readonly NewFile[]): Promise<NewFile[]> {
  const changed: NewFile[] = [];
  for (const file of files) if (!(await holds(file.path, file.bytes))) changed.push(file);
  return changed;
}

/** The template as it is; with the project elsewhere, or the resolution inside, the same with both spelled out. */
async function loader(frozen: Pick<Frozen, "json">, { project, folder, inline }: Place): Promise<Uint8Array> {
  const template = await readBytes(join(SOURCE, TEMPLATE));
  const way = relative(folder, project);
  if (!inline && way === "") return template;
  const comment = /^(?:#.*\n)*/.exec(new TextDecoder().decode(template))?.[0] ?? "";
  const nix = toNix(frozen, {
    comment,
    library: LIBRARY,
    projectDir: way,
    data: inline ? undefined : DATA,
  });
  return new TextEncoder().encode(nix);
}

/**
 * The library is copied the first time, and kept as new as this program as long as it is there: who removed it passes
 * `library` to the loader instead.
 */
async function wantsLibrary({ folder, name }: Place): Promise<boolean> {
  return (await kindOf(join(folder, LIBRARY))) !== null || (await kindOf(join(folder, name))) === null;
}

/**
 * What is copied: the Nix library of this package, all but the loader's template, each file with our version on top. Names are
 * put together by hand: to normalise a hundred of them takes a millisecond in a new process.
 */
async function libraryFiles(folder: string): Promise<NewFile[]> {
  const header = new TextEncoder().encode(`# pylock2nix ${await packageVersion()}\n`);
  const files: NewFile[] = [];
  for (const name of await filesBelow(SOURCE)) {
    if (name === TEMPLATE) continue;
    const text = await readBytes(`${SOURCE}/${name}`);
    const path = `${folder}/${name}`;
    // JSON has no comments.
    if (name.endsWith(".json")) {
      files.push({ path, bytes: text });
      continue;
    }
    const bytes = new Uint8Array(header.length + text.length);
    bytes.set(header);
    bytes.set(text, header.length);
    files.push({ path, bytes });
  }
  if (files.length === 0) throw shellError("library-missing", { text: SOURCE });
  return files;
}
