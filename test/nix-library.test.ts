// The Nix library (nix/), evaluated and built by a real Nix on the stand-in for nixpkgs (test/nix/pkgs.nix), with
// packages made on the spot. Every symbol that the library exports has a test here, and the last test checks that.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { run, succeed, text } from "./nix/nix.ts";
import {
  build,
  built,
  type Condition,
  changed,
  DEMO,
  fails,
  files,
  folder,
  GUARD,
  hashes,
  hostTarget,
  installed,
  known,
  library,
  nativeTag,
  type Package,
  pkgs,
  project,
  python,
  pythonTag,
  server,
  sha256,
  store,
  stored,
  value,
  wheel,
} from "./nix/workbench.ts";

let count = 0;
const named = new Set<string>();

/** A test, and the symbols of the library that it is about. */
function about(symbols: string, title: string, body: () => Promise<void>): void {
  count += 1;
  for (const symbol of symbols.split(" ")) named.add(symbol);
  if (installed) test(`${symbols}: ${title}`, body);
}

about("load resolution", "gives the data, without nixpkgs", async () => {
  const path = project("load", DEMO);
  const direct = await value(`import ${library}/load.nix { projectDir = ${path}; }`);
  assert.equal(direct, JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8")));
  assert.equal(await value(`(import ${library} { projectDir = ${path}; }).resolution`), direct);
  assert.equal(await value(`(import ${library} { }).load { projectDir = ${path}; }`), direct);
});

about("load", "refuses a lock with one changed byte", async () => {
  const path = project("load-lock", DEMO);
  changed(path, "poetry.lock", "a lock", "A lock");
  const [now, before] = [sha256("# A lock for load-lock\n"), sha256("# a lock for load-lock\n")];
  await fails(
    `import ${library}/load.nix { projectDir = ${path}; }`,
    `poetry.lock has changed since pylock2nix.json was written: run \`pylock2nix nix\`\n  sha256 now:      ${now}\n  sha256 recorded: ${before}`,
  );
});

about("load", "refuses a changed group, and allows a changed description", async () => {
  const path = project("load-pyproject", DEMO);
  changed(path, "pyproject.toml", "A demonstration", "Another description");
  assert.is(await value(`(import ${library}/load.nix { projectDir = ${path}; }).format`), 1);
  changed(path, "pyproject.toml", 'pytest-stub = "*"', 'pytest-stub = "^1.0"');
  await fails(
    `import ${library}/load.nix { projectDir = ${path}; }`,
    `pyproject.toml has changed since pylock2nix.json was written: run \`pylock2nix nix\`\n` +
      `  digest of what the lock depends on now:      ${sha256(GUARD.replace('"pytest-stub":"*"', '"pytest-stub":"^1.0"'))}\n` +
      `  digest of what the lock depends on recorded: ${sha256(GUARD)}`,
  );
});

about("load", "refuses a format that it does not know", async () => {
  const path = project("load-format", DEMO);
  changed(path, "pylock2nix.json", '"format":1', '"format":3');
  await fails(
    `import ${library}/load.nix { projectDir = ${path}; }`,
    "cannot load pylock2nix.json: it has format 3, this library reads formats 1 and 2\n" +
      "hint: take the library and `pylock2nix nix` from the same release of pylock2nix",
  );
});

const select = (path: string, more: string): string => {
  const given = more.includes("target =") ? more : `target = "${hostTarget}"; ${more}`;
  return `import ${library}/select.nix { resolution = import ${library}/load.nix { projectDir = ${path}; }; ${given} }`;
};
const names = (expression: string): string => `builtins.attrNames (${expression})`;

about("select", "takes groups and extras", async () => {
  const path = project("select", DEMO);
  const chosen = (more: string): Promise<unknown> => value(names(select(path, more)));
  assert.equal(await chosen(""), ["alpha", "beta", "pytest-stub"]);
  assert.equal(await chosen("groups = [ ];"), []);
  assert.equal(await chosen('groups = [ "main" ]; extras = [ "more" ];'), ["alpha", "beta", "space-one"]);
  assert.equal(await chosen('groups = [ "main" "dev" ]; extras = [ "*" ];'), [
    "alpha",
    "beta",
    "pytest-stub",
    "space-one",
  ]);
  assert.equal(await value(`(${select(path, 'groups = [ "main" ];')}).alpha`), {
    name: "alpha",
    version: "1.0",
    source: { kind: "index" },
    target: hostTarget,
    file: { name: wheel("alpha"), hash: hashes[wheel("alpha")], url: null },
    sdist: null,
    dependencies: ["beta"],
  });
});

about("select", "evaluates every kind of condition", async () => {
  const conditions: Condition[] = [
    true,
    { group: "main" },
    { extra: "x" },
    { all: [1, 2] },
    { any: [1, 2] },
    { not: 4 },
  ];
  const path = project("conditions", {
    packages: conditions.map((_, condition) => ({ name: `p${condition}`, condition })),
    conditions,
    groups: { main: false },
    extras: ["x"],
  });
  const chosen = (more: string): Promise<unknown> => value(names(select(path, more)));
  assert.equal(await chosen(""), ["p0", "p5"]);
  assert.equal(await chosen('extras = [ "x" ];'), ["p0", "p2", "p4"]);
  assert.equal(await chosen('groups = [ "main" ];'), ["p0", "p1", "p4"]);
  assert.equal(await chosen('groups = [ "main" ]; extras = [ "x" ];'), ["p0", "p1", "p2", "p3", "p4"]);
});

about("select", "does not overflow on a long chain of conditions", async () => {
  const conditions: Condition[] = [true, ...Array.from({ length: 20000 }, (_, index) => ({ not: index }))];
  const path = project("chain", {
    packages: [
      { name: "even", condition: 20000 },
      { name: "odd", condition: 19999 },
    ],
    conditions,
  });
  assert.equal(await value(names(select(path, ""))), ["even"]);
});

about("select", "says what there is", async () => {
  const path = project("select-fails", DEMO);
  const start = `cannot select packages of poetry.lock for ${hostTarget}:`;
  await fails(select(path, 'groups = [ "test" ];'), `${start} unknown group test; there are: dev, main`);
  await fails(select(path, 'extras = [ "socks" ];'), `${start} unknown extra socks; there are: more`);
  await fails(
    select(path, 'target = "cp39-linux-x86_64-glibc2.28";'),
    "cannot select packages of poetry.lock for cp39-linux-x86_64-glibc2.28: the lock needs Python >=3.10, this target has 3.9.25",
  );
  await fails(
    select(path, 'target = "cp38-win-amd64";'),
    `cannot select packages of poetry.lock for cp38-win-amd64: the resolution has only ${hostTarget}, cp39-linux-x86_64-glibc2.28`,
  );
});

about("select", "refuses two versions of one package", async () => {
  const path = project("twice", {
    packages: [{ name: "alpha" }, { name: "alpha", version: "2.0", condition: 1 }],
    conditions: [true, { extra: "new" }],
    extras: ["new"],
  });
  assert.equal(await value(names(select(path, ""))), ["alpha"]);
  await fails(
    select(path, 'extras = [ "*" ];'),
    `cannot select packages of poetry.lock for ${hostTarget}: alpha is selected at 2 versions: 1.0, 2.0\n` +
      "hint: choose fewer extras or groups; these exclude one another",
  );
});

const FROZEN = [
  "cp312-linux-x86_64-glibc2.17",
  "cp312-linux-x86_64-glibc2.28",
  "cp312-linux-x86_64-glibc2.39",
  "cp312-linux-x86_64-musl1.2",
  "cp312-linux-aarch64-glibc2.28",
  "cp312-macos14-arm64",
  "cp312-macos13-x86_64",
  "cp313t-linux-x86_64-glibc2.28",
];
const host = (platform: string, libc: string, cpu = "x86_64"): string =>
  `{ hostPlatform = { isDarwin = false; isMusl = false; parsed.cpu.name = "${cpu}"; } // ${platform}; cc.libc.version = "${libc}"; }`;
const choose = (stdenv: string, pythonVersion = "3.12", more = ""): string =>
  `import ${library}/target.nix { stdenv = ${stdenv}; } { resolution.targets = { ${FROZEN.map((target) => `"${target}" = { };`).join(" ")} };` +
  ` python = { pythonVersion = "${pythonVersion}"; libPrefix = "python${pythonVersion}${more.includes("threads") ? "t" : ""}"; }; ${more.replace("threads", "")} }`;

about("chooseTarget", "takes the highest floor that the host reaches", async () => {
  assert.is(await value(choose(host("{ }", "2.40-66"))), "cp312-linux-x86_64-glibc2.39");
  assert.is(await value(choose(host("{ }", "2.36"))), "cp312-linux-x86_64-glibc2.28");
  assert.is(await value(choose(host("{ }", "2.28"))), "cp312-linux-x86_64-glibc2.28");
  assert.is(await value(choose(host("{ }", "2.27"))), "cp312-linux-x86_64-glibc2.17");
  assert.is(await value(choose(host("{ isMusl = true; }", "1.2.5"))), "cp312-linux-x86_64-musl1.2");
  assert.is(await value(choose(host("{ }", "2.40", "aarch64"))), "cp312-linux-aarch64-glibc2.28");
  const macos = '{ isDarwin = true; darwinMinVersion = "14.0"; darwinSdkVersion = "26.0"; }';
  assert.is(await value(choose(host(macos, "1", "aarch64"))), "cp312-macos14-arm64");
  assert.is(await value(choose(host(macos, "1"))), "cp312-macos13-x86_64");
  assert.is(await value(choose(host("{ }", "2.40"), "3.13", "threads")), "cp313t-linux-x86_64-glibc2.28");
});

about("chooseTarget", "names the command when none fits", async () => {
  const there = `the resolution has: ${[...FROZEN].sort().join(", ")}`;
  await fails(
    choose(host("{ }", "2.12-4")),
    `cannot choose a target: none is for cp312 on linux-x86_64-glibc with glibc 2.12-4 or older; ${there}\n` +
      "hint: run `pylock2nix nix --target cp312-linux-x86_64-glibc2.12`, or pass `target` or another `python`",
  );
  await fails(
    choose(host('{ isDarwin = true; darwinMinVersion = "11.3"; }', "1", "aarch64")),
    `cannot choose a target: none is for cp312 on macos-arm64 with macOS 11.3 or older; ${there}\n` +
      "hint: run `pylock2nix nix --target cp312-macos11-arm64`, or pass `target` or another `python`",
  );
  await fails(
    choose(host("{ }", "2.40"), "3.13"),
    `cannot choose a target: none is for cp313 on linux-x86_64-glibc with glibc 2.40 or older; ${there}\n` +
      "hint: run `pylock2nix nix --target cp313-linux-x86_64-glibc2.40`, or pass `target` or another `python`",
  );
});

about("chooseTarget", "takes an explicit target of the same Python", async () => {
  const there = `the resolution has: ${[...FROZEN].sort().join(", ")}`;
  assert.is(await value(choose(host("{ }", "2.12"), "3.12", 'target = "cp312-linux-x86_64-glibc2.39";')), FROZEN[2]);
  await fails(
    choose(host("{ }", "2.12"), "3.12", 'target = "cp312-win-amd64";'),
    `cannot choose a target: "cp312-win-amd64" is not frozen; ${there}\nhint: run \`pylock2nix nix --target cp312-win-amd64\``,
  );
  await fails(
    choose(host("{ }", "2.12"), "3.13", 'target = "cp312-macos14-arm64";'),
    `cannot choose a target: cp312-macos14-arm64 is not for the Python at hand, cp313\nhint: pass the \`python\` that fits, or another \`target\`; ${there}`,
  );
});

about("cleanPythonSources", "leaves out what no build reads", async () => {
  const path = join(folder, "sources");
  for (const file of [
    ".git/config",
    "demo/__init__.py",
    "demo/__pycache__/x.pyc",
    "old.pyc",
    ".venv/x",
    ".pylock2nix/a",
    "README.md",
  ]) {
    mkdirSync(join(path, dirname(file)), { recursive: true });
    writeFileSync(join(path, file), "");
  }
  const clean = await stored(`(import ${library} { pkgs = ${pkgs}; }).cleanPythonSources { src = ${path}; }`);
  assert.equal(readdirSync(clean).sort(), ["README.md", "demo"]);
  assert.equal(readdirSync(join(clean, "demo")), ["__init__.py"]);
});

/** What is fetched for one package of a project. */
const fetched = (entry: Package): string => {
  const path = project(`fetch-${sha256(JSON.stringify(entry)).slice(0, 8)}`, { packages: [entry] });
  return `(${known(path)}.packages.${text(entry.name)}.src)`;
};
const HASH = hashes[wheel("alpha")]!;
const address = async (entry: Package): Promise<unknown> => value(`builtins.head ${fetched(entry)}.urls`);

about("packages", "are fetched from where the lock says", async () => {
  const index = (name: string, file: string): Promise<unknown> => address({ name, files: [[file, HASH, null]] });
  assert.is(await index("alpha", wheel("alpha")), `${server.base}/py3/${wheel("alpha")}`);
  assert.is(
    await index("heavy", wheel("heavy", "1.0", nativeTag)),
    `${server.base}/${pythonTag}/${wheel("heavy", "1.0", nativeTag)}`,
  );
  assert.is(await index("beta", "beta-1.0-2-py3-none-any.whl"), `${server.base}/py3/beta-1.0-2-py3-none-any.whl`);
  assert.is(await index("a-name", "A.Name-1.0.tar.gz"), "mirror://pypi/a/a-name/A.Name-1.0.tar.gz");
  const url = "https://example.org/alpha%2B1-1.0-py3-none-any.whl";
  const file = "alpha+1-1.0-py3-none-any.whl";
  for (const source of [
    { kind: "url", url },
    { kind: "legacy", url: "https://example.org/simple", reference: "x" },
    { kind: "index" },
  ]) {
    const entry = { name: "alpha", source, files: [[file, HASH, url]] as const };
    assert.is(await address(entry), url);
    assert.is(await value(`${fetched(entry)}.name`), file);
  }
  assert.match(
    String(await value(`${fetched({ name: "epoch", files: [[wheel("epoch", "1!2.0"), HASH, null]] })}.outPath`)),
    /-epoch-1-2\.0-py3-none-any\.whl$/,
  );
});

about("packages", "that cannot be fetched throw when they are needed", async () => {
  const hint = "hint: run `pylock2nix prefetch`, then `pylock2nix nix`";
  const legacy = { kind: "legacy", url: "https://example.org/simple", reference: "private" };
  await fails(
    `${fetched({ name: "alpha", source: legacy })}`,
    `cannot fetch alpha 1.0: the lock has no address of ${wheel("alpha")}, only its index https://example.org/simple\n${hint}`,
  );
  await fails(
    `${fetched({ name: "alpha", files: [[wheel("alpha"), null, null]] })}`,
    `cannot fetch alpha 1.0: the lock records no hash of ${wheel("alpha")}\n${hint}`,
  );
  await fails(
    `${fetched({ name: "alpha", files: [], file: -1 })}`,
    `cannot fetch alpha 1.0: the lock has no file that ${hostTarget} can install`,
  );
  await fails(
    `${fetched({ name: "alpha", files: [["../../etc", HASH, null]] })}`,
    'cannot fetch alpha 1.0: "../../etc" is not a file name',
  );
  await fails(
    `${fetched({ name: "alpha", source: { kind: "registry" } })}`,
    'cannot fetch alpha 1.0: this library knows no source of kind "registry"',
  );
});

about("packages", "from paths stay in the project's folder, unless their `src` is overridden", async () => {
  const refused = (path: string): string =>
    `cannot use alpha 1.0: its path ${JSON.stringify(path)} leaves the project's folder\n` +
    "hint: override the package's `src`, or move it into the folder";
  for (const kind of ["file", "directory"])
    for (const path of ["../elsewhere", "/etc", "demo/../../x"])
      await fails(fetched({ name: "alpha", source: { kind, path }, files: [], file: -1 }), refused(path));
  const inside = await stored(
    fetched({ name: "alpha", source: { kind: "directory", path: "./x/../demo" }, files: [], file: -1 }),
  );
  assert.equal(readdirSync(inside), ["__init__.py"]);
  const file = await value(
    fetched({ name: "alpha", source: { kind: "file", path: "demo/__init__.py" }, files: [], file: -1 }),
  );
  assert.match(String(file), /-__init__\.py$/);

  const path = project("outside", {
    packages: [{ name: "alpha", source: { kind: "directory", path: "../x" }, files: [], file: -1 }],
  });
  const overridden = `(${known(path, "overrides = (final: prev: { alpha = prev.alpha.overridePythonAttrs { src = ./flake.nix; }; });")}.packages.alpha.src)`;
  assert.match(String(await value(`toString ${overridden}`)), /flake\.nix$/);
});

about("packages", "by a path are files of the project's folder, whatever an index has under their names", async () => {
  const alpha = { name: "alpha", file: 0 };
  const folder = { kind: "folder", path: "wheels" };
  for (const source of [folder, { kind: "index" }, { kind: "legacy", url: "https://index.invalid", reference: "a" }]) {
    const local = (path: string, hash: string | null = null): string =>
      fetched({ ...alpha, source, files: [[wheel("alpha"), hash, path]] });
    assert.match(String(await value(`toString ${local("demo/__init__.py")}`)), /-__init__\.py$/);
    await fails(
      local("../wheels/alpha.whl"),
      'cannot use alpha 1.0: its path "../wheels/alpha.whl" leaves the project\'s folder\n' +
        "hint: override the package's `src`, or move it into the folder",
    );
    await fails(local("demo/__init__.py", HASH), /hash mismatch|store path/);
  }
  await fails(
    fetched({ ...alpha, source: folder, files: [[wheel("alpha"), HASH, null]] }),
    `cannot fetch alpha 1.0: the lock does not say where in wheels ${wheel("alpha")} is`,
  );
  await fails(
    fetched({ name: "alpha", source: { kind: "file", path: `demo/${wheel("alpha")}` }, files: [], file: -1 }),
    `cannot fetch alpha 1.0: the lock has no file that ${hostTarget} can install`,
  );
  const blake = `blake2b-${"A".repeat(43)}=`;
  await fails(
    fetched({ ...alpha, files: [[wheel("alpha"), blake, "https://index.invalid/a.whl"]] }),
    `cannot fetch alpha 1.0: Nix does not know the hash ${blake} of ${wheel("alpha")}\n` +
      "hint: run `pylock2nix prefetch`, then `pylock2nix nix`",
  );
});

about("packages", "from git are fetched by their recorded hash, or by commit", async () => {
  const repository = join(folder, "repository");
  mkdirSync(join(repository, "inner"), { recursive: true });
  writeFileSync(
    join(repository, "inner", "pyproject.toml"),
    '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n[tool.poetry]\nname = "gitted"\nversion = "1.0"\n',
  );
  writeFileSync(join(repository, "inner", "gitted.py"), "WHERE = 'inner'\n");
  const git = (...words: string[]): Promise<string> =>
    succeed("git", ["-C", repository, "-c", "user.name=a", "-c", "user.email=a@example.org", ...words]);
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "-m", "first");
  const rev = await git("rev-parse", "HEAD");
  const source = {
    kind: "git",
    url: `file://${repository}`,
    rev,
    ref: null,
    subdirectory: "inner",
    submodules: false,
    hash: null,
  };
  const path = project("git", { packages: [{ name: "gitted", source, files: [], file: -1 }] });
  const out = await built(`${known(path)}.packages.gitted`);
  assert.match(readFileSync(join(out, sitePackages, "gitted.py"), "utf8"), "inner");

  const checkout = await value(`(builtins.fetchGit { url = "file://${repository}"; rev = "${rev}"; }).narHash`);
  const pinned = project("git-hash", {
    packages: [{ name: "gitted", source: { ...source, hash: checkout }, files: [], file: -1 }],
  });
  assert.is(await value(`${known(pinned)}.packages.gitted.src.outputHash`), checkout);
  assert.ok(existsSync(join(await built(`${known(pinned)}.packages.gitted`), sitePackages, "gitted.py")));
});

