// What Nix's evaluator pays for a frozen resolution, as ratios of its own CPU time (NIX_SHOW_STATS), start-up taken off:
//   loading      the library's `load` against builtins.fromJSON and builtins.hashFile of the same bytes (at most 1.5)
//   growth       2,000 packages against 1,000, down to derivations, on the stand-in for nixpkgs (at most 2.2)
//   node bench/nix-evaluation.bench.mjs      needs nix-instantiate and python3 in PATH
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const TARGETS = 32;
const COPIES = 40;
const ROUNDS = 9;

const folder = mkdtempSync(join(tmpdir(), "pylock2nix-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const store = privateStore();
const [interpreter, pythonVersion] = execFileSync("python3", [
  "-c",
  "import sys; print(sys.executable, '%d.%d' % sys.version_info[:2])",
])
  .toString()
  .trim()
  .split(" ");
const pythonTag = `cp${pythonVersion.replace(".", "")}`;

const empty = cpuTime("1");
const loading = measureLoading();
const growth = measureGrowth();
process.stdout.write(`${JSON.stringify({ empty, loading, growth }, null, 2)}\n`);
process.exit(loading.ratio <= 1.5 && growth.ratio <= 2.2 ? 0 : 1);

function measureLoading() {
  const folders = Array.from({ length: COPIES }, (_, index) => project(500, index));
  const list = `[ ${folders.join(" ")} ]`;
  const load = `let load = import ${resolve("nix/load.nix")}; in builtins.foldl' (sum: projectDir: sum + builtins.length (load { inherit projectDir; }).packages) 0 ${list}`;
  const plain = `builtins.foldl' (sum: folder: builtins.seq (builtins.hashFile "sha256" (folder + "/poetry.lock")) (sum + builtins.length (builtins.fromJSON (builtins.readFile (folder + "/pylock2nix.json"))).packages)) 0 ${list}`;
  const [library, parsing] = [cpuTime(load) - empty, cpuTime(plain) - empty];
  return { packages: 500, targets: TARGETS, copies: COPIES, library, parsing, ratio: library / parsing };
}

function measureGrowth() {
  const one = derivations(1000);
  const two = derivations(2000);
  return { thousand: one, twoThousand: two, ratio: two / one };
}

function derivations(count) {
  const projectDir = project(count, "growth");
  const bash = execFileSync("bash", ["-c", "type -P bash"]).toString().trim();
  const pkgs = `import ${resolve("test/nix/pkgs.nix")} { bash = "${bash}"; path = "/usr/bin"; interpreter = "${interpreter}"; pythonVersion = "${pythonVersion}"; }`;
  const packages = `(import ${resolve("nix")} { pkgs = ${pkgs}; projectDir = ${projectDir}; }).packages`;
  return cpuTime(`builtins.deepSeq (map (package: package.drvPath) (builtins.attrValues ${packages})) 0`) - empty;
}

/** Seconds of CPU of one evaluation: the least of several, which is the one that was disturbed least. */
function cpuTime(expression) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const { status, stderr } = spawnSync("nix-instantiate", ["--eval", "-E", expression], {
      env: { ...process.env, ...store, NIX_SHOW_STATS: "1" },
      maxBuffer: 1 << 28,
    });
    const text = stderr.toString();
    if (status !== 0) throw new Error(text);
    least = Math.min(least, JSON.parse(text.slice(text.indexOf("{\n"))).cpuTime);
  }
  return least;
}

function privateStore() {
  const at = (name) => join(folder, "nix", name);
  mkdirSync(at("etc"), { recursive: true });
  writeFileSync(join(at("etc"), "nix.conf"), "sandbox = false\nbuild-users-group =\nsubstitute = false\n");
  return {
    NIX_STORE_DIR: at("store"),
    NIX_STATE_DIR: at("var"),
    NIX_LOG_DIR: at("log"),
    NIX_CONF_DIR: at("etc"),
    NIX_REMOTE: "",
  };
}

/** A folder with a lock, a pyproject.toml and the frozen resolution of `count` made-up packages. */
function project(count, label) {
  const path = join(folder, `project-${count}-${label}`);
  mkdirSync(path, { recursive: true });
  const sha256 = (text) => createHash("sha256").update(text).digest();
  const sri = (text) => `sha256-${sha256(text).toString("base64")}`;

  const names = Array.from({ length: count }, (_, index) => `package-${String(index).padStart(4, "0")}`);
  const packages = names.map((name, index) => {
    const stem = `${name.replaceAll("-", "_")}-1.${index}.0`;
    const files = [
      ...["cp310", "cp311", "cp312", "cp313"].map((tag) => `${stem}-${tag}-${tag}-manylinux_2_28_x86_64.whl`),
      `${stem}.tar.gz`,
    ].map((file) => [file, sri(file), null]);
    const dependencies = [1, 2, 7].map((step) => names[index - step]).filter((name) => name !== undefined);
    return {
      name,
      version: `1.${index}.0`,
      source: { kind: "index" },
      files,
      variants: files.map((_, file) => [file, 1, dependencies]),
    };
  });
  const lock = packages
    .map(
      ({ name, version, files }) =>
        `[[package]]\nname = "${name}"\nversion = "${version}"\nfiles = [\n${files
          .flatMap(([file]) =>
            ["a", "b", "c", "d"].map(
              (letter) => `    {file = "${letter}${file}", hash = "sha256:${sha256(file).toString("hex")}"},\n`,
            ),
          )
          .join("")}]\n`,
    )
    .join("\n");
  const dependencies = Object.fromEntries(names.slice(0, 20).map((name) => [name, "^1.0"]));
  const pyproject = `[tool.poetry]\nname = "made-up"\nversion = "1.0.0"\n\n[tool.poetry.dependencies]\n${Object.entries(
    dependencies,
  )
    .map(([name, version]) => `${name} = "${version}"\n`)
    .join("")}`;
  const digest = sha256(JSON.stringify({ tool: { poetry: { dependencies, name: "made-up", version: "1.0.0" } } }));
  const targets = Object.fromEntries(
    Array.from({ length: TARGETS }, (_, index) => [
      `${pythonTag}-linux-x86_64-glibc2.${index + 5}`,
      { python: `${pythonVersion}.0`, variants: names.map(() => index % 5) },
    ]),
  );
  const resolution = {
    format: 1,
    generator: "bench",
    lock: { path: "poetry.lock", format: "poetry", version: "2.1", sha256: sha256(lock).toString("hex") },
    pyproject: { path: "pyproject.toml", digest: digest.toString("hex") },
    project: null,
    groups: { main: true },
    extras: [],
    conditions: [true, { group: "main" }],
    packages,
    targets,
    warnings: [],
  };
  writeFileSync(join(path, "poetry.lock"), lock);
  writeFileSync(join(path, "pyproject.toml"), pyproject);
  writeFileSync(join(path, "pylock2nix.json"), JSON.stringify(resolution));
  return path;
}
