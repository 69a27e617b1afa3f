// After a failure nothing goes on: whatever stands in the place of one value of a lock, the debug build of the core, which
// stops where an index has no row, gives a lock or a code. test/fuzz.mjs does the same at random.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { Core } from "../src/core/core.ts";

const LOCKS: [format: string, number: number, file: string][] = [
  ["poetry", abi.FORMAT_POETRY, "poetry.lock"],
  ["uv", abi.FORMAT_UV, "uv.lock"],
  ["pylock", abi.FORMAT_PYLOCK, "pylock.toml"],
  ["pdm", abi.FORMAT_PDM, "pdm.lock"],
  ["pipfile", abi.FORMAT_PIPFILE, "Pipfile.lock"],
  ["requirements", abi.FORMAT_REQUIREMENTS, "requirements.txt"],
  ["conda", abi.FORMAT_CONDA, "conda-lock.yml"],
];
/** A tab and a control character, as an escape and written out; a text that is nothing; no text at all. */
const VALUES = ['"a\\tb"', '"a\\u0001b"', '"a\tb"', '"\x7f"', '"!"', '""', "1", "[]"];
/** A quoted text, a value of conda-lock.yml, or what stands between two blanks of a requirement. */
const PLACES = /"(?:\\.|[^"\n\\])*"|(?<=: ).+|(?<=^| )[^ "\n]+(?= |$)/gm;
/** Locks from this size on are many times the same places. */
const LARGE = 20000;

const module = new WebAssembly.Module(readFileSync("wasm/core.debug.wasm"));

for (const [format, number, file] of LOCKS) {
  test(`${format}: each value of a lock replaced`, () => {
    const core = new Core(module);
    let refused = 0;
    let read = 0;
    for (const name of readdirSync(`test/fixtures/${format}`)) {
      const path = `test/fixtures/${format}/${name}/${file}`;
      if (!name.startsWith("okay-") || !existsSync(path)) continue;
      const lock = readFileSync(path, "latin1");
      if (lock.length > LARGE) continue;
      for (const { index, 0: text } of lock.matchAll(PLACES)) {
        for (const value of VALUES) {
          const damaged = lock.slice(0, index) + value + lock.slice(index + text.length);
          const failure = core.read(number, Buffer.from(damaged, "latin1"), null);
          if (failure === null) {
            read++;
            core.explain({ target: "cp312-linux-x86_64-glibc2.28", groups: ["main"] });
          } else refused++;
        }
      }
    }
    assert.ok(refused > 100 && read > 100, `${refused} refused, ${read} read`);
  });
}

test("what a hash's algorithm is called is a name", () => {
  const digest = "0".repeat(64);
  const lock = readFileSync("test/fixtures/poetry/okay-include-2.1/poetry.lock", "latin1");
  for (const [algorithm, status] of [
    ["blake2s", 0],
    ["sh\\u0001a256", abi.STATUS_LOCK_HASH],
    ['sh\\"a256', abi.STATUS_LOCK_HASH],
    ["sh\\\\a256", abi.STATUS_LOCK_HASH],
  ] as const) {
    const written = lock.replace(/hash = "[^"]*"/, `hash = "${algorithm}:${digest}"`);
    const failure = new Core(module).read(abi.FORMAT_POETRY, Buffer.from(written, "latin1"), null);
    assert.is(failure?.status ?? 0, status, algorithm);
  }
});

test("the debug build stops where an id has no text, the release build does not look", () => {
  const [debug, release] = ["debug", "release"].map((build) => {
    const bytes = readFileSync(`.tmp/wasm/markers.${build}.wasm`);
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Record<string, (n: number) => number>;
  });
  for (const exports of [debug!, release!]) exports.input!(0);
  assert.throws(() => debug!.size!(1000), /unreachable/);
  assert.type(release!.size!(1000), "number");
});

test.run();
