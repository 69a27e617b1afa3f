// The page in a real browser: installs, builds, and does what visitors do; held against the command line where it answers too.
//   npm run test:page                                      builds what the page is made of first
//   node examples/playground/test/run.mjs [--only WORD] [--times] [--ci]   --ci: no failure where it cannot be installed
// Without Chromium (apt install chromium) all is skipped, and said. Quiet when all is well; the last line is "N passed, N failed".
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const HERE = join(import.meta.dirname, "..");
const REPOSITORY = join(HERE, "../..");
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "";
const isLoud = process.argv.includes("--times");
const isCi = process.argv.includes("--ci");

const { status } = spawnSync(process.execPath, [join(REPOSITORY, "scripts/install.mjs"), HERE], { stdio: "inherit" });
if (status !== 0) {
  process.stdout.write("skipped: what the page is built with cannot be installed from here\n");
  end(0, isCi ? 0 : 1);
}
for (const words of [["node_modules/typescript/bin/tsc", "-p", "."], ["build.mjs"]]) {
  const built = spawnSync(process.execPath, words, { cwd: HERE, encoding: "utf8" });
  if (built.status === 0) continue;
  process.stdout.write(`${built.stdout}${built.stderr}\n`);
  end(0, 1);
}

const { PLACES, Visits } = await import("./browser.mjs");
const TESTS = {
  ...(await import("./page.mjs")).default,
  ...(await import("./opening.mjs")).default,
  ...(await import("./answers.mjs")).default,
  ...(await import("./graph.mjs")).default,
  ...(await import("./access.mjs")).default,
};
const wanted = Object.entries(TESTS).filter(([name]) => name.includes(only));
const chromium = PLACES.find((path) => existsSync(path));
if (chromium === undefined) {
  process.stdout.write(`skipped ${wanted.length}: there is no Chromium here\n`);
  end(0, 0, wanted.length);
}
let passed = 0;
let failed = 0;
const visits = await Visits.start(chromium);
// More than there are cores: most of a visit is waiting for frames.
await Promise.all([worker(), worker(), worker()]);
await visits.close();
end(passed, failed);

async function worker() {
  for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
    const [name, test] = next;
    const start = performance.now();
    try {
      await test(visits);
      passed++;
      if (isLoud) process.stdout.write(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    } catch (error) {
      failed++;
      process.stdout.write(`--- ${name}\n${error.stack}\n`);
    }
  }
}

function end(good, bad, left = 0) {
  process.stdout.write(`${good} passed, ${bad} failed${left > 0 ? `, ${left} skipped` : ""}\n`);
  process.exit(bad === 0 && (good > 0 || left > 0 || isCi) ? 0 : 1);
}
