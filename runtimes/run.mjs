// The library on every runtime, from the tarball that is published: the same answers to the byte. And its sources on those
// that need no build; what JSR and Deno have to say of them; the command under Deno with as few permissions as it needs.
//   npm run test:runtimes                     builds, installs the runtimes once (1.1 GB), and runs all of it
//   node runtimes/run.mjs [--only WORD] [--ci]   --ci: no failure where the runtimes cannot be installed
// A runtime that is not there (Chromium comes with the system; Node.js's others are for Linux on x86_64) is skipped, and said.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const HERE = import.meta.dirname;
const REPOSITORY = join(HERE, "..");
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "";
/** Bytes. */
const WORKER_LIMIT = 300 * 1024;
const isCi = process.argv.includes("--ci");

const { status } = spawnSync(process.execPath, [join(REPOSITORY, "scripts/install.mjs"), HERE], { stdio: "inherit" });
if (status !== 0) {
  process.stdout.write("skipped: the runtimes cannot be installed from here\n");
  end(0, isCi ? 0 : 1);
}
const { prepare, run } = await import("./prepare.mjs");
const { compare, serving, workerConfig } = await import("./service.mjs");
const { validate } = await import("./openapi.mjs");
const { createService, default: service } = await import("../dist/server.js");
const { ROOMY } = await import("../dist/service/service.js");

const tool = (name) => join(HERE, "node_modules/.bin", name);
const node = (version) => join(HERE, `node_modules/node-${version}/bin/node`);
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path)) ?? null;
const { DENO_DIR = join(HERE, "node_modules/.deno") } = process.env;
const DENO = ["--no-prompt", "--quiet"];

const folder = await prepare(tool("bun"));
let passed = 0;
let failed = 0;
let skipped = 0;

/** Each prints the suite's answer. Null: not there. */
const HOSTS = {
  "Node.js 20": at(node(20), ["print.mjs"]),
  "Node.js 22": at(node(22), ["print.mjs"]),
  "Node.js 24": at(node(24), ["print.mjs"]),
  "Node.js 26": at(node(26), ["print.mjs"]),
  Deno: at(tool("deno"), ["run", ...DENO, "--allow-read=projects.json", "--node-modules-dir=manual", "print.mjs"]),
  Bun: at(tool("bun"), ["print.mjs"], join(folder, "bun")),
  workerd: at(tool("workerd"), ["test", "worker.capnp"]),
  "edge-runtime": at(process.execPath, [join(HERE, "hosts/edge.mjs"), folder]),
  Chromium: chromium === null ? null : at(process.execPath, [join(HERE, "hosts/browser.mjs"), folder, chromium]),
};

const expected = lines(run(process.execPath, ["print.mjs"], { cwd: folder }));
if (expected.length < 1000) throw new Error(`only ${expected.length} answers`);
for (const [name, work] of wanted(HOSTS)) {
  await attempt(
    name,
    work &&
      (() => {
        const found = lines(work());
        for (let index = 0; index < Math.max(found.length, expected.length); index++) {
          if (found[index] === expected[index]) continue;
          throw new Error(`answers otherwise\n  here: ${clip(expected[index])}\n  there: ${clip(found[index])}`);
        }
        return `${found.length} answers`;
      }),
  );
}

const FIXTURE = "test/fixtures/poetry/okay-groups-2.0";
const RESOLVE = ["src/cli.ts", "resolve", FIXTURE, "--target", "cp312-linux-x86_64-glibc2.28", "--json"];
const PROGRAM = "dist/bin/pylock2nix.cjs";
const PUBLISHED = [PROGRAM, ...RESOLVE.slice(1)];
const built = run(process.execPath, PUBLISHED, { cwd: REPOSITORY });
const deno = (...words) => run(tool("deno"), words, { cwd: REPOSITORY, env: { DENO_DIR } });
const ENTRIES = ["src/index.ts", "src/pure.ts", "src/hash.ts", "src/server.ts"];

