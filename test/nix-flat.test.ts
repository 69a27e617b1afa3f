// temporary
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Failure, failureFrom, PylockError } from "../src/errors.ts";
import { type LockFormat, type Lockfile, readLock } from "../src/lockfile.ts";
import { freeze } from "../src/nix.ts";
import { pdmRecords, readPyproject } from "../src/pyproject.ts";
import { corpus } from "./corpus.ts";
import { evaluator, Path, type Value } from "./nix/host.ts";

const TARGETS = [
  "cp312-linux-x86_64-glibc2.28",
  "cp310-macos14-arm64",
  "cp313-win-amd64",
  "cp39-linux-aarch64-musl1.2",
  "cp37-linux-x86_64-glibc2.17",
  "cp314t-linux-x86_64-glibc2.39",
];
const FORMATS: readonly (readonly [LockFormat, string, string, string])[] = [
  ["pylock", "pylock", "pylock.toml", "nix-flat"],
  ["pdm", "pdm", "pdm.lock", "nix-flat"],
  ["pipfile", "pipfile", "Pipfile.lock", "nix-pip"],
  ["requirements", "requirements", "requirements.txt", "nix-pip"],
  ["conda", "conda-lock", "conda-lock.yml", "nix-pip"],
];

interface Given {
  id: string;
  format: LockFormat;
  lock: Uint8Array;
  pyproject: string | null;
  selections: readonly { groups: readonly string[] | "ALL"; extras: readonly string[] }[];
  targets: readonly string[];
}

for (const debug of ["", ".debug"]) {
  for (const [format, name, file, moduleName] of FORMATS) {
    const module = new WebAssembly.Module(readFileSync(`wasm/${moduleName}${debug}.wasm`));
    const some = (targets: readonly string[]): readonly string[] =>
      debug === ""
        ? targets.filter((_, index) => process.env.ALL_TARGETS === "1" || index % 6 === 0)
        : targets.filter((target) => /^cp31[12]-linux-x86_64-glibc2.28$/.test(target)).slice(0, 1);
    const root = `test/fixtures/${format}/`;
    for (const id of readdirSync(root)) {
      const path = `${root}${id}/${file}`;
      if (!existsSync(path)) continue;
      const lock = readFileSync(path);
      const project = `${root}${id}/pyproject.toml`;
      const pyproject = existsSync(project) ? readFileSync(project, "utf8") : null;
      test(`${moduleName}${debug} ${format} ${id}`, () => {
        holds(module, { id, format, lock, pyproject, selections: [{ groups: ["main"], extras: [] }, { groups: "ALL", extras: [] }], targets: some(TARGETS) });
        if (debug === "" ) damage(module, format, lock, pyproject);
      });
    }
    for (const each of corpus(name)) {
      test(`${moduleName}${debug} ${each.id}`, () =>
        holds(module, {
          ...each,
          format,
          selections: each.oracles.map(({ arguments: given }) => ({
            groups: (given.groups as unknown) === "ALL" ? "ALL" as const : (given.groups ?? ["main"]).map((group) => (format !== "pylock" && group === "default" ? "main" : group)),
            extras: given.extras ?? [],
          })),
          targets: some([...new Set(each.oracles.flatMap((oracle) => Object.keys(oracle.targets ?? {})))]),
        }));
    }
  }
}

function damage(module: WebAssembly.Module, format: LockFormat, lock: Uint8Array, pyproject: string | null): void {
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  let records: string | null = null;
  try {
    records = pyproject === null ? null : pdmRecords(readPyproject(pyproject, "p"));
  } catch {}
  for (let round = 0; round < 60; round++) {
    const damaged = Uint8Array.from(lock);
    for (let i = 0; i <= random(4) && damaged.length > 0; i++) damaged[random(damaged.length)] = random(256);
    const cut = round % 5 === 0 ? damaged.subarray(0, random(damaged.length + 1)) : damaged;
    const { value } = evaluator(module, new Map([["lock", cut]]))("resolve", { lock: new Path("lock"), target: TARGETS[0]!, format, project: round % 7 === 0 ? null : records });
    assert.ok(typeof value === "object");
  }
}

// biome-ignore lint/suspicious/noExplicitAny: temporary
type Any = any;

