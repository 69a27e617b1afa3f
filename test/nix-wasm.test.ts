// The way through `builtins.wasm`, with a Nix that lacks it: the emulated host answers, its answer stands as JSON in place of
// the call, and Nix makes the same values and the same derivations of it as of the frozen file. Also what Nix itself computes
// of pyproject.toml, and its words for failures, both against src/.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Failure, PylockError } from "../src/errors.ts";
import { readLock } from "../src/lockfile.ts";
import { freeze } from "../src/nix.ts";
import { guardedFields, type Pyproject, projectRecords, readPyproject } from "../src/pyproject.ts";
import { corpus } from "./corpus.ts";
import { evaluator, Path } from "./nix/host.ts";
import { fails, folder, hostTarget, installed, library, pkgs, sha256, stored, value } from "./nix/workbench.ts";

const module = new WebAssembly.Module(readFileSync("wasm/nix.wasm"));
const FIXTURES = "test/fixtures/poetry/";

test("nix/messages.nix is what src/errors.ts says", async () => {
  const script = pathToFileURL(resolve("scripts/nix-messages.mjs")).href;
  const { messagesNix } = (await import(script)) as { messagesNix(): Promise<string> };
  assert.is(readFileSync("nix/messages.nix", "utf8"), await messagesNix(), "renew with node scripts/nix-messages.mjs");
});

/** A project's folder with what the emulated host answers for it in answer.json, and the frozen file of that target. */
function projectOf(name: string, lock: Uint8Array, text: string | null, target: string): string {
  const path = join(folder, "evaluated", name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "poetry.lock"), lock);
  if (text !== null) writeFileSync(join(path, "pyproject.toml"), text);
  const pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
  const evaluate = evaluator(module, new Map([["lock", lock]]));
  const project = pyproject === null ? null : projectRecords(pyproject);
  const { value: answer } = evaluate("resolve", { lock: new Path("lock"), target, project, format: "poetry" });
  writeFileSync(join(path, "answer.json"), JSON.stringify(answer));
  writeFileSync(join(path, "pylock2nix.json"), frozen(lock, pyproject, target) ?? "null");
  return path;
}

function frozen(lock: Uint8Array, pyproject: Pyproject | null, target: string): string | null {
  try {
    const read = readLock(lock, { path: "poetry.lock", format: "poetry", pyproject });
    return freeze(read, {
      lockSha256: sha256(new TextDecoder().decode(lock)),
      pyproject,
      pyprojectDigest: pyproject === null ? null : sha256(guardedFields(pyproject)),
      generator: "pylock2nix, builtins.wasm",
      targets: [{ target }],
    }).json;
  } catch (error) {
    if (error instanceof PylockError) return null;
    throw error;
  }
}

const evaluated = (path: string, target: string): string =>
  `import ${library}/evaluated.nix { projectDir = ${path}; target = "${target}"; wasm = null; ` +
  `call = argument: builtins.seq (builtins.deepSeq argument argument) (builtins.fromJSON (builtins.readFile ${path}/answer.json)); }`;

function same(id: string, lock: Uint8Array, pyproject: string | null): void {
  test(`${id}: Nix has the frozen file's value`, async () => {
    const path = projectOf(id, lock, pyproject, hostTarget);
    const expected = JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8"));
    // Warnings that only the command line finds, by resolving three times.
    expected.warnings = expected.warnings.filter((warning: string) => !warning.startsWith(hostTarget));
    assert.equal(await value(evaluated(path, hostTarget)), expected);
  });
}

if (installed) {
  for (const id of readdirSync(FIXTURES)) {
    const lock = readFileSync(`${FIXTURES}${id}/poetry.lock`);
    const file = `${FIXTURES}${id}/pyproject.toml`;
    const pyproject = existsSync(file) ? readFileSync(file, "utf8") : null;
    if (id.startsWith("okay-")) same(id, lock, pyproject);
    else failsAs(id, lock, pyproject);
  }
  for (const { id, lock, pyproject, oracles } of corpus("poetry")) {
    if (oracles.every((oracle) => oracle.malformed === undefined)) same(id, lock, pyproject);
  }
}

