// Hashing files, reading included, interleaved, medians of 7; only the ratios of one run mean anything.
//   engines     one core, 1 GiB in 64 files: four lanes and one stream against node:crypto, hash-wasm, @noble/hashes;
//               in processor time, which colleagues on the same cores disturb least
//   threads     the same files four times over, `verify`'s two threads against one
//   auto        `--engine auto` against each engine named
//   memory      5 GiB under 320 names (hard links) through the command line with four threads: the most that was resident
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Bench } from "tinybench";
import { Hasher } from "../src/core/hasher.ts";
import type { Engine, HashTask } from "../src/runtime/node/verify.ts";

// The package as it is installed: its threads start from a file of their own.
const dist = (path: string) => import(pathToFileURL(`dist/${path}`).href);
const { hashFiles } = (await dist("runtime/node/hashing.js")) as typeof import("../src/runtime/node/hashing.ts");
const { hashAll } = (await dist("runtime/node/verify.js")) as typeof import("../src/runtime/node/verify.ts");

/** What is used of hash-wasm's hashers. */
interface HashWasm {
  init(): HashWasm;
  update(bytes: Uint8Array): HashWasm;
  digest(encoding: "binary"): Uint8Array;
  digest(): string;
}

const require = createRequire(new URL("../../bench/peers/package.json", import.meta.url));
const { createSHA256 } = require("hash-wasm") as { createSHA256(): Promise<HashWasm> };
const noblePath = require.resolve("@noble/hashes/sha2.js");
const { sha256: noble } = (await import(pathToFileURL(noblePath).href)) as {
  sha256: { create(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array } };
};

const ROUNDS = 7;
const FILES = 64;
const FILE_SIZE = 16 * 1048576;
const BUFFER = 262144;