const sitePackages = `lib/python${python.version}/site-packages`;

about(
  "mkPoetryEnv mkEnv mkShell mkPackages mkApplication environment",
  "is a virtual environment of a lock with a cycle",
  async () => {
    const path = project("environment", DEMO);
    const environment = await built(`${known(path)}.environment`);
    const program = join(environment, "bin", "alpha");
    assert.is(await succeed(program, []), "alpha beta");
    const seen = await succeed(join(environment, "bin", "python"), [
      "-c",
      "import sys, pytest_stub, space.one; print(sys.prefix)",
    ]);
    assert.is(seen, environment);
    assert.match(readFileSync(join(environment, "pyvenv.cfg"), "utf8"), "include-system-site-packages = false\n");

    const shell = await build(`${known(path)}.environment.env`);
    assert.match(shell.errors, "this derivation is for nix-shell");
    const only = await built(`${known(path)}.mkPoetryEnv { groups = [ ]; extras = [ ]; }`);
    assert.not.ok(existsSync(join(only, sitePackages, "pytest_stub.py")));
    assert.not.ok(existsSync(join(only, sitePackages, "space")));
  },
);

about("mkPoetryEnv", "adds packages of nixpkgs, and takes a locked one's place from none", async () => {
  const path = project("extra", DEMO);
  const out = await built(`${known(path)}.mkPoetryEnv { extraPackages = ps: [ ps.poetry-core ps.alpha ]; }`);
  assert.ok(existsSync(join(out, sitePackages, "poetry", "core", "masonry", "api.py")));
});

