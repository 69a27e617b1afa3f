// A lock that is older than its project, inside Nix's evaluator (nix/freshness.nix): what the command line finds stale, by the
// fixtures, the corpus and the changes of which uv itself was asked, and in the same words. It may miss what only uv's algebra
// of versions and markers tells, which is listed here; it never calls a lock stale that is not.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openInput } from "../src/cli/input.ts";
import { resolveCommand } from "../src/cli/resolve.ts";
import { readWords } from "../src/cli/words.ts";
import type { LockFormat } from "../src/lock/formats.ts";
import { canonicalJson, pythonJson } from "../src/lock/pyproject/json.ts";
import { PylockError, shellError } from "../src/words/errors.ts";
import { answerTo } from "./nix/answers.ts";
import { run } from "./nix/nix.ts";
import { fails, folder, hostTarget, installed, library, store, value } from "./nix/workbench.ts";
import { changedFixture, changedScript, FRESH, PYPROJECT, SCRIPTS, STALE } from "./uv-changes.ts";

const NAMES: Readonly<Partial<Record<LockFormat, string>>> = { poetry: "poetry.lock", uv: "uv.lock", pdm: "pdm.lock" };
/** Nix 2.8's own reader of TOML refuses it. */
const NOT_FOR_NIX = ["pylock--rao"];

interface Case {
  readonly name: string;
  /** The lock. */
  readonly path: string;
}

interface Told {
  readonly fresh: boolean | null;
  readonly because: string | null;
}

/** What the command line finds; null for what it cannot read. */
async function told(path: string): Promise<Told | null> {
  try {
    const { fresh, because } = await openInput(readWords([path], resolveCommand.options, "resolve"), "resolve");
    return { fresh, because };
  } catch (error) {
    if (error instanceof PylockError) return null;
    throw error;
  }
}

/** What Nix finds, of all cases in one evaluation. */
async function inNix(cases: readonly Case[]): Promise<(string | null)[]> {
  const list = cases.map(({ path }, index) => {
    const format = formatOf(path);
    const answers = join(folder, `answer-${index}.json`);
    const { contentHash, stated, packages } = answerTo({
      format,
      lock: readFileSync(path),
      pyproject: null,
      target: hostTarget,
    }) as Record<string, unknown>;
    writeFileSync(answers, JSON.stringify({ contentHash, stated, packages: packages ?? [] }));
    const document = join(dirname(path), PYPROJECT);
    return (
      `import ${library}/freshness.nix { answer = builtins.fromJSON (builtins.readFile ${answers}); ` +
      `lock = { path = ${path}; name = "${basename(path)}"; format = "${format}"; }; ` +
      `document = ${existsSync(document) ? document : "null"}; }`
    );
  });
  const file = join(folder, "cases.nix");
  writeFileSync(file, `[\n${list.map((each) => `(${each})\n`).join("")}]\n`);
  return (await value(`import ${file}`)) as (string | null)[];
}

function formatOf(path: string): LockFormat {
  const name = basename(path);
  return (Object.keys(NAMES) as LockFormat[]).find((format) => NAMES[format] === name) ?? "uv";
}

/** Compares both; gives the names of what only the command line finds. */
async function missed(cases: readonly Case[]): Promise<string[]> {
  const readable: (Case & { readonly told: Told })[] = [];
  // One after the other: the core has one lock at a time.
  for (const each of cases) {
    const found = await told(each.path);
    if (found !== null) readable.push({ ...each, told: found });
  }
  const found = await inNix(readable);
  return readable.flatMap(({ name, told: { fresh, because } }, index) => {
    const said = found[index]!;
    if (said === null) return fresh === false ? [name] : [];
    assert.is(fresh, false, `${name}: Nix says ${said}, the command line ${because}`);
    assert.is(said, because ?? "what it was made from has changed since", name);
    return [];
  });
}

