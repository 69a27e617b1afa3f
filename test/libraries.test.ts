// What is known of shared libraries: the tables of the Nix library hold together, and `nix` names what they do not know.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LibraryTables, WheelRow } from "../src/answers/libraries.ts";

const names: LibraryTables["names"] = JSON.parse(readFileSync("nix/sonames.json", "utf8"));
const table: { date: string; read: number; wheels: WheelRow[] } = JSON.parse(readFileSync("nix/wheels.json", "utf8"));
const RENEW = "renew with node scripts/record-libraries.mjs";

// --- The tables -------------------------------------------------------------------------------------------------------

test("each row is a wheel that was read, in order, one a line", () => {
  assert.match(table.date, /^20\d\d-\d\d-\d\d$/);
  assert.ok(table.read >= table.wheels.length);
  const versions = table.wheels.flatMap(({ name, versions }) => versions.map((version) => `${name} ${version}`));
  assert.ok(versions.length >= 300, `${versions.length} wheels; ${RENEW}`);
  assert.is(new Set(versions).size, versions.length);
  const titles = table.wheels.map(({ name }) => name);
  assert.equal(titles, [...titles].sort());
  const text = readFileSync("nix/wheels.json", "utf8");
  assert.is(text.split("\n").length, table.wheels.length + 7);
  assert.ok(text.length < 100_000, "small enough to read and to load");
});

test("what a wheel needs is in itself, in wheels of its closure, in the policy, in the table, or the driver's", () => {
  const given = new Map<string, Set<string>>();
  for (const { name, gives = [] } of table.wheels) given.set(name, new Set([...(given.get(name) ?? []), ...gives]));
  const open = table.wheels.flatMap(({ name, versions, needs = [], finds = {}, gives = [] }) => [
    ...needs
      .filter((soname) => names.libraries[soname] === undefined && names.leftOut[soname] === undefined)
      .filter((soname) => !names.driver.includes(soname))
      .map((soname) => `${name} ${versions[0]}: nothing brings ${soname}`),
    ...Object.entries(finds).flatMap(([giver, sonames]) =>
      sonames
        .filter((soname) => !given.get(giver)?.has(soname))
        .map((soname) => `${name} ${versions[0]}: ${giver} does not bring ${soname}`),
    ),
    ...[...needs, ...Object.values(finds).flat()]
      .filter((soname) => gives.includes(soname) || names.always.includes(soname))
      .map((soname) => `${name} ${versions[0]}: ${soname} is not needed from outside`),
  ]);
  assert.equal(open, [], `add what is missing to nix/sonames.json, or ${RENEW}`);
});

test("the stacks that are used most are in it, and bring their own CUDA", () => {
  const rows = (name: string): WheelRow[] => table.wheels.filter((row) => row.name === name);
  const versions = (name: string): string[] => rows(name).flatMap((row) => row.versions);
  for (const minor of [9, 10, 11, 12, 13, 14, 15])
    assert.ok(
      versions("torch").some((version) => version.startsWith(`2.${minor}.`)),
      `torch 2.${minor}`,
    );
  const stacks = [
    "torch",
    "torchvision",
    "triton",
    "vllm",
    "tensorflow",
    "jaxlib",
    "jax-cuda12-plugin",
    "jax-cuda13-plugin",
  ];
  for (const name of [...stacks, "nvidia-cudnn-cu12", "nvidia-cudnn-cu13", "nvidia-nvshmem-cu13"])
    assert.ok(rows(name).length > 0, name);
  // Nothing of CUDA's toolkit is left for nixpkgs; the plug-ins of NVSHMEM and cuFile are for hardware.
  for (const row of stacks.flatMap(rows)) {
    const left = (row.needs ?? []).filter((soname) => names.leftOut[soname] !== undefined);
    assert.equal(left, [], `${row.name} ${row.versions}`);
  }
  for (const name of ["torch", "triton"])
    for (const row of rows(name))
      assert.ok([...(row.opens ?? []), ...(row.needs ?? [])].includes("libcuda.so.1"), `${name} ${row.versions}`);
  for (const name of [
    "opencv-python",
    "pyside6-essentials",
    "pyqt5-qt5",
    "pyqt6-qt6",
    "numba",
    "mkl",
    "ray",
    "xgboost",
  ])
    assert.ok(rows(name).length > 0, name);
  for (const name of ["lightgbm", "polars-runtime-32", "pyarrow", "shapely", "psycopg-binary", "onnxruntime", "h5py"])
    assert.ok(rows(name).length > 0, name);
});

test("no soname is of two kinds, and each looks like one", () => {
  const kinds = [Object.keys(names.leftOut), names.driver, Object.keys(names.libraries)];
  const all = kinds.flat();
  assert.is(new Set(all).size, all.length);
  for (const soname of [...all, ...names.always]) assert.match(soname, /^[A-Za-z0-9_.+-]+\.so(\.\d+)*$/);
  for (const part of ["libraries", "leftOut"] as const) {
    const keys = Object.keys(names[part]);
    assert.equal(keys, [...keys].sort(), part);
  }
});

// What the wheels of 230 packages needed when they were locked on 27 November 2026, read by other means (readelf).
const SHARED = resolve("../shared/guide/sonames.tsv");
let listed: string | null = null;
try {
  listed = readFileSync(SHARED, "utf8");
} catch {}
if (listed === null) console.log("skipped 1: the list of sonames is not here");
else
  test("every name that was found by other means is known", () => {
    const brought = new Set(table.wheels.flatMap(({ gives = [] }) => gives));
    const unknown = listed!
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split("\t")[0]!)
      .filter((soname) => names.libraries[soname] === undefined && names.leftOut[soname] === undefined)
      .filter((soname) => !names.driver.includes(soname) && !names.always.includes(soname) && !brought.has(soname));
    assert.equal(unknown, []);
  });

