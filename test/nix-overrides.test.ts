// What is particular about a package, as data (`perPackage`), and what sources are built with: real Nix, small packages.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { run, succeed } from "./nix/nix.ts";
import {
  build,
  built,
  fails,
  files,
  finish,
  folder,
  library,
  nativeTag,
  type Package,
  pkgs,
  project,
  python,
  sha256,
  store,
  value,
  wheel,
  when,
} from "./nix/workbench.ts";
import { tarGz, zip } from "./prefetch/archives.ts";

const sitePackages = `lib/python${python.version}/site-packages`;

function served(file: string, bytes: Buffer): readonly [string, string, null] {
  writeFileSync(join(files, file), bytes);
  return [file, `sha256-${createHash("sha256").update(bytes).digest("base64")}`, null];
}

const stemOf = (name: string): string => name.replaceAll("-", "_");

function made(
  name: string,
  version: string,
  content: Record<string, string>,
  tag?: string,
): readonly [string, string, null] {
  const info = `${stemOf(name)}-${version}.dist-info`;
  const members = [
    { name: `${info}/METADATA`, data: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n` },
    ...Object.entries(content).map(([path, data]) => ({ name: path, data })),
  ];
  return served(wheel(stemOf(name), version, tag), zip(members));
}

const table = (name: string, version: string, more = ""): string =>
  `[build-system]\nrequires = ["poetry-core>=1"]\nbuild-backend = "poetry.core.masonry.api"\n${more}` +
  `[tool.poetry]\nname = "${name}"\nversion = "${version}"\n`;

/** An sdist of one module, NAME.py, which the stand-in's back end packs. */
function sdist(name: string, version: string, content: Record<string, string>): readonly [string, string, null] {
  const top = `${stemOf(name)}-${version}`;
  const all = { "pyproject.toml": table(name, version), ...content };
  return served(`${top}.tar.gz`, tarGz(Object.entries(all).map(([path, data]) => ({ name: `${top}/${path}`, data }))));
}

/** `pure` has both; `native` a wheel with a library to find; `onlywheel` no source. */
const MODULE = 'FROM = "source"\nNUMBER = 1\n';
const PURE: Package = {
  name: "pure",
  files: [
    made("pure", "1.0", { "pure.py": 'FROM = "wheel"\nNUMBER = 1\n' }),
    sdist("pure", "1.0", { "pure.py": MODULE }),
  ],
};
const ONLY_WHEEL: Package = { name: "onlywheel", files: [made("onlywheel", "1.0", { "onlywheel.py": "" })] };
const withFacts = (facts: object): Package => ({
  name: "pure",
  files: [PURE.files![0]!, [PURE.files![1]![0], PURE.files![1]![1], null, facts]],
});

/** The library with a nixpkgs that has more; `python` of it has more Python packages. */
const at = (path: string, settings = "", more = "", pythonPackages = ""): string =>
  `(import ${library} { pkgs = (${pkgs.replace(/\}\)$/, ` pythonPackages = python: { ${pythonPackages} }; })`)} // { ${more} }); projectDir = ${path}; ${settings} })`;
const empty = (name: string): string => `${name} = (${pkgs}).stubLibraries "${name}" [ ];`;
const some = (...names: string[]): string => names.map(empty).join(" ");

/** Names of what a package is built with. */
const inputs = (expression: string): Promise<unknown> =>
  value(`let p = ${expression}; in map (input: input.name) (p.buildInputs or [ ] ++ p.nativeBuildInputs or [ ])`);
const moduleOf = async (expression: string, file = "pure.py"): Promise<string> =>
  readFileSync(join(await built(expression), sitePackages, file), "utf8");
const USUAL = ["setuptools", "wheel", "poetry-core", "flit-core", "hatchling"];
const fromSource = (more = ""): string => `perPackage.pure = { fromSource = true; ${more} };`;

// --- The settings -----------------------------------------------------------------------------------------------------

when("an unknown setting is refused, with what was probably meant", async () => {
  const path = project("unknown-setting", { packages: [PURE] });
  const refused = (settings: string, message: string): Promise<void> =>
    fails(`${at(path, settings)}.packages.pure.name`, message);
  const slips: [string, string][] = [
    ["extraLibs", "extraLibraries"],
    ["ignoreSoname", "ignoreSonames"],
    ["buildInputs", "extraLibraries"],
    ["nativeBuildInputs", "extraTools"],
    ["build-system", "buildSystem"],
    ["preferWheels", "preferWheel"],
    ["fromSources", "fromSource"],
  ];
  for (const [slip, meant] of slips)
    await refused(
      `perPackage.pure.${slip} = [ ];`,
      `perPackage.pure has no setting \`${slip}\`\nhint: did you mean \`${meant}\`?`,
    );
  await refused(
    "perPackage.pure.colour = 1;",
    "perPackage.pure has no setting `colour`\n" +
      "hint: there are buildGroups, buildSystem, cargoHash, cargoLock, cargoRoot, env, extraLibraries, extraTools, fromNixpkgs, " +
      "fromSource, ignoreSonames, patches, preferWheel",
  );
  const overlay = "overrides = [ (_: prev: { pure = prev.pure.override { patch = [ ]; }; }) ];";
  await refused(overlay, "perPackage.pure has no setting `patch`\nhint: did you mean `patches`?");
});

when("a value of another kind is refused", async () => {
  const path = project("wrong-kind", { packages: [PURE] });
  const hint = "\nhint: docs/overrides.md has an example";
  const refused = (setting: string, message: string): Promise<void> =>
    fails(`${at(path, `perPackage.pure.${setting};`)}.packages.pure.name`, `perPackage.pure.${message}${hint}`);
  await refused('extraTools = "cmake"', "extraTools is a list, not a string");
  await refused("extraLibraries = { }", "extraLibraries is a list, not an attribute set or a package");
  await refused('fromSource = "yes"', "fromSource is true or false, not a string");
  await refused("env = [ ]", "env is an attribute set, not a list");
  await refused("fromNixpkgs = 1", "fromNixpkgs is true, false or a list of names, not a number");
  // null is the default.
  assert.is(
    await value(`${at(path, "perPackage.pure.extraTools = null;")}.packages.pure.name`),
    `python${python.version}-pure-1.0`,
  );
});

when("names of packages may be spelled in each way, and `*` stands for all", async () => {
  const dashed: Package = {
    name: "a-name",
    files: [made("a-name", "1.0", { "a.py": "" }), sdist("a-name", "1.0", { "a.py": "" })],
  };
  const path = project("spelled", { packages: [dashed, PURE] });
  const fileOf = (settings: string, name: string): Promise<unknown> =>
    value(`${at(path, settings)}.packages.${name}.pylock2nix.file.name`);
  for (const name of ["a-name", "A_Name", '"a.name"'])
    assert.is(await fileOf(`perPackage.${name}.fromSource = true;`, "a-name"), "a_name-1.0.tar.gz");
  const all = 'perPackage."*".preferWheel = false; perPackage.pure.preferWheel = true;';
  assert.is(await fileOf(all, "a-name"), "a_name-1.0.tar.gz");
  assert.is(await fileOf(all, "pure"), wheel("pure"));
});

when("a package that the lock lacks changes nothing, and a slip is warned of", async () => {
  const path = project("slips", { packages: [PURE] });
  const errorsOf = async (name: string): Promise<string> => {
    const settings = `perPackage.${name}.extraTools = [ ];`;
    const { code, errors } = await run(
      "nix-instantiate",
      ["--eval", "-E", `${at(path, settings)}.packages.pure.name`],
      { env: store },
    );
    assert.is(code, 0, errors);
    return errors;
  };
  assert.match(
    await errorsOf("puer"),
    "warning: perPackage.puer changes nothing: the lock has no puer; did you mean `pure`?",
  );
  assert.not.match(await errorsOf("lxml"), "warning");
  // The project itself is built, too.
  assert.not.match(await errorsOf("demo-app"), "warning");
});

when("`override` and `overridePythonAttrs` come in any order", async () => {
  const path = project("any-order", { packages: [PURE] });
  const attributes = 'overridePythonAttrs (old: { version = "7"; })';
  const settings = "override { preferWheel = false; }";
  for (const chain of [`(prev.pure.${attributes}).${settings}`, `(prev.pure.${settings}).${attributes}`]) {
    const chosen = `${at(path, `overrides = [ (_: prev: { pure = ${chain}; }) ];`)}.packages.pure`;
    assert.is(await value(`${chosen}.version`), "7");
    assert.is(await value(`${chosen}.pylock2nix.file.name`), "pure-1.0.tar.gz");
  }
  const given = "override (old: { preferWheel = !old.preferWheel; })";
  assert.is(await value(`(${at(path)}.packages.pure.${given}).pylock2nix.file.name`), "pure-1.0.tar.gz");
});

// --- From source ------------------------------------------------------------------------------------------------------

when("`fromSource` takes the source, and says when there is none", async () => {
  const path = project("from-source", { packages: [PURE, ONLY_WHEEL] });
  assert.is(await moduleOf(`${at(path)}.packages.pure`), 'FROM = "wheel"\nNUMBER = 1\n');
  assert.is(await moduleOf(`${at(path, fromSource())}.packages.pure`), MODULE);
  for (const setting of ["fromSource", "fromNixpkgs"])
    await fails(
      `${at(path, `perPackage.onlywheel.${setting} = true;`)}.packages.onlywheel.drvPath`,
      "cannot build onlywheel 1.0 from source: the lock has only wheels of it\n" +
        "hint: leave out `fromSource` and `fromNixpkgs`, or give it a `src`, `overridePythonAttrs { src = ...; }`",
    );
  // What only prefers is content.
  assert.is(
    await value(`${at(path, "preferWheels = false;")}.packages.onlywheel.pylock2nix.file.name`),
    wheel("onlywheel"),
  );
});

when("tools, libraries, variables and patches reach the build", async () => {
  const path = project("reach", { packages: [PURE] });
  const patch = join(folder, "pure.patch");
  writeFileSync(patch, '--- a/pure.py\n+++ b/pure.py\n@@ -1,2 +1,2 @@\n FROM = "source"\n-NUMBER = 1\n+NUMBER = 2\n');
  const tool = `(${pkgs}).stdenv.mkDerivation { name = "tool"; buildCommand = "mkdir -p $out/bin; echo '#!/bin/sh' > $out/bin/count; echo 'echo THREE = 3' >> $out/bin/count; chmod +x $out/bin/count"; }`;
  const settings = fromSource(
    `extraTools = [ (${tool}) ]; extraLibraries = [ ((${pkgs}).stubLibraries "oddlib" [ ]) ]; patches = [ ${patch} ]; env.WORD = "four";`,
  );
  const expression = `(${at(path, settings)}.packages.pure.overridePythonAttrs { preBuild = "count >> pure.py; echo \\"WORD = '$WORD'\\" >> pure.py"; })`;
  assert.is(await moduleOf(expression), "FROM = \"source\"\nNUMBER = 2\nTHREE = 3\nWORD = 'four'\n");
  assert.equal(await inputs(`${at(path, settings)}.packages.pure`), ["oddlib", "tool", ...USUAL]);
  // Of a wheel they are no business.
  const wheelOnly = settings.replace("fromSource = true;", "").replace(/patches.*?;/, "");
  assert.equal(await inputs(`${at(path, wheelOnly)}.packages.pure`), []);
});

when("patches to a wheel change the installed files, and no stale byte code stays", async () => {
  const cache = (name: string): string => `__pycache__/${name}.cpython-311.pyc`;
  const content = { "two/one.py": "NUMBER = 1\n", "two/other.py": "OTHER = 1\n" };
  const byteCode = { [`two/${cache("one")}`]: "old", [`two/${cache("other")}`]: "good" };
  const entry: Package = { name: "two", files: [made("two", "1.0", { ...content, ...byteCode })] };
  const patch = join(folder, "two.patch");
  writeFileSync(patch, "--- a/two/one.py\n+++ b/two/one.py\n@@ -1 +1 @@\n-NUMBER = 1\n+NUMBER = 2\n");
  const path = project("patched", { packages: [entry] });
  const out = await built(`${at(path, `perPackage.two.patches = [ ${patch} ];`)}.packages.two`);
  assert.is(readFileSync(join(out, sitePackages, "two", "one.py"), "utf8"), "NUMBER = 2\n");
  assert.not.ok(existsSync(join(out, sitePackages, "two", cache("one"))));
  assert.ok(existsSync(join(out, sitePackages, "two", cache("other"))));
  writeFileSync(patch, readFileSync(patch, "utf8").replace("-NUMBER = 1", "-NUMBER = 7"));
  assert.is.not((await build(`${at(path, `perPackage.two.patches = [ ${patch} ];`)}.packages.two`)).code, 0);
});

when("a failed build says what to do", async () => {
  const broken: Package = {
    name: "broken",
    files: [sdist("broken", "1.0", { "pyproject.toml": '[build-system]\nbuild-backend = "nowhere"\nrequires = []\n' })],
  };
  const hint =
    "hint: give programs, perPackage.broken.extraTools = [ pkgs.NAME ]; libraries, .extraLibraries = [ pkgs.NAME ];\n" +
    'Python packages, .buildSystem = [ "NAME" ]; or .fromNixpkgs = true; what nixpkgs builds its own broken with';
  const unknown = await build(`${at(project("broken", { packages: [broken] }))}.packages.broken`);
  assert.match(
    unknown.errors,
    `pylock2nix: could broken 1.0 not be built from its source? What it asks for is not known: \`pylock2nix prefetch --all\` reads it.\n${hint}`,
  );
  const [file, hash] = broken.files![0]!;
  const recorded: Package = { ...broken, files: [[file, hash, null, { buildRequires: [] }]] };
  const known = await build(`${at(project("broken-known", { packages: [recorded] }))}.packages.broken`);
  assert.match(
    known.errors,
    `pylock2nix: could broken 1.0 not be built from its source? It had what its [build-system] asks for, and no more.\n${hint}`,
  );
});

// --- What builds it ---------------------------------------------------------------------------------------------------

when("what is recorded is all that a source is built with; else the usual ones are there", async () => {
  const inputsOf = (facts: object, more = ""): Promise<unknown> =>
    inputs(
      `${at(project(`facts-${sha256(JSON.stringify(facts)).slice(0, 6)}`, { packages: [withFacts(facts)] }), fromSource(more))}.packages.pure`,
    );
  assert.equal(await inputsOf({}), USUAL);
  assert.equal(await inputsOf({ buildRequires: ["flit-core"] }), ["flit-core"]);
  assert.equal(await inputsOf({ buildRequires: [] }), []);
  // Poetry's old name, numpy's old trick, and what holds under a marker where nixpkgs has it.
  const old = { buildRequires: ["poetry", "setuptools"], conditionalRequires: ["cython", "hatch-nowhere"] };
  assert.equal(await inputsOf(old), ["poetry-core", "setuptools", "cython"]);
  // The usual ones are a guess: those that nixpkgs has.
  const fewer = `(import ${library} { pkgs = (${pkgs}) // { python3 = let python = (${pkgs}).python3 // { pkgs = builtins.removeAttrs (${pkgs}).python3.pkgs [ "flit-core" ]; pythonOnBuildForHost = python; }; in python; }; projectDir = ${project("fewer", { packages: [PURE] })}; ${fromSource()} })`;
  assert.equal(await inputs(`${fewer}.packages.pure`), ["setuptools", "wheel", "poetry-core", "hatchling"]);
  // What is said counts before it.
  assert.equal(await inputsOf({ buildRequires: ["flit-core"] }, 'buildSystem = [ "hatchling" ];'), ["hatchling"]);
  await fails(
    `${at(project("facts-none", { packages: [withFacts({ buildRequires: ["hatch-nowhere"] })] }), fromSource())}.packages.pure.drvPath`,
    "cannot build pure 1.0 from source: nixpkgs has no Python package hatch-nowhere, which its [build-system] asks for\n" +
      'hint: say what builds it, perPackage.pure.buildSystem = [ "NAME" ]; or have it in a group of the lock,\n' +
      'perPackage.pure.buildGroups = [ "GROUP" ]; or take a wheel',
  );
});

when("of a folder of the project, what its pyproject.toml asks for", async () => {
  const local = (path: string): Package => ({
    name: "local",
    source: { kind: "directory", path },
    files: [],
    file: -1,
  });
  const path = project("local", { packages: [local("libs/local")] });
  mkdirSync(join(path, "libs/local"), { recursive: true });
  const inputsOf = (): Promise<unknown> => inputs(`${at(path)}.packages.local`);
  // PEP 518: without a word of it setuptools.
  assert.equal(await inputsOf(), ["setuptools"]);
  const write = (text: string): void => writeFileSync(join(path, "libs/local/pyproject.toml"), text);
  write('[project]\nname = "local"\n');
  assert.equal(await inputsOf(), ["setuptools"]);
  write(
    '[build-system]\nrequires = ["Flit_Core >=3.2,<4", "cython; python_version > \'3\'", "nowhere; os_name == \'x\'"]\n',
  );
  assert.equal(await inputsOf(), ["flit-core", "cython"]);
});

when("C++ and Fortran get the programs that their back ends run, and these do not take over the build", async () => {
  const nixpkgs = some("cmake", "ninja", "meson", "pkg-config");
  const pythons = ["scikit-build-core", "meson-python"].map(
    (name) => `${name} = python.pkgs.setuptools // { name = "${name}"; };`,
  );
  const package_ = (name: string): string =>
    `${at(project(name, { packages: [withFacts({ buildRequires: [name] })] }), fromSource(), nixpkgs, pythons.join(" "))}.packages.pure`;
  assert.equal(await inputs(package_("scikit-build-core")), ["cmake", "ninja", "scikit-build-core"]);
  assert.equal(await inputs(package_("meson-python")), ["meson", "ninja", "pkg-config", "meson-python"]);
  for (const quiet of ["dontUseCmakeConfigure", "dontUseMesonConfigure", "dontUseNinjaBuild", "dontUseNinjaInstall"])
    assert.is(await value(`(${package_("meson-python")}).${quiet}`), true);
  // Wheels of PyPI that hold a program.
  const programs = project("programs", { packages: [withFacts({ buildRequires: ["cmake", "ninja"] })] });
  assert.equal(await inputs(`${at(programs, fromSource(), nixpkgs)}.packages.pure`), ["cmake", "ninja"]);
  await fails(
    `${at(programs, fromSource())}.packages.pure.drvPath`,
    "cannot build pure 1.0 from source: this nixpkgs has no cmake, which its build runs\nhint: take a newer nixpkgs, or a wheel",
  );
});

// --- Rust -------------------------------------------------------------------------------------------------------------

const RUST =
  `rustPlatform = { cargoSetupHook = (${pkgs}).stubLibraries "cargo-setup-hook" [ ]; maturinBuildHook = (${pkgs}).stubLibraries "maturin-build-hook" [ ]; ` +
  'fetchCargoVendor = given: { kind = "vendored"; inherit (given) hash name; root = given.cargoRoot or null; src = given.src.name; }; ' +
  `importCargoLock = given: { kind = "imported"; inherit (given) lockFile; }; }; ${some("cargo", "rustc")}`;

when("Rust: crates come by a hash or a Cargo.lock, and without both the message says so", async () => {
  const rust = (name: string): string => project(`rust-${name}`, { packages: [withFacts({ buildRequires: [name] })] });
  const setuptoolsRust = 'setuptools-rust = python.pkgs.setuptools // { name = "setuptools-rust"; };';
  const of = (name: string, settings: string): string =>
    `${at(rust(name), fromSource(settings), RUST, setuptoolsRust)}.packages.pure`;
  for (const name of ["maturin", "setuptools-rust"])
    await fails(
      `(${of(name, "")}).cargoDeps`,
      "cannot build pure 1.0 from source: it is built with Rust, and Nix fetches crates by a hash\n" +
        "hint: perPackage.pure.cargoHash = lib.fakeHash; and the build says the right one; or\n" +
        "perPackage.pure.cargoLock = ./Cargo.lock; a copy of the source's own; or take a wheel",
    );
  const hashed = of("maturin", 'cargoHash = "sha256-x"; cargoRoot = "src/rust";');
  assert.equal(await value(`(${hashed}).cargoDeps`), {
    kind: "vendored",
    hash: "sha256-x",
    name: "pure-1.0",
    root: "src/rust",
    src: "pure-1.0.tar.gz",
  });
  assert.is(await value(`(${hashed}).cargoRoot`), "src/rust");
  assert.equal(await value(`map (input: input.name) (${of("maturin", 'cargoHash = "";')}).nativeBuildInputs`), [
    "cargo-setup-hook",
    "maturin-build-hook",
  ]);
  assert.equal(await value(`map (input: input.name) (${of("setuptools-rust", 'cargoHash = "";')}).nativeBuildInputs`), [
    "cargo-setup-hook",
    "cargo",
    "rustc",
    "setuptools-rust",
  ]);
  const lock = of("maturin", 'cargoLock = "/x/Cargo.lock";');
  assert.equal(await value(`(${lock}).cargoDeps`), { kind: "imported", lockFile: "/x/Cargo.lock" });
  // An overlay that gives the crates itself never meets the message.
  const overlay = 'overrides = [ (_: prev: { pure = prev.pure.overridePythonAttrs { cargoDeps = "mine"; }; }) ];';
  assert.is(
    await value(`(${at(rust("maturin"), `${fromSource()} ${overlay}`, RUST)}.packages.pure).cargoDeps`),
    "mine",
  );
});

when("Rust: a folder of the project has its own Cargo.lock", async () => {
  const path = project("rust-local", {
    packages: [{ name: "local", source: { kind: "directory", path: "local" }, files: [], file: -1 }],
  });
  mkdirSync(join(path, "local"));
  writeFileSync(join(path, "local/pyproject.toml"), '[build-system]\nrequires = ["maturin>=1,<2"]\n');
  const local = `${at(path, "", RUST)}.packages.local`;
  await fails(`(${local}).cargoDeps`, /it is built with Rust, and Nix fetches crates by a hash/);
  writeFileSync(join(path, "local/Cargo.lock"), "version = 4\n");
  assert.equal(await value(`toString (${local}).cargoDeps.lockFile`), join(path, "local/Cargo.lock"));
});

// --- nixpkgs' recipe --------------------------------------------------------------------------------------------------

const RECIPE =
  `pure = python.pkgs.buildPythonPackage { pname = "pure"; version = "0.1"; pyproject = true; src = "old"; build-system = [ python.pkgs.flit-core ]; ` +
  `nativeBuildInputs = [ ((${pkgs}).stubLibraries "gfortran" [ ]) ]; buildInputs = [ ((${pkgs}).stubLibraries "blas" [ ]) ]; ` +
  `dependencies = [ python.pkgs.poetry-core ((${pkgs}).stubLibraries "glib" [ ]) null ]; env.FLAGS = "-O1"; ` +
  'cmakeFlags = "-DX=1"; preBuild = "echo recipe"; postPatch = "touch recipe"; patches = [ "/old.patch" ]; };';

when("`fromNixpkgs` takes the inputs of nixpkgs' recipe, at the lock's version", async () => {
  const path = project("recipe", { packages: [PURE] });
  const of = (setting: string, more = ""): string =>
    `${at(path, `perPackage.pure = { fromNixpkgs = ${setting}; ${more} };`, "", RECIPE)}.packages.pure`;
  // Python packages that it runs with are the lock's affair.
  assert.equal(await inputs(of("true")), ["blas", "glib", "gfortran", "flit-core"]);
  const facts = await value(
    `let p = ${of("true")}; in { inherit (p) version FLAGS cmakeFlags; src = p.src.name; step = p.preBuild or null; patches = p.patches or null; }`,
  );
  assert.equal(facts, {
    version: "1.0",
    FLAGS: "-O1",
    cmakeFlags: "-DX=1",
    src: "pure-1.0.tar.gz",
    step: null,
    patches: null,
  });
  // What belongs to one version only when it is asked for.
  const more = of(
    '[ "preBuild" "postPatch" "patches" ]',
    'extraTools = [ ]; env.MORE = "1"; patches = [ "/new.patch" ];',
  );
  const steps = await value(
    `let p = ${more}; in { inherit (p) preBuild patches FLAGS MORE; isPatched = builtins.match ".*touch recipe.*" p.postPatch != null; }`,
  );
  assert.equal(steps, {
    preBuild: "echo recipe",
    patches: ["/old.patch", "/new.patch"],
    FLAGS: "-O1",
    MORE: "1",
    isPatched: true,
  });
  assert.is(await moduleOf(of("true", 'buildSystem = [ "poetry-core" ];')), MODULE);
});

when("`fromNixpkgs` says when there is no recipe", async () => {
  const path = project("no-recipe", { packages: [PURE] });
  const of = (pythonPackages: string): string =>
    `${at(path, "perPackage.pure.fromNixpkgs = true;", "", pythonPackages)}.packages.pure.drvPath`;
  const hint = "hint: say what its build needs, perPackage.pure.extraTools and .extraLibraries";
  await fails(of(""), `cannot build pure 1.0 as nixpkgs does: it has no Python package pure\n${hint}`);
  await fails(
    of('pure = { name = "pure"; };'),
    `cannot build pure 1.0 as nixpkgs does: there it is not made by buildPythonPackage\n${hint}`,
  );
});

// --- From the lock ----------------------------------------------------------------------------------------------------

// A back end in the lock, which needs another locked package to run, and writes who built.
const BACKEND = `${readFileSync("test/nix/backend.py", "utf8")}
import helper
pack = build_wheel
def build_wheel(folder, config_settings=None, metadata_directory=None):
    Path("by.py").write_text(f"BY = {helper.NAME!r}\\n")
    return pack(folder)
`;
const HELPER: Package = {
  name: "helper",
  condition: 1,
  files: [made("helper", "1.0", { "helper.py": 'NAME = "the lock"\n' })],
};
const CORE: Package = {
  name: "poetry-core",
  version: "9.0",
  condition: 1,
  files: [made("poetry-core", "9.0", { "poetry/core/masonry/api.py": BACKEND })],
  dependencies: ["helper"],
};
const BUILD_GROUP = { conditions: [true, { group: "build" }], groups: { main: true, build: false } } as const;

when("`buildGroups` take what builds a source from the lock, with all that it needs", async () => {
  const path = project("build-group", { packages: [PURE, HELPER, CORE], ...BUILD_GROUP });
  const locked = fromSource('buildGroups = [ "build" ];');
  const out = await built(`${at(path, locked)}.packages.pure`);
  assert.is(readFileSync(join(out, sitePackages, "by.py"), "utf8"), "BY = 'the lock'\n");
  assert.not.ok(existsSync(join(await built(`${at(path, fromSource())}.packages.pure`), sitePackages, "by.py")));
  // Groups for building are not installed for it.
  const environment = await built(`${at(path, locked)}.environment`);
  assert.not.ok(existsSync(join(environment, sitePackages, "helper.py")));
  // What the lock has not is nixpkgs', and what is recorded is all.
  const only = project("build-group-only", {
    packages: [withFacts({ buildRequires: ["poetry-core", "flit-core"] }), HELPER, CORE],
    ...BUILD_GROUP,
  });
  const names = (await inputs(`${at(only, locked)}.packages.pure`)) as string[];
  assert.equal(
    names.map((name) => name.replace(/^python[\d.]*-/, "")),
    ["poetry-core-9.0", "helper-1.0", "flit-core"],
  );
  await fails(
    `${at(path, fromSource('buildGroups = [ "none" ];'))}.packages.pure.drvPath`,
    /unknown group none; there are: build, main/,
  );
});

when("the project itself is built with it, too", async () => {
  const path = project("build-group-app", { packages: [HELPER, CORE], ...BUILD_GROUP });
  writeFileSync(join(path, "demo", "__init__.py"), "def main():\n    import by\n    print(by.BY)\n");
  const out = await built(`${at(path, 'perPackage.demo-app.buildGroups = [ "build" ];')}.application`);
  assert.is(await succeed(join(out, "bin", "demo-app"), []), "the lock");
});

when("what leads back to the package comes from nixpkgs: no build waits for itself", async () => {
  // Both are sources, and each is built with the other.
  const sourceOnly = (name: string, requires: string[], dependencies: string[] = []): Package => ({
    name,
    files: [[...sdist(name, "1.0", { [`${name}.py`]: "" }), { buildRequires: requires }]],
    dependencies,
  });
  const path = project("build-cycle", {
    packages: [
      sourceOnly("chicken", ["egg", "poetry-core"]),
      sourceOnly("egg", ["hen"]),
      { name: "hen", files: [made("hen", "1.0", { "hen.py": "" })], dependencies: ["chicken"] },
    ],
  });
  const settings = 'perPackage."*".buildGroups = [ "main" ];';
  const pythons =
    'egg = python.pkgs.setuptools // { name = "nixpkgs-egg"; }; hen = python.pkgs.setuptools // { name = "nixpkgs-hen"; };';
  assert.equal(await inputs(`${at(path, settings, "", pythons)}.packages.chicken`), ["nixpkgs-egg", "poetry-core"]);
  assert.equal(await inputs(`${at(path, settings, "", pythons)}.packages.egg`), ["nixpkgs-hen"]);
});

when("uv's extra-build-dependencies are asked for, and `match-runtime` takes the lock's", async () => {
  const pyproject = (extra: string): string => `[tool.uv.extra-build-dependencies]\nPure = [${extra}]\n`;
  const guard = '{"tool":{"uv":{}}}';
  const uv = (name: string, extra: string, packages: readonly Package[]): string =>
    project(name, {
      packages: [withFacts({ buildRequires: ["poetry-core"] }), ...packages],
      format: "uv",
      pyproject: pyproject(extra),
      guard,
    });
  const matched = '"cython>=3", { requirement = "helper", match-runtime = true }';
  const installed: Package = { ...HELPER, condition: 0 };
  const path = uv("extra-build", matched, [installed]);
  const names = (await inputs(`${at(path, fromSource())}.packages.pure`)) as string[];
  assert.equal(
    names.map((name) => name.replace(/^python[\d.]*-/, "")),
    ["helper-1.0", "poetry-core", "cython"],
  );
  await fails(
    `${at(uv("extra-build-none", matched, []), fromSource())}.packages.pure.drvPath`,
    "cannot build pure from source: pyproject.toml asks for helper with `match-runtime`, and it is not\n" +
      "installed, or needs pure itself\nhint: add it to the project's dependencies",
  );
});

when("settings of sources leave native wheels alone, and theirs leave sources alone", async () => {
  const file = made("both", "1.0", { "both/__init__.py": "" }, nativeTag);
  const path = project("alone", { packages: [{ name: "both", files: [file] }, PURE] });
  const drv = (settings: string, name: string): Promise<unknown> =>
    value(`${at(path, settings)}.packages.${name}.drvPath`);
  const plain = await drv("", "both");
  for (const setting of [
    'buildSystem = [ "cython" ]',
    'extraTools = [ "x" ]',
    'cargoHash = "sha256-x"',
    'buildGroups = [ "main" ]',
  ])
    assert.is(await drv(`perPackage.both.${setting};`, "both"), plain, setting);
  assert.is(await drv(fromSource('ignoreSonames = [ "libodd.so.1" ];'), "pure"), await drv(fromSource(), "pure"));
});

// --- docs/overrides.md -------------------------------------------------------------------------------------------------

when("each example of docs/overrides.md is taken, and each setting has a row and an example", async () => {
  const page = readFileSync("docs/overrides.md", "utf8");
  const blocks = [...page.matchAll(/```nix\n([\s\S]*?)```/g)].map(([, text]) => text!);
  assert.ok(blocks.length >= 20, `${blocks.length} examples`);
  const path = project("documented", { packages: [PURE, ONLY_WHEEL], project: null });
  for (const file of ["flask.patch", "orjson-Cargo.lock", "rpds-Cargo.lock"]) writeFileSync(join(path, file), "");
  const settings = `(import ${library}/per-package.nix { lib = (${pkgs}).lib; })`;
  const given = `pkgs = { inherit (${pkgs}) lib stdenv; }; inherit (pkgs) lib; project = ${at(path)};`;
  for (const block of blocks) {
    const text = block.replaceAll(" ./", ` ${path}/`).replaceAll(" ../", ` ${path}/`);
    const isExpression = /^(import|project|\(project)/.test(text);
    const data = isExpression
      ? text.startsWith("import")
        ? /\{[\s\S]*\}/.exec(text)![0].replace("inherit pkgs;", "")
        : null
      : `{ ${text} }`;
    const checked =
      data === null
        ? `let made = ${text.replace(").application", ")")}; in builtins.attrNames made.packages`
        : `builtins.mapAttrs (name: settings: builtins.attrNames (${settings}.complete name settings)) ((${data}).perPackage or { })`;
    await value(`let ${given} in ${checked}`);
  }
  const keys = (await value(`builtins.attrNames ${settings}.defaults`)) as string[];
  for (const key of keys.filter((name) => name !== "known")) {
    assert.match(page, new RegExp(`^\\| .*\`${key}\``, "m"), `${key} has no row`);
    assert.ok(
      blocks.some((block) => block.includes(key)),
      `${key} has no example`,
    );
  }
});

finish();
