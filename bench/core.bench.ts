// The core alone, hot and in one process: reading against JSON.parse and smol-toml, one target, twelve against one, growth.
//
// JSON.parse is given the same data as JSON, so it validates nothing of TOML and nothing of a lock. "Read" is validated and in
// tables; "resolve" ends with the bytes that `resolve --json` prints. All of a group run in turn; figures are medians over the
// rounds, ratios medians of the rounds' ratios. The core keeps its memory from one lock to the next, as for several in a call.
//   ROUNDS=21 SECTIONS=read,targets,growth npm run bench -- core
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { pathToFileURL } from "node:url";
import { type GeneratedTool, generateLock } from "../src/bench/generate/generate.ts";
import { median } from "../src/bench/statistics.ts";
import * as abi from "../src/core/abi.ts";
import { Core } from "../src/core/core.ts";
import { targetList } from "../src/lock/targets.ts";

const ROUNDS = Math.max(9, Number(process.env.ROUNDS ?? 15));
const FORMATS: Readonly<Record<GeneratedTool, number>> = { poetry: abi.FORMAT_POETRY, uv: abi.FORMAT_UV };
const PYTHONS = ["cp311", "cp312", "cp313"];
const PLATFORMS = ["linux-x86_64-glibc2.42", "linux-aarch64-glibc2.42", "macos14-arm64", "macos13-x86_64"];
const TWELVE = PYTHONS.flatMap((python) => PLATFORMS.map((platform) => ({ target: `${python}-${platform}` })));

const require = createRequire(new URL("../../bench/peers/package.json", import.meta.url));
const { parse } = (await import(pathToFileURL(require.resolve("smol-toml")).href)) as {
  parse(text: string): unknown;
};
const module = new WebAssembly.Module(readFileSync("wasm/core.wasm"));

process.stdout.write(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, medians of ${ROUNDS} rounds\n`);
const sections: Record<string, () => Promise<void>> = { read, targets, growth };
const wanted = (process.env.SECTIONS ?? "").split(",").filter((name) => name !== "");
for (const [name, section] of Object.entries(sections))
  if (wanted.length === 0 || wanted.includes(name)) await section();

async function read(): Promise<void> {
  for (const [tool, packages] of [
    ["poetry", 4800],
    ["uv", 3190],
  ] as const) {
    const { lock } = await generateLock({ tool, packages, seed: 1 });
    const json = JSON.stringify(parse(lock));
    const subject = subjectOf(tool, lock);
    compare(`${tool}, ${megabytes(subject.bytes)}`, [
      ["read", subject.read],
      ["JSON.parse of the same data", () => JSON.parse(json)],
      ["smol-toml", () => parse(lock)],
      ["read, and resolve one target", () => [subject.read(), subject.resolve(TWELVE.slice(0, 1))]],
    ]);
  }
}

async function targets(): Promise<void> {
  for (const [tool, packages] of [
    ["poetry", 4800],
    ["uv", 3190],
  ] as const) {
    const { lock } = await generateLock({ tool, packages, seed: 1 });
    const subject = subjectOf(tool, lock);
    compare(`${tool}, ${megabytes(subject.bytes)}, read each time`, [
      ["one target", () => [subject.read(), subject.resolve(TWELVE.slice(0, 1))]],
      ["twelve targets", () => [subject.read(), subject.resolve(TWELVE)]],
    ]);
  }
}

/** From 1,000 to 100,000 packages: what one of them takes. */
async function growth(): Promise<void> {
  for (const tool of ["poetry", "uv"] as const) {
    const runs: [string, () => unknown, number][] = [];
    for (const packages of [1000, 10000, 100000]) {
      const { lock } = await generateLock({ tool, packages, seed: 1 });
      const subject = subjectOf(tool, lock);
      const work = () => [subject.read(), subject.resolve(TWELVE.slice(0, 1))];
      runs.push([`${packages} packages, ${megabytes(subject.bytes)}: a package`, work, packages]);
    }
    compare(`${tool}, growth`, runs);
  }
}

function subjectOf(tool: GeneratedTool, lock: string) {
  const bytes = new TextEncoder().encode(lock);
  const core = new Core(module);
  return {
    bytes,
    read: () => check(core.read(FORMATS[tool], bytes, null)),
    resolve: (each: readonly { target: string }[]) =>
      check(core.resolveAll({ target: targetList(each), groups: ["main"] })),
  };
}

function check(failure: unknown): void {
  if (failure !== null) throw new Error(JSON.stringify(failure));
}

/** Runs all of them in turn; with a count, times are for one of so many. */
function compare(title: string, runs: readonly (readonly [name: string, work: () => unknown, count?: number])[]): void {
  const times = runs.map(() => [] as number[]);
  for (let round = -3; round < ROUNDS; round++) {
    for (const [index, [, work, count = 1]] of runs.entries()) {
      globalThis.gc?.();
      const started = performance.now();
      work();
      const time = (performance.now() - started) / count;
      if (round >= 0) times[index]!.push(time);
    }
  }
  process.stdout.write(`\n${title}\n`);
  for (const [index, [name, , count]] of runs.entries()) {
    const ratio = median(times[index]!.map((time, round) => time / times[0]![round]!));
    const time = median(times[index]!) * (count === undefined ? 1 : 1000);
    const unit = count === undefined ? "ms" : "us";
    process.stdout.write(`  ${name.padEnd(48)}${`${time.toFixed(2)} ${unit}`.padStart(12)}`);
    process.stdout.write(`${(index === 0 ? "" : `x ${ratio.toFixed(2)}`).padStart(12)}\n`);
  }
}

function megabytes(bytes: Uint8Array): string {
  return `${(bytes.length / 1e6).toFixed(1)} MB`;
}
