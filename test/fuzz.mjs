// Locks that were damaged in many ways: reading and resolving them never traps, never hangs, and fails only with a code.
//   node test/fuzz.mjs [--minutes 10] [--seed N] [--cases N]
// Needs `npm run build`. A worker does the work; whoever does not answer for 20 seconds hangs, and its seed is printed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { PylockError } from "../dist/errors.js";
import { readLock } from "../dist/lockfile.js";
import { readPyprojectBytes } from "../dist/pyproject.js";

const PATIENCE = 20000; // milliseconds
const SLOW = 2000; // milliseconds of CPU that one damaged lock of a megabyte may take, however busy the machine is
const TARGETS = ["cp312-linux-x86_64-glibc2.28", "cp39-win-amd64"];

async function watch() {
  const cases = Number(option("--cases") ?? Number.POSITIVE_INFINITY);
  const minutes = Number(option("--minutes") ?? (Number.isFinite(cases) ? 60 : 10));
  const seed = Number(option("--seed") ?? Date.now() % 1000000000);
  process.stdout.write(`seed ${seed}\n`);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { seed, cases, until: Date.now() + minutes * 60000 },
  });
  let last = null;
  let heard = Date.now();
  let failures = 0;
  const guard = setInterval(() => {
    if (Date.now() - heard < PATIENCE) return;
    process.stdout.write(`hang: ${JSON.stringify(last)}\n`);
    process.exit(1);
  }, 500);
  await new Promise((resolve) => {
    worker.on("message", (message) => {
      heard = Date.now();
      if (message.failure !== undefined) {
        failures++;
        process.stdout.write(`${message.failure}: ${JSON.stringify(message.id)}\n`);
      } else if (message.done !== undefined) {
        process.stdout.write(`${message.done} cases (${message.accepted} accepted), ${failures} failures\n`);
        resolve();
      } else last = message.id;
    });
    worker.on("error", (error) => {
      failures++;
      process.stdout.write(`worker died: ${error.stack} at ${JSON.stringify(last)}\n`);
      resolve();
    });
  });
  clearInterval(guard);
  process.exit(failures === 0 ? 0 : 1);
}

function work({ seed, cases, until }) {
  const locks = sources();
  let accepted = 0;
  let done = 0;
  for (; done < cases && Date.now() < until; done++) {
    const random = generator(seed + done);
    const lock = locks[random(locks.length)];
    const { bytes, ways } = damage(lock.bytes, locks, random);
    const id = { seed: seed + done, path: lock.path, size: bytes.length, ways };
    parentPort.postMessage({ id });
    const started = performance.now();
    const before = cpuUsage();
    try {
      const read = readLock(bytes, { path: lock.path, format: lock.format, pyproject: lock.pyproject });
      accepted++;
      for (const target of TARGETS) {
        const request = { target, groups: [...read.groups.keys()], extras: read.extras };
        const { error } = read.explain(request).resolution;
        if (error?.code === "internal") parentPort.postMessage({ id, failure: error.message });
        read.resolveOpen(request);
      }
    } catch (error) {
      if (!(error instanceof PylockError) || error.exitCode === 70) {
        parentPort.postMessage({ id, failure: String(error?.stack ?? error) });
      }
    }
    const { user, system } = cpuUsage(before);
    if (user + system > SLOW * 1000) {
      const [cpu, clock] = [(user + system) / 1000, performance.now() - started].map(Math.round);
      parentPort.postMessage({ id, failure: `slow: ${cpu} ms of CPU, ${clock} ms by the clock` });
    }
  }
  parentPort.postMessage({ done, accepted });
}

/** Microseconds of CPU: this thread's where Node can tell, else the process's, which are more. */
function cpuUsage(before) {
  return process.threadCpuUsage?.(before) ?? process.cpuUsage(before);
}

/** Damages in one to four ways. */
function damage(bytes, locks, random) {
  const ways = [];
  let damaged = bytes;
  for (let i = random(2) === 0 ? 1 : 1 + random(4); i > 0; i--) {
    const [name, change] = WAYS[random(WAYS.length)];
    damaged = change(damaged, random, locks);
    ways.push(name);
  }
  return { bytes: damaged, ways };
}

