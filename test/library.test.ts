// The library's face, as a user imports it: by the package's own name, from what was built. What the command line says of a
// fixture is what the library says of the same bytes.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

// The types are those of the sources: what is built may be older than they are.
const library = (await import("pylock2nix" as string)) as typeof import("../src/index.ts");
const pure = (await import("pylock2nix/pure" as string)) as typeof import("../src/pure.ts");
const hash = (await import("pylock2nix/hash" as string)) as typeof import("../src/hash.ts");

const PROGRAM = "dist/bin/pylock2nix.cjs";
const TARGET = "cp312-linux-x86_64-glibc2.28";
const FIXTURE = "test/fixtures/poetry/okay-groups-2.0";
const bytes = readFileSync(`${FIXTURE}/poetry.lock`);
const pyproject = library.readPyproject(readFileSync(`${FIXTURE}/pyproject.toml`, "utf8"), `${FIXTURE}/pyproject.toml`);
const lock = library.readLock(bytes, { path: `${FIXTURE}/poetry.lock`, pyproject });

function command(...words: readonly string[]): string {
  return spawnSync("node", [PROGRAM, ...words], { encoding: "utf8", maxBuffer: 1 << 26 }).stdout;
}

test("the format is told from the content, else from the name", () => {
  assert.is(library.readLock(bytes).format, "poetry");
  assert.is(library.readLock(bytes).path, "poetry.lock");
  assert.is(library.readLock("", { path: "some/requirements.txt" }).format, "requirements");
  assert.throws(
    () => library.readLock("what is this?"),
    (error: unknown) => error instanceof library.PylockError && error.failure.code === "unknown-lock-format",
  );
});

test("a request without a selection takes the groups that are chosen by default, and no extras", () => {
  const { groups, extras, packages } = lock.resolve({ target: TARGET });
  const said = JSON.parse(command("resolve", FIXTURE, "--target", TARGET, "--json")).resolutions[0];
  assert.equal({ groups, extras, packages }, { groups: said.groups, extras: said.extras, packages: said.packages });
  assert.ok(groups.length > 0 && packages.length > 0);
  assert.equal(lock.resolveAll({ targets: [TARGET, { target: TARGET }] })[1], lock.resolve({ target: TARGET }));
});

test("check, why and diff say what the commands say", async () => {
  const { fresh, because } = await library.freshness(lock, bytes, { pyproject });
  const checked = JSON.parse(command("check", FIXTURE, "--json"));
  assert.equal({ fresh, because }, { fresh: checked.lock.fresh, because: null });
  assert.equal(
    library.check(lock, { freshness: { fresh, because } }),
    checked.findings.map((each: object) => ({ ...each })),
  );
  const name = lock.packages()[0]!.name;
  const { paths, absences, artifacts, error } = library.why(lock, name, { target: TARGET });
  const said = JSON.parse(command("why", name, FIXTURE, "--target", TARGET, "--artifact", "--json")).targets[0];
  assert.equal(
    { paths, absences, artifacts, error },
    {
      paths: said.paths,
      absences: said.absences,
      artifacts: said.artifacts,
      error: said.error,
    },
  );
  const other = library.readLock(readFileSync("examples/imgapp/poetry.lock"));
  const difference = library.diff(lock.resolve({ target: TARGET }), other.resolve({ target: TARGET }));
  const differences = JSON.parse(
    command("diff", FIXTURE, "examples/imgapp/poetry.lock", "--target", TARGET, "--json"),
  ).targets;
  assert.equal(difference.changed, differences[0].changed);
});

