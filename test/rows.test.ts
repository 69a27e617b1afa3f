// Rows that the scanner recognises whole (assembly/text/toml/rows.ts) against the scanner without that: the same outcome for
// the same bytes, whatever they are. Slices of locks are damaged at random, mostly within rows.
//   MINUTES=10 SEED=1 node .tmp/test/rows.test.js       for longer
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { Core } from "../src/core/core.ts";
import { readPackages } from "../src/lock/packages.ts";
import { corpus } from "./corpus.ts";

const [quick, debug, plain] = ["wasm/core.wasm", "wasm/core.debug.wasm", ".tmp/wasm/core.scanner.wasm"].map(
  (file) => new Core(new WebAssembly.Module(readFileSync(file))),
) as [Core, Core, Core];
const seed = Number(process.env.SEED ?? 1);
const minutes = Number(process.env.MINUTES ?? 0);
const CASES = 3000;

interface Lock {
  readonly format: number;
  readonly name: string;
  /** What stands before the first package, the packages, and what stands behind them. */
  readonly head: string;
  readonly packages: readonly string[];
  readonly tail: string;
}

const FORMATS = { poetry: abi.FORMAT_POETRY, uv: abi.FORMAT_UV, pdm: abi.FORMAT_PDM } as const;
const LOCKS: Lock[] = Object.entries(FORMATS).flatMap(([format, code]) => [
  ...readdirSync(`test/fixtures/${format}`)
    .filter(
      (name) => name.startsWith("okay-") && readdirSync(`test/fixtures/${format}/${name}`).includes(`${format}.lock`),
    )
    .map((name) => taken(code, name, readFileSync(`test/fixtures/${format}/${name}/${format}.lock`, "latin1"))),
  ...corpus(format).map(({ id, lock }) => taken(code, id, Buffer.from(lock).toString("latin1"))),
]);

/** Bytes as characters, so that damage is by bytes. */
function taken(format: number, name: string, text: string): Lock {
  const [head = "", ...rest] = text.split(/(?=^\[\[package\]\]$)/m);
  const last = rest.pop() ?? "";
  const at = last.search(/^\[(?!\[|package)/m);
  return {
    format,
    name,
    head,
    packages: [...rest, at < 0 ? last : last.slice(0, at)],
    tail: at < 0 ? "" : last.slice(at),
  };
}

test("whole locks", () => {
  for (const lock of LOCKS) {
    const bytes = bytesOf(lock.head + lock.packages.join("") + lock.tail);
    assert.is(outcome(quick, lock.format, bytes), outcome(plain, lock.format, bytes), lock.name);
  }
});

test("rows where no reader expects them, and rows of another lock", () => {
  const file = `{file = "a-1.0.tar.gz", hash = "sha256:${"0".repeat(64)}"}`;
  const url = `{ url = "https://files.pypi.invalid/a-1.0.tar.gz", hash = "sha256:${"a".repeat(64)}", size = 7 }`;
  const late = url.replace(" }", ', upload-time = "2026-01-01T00:00:00Z" }');
  const empty = [file.replace("a-1.0.tar.gz", ""), url.replace(/"https[^"]*"/, '""')];
  for (const rows of [
    ...empty.map((row) => [row]),
    [file, empty[0]!, file],
    [url, empty[1]!, url],
    [file],
    [url],
    [late],
    [file, url],
    [url, late, file, url],
    [file, "1", file],
    [file, "{}", late],
  ]) {
    for (const ending of [",\n", "\n", ", # comment\n", ",\r\n", ",\n\n    "]) {
      const list = `[\n    ${rows.join(",\n    ")}${ending}]`;
      for (const key of ["files", "groups", "markers", "dependencies", "extras", "wheels", "sdist", "source", "x"]) {
        for (const [format, rest] of [
          [abi.FORMAT_POETRY, '[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = "0"\n'],
          [abi.FORMAT_UV, ""],
          [abi.FORMAT_PDM, '[metadata]\ngroups = ["default"]\nlock_version = "4.5.0"\n'],
        ] as const) {
          const start = format === abi.FORMAT_UV ? 'version = 1\nrequires-python = ">=3.9"\n' : "";
          same(format, bytesOf(`${start}[[package]]\nname = "a"\nversion = "1.0"\n${key} = ${list}\n${rest}`), key);
        }
      }
    }
  }
});

test("damaged slices", () => {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const end = Date.now() + minutes * 60_000;
  let cases = 0;
  let accepted = 0;
  while (minutes > 0 ? Date.now() < end : cases < CASES) {
    const lock = pick(LOCKS);
    const from = Math.floor(random() * lock.packages.length);
    const slice = lock.packages.slice(from, from + 1 + Math.floor(random() * 3)).join("");
    const bytes = bytesOf(lock.head + damaged(slice, random) + lock.tail);
    if (same(lock.format, bytes, `${lock.name}, case ${cases} of seed ${seed}`)) accepted++;
    cases++;
  }
  if (minutes > 0) console.log(`${cases} cases, ${accepted} accepted`);
  assert.ok(accepted > cases / 20, `${accepted} of ${cases} were still locks`);
});

/** Compares the outcomes; whether the bytes are a lock. */
function same(format: number, bytes: Uint8Array, where: string): boolean {
  const expected = outcome(plain, format, bytes);
  assert.is(outcome(quick, format, bytes), expected, where);
  assert.is(outcome(debug, format, bytes), expected, `${where}, debug build`);
  return expected.startsWith("[");
}

/** Everything that reading gives, or the failure with its place. */
function outcome(core: Core, format: number, bytes: Uint8Array): string {
  const failure = core.read(format, bytes, null);
  return JSON.stringify(failure ?? readPackages(core));
}

/** One to four changes, by bytes: most of them in a line of a row. */
function damaged(text: string, random: () => number): string {
  const marks = [
    '"',
    "'",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    "=",
    " ",
    "\n",
    "\t",
    "#",
    "0",
    "g",
    "\x7f",
    "\x80",
    "\xc3\xa9",
    "\0",
    "%20",
    "/",
    "?",
  ];
  for (let changes = 1 + Math.floor(random() * 4); changes > 0; changes--) {
    const rows = [...text.matchAll(/^ +\{.*\},?$/gm)];
    const row = rows[Math.floor(random() * rows.length)];
    const inRow = row !== undefined && random() < 0.85;
    const at = inRow ? row.index + Math.floor(random() * row[0].length) : Math.floor(random() * text.length);
    const mark = marks[Math.floor(random() * marks.length)]!;
    const way = random();
    if (way < 0.35) text = text.slice(0, at) + mark + text.slice(at + 1);
    else if (way < 0.6) text = text.slice(0, at) + mark + text.slice(at);
    else if (way < 0.85) text = text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 6));
    else if (row !== undefined) text = text.slice(0, row.index) + row[0] + text.slice(row.index);
  }
  return text;
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** mulberry32: the same numbers for the same seed. */
function generator(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test.run();
