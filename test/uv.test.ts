// uv.lock: fixtures against uv's own answers (scripts/record-uv.py records them), failures with their place, hostile input.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { Core } from "../src/core/core.ts";
import type { Lockfile } from "../src/lock/lockfile.ts";
import { readPyproject } from "../src/lock/pyproject.ts";
import type { ResolveRequest } from "../src/lock/resolution.ts";
import { readLock } from "../src/lock/shipped.ts";
import { evaluated } from "./conditions.ts";

const FIXTURES = "test/fixtures/uv/";
const RENEW = "renew it with scripts/record-uv.py";
/** Of the repository that scripts/record-uv.py makes. */
const COMMIT = "7f01e9ac15050b32e345dd1c02f0d476abd819ae";

/** What expected.json holds: uv's version, and what it said to each selection. */
interface Recorded {
  readonly uv: string;
  readonly answers: readonly {
    readonly selection: {
      readonly groups?: string[];
      readonly extras?: string[];
      readonly packages?: string[] | "all";
    };
    readonly python: string;
    readonly target: string;
    readonly error?: string;
    /** uv tells no version of a package that is built anew each time. */
    readonly packages?: readonly (readonly [name: string, version: string | null])[];
    readonly files?: readonly string[];
  }[];
}

for (const name of folders("okay-")) {
  const recorded = JSON.parse(readFileSync(`${FIXTURES}${name}/expected.json`, "utf8")) as Recorded;
  test(`${name}: as uv ${recorded.uv}`, () => {
    const lock = lockOf(name);
    assert.equal(lock.warnings, []);
    for (const { selection, python, target, error, packages, files } of recorded.answers) {
      const { groups = defaults(lock), extras = [], packages: members } = selection;
      const request: ResolveRequest = { target, python, groups, extras, packages: members };
      const where = `${JSON.stringify(selection)} on ${target} (${RENEW})`;
      const answer = lock.resolve(request);
      if (error !== undefined) {
        assert.is.not(answer.error, null, `${where}: uv refuses: ${error}`);
        continue;
      }
      assert.is(answer.error, null, `${where}: ${answer.error?.message}`);
      const installed = answer.packages.filter(({ kind }) => kind !== "virtual");
      const said = new Map(packages);
      assert.equal(
        installed.map((each) => [each.name, said.get(each.name) === null ? null : each.version]),
        packages,
        where,
      );
      if (files !== undefined) assert.equal(installed.map((each) => each.artifact).sort(), [...files].sort(), where);
    }
  });

  test(`${name}: the open answer holds the closed ones`, () => {
    const lock = lockOf(name);
    for (const { selection, python, target } of recorded.answers) {
      const { groups = defaults(lock), extras = [], packages } = selection;
      const closed = lock.resolve({ target, python, groups, extras, packages });
      const open = lock.resolveOpen({ target, python, groups: [], extras: [] });
      if (["unknown-extra", "unknown-group", "unknown-member"].includes(closed.error?.code ?? "")) continue;
      const where = `${JSON.stringify(selection)} on ${target}`;
      const root = [...lock.memberFolders].filter(([, folder]) => folder === ".").map(([member]) => member);
      const usual = root.length > 0 && packages !== "all" ? root : lock.members;
      const members = packages === undefined || packages === "all" ? usual : packages;
      const isAlone = Array.isArray(packages) && packages.length === 1;
      const holds = evaluated(open.conditions, new Set(groups), new Set(extras), new Set(members), isAlone);
      const isRefused = open.error !== null || open.refusals.some(({ condition }) => holds[condition]);
      assert.is(isRefused, closed.error !== null, where);
      if (isRefused) continue;
      const locked = lock.packages();
      const chosen = open.choices.filter(({ condition }) => holds[condition]).map((each) => locked[each.package]!);
      const names = (list: readonly { readonly name: string; readonly version: string | null }[]) =>
        list.map((each) => `${each.name} ${each.version}`).sort();
      assert.equal(names(chosen), names(closed.packages), where);
    }
  });
}

test("sources: kinds, artifacts, hashes and where they come from", () => {
  const lock = lockOf("okay-sources");
  const { packages } = lock.resolve({ target: "cp312-linux-x86_64-glibc2.28", groups: ["main"], extras: [] });
  assert.equal(
    packages.map(({ name, kind, artifact, hash }) => [name, kind, artifact, hash === null ? null : hash.slice(0, 7)]),
    [
      ["beta", "url", "https://files.pypi.invalid/beta-1.0-py3-none-any.whl", "sha256-"],
      ["delta", "path", "vendor/delta-1.0-py3-none-any.whl", "sha256-"],
      ["demo", "virtual", ".", null],
      ["eta", "wheel", "eta-1.0-py3-none-any.whl", "sha256-"],
      ["folder", "directory", "folder", null],
      ["from-git", "git", `https://git.invalid/repository?tag=v1@${COMMIT}`, null],
      ["from-git-folder", "git", `https://git.invalid/repository?subdirectory=sub+folder&branch=main@${COMMIT}`, null],
      ["in-place", "editable", "in-place", null],
      ["source-only", "path", "vendor/source_only-1.0.tar.gz", "sha256-"],
      ["unbuilt", "virtual", "unbuilt", null],
      ["zeta", "wheel", "zeta-1.0-py3-none-any.whl", "sha256-"],
    ],
  );
  const git = lock.packages().find(({ name }) => name === "from-git-folder")!;
  assert.equal(git.source, {
    kind: "git",
    url: "https://git.invalid/repository",
    reference: "main",
    resolved: COMMIT,
    subdirectory: "sub folder",
    editable: false,
    lfs: false,
  });
});

