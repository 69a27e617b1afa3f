// uv.lock against the expected resolutions of real locks, through the command line: every selection, every target, on both
// builds of the core.
import { test } from "uvu";
import type { Resolution } from "../src/lock/resolution.ts";
import { BUILDS, checkRecords, corpus, difference, type Expected, type Oracle, rowsOf } from "./corpus.ts";

const cases = corpus("uv");
if (cases.length === 0) console.log("skipped 24 tests: no corpus of locks here");
let records = 0;

for (const build of BUILDS) {
  for (const each of cases) {
    test(`${build}: ${each.id}`, async () => {
      records += await checkRecords(each, build, differenceOf);
    });
  }
}

function differenceOf(oracle: Oracle, expected: Expected, answer: Resolution): string | null {
  if (expected.error !== undefined) return answer.error === null ? `not refused: ${expected.error}` : null;
  if (answer.error !== null) return `refused: ${answer.error.message}`;
  const wanted = rowsOf(oracle, expected).map((row) => row.map((cell) => cell ?? "").join(" "));
  const found = answer.packages.map(({ name, version, kind, artifact }) =>
    [name, version ?? "", kind, artifact ?? ""].join(" "),
  );
  return difference(wanted, found) ?? difference(expected.uninstallable ?? [], answer.uninstallable);
}

test.run();
process.on("exit", () => console.log(`uv: ${records} records`));
