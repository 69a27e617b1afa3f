// The modules for Nix (wasm/nix*.wasm) in a host that stands in for it: the same resolution as the frozen file's, for every
// lock, selection and target of the corpus; failures as data, never a trap; their size, their largest function, their imports.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { freeze, isWorkspace } from "../src/answers/freeze.ts";
import type { LockFormat } from "../src/lock/formats.ts";
import type { Lockfile } from "../src/lock/lockfile.ts";
import type { FrozenTarget } from "../src/lock/open.ts";
import { type Pyproject, pdmRecords, projectRecords, readPyproject } from "../src/lock/pyproject.ts";
import type { ResolveRequest } from "../src/lock/resolution.ts";
import { readLock } from "../src/lock/shipped.ts";
import { type Failure, failureFrom, PylockError } from "../src/words/errors.ts";
import { corpus, type Oracle } from "./corpus.ts";
import { Aborted, evaluator, Path, type Value } from "./nix/host.ts";

const TARGETS = [
  "cp312-linux-x86_64-glibc2.28",
  "cp310-macos14-arm64",
  "cp313-win-amd64",
  "cp39-linux-aarch64-musl1.2",
  "cp37-linux-x86_64-glibc2.17",
  "cp314t-linux-x86_64-glibc2.39",
];

interface Kind {
  readonly format: LockFormat;
  /** In wasm/, without its ending. */
  readonly module: string;
  readonly file: string;
  /** What the corpus calls the format, where that is another name. */
  readonly inCorpus?: string;
  /** What the module is given of pyproject.toml. */
  readonly records: (pyproject: Pyproject) => string;
}

const KINDS: readonly Kind[] = [
  { format: "poetry", module: "nix", file: "poetry.lock", records: (pyproject) => projectRecords(pyproject) },
  { format: "uv", module: "nix-uv", file: "uv.lock", records: (pyproject) => projectRecords(pyproject, "uv") },
  // Of the flat formats PDM's alone needs a project: the others' modules take no notice of one.
  { format: "pylock", module: "nix-flat", file: "pylock.toml", records: (pyproject) => projectRecords(pyproject) },
  { format: "pdm", module: "nix-flat", file: "pdm.lock", records: pdmRecords },
  { format: "pipfile", module: "nix-pip", file: "Pipfile.lock", records: () => "no record" },
  { format: "requirements", module: "nix-pip", file: "requirements.txt", records: () => "no record" },
  { format: "conda", module: "nix-pip", file: "conda-lock.yml", inCorpus: "conda-lock", records: () => "no record" },
];
const MODULES = [...new Set(KINDS.map(({ module }) => module))];

type Choice = Pick<ResolveRequest, "groups" | "extras" | "packages">;

interface Given {
  readonly kind: Kind;
  readonly id: string;
  readonly lock: Uint8Array;
  readonly pyproject: string | null;
  readonly selections: (lock: Lockfile) => readonly Choice[];
  readonly targets: readonly string[];
}

/** What the module answers, as JSON. */
interface Answer {
  error?: ModuleFailure;
  version: string | null;
  groups: string[];
  extras: string[];
  /** pylock.toml: of the groups those that are chosen by default; pdm.lock: those that it was made for. */
  defaultGroups?: string[];
  conditions: unknown[];
  isVirtual?: boolean;
  /** uv: the folder of each member of the workspace. */
  members?: Record<string, string>;
  packages: { name: string; version: string | null; files: unknown[]; variants: [number, number, string[]][] }[];
  targets: Record<string, { error: ModuleFailure } | Entry>;
  warnings: ModuleFailure[];
}

interface Entry {
  python: string;
  variants: number[];
  refusals?: [condition: number, failure: ModuleFailure][];
}

interface ModuleFailure {
  code: number;
  input: string | null;
  offset: number | null;
  size: number | null;
  line: number | null;
  column: number | null;
}

