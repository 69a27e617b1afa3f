// The modules for Nix under the engine that Determinate Nix runs them with, against the command line's core: structure,
// refusals, places of errors. The host is nix_host.py: strict, with Nix's stack of 512 KiB.
//   node test/oracles/wasmtime.mjs [--quick | --long] [--targets NAME,NAME] [LOCK]...
// --quick: fixtures only. Without locks: fixtures and the corpus, each selection of its recorded answers on every eighth of
// their targets; --long: on all of them.
// The last line is "N compared, N differences".
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { freeze } from "../../dist/answers/freeze.js";
import { pdmRecords, projectRecords, readPyproject } from "../../dist/lock/pyproject.js";
import { readLock } from "../../dist/lock/shipped.js";
import { failureFrom, PylockError } from "../../dist/words/errors.js";
import { pythonWith, WASMTIME } from "./python.mjs";

/** As in nix/locks.nix. */
const MODULES = [
  ["poetry", /^poetry\.lock$/, "nix.wasm"],
  ["uv", /^uv\.lock$/, "nix-uv.wasm"],
  ["pylock", /^pylock(\.[^.]+)?\.toml$/, "nix-flat.wasm"],
  ["pdm", /^pdm\.lock$/, "nix-flat.wasm"],
  ["conda", /^conda-lock\.ya?ml$/, "nix-pip.wasm"],
];
const TARGETS = [
  "cp312-linux-x86_64-glibc2.28",
  "cp310-macos14-arm64",
  "cp313-win-amd64",
  "cp39-linux-aarch64-musl1.2",
];
const CORPUS = "../shared/corpus";

const words = process.argv.slice(2);
const isQuick = words.includes("--quick");
const step = words.includes("--long") ? 1 : 8;
const stated = words.includes("--targets") ? words[words.indexOf("--targets") + 1].split(",") : null;
const named = words.filter((word, index) => !word.startsWith("--") && words[index - 1] !== "--targets");
const python = await pythonWith([WASMTIME]);
const program = spawn(python, ["-I", "-c", `import sys; sys.path.insert(0, "test/oracles"); import wasmtime_answers`], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]();

const tally = { locks: 0, compared: 0, differences: 0, refused: 0 };
for (const path of named.length > 0 ? named : usualLocks()) await compareLock(path);
program.stdin.end();
process.stdout.write(
  `${tally.locks} locks, ${tally.refused} answers that are refusals\n${tally.compared} compared, ${tally.differences} differences\n`,
);
process.exitCode = tally.differences === 0 && tally.compared > 0 ? 0 : 1;

async function compareLock(path) {
  const [format, , file] = MODULES.find(([, name]) => name.test(basename(path))) ?? [];
  const module = `wasm/${file}`;
  if (format === undefined || !existsSync(module)) return;
  const bytes = readFileSync(path);
  let pyproject = null;
  try {
    const beside = join(dirname(path), "pyproject.toml");
    if (existsSync(beside)) pyproject = readPyproject(readFileSync(beside), beside);
  } catch {
    return; // nix/pyproject.nix refuses it before the module is called
  }
  tally.locks++;
  const project = recordsFor(format, pyproject);
  const read = reading(bytes, { path, format, pyproject });
  const oracles = recorded(dirname(path));
  const recordedTargets = [...new Set(oracles.flatMap(({ targets }) => Object.keys(targets ?? {})))].filter(
    (_, index) => index % step === 0,
  );
  const targets = stated ?? (recordedTargets.length > 0 ? recordedTargets : TARGETS);
  const ask = async (argument) => {
    const question = { module, lock: path, argument: { ...argument, project, format } };
    program.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error("wasmtime_answers.py ended");
    return JSON.parse(value);
  };
  for (const target of targets) {
    const open = await ask({ target });
    const where = `${path} ${target}`;
    if (read instanceof PylockError) {
      tally.refused++;
      same(where, failureOf(open.value?.error), shellFailure(read.failure), open.aborted);
      continue;
    }
    // Read anew, as the module does: after another target equal conditions can be put together in another order.
    const fresh = reading(bytes, { path, format, pyproject });
    same(where, openShape(open.value, target), expectedOpen(fresh, pyproject, target), open.aborted);
    same(`${where} warnings`, open.value?.warnings?.map(failureOf), read.warnings.map(shellFailure), open.aborted);
    for (const selection of selectionsOf(read, oracles)) {
      const closed = await ask({ target, ...selection });
      const title = `${where} ${JSON.stringify(selection)}`;
      same(title, closedShape(closed.value, target), expectedClosed(read, { target, ...selection }), closed.aborted);
    }
  }
}

