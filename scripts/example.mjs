// The main job, end to end, on examples/imgapp: installs, builds, resolves the lock, writes the Nix expression, and, where
// Nix is there, builds and runs the application. Works on a copy, so that the checkout stays as it is.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";

const COPY = ".tmp/imgapp";

run("node", "scripts/install.mjs");
run("npm", "run", "--silent", "build");
rmSync(COPY, { recursive: true, force: true });
mkdirSync(".tmp", { recursive: true });
cpSync("examples/imgapp", COPY, { recursive: true });

say("What is installed, on this machine and on a Mac:");
run(
  "node",
  "dist/bin/pylock2nix.cjs",
  "resolve",
  COPY,
  "--only",
  "main",
  "--python",
  "3.12",
  "--system",
  "x86_64-linux,aarch64-darwin",
);

say("The frozen resolution and the Nix file that loads it:");
run("node", "dist/bin/pylock2nix.cjs", "nix", COPY);
process.stdout.write(readFileSync(`${COPY}/pylock2nix.nix`, "utf8"));

if (spawnSync("nix-build", ["--version"]).status !== 0) {
  say("Nix is not installed here, so nothing is built.");
} else if (spawnSync("nix-instantiate", ["--find-file", "nixpkgs"]).status === 0) {
  say("Building it with Nix:");
  run("nix-build", `${COPY}/pylock2nix.nix`, "-A", "application", "--out-link", `${COPY}/result`);
  say(`Built: ${COPY}/result/bin/imgapp serves it.`);
} else {
  say("Nix is here without nixpkgs: building and running it on the tests' stand-in for nixpkgs.");
  run("node", "test/run.mjs", "--only", "e2e");
}

function say(text) {
  process.stdout.write(`\n${text}\n\n`);
}

function run(command, ...words) {
  const { status } = spawnSync(command, words, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
