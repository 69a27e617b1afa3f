// The library on Node.js, Deno, Bun and workerd (Cloudflare Workers), installed as users install it: the same answers to the
// byte. workerd may compile no WASM, so it shows the way by imported modules too, bundled as for an upload.
//   node test/oracles/runtimes.mjs          needs `npm run build`; installs the runtimes once, into a folder for temporary files
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PEERS = ["bun@1.4.5", "deno@2.9.6", "esbuild@0.28.2", "workerd@1.20261117.1"];
const PATIENCE = 120000; // milliseconds
const LOCKS = { poetry: "poetry.lock", uv: "uv.lock", pylock: "pylock.toml", pdm: "pdm.lock", pipfile: "Pipfile.lock" };

/** As a bundler for Workers does it. */
const BUNDLE = [
  "worker.mjs",
  "--bundle",
  "--format=esm",
  "--conditions=workerd,worker,browser",
  "--loader:.wasm=copy",
  "--asset-names=[name]",
  "--outdir=bundle",
  "--log-level=error",
];

const folder = join(process.env.PYLOCK2NIX_ORACLES ?? join(tmpdir(), "pylock2nix-oracles"), "runtimes");
const peer = (name) => join(folder, "node_modules", ".bin", name);

if (!install()) {
  process.stdout.write("skipped: the runtimes cannot be installed from here\n0 compared, 0 differences\n");
  process.exit(0);
}
prepare();
const runs = {
  node: () => run("node", ["print.mjs"]),
  deno: () => run(peer("deno"), ["run", "--allow-read", "--no-prompt", "--node-modules-dir=manual", "print.mjs"]),
  bun: () => run(peer("bun"), ["print.mjs"]),
  workerd: () => {
    run(peer("esbuild"), BUNDLE);
    return run(peer("workerd"), ["test", "config.capnp"]);
  },
};
const answers = Object.entries(runs).map(([name, work]) => [
  name,
  work()
    .split("\n")
    .filter((line) => line !== ""),
]);
const [, expected] = answers[0];
let compared = 0;
let differences = 0;
for (const [name, lines] of answers.slice(1)) {
  for (let at = 0; at < Math.max(expected.length, lines.length); at++) {
    compared++;
    if (lines[at] === expected[at]) continue;
    differences++;
    process.stdout.write(`${name}: ${clip(lines[at])}\n   node: ${clip(expected[at])}\n`);
  }
}
process.stdout.write(`${compared} compared, ${differences} differences\n`);
process.exit(differences === 0 && expected.length > 0 ? 0 : 1);

function install() {
  mkdirSync(folder, { recursive: true });
  const done = join(folder, "installed");
  if (existsSync(done) && readFileSync(done, "utf8") === PEERS.join()) return true;
  rmSync(join(folder, "package.json"), { force: true });
  const words = ["install", "--silent", "--no-save", "--no-package-lock", "--prefix", folder, ...PEERS];
  const { status } = spawnSync("npm", words, { stdio: "ignore", timeout: PATIENCE });
  // Their scripts only put the programs where a launcher of JavaScript stands otherwise.
  if (status !== 0 || ["deno", "bun", "workerd", "esbuild"].some((name) => !existsSync(peer(name)))) return false;
  writeFileSync(done, PEERS.join());
  return true;
}

/** The package as it is packed, the locks of the fixtures, and a program for each kind of runtime. */
function prepare() {
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", process.cwd()]));
  const place = join(folder, "node_modules", "pylock2nix");
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  run("tar", ["-xzf", filename, "-C", place, "--strip-components=1"]);
  cpSync("test/oracles/runtimes/answer.mjs", join(folder, "answer.mjs"));
  // Deno looks only at what a package.json names.
  const names = { type: "module", dependencies: { pylock2nix: "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(names));
  writeFileSync(join(folder, "projects.json"), JSON.stringify(projects()));
  writeFileSync(
    join(folder, "print.mjs"),
    `import { readFileSync } from "node:fs";\nimport { answer } from "./answer.mjs";\n` +
      `console.log(await answer(JSON.parse(readFileSync("projects.json", "utf8"))));\n`,
  );
  writeFileSync(
    join(folder, "worker.mjs"),
    `import projects from "./projects.json";\nimport { answer } from "./answer.mjs";\n` +
      `export default { async test() { console.log(await answer(projects)); } };\n`,
  );
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
const worker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    (name = "worker.js", esModule = embed "bundle/worker.js"),
    (name = "core.wasm", wasm = embed "bundle/core.wasm"),
    (name = "hash.wasm", wasm = embed "bundle/hash.wasm"),
  ],
);
`,
  );
}

function projects() {
  return Object.entries(LOCKS).flatMap(([format, file]) =>
    readdirSync(`test/fixtures/${format}`)
      .map((id) => `test/fixtures/${format}/${id}`)
      .filter((path) => existsSync(`${path}/${file}`) && !path.endsWith("fail-too-hard"))
      .map((path) => ({
        name: path,
        format,
        lock: readFileSync(`${path}/${file}`, "utf8"),
        pyproject: existsSync(`${path}/pyproject.toml`) ? readFileSync(`${path}/pyproject.toml`, "utf8") : null,
      })),
  );
}

function run(program, words) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status === 0) return stdout;
  throw new Error(`${program} ${words.join(" ")} failed: ${error ?? `${stderr}${stdout}`}`);
}

function clip(line) {
  return (line ?? "nothing").slice(0, 300);
}
