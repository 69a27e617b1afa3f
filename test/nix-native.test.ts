// Native wheels with real Nix: where their shared libraries come from. Small stubs in the shape of the real ones: objects
// with nothing but the names that they need, under the names of the packages that the library's tables know.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  build,
  built,
  fails,
  files,
  finish,
  known,
  library,
  nativeTag,
  type Package,
  pkgs,
  project,
  python,
  value,
  wheel,
  when,
} from "./nix/workbench.ts";
import { sharedObject, zip } from "./prefetch/archives.ts";

/** A wheel with such objects, path -> the names that it needs, and its entry of a project. Without objects it is pure. */
function stub(
  name: string,
  version: string,
  objects: Record<string, readonly string[]>,
  dependencies: readonly string[] = [],
): Package {
  const stem = name.replaceAll("-", "_");
  const file = wheel(stem, version, Object.keys(objects).length === 0 ? undefined : nativeTag);
  const info = `${stem}-${version}.dist-info`;
  const bytes = zip([
    { name: `${info}/METADATA`, data: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n` },
    ...Object.entries(objects).map(([path, needed]) => ({
      name: path,
      data: sharedObject(["libc.so.6", ...needed], { soname: path.slice(path.lastIndexOf("/") + 1) }),
    })),
  ]);
  writeFileSync(join(files, file), bytes);
  const hash = `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
  return { name, version, files: [[file, hash, null]], dependencies };
}

/** What PyTorch 2.15.0 with CUDA 13 looks like: most of NVIDIA's wheels are behind one that is pure. */
const CUDA = [
  stub(
    "torch",
    "2.15.0",
    {
      "torch/_C.cpython.so": ["libtorch_cuda.so", "libstdc++.so.6"],
      "torch/lib/libtorch_cuda.so": ["libcudart.so.13", "libcufile.so.0", "libnvshmem_host.so.3", "libcuda.so.1"],
    },
    ["cuda-toolkit", "nvidia-nvshmem-cu13", "triton"],
  ),
  stub("cuda-toolkit", "13.2.0", {}, ["nvidia-cuda-runtime", "nvidia-cufile"]),
  stub("nvidia-cuda-runtime", "13.2.51", { "nvidia/cu13/lib/libcudart.so.13": [] }),
  stub("nvidia-cufile", "1.17.0.44", {
    "nvidia/cu13/lib/libcufile.so.0": [],
    "nvidia/cu13/lib/libcufile_rdma.so.1": ["libmlx5.so.1", "librdmacm.so.1", "libibverbs.so.1"],
  }),
  stub("nvidia-nvshmem-cu13", "3.4.5", {
    "nvidia/nvshmem/lib/libnvshmem_host.so.3": ["libcuda.so.1"],
    "nvidia/nvshmem/lib/nvshmem_transport_ibrc.so.4": ["libmlx5.so.1"],
    "nvidia/nvshmem/lib/nvshmem_transport_libfabric.so.4": ["libfabric.so.1"],
    "nvidia/nvshmem/lib/nvshmem_transport_ucx.so.4": ["libucp.so.0", "libucs.so.0"],
    "nvidia/nvshmem/lib/nvshmem_bootstrap_mpi.so.3": ["libmpi.so.40"],
    "nvidia/nvshmem/lib/nvshmem_bootstrap_shmem.so.3": ["liboshmem.so.40", "libpmix.so.2"],
  }),
  stub(
    "torchvision",
    "0.30.0",
    { "torchvision/image.so": ["libtorch_cuda.so", "libcudart.so.13", "libjpeg.so.8"], "torchvision/libjpeg.so.8": [] },
    ["torch"],
  ),
  stub("triton", "3.7.0", { "triton/_C/libtriton.so": ["libz.so.1"] }, ["torch"]),
];
const withRdma = `(let p = ${pkgs}; in p // { rdma-core = p.stubLibraries "rdma-core" [ "libibverbs.so.1" "libmlx5.so.1" "librdmacm.so.1" ]; })`;
const on = (path: string, nixpkgs: string, more = ""): string =>
  `(import ${library} { pkgs = ${nixpkgs}; projectDir = ${path}; ${more} })`;

/** Where a package's libraries were found: name -> the store path's name, or "missing". */
async function foundBy(expression: string): Promise<Record<string, string>> {
  const out = await built(expression);
  const lines = readFileSync(join(out, "nix-support", "libraries"), "utf8")
    .trimEnd()
    .split("\n");
  const own = `${out}/`;
  return Object.fromEntries(
    lines.map((line) => {
      const [, soname, where] = line.split(" ") as [string, string, string];
      const place = where.startsWith(own) ? "itself" : (/\/store\/[^-]*-([^/]*)/.exec(where)?.[1] ?? where);
      return [soname, place.replace(/^python[\d.]*-/, "")];
    }),
  );
}

/** The run paths besides those of libraries that are linked to: the driver's, and other wheels' folders. */
const runPathsOf = async (expression: string): Promise<string[]> => {
  const out = await built(expression);
  const path = join(out, "nix-support", "run-paths");
  const lines = existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
  return lines.map((line) =>
    line.replace(/^.*\/store\/[^-]*-/, "").replace(`/lib/python${python.version}/site-packages`, ""),
  );
};
const driverOf = async (expression: string): Promise<string | null> =>
  (await runPathsOf(expression)).find((path) => path === "/run/opengl-driver/lib") ?? null;

when("libraries of wheels behind a pure one are found, and the driver's left to run time", async () => {
  const packages = `${on(project("cuda", { packages: CUDA }), withRdma)}.packages`;
  assert.equal(await foundBy(`${packages}.torch`), {
    "libtorch_cuda.so": "itself",
    "libstdc++.so.6": "gcc-lib",
    "libcudart.so.13": "nvidia-cuda-runtime-13.2.51",
    "libcufile.so.0": "nvidia-cufile-1.17.0.44",
    "libnvshmem_host.so.3": "nvidia-nvshmem-cu13-3.4.5",
    "libcuda.so.1": "missing",
  });
  assert.is(await driverOf(`${packages}.torch`), "/run/opengl-driver/lib");
  // What is behind a native one, too.
  assert.equal(await foundBy(`${packages}.torchvision`), {
    "libtorch_cuda.so": "torch-2.15.0",
    "libcudart.so.13": "nvidia-cuda-runtime-13.2.51",
    "libjpeg.so.8": "itself",
  });
  // The cycle is cut on the other side.
  assert.equal(await foundBy(`${packages}.triton`), { "libz.so.1": "manylinux2014" });
});

when("what a plug-in needs comes from nixpkgs, or is left out where the table says so", async () => {
  const packages = `${on(project("plug-ins", { packages: CUDA }), withRdma)}.packages`;
  assert.equal(await foundBy(`${packages}.nvidia-cufile`), {
    "libibverbs.so.1": "rdma-core",
    "libmlx5.so.1": "rdma-core",
    "librdmacm.so.1": "rdma-core",
  });
  const shmem = await foundBy(`${packages}.nvidia-nvshmem-cu13`);
  assert.is(shmem["libmlx5.so.1"], "rdma-core");
  for (const soname of [
    "libfabric.so.1",
    "libmpi.so.40",
    "liboshmem.so.40",
    "libpmix.so.2",
    "libucp.so.0",
    "libucs.so.0",
  ])
    assert.is(shmem[soname], "missing", soname);
  // Whoever has the hardware gives the library.
  const fabric = `((${pkgs}).stubLibraries "fabric" [ "libfabric.so.1" ])`;
  const given = on(
    project("plug-in-given", { packages: CUDA }),
    withRdma,
    `perPackage.nvidia-nvshmem-cu13.extraLibraries = [ ${fabric} ];`,
  );
  assert.is((await foundBy(`${given}.packages.nvidia-nvshmem-cu13`))["libfabric.so.1"], "fabric");
});

when("run paths into the folders of other wheels stay", async () => {
  // What it opens by name is not among the names that it needs.
  const origin = "$ORIGIN/../../nvidia/cu13/lib:$ORIGIN/../../nvidia/none/lib:$ORIGIN/../../../../../..:$ORIGIN";
  const plugin = (name: string, dependencies: readonly string[]): Package => {
    const stem = name.replaceAll("-", "_");
    const file = wheel(stem, "1.0", nativeTag);
    const bytes = zip([
      { name: `${stem}-1.0.dist-info/METADATA`, data: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n` },
      {
        name: "plugins/cuda/plugin.so",
        data: Buffer.concat([sharedObject(["libc.so.6"]), Buffer.from(`\0${origin}\0`)]),
      },
    ]);
    writeFileSync(join(files, file), bytes);
    const hash = `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
    return { name, files: [[file, hash, null]], dependencies };
  };
  const entries = [plugin("plugin", ["nvidia-cuda-runtime", "cuda-toolkit"]), plugin("jax-cuda13-pjrt", [])];
  const packages = `${on(project("origins", { packages: [...entries, ...CUDA] }), withRdma)}.packages`;
  const of = `python${python.version}-`;
  assert.equal(await runPathsOf(`${packages}.plugin`), [
    `${of}nvidia-cuda-runtime-13.2.51/nvidia/cu13/lib`,
    `${of}nvidia-cufile-1.17.0.44/nvidia/cu13/lib`,
    `${of}plugin-1.0/plugins/cuda`,
  ]);
  // jax's plug-in depends on none of the wheels whose folders it names. (The table says, too, that it opens the driver.)
  assert.equal(await runPathsOf(`${packages}.jax-cuda13-pjrt`), [
    `${of}nvidia-cuda-runtime-13.2.51/nvidia/cu13/lib`,
    `${of}jax-cuda13-pjrt-1.0/plugins/cuda`,
    "/run/opengl-driver/lib",
  ]);
  // Whose libraries are all linked to has none but the driver's.
  assert.equal(await runPathsOf(`${packages}.torch`), ["/run/opengl-driver/lib"]);
});

when("an older nixpkgs has another hook for the driver, or none", async () => {
  const path = project("older", { packages: CUDA });
  const older = `(builtins.removeAttrs ${withRdma} [ "autoAddDriverRunpath" ])`;
  assert.is(await driverOf(`${on(path, older)}.packages.torch`), "/run/opengl-driver/lib");
  // What autoPatchelfHook adds there, and the hook's own work elsewhere.
  const runpaths = (nixpkgs: string): Promise<unknown> =>
    value(`${on(path, nixpkgs)}.packages.torch.appendRunpaths or "none"`);
  assert.equal(await runpaths(older), ["/run/opengl-driver/lib"]);
  assert.is(await runpaths(withRdma), "none");
  const named = `(${older} // { cudaPackages.autoAddOpenGLRunpathHook = (${pkgs}).autoAddDriverRunpath; })`;
  assert.is(await driverOf(`${on(path, named)}.packages.torch`), "/run/opengl-driver/lib");
  assert.is(await runpaths(named), "none");
});

const UNKNOWN = [stub("odd", "1.0", { "odd/core.so": ["libodd.so.1", "libeven.so.2"] })];

when("a library that nothing knows fails the build, with what to do", async () => {
  const path = project("odd", { packages: UNKNOWN });
  const { code, errors } = await build(`${known(path)}.packages.odd`);
  assert.is.not(code, 0);
  assert.match(errors, "could not satisfy dependency libodd.so.1");
  assert.match(
    errors,
    "pylock2nix: could odd not find a shared library? What it needs is not known: `pylock2nix prefetch --all` looks into it.",
  );
  assert.match(errors, "hint: give it, perPackage.odd.extraLibraries = [ pkgs.NAME ]; or leave it out,");
  assert.match(errors, 'perPackage.odd.ignoreSonames = [ "libNAME.so.1" ]; where pylock2nix.nix is imported');
});

when("`perPackage` and `override` give it or leave it out", async () => {
  const path = project("odd-settings", { packages: UNKNOWN });
  const odd = `((${pkgs}).stubLibraries "oddlib" [ "libodd.so.1" ])`;
  const settings = `perPackage.odd = { extraLibraries = [ ${odd} ]; ignoreSonames = [ "libeven.so.2" ]; };`;
  const expected = { "libodd.so.1": "oddlib", "libeven.so.2": "missing" };
  assert.equal(await foundBy(`${known(path, settings)}.packages.odd`), expected);
  assert.equal(await foundBy(`(${known(path)}.mkPoetryPackages { ${settings} }).byName.odd`), expected);
  const overlay = `_: prev: { odd = prev.odd.override { extraLibraries = [ ${odd} ]; ignoreSonames = [ "libeven.so.2" ]; }; }`;
  assert.equal(await foundBy(`${known(path, `overrides = [ (${overlay}) ];`)}.packages.odd`), expected);
  await fails(
    `${known(path, "perPackage.odd.extraLibs = [ ];")}.packages.odd.name`,
    "perPackage.odd has no setting `extraLibs`\nhint: did you mean `extraLibraries`?",
  );
});

finish();