const WAYS = [
  ["cut", (bytes, random) => bytes.subarray(0, random(bytes.length + 1))],
  ["flip", (bytes, random) => edited(bytes, random, (copy, at) => (copy[at] ^= 1 << random(8)))],
  ["byte", (bytes, random) => edited(bytes, random, (copy, at) => (copy[at] = random(256)))],
  // Gentle ones, so that many damaged locks are still read: letters and digits for others, requirements for others.
  ["letter", letters(/[a-z]/g, "abcxyz")],
  ["digit", letters(/[0-9]/g, "0123459")],
  ["sign", letters(/[<>=^~!*]/g, "<>=^~!*")],
  ["swap", (bytes, random) => byMatches(bytes, /"[<>=^~][^"\n]*"/g, random)],
  ["swap-markers", (bytes, random) => byMatches(bytes, /(?<=markers = )"(?:\\.|[^"\n\\])*"/g, random)],
  ["swap-names", (bytes, random) => byMatches(bytes, /(?<=^name = )"[^"\n]*"/gm, random)],
  ["swap-strings", (bytes, random) => byMatches(bytes, /"(?:\\.|[^"\n\\])*"/g, random)],
  ["swap-lines", (bytes, random) => byMatches(bytes, /^.+$/gm, random)],
  [
    "many",
    (bytes, random) =>
      edited(bytes, random, (copy) => {
        for (let i = 0; i < 50; i++) copy[random(copy.length)] = random(256);
      }),
  ],
  ["drop", (bytes, random) => spliced(bytes, random(bytes.length + 1), random(40), new Uint8Array())],
  ["insert", (bytes, random) => spliced(bytes, random(bytes.length + 1), 0, TOKENS[random(TOKENS.length)])],
  [
    "repeat",
    (bytes, random) => {
      const from = random(bytes.length + 1);
      return spliced(bytes, from, 0, bytes.subarray(from, from + random(2000)));
    },
  ],
  [
    "move",
    (bytes, random) =>
      byLines(bytes, (lines) => {
        lines.splice(random(lines.length), 0, ...lines.splice(random(lines.length), 1 + random(10)));
      }),
  ],
  [
    "tables",
    (bytes, random) => {
      const parts = new TextDecoder("latin1").decode(bytes).split(/(?=^\[)/m);
      for (let i = 0; i < 5; i++) parts.splice(random(parts.length + 1), 0, parts[random(parts.length)]);
      return Uint8Array.from(Buffer.from(parts.join(""), "latin1"));
    },
  ],
  [
    "crlf",
    (bytes) => Uint8Array.from(Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll("\n", "\r\n"), "latin1")),
  ],
  [
    "other",
    (bytes, random, locks) => {
      const other = locks[random(locks.length)].bytes;
      const from = random(other.length);
      return spliced(bytes, random(bytes.length + 1), 0, other.subarray(from, from + random(3000)));
    },
  ],
  [
    "nest",
    (bytes, random) =>
      spliced(bytes, random(bytes.length + 1), 0, Buffer.from("[{a=".repeat(random(300)) + "(".repeat(random(300)))),
  ],
];

const TOKENS = [
  "\0",
  "\ufeff",
  "\r",
  "\t",
  '"',
  "'",
  '"""',
  "'''",
  "[",
  "[[",
  "]",
  "]]",
  "{",
  "}",
  "=",
  ",",
  ".",
  "#",
  "\\",
  "\\u0000",
  "\\U0010ffff",
  'name = "a"\n',
  'version = "1!0.0rc1+x"\n',
  "\n[[package]]\n",
  '[package.dependencies]\na = {version = "*", optional = true}\n',
  'python_version < "3.8" and ',
  ' or extra == "x"',
  ">=1,<2 || ^3",
  "1979-05-27T07:32:00Z",
  "0x1f",
  "1e400",
  "-nan",
  "\u{1f4a9}",
  "99999999999999999999",
].map((text) => Buffer.from(text));

/** Puts letters in the place of some of the matches, one for one. */
function letters(pattern, alphabet) {
  return (bytes, random) => {
    const wanted = 1 + random(3);
    const copy = Uint8Array.from(bytes);
    const places = [...Buffer.from(bytes).toString("latin1").matchAll(pattern)];
    for (let i = 0; i < wanted && places.length > 0; i++) {
      copy[places[random(places.length)].index] = alphabet.charCodeAt(random(alphabet.length));
    }
    return copy;
  };
}

/** Puts one match in the place of another. */
function byMatches(bytes, pattern, random) {
  const places = [...Buffer.from(bytes).toString("latin1").matchAll(pattern)];
  if (places.length === 0) return bytes;
  const [from, to] = [places[random(places.length)], places[random(places.length)]];
  return spliced(bytes, to.index, to[0].length, Buffer.from(from[0], "latin1"));
}

function edited(bytes, random, change) {
  const copy = Uint8Array.from(bytes);
  if (copy.length > 0) change(copy, random(copy.length));
  return copy;
}

function spliced(bytes, at, count, insert) {
  return Uint8Array.from(Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + count)]));
}

function byLines(bytes, change) {
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  change(lines);
  return Uint8Array.from(Buffer.from(lines.join("\n"), "latin1"));
}

/** What a format's locks are called. */
const FORMATS = {
  poetry: /^poetry\.lock$/,
  uv: /^uv\.lock$/,
  pylock: /^pylock\.toml$/,
  pdm: /^pdm\.lock$/,
  pipfile: /^Pipfile\.lock$/,
  requirements: /\.txt$/,
  conda: /^conda-lock\.yml$/,
};

/** The locks of the fixtures, and those of the corpus that are small. */
function sources() {
  const found = [];
  for (const [format, pattern] of Object.entries(FORMATS)) {
    for (const parent of [`test/fixtures/${format}`, "../shared/corpus"]) {
      for (const name of existsSync(parent) ? readdirSync(parent).sort() : []) {
        const folder = `${parent}/${name}`;
        // That one is slow by intention: each call spends its whole budget.
        if (name === "fail-too-hard" || name.endsWith(".md")) continue;
        for (const file of readdirSync(folder).sort()) {
          if (!pattern.test(file) || file === "expected.txt") continue;
          const path = `${folder}/${file}`;
          const bytes = Uint8Array.from(readFileSync(path));
          if (bytes.length > 400000) continue;
          found.push({ path, format, bytes, pyproject: pyprojectOf(`${folder}/pyproject.toml`) });
        }
      }
    }
  }
  return found;
}

function pyprojectOf(path) {
  try {
    return existsSync(path) ? readPyprojectBytes(Uint8Array.from(readFileSync(path)), path) : null;
  } catch {
    return null;
  }
}

/** mulberry32: whole numbers below a limit. */
function generator(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * limit);
  };
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at === -1 ? null : process.argv[at + 1];
}

if (isMainThread) await watch();
else work(workerData);
