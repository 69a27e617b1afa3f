// What goes wrong, in words: one entry for each STATUS_* of the core and for each failure of the shell itself.
//
// Invariant: whatever fails has a code that scripts can hold on to, a message that says what was being done, what was found
// and what was expected, and, where there is something to do about it, a hint. A failure of the input ends the program with
// 1, one of the command line with 2, one of ours with 70. test/errors.test.ts holds every STATUS_* against this table.

import * as abi from "./abi.ts";
import { positionOf } from "./position.ts";
import { closest } from "./suggestion.ts";

/** A failure as it is printed and as `--json` gives it; null where something is unknown. Offset and size are bytes. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly path: string | null;
  readonly offset: number | null;
  readonly size: number | null;
  readonly line: number | null;
  readonly column: number | null;
}

export type ExitCode = 1 | 2 | 70;

/** The one error that this package throws on purpose. */
export class PylockError extends Error {
  override readonly name: string = "PylockError";
  readonly failure: Failure;
  readonly exitCode: ExitCode;

  constructor(failure: Failure, exitCode: ExitCode = 1) {
    super(failure.message);
    this.failure = failure;
    this.exitCode = exitCode;
  }
}

/** Where the core failed, and about what. `bytes` is the input as it was read, not the core's copy of it. */
export interface FailureFacts {
  readonly path: string | null;
  readonly bytes: Uint8Array | null;
  readonly offset: number | null;
  readonly size: number | null;
  /** The number or the text that belongs to the message; null when there is none. */
  readonly detail?: number | string | null;
  /** How the lock is made anew: a command in backquotes. */
  readonly again?: string;
  /** The text in question, where `bytes` is not there to take it from. */
  readonly found?: string | null;
}

/** The failure behind a STATUS_* of the core. */
export function failureFrom(status: number, facts: FailureFacts): Failure {
  const { path, bytes, offset, size } = facts;
  const words = STATUS_WORDS[status] ?? UNKNOWN_STATUS;
  const located = bytes !== null && offset !== null;
  const span = located ? bytes.subarray(offset, offset + (size ?? 0)) : new Uint8Array();
  const finding: Finding = {
    text: facts.found ?? new TextDecoder().decode(span),
    bytes: span,
    detail: facts.detail ?? null,
    known: [],
    again: facts.again ?? POETRY_LOCK,
  };
  const position = located ? positionOf(bytes, offset) : null;
  return {
    ...spoken(words, finding),
    path,
    offset,
    size,
    line: position?.line ?? null,
    column: position?.column ?? null,
  };
}

/** The error behind a STATUS_* of the core, with the exit code that goes with it. */
export function errorFrom(status: number, facts: FailureFacts): PylockError {
  return new PylockError(failureFrom(status, facts), (STATUS_WORDS[status] ?? UNKNOWN_STATUS).exit ?? 1);
}

/** An error of the shell itself. `known` are the words there are, from which a hint suggests one. */
export function shellError(
  code: ShellCode,
  finding: { text?: string; detail?: number | string; known?: readonly string[]; path?: string; again?: string } = {},
): PylockError {
  const words = { code, ...SHELL_WORDS[code] };
  const { text = "", detail = null, known = [], path = null, again = POETRY_LOCK } = finding;
  const failure = { ...spoken(words, { text, bytes: new Uint8Array(), detail, known, again }), path, ...NOWHERE };
  return new PylockError(failure, words.exit ?? 1);
}

/** The failures of the shell itself. */
export const SHELL_CODES = [
  "internal",
  "file-not-found",
  "file-unreadable",
  "file-unwritable",
  "lock-not-found",
  "several-locks",
  "unknown-lock-format",
  "unsupported-lock-format",
  "stale-lock",
  "pyproject-utf8",
  "pyproject-toml",
  "pyproject-type",
  "pyproject-control-character",
  "pyproject-group-missing",
  "pyproject-group-cycle",
  "unknown-command",
  "missing-command",
  "unknown-option",
  "missing-value",
  "missing-word",
  "not-locked",
  "unwanted-value",
  "repeated-option",
  "too-many-words",
  "bad-value",
  "conflicting-options",
  "unknown-group",
  "unknown-extra",
  "unknown-member",
  "no-workspace",
  "unknown-target",
  "unknown-python",
  "target-python",
  "unknown-system",
  "unknown-machine",
  "no-target",
  "out-of-date",
  "library-missing",
  "sources-missing",
  "sources-record",
  "index-missing",
  "index-page",
  "not-in-index",
  "offline",
  "address-refused",
  "download-failed",
  "hash-mismatch",
  "hash-unknown",
  "archive-refused",
  "archive-damaged",
  "source-refused",
  "git-failed",
  "jobs",
  "unrecorded-git",
  "requirements-cycle",
  "requirements-address",
  "requirements-includes",
  "requirements-outside",
  "requirements-constraint",
  "file-names-missing",
  "missing-path",
  "file-special",
  "hash-algorithm",
  "unpacked-cache",
] as const;
export type ShellCode = (typeof SHELL_CODES)[number];

