// The flake module with real Nix: what a flake that imports it has, on a stand-in for flake-parts and the module system. With
// FLAKE_PARTS=<its sources> NIXPKGS_LIB=<nixpkgs' lib>, two paths, the same on the real ones.
import { cpSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { succeed, text } from "./nix/nix.ts";
import {
  build,
  built,
  DEMO,
  fails,
  folder,
  hashes,
  installed,
  known,
  pkgs,
  project,
  server,
  value,
  wheel,
} from "./nix/workbench.ts";

const module = resolve("nix/flake-module.nix");
const { FLAKE_PARTS, NIXPKGS_LIB } = process.env;

/** An expression: the outputs of a flake in the folder, for x86_64-linux. */
type Flake = (perSystem: string, folder: string, flakeModule?: string) => string;

const standIn: Flake = (perSystem, folder, flakeModule = module) =>
  `(import ${resolve("test/nix/flake-parts.nix")} { flakeModule = ${flakeModule}; pkgs = ${pkgs}; ` +
  `self.outPath = ${text(folder)}; perSystem = ${perSystem}; })`;

const real: Flake = (perSystem, folder, flakeModule = module) => `(
  let
    lib = import ${NIXPKGS_LIB};
    nixpkgs = { _type = "flake"; legacyPackages.x86_64-linux = ${pkgs}; };
    self = { _type = "flake"; outPath = ${text(folder)}; inputs = { inherit nixpkgs; }; };
    parts = import ${FLAKE_PARTS}/lib.nix {
      inherit lib;
      extraModules = { };
      builtinModules = builtins.mapAttrs (name: _: ${FLAKE_PARTS}/modules + "/\${name}") (builtins.readDir ${FLAKE_PARTS}/modules);
    };
  in
  parts.mkFlake { inputs = { inherit self nixpkgs; }; moduleLocation = "test"; } {
    imports = [ ${flakeModule} ];
    systems = [ "x86_64-linux" ];
    perSystem = ${perSystem};
  }
)`;

const flakes: [string, Flake][] = [["", standIn]];
if (FLAKE_PARTS !== undefined && NIXPKGS_LIB !== undefined) flakes.push(["flake-parts: ", real]);

let count = 0;
function when(title: string, body: (flake: Flake) => Promise<void>): void {
  for (const [prefix, flake] of flakes) {
    count += 1;
    if (installed) test(prefix + title, () => body(flake));
  }
}

const names = (flake: string): Promise<unknown> =>
  value(
    `builtins.mapAttrs (_: each: builtins.attrNames each.x86_64-linux) { inherit (${flake}) packages apps devShells checks; }`,
  );
const drv = (expression: string): Promise<unknown> => value(`(${expression}).drvPath`);

/** A project with one package more, of which there is a source, too. */
function demo(name: string): string {
  const both = [wheel("pyyaml"), "pyyaml-1.0.tar.gz"].map(
    (file) => [file, hashes[file]!, `${server.base}/${file}`] as const,
  );
  return project(name, { ...DEMO, packages: [...DEMO.packages, { name: "twice", files: both }] });
}

when("a project has packages, apps, devShells and checks, which are the library's", async (flake) => {
  const path = demo("flake-default");
  const outputs = flake(`{ pylock2nix.projects.default.project = ${path}; }`, "/nowhere");
  assert.equal(await names(outputs), {
    apps: ["default", "demo-app"],
    checks: ["default"],
    devShells: ["default"],
    packages: ["default", "environment"],
  });
  const of = (output: string): Promise<unknown> => drv(`${outputs}.${output}`);
  assert.is(await of("packages.x86_64-linux.default"), await drv(`${known(path)}.application`));
  assert.is(await of("packages.x86_64-linux.environment"), await drv(`${known(path)}.environment`));
  assert.is(await of("devShells.x86_64-linux.default"), await drv(`${known(path)}.mkShell { }`));
  assert.is(await of("checks.x86_64-linux.default"), await drv(`${known(path)}.application`));
  const program = `${outputs}.apps.x86_64-linux.demo-app.program`;
  assert.is(await value(program), await value(`${outputs}.apps.x86_64-linux.default.program`));
  await built(`${outputs}.packages.x86_64-linux.default`);
  assert.is(await succeed(String(await value(program)), []), "alpha beta");
});

when("the folder is the flake's, and a name is a prefix", async (flake) => {
  const path = demo("flake-names");
  const outputs = flake("{ pylock2nix.projects.shop = { }; pylock2nix.projects.demo-app = { }; }", path);
  assert.equal(await names(outputs), {
    apps: ["demo-app", "shop", "shop-demo-app"],
    checks: ["demo-app", "shop"],
    devShells: ["demo-app", "shop"],
    packages: ["demo-app", "demo-app-environment", "shop", "shop-environment"],
  });
  await built(`${outputs}.packages.x86_64-linux.shop`);
});

when("a project that is no package is its environment", async (flake) => {
  const path = project("flake-virtual", { ...DEMO, project: null });
  const outputs = flake("{ pylock2nix.projects.default = { }; }", path);
  assert.equal(await names(outputs), {
    apps: [],
    checks: ["default"],
    devShells: ["default"],
    packages: ["default"],
  });
  assert.is(await drv(`${outputs}.packages.x86_64-linux.default`), await drv(`${known(path)}.environment`));
});

const OTHER_PYTHON = `(${pkgs}.python3 // { interpreter = "/other/python"; })`;
const FETCHURL = `(arguments: ${pkgs}.fetchurl (arguments // { name = "other"; }))`;

/** Option -> what is said, the output that it changes, and the same said to the library. */
const SAID: Readonly<Record<string, readonly [string, string, (path: string) => string]>> = {
  lock: ['"copy.lock"', "packages.environment", (path) => `${known(path, 'lock = "copy.lock";')}.environment`],
  python: [OTHER_PYTHON, "packages.environment", (path) => `${known(path, `python = ${OTHER_PYTHON};`)}.environment`],
  groups: ["[ ]", "packages.environment", (path) => `${known(path)}.mkEnv { groups = [ ]; }`],
  extras: ["[ ]", "packages.environment", (path) => `${known(path, "extras = [ ];")}.environment`],
  perPackage: [
    "{ twice.fromSource = true; }",
    "packages.environment",
    (path) => `${known(path, "perPackage.twice.fromSource = true;")}.environment`,
  ],
  preferWheels: ["false", "packages.environment", (path) => `${known(path, "preferWheels = false;")}.environment`],
  overrides: [
    "[ (final: prev: { twice = null; }) ]",
    "packages.environment",
    (path) => `(${known(path)}.extend (final: prev: { twice = null; })).environment`,
  ],
  sources: [
    `{ demo-app = ${resolve("test/nix")}; }`,
    "packages.default",
    (path) => `${known(path, `sources.demo-app = ${resolve("test/nix")};`)}.application`,
  ],
  sourceFilter: [
    '{ demo-app = path: type: path != "poetry.lock"; }',
    "packages.default",
    (path) => `${known(path, 'sourceFilter.demo-app = path: type: path != "poetry.lock";')}.application`,
  ],
  ignoreCollisions: [
    '[ "*.txt" ]',
    "packages.environment",
    (path) => `${known(path, 'ignoreCollisions = [ "*.txt" ];')}.environment`,
  ],
  fetchurl: [FETCHURL, "packages.environment", (path) => `${known(path, `fetchurl = ${FETCHURL};`)}.environment`],
  application: [
    '{ postInstall = "true"; }',
    "packages.default",
    (path) => `${known(path)}.mkApplication { postInstall = "true"; }`,
  ],
  environment: [
    '{ ignoreCollisions = [ "*.md" ]; }',
    "packages.environment",
    (path) => `${known(path)}.mkEnv { ignoreCollisions = [ "*.md" ]; }`,
  ],
  shell: ['{ shellHook = "true"; }', "devShells.default", (path) => `${known(path)}.mkShell { shellHook = "true"; }`],
};

when("what is said is said to the library", async (flake) => {
  const path = demo("flake-said");
  cpSync(join(path, "poetry.lock"), join(path, "copy.lock"));
  const of = (said: string, output: string): Promise<unknown> =>
    drv(`${flake(`{ pylock2nix.projects.default = { ${said} }; }`, path)}.${output.replace(".", ".x86_64-linux.")}`);
  for (const [option, [said, output, same]] of Object.entries(SAID)) {
    const found = await of(`${option} = ${said};`, output);
    assert.is(found, await drv(same(path)), option);
    // A lock is only where the guard looks.
    if (option !== "lock") assert.is.not(found, await of("", output), option);
  }
});

when("a shell knows where in the repository the project is", async (flake) => {
  const path = demo("flake-below");
  const shellOf = (top: string): Promise<unknown> =>
    drv(`${flake(`{ pylock2nix.projects.default.project = ${path}; }`, top)}.devShells.x86_64-linux.default`);
  const below = `${known(path)}.mkShell { editableRoot = "$REPO_ROOT/flake-below"; }`;
  assert.is(await shellOf(dirname(path)), await drv(below));
  assert.is(await shellOf(path), await drv(`${known(path)}.mkShell { }`));
});

when("a member of a workspace is a project of its own", async (flake) => {
  const path = join(folder, "flake-workspace");
  if (!existsSync(path)) {
    cpSync("examples/uv-workspace", path, { recursive: true });
    await succeed("node", [resolve("dist/bin/pylock2nix.cjs"), "nix", path]);
  }
  const said = ["api", "core"].map((member) => `pylock2nix.projects.${member}.member = "${member}";`);
  const outputs = flake(`{ ${said.join(" ")} }`, path);
  assert.equal(await names(outputs), {
    apps: ["api", "core"],
    checks: ["api", "core"],
    devShells: ["api", "core"],
    packages: ["api", "api-environment", "core", "core-environment"],
  });
  const library = `(import ${path}/pylock2nix.nix { pkgs = ${pkgs}; library = ${resolve("nix")}; })`;
  assert.is(await drv(`${outputs}.packages.x86_64-linux.core`), await drv(`${library}.members.core.application`));
});

when("a check runs a command in a copy of the project, with the groups that it asks for", async (flake) => {
  const path = demo("flake-checks");
  const checks = (said: string): string =>
    `${flake(`{ pylock2nix.projects.default.checks.tests = { ${said} }; }`, path)}.checks.x86_64-linux.tests`;
  const tests = `python -c 'import demo, pytest_stub; open("demo/written", "w")'`;
  await built(checks(`command = ${text(`${tests} && test -e demo/__init__.py && demo-app`)};`));
  assert.match(
    (await build(checks(`command = ${text(tests)}; groups = [ ];`))).errors,
    "No module named 'pytest_stub'",
  );
  assert.is.not((await build(checks('command = "false\\ntrue";'))).code, 0, "each line counts");
  const tool = `${pkgs}.writeText "tool" "x"`;
  assert.match(
    String(
      await value(`map (each: each.name) (${checks(`command = ""; packages = [ (${tool}) ];`)}).nativeBuildInputs`),
    ),
    "tool",
  );
});

when("`autoWire` says what is made, and what the user defines counts before it", async (flake) => {
  const path = demo("flake-wire");
  const few = flake('{ pylock2nix.projects.default.autoWire = [ "devShells" ]; }', path);
  assert.equal(await names(few), { apps: [], checks: [], devShells: ["default"], packages: [] });
  const own = `{ config, ... }: { pylock2nix.projects.default = { }; packages.default = config.pylock2nix.projects.default.library.packages.beta; packages.whole = config.pylock2nix.projects.default.outputs.packages.default; }`;
  const outputs = flake(own, path);
  assert.is(await drv(`${outputs}.packages.x86_64-linux.default`), await drv(`${known(path)}.packages.beta`));
  assert.is(await drv(`${outputs}.packages.x86_64-linux.whole`), await drv(`${known(path)}.application`));
});

when("what is wrong is refused, with the option's name or the library's words", async (flake) => {
  const path = demo("flake-wrong");
  const option = "perSystem\\.x86_64-linux\\.pylock2nix\\.projects\\.default";
  for (const [said, message] of [
    ["pyhton = 1;", `The option \`${option}\\.pyhton' does not exist`],
    ['python = "3.12";', `A definition for option \`${option}\\.python' is not of type \`package'`],
    ['project = "app";', `A definition for option \`${option}\\.project' is not of type \`(absolute )?path'`],
    ["outputs = 1;", `The option \`${option}\\.outputs' is read-only, but it's set multiple times`],
    [
      "checks.tests = { };",
      `The option \`${option}\\.checks\\.tests\\.command' (was accessed but has no value|is used but not) defined`,
    ],
    ['member = "nobody";', "cannot take nobody of poetry.lock: it is no member and no folder of the lock"],
    ["perPackage.alpha.extraLibs = [ ];", "perPackage.alpha has no setting `extraLibs`"],
    ['target = "cp39-linux-x86_64-glibc2.28";', "cp39-linux-x86_64-glibc2\\.28 is not for the Python at hand"],
    ['resolver = "wasm";', "cannot resolve poetry.lock: this Nix has no `builtins.wasm`"],
  ] as const) {
    const outputs = flake(`{ pylock2nix.projects.default = { ${said} }; }`, path);
    const all =
      "map (each: each.drvPath) (builtins.attrValues packages.x86_64-linux ++ builtins.attrValues checks.x86_64-linux)";
    await fails(`let inherit (${outputs}) packages checks; in ${all}`, new RegExp(message));
  }
  await fails(
    `${flake("{ pylock2nix.projects.default = { }; }", folder)}.packages.x86_64-linux.default.name`,
    /cannot find a lock in the project's folder/,
  );
});

when("the flake exports it, with the modules of its release", async (flake) => {
  const outputs =
    `((import ${resolve("flake.nix")}).outputs { self = null; release = "/release"; ` +
    `nixpkgs = { lib = ${pkgs}.lib; legacyPackages = { }; }; })`;
  const path = demo("flake-exported");
  const known = flake(
    '{ config, ... }: { pylock2nix.projects.default.resolver = null; packages.wasm = { type = "derivation"; name = config.pylock2nix.wasm; }; }',
    path,
    `${outputs}.flakeModules.default`,
  );
  assert.is(await value(`${known}.packages.x86_64-linux.wasm.name`), "/release/wasm");
  await value(`${known}.packages.x86_64-linux.default.drvPath`);
});

const options = [...readFileSync("nix/flake-module.nix", "utf8").matchAll(/^ {6,8}([A-Za-z]+) = mkOption \{/gm)].map(
  ([, name]) => name!,
);

when("every option is in the docs, and is said in a test", async () => {
  assert.ok(options.length > 20, options.join());
  const page = readFileSync("docs/flake-parts.md", "utf8");
  const documented = new Set(
    page
      .split("\n")
      .flatMap((line) => [...(/^\|([^|]*)\|/.exec(line)?.[1] ?? "").matchAll(/`([A-Za-z]+)/g)].map(([, name]) => name)),
  );
  const tests = readFileSync("test/nix-flake-parts.test.ts", "utf8");
  assert.equal(
    options.filter((name) => !documented.has(name)),
    [],
  );
  const isSaid = (name: string): boolean => Object.hasOwn(SAID, name) || new RegExp(`\\b${name}\\b`).test(tests);
  assert.equal(
    options.filter((name) => !isSaid(name)),
    [],
  );
});

test.after(() => server.close());
if (!installed)
  test("nix is not installed", () => void process.stdout.write(`skipped ${count}: nix is not installed\n`));
else if (flakes.length === 1)
  process.stdout.write(`skipped ${count}: FLAKE_PARTS and NIXPKGS_LIB say no paths: not on the real flake-parts\n`);
test.run();
