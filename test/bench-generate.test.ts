// Generated locks: reproducible, of the shape of real ones, and sound enough for every reader.
import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type GeneratedTool, generateLock } from "../src/bench/generate/generate.ts";
import type { GeneratedFiles } from "../src/bench/generate/packages.ts";
import type { Lockfile } from "../src/lock/lockfile.ts";
import { contentHashes, readPyproject } from "../src/lock/pyproject.ts";
import { readLock } from "../src/lock/shipped.ts";

const TOOLS: readonly GeneratedTool[] = ["poetry", "uv"];
const TARGET = "cp312-linux-x86_64-glibc2.28";

function read(tool: GeneratedTool, { lock, pyproject, name }: GeneratedFiles): Lockfile {
  const options = { path: name, format: tool, pyproject: readPyproject(pyproject, "pyproject.toml") };
  return readLock(new TextEncoder().encode(lock), options);
}

for (const tool of TOOLS) {
  test(`${tool}: the same seed makes the same bytes, another seed others`, async () => {
    const one = await generateLock({ tool, packages: 60, seed: 5 });
    assert.equal(await generateLock({ tool, packages: 60, seed: 5 }), one);
    assert.is.not((await generateLock({ tool, packages: 60, seed: 6 })).lock, one.lock);
    assert.is.not((await generateLock({ tool, packages: 61, seed: 5 })).lock.slice(0, 5000), one.lock.slice(0, 5000));
  });

  test(`${tool}: every package is there, and each is reached from the project`, async () => {
    const files = await generateLock({ tool, packages: 300, seed: 2 });
    const lock = read(tool, files);
    assert.equal(lock.warnings, []);
    // uv lists the project itself.
    assert.is(lock.packages().length, tool === "uv" ? 301 : 300);
    const { error, packages } = lock.resolve({ target: TARGET, groups: [...lock.groups.keys()], extras: [] });
    assert.is(error, null);
    // Some are left out by markers.
    assert.ok(packages.length > 200, `${packages.length}`);
    const listed = [...files.lock.matchAll(/^name = "([^"]+)"$/gm)].map(([, name]) => name!);
    const required = new Set(
      [...files.lock.matchAll(/^(?:([\w-]+) = (?:"[>*]|\{version)| {4}\{ name = "([^"]+)")/gm)].map(
        ([, poetry, uv]) => poetry ?? uv,
      ),
    );
    for (const [, name] of files.pyproject.matchAll(/^ *"?([\w-]+)"?(?: = "[>*]|,$)/gm)) required.add(name);
    assert.equal(
      listed.filter((name) => !required.has(name) && name !== "zz-generated"),
      [],
    );
  });
}

// Quartiles of bytes a package over the real locks that the shape was counted on: 16 of Poetry's, 12 of uv's.
for (const [tool, least, most] of [
  ["poetry", 2016, 2911],
  ["uv", 2055, 4873],
] as const) {
  test(`${tool}: as many bytes a package as real locks have, and as many pure wheels`, async () => {
    for (const packages of [1000, 2000]) {
      const { lock } = await generateLock({ tool, packages, seed: 1 });
      const each = lock.length / packages;
      assert.ok(each > least && each < most, `${each}`);
      const pure = [...lock.matchAll(/-py3-none-any\.whl/g)].length / packages;
      assert.ok(pure > 0.68 && pure < 0.78, `${pure}`);
    }
  });
}

// Over the same real locks: the project itself requires 25 % of Poetry's packages, 17 % of uv's.
for (const [tool, share, pattern] of [
  ["poetry", 0.25, /^[\w-]+ = "[>*]/gm],
  ["uv", 0.17, /^ {2,4}"[\w-]+/gm],
] as const) {
  test(`${tool}: the project requires as many of the packages itself`, async () => {
    for (const packages of [1000, 3000]) {
      const { pyproject } = await generateLock({ tool, packages, seed: 1 });
      const found = [...pyproject.matchAll(pattern)].length / packages;
      assert.ok(Math.abs(found - share) < 0.06, `${found}`);
    }
  });
}

test("poetry: the content hash is that of its pyproject.toml", async () => {
  const { lock, pyproject } = await generateLock({ tool: "poetry", packages: 20, seed: 1 });
  const [text] = contentHashes(readPyproject(pyproject, "pyproject.toml"), "Poetry 2.1.1");
  assert.match(lock, `content-hash = "${createHash("sha256").update(text!).digest("hex")}"`);
});

test.run();
