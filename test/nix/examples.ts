// The examples as they lie in examples/, frozen by the command line in a folder of their own, with the wheels that they lock,
// which come through pip: how this machine gets them is its own affair. They reach Nix from loopback.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as assert from "uvu/assert";
import type { LockFormat } from "../../src/lock/formats.ts";
import { readPyproject } from "../../src/lock/pyproject.ts";
import { answerTo, MODULES } from "./answers.ts";
import { hostPython, privateStore, run, serveFolder, standIn, succeed, temporaryFolder, text } from "./nix.ts";

/** Kept between runs: what a lock pins does not change. */
const wheels = resolve(".tmp/wheels");
const program = resolve("dist/bin/pylock2nix.cjs");

export interface Example {
  readonly path: string;
  readonly store: Record<string, string>;
  /** The stand-in for nixpkgs, an expression. */
  readonly pkgs: string;
  /** Arguments of the library that lead to the wheels. */
  readonly more: string;
  readonly target: string;
  readonly close: () => void;
}

/** `lock`: the lock's name, where it is not alone in its folder. `tools`: what nixpkgs has to build with, by name. */
export async function example(name: string, tools: readonly string[], lock: string | null = null): Promise<Example> {
  const folder = temporaryFolder();
  const path = join(folder, name);
  cpSync(join("examples", name), path, { recursive: true });
  const python = await hostPython();
  const target = `cp${python.version.replace(".", "")}-linux-${process.arch === "arm64" ? "aarch64" : "x86_64"}-glibc2.35`;
  const words = ["nix", lock === null ? path : join(path, lock), "--target", target];
  const written = await run("node", [program, ...words]);
  assert.is(written.code, 0, written.errors);
  const checked = await run("node", [program, ...words, "--check"]);
  assert.is(checked.code, 0, checked.errors);
  mkdirSync(wheels, { recursive: true });
  await download(join(path, "pylock2nix.json"), target);
  const built = await Promise.all(tools.map(async (tool) => `${tool} = ${await toolWheel(tool)};`));
  const server = await serveFolder(wheels);
  const base = text(server.base);
  const pkgs = await standIn(python, `base = ${base}; libcVersion = "2.35"; tools = { ${built.join(" ")} };`);
  return {
    path,
    store: privateStore(join(folder, "nix")),
    pkgs,
    // The addresses of the example's lock lead nowhere.
    more: `fetchurl = arguments: ${pkgs}.fetchurl (arguments // { url = "${server.base}/\${baseNameOf arguments.url}"; });`,
    target,
    close: server.close,
  };
}

/** The library, knowing the example, as its pylock2nix.nix gives it. */
export const frozenExample = ({ path, pkgs, more }: Example): string =>
  `(import ${path}/pylock2nix.nix { pkgs = ${pkgs}; ${more} })`;

/** The same in a Nix that has `builtins.wasm`, as far as the answer of the module goes. */
export function evaluatedExample({ path, pkgs, more, target }: Example): string {
  const { lock } = JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8")) as {
    lock: { path: string; format: LockFormat };
  };
  const beside = join(path, "pyproject.toml");
  const pyproject = existsSync(beside) ? readPyproject(readFileSync(beside, "utf8"), "pyproject.toml") : null;
  const bytes = readFileSync(join(path, lock.path));
  const answer = join(dirname(path), "answer.json");
  writeFileSync(answer, JSON.stringify(answerTo({ format: lock.format, lock: bytes, pyproject, target })));
  const modules = join(dirname(path), "modules");
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(modules, MODULES[lock.format]!), "");
  return (
    "(let scope = { builtins = builtins // { wasm = _: argument: builtins.deepSeq argument " +
    `(builtins.fromJSON (builtins.readFile ${answer})); }; import = builtins.scopedImport scope; }; ` +
    `in scope.import ${path}/.pylock2nix { pkgs = ${pkgs}; projectDir = ${path}; lock = "${lock.path}"; ` +
    `target = "${target}"; resolver = "wasm"; wasm = ${modules}; ${more} })`
  );
}

/** The wheels that the target takes. */
async function download(frozen: string, target: string): Promise<void> {
  const { packages, targets } = JSON.parse(readFileSync(frozen, "utf8")) as {
    packages: { name: string; version: string; files: [string][]; variants: [number][] }[];
    targets: Record<string, { variants: number[] }>;
  };
  const missing: string[] = [];
  const files: string[] = [];
  packages.forEach(({ name, version, files: own, variants }, index) => {
    const file = own[variants[targets[target]!.variants[index]!]?.[0] ?? -1]?.[0];
    if (file?.endsWith(".whl") !== true) return;
    files.push(file);
    if (!existsSync(join(wheels, file))) missing.push(`${name}==${version}`);
  });
  if (missing.length > 0) await pip(missing);
  for (const file of files) assert.ok(existsSync(join(wheels, file)), `pip did not download ${file}`);
}

async function toolWheel(name: string): Promise<string> {
  const prefix = `${name.replaceAll("-", "_")}-`;
  const find = (): string | undefined => readdirSync(wheels).find((file) => file.startsWith(prefix));
  if (find() === undefined) await pip([name]);
  return join(wheels, find()!);
}

const pip = (names: readonly string[]): Promise<string> =>
  succeed("python3", [
    "-m",
    "pip",
    "download",
    "--quiet",
    "--no-deps",
    "--only-binary=:all:",
    "--dest",
    wheels,
    ...names,
  ]);
