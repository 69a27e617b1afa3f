// The module as it is shipped: what it imports, how large it is, and that no input makes it trap.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { Core } from "../src/core/core.ts";
import { targetList } from "../src/lock/targets.ts";

/** Bytes: what an edge runtime loads and a browser downloads. */
const SIZE_LIMIT = 150 * 1024;

const release = readFileSync("wasm/core.wasm");
const builds = ["core.wasm", "core.debug.wasm"].map((name) => ({
  name,
  module: new WebAssembly.Module(readFileSync(`wasm/${name}`)),
}));

test("imports nothing", () => {
  for (const { name, module } of builds) assert.equal(WebAssembly.Module.imports(module), [], name);
});

test(`is at most ${SIZE_LIMIT} bytes`, () => {
  assert.ok(release.length <= SIZE_LIMIT, `${release.length} bytes`);
});

/** Reads the text as a poetry.lock and, where that goes well, resolves it: a status or an answer, never a trap. */
function survives(core: Core, bytes: Uint8Array): number {
  const failure = core.read(abi.FORMAT_POETRY, bytes, null);
  if (failure !== null) return failure.status;
  const refusal = core.resolve({ target: "cp312-linux-x86_64-glibc2.28", groups: ["main"] });
  return refusal === null ? abi.STATUS_OK : refusal.status;
}

const lock = readFileSync("test/fixtures/poetry/okay-include-2.1/poetry.lock");

// Each dialect of markers makes clauses for one target: a lock of many different comparisons took 20 MB for each.
const COMPARISONS = {
  "poetry.lock": [
    abi.FORMAT_POETRY,
    (index: number) => `platform_release == "${index}.1" or python_version in "${index}.1, ${index}.2"`,
    (index: number, marker: string) =>
      `[[package]]\nname = "p${index}"\nversion = "1"\ngroups = ["main"]\nmarkers = '${marker}'\nfiles = []\n`,
    '\n[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = "0"\n',
  ],
  "pylock.toml": [
    abi.FORMAT_PYLOCK,
    (index: number) => `"${index}.1" <= python_full_version`,
    (index: number, marker: string) =>
      `[[packages]]\nname = "p${index}"\nversion = "1"\nmarker = '${marker}'\ndirectory = { path = "p" }\n`,
    "",
  ],
} as const;

for (const [name, [format, marker, packageOf, end]] of Object.entries(COMPARISONS)) {
  test(`${name}: many targets take no more memory than one`, () => {
    const core = new Core(builds[0]!.module);
    const start = format === abi.FORMAT_PYLOCK ? 'lock-version = "1.0"\ncreated-by = "x"\n' : "";
    const packages = Array.from({ length: 8000 }, (_, index) => packageOf(index, marker(index)));
    assert.is(core.read(format, new TextEncoder().encode(start + packages.join("") + end), null), null);
    const resolve = (count: number): number => {
      const targets = Array.from({ length: count }, (_, at) => ({
        target: `cp3${8 + (at % 7)}-linux-x86_64-glibc2.${28 + at}`,
      }));
      assert.is(core.resolveAll({ target: targetList(targets), groups: ["main"] }), null);
      return core.size;
    };
    const one = resolve(1);
    assert.ok(resolve(40) < 1.6 * one, `${core.size} bytes, ${one} for one target`);
  });
}

for (const { name, module } of builds) {
  const core = new Core(module);

  test(`${name}: every prefix of a lock is read or refused with a place`, () => {
    for (let size = 0; size < lock.length; size++) {
      const failure = core.read(abi.FORMAT_POETRY, lock.subarray(0, size), null);
      if (failure === null) continue;
      assert.ok(failure.offset <= size, `${size}: offset ${failure.offset}`);
      assert.ok(failure.offset + failure.size <= size, `${size}: size ${failure.size}`);
    }
  });

  test(`${name}: flipped bytes are read or refused`, () => {
    // A fixed walk over positions and values: the same on every machine.
    for (let step = 0; step < 4000; step++) {
      const bytes = Uint8Array.from(lock);
      bytes[(step * 7919) % bytes.length] = (step * 31) & 255;
      bytes[(step * 104729) % bytes.length] = (step * 17) & 255;
      survives(core, bytes);
    }
  });

  test(`${name}: odd inputs`, () => {
    const text = (value: string) => new TextEncoder().encode(value);
    assert.is(survives(core, new Uint8Array()), abi.STATUS_LOCK_NOT_FOUND);
    assert.is(survives(core, new Uint8Array(1_000_000)), abi.STATUS_TOML_CONTROL);
    assert.is(survives(core, text("[".repeat(100_000))), abi.STATUS_TOML_KEY);
    assert.is(survives(core, text(`a = ${"[".repeat(100_000)}`)), abi.STATUS_TOML_DEPTH);
    assert.is(survives(core, text(`a = ${"{a = ".repeat(100_000)}`)), abi.STATUS_TOML_DEPTH);
    assert.is(survives(core, text(`${"a.".repeat(100_000)}b = 1`)), abi.STATUS_TOML_DEPTH);
    assert.is(survives(core, text("[metadata]\nlock-version = 2.1\n")), abi.STATUS_LOCK_TYPE);
    assert.is(survives(core, text('[metadata]\nlock-version = "3.0"\n')), abi.STATUS_LOCK_VERSION);
  });
}

test.run();
