// Fixtures of uv with their projects changed, and what `uv lock --check` of uv 0.13.9 said to each.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";

export const FIXTURES = "test/fixtures/uv/";
export const PYPROJECT = "pyproject.toml";

/** A text of a file that is there once, and what takes its place. */
export type Change = readonly [file: string, from: string, to: string];

/** A copy of a fixture with texts of its files replaced, in a new folder. */
export function changedFixture(fixture: string, changes: readonly Change[]): string {
  const folder = mkdtempSync(join(tmpdir(), "uv-fresh-"));
  cpSync(FIXTURES + fixture, folder, { recursive: true });
  for (const [file, from, to] of changes) {
    const path = join(folder, file);
    const text = from === "" ? "" : readFileSync(path, "utf8");
    assert.ok(text.includes(from), `${fixture}: ${file} has ${from}`);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, from === "" ? to : text.replace(from, to));
  }
  return folder;
}

/** The script of a fixture with its text changed, as hello.py beside its lock. */
export function changedScript(change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), "uv-fresh-"));
  cpSync(`${FIXTURES}okay-script/uv.lock`, join(folder, "hello.py.lock"));
  writeFileSync(join(folder, "hello.py"), change(readFileSync(`${FIXTURES}okay-script/script.py`, "utf8")));
  return folder;
}

/** Name, fixture, changes, and why uv locks anew. */
export const STALE: readonly (readonly [string, string, readonly Change[], string])[] = [
  [
    "a requirement more",
    "okay-extras",
    [[PYPROJECT, "dependencies = [", 'dependencies = ["delta", ']],
    "`demo` requires `delta` in another way than the lock was made for",
  ],
  [
    "a requirement less",
    "okay-groups",
    [[PYPROJECT, "dependencies = [", "dependencies = [] # ["]],
    "`demo` requires `",
  ],
  [
    "another bound",
    "okay-text-order",
    [[PYPROJECT, '"gamma;', '"gamma>=1;']],
    "`demo` requires `gamma` in another way than the lock was made for",
  ],
  [
    "another marker",
    "okay-text-order",
    [[PYPROJECT, "gamma; os_name >= 'posix'", "gamma; os_name == 'nt'"]],
    "`demo` requires `gamma` in another way than the lock was made for",
  ],
  [
    "other Pythons",
    "okay-text-order",
    [[PYPROJECT, '">=3.9"', '">=3.8"']],
    "`requires-python` is >=3.8, and the lock is for >=3.9",
  ],
  [
    "a group more",
    "okay-text-order",
    [[PYPROJECT, "[project]", "[dependency-groups]\nnew = []\n[project]"]],
    "the group `new` of `demo` is new",
  ],
  [
    "an extra more",
    "okay-text-order",
    [[PYPROJECT, "[project]", "[project.optional-dependencies]\nnew = []\n[project]"]],
    "the extras of `demo` have changed",
  ],
  ["another name", "okay-text-order", [[PYPROJECT, '"demo"', '"renamed"']], "the lock has no project `renamed`"],
  [
    "another version",
    "okay-text-order",
    [[PYPROJECT, 'version = "1.0"', 'version = "1.1"']],
    "`demo` is 1.1, and the lock has 1.0",
  ],
  [
    "a build system",
    "okay-text-order",
    [[PYPROJECT, "[project]", "[build-system]\nrequires = []\n[project]"]],
    "`demo` is a package that is built now",
  ],
  [
    "a constraint",
    "okay-text-order",
    [[PYPROJECT, "[project]", '[tool.uv]\nconstraint-dependencies = ["gamma<2"]\n[project]']],
    "the constraints have changed",
  ],
  [
    "the lowest versions",
    "okay-text-order",
    [[PYPROJECT, "[project]", '[tool.uv]\nresolution = "lowest"\n[project]']],
    "`tool.uv.resolution` is lowest, and the lock was made with highest",
  ],
  [
    "uv.toml beside it",
    "okay-text-order",
    [["uv.toml", "", 'prerelease = "allow"\n']],
    "`tool.uv.prerelease` is allow, and the lock was made with if-necessary",
  ],
  [
    "environments",
    "okay-text-order",
    [[PYPROJECT, "[project]", "[tool.uv]\nenvironments = [\"sys_platform == 'linux'\"]\n[project]"]],
    "`tool.uv.environments` has changed",
  ],
  [
    "a member's requirement",
    "okay-workspace",
    [["packages/a/pyproject.toml", "dependencies = [", 'dependencies = ["zeta", ']],
    "`member-a` requires `zeta` in another way than the lock was made for",
  ],
  [
    "a member more",
    "okay-workspace",
    [["packages/new/pyproject.toml", "", '[project]\nname = "new"\nversion = "1"\n']],
    "`new` is a member of the workspace, and was none",
  ],
];

/** What is written in another way and means the same to uv. */
export const FRESH: readonly (readonly [string, string, readonly Change[]])[] = [
  ["other words", "okay-text-order", [[PYPROJECT, "[project]", '[project]\ndescription = "other words"']]],
  ["a version as long as it likes", "okay-text-order", [[PYPROJECT, 'version = "1.0"', 'version = "1.0.0"']]],
  ["a name in capitals", "okay-text-order", [[PYPROJECT, '"demo"', '"Demo"']]],
  [
    "a requirement twice",
    "okay-text-order",
    [[PYPROJECT, "dependencies = [", "dependencies = [\"gamma; os_name == 'posix' and python_version < '3.12'\", "]],
  ],
  [
    "the same marker",
    "okay-text-order",
    [[PYPROJECT, "os_name >= 'posix'", "'posix' == os_name and python_version > '3.5'"]],
  ],
  ["the same Pythons", "okay-text-order", [[PYPROJECT, '">=3.9"', '">=3.9.0,!=3.9.1"']]],
  [
    "a constraint that nothing asks about",
    "okay-text-order",
    [[PYPROJECT, "[project]", '[tool.uv]\nconstraint-dependencies = ["unknown<2"]\n[project]']],
  ],
];

const ended = (more: string) => (text: string) => text.replace(/# \/\/\/\n$/, `${more}# ///\n`);
/** What `uv lock --script --check` said to each: null is fresh. */
export const SCRIPTS: readonly (readonly [string, (text: string) => string, string | null])[] = [
  ["as it was locked", (text) => text, null],
  ["other code", (text) => `#!/usr/bin/env python3\n${text}print("hello")\n`, null],
  ["CRLF", (text) => text.replaceAll("\n", "\r\n"), null],
  ["white space", (text) => text.replace("beta<2;", "beta < 2 ;"), null],
  ["one more", (text) => text.replace('"alpha[speed]"', '"alpha[speed]", "gamma"'), "the script requires `gamma`"],
  ["a version", (text) => text.replace("beta<2;", "beta<1.5;"), "the script requires `beta`"],
  ["a marker", (text) => text.replace("'linux'", "'win32'"), "the script requires `engine`"],
  ["an extra", (text) => text.replace("alpha[speed]", "alpha"), "the script requires `alpha`"],
  ["no metadata", (text) => text.replace("/// script", "// script"), "the script requires `alpha`"],
  ["Python", (text) => text.replace('">=3.10"', '">=3.11"'), "`requires-python` is >=3.11"],
  ["a constraint", ended('# [tool.uv]\n# constraint-dependencies = ["gamma<2"]\n'), "the constraints have changed"],
  ["an option", ended('# [tool.uv]\n# resolution = "lowest"\n'), "`tool.uv.resolution` is lowest"],
];