const fixtures: Given[] = KINDS.flatMap((kind) => {
  const folder = `test/fixtures/${kind.format}/`;
  return readdirSync(folder).map((id) => {
    const read = (file: string): string | null =>
      existsSync(`${folder}${id}/${file}`) ? readFileSync(`${folder}${id}/${file}`, "utf8") : null;
    const { selections } = JSON.parse(read("selections.json") ?? '{ "selections": [] }') as {
      selections: Partial<Choice>[];
    };
    return {
      kind,
      id: `${kind.format} ${id}`,
      lock: readFileSync(`${folder}${id}/${kind.file}`),
      pyproject: read("pyproject.toml"),
      selections: ({ groups }) => {
        const defaults = [...groups].filter(([, chosen]) => chosen).map(([name]) => name);
        const every = { groups: [...groups.keys()] };
        return [{ groups: ["main"] }, every, ...selections].map((each) => ({ groups: defaults, extras: [], ...each }));
      },
      targets: TARGETS,
    };
  });
});
const locks: Given[] = KINDS.flatMap((kind) =>
  corpus(kind.inCorpus ?? kind.format).map(({ id, lock, pyproject, oracles }) => ({
    kind,
    id,
    lock,
    pyproject,
    selections: (read) => oracles.map((oracle) => choiceOf(oracle, read)),
    targets: [...new Set(oracles.flatMap((oracle) => Object.keys(oracle.targets ?? {})))],
  })),
);
if (locks.length === 0) console.log("skipped 94 tests: no corpus of locks here");

/**
 * What an oracle was asked: "ALL" stands for every extra, group or member; uv's commands always install the project; what
 * Pipenv and PDM call `default` is `main`.
 */
function choiceOf({ arguments: asked }: Oracle, lock: Lockfile): Choice {
  const every = (list: readonly string[] | "ALL", all: readonly string[]): readonly string[] =>
    list === "ALL" ? all : list;
  const named = every(asked.groups ?? ["main"], [...lock.groups.keys()]);
  const groups = lock.format === "pylock" ? named : named.map((name) => (name === "default" ? "main" : name));
  return {
    groups: lock.format === "uv" ? [...new Set(["main", ...groups])] : groups,
    extras: every(asked.extras ?? [], lock.extras),
    packages: "package" in asked && asked.package === "ALL" ? "all" : undefined,
  };
}

for (const build of MODULES.flatMap((name) => [`${name}.wasm`, `${name}.debug.wasm`])) {
  const module = new WebAssembly.Module(readFileSync(`wasm/${build}`));
  // Each selection is resolved twice, frozen and directly: ALL_TARGETS=1 takes minutes and all targets, else every sixth.
  // The debug build, which checks every access, is ten times slower: one target of each lock.
  const some = (targets: readonly string[]): readonly string[] =>
    !build.endsWith(".debug.wasm")
      ? targets.filter((_, index) => process.env.ALL_TARGETS === "1" || index % 6 === 0)
      : targets.filter((target) => /^cp31[12]-linux-x86_64-glibc2.28$/.test(target)).slice(0, 1);
  for (const given of [...fixtures, ...locks]) {
    if (!build.startsWith(`${given.kind.module}.`)) continue;
    test(`${build}: ${given.id}`, () => holds(module, { ...given, targets: some(given.targets) }));
  }
}

/** Compares the module's answers with the shell's, failures included. */
function holds(module: WebAssembly.Module, { kind, id, lock, pyproject: text, selections, targets }: Given): void {
  const evaluate = evaluator(module, new Map([["lock", lock]]));
  let pyproject: Pyproject | null = null;
  let project: string | null = null;
  try {
    pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
    project = pyproject === null ? null : kind.records(pyproject);
  } catch {
    return; // nix/pyproject.nix refuses it before the module is called
  }
  const ask = (more: { [name: string]: Value }): Answer => {
    const argument = { lock: new Path("lock"), format: kind.format, project, ...more };
    const { value, calls } = evaluate("resolve", argument);
    const answer = value as Answer;
    const isRefused = answer.error !== undefined || Object.values(answer.targets).some((each) => !isPlain(each));
    assert.ok(calls.read_file === 1 || isRefused || answer.warnings.length > 0, `${id}: the lock is read once`);
    return answer;
  };
  const read = reading(kind, lock, pyproject);
  for (const target of targets) {
    const answer = ask({ target });
    if (read instanceof PylockError) {
      sameFailure(answer.error!, read.failure, `${id} ${target}`);
      continue;
    }
    assert.is(answer.error, undefined, `${id} ${target}`);
    // Read anew, as the module does: a walk orders its variables as they are first asked for, over all requests.
    const frozen = frozenFor(reading(kind, lock, pyproject) as Lockfile, pyproject, target);
    assert.equal(shapeOf(answer, read, target), frozen, `${id} ${target}`);
    assert.is(answer.warnings.length, read.warnings.length, id);
    for (const [index, warning] of read.warnings.entries()) sameFailure(answer.warnings[index]!, warning, id);
    if (kind.format === "uv") assert.is(answer.isVirtual, isVirtual(read), `${id}: whether the project is built`);
    for (const choice of selections(read)) {
      const { groups, extras, packages } = choice;
      const members = packages === undefined || packages === "all" ? (packages ?? null) : [...packages];
      const closed = ask({ target, groups: [...groups], extras: [...extras], packages: members });
      sameSelection(closed, read, target, choice, `${id} ${target} ${JSON.stringify(choice)}`);
    }
  }
}

