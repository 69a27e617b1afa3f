// Workspaces and monorepos with real Nix: each member by itself, built from its own folder, with its own groups and extras; what
// is built anew when one changes; what of a folder counts as its sources; and the same by both ways to a resolution.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as assert from "uvu/assert";
import { readPyproject } from "../src/lock/pyproject.ts";
import { answerTo } from "./nix/answers.ts";
import { run, succeed } from "./nix/nix.ts";
import {
  built,
  changed,
  fails,
  finish,
  folder,
  hashes,
  hostTarget,
  known,
  library,
  pkgs,
  project,
  server,
  stored,
  value,
  wheel,
  when,
} from "./nix/workbench.ts";

const BUILD = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n';
/** The back end of the tests reads Poetry's table. */
const forBackend = (name: string, script: string): string =>
  `[tool.poetry]\nname = "${name}"\nversion = "1.0"\n[tool.poetry.scripts]\n${name} = "${script}"\n`;

/** A project of uv with members of three kinds: `api` needs `core`; `solo` is built by nothing, and needs the project. */
const FILES: Readonly<Record<string, string>> = {
  "pyproject.toml":
    '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["space-two"]\n' +
    '[project.scripts]\nshop = "shop:main"\n[dependency-groups]\ndev = ["pytest-stub"]\nextra-docs = ["clash"]\n' +
    `[tool.uv.workspace]\nmembers = ["packages/*"]\n${forBackend("shop", "shop:main")}${BUILD}`,
  "shop/__init__.py": "def main():\n    import space.two\n    print('shop', space.two.TWO)\n",
  "packages/api/pyproject.toml":
    '[project]\nname = "api"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["core"]\n' +
    '[project.optional-dependencies]\nfast = ["space-one"]\n[dependency-groups]\ntest = ["pytest-stub"]\n' +
    '[project.scripts]\napi = "api:main"\n' +
    `[tool.uv.sources]\ncore = { workspace = true }\n${forBackend("api", "api:main")}${BUILD}`,
  "packages/api/api/__init__.py": "import core\ndef main():\n    print('api of', core.NAME)\n",
  "packages/core/pyproject.toml":
    '[project]\nname = "core"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["alpha"]\n' +
    `[project.scripts]\ncore = "core:main"\n${forBackend("core", "core:main")}${BUILD}`,
  "packages/core/core/__init__.py": "import alpha\nNAME = 'core'\ndef main():\n    alpha.main()\n",
  "packages/solo/pyproject.toml":
    '[project]\nname = "solo"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["shop"]\n' +
    "[tool.uv.sources]\nshop = { workspace = true }\n",
};

const hex = (sri: string): string => Buffer.from(sri.slice("sha256-".length), "base64").toString("hex");
const locked = (name: string, dependencies: string[] = []): string =>
  `[[package]]\nname = "${name}"\nversion = "1.0"\nsource = { registry = "https://pypi.invalid/simple" }\n` +
  (dependencies.length > 0 ? `dependencies = [${dependencies.map((each) => `{ name = "${each}" }`)}]\n` : "") +
  `wheels = [{ url = "${server.base}/${wheel(name.replaceAll("-", "_"))}", hash = "sha256:${hex(hashes[wheel(name.replaceAll("-", "_"))]!)}" }]\n\n`;

/** As uv 0.13.9 writes it for these files, but for the index. */
const LOCK = `version = 1
revision = 3
requires-python = ">=3.11"

[manifest]
members = [
    "api",
    "core",
    "shop",
    "solo",
]

${locked("alpha", ["beta"])}[[package]]
name = "api"
version = "1.0"
source = { editable = "packages/api" }
dependencies = [
    { name = "core" },
]

[package.optional-dependencies]
fast = [
    { name = "space-one" },
]

[package.dev-dependencies]
test = [
    { name = "pytest-stub" },
]

[package.metadata]
requires-dist = [
    { name = "core", editable = "packages/core" },
    { name = "space-one", marker = "extra == 'fast'" },
]
provides-extras = ["fast"]

[package.metadata.requires-dev]
test = [{ name = "pytest-stub" }]

${locked("beta", ["alpha"])}${locked("clash")}[[package]]
name = "core"
version = "1.0"
source = { editable = "packages/core" }
dependencies = [
    { name = "alpha" },
]

[package.metadata]
requires-dist = [{ name = "alpha" }]

${locked("pytest-stub")}[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
dependencies = [
    { name = "space-two" },
]

[package.dev-dependencies]
dev = [
    { name = "pytest-stub" },
]
extra-docs = [
    { name = "clash" },
]

[package.metadata]
requires-dist = [{ name = "space-two" }]

[package.metadata.requires-dev]
dev = [{ name = "pytest-stub" }]
extra-docs = [{ name = "clash" }]

[[package]]
name = "solo"
version = "1.0"
source = { virtual = "packages/solo" }
dependencies = [
    { name = "shop" },
]

[package.metadata]
requires-dist = [{ name = "shop", editable = "." }]

${locked("space-one")}${locked("space-two")}`;

