// pylock.toml, pdm.lock, Pipfile.lock, requirements and conda-lock against the expected resolutions of real locks, through
// the command line: every selection, every target, on both builds of the core.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Resolution } from "../src/lock/resolution.ts";
import { answersTo, BUILDS, checkRecords, corpus, difference, type Expected, type Oracle, rowsOf } from "./corpus.ts";

/** As the corpus calls them. */
const FORMATS = ["pylock", "pdm", "pipfile", "requirements", "conda-lock"];

const cases = FORMATS.flatMap((format) => corpus(format).map((each) => ({ ...each, format })));
if (cases.length === 0) console.log("skipped 36 tests: no corpus of locks here");
const tally = new Map<string, number>();

for (const build of BUILDS) {
  for (const each of cases) {
    test(`${build}: ${each.id}`, async () => {
      // Not answered by the oracle: PDM of 2020 wrote no lock_version, and PDM reads none without.
      if (each.id === "pdm--pdm-self-2020") {
        const error = await answersTo([each.folder + each.path], build).catch((thrown: unknown) => thrown);
        assert.match(String(error), /no `lock_version`/);
        return;
      }
      const compare = each.format === "conda-lock" ? condaDifference : differenceOf;
      tally.set(each.format, (tally.get(each.format) ?? 0) + (await checkRecords(each, build, compare)));
    });
  }
}

function differenceOf(oracle: Oracle, expected: Expected, answer: Resolution): string | null {
  const wanted = rowsOf(oracle, expected).map(
    ([name, version, kind, file]) => `${name} ${version} ${kind} ${file ?? "-"}`,
  );
  const found = answer.packages.map(({ name, version, kind, artifact, hash }) => {
    const hasHash = (kind !== "wheel" && kind !== "sdist") || /^sha(256|384|512)-/.test(hash ?? "");
    return `${name} ${version ?? ""} ${kind} ${artifact ?? "-"}${hasHash ? "" : " without a hash"}`;
  });
  return refusalDifference(expected, answer) ?? difference(wanted, found) ?? uninstallableDifference(expected, answer);
}

/** The oracle of conda has what stands in the lock: an address, for whatever kind; of the pip part alone. */
function condaDifference(oracle: Oracle, expected: Expected, answer: Resolution): string | null {
  const wanted = rowsOf(oracle, expected).flatMap(([name, version, , address]) =>
    name.startsWith("pip:") ? [`${name.slice(4)} ${version} ${address}`] : [],
  );
  const found = answer.packages.map(
    ({ name, version, kind, artifact, url }) => `${name} ${version ?? ""} ${kind === "git" ? `git+${artifact}` : url}`,
  );
  return refusalDifference(expected, answer) ?? difference(wanted, found) ?? uninstallableDifference(expected, answer);
}

function refusalDifference(expected: Expected, answer: Resolution): string | null {
  if (expected.error !== undefined) return answer.error === null ? `not refused: ${expected.error}` : null;
  return answer.error === null ? null : `refused: ${answer.error.message}`;
}

function uninstallableDifference(expected: Expected, { uninstallable }: Resolution): string | null {
  return difference(expected.uninstallable ?? [], uninstallable);
}

test.run();
process.on("exit", () => {
  for (const [format, records] of tally) console.log(`${format}: ${records} records`);
});