function isPlain(entry: Answer["targets"][string]): boolean {
  return !("error" in entry) && entry.refusals === undefined;
}

/** Compares the answer to one selection. What the module leaves out: uv's virtual packages, and the project itself. */
function sameSelection(closed: Answer, lock: Lockfile, target: string, choice: Choice, where: string): void {
  const direct = lock.resolve({ target, ...choice });
  const entry = closed.targets[target]!;
  if ("error" in entry) {
    sameFailure(entry.error, direct.error!, where);
    return;
  }
  assert.is(direct.error, null, where);
  assert.equal(closed.conditions, [true]);
  assert.is(entry.refusals?.length ?? 0, direct.problems.length, where);
  const row = (name: string, version: string | null, dependencies: readonly string[], file: string | null): string =>
    JSON.stringify([name, version, dependencies, file]);
  const isHere = (artifact: string | null): boolean => lock.members.length < 2 && (artifact === "." || artifact === "");
  const expected = direct.packages
    .filter(({ kind, artifact }) => kind !== "virtual" && !(isFolder(kind) && isHere(artifact)))
    .map(({ name, version, kind, dependencies, artifact }) =>
      row(name, version, dependencies, kind === "wheel" || kind === "sdist" ? artifact : null),
    );
  const actual = closed.packages.map(({ name, version, files, variants }) => {
    const [file, condition, dependencies] = variants[0]!;
    assert.is(condition, 0);
    const kind = direct.packages.find((each) => each.name === name && each.version === version)?.kind;
    const taken = files[file] as [string] | undefined;
    return row(name, version, dependencies, kind === "wheel" || kind === "sdist" ? (taken?.[0] ?? null) : null);
  });
  assert.equal(actual.sort(), expected.sort(), where);
}

function isFolder(kind: string): boolean {
  return kind === "directory" || kind === "editable";
}

function isVirtual(lock: Lockfile): boolean {
  return lock.packages().some(({ source }) => source.kind === "virtual" && source.url === ".");
}

function reading({ format, file }: Kind, lock: Uint8Array, pyproject: Pyproject | null): Lockfile | PylockError {
  try {
    return readLock(lock, { path: file, format, pyproject });
  } catch (error) {
    if (error instanceof PylockError) return error;
    throw error;
  }
}

/** The parts of the frozen file that the module gives. */
function frozenFor(lock: Lockfile, pyproject: Pyproject | null, target: string): object {
  const { json } = freeze(lock, {
    lockSha256: "",
    pyproject,
    pyprojectDigest: null,
    generator: "",
    targets: [{ target }],
  });
  const { lock: about, conditions, packages, targets, extras, groups, members = null } = JSON.parse(json);
  // Which groups are chosen by default Nix knows with pyproject.toml, but a pylock.toml says it itself.
  const named = lock.format === "pylock" ? groups : Object.keys(groups);
  return { version: about.version, conditions, packages, targets, extras, groups: named, members };
}

/** The module's answer in that form; what Nix does with the rest, nix/evaluated.nix says. */
function shapeOf(answer: Answer, lock: Lockfile, target: string): object {
  const direct = lock.resolveOpen({ target, groups: [], extras: [] });
  const { defaultGroups = [] } = answer;
  return {
    version: answer.version,
    conditions: answer.conditions,
    packages: answer.packages,
    targets: { [target]: spoken(answer.targets[target]!, direct, target) },
    extras: [...answer.extras].sort(),
    // Who writes the rest of it: nix/evaluated.nix.
    members: isWorkspace(lock)
      ? Object.fromEntries(Object.entries(answer.members!).map(([name, path]) => [name, { path, digest: null }]))
      : null,
    groups:
      lock.format !== "pylock"
        ? [...new Set(["main", ...answer.groups])].sort()
        : Object.fromEntries([...answer.groups].map((name) => [name, defaultGroups.includes(name)])),
  };
}

