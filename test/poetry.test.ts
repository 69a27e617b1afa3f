// poetry.lock: the locks of test/fixtures/poetry against what Poetry installs from them (scripts/record-poetry.py).
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../src/core/core.ts";
import { type Lockfile, readLockWith } from "../src/lock/lockfile.ts";
import { readPyproject } from "../src/lock/pyproject.ts";

const FIXTURES = "test/fixtures/poetry/";
const modules = ["core.wasm", "core.debug.wasm"].map((name) => new WebAssembly.Module(readFileSync(`wasm/${name}`)));

interface Answer {
  readonly target: string;
  readonly groups: readonly string[];
  readonly packages:
    | readonly (readonly [name: string, version: string, kind: string, artifact: string | null])[]
    | null;
}

const recorded = readdirSync(FIXTURES).filter((name) => existsSync(`${FIXTURES}${name}/expected.json`));
// No Poetry that there is reads a lock from before 1.0.
test("every lock but the oldest has what Poetry installs beside it", () => {
  const okay = readdirSync(FIXTURES).filter((name) => name.startsWith("okay-") && name !== "okay-prelock-none");
  assert.equal(recorded, okay);
});

for (const name of recorded) {
  test(`${name}: as Poetry installs it`, () => {
    const file = (of: string): string => readFileSync(`${FIXTURES}${name}/${of}`, "utf8");
    const { answers } = JSON.parse(file("expected.json")) as { answers: Answer[] };
    assert.ok(answers.length > 0);
    for (const module of modules) {
      const lock = read(module, file("poetry.lock"), file("pyproject.toml"));
      for (const { target, groups, packages } of answers) {
        const found = lock.resolve({ target, groups, extras: [] });
        const rows = found.packages.map(({ name, version, kind, artifact }) => [
          name,
          version,
          kind,
          ["wheel", "sdist", "git"].includes(kind) ? artifact : null,
        ]);
        const place = `${target} ${groups.join(",")}`;
        assert.equal(
          found.error === null ? rows.map(String).sort() : null,
          packages?.map(String).sort() ?? null,
          place,
        );
      }
    }
  });
}

const UNLOCKED = readFileSync(`${FIXTURES}fail-missing-setuptools/poetry.lock`, "utf8");
const project = readFileSync(`${FIXTURES}fail-missing-setuptools/pyproject.toml`, "utf8");

/** Names that are installed, or the code of the refusal. */
function namesIn(lock: string): string[] | string {
  const { error, packages } = read(modules[0]!, lock, project).resolve({
    target: "cp312-linux-x86_64-glibc2.28",
    groups: ["main"],
    extras: [],
  });
  return error?.code ?? packages.map(({ name }) => name);
}

// Provider.UNSAFE_PACKAGES of poetry/puzzle/provider.py: setuptools, distribute, pip and, in 1.1, wheel; empty since 1.2.
test("what Poetry before 1.2 left out on purpose is missed in a lock of version 2 alone", () => {
  for (const name of ["setuptools", "distribute", "pip", "wheel"]) {
    const lock = UNLOCKED.replace("setuptools", name);
    assert.is(namesIn(lock), "unsatisfiable", name);
    for (const version of ["1.0", "1.1"]) {
      const older = lock.replace('lock-version = "2.0"', `lock-version = "${version}"`);
      assert.equal(namesIn(older), ["builder"], `${name} ${version}`);
    }
    assert.equal(namesIn(lock.replace('lock-version = "2.0"\n', "")), ["builder"], `${name}, no version`);
  }
});

function read(module: WebAssembly.Module, lock: string, pyproject: string): Lockfile {
  return readLockWith(new Core(module), new TextEncoder().encode(lock), {
    path: "poetry.lock",
    format: "poetry",
    pyproject: readPyproject(pyproject, "pyproject.toml"),
  });
}

test.run();
