// Which files a project's own settings leave out: of each tool its rules, and the options of the command line before them.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  allowed,
  overridden,
  type Policy,
  pdmPolicy,
  pipfilePolicy,
  poetryPolicy,
  uvPolicy,
} from "../src/lock/policy.ts";
import { parseToml, Section } from "../src/lock/pyproject/toml.ts";

const PROGRAM = resolve("dist/cli.js");
const TARGET = "cp312-linux-x86_64-glibc2.28";
const section = (text: string): Section => new Section(parseToml(text, "settings.toml"), "", "settings.toml");
const policy = (noBinary: string[], onlyBinary: string[] = []): Policy => ({ noBinary, onlyBinary });

test("uv: lists, and switches that count more than they do", () => {
  for (const [text, expected] of [
    ["", policy([])],
    ['no-binary-package = ["Two_Words"]\nno-build-package = ["b"]', policy(["two-words"], ["b"])],
    ["no-binary = true", policy([":all:"])],
    ['no-build = true\nno-build-package = ["b"]', policy([], [":all:"])],
    ['no-binary = false\nno-binary-package = ["a"]', policy([])],
  ] as const) {
    assert.equal(uvPolicy(section(text)), expected, text);
  }
});

test("Poetry: lists, texts, `:all:` and `:none:`", () => {
  for (const [text, expected] of [
    ['no-binary = ["a", "b"]', policy(["a", "b"])],
    ['no-binary = "Two_Words,b"', policy(["two-words", "b"])],
    // A list is not normalised, so that this name is nobody's.
    ['no-binary = ["Two_Words"]', policy(["Two_Words"])],
    ["only-binary = true", policy([], [":all:"])],
    ['only-binary = ":all:"', policy([], [":all:"])],
    ['no-binary = ["a", ":none:"]', policy([])],
    ['no-binary = ":all:"\nonly-binary = ["a"]', policy([":all:", "a"], ["a"])],
  ] as const) {
    assert.equal(poetryPolicy(section(text)), expected, text);
  }
});

test("PDM: lists and texts; a package in both has wheels only", () => {
  assert.equal(pdmPolicy(section('no-binary = "a, b"\nonly-binary = ["B"]')), policy(["a"], ["b"]));
  assert.equal(pdmPolicy(section("")), policy([]));
});

test("Pipenv: the entries that say so", () => {
  const lock = {
    _meta: { no_binary: true },
    default: { A: { no_binary: true }, b: {} },
    develop: { c: { no_binary: true } },
  };
  assert.equal(pipfilePolicy(lock), policy(["a", "c"]));
});

test("a package's own name counts more than `:all:`", () => {
  assert.equal(allowed(policy([":all:"], ["a"]), "a"), { wheels: true, sources: false });
  assert.equal(allowed(policy([":all:"], ["a"]), "b"), { wheels: false, sources: true });
  assert.equal(allowed(policy(["a"], ["a"]), "a"), { wheels: false, sources: false });
  assert.equal(allowed({}, "a"), { wheels: true, sources: true });
});

test("options count more than settings", () => {
  const settings = policy(["a", "b"], ["c"]);
  for (const [given, expected] of [
    [policy([]), settings],
    [policy(["c"]), policy(["c", "a", "b"])],
    [policy([], ["a"]), policy(["b"], ["a", "c"])],
    [policy([":none:"]), policy([], ["c"])],
    [policy([":all:"]), policy([":all:"])],
    [policy([], [":all:"]), policy([], [":all:"])],
  ] as const) {
    assert.equal(overridden(settings, given), expected, JSON.stringify(given));
  }
  assert.equal(overridden(policy([":all:"]), policy([], ["a"])), policy([":all:"], ["a"]));
});

// --- As a user has them -----------------------------------------------------------------------------------------------------