function holds(module: WebAssembly.Module, { id, format, lock, pyproject: text, selections, targets }: Given): void {
  const evaluate = evaluator(module, new Map([["lock", lock]]));
  const pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
  const project = pyproject === null || format !== "pdm" ? null : pdmRecords(pyproject);
  const ask = (more: { [name: string]: Value }): { answer: Any; warnings: readonly string[] } => {
    const { value, warnings } = evaluate("resolve", { lock: new Path("lock"), project, format, ...more });
    return { answer: value, warnings };
  };
  let read: Lockfile | PylockError;
  try {
    read = readLock(lock, { path: "lock", format, pyproject });
  } catch (error) {
    if (!(error instanceof PylockError)) throw error;
    read = error;
  }
  for (const target of targets) {
    const { answer, warnings } = ask({ target });
    if (read instanceof PylockError) {
      sameFailure(answer.error, read.failure, `${id} ${target}`);
      continue;
    }
    assert.is(answer.error, undefined);
    const { json } = freeze(read, { lockSha256: "", pyproject, pyprojectDigest: null, generator: "", targets: [{ target }] });
    const frozen = JSON.parse(json);
    const entry = answer.targets[target];
    const refusal = "error" in entry ? read.resolveOpen({ target, groups: [], extras: [] }).error : null;
    if (refusal !== null) sameFailure(entry.error, refusal, target);
    const open = read.resolveOpen({ target, groups: [], extras: [] });
    if (entry.refusals !== undefined)
      entry.refusals = entry.refusals.map(([condition, failure]: [number, Any], index: number) => {
        sameFailure(failure, open.refusals[index]!.error, "refusal");
        return [condition, open.refusals[index]!.error.message];
      });
    assert.equal(
      {
        version: answer.version,
        conditions: answer.conditions,
        packages: answer.packages,
        targets: { [target]: refusal === null ? entry : { error: refusal.message } },
        extras: [...answer.extras].sort(),
        groups: format === "pylock" ? Object.fromEntries([...answer.groups].sort().map((g: string) => [g, answer.defaultGroups.includes(g)])) : [...new Set(["main", ...answer.groups])].sort(),
      },
      {
        version: frozen.lock.version,
        conditions: frozen.conditions,
        packages: frozen.packages,
        targets: frozen.targets,
        extras: frozen.extras,
        groups: format === "pylock" ? frozen.groups : Object.keys(frozen.groups),
      },
      `${id} ${target}`,
    );
    assert.equal(warnings, read.warnings.map((warning) => warning.message));
    assert.is(answer.warnings.length, warnings.length);
    read.warnings.forEach((warning, index) => sameFailure(answer.warnings[index], warning, id));
    for (const selection of selections) {
      const groups = selection.groups === "ALL" ? [...read.groups.keys()] : [...selection.groups];
      const { extras } = selection;
      const closed = ask({ target, groups, extras: [...extras] }).answer;
      const direct = read.resolve({ target, groups, extras });
      const entry = closed.targets[target];
      if ("error" in entry) {
        assert.ok(direct.error !== null, entry);
        sameFailure(entry.error, direct.error!, `${id} ${target} ${groups}`);
        continue;
      }
      assert.is(direct.error, null);
      assert.equal(closed.conditions, [true]);
      const expected = direct.packages.map(({ name, version, kind, dependencies, artifact }) =>
        JSON.stringify([name, version, dependencies, kind === "wheel" || kind === "sdist" ? artifact : null]),
      );
      const actual = closed.packages.map(({ name, version, files, variants }: Any) => {
        const [file, condition, dependencies] = variants[0]!;
        assert.is(condition, 0);
        const kind = direct.packages.find((each) => each.name === name && each.version === version)?.kind;
        const row = files[file] as [string] | undefined;
        return JSON.stringify([name, version, dependencies, kind === "wheel" || kind === "sdist" ? row?.[0] : null]);
      }) as string[];
      const left = direct.packages.filter(({ kind, artifact }) => (kind === "directory" || kind === "editable") && (artifact === "." || artifact === "")).map(({ name, version, dependencies }) => JSON.stringify([name, version, dependencies, null]));
      assert.equal(actual.sort(), expected.filter((each) => !left.includes(each)).sort(), `${id} ${target} ${groups} ${extras}`);
      assert.is((entry.refusals ?? []).length, direct.problems.length);
    }
  }
}

function sameFailure(actual: Any, expected: Failure, where: string): void {
  assert.ok(actual !== undefined, `${where}: expected ${expected.message}`);
  const { code, input, offset, size, line, column } = actual;
  assert.is(failureFrom(code, { path: null, bytes: null, offset: null, size: null }).code, expected.code, where);
  if (input === "lock" || expected.line !== null) {
    const { offset: at, size: length, line: row, column: cell } = expected;
    assert.equal([offset, size, line, column], [at, length, row, cell], where);
  }
}
test.run();