/** The thrown text is what the command line prints, without the excerpt; `tryEval` catches it. */
function failsAs(id: string, lock: Uint8Array, text: string | null): void {
  test(`${id}: Nix fails in the command line's words`, async () => {
    const target = "cp312-linux-x86_64-glibc2.28";
    const pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
    const path = projectOf(id, lock, text, target);
    const expected = failureOf(lock, pyproject, target);
    const { failure, isRefusal } = expected;
    if (isRefusal) {
      const { targets } = (await value(evaluated(path, target))) as { targets: Record<string, unknown> };
      assert.equal(targets, { [target]: { error: failure.message } });
      return;
    }
    const place = failure.line === null ? "" : `\n  --> poetry.lock:${failure.line}:${failure.column}`;
    await fails(evaluated(path, target), `${failure.message}${place}`.split("\n")[0]!);
    assert.is(await value(`(builtins.tryEval (${evaluated(path, target)})).success`), false);
    const spoken = `(import ${library}/failure.nix "poetry.lock" (builtins.fromJSON (builtins.readFile ${path}/answer.json)).error)`;
    const { code, message, text: whole } = (await value(spoken)) as Record<string, string>;
    assert.equal({ code, message }, { code: failure.code, message: failure.message });
    assert.ok(whole!.startsWith(`${failure.message}${place}`), whole!);
  });
}

function failureOf(
  lock: Uint8Array,
  pyproject: Pyproject | null,
  target: string,
): { failure: Failure; isRefusal: boolean } {
  try {
    const { error } = readLock(lock, { path: "poetry.lock", format: "poetry", pyproject }).resolveOpen({
      target,
      groups: [],
      extras: [],
    });
    return { failure: error!, isRefusal: true };
  } catch (error) {
    if (error instanceof PylockError) return { failure: error.failure, isRefusal: false };
    throw error;
  }
}

/** A lock that installs more than 300 packages on the host's Python. */
const LARGE = "poetry--ragflow-2.1";
/** Files that Nix 2.8's own reader of TOML refuses: tables defined by a header after a dotted key. */
const NOT_FOR_NIX = ["pylock--rao"];