/** No position is known. */
export const NOWHERE: { offset: null; size: null; line: null; column: null } = {
  offset: null,
  size: null,
  line: null,
  column: null,
};

// --- The table --------------------------------------------------------------------------------------------------------

/** What the words are about. */
interface Finding {
  /** The text of the span, or the word in question. */
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly detail: number | string | null;
  /** The words that would have been right. */
  readonly known: readonly string[];
  /** How the lock is made anew: a command in backquotes. */
  readonly again: string;
}

const POETRY_LOCK = "`poetry lock`";

interface Words {
  readonly code: string;
  readonly message: (finding: Finding) => string;
  readonly hint?: (finding: Finding) => string | null;
  readonly exit?: ExitCode;
}

/** `again` is the command that makes the lock, in backquotes, or words for it. */
const lockAgainWith = (again: string) => `make the lock anew with ${again}`;
const editedWith = (again: string) =>
  `locks are written by a tool: if this one was edited or merged by hand, make it anew with ${again}`;
const REPORT = "this is a bug of pylock2nix: please report it with the lock that shows it";
const lockAgain = ({ again }: Finding) => lockAgainWith(again);
const edited = ({ again }: Finding) => editedWith(again);
const report = () => REPORT;
const requirementsAgain = () =>
  "make them anew with `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`";

/** The variables of PEP 508, and the older names that packaging still takes. */
const MARKER_VARIABLES = [
  "os_name",
  "sys_platform",
  "platform_machine",
  "platform_python_implementation",
  "platform_release",
  "platform_system",
  "platform_version",
  "python_version",
  "python_full_version",
  "implementation_name",
  "implementation_version",
  "extra",
  "extras",
  "dependency_groups",
];