/** The workspace in a folder of its own, frozen by the command line. */
async function workspace(name: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = join(folder, "workspaces", name);
  for (const [file, text] of Object.entries({ ...FILES, "uv.lock": LOCK, ...more })) write(path, file, text);
  const { code, errors } = await run("node", [resolve("dist/bin/pylock2nix.cjs"), "nix", path, "--target", hostTarget]);
  assert.is(code, 0, errors);
  return path;
}

function write(path: string, file: string, text: string): void {
  mkdirSync(dirname(join(path, file)), { recursive: true });
  writeFileSync(join(path, file), text);
}

const here = (path: string): string => known(path, `target = "${hostTarget}";`);
const installedBy = async (path: string, words: string): Promise<unknown> =>
  value(`builtins.attrNames (${here(path)}.mkPackages { ${words} }).byName`);

when("what is installed for a member is what uv installs for it", async () => {
  const path = await workspace("selections");
  const ALPHA = ["alpha", "beta"];
  // uv export --package api: with --extra fast, with --group test; the project's optional group counts for a member alone.
  assert.equal(await installedBy(path, 'member = "api"; extras = [ ];'), [...ALPHA, "api", "core"].sort());
  assert.equal(
    await installedBy(path, 'member = "api"; groups = [ "test" ]; extras = [ "fast" ];'),
    [...ALPHA, "api", "core", "pytest-stub", "space-one"].sort(),
  );
  assert.equal(await installedBy(path, 'member = "core"; groups = [ "extra-docs" ];'), [...ALPHA, "clash", "core"]);
  // The project's default group does not count for a member alone (uv, InstallTarget::includes_group).
  assert.equal(await installedBy(path, 'member = "core"; groups = [ "dev" ];'), [...ALPHA, "core"]);
  // A virtual member is what it needs: here the project at the lock's folder.
  assert.equal(await installedBy(path, 'member = "solo";'), ["shop", "space-two"]);
  // Without a member: the project alone. Several: what each of them needs, and `dev` of the project, which is one of them.
  assert.equal(await installedBy(path, ""), ["space-two"]);
  assert.equal(await installedBy(path, 'member = "shop"; groups = [ "dev" ];'), ["pytest-stub", "space-two"]);
  assert.equal(await installedBy(path, 'member = [ "core" "shop" ]; groups = [ "dev" ];'), [
    ...ALPHA,
    "core",
    "pytest-stub",
    "shop",
    "space-two",
  ]);
  assert.equal(
    await installedBy(path, 'member = [ "*" ]; extras = [ ];'),
    [...ALPHA, "api", "core", "shop", "space-two"].sort(),
  );
});

when("a member as an application, by its own name and by the attribute", async () => {
  const path = await workspace("application");
  const api = await built(`${here(path)}.mkApplication { member = "api"; }`);
  assert.is(await succeed(join(api, "bin", "api"), []), "api of core");
  assert.equal(readdirSync(join(api, "bin")), ["api"]);
  const same = `${here(path)}.members.api.application.drvPath == (${here(path)}.mkApplication { member = "Api"; }).drvPath`;
  assert.is(await value(same), true);
  const told = `(${here(path)}.mkApplication { member = "api"; passthru.answer = 42; })`;
  assert.equal(await value(`[ ${told}.answer ${told}.dependencyEnv.name ]`), [42, "api-environment"]);
  const core = await built(`${here(path)}.members.core.application`);
  assert.is(await succeed(join(core, "bin", "core"), []), "alpha beta");
  const own = await built(`${here(path)}.application`);
  assert.is(await succeed(join(own, "bin", "shop"), []), "shop 2");
  assert.equal(await value(`builtins.attrNames ${here(path)}.members`), ["api", "core", "shop", "solo"]);
  assert.is(await value(`(${here(path)}.members.shop.application).drvPath == ${here(path)}.application.drvPath`), true);
  assert.equal(await value(`builtins.attrNames ${here(path)}.members.api`), [
    "application",
    "environment",
    "mkApplication",
    "mkEnv",
    "mkPackages",
    "mkPoetryApplication",
    "mkPoetryEnv",
    "mkPoetryPackages",
    "mkShell",
    "packages",
  ]);
});