test("groups: the defaults are those of pyproject.toml", () => {
  assert.equal(
    [...lockOf("okay-groups").groups],
    [
      ["main", true],
      ["dev", false],
      ["docs", true],
      ["lint", false],
    ],
  );
});

test("groups: one that demands another Python is refused, and so is one that includes it", () => {
  const stated = readFileSync(`${FIXTURES}okay-groups/pyproject.toml`, "utf8");
  const lock = readLock(readFileSync(`${FIXTURES}okay-groups/uv.lock`), {
    path: "uv.lock",
    format: "uv",
    pyproject: readPyproject(`${stated}[tool.uv.dependency-groups]\nLint = {requires-python = ">=3.12"}\n`, "p.toml"),
  });
  const open = (target: string) => lock.resolveOpen({ target, groups: [], extras: [] });
  const [old, current] = ["cp311-linux-x86_64-glibc2.28", "cp312-linux-x86_64-glibc2.28"];
  assert.equal(open(current).refusals, []);
  const { refusals, conditions } = open(old);
  assert.equal(
    refusals.map(({ error }) => [error.code, error.message, error.path]),
    ["dev", "lint"].map((group) => [
      "group-python-refused",
      `group \`${group}\` needs Python >=3.12, this target has another`,
      "p.toml",
    ]),
  );
  for (const [groups, isRefused] of [
    [["main"], false],
    [["main", "docs"], false],
    [["main", "lint"], true],
    [["dev"], true],
  ] as const) {
    const { error } = lock.resolve({ target: old, groups, extras: [] });
    assert.is(error?.code, isRefused ? "group-python-refused" : undefined, groups.join());
    const holds = evaluated(conditions, new Set(groups), new Set());
    assert.is(
      refusals.some(({ condition }) => holds[condition]),
      isRefused,
      groups.join(),
    );
    assert.is(lock.resolve({ target: current, groups, extras: [] }).error, null);
  }
});

test("hostile input: cut off at every byte there is a result or a failure with words", () => {
  const core = new Core(new WebAssembly.Module(readFileSync("wasm/core.debug.wasm")));
  for (const name of ["okay-conflicts-workspace", "okay-sources", "okay-script"]) {
    const bytes = readFileSync(`${FIXTURES}${name}/uv.lock`);
    for (let size = 0; size < bytes.length; size++) {
      if (core.read(abi.FORMAT_UV, bytes.subarray(0, size), null) !== null) continue;
      core.resolve({
        target: "cp312-linux-x86_64-glibc2.28",
        groups: ["main"],
        flags: size % 2 === 0 ? abi.REQUEST_IS_OPEN : 0,
      });
    }
  }
});

test("hostile input: what is large stays linear", () => {
  const core = new Core(new WebAssembly.Module(readFileSync("wasm/core.debug.wasm")));
  const count = 4000;
  const head = 'version = 1\nrequires-python = ">=3.10"\n';
  const source = 'source = { registry = "x" }';
  const range = (line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join("");
  const root = (edges: string) =>
    `[[package]]\nname = "r"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [\n${edges}]\n`;
  const many = (line: (index: number) => string) => `${head}${root(range(line))}`;
  const versions = range((index) => `[[package]]\nname = "a"\nversion = "1.${index}"\n${source}\n`);
  const conflicts = `conflicts = [[\n${range((index) => `{ package = "r", extra = "x${index}" },\n`)}]]\n`;
  const extras = range((index) => `x${index} = [{ name = "r", extra = ["x${(index * 7) % count}"] }]\n`);
  const deep = `${"(".repeat(60)}extra == 'extra-1-r-x1'${")".repeat(60)}`;
  const chain = Array.from({ length: count }, (_, index) => `extra == 'extra-1-r-x${index}'`).join(" or ");
  const locks = [
    many((index) => `{ name = "a", version = "1.${index}", ${source} },\n`) + versions,
    `${head}${conflicts}${root("")}[package.optional-dependencies]\n${extras}`,
    `${head}${conflicts}${root(`{ name = "r", marker = "${chain}" },\n{ name = "r", marker = "${deep}" },\n`)}[package.optional-dependencies]\n${extras}`,
    `${head}${root("")}[package.optional-dependencies]\n${extras}`,
  ];
  for (const lock of locks) {
    const start = performance.now();
    assert.is(core.read(abi.FORMAT_UV, new TextEncoder().encode(lock), null), null);
    for (const flags of [0, abi.REQUEST_IS_OPEN]) {
      core.resolve({ target: "cp312-linux-x86_64-glibc2.28", groups: ["main"], extras: ["x1", "x5"], flags });
    }
    assert.ok(performance.now() - start < 10000, `${lock.length} bytes took ${performance.now() - start} ms`);
  }
});

function lockOf(folder: string): Lockfile {
  const pyproject = `${FIXTURES}${folder}/pyproject.toml`;
  return readLock(readFileSync(`${FIXTURES}${folder}/uv.lock`), {
    path: "uv.lock",
    format: "uv",
    pyproject: existsSync(pyproject) ? readPyproject(readFileSync(pyproject, "utf8"), "pyproject.toml") : null,
  });
}

function folders(kind: string): string[] {
  return readdirSync(FIXTURES)
    .filter((name) => name.startsWith(kind))
    .sort();
}

function defaults(lock: Lockfile): string[] {
  return [...lock.groups].filter(([, isDefault]) => isDefault).map(([name]) => name);
}

test.run();
