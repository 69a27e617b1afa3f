// examples/cuda with its own lock, as uv wrote it: thirty packages whose wheels are stubs, with the names and needs of the real
// ones, built by a real Nix on the stand-in for nixpkgs, and run. The dynamic linker of this machine loads the stubs, so a library
// that is not found stops the program. The real wheels: test/e2e-torch.test.ts.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cudaStub, driver } from "./nix/cuda-stubs.ts";
import { type Example, example, frozenExample, ownFile } from "./nix/examples.ts";
import { isInstalled, run, succeed } from "./nix/nix.ts";

const steps: [string, () => Promise<void>][] = [];
let from: Example;

async function built(expression: string): Promise<string> {
  const { code, output, errors } = await run("nix-build", ["--no-out-link", "-E", expression], { env: from.store });
  assert.is(code, 0, errors);
  return output.trim();
}

/** Lines of a package's file in nix-support. */
async function reported(name: string, file: string): Promise<string[]> {
  const out = await built(`${frozenExample(from)}.packages.${name}`);
  return readFileSync(join(out, "nix-support", file), "utf8")
    .trimEnd()
    .split("\n");
}

const PRODUCT = "product: [[2.0, 1.0], [1.0, 1.0]]";

step("every library that its wheels need is known", async () => {
  const made = await example("cuda", ["flit-core"], null, cudaStub);
  // What nix/sonames.json takes from nixpkgs for them, besides what the stand-in has.
  const rdma = 'p.stubLibraries "rdma-core" [ "libibverbs.so.1" "libmlx5.so.1" "librdmacm.so.1" ]';
  const quad = 'p.stubLibraries "gfortran" [ "libquadmath.so.0" ]';
  from = { ...made, pkgs: `(let p = ${made.pkgs}; in p // { rdma-core = ${rdma}; gfortran.cc = ${quad}; })` };
  assert.not.match(made.said, "warning");
  // Without a target macOS is looked at, too, and eight targets are refused in the same words.
  const { errors } = await run("node", [
    resolve("dist/bin/pylock2nix.cjs"),
    "nix",
    from.path,
    "-o",
    `${from.path}-all`,
  ]);
  const warnings = errors.split("\n").filter((line) => line.startsWith("warning: "));
  assert.is(warnings.length, 1, errors);
  assert.match(
    warnings[0]!,
    /^warning: cp311-macos13-x86_64, (?:cp31\d-macos1\S+, ){3}cp313-macos13-x86_64 and 3 more are left out: the lock does not/,
  );
});

step("the program runs where there is no driver, and with the one that a machine has", async () => {
  const program = join(await built(ownFile(from)), "bin", "gpu");
  assert.equal((await succeed(program, [])).split("\n"), ["driver: none", "device: cpu", PRODUCT]);
  const folder = join(from.path, "driver");
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(driver())) writeFileSync(join(folder, name), bytes);
  const said = await succeed(program, [], { env: { LD_LIBRARY_PATH: folder } });
  assert.equal(said.split("\n"), ["driver: CUDA 13.2", "device: a stub", PRODUCT]);
});

step("torch finds what is behind cuda-toolkit, a pure wheel, and the driver's folder is in its run paths", async () => {
  const found = Object.fromEntries(
    (await reported("torch", "libraries")).map((line) => line.split(" ").slice(1) as [string, string]),
  );
  for (const [soname, wheel] of [
    ["libcudart.so.13", "nvidia-cuda-runtime-13."],
    ["libcublasLt.so.13", "nvidia-cublas-13."],
    ["libcufile.so.0", "nvidia-cufile-1."],
    ["libcudnn.so.9", "nvidia-cudnn-cu13-9."],
  ] as const)
    assert.ok(found[soname]?.includes(`-${wheel}`), `${soname}: ${found[soname]}`);
  assert.is(found["libcuda.so.1"], "missing");
  for (const name of ["torch", "triton", "cuda-bindings"])
    assert.ok((await reported(name, "run-paths")).includes("/run/opengl-driver/lib"), name);
});

step("the folders of all `nvidia-*` wheels are one in the environment", async () => {
  const environment = await built(`${frozenExample(from)}.environment`);
  const site = readdirSync(join(environment, "lib"))[0]!;
  const names = readdirSync(join(environment, "lib", site, "site-packages/nvidia/cu13/lib"));
  for (const soname of ["libcudart.so.13", "libcublas.so.13", "libcufft.so.12", "libcusparse.so.12"])
    assert.ok(names.includes(soname), soname);
});

function step(name: string, body: () => Promise<void>): void {
  steps.push([name, body]);
}

if (isInstalled("nix-build")) for (const [name, body] of steps) test(name, body);
else test("nix is not installed", () => void process.stdout.write(`skipped ${steps.length}: nix is not installed\n`));
test.after(() => from?.close());
test.run();