if (installed) {
  test("nix/pyproject.nix reads what src/pyproject reads", async () => {
    const files: string[] = [];
    for (const root of ["../shared/corpus/", FIXTURES, "examples/"]) {
      if (!existsSync(root)) continue;
      for (const id of readdirSync(root)) {
        const file = resolve(root, id, "pyproject.toml");
        if (existsSync(file) && !NOT_FOR_NIX.includes(id)) files.push(file);
      }
    }
    const list = `map (path: let made = import ${library}/pyproject.nix path; in { inherit (made) facts groups records digest; }) [ ${files.join(" ")} ]`;
    const found = (await value(list)) as unknown[];
    assert.equal(
      found,
      files.map((file) => {
        const pyproject = readPyproject(readFileSync(file, "utf8"), "pyproject.toml");
        const { name, version, packageMode, backend, requires, scripts, python, groups } = pyproject;
        const facts = { name, version, package: packageMode, backend, requires, scripts, python };
        return {
          facts: name === null ? null : facts,
          groups: Object.fromEntries(groups),
          records: projectRecords(pyproject),
          digest: sha256(guardedFields(pyproject)),
        };
      }),
    );
  });

  test("the derivations are the same: imgapp, and a lock of 300 packages", async () => {
    const imgapp = readFileSync("examples/imgapp/pyproject.toml", "utf8");
    const large = corpus("poetry").find(({ id }) => id === LARGE);
    const projects: [string, Uint8Array, string | null][] = [
      ["imgapp", readFileSync("examples/imgapp/poetry.lock"), imgapp],
      ...(large === undefined ? [] : [[large.id, large.lock, large.pyproject] as [string, Uint8Array, string | null]]),
    ];
    for (const [name, lock, pyproject] of projects) {
      // The same folder for both: only the resolution differs.
      const path = projectOf(`derivations-${name}`, lock, pyproject, hostTarget);
      const drvs = (resolution: string): Promise<unknown> =>
        value(
          `let made = import ${library} { pkgs = ${pkgs}; projectDir = ${path}; target = "${hostTarget}"; ${resolution} }; in ` +
            `{ environment = made.environment.drvPath; packages = builtins.mapAttrs (_: package: (builtins.tryEval package.drvPath).value) made.packages; }`,
        );
      const frozenWay = (await drvs(`resolver = "frozen";`)) as { packages: Record<string, unknown> };
      const wasmWay = await drvs(`resolution = ${evaluated(path, hostTarget)};`);
      assert.equal(wasmWay, frozenWay);
      if (name !== "imgapp") assert.ok(Object.keys(frozenWay.packages).length >= 300);
    }
  });

  test("without a resolver that is possible, the message says what to do", async () => {
    const path = projectOf("ways", readFileSync("examples/imgapp/poetry.lock"), null, hostTarget);
    const known = (more: string, at = path): string =>
      `(import ${library} { pkgs = ${pkgs}; projectDir = ${at}; ${more} }).resolution.format`;
    const enable = "use Determinate Nix 3.17 or later with `extra-experimental-features = wasm-builtin`";
    await fails(
      known('resolver = "wasm";'),
      `cannot resolve the lock: this Nix has no \`builtins.wasm\`\nhint: ${enable}, or run \`pylock2nix nix\` and commit what it writes`,
    );
    await fails(
      known('resolver = "build";'),
      "cannot resolve the lock in a build: that is import from derivation, which is off\n" +
        "hint: pass `allowImportFromDerivation = true`, or run `pylock2nix nix` and commit what it writes",
    );
    const empty = join(folder, "evaluated", "empty");
    mkdirSync(empty, { recursive: true });
    await fails(
      known("", empty),
      "cannot resolve the lock: there is neither a pylock2nix.json nor a poetry.lock in the project's folder\n" +
        "hint: run `pylock2nix nix` and commit what it writes; only Poetry's locks can be resolved without it",
    );
    writeFileSync(join(empty, "poetry.lock"), readFileSync("examples/imgapp/poetry.lock"));
    await fails(
      known("", empty),
      "cannot resolve the lock: there is no pylock2nix.json, and this Nix cannot run the resolver itself\n" +
        `hint: run \`pylock2nix nix\` and commit what it writes; or ${enable}`,
    );
    assert.is(await value(known("")), 1);
  });

  test("import from derivation gives the frozen file's value", async () => {
    const text = readFileSync("examples/imgapp/pyproject.toml", "utf8");
    const path = projectOf("built", readFileSync("examples/imgapp/poetry.lock"), text, hostTarget);
    // The command line of this working tree, as a package.
    const commandLine = join(folder, "command-line");
    mkdirSync(join(commandLine, "bin"), { recursive: true });
    const program = `#!${process.execPath}\nimport ${JSON.stringify(pathToFileURL(resolve("dist/cli.js")).href)};\n`;
    writeFileSync(join(commandLine, "bin", "pylock2nix"), program, { mode: 0o755 });
    writeFileSync(join(commandLine, "package.json"), '{"type":"module"}');
    const expression =
      `(import ${library} { pkgs = ${pkgs}; projectDir = ${path}; target = "${hostTarget}"; resolver = "build"; ` +
      `allowImportFromDerivation = true; commandLine = "${commandLine}"; }).resolution`;
    const expected = JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8"));
    const built = (await value(expression, "--read-write-mode")) as { generator: string };
    assert.equal({ ...built, generator: expected.generator }, expected);
  });
}

void stored;
test(installed ? "nix is installed" : "nix is not installed", () => {});
test.after(async () => (await import("./nix/workbench.ts")).server.close());
test.run();
