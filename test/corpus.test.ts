// poetry.lock against the expected resolutions of real locks, through the command line: every selection, every target, on
// both builds of the core.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Resolution } from "../src/lock/resolution.ts";
import { PylockError } from "../src/words/errors.ts";
import { answersTo, BUILDS, checkRecords, corpus, difference, type Expected, type Oracle, rowsOf } from "./corpus.ts";

const cases = corpus("poetry");
if (cases.length === 0) console.log("skipped 44 tests: no corpus of locks here");
let records = 0;

for (const build of BUILDS) {
  for (const each of cases) {
    test(`${build}: ${each.id}`, async () => {
      if (each.oracles.some((oracle) => oracle.malformed !== undefined)) {
        const error = await answersTo([each.folder + each.path], build).catch((thrown: unknown) => thrown);
        assert.ok(error instanceof PylockError && error.exitCode === 1 && error.failure.line !== null, "a place in it");
        return;
      }
      records += await checkRecords(each, build, differenceOf);
    });
  }
}

function differenceOf(oracle: Oracle, expected: Expected, answer: Resolution): string | null {
  if (expected.error !== undefined) return answer.error === null ? `not refused: ${expected.error}` : null;
  if (answer.error !== null) return `refused: ${answer.error.message}`;
  // Where several versions of one name are selected the oracle keeps the last.
  if (expected.problems?.some((problem) => problem.includes("several selected"))) return null;
  const rows = answer.packages.map(({ name, version, kind, artifact }) => row([name, version ?? "", kind, artifact]));
  return (
    difference(rowsOf(oracle, expected).map(row), rows) ??
    difference(expected.uninstallable ?? [], answer.uninstallable)
  );
}

function row([name, version, kind, artifact]: Oracle["rows"][number]): string {
  return `${name} ${version} ${kind} ${artifact ?? "-"}`;
}

test.run();
process.on("exit", () => console.log(`poetry: ${records} records`));
