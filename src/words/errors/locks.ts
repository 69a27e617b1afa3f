// Words for what poetry.lock and uv.lock must and must not say, and what they share with the other formats.

import * as abi from "../../core/abi.ts";
import { edited, expected, found, name, type StatusWords } from "./words.ts";

export const LOCK_WORDS: StatusWords = {
  [abi.STATUS_LOCK_NOT_FOUND]: {
    code: "lock-not-recognised",
    message: ({ detail }) =>
      detail === abi.FORMAT_UV
        ? "cannot read lock: found no version, expected what uv writes"
        : "cannot read lock: found no `[metadata]`, which every lock of Poetry has",
    hint: () => "is this the right file? `--format` says which format to expect",
  },
  [abi.STATUS_LOCK_VERSION]: {
    code: "lock-version",
    message: ({ text, detail }) =>
      detail === abi.FORMAT_UV
        ? `cannot read lock: found version ${found(text)}, expected 1`
        : `cannot read lock: found lock-version ${found(text)}, expected 1.0 to 2.x`,
    hint: ({ detail }) =>
      `update pylock2nix, or lock with a ${detail === abi.FORMAT_UV ? "uv" : "Poetry"} whose locks it knows`,
  },
  [abi.STATUS_LOCK_TYPE]: {
    code: "lock-type",
    message: ({ text, detail }) =>
      `cannot read lock: found ${found(text)}, expected ${expected(detail, "a value of another type")}`,
    hint: edited,
  },
  [abi.STATUS_LOCK_MISSING]: {
    code: "lock-missing-key",
    message: ({ detail }) => `cannot read lock: found no ${name(detail, "key that must be")} here`,
    hint: edited,
  },
  [abi.STATUS_LOCK_SOURCE]: {
    code: "lock-source",
    message: ({ text, detail }) =>
      detail === abi.FORMAT_UV
        ? `cannot read lock: found the source ${found(text)}, expected registry, git, url, path, directory, editable or virtual`
        : `cannot read lock: found the source type ${found(text)}, expected git, url, file, directory or legacy`,
    hint: ({ detail }) =>
      `update pylock2nix, or lock with a ${detail === abi.FORMAT_UV ? "uv" : "Poetry"} whose locks it knows`,
  },
  [abi.STATUS_LOCK_NEWER]: {
    code: "lock-newer",
    message: ({ text, detail }) =>
      detail === abi.FORMAT_UV
        ? `the lock's revision ${text} is newer than 5, the newest that is known`
        : `the lock-version ${found(text)} is newer than 2.1, the newest that is known`,
    hint: () => "what it adds is not read; update pylock2nix",
  },
  [abi.STATUS_LOCK_FILE_NAME]: {
    code: "lock-file-name",
    message: ({ text }) => `cannot read lock: found the file name ${found(text)}, expected a name without folders`,
    hint: edited,
  },
  [abi.STATUS_LOCK_HASH]: {
    code: "lock-hash",
    message: ({ text }) =>
      `cannot read lock: found the hash ${found(text)}, expected an algorithm, \`:\` and its hex digits`,
    hint: edited,
  },
  [abi.STATUS_LOCK_CONTROL]: {
    code: "lock-control-character",
    message: () => "cannot read lock: found a control character in this text",
    hint: edited,
  },
  [abi.STATUS_LOCK_OTHER_FILE]: {
    code: "lock-file-of-another-package",
    message: ({ text, detail }) =>
      `cannot read lock: found the file ${found(text)}, expected one of ${name(detail, "its package")}`,
    hint: edited,
  },
  [abi.STATUS_LOCK_UNKNOWN_KEY]: {
    code: "lock-unknown-key",
    message: ({ text }) => `the lock has the key ${found(text)}, which is not known: what it says is not read`,
    hint: () => "update pylock2nix",
  },
  [abi.STATUS_LOCK_EDGE]: {
    code: "lock-edge",
    message: ({ text, detail }) =>
      `cannot read lock: found a dependency on ${found(detail === null ? text : `${text} ${detail}`)}, expected a package that the lock has`,
    hint: edited,
  },
  [abi.STATUS_LOCK_DUPLICATE]: {
    code: "lock-duplicate",
    message: ({ detail }) =>
      `cannot read lock: found ${name(detail, "a package")} twice, in the same version from the same source`,
    hint: edited,
  },
  [abi.STATUS_LOCK_CONFLICT_ITEM]: {
    code: "lock-conflict-item",
    message: () => "cannot read lock: found a conflict without a package, expected `package` and `extra` or `group`",
    hint: edited,
  },
};
