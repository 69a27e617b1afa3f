// Several locks in one call: what is said of each is what a call for it alone says, in the order given.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { spread } from "../src/runtime/node/threads.ts";

const PROGRAM = resolve("dist/bin/pylock2nix.cjs");
const FIXTURES = resolve("test/fixtures");
const GROUPS = join(FIXTURES, "poetry/okay-groups-2.0");
const WORKSPACE = join(FIXTURES, "uv/okay-workspace");
const TARGET = "cp312-linux-x86_64-glibc2.28";

const folder = mkdtempSync(join(tmpdir(), "several-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(words: readonly string[], options: readonly string[] = []): Outcome {
  const { status, stdout, stderr } = spawnSync("node", [...options, PROGRAM, ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, LOADED: join(folder, "loaded") },
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout, err: stderr };
}

/** Of every format some, good and bad, a folder without a lock, and a path where nothing is. */
const paths = [
  GROUPS,
  WORKSPACE,
  ...["pylock", "pdm", "pipfile", "conda"].flatMap((format) => {
    const names = readdirSync(join(FIXTURES, format));
    return ["okay-", "fail-"].map((start) => join(FIXTURES, format, names.find((name) => name.startsWith(start))!));
  }),
  join(FIXTURES, "uv/fail-marker"),
  FIXTURES,
  join(folder, "absent"),
].filter((path) => path === FIXTURES || !existsSync(path) || readdirSync(path).some((name) => /lock/.test(name)));

for (const command of ["resolve", "check"]) {
  test(`${command}: the list of what each call says, in the order given`, () => {
    assert.ok(paths.length > 9);
    const options = ["--target", TARGET];
    const single = paths.map((path) => run([command, path, ...options, "--json"]));
    const several = run([command, ...paths, ...options, "--json"]);
    const expected = single.map(({ out }) => JSON.parse(out));
    assert.is(several.out, `${JSON.stringify(expected, null, 2)}\n`);
    assert.ok(expected.some((each) => each.error !== undefined));
    assert.is(several.code, Math.max(...single.map(({ code }) => code ?? 70)));
    assert.is(several.code, 1);
    // What speaks of a path already says no more.
    assert.is(several.err, single.map(({ err }) => err).join(""));
  });

  test(`${command}: as text, with a line between two`, () => {
    const words = ["--target", TARGET];
    const single = [GROUPS, join(folder, "absent"), WORKSPACE].map((path) => run([command, path, ...words]));
    const { out, err } = run([command, GROUPS, join(folder, "absent"), WORKSPACE, ...words]);
    const printed = single.map((each) => each.out).filter((text) => text !== "");
    assert.is(out, printed.join("\n"));
    assert.is(err, single.map((each) => each.err).join(""));
  });
}

test("one path is answered as ever, and all well is 0", () => {
  assert.not(Array.isArray(JSON.parse(run(["resolve", GROUPS, "--target", TARGET, "--json"]).out)));
  assert.is(run(["resolve", GROUPS, WORKSPACE, "--target", TARGET, "--json"]).code, 0);
});

test("a failure that speaks of no path says which lock it is about", () => {
  const { code, out, err } = run(["resolve", GROUPS, WORKSPACE, "--extras", "pretty", "--target", TARGET, "--json"]);
  assert.is(code, 2);
  const [first, second] = JSON.parse(out);
  assert.is(first.resolutions.length, 1);
  assert.equal([second.error.code, second.error.path], ["unknown-extra", WORKSPACE]);
  assert.ok(err.includes(`error: there is no extra \`pretty\`\n  --> ${WORKSPACE}\n`), err);
});

test("what the command line itself has wrong is said once", () => {
  const { code, out, err } = run(["resolve", GROUPS, WORKSPACE, "--targt", TARGET]);
  assert.equal([code, out, err.match(/error:/g)?.length], [2, "", 1]);
  assert.is(run(["prefetch", GROUPS, WORKSPACE]).code, 2);
});

test("nix writes for each lock, into its folder", () => {
  const [one, two, alone] = ["one", "two", "alone"].map((name) => join(folder, name)) as [string, string, string];
  cpSync(GROUPS, one, { recursive: true });
  cpSync(GROUPS, alone, { recursive: true });
  cpSync(WORKSPACE, two, { recursive: true });
  const { code, out, err } = run(["nix", one, two, "--python", "3.12"]);
  assert.equal([code, out], [0, ""], err);
  assert.is(run(["nix", alone, "--python", "3.12"]).code, 0);
  for (const name of ["pylock2nix.json", "pylock2nix.nix"]) {
    assert.is(readFileSync(join(one, name), "utf8"), readFileSync(join(alone, name), "utf8"));
  }
  assert.equal(
    [...err.matchAll(/^next: nix-build (\S+)/gm)].map(([, path]) => path),
    ["one/pylock2nix.nix", "two/pylock2nix.nix"],
  );
  writeFileSync(join(two, "pylock2nix.nix"), "");
  const checked = run(["nix", "--check", one, two, "--json"]);
  assert.is(checked.code, 1);
  assert.equal(
    JSON.parse(checked.out).map(({ outOfDate }: { outOfDate: string[] }) => outOfDate),
    [[], [join(two, "pylock2nix.nix")]],
  );
});

test("nix refuses to write for two locks into one place", () => {
  const project = join(folder, "shared");
  cpSync(GROUPS, project, { recursive: true });
  const lock = join(project, "poetry.lock");
  const same = run(["nix", project, lock]);
  assert.equal(
    [same.code, same.err],
    [
      2,
      `error: \`${project}\` and \`${lock}\` are in the same folder, which holds the files of one lock\n\n` +
        "hint: call once for each, with `-o FOLDER`\n",
    ],
  );
  const other = run(["nix", project, WORKSPACE, "-o", join(folder, "out")]);
  assert.equal([other.code, existsSync(join(folder, "out"))], [2, false]);
  assert.match(other.err, /^error: `--output` names one place, and several locks are given\n/);
  assert.not(existsSync(join(project, "pylock2nix.json")));
});

// --- Threads ----------------------------------------------------------------------------------------------------------

test("many locks: threads are started where there are cores for them, and the order stays", () => {
  const spy = join(folder, "spy.cjs");
  writeFileSync(
    spy,
    'process.on("exit", () => require("node:fs").appendFileSync(process.env.LOADED, String(process.moduleLoadList.includes("NativeModule worker_threads"))));\n',
  );
  const repeated = Array.from({ length: 150 }, (_, index) => (index % 3 === 0 ? WORKSPACE : GROUPS));
  const { out, code, err } = run(["check", ...repeated, "--json"], ["--require", spy]);
  const answers = JSON.parse(out) as { lock: { path: string } }[];
  assert.equal(
    answers.map(({ lock }) => lock.path.startsWith(WORKSPACE)),
    repeated.map((path) => path === WORKSPACE),
  );
  const single = [WORKSPACE, GROUPS].map((path) => run(["check", path, "--json"]));
  for (const [index, answer] of answers.entries()) {
    assert.equal(answer, JSON.parse(single[repeated[index] === WORKSPACE ? 0 : 1]!.out));
  }
  assert.is(code, Math.max(...single.map((each) => each.code ?? 70)), err);
  if (availableParallelism() > 1) assert.ok(readFileSync(join(folder, "loaded"), "utf8").includes("true"));
});

const THREADS = pathToFileURL(resolve(".tmp/src/runtime/node/threads.js")).href;

function threadFile(name: string, task: string): string {
  mkdirSync(join(folder, "threads"), { recursive: true });
  const file = join(folder, "threads", `${name}.mjs`);
  writeFileSync(file, `import { serve } from "${THREADS}";\nawait serve(async (given) => async (index) => ${task});\n`);
  return file;
}

test("each task is done once, whoever does it", async () => {
  const done = new Map<number, [string, number]>();
  await spread<number, [string, number]>({
    count: 200,
    threads: () => 3,
    file: threadFile("square", '["there", given * index * index]'),
    given: 2,
    // Slow enough for the others to come in.
    task: async (index) => {
      await new Promise((end) => setTimeout(end, 2));
      return ["here", 2 * index * index];
    },
    done: (index, outcome) => {
      assert.not(done.has(index));
      done.set(index, outcome);
    },
  });
  assert.is(done.size, 200);
  for (const [index, [, value]] of done) assert.is(value, 2 * index * index);
  assert.equal([...new Set([...done.values()].map(([where]) => where))].sort(), ["here", "there"]);
});

test("a thread that fails fails the whole", async () => {
  const file = threadFile("failing", '{ throw new Error("out of order"); }');
  let failure: unknown = null;
  await spread({
    count: 300,
    threads: () => 2,
    file,
    given: null,
    task: () => new Promise((end) => setTimeout(end, 2)),
    done: () => {},
  }).catch((error: unknown) => {
    failure = error;
  });
  assert.instance(failure, Error);
  assert.match(String(failure), /out of order/);
});

test.run();
