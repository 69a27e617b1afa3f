// Damaged, crafted and enormous locks: a code and nothing else comes of them, soon. The long form is test/fuzz.mjs.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../src/core/core.ts";
import { readLockWith } from "../src/lock/lockfile.ts";
import { readPyproject } from "../src/lock/pyproject.ts";
import { PylockError } from "../src/words/errors.ts";

const TARGET = "cp312-linux-x86_64-glibc2.28";
const modules = ["core.wasm", "core.debug.wasm"].map((build) => new WebAssembly.Module(readFileSync(`wasm/${build}`)));
const release = modules[0]!;
const small = readFileSync("test/fixtures/poetry/okay-pep621-2.1/poetry.lock");

/** The code that the lock fails with, null when it is resolved; anything but a coded failure of the input is thrown. */
function outcome(bytes: Uint8Array, pyproject: string | null = null, module = release): string | null {
  try {
    const project = pyproject === null ? null : readPyproject(pyproject, "pyproject.toml");
    const lock = readLockWith(new Core(module), bytes, { path: "poetry.lock", format: "poetry", pyproject: project });
    const request = { target: TARGET, groups: [...lock.groups.keys()], extras: lock.extras };
    lock.resolveOpen(request);
    return lock.explain(request).resolution.error?.code ?? null;
  } catch (error) {
    if (error instanceof PylockError && error.exitCode === 1) return error.failure.code;
    throw error;
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

// --- Damage -----------------------------------------------------------------------------------------------------------

test("cut at every byte", () => {
  const core = new Core(release);
  let accepted = 0;
  const start = Math.max(0, small.length - 3000);
  const ends = Array.from({ length: small.length }, (_, end) => end).filter((end) => end > start || end % 7 === 0);
  for (const end of ends) {
    try {
      readLockWith(core, small.subarray(0, end), { path: "poetry.lock", format: "poetry", pyproject: null });
      accepted++;
    } catch (error) {
      assert.ok(error instanceof PylockError && error.exitCode === 1, `cut at ${end}: ${error}`);
    }
  }
  // Without its last line's end, or cut between two lines after lock-version, the text is a lock still.
  assert.ok(accepted < 120, `${accepted} cut locks were accepted`);
});

test("any bytes, on both builds", () => {
  for (const module of modules) {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        outcome(bytes, null, module);
      }),
      { numRuns: 300 },
    );
  }
});

test("any text in the places of a lock", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), fc.string(), (version, marker, constraint) => {
      const text = (value: string): string => JSON.stringify(value).replace(/\x7f/g, "\\u007f");
      const lock = [
        `[[package]]\nname = "a"\nversion = ${text(version)}\noptional = false\npython-versions = "*"\ngroups = ["main"]`,
        `markers = ${text(marker)}\nfiles = []\n[package.dependencies]\na = ${text(constraint)}\n`,
        '[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = "0"\n',
      ];
      outcome(bytesOf(lock.join("\n")));
    }),
    { numRuns: 500 },
  );
});