/** A target's entry with the shell's words for its failures, which are held against the shell's. */
function spoken(entry: Answer["targets"][string], direct: FrozenTarget, target: string): object {
  if ("error" in entry) {
    if (direct.error === null) return entry;
    sameFailure(entry.error, direct.error, target);
    return { error: direct.error.message };
  }
  if (entry.refusals === undefined) return entry;
  assert.is(entry.refusals.length, direct.refusals.length, target);
  const refusals = entry.refusals.map(([condition, failure], index) => {
    sameFailure(failure, direct.refusals[index]!.error, target);
    return JSON.stringify([condition, direct.refusals[index]!.error.message]);
  });
  return { ...entry, refusals: [...new Set(refusals)].map((refusal) => JSON.parse(refusal)) };
}

/** The same failure at the same place. Words: test/nix-messages.test.ts. */
function sameFailure(actual: ModuleFailure, expected: Failure, where: string): void {
  const { code, input, offset, size, line, column } = actual;
  assert.is(failureFrom(code, { path: null, bytes: null, offset: null, size: null }).code, expected.code, where);
  if (input === "lock" || expected.line !== null) {
    const { offset: at, size: length, line: row, column: cell } = expected;
    assert.equal([offset, size, line, column], [at, length, row, cell], where);
  }
}

for (const name of MODULES) {
  test(`${name}.wasm is small, its functions too, and it imports only what Nix has`, () => {
    const bytes = readFileSync(`wasm/${name}.wasm`);
    // The evaluator compiles the module anew in each process, about 1 ms a KB.
    assert.ok(bytes.length < 50_000, `${bytes.length} bytes`);
    assert.ok(largestFunction(bytes) <= 4096, `a function of ${largestFunction(bytes)} bytes`);
    const module = new WebAssembly.Module(bytes);
    const names = WebAssembly.Module.exports(module).map(({ name: each }) => each);
    assert.equal(names.sort(), ["memory", "nix_wasm_init_v1", "resolve"]);
    assert.equal(
      WebAssembly.Module.imports(module)
        .map(({ module: from, name: each }) => `${from}.${each}`)
        .sort(),
      [
        "copy_list",
        "copy_string",
        "get_attr",
        "get_type",
        "make_attrset",
        "make_bool",
        "make_int",
        "make_list",
        "make_null",
        "make_string",
        "panic",
        "read_file",
      ].map((each) => `env.${each}`),
    );
  });

  test(`${name}.wasm: arguments of another kind end the evaluation, and say why`, () => {
    const module = new WebAssembly.Module(readFileSync(`wasm/${name}.wasm`));
    const evaluate = evaluator(module, new Map([["lock", new Uint8Array()]]));
    const lock = new Path("lock");
    const target = "cp312-linux-x86_64-glibc2.28";
    const aborts = (argument: Value, message: string): void =>
      assert.throws(
        () => evaluate("resolve", argument),
        (error: unknown) => error instanceof Aborted && error.message === `panic: ${message}`,
      );
    aborts("lock", "expected a set");
    aborts({ target }, "`lock` must be a path");
    aborts({ lock: "poetry.lock", target }, "`lock` must be a path");
    for (const { format, module: other } of KINDS) {
      if (other === name) evaluate("resolve", { lock, target, format });
      else aborts({ lock, target, format }, "unknown `format`");
    }
    aborts({ lock, target, format: "yarn" }, "unknown `format`");
  });
}

/** Bytes of the largest function body: section 10 is a vector of bodies, each with its size in front. */
function largestFunction(bytes: Uint8Array): number {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  let largest = 0;
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    if (section === 10) {
      for (let count = number(); count > 0; count--) {
        const size = number();
        largest = Math.max(largest, size);
        at += size;
      }
    }
    at = end;
  }
  return largest;
}