when("a member as an environment, alone and together, editable or not", async () => {
  const path = await workspace("environments");
  const alone = await built(`${here(path)}.members.core.environment`);
  assert.is(await succeed(join(alone, "bin", "core"), []), "alpha beta");
  assert.ok(!readdirSync(join(alone, "bin")).includes("api"));
  const together = await built(`${here(path)}.mkEnv { member = [ "api" "core" ]; editable = [ "core" ]; }`);
  assert.is(await succeed(join(together, "bin", "api"), []), "api of core");
  changed(path, "packages/core/core/__init__.py", "'core'", "'edited'");
  assert.is(await succeed(join(together, "bin", "api"), []), "api of edited");
  const names = `builtins.map (each: each.name) (${here(path)}.mkPackages { member = "solo"; editable = true; }).poetryPackages`;
  assert.ok(((await value(names)) as string[]).includes("shop-editable"));
  const shell = `${here(path)}.mkShell { member = "api"; }`;
  assert.equal(await value(`map (each: each.name) (${shell}).nativeBuildInputs`), ["api-env"]);
  assert.is(await value(`(${here(path)}.mkEnv { member = [ "core" "api" ]; }).name`), "core-api-env");
});

/** The derivations of the three applications, of the whole workspace's environment, and of core alone. */
const derivations = async (path: string): Promise<Record<string, string>> =>
  (await value(
    `let p = ${here(path)}; in { shop = p.application.drvPath; api = p.members.api.application.drvPath; ` +
      `core = p.members.core.application.drvPath; package = p.members.api.packages.core.drvPath; ` +
      `solo = p.members.solo.environment.drvPath; alpha = p.members.core.packages.alpha.drvPath; }`,
  )) as Record<string, string>;
const differing = (before: Record<string, string>, after: Record<string, string>): string[] =>
  Object.keys(before).filter((key) => before[key] !== after[key]);

when("a change in one member builds only what depends on it anew", async () => {
  const path = await workspace("changes", { ".gitignore": "*.log\n/packages/core/build/\n" });
  const first = await derivations(path);
  const after = async (file: string, text: string): Promise<string[]> => {
    write(path, file, text);
    return differing(first, await derivations(path));
  };
  assert.equal(await after("packages/core/build/lib/core.py", "1"), []);
  assert.equal(await after("packages/api/api/debug.log", "1"), []);
  assert.equal(await after("packages/api/api/__pycache__/x.pyc", "1"), []);
  assert.equal(await after("packages/solo/notes.txt", "1"), []);
  assert.equal(await after("packages/api/api/more.py", "1"), ["api"]);
  rmSync(join(path, "packages/api/api/more.py"));
  assert.equal(await after("packages/core/core/more.py", "1"), ["api", "core", "package"]);
  rmSync(join(path, "packages/core/core/more.py"));
  // The project's own folder is what is left without those of the members.
  assert.equal(await after("shop/more.py", "1"), ["shop", "solo"]);
});

when("sources: another folder for a member, or less of its own", async () => {
  const path = await workspace("sources", { "packages/core/tests/test_core.py": "" });
  const source = async (words: string): Promise<string[]> =>
    (
      readdirSync(await stored(`(${here(path)}.mkPackages { member = "api"; ${words} }).byName.core.src`), {
        recursive: true,
      }) as string[]
    ).sort();
  assert.equal(await source(""), ["core", "core/__init__.py", "pyproject.toml", "tests", "tests/test_core.py"]);
  assert.equal(await source('sourceFilter.core = path: type: path != "tests";'), [
    "core",
    "core/__init__.py",
    "pyproject.toml",
  ]);
  const other = `builtins.path { path = ${path}/packages/api; name = "other"; }`;
  assert.equal(await source(`sources.core = ${other};`), ["api", "api/__init__.py", "pyproject.toml"]);
  const filtered = `(${here(path)}.mkApplication { member = "api"; sourceFilter.api = path: type: path != "api"; }).src`;
  assert.equal(readdirSync(await stored(filtered)), ["pyproject.toml"]);
});

