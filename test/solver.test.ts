// The search over locked versions (assembly/resolve/solver.ts): what it finds, that it finds something whenever there is something,
// and that neither combinations nor depth wear it out.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../src/core/core.ts";
import { readLockWith } from "../src/lock/lockfile.ts";
import { readPyproject } from "../src/lock/pyproject.ts";

const modules = ["core.wasm", "core.debug.wasm"].map((build) => new WebAssembly.Module(readFileSync(`wasm/${build}`)));
const META = '[metadata]\nlock-version = "2.0"\npython-versions = ">=3.8"\ncontent-hash = "0"\n';

/** What is installed, as `name version`, or the code of the refusal. */
function solve(lock: string, pyproject: string, module = modules[0]!): string[] | string {
  const read = readLockWith(new Core(module), new TextEncoder().encode(lock), {
    path: "poetry.lock",
    format: "poetry",
    pyproject: readPyproject(pyproject, "pyproject.toml"),
  });
  const { packages, error } = read.resolve({ target: "cp312-linux-x86_64-glibc2.28", groups: ["main"], extras: [] });
  return error?.code ?? packages.map(({ name, version }) => `${name} ${version}`);
}

function item(name: string, version: string, rest: string): string {
  return `[[package]]\nname = "${name}"\nversion = "${version}"\noptional = false\npython-versions = "*"\nfiles = []\n${rest}\n`;
}

function project(requirements: string): string {
  return `[tool.poetry]\nname = "p"\nversion = "1"\n[tool.poetry.dependencies]\npython = ">=3.8"\n${requirements}`;
}

// What Poetry 2.5.1 installs (test/oracles/poetry.mjs compares it too). Taking back one decision at a time would go through
// 3^20 combinations of the choices.
test("a conflict over what was decided long before", () => {
  const file = (name: string): string => readFileSync(`test/fixtures/poetry/okay-conflict-2.0/${name}`, "utf8");
  const choices = Array.from({ length: 20 }, (_, i) => `choice-${String(i).padStart(2, "0")} 3.0`);
  for (const module of modules) {
    assert.equal(solve(file("poetry.lock"), file("pyproject.toml"), module), [
      "broad 1.0",
      ...choices,
      "late 9.0",
      "shared 1.0",
    ]);
  }
});

test("extras that ask for extras, 20,000 deep", () => {
  const count = 20000;
  const packages = Array.from({ length: count }, (_, i) => {
    const next = `p${i + 1}`;
    // The last one starts it, when all are decided.
    if (i + 1 === count) return item(`p${i}`, "1", '[package.dependencies]\np0 = {version = "*", extras = ["x"]}');
    const asks = `{version = "*", extras = ["x"], optional = true}`;
    return item(
      `p${i}`,
      "1",
      `[package.dependencies]\n${next} = [{version = "*"}, ${asks}]\n[package.extras]\nx = ["${next}"]`,
    );
  });
  assert.is(solve(packages.join("") + META, project('p0 = "*"\n')).length, count);
});

// --- Held against trying every combination ----------------------------------------------------------------------------

interface Requirement {
  readonly name: number;
  readonly operator: string;
  readonly version: number;
}

const NAMES = 5;
const VERSIONS = 3;
const OPERATORS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  ">=": (left, right) => left >= right,
  "<=": (left, right) => left <= right,
};
const requirement: fc.Arbitrary<Requirement> = fc.record({
  name: fc.nat(NAMES - 1),
  operator: fc.constantFrom(...Object.keys(OPERATORS)),
  version: fc.integer({ min: 1, max: VERSIONS }),
});
/** For each version of each name what it requires. */
const locked = fc.array(
  fc.array(fc.array(requirement, { maxLength: 3 }), { minLength: VERSIONS, maxLength: VERSIONS }),
  { minLength: NAMES, maxLength: NAMES },
);

test("a solution is found exactly when there is one, and is one", () => {
  const roots = fc.array(requirement, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(locked, roots, (packages, required) => {
      const lock = packages.flatMap((versions, name) =>
        versions.map((requirements, index) =>
          item(`n${name}`, `${index + 1}`, `[package.dependencies]\n${written(requirements, name)}`),
        ),
      );
      const found = solve(lock.join("") + META, project(written(required, -1)));
      if (typeof found === "string") {
        assert.is(found, "unsatisfiable");
        assert.not.ok(combinations().some((taken) => meets(packages, required, taken)));
        return;
      }
      const taken = Array.from({ length: NAMES }, (_, name) => {
        const line = found.find((each) => each.startsWith(`n${name} `));
        return line === undefined ? 0 : Number(line.split(" ")[1]);
      });
      assert.ok(meets(packages, required, taken), found.join());
    }),
    { numRuns: 1000 },
  );
});

/** One requirement a name: TOML has each key once. A package that requires itself is left out. */
function written(requirements: readonly Requirement[], owner: number): string {
  return [...firsts(requirements, owner)]
    .map(([name, { operator, version }]) => `n${name} = "${operator}${version}"\n`)
    .join("");
}

function firsts(requirements: readonly Requirement[], owner: number): Map<number, Requirement> {
  const each = new Map<number, Requirement>();
  for (const one of requirements) if (one.name !== owner && !each.has(one.name)) each.set(one.name, one);
  return each;
}

/** Whether what is taken (0: nothing) meets the requirements of the project and of everything that is taken. */
function meets(
  packages: readonly (readonly (readonly Requirement[])[])[],
  required: readonly Requirement[],
  taken: readonly number[],
): boolean {
  const owners: [readonly Requirement[], number][] = [[required, -1]];
  for (const [name, version] of taken.entries()) if (version > 0) owners.push([packages[name]![version - 1]!, name]);
  return owners.every(([requirements, owner]) =>
    [...firsts(requirements, owner).values()].every(
      ({ name, operator, version }) => taken[name]! > 0 && OPERATORS[operator]!(taken[name]!, version),
    ),
  );
}

function combinations(): number[][] {
  return Array.from({ length: (VERSIONS + 1) ** NAMES }, (_, index) =>
    Array.from({ length: NAMES }, (_, name) => Math.floor(index / (VERSIONS + 1) ** name) % (VERSIONS + 1)),
  );
}

test.run();
