// What a lock lacks, through `prefetch` into a real Nix build: a git dependency with a submodule, a url without a hash and a
// file of another index, in a store of its own. Everything comes from loopback.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Outcome, privateStore, run, succeed } from "./nix/nix.ts";
import { build, built, folder, server as indexServer, installed, pkgs, pythonTag, store } from "./nix/workbench.ts";
import { tarGz, zip } from "./prefetch/archives.ts";
import { prefetcher, writeProject, writeRepository } from "./prefetch/project.ts";
import { jsonPage, sha256, startServer } from "./prefetch/server.ts";

const steps: [string, () => Promise<void>][] = [];
const step = (title: string, body: () => Promise<void>): void => void steps.push([title, body]);

const server = await startServer();
const cli = prefetcher(join(folder, "home"), resolve("dist/bin/pylock2nix.cjs"));
const project = join(folder, "lacking");
const target = ["--target", `${pythonTag}-linux-x86_64-glibc2.28`];
const environment = (from = project, of = pkgs): string =>
  `(import ${from}/pylock2nix.nix { pkgs = ${of}; }).environment`;

const metadata = (name: string): { name: string; data: string } => ({
  name: `${name}-1.0.dist-info/METADATA`,
  data: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
});
const byUrl = zip([{ name: "by_url.py", data: "NAME = 'by url'\n" }, metadata("by_url")]);
const pyproject = (name: string): string =>
  `[build-system]\nrequires = ["poetry-core>=1.0"]\nbuild-backend = "poetry.core.masonry.api"\n[tool.poetry]\nname = "${name}"\nversion = "1.0"\n`;
const elsewhere = tarGz([
  { name: "elsewhere-1.0/pyproject.toml", data: pyproject("elsewhere") },
  { name: "elsewhere-1.0/elsewhere.py", data: "NAME = 'elsewhere'\n" },
]);

step("`prefetch` finds what the lock lacks, and `nix` freezes it", async () => {
  const inner = writeRepository(join(folder, "git", "inner.git"), { "__init__.py": "NAME = 'submodule'\n" });
  const rev = writeRepository(
    join(folder, "git", "from-git.git"),
    { "pyproject.toml": pyproject("from-git"), "from_git/__init__.py": "NAME = 'git'\n", "with space.txt": "x" },
    { "from_git/inner": { url: `${server.base}/git/inner.git`, rev: inner } },
  );
  server.folders.set("/git/", join(folder, "git"));
  server.files.set("/files/by_url-1.0-py3-none-any.whl", byUrl);
  server.files.set("/files/elsewhere-1.0.tar.gz", elsewhere);
  server.files.set(
    "/private/elsewhere/",
    jsonPage([
      { filename: "elsewhere-1.0.tar.gz", url: "/files/elsewhere-1.0.tar.gz", hashes: { sha256: sha256(elsewhere) } },
    ]),
  );
  writeProject(project, [
    { name: "by-url", source: { type: "url", url: `${server.base}/files/by_url-1.0-py3-none-any.whl` } },
    {
      name: "elsewhere",
      files: { "elsewhere-1.0.tar.gz": sha256(elsewhere) },
      source: { type: "legacy", url: `${server.base}/private`, reference: "private" },
    },
    {
      name: "from-git",
      source: { type: "git", url: `${server.base}/git/from-git.git`, reference: "main", resolved_reference: rev },
    },
  ]);
  const found = await cli(["prefetch", project, ...target]);
  assert.is(found.code, 0, found.errors);
  const written = await cli(["nix", project, ...target]);
  assert.is(written.code, 0, written.errors);
  assert.not.match(written.errors, "warning");
});

step("evaluation fetches nothing", async () => {
  const before = server.asked.length;
  await succeed("nix-instantiate", ["-E", environment()], { env: privateStore(join(folder, "nix-evaluated")) });
  assert.is(server.asked.length, before);
});

step("all of it is built, and runs", async () => {
  const out = await built(environment());
  const script =
    "import by_url, elsewhere, from_git, from_git.inner as inner; print(by_url.NAME, elsewhere.NAME, from_git.NAME, inner.NAME)";
  assert.is(await succeed(join(out, "bin", "python"), ["-c", script]), "by url elsewhere git submodule");
});

