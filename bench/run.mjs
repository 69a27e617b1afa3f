// Runs the benchmarks: builds, installs the peers when they are missing or old; then the command's own `bench` on the largest
// locks, as any user would run it, and each bench/*.bench.ts and *.bench.mjs, which are about us alone.
//   node bench/run.mjs [WORD]... [-- OPTION...]
//     WORD     only what has one of these words in its name: locks, or a file's
//     OPTION   for `bench`: -- --report report.html --compare old.json; usually --report .tmp/bench/report.{html,md,json}
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

const given = process.argv.slice(2);
const end = given.includes("--") ? given.indexOf("--") : given.length;
const words = given.slice(0, end);
const options = given.slice(end + 1);

run("npm", ["run", "--silent", "build"]);
run("node", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.test.json"]);
run("node", ["scripts/install.mjs", "bench/peers"]);
if (isWanted("locks")) locks();
for (const file of readdirSync("bench").sort()) {
  if (!/\.bench\.(ts|mjs)$/.test(file) || !isWanted(file)) continue;
  process.stdout.write(`\n${file}\n`);
  run("node", ["--expose-gc", file.endsWith(".ts") ? `.tmp/bench/${file.replace(/ts$/, "js")}` : `bench/${file}`]);
}

/** The largest lock of a real project that each of Poetry and uv wrote, where those are; else generated ones. */
function locks() {
  mkdirSync(".tmp/bench", { recursive: true });
  const corpus = "../shared/corpus";
  const subjects = existsSync(corpus)
    ? [largest(corpus, /^poetry--.*-2\.1$/, "poetry.lock"), largest(corpus, /^uv--/, "uv.lock")]
    : ["--generate", "poetry", "--packages", "500"];
  const reports = ["html", "md", "json"].flatMap((kind) => ["--report", `.tmp/bench/report.${kind}`]);
  // A peer is found where Node looks for what nobody has installed beside them.
  const NODE_PATH = [resolve("bench/peers/node_modules"), process.env.NODE_PATH].filter(Boolean).join(delimiter);
  run("node", ["dist/bin/pylock2nix.cjs", "bench", ...subjects, ...(options.length > 0 ? options : reports)], {
    NODE_PATH,
  });
}

function largest(corpus, pattern, file) {
  const all = readdirSync(corpus).filter((id) => pattern.test(id));
  const paths = all.map((id) => join(corpus, id, file)).filter((path) => existsSync(path));
  return paths.reduce((left, right) => (statSync(left).size < statSync(right).size ? right : left));
}

function isWanted(name) {
  return words.length === 0 || words.some((word) => name.includes(word));
}

function run(command, args, variables = {}) {
  const { status } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...variables } });
  if (status !== 0) process.exit(status ?? 1);
}
