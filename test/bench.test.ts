// `pylock2nix bench` as a contract: what it writes, what it refuses before it measures, Ctrl-C, a full disk, an older report.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const PROGRAM = resolve("dist/bin/pylock2nix.cjs");
const FIXTURES = resolve("test/fixtures");
const ROUNDS = 6;

const folder = mkdtempSync(join(tmpdir(), "bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
/** A name that would be a tag, a table's edge and an entity, were it not text. */
const NASTY = '<b onload="x">&|`';
cpSync(join(FIXTURES, "poetry/okay-groups-2.0"), join(folder, "app"), { recursive: true });
cpSync(join(FIXTURES, "poetry/okay-groups-2.0"), join(folder, NASTY), { recursive: true });

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function bench(words: readonly string[], variables: Readonly<Record<string, string>> = {}): Outcome {
  const { status, stdout, stderr } = spawnSync("node", [PROGRAM, "bench", ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...variables },
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout, err: stderr };
}

/** Refused before anything is measured: the first line, and the exit code. */
function expectRefusal(words: readonly string[], code: number, message: string): void {
  const started = performance.now();
  const outcome = bench([...words, "--rounds", "200"]);
  assert.is(outcome.err.split("\n")[0], `error: ${message}`);
  assert.is(outcome.code, code);
  assert.is(outcome.out, "");
  assert.ok(performance.now() - started < 120_000, "nothing was measured");
}

const first = bench([
  "app",
  "--no-peers",
  "--rounds",
  `${ROUNDS}`,
  "--report",
  "one.json",
  "--report",
  "one.md,one.html",
]);

test("a table on standard output, and every report", () => {
  assert.is(first.code, 0, first.err);
  assert.is(first.err, "wrote one.json\nwrote one.md\nwrote one.html\n");
  const lines = first.out.split("\n");
  assert.match(lines[2]!, /^6 rounds in \d+ (?:s|min), \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  assert.match(first.out, /^app\/poetry\.lock: poetry 2\.0, [\d.]+ kB, \d+ packages, \d+ targets$/m);
  for (const label of ["read", "resolve one target", "resolve all usual targets", "freeze", "pylock2nix --version"]) {
    assert.match(first.out, new RegExp(`^ +${label} +[\\d.]+ +[\\d.]+ (µs|ms|s) `, "m"));
  }
  assert.match(first.out, /^ {2}read +1\.00 /m);
  assert.match(first.out, /^(steady|noisy): /m);
});

test("the JSON report has every call, and what the run was made with", () => {
  const report = JSON.parse(readFileSync(join(folder, "one.json"), "utf8"));
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal([report.kind, report.schema, report.version, report.rounds], ["pylock2nix bench", 1, version, ROUNDS]);
  assert.is(report.machine.node, process.version.slice(1));
  const [lock] = report.locks;
  const bytes = readFileSync(join(folder, "app/poetry.lock"));
  assert.equal([lock.label, lock.format, lock.bytes], ["app/poetry.lock", "poetry", bytes.length]);
  assert.is(lock.sha256, createHash("sha256").update(bytes).digest("hex"));
  const ids = report.measures.map(({ id }: { id: string }) => id);
  assert.equal(ids.sort(), [
    "command-nix",
    "command-resolve",
    "command-start",
    "freeze",
    "hash-native",
    "hash-wasm",
    "read",
    "resolve-all",
    "resolve-json",
    "resolve-one",
    "runtime-start",
  ]);
  for (const { id, kind, rounds } of report.measures) {
    assert.is(rounds.length, ROUNDS, id);
    for (const round of rounds) {
      assert.ok(round.times.length >= 2 && round.times.length === round.processor.length, id);
      assert.equal(
        Object.keys(round.controls),
        ["command", "control"].includes(kind) ? ["runtime-start"] : ["json", "maps", "scan"],
      );
    }
  }
});

// --- The page ---------------------------------------------------------------------------------------------------------

test("the page admits its own style and script, and nothing from elsewhere", () => {
  const page = readFileSync(join(folder, "one.html"), "utf8");
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/
    .exec(page)![1]!
    .replaceAll("&#39;", "'");
  const hash = (tag: string) => {
    const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)![1]!;
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  };
  assert.is(
    policy,
    `default-src 'none'; style-src ${hash("style")}; script-src ${hash("script")}; base-uri 'none'; form-action 'none'`,
  );
  assert.is([...page.matchAll(/<(style|script)\b/g)].length, 2);
  const body = page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, "");
  assert.not.match(body, /\s(style|on\w+|src|href)=/);
  assert.not.match(body, /https?:/);
});

test("every chart has a name and a description, every table its headings", () => {
  const page = readFileSync(join(folder, "one.html"), "utf8");
  const charts = [...page.matchAll(/<svg [^>]*aria-labelledby="([^"]+)" aria-describedby="([^"]+)">(.*?)<\/svg>/gs)];
  assert.ok(charts.length >= 5, `${charts.length}`);
  for (const [, title, words, inside] of charts) {
    assert.match(inside!, new RegExp(`<title id="${title}">[^<]+</title><desc id="${words}">[^<]{20,}</desc>`));
  }
  assert.is([...page.matchAll(/<svg/g)].length, charts.length);
  for (const [table] of page.matchAll(/<table.*?<\/table>/gs)) assert.match(table, /<th scope="col"/);
  assert.not.match(page.replace(/<script>.*<\/script>/s, ""), /NaN|undefined|Infinity/);
});

test("names of locks are text, in every report", () => {
  const { code, out, err } = bench([NASTY, "--no-peers", "--rounds", "1", "--report", "nasty.html,nasty.md"]);
  assert.is(code, 0, err);
  assert.ok(out.includes(`${NASTY}/poetry.lock: poetry`));
  const page = readFileSync(join(folder, "nasty.html"), "utf8");
  assert.ok(page.includes("&#60;b onload=&#34;x&#34;&#62;&#38;|`/poetry.lock"));
  assert.not.match(page, /<b /);
  const text = readFileSync(join(folder, "nasty.md"), "utf8");
  assert.ok(text.includes('### \\<b onload="x"\\>\\&\\|\\`/poetry.lock'));
});

test("Markdown: a table for each kind, cells as many as headings", () => {
  const text = readFileSync(join(folder, "one.md"), "utf8");
  const tables = text.split("\n\n").filter((block) => block.startsWith("|"));
  assert.is(tables.length, 3);
  for (const table of tables) {
    const widths = new Set(
      table
        .trim()
        .split("\n")
        .map((row) => row.split(" | ").length),
    );
    assert.is(widths.size, 1, table);
  }
});

// --- Comparing --------------------------------------------------------------------------------------------------------

/** The first report, as if its phases had taken so many times as long. */
function oldReport(name: string, factor: number): string {
  const report = JSON.parse(readFileSync(join(folder, "one.json"), "utf8"));
  for (const { kind, rounds } of report.measures) {
    if (kind !== "phase") continue;
    for (const round of rounds) {
      for (const key of ["times", "processor"]) round[key] = round[key].map((time: number) => time * factor);
    }
  }
  writeFileSync(join(folder, name), JSON.stringify(report));
  return name;
}

test("--compare: slower beyond noise is exit 1 with --fail-above, and only then", () => {
  const words = ["app", "--no-peers", "--rounds", `${ROUNDS}`];
  const half = oldReport("half.json", 0.3);
  const failed = bench([...words, "--compare", half, "--fail-above", "10%", "--report", "two.json,two.html,two.md"]);
  assert.is(failed.code, 1, failed.err);
  assert.match(failed.out, /^ {2}all phases together +slower by \d+ % \[\d+, \d+\]$/m);
  assert.match(failed.err, /^error: slower than `--fail-above 10%` allows: all phases together \(slower by /m);
  const { comparison } = JSON.parse(readFileSync(join(folder, "two.json"), "utf8"));
  assert.is(comparison.overall.verdict, "slower");
  assert.ok(comparison.overall.ratio > 2 && comparison.overall.ratio < 5, `${comparison.overall.ratio}`);
  assert.match(readFileSync(join(folder, "two.html"), "utf8"), /<h2 id="changes">Changes since /);
  assert.match(readFileSync(join(folder, "two.md"), "utf8"), /\*\*slower by \d+ % \\\[\d+, \d+\\\]\*\*/);
});

for (const [name, text, message] of [
  ["no-json.json", "{", "`no-json.json` is no report of `pylock2nix bench`: it is no JSON"],
  ["other.json", "{}", '`other.json` is no report of `pylock2nix bench`: it has no `"kind": "pylock2nix bench"`'],
  [
    "newer.json",
    '{ "kind": "pylock2nix bench", "schema": 2 }',
    "cannot compare with `newer.json`: its schema is 2, this version reads 1",
  ],
  [
    "cut.json",
    '{ "kind": "pylock2nix bench", "schema": 1, "version": "1", "started": "" }',
    "`cut.json` is no report of `pylock2nix bench`: `machine` is missing or malformed",
  ],
] as const) {
  test(`--compare ${name}`, () => {
    writeFileSync(join(folder, name), text);
    expectRefusal(["app", "--compare", name], 1, message);
  });
}

// --- What is refused, before it is measured -----------------------------------------------------------------------------

test("refused at once", () => {
  mkdirSync(join(folder, "empty"), { recursive: true });
  mkdirSync(join(folder, "folder.html"), { recursive: true });
  cpSync(join(folder, "app"), join(folder, "broken"), { recursive: true });
  writeFileSync(join(folder, "broken/poetry.lock"), "[[package]]\nname = 1\n\n[metadata]\nlock-version = '2.1'\n");
  expectRefusal(["app", "--compare", "absent.json"], 1, "cannot read `absent.json`: there is no such file or folder");
  expectRefusal(["app", "--report", "report.pdf"], 2, "`--report` cannot be `report.pdf`: its ending says the kind");
  expectRefusal(["app", "--report", "folder.html"], 2, "`--report` cannot be `folder.html`: it is a folder");
  expectRefusal(["app", "--fail-above", "10%"], 2, "`--fail-above` needs `--compare OLD.json` beside it");
  expectRefusal(["app", "--fail-above", "much", "--compare", "one.json"], 2, "`--fail-above` cannot be `much`");
  expectRefusal(["app", "--packages", "10"], 2, "`--packages` needs `--generate poetry|uv` beside it");
  expectRefusal(["--generate", "npm"], 2, "`--generate` cannot be `npm`");
  expectRefusal(["--generate", "uv", "--packages", "0"], 2, "`--packages` cannot be `0`");
  expectRefusal(["app", "app"], 2, "`app/poetry.lock` is given more than once");
  const empty = bench(["empty"]);
  assert.match(empty.err, /^error: cannot find a lock in `empty`: expected /);
  assert.is(empty.code, 1);
  const broken = bench(["broken"]);
  assert.match(broken.err, /--> broken\/poetry\.lock:2:8\n/);
  assert.is(broken.code, 1);
});

test("--rounds", () => {
  const { code, err } = bench(["app", "--rounds", "0"]);
  assert.match(err, /^error: `--rounds` cannot be `0`\n\nhint: expected /);
  assert.is(code, 2);
});

test("generated locks are measured, and grow", () => {
  const words = ["--generate", "poetry", "--packages", "20,40,100", "--seed", "3", "--no-peers", "--rounds", "1"];
  const { code, out, err } = bench([...words, "--report", "grown.html,grown.json"]);
  assert.is(code, 0, err);
  assert.match(out, /^poetry-100: poetry 2\.1, \d+ kB, 100 packages, \d+ targets, generated, seed 3$/m);
  const page = readFileSync(join(folder, "grown.html"), "utf8");
  assert.match(page, /<h2 id="growth">Growth<\/h2>/);
  const { locks } = JSON.parse(readFileSync(join(folder, "grown.json"), "utf8"));
  assert.equal(locks[2].generated, { tool: "poetry", packages: 100, seed: 3 });
  assert.is(locks[2].path, "poetry.lock");
});

// --- What goes wrong ----------------------------------------------------------------------------------------------------

test("a full disk: the table is there, and nothing half-written", () => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", disk]).status !== 0) {
    process.stdout.write("skipped 1: a small file system cannot be mounted here\n");
    return;
  }
  try {
    const { code, out, err } = bench([
      "app",
      "--no-peers",
      "--rounds",
      "1",
      "--report",
      "disk/full.html,disk/full.json",
    ]);
    assert.is(code, 1);
    assert.match(err, /^error: no report was written: cannot write `disk\/full\.(html|json)`: no space is left\n/);
    assert.match(out, /^ {2}read +1\.00 /m);
    assert.equal(readdirSync(disk), []);
  } finally {
    spawnSync("umount", [disk]);
  }
});