// --- `nix` names what is not known ------------------------------------------------------------------------------------

const newest = (name: string): WheelRow => table.wheels.filter((row) => row.name === name).at(-1)!;
const PROGRAM = resolve("dist/bin/pylock2nix.cjs");

/** A project whose uv.lock has these native wheels, name -> version, and perhaps a record of what is in one of them. */
function frozen(
  wheels: Record<string, string>,
  sonames: Record<string, readonly string[]>,
  work: (outcome: { code: number | null; err: string; unfound: unknown }) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), "libraries-"));
  const file = (name: string, version: string): string =>
    `${name.replaceAll("-", "_")}-${version}-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`;
  const index = "https://pypi.invalid/simple";
  const hash = "a".repeat(64);
  const sri = `sha256-${Buffer.from(hash, "hex").toString("base64")}`;
  const url = (name: string): string => `https://files.pypi.invalid/${file(name, wheels[name]!)}`;
  const names = Object.keys(wheels).sort();
  try {
    writeFileSync(
      join(folder, "pyproject.toml"),
      `[project]\nname = "zoo"\nversion = "1"\nrequires-python = "==3.12.*"\ndependencies = ${JSON.stringify(names)}\n`,
    );
    const packages = names.map(
      (name) =>
        `[[package]]\nname = "${name}"\nversion = "${wheels[name]}"\nsource = { registry = "${index}" }\nwheels = [\n` +
        `    { url = "${url(name)}", hash = "sha256:${hash}", size = 1 },\n]\n`,
    );
    const dependencies = names.map((name) => `    { name = "${name}" },\n`).join("");
    const requires = names.map((name) => `    { name = "${name}" },\n`).join("");
    writeFileSync(
      join(folder, "uv.lock"),
      `version = 1\nrevision = 3\nrequires-python = "==3.12.*"\n\n${packages.join("\n")}\n` +
        `[[package]]\nname = "zoo"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [\n${dependencies}]\n\n` +
        `[package.metadata]\nrequires-dist = [\n${requires}]\n`,
    );
    const sources = Object.entries(sonames).map(([name, found]) => ({
      lock: {
        kind: "file",
        package: name,
        version: wheels[name],
        file: file(name, wheels[name]!),
        hash: sri,
        index: null,
        url: url(name),
      },
      sonames: found,
    }));
    if (sources.length > 0)
      writeFileSync(join(folder, "pylock2nix.sources.json"), JSON.stringify({ format: 1, sources }));
    const run = (...words: string[]) =>
      spawnSync("node", [PROGRAM, "nix", "--system", "x86_64-linux", ...words], { cwd: folder, encoding: "utf8" });
    const { status, stderr } = run();
    const { unfound } = JSON.parse(run("--json").stdout) as { unfound: unknown };
    work({ code: status, err: stderr, unfound });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a wheel that is in no table and not recorded is not spoken of", () => {
  frozen({ oddity: "1.0" }, {}, ({ code, err, unfound }) => {
    assert.is(code, 0, err);
    assert.not.match(err, "warning");
    assert.equal(unfound, []);
  });
});

test("a recorded soname that no table knows is named, with the line to add", () => {
  const sonames = ["libGL.so.1", "libc.so.6", "libcuda.so.1", "libeven.so.2", "libodd.so.1", "libxcb.so.1"];
  frozen({ oddity: "1.0" }, { oddity: sonames }, ({ code, err, unfound }) => {
    assert.is(code, 0, err);
    assert.match(
      err,
      "warning: oddity 1.0 needs libeven.so.2, libodd.so.1, which no table knows: its build will not find it\n\n" +
        "hint: say it in Nix, `perPackage.oddity.extraLibraries = [ pkgs.NAME ];` or " +
        '`perPackage.oddity.ignoreSonames = [ "libeven.so.2" "libodd.so.1" ];`\n',
    );
    assert.equal(unfound, [
      { name: "oddity", version: "1.0", unknown: ["libeven.so.2", "libodd.so.1"], leftOut: [], givers: [] },
    ]);
  });
});

test("CUDA that no wheel of the lock brings is named, and not when one does", () => {
  const row = newest("cupy-cuda12x");
  const version = row.versions.at(-1)!;
  assert.ok(row.finds?.["nvidia-cublas-cu12"]?.includes("libcublas.so.12"));
  frozen({ "cupy-cuda12x": version }, {}, ({ code, err }) => {
    assert.is(code, 0, err);
    assert.match(
      err,
      new RegExp(`warning: cupy-cuda12x ${version.replaceAll(".", "\\.")} is built without libcublas\\.so\\.12, `),
    );
    assert.match(err, /hint: add .*nvidia-cublas-cu12.* to the project, or say it in Nix, `perPackage\.cupy-cuda12x\./);
    assert.not.match(err, /nvidia-curand,|nvidia-cublas,/);
    assert.match(err, /extraLibraries = \[ .*pkgs\.cudaPackages_12\.libcublas/);
  });
  const givers = Object.keys(row.finds!);
  const last = (name: string): string => newest(name).versions.at(-1)!;
  const all = { "cupy-cuda12x": version, ...Object.fromEntries(givers.map((name) => [name, last(name)])) };
  frozen(all, {}, ({ err }) => {
    assert.not.match(err, "libcublas");
  });
});

test("a recorded wheel counts for itself, whatever the table says of its version", () => {
  const { versions } = newest("cupy-cuda12x");
  frozen({ "cupy-cuda12x": versions.at(-1)! }, { "cupy-cuda12x": ["libc.so.6"] }, ({ err, unfound }) => {
    assert.not.match(err, "warning");
    assert.equal(unfound, []);
  });
});

test.run();
