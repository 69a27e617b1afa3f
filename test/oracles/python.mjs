// A Python with the packages that an oracle needs: a virtual environment in the cache folder, made once.
//
// Invariant: the packages' names are part of the folder's name, so that another version is another environment.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The path of its interpreter. `PYLOCK2NIX_PYTHON` names the one that it is made of. */
export async function pythonWith(packages) {
  const digest = createHash("sha256").update(packages.join(" ")).digest("hex").slice(0, 12);
  const folder = join(process.env.PYLOCK2NIX_ORACLES ?? join(tmpdir(), "pylock2nix-oracles"), digest);
  const python = join(folder, "bin", "python");
  const done = join(folder, "installed");
  if (existsSync(done)) return python;
  mkdirSync(folder, { recursive: true });
  run(process.env.PYLOCK2NIX_PYTHON ?? "python3", ["-m", "venv", folder]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages]);
  writeFileSync(done, `${packages.join("\n")}\n`);
  return python;
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${error ?? status}`);
}
