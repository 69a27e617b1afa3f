// The examples of docs/workspaces.md, locked by the real uv, built by a real Nix on the stand-in for nixpkgs, and used.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Example, evaluatedExample, example, frozenExample, ownFile } from "./nix/examples.ts";
import { isInstalled, run, succeed } from "./nix/nix.ts";

const installed = isInstalled("nix-build");
const steps: [string, () => Promise<void>][] = [];
const closing: (() => void)[] = [];

async function open(name: string, tools: readonly string[], lock: string | null = null): Promise<Example> {
  const opened = await example(name, tools, lock);
  closing.push(opened.close);
  return opened;
}

async function built(from: Example, expression: string): Promise<string> {
  const { code, output, errors } = await run("nix-build", ["--no-out-link", "-E", expression], { env: from.store });
  assert.is(code, 0, errors);
  return output.trim();
}

async function value(from: Example, expression: string): Promise<unknown> {
  const words = ["--eval", "--strict", "--json", "-E", expression];
  return JSON.parse(await succeed("nix-instantiate", words, { env: from.store }));
}

const TABLE = "fruit      price\n-------  -------\napple         30\npear          45";

step("uv-workspace: each member alone", async () => {
  const from = await open("uv-workspace", ["flit-core"]);
  const api = await built(from, `${ownFile(from)}.api`);
  assert.is(await succeed(join(api, "bin", "api"), ["--once"]), TABLE);
  const core = await built(from, `${ownFile(from)}.core`);
  assert.is(await succeed(join(core, "bin", "core"), []), TABLE);
  const lint = await built(from, `${ownFile(from)}.api-lint`);
  const names = readdirSync(join(lint, "bin"));
  for (const program of ["api", "core", "pyflakes"]) assert.ok(names.includes(program), program);
});

step("uv-workspace: together, and editable", async () => {
  const from = await open("uv-workspace", ["flit-core"]);
  const whole = await built(from, `${ownFile(from)}.environment`);
  assert.match(await succeed(join(whole, "bin", "pytest"), ["--version"]), /^pytest \d/);
  assert.is(await succeed(join(whole, "bin", "api"), ["--once"]), TABLE);
  const editable = await built(from, `${frozenExample(from)}.mkEnv { editable = true; }`);
  const source = join(from.path, "packages/core/src/core/__init__.py");
  writeFileSync(source, "def table():\n    return 'edited'\n\n\ndef main():\n    print(table())\n");
  assert.is(await succeed(join(editable, "bin", "api"), ["--once"]), "edited");
  assert.is(await succeed(join(editable, "bin", "core"), []), "edited");
});

step("uv-workspace: direnv opens the shell that default.nix has", async () => {
  const from = await open("uv-workspace", ["flit-core"]);
  const functions = 'watch_file() { ls -d "$@"; }; use() { echo "use $*"; }; ';
  const said = await succeed("bash", ["-eu", "-c", `${functions}. ./.envrc`], { cwd: from.path });
  assert.equal(said.split("\n"), [
    "packages/api/pyproject.toml",
    "packages/core/pyproject.toml",
    "pylock2nix.json",
    "pyproject.toml",
    "uv.lock",
    "use nix -A shell",
  ]);
  const inputs = (await value(from, `map (each: each.name) ${ownFile(from)}.shell.nativeBuildInputs`)) as string[];
  assert.equal(inputs, ["python-env"]);
});

step("uv-workspace: a change builds only what depends on it anew", async () => {
  const from = await open("uv-workspace", ["flit-core"]);
  const drvs = async (): Promise<string[]> =>
    (await value(
      from,
      `map (each: each.drvPath) (let p = ${ownFile(from)}; in [ p.api p.core p.environment ])`,
    )) as string[];
  const before = await drvs();
  const changes = async (file: string): Promise<boolean[]> => {
    writeFileSync(join(from.path, file), "# more\n", { flag: "a" });
    const after = await drvs();
    return after.map((drv, index) => drv !== before[index]);
  };
  assert.equal(await changes("README.md"), [false, false, false]);
  assert.equal(await changes("packages/api/run.log"), [false, false, false]);
  assert.equal(await changes("packages/api/src/api/__init__.py"), [true, false, true]);
  assert.equal(await changes("packages/core/src/core/__init__.py"), [true, true, true]);
});

step("uv-workspace: the same derivations without a frozen file", async () => {
  const from = await open("uv-workspace", ["flit-core"]);
  await sameBothWays(from, [
    "members.api.application",
    "members.core.application",
    "environment",
    'mkEnv { member = "api"; groups = [ "lint" ]; }',
    "mkEnv { editable = true; }",
  ]);
});

step("container: the application is the last layer, and a change in it changes that layer only", async () => {
  const from = await open("container", ["flit-core"]);
  const layers = async (): Promise<string[]> => {
    const image = await built(from, ownFile(from));
    const read = (file: string): Promise<string> => succeed("tar", ["-xOf", image, file]);
    const [{ Layers }] = JSON.parse(await read("manifest.json")) as [{ Layers: string[] }];
    return Promise.all(Layers.map((layer) => read(layer.replace("layer.tar", "paths"))));
  };
  const before = await layers();
  // A store path each: what the application needs comes before it.
  assert.ok(before.every((paths) => !paths.includes("\n")));
  const named = (name: RegExp): number => before.findIndex((paths) => name.test(paths));
  assert.is(named(/-greeter-0\.1\.0$/), before.length - 1);
  assert.ok(named(/-bottle-0\.13\.\d+$/) >= 0);
  assert.is(named(/flit/), -1, "no build tools");
  writeFileSync(join(from.path, "src/greeter/__init__.py"), "# more\n", { flag: "a" });
  const after = await layers();
  assert.equal(after.slice(0, -1), before.slice(0, -1));
  assert.is.not(after.at(-1), before.at(-1));
  await sameBothWays(from, ["application", "environment"]);
});

step("script: a program with an environment of its own, by both ways", async () => {
  const from = await open("script", [], "prices.py");
  const out = await built(from, ownFile(from));
  assert.equal(readdirSync(join(out, "bin")), ["prices"]);
  assert.is(await succeed(join(out, "bin", "prices"), [], { cwd: "/" }), TABLE);
  const first = readFileSync(join(out, "bin", "prices"), "utf8").split("\n", 3);
  assert.match(first[0]!, /^#!.*-python-env\/bin\/python$/);
  assert.equal(first.slice(1), ["# /// script", '# requires-python = ">=3.11"']);
  await sameBothWays(from, [`mkScript { script = ${from.path}/prices.py; }`]);
  // What lies beside it is not its own.
  const drv = (): Promise<unknown> => value(from, `(${ownFile(from)}).drvPath`);
  const before = await drv();
  writeFileSync(join(from.path, "notes.txt"), "");
  assert.is(await drv(), before);
});

/** What the module for Nix answers about the example's lock gives the derivations that the frozen file gives. */
async function sameBothWays(from: Example, attributes: readonly string[]): Promise<void> {
  const list = `[ ${attributes.map((each) => `(p.${each})`).join(" ")} ]`;
  const drvs = async (project: string): Promise<unknown> =>
    value(from, `map (each: each.drvPath) (let p = ${project}; in ${list})`);
  assert.equal(await drvs(evaluatedExample(from)), await drvs(frozenExample(from)));
}

function step(name: string, body: () => Promise<void>): void {
  steps.push([name, body]);
}

if (!installed)
  test("nix-build is not here", () => void process.stdout.write(`skipped ${steps.length}: no nix-build\n`));
else for (const [name, body] of steps) test(name, body);
test.after(() => {
  for (const close of closing) close();
});
test.run();
