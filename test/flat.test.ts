// pylock.toml, pdm.lock, Pipfile.lock, requirements and conda-lock: small locks that the real tools wrote, against what those
// tools install from them (scripts/record-flat.py), locks that fail against what is printed for them, and every prefix of
// each: a result or an error with a code, never a trap.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../src/core/core.ts";
import type { LockFormat } from "../src/lock/formats.ts";
import { type Lockfile, readLockWith } from "../src/lock/lockfile.ts";
import { pipfileHashText } from "../src/lock/pyproject/pipfile-hash.ts";
import { pdmContentHash, readPyproject } from "../src/lock/pyproject.ts";
import { expandRequirements } from "../src/lock/requirements.ts";
import { sha256Hex, sriHash } from "../src/lock/sri.ts";
import { renderFailure } from "../src/words/diagnostic.ts";
import { type Failure, PylockError } from "../src/words/errors.ts";

const ROOT = "test/fixtures/";
/** Renews each expected.txt; look at what it changes before it is committed. */
const RENEW = process.env.RENEW_EXPECTED === "1";
const TARGET = "cp312-linux-x86_64-glibc2.28";
const FILES: readonly (readonly [LockFormat, string])[] = [
  ["pylock", "pylock.toml"],
  ["pdm", "pdm.lock"],
  ["pipfile", "Pipfile.lock"],
  ["requirements", "requirements.txt"],
  ["conda", "conda-lock.yml"],
];
const modules = ["core.wasm", "core.debug.wasm"].map((name) => new WebAssembly.Module(readFileSync(`wasm/${name}`)));
const files = {
  read: async (path: string) => readFileSync(path),
  readIfThere: async (path: string) => (existsSync(path) ? readFileSync(path) : null),
  join,
  dirname,
  relative,
};

interface Answer {
  readonly target: string;
  readonly groups: readonly string[];
  readonly extras: readonly string[];
  readonly packages: readonly (readonly [name: string, version: string, artifact: string])[] | null;
}

for (const [format, file] of FILES) {
  for (const name of fixtures(format, "okay-")) {
    const folder = `${ROOT}${format}/${name}/`;
    test(`${format} ${name}: as the real tool`, async () => {
      const { answers, warnings = [] } = JSON.parse(readFileSync(`${folder}expected.json`, "utf8")) as {
        answers: Answer[];
        warnings?: string[];
      };
      assert.ok(answers.length > 0);
      for (const module of modules) {
        const lock = await read(module, format, folder, file);
        assert.equal(
          lock.warnings.map(({ code }) => code),
          warnings,
        );
        for (const answer of answers) compare(format, lock, answer);
      }
    });
    test(`${format} ${name}: every prefix`, () => {
      const module = modules[1]!;
      const bytes = readFileSync(folder + file);
      const core = new Core(module);
      for (let size = 0; size < bytes.length; size++) attempt(core, format, bytes.subarray(0, size), folder);
    });
    test(`${format} ${name}: one byte changed`, () => {
      const core = new Core(modules[1]!);
      const bytes = readFileSync(folder + file);
      for (let at = 0; at < bytes.length; at += 7) {
        const changed = Uint8Array.from(bytes);
        changed[at] = '"\\\n[{}]:-#\0\xff'.charCodeAt((at / 7) % 12);
        attempt(core, format, changed, folder);
      }
    });
  }
  for (const name of fixtures(format, "fail-")) {
    const folder = `${ROOT}${format}/${name}/`;
    test(`${format} ${name}`, async () => {
      const failure = await failureOf(format, folder, file);
      const bytes = failure.path === null ? null : readFileSync(folder + failure.path);
      const actual = renderFailure(failure, { bytes });
      if (RENEW) writeFileSync(`${folder}expected.txt`, actual);
      const expected = readFileSync(`${folder}expected.txt`, "utf8");
      assert.is(actual, expected, "renew with RENEW_EXPECTED=1 node test/run.mjs --only flat");
    });
  }
}

