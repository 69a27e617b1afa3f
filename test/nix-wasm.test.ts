// The way through `builtins.wasm`, with a Nix that lacks it: the emulated host answers, its answer stands as JSON in place of
// the call, and Nix makes the same values and the same derivations of it as of the frozen file. Also what Nix itself computes
// of pyproject.toml, and its words for failures, both against src/.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { freeze } from "../src/answers/freeze.ts";
import { isStrongHash, readRecord, SourceRecord, type Subject } from "../src/answers/record.ts";
import { subjectsOfLock } from "../src/answers/recorded.ts";
import type { LockFormat } from "../src/lock/formats.ts";
import {
  guardedFields,
  type Pyproject,
  pdmGroups,
  pdmRecords,
  projectRecords,
  readPyproject,
} from "../src/lock/pyproject.ts";
import { readLock } from "../src/lock/shipped.ts";
import { type Failure, PylockError } from "../src/words/errors.ts";
import { corpus } from "./corpus.ts";
import { answerTo, MODULES } from "./nix/answers.ts";
import { fails, folder, hostTarget, installed, library, pkgs, sha256, stored, value } from "./nix/workbench.ts";
import { sri } from "./prefetch/server.ts";

const FIXTURES = "test/fixtures/";
const FILES: Readonly<Partial<Record<LockFormat, string>>> = {
  poetry: "poetry.lock",
  uv: "uv.lock",
  pylock: "pylock.toml",
  pdm: "pdm.lock",
  conda: "conda-lock.yml",
};
const FORMATS = Object.keys(FILES) as LockFormat[];

test("nix/messages.nix is what src/words/errors.ts says", async () => {
  const script = pathToFileURL(resolve("scripts/nix-messages.mjs")).href;
  const { messagesNix } = (await import(script)) as { messagesNix(): Promise<string> };
  assert.is(readFileSync("nix/messages.nix", "utf8"), await messagesNix(), "renew with node scripts/nix-messages.mjs");
});

/** Files that Nix 2.8's own reader of TOML refuses: tables defined by a header after a dotted key. */
const NOT_FOR_NIX = ["pylock--rao"];

interface Given {
  readonly id: string;
  readonly format: LockFormat;
  readonly file: string;
  readonly lock: Uint8Array;
  readonly text: string | null;
}

/** A project's folder with what the emulated host answers for it in answers.json, and the frozen file of that target. */
function projectOf(
  name: string,
  { format, file, lock, text }: Omit<Given, "id">,
  target: string,
  record: SourceRecord | null = null,
): string {
  const path = join(folder, "evaluated", name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, file), lock);
  if (text !== null) writeFileSync(join(path, "pyproject.toml"), text);
  if (record !== null) writeFileSync(join(path, "pylock2nix.sources.json"), record.text());
  const pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
  const question = { format, lock, pyproject, target };
  const selections = [null, ...selectionsToCompare(question)];
  const answers = selections.map((groups) => ({ groups, answer: answerTo({ ...question, groups }) }));
  writeFileSync(join(path, "answers.json"), JSON.stringify(answers));
  writeFileSync(join(path, "pylock2nix.json"), frozen({ ...question, file, record }) ?? "null");
  return path;
}

/** What evaluated.nix asks for besides, to warn: the default groups, and `main` alone. */
function selectionsToCompare({
  format,
  lock,
  pyproject,
}: {
  format: LockFormat;
  lock: Uint8Array;
  pyproject: Pyproject | null;
}) {
  try {
    const read = readLock(lock, { path: "lock", format, pyproject });
    if (format !== "pdm" && read.isFilter) return [];
    return [[...read.groups].filter(([, chosen]) => chosen).map(([name]) => name), ["main"]];
  } catch (error) {
    if (error instanceof PylockError) return [];
    throw error;
  }
}

interface Frozen {
  readonly format: LockFormat;
  readonly file: string;
  readonly lock: Uint8Array;
  readonly pyproject: Pyproject | null;
  readonly target: string;
  readonly record: SourceRecord | null;
}