/** What is not an answer of the suite. */
const CHECKS = {
  "src/ unbuilt, Node.js 22": unbuilt(node(22), RESOLVE),
  "src/ unbuilt, Node.js 24": unbuilt(node(24), RESOLVE),
  "src/ unbuilt, Node.js 26": unbuilt(node(26), RESOLVE),
  "src/ unbuilt, Bun": unbuilt(tool("bun"), RESOLVE),
  "src/ unbuilt, Deno, --allow-read": () => same(deno("run", ...DENO, "--allow-read", ...RESOLVE)),
  ...Object.fromEntries(
    [20, 22, 24, 26].map((version) => [
      `the command as it is published, Node.js ${version}`,
      unbuilt(node(version), PUBLISHED),
    ]),
  ),
  "the command as it is published, Bun": unbuilt(tool("bun"), PUBLISHED),
  "the command as it is published, Deno, --allow-read": () => same(deno("run", ...DENO, "--allow-read", ...PUBLISHED)),
  "`nix` on Deno, --allow-write of the project alone": () => {
    const project = join(folder, "project");
    run("cp", ["-r", FIXTURE, project], { cwd: REPOSITORY });
    deno("run", ...DENO, "--allow-read", `--allow-write=${project}`, "src/cli.ts", "nix", project);
    run(process.execPath, [PROGRAM, "nix", "--check", project], { cwd: REPOSITORY });
  },
  "the library on Deno, without permissions": () => {
    const program = join(folder, "alone.ts");
    const code = 'console.log(readLock("", { format: "requirements" }).format);';
    writeFileSync(program, `import { readLock } from "${REPOSITORY}/src/index.ts";\n${code}\n`);
    const words = ["run", ...DENO, "--config", join(REPOSITORY, "deno.json"), program];
    if (deno(...words) !== "requirements\n") throw new Error("no answer");
  },
  "deno check": () => deno("check", "--quiet", ...ENTRIES),
  "deno doc --lint": () => deno("doc", "--quiet", "--lint", ...ENTRIES),
  "deno publish --dry-run": () => {
    deno("publish", "--quiet", "--dry-run", "--allow-dirty");
    const [jsr, npm] = ["deno.json", "package.json"].map((file) => JSON.parse(readFileSync(join(REPOSITORY, file))));
    if (jsr.version !== npm.version) throw new Error("deno.json and package.json have different versions");
    const { dependencies, devDependencies } = npm;
    const packages = Object.values(jsr.imports).flatMap((to) => /^npm:((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(to) ?? []);
    for (let at = 0; at < packages.length; at += 3) {
      const [, name, version] = packages.slice(at, at + 3);
      const other = dependencies[name] ?? devDependencies[name];
      if (other !== version) throw new Error(`deno.json has ${name} ${version}, package.json ${other}`);
    }
  },
};
for (const [name, work] of wanted(CHECKS)) await attempt(name, work);

const fixture = join(REPOSITORY, FIXTURE);
const asked = (other) => (address) => compare(address, other, fixture);
const inRepository = { cwd: REPOSITORY, env: { ...process.env, DENO_DIR, NO_COLOR: "1" } };
/** Each as its users start it. */
const SERVICES = {
  "service, `pylock2nix serve`": () =>
    serving(
      process.execPath,
      (port) => [PROGRAM, "serve", "--port", port],
      inRepository,
      asked(createService({ limits: ROOMY })),
    ),
  "service, deno serve": () =>
    serving(
      tool("deno"),
      (port) => ["serve", "--no-prompt", "--host=127.0.0.1", `--port=${port}`, "src/server.ts"],
      inRepository,
      asked(service),
    ),
  "service, Bun": () =>
    serving(
      tool("bun"),
      (port) => ["run", `--port=${port}`, "src/server.ts"],
      { ...inRepository, env: { ...inRepository.env, BUN_PORT: "" } },
      asked(service),
    ),
  "service, workerd": () =>
    serving(
      tool("workerd"),
      (port) => ["serve", workerConfig(folder, "service", port)],
      { cwd: folder },
      asked(service),
    ),
  "service, the Worker's bundle": () => {
    const files = ["worker.js", "core.wasm", "hash.wasm"].map((file) => readFileSync(join(folder, "service", file)));
    const size = files.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
    if (size > WORKER_LIMIT) throw new Error(`${size} bytes, compressed: ${WORKER_LIMIT} are granted`);
    return `${Math.ceil(size / 1024)} KB gzip`;
  },
  "service, its description": async () =>
    validate(await (await service.fetch(new Request("http://x/openapi.json"))).json()),
};
for (const [name, work] of wanted(SERVICES)) await attempt(name, work);

rmSync(folder, { recursive: true, force: true });
end(passed, failed, skipped);

function wanted(things) {
  return Object.entries(things).filter(([name]) => name.toLowerCase().includes(only.toLowerCase()));
}

function at(program, words, cwd = folder) {
  return existsSync(program) ? () => run(program, words, { cwd, env: { DENO_DIR } }) : null;
}

function unbuilt(program, words) {
  return existsSync(program) ? () => same(run(program, words, { cwd: REPOSITORY })) : null;
}

function same(output) {
  if (output !== built) throw new Error(`answers otherwise: ${clip(output)}`);
}

async function attempt(name, work) {
  if (work === null) {
    skipped++;
    process.stdout.write(`skipped ${name}: it is not here\n`);
    return;
  }
  const start = performance.now();
  try {
    const note = (await work()) ?? "";
    passed++;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(
      `${name}: ok ${[note, `${seconds} s`].filter((text) => typeof text === "string" && text.length < 40 && text !== "").join(", ")}\n`,
    );
  } catch (error) {
    failed++;
    process.stdout.write(`${name}: ${error.message}\n`);
  }
}

function lines(text) {
  return text.split("\n").filter((line) => line !== "");
}

function clip(line) {
  return (line ?? "nothing").slice(0, 300);
}

function end(good, bad, left = 0) {
  process.stdout.write(`${good} passed, ${bad} failed${left > 0 ? `, ${left} skipped` : ""}\n`);
  process.exit(bad === 0 && (good > 0 || isCi) ? 0 : 1);
}
