// Locks that were damaged in many ways: reading and resolving them never traps, never hangs, and fails only with a code. The
// release and the debug build of the core give the same answers, and what is TOML or JSON at all, tomllib and JSON.parse say.
//   node test/fuzz.mjs [--minutes 10] [--seed N] [--cases N] [--jobs N] [--format NAME]... [--module]
// --module puts each lock through its module for Nix as well, in the strict host of test/nix/host.ts (fuzz/module.mjs).
// Needs `npm run build`; with --module also `node test/run.mjs --only nix-module`, which compiles that host. Without a Python
// that has tomllib (3.11 and newer; PYLOCK2NIX_PYTHON names another) TOML is held against nothing.
//
// Case N of a run has the seed of the run and N more, and nothing else decides it: what is wrong with it is printed with the
// command that makes it again, and the damaged lock is written to .tmp/fuzz/.
// Threads do the work; one that is with the same case for a minute hangs.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { hasTomllib } from "./fuzz/oracle.mjs";
import { FORMATS } from "./fuzz/sources.mjs";

const PATIENCE = 60000; // milliseconds
/** What Nix gives a module; the shell beside it needs no more. */
const STACK = 0.5; // MiB
/** Kinds of failures of which one is printed; the others are counted. */
const SHOWN = 20;

const withModule = process.argv.includes("--module");
const cases = Number(option("--cases") ?? Number.POSITIVE_INFINITY);
const minutes = Number(option("--minutes") ?? (Number.isFinite(cases) ? 60 : 10));
const seed = Number(option("--seed") ?? Date.now() % 1000000000);
const jobs = Math.min(Number(option("--jobs") ?? availableParallelism()), cases);
const formats = options("--format");
if (formats.length === 0) formats.push(...Object.keys(FORMATS));
const withOracle = hasTomllib();
process.stdout.write(`seed ${seed}, ${jobs} threads${withOracle ? "" : ", no tomllib"}\n`);

const started = performance.now();
const totals = { done: 0, accepted: 0, resolved: 0, held: 0, shell: 0, calls: 0 };
let failures = 0;
const kinds = new Set();
await Promise.all(Array.from({ length: jobs }, (_, index) => watch(index)));
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage();
const perCore = Math.round(totals.done / ((cpu.user + cpu.system) / 1e6));
const { done, accepted, resolved, held, shell, calls } = totals;
process.stdout.write(
  `${done} cases in ${Math.round(seconds)} s, ${perCore} a second of CPU (${accepted} accepted, ${resolved} resolutions, ` +
    `${held} held against another parser, ${shell} through the shell${withModule ? `, ${calls} calls of modules` : ""}), ` +
    `${failures} failures\n`,
);
process.exit(failures === 0 ? 0 : 1);

/** Starts a thread and listens to it until it ends. */
function watch(index) {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("fuzz/worker.mjs", import.meta.url), {
    workerData: {
      first: seed + index,
      step: jobs,
      cases: Math.ceil((cases - index) / jobs),
      until: Date.now() + minutes * 60000,
      formats,
      progress,
      withModule,
      withOracle,
    },
    ...(withModule && { resourceLimits: { stackSizeMb: STACK } }),
  });
  return new Promise((resolve) => {
    let last = 0;
    let heard = Date.now();
    const guard = setInterval(() => {
      const now = Atomics.load(progress, 0);
      if (now !== last) [last, heard] = [now, Date.now()];
      if (Date.now() - heard < PATIENCE) return;
      tell(`hang at seed ${now}`, { seed: now });
      process.exit(1);
    }, 500);
    const end = () => {
      clearInterval(guard);
      resolve();
    };
    worker.on("message", (message) => {
      if (message.failure !== undefined) return tell(message.failure, message.id, message.bytes, message.records);
      for (const name of Object.keys(totals)) totals[name] += message[name] ?? 0;
    });
    worker.on("error", (error) => {
      tell(`a thread died: ${error.stack}`, { seed: Atomics.load(progress, 0) });
      end();
    });
    worker.on("exit", end);
  });
}

function tell(failure, id, bytes = null, records = null) {
  failures++;
  // What is wrong, without the numbers that differ from case to case and without what was asked.
  const kind = failure.replace(/\{"target".*?\}: /, "").replace(/\d+/g, "");
  if (kinds.has(kind) || kinds.size === SHOWN) return;
  kinds.add(kind);
  const same = [`--seed ${id.seed}`, "--cases 1", ...options("--format").map((name) => `--format ${name}`)];
  if (withModule) same.push("--module");
  process.stdout.write(`${failure}\n  ${JSON.stringify(id)}\n  node test/fuzz.mjs ${same.join(" ")}\n`);
  if (bytes === null) return;
  mkdirSync(".tmp/fuzz", { recursive: true });
  const path = `.tmp/fuzz/${id.seed}.${id.path.split("/").at(-1)}`;
  writeFileSync(path, bytes);
  if (records !== null) writeFileSync(`${path}.records`, Buffer.from(records, "latin1"));
  process.stdout.write(`  ${path}${records === null ? "" : ", with its project's records beside it"}\n`);
}

function option(name) {
  return options(name)[0] ?? null;
}

function options(name) {
  return process.argv.flatMap((word, index) => (process.argv[index - 1] === name ? [word] : []));
}