function frozen({ format, file, lock, pyproject, target, record }: Frozen): string | null {
  try {
    return freeze(readLock(lock, { path: file, format, pyproject }), {
      lockSha256: sha256(new TextDecoder().decode(lock)),
      pyproject,
      pyprojectDigest: pyproject === null ? null : sha256(guardedFields(pyproject)),
      generator: "pylock2nix, builtins.wasm",
      targets: [{ target }],
      ...(record !== null && { record: readRecord(new TextEncoder().encode(record.text()), "record") }),
    }).json;
  } catch (error) {
    if (error instanceof PylockError) return null;
    throw error;
  }
}

/** The answer to a call of the module, in the place of the call. */
const answering = (path: string): string =>
  `argument: builtins.deepSeq argument (builtins.head (builtins.filter (each: each.groups == argument.groups or null) ` +
  `(builtins.fromJSON (builtins.readFile ${path}/answers.json)))).answer`;

const evaluated = (path: string, target: string, more = ""): string =>
  `import ${library}/evaluated.nix { projectDir = ${path}; target = "${target}"; wasm = null; allowStale = true; ` +
  `lock = (import ${library}/locks.nix).find { projectDir = ${path}; ${more} }; call = ${answering(path)}; }`;

function same({ id, ...given }: Given, record: SourceRecord | null = null): void {
  const title = `${id}: Nix has the frozen file's value${record === null ? "" : ", with what prefetch recorded"}`;
  test(title, async () => {
    const path = projectOf(`${id}${record === null ? "" : "-recorded"}`, given, hostTarget, record);
    const expected = JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8"));
    assert.equal(withoutSettings(await value(evaluated(path, hostTarget))), withoutSettings(expected));
    if (record !== null && record.size > 0) {
      const { format, file, lock, text } = given;
      const pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
      const bare = frozen({ format, file, lock, pyproject, target: hostTarget, record: null });
      assert.not.equal(JSON.parse(bare!).packages, expected.packages, "the record is used");
    }
  });
}

/** A frozen file honours the settings of wheels and source distributions, which the module only names. */
function withoutSettings(resolution: unknown): unknown {
  const { warnings = [], ...rest } = resolution as { warnings?: string[] };
  return { ...rest, warnings: warnings.filter((each) => !each.includes("does not count inside Nix's evaluator")) };
}

function fixturesOf(format: LockFormat): Given[] {
  const file = FILES[format]!;
  return readdirSync(`${FIXTURES}${format}`)
    .filter((id) => existsSync(`${FIXTURES}${format}/${id}/${file}`))
    .map((id) => {
      const pyproject = `${FIXTURES}${format}/${id}/pyproject.toml`;
      const text = existsSync(pyproject) ? readFileSync(pyproject, "utf8") : null;
      return { id: `${format}-${id}`, format, file, lock: readFileSync(`${FIXTURES}${format}/${id}/${file}`), text };
    });
}

const locksOf = (format: LockFormat): Given[] =>
  corpus(format === "conda" ? "conda-lock" : format).map(({ id, path, lock, pyproject }) => {
    return { id, format, file: basename(path), lock, text: pyproject };
  });

function isRead({ format, file, lock, text }: Given): boolean {
  try {
    const pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
    const { error } = readLock(lock, { path: file, format, pyproject }).resolveOpen({
      target: hostTarget,
      groups: [],
      extras: [],
    });
    return error === null;
  } catch (error) {
    if (error instanceof PylockError) return false;
    throw error;
  }
}

