// Asks the real tools: packaging and poetry-core about versions, markers and tags, Poetry, uv, PDM and Pipenv about whole
// locks, wasmtime about the modules for Nix.
//   npm run test:oracles [-- --quick | --long]     --quick: a minute; --long: 1,000,000 questions of each kind
//   node test/oracles/run.mjs --ci                 after `npm test`: shorter still, always the same questions
// Installs what it needs from the package index once, into a folder for temporary files. Needs `npm run build` before it.
// With --ci, an index that cannot be reached is no failure: the oracles are then skipped, and the last lines say so.
import { spawnSync } from "node:child_process";
import { NotInstalled, PDM, PIPENV, pythonWith, WASMTIME } from "./python.mjs";

const isCi = process.argv.includes("--ci");
const isQuick = isCi || process.argv.includes("--quick");
const count = process.argv.includes("--long") ? 1000000 : isCi ? 2000 : isQuick ? 5000 : 50000;
// A change must not fail for what another one did: new questions are for whoever runs the longer forms.
const seed = isCi ? "1" : String(Date.now() % 1000000);
const PATIENCE = 90000; // milliseconds that an installation may take with --ci
const skip = (error) => {
  if (!isCi || !(error instanceof NotInstalled)) throw error;
  process.stdout.write(`skipped 7 oracles: ${error.message}\n0 passed, 0 failed\n`);
  process.exit(0);
};
const python = await pythonWith(["poetry==2.5.1", "packaging==26.3"], isCi ? PATIENCE : undefined).catch(skip);
for (const packages of [PDM, PIPENV, [WASMTIME]]) await pythonWith(packages, isCi ? PATIENCE : undefined).catch(skip);
let passed = 0;
let failed = 0;

// The test entries of the core; `npm test` has just made them.
if (!isCi) shell("node test/run.mjs --only name");
compare("versions", `'${python}' test/oracles/versions.py ${count} ${seed} | node test/oracles/versions.mjs`);
compare(
  "markers and tags",
  `node dist/bin/pylock2nix.cjs targets --json | '${python}' test/oracles/standards.py ${count} ${seed} | node test/oracles/standards.mjs`,
);
compare(
  "Poetry",
  `node test/oracles/poetry.mjs ${isQuick ? "--quick --folders test/fixtures/poetry" : ""} --markers ${Math.ceil(count / 2500)} --seed ${seed}`,
);
compare("uv", `node test/oracles/uv.mjs ${isQuick ? "--quick --folders test/fixtures/uv" : ""}`);
compare("PDM and Pipenv", `node test/oracles/groups.mjs --count ${isQuick ? 100 : 1000} --seed ${seed}`);
compare("uv's freshness", `node test/oracles/uv_fresh.mjs ${isCi ? 20 : isQuick ? 40 : 400} ${seed}`);
compare("the modules for Nix", `node test/oracles/wasmtime.mjs ${isQuick ? "--quick" : ""}`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function compare(name, line) {
  const { status, stdout } = shell(line);
  process.stdout.write(`${name} (seed ${seed}): ${stdout}`);
  const [, compared = 0, differences = 0] = /(\d+) compared, (\d+) differences\n$/.exec(stdout) ?? [];
  const bad = status === 0 ? Number(differences) : Math.max(1, Number(differences));
  failed += bad;
  passed += Math.max(0, Number(compared) - bad);
}

function shell(line) {
  return spawnSync(line, { shell: true, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 28 });
}
