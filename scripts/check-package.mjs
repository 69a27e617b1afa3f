// The package as it would be published, held against what others expect of one: publint's rules, the types as every kind of
// resolution finds them, and a budget for what people download. Needs `npm run build` before it.
//   node scripts/check-package.mjs [--sizes]     --sizes: only prints them, as README's table has them
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { checkPackage, Package } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { rolldown } from "rolldown";

/** Bytes. What is reached is to be thought about, not raised. */
const BUDGET = {
  "core.wasm": 150 * 1024,
  "hash.wasm": 28 * 1024,
  "pylock2nix, gzip": 136 * 1024,
  "pylock2nix/pure, gzip": 56 * 1024,
  "pylock2nix/hash, gzip": 32 * 1024,
  "readLock alone, gzip": 116 * 1024,
  tarball: 1024 * 1024,
};
/** A package of ES modules: TypeScript for CommonJS before Node could require them finds none. */
const IGNORED_RESOLUTIONS = new Set(["node10", "node16-cjs"]);
/** What CommonJS gets in the place of the modules, where it cannot have them, throws: it has no types of its own. */
const IGNORED_KINDS = new Set(["FalseESM"]);

const folder = mkdtempSync(join(tmpdir(), "pylock2nix-package-"));
const problems = [];
try {
  const tarball = pack();
  const sizes = await sizesOf(tarball);
  if (process.argv.includes("--sizes")) {
    for (const [name, size] of Object.entries(sizes)) process.stdout.write(`${name}: ${size}\n`);
  }
  for (const [name, limit] of Object.entries(BUDGET)) {
    if (!(sizes[name] <= limit)) problems.push(`size: ${name} has ${sizes[name]} bytes, ${limit} are granted`);
  }
  compareReadme(sizes);
  await lint(tarball);
  await checkTypes(tarball);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

function pack() {
  const words = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { status, stdout, stderr } = spawnSync("npm", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return join(folder, JSON.parse(stdout)[0].filename);
}

/** README's table says what is so, within a twentieth: `| the core, ... | 150 KB |`. */
function compareReadme(sizes) {
  const rows = {
    "`pylock2nix/core.wasm`": "core.wasm",
    "`pylock2nix/hash.wasm`": "hash.wasm",
    "`pylock2nix` bundled": "pylock2nix, gzip",
    "only `readLock`": "readLock alone, gzip",
    "`pylock2nix/pure` bundled": "pylock2nix/pure, gzip",
    "`pylock2nix/hash` bundled": "pylock2nix/hash, gzip",
  };
  const lines = readFileSync("README.md", "utf8").split("\n");
  for (const [words, name] of Object.entries(rows)) {
    const line = lines.find((each) => each.startsWith("| ") && each.includes(words)) ?? "";
    const stated = 1024 * Number(/ (\d+) KB \|$/.exec(line)?.[1]);
    if (!(Math.abs(stated / sizes[name] - 1) < 0.05)) problems.push(`README.md: ${name} has ${sizes[name]} bytes`);
  }
}

async function lint(tarball) {
  const { messages, pkg } = await publint({ pack: { tarball: readFileSync(tarball) }, strict: true });
  for (const message of messages) problems.push(`publint: ${formatMessage(message, pkg)}`);
}

/** Its own reader of tarballs keeps the last piece of larger ones only. */
async function checkTypes(tarball) {
  const { status } = spawnSync("tar", ["-xzf", tarball, "-C", folder]);
  if (status !== 0) throw new Error("cannot unpack the tarball");
  const root = join(folder, "package");
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const within = (path) => `/node_modules/${name}/${relative(root, path).replaceAll("\\", "/")}`;
  const contents = Object.fromEntries(paths.map((path) => [within(path), new Uint8Array(readFileSync(path))]));
  const { problems: found } = await checkPackage(new Package(contents, name, version));
  for (const problem of found) {
    if (IGNORED_KINDS.has(problem.kind) || IGNORED_RESOLUTIONS.has(problem.resolutionKind)) continue;
    problems.push(`types: ${JSON.stringify(problem)}`);
  }
}

async function sizesOf(tarball) {
  const all = "console.log(all);";
  return {
    "core.wasm": statSync("wasm/core.wasm").size,
    "hash.wasm": statSync("wasm/hash.wasm").size,
    "pylock2nix, gzip": await bundled(`import * as all from "pylock2nix"; ${all}`),
    "pylock2nix/pure, gzip": await bundled(`import * as all from "pylock2nix/pure"; ${all}`),
    "pylock2nix/hash, gzip": await bundled(`import * as all from "pylock2nix/hash"; ${all}`),
    "readLock alone, gzip": await bundled('import { readLock } from "pylock2nix"; console.log(readLock(""));'),
    tarball: statSync(tarball).size,
  };
}

/** Bytes of what a program for browsers loads, compressed. */
async function bundled(code) {
  const entry = "\0entry";
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    checks: { eval: false },
    plugins: [
      { name: "entry", resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? code : null) },
      { name: "self", resolveId: (id) => (id.startsWith("pylock2nix") ? resolved(id) : null) },
    ],
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  return gzipSync(output[0].code, { level: 9 }).length;
}

function resolved(id) {
  return join(process.cwd(), `dist/${id.split("/")[1] ?? "index"}.js`);
}
