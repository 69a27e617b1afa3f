// Runs the benchmarks: builds, installs the peers when they are missing or old, and runs each bench/*.bench.ts and *.bench.mjs.
//   node bench/run.mjs [WORD]...     only files with one of these words in their name
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const words = process.argv.slice(2);
run("npm", ["run", "--silent", "build"]);
run("node", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.test.json"]);
run("node", ["scripts/install.mjs", "bench/peers"]);
for (const file of readdirSync("bench").sort()) {
  if (!/\.bench\.(ts|mjs)$/.test(file) || (words.length > 0 && !words.some((word) => file.includes(word)))) continue;
  process.stdout.write(`\n${file}\n`);
  run("node", ["--expose-gc", file.endsWith(".ts") ? `.tmp/bench/${file.replace(/ts$/, "js")}` : `bench/${file}`]);
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
