// Every example gives the same derivations by both ways: from its frozen file, and from what the module for Nix answers about its
// lock. All folders of examples/ are walked, so none can be forgotten. They are built in the e2e tests.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Example, evaluable, evaluatedExample, frozenExample, ownFile } from "./nix/examples.ts";
import { isInstalled, succeed } from "./nix/nix.ts";

/** Nothing to evaluate: the service, the page, and templates, which have no lock before somebody makes one. */
const OTHERS = ["edge", "playground", "template", "template-flake-parts", "template-uv", "template-wasm"];

const names = readdirSync("examples");
const walked = names.filter((name) => existsSync(`examples/${name}/default.nix`));

test("an example has a default.nix and a README, or is known to be something else", () => {
  assert.equal(
    names.filter((name) => !walked.includes(name)),
    OTHERS,
  );
  assert.equal(
    names.filter((name) => !existsSync(`examples/${name}/README.md`)),
    [],
  );
});

/** The derivations of a value: itself, or all that are in it. */
const DERIVATIONS =
  'let all = value: if value.type or "" == "derivation" then [ value.drvPath ] else builtins.concatMap all (builtins.attrValues value); in all';

async function derivations(from: Example, value: string): Promise<string[]> {
  const expression = `(${DERIVATIONS}) (${value})`;
  const words = ["--eval", "--strict", "--json", "-E", expression];
  return JSON.parse(await succeed("nix-instantiate", words, { env: from.store }));
}

const ofLibrary = (library: string): string =>
  `let p = ${library}; in { inherit (p) packages environment; shell = p.mkShell { }; bare = p.mkEnv { groups = [ ]; extras = [ ]; }; }`;

/** The lock of a script has no name of its own. */
function scriptIn(name: string): string | null {
  return (
    readdirSync(`examples/${name}`)
      .find((file) => file.endsWith(".py.lock"))
      ?.replace(/\.lock$/, "") ?? null
  );
}

/** The address that `prefetch` records: its index runs only where the example is built (test/e2e-private-index.test.ts). */
function recordPrivate(path: string): void {
  const [, file, hex] = /file = "([^"]+)", hash = "sha256:(\w+)"/.exec(
    readFileSync(join(path, "poetry.lock"), "utf8"),
  )!;
  const index = "http://127.0.0.1:8766/simple";
  const hash = `sha256-${Buffer.from(hex!, "hex").toString("base64")}`;
  const lock = { kind: "file", package: "quotes", version: "1.2.0", file, hash, index, url: null };
  const source = { lock, url: `${index}/quotes/${file}` };
  writeFileSync(join(path, "pylock2nix.sources.json"), JSON.stringify({ format: 1, sources: [source] }));
}

if (isInstalled("nix-instantiate"))
  for (const name of walked)
    test(`${name}: the same derivations by both ways`, async () => {
      const from = await evaluable(name, scriptIn(name), name === "private-index" ? recordPrivate : undefined);
      const own = await derivations(from, ownFile(from, "frozen"));
      assert.ok(own.length > 0);
      assert.equal(await derivations(from, ownFile(from, "evaluated")), own);
      const known = await derivations(from, ofLibrary(frozenExample(from)));
      assert.ok(known.length > 3);
      assert.equal(await derivations(from, ofLibrary(evaluatedExample(from))), known);
    });
else {
  const count = walked.length;
  test("nix is not installed", () => void process.stdout.write(`skipped ${count}: nix is not installed\n`));
}
test.run();
