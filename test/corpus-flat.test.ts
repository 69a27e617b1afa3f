// pylock.toml, pdm.lock, Pipfile.lock, requirements and conda-lock against the expected resolutions of real locks: every
// selection, every target, on both builds of the core.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../src/core/core.ts";
import { type LockFormat, type Lockfile, readLockWith } from "../src/lock/lockfile.ts";
import { readPyproject } from "../src/lock/pyproject.ts";
import { type Case, corpus, type Expected, isKnownDifference, members, type Oracle } from "./corpus.ts";

/** What the corpus calls a format -> what we call it. */
const FORMATS: Readonly<Record<string, LockFormat>> = {
  pylock: "pylock",
  pdm: "pdm",
  pipfile: "pipfile",
  requirements: "requirements",
  "conda-lock": "conda",
};

const cases = Object.entries(FORMATS).flatMap(([name, format]) => corpus(name).map((each) => ({ ...each, format })));
if (cases.length === 0) console.log("skipped 32 tests: no corpus of locks here");
const tally = new Map<string, { good: number; total: number }>();

for (const build of ["core.wasm", "core.debug.wasm"]) {
  const module = new WebAssembly.Module(readFileSync(`wasm/${build}`));
  for (const each of cases) {
    test(`${build}: ${each.id}`, () => {
      // Not answered by the oracle: PDM of 2020 wrote no lock_version, and PDM reads none without.
      if (each.id === "pdm--pdm-self-2020") {
        assert.throws(() => read(module, each), /no `lock_version`/);
        return;
      }
      const lock = read(module, each);
      const wrong = each.oracles.flatMap((oracle) => compare(each.id, each.format, lock, oracle));
      assert.is(wrong.length, 0, `${wrong.length} differ: ${wrong.slice(0, 3).join("\n")}`);
    });
  }
}

function read(module: WebAssembly.Module, { lock, path, pyproject, format }: Case & { format: LockFormat }): Lockfile {
  return readLockWith(new Core(module), lock, {
    path,
    format,
    pyproject: pyproject === null ? null : readPyproject(pyproject, "pyproject.toml"),
  });
}

function compare(id: string, format: LockFormat, lock: Lockfile, oracle: Oracle): string[] {
  const counts = tally.get(format) ?? { good: 0, total: 0 };
  tally.set(format, counts);
  return Object.entries(oracle.targets).flatMap(([target, expected]) => {
    if (isKnownDifference(id, oracle.selection, target)) return [];
    counts.total++;
    const difference = differenceOf(format, lock, oracle, target, expected);
    if (difference !== null) return [`${id} ${oracle.selection} ${target}: ${difference}`];
    counts.good++;
    return [];
  });
}

function differenceOf(
  format: LockFormat,
  lock: Lockfile,
  oracle: Oracle,
  target: string,
  expected: Expected,
): string | null {
  const actual = lock.resolve({ target, ...selectionOf(format, lock, oracle) });
  if (expected.error !== undefined) return actual.error === null ? `expected a refusal: ${expected.error}` : null;
  if (actual.error !== null) return `refused: ${actual.error.message}`;
  const rows = actual.packages.map(({ name, version, kind, artifact, url, hash }) => {
    // The oracle of conda has what stands in the lock: an address, for whatever kind.
    if (format === "conda") return `${name} ${version ?? ""} ${kind === "git" ? `git+${artifact}` : url}`;
    if (kind === "wheel" || kind === "sdist")
      assert.match(hash ?? "", /^sha(256|384|512)-/, `${target}: hash of ${name}`);
    return row([name, version ?? "", kind, artifact]);
  });
  const wanted = members(expected.set ?? "").flatMap((index) => {
    const [name, version, kind, artifact] = oracle.rows[index]!;
    if (format !== "conda") return [row([name, version, kind, artifact])];
    return name.startsWith("pip:") ? [`${name.slice(4)} ${version} ${artifact}`] : [];
  });
  const missing = wanted.filter((each) => !rows.includes(each));
  const surplus = rows.filter((each) => !wanted.includes(each));
  if (missing.length + surplus.length > 0 || rows.length !== wanted.length) {
    return `missing ${missing.slice(0, 4).join(", ")}; surplus ${surplus.slice(0, 4).join(", ")}`;
  }
  const uninstallable = expected.uninstallable ?? [];
  return actual.uninstallable.join() === uninstallable.join() ? null : `uninstallable ${actual.uninstallable.join()}`;
}

function selectionOf(format: LockFormat, lock: Lockfile, oracle: Oracle): { groups: string[]; extras: string[] } {
  const { groups = ["main"], extras = [] } = oracle.arguments as { groups?: string[] | "ALL"; extras?: string[] };
  if (groups === "ALL") return { groups: [...lock.groups.keys()], extras };
  if (format === "pylock") return { groups, extras };
  return { groups: groups.map((group) => (group === "default" ? "main" : group)), extras };
}

function row([name, version, kind, artifact]: Oracle["rows"][number]): string {
  return `${name} ${version} ${kind} ${artifact ?? "-"}`;
}

test.run();
process.on("exit", () => {
  for (const [format, { good, total }] of tally) console.log(`${format}: ${good} of ${total} records`);
});
