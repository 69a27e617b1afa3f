// The frozen resolution: whatever subset of groups and extras is taken from it, it says what resolving that subset says.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { freeze } from "../src/answers/freeze.ts";
import type { Condition } from "../src/lock/open.ts";
import { readPyproject } from "../src/lock/pyproject.ts";
import { readLock } from "../src/lock/shipped.ts";
import { type Case, corpus } from "./corpus.ts";

interface FrozenFile {
  conditions: Condition[];
  packages: {
    name: string;
    version: string | null;
    files: [string, string | null, string | null][];
    variants: [number, number, string[]][];
  }[];
  targets: Record<string, { python: string; variants: number[] } | { error: string }>;
  groups: Record<string, boolean>;
  extras: string[];
  warnings: string[];
}

const FIXTURES = [
  "okay-include-2.1",
  "okay-dependency-groups-2.1",
  "okay-groups-2.0",
  "okay-groups-1.1",
  "okay-legacy-1.0",
];
const TARGETS = ["cp312-linux-x86_64-glibc2.28", "cp310-macos14-arm64", "cp313-win-amd64"];

for (const name of FIXTURES) {
  test(`${name}: every subset is what resolving it gives`, () => {
    const folder = `test/fixtures/poetry/${name}/`;
    const pyproject = readFileSync(`${folder}pyproject.toml`, "utf8");
    const lock = readFileSync(`${folder}poetry.lock`);
    holdsFor({ id: name, folder, path: "poetry.lock", lock, pyproject, oracles: [] }, subsets);
  });
}

const cases = corpus("poetry").filter((each) => each.oracles.every((oracle) => oracle.malformed === undefined));
if (cases.length === 0) console.log("skipped 19 tests: no corpus of locks here");
for (const each of cases) {
  test(`${each.id}: the corpus's selections are what resolving them gives`, () => {
    holdsFor(each, () => each.oracles.map((oracle) => oracle.arguments));
  });
}

interface Subset {
  groups: string[];
  extras: string[];
}

/** Compares the frozen answer with the direct one for each subset on each target. */
function holdsFor(each: Case, choose: (groups: string[], extras: string[]) => Subset[]): void {
  const pyproject = each.pyproject === null ? null : readPyproject(each.pyproject, "pyproject.toml");
  const lock = readLock(each.lock, { path: each.path, format: "poetry", pyproject });
  const options = {
    lockSha256: "0".repeat(64),
    pyproject,
    pyprojectDigest: "0".repeat(64),
    generator: "pylock2nix test",
  };
  const targets = TARGETS.map((target) => ({ target }));
  const { json } = freeze(lock, { ...options, targets });
  assert.is(freeze(lock, { ...options, targets }).json, json, "the same bytes");
  const frozen = JSON.parse(json) as FrozenFile;
  for (const target of TARGETS) {
    for (const { groups, extras } of choose(Object.keys(frozen.groups), frozen.extras)) {
      const direct = lock.resolve({ target, groups, extras });
      const entry = frozen.targets[target]!;
      const where = `${each.id} ${target} ${groups}|${extras}`;
      if ("error" in entry) {
        assert.is(direct.error?.message, entry.error, where);
        continue;
      }
      // A lock below 2.1 is solved anew for each subset; where that matters the file says so.
      if (frozen.warnings.some((warning) => warning.startsWith(target))) continue;
      const chosen = selected(frozen, entry.variants, groups, extras);
      const expected = direct.packages.map(({ name, version, kind, artifact }) => {
        const file = kind === "wheel" || kind === "sdist" ? artifact : chosen.get(`${name} ${version}`)?.file;
        return `${name} ${version} ${file}`;
      });
      assert.equal([...chosen].map(([key, { file }]) => `${key} ${file}`).sort(), expected.sort(), where);
      // An extra that another selection asks for may add edges, never take one away.
      for (const { name, version, dependencies } of direct.packages) {
        const { edges } = chosen.get(`${name} ${version}`)!;
        assert.equal(
          dependencies.filter((edge) => !edges.includes(edge)),
          [],
          `${where}: edges of ${name}`,
        );
      }
    }
  }
}

/** What a reader of the file makes of it: docs/resolution.md. */
function selected(frozen: FrozenFile, variants: number[], groups: string[], extras: string[]): Map<string, Chosen> {
  const holds: boolean[] = [];
  for (const condition of frozen.conditions) {
    if (typeof condition === "boolean") holds.push(condition);
    else if ("group" in condition) holds.push(groups.includes(condition.group));
    else if ("extra" in condition) holds.push(extras.includes(condition.extra));
    else if ("member" in condition) throw new Error("a lock of Poetry has no workspace");
    else if ("not" in condition) holds.push(!holds[condition.not]);
    else if ("all" in condition) holds.push(condition.all.every((index) => holds[index]));
    else holds.push(condition.any.some((index) => holds[index]));
  }
  const chosen = new Map<string, Chosen>();
  frozen.packages.forEach(({ name, version, files, variants: own }, index) => {
    const variant = own[variants[index]!];
    if (variant === undefined || !holds[variant[1]]) return;
    chosen.set(`${name} ${version}`, { file: files[variant[0]]?.[0] ?? null, edges: variant[2] });
  });
  return chosen;
}

interface Chosen {
  file: string | null;
  edges: string[];
}

/** Every subset of the groups with none, each and all of the extras. */
function subsets(groups: string[], extras: string[]): Subset[] {
  const choices: Subset[] = [];
  for (let bits = 0; bits < 1 << groups.length; bits++) {
    const some = groups.filter((_, index) => ((bits >> index) & 1) === 1);
    for (const few of [[], ...extras.map((extra) => [extra]), extras]) choices.push({ groups: some, extras: few });
  }
  return choices;
}

test("an archive's subdirectory is in the frozen file: what is built lies there (PEP 751, packages.archive.subdirectory)", () => {
  const url = "https://files.pypi.invalid/deep-1.0.tar.gz";
  const archive = `{ url = "${url}", subdirectory = "python/deep", hashes = { sha256 = "${"0".repeat(64)}" } }`;
  const text = `lock-version = "1.0"\ncreated-by = "hand"\n\n[[packages]]\nname = "deep"\nversion = "1.0"\narchive = ${archive}\n`;
  const lock = readLock(new TextEncoder().encode(text), { path: "pylock.toml", format: "pylock", pyproject: null });
  const { json } = freeze(lock, {
    lockSha256: "",
    pyproject: null,
    pyprojectDigest: null,
    generator: "",
    targets: TARGETS.map((target) => ({ target })),
  });
  assert.equal(JSON.parse(json).packages[0].source, { kind: "url", url, subdirectory: "python/deep" });
});

test.run();