function run(folder: string, ...words: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync("node", [PROGRAM, ...words], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

/** What `resolve` takes of each package, in a copy of a fixture with these files added. */
function inCopy(fixture: string, files: Readonly<Record<string, string>>, work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "policy-"));
  try {
    cpSync(`test/fixtures/${fixture}`, folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      writeFileSync(path, name === "pyproject.toml" ? `${readFileSync(path, "utf8")}\n${text}` : text);
    }
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function taken(folder: string, name: string, ...words: string[]): string {
  const { out } = run(folder, "resolve", "--json", "--target", TARGET, ...words);
  const [{ packages }] = JSON.parse(out).resolutions as [{ packages: { name: string; kind: string }[] }];
  return packages.find((each) => each.name === name)?.kind ?? "not there";
}

// uv 0.13.9, `uv sync --frozen` with these settings: it builds native from its source, and for `no-build-package` refuses
// source-only, which has no wheel.
test("uv: pyproject.toml, uv.toml instead of it, the frozen file, why and check", () => {
  const setting = '[tool.uv]\nno-build-package = ["source-only"]\nno-binary-package = ["mixed"]\n';
  inCopy("uv/okay-artifacts", { "pyproject.toml": setting }, (folder) => {
    assert.is(taken(folder, "source-only"), "none");
    assert.is(taken(folder, "source-only", "--no-binary", "source-only"), "sdist");
    assert.is(taken(folder, "native"), "wheel");
    const check = run(folder, "check", "--target", TARGET);
    assert.is(check.code, 1);
    assert.match(check.out, /source_only-1\.0\.tar\.gz +no source distributions of it are to be installed/);
    assert.match(
      run(folder, "why", "source-only", "--artifact", "--target", TARGET).out,
      /no source distributions of it/,
    );
    const frozen = (): Record<string, unknown>[] => {
      assert.is(run(folder, "nix", "--target", TARGET).code, 0);
      return JSON.parse(readFileSync(join(folder, "pylock2nix.json"), "utf8")).packages;
    };
    const file = (name: string): unknown =>
      (frozen().find((each) => each.name === name)?.variants as [[number]] | undefined)?.[0][0];
    assert.is(file("source-only"), -1);
    writeFileSync(join(folder, "uv.toml"), "no-binary = true\n");
    assert.is(taken(folder, "source-only"), "sdist");
    assert.is(taken(folder, "native"), "none");
    assert.is(taken(folder, "native", "--only-binary", "native"), "wheel");
  });
});

test("Poetry: poetry.toml; an option counts more", () => {
  inCopy("poetry/okay-groups-2.0", {}, (folder) => {
    const kinds = (...words: string[]): string[] => {
      const { out } = run(folder, "resolve", "--json", "--target", TARGET, ...words);
      const [{ packages }] = JSON.parse(out).resolutions as [{ packages: { kind: string }[] }];
      return [...new Set(packages.map(({ kind }) => kind))].sort();
    };
    assert.equal(kinds(), ["wheel"]);
    writeFileSync(join(folder, "poetry.toml"), '[installer]\nno-binary = ":all:"\n');
    assert.equal(kinds(), ["sdist"]);
    assert.equal(kinds("--no-binary", ":none:"), ["wheel"]);
    writeFileSync(join(folder, "poetry.toml"), "[installer\n");
    assert.match(run(folder, "resolve").err, /^error: cannot read TOML: [^\n]*\n {2}--> poetry\.toml:1:/);
  });
});

test("PDM: [tool.pdm.resolution]", () => {
  const setting = '[tool.pdm.resolution]\nno-binary = ":all:"\n';
  inCopy("pdm/okay-inherit", {}, (folder) => {
    const { out } = run(folder, "resolve", "--json", "--target", TARGET);
    const name = JSON.parse(out).resolutions[0].packages.find((each: { kind: string }) => each.kind === "wheel").name;
    const path = join(folder, "pyproject.toml");
    writeFileSync(path, `${readFileSync(path, "utf8")}\n${setting}`);
    assert.is(taken(folder, name), "sdist");
    assert.is(taken(folder, name, "--only-binary", name), "wheel");
  });
});

test.run();