when("what there is not: members, groups, extras, scripts to build", async () => {
  const path = await workspace("missing");
  await fails(
    `${here(path)}.mkEnv { member = "apy"; }`,
    "cannot take apy of uv.lock: it is no member and no folder of the lock\nhint: there are api, core, shop, solo",
  );
  // As `uv export --package api --group nope`, and of another member's group.
  await fails(
    `${here(path)}.mkEnv { member = "core"; groups = [ "test" ]; }`,
    "cannot select packages of uv.lock for core: unknown group test; there are: main, dev, extra-docs",
  );
  await fails(
    `${here(path)}.mkEnv { member = "core"; extras = [ "fast" ]; }`,
    "cannot select packages of uv.lock for core: unknown extra fast; there are: none",
  );
  await fails(
    `${here(path)}.members.solo.application`,
    "cannot build an application: solo declares no package\nhint: use `mkEnv`",
  );
});

when("the guard looks at every member", async () => {
  const path = await workspace("guard");
  changed(
    path,
    "packages/core/pyproject.toml",
    'version = "1.0"\nrequires',
    'description = "new"\nversion = "1.0"\nrequires',
  );
  assert.is(await value(`${here(path)}.resolution.format`), 2);
  changed(path, "packages/core/pyproject.toml", '"alpha"', '"beta"');
  await fails(
    `${here(path)}.application`,
    /packages\/core\/pyproject\.toml has changed since pylock2nix\.json was written: run `pylock2nix nix`/,
  );
});

when("the same derivations without a frozen file", async () => {
  const path = await workspace("evaluated");
  const pyproject = readPyproject(FILES["pyproject.toml"]!, "pyproject.toml");
  const lock = new TextEncoder().encode(LOCK);
  const answer = join(folder, "workspace-answer.json");
  writeFileSync(answer, JSON.stringify(answerTo({ format: "uv", lock, pyproject, target: hostTarget })));
  write(join(folder, "workspace-modules"), "nix-uv.wasm", "");
  const evaluated =
    `(let scope = { builtins = builtins // { wasm = _: argument: builtins.deepSeq argument (builtins.fromJSON (builtins.readFile ${answer})); }; ` +
    `import = builtins.scopedImport scope; }; in scope.import ${library} { pkgs = ${pkgs}; projectDir = ${path}; ` +
    `target = "${hostTarget}"; resolver = "wasm"; wasm = ${join(folder, "workspace-modules")}; })`;
  const all = (project: string): string =>
    `let p = ${project}; in [ p.application.drvPath p.members.api.application.drvPath p.members.core.environment.drvPath ` +
    `p.members.solo.environment.drvPath (p.mkEnv { member = [ "*" ]; editable = true; }).drvPath p.resolution.members p.resolution.conditions ]`;
  assert.equal(await value(all(evaluated)), await value(all(here(path))));
});

when("a dependency by path of Poetry: what it needs of what is selected", async () => {
  const tool = { name: "tool", source: { kind: "directory", path: "tool", editable: false }, files: [], file: -1 };
  const path = project("poetry-path", {
    packages: [
      { ...tool, dependencies: ["alpha"], condition: 1 },
      { name: "alpha", dependencies: ["beta"], condition: 1 },
      { name: "beta", dependencies: ["alpha"], condition: 1 },
      { name: "space-one", condition: 1 },
      { ...tool, name: "later", source: { ...tool.source, path: "later" }, condition: 2 },
    ],
    conditions: [true, { group: "main" }, { group: "dev" }],
    groups: { main: true, dev: true },
  });
  write(path, "tool/pyproject.toml", `${forBackend("tool", "tool:main")}${BUILD}`);
  write(path, "tool/tool.py", "import alpha\nmain = alpha.main\n");
  assert.equal(await value(`builtins.attrNames ${known(path)}.members`), ["later", "tool"]);
  const out = await built(`${known(path)}.members.tool.application`);
  assert.is(await succeed(join(out, "bin", "tool"), []), "alpha beta");
  assert.equal(await value(`builtins.attrNames ${known(path)}.members.tool.packages`), ["alpha", "beta", "tool"]);
  await fails(
    `${known(path)}.mkPackages { member = "later"; }`
      .replace(/$/, ".byName.later.name")
      .replace(/^(.*)\.byName/, "($1).byName"),
    "cannot take later of poetry.lock: it is not installed with these groups and extras\n" +
      "hint: pass `groups` or `extras` of the project that need it",
  );
  assert.equal(
    await value(`builtins.attrNames (${known(path)}.mkPackages { member = "later"; groups = [ "dev" ]; }).byName`),
    ["later"],
  );
});

finish();