step("another hash in the record is refused by Nix", async () => {
  for (const [kind, what] of [
    ["git", "source"],
    ["url", "by_url-1.0-py3-none-any.whl"],
  ] as const) {
    const path = join(project, "pylock2nix.sources.json");
    const before = readFileSync(path, "utf8");
    const line = before.split("\n").find((each) => each.includes(`{"lock":{"kind":"${kind}"`))!;
    const [, hash] = /"hash":"(sha256-[^"]*)"/.exec(line)!;
    writeFileSync(path, before.replace(line, line.replace(hash!, `sha256-${"A".repeat(43)}=`)));
    assert.is((await cli(["nix", project, ...target])).code, 0);
    const { code, errors } = await build(environment());
    writeFileSync(path, before);
    assert.is.not(code, 0);
    assert.match(errors, "hash mismatch in fixed-output derivation");
    assert.match(errors, what);
    assert.match(errors, hash!);
  }
});

step("without a record Nix says what to run, for what it cannot have", async () => {
  const bare = join(folder, "bare");
  await succeed("cp", ["-r", project, bare]);
  await succeed("rm", [join(bare, "pylock2nix.sources.json")]);
  assert.is((await cli(["nix", bare, ...target])).code, 0);
  const { code, errors } = await run("nix-instantiate", ["-E", environment(bare)], {
    env: privateStore(join(folder, "nix-bare")),
  });
  assert.is.not(code, 0);
  assert.match(errors, "run `pylock2nix prefetch`, then `pylock2nix nix`");
});

step("recorded build requirements are taken from nixpkgs, and missing ones named", async () => {
  const recorded = (facts: string): Promise<Outcome> => {
    const tools = `(import ${resolve("nix/build-system.nix")} { pkgs = ${pkgs}; lib = ${pkgs}.lib; } ${pkgs}.python3).of`;
    const asked = `{ subject = "made"; hint = "none"; ${facts} }`;
    return run(
      "nix-instantiate",
      ["--eval", "--strict", "--json", "-E", `map (tool: tool.name) (${tools} ${asked}).build-system`],
      { env: store },
    );
  };
  const good = await recorded('names = [ "setuptools" "cython" "poetry-core" ]; optional = [ "cython" "tomli" ];');
  assert.equal(JSON.parse(good.output || "null"), ["setuptools", "cython", "poetry-core"], good.errors);
  assert.match(
    (await recorded('names = [ "hatch-nowhere" ];')).errors,
    "cannot build made from source: nixpkgs has no Python package hatch-nowhere, which its [build-system] asks for",
  );
});

step("recorded sonames bring their libraries", async () => {
  const nixpkgs = '{ libGL = "gl"; alsa-lib = "alsa"; xorg.libxcb = "xcb"; autoAddDriverRunpath = "driver"; }';
  const of = async (sonames: string, more = ""): Promise<Record<string, unknown>> => {
    const wanted = `{ package = { name = "made"; version = "1"; file.sonames = [ ${sonames} ]; }; ${more} }`;
    const lib = `(import ${resolve("test/nix/lib.nix")} // { getLib = package: package; })`;
    const known = `(import ${resolve("nix/sonames.nix")} { pkgs = ${nixpkgs}; lib = ${lib}; }).of ${wanted}`;
    const { output, errors } = await run("nix-instantiate", ["--eval", "--strict", "--json", "-E", known]);
    assert.ok(output !== "", errors);
    return JSON.parse(output);
  };
  const found = await of('"libGL.so.1" "libEGL.so.1" "libxcb.so.1" "libc.so.6" "libpq.so.5" "libodd.so.1"');
  // One of two names that nixpkgs has had for libxcb; no libpq in this one.
  assert.equal([found.libraries, found.tools, found.isKnown], [["gl", "xcb"], [], true]);
  assert.not.ok((found.ignored as string[]).includes("libodd.so.1"));
  const cuda = await of('"libcuda.so.1" "libmpi.so.40" "libasound.so.2"', 'ignoreSonames = [ "libasound.so.2" ];');
  assert.equal([cuda.libraries, cuda.tools], [[], ["driver"]]);
  for (const soname of ["libcuda.so.1", "libmpi.so.40", "libasound.so.2"])
    assert.ok((cuda.ignored as string[]).includes(soname), soname);
});

if (installed) {
  for (const [title, body] of steps) test(title, body);
} else {
  test("nix is not installed", () => void process.stdout.write(`skipped ${steps.length}: nix is not installed\n`));
}
test.after(async () => {
  indexServer.close();
  await server.close();
});
test.run();