test("what a lock says of a user and a password stays out of the answer", () => {
  const hash = "0".repeat(64);
  const wheel = (url: string): string =>
    `[[packages]]\nname = "a"\nversion = "1"\nwheels = [{ url = "${url}", hashes = { sha256 = "${hash}" } }]\n`;
  const checkout = (url: string): string =>
    `[[packages]]\nname = "b"\nvcs = { type = "git", url = "${url}", commit-id = "c" }\n`;
  const file = (url: string): string =>
    `[[packages]]\nname = "d"\narchive = { url = "${url}", hashes = { md5 = "${hash.slice(0, 32)}" } }\n`;
  const locks = [
    wheel("https://user:secret@example.org/a-1-py3-none-any.whl"),
    wheel("//user:secret@example.org/@/a-1-py3-none-any.whl?b@c#d@e"),
    wheel("https://us@er:sec@ret@example.org/a-1-py3-none-any.whl"),
    wheel("https://example.org/user:kept@/a-1-py3-none-any.whl"),
    wheel("1https://user:secret@example.org/a-1-py3-none-any.whl"),
    wheel("user:kept@example.org/a-1-py3-none-any.whl"),
    checkout("git+ssh://git:secret@example.org/b.git"),
    checkout("SSH://git@example.org/b.git"),
    checkout("git@example.org:b.git"),
    checkout("https://"),
    file("https://:secret@example.org/d%2Be.zip"),
  ];
  const kind = KINDS.find(({ format }) => format === "pylock")!;
  const module = new WebAssembly.Module(readFileSync(`wasm/${kind.module}.debug.wasm`));
  for (const text of locks) {
    const lock = new TextEncoder().encode(`lock-version = "1.0"\ncreated-by = "x"\n${text}`);
    const given = { kind, id: text, lock, pyproject: null, selections: () => [], targets: TARGETS.slice(0, 1) };
    holds(module, given);
    const { value } = evaluator(module, new Map([["lock", lock]]))("resolve", {
      lock: new Path("lock"),
      target: TARGETS[0]!,
      format: "pylock",
    });
    const answer = JSON.stringify(value);
    assert.not.match(answer, "secret");
    assert.match(answer, text.includes("kept") ? "kept" : "targets");
    assert.match(answer, /"packages":\[\{/);
  }
});

for (const [given, written] of [
  ["https://", "https://user:secret@"],
  ["https://", "HTTPS://user@name:p%40ss@"],
  ["https://git.invalid", "ssh://git:secret@git.invalid"],
  ["https://files.pypi.invalid/", "//user:secret@files.pypi.invalid/a@b/"],
  ["?tag=v1#", "?tag=v1&lfs=true#"],
] as const) {
  test(`addresses with ${written} are recorded as in the frozen file`, () => {
    const sources = fixtures.find(({ id }) => id === "uv okay-sources")!;
    const lock = new TextEncoder().encode(new TextDecoder().decode(sources.lock).replaceAll(given, written));
    const module = new WebAssembly.Module(readFileSync(`wasm/${sources.kind.module}.wasm`));
    holds(module, { ...sources, lock, targets: TARGETS.slice(0, 1) });
  });
}

for (const kind of KINDS) {
  test(`damaged ${kind.format} locks never trap: the shell's error as data, or a result`, () => {
    const release = new WebAssembly.Module(readFileSync(`wasm/${kind.module}.wasm`));
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (const { id, lock, pyproject: text } of fixtures.filter((each) => each.kind === kind)) {
      let pyproject: Pyproject | null = null;
      let project: string | null = null;
      try {
        pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
        project = pyproject === null ? null : kind.records(pyproject);
      } catch {
        continue;
      }
      for (let round = 0; round < 60; round++) {
        const damaged = Uint8Array.from(lock);
        for (let i = 0; i <= random(4) && damaged.length > 0; i++) damaged[random(damaged.length)] = random(256);
        const cut = round % 5 === 0 ? damaged.subarray(0, random(damaged.length + 1)) : damaged;
        const { value } = evaluator(release, new Map([["lock", cut]]))("resolve", {
          lock: new Path("lock"),
          target: "cp312-linux-x86_64-glibc2.28",
          format: kind.format,
          project: round % 7 === 0 ? null : project,
          packages: kind.format === "uv" && round % 3 === 0 ? "all" : null,
        });
        const { error } = value as Answer;
        const read = reading(kind, cut, round % 7 === 0 ? null : pyproject);
        const where = `${kind.format} ${id} round ${round}`;
        if (read instanceof PylockError) sameFailure(error!, read.failure, where);
        else assert.is(error, undefined, where);
      }
    }
  });
}

test.run();
