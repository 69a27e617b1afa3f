// uv.lock: every answer of the corpus, on every target. What differs on purpose is in known-differences.txt.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Lockfile, readLock } from "../src/lock/lockfile.ts";
import { readPyproject } from "../src/lock/pyproject.ts";
import type { Resolution } from "../src/lock/resolution.ts";
import { corpus, type Expected, isKnownDifference, members, type Oracle } from "./corpus.ts";

const cases = corpus("uv");
if (cases.length === 0) {
  process.stdout.write("skipped 1 test: the corpus is not here\n");
  test("the corpus is not here", () => assert.ok(true));
}

for (const { id, lock: bytes, path, pyproject, oracles } of cases) {
  test(`${id}: as expected on every target`, () => {
    const project = pyproject === null ? null : readPyproject(pyproject, "pyproject.toml");
    const lock = readLock(bytes, { path, format: "uv", pyproject: project });
    for (const oracle of oracles) {
      for (const [target, expected] of Object.entries(oracle.targets)) {
        const name = `${id} ${oracle.selection} ${target}`;
        const differences = compare(oracle, expected, resolve(lock, oracle, target));
        if (isKnownDifference(id, oracle.selection, target))
          assert.is.not(differences.length, 0, `${name} is as expected: not a known difference`);
        else assert.equal(differences, [], name);
      }
    }
  });
}

/** "ALL" stands for every extra, group or member. */
function resolve(lock: Lockfile, { arguments: asked }: Oracle, target: string): Resolution {
  const all = [...lock.groups.keys()];
  const given: readonly string[] | "ALL" = asked.groups as readonly string[] | "ALL";
  const groups = given === "ALL" ? all : all.filter((group) => group === "main" || given.includes(group));
  const extras = (asked.extras as readonly string[] | "ALL") === "ALL" ? lock.extras : asked.extras;
  const isWorkspace = "package" in asked && asked.package === "ALL";
  return lock.resolve({ target, groups, extras, packages: isWorkspace ? "all" : undefined });
}

function compare({ rows }: Oracle, expected: Expected, answer: Resolution): string[] {
  if (expected.error !== undefined) return answer.error !== null ? [] : [`not refused: ${expected.error}`];
  if (answer.error !== null) return [`refused: ${answer.error.message}`];
  const wanted = members(expected.set ?? "").map((row) => rows[row]!.map((cell) => cell ?? "").join(" "));
  const found = answer.packages.map(({ name, version, kind, artifact }) =>
    [name, version ?? "", kind, artifact ?? ""].join(" "),
  );
  const wantedUninstallable = (expected.uninstallable ?? []).map((name) => `uninstallable ${name}`);
  const foundUninstallable = answer.uninstallable.map((name) => `uninstallable ${name}`);
  return differing([...wanted, ...wantedUninstallable], [...found, ...foundUninstallable]);
}

function differing(wanted: readonly string[], found: readonly string[]): string[] {
  const wantedSet = new Set(wanted);
  const foundSet = new Set(found);
  return [
    ...wanted.filter((each) => !foundSet.has(each)).map((each) => `- ${each}`),
    ...found.filter((each) => !wantedSet.has(each)).map((each) => `+ ${each}`),
  ];
}

test.run();
