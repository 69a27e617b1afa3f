// Words for resolutions that cannot be, and for targets and selections that there are not.

import * as abi from "../../core/abi.ts";
import { found, lockAgain, lockAgainWith, name, report, type StatusWords } from "./words.ts";

export const RESOLVING_WORDS: StatusWords = {
  [abi.STATUS_TARGET]: {
    code: "unknown-target",
    message: ({ text, detail }) => `cannot find target ${name(detail, found(text))}`,
    hint: () => "`pylock2nix targets` lists them",
    exit: 2,
  },
  [abi.STATUS_TARGET_PYTHON]: {
    code: "target-python",
    message: ({ text, detail }) => `cannot tell the Python of target ${name(detail, found(text))}`,
    hint: () =>
      "a target starts with cp37 to cp314, or cp313t; a whole version given for it starts with the same two numbers",
    exit: 2,
  },
  [abi.STATUS_PYTHON_REFUSED]: {
    code: "python-refused",
    message: ({ text, detail }) => `the lock needs Python ${text}, this target has ${detail ?? "another"}`,
    hint: () => "choose another target, or widen the project's Python constraint and lock again",
  },
  [abi.STATUS_UNKNOWN_GROUP]: {
    code: "unknown-group",
    message: ({ text, detail }) => `cannot find dependency group ${name(detail, found(text))}`,
    exit: 2,
  },
  [abi.STATUS_UNKNOWN_EXTRA]: {
    code: "unknown-extra",
    message: ({ text, detail }) => `cannot find extra ${name(detail, found(text))}`,
    exit: 2,
  },
  [abi.STATUS_AMBIGUOUS]: {
    code: "ambiguous",
    message: ({ detail }) => `cannot choose ${name(detail, "a version")}: several versions are selected at once`,
    hint: lockAgain,
  },
  [abi.STATUS_UNSATISFIABLE]: {
    code: "unsatisfiable",
    message: ({ text, detail }) =>
      `cannot resolve ${name(detail, found(text))}: no locked version fits what asks for it`,
    hint: ({ again }) => `the lock may be older than pyproject.toml: ${lockAgainWith(again)}`,
  },
  [abi.STATUS_CONFLICT]: {
    code: "conflict",
    message: ({ text, detail }) =>
      `cannot install ${name(detail, "this")} and ${found(text)} together: the lock declares them as conflicting`,
    hint: () => "choose one of them: `--extras`, `--groups` and `--without` say which",
  },
  [abi.STATUS_PLATFORM_REFUSED]: {
    code: "platform-refused",
    message: ({ detail }) => `the lock does not support this platform (${detail ?? "unknown"})`,
    hint: () => "choose another target, or widen `tool.uv.environments` and lock again",
  },
  [abi.STATUS_GROUP_PYTHON]: {
    code: "group-python-refused",
    message: ({ text, detail }) => `group ${name(detail, "this")} needs Python ${text}, this target has another`,
    hint: () => "choose another target, or leave the group out: `--without`",
  },
  [abi.STATUS_UNKNOWN_MEMBER]: {
    code: "unknown-member",
    message: ({ text, detail }) => `cannot find ${name(detail, found(text))} in this workspace`,
    exit: 2,
  },
  [abi.STATUS_NO_PROJECT]: {
    code: "no-project",
    message: () => "cannot resolve this lock: it says what is installed only together with pyproject.toml",
    hint: ({ again }) =>
      `put pyproject.toml beside the lock, or ${lockAgainWith(again)} of a newer release, which writes it into the lock`,
  },
  [abi.STATUS_PROJECT_RECORD]: {
    code: "project-record",
    message: ({ text }) => `cannot read the project's record ${found(text)}`,
    hint: report,
    exit: 70,
  },
  [abi.STATUS_TOO_HARD]: {
    code: "too-hard",
    message: () => "cannot resolve this lock: it takes more steps than any real lock needs",
    hint: () => "make the lock anew with Poetry 2, whose locks need no search",
  },
  [abi.STATUS_SELECTED_TWICE]: {
    code: "selected-twice",
    message: ({ detail }) => `${name(detail, "a package")} is selected twice: two entries for it hold at the same time`,
    hint: () => "choose other groups or extras, or lock again",
  },
};