about("mkPoetryEnv mkPoetryEditablePackage", "imports sources from where they are", async () => {
  const path = project("editable", DEMO);
  const environment = await built(
    `${known(path)}.mkPoetryEnv { editablePackageSources = { demo-app = ${path}; other = null; }; }`,
  );
  const file = await succeed(join(environment, "bin", "python"), ["-c", "import demo; print(demo.__file__)"]);
  assert.is(file, join(path, "demo", "__init__.py"));
  const version = await succeed(join(environment, "bin", "python"), [
    "-c",
    "import importlib.metadata as m; print(m.version('demo-app'))",
  ]);
  assert.is(version, "0.1.0");
  const alone = await built(`${known(path)}.mkPoetryEditablePackage { editablePackageSources.demo = ${path}; }`);
  assert.equal(readdirSync(join(alone, sitePackages)).sort(), ["_demo_app_editable.pth", "demo_app-0.1.0.dist-info"]);
});

about("mkPoetryScriptsPackage", "runs the project's scripts from the working directory", async () => {
  const path = project("scripts", DEMO);
  writeFileSync(join(path, "demo", "__init__.py"), 'def main():\n    print("from the folder")\n');
  const out = await built(`${known(path)}.mkPoetryScriptsPackage { }`);
  assert.is(await succeed(join(out, "bin", "demo-app"), [], { cwd: path }), "from the folder");
});