/** A record of everything that a lock leaves open and more, and of what it no longer says. */
function recordFor({ file, format, lock, text }: Given): SourceRecord {
  const pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
  const requires = ["Setuptools >=61", "setuptools", 'tomli>=1 ; python_version < "3.11"'];
  const record = new SourceRecord();
  for (const [index, subject] of subjectsOfLock(readLock(lock, { path: file, format, pyproject })).entries()) {
    const hash = "hash" in subject && isStrongHash(subject.hash) ? {} : { hash: sri(String(index)) };
    const inside = index % 2 === 0 ? { buildRequires: requires } : { sonames: ["libz.so.1"] };
    if (subject.kind === "hashes") continue;
    const url = subject.kind === "file" && index % 3 !== 0 ? { url: `https://files.pypi.invalid/${index}` } : {};
    record.set(subject, { ...hash, ...url, ...(subject.kind === "git" ? { buildRequires: requires } : inside) });
    if (subject.kind === "git") record.set({ ...subject, rev: "0".repeat(40) } as Subject, { hash: sri("other") });
  }
  return record;
}

if (installed) {
  for (const format of FORMATS) {
    // A record of thousands of entries is slow to check: of real locks one of each format has one.
    let recorded = 0;
    for (const given of [...fixturesOf(format), ...locksOf(format)]) {
      if (!isRead(given)) failsAs(given);
      else if (!NOT_FOR_NIX.includes(given.id)) {
        same(given);
        if (given.id.includes("-okay-") || recorded++ === 0) same(given, recordFor(given));
      }
    }
  }
}

/** The thrown text is what the command line prints, without the excerpt; `tryEval` catches it. */
function failsAs({ id, ...given }: Given): void {
  test(`${id}: Nix fails in the command line's words`, async () => {
    const target = hostTarget;
    const { file, text } = given;
    let pyproject: Pyproject | null = null;
    try {
      pyproject = text === null ? null : readPyproject(text, "pyproject.toml");
    } catch {
      return;
    }
    const expected = failureOf(given, pyproject, target);
    if (expected === null) return;
    const path = projectOf(id, given, target);
    const { failure, isRefusal } = expected;
    if (isRefusal) {
      const { targets } = (await value(evaluated(path, target))) as { targets: Record<string, unknown> };
      assert.equal(targets, { [target]: { error: failure.message } });
      return;
    }
    const place = failure.line === null ? "" : `\n  --> ${file}:${failure.line}:${failure.column}`;
    await fails(evaluated(path, target), `${failure.message}${place}`.split("\n")[0]!);
    assert.is(await value(`(builtins.tryEval (${evaluated(path, target)})).success`), false);
    const lock = `((import ${library}/locks.nix).find { projectDir = ${path}; })`;
    const answer = `(builtins.head (builtins.fromJSON (builtins.readFile ${path}/answers.json))).answer`;
    const spoken = `(import ${library}/failure.nix ${lock} ${answer}.error)`;
    const { code, message, hint, text: whole } = (await value(spoken)) as Record<string, string>;
    assert.equal({ code, message }, { code: failure.code, message: failure.message });
    // What is nearest among many words only the command line looks for.
    if (!failure.hint?.startsWith("did you mean")) assert.is(hint, failure.hint);
    assert.ok(whole!.startsWith(`${failure.message}${place}`), whole!);
  });
}

function failureOf(
  { format, file, lock }: Omit<Given, "id">,
  pyproject: Pyproject | null,
  target: string,
): { failure: Failure; isRefusal: boolean } | null {
  try {
    const read = readLock(lock, { path: file, format, pyproject });
    const { error } = read.resolveOpen({ target, groups: [], extras: [] });
    return error === null ? null : { failure: error, isRefusal: true };
  } catch (error) {
    if (error instanceof PylockError) return { failure: error.failure, isRefusal: false };
    throw error;
  }
}

/** A lock that installs more than 300 packages on the host's Python. */
const LARGE = "poetry--ragflow-2.1";
/** One of uv's with some hundred packages. */
const LARGE_UV = "uv--dlt";

