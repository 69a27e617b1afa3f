// Words for the files that commands read and write, and for what pyproject.toml and the lock say of one another.

import { andList, lockAgainWith, report, type ShellWords, suggestion } from "./words.ts";

export type FileCode =
  | "internal"
  | "file-not-found"
  | "file-unreadable"
  | "file-unwritable"
  | "lock-not-found"
  | "several-locks"
  | "unknown-lock-format"
  | "unsupported-lock-format"
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
  | "unrecorded-git"
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
  "lock-not-found": {
    message: ({ text }) => `cannot find a lock in \`${text}\`: expected a \`poetry.lock\``,
    hint: () => "name the lock or its folder: `pylock2nix resolve path/to/poetry.lock`; `poetry lock` makes one",
  },
  "several-locks": {
    message: ({ text, known }) => `cannot choose a lock in \`${text}\`: found ${andList(known)}`,
    hint: ({ known }) => `say which one: \`--lock ${known[0]}\``,
    exit: 2,
  },
  "unknown-lock-format": {
    message: ({ text }) => `cannot tell the format of \`${text}\`: expected a lock of Poetry`,
    hint: () => "`--format poetry` reads it as one",
  },
  "unsupported-lock-format": {
    message: ({ text, detail }) => `cannot read \`${text}\` yet: it is a lock of ${detail}`,
    hint: () => "this version reads the locks of Poetry",
  },
  "other-format": {
    message: ({ text, detail }) => `read as a lock of ${text}: its name is one of ${detail}, and its content is not`,
    hint: () => "`--format` reads it as something else",
  },
  "stale-lock": {
    message: ({ text }) => `\`${text}\` is older than pyproject.toml: what it was made from has changed since`,
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
  "unrecorded-git": {
    message: ({ text }) => `no hash is recorded for ${text}: Nix will fetch from git while it evaluates`,
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