about("mkPoetryPackages packages", "gives each package", async () => {
  const path = project("packages", DEMO);
  const made = `${known(path)}.mkPoetryPackages { groups = [ "dev" ]; }`;
  assert.equal(await value(`map (p: p.name) (${made}).poetryPackages`), [
    `python${python.version}-alpha-1.0`,
    `python${python.version}-beta-1.0`,
    `python${python.version}-pytest-stub-1.0`,
    `python${python.version}-space-one-1.0`,
    "demo-app-scripts",
  ]);
  assert.equal(await value(`builtins.attrNames (${made})`), [
    "byName",
    "name",
    "poetryLock",
    "poetryPackages",
    "pyProject",
    "python",
    "resolution",
    "target",
  ]);
  assert.is(await value(`(${made}).python.pkgs.alpha.version`), "1.0");
  assert.is(await value(`(${made}).pyProject.tool.poetry.name`), "demo-app");
  assert.equal(await value(names(`${known(path)}.packages`)), ["alpha", "beta", "space-one"]);
});

about("members", "are the folders of the lock, each with what the project has", async () => {
  const source = { kind: "directory", path: "demo", editable: false };
  const path = project("members", { packages: [{ name: "inner", source, files: [], file: -1 }, { name: "beta" }] });
  assert.equal(await value(names(`${known(path)}.members`)), ["inner"]);
  assert.equal(await value(names(`${known(path)}.members.inner.packages`)), ["inner"]);
  assert.equal(await value(`${known(project("no-members", DEMO))}.members`), {});
});

