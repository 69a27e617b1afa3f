// examples/cuda as its README says it, with the real PyTorch and CUDA from the index: locked by uv, frozen, and built by a real Nix
// on the stand-in for nixpkgs. Three gigabytes, so only when it is asked for:
//   npm run test:e2e -- torch      (UV: path to uv; the index is that of uv's settings)
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hostPython, isInstalled, privateStore, run, standIn, succeed, temporaryFolder } from "./nix/nix.ts";
import { toolWheel } from "./nix/wheels.ts";

const UV = process.env.UV ?? "uv";
const isAsked = process.env.ASKED?.split(" ").includes("torch") ?? false;

/** The stand-in, with a stub of each package of nixpkgs that has libraries which wheels need: names, and nothing behind them. */
const withLibraries = (pkgs: string): string => `(
  let
    base = ${pkgs};
    inherit (builtins) attrNames elemAt filter foldl' fromJSON groupBy head isList isString length readFile split;
    table = (fromJSON (readFile ${resolve("nix/sonames.json")})).libraries;
    nameOf = soname: if isList table.\${soname} then head table.\${soname} else table.\${soname};
    add = set: name:
      let
        parts = filter isString (split "[.]" name);
        stub = base.stubLibraries (builtins.concatStringsSep "-" parts) sonames.\${name};
      in
      if length parts == 1 then
        set // { \${name} = stub; }
      else
        set // { \${head parts} = set.\${head parts} or { } // { \${elemAt parts 1} = stub; }; };
    sonames = groupBy nameOf (attrNames table);
  in
  foldl' add base (attrNames sonames)
)`;

if (!isAsked) test("not asked for", () => void process.stdout.write("skipped 1: npm run test:e2e -- torch\n"));
else if (!isInstalled("nix-build") || !isInstalled(UV))
  test("Nix or uv is not here", () => void process.stdout.write("skipped 1: Nix or uv is not here\n"));
else
  test("torch multiplies, and finds every library, the driver's aside", async () => {
    const folder = temporaryFolder();
    const python = await hostPython();
    const project = join(folder, "cuda");
    cpSync("examples/cuda", project, { recursive: true });
    const pyproject = join(project, "pyproject.toml");
    const text = readFileSync(pyproject, "utf8");
    assert.ok(text.includes('"torch>=2.15"'));
    // What is missing below is this version's.
    writeFileSync(pyproject, text.replace('"torch>=2.15"', '"torch==2.15.0"'));
    await succeed(UV, ["lock", "--upgrade", "--directory", project]);
    const program = resolve("dist/bin/pylock2nix.cjs");
    const frozen = await run("node", [program, "nix", project, "--system", "x86_64-linux", "--python", python.version]);
    assert.is(frozen.code, 0, frozen.errors);
    assert.not.match(frozen.errors, "warning");
    const tools = `tools = { flit-core = ${await toolWheel("flit-core")}; };`;
    const pkgs = withLibraries(await standIn(python, `system = "x86_64-linux"; libcVersion = "2.40"; ${tools}`));
    const known = `(import ${project}/pylock2nix.nix { pkgs = ${pkgs}; })`;
    const env = { ...privateStore(join(folder, "nix")), NIX_SSL_CERT_FILE: "/etc/ssl/certs/ca-certificates.crt" };
    const build = (attribute: string): Promise<string> =>
      succeed("nix-build", ["--no-out-link", "-E", `${known}.${attribute}`], { env });
    const missing = async (name: string): Promise<string[]> => {
      const text = readFileSync(join(await build(`packages.${name}`), "nix-support", "libraries"), "utf8");
      const lines = text
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" "));
      return [...new Set(lines.flatMap(([, soname, where]) => (where === "missing" ? [soname!] : [])))].sort();
    };
    const said = await succeed(join(await build("application"), "bin", "gpu"), []);
    // The stand-in has written nothing into these objects: it is torch that finds the `nvidia` folder of the environment.
    assert.match(said, /^driver: .*\ndevice: .*\nproduct: \[\[2\.0, 1\.0\], \[1\.0, 1\.0\]\]$/);
    await build("environment");
    assert.equal(await missing("torch"), ["libcuda.so.1"]);
    assert.equal(await missing("nvidia-cufile"), []);
    // The transports that most machines lack.
    assert.equal(await missing("nvidia-nvshmem-cu13"), [
      "libfabric.so.1",
      "libmpi.so.40",
      "liboshmem.so.40",
      "libpmix.so.2",
      "libucp.so.0",
      "libucs.so.0",
    ]);
  });
test.run();
