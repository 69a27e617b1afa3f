// Words for the files that commands read and write, and for what pyproject.toml and the lock say of one another.

import { andList, lockAgainWith, orList, report, type ShellWords, suggestion } from "./words.ts";

export type FileCode =
  | "internal"
  | "file-not-found"
  | "file-unreadable"
  | "file-unwritable"
  | "output-unwritable"
  | "lock-not-found"
  | "several-locks"
  | "unknown-lock-format"
  | "other-format"
  | "stale-lock"
  | "pyproject-utf8"
  | "pyproject-toml"
  | "pyproject-type"
  | "pyproject-control-character"
  | "pyproject-group-missing"
  | "pyproject-group-cycle"
  | "not-locked"
  | "out-of-date"
  | "library-missing"
  | "workspace-too-large"
  | "build-constraints"
  | "unrecorded-git"
  | "unrecorded-file"
  | "unrecorded-files"
  | "libraries-unknown"
  | "libraries-left-out"
  | "requirements-cycle"
  | "requirements-address"
  | "requirements-includes"
  | "requirements-outside"
  | "requirements-constraint"
  | "file-names-missing"
  | "file-special"
  | "hash-algorithm"
  | "unpacked-cache";

export const FILE_WORDS: ShellWords<FileCode> = {
  internal: {
    message: ({ text }) => `pylock2nix failed: ${text}`,
    hint: report,
    exit: 70,
  },
  "file-not-found": {
    message: ({ text }) => `cannot read \`${text}\`: there is no such file or folder`,
  },
  "file-unreadable": {
    message: ({ text, detail }) => `cannot read \`${text}\`: ${detail}`,
  },
  "file-unwritable": {
    message: ({ text, detail }) => `cannot write \`${text}\`: ${detail}`,
    hint: () => "`-o FOLDER` writes somewhere else",
  },
  "output-unwritable": {
    message: ({ detail }) => `cannot write to standard output: ${detail}`,
  },
  "lock-not-found": {
    message: ({ text, known }) => `cannot find a lock in \`${text}\`: expected ${expectedLock(known)}`,
    hint: ({ known: [name = ""] }) =>
      name.endsWith(".py.lock")
        ? `\`uv lock --script ${name.slice(0, -".lock".length)}\` makes one`
        : LOCKED_BY[name] === undefined
          ? "name the lock, whatever it is called: `pylock2nix resolve path/to/lock`"
          : `${LOCKED_BY[name] ?? "its tool"} makes one; or name the lock: \`pylock2nix resolve path/to/${name}\``,
  },
  "several-locks": {
    message: ({ text, known }) => `cannot choose a lock in \`${text}\`: found ${andList(known)}`,
    hint: ({ known }) => `say which one: \`--lock ${known[0]}\``,
    exit: 2,
  },
  "unknown-lock-format": {
    message: ({ text }) => `cannot tell the format of \`${text}\`: it looks like no lock that is known`,
    hint: ({ known }) => `\`--format\` says what it is: ${orList(known)}`,
  },
  "other-format": {
    message: ({ text, detail }) => `read as a lock of ${text}: its name is one of ${detail}, and its content is not`,
    hint: () => "`--format` reads it as something else",
  },
  "stale-lock": {
    message: ({ text, detail, known }) =>
      `\`${text}\` is older than ${known[0] ?? "pyproject.toml"}: ${detail ?? "what it was made from has changed since"}`,
    hint: ({ again }) => `${lockAgainWith(again)}, or take it as it is with \`--allow-stale\``,
  },
  "pyproject-utf8": {
    message: () => "cannot read pyproject.toml: expected UTF-8",
    hint: () => "save the file as UTF-8",
  },
  "pyproject-toml": {
    message: ({ detail }) => `cannot read TOML: ${detail}`,
  },
  "pyproject-type": {
    message: ({ text, detail }) => `cannot read \`${text}\`: expected ${detail}`,
  },
  "pyproject-control-character": {
    message: ({ text }) => `cannot read \`${text}\`: found U+001E or U+001F, which no name or requirement has`,
  },
  "pyproject-group-missing": {
    message: ({ text, detail }) =>
      `cannot include dependency group \`${text}\` in \`${detail}\`: there is no such group`,
    hint: ({ text, known }) => suggestion(text, known),
  },
  "pyproject-group-cycle": {
    message: ({ text }) => `cannot read dependency groups: \`${text}\` includes itself`,
  },
  "not-locked": {
    message: ({ text }) => `there is no package \`${text}\` in the lock`,
    hint: ({ text, known }) => suggestion(text, known) ?? null,
  },
  "out-of-date": {
    message: ({ known }) => `out of date: ${andList(known)}`,
    hint: () => "run `pylock2nix nix` without `--check` to write what differs",
  },
  "library-missing": {
    message: ({ text }) => `cannot find the Nix library of this installation in \`${text}\``,
    hint: report,
    exit: 70,
  },
  "build-constraints": {
    message: ({ text }) => `${text} chooses nothing in Nix: what builds a source is of the version that nixpkgs has`,
    hint: () => "`buildGroups` takes what a build requires from a group of the lock (docs/overrides.md)",
  },
  "workspace-too-large": {
    message: () =>
      "the workspace has too many members for each to have its own selection: Nix cannot take one by itself",
    hint: () =>
      "`pylock2nix resolve --package NAME` resolves each of them; a lock of its own for a part of them is smaller",
  },
  "unrecorded-git": {
    message: ({ text }) => `no hash is recorded for ${text}: Nix will fetch from git while it evaluates`,
    hint: () => "run `pylock2nix prefetch`, then `pylock2nix nix`",
  },
  "unrecorded-file": {
    message: ({ text, detail }) =>
      detail === "address"
        ? `the lock has no address of the file of ${text}: Nix cannot fetch it`
        : `the lock has no hash of the file of ${text} that Nix knows: Nix cannot fetch it`,
    hint: () => "run `pylock2nix prefetch`, then `pylock2nix nix`",
  },
  "libraries-unknown": {
    message: ({ text, detail }) => `${text} needs ${detail}, which no table knows: its build will not find it`,
    hint: ({ known: [name = "", sonames = ""] }) =>
      `say it in Nix, \`perPackage.${name}.extraLibraries = [ pkgs.NAME ];\` or \`perPackage.${name}.ignoreSonames = [ ${sonames} ];\``,
  },
  "libraries-left-out": {
    message: ({ text, detail }) => `${text} is built without ${detail}: nothing in the lock brings it`,
    hint: ({ known: [name = "", attribute = "", givers = ""] }) =>
      `add ${givers} to the project, or say it in Nix, \`perPackage.${name}.extraLibraries = [ ${attribute} ];\``,
  },
  "unrecorded-files": {
    message: ({ text, detail }) => `the lock lacks hashes or addresses of the files of ${detail}: ${text}`,
    hint: () => "run `pylock2nix prefetch`, then `pylock2nix nix`",
  },
  "requirements-cycle": {
    message: ({ text }) => `cannot read requirements: \`${text}\` includes itself`,
  },
  "requirements-address": {
    message: ({ text }) =>
      `cannot read requirements: found the address \`${text}\`, expected the path of a file to include`,
    hint: () => "download it, and include the file: what a lock holds must not change by itself",
  },
  "requirements-includes": {
    message: ({ detail }) => `cannot read requirements: found more than ${detail ?? 10000} included files`,
  },
  "requirements-outside": {
    message: ({ text }) => `\`${text}\` is included from outside the folder of the lock`,
    hint: () => "whoever has only that folder cannot make the same of the lock",
  },
  "requirements-constraint": {
    message: ({ text }) => `the constraints \`${text}\` are not taken into account`,
    hint: () => "every requirement is one version already; pip would refuse a constraint that contradicts it",
  },
  "file-names-missing": {
    message: ({ text }) =>
      `\`${text}\` has hashes without the names of their files: Nix cannot choose a file of it yet`,
    hint: () => "`pylock2nix prefetch` asks the index for the names, once",
  },
  "file-special": {
    message: ({ text }) => `cannot read \`${text}\`: it is neither a file nor a folder`,
    hint: () => "`-` reads standard input",
  },
  "hash-algorithm": {
    message: ({ text, detail }) =>
      `cannot verify \`${text}\`: the lock gives its hash in ${detail}, which is not known`,
    hint: () => "known are sha256, sha384, sha512, blake2b, sha1 and md5",
  },
  "unpacked-cache": {
    message: ({ text }) => `cannot verify \`${text}\`: it is a cache of uv, which keeps wheels unpacked`,
    hint: () =>
      "the lock has hashes of whole files: `pip download -r requirements.txt -d wheelhouse` has them to verify",
  },
};

/** What makes the lock of that name. */
const LOCKED_BY: Readonly<Record<string, string>> = {
  "poetry.lock": "`poetry lock`",
  "uv.lock": "`uv lock`",
  "pdm.lock": "`pdm lock`",
  "Pipfile.lock": "`pipenv lock`",
};

function expectedLock([name]: readonly string[]): string {
  if (name !== undefined) return `\`${name}\``;
  const names = [...Object.keys(LOCKED_BY), "pylock.toml", "conda-lock.yml"].map((each) => `\`${each}\``);
  return `${names.join(", ")} or \`requirements.txt\` with hashes`;
}