test("locks damaged at random", () => {
  const options = ["--cases", "2000", "--seed", "7", "--jobs", "1"];
  const { status, stdout } = spawnSync("node", ["test/fuzz.mjs", ...options], { encoding: "utf8" });
  assert.is(status, 0, stdout);
  // Neither all refused nor none looked at.
  const [accepted, resolutions] = /\((\d+) accepted, (\d+) resolutions/.exec(stdout)!.slice(1).map(Number);
  assert.ok(accepted! > 400 && resolutions! > 800, stdout);
});

test("bytes around a lock", () => {
  const crlf = bytesOf(new TextDecoder().decode(small).replaceAll("\n", "\r\n"));
  assert.is(outcome(crlf), null);
  assert.is.not(outcome(Uint8Array.from([...small, 0])), null);
  assert.is.not(outcome(Uint8Array.from([...small, 0xff])), null);
  assert.is.not(outcome(Uint8Array.from([0xff, 0xfe, ...small])), null);
});

// --- Worst cases ------------------------------------------------------------------------------------------------------
// Each is refused or answered within seconds, also on a busy machine; before they were bounded most of them took minutes.

const LIMIT = 15000; // milliseconds

/** The outcome within the limit. */
function expectSoon(
  name: string,
  make: () => [lock: string | Uint8Array, pyproject?: string],
  codes: (string | null)[],
): void {
  test(name, () => {
    const [lock, pyproject] = make();
    const bytes = typeof lock === "string" ? bytesOf(lock) : lock;
    const started = performance.now();
    const code = outcome(bytes, pyproject ?? null);
    assert.ok(performance.now() - started < LIMIT, `took ${performance.now() - started} ms`);
    assert.ok(codes.includes(code), `outcome ${code}`);
  });
}

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join("");
const META = '\n[metadata]\nlock-version = "2.1"\npython-versions = ">=3.8"\ncontent-hash = "0"\n';
const SOLVED = META.replace("2.1", "2.0");
const item = (name: string, version: string, rest = "", groups = '["main"]'): string =>
  `[[package]]\nname = "${name}"\nversion = "${version}"\noptional = false\npython-versions = ">=3.8"\ngroups = ${groups}\nfiles = []\n${rest}\n`;
const project = (dependencies: string): string =>
  `[tool.poetry]\nname = "p"\nversion = "1"\n[tool.poetry.dependencies]\npython = ">=3.8"\n${dependencies}`;

expectSoon("100 MB of zeros", () => [new Uint8Array(100000000)], ["toml-control-character"]);
expectSoon("50 MB of quotes", () => [new Uint8Array(50000000).fill(0x22)], ["toml-string-end"]);
expectSoon("arrays within arrays", () => [`a = ${"[".repeat(100000)}`], ["toml-depth"]);
expectSoon("a dotted key without end", () => [`a${".b".repeat(100000)} = 1`], ["toml-depth"]);
expectSoon("10,000 versions of one name", () => [repeat(10000, (i) => item("a", `1.${i}`)) + META], [null]);
expectSoon(
  "10,000 versions that require one another",
  () => [repeat(10000, (i) => item("a", `1.${i}`, '[package.dependencies]\na = "*"')) + META],
  ["too-hard"],
);
expectSoon("10,000 extras of one package, all asked for", () => {
  const optional = repeat(10000, (i) => `d${i} = {version = "*", optional = true}\n`);
  const extras = repeat(10000, (i) => `e${i} = ["d${i}"]\n`);
  const asked = repeat(10000, (i) => `"e${i}",`);
  const owner = item("a", "1", `[package.dependencies]\n${optional}[package.extras]\n${extras}`);
  return [`${owner}${item("b", "1", `[package.dependencies]\na = {version = "*", extras = [${asked}]}`)}${META}`];
}, ["too-hard", null]);
expectSoon("10,000 requirements of one package", () => {
  const requirements = repeat(10000, (i) => `d${i} = "*"\n`);
  return [repeat(10000, (i) => item(`d${i}`, "1")) + item("a", "1", `[package.dependencies]\n${requirements}`) + META];
}, [null]);
expectSoon("a marker of 50,000 parts", () => {
  const marker = `markers = "${repeat(50000, (i) => `platform_release == '${i}' or `)}python_version > '3'"`;
  return [item("a", "1", marker) + META];
}, [null]);
expectSoon("a constraint of 10,000 parts", () => {
  const constraint = repeat(10000, (i) => `>${2 * i},<${2 * i + 1} || `);
  return [`${item("b", "1")}${item("a", "1", `[package.dependencies]\nb = "${constraint}*"`)}${META}`];
}, ["constraint"]);
expectSoon("a search in which everything contradicts everything", () => {
  const packages = repeat(120, (i) =>
    repeat(12, (v) => {
      const [first, second] = [(i * 7 + v) % 120, (i * 11 + v * 5 + 1) % 120];
      const others = first === second ? "" : `n${second} = "<1.${6 + (v % 6)}"\n`;
      return item(`n${i}`, `1.${v}`, `[package.dependencies]\nn${first} = "!=1.${v},!=1.${(v * 3) % 12}"\n${others}`);
    }),
  );
  return [packages + SOLVED, project(repeat(120, (i) => `n${i} = "*"\n`))];
}, ["too-hard", "unsatisfiable", null]);

test.run();
