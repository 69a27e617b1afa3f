// Runs the tests: compiles them and the core's test entries, runs each file in a process of its own, adds up.
//   node test/run.mjs [--only WORD]... [--except WORD]... [ASKED]...     WORD: part of a test file's name
// ASKED: what is too much for every day and is run when it is asked for ("torch").
// The last line is "N passed, N failed"; the exit code is 0 only when something passed and nothing failed.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import asc from "assemblyscript/asc";

const only = words("--only");
const except = words("--except");
const asked = process.argv
  .slice(2)
  .filter((word, index, all) => !word.startsWith("--") && !(all[index - 1] ?? "").startsWith("--"));
rmSync(".tmp/test", { recursive: true, force: true });
mkdirSync(".tmp/wasm", { recursive: true });
await Promise.all([
  run("node", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.test.json"]).then(orStop),
  compileEntries().then(compileScanner),
]);

const files = readdirSync("test")
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => only.length === 0 || only.some((word) => file.includes(word)))
  .filter((file) => !except.some((word) => file.includes(word)))
  .sort();
let passed = 0;
let failed = 0;
let skipped = 0;
const waiting = [...files];
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
if (passed + failed === 0) process.stdout.write("no test ran\n");
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function worker() {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const outcome = await run("node", [`.tmp/test/${file.replace(/\.ts$/, ".js")}`]);
    // uvu ends with "  Total: 3", "  Passed: 3", "  Skipped: 0"; without them the file forgot `.run()` or died.
    const total = count(outcome.text, "Total");
    const good = count(outcome.text, "Passed");
    const skips = count(outcome.text, "Skipped");
    const bad = total === 0 || (outcome.code !== 0 && total === good) ? 1 : total - good - skips;
    passed += good;
    skipped += skips;
    failed += bad;
    for (const line of outcome.text.split("\n")) {
      const skip = /^skipped (\d+)/.exec(line);
      if (skip !== null) {
        skipped += Number(skip[1]);
        process.stdout.write(`${file}: ${line}\n`);
      }
    }
    if (bad > 0) process.stdout.write(`--- ${file} (exit ${outcome.code})\n${outcome.text}\n`);
  }
}

/** Each test/assembly/NAME.ts becomes .tmp/wasm/NAME.release.wasm and .tmp/wasm/NAME.debug.wasm. */
async function compileEntries() {
  for (const file of readdirSync("test/assembly")) {
    for (const target of ["release", "debug"]) {
      const output = `.tmp/wasm/${file.replace(/\.ts$/, "")}.${target}.wasm`;
      const { error, stderr } = await asc.main([`test/assembly/${file}`, "--target", target, "--outFile", output]);
      if (error) orStop({ code: 1, text: stderr.toString() });
    }
  }
}

/** The core without its recogniser of rows, as .tmp/wasm/core.scanner.wasm: rows.test.ts holds the core against it. */
async function compileScanner() {
  const output = ".tmp/wasm/core.scanner.wasm";
  const { error, stderr } = await asc.main(["assembly/index.ts", "--target", "scanner", "--outFile", output]);
  if (error) orStop({ code: 1, text: stderr.toString() });
}

/** Runs a program and collects what it prints. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ASKED: asked.join(" ") },
    });
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.stderr.on("data", (chunk) => (text += chunk));
    child.on("close", (code) => resolve({ code, text }));
  });
}

function orStop({ code, text }) {
  if (code === 0) return;
  process.stdout.write(`${text}\n0 passed, 1 failed\n`);
  process.exit(1);
}

function count(text, word) {
  let sum = 0;
  for (const match of text.matchAll(new RegExp(`^ {2}${word}: +(\\d+)`, "gm"))) sum += Number(match[1]);
  return sum;
}

function words(option) {
  return process.argv.flatMap((word, index) => (process.argv[index - 1] === option ? [word] : []));
}
