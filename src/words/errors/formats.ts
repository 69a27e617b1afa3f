// Words for what pylock.toml, pdm.lock, Pipfile.lock, requirements.txt and conda-lock.yml must and must not say.

import * as abi from "../../core/abi.ts";
import { byteName, edited, found, name, requirementsAgain, type StatusWords, suggestion } from "./words.ts";

export const FORMAT_WORDS: StatusWords = {
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
    message: ({ text }) => `the name ${found(text)} is not normalised: uv takes it, pip and packaging refuse the file`,
    hint: () => "PEP 751 demands lower case and single hyphens: tell the tool that wrote it",
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
    hint: () =>
      "a checkout of git has its whole commit, `git+https://...@<40 hex digits>`; a folder has no hash of its own",
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
  [abi.STATUS_REQUIREMENTS_UNHASHED]: {
    code: "requirements-unhashed",
    message: ({ text }) => `${found(text)} has no hash: uv installs it, pip refuses it beside hashes`,
    hint: () =>
      "for pip, too: leave local projects out (`uv export --no-emit-local`), and lock with pylock.toml what is left",
  },
  [abi.STATUS_REQUIREMENTS_NAME]: {
    code: "requirements-name",
    message: ({ text }) => `cannot read requirements: found ${found(text)}, expected a name for it`,
    hint: () => "write `name @ path`: neither its own name nor a pyproject.toml in it tells the project's",
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
};
