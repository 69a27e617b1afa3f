// The house: which room may import from which (docs/architecture.md), and no files one another. Read from the sources, as they are.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** Each room of a tree with those that it may import from, beside itself. Files at the top are ways in, and may all. */
const ASSEMBLY: Readonly<Record<string, readonly string[]>> = {
  memory: [],
  hash: ["memory"],
  text: ["memory"],
  standards: ["memory", "text"],
  lock: ["memory", "text", "standards"],
  resolve: ["memory", "standards", "lock"],
  write: ["memory", "standards", "lock", "resolve"],
  nix: ["memory", "text", "standards", "lock", "resolve", "write"],
};
const SRC: Readonly<Record<string, readonly string[]>> = {
  words: ["core"],
  core: ["words"],
  lock: ["core", "words"],
  answers: ["core", "words", "lock"],
  prefetch: ["core", "words", "lock", "answers"],
  service: ["core", "words", "lock", "answers"],
  runtime: ["core", "words", "lock", "answers", "prefetch"],
  cli: ["core", "words", "lock", "answers", "service", "prefetch", "runtime", "bench"],
  bench: ["core", "words", "lock", "answers", "runtime"],
};

for (const [root, rooms] of Object.entries({ assembly: ASSEMBLY, src: SRC })) {
  test(`${root}/: imports run one way`, () => {
    const found: string[] = [];
    const met = new Set<string>();
    for (const file of sources(root)) {
      const room = roomOf(root, file);
      if (room === null) continue;
      met.add(room);
      for (const target of imports(file)) {
        // src/core/abi.ts is numbers alone: both compilers read it.
        if (!target.startsWith(`${root}/`)) continue;
        const other = roomOf(root, target);
        if (other !== room && (other === null || !rooms[room]?.includes(other))) found.push(`${file} -> ${target}`);
      }
    }
    assert.equal(found, []);
    assert.ok(met.size > 4, "the rooms are there");
  });
}

for (const root of ["assembly", "src"]) {
  test(`${root}/: no files import one another, types neither`, () => {
    const asked = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(" -> "));
      if (asked.has(file)) return;
      asked.add(file);
      for (const next of imports(file)) visit(next, [...way, file]);
    };
    for (const file of sources(root)) visit(file, []);
    assert.equal(circles, []);
    assert.ok(asked.size > 80);
  });
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((each) => {
    const path = `${folder}/${each.name}`;
    return each.isDirectory() ? sources(path) : path.endsWith(".ts") ? [path] : [];
  });
}

function roomOf(root: string, file: string): string | null {
  const parts = file.slice(root.length + 1).split("/");
  return parts.length > 1 ? parts[0]! : null;
}

function imports(file: string): string[] {
  const found = readFileSync(file, "utf8").matchAll(/(?:from|import\() ?"(\.[^"]*)"/g);
  return [...found].map(([, path]) => {
    const target = normalize(join(dirname(file), path!));
    // AssemblyScript names no endings.
    return target.endsWith(".ts") || !existsSync(`${target}.ts`) ? target : `${target}.ts`;
  });
}

test.run();