test("the Nix text is what `nix --inline` writes, under the comment", async () => {
  const folder = mkdtempSync(join(tmpdir(), "library-"));
  try {
    cpSync(FIXTURE, folder, { recursive: true });
    command("nix", folder, "--inline");
    const written = readFileSync(join(folder, "pylock2nix.nix"), "utf8");
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const generator = `pylock2nix ${version}`;
    const frozen = library.freeze(lock, { ...(await library.guard(bytes, pyproject)), generator });
    assert.is(library.toNix(frozen), written.replace(/^(#.*\n)*/, ""));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a path that is no Nix path is one of a string, and nothing in it is Nix", () => {
  const text = library.toNix({ json: "{}" }, { library: "a b/$", projectDir: '"', data: "data.json" });
  assert.match(text, '  library ? (./. + "/a b/\\$"),\n');
  assert.match(text, '  projectDir = ./. + "/\\"";\n');
  assert.match(text, "  data = ./data.json;\n");
});

test("what prefetch would need are the repositories of the lock, until they are recorded", () => {
  const text = readFileSync("test/fixtures/uv/okay-sources/uv.lock", "utf8");
  const sources = library.readLock(text);
  const commits = [...text.matchAll(/source = \{ git = "[^"#]*#([0-9a-f]{40})" \}/g)].map(([, commit]) => commit);
  const found = library.needs(sources).flatMap(({ subject }) => (subject.kind === "git" ? [subject] : []));
  assert.ok(commits.length > 0);
  assert.equal(found.map(({ rev }) => rev).sort(), commits.sort());
  const record = new library.SourceRecord(found.map((subject) => [subject, { hash: `sha256-${"A".repeat(43)}=` }]));
  assert.equal(
    library.needs(sources, { record }).filter(({ subject }) => subject.kind === "git"),
    [],
  );
});

test("with a module of one's own the answers are the same", async () => {
  const module = await WebAssembly.compile(readFileSync("wasm/core.wasm"));
  const reader = pure.readerOf(module);
  const options = { path: `${FIXTURE}/poetry.lock`, pyproject };
  const own = reader.readLock(bytes, options);
  const freezing = { ...(await pure.guard(bytes, pyproject)), targets: [TARGET, "cp313-macos14-arm64"] };
  assert.is(pure.freeze(own, freezing).json, library.freeze(lock, freezing).json);
  assert.equal(reader.knownTargets(), library.knownTargets());
  assert.equal(reader.describeTarget(TARGET), library.describeTarget(TARGET));
});

test("what is asked of targets leaves nothing behind", () => {
  const ask = (count: number): number => {
    for (let at = 0; at < count; at++) library.describeTarget(TARGET);
    return process.memoryUsage().external;
  };
  const before = ask(100);
  // Each has some 140 KB of its own while it is made.
  assert.ok(ask(1000) - before < 16 << 20);
});

test("a stream is judged as it comes, and one that breaks off leaves nothing behind", async () => {
  const own = library.readLock(
    `lock-version = "1.0"\ncreated-by = "test"\n\n[[packages]]\nname = "six"\nversion = "1"\nwheels = [{ name = "six-1-py3-none-any.whl", url = "https://files.pypi.invalid/six-1-py3-none-any.whl", hashes = { sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" } }]\n`,
  );
  const expectations = new hash.Expectations(own.packages());
  const judge = (name: string, text: string) =>
    hash.verifyStream(expectations, name, new Blob([text]).stream()).then(({ kind }) => kind);
  assert.equal(
    await Promise.all([
      judge("six-1-py3-none-any.whl", "hello"),
      judge("six-1-py3-none-any.whl", "other"),
      judge("", "hello"),
      judge("none-1.tar.gz", "other"),
    ]),
    ["ok", "mismatch", "ok", "unknown"],
  );
  for (let round = 0; round < 1000; round++) {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("cut off")) });
    await hash.verifyStream(expectations, "six-1-py3-none-any.whl", broken).then(
      () => assert.unreachable(),
      (error: Error) => assert.is(error.message, "cut off"),
    );
  }
});

test("what no digest can judge is not read", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: () => assert.unreachable(),
      cancel: () => {
        isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  assert.equal(await hash.verifyStream(new hash.Expectations([]), "six-1.tar.gz", stream), { kind: "unknown" });
  assert.ok(isCancelled);
});

test("a uv.lock of one project is held against its pyproject.toml; what takes more files cannot be told", async () => {
  const folder = "test/fixtures/uv";
  const read = async (id: string) => {
    const path = `${folder}/${id}/uv.lock`;
    const project = library.readPyproject(readFileSync(`${folder}/${id}/pyproject.toml`, "utf8"), "pyproject.toml");
    const text = readFileSync(path);
    const answer = await library.freshness(library.readLock(text, { pyproject: project }), text, {
      pyproject: project,
    });
    const said = JSON.parse(command("resolve", `${folder}/${id}`, "--target", TARGET, "--json")).lock;
    return { answer: answer.fresh, said: said.fresh, because: answer.because };
  };
  for (const id of ["okay-groups", "okay-workspace"]) {
    const { answer, said, because } = await read(id);
    if (answer === null) assert.is(because, "it takes more files than pyproject.toml");
    else assert.is(answer, said, id);
  }
});

test("CommonJS gets the library where Node gives it, else an error that says what to do", () => {
  const run = (...options: readonly string[]) =>
    spawnSync("node", [...options, "-e", "console.log(typeof require('pylock2nix').readLock)"], { encoding: "utf8" });
  assert.is(run("--experimental-require-module", "--no-warnings").stdout, "function\n");
  const { status, stderr } = run("--no-experimental-require-module");
  assert.is(status, 1);
  assert.match(stderr, 'pylock2nix is an ES module. Load it with `await import("pylock2nix")`');
});

test("nothing of Node is in the library, and pure carries no module", () => {
  for (const entry of ["index", "pure", "hash", "server"]) {
    const seen = new Set<string>();
    const walk = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const text = readFileSync(file, "utf8");
      assert.not.match(text, /^[^*/]*\bimport\(/m, file);
      for (const [, from] of text.matchAll(/^(?:import|export) (?:[^"\n]* from )?"([^"]+)";$/gm)) {
        if (from!.startsWith(".")) walk(new URL(from!, `file:///${file}`).pathname.slice(1));
        else assert.match(from!, /^(#core|#hash|@iarna\/toml\/parse-string\.js)$/, `${file}: ${from}`);
        if (entry === "pure") assert.not.match(from!, /^#/, `${file}: ${from}`);
        if (entry === "index") assert.is.not(from, "#hash", file);
      }
    };
    walk(`dist/${entry}.js`);
    assert.ok(seen.size > 5, entry);
    assert.not([...seen].some((file) => /dist\/(cli|runtime|prefetch|bench)\//.test(file)));
  }
});

test.run();