if (installed) {
  const made: string[] = [];
  const kept = (path: string): string => {
    made.push(path);
    return path;
  };

  test("fixtures and the corpus: what is stale there, and nothing else", async () => {
    const cases: Case[] = [];
    for (const root of [...Object.keys(NAMES).map((format) => `test/fixtures/${format}/`), "../shared/corpus/"]) {
      if (!existsSync(root)) continue;
      for (const id of readdirSync(root)) {
        for (const file of Object.values(NAMES)) {
          const path = resolve(root, id, file!);
          if (existsSync(path) && !NOT_FOR_NIX.includes(id)) cases.push({ name: id, path });
        }
      }
    }
    // uv writes where the folder of an index was: which index a requirement names is not compared here.
    assert.equal(await missed(cases), ["okay-folder-index"]);
  });

  test("changes that uv was asked about", async () => {
    const cases = [
      ...STALE.map(([name, fixture, changes]) => ({
        name,
        path: join(kept(changedFixture(fixture, changes)), "uv.lock"),
      })),
      ...FRESH.map(([name, fixture, changes]) => ({
        name,
        path: join(kept(changedFixture(fixture, changes)), "uv.lock"),
      })),
      ...SCRIPTS.map(([name, change]) => ({
        name: `a script: ${name}`,
        path: join(kept(changedScript(change)), "hello.py.lock"),
      })),
    ];
    // A name that is required twice, and a marker of which uv knows more.
    assert.equal(await missed(cases), ["another marker", "a script: a version"]);
  });

  test("nix/python-json.nix writes what Python writes", async () => {
    const given = {
      b: [1n, true, 'x"\\/\n\t\b\f\u0001'],
      "": {},
      z: [],
      a: { é: "ü€\u{1f600}\u{100000}\u{10ffff}\u07ff\u0800\ud7ff\ue000\uffff\u007f\u0080ÿ", e: "e" },
    };
    const file = join(folder, "value.json");
    writeFileSync(file, canonicalJson(given));
    assert.is(
      await value(`import ${library}/python-json.nix (builtins.fromJSON (builtins.readFile ${file}))`),
      pythonJson(given),
    );
  });

  const evaluated = (path: string, answer: string, more = ""): string =>
    `(import ${library}/evaluated.nix { projectDir = ${dirname(path)}; target = "${hostTarget}"; wasm = null; ${more} ` +
    `lock = (import ${library}/locks.nix).find { projectDir = ${dirname(path)}; lock = ${path}; }; ` +
    `call = _: builtins.fromJSON (builtins.readFile ${answer}); }).groups`;

  test("what is older is refused in the command line's words, unless it is asked for", async () => {
    const [, fixture, changes, because] = STALE[0]!;
    const project = kept(changedFixture(fixture, changes));
    const script = kept(changedScript((text) => text.replace('"alpha[speed]"', '"alpha"')));
    for (const [path, again, why] of [
      [join(project, "uv.lock"), "`uv lock`", because],
      [join(script, "hello.py.lock"), "`uv lock --script hello.py`", "the script requires `alpha`"],
    ] as const) {
      const { failure } = shellError("stale-lock", {
        text: basename(path),
        known: [path.endsWith(".py.lock") ? "hello.py" : PYPROJECT],
        detail: (await told(path))!.because!,
        again,
      });
      assert.match(failure.message, why);
      const answer = join(folder, "answer.json");
      const question = { format: "uv", lock: readFileSync(path), pyproject: null, target: hostTarget } as const;
      writeFileSync(answer, JSON.stringify(answerTo(question)));
      const hint = failure.hint!.replace("`--allow-stale`", "`allowStale = true`");
      await fails(evaluated(path, answer), `${failure.message}\nhint: ${hint}`);
      assert.is(((await value(evaluated(path, answer, "allowStale = true;"))) as { main: boolean }).main, true);
    }
  });

  test("what the core warns about is said while Nix evaluates", async () => {
    const path = resolve("test/fixtures/pdm/fail-newer/pdm.lock");
    const answer = join(folder, "warned.json");
    const question = { format: "pdm", lock: readFileSync(path), pyproject: null, target: hostTarget } as const;
    writeFileSync(answer, JSON.stringify(answerTo(question)));
    const { code, errors } = await run("nix-instantiate", ["--eval", "-E", evaluated(path, answer)], { env: store });
    assert.is(code, 0, errors);
    assert.match(errors, "the lock_version `4.9` is newer than 4.5, the newest that is known");
  });

  test("a frozen script: other code is nothing, other requirements are", async () => {
    const path = kept(changedScript((text) => text));
    const lock = join(path, "hello.py.lock");
    assert.is((await run("node", ["dist/bin/pylock2nix.cjs", "nix", lock, "--target", hostTarget])).code, 0);
    const loaded = `(import ${library} { projectDir = ${path}; lock = "hello.py.lock"; }).resolution.script.path`;
    assert.is(await value(loaded), "hello.py");
    const text = readFileSync(join(path, "hello.py"), "utf8");
    writeFileSync(join(path, "hello.py"), `${text}print("hello")\n`);
    assert.is(await value(loaded), "hello.py");
    writeFileSync(join(path, "hello.py"), text.replace("beta<2;", "beta<1.5;"));
    await fails(loaded, "hello.py has changed since pylock2nix.json was written: run `pylock2nix nix`");
    rmSync(join(path, "hello.py"));
    await fails(loaded, "hello.py has changed since pylock2nix.json was written: run `pylock2nix nix`");
  });
  test.after(() => {
    for (const path of made) rmSync(path, { recursive: true });
  });
}

test.after(async () => (await import("./nix/workbench.ts")).server.close());
test.run();