about("mkScript", "runs a script with what a lock says, under its own name or another", async () => {
  const path = project("script", DEMO);
  writeFileSync(join(path, "hello.py"), "import alpha, sys\nalpha.main()\nprint(sys.argv[1:])\n");
  const out = await built(`${known(path)}.mkScript { script = ${path}/hello.py; lock = "poetry.lock"; name = "hi"; }`);
  assert.is(await succeed(join(out, "bin", "hi"), ["there"]), "alpha beta\n['there']");
});

about("mkPoetryApplication application", "builds the project with its environment inside", async () => {
  const path = project("application", DEMO);
  const out = await built(`${known(path)}.application`);
  assert.is(await succeed(join(out, "bin", "demo-app"), []), "alpha beta");
  const first = readFileSync(join(out, "bin", "demo-app"), "utf8");
  assert.ok(first.includes(`${out}/libexec/environment/bin/python`));

  const again = await run("nix-build", ["--check", "--no-out-link", "-E", `${known(path)}.application`], {
    env: store,
  });
  assert.is(again.code, 0, again.errors);
});

about("mkPoetryApplication", "passes on what it does not know, and wraps what runs already", async () => {
  const path = project("arguments", DEMO);
  const out = await built(
    `${known(path)}.mkPoetryApplication { postInstall = "mkdir $out/share; echo here > $out/share/note"; makeWrapperArgs = [ "--set" "ANSWER" "42" ]; meta.license = "mit"; }`,
  );
  assert.is(readFileSync(join(out, "share", "note"), "utf8"), "here\n");
  assert.match(readFileSync(join(out, "bin", "demo-app"), "utf8"), "export ANSWER=42");
  assert.is(await succeed(join(out, "bin", "demo-app"), []), "alpha beta");
  const meta = await value(`(${known(path)}.mkPoetryApplication { meta.license = "mit"; }).meta`);
  assert.equal(meta, { license: "mit", mainProgram: "demo-app" });
});

about("mkPoetryApplication", "has a dependencyEnv, a shell and the locked Python in passthru", async () => {
  const path = project("passthru", DEMO);
  const environment = await built(`${known(path)}.application.dependencyEnv`);
  assert.equal(readdirSync(environment).sort(), ["bin", "lib", "pyvenv.cfg"]);
  assert.is(await succeed(join(environment, "bin", "python"), ["-c", "import demo; demo.main()"]), "alpha beta");
  assert.is(await succeed(join(environment, "bin", "demo-app"), []), "alpha beta");
  assert.is(await value(`${known(path)}.application.python.pkgs.beta.version`), "1.0");
  assert.is(await value(`${known(path)}.application.env.name`), "demo-app-environment-shell");
});

about("mkPoetryApplication", "checks with the groups for checks", async () => {
  const path = project("check", DEMO);
  const checked = (more: string): string =>
    `${known(path)}.mkPoetryApplication { doCheck = true; checkPhase = "python -c 'import pytest_stub, demo'"; ${more} }`;
  await built(checked(""));
  assert.match((await build(checked("checkGroups = [ ];"))).errors, "No module named 'pytest_stub'");
});

about("mkPoetryApplication", "checks that modules can be imported, with all that it needs", async () => {
  const path = project("imports", DEMO);
  // demo imports alpha, which is another package.
  await built(`${known(path)}.mkPoetryApplication { pythonImportsCheck = [ "demo" "alpha" ]; }`);
  const { errors } = await build(`${known(path)}.mkPoetryApplication { pythonImportsCheck = [ "nowhere" ]; }`);
  assert.match(errors, "No module named 'nowhere'");
});

about("mkPoetryApplication", "says why it cannot build", async () => {
  const none = project("no-package", { ...DEMO, project: null });
  await fails(
    `${known(none)}.application.name`,
    "cannot build an application: poetry.lock's project declares no package\nhint: use `mkEnv`",
  );
  const base = { name: "demo-app", package: true, backend: "b", scripts: {}, python: "" };
  const dynamic = project("dynamic", { ...DEMO, project: { ...base, version: null, requires: ["poetry-core"] } });
  await fails(
    `${known(dynamic)}.application.drvPath`,
    "cannot build demo-app: its version is dynamic, so pyproject.toml does not say it\nhint: pass `version`",
  );
  assert.is(await value(`(${known(dynamic)}.mkPoetryApplication { version = "7"; }).version`), "7");
  const tool = project("tool", { ...DEMO, project: { ...base, version: "1", requires: ["odd-backend"] } });
  await fails(
    `${known(tool)}.application.drvPath`,
    "cannot build demo-app 1 from source: nixpkgs has no Python package odd-backend, which its [build-system] asks for\n" +
      'hint: say what builds it, perPackage.demo-app.buildSystem = [ "NAME" ]; or have it in a group of the lock,\n' +
      'perPackage.demo-app.buildGroups = [ "GROUP" ];',
  );
});

