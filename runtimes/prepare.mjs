// A folder with what the runtimes run: the package as it is packed, installed by npm and by Bun, the locks of the fixtures,
// the suite, and bundles of it for the runtimes that load bundles.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const HERE = import.meta.dirname;
const REPOSITORY = join(HERE, "..");
const LOCKS = {
  poetry: "poetry.lock",
  uv: "uv.lock",
  pylock: "pylock.toml",
  pdm: "pdm.lock",
  pipfile: "Pipfile.lock",
  requirements: "requirements.txt",
  conda: "conda-lock.yml",
};

/** What the service is measured against. */
const ECHO = "export default { fetch: async (request) => new Response(await request.arrayBuffer()) };\n";

/** Gives the folder; `bun` is the program. */
export async function prepare(bun) {
  const folder = mkdtempSync(join(tmpdir(), "pylock2nix-runtimes-"));
  const words = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder, REPOSITORY];
  const [{ filename }] = JSON.parse(run("npm", words, { cwd: folder }));
  writeFileSync(join(folder, "projects.json"), JSON.stringify(projects()));
  install(folder, filename, "npm", ["install", "--offline", "--no-package-lock", "--silent"]);
  if (bun !== null) install(join(folder, "bun"), `../${filename}`, bun, ["install", "--no-save", "--silent"]);
  await bundle(folder);
  return folder;
}

export function run(program, words, { cwd, env = {} }) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status === 0) return stdout;
  throw new Error(`${program} ${words.join(" ")} failed: ${error ?? `${stderr}${stdout}`}`);
}

/** As in a project that depends on the package; it holds its one dependency, so that no registry is asked. */
function install(folder, tarball, program, words) {
  mkdirSync(folder, { recursive: true });
  const dependencies = { pylock2nix: `file:${tarball}` };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  run(program, words, { cwd: folder });
  if (!existsSync(join(folder, "node_modules/pylock2nix/dist/index.js"))) throw new Error(`${program}: not installed`);
  // Deno takes what is installed only for what is asked for by version.
  const names = { private: true, type: "module", dependencies: { pylock2nix: "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(names));
  copyFileSync(join(HERE, "suite.mjs"), join(folder, "suite.mjs"));
  for (const file of readdirSync(join(HERE, "hosts"))) copyFileSync(join(HERE, "hosts", file), join(folder, file));
  if (tarball.startsWith("../")) copyFileSync(join(folder, "../projects.json"), join(folder, "projects.json"));
}

/** As bundlers of each kind do it: what they know of WebAssembly differs. */
async function bundle(folder) {
  const common = { absWorkingDir: folder, bundle: true, logLevel: "error" };
  const worker = {
    ...common,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
  };
  await build({ ...worker, entryPoints: ["worker.mjs"], outdir: "worker" });
  // As it is deployed: examples/edge.
  copyFileSync(join(REPOSITORY, "examples/edge/worker.js"), join(folder, "worker.js"));
  await build({ ...worker, minify: true, entryPoints: ["worker.js"], outdir: "service" });
  writeFileSync(join(folder, "echo.mjs"), ECHO);
  await build({ ...worker, entryPoints: { worker: "echo.mjs" }, outdir: "echo" });
  await build({
    ...common,
    entryPoints: ["global.mjs"],
    outdir: "edge",
    conditions: ["edge-light", "worker", "browser"],
    plugins: [{ name: "module-by-global", setup: (plugin) => modulesByGlobal(plugin, folder) }],
  });
  await build({ ...common, entryPoints: ["global.mjs"], outdir: "browser", platform: "browser" });
}

/** `import core from "./core.wasm?module"` is a global there, which the platform makes of the file. */
function modulesByGlobal({ onResolve, onLoad }, folder) {
  onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
    path: join(resolveDir, path.replace("?module", "")),
    namespace: "module-by-global",
  }));
  onLoad({ filter: /.*/, namespace: "module-by-global" }, ({ path }) => {
    const [, name] = /(\w+)\.wasm$/.exec(path);
    mkdirSync(join(folder, "edge"), { recursive: true });
    copyFileSync(path, join(folder, `edge/${name}.wasm`));
    return { contents: `export default wasm_${name};` };
  });
}

function projects() {
  const fixtures = join(REPOSITORY, "test/fixtures");
  const text = (path) => (existsSync(path) ? readFileSync(path, "utf8") : null);
  const all = Object.entries(LOCKS).flatMap(([format, file]) =>
    readdirSync(join(fixtures, format)).map((id) => ({
      name: `${format}/${id}`,
      file,
      lock: text(join(fixtures, format, id, file)),
      pyproject: text(join(fixtures, format, id, "pyproject.toml")),
    })),
  );
  // That one is about what takes too long.
  return all.filter(({ name, lock }) => lock !== null && !name.endsWith("fail-too-hard"));
}
