// wasm/nix.wasm in a host that stands in for Nix: the same resolution as the frozen file's, for every lock, selection and
// target of the corpus; failures as data, never a trap; its size, its largest function, its imports.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Failure, failureFrom, PylockError } from "../src/errors.ts";
import { type Lockfile, readLock } from "../src/lockfile.ts";
import { freeze } from "../src/nix.ts";
import { type Pyproject, projectRecords, readPyproject } from "../src/pyproject.ts";
import { corpus } from "./corpus.ts";
import { Aborted, evaluator, Path, type Value } from "./nix/host.ts";

const TARGETS = [
  "cp312-linux-x86_64-glibc2.28",
  "cp310-macos14-arm64",
  "cp313-win-amd64",
  "cp39-linux-aarch64-musl1.2",
  "cp37-linux-x86_64-glibc2.17",
  "cp314t-linux-x86_64-glibc2.39",
];
const BUILDS = ["nix.wasm", "nix.debug.wasm"];
const FIXTURES = "test/fixtures/poetry/";

interface Given {
  readonly id: string;
  readonly lock: Uint8Array;
  readonly pyproject: string | null;
  readonly selections: readonly { groups: readonly string[]; extras: readonly string[] }[];
  readonly targets: readonly string[];
}

/** What the module answers, as JSON. */
interface Answer {
  error?: ModuleFailure;
  version: string | null;
  groups: string[];
  extras: string[];
  conditions: unknown[];
  packages: { name: string; version: string | null; files: unknown[]; variants: [number, number, string[]][] }[];
  targets: Record<string, { error: ModuleFailure } | { python: string; variants: number[] }>;
  warnings: ModuleFailure[];
}

interface ModuleFailure {
  code: number;
  input: string | null;
  offset: number | null;
  size: number | null;
  line: number | null;
  column: number | null;
}

const fixtures: Given[] = readdirSync(FIXTURES).map((id) => {
  const pyproject = `${FIXTURES}${id}/pyproject.toml`;
  return {
    id,
    lock: readFileSync(`${FIXTURES}${id}/poetry.lock`),
    pyproject: existsSync(pyproject) ? readFileSync(pyproject, "utf8") : null,
    selections: [{ groups: ["main"], extras: [] }],
    targets: TARGETS,
  };
});
const locks: Given[] = corpus("poetry").map(({ id, lock, pyproject, oracles }) => ({
  id,
  lock,
  pyproject,
  selections: oracles.map((oracle) => oracle.arguments),
  targets: [...new Set(oracles.flatMap((oracle) => Object.keys(oracle.targets ?? {})))],
}));
if (locks.length === 0) console.log("skipped 40 tests: no corpus of locks here");

for (const build of BUILDS) {
  const module = new WebAssembly.Module(readFileSync(`wasm/${build}`));
  // Each selection is resolved twice, frozen and directly: ALL_TARGETS=1 takes minutes and all targets, else every sixth.
  // The debug build, which checks every access, is ten times slower: one target of each lock.
  const some = (targets: readonly string[]): readonly string[] =>
    build === "nix.wasm"
      ? targets.filter((_, index) => process.env.ALL_TARGETS === "1" || index % 6 === 0)
      : targets.filter((target) => /^cp31[12]-linux-x86_64-glibc2.28$/.test(target)).slice(0, 1);
  for (const given of [...fixtures, ...locks]) {
    test(`${build}: ${given.id}`, () => holds(module, { ...given, targets: some(given.targets) }));
  }
}

/** Compares the module's answers with the shell's, failures included. */
function holds(module: WebAssembly.Module, { id, lock, pyproject: text, selections, targets }: Given): void {
  const evaluate = evaluator(module, new Map([["lock", lock]]));
  let pyproject: Pyproject | null = null;
  try {
    pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
  } catch {
    return; // nix/pyproject.nix refuses it before the module is called
  }
  const project = pyproject === null ? null : projectRecords(pyproject);
  const ask = (more: { [name: string]: Value }): { answer: Answer; warnings: readonly string[] } => {
    const { value, warnings, calls } = evaluate("resolve", { lock: new Path("lock"), project, ...more });
    const answer = value as Answer;
    const isRefused = answer.error !== undefined || Object.values(answer.targets).some((each) => "error" in each);
    assert.ok(calls.read_file === 1 || isRefused || warnings.length > 0, `${id}: the lock is read once`);
    return { answer, warnings };
  };
  const read = reading(lock, pyproject);
  for (const target of targets) {
    const { answer, warnings } = ask({ target });
    if (read instanceof PylockError) {
      sameFailure(answer.error!, read.failure, `${id} ${target}`);
      continue;
    }
    assert.is(answer.error, undefined, `${id} ${target}`);
    const frozen = frozenFor(read, pyproject, target);
    assert.equal(shapeOf(answer, read, target), frozen, `${id} ${target}`);
    assert.equal(
      warnings,
      read.warnings.map((warning) => warning.message),
    );
    for (const { groups, extras } of selections) {
      const closed = ask({ target, groups: [...groups], extras: [...extras] }).answer;
      const direct = read.resolve({ target, groups, extras });
      const entry = closed.targets[target]!;
      if ("error" in entry) {
        sameFailure(entry.error, direct.error!, `${id} ${target} ${groups}`);
        continue;
      }
      assert.is(direct.error, null);
      assert.equal(closed.conditions, [true]);
      const expected = direct.packages.map(({ name, version, kind, dependencies, artifact }) =>
        JSON.stringify([name, version, dependencies, kind === "wheel" || kind === "sdist" ? artifact : null]),
      );
      const actual = closed.packages.map(({ name, version, files, variants }) => {
        const [file, condition, dependencies] = variants[0]!;
        assert.is(condition, 0);
        const kind = direct.packages.find((each) => each.name === name && each.version === version)?.kind;
        const row = files[file] as [string] | undefined;
        return JSON.stringify([name, version, dependencies, kind === "wheel" || kind === "sdist" ? row?.[0] : null]);
      }) as string[];
      assert.equal(actual.sort(), expected.sort(), `${id} ${target} ${groups} ${extras}`);
    }
  }
}