about("overrides.withDefaults overrides.withoutDefaults", "change a package, or drop it", async () => {
  const path = project("overrides", DEMO);
  const overlay =
    'final: prev: { beta = prev.beta.overridePythonAttrs (old: { postInstall = "echo NAME=\\\\\\"changed\\\\\\" > $out/' +
    sitePackages +
    '/beta/__init__.py"; }); space-one = null; }';
  const given = (which: string): string => {
    const overrides = `overrides = (import ${library} { pkgs = ${pkgs}; }).overrides.${which} (${overlay});`;
    return known(path, overrides);
  };
  for (const which of ["withDefaults", "withoutDefaults"]) {
    const environment = await built(`${given(which)}.environment`);
    assert.is(await succeed(join(environment, "bin", "alpha"), []), "alpha changed");
    assert.not.ok(existsSync(join(environment, sitePackages, "space")));
  }
  assert.is(
    await value(`builtins.length ((import ${library} { pkgs = ${pkgs}; }).overrides.withDefaults [ (_: _: { }) ])`),
    2,
  );
  assert.is(
    await value(`builtins.length ((import ${library} { pkgs = ${pkgs}; }).overrides.withoutDefaults (_: _: { }))`),
    1,
  );
});

about("extend overrideScope", "give the same project with one more overlay", async () => {
  const path = project("extend", DEMO);
  const version = (to: string): string =>
    `(final: prev: { beta = prev.beta.overridePythonAttrs { version = prev.beta.version + "${to}"; }; })`;
  const first = known(path, `overrides = [ ${version(".1")} ];`);
  for (const name of ["extend", "overrideScope"]) {
    const twice = `(${first}.${name} ${version(".2")}).extend ${version(".3")}`;
    assert.is(await value(`(${twice}).packages.beta.version`), "1.0.1.2.3");
    assert.is(await value(`((${twice}).mkPackages { }).byName.beta.version`), "1.0.1.2.3");
  }
  assert.is(await value(`${first}.packages.beta.version`), "1.0.1");
  // Without overlays of its own the defaults stay.
  const known2 = `(${known(path)}.extend (_: _: { beta = null; }))`;
  assert.equal(await value(names(`${known2}.packages`)), ["alpha", "space-one"]);
  // As of nixpkgs' own set of packages, here with the locked ones in it.
  const set = `((${known(path)}.mkPackages { }).python.pkgs.overrideScope ${version(".4")}).overrideScope ${version(".5")}`;
  assert.is(await value(`(${set}).beta.version`), "1.0.4.5");
  assert.is(await value(`(${set}).alpha.version`), "1.0");
});

about("defaultPoetryOverrides", "has `.extend`, as poetry2nix' has", async () => {
  const path = project("defaults-extend", DEMO);
  const functions = `(import ${library} { pkgs = ${pkgs}; })`;
  const overlay = '(final: prev: { beta = prev.beta.overridePythonAttrs { version = prev.beta.version + "x"; }; })';
  const extended = `(${functions}.defaultPoetryOverrides.extend ${overlay}).extend ${overlay}`;
  for (const overrides of [extended, `[ (${extended}) ]`])
    assert.is(await value(`${known(path, `overrides = ${overrides};`)}.packages.beta.version`), "1.0xx");
});

about("defaultPoetryOverrides", "changes what is built from source, and no wheel", async () => {
  const path = project("source", {
    packages: [
      {
        name: "pyyaml",
        files: [
          [wheel("pyyaml"), hashes[wheel("pyyaml")]!, null],
          ["pyyaml-1.0.tar.gz", hashes["pyyaml-1.0.tar.gz"]!, null],
        ],
      },
    ],
  });
  const more = `pkgs = ${pkgs} // { libyaml = ${pkgs}.stdenv.cc.cc.lib // { name = "libyaml"; }; };`;
  const inputs = async (given: string): Promise<unknown> =>
    value(
      `let package = (import ${library} { ${more} projectDir = ${path}; ${given} }).packages.pyyaml; in map (input: input.name) (package.buildInputs or [ ] ++ package.nativeBuildInputs or [ ])`,
    );
  assert.equal(await inputs(""), []);
  assert.equal(await inputs("preferWheels = false;"), [
    "libyaml",
    "cython",
    "setuptools",
    "wheel",
    "poetry-core",
    "flit-core",
    "hatchling",
  ]);
  const none = `preferWheels = false; overrides = [ ];`;
  assert.equal(await inputs(none), ["setuptools", "wheel", "poetry-core", "flit-core", "hatchling"]);

  const from = async (expression: string): Promise<string> =>
    readFileSync(join(await built(expression), sitePackages, "yaml", "__init__.py"), "utf8");
  assert.is(await from(`${known(path)}.packages.pyyaml`), 'FROM = "wheel"\n');
  assert.is(await from(`${known(path, none)}.packages.pyyaml`), 'FROM = "source"\n');
  assert.is(
    await from(`${known(path, "overrides = [ ];")}.packages.pyyaml.override { preferWheel = false; }`),
    'FROM = "source"\n',
  );
});

