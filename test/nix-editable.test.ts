// Editable members with real Nix: an environment, and a shell, that import a workspace's folders from where they are, with
// their scripts, entry points and metadata; and the library's names for every lock.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { NO_BYTECODE, succeed } from "./nix/nix.ts";
import { built, fails, finish, known, library, pkgs, project, value, when } from "./nix/workbench.ts";

/** A workspace: a root project, and members of three back ends. */
function workspace(name: string): string {
  const member = (each: string, path: string, version: string | null = "1.5") => ({
    name: each,
    version,
    source: { kind: "directory", path, editable: true },
    files: [],
    file: -1,
  });
  const path = project(name, {
    packages: [
      member("api", "packages/api"),
      member("core", "packages/core"),
      member("tool-box", "tools"),
      { name: "beta" },
    ],
  });
  const files: Record<string, string> = {
    "packages/api/pyproject.toml":
      '[project]\nname = "Api"\nversion = "2.0"\ndependencies = ["core"]\n' +
      '[project.scripts]\napi-serve = "api.server:serve"\n[project.entry-points."api.plugins"]\nplain = "api.server:serve"\n',
    "packages/api/src/api/__init__.py": "",
    "packages/api/src/api/server.py": "import core\ndef serve():\n    print('serving', core.NAME)\n",
    "packages/core/pyproject.toml":
      '[tool.poetry]\nname = "core"\nversion = "3.0"\npackages = [{ include = "core", from = "lib" }]\n' +
      '[tool.poetry.scripts]\ncore-run = { reference = "core:run", type = "console" }\ncore-file = { reference = "x.sh", type = "file" }\n',
    "packages/core/lib/core/__init__.py": "NAME = 'core'\ndef run():\n    print('running')\n",
    // Its version is dynamic: the lock's counts.
    "tools/pyproject.toml": '[project]\nname = "tool-box"\ndynamic = ["version"]\n',
    "tools/tool_box.py": "",
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

const python = (environment: string, code: string, env: Record<string, string> = {}): Promise<string> =>
  succeed(join(environment, "bin", "python"), ["-c", code], { env });
const REPORT =
  "import importlib.metadata as m; " +
  "print([m.version(name) for name in ('api', 'core', 'tool-box', 'demo-app')], " +
  "[point.value for point in m.entry_points(group='api.plugins')])";

when("scripts, entry points, metadata and sources of all members, and of the project", async () => {
  const path = workspace("all-editable");
  const environment = await built(`${known(path)}.mkEnv { editable = true; }`);
  assert.is(await python(environment, REPORT), "['2.0', '3.0', '1.5', '0.1.0'] ['api.server:serve']");
  assert.is(await succeed(join(environment, "bin", "api-serve"), [], { cwd: "/" }), "serving core");
  assert.is(await succeed(join(environment, "bin", "core-run"), [], { cwd: "/" }), "running");
  const places = await python(
    environment,
    "import api, core, importlib.util as u; print(api.__file__, core.__file__, u.find_spec('demo').origin)",
  );
  assert.equal(places.split(" "), [
    join(path, "packages/api/src/api/__init__.py"),
    join(path, "packages/core/lib/core/__init__.py"),
    join(path, "demo/__init__.py"),
  ]);
  // A change shows without a build.
  writeFileSync(join(path, "packages/core/lib/core/__init__.py"), "NAME = 'changed'\n");
  assert.is(await succeed(join(environment, "bin", "api-serve"), [], { cwd: "/" }), "serving changed");
});

/** A back end that "compiles" by taking an extension module of the host's Python under the package's name. */
const COMPILER = `import importlib.util, sysconfig, zipfile
from pathlib import Path

def build_wheel(folder, config_settings=None, metadata_directory=None):
    found = Path(sysconfig.get_path("platstdlib"), "lib-dynload").glob("_heapq.*.so")
    with zipfile.ZipFile(Path(folder) / "NAME-1.0-cp3-abi3-linux_x86_64.whl", "w") as archive:
        archive.writestr("NAME/__init__.py", "FROM = 'wheel'")
        archive.writestr("NAME/inner/_heapq.cpython-x.so", next(found).read_bytes())
        archive.writestr("NAME.libs/libother.so", b"")
        archive.writestr("NAME-1.0.dist-info/METADATA", "Name: NAME\\nVersion: 1.0\\n")
    return "NAME-1.0-cp3-abi3-linux_x86_64.whl"
`;

when("extension modules are those that are built, and all else is where the sources are", async () => {
  const path = project("compiled", {
    packages: [
      { name: "fast", source: { kind: "directory", path: "fast", editable: true }, files: [], file: -1 },
      { name: "plain", source: { kind: "directory", path: "plain", editable: true }, files: [], file: -1 },
    ],
    project: {
      name: "own",
      version: "1.0",
      package: true,
      backend: "compiler",
      requires: ["cython"],
      scripts: {},
      python: null,
    },
  });
  const files: Record<string, string> = {};
  for (const [name, folder] of [
    ["fast", "fast/"],
    ["own", ""],
  ]) {
    files[`${folder}compiler.py`] = COMPILER.replaceAll("NAME", name!);
    files[`${folder}pyproject.toml`] =
      `[project]\nname = "${name}"\nversion = "1.0"\n[build-system]\nrequires = ["Cython>=3 ; python_version > '3'"]\n` +
      'build-backend = "compiler"\nbackend-path = ["."]\n';
    files[`${folder}src/${name}/__init__.py`] = "FROM = 'source'\n";
    files[`${folder}src/${name}/inner/__init__.py`] = "";
  }
  files["plain/pyproject.toml"] =
    '[project]\nname = "plain"\nversion = "1.0"\n[build-system]\nrequires = ["hatchling"]\n';
  files["plain/plain.py"] = "";
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  // The guard compares what is there with what was frozen.
  const frozen = JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8"));
  writeFileSync(join(path, "pylock2nix.json"), JSON.stringify({ ...frozen, pyproject: null }));
  const environment = await built(`${known(path)}.mkEnv { editable = true; }`);
  const report =
    "import fast, own, fast.inner._heapq as f, own.inner._heapq as o, plain; " +
    "print(fast.FROM, own.FROM, f.heappop([1]), o.__name__, f.__file__.startswith('/tmp') and '/store/' in f.__file__)";
  assert.is(await python(environment, report), "source source 1 own.inner._heapq True");
  const { stderr } = spawnSync(join(environment, "bin", "python"), ["-c", "import fast.libother"], {
    encoding: "utf8",
    env: { ...process.env, ...NO_BYTECODE },
  });
  assert.match(stderr, "ModuleNotFoundError: No module named 'fast.libother'");
  // Nothing that compiles nothing is built.
  const inputs = await value(
    `builtins.concatMap (each: builtins.attrNames (builtins.getContext each.specification.text)) (builtins.filter (each: each.name == "plain-editable") (${known(path)}.mkPackages { editable = true; }).poetryPackages)`,
  );
  assert.equal(inputs, []);
});

when("some members only, and names that are none", async () => {
  const path = workspace("some-editable");
  const packages = `${known(path)}.mkPackages { editable = [ "core" ]; }`;
  const names = (await value(`map (package: package.name) (${packages}).poetryPackages`)) as string[];
  assert.equal(
    names.filter((name) => name.includes("core")),
    ["core-editable"],
  );
  assert.ok(names.some((name) => name.endsWith("-api-1.5")));
  await fails(
    `${known(path)}.mkEnv { editable = [ "beta" ]; }`,
    "cannot make beta editable: it is no folder of the lock that is installed here\nhint: there are api, core, demo-app, tool-box",
  );
});

when("a virtual project is not installed, and a folder outside is not ours to edit", async () => {
  const path = project("virtual", {
    packages: [
      { name: "far", source: { kind: "directory", path: "../far", editable: true }, files: [], file: -1 },
      { name: "beta" },
    ],
    project: { name: "virtual", version: null, package: false, backend: null, requires: [], scripts: {}, python: null },
  });
  const made = (editable: string): string =>
    `map (package: package.outPath) (builtins.filter (package: !(package ? pylock2nix)) (${known(path)}.mkPackages { editable = ${editable}; }).poetryPackages)`;
  assert.equal(await value(made("true")), []);
  await fails(
    made('[ "virtual" ]'),
    "cannot make virtual editable: it is no folder of the lock that is installed here\nhint: there are far",
  );
});

when("for the whole team: the folder is what the environment says", async () => {
  const path = workspace("team");
  const environment = await built(`${known(path)}.mkEnv { editable = true; editableRoot = "$REPO_ROOT/"; }`);
  const where = (root: string): Promise<string> =>
    python(environment, "import core; print(core.__file__)", { REPO_ROOT: root });
  assert.is(await where(path), join(path, "packages/core/lib/core/__init__.py"));
  const other = workspace("team-elsewhere");
  assert.is(await where(other), join(other, "packages/core/lib/core/__init__.py"));
  // A flake's project is in the store: there the folder is never its own.
  const stored = `(builtins.path { path = ${path}; name = "source"; })`;
  const text = await value(
    `(builtins.head (builtins.filter (package: package.name == "core-editable") ((import ${library} { pkgs = ${pkgs}; projectDir = ${stored}; }).mkPackages { editable = true; }).poetryPackages)).specification.text`,
    "--read-write-mode",
  );
  assert.equal(JSON.parse(String(text)).paths, ["$REPO_ROOT/packages/core/lib"]);
});

when("mkShell: the environment, the caller's programs, and no other Python's packages", async () => {
  const path = workspace("shell");
  const shell = `${known(path)}.mkShell { packages = [ (${pkgs}).python3 ]; shellHook = "echo mine; echo $REPO_ROOT"; TZ = "UTC"; }`;
  const attributes = (await value(
    `let s = ${shell}; in { inherit (s) shellHook TZ UV_NO_SYNC UV_PYTHON VIRTUAL_ENV; inputs = map (each: each.name) s.nativeBuildInputs; }`,
  )) as Record<string, string>;
  assert.equal(attributes.inputs, [
    "demo-app-env",
    `python3-${(await value(`(${pkgs}).python3.pythonVersion`)) as string}`,
  ]);
  assert.equal([attributes.TZ, attributes.UV_NO_SYNC], ["UTC", "1"]);
  assert.is(attributes.UV_PYTHON, `${attributes.VIRTUAL_ENV}/bin/python`);
  const run = (env: Record<string, string>): string[] =>
    spawnSync("bash", ["-c", `${attributes.shellHook}\necho "[$PYTHONPATH]"`], {
      cwd: path,
      encoding: "utf8",
      env: { ...process.env, ...NO_BYTECODE, PYTHONPATH: "/elsewhere", GIT_CEILING_DIRECTORIES: dirname(path), ...env },
    })
      .stdout.trimEnd()
      .split("\n");
  assert.equal(run({}), ["mine", path, "[]"]);
  assert.equal(run({ REPO_ROOT: "/mine" }), ["mine", "/mine", "[]"]);
});

when("the names for every lock, and poetry2nix' for the same", async () => {
  const path = project("names", { packages: [{ name: "alpha", dependencies: ["beta"] }, { name: "beta" }] });
  const same = (name: string, old: string, attribute: string): Promise<unknown> =>
    value(`(${known(path)}.${name} { }).${attribute} == (${known(path)}.${old} { }).${attribute}`);
  assert.is(await same("mkEnv", "mkPoetryEnv", "drvPath"), true);
  assert.is(await same("mkApplication", "mkPoetryApplication", "drvPath"), true);
  assert.is(await same("mkPackages", "mkPoetryPackages", "byName.alpha.drvPath"), true);
  const application = await built(`${known(path)}.mkApplication { }`);
  assert.is(await succeed(join(application, "bin", "demo-app"), []), "alpha beta");
});

finish();