function reading(lock: Uint8Array, pyproject: Pyproject | null): Lockfile | PylockError {
  try {
    return readLock(lock, { path: "poetry.lock", format: "poetry", pyproject });
  } catch (error) {
    if (error instanceof PylockError) return error;
    throw error;
  }
}

/** The parts of the frozen file that the module gives. */
function frozenFor(lock: Lockfile, pyproject: Pyproject | null, target: string): object {
  const { json } = freeze(lock, {
    lockSha256: "",
    pyproject,
    pyprojectDigest: null,
    generator: "",
    targets: [{ target }],
  });
  const { conditions, packages, targets, extras, groups } = JSON.parse(json);
  return { conditions, packages, targets, extras, groups: Object.keys(groups) };
}

/** The module's answer in that form; what Nix does with the rest, nix/evaluated.nix says. */
function shapeOf(answer: Answer, lock: Lockfile, target: string): object {
  const entry = answer.targets[target]!;
  const refusal = "error" in entry ? lock.resolveOpen({ target, groups: [], extras: [] }).error : null;
  if ("error" in entry && refusal !== null) sameFailure(entry.error, refusal, target);
  return {
    conditions: answer.conditions,
    packages: answer.packages,
    targets: { [target]: refusal === null ? entry : { error: refusal.message } },
    extras: [...answer.extras].sort(),
    groups: [...new Set(["main", ...answer.groups])].sort(),
  };
}

/** The same failure at the same place. Words: test/nix-messages.test.ts. */
function sameFailure(actual: ModuleFailure, expected: Failure, where: string): void {
  const { code, input, offset, size, line, column } = actual;
  assert.is(failureFrom(code, { path: null, bytes: null, offset: null, size: null }).code, expected.code, where);
  if (input === "lock") {
    const { offset: at, size: length, line: row, column: cell } = expected;
    assert.equal([offset, size, line, column], [at, length, row, cell], where);
  }
}

test("the module is small, its functions too, and it imports only what Nix has", () => {
  const bytes = readFileSync("wasm/nix.wasm");
  assert.ok(bytes.length <= 49152, `${bytes.length} bytes`);
  assert.ok(largestFunction(bytes) <= 4096, `a function of ${largestFunction(bytes)} bytes`);
  const module = new WebAssembly.Module(bytes);
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.equal(names.sort(), ["memory", "nix_wasm_init_v1", "resolve"]);
  assert.equal(
    WebAssembly.Module.imports(module)
      .map(({ module: from, name }) => `${from}.${name}`)
      .sort(),
    [
      "copy_list",
      "copy_string",
      "get_attr",
      "get_type",
      "make_attrset",
      "make_bool",
      "make_int",
      "make_list",
      "make_null",
      "make_string",
      "panic",
      "read_file",
      "warn",
    ].map((name) => `env.${name}`),
  );
});

/** Bytes of the largest function body: section 10 is a vector of bodies, each with its size in front. */
function largestFunction(bytes: Uint8Array): number {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  let largest = 0;
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    if (section === 10) {
      for (let count = number(); count > 0; count--) {
        const size = number();
        largest = Math.max(largest, size);
        at += size;
      }
    }
    at = end;
  }
  return largest;
}

test("arguments of another kind end the evaluation, and say why", () => {
  const evaluate = evaluator(
    new WebAssembly.Module(readFileSync("wasm/nix.wasm")),
    new Map([["lock", new Uint8Array()]]),
  );
  const lock = new Path("lock");
  const target = "cp312-linux-x86_64-glibc2.28";
  const aborts = (argument: Value, message: string): void =>
    assert.throws(
      () => evaluate("resolve", argument),
      (error: unknown) => error instanceof Aborted && error.message === `panic: ${message}`,
    );
  aborts("lock", "expected a set");
  aborts({ target }, "`lock` must be a path");
  aborts({ lock: "poetry.lock", target }, "`lock` must be a path");
  aborts({ lock, target, format: "conda" }, "unknown `format`");
});

test("damaged locks never trap: an error as data, or a result", () => {
  const release = new WebAssembly.Module(readFileSync("wasm/nix.wasm"));
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  for (const { lock, pyproject: text } of fixtures) {
    let project: string | null = null;
    try {
      project = text === null ? null : projectRecords(readPyproject(text, "pyproject.toml"));
    } catch {
      continue;
    }
    for (let round = 0; round < 60; round++) {
      const damaged = Uint8Array.from(lock);
      for (let i = 0; i <= random(4) && damaged.length > 0; i++) damaged[random(damaged.length)] = random(256);
      const cut = round % 5 === 0 ? damaged.subarray(0, random(damaged.length + 1)) : damaged;
      const { value } = evaluator(release, new Map([["lock", cut]]))("resolve", {
        lock: new Path("lock"),
        target: "cp312-linux-x86_64-glibc2.28",
        project: round % 7 === 0 ? null : project,
      });
      assert.ok(typeof value === "object");
    }
  }
});

test.run();
