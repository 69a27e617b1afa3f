// What a user waits for: whole processes, against Node starting and against real uv where it is installed (UV names it).
//
// All commands of a group run in turn, so that a slow minute of the machine hits all of them; the environment is clean, what
// is printed goes nowhere. Figures are medians over the rounds, ratios medians of the rounds' ratios. Locks are generated,
// but for the real ones of the corpus, where that is there.
//   ROUNDS=21 SECTIONS=start,large,uv,memory,many UV=path/to/uv npm run bench -- shell
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type GeneratedTool, generateLock } from "../src/bench/generate/generate.ts";
import { median } from "../src/bench/statistics.ts";

const ROUNDS = Math.max(9, Number(process.env.ROUNDS ?? 9));
const PROGRAM = resolve("dist/bin/pylock2nix.cjs");
const UV = process.env.UV ?? "uv";
const CORPUS = resolve("../shared/corpus");
const ONE_TARGET = ["--json", "--target", "cp312-linux-x86_64-glibc2.28"];
const TWELVE_TARGETS = ["--python", "3.11,3.12,3.13"];

const folder = mkdtempSync(join(tmpdir(), "bench-shell-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const ENVIRONMENT = { PATH: process.env.PATH, HOME: folder };

interface Run {
  readonly name: string;
  /** A program, its words, and the folder that it runs in; several are one call after the other. */
  readonly calls: readonly { readonly command: string; readonly words: readonly string[]; readonly cwd?: string }[];
}

const node = (...words: string[]): Run => ({ name: "node -e 0", calls: [{ command: "node", words }] });
const START = node("-e", "0");
const ours = (name: string, words: readonly string[]): Run => ({
  name,
  calls: [{ command: "node", words: [PROGRAM, ...words] }],
});
const export_ = (project: string): Run["calls"][number] => ({
  command: UV,
  words: ["export", "--frozen", "--quiet"],
  cwd: project,
});

const version = spawnSync(UV, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? null;
process.stdout.write(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, ${version ?? "no uv"}, `);
process.stdout.write(`medians of ${ROUNDS} rounds\n`);

const sections: Record<string, () => Promise<void>> = { start, large, uv, memory, many };
const wanted = (process.env.SECTIONS ?? "").split(",").filter((name) => name !== "");
for (const [name, section] of Object.entries(sections))
  if (wanted.length === 0 || wanted.includes(name)) await section();

// --- Locks of usual size -----------------------------------------------------------------------------------------------

async function start(): Promise<void> {
  const imgapp = made("imgapp", (path) => cpSync("examples/imgapp", path, { recursive: true }));
  const real = join(CORPUS, "poetry--saleor-2.1");
  const usual = existsSync(real)
    ? made("usual", (path) => {
        for (const file of ["poetry.lock", "pyproject.toml"]) cpSync(join(real, file), join(path, file));
      })
    : await generated("poetry", 210);
  compare("start", [
    START,
    ours("--version", ["--version"]),
    ours("nix, examples/imgapp", ["nix", imgapp]),
    ours(`nix, poetry.lock of ${megabytes(usual, "poetry.lock")}`, ["nix", usual, "--allow-stale"]),
  ]);
}

// --- Large ones --------------------------------------------------------------------------------------------------------

async function large(): Promise<void> {
  const project = await generated("poetry", 4800);
  compare("nix, 4,800 packages", [
    START,
    ours(`nix, poetry.lock of ${megabytes(project, "poetry.lock")}, 12 targets`, ["nix", project, ...TWELVE_TARGETS]),
  ]);
}

async function uv(): Promise<void> {
  for (const packages of [945, 3190]) {
    const project = await generated("uv", packages);
    compare(`uv.lock of ${megabytes(project, "uv.lock")}`, [
      ...(version === null ? [START] : [{ name: "uv export --frozen", calls: [export_(project)] }]),
      ours("resolve --json, one target", ["resolve", project, ...ONE_TARGET]),
    ]);
  }
}

// --- Memory ------------------------------------------------------------------------------------------------------------

async function memory(): Promise<void> {
  const huge = await generated("poetry", 28300);
  const size = statSync(join(huge, "poetry.lock")).size;
  process.stdout.write(`\nmemory, poetry.lock of ${megabytes(huge, "poetry.lock")}: the most that was resident\n`);
  for (const [name, words] of [
    ["resolve --json, one target", ["resolve", huge, ...ONE_TARGET]],
    ["nix, 12 targets", ["nix", huge, ...TWELVE_TARGETS]],
  ] as const) {
    const resident = memoryOf(words);
    row(name, [`${(resident / 1e6).toFixed(0)} MB`, `x ${(resident / size).toFixed(2)} of the lock`]);
  }
}

// --- Many in one call --------------------------------------------------------------------------------------------------

async function many(): Promise<void> {
  const locks = await manyLocks();
  compare(`${locks.length} locks`, [
    {
      name: "a call for each: resolve --json",
      calls: locks.flatMap((lock) => ours("", ["resolve", lock, ...ONE_TARGET]).calls),
    },
    ours("one call: resolve --json", ["resolve", ...locks, ...ONE_TARGET]),
  ]);
  const projects = locks.filter((lock) => lock.endsWith("uv.lock")).map((lock) => resolve(lock, ".."));
  if (version !== null) {
    compare(`${projects.length} uv.locks`, [
      { name: "uv export --frozen for each", calls: projects.map(export_) },
      ours("one call: resolve --json", ["resolve", ...projects, ...ONE_TARGET]),
    ]);
  }
}

// --- Measuring ---------------------------------------------------------------------------------------------------------

/** Runs all of them in turn and prints each one's median, with its ratio to the first. */
function compare(title: string, runs: readonly Run[]): void {
  const times = runs.map(() => [] as number[]);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, run] of runs.entries()) {
      const time = timeOf(run);
      if (round >= 0) times[index]!.push(time); // the first round fills caches
    }
  }
  process.stdout.write(`\n${title}\n`);
  for (const [index, { name }] of runs.entries()) {
    const ratio = median(times[index]!.map((time, round) => time / times[0]![round]!));
    row(name, [`${median(times[index]!).toFixed(1)} ms`, index === 0 ? "" : `x ${ratio.toFixed(2)}`]);
  }
}

function timeOf({ name, calls }: Run): number {
  const started = process.hrtime.bigint();
  for (const { command, words, cwd } of calls) {
    const { status, error } = spawnSync(command, words, { stdio: "ignore", env: ENVIRONMENT, cwd });
    // 1: a target that one of the real locks refuses.
    if (error !== undefined || (status ?? 70) > 1) throw new Error(`${name}: ${command} ${words.join(" ")}: ${status}`);
  }
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** Of one run of ours, in bytes, as the system counted it. */
function memoryOf(words: readonly string[]): number {
  const report = "process.on('exit',()=>process.stderr.write('\\nresident '+process.resourceUsage().maxRSS))";
  const file = join(folder, "report.cjs");
  writeFileSync(file, report);
  const { status, stderr } = spawnSync("node", ["--require", file, PROGRAM, ...words], {
    stdio: ["ignore", "ignore", "pipe"],
    env: ENVIRONMENT,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return Number(/resident (\d+)/.exec(stderr)![1]) * 1024;
}

function row(name: string, cells: readonly string[]): void {
  process.stdout.write(`  ${name.padEnd(48)}${cells.map((cell) => cell.padStart(12)).join("")}\n`);
}

// --- Locks -------------------------------------------------------------------------------------------------------------

function made(name: string, fill: (path: string) => void): string {
  const path = join(folder, name);
  mkdirSync(path);
  fill(path);
  return path;
}

/** A lock of so many packages beside its pyproject.toml. */
async function generated(tool: GeneratedTool, packages: number): Promise<string> {
  const { name, lock, pyproject } = await generateLock({ tool, packages, seed: 1 });
  return made(`${tool}-${packages}`, (path) => {
    writeFileSync(join(path, name), lock);
    writeFileSync(join(path, "pyproject.toml"), pyproject);
  });
}

/** The real locks, each beside its pyproject.toml; without them 50 that are made, every fourth for uv. */
async function manyLocks(): Promise<string[]> {
  if (!existsSync(CORPUS)) {
    const locks: string[] = [];
    for (let index = 0; index < 50; index++) {
      const tool = index % 4 === 0 ? "uv" : "poetry";
      locks.push(join(await generated(tool, 40 + 12 * index), `${tool}.lock`));
    }
    return locks;
  }
  // uv writes beside what it reads: a copy.
  const copy = join(folder, "corpus");
  cpSync(CORPUS, copy, { recursive: true });
  return readdirSync(copy)
    .sort()
    .flatMap((id) => {
      const names = ["poetry.lock", "uv.lock", "pylock.toml", "pdm.lock", "Pipfile.lock", "conda-lock.yml"];
      const name = names.find((each) => existsSync(join(copy, id, each)));
      return name === undefined ? [] : [join(copy, id, name)];
    })
    .slice(0, 50);
}

function megabytes(project: string, name: string): string {
  return `${(statSync(join(project, name)).size / 1e6).toFixed(2)} MB`;
}
