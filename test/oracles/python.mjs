// A Python with the packages that an oracle needs: a virtual environment in the cache folder, made once.
//
// Invariant: the packages' names are part of the folder's name, so that another version is another environment.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The engine that Determinate Nix runs modules with. */
export const WASMTIME = "wasmtime==50.0.1";

/** PDM 2.29.3 with the libraries that it was released with: newer ones it cannot use. */
export const PDM = ["pdm==2.29.3", "hishel==1.2.1", "unearth==0.18.2"];
export const PIPENV = ["pipenv==2026.8.0"];

/** The package index gave nothing: not reached, too slow, or without such packages. */
export class NotInstalled extends Error {}

/** The path of its interpreter. `PYLOCK2NIX_PYTHON` names the one that it is made of. */
export async function pythonWith(packages, patience = undefined) {
  const digest = createHash("sha256").update(packages.join(" ")).digest("hex").slice(0, 12);
  const folder = join(process.env.PYLOCK2NIX_ORACLES ?? join(tmpdir(), "pylock2nix-oracles"), digest);
  const python = join(folder, "bin", "python");
  const done = join(folder, "installed");
  if (existsSync(done)) return python;
  mkdirSync(folder, { recursive: true });
  const made = run(process.env.PYLOCK2NIX_PYTHON ?? "python3", ["-m", "venv", folder]);
  if (made !== null) throw new Error(made);
  // Without patience: pip's own five retries with growing pauses, for each package.
  const brief = patience === undefined ? [] : ["--retries", "1", "--timeout", "10"];
  const install = ["-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", ...brief, ...packages];
  const failure = run(python, install, patience);
  if (failure !== null) throw new NotInstalled(failure);
  writeFileSync(done, `${packages.join("\n")}\n`);
  return python;
}

/** Null, or what went wrong. */
function run(program, args, timeout = undefined) {
  const { status, error } = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"], timeout });
  return status === 0 ? null : `${program} ${args.join(" ")} failed: ${error ?? status}`;
}
