// The command line as a contract: exit codes, which stream gets what, the shape of the data, and what is written.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const PROGRAM = resolve("dist/bin/pylock2nix.cjs");
const FIXTURES = resolve("test/fixtures/poetry");
const GROUPS = join(FIXTURES, "okay-groups-2.0");
const TARGET = "cp312-linux-x86_64-glibc2.28";

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(words: readonly string[], folder: string = GROUPS): Outcome {
  const { status, stdout, stderr } = spawnSync("node", [PROGRAM, ...words], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

/** The command line is at fault: exit 2, nothing on standard output, these two lines on standard error. */
function expectRefusal(words: readonly string[], message: string, hint: string | null, folder: string = GROUPS): void {
  const { code, out, err } = run(words, folder);
  assert.equal([code, out], [2, ""], words.join(" "));
  assert.is(err, `error: ${message}\n${hint === null ? "" : `\nhint: ${hint}\n`}`);
}

/** What a `--json` command prints. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
function data(words: readonly string[], folder: string = GROUPS): { code: number | null; value: any } {
  const { code, out } = run([...words, "--json"], folder);
  return { code, value: JSON.parse(out) };
}

/** Runs with a copy of a fixture, as a project lies on disk. */
function inCopy(name: string, work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "cli-"));
  try {
    cpSync(join(FIXTURES, name), folder, {
      recursive: true,
      filter: (path) => !path.endsWith("expected.json"),
    });
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// --- Words ------------------------------------------------------------------------------------------------------------

test("help is data, with examples", () => {
  for (const words of [
    ["--help"],
    ["-h"],
    ["resolve", "--help"],
    ["nix", "-h"],
    ["targets", "--help"],
    ["verify", "--help"],
    ["prefetch", "--help"],
  ]) {
    const { code, out, err } = run(words);
    assert.equal([code, err], [0, ""]);
    assert.match(out, /^Usage:$/m);
    assert.match(out, /^Examples:$/m);
  }
});

test("the version is the package's", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(run(["--version"]), { code: 0, out: `${version}\n`, err: "" });
});

test("what is not there is refused with a suggestion", () => {
  const commands = "commands are nix, resolve, check, why, diff, verify, prefetch, targets, serve, bench";
  expectRefusal([], "no command given", commands);
  expectRefusal(["resolv"], "there is no command `resolv`", "did you mean `resolve`?");
  expectRefusal(["publish"], "there is no command `publish`", commands);
  expectRefusal(
    ["serve", "--port", "65536"],
    "`--port` cannot be `65536`",
    "give a number from 0 to 65535; 0 is any that is free",
  );
  expectRefusal(
    ["serve", "."],
    "`serve` takes no path, found `.`",
    "options come with two hyphens; a path with spaces needs quotes",
  );
  expectRefusal(["resolve", "--targt", "x"], "`resolve` has no option `--targt`", "did you mean `--target`?");
  expectRefusal(["resolve", "-x"], "`resolve` has no option `-x`", "`pylock2nix resolve --help` lists them");
  expectRefusal(["resolve", "--groups", "dcos"], "there is no dependency group `dcos`", "did you mean `docs`?");
  expectRefusal(["resolve", "--extras", "x,pretty"], "there is no extra `x`", "extras are all, pretty");
  expectRefusal(["resolve", "--prefer", "sdits"], "`--prefer` cannot be `sdits`", "did you mean `sdist`?");
  expectRefusal(
    ["resolve", "--system", "x86_64-linus"],
    "there is no system `x86_64-linus`",
    "did you mean `x86_64-linux`?",
  );
  const wrong = TARGET.replace("linux", "lunix");
  expectRefusal(["resolve", "--target", wrong], `there is no target \`${wrong}\``, `did you mean \`${TARGET}\`?`);
});

test("values are texts, and needed", () => {
  expectRefusal(["resolve", "--target"], "`--target` needs a value: `--target NAME`", null);
  expectRefusal(["resolve", "--target", "--json2"], "`--target` needs a value: `--target NAME`", null);
  expectRefusal(["resolve", "--json=yes"], "`--json` takes no value", null);
  expectRefusal(["resolve", "--prefer", "wheel", "--prefer", "sdist"], "`--prefer` is given more than once", null);
  const { value } = data(["resolve", "--python", "3.10", "--system=x86_64-linux"]);
  // The floor of the newest nixpkgs in docs/nix.md.
  assert.is(value.resolutions[0].target, "cp310-linux-x86_64-glibc2.42");
});

test("--python with --target must agree", () => {
  const words = ["resolve", "--python", "3.11", "--target", TARGET];
  expectRefusal(
    words,
    `\`--python 3.11\` does not fit the target \`${TARGET}\``,
    "leave `--target` out, or name targets of that Python",
  );
});

// --- resolve ----------------------------------------------------------------------------------------------------------

test("resolve --json has the shape that is promised", () => {
  const { code, value } = data(["resolve", "--target", TARGET]);
  assert.is(code, 0);
  assert.equal(Object.keys(value), ["lock", "resolutions"]);
  assert.equal(Object.keys(value.lock), ["path", "format", "version", "sha256", "fresh"]);
  const { sha256, ...lock } = value.lock;
  assert.match(sha256, /^[0-9a-f]{64}$/);
  assert.equal(lock, { path: "poetry.lock", format: "poetry", version: "2.0", fresh: true });
  const [resolution] = value.resolutions;
  const keys = ["target", "extras", "groups", "packages", "uninstallable", "problems", "error"];
  assert.equal(Object.keys(resolution).sort(), keys.sort());
  assert.equal(
    [resolution.target, resolution.groups, resolution.extras, resolution.error],
    [TARGET, ["main", "dev"], [], null],
  );
  const idna = resolution.packages.find((each: { name: string }) => each.name === "idna");
  assert.equal(Object.keys(idna).sort(), ["artifact", "dependencies", "hash", "kind", "name", "url", "version"]);
  assert.is(idna.kind, "wheel");
  assert.match(idna.hash, /^sha256-[A-Za-z0-9+/]{43}=$/);
});

test("groups and extras: added, exactly, without, all", () => {
  const chosen = (...words: string[]): [string[], string[]] => {
    const { groups, extras } = data(["resolve", "--target", TARGET, ...words]).value.resolutions[0];
    return [groups, extras];
  };
  assert.equal(chosen("--groups", "docs"), [["main", "dev", "docs"], []]);
  assert.equal(chosen("--only", "main"), [["main"], []]);
  assert.equal(chosen("--only", "Docs,main"), [["main", "docs"], []]);
  assert.equal(chosen("--without", "dev", "--extras", "Pretty"), [["main"], ["pretty"]]);
  assert.equal(chosen("--all-groups", "--all-extras"), [
    ["main", "dev", "docs"],
    ["all", "pretty"],
  ]);
});

test("--target repeats and takes lists, --python sets the whole version", () => {
  const targets = (...words: string[]): string[] =>
    data(["resolve", ...words]).value.resolutions.map((each: { target: string }) => each.target);
  const arm = "cp313-macos14-arm64";
  assert.equal(targets("--target", `${TARGET},${arm}`), [TARGET, arm]);
  assert.equal(targets("--target", TARGET, `--target=${arm}`), [TARGET, arm]);
  assert.equal(targets("--python", "3.12.4", "--system", "x86_64-linux,aarch64-darwin"), [
    "cp312-linux-x86_64-glibc2.42",
    "cp312-macos14-arm64",
  ]);
});

test("a refused target does not stop the others, and the exit code is 1", () => {
  const { code, value } = data(["resolve", "--target", `cp38-linux-x86_64-glibc2.28,${TARGET}`]);
  assert.is(code, 1);
  const [refused, resolved] = value.resolutions;
  assert.equal([refused.error.code, refused.packages], ["python-refused", []]);
  assert.ok(resolved.packages.length > 0);
  const { out } = run(["resolve", "--python", "3.8", "--system", "x86_64-linux"]);
  assert.match(out, /refused: the lock needs Python \^3\.9/);
});

test("`nix` says once what several targets are refused for", () => {
  const folder = mkdtempSync(join(tmpdir(), "pylock2nix-cli-"));
  const old = ["cp38-linux-x86_64-glibc2.28", "cp38-macos14-arm64"];
  const { code, err } = run(["nix", "--target", [...old, TARGET].join(), "-o", folder]);
  rmSync(folder, { recursive: true });
  assert.is(code, 0, err);
  const warnings = err.split("\n").filter((line) => line.startsWith("warning: "));
  assert.equal(warnings, [
    `warning: ${old.join(", ")} are left out: the lock needs Python ^3.9, this target has 3.8.20`,
  ]);
});

test("people see a table, and the totals", () => {
  const { code, out, err } = run(["resolve", "--target", TARGET, "--only", "main"]);
  assert.equal([code, err], [0, ""]);
  assert.match(out, /^poetry\.lock: poetry 2\.0, fresh\n\ncp312-linux-x86_64-glibc2\.28 \(groups: main\)\n/);
  assert.match(out, /^ {2}idna +\S+ +wheel +idna-\S+-py3-none-any\.whl$/m);
  assert.match(out, /^ {2}\d+ packages, \d+ wheel$/m);
});

test("a stale lock is told on standard error, and is no refusal", () => {
  inCopy("okay-groups-2.0", (folder) => {
    const path = join(folder, "pyproject.toml");
    writeFileSync(path, readFileSync(path, "utf8").replace('"^2.0"', '">=2.0,<3"'));
    const { code, out, err } = run(["resolve", "--target", TARGET, "--json"], folder);
    assert.equal([code, JSON.parse(out).lock.fresh], [0, false]);
    assert.match(err, /^warning: `poetry\.lock` is older than pyproject\.toml/);
    const refusal = run(["nix"], folder);
    assert.equal([refusal.code, refusal.out], [1, ""]);
    assert.match(refusal.err, /--allow-stale/);
    assert.not(existsSync(join(folder, "pylock2nix.json")));
    assert.is(run(["nix", "--allow-stale", "--target", TARGET], folder).code, 0);
  });
});

test("without pyproject.toml freshness is not known", () => {
  inCopy("okay-include-2.1", (folder) => {
    rmSync(join(folder, "pyproject.toml"));
    assert.is(data(["resolve", "--target", TARGET], folder).value.lock.fresh, null);
  });
});

test("a lock that fails as a whole is one error", () => {
  const folder = join(FIXTURES, "fail-toml-cut-off");
  const { code, out, err } = run(["resolve", "--json"], folder);
  assert.is(code, 1);
  const { error, ...rest } = JSON.parse(out);
  assert.equal(rest, {});
  assert.equal(Object.keys(error), ["code", "message", "hint", "path", "offset", "size", "line", "column"]);
  assert.equal([error.code, error.path, error.line, error.column], ["toml-string-end", "poetry.lock", 13, 19]);
  assert.is(err, readFileSync(join(folder, "expected.txt"), "utf8"));
});

// --- Finding the lock -------------------------------------------------------------------------------------------------

test("the lock is found in a folder, or given under any name", () => {
  assert.is(data(["resolve", GROUPS, "--target", TARGET], FIXTURES).value.lock.path, join(GROUPS, "poetry.lock"));
  assert.is(
    data(["resolve", "okay-groups-2.0", "--target", TARGET], FIXTURES).value.lock.path,
    "okay-groups-2.0/poetry.lock",
  );
  inCopy("okay-include-2.1", (folder) => {
    cpSync(join(folder, "poetry.lock"), join(folder, "some.file"));
    assert.is(data(["resolve", "some.file", "--target", TARGET], folder).value.lock.format, "poetry");
  });
});

test("no lock, several locks, another tool's lock", () => {
  inCopy("okay-include-2.1", (folder) => {
    writeFileSync(join(folder, "uv.lock"), "version = 1\nrequires-python = '>=3.9'\n");
    writeFileSync(join(folder, "requirements.txt"), "six\n");
    const found = "cannot choose a lock in `.`: found `poetry.lock` and `uv.lock`";
    expectRefusal(["resolve"], found, "say which one: `--lock poetry.lock`", folder);
    assert.is(data(["resolve", "--lock", "poetry.lock", "--target", TARGET], folder).code, 0);
    assert.is(data(["resolve", "--lock", "uv.lock", "--target", TARGET], folder).value.lock.format, "uv");
    rmSync(join(folder, "uv.lock"));
    rmSync(join(folder, "poetry.lock"));
    assert.equal([data(["resolve"], folder).code, data(["resolve"], folder).value.error.code], [1, "lock-not-found"]);
    assert.is(data(["resolve", "nowhere"], folder).value.error.code, "file-not-found");
    assert.is(data(["resolve", "requirements.txt"], folder).code, 1);
  });
});

test("a workspace: one member, all of them, none of that name", () => {
  const folder = "test/fixtures/uv/okay-workspace";
  const names = (...words: string[]) =>
    data(["resolve", folder, "--only", "main", "--target", TARGET, ...words], ".").value.resolutions[0].packages.map(
      ({ name }: { name: string }) => name,
    );
  assert.equal(names("--package", "Member_A"), ["engine", "engine-common", "engine-driver", "member-a"]);
  assert.ok(["member-a", "member-b", "root"].every((name) => names("--all-packages").includes(name)));
  expectRefusal(
    ["resolve", folder, "--package", "membera"],
    "there is no member `membera` in this workspace",
    "did you mean `member-a`?",
    ".",
  );
  assert.is(run(["resolve", "test/fixtures/poetry/okay-groups-2.0", "--all-packages"], ".").code, 2);
});

// `uv export --frozen --extra fast` takes it, and refuses `--extra slow` (uv 0.13.9: "Extra `slow` is not defined in the ... table for `demo`").
test("an extra that only the lock knows: pyproject.toml calls its optional dependencies dynamic", () => {
  const folder = "test/fixtures/uv/okay-dynamic-extras";
  const names = (...words: string[]) =>
    data(["resolve", folder, "--target", TARGET, ...words], ".").value.resolutions[0].packages.map(
      ({ name }: { name: string }) => name,
    );
  assert.equal(names("--extras", "fast"), ["beta", "delta", "demo"]);
  assert.equal(names("--all-extras"), ["beta", "delta", "demo"]);
  assert.equal(names(), ["delta", "demo"]);
  expectRefusal(["resolve", folder, "--extras", "slow"], "there is no extra `slow`", "extras are fast", ".");
});

// As uv 0.13.9 answers: `uv export --frozen`, `uv export --frozen --package member-a --extra fast` and so on.
test("a workspace: extras, groups and default groups of the project that is asked for", () => {
  const folder = mkdtempSync(join(tmpdir(), "cli-"));
  try {
    cpSync("test/fixtures/uv/okay-workspace", folder, { recursive: true });
    const groups = (...words: string[]) =>
      data(["resolve", "--target", TARGET, ...words], folder).value.resolutions[0].groups;
    expectRefusal(
      ["resolve", "--package", "member-a", "--extras", "fast"],
      "there is no extra `fast`",
      "there are no extras",
      folder,
    );
    expectRefusal(["resolve", "--extras", "fast"], "there is no extra `fast`", "extras are b", folder);
    assert.is(run(["resolve", "--package", "member-b", "--extras", "fast"], folder).code, 0);
    assert.is(run(["resolve", "--all-packages", "--extras", "fast"], folder).code, 0);
    // A group that only the workspace's project has can be named for a member, one that only another member has cannot.
    assert.equal(groups("--package", "member-a", "--groups", "docs"), ["main", "dev", "docs"]);
    const other = join(folder, "packages", "a", "pyproject.toml");
    const text = readFileSync(other, "utf8");
    writeFileSync(other, `${text}\n[tool.uv]\ndefault-groups = []\n`);
    assert.equal(groups("--package", "member-a"), ["main"]);
    assert.equal(groups("--package", "member-a", "--groups", "dev"), ["main", "dev"]);
    assert.equal(groups(), ["main", "dev"]);
    assert.equal(groups("--package", "member-b"), ["main"]);
    // Without the project's own `dev` only member-a has one.
    for (const [file, dev] of [
      ["pyproject.toml", 'dev = ["delta"]\n'],
      ["uv.lock", 'dev = [\n    { name = "delta" },\n]\n'],
      ["uv.lock", 'dev = [{ name = "delta" }]\n'],
    ] as const) {
      const written = readFileSync(join(folder, file), "utf8");
      assert.ok(written.includes(dev), file);
      writeFileSync(join(folder, file), written.replace(dev, ""));
    }
    expectRefusal(
      ["resolve", "--package", "member-b", "--groups", "dev"],
      "there is no dependency group `dev`",
      "groups are main, docs",
      folder,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// --- nix --------------------------------------------------------------------------------------------------------------

test("nix writes, --check compares", () => {
  inCopy("okay-groups-2.0", (folder) => {
    assert.is(run(["nix", "--check"], folder).code, 1);
    assert.equal(readdirSync(folder).sort(), ["poetry.lock", "pyproject.toml"]);
    const { code, out, err } = run(["nix"], folder);
    assert.equal([code, out], [0, ""]);
    assert.match(err, /^wrote pylock2nix\.nix\nwrote pylock2nix\.json\nwrote \.pylock2nix \(/);
    assert.match(err, /\nnext: nix-build pylock2nix\.nix -A application\n$/);
    const names = [".pylock2nix", "poetry.lock", "pylock2nix.json", "pylock2nix.nix", "pyproject.toml"];
    assert.equal(readdirSync(folder).sort(), names);
    assert.equal(
      [run(["nix", "--check"], folder).code, run(["nix"], folder).err.split("\n")[0]],
      [0, "everything is up to date"],
    );
    const frozen = JSON.parse(readFileSync(join(folder, "pylock2nix.json"), "utf8"));
    const targets = Object.keys(frozen.targets);
    assert.ok(targets.includes("cp39-linux-x86_64-glibc2.35") && targets.includes("cp313-macos14-arm64"));
    assert.not(targets.some((target) => target.startsWith("cp38-")));

    writeFileSync(join(folder, "pylock2nix.json"), "{}");
    const check = run(["nix", "--check"], folder);
    assert.is(check.code, 1);
    assert.match(check.err, /^error: out of date: `pylock2nix\.json`\n/);
    assert.equal(data(["nix", "--check"], folder).value.outOfDate, ["pylock2nix.json"]);
  });
});

test("the library's copy is kept up to date while it is there", () => {
  inCopy("okay-include-2.1", (folder) => {
    const library = join(folder, ".pylock2nix");
    run(["nix", "--target", TARGET], folder);
    assert.match(readFileSync(join(library, "default.nix"), "utf8"), /^# pylock2nix \d/);
    writeFileSync(join(library, "default.nix"), "");
    assert.equal(data(["nix", "--target", TARGET], folder).value.written, [".pylock2nix/default.nix"]);
    rmSync(library, { recursive: true });
    assert.equal(data(["nix", "--target", TARGET], folder).value.written, []);
  });
});

test("--target replaces the usual targets, + adds one; -o and --inline say where", () => {
  inCopy("okay-include-2.1", (folder) => {
    const targets = (...words: string[]): string[] => data(["nix", ...words], folder).value.targets;
    assert.equal(targets("--target", TARGET), [TARGET]);
    const musl = "cp312-linux-x86_64-musl1.2";
    assert.ok(targets("--target", `+${musl}`).length > 10 && targets("--target", `+${musl}`).includes(musl));
    const { written } = data(["nix", "--inline", "-o", "out", "--target", TARGET], folder).value;
    assert.equal(written[0], "out/pylock2nix.nix");
    assert.not(existsSync(join(folder, "out", "pylock2nix.json")));
  });
});

const hasNix = spawnSync("nix-instantiate", ["--version"]).status === 0;
if (!hasNix) process.stdout.write("skipped 1 evaluation with Nix: nix-instantiate is not here\n");
else {
  test("what is written elsewhere or inline is the same resolution to Nix", () => {
    inCopy("okay-groups-2.0", (folder) => {
      run(["nix", "--target", TARGET], folder);
      run(["nix", "--target", TARGET, "-o", "some where"], folder);
      run(["nix", "--target", TARGET, "--inline", "-o", "in$line/one.nix"], folder);
      const evaluate = (file: string): string => {
        const expression = `(import (./. + ${JSON.stringify(`/${file}`).replace("$", "\\$")}) { pkgs = {}; lib = {}; }).resolution`;
        const words = ["--eval", "--strict", "--json", "-E", expression];
        return spawnSync("nix-instantiate", words, { cwd: folder, encoding: "utf8" }).stdout;
      };
      const plain = evaluate("pylock2nix.nix");
      assert.ok(plain.length > 100);
      assert.is(evaluate("some where/pylock2nix.nix"), plain);
      assert.is(evaluate("in$line/one.nix"), plain);
    });
  });
}

// --- targets, streams -------------------------------------------------------------------------------------------------

test("targets lists, and tells all about one", () => {
  assert.match(run(["targets"]).out, new RegExp(`^${TARGET} +Python 3\\.12`, "m"));
  const { value } = data(["targets", "--target", TARGET]);
  assert.is(value.targets.length, 1);
  assert.is(value.targets[0].environment.python_full_version, "3.12.13");
  assert.is(value.targets[0].tags[0], "cp312-cp312-manylinux_2_28_x86_64");
});

test("a closed pipe is no failure", async () => {
  const child = spawn("node", [PROGRAM, "targets", "--json"], { stdio: ["ignore", "pipe", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const code = await new Promise((done) => child.on("close", done));
  assert.equal([code, err], [0, ""]);
});

test("no colours in a pipe", () => {
  for (const words of [["resolve"], ["resolv"], ["--help"]]) {
    const { out, err } = run(words);
    assert.not((out + err).includes("\u001b"));
  }
});

test.run();
