// Which lock a command takes when it is given a folder without one: that of uv's workspace, else a message that says what to make.
//
// Where uv looks was asked of `uv workspace dir` (0.13.9), with 4,000 random folders; the cases here are of each of its rules.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const PROGRAM = resolve("dist/bin/pylock2nix.cjs");
const WORKSPACE = resolve("test/fixtures/uv/okay-workspace");

function inFolder(files: Readonly<Record<string, string>>, work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "locating-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
function resolveIn(cwd: string, ...words: string[]): any {
  const all = [PROGRAM, "resolve", "--json", "--target", "cp312-linux-x86_64-glibc2.28", ...words];
  return JSON.parse(spawnSync("node", all, { cwd, encoding: "utf8" }).stdout);
}

const project = (name: string): string => `[project]\nname = "${name}"\nversion = "1"\nrequires-python = ">=3.9"\n`;
const LOCK = 'version = 1\nrequires-python = ">=3.9"\n';

/** Where the lock is found from `from`, with this workspace at the root and a project at `member`; null when nowhere. */
function found(
  workspace: string,
  member: string,
  from = member,
  more: Readonly<Record<string, string>> = {},
): string | null {
  let path: string | null = null;
  const root = `${project("root")}\n[tool.uv.workspace]\n${workspace}\n`;
  const files = { "pyproject.toml": root, "uv.lock": LOCK, [`${member}/pyproject.toml`]: project("member"), ...more };
  inFolder(files, (folder) => {
    mkdirSync(join(folder, from), { recursive: true });
    path = resolveIn(join(folder, from)).lock?.path ?? null;
  });
  return path;
}

test("a member of a workspace has the workspace's lock", () => {
  assert.is(found('members = ["packages/*"]', "packages/a"), "../../uv.lock");
  assert.is(found('members = ["packages/*"]', "packages/a", "packages/a/src/deep"), "../../../../uv.lock");
  assert.is(found('members = ["./libs/../packages/[ab]"]', "packages/a"), "../../uv.lock");
  assert.is(found('members = ["packages/**"]', "packages/deep/a"), "../../../uv.lock");
  // Of the workspace's own project, and not of a member.
  assert.is(found('members = ["packages/*"]', "packages/a", "docs"), "../uv.lock");
});

test("what is no member has none", () => {
  assert.is(found('members = ["packages/*"]', "examples/a"), null);
  assert.is(found('members = ["packages/*"]', "packages/deep/a"), null);
  assert.is(found('members = ["packages/[!a]"]', "packages/a"), null);
  assert.is(found('members = ["packages/*"]\nexclude = ["packages/a"]', "packages/a"), null);
  // An excluding `*` matches a slash too.
  assert.is(found('members = ["packages/**"]\nexclude = ["packages/*"]', "packages/deep/a"), null);
  const unmanaged = { "packages/a/pyproject.toml": `${project("member")}[tool.uv]\nmanaged = false\n` };
  assert.is(found('members = ["packages/*"]', "packages/a", "packages/a", unmanaged), null);
  // A project in between ends the search.
  const between = { "packages/pyproject.toml": project("between") };
  assert.is(found('members = ["packages/*"]', "packages/a", "packages/a", between), null);
});

test("from a member's folder the member is installed, as by its name", () => {
  inFolder({}, (folder) => {
    cpSync(WORKSPACE, folder, { recursive: true });
    const names = (answer: { resolutions: { packages: { name: string }[] }[] }): string[] =>
      answer.resolutions[0]!.packages.map(({ name }) => name);
    const inside = resolveIn(join(folder, "packages/a"));
    assert.equal(names(inside), names(resolveIn(folder, "--package", "member-a")));
    assert.ok(names(inside).includes("member-a") && !names(inside).includes("root"));
    assert.equal(names(resolveIn(join(folder, "packages/a"), "--package", "root")), names(resolveIn(folder)));
    assert.equal(names(resolveIn(folder, "packages/a")), names(inside));
  });
});

test("a script is its lock, whatever project is around it", () => {
  const lock = 'version = 1\nrequires-python = ">=3.11"\n\n[manifest]\nrequirements = []\n';
  const files = { "pyproject.toml": "[project\n", "a.py": "", "a.py.lock": lock, "b.py": "" };
  inFolder(files, (folder) => {
    const { lock: found, resolutions } = resolveIn(folder, "a.py");
    assert.equal([found.path, found.format, found.fresh, resolutions[0].packages], ["a.py.lock", "uv", null, []]);
    const { message, hint } = resolveIn(folder, "b.py").error;
    assert.is(message, "cannot find a lock in `b.py`: expected `b.py.lock`");
    assert.is(hint, "`uv lock --script b.py` makes one");
  });
});

test("without a lock the message names the one that the project would have", () => {
  const failure = (files: Readonly<Record<string, string>>): { message: string; hint: string } => {
    let error = { message: "", hint: "" };
    inFolder(files, (folder) => {
      error = resolveIn(folder).error;
    });
    return error;
  };
  const expectLock = (files: Readonly<Record<string, string>>, lock: string, command: string): void => {
    const { message, hint } = failure(files);
    assert.is(message, `cannot find a lock in \`.\`: expected \`${lock}\``);
    assert.is(hint, `\`${command}\` makes one; or name the lock: \`pylock2nix resolve path/to/${lock}\``);
  };
  const backend = (name: string): string => `${project("x")}[build-system]\nrequires = []\nbuild-backend = "${name}"\n`;
  expectLock({ "pyproject.toml": `${project("x")}[tool.uv]\ndev-dependencies = []\n` }, "uv.lock", "uv lock");
  expectLock({ "pyproject.toml": backend("uv_build") }, "uv.lock", "uv lock");
  expectLock({ "pyproject.toml": "[tool.pdm]\n" }, "pdm.lock", "pdm lock");
  expectLock({ "pyproject.toml": backend("pdm.backend") }, "pdm.lock", "pdm lock");
  expectLock({ "pyproject.toml": '[tool.poetry]\nname = "x"\n' }, "poetry.lock", "poetry lock");
  expectLock({ "pyproject.toml": backend("poetry.core.masonry.api") }, "poetry.lock", "poetry lock");
  expectLock({ Pipfile: "" }, "Pipfile.lock", "pipenv lock");
  expectLock({ Pipfile: "", "pyproject.toml": "[tool.black]\n" }, "Pipfile.lock", "pipenv lock");
  const unknown = failure({ "pyproject.toml": project("x") });
  assert.match(
    unknown.message,
    /: expected `poetry\.lock`, `uv\.lock`, `pdm\.lock`, .* or `requirements\.txt` with hashes$/,
  );
});

test("a file that is larger than any lock is refused by its size", () => {
  inFolder({ "uv.lock": LOCK }, (folder) => {
    truncateSync(join(folder, "uv.lock"), 512 * 2 ** 20 + 1); // sparse: reading it would take as many bytes of memory
    const { code, message, path } = resolveIn(folder).error;
    assert.equal(
      [code, message, path],
      ["input-too-large", "cannot read the file: it is larger than 512 MiB", "uv.lock"],
    );
  });
});

test.run();
