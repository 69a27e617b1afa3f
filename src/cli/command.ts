// What a command is, and the options that several of them share.

import { FORMATS } from "../lock/formats.ts";
import type { Option, Words } from "./words.ts";

export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What follows the name in a usage line. */
  readonly usage: string;
  /** What one should know before the options. */
  readonly description: string;
  readonly options: readonly Option[];
  /** Command line -> what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Does it; answers with the exit code. */
  readonly run: (words: Words) => Promise<number>;
  /** Given when it takes several paths, each answered by itself: throws what speaks against these. */
  readonly takesSeveral?: (words: Words) => Promise<void>;
}

export const JSON_OUTPUT: Option = { name: "--json", help: "print JSON on standard output" };
export const HELP: Option = { name: "--help", short: "-h", help: "explain, with examples" };
export const VERSION: Option = { name: "--version", short: "-V", help: "print the version" };

export const LOCK: Option = { name: "--lock", value: "PATH", help: "the lock, where a folder has several" };
export const FORMAT: Option = {
  name: "--format",
  value: "NAME",
  help: `read the lock as this format: ${FORMATS.join(", ")}`,
};

export const TARGET: Option = {
  name: "--target",
  value: "NAME",
  isList: true,
  help: "look at this target (`pylock2nix targets` lists them); +NAME adds it to the usual ones",
};
export const PYTHON: Option = {
  name: "--python",
  value: "VERSION",
  isList: true,
  help: "targets of this Python: 3.12, or 3.12.4 for the whole version that markers see",
};
export const SYSTEM: Option = {
  name: "--system",
  value: "NAME",
  isList: true,
  help: "targets of this system, by its name in Nix: x86_64-linux",
};

export const EXTRAS: Option = { name: "--extras", value: "NAME", isList: true, help: "with these extras" };
export const ALL_EXTRAS: Option = { name: "--all-extras", help: "with every extra" };
export const GROUPS: Option = {
  name: "--groups",
  value: "NAME",
  isList: true,
  help: "with these dependency groups as well as the usual ones",
};
export const ONLY: Option = {
  name: "--only",
  value: "NAME",
  isList: true,
  help: "with exactly these groups; `main` is the project's own dependencies",
};
export const WITHOUT: Option = { name: "--without", value: "NAME", isList: true, help: "without these groups" };
export const ALL_GROUPS: Option = { name: "--all-groups", help: "with every group, optional ones too" };

export const PACKAGE: Option = {
  name: "--package",
  value: "NAME",
  isList: true,
  help: "uv: start from these members of the workspace",
};
export const ALL_PACKAGES: Option = { name: "--all-packages", help: "uv: start from every member of the workspace" };

export const PREFER: Option = {
  name: "--prefer",
  value: "KIND",
  help: "take this kind of file first: wheel (usual), sdist",
};
export const NO_BINARY: Option = {
  name: "--no-binary",
  value: "NAME",
  isList: true,
  help: "take no wheel of these packages",
};
export const ONLY_BINARY: Option = {
  name: "--only-binary",
  value: "NAME",
  isList: true,
  help: "take no source distribution of these packages",
};