const folder = mkdtempSync(join(tmpdir(), "pylock2nix-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const { tasks, digests } = makeFiles();
const model = cpus()[0]?.model;
const extensions = /\bsha_ni\b/.test(readFileSync("/proc/cpuinfo", "utf8")) ? "with" : "without";
process.stdout.write(`${model}, ${extensions} SHA extensions, ${cpus().length} cores, Node ${process.version}\n`);

const sections: Record<string, () => Promise<void>> = { engines, threads, auto, memory };
const wanted = (process.env.SECTIONS ?? "").split(",").filter((name) => name !== "");
for (const [name, section] of Object.entries(sections))
  if (wanted.length === 0 || wanted.includes(name)) await section();

async function engines(): Promise<void> {
  const hasher = new Hasher();
  const hashWasm = await createSHA256();
  const room = hasher.room(65536);
  const context = hasher.open("sha256");
  const processorTime = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  await rounds(
    "one core, 1 GiB, processor time",
    {
      "node:crypto": () => inOrder(() => createHash("sha256")),
      "four lanes": () => engine("wasm"),
      "one stream": () => {
        hasher.restart(context);
        for (const { path } of tasks) {
          const file = openSync(path, "r");
          for (let size = room.size; size === room.size; ) {
            size = readSync(file, hasher.view(room), 0, room.size, null);
            hasher.take(context, room.address, size);
          }
          closeSync(file);
        }
        hasher.digest(context, "sha256");
      },
      "hash-wasm 4.13.0": () =>
        inOrder(() => {
          hashWasm.init();
          return { update: (bytes) => hashWasm.update(bytes), digest: () => Buffer.from(hashWasm.digest("binary")) };
        }),
      "@noble/hashes 2.4.0": () => inOrder(() => noble.create()),
    },
    processorTime,
  );
}

// Declared `async`: a function that only returns a promise is called once more by tinybench, to see what it returns, and
// that call would go on beside the measured one.
async function threads(): Promise<void> {
  // A thread takes some 35 ms to start, which counts in a second and not in a wheelhouse.
  const long = [...tasks, ...tasks, ...tasks, ...tasks];
  for (const name of ["wasm", "native"] as const) {
    await rounds(`${name}, threads, 4 GiB`, {
      "one thread": async () => all(name, 1, long),
      "two threads": async () => all(name, 2, long),
    });
  }
}

async function auto(): Promise<void> {
  await rounds("engine, two threads", {
    native: async () => all("native", 2),
    wasm: async () => all("wasm", 2),
    auto: async () => all("auto", 2),
  });
}

async function memory(): Promise<void> {
  const wheelhouse = join(folder, "wheelhouse");
  mkdirSync(wheelhouse);
  const files: string[] = [];
  for (let copy = 0; copy < 5; copy++) {
    for (const [index, { path }] of tasks.entries()) {
      const name = `made_${copy}_${index}-1.0-py3-none-any.whl`;
      linkSync(path, join(wheelhouse, name));
      files.push(`    {file = "${name}", hash = "sha256:${Buffer.from(digests[index]!, "base64").toString("hex")}"},`);
    }
  }
  writeFileSync(
    join(folder, "poetry.lock"),
    `# This file is automatically @generated by Poetry 2.1.1\n\n[[package]]\nname = "made"\nversion = "1.0"\noptional = false\npython-versions = "*"\ngroups = ["main"]\nfiles = [\n${files.join("\n")}\n]\n\n[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = "${"0".repeat(64)}"\n`,
  );
  const report =
    "data:text/javascript,process.on('exit',()=>process.stderr.write('resident '+process.resourceUsage().maxRSS))";
  for (const name of ["wasm", "native"]) {
    const words = ["verify", wheelhouse, "--lock", folder, "--workers", "4", "--engine", name, "--json"];
    const { stdout, stderr, status } = spawnSync("node", ["--import", report, "dist/bin/pylock2nix.cjs", ...words]);
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    const { ok, bytes, seconds } = JSON.parse(stdout.toString());
    const resident = Number(/resident (\d+)/.exec(stderr.toString())?.[1]) / 1024;
    process.stdout.write(
      `${name}, four threads: ${ok} files, ${(bytes / 1e9).toFixed(2)} GB in ${seconds} s, at most ${resident.toFixed(0)} MiB resident\n`,
    );
  }
}

// --- Work -------------------------------------------------------------------------------------------------------------

function engine(name: Engine): void {
  let next = 0;
  const wrong: number[] = [];
  hashFiles(name, {
    tasks,
    next: () => next++,
    done: ({ index, hashes }) => void (hashes[0] === `sha256-${digests[index]}` || wrong.push(index)),
    progress: () => undefined,
  });
  if (wrong.length > 0) throw new Error(`wrong digests: ${wrong}`);
}

async function all(name: Engine | "auto", workers: number, work: readonly HashTask[] = tasks): Promise<void> {
  let right = 0;
  await hashAll(work, {
    engine: name,
    workers,
    size: work.length * FILE_SIZE,
    done: ({ index, hashes }) => void (hashes[0] === `sha256-${digests[index % FILES]}` && right++),
    progress: () => undefined,
  });
  if (right !== work.length) throw new Error(`${right} of ${work.length} right`);
}

interface Peer {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

function inOrder(create: () => Peer): void {
  const buffer = new Uint8Array(BUFFER);
  for (const [index, { path }] of tasks.entries()) {
    const digest = create();
    const file = openSync(path, "r");
    for (let size = BUFFER; size === BUFFER; ) {
      size = readSync(file, buffer, 0, BUFFER, null);
      digest.update(buffer.subarray(0, size));
    }
    closeSync(file);
    if (Buffer.from(digest.digest()).toString("base64") !== digests[index]) throw new Error("wrong digest");
  }
}

function makeFiles(): { tasks: HashTask[]; digests: string[] } {
  const bytes = new Uint32Array(FILE_SIZE / 4);
  let word = 1;
  const made = Array.from({ length: FILES }, (_, index) => {
    // xorshift: contents do not matter to a hash, but that they differ does to a test.
    for (let at = 0; at < bytes.length; at++) {
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
      bytes[at] = word;
    }
    const path = join(folder, `${index}.whl`);
    writeFileSync(path, bytes);
    return { path, digest: createHash("sha256").update(bytes).digest("base64") };
  });
  return {
    tasks: made.map(({ path }) => ({ path, algorithms: ["sha256"] })),
    digests: made.map(({ digest }) => digest),
  };
}

/** Every task once in each round; prints medians, the spread, and how many times the first one's speed each has. */
async function rounds(title: string, work: Record<string, () => unknown>, now?: () => number): Promise<void> {
  const times = new Map<string, number[]>(Object.keys(work).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const bench = new Bench({ iterations: 1, time: 0, warmup: false, ...(now !== undefined && { now }) });
    for (const [name, run] of Object.entries(work)) bench.add(name, run);
    await bench.run();
    for (const { name, result } of bench.tasks) {
      if (!("latency" in result)) throw new Error(`${name}: ${"error" in result ? result.error : result.state}`);
      times.get(name)!.push(result.latency.p50);
    }
  }
  process.stdout.write(`${title}\n`);
  let first = 0;
  for (const [name, values] of times) {
    const sorted = [...values].sort((left, right) => left - right);
    const median = sorted[sorted.length >> 1]!;
    first ||= median;
    const spread = `${(sorted[0]! / median).toFixed(2)} - ${(sorted.at(-1)! / median).toFixed(2)}`;
    process.stdout.write(
      `  ${name.padEnd(24)} ${median.toFixed(0).padStart(6)} ms  x ${(first / median).toFixed(3)}  (times ${spread})\n`,
    );
  }
}