about("mkPoetryEnv", "merges a shared namespace, and reports files that differ", async () => {
  const path = project("namespace", { packages: [{ name: "space-one" }, { name: "space-two" }], project: null });
  const environment = await built(`${known(path)}.environment`);
  const sum = await succeed(join(environment, "bin", "python"), [
    "-c",
    "import space.one, space.two; print(space.one.ONE + space.two.TWO)",
  ]);
  assert.is(sum, "3");
  assert.equal(readdirSync(join(environment, sitePackages, "space", "deep")).sort(), ["a.py", "b.py"]);

  const clashing = project("clash", { packages: [{ name: "space-one" }, { name: "clash" }], project: null });
  const { code, errors } = await build(`${known(clashing)}.environment`);
  assert.is.not(code, 0);
  const file = `${sitePackages}/space/__init__.py`;
  const place = (name: string): string =>
    `${name.padEnd("space-one".length)}  ${join(folder, "nix", "store")}/[^ ]*/${file}`;
  assert.match(
    errors,
    new RegExp(
      `error: cannot make the environment: packages disagree about the same file\n  ${file}\n    ${place("clash")}\n    ${place("space-one")}\n`,
    ),
  );
  assert.match(
    errors,
    `hint: \`ignoreCollisions."${file}" = "clash";\` takes that of clash, \`... = "space-one";\` that of space-one;\n` +
      "or remove the file from one of them with `overridePythonAttrs`",
  );
  const taken = async (ignoreCollisions: string): Promise<string> => {
    const out = await built(`${known(clashing)}.mkPoetryEnv { ignoreCollisions = ${ignoreCollisions}; }`);
    return readFileSync(join(out, file), "utf8");
  };
  assert.is(await taken(`{ "${file}" = "space-one"; }`), "");
  assert.is(await taken(`{ "${file}" = "clash"; }`), "# another\n");
  assert.is(await taken('{ "*/nowhere.py" = "clash"; "*/__init__.py" = "space-one"; }'), "");
  // Who has no such file decides nothing.
  assert.match(
    (await build(`${known(clashing)}.mkPoetryEnv { ignoreCollisions."*" = "space-two"; }`)).errors,
    "packages disagree about the same file",
  );
  assert.is(await taken("true"), "# another\n");
  const ignoring = await built(`${known(clashing)}.mkPoetryEnv { ignoreCollisions = [ "*/space/__init__.py" ]; }`);
  // Packages are in the order of their names, and the first wins.
  assert.is(readFileSync(join(ignoring, sitePackages, "space", "__init__.py"), "utf8"), "# another\n");
});

about("packages", "that are native wheels find the libraries of others, without a cycle", async () => {
  const native = (name: string, dependencies: string[]): Package => {
    const file = wheel(name, "1.0", nativeTag);
    return { name, files: [[file, hashes[file]!, null]], dependencies };
  };
  const path = project("libraries", {
    packages: [native("heavy", ["light", "alpha"]), native("light", ["heavy"]), { name: "alpha" }],
    project: null,
  });
  const searched = async (name: string): Promise<string> => {
    const out = await built(`${known(path)}.packages.${name}`);
    const file = join(out, "nix-support", "library-search-path");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };
  assert.is(await searched("heavy"), `${await built(`${known(path)}.packages.light`)}\n`);
  assert.is(await searched("light"), "");
  assert.is(await searched("alpha"), "");
  await built(`${known(path)}.environment`);
});

about("packages", "with an epoch are installed under their exact file name", async () => {
  const file = wheel("epoch", "1!2.0");
  const path = project("epoch", {
    packages: [{ name: "epoch", version: "1!2.0", files: [[file, hashes[file]!, null]] }],
  });
  const out = await built(`${known(path)}.packages.epoch`);
  assert.ok(existsSync(join(out, sitePackages, "epoch-1!2.0.dist-info")));
});

about("packages", "with one flipped byte are refused", async () => {
  const flipped = readFileSync(join(files, wheel("alpha")));
  flipped[10] = flipped[10]! ^ 1;
  writeFileSync(join(files, "alpha-1.1-py3-none-any.whl"), flipped);
  const path = project("flipped", {
    packages: [{ name: "alpha", version: "1.1", files: [["alpha-1.1-py3-none-any.whl", HASH, null]] }],
  });
  assert.match((await build(`${known(path)}.packages.alpha`)).errors, "hash mismatch in fixed-output derivation");
});

about("resolution packages environment", "are data: nothing in them is evaluated or run", async () => {
  const antiquoted = ["$", '{builtins.abort "nix"}'].join("");
  const hostile = `${antiquoted}$(exit 9)''${antiquoted}"; \`exit 9\``;
  const file = `alpha-1.0-py3-none-any.whl`;
  const path = project("hostile", {
    packages: [
      { name: hostile, version: hostile, files: [[file, hashes[file]!, null]], dependencies: [hostile] },
      { name: "beta", source: { kind: "directory", path: `demo/${hostile.replaceAll("/", "")}` }, files: [], file: -1 },
    ],
    groups: { main: true, [hostile]: true },
    extras: [hostile],
    conditions: [true, { group: hostile }],
    project: {
      name: hostile,
      version: hostile,
      package: true,
      backend: hostile,
      requires: [hostile],
      scripts: { [hostile]: hostile },
      python: hostile,
    },
  });
  assert.equal(
    await value(`(import ${library} { projectDir = ${path}; }).resolution`),
    JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8")),
  );
  assert.equal(await value(names(`${known(path)}.packages`)), [hostile, "beta"].sort());
  const out = await built(`${known(path)}.packages.${text(hostile)}`);
  assert.ok(existsSync(join(out, sitePackages, "alpha", "__init__.py")));
  const scripts = await build(`${known(path)}.mkPoetryScriptsPackage { }`);
  assert.match(scripts.errors, "is not of the form module:object");
  const odd = wheel("alpha").replace("alpha-1.0", "alpha-1.0$(touch x)`y`;'\"");
  writeFileSync(join(files, odd), readFileSync(join(files, wheel("alpha"))));
  const quoted = project("quoted", {
    packages: [{ name: "alpha", files: [[odd, HASH, `${server.base}/${encodeURIComponent(odd)}`]] }],
  });
  assert.ok(existsSync(join(await built(`${known(quoted)}.packages.alpha`), sitePackages, "alpha")));
});

