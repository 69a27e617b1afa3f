// Every failure has words: the table against the boundary's codes, and each failing lock against what is printed for it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import type { LockFormat } from "../src/lock/formats.ts";
import { readPyproject } from "../src/lock/pyproject.ts";
import { readLock } from "../src/lock/shipped.ts";
import { renderFailure } from "../src/words/diagnostic.ts";
import {
  type Failure,
  failureFrom,
  KNOWN_STATUSES,
  PylockError,
  SHELL_CODES,
  shellError,
} from "../src/words/errors.ts";
import { closest } from "../src/words/suggestion.ts";

const FORMATS = [
  ["poetry", "poetry.lock"],
  ["uv", "uv.lock"],
] as const;
/** Renews each expected.txt; look at what it changes before it is committed. */
const RENEW = process.env.RENEW_EXPECTED === "1";
const TARGET = "cp312-linux-x86_64-glibc2.28";

const statuses = Object.entries(abi).filter(([name]) => name.startsWith("STATUS_") && name !== "STATUS_OK");

for (const [name, status] of statuses) {
  test(`${name} has words`, () => {
    assert.ok(KNOWN_STATUSES.has(status), `src/words/errors.ts has no entry for ${name}`);
    const facts = { path: "poetry.lock", bytes: new TextEncoder().encode("a = b"), offset: 4, size: 1 };
    expectWords(failureFrom(status, facts));
  });
}

test("the table has no status that the boundary lacks", () => {
  const known = new Set<number>(statuses.map(([, status]) => status));
  assert.equal(
    [...KNOWN_STATUSES].filter((status) => !known.has(status)),
    [],
  );
});

for (const code of SHELL_CODES) {
  test(`${code} has words`, () => {
    const { failure, exitCode } = shellError(code, { text: "word", detail: "detail", known: ["known"] });
    assert.is(failure.code, code);
    assert.ok([1, 2, 70].includes(exitCode));
    expectWords(failure);
  });
}

for (const [format, file] of FORMATS) {
  const fixtures = `test/fixtures/${format}/`;
  for (const name of readdirSync(fixtures).filter((folder) => folder.startsWith("fail-"))) {
    test(`${format}: ${name}`, () => {
      const folder = `${fixtures}${name}/`;
      const lock = readFileSync(`${folder}${file}`);
      const actual = renderFailure(failureOf(folder, lock, format, file), { bytes: lock });
      if (RENEW) writeFileSync(`${folder}expected.txt`, actual);
      const expected = readFileSync(`${folder}expected.txt`, "utf8");
      assert.is(actual, expected, "renew with RENEW_EXPECTED=1 node test/run.mjs --only errors");
    });
  }
}

test("suggestions are close, or none", () => {
  const known = ["python_version", "sys_platform", "dev"];
  assert.is(closest("python_versoin", known), "python_version");
  assert.is(closest("Sys_Platform", known), "sys_platform");
  assert.is(closest("dve", known), "dev");
  assert.is(closest("documentation", known), null);
  assert.is(closest("", known), null);
});

/** What the lock of a folder fails with or warns of, in reading it or in resolving it with all its extras. */
function failureOf(folder: string, lock: Uint8Array, format: LockFormat, file: string): Failure {
  try {
    const path = `${folder}pyproject.toml`;
    const pyproject = existsSync(path) ? readPyproject(readFileSync(path, "utf8"), "pyproject.toml") : null;
    const read = readLock(lock, { path: file, format, pyproject });
    const extras = format === "uv" ? read.extras : [];
    const failure = read.resolve({ target: TARGET, groups: ["main"], extras }).error ?? read.warnings[0];
    assert.ok(failure !== undefined, "nothing failed");
    return failure;
  } catch (error) {
    if (error instanceof PylockError) return error.failure;
    throw error;
  }
}

function expectWords({ code, message, hint }: Failure): void {
  assert.match(code, /^[a-z0-9-]+$/);
  for (const text of [message, hint ?? "a hint"]) {
    assert.ok(text.length > 5, text);
    assert.not.match(text, /undefined|null|NaN|\[object/);
    assert.not.match(text, /[.\n]$/);
  }
}

test.run();
