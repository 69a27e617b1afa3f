// Installs the dependencies when they are missing or older than package-lock.json, so that each command of the README works
// on a fresh clone.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const MARK = "node_modules/.package-lock.json"; // npm writes it last
const isInstalled = existsSync(MARK) && statSync(MARK).mtimeMs >= statSync("package-lock.json").mtimeMs;
if (!isInstalled) {
  const { status } = spawnSync("npm", ["ci", "--silent"], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