about("library", "is what pylock2nix.nix loads from beside the project", async () => {
  const path = project("loader", DEMO);
  cpSync("nix", join(path, ".pylock2nix"), { recursive: true });
  cpSync("nix/template/pylock2nix.nix", join(path, "pylock2nix.nix"));
  assert.is(await value(`(import ${path}/pylock2nix.nix { }).resolution.format`), 1);
  const there = await value(names(`import ${path}/pylock2nix.nix { pkgs = ${pkgs}; }`));
  assert.equal(there, await value(names(known(path))));
  const out = await built(`(import ${path}/pylock2nix.nix { pkgs = ${pkgs}; }).application`);
  assert.is(await succeed(join(out, "bin", "demo-app"), []), "alpha beta");
  assert.is(await built(`(import ${path}/pylock2nix.nix { pkgs = ${pkgs}; library = ${library}; }).application`), out);
});

about("library", "takes a project by its parts, without projectDir", async () => {
  const path = project("parts", DEMO);
  const functions = `(import ${library} { pkgs = ${pkgs}; })`;
  const parts = `src = ${path}; pyproject = ${path}/pyproject.toml; poetrylock = ${path}/poetry.lock; pwd = ${path};`;
  const out = await built(`${functions}.mkPoetryApplication { ${parts} }`);
  assert.is(await succeed(join(out, "bin", "demo-app"), []), "alpha beta");
  await fails(
    `(${functions}.mkPoetryEnv { }).name`,
    "cannot find the project: pass `projectDir`, or the `lock` in its folder",
  );
});

about("flake", "has a library, an overlay, a template and the packed command line", async () => {
  const nixpkgs = `{ lib = ${pkgs}.lib; legacyPackages = builtins.listToAttrs (map (name: { inherit name; value = ${pkgs} // { nodejs = "/node"; }; }) [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ]); }`;
  const outputs = (release: string): string =>
    `((import ${resolve("flake.nix")}).outputs { self = null; nixpkgs = ${nixpkgs}; release = ${text(release)}; })`;
  assert.equal(await value(names(outputs("/none"))), ["flakeModules", "lib", "overlays", "packages", "templates"]);
  assert.equal(
    await value(names(`(${outputs("/none")}.overlays.default ${pkgs} { }).pylock2nix`)),
    await value(names(`import ${library} { pkgs = ${pkgs}; }`)),
  );
  assert.is(await value(`builtins.pathExists (${outputs("/none")}.templates.default.path + "/flake.nix")`), true);
  // The others are examples: whole projects with a way in and words. (test/e2e-templates.test.ts has those that are flakes.)
  const templates = `builtins.removeAttrs ${outputs("/none")}.templates [ "default" "wasm" "uv" "flake-parts" ]`;
  assert.equal(await value(names(templates)), ["container", "cuda", "data-science", "script", "workspace"]);
  const isWhole = `each: each.description != "" && builtins.all (file: builtins.pathExists (each.path + file)) [ "/default.nix" "/README.md" ]`;
  assert.is(await value(`builtins.all (${isWhole}) (builtins.attrValues (${templates}))`), true);
  await fails(
    `${outputs("/none")}.packages.x86_64-linux.default.name`,
    "cannot package the command line: the input `release` holds no packed release (dist/bin/pylock2nix.cjs)\n" +
      "hint: pass `--override-input release file:///path/to/pylock2nix-VERSION.tgz`, as `npm pack` writes it",
  );
  const release = join(folder, "release");
  mkdirSync(join(release, "dist", "bin"), { recursive: true });
  writeFileSync(join(release, "dist", "bin", "pylock2nix.cjs"), "");
  writeFileSync(join(release, "package.json"), '{"version": "9.8.7"}');
  assert.is(await value(`${outputs(release)}.packages.x86_64-linux.default.version`), "9.8.7");
});

about("flake", "takes a packed release by --override-input", async () => {
  const path = join(folder, "flake");
  for (const part of ["flake.nix", "nix", "release", "examples/template"])
    cpSync(part, join(path, part), { recursive: true });
  const nixpkgs = join(folder, "nixpkgs");
  cpSync("test/nix", nixpkgs, { recursive: true });
  const standIn = pkgs.replace(resolve("test/nix/pkgs.nix"), "./pkgs.nix").replace(/tools = .*?};/, "");
  writeFileSync(
    join(nixpkgs, "flake.nix"),
    `{ outputs = _: { lib = import ./lib.nix; legacyPackages.x86_64-linux = ${standIn} // { nodejs = "/node"; }; }; }`,
  );
  const packed = join(folder, "packed", "package");
  mkdirSync(join(packed, "dist", "bin"), { recursive: true });
  writeFileSync(join(packed, "dist", "bin", "pylock2nix.cjs"), "");
  writeFileSync(join(packed, "package.json"), '{"version": "1.2.3"}');
  const tarball = join(folder, "pylock2nix-1.2.3.tgz");
  await succeed("tar", ["-czf", tarball, "-C", dirname(packed), "package"]);
  const evaluate = (attribute: string, ...more: string[]): Promise<string> => {
    const inputs = ["--override-input", "nixpkgs", `path:${nixpkgs}`, "--no-write-lock-file", ...more];
    return succeed("nix", ["eval", "--raw", `path:${path}#${attribute}`, ...inputs], {
      env: { ...store, HOME: folder },
    });
  };
  assert.is(await evaluate("templates.default.description"), "A Poetry project built by pylock2nix");
  const release = ["--override-input", "release", `file://${tarball}`];
  assert.is(await evaluate("packages.x86_64-linux.default.version", ...release), "1.2.3");
});

about("", "every symbol of the library has a test", async () => {
  const path = project("symbols", DEMO);
  const symbols = (await value(
    `let library = ${known(path)}; in builtins.concatMap (name: if name == "overrides" then map (inner: "overrides.\${inner}") (builtins.attrNames library.overrides) else [ name ]) (builtins.attrNames library)`,
  )) as string[];
  assert.equal(
    symbols.filter((symbol) => !named.has(symbol)),
    [],
  );
});

test(installed ? "nix is installed" : "nix is not installed", () => {
  if (!installed) process.stdout.write(`skipped ${count}: nix is not installed\n`);
});
test.after(() => server.close());
test.run();