test("the usual groups are PDM's", async () => {
  for (const name of fixtures("pdm", "okay-")) {
    const folder = `${ROOT}pdm/${name}/`;
    const { groups } = await read(modules[0]!, "pdm", folder, "pdm.lock");
    const { defaults } = JSON.parse(readFileSync(`${folder}expected.json`, "utf8")) as { defaults: string[] };
    const chosen = [...groups].flatMap(([group, isChosen]) => (isChosen ? [group === "main" ? "default" : group] : []));
    assert.equal(chosen.sort(), defaults, name);
  }
});

test("the content hash is PDM's", async () => {
  for (const name of fixtures("pdm", "okay-")) {
    const folder = `${ROOT}pdm/${name}/`;
    const lock = await read(modules[0]!, "pdm", folder, "pdm.lock");
    const pyproject = readPyproject(readFileSync(`${folder}pyproject.toml`, "utf8"), "pyproject.toml");
    const hashes = await Promise.all((pdmContentHash(pyproject) ?? []).map((text) => sha256Hex(encoded(text))));
    assert.ok(hashes.includes(lock.contentHash ?? ""), name);
  }
});

test("the hash of the Pipfile is Pipenv's", async () => {
  for (const name of fixtures("pipfile", "okay-")) {
    const folder = `${ROOT}pipfile/${name}/`;
    const lock = await read(modules[0]!, "pipfile", folder, "Pipfile.lock");
    const text = pipfileHashText(readFileSync(`${folder}Pipfile`), "Pipfile");
    assert.is(await sha256Hex(encoded(text ?? "")), lock.contentHash);
  }
});

test("an error in an included file is told of that file", async () => {
  const bytes = encoded("-r b.txt\nclick==8.1.7\n");
  const parts = { "a/b.txt": "# one\niniconfig>=2\n" } as Record<string, string>;
  const expanded = await expandRequirements("a/a.txt", bytes, {
    ...files,
    read: async (path) => encoded(parts[path]!),
  });
  assert.equal(expanded.included, ["a/b.txt"]);
  assert.throws(
    () =>
      readLockWith(new Core(modules[0]!), expanded.bytes, {
        path: "a/a.txt",
        format: "requirements",
        pyproject: null,
        parts: expanded.parts,
      }),
    (error: PylockError) => error.failure.path === "a/b.txt" && error.failure.line === 2 && error.failure.column === 1,
  );
});

test("files that include themselves, addresses and doubling files are refused", async () => {
  const loop = { ...files, read: async () => encoded("-r ../b/a.txt\n") };
  await rejects(expandRequirements("b/a.txt", encoded("--requirement=c.txt"), loop), "requirements-cycle");
  await rejects(expandRequirements("a.txt", encoded("-r https://host.invalid/a.txt"), files), "requirements-address");
  const next = (path: string): string => `${Number.parseInt(path, 10) + 1}.txt`;
  const doubling = { ...files, read: async (path: string) => encoded(`-r ${next(path)}\n-r ${next(path)}\n`) };
  await rejects(
    expandRequirements("0.txt", encoded("-r 1.txt"), {
      ...doubling,
      read: async (path) => (Number.parseInt(path, 10) > 20 ? encoded("\n") : doubling.read(path)),
    }),
    "requirements-includes",
  );
});

test("a file outside the folder is reported", async () => {
  const expanded = await expandRequirements("a/a.txt", encoded("-r ../b.txt\n-c c.txt\n"), {
    ...files,
    read: async () => encoded(""),
  });
  assert.equal(expanded.outside, ["b.txt"]);
  assert.equal(expanded.constraints, ["c.txt"]);
});

function fixtures(format: string, prefix: string): string[] {
  return readdirSync(ROOT + format)
    .filter((name) => name.startsWith(prefix))
    .sort();
}

