// Installs the dependencies of a folder (this one, or the one that is named) when they are missing or older than its
// package-lock.json, so that each command of the README works on a fresh clone.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2] ?? ".";
const mark = join(folder, "node_modules/.package-lock.json"); // npm writes it last
const isInstalled = existsSync(mark) && statSync(mark).mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs;
if (!isInstalled) {
  const { status } = spawnSync("npm", ["ci", "--silent", "--prefix", folder], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
