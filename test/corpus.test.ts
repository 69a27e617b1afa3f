// poetry.lock against the expected resolutions of real locks: every selection, every target, on both builds of the core.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../src/core/core.ts";
import { type Lockfile, readLockWith } from "../src/lock/lockfile.ts";
import { readPyproject } from "../src/lock/pyproject.ts";
import { PylockError } from "../src/words/errors.ts";
import { type Case, corpus, isKnownDifference, members, type Oracle } from "./corpus.ts";

const cases = corpus("poetry");
if (cases.length === 0) console.log("skipped 20 tests: no corpus of locks here");

for (const build of ["core.wasm", "core.debug.wasm"]) {
  const module = new WebAssembly.Module(readFileSync(`wasm/${build}`));
  for (const each of cases) {
    test(`${build}: ${each.id}`, () => {
      if (each.oracles.some((oracle) => oracle.malformed !== undefined)) {
        assert.throws(() => read(module, each), isLocated);
        return;
      }
      const lock = read(module, each);
      for (const oracle of each.oracles) compare(each.id, lock, oracle);
    });
  }
}

function read(module: WebAssembly.Module, { lock, path, pyproject }: Case): Lockfile {
  return readLockWith(new Core(module), lock, {
    path,
    format: "poetry",
    pyproject: pyproject === null ? null : readPyproject(pyproject, "pyproject.toml"),
  });
}

/** A malformed lock: an error with a place in it. */
function isLocated(error: unknown): boolean {
  return error instanceof PylockError && error.exitCode === 1 && error.failure.line !== null;
}

function compare(id: string, lock: Lockfile, oracle: Oracle): void {
  const { groups, extras } = oracle.arguments;
  for (const [target, expected] of Object.entries(oracle.targets)) {
    if (isKnownDifference(id, oracle.selection, target)) continue;
    const where = `${id} ${oracle.selection} ${target}`;
    const actual = lock.resolve({ target, groups, extras });
    if (expected.error !== undefined) {
      assert.is.not(actual.error, null, `${where} is refused`);
      continue;
    }
    assert.is(actual.error, null, `${where}: ${actual.error?.message}`);
    // Where several versions of one name are selected the oracle keeps the last.
    if (expected.problems?.some((problem) => problem.includes("several selected"))) continue;
    const rows = actual.packages.map(({ name, version, kind, artifact }) => row([name, version ?? "", kind, artifact]));
    assert.equal(
      rows.sort(),
      members(expected.set ?? "")
        .map((index) => row(oracle.rows[index]!))
        .sort(),
      where,
    );
    assert.equal(actual.uninstallable, expected.uninstallable ?? [], `${where}: uninstallable`);
  }
}

function row([name, version, kind, artifact]: Oracle["rows"][number]): string {
  return `${name} ${version} ${kind} ${artifact ?? "-"}`;
}

test.run();