/** Those of the recorded answers, where "ALL" stands for every group, extra or member; without them the default one and all. */
function selectionsOf(lock, oracles) {
  const all = [...lock.groups.keys()];
  const given = oracles.flatMap((oracle) => (oracle.arguments === undefined ? [] : [oracle.arguments ?? {}]));
  const selections = given.map(({ groups = ["main"], extras = [], package: member = null }) => ({
    groups: groups === "ALL" ? all : all.filter((group) => group === "main" || groups.includes(group)),
    extras: extras === "ALL" ? lock.extras : extras,
    ...(member === "ALL" && { packages: "all" }),
  }));
  if (selections.length > 0) return selections;
  const defaults = all.filter((group) => lock.groups.get(group));
  return [
    { groups: defaults, extras: [] },
    { groups: all, extras: lock.extras },
  ];
}

function same(where, found, expected, aborted) {
  tally.compared++;
  if (aborted === undefined && isDeepStrictEqual(found, expected)) return;
  tally.differences++;
  if (tally.differences > 20) return;
  const shown = (value) => JSON.stringify(value ?? null).slice(0, 300);
  process.stdout.write(`${where}: ${aborted ?? `expected ${shown(expected)}, got ${shown(found)}`}\n`);
}

function reading(bytes, options) {
  try {
    return readLock(bytes, options);
  } catch (error) {
    if (error instanceof PylockError) return error;
    throw error;
  }
}

// --- Both answers in one form -----------------------------------------------------------------------------------------

function openShape(answer, target) {
  const entry = answer?.targets?.[target];
  if (entry === undefined) return null;
  const { conditions, packages, extras, groups } = answer;
  const { python, variants, refusals = [] } = entry;
  if (entry.error !== undefined) tally.refused++;
  return {
    error: failureOf(entry.error)?.code ?? null,
    conditions,
    packages,
    variants: variants ?? null,
    python: python ?? null,
    refused: [...new Set(refusals.map(([condition]) => condition))].sort((a, b) => a - b),
    extras: [...extras].sort(),
    groups: [...new Set(["main", ...groups])].sort(),
  };
}

function expectedOpen(read, pyproject, target) {
  const options = { lockSha256: "", pyproject, pyprojectDigest: null, generator: "", targets: [{ target }] };
  const { conditions, packages, targets, extras } = JSON.parse(freeze(read, options).json);
  const { python = null, variants = null, refusals = [] } = targets[target];
  const { error } = read.resolveOpen({ target, groups: [], extras: [] });
  return {
    error: error?.code ?? null,
    conditions,
    packages,
    variants,
    python,
    refused: [...new Set(refusals.map(([condition]) => condition))].sort((a, b) => a - b),
    extras,
    groups: [...new Set(["main", ...read.groups.keys()])].sort(),
  };
}

/** Which packages, with the names that they depend on and the files of those that are wheels or sdists of an index. */
function closedShape(answer, target) {
  const entry = answer?.targets?.[target];
  if (entry === undefined) return null;
  if (entry.error !== undefined) tally.refused++;
  const packages = answer.packages.map(({ name, version, source, files, variants: [[file, , dependencies]] }) => [
    name,
    version,
    dependencies,
    /^(index|legacy|folder)$/.test(source.kind) ? (files[file]?.[0] ?? null) : null,
  ]);
  return { error: failureOf(entry.error)?.code ?? null, packages: sorted(packages) };
}

function expectedClosed(read, request) {
  const { packages, error } = read.resolve(request);
  const rows = packages
    .filter(
      ({ kind, artifact }) => kind !== "virtual" && !(/^(directory|editable)$/.test(kind) && /^\.?$/.test(artifact)),
    )
    .map(({ name, version, kind, dependencies, artifact }) => {
      return [name, version, dependencies, kind === "wheel" || kind === "sdist" ? artifact : null];
    });
  return { error: error?.code ?? null, packages: sorted(rows) };
}

function sorted(rows) {
  return rows.map((row) => JSON.stringify(row)).sort();
}

/** A failure as the module gives it: its code and, in a lock, its place. */
function failureOf(failure) {
  if (failure === undefined) return null;
  const { code, input, offset, size, line, column } = failure;
  const { code: word } = failureFrom(code, { path: null, bytes: null, offset: null, size: null });
  return { code: word, ...(input === "lock" && { offset, size, line, column }) };
}

function shellFailure({ code, offset, size, line, column }) {
  return { code, ...(offset !== null && { offset, size, line, column }) };
}

// --- What is asked about ----------------------------------------------------------------------------------------------

function recordsFor(format, pyproject) {
  if (pyproject === null) return null;
  if (format === "poetry" || format === "uv") return projectRecords(pyproject, format);
  return format === "pdm" ? pdmRecords(pyproject) : null;
}

function recorded(folder) {
  if (!existsSync(`${folder}/oracle`)) return [];
  return readdirSync(`${folder}/oracle`).map((file) => JSON.parse(readFileSync(`${folder}/oracle/${file}`, "utf8")));
}

function usualLocks() {
  const folders = MODULES.map(([format]) => `test/fixtures/${format}`);
  const roots = isQuick || !existsSync(CORPUS) ? folders : [...folders, CORPUS];
  return roots.flatMap((root) =>
    readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name: id }) =>
        readdirSync(join(root, id))
          .filter((file) => MODULES.some(([, name]) => name.test(file)))
          .map((file) => join(root, id, file)),
      ),
  );
}
