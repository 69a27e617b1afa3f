// Makes uv.lock and before.lock anew: what uv locks today, and what it would have locked on a day before.
//   UV=path/to/uv node example/renew.mjs [DAY]       DAY: 2025-11-01 if not said
// Addresses become ones that lead nowhere, and shorter: the page carries both locks.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { UV = "uv" } = process.env;
const [day = "2025-11-01"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "pylock2nix-example-"));
try {
  copyFileSync(join(import.meta.dirname, "pyproject.toml"), join(folder, "pyproject.toml"));
  renew("uv.lock", []);
  renew("before.lock", ["--exclude-newer", day]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function renew(name, options) {
  const file = join(folder, "uv.lock");
  rmSync(file, { force: true });
  const { status, stderr } = spawnSync(UV, ["lock", "--no-python-downloads", ...options], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const text = readFileSync(file, "utf8")
    .replace(/registry = "[^"]+"/g, 'registry = "https://pypi.invalid/simple"')
    .replace(/url = "https:[^"]*\/([^"/]+)"/g, 'url = "https://files.pypi.invalid/$1"')
    .replace(/, upload-time = "[^"]*"/g, "")
    // The day is how it was made, not what the project asks for.
    .replace(/^\[options\]\n(?:[^[\n].*\n)*\n/m, "");
  writeFileSync(join(import.meta.dirname, name), text);
}
