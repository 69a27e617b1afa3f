// `check`, `why` and `diff`: what they find, what they say, and their exit codes; on both a search and a filter lock.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const PROGRAM = resolve("dist/bin/pylock2nix.cjs");
const FIXTURES = resolve("test/fixtures/poetry");
const GROUPS = join(FIXTURES, "okay-groups-2.0");
const LINUX = "cp312-linux-x86_64-glibc2.28";
const WINDOWS = "cp312-win-amd64";

function run(words: readonly string[], folder: string = GROUPS): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync("node", [PROGRAM, ...words], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

/** The whole of what a command prints, and its exit code. */
function expectText(words: readonly string[], code: number, lines: readonly string[], folder?: string): void {
  const outcome = run(words, folder);
  assert.is(outcome.out, `${lines.join("\n")}\n`);
  assert.is(outcome.code, code, outcome.err);
}

/** Runs with a copy of a fixture whose lock is changed. */
function inCopy(name: string, change: (lock: string) => string, work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "commands-"));
  try {
    cpSync(join(FIXTURES, name), folder, { recursive: true });
    const path = join(folder, "poetry.lock");
    writeFileSync(path, change(readFileSync(path, "utf8")));
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
function data(words: readonly string[], folder?: string): { code: number | null; value: any } {
  const { code, out } = run([...words, "--json"], folder);
  return { code, value: JSON.parse(out) };
}

// --- why --------------------------------------------------------------------------------------------------------------

test("why: a package of a pylock.toml has no group, and its marker is what keeps it out", () => {
  const folder = mkdtempSync(join(tmpdir(), "commands-"));
  try {
    const name = "colorama-0.4.6-py2.py3-none-any.whl";
    const file = `{ name = "${name}", url = "https://files.pypi.invalid/${name}", hashes = { sha256 = "${"4f".repeat(32)}" } }`;
    const entry = `[[packages]]\nname = "colorama"\nversion = "0.4.6"\nmarker = "sys_platform == 'win32'"\nwheels = [${file}]\n`;
    writeFileSync(join(folder, "pylock.toml"), `lock-version = "1.0"\ncreated-by = "test"\n\n${entry}`);
    expectText(
      ["why", "colorama", "--target", LINUX],
      0,
      [
        `${LINUX} (groups: none)`,
        "  colorama is not installed",
        `    for the project  marker is false: sys_platform == 'win32' (here "linux")`,
      ],
      folder,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("why: paths from the groups, or what keeps a package out", () => {
  expectText(["why", "colorama", "--target", `${LINUX},${WINDOWS}`], 0, [
    `${LINUX} (groups: main, dev)`,
    "  colorama is not installed",
    "    in the group main  not for the platform linux",
    '    for pytest 8.0.0   marker is false: sys_platform == "win32" (here "linux")',
    "",
    `${WINDOWS} (groups: main, dev)`,
    "  colorama 0.4.6 is installed",
    "    main -> colorama 0.4.6 (^0.4.6)",
    "    dev -> pytest 8.0.0 (8.0.0) -> colorama 0.4.6 (*)",
  ]);
  const absent = (words: readonly string[]): object[] =>
    data(["why", ...words, "--target", LINUX]).value.targets[0].absences;
  assert.equal(absent(["Rich"]), [
    { by: null, group: "main", code: "extra", because: "optional, and no extra that lists it is chosen" },
  ]);
  assert.equal(absent(["markdown"]), [{ by: null, group: "docs", code: "group", because: "group docs is not chosen" }]);
  assert.equal(absent(["tomli", "--only", "main"]).length, 2);
});

test("why: a marker that holds and whose constraint on Python does not, and one that never holds", () => {
  const folder = join(FIXTURES, "okay-python-constraint-2.0");
  const absent = (name: string): string[] =>
    data(["why", name, folder, "--target", LINUX]).value.targets[0].absences.map(
      ({ code, because }: { code: string; because: string }) => `${code}: ${because}`,
    );
  assert.equal(absent("at-most"), ["python: not for Python 3.12.13"]);
  assert.equal(absent("direct-at-most"), ["python: not for Python 3.12.13"]);
  assert.equal(absent("direct-patch"), ["python: not for Python 3.12.13"]);
  assert.equal(absent("never"), ["marker: marker is false: <empty>"]);
  assert.equal(absent("direct-never"), ["marker: marker is false: <empty>"]);
});

test("why --artifact: each file and its reason", () => {
  const { value } = data(["why", "requests", "--artifact", "--target", LINUX]);
  assert.equal(value.targets[0].artifacts, [
    {
      name: "requests",
      version: "2.32.5",
      isInstalled: true,
      files: [
        { name: "requests-2.32.5-py3-none-any.whl", verdict: "taken", because: "taken" },
        { name: "requests-2.32.5.tar.gz", verdict: "fits", because: "fits, but another file comes first" },
      ],
    },
  ]);
});

// test/fixtures/gpu: a project with an index for each kind of GPU, and conflicting extras; locked by uv 0.13.9.
test("why --artifact: of several versions where each comes from, and what chooses it", () => {
  const folder = resolve("test/fixtures/gpu");
  const target = ["--target", "cp312-linux-x86_64-glibc2.28"];
  const file = (kind: string): string => `torch-2.9.0+${kind}-cp312-cp312-manylinux_2_28_x86_64.whl`;
  const other = (kind: string, extra: string): string[] => [
    `  files of torch 2.9.0+${kind}, from https://torch.invalid/${kind}: with the extra ${extra}`,
    `    ${file(kind)}  fits, but is not chosen`,
  ];
  expectText(
    ["why", "torch", "--artifact", "--extras", "cu128", ...target],
    0,
    [
      "cp312-linux-x86_64-glibc2.28 (groups: main; extras: cu128)",
      "  torch 2.9.0+cu128 is installed",
      "    project -> gpu 0.1.0 -> torch 2.9.0+cu128",
      ...other("cpu", "cpu"),
      "  files of torch 2.9.0+cu128, from https://torch.invalid/cu128",
      `    ${file("cu128")}  taken`,
      ...other("rocm6.4", "rocm"),
    ],
    folder,
  );
  const { value } = data(["why", "torch", "--artifact", ...target], folder);
  const chosen = value.targets[0].artifacts.map(({ version, from, chosenWith }: Record<string, unknown>) => [
    version,
    from,
    chosenWith,
  ]);
  assert.equal(
    chosen,
    [
      ["cpu", "cpu"],
      ["cu128", "cu128"],
      ["rocm6.4", "rocm"],
    ].map(([kind, name]) => [`2.9.0+${kind}`, `https://torch.invalid/${kind}`, [{ kind: "extra", name }]]),
  );
  // What is installed anyway is chosen by nothing.
  const groups = resolve("test/fixtures/uv/okay-conflicts-groups");
  const engine = data(["why", "engine", "--artifact", "--system", "x86_64-linux", "--python", "3.12"], groups);
  for (const each of engine.value.targets[0].artifacts)
    assert.is(each.isInstalled, (each.chosenWith as unknown[]).length === 0, each.version);
});

test("why --artifact: what of a wheel's tags fails", () => {
  const tags = [
    "cp310-cp310-manylinux_2_17_x86_64",
    "cp312-cp310-manylinux_2_17_x86_64",
    "cp312-cp312-manylinux_2_31_x86_64",
    "cp312-cp312-musllinux_1_1_x86_64",
    "cp312-cp312-manylinux_2_28_x86_64",
    "pp310-pypy310_pp73-any",
  ];
  const files = tags
    .map((tag) => `    {file = "attrs-24.3.0-${tag}.whl", hash = "sha256:${"0".repeat(64)}"},`)
    .join("\n");
  const change = (lock: string): string => lock.replace(/(name = "attrs"\n[\s\S]*?files = \[\n)/, `$1${files}\n`);
  inCopy("okay-groups-2.0", change, (folder) => {
    const { value } = data(["why", "attrs", "--artifact", "--extras", "all", "--target", LINUX], folder);
    const verdicts = value.targets[0].artifacts[0].files.map((file: { verdict: string }) => file.verdict);
    assert.equal(verdicts.slice(0, tags.length), ["python", "abi", "floor", "platform", "taken", "python"]);
  });
});

test("why: a name that is not in the lock, and none at all", () => {
  const unknown = run(["why", "request", "--target", LINUX]);
  assert.is(unknown.code, 1);
  assert.match(unknown.err, "there is no package `request` in the lock");
  assert.match(unknown.err, "did you mean `requests`?");
  assert.is(run(["why"]).code, 2);
});

// --- check ------------------------------------------------------------------------------------------------------------

test("check: nothing to find", () => {
  const { code, out } = run(["check", "--target", LINUX]);
  assert.is(code, 0);
  assert.match(out, /fresh\n1 target; groups: main, dev\n\nnothing found\n$/);
});

/** The codes and messages that are found in a changed lock. */
function expectFindings(
  change: (lock: string) => string,
  expected: readonly string[],
  fixture = "okay-groups-2.0",
): void {
  inCopy(fixture, change, (folder) => {
    const { code, value } = data(["check", "--target", LINUX], folder);
    assert.equal(
      value.findings.map((finding: { code: string; message: string }) => `${finding.code}: ${finding.message}`),
      expected,
    );
    assert.is(code, expected.length === 0 ? 0 : 1);
  });
}

test("check: stale", () => {
  expectFindings(
    (lock) => lock.replace(/^content-hash = ".{4}/m, 'content-hash = "0000'),
    ["stale: pyproject.toml has changed since the lock was made"],
  );
});

test("check: a filter lock that does not hold together", () => {
  const file = readFileSync(join(FIXTURES, "okay-pep621-2.1", "poetry.lock"), "utf8");
  const [, name, version] = /name = "(requests)"\nversion = "(.*)"/.exec(file) ?? [];
  assert.ok(name !== undefined && version !== undefined, "the fixture has requests");
  expectFindings(
    (lock) => lock.replace(/^idna = ".*"$/m, 'idna = ">=99"'),
    [
      `refused-version: requests ${version} requires idna (>=99), and the lock installs idna ${/name = "idna"\nversion = "(.*)"/.exec(file)?.[1]}`,
    ],
    "okay-pep621-2.1",
  );
  expectFindings(
    (lock) => lock.replace(/^idna = ".*"$/m, 'idna_missing = ">=1"'),
    [`not-locked: requests ${version} requires idna-missing (>=1), which is not in the lock`],
    "okay-pep621-2.1",
  );
});

test("check: no file fits", () => {
  inCopy(
    "okay-groups-2.0",
    (lock) =>
      lock
        .replace(/\n.*requests-2\.32\.5\.tar\.gz.*/, "")
        .replace("requests-2.32.5-py3-none-any", "requests-2.32.5-cp27-none-any"),
    (folder) => {
      const { code, value } = data(["check", "--target", LINUX], folder);
      assert.is(code, 1);
      assert.equal(value.findings, [
        {
          code: "uninstallable",
          message: "requests 2.32.5: no file of it can be installed",
          package: { name: "requests", version: "2.32.5" },
          requiredBy: null,
          constraint: null,
          files: [{ name: "requests-2.32.5-cp27-none-any.whl", because: "for Python cp27, here is 3.12" }],
          targets: [LINUX],
        },
      ]);
    },
  );
});

// --- diff -------------------------------------------------------------------------------------------------------------

test("diff: the same content in another version of the format", () => {
  expectText(["diff", GROUPS, join(FIXTURES, "okay-groups-1.1"), "--target", LINUX], 0, [LINUX, "  the same"]);
});

test("diff: versions, files, packages", () => {
  const change = (lock: string): string =>
    lock.replace('name = "requests"\nversion = "2.32.5"', 'name = "requests"\nversion = "2.32.4"');
  inCopy("okay-groups-2.0", change, (folder) => {
    const { code, value } = data(["diff", folder, GROUPS, "--only", "main", "--target", LINUX]);
    assert.is(code, 0);
    const [{ added, removed, changed }] = value.targets;
    assert.equal([added, removed], [[], []]);
    assert.equal(
      changed.map((each: { name: string; old: { version: string }; new: { version: string } }) => [
        each.name,
        each.old.version,
        each.new.version,
      ]),
      [["requests", "2.32.4", "2.32.5"]],
    );
  });
  assert.is(run(["diff", GROUPS]).code, 2);
});

test.run();