async function read(module: WebAssembly.Module, format: LockFormat, folder: string, file: string): Promise<Lockfile> {
  const path = folder + file;
  const bytes = readFileSync(path);
  const project = `${folder}pyproject.toml`;
  const pyproject = existsSync(project) ? readPyproject(readFileSync(project, "utf8"), "pyproject.toml") : null;
  if (format !== "requirements") return readLockWith(new Core(module), bytes, { path: file, format, pyproject });
  const expanded = await expandRequirements(path, bytes, files);
  return readLockWith(new Core(module), expanded.bytes, {
    path: file,
    format,
    pyproject,
    parts: named(expanded.parts),
  });

  /** Paths as the fixture's own, for messages. */
  function named(parts: typeof expanded.parts): typeof expanded.parts {
    return parts.map((part) => ({ ...part, path: relative(folder, part.path) }));
  }
}

function compare(format: LockFormat, lock: Lockfile, { target, groups, extras, packages }: Answer): void {
  const chosen =
    format === "pdm" || format === "pipfile" ? groups.map((name) => (name === "default" ? "main" : name)) : groups;
  // PDM calls extras groups, too.
  const where = `${target} ${groups} ${extras}`;
  const actual = lock.resolve({ target, groups: chosen, extras });
  if (packages === null) {
    assert.is.not(actual.error, null, `${where} is refused`);
    return;
  }
  assert.is(actual.error, null, `${where}: ${actual.error?.message}`);
  const expected = packages.map(([name, version, artifact]) =>
    [normalized(name), version, expectedArtifact(format, artifact)].join(" "),
  );
  const rows = actual.packages.map((each) => {
    const hashes = each.hashes ?? (each.hash === null ? [] : [each.hash]);
    const isChosen = format !== "pylock" || each.kind === "wheel" || each.kind === "sdist";
    const file = isChosen ? each.artifact : "";
    const own =
      each.kind === "git" && format === "conda" ? `git+${each.artifact}` : format === "conda" ? each.url : file;
    const shown =
      format === "requirements" ? [...hashes].sort().join() : format === "pylock" || format === "conda" ? own : "";
    return [each.name, each.version ?? "", shown].join(" ");
  });
  assert.equal(rows.sort(), expected.sort(), where);
}

/** pip's hashes as SRI hashes. */
function expectedArtifact(format: LockFormat, artifact: string): string {
  if (format !== "requirements") return artifact;
  return artifact
    .split(" ")
    .filter((hash) => hash !== "")
    .map(sriHash)
    .sort()
    .join();
}

function normalized(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** Reads and resolves; whatever is wrong must be an error with a code. */
function attempt(core: Core, format: LockFormat, bytes: Uint8Array, folder: string): void {
  try {
    const project = `${folder}pyproject.toml`;
    const pyproject = existsSync(project) ? readPyproject(readFileSync(project, "utf8"), "pyproject.toml") : null;
    const lock = readLockWith(core, bytes, { path: "lock", format, pyproject });
    const groups = [...lock.groups.keys()];
    lock.resolve({ target: TARGET, groups, extras: lock.extras });
    lock.resolveOpen({ target: TARGET, groups: [], extras: [] });
  } catch (error) {
    if (!(error instanceof PylockError) || error.exitCode !== 1) throw error;
  }
}

/** What the lock of a folder fails with, in reading it or in resolving it. */
async function failureOf(format: LockFormat, folder: string, file: string): Promise<Failure> {
  try {
    const lock = await read(modules[1]!, format, folder, file);
    const { error, problems } = lock.resolve({ target: TARGET, groups: [...lock.groups.keys()], extras: lock.extras });
    assert.is(problems.length, 0);
    if (error === null && lock.warnings.length > 0) return lock.warnings[0]!;
    assert.ok(error !== null, "nothing failed");
    return error;
  } catch (error) {
    if (error instanceof PylockError) return error.failure;
    throw error;
  }
}

async function rejects(promise: Promise<unknown>, code: string): Promise<void> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PylockError, String(error));
  assert.is(error.failure.code, code);
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

test.run();