if (installed) {
  test("nix/pyproject.nix reads what src/pyproject reads", async () => {
    const files: string[] = [];
    for (const root of ["../shared/corpus/", ...FORMATS.map((format) => `${FIXTURES}${format}/`), "examples/"]) {
      if (!existsSync(root)) continue;
      for (const id of readdirSync(root)) {
        const file = resolve(root, id, "pyproject.toml");
        if (existsSync(file) && !NOT_FOR_NIX.includes(id)) files.push(file);
      }
    }
    const list = `map (path: let made = import ${library}/pyproject.nix path; in { inherit (made) facts groups records digest developmentGroups pdmGroups; }) [ ${files.join(" ")} ]`;
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
          records: {
            poetry: projectRecords(pyproject),
            uv: projectRecords(pyproject, "uv"),
            pdm: pdmRecords(pyproject),
          },
          developmentGroups: [...pyproject.developmentGroups],
          pdmGroups: pdmGroups(pyproject),
          digest: sha256(guardedFields(pyproject)),
        };
      }),
    );
  });

  /** The library in a Nix that has `builtins.wasm`: the modules' answers are those in the project's folder. */
  const withWasm = (path: string): string =>
    `(let scope = { builtins = builtins // { wasm = { path, function }: argument: ` +
    `assert baseNameOf path == (import ${library}/locks.nix).moduleOf argument.format; (${answering(path)}) argument; }; ` +
    `import = builtins.scopedImport scope; }; in scope.import ${library})`;
  const modules = join(folder, "modules");
  mkdirSync(modules);
  for (const file of new Set(Object.values(MODULES))) writeFileSync(join(modules, file), "");

  test("the derivations are the same: imgapp, a lock of 300 packages, and one of uv", async () => {
    const given = (id: string, format: LockFormat): Given[] => locksOf(format).filter((each) => each.id === id);
    const projects: Given[] = [
      {
        id: "imgapp",
        format: "poetry",
        file: "poetry.lock",
        lock: readFileSync("examples/imgapp/poetry.lock"),
        text: readFileSync("examples/imgapp/pyproject.toml", "utf8"),
      },
      ...given(LARGE, "poetry"),
      ...given(LARGE_UV, "uv"),
      ...fixturesOf("uv").filter(({ id }) => id === "uv-okay-groups"),
    ];
    for (const { id, ...project } of projects) {
      // The same folder for both: only the way differs.
      // What is recorded of git sources keeps Nix from asking for them.
      const record = project.format === "uv" ? recordFor({ id, ...project }) : null;
      const path = projectOf(`derivations-${id}`, project, hostTarget, record);
      const drvs = (imported: string, resolver: string): Promise<unknown> =>
        value(
          `let made = ${imported} { pkgs = ${pkgs}; projectDir = ${path}; target = "${hostTarget}"; ${resolver} wasm = ${modules}; lock = "${project.file}"; }; in ` +
            `{ way = made.resolution.generator; environment = made.environment.drvPath; ` +
            `packages = builtins.mapAttrs (_: package: (builtins.tryEval package.drvPath).value) made.packages; }`,
        );
      writeFileSync(
        join(path, "pylock2nix.json"),
        readFileSync(join(path, "pylock2nix.json"), "utf8").replace("builtins.wasm", "frozen"),
      );
      const frozenWay = (await drvs(`import ${library}`, "")) as { way: string; packages: Record<string, unknown> };
      const wasmWay = (await drvs(withWasm(path), "")) as { way: string };
      assert.equal([frozenWay.way, wasmWay.way], ["pylock2nix, frozen", "pylock2nix, builtins.wasm"]);
      assert.equal(wasmWay, { ...frozenWay, way: wasmWay.way });
      if (id === LARGE) assert.ok(Object.keys(frozenWay.packages).length >= 300);
    }
  });

  const imgapp: Omit<Given, "id"> = {
    format: "poetry",
    file: "poetry.lock",
    lock: readFileSync("examples/imgapp/poetry.lock"),
    text: readFileSync("examples/imgapp/pyproject.toml", "utf8"),
  };

  test("a lock that is older than its project is refused, unless the library is told to take it", async () => {
    const text = imgapp.text!.replace('pillow = "*"', 'pillow = ">=1"');
    assert.not.equal(text, imgapp.text, "pillow is asked for in another way");
    const path = projectOf("stale", { ...imgapp, text }, hostTarget);
    const known = (more: string): string =>
      `(${withWasm(path)} { pkgs = ${pkgs}; projectDir = ${path}; target = "${hostTarget}"; wasm = ${modules}; ${more} }).resolution.format`;
    await fails(
      known(""),
      "`poetry.lock` is older than pyproject.toml: what it was made from has changed since\n" +
        "hint: make the lock anew with `poetry lock`, or take it as it is with `allowStale = true`",
    );
    assert.is(await value(known("allowStale = true;")), 1);
  });

  test("bounds of what builds sources, which are not heeded, are named on both ways", async () => {
    for (const [format, id, table, setting] of [
      [
        "uv",
        "uv-okay-groups",
        '[tool.uv]\nbuild-constraint-dependencies = ["setuptools<70"]\n',
        "[tool.uv] build-constraint-dependencies",
      ],
      [
        "poetry",
        "poetry-okay-groups-2.0",
        '[tool.poetry.build-constraints]\na = { setuptools = "<70" }\n',
        "[tool.poetry] build-constraints",
      ],
    ] as const) {
      const given = fixturesOf(format).find((each) => each.id === id)!;
      const bare = given.text!.replace("[tool.uv]\n", "");
      const path = projectOf(`constraints-${format}`, { ...given, text: bare + table }, hostTarget);
      const sentence = `${setting} chooses nothing in Nix: what builds a source is of the version that nixpkgs has`;
      const frozenFile = JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8")) as { warnings: string[] };
      assert.ok(frozenFile.warnings.includes(sentence), frozenFile.warnings.join());
      const inNix = (await value(`(${evaluated(path, hostTarget)}).warnings`)) as string[];
      assert.ok(inNix.includes(sentence), inNix.join());
    }
  });

  test("without a resolver that is possible, the message says what to do", async () => {
    const path = projectOf("ways", { ...imgapp, text: null }, hostTarget);
    const known = (more: string, at = path): string =>
      `(import ${library} { pkgs = ${pkgs}; projectDir = ${at}; ${more} }).resolution.format`;
    const enable = "use Determinate Nix 3.17 or later with `extra-experimental-features = wasm-builtin`";
    await fails(
      known('resolver = "wasm";'),
      `cannot resolve poetry.lock: this Nix has no \`builtins.wasm\`\nhint: ${enable}, or run \`pylock2nix nix\` and commit what it writes`,
    );
    await fails(
      known('resolver = "build";'),
      "cannot resolve the lock in a build: that is import from derivation, which is off\n" +
        "hint: pass `allowImportFromDerivation = true`, or run `pylock2nix nix` and commit what it writes",
    );
    await fails(known('resolver = "guess";'), 'there is no resolver "guess"; there are: build, frozen, wasm');
    const empty = join(folder, "evaluated", "empty");
    mkdirSync(empty, { recursive: true });
    const nowhere = "cannot find a lock in the project's folder\nhint: pass `lock`, a path or a name in that folder";
    await fails(known("", empty), nowhere);
    await fails(known('resolver = "wasm";', empty), nowhere);
    writeFileSync(join(empty, "poetry.lock"), imgapp.lock);
    await fails(
      known("", empty),
      "cannot resolve poetry.lock: there is no pylock2nix.json, and this Nix cannot run the resolver itself\n" +
        `hint: run \`pylock2nix nix\` and commit what it writes; or ${enable}`,
    );
    assert.is(await value(known("")), 1);
    // What has no module, in a Nix that could run one.
    const bare = join(folder, "evaluated", "bare");
    mkdirSync(bare, { recursive: true });
    writeFileSync(join(bare, "requirements.txt"), `a==1 --hash=sha256:${"0".repeat(64)}\n`);
    const noModule =
      "cannot resolve requirements.txt: `builtins.wasm` has no module for locks of this kind\n" +
      'hint: run `pylock2nix nix` and commit what it writes, or pass `resolver = "build"`';
    for (const way of ["", 'resolver = "wasm";']) {
      await fails(
        `(${withWasm(bare)} { pkgs = ${pkgs}; projectDir = ${bare}; wasm = ${modules}; ${way} }).resolution.format`,
        noModule,
      );
    }
    await fails(
      `(${withWasm(path)} { pkgs = ${pkgs}; projectDir = ${path}; wasm = ${bare}; resolver = "wasm"; }).resolution.format`,
      "cannot resolve poetry.lock: there is no nix.wasm, its module for `builtins.wasm`\n" +
        "hint: take the library from a release of pylock2nix, or pass `wasm`, the folder of the modules",
    );
  });

  test("the lock is found as the command line finds it, or named", async () => {
    const path = join(folder, "evaluated", "several");
    mkdirSync(join(path, "pdm.lock"), { recursive: true });
    const files = [
      "uv.lock",
      "pylock.toml",
      "pylock.dev.toml",
      "requirements.txt",
      "poetry.lock.orig",
      "pylock.a.b.toml",
    ];
    for (const file of files) writeFileSync(join(path, file), "");
    const found = (more: string): string =>
      `let lock = (import ${library}/locks.nix).find { projectDir = ${path}; ${more} }; in ` +
      `[ (toString lock.path) lock.name lock.format lock.module ]`;
    await fails(
      found(""),
      "cannot choose a lock in the project's folder: found pylock.dev.toml, pylock.toml and uv.lock\n" +
        'hint: say which one: `lock = "pylock.dev.toml"`',
    );
    const uv = [join(path, "uv.lock"), "uv.lock", "uv", "nix-uv.wasm"];
    for (const more of [
      'lock = "uv.lock";',
      `lock = ${path}/uv.lock;`,
      `lock = "${path}/uv.lock";`,
      'recorded = "uv.lock";',
    ])
      assert.equal(await value(found(more)), uv);
    const dev = [join(path, "pylock.dev.toml"), "pylock.dev.toml", "pylock", "nix-flat.wasm"];
    assert.equal(await value(found('lock = "pylock.dev.toml"; recorded = "uv.lock";')), dev);
    await fails(found('lock = "../uv.lock";'), /the lock: its path "..\/uv.lock" leaves/);
    await fails(found('lock = "poetry.lock";'), /cannot find poetry.lock in the project's folder/);
    await fails(found('lock = "poetry.lock.orig";'), /cannot tell the format of poetry.lock.orig by its name/);
  });

  test("a record that nobody can have written is refused in the command line's words", async () => {
    const [given] = fixturesOf("poetry").filter(({ id }) => id === "poetry-okay-git-path-2.0");
    const path = projectOf("broken-record", given!, hostTarget, new SourceRecord());
    const git = { kind: "git", url: "https://git.invalid/a", rev: "0".repeat(40), submodules: true, lfs: false };
    const lock = { ...git, subdirectory: null };
    const entry = (change: object, of: object = {}): string =>
      JSON.stringify({ format: 1, sources: [{ lock: { ...lock, ...of }, hash: sri("a"), ...change }] });
    const bare = { kind: "hashes", package: "a", version: "1", hashes: [sri("b")], index: null };
    for (const text of [
      "[]",
      '{"format":2}',
      '{"format":1}',
      '{"format":1,"sources":[1]}',
      '{"format":1,"sources":[{}]}',
      entry({}, { kind: "svn" }),
      entry({}, { rev: "main" }),
      entry({}, { more: 1 }),
      entry({ hash: "sha256-AAAA" }),
      entry({ more: 1 }),
      entry({ url: "file:///etc/passwd" }),
      entry({ url: "https://user:secret@files.invalid/a" }),
      entry({ buildRequires: ["a\u0007"] }),
      JSON.stringify({ format: 1, sources: [{ lock }] }),
      JSON.stringify({ format: 1, sources: [1, 2].map(() => ({ lock, hash: sri("a") })) }),
      JSON.stringify({ format: 1, sources: [{ lock: bare, files: [{ file: "a.whl", hash: sri("c") }] }] }),
      JSON.stringify({ format: 1, sources: [{ lock: bare, files: [{ file: "../a.whl", hash: sri("b") }] }] }),
    ]) {
      writeFileSync(join(path, "pylock2nix.sources.json"), text);
      let expected: Failure | null = null;
      try {
        readRecord(new TextEncoder().encode(text), "pylock2nix.sources.json");
      } catch (error) {
        if (error instanceof PylockError) expected = error.failure;
      }
      await fails(evaluated(path, hostTarget), `${expected?.message}\nhint: ${expected?.hint}`);
    }
  });

  test("settings of wheels and source distributions are warned of: the module takes none into account", async () => {
    const path = join(folder, "settings");
    mkdirSync(path, { recursive: true });
    writeFileSync(
      join(path, "pyproject.toml"),
      '[tool.uv]\nno-binary-package = ["a"]\nno-build = false\n[tool.pdm.resolution]\nonly-binary = "b"\n',
    );
    const said = (format: string): Promise<unknown> =>
      value(
        `import ${library}/settings.nix { format = "${format}"; folder = ${path}; document = ${path}/pyproject.toml; }`,
      );
    const sentence = (what: string): string =>
      `${what} does not count inside Nix's evaluator; what \`pylock2nix nix\` writes takes it into account`;
    assert.equal(await said("uv"), [sentence("no-binary-package in [tool.uv]")]);
    assert.equal(await said("pdm"), [sentence("only-binary in [tool.pdm.resolution]")]);
    assert.equal(await said("poetry"), []);
    assert.equal(await said("pylock"), []);
    writeFileSync(join(path, "poetry.toml"), '[installer]\nno-binary = ":all:"\n');
    writeFileSync(join(path, "uv.toml"), "no-build = true\n");
    assert.equal(await said("poetry"), [sentence("no-binary in [installer] of poetry.toml")]);
    assert.equal(await said("uv"), [sentence("no-build in uv.toml")]);
  });

  test("import from derivation gives the frozen file's value, for Poetry and for uv", async () => {
    // The command line of this working tree, as a package.
    const commandLine = join(folder, "command-line");
    mkdirSync(join(commandLine, "bin"), { recursive: true });
    const program = `#!${process.execPath}\nimport ${JSON.stringify(pathToFileURL(resolve("dist/bin/pylock2nix.cjs")).href)};\n`;
    writeFileSync(join(commandLine, "bin", "pylock2nix"), program, { mode: 0o755 });
    writeFileSync(join(commandLine, "package.json"), '{"type":"module"}');
    const sources = fixturesOf("uv").find(({ id }) => id === "uv-okay-sources")!;
    const projects: [string, Omit<Given, "id">, SourceRecord | null][] = [
      ["built", imgapp, null],
      ["built-uv", sources, recordFor(sources)],
    ];
    for (const [name, given, record] of projects) {
      const path = projectOf(name, given, hostTarget, record);
      // Another lock beside it: the named one counts.
      writeFileSync(join(path, "requirements.txt"), `a==1 --hash=sha256:${"0".repeat(64)}\n`);
      const expression =
        `(import ${library} { pkgs = ${pkgs}; projectDir = ${path}; target = "${hostTarget}"; resolver = "build"; ` +
        `lock = "${given.file}"; allowImportFromDerivation = true; commandLine = "${commandLine}"; }).resolution`;
      const expected = JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8"));
      const built = (await value(expression, "--read-write-mode")) as { generator: string };
      assert.equal({ ...built, generator: expected.generator }, expected);
    }
  });
}

void stored;
test(installed ? "nix is installed" : "nix is not installed", () => {});
test.after(async () => (await import("./nix/workbench.ts")).server.close());
test.run();
