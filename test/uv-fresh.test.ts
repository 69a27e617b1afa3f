// Whether a uv.lock is fresh: the ways that a pyproject.toml changes, with what `uv lock --check --offline` of uv 0.13.9 said to
// each. test/oracles/uv_fresh.mjs asks it about random ones.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openInput } from "../src/cli/input.ts";
import { resolveCommand } from "../src/cli/resolve.ts";
import { readWords } from "../src/cli/words.ts";
import { COMBINE_EITHER, COMBINE_WITHOUT, NODE_NEVER } from "../src/core/abi.ts";
import { Core, type Form, type FormRequest } from "../src/core/core.ts";
import { BUILDS } from "./corpus.ts";
import {
  type Change,
  changedFixture,
  changedScript,
  FIXTURES,
  FRESH,
  PYPROJECT,
  SCRIPTS,
  STALE,
} from "./uv-changes.ts";

interface Freshness {
  readonly fresh: boolean | null;
  readonly because: string | null;
}

async function freshness(folder: string): Promise<Freshness> {
  const { fresh, because } = await openInput(readWords([folder], resolveCommand.options, "resolve"), "resolve");
  return { fresh, because };
}

async function changed(fixture: string, changes: readonly Change[]): Promise<Freshness> {
  const folder = changedFixture(fixture, changes);
  try {
    return await freshness(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each fixture is as uv wrote it; those are not fresh all the same. */
const OTHERS: Readonly<Record<string, { fresh: boolean | null; because: string | null }>> = {
  "okay-dynamic-extras": {
    fresh: null,
    because: "only a build tells the optional-dependencies of `demo`: they are dynamic",
  },
  // uv writes where the folder of an index was, and takes a lock for stale once the project is elsewhere.
  "okay-folder-index": {
    fresh: false,
    because: "`demo` requires `local` in another way than the lock was made for",
  },
  // It has no pyproject.toml.
  "okay-script": { fresh: null, because: null },
};
for (const name of readdirSync(FIXTURES).filter((each) => each.startsWith("okay-"))) {
  test(`${name}: fresh, as uv has just locked it`, async () => {
    assert.equal(await freshness(FIXTURES + name), OTHERS[name] ?? { fresh: true, because: null });
  });
}

for (const [name, fixture, changes, because] of STALE) {
  test(`stale: ${name}`, async () => {
    const found = await changed(fixture, changes);
    assert.is(found.fresh, false);
    assert.ok(found.because?.startsWith(because), `${found.because} is not ${because}`);
  });
}

for (const [name, fixture, changes] of FRESH) {
  test(`fresh: ${name}`, async () => assert.equal(await changed(fixture, changes), { fresh: true, because: null }));
}

test("what cannot be told: dynamic requirements, and Pythons that only the interpreter has", async () => {
  assert.equal(await changed("okay-text-order", [[PYPROJECT, "[project]", '[project]\ndynamic = ["dependencies"]']]), {
    fresh: null,
    because: "only a build tells the dependencies of `demo`: they are dynamic",
  });
  assert.equal(await changed("okay-text-order", [[PYPROJECT, 'requires-python = ">=3.9"\n', ""]]), {
    fresh: null,
    because: "no project states `requires-python`: uv takes that of its interpreter",
  });
  // What is known to differ is said all the same.
  const both: [string, string, string][] = [
    [PYPROJECT, 'requires-python = ">=3.9"\n', ""],
    [PYPROJECT, '"demo"', '"renamed"'],
  ];
  assert.is((await changed("okay-text-order", both)).fresh, false);
});

// --- Scripts ------------------------------------------------------------------------------------------------------------------

async function script(change: (text: string) => string): Promise<Freshness> {
  const folder = changedScript(change);
  try {
    return await freshness(join(folder, "hello.py"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [name, change, because] of SCRIPTS) {
  test(`a script: ${name}`, async () => {
    const found = await script(change);
    assert.is(found.fresh, because === null, JSON.stringify(found));
    if (because !== null) assert.ok(found.because?.startsWith(because), found.because ?? "");
  });
}

test("a script of which cannot be told whether its lock is fresh", async () => {
  assert.equal(await script((text) => text.replace('# requires-python = ">=3.10"\n', "")), {
    fresh: null,
    because: "the script states no `requires-python`: uv takes that of its interpreter",
  });
  // uv takes the last line that ends the metadata, and so no TOML here.
  const found = await script((text) => `${text}# more\n# ///\n`);
  assert.is(found.fresh, null);
  assert.match(found.because ?? "", /cannot read TOML/);
  const folder = mkdtempSync(join(tmpdir(), "uv-fresh-"));
  cpSync(`${FIXTURES}okay-script/uv.lock`, join(folder, "hello.py.lock"));
  assert.equal(await freshness(join(folder, "hello.py.lock")), {
    fresh: null,
    because: "there is no `hello.py` beside it",
  });
  rmSync(folder, { recursive: true });
});

// --- Markers and versions ---------------------------------------------------------------------------------------------------

for (const build of BUILDS) {
  const core = new Core(new WebAssembly.Module(readFileSync(`wasm/${build}`)));
  core.read(0, new Uint8Array(), null);
  const form = (request: Partial<FormRequest>): Form => {
    const found = core.form({ python: [], ...request });
    assert.ok(!("status" in found), JSON.stringify(request));
    return found as Form;
  };
  const marker = (text: string, python: readonly string[] = []): number => form({ marker: text, python }).marker;
  const range = (text: string): number => form({ text: `x${text}` }).range;

  test(`${build}: markers that mean the same to uv`, () => {
    for (const [left, right, python = ""] of [
      ["sys_platform == 'win32'", "platform_system == 'Windows'"],
      ["sys_platform == 'win32'", "sys_platform == 'win32' or (os_name == 'nt' and sys_platform == 'linux')"],
      ["os_name == 'nt' and sys_platform == 'linux'", "python_version < '0'", ">=3.8"],
      ["", "os_name != 'nt' or sys_platform != 'darwin'"],
      ["", "os_name ~= 'nt'"],
      ["os_name > 'nt'", "os_name == 'nt' and os_name == 'posix'"],
      ["os_name <= 'nt'", "os_name == 'nt'"],
      ["python_version <= '3.11'", "python_full_version < '3.12'"],
      ["python_version == '3.11.*'", "python_version == '3.11'"],
      ["python_version in '3.10 3.11'", "python_full_version >= '3.10' and python_full_version < '3.12'"],
      ["python_version not in '3.10.1'", "os_name == 'a' and os_name == 'b'"],
      ["python_version != '3.11.1'", ""],
      ["python_version ~= '3.8'", "python_full_version >= '3.8' and python_full_version < '4'"],
      ["python_full_version >= '3.13.0rc1'", "python_full_version >= '3.13'"],
      ["python_version >= '3.6'", "", ">=3.8"],
      ["python_version >= '3.6' and os_name == 'nt'", "os_name == 'nt'", ">=3.8,<4"],
      ["extra == 'Two_Words'", "'two-words' == extra"],
      [
        "platform_release >= '9' and sys_platform == 'darwin'",
        "platform_release >= '9.0' and sys_platform == 'darwin'",
      ],
      ["'x' in os_name and os_name in 'y'", "os_name in 'y' and 'x' in os_name"],
    ] as const) {
      const pythons = python === "" ? [] : [python];
      assert.is(marker(left, pythons), marker(right, pythons), `${left} is ${right}`);
    }
  });

  test(`${build}: markers that do not`, () => {
    for (const [left, right] of [
      ["sys_platform == 'win32'", "platform_system == 'windows'"],
      ["sys_platform == 'win32'", "sys_platform == 'win32' and os_name != 'java'"],
      ["python_version < '3.12'", "python_version <= '3.12'"],
      ["python_full_version > '3.11'", "python_version > '3.11'"],
      ["platform_release >= '9'", "platform_release >= '9.0'"],
      ["'x' in os_name", "os_name in 'x'"],
      ["extra == 'a'", "extra != 'a'"],
      ["implementation_version == '3.8'", "python_full_version == '3.8'"],
    ] as const) {
      assert.is.not(marker(left), marker(right), `${left} is not ${right}`);
    }
    assert.is.not(marker("python_version >= '3.6'"), marker("", []));
    assert.is.not(marker("python_version >= '3.9'", [">=3.8"]), marker("", [">=3.8"]));
  });

  test(`${build}: versions that specifiers take`, () => {
    for (const [left, right] of [
      ["==1.0", "==1"],
      [">=1,<2", "<2,>=1"],
      [">=1,<2", ">=1.0,>=0.5,<2.0"],
      ["~=1.2", ">=1.2,==1.*"],
      ["==1.*", ">=1.dev0,<2.dev0"],
      ["==1.5", ">=1.5,<1.5.post0.dev0"],
      [">1.post1", ">=1.post2.dev0"],
      [">1rc1", ">=1rc2.dev0"],
      ["!=1.*", "!=1,!=1.*"],
      ["<2", "<2.dev0"],
    ] as const) {
      assert.is(range(left), range(right), `${left} is ${right}`);
    }
    for (const [left, right] of [
      ["==1.0", "===1.0"],
      ["~=1.0", "~=1.0.0"],
      [">1", ">=1.post0.dev0"],
      ["<=1", "<1"],
      ["==1.*", "==1.0.*"],
      ["==1+local", "==1"],
    ] as const) {
      assert.is.not(range(left), range(right), `${left} is not ${right}`);
    }
    assert.is(core.combine(COMBINE_WITHOUT, range(">=1"), range("")), NODE_NEVER);
    assert.is(
      core.combine(COMBINE_EITHER, range("<1"), range(">=1")) === range(""),
      false,
      "1's pre-releases are in neither",
    );
  });

  test(`${build}: too many switches are an answer, too`, () => {
    const many = Array.from({ length: 600 }, (_, index) => `extra == 'x${index}'`).join(" and ");
    assert.ok("status" in core.form({ marker: many, python: [] }));
    assert.ok(!("status" in core.form({ marker: "extra == 'x'", python: [] })));
  });
}

test.run();
