// Every function of the Nix library and every argument of each has a test that gives it, and stands in the tables of the docs.
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { installed, library, pkgs, server, value } from "./nix/workbench.ts";

/** A function's arguments, and what the library itself takes. */
const functions = (): Promise<unknown> =>
  value(
    `let made = import ${library} { pkgs = ${pkgs}; }; all = made // { overrides = null; library = import ${library}; }; ` +
      "in builtins.mapAttrs (name: each: builtins.attrNames (builtins.functionArgs each)) " +
      "(builtins.listToAttrs (builtins.filter (each: builtins.isFunction each.value) (map (name: { inherit name; value = builtins.getAttr name all; }) (builtins.attrNames all))))",
  );

/** The first cells of all tables: `a`, `b`. */
function documented(): Set<string> {
  const names = new Set<string>();
  for (const file of ["nix", "workspaces", "scripts"]) {
    for (const line of readFileSync(`docs/${file}.md`, "utf8").split("\n")) {
      const cell = /^\|([^|]*)\|/.exec(line)?.[1] ?? "";
      for (const [, name] of cell.matchAll(/`([A-Za-z]+)/g)) names.add(name!);
    }
  }
  return names;
}

/** Whatever tests give to the library, as Nix or for Nix. */
const tests = readdirSync("test")
  .filter((file) => /^(nix|e2e).*\.test\.ts$/.test(file) && file !== "nix-arguments.test.ts")
  .map((file) => readFileSync(`test/${file}`, "utf8"))
  .concat(readFileSync("test/nix/workbench.ts", "utf8"), readFileSync("test/nix/examples.ts", "utf8"))
  .join("\n");

/** Said in prose where they belong, not in a table: what functions of the steps underneath take. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  // load, select and chooseTarget: docs/resolution.md has what they take.
  select: ["members"],
  library: ["lib"],
};

if (installed) {
  test("every function is in the docs, and is called in a test", async () => {
    const known = documented();
    const names = Object.keys((await functions()) as object).filter((name) => name !== "library");
    assert.ok(names.length > 10, names.join());
    const called = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(tests);
    assert.equal(
      names.filter((name) => !known.has(name) && name !== "defaultPoetryOverrides"),
      [],
    );
    assert.equal(
      names.filter((name) => !called(name)),
      [],
    );
  });

  test("every argument is in the docs, and is given in a test", async () => {
    const known = documented();
    const all = Object.entries((await functions()) as Record<string, string[]>);
    const pairs = all.flatMap(([name, list]) => list.map((argument) => ({ name, argument })));
    assert.ok(pairs.length > 60, `${pairs.length}`);
    const missing = pairs.filter(
      ({ name, argument }) => !known.has(argument) && STEPS[name]?.includes(argument) !== true,
    );
    assert.equal(missing, [], "not in docs/nix.md, docs/workspaces.md or docs/scripts.md");
    // `name = `, `name.inner = `, or handed on by `inherit`.
    const isGiven = (argument: string): boolean =>
      new RegExp(`\\b${argument}(?:\\.[A-Za-z0-9_-]+)* = |\\binherit [^;]*\\b${argument}\\b`).test(tests);
    assert.equal(
      [...new Set(pairs.map(({ argument }) => argument))].filter((argument) => !isGiven(argument)),
      [],
      "in no test",
    );
  });
} else test("nix is not installed", () => void process.stdout.write("skipped 2: nix is not installed\n"));
test.after(() => server.close());
test.run();