/** Runs on a terminal of its own, and presses Ctrl-C when `cue` is seen. */
function interrupted(words: readonly string[], cue: RegExp): Promise<Outcome> {
  return new Promise((done) => {
    const line = ["node", PROGRAM, "bench", ...words, "2>errors.txt", ">output.txt"].join(" ");
    // Progress stands on standard error: it has to be the terminal, so what is checked goes through it.
    const child = spawn("script", ["-qfec", line.replace("2>errors.txt", ""), "/dev/null"], { cwd: folder });
    let err = "";
    let isDone = false;
    child.stdout.on("data", (chunk) => {
      err += chunk;
      if (isDone || !cue.test(err)) return;
      isDone = true;
      child.stdin.write("\u0003");
    });
    child.on("error", () => done({ code: null, out: "", err: "" }));
    child.on("close", (code) => done({ code, out: readFileSync(join(folder, "output.txt"), "utf8"), err }));
  });
}

const hasTerminal = spawnSync("script", ["--version"]).status === 0;

test("Ctrl-C: the rounds that are whole, no report, and nothing left behind", async () => {
  if (!hasTerminal) return void process.stdout.write("skipped 1: there is no `script` to make a terminal\n");
  const before = leftovers();
  const words = ["app", "--no-peers", "--rounds", "50", "--report", "stopped.html"];
  const outcome = await interrupted(words, /round 3 of 50/);
  assert.match(outcome.err, /interrupted: 2 of 50 rounds are whole; no report was written/);
  assert.match(outcome.out, /^2 rounds in \d+ (?:s|min), .* UTC; interrupted$/m);
  assert.match(outcome.out, /^ {2}read +1\.00 /m);
  assert.is(outcome.code, 130);
  assert.not.ok(existsSync(join(folder, "stopped.html")));

  const early = await interrupted(words, /round 1 of 50/);
  assert.match(early.err, /stopped before the first round was whole/);
  assert.equal([early.code, early.out], [130, ""]);
  assert.equal(leftovers(), before);
});

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("pylock2nix-bench-"));
}

// --- What the others pay ------------------------------------------------------------------------------------------------

test("no other command's files hold what only this one needs", () => {
  const bin = dirname(PROGRAM);
  // Names out of tinybench, d3-scale and the statistics.
  const own = /retainSamples|scaleLog|shiftBetween/;
  const holders = readdirSync(bin).filter(
    (name) => name.endsWith(".cjs") && own.test(readFileSync(join(bin, name), "utf8")),
  );
  assert.equal(holders.sort(), ["bench-process.cjs", "bench.cjs"]);
});

test("the version of @iarna/toml that reports name is the one that is installed", async () => {
  const { IARNA } = await import("../src/bench/libraries.ts");
  assert.is(JSON.parse(readFileSync("package.json", "utf8")).dependencies["@iarna/toml"], IARNA);
});

test.run();
