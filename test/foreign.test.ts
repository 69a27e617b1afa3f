// Locks as other tools leave them in a folder, through the command line: found by name, read by content, with the warnings
// that go with them.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const PROGRAM = resolve("dist/cli.js");
const FIXTURES = resolve("test/fixtures");
const LINUX = "cp312-linux-x86_64-glibc2.28";
const HASH = `--hash=sha256:${"a".repeat(64)}`;

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(folder: string, words: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync("node", [PROGRAM, ...words], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

/** A folder with these files, and what is done in it. */
function inFolder(files: Readonly<Record<string, string | Uint8Array>>, work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "foreign-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The packages of one target, as "name version kind artifact"; the format of the lock; what standard error says. */
function resolved(folder: string, words: readonly string[] = []): { format: string; rows: string[]; err: string } {
  const { code, out, err } = run(folder, ["resolve", "--json", "--target", LINUX, ...words]);
  assert.is(code, 0, err);
  const { lock, resolutions } = JSON.parse(out);
  assert.is(resolutions[0].error, null);
  const rows = resolutions[0].packages.map(
    (each: { name: string; version: string | null; kind: string; artifact: string | null }) =>
      [each.name, each.version ?? "-", each.kind, each.artifact ?? "-"].join(" "),
  );
  return { format: lock.format, rows, err };
}

test("what `uv export` writes: the project and its members in place, one warning", () => {
  const folder = join(FIXTURES, "requirements/okay-uv-export");
  const { rows, err } = resolved(folder);
  assert.equal(rows.slice(0, 2), [
    "gg - git https://git.invalid/gg.git@ffa96e91b04c9a7d4a2123f165c412ce7d589ade",
    "idna 3.10 file ./wheels/idna-3.10-py3-none-any.whl",
  ]);
  assert.ok(rows.includes("sample - editable ."));
  assert.ok(rows.includes("inner - editable ./packages/inner"));
  assert.ok(rows.includes("local - directory ./local"));
  assert.is(err.match(/has no hash/g)?.length, 1);
  assert.match(err, "`.` has no hash: uv installs it, pip refuses it beside hashes");
  assert.match(err, "requirements.txt:3:4");
  const plain = resolved(join(FIXTURES, "requirements/okay-uv-export-plain"));
  assert.ok(plain.rows.includes("sample - directory ."));
  assert.ok(plain.rows.includes("inner - directory ./packages/inner"));
});

test("what `uv export` writes, frozen", () => {
  const folder = mkdtempSync(join(tmpdir(), "foreign-"));
  try {
    cpSync(join(FIXTURES, "requirements/okay-uv-export"), folder, { recursive: true });
    assert.is(run(folder, ["nix", "--target", LINUX]).code, 0);
    const { packages } = JSON.parse(readFileSync(join(folder, "pylock2nix.json"), "utf8"));
    const sources = new Map(packages.map((each: { name: string; source: object }) => [each.name, each.source]));
    // The project itself is the `application`.
    assert.is(sources.has("sample"), false);
    assert.equal(sources.get("inner"), { kind: "directory", path: "./packages/inner", editable: true });
    assert.equal(sources.get("local"), { kind: "directory", path: "./local", editable: false });
    assert.equal(sources.get("idna"), { kind: "file", path: "./wheels/idna-3.10-py3-none-any.whl" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what `poetry export` writes: addresses of files below the folder are paths in it", () => {
  const project = (name: string): string => `[project]\nname = "${name}"\nversion = "1"\n`;
  inFolder({ "a b/pyproject.toml": project("First"), "second/pyproject.toml": project("second") }, (folder) => {
    const address = `file://${folder}`;
    writeFileSync(
      join(folder, "requirements.txt"),
      [
        `-e ${address}/second ; python_version >= "3.9"`,
        `third @ ${address}/third ; python_version >= "3.9"`,
        `idna @ ${address}/wheels/idna-3.10-py3-none-any.whl ; python_version >= "3.9" \\\n    ${HASH}`,
        "fourth @ file:///elsewhere/fourth",
        `-e file:///$\{PROJECT_ROOT}/second#egg=second ; python_version < '3'`,
        "",
      ].join("\n"),
    );
    assert.equal(resolved(folder).rows, [
      "fourth - directory /elsewhere/fourth",
      "idna - file ./wheels/idna-3.10-py3-none-any.whl",
      "second - editable ./second",
      "third - directory ./third",
    ]);
  });
});

test("a folder whose name cannot be told", () => {
  inFolder({ "requirements.txt": `click==8.1.8 ${HASH}\n-e ./lib\n`, "lib/setup.py": "" }, (folder) => {
    const { code, err } = run(folder, ["resolve", "--target", LINUX]);
    assert.is(code, 1);
    assert.match(err, "found `./lib`, expected a name for it");
    assert.match(err, "requirements.txt:2:4");
  });
});

test("requirements of which the first is an address are a lock", () => {
  const address = "https://files.pypi.invalid/iniconfig-2.0.0-py3-none-any.whl";
  for (const line of [
    `${address}#sha256=${"a".repeat(64)}`,
    `${address} ${HASH}`,
    `${address}#egg=iniconfig&sha256=${"a".repeat(64)}`,
  ]) {
    inFolder({ "requirements.txt": `${line}\n` }, (folder) => {
      assert.equal(resolved(folder).rows, [`iniconfig 2.0.0 url ${address}`]);
    });
  }
});

test("included lines end as Python's do, too", () => {
  const files = {
    "requirements.txt": `click==8.1.8 ${HASH}\f-r more.txt\u2028idna==3.10 ${HASH}`,
    "more.txt": `six==1.16.0 ${HASH}`,
  };
  inFolder(files, (folder) => {
    assert.equal(
      resolved(folder).rows.map((row) => row.split(" ")[0]),
      ["click", "idna", "six"],
    );
  });
});

test("a pylock.toml that PDM wrote; a name that the content contradicts", () => {
  const pylock = readFileSync(join(FIXTURES, "pylock/okay-pdm/pylock.toml"));
  assert.match(pylock.toString(), /^# This file is @generated by PDM/);
  inFolder({ "pylock.toml": pylock }, (folder) => {
    const { format, err } = resolved(folder);
    assert.is(format, "pylock");
    assert.is(err, "");
  });
  inFolder({ "pdm.lock": pylock }, (folder) => {
    const { format, err } = resolved(folder);
    assert.is(format, "pylock");
    assert.match(
      err,
      "warning: read as a lock of PEP 751 (pylock.toml): its name is one of PDM, and its content is not",
    );
  });
  const uv = readFileSync(join(FIXTURES, "uv/okay-groups/uv.lock"));
  inFolder({ "poetry.lock": uv }, (folder) => assert.is(resolved(folder).format, "uv"));
});

test("a lock of which only the comment says whose it is", () => {
  inFolder({ "old.lock": "# This file is @generated by PDM.\n[metadata]\n" }, (folder) => {
    const { code, err } = run(folder, ["resolve", "old.lock", "--target", LINUX]);
    assert.is(code, 1);
    assert.match(err, "cannot read pdm.lock: found no `lock_version` here");
  });
});

test("PDM installs every group of the lock when nothing is chosen", () => {
  const { out } = run(join(FIXTURES, "pdm/okay-inherit"), ["resolve", "--json", "--target", LINUX]);
  const { defaults } = JSON.parse(readFileSync(join(FIXTURES, "pdm/okay-inherit/expected.json"), "utf8"));
  const groups = JSON.parse(out).resolutions[0].groups.map((group: string) => (group === "main" ? "default" : group));
  assert.equal(groups.sort(), defaults);
});

test("conda-lock: a platform that the lock has not is refused", () => {
  const folder = join(FIXTURES, "conda/okay-pip");
  const { code, out } = run(folder, ["resolve", "--json", "--target", `${LINUX},cp312-win-amd64`]);
  assert.is(code, 1);
  const [linux, windows] = JSON.parse(out).resolutions;
  assert.is(linux.error, null);
  assert.is(windows.error.code, "conda-platform");
  assert.equal(windows.packages, []);
});

test.run();
