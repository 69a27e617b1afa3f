// The examples as they lie in examples/, frozen by the command line in a folder of their own, with the wheels that they lock, which
// reach Nix from loopback.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as assert from "uvu/assert";
import type { LockFormat } from "../../src/lock/formats.ts";
import { readPyproject } from "../../src/lock/pyproject.ts";
import { answerTo, MODULES } from "./answers.ts";
import { hostPython, privateStore, run, serveFolder, standIn, temporaryFolder, text } from "./nix.ts";
import { download, hostTargetOf, type LockedWheel, lockedWheels, toolWheel, WHEELS } from "./wheels.ts";

const program = resolve("dist/bin/pylock2nix.cjs");

export interface Example {
  readonly path: string;
  readonly store: Record<string, string>;
  /** The stand-in for nixpkgs, an expression. */
  readonly pkgs: string;
  /** Arguments of the library that lead to the wheels. */
  readonly more: string;
  readonly target: string;
  /** What the command line said when it froze the lock. */
  readonly said: string;
  readonly close: () => void;
}

/**
 * `lock`: the lock's name, where it is not alone in its folder. `tools`: what nixpkgs has to build with, by name. `stub`: what
 * is built in the place of each wheel that the lock has, under its name; the lock stays as it is, but its hashes do not count.
 */
export async function example(
  name: string,
  tools: readonly string[],
  lock: string | null = null,
  stub: ((wheel: LockedWheel) => Buffer) | null = null,
): Promise<Example> {
  const python = await hostPython();
  const { folder, path, target, said } = await frozenCopy(name, lock);
  const locked = lockedWheels(path, target);
  if (stub === null) await download(locked);
  const built = await Promise.all(tools.map(async (tool) => `${tool} = ${await toolWheel(tool)};`));
  const stubs = join(folder, "stubs");
  const hashes = stub === null ? null : writeStubs(stubs, locked, stub);
  const server = await serveFolder(stub === null ? WHEELS : stubs);
  const base = text(server.base);
  const pkgs = await standIn(python, `base = ${base}; libcVersion = "2.35"; tools = { ${built.join(" ")} };`);
  return {
    path,
    store: privateStore(join(folder, "nix")),
    pkgs,
    // The addresses of the example's lock lead nowhere.
    more:
      `fetchurl = arguments: let file = baseNameOf arguments.url; in ${pkgs}.fetchurl (arguments // ` +
      `{ url = "${server.base}/\${file}"; ${hashes === null ? "" : `hash = ${hashes}.\${file};`} });`,
    target,
    said,
    close: server.close,
  };
}

/** To evaluate only: nothing is fetched for it. `prepare` may add to the copy before it is frozen. */
export async function evaluable(
  name: string,
  lock: string | null,
  prepare: (path: string) => void = () => {},
): Promise<Example> {
  const { folder, path, target, said } = await frozenCopy(name, lock, prepare);
  const pkgs = await standIn(await hostPython(), 'libcVersion = "2.35";');
  return { path, store: privateStore(join(folder, "nix")), pkgs, more: "", target, said, close: () => {} };
}

/** The example in a folder of its own, with what `pylock2nix nix` writes. */
async function frozenCopy(
  name: string,
  lock: string | null,
  prepare: (path: string) => void = () => {},
): Promise<{ folder: string; path: string; target: string; said: string }> {
  const folder = temporaryFolder();
  const path = join(folder, name);
  cpSync(join("examples", name), path, { recursive: true });
  prepare(path);
  const target = hostTargetOf(await hostPython());
  const words = ["nix", lock === null ? path : join(path, lock), "--target", target];
  const written = await run("node", [program, ...words]);
  assert.is(written.code, 0, written.errors);
  const checked = await run("node", [program, ...words, "--check"]);
  assert.is(checked.code, 0, checked.errors);
  return { folder, path, target, said: written.errors };
}

/** The library, knowing the example, as its pylock2nix.nix gives it. */
export const frozenExample = (from: Example): string => `(${frozen(from)} { pkgs = ${from.pkgs}; })`;

/** The same in a Nix that has `builtins.wasm`, as far as the answer of the module goes. */
export const evaluatedExample = (from: Example): string => `(${evaluated(from)} { pkgs = ${from.pkgs}; })`;

/** The example's own default.nix, by one way or the other. */
export function ownFile(from: Example, way: "frozen" | "evaluated" = "frozen"): string {
  const library = way === "frozen" ? frozen(from) : evaluated(from);
  return (
    `(let scope = { import = path: if baseNameOf path == "pylock2nix.nix" then ${library} else import path; }; ` +
    `in builtins.scopedImport scope ${from.path}/default.nix { pkgs = ${from.pkgs}; })`
  );
}

/** Functions of the arguments that default.nix gives, which count before those of the test. */
const frozen = ({ path, more }: Example): string =>
  `(arguments: import ${path}/pylock2nix.nix ({ ${more} } // arguments))`;

function evaluated({ path, more, target }: Example): string {
  const { lock } = JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8")) as {
    lock: { path: string; format: LockFormat };
  };
  const beside = join(path, "pyproject.toml");
  const isScript = lock.path.endsWith(".py.lock");
  const pyproject =
    existsSync(beside) && !isScript ? readPyproject(readFileSync(beside, "utf8"), "pyproject.toml") : null;
  const bytes = readFileSync(join(path, lock.path));
  const answer = join(dirname(path), "answer.json");
  writeFileSync(answer, JSON.stringify(answerTo({ format: lock.format, lock: bytes, pyproject, target })));
  const modules = join(dirname(path), "modules");
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(modules, MODULES[lock.format]!), "");
  return (
    "(arguments: let scope = { builtins = builtins // { wasm = _: argument: builtins.deepSeq argument " +
    `(builtins.fromJSON (builtins.readFile ${answer})); }; import = builtins.scopedImport scope; }; ` +
    `in scope.import ${path}/.pylock2nix ({ projectDir = ${path}; lock = "${lock.path}"; ` +
    `target = "${target}"; resolver = "wasm"; wasm = ${modules}; ${more} } // arguments))`
  );
}

/** Into the folder; gives a Nix expression, file -> hash. */
function writeStubs(folder: string, locked: readonly LockedWheel[], stub: (wheel: LockedWheel) => Buffer): string {
  mkdirSync(folder);
  const entries = locked.map((wheel) => {
    const bytes = stub(wheel);
    writeFileSync(join(folder, wheel.file), bytes);
    return `${text(wheel.file)} = "sha256-${createHash("sha256").update(bytes).digest("base64")}";`;
  });
  return `{ ${entries.join(" ")} }`;
}