const STATUS_WORDS: Readonly<Record<number, Words>> = {
  [abi.STATUS_INPUT_TOO_LARGE]: {
    code: "input-too-large",
    message: () => `cannot read the file: it is larger than ${abi.INPUT_LIMIT / 1048576} MiB`,
  },
  [abi.STATUS_OUT_OF_MEMORY]: {
    code: "out-of-memory",
    message: () => "cannot read the lock: the memory that WebAssembly can have is used up",
  },
  [abi.STATUS_COLLISIONS]: {
    code: "too-many-collisions",
    message: () => "cannot read the file: its names were made so that they slow down reading",
    hint: () => "such names do not come about by chance: look where the file comes from",
  },

  [abi.STATUS_TOML_UTF8]: {
    code: "toml-utf8",
    message: ({ bytes }) => `cannot read TOML: found ${byteName(bytes[0])}, expected UTF-8`,
    hint: () => "save the file as UTF-8",
  },
  [abi.STATUS_TOML_CONTROL]: {
    code: "toml-control-character",
    message: ({ text }) =>
      `cannot read TOML: found the control character ${codePointName(text)}, which must be escaped`,
    hint: edited,
  },
  [abi.STATUS_TOML_KEY]: {
    code: "toml-key",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected a key`,
    hint: edited,
  },
  [abi.STATUS_TOML_EQUALS]: {
    code: "toml-equals",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected \`=\` after the key`,
    hint: edited,
  },
  [abi.STATUS_TOML_VALUE]: {
    code: "toml-value",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected a value`,
    hint: ({ text, again }) =>
      /^[A-Za-z]/.test(text) ? "a string needs quotes; only `true` and `false` are bare words" : editedWith(again),
  },
  [abi.STATUS_TOML_STRING_END]: {
    code: "toml-string-end",
    message: () => "cannot read TOML: found no closing quote for this string",
    hint: ({ again }) => `is the file complete? A lock that was cut off is made anew with ${again}`,
  },
  [abi.STATUS_TOML_ESCAPE]: {
    code: "toml-escape",
    message: ({ text }) =>
      `cannot read TOML: found the escape ${found(text)}, expected one of \\b \\t \\n \\f \\r \\" \\\\ \\uXXXX \\UXXXXXXXX`,
    hint: () => "a backslash itself is written `\\\\`, or the string put in single quotes",
  },
  [abi.STATUS_TOML_NUMBER]: {
    code: "toml-number",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected a number`,
    hint: () => 'a version needs quotes: `"1.0.0"`',
  },
  [abi.STATUS_TOML_DATETIME]: {
    code: "toml-datetime",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected a date and time as in RFC 3339`,
    hint: edited,
  },
  [abi.STATUS_TOML_HEADER]: {
    code: "toml-header",
    message: ({ text }) =>
      `cannot read TOML: found ${found(text)}, expected the header to end as it began, with \`]\` or \`]]\``,
    hint: edited,
  },
  [abi.STATUS_TOML_LINE_END]: {
    code: "toml-line-end",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected the end of the line`,
    hint: edited,
  },
  [abi.STATUS_TOML_ARRAY]: {
    code: "toml-array",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected \`,\` or \`]\` in this array`,
    hint: edited,
  },
  [abi.STATUS_TOML_INLINE_TABLE]: {
    code: "toml-inline-table",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected \`,\` or \`}\` in this inline table`,
    hint: () => "an inline table stands on one line and has no trailing comma",
  },
  [abi.STATUS_TOML_DUPLICATE_KEY]: {
    code: "toml-duplicate-key",
    message: ({ text }) => `cannot read TOML: the key ${found(text)} is already there in this table`,
    hint: edited,
  },
  [abi.STATUS_TOML_REDEFINED]: {
    code: "toml-redefined",
    message: ({ text }) => `cannot read TOML: ${found(text)} is defined above, and cannot be defined again or added to`,
    hint: edited,
  },
  [abi.STATUS_TOML_DEPTH]: {
    code: "toml-depth",
    message: ({ detail }) => `cannot read TOML: found more than ${detail ?? 128} values within one another`,
  },

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

  [abi.STATUS_VERSION]: {
    code: "version",
    message: ({ text }) => `cannot parse version: found ${found(text)}, expected a version as in PEP 440`,
  },
  [abi.STATUS_SPECIFIER]: {
    code: "specifier",
    message: ({ text }) => `cannot parse version specifier: found ${found(text)}, expected one as in PEP 440`,
    hint: () => "such as `>=1.2,<2`",
  },
  [abi.STATUS_CONSTRAINT]: {
    code: "constraint",
    message: ({ text }) => `cannot parse version constraint: found ${found(text)}, expected one as Poetry takes it`,
    hint: () => "such as `^1.2`, `~1.2`, `>=1.2,<2`, `1.2.*` or `<2 || >=3`",
  },
  [abi.STATUS_NAME]: {
    code: "name",
    message: ({ text }) =>
      `cannot parse name: found ${found(text)}, expected letters, digits and \`-\`, \`_\` or \`.\` between them`,
  },
  [abi.STATUS_MARKER_VARIABLE]: {
    code: "marker-variable",
    message: ({ text }) => `cannot parse marker: unknown variable ${found(text)}`,
    hint: ({ text }) => suggestion(text, MARKER_VARIABLES) ?? listed("variables", MARKER_VARIABLES),
  },
  [abi.STATUS_MARKER_OPERATOR]: {
    code: "marker-operator",
    message: ({ text }) => `cannot parse marker: found ${found(text)}, expected an operator`,
    hint: () => "operators are == != < <= > >= ~= === in, not in",
  },
  [abi.STATUS_MARKER_OPERAND]: {
    code: "marker-operand",
    message: ({ text }) => `cannot parse marker: found ${found(text)}, expected a variable or a string in quotes`,
  },
  [abi.STATUS_MARKER_STRING]: {
    code: "marker-string",
    message: () => "cannot parse marker: found no closing quote for this string",
  },
  [abi.STATUS_MARKER_PARENTHESIS]: {
    code: "marker-parenthesis",
    message: () => "cannot parse marker: found no `)` for this parenthesis",
  },
  [abi.STATUS_MARKER_END]: {
    code: "marker-end",
    message: ({ text }) =>
      `cannot parse marker: found ${found(text)}, expected \`and\`, \`or\` or the end of the marker`,
  },
  [abi.STATUS_MARKER_DEPTH]: {
    code: "marker-depth",
    message: ({ detail }) => `cannot parse marker: found more than ${detail ?? 64} parentheses within one another`,
  },
  [abi.STATUS_MARKER_UNDEFINED]: {
    code: "marker-undefined",
    message: ({ text }) => `cannot evaluate marker: the comparison ${found(text)} has no meaning`,
    hint: () => "one side must be a variable, the other a string that can be compared with it",
  },
  [abi.STATUS_REQUIREMENT]: {
    code: "requirement",
    message: ({ text }) => `cannot parse requirement: found ${found(text)}, expected one as in PEP 508`,
    hint: () => "such as `requests[socks] >=2.31,<3; python_version >= '3.9'`",
  },
  [abi.STATUS_WHEEL_NAME]: {
    code: "wheel-name",
    message: ({ text }) =>
      `cannot parse file name: found ${found(text)}, expected a wheel's: name-version-python-abi-platform.whl`,
  },
  [abi.STATUS_SDIST_NAME]: {
    code: "sdist-name",
    message: ({ text }) =>
      `cannot parse file name: found ${found(text)}, expected a source distribution's: name-version.tar.gz`,
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

  [abi.STATUS_JSON_UTF8]: {
    code: "json-utf8",
    message: ({ bytes }) => `cannot read JSON: found ${byteName(bytes[0])}, expected UTF-8`,
    hint: () => "save the file as UTF-8",
  },
  [abi.STATUS_JSON_CONTROL]: {
    code: "json-control-character",
    message: ({ text }) =>
      `cannot read JSON: found the control character ${codePointName(text)}, which must be escaped`,
    hint: edited,
  },
  [abi.STATUS_JSON_STRING_END]: {
    code: "json-string-end",
    message: () => "cannot read JSON: found no closing quote for this string",
    hint: ({ again }) => `is the file complete? A lock that was cut off is made anew with ${again}`,
  },
  [abi.STATUS_JSON_ESCAPE]: {
    code: "json-escape",
    message: ({ text }) =>
      `cannot read JSON: found the escape ${found(text)}, expected one of \\b \\f \\n \\r \\t \\" \\\\ \\/ \\uXXXX`,
    hint: () => "beyond U+FFFF a character is two escapes, a surrogate pair",
  },
  [abi.STATUS_JSON_NUMBER]: {
    code: "json-number",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected a number`,
    hint: edited,
  },
  [abi.STATUS_JSON_VALUE]: {
    code: "json-value",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected a value`,
    hint: edited,
  },
  [abi.STATUS_JSON_KEY]: {
    code: "json-key",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected a key in double quotes`,
    hint: () => "JSON has no trailing commas and no comments",
  },
  [abi.STATUS_JSON_COLON]: {
    code: "json-colon",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected \`:\` after the key`,
    hint: edited,
  },
  [abi.STATUS_JSON_COMMA]: {
    code: "json-comma",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected \`,\` or the closing bracket`,
    hint: edited,
  },
  [abi.STATUS_JSON_END]: {
    code: "json-end",
    message: ({ text }) => `cannot read JSON: found ${found(text)} behind the value, expected the end of the text`,
    hint: edited,
  },
  [abi.STATUS_JSON_DEPTH]: {
    code: "json-depth",
    message: ({ detail }) => `cannot read JSON: found more than ${detail ?? 128} values within one another`,
  },

  [abi.STATUS_PYLOCK_VERSION]: {
    code: "pylock-version",
    message: ({ text }) => `cannot read pylock.toml: found lock-version ${found(text)}, expected 1.x`,
    hint: () => "update pylock2nix, or lock for version 1.0 of the format",
  },
  [abi.STATUS_PYLOCK_MISSING]: {
    code: "pylock-missing-key",
    message: ({ detail }) => `cannot read pylock.toml: found no ${name(detail, "key that must be")} here`,
    hint: () => "PEP 751 requires it: make the lock anew, or report it to the tool that wrote it",
  },
  [abi.STATUS_PYLOCK_SOURCES]: {
    code: "pylock-sources",
    message: ({ text }) =>
      `cannot read pylock.toml: ${found(text)} must have exactly one of vcs, directory and archive, or else sdist or wheels`,
    hint: edited,
  },
  [abi.STATUS_PYLOCK_PLACE]: {
    code: "pylock-place",
    message: () => "cannot read pylock.toml: found neither url nor path for this file",
    hint: edited,
  },
  [abi.STATUS_PYLOCK_VCS]: {
    code: "pylock-vcs",
    message: ({ text }) => `cannot read pylock.toml: found the version control system ${found(text)}, expected git`,
    hint: () => "only git commits can be fetched by Nix; lock a release instead",
  },
  [abi.STATUS_PYLOCK_NAME]: {
    code: "pylock-name",
    message: ({ text }) => `cannot read pylock.toml: found the name ${found(text)}, expected it normalised`,
    hint: () => "in lower case, with single hyphens (PEP 503); pip and packaging refuse it, too",
  },
  [abi.STATUS_PYLOCK_OTHER_NAME]: {
    code: "pylock-file-of-another-package",
    message: ({ text, detail }) =>
      `cannot read pylock.toml: found the file ${found(text)}, expected one of ${name(detail, "its package")}`,
    hint: edited,
  },
  [abi.STATUS_PYLOCK_OTHER_VERSION]: {
    code: "pylock-file-of-another-version",
    message: ({ text, detail }) =>
      `cannot read pylock.toml: found the file ${found(text)}, expected one of version ${name(detail, "that is locked")}`,
    hint: edited,
  },
  [abi.STATUS_PYLOCK_NEWER]: {
    code: "pylock-newer",
    message: ({ text }) => `the lock-version ${found(text)} is newer than 1.0, the newest that is known`,
    hint: () => "what it adds is not read; update pylock2nix",
  },
  [abi.STATUS_PYLOCK_ENVIRONMENT]: {
    code: "pylock-environment",
    message: () => "the lock is for other environments: none of those that it lists is this target's",
    hint: () => "choose another target, or lock for this one, too",
  },
  [abi.STATUS_PYLOCK_PACKAGE_PYTHON]: {
    code: "pylock-package-python",
    message: ({ text, detail }) =>
      `${name(detail, "a selected package")} needs Python ${text}, this target has another`,
    hint: () => "choose another target, or widen the project's Python requirement and lock again",
  },
  [abi.STATUS_SELECTED_TWICE]: {
    code: "selected-twice",
    message: ({ detail }) => `${name(detail, "a package")} is selected twice: two entries for it hold at the same time`,
    hint: () => "choose other groups or extras, or lock again",
  },

  [abi.STATUS_PDM_VERSION]: {
    code: "pdm-version",
    message: ({ text }) => `cannot read pdm.lock: found lock_version ${found(text)}, expected 4.x`,
    hint: () => "make the lock anew with a PDM from 2.8 on: `pdm lock --update-reuse`",
  },
  [abi.STATUS_PDM_MISSING]: {
    code: "pdm-missing-key",
    message: ({ detail }) => `cannot read pdm.lock: found no ${name(detail, "key that must be")} here`,
    hint: () => "PDM before 1.0 wrote none; make the lock anew with `pdm lock --update-reuse`",
  },
  [abi.STATUS_PDM_NEWER]: {
    code: "pdm-newer",
    message: ({ text }) => `the lock_version ${found(text)} is newer than 4.5, the newest that is known`,
    hint: () => "what it adds is not read; update pylock2nix",
  },
  [abi.STATUS_PDM_TARGET]: {
    code: "pdm-target",
    message: () => "the lock is for other targets: none of those that it lists is compatible with this one",
    hint: () => "choose another target, or add this one: `pdm lock --append --platform ... --python ...`",
  },

  [abi.STATUS_PIPFILE_SPEC]: {
    code: "pipfile-spec",
    message: ({ text }) => `cannot read Pipfile.lock: found pipfile-spec ${found(text)}, expected 6`,
    hint: () => "make the lock anew with `pipenv lock`",
  },
  [abi.STATUS_PIPFILE_MISSING]: {
    code: "pipfile-missing-key",
    message: () => "cannot read Pipfile.lock: found no `_meta` here",
    hint: () => "is this the right file? `--format` says which format to expect",
  },
  [abi.STATUS_PIPFILE_PIN]: {
    code: "pipfile-pin",
    message: ({ text }) =>
      `cannot read Pipfile.lock: found ${found(text)}, expected one version (\`==1.2.3\`) or a commit`,
    hint: () => "make the lock anew with `pipenv lock`",
  },

  [abi.STATUS_REQUIREMENTS_PIN]: {
    code: "requirements-pin",
    message: ({ text }) =>
      `cannot read requirements: found ${found(text)}, expected one version (\`==1.2.3\`) or a URL`,
    hint: requirementsAgain,
  },
  [abi.STATUS_REQUIREMENTS_HASH]: {
    code: "requirements-hash",
    message: ({ text }) =>
      `cannot read requirements: found no hash for ${found(text)}, expected one for each requirement`,
    hint: requirementsAgain,
  },
  [abi.STATUS_REQUIREMENTS_UNHASHABLE]: {
    code: "requirements-unhashable",
    message: ({ text }) => `cannot read requirements: found ${found(text)}, expected what has a hash`,
    hint: () => "checkouts and folders have none, and pip refuses them beside hashes; pylock.toml can lock them",
  },
  [abi.STATUS_REQUIREMENTS_OPTION]: {
    code: "requirements-option",
    message: ({ text }) => `cannot read requirements: found the option ${found(text)}, which pip does not know here`,
    hint: ({ text }) =>
      suggestion(text, ["--hash", "--requirement", "--constraint", "--index-url", "--extra-index-url"]),
  },
  [abi.STATUS_REQUIREMENTS_INCLUDE]: {
    code: "requirements-include",
    message: ({ text }) => `cannot read requirements: found ${found(text)}, expected the file's own lines here`,
    hint: () => "an include takes one path on one line; included files are put in before the text is read",
  },
  [abi.STATUS_REQUIREMENTS_UTF8]: {
    code: "requirements-utf8",
    message: ({ bytes }) => `cannot read requirements: found ${byteName(bytes[0])}, expected UTF-8`,
    hint: () => "save the file as UTF-8",
  },
  [abi.STATUS_REQUIREMENTS_IGNORED]: {
    code: "requirements-ignored",
    message: ({ text }) => `${found(text)} is not taken into account`,
    hint: () => "say it to pylock2nix: `--no-binary`, `--only-binary`, or an override in Nix",
  },
  [abi.STATUS_REQUIREMENTS_DISJOINT]: {
    code: "requirements-disjoint",
    message: ({ detail }) =>
      `cannot read requirements: ${name(detail, "a package")} is required twice, with no hash in common`,
    hint: requirementsAgain,
  },

  [abi.STATUS_CONDA_VERSION]: {
    code: "conda-version",
    message: ({ text }) => `cannot read conda-lock.yml: found version ${found(text)}, expected 1`,
    hint: () => "make the lock anew with `conda-lock`",
  },
  [abi.STATUS_CONDA_LINE]: {
    code: "conda-line",
    message: ({ text }) => `cannot read conda-lock.yml: found ${found(text)}, expected a line as conda-lock writes it`,
    hint: () => "only what conda-lock itself writes is read, not YAML at large: make the lock anew with `conda-lock`",
  },
  [abi.STATUS_CONDA_MISSING]: {
    code: "conda-missing-key",
    message: ({ detail }) => `cannot read conda-lock.yml: found no ${name(detail, "key that must be")} here`,
    hint: () => "make the lock anew with `conda-lock`",
  },
  [abi.STATUS_CONDA_PLATFORM]: {
    code: "conda-platform",
    message: ({ detail }) => `the lock has nothing for the platform ${name(detail, "of this target")}`,
    hint: () => "lock for it, too: `conda-lock --platform`",
  },
  [abi.STATUS_CONDA_COMMIT]: {
    code: "conda-commit",
    message: ({ text }) => `cannot read conda-lock.yml: found ${found(text)}, expected a commit behind \`@\``,
    hint: () => "make the lock anew with `conda-lock`",
  },
  [abi.STATUS_CONDA_TEXT]: {
    code: "conda-text",
    message: ({ text }) =>
      `cannot read conda-lock.yml: found ${found(text)}, expected a plain or a quoted text on this line`,
    hint: () => "only what conda-lock itself writes is read, not YAML at large: make the lock anew with `conda-lock`",
  },

  [abi.STATUS_NAR_NAME]: {
    code: "tree-name",
    message: ({ text }) =>
      `cannot hash the folder: found the name ${found(text)}, expected one of 1 to ${abi.NAR_NAME_LIMIT} bytes without slash`,
  },
  [abi.STATUS_NAR_ORDER]: {
    code: "tree-order",
    message: ({ text }) => `cannot hash the folder: ${found(text)} comes after a name that it must stand before`,
    hint: report,
    exit: 70,
  },
  [abi.STATUS_NAR_SIZE]: {
    code: "tree-file-size",
    message: () => "cannot hash the folder: a file has not as many bytes as it had when it was opened",
    hint: () => "try again when nothing writes there",
  },
  [abi.STATUS_NAR_PLACE]: {
    code: "tree-event",
    message: () => "cannot hash the folder: it was told in a wrong order",
    hint: report,
    exit: 70,
  },
  [abi.STATUS_NAR_DEPTH]: {
    code: "tree-depth",
    message: () => `cannot hash the folder: found more than ${abi.NAR_DEPTH_LIMIT} folders within one another`,
  },
};

const UNKNOWN_STATUS: Words = {
  code: "internal",
  message: () => "the core failed in a way that has no words",
  hint: report,
  exit: 70,
};

const SHELL_WORDS: Readonly<Record<ShellCode, Omit<Words, "code">>> = {
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
  "unknown-command": {
    message: ({ text }) => `there is no command \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("commands", known),
    exit: 2,
  },
  "missing-command": {
    message: () => "no command given",
    hint: ({ known }) => listed("commands", known),
    exit: 2,
  },
  "unknown-option": {
    message: ({ text, detail }) => `\`${detail}\` has no option \`${text}\``,
    hint: ({ text, known, detail }) => suggestion(text, known) ?? `\`pylock2nix ${detail} --help\` lists them`,
    exit: 2,
  },
  "missing-value": {
    message: ({ text, detail }) => `\`${text}\` needs a value: \`${text} ${detail}\``,
    exit: 2,
  },
  "missing-word": {
    message: ({ text, detail }) => `\`${text}\` needs ${detail}`,
    hint: ({ text }) => `\`pylock2nix ${text} --help\` shows how`,
    exit: 2,
  },
  "not-locked": {
    message: ({ text }) => `there is no package \`${text}\` in the lock`,
    hint: ({ text, known }) => suggestion(text, known) ?? null,
  },
  "unwanted-value": {
    message: ({ text }) => `\`${text}\` takes no value`,
    exit: 2,
  },
  "repeated-option": {
    message: ({ text }) => `\`${text}\` is given more than once`,
    exit: 2,
  },
  "too-many-words": {
    message: ({ text, detail }) => `\`${detail}\` takes one path, found \`${text}\` as well`,
    hint: () => "options come with two hyphens; a path with spaces needs quotes",
    exit: 2,
  },
  "bad-value": {
    message: ({ text, detail }) => `\`${detail}\` cannot be \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? `expected ${orList(known)}`,
    exit: 2,
  },
  "conflicting-options": {
    message: ({ text, detail }) => `\`${text}\` and \`${detail}\` contradict each other`,
    exit: 2,
  },
  "unknown-group": {
    message: ({ text }) => `there is no dependency group \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("groups", known),
    exit: 2,
  },
  "unknown-member": {
    message: ({ text }) => `there is no member \`${text}\` in this workspace`,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("members", known),
    exit: 2,
  },
  "no-workspace": {
    message: ({ text }) => `\`${text}\` has no workspace: \`--package\` and \`--all-packages\` are for uv.lock`,
    exit: 2,
  },
  "unknown-extra": {
    message: ({ text }) => `there is no extra \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("extras", known),
    exit: 2,
  },
  "unknown-target": {
    message: ({ text }) => `there is no target \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? "`pylock2nix targets` lists them",
    exit: 2,
  },
  "unknown-python": {
    message: ({ text }) => `\`--python\` cannot be \`${text}\``,
    hint: ({ known }) => `give one of ${orList(known)}, or a whole version such as 3.12.4`,
    exit: 2,
  },
  "target-python": {
    message: ({ text, detail }) => `\`--python ${text}\` does not fit the target \`${detail}\``,
    hint: () => "leave `--target` out, or name targets of that Python",
    exit: 2,
  },
  "unknown-system": {
    message: ({ text }) => `there is no system \`${text}\``,
    hint: ({ text, known }) => suggestion(text, known) ?? listed("systems", known),
    exit: 2,
  },
  "unknown-machine": {
    message: ({ text }) => `there is no target for this machine (${text})`,
    hint: () => "say which one to look at: `--target` or `--system`",
    exit: 2,
  },
  "no-target": {
    message: ({ text }) => `no target can be resolved: \`${text}\` is refused on each`,
    hint: () => "choose others with `--target` or `--python`",
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
  "sources-missing": {
    message: ({ text, detail }) => `${detail} of \`${text}\` cannot be had`,
    hint: () => "what was found is recorded: run `pylock2nix prefetch` again to go on from here",
  },
  "sources-record": {
    message: ({ text, detail }) => `cannot read \`${text}\`: ${detail}`,
    hint: () => "remove the file, or its entry, and run `pylock2nix prefetch`",
  },
  "index-missing": {
    message: () => "cannot ask a package index: the lock names none, and no setting does",
    hint: () => "set PIP_INDEX_URL or UV_DEFAULT_INDEX, `index-url` in pip.conf, or give `--index`",
  },
  "index-page": {
    message: ({ text, detail }) => `cannot read the index page ${text}: ${detail}`,
  },
  "not-in-index": {
    message: ({ text, detail }) => `cannot find ${text} in ${detail}`,
    hint: () => "the file may have been withdrawn, or is in another index: `--index`",
  },
  offline: {
    message: ({ text }) => `cannot find ${text} in the wheelhouse`,
    hint: () => "put the file there, or leave `--wheelhouse` out; git sources and addresses need the network",
  },
  "address-refused": {
    message: ({ text, detail }) => `cannot use the address \`${text}\`: ${detail}`,
  },
  "download-failed": {
    message: ({ text, detail }) => `cannot fetch ${text}: ${detail}`,
    hint: ({ detail }) =>
      String(detail).includes("credentials")
        ? "give them in netrc, or as POETRY_HTTP_BASIC_NAME_USERNAME and POETRY_HTTP_BASIC_NAME_PASSWORD"
        : null,
  },
  "hash-mismatch": {
    message: ({ text, detail, known }) =>
      `${text} is not the file that was locked: found ${known[0]}, expected ${detail}`,
    hint: () => "somebody changed the file, or the lock is of another one: do not install it before you know which",
  },
  "hash-unknown": {
    message: ({ text, detail }) => `cannot check ${text}: the lock has its hash in ${detail}, which is not known here`,
  },
  "archive-refused": {
    message: ({ detail }) => `the archive is refused: ${detail}`,
  },
  "archive-damaged": {
    message: ({ detail }) => `the archive is damaged: ${detail}`,
  },
  "source-refused": {
    message: ({ text, detail }) => `cannot take the ${text} as it is: ${detail}`,
  },
  "git-failed": {
    message: ({ text, detail }) => `cannot check out ${text}: ${detail}`,
  },
  jobs: {
    message: ({ text }) => `\`--jobs\` cannot be \`${text}\``,
    hint: () => "give a number from 1 to 64",
    exit: 2,
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
  "missing-path": {
    message: ({ detail }) => `\`${detail}\` needs a path`,
    hint: () => "a folder, a file, or `-` for standard input",
    exit: 2,
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

/** For tests: every status that has words. */
export const KNOWN_STATUSES: ReadonlySet<number> = new Set(Object.keys(STATUS_WORDS).map(Number));

// --- Helpers ----------------------------------------------------------------------------------------------------------

function spoken(words: Words, finding: Finding): Pick<Failure, "code" | "message" | "hint"> {
  return { code: words.code, message: words.message(finding), hint: words.hint?.(finding) ?? null };
}

/** A span's text, in backquotes and on one line; its first 60 characters. */
function found(text: string): string {
  if (text === "") return "the end of the text";
  if (text === "\n" || text === "\r\n" || text === "\r") return "the end of the line";
  const characters = Array.from(text, visible);
  return `\`${characters.slice(0, 60).join("")}${characters.length > 60 ? "…" : ""}\``;
}

/** A character as it can be printed: control characters as U+XXXX. */
export function visible(character: string): string {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character) ? codePointName(character) : character;
}

function codePointName(text: string): string {
  return `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function byteName(byte: number | undefined): string {
  return byte === undefined ? "an incomplete character" : `the byte 0x${byte.toString(16).padStart(2, "0")}`;
}

function name(detail: number | string | null, otherwise: string): string {
  return typeof detail === "string" ? `\`${detail}\`` : otherwise;
}

function expected(detail: number | string | null, otherwise: string): string {
  return typeof detail === "string" ? detail : otherwise;
}

function suggestion(word: string, known: readonly string[]): string | null {
  const best = closest(word, known);
  return best === null ? null : `did you mean \`${best}\`?`;
}

function listed(what: string, known: readonly string[]): string {
  return known.length === 0 ? `there are no ${what}` : `${what} are ${known.join(", ")}`;
}

function andList(words: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(words.map((word) => `\`${word}\``));
}

function orList(words: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "disjunction" }).format(words);
}
