// What the service takes for one request within its usual limits, against the 128 MB that a Worker has: each question in a
// process of its own, with the worst bodies that are not refused for their size. JavaScript gets half of it, as much as makes
// it collect in time; the figure is what is resident at the most beyond the service at rest, compiled code included.
//   node runtimes/memory.mjs     after `npm run build`; Linux
import { spawnSync } from "node:child_process";
import { generateLock } from "../dist/bench/generate/generate.js";
import { knownTargets } from "../dist/index.js";
import { createService } from "../dist/server.js";

const LIMIT = 128 * 1024 * 1024;
const HEAP = ["--max-old-space-size=64", "--max-semi-space-size=2"];
const BODY = 2 << 20;
const TARGETS = knownTargets().slice(0, 32).join(",");

const LOCKS = {
  /** Real in shape: poetry.lock and uv.lock of 2 MB. */
  poetry: () => generated("poetry"),
  uv: () => generated("uv"),
  /** As many packages and files as are taken. */
  packages: () => repeated((index) => `[[package]]\nname = "p${index}"\nversion = "1"\n${FILES}`, 4999),
  /** Nothing but texts that need a place each. */
  requirements: () =>
    repeated(
      (index) => `[[package]]\nname = "p${index}"\nversion = "1"\n[package.dependencies]\n${requirements(index)}`,
      900,
    ),
  markers: () =>
    repeated(
      (index) =>
        `[[package]]\nname = "p${index}"\nversion = "1"\ngroups = ["main"]\nmarkers = '${marker(index)}'\nfiles = []\n`,
      1500,
    ),
};
const FILES = `optional = false\ngroups = ["main"]\npython-versions = "*"\nfiles = [${`{file = "p-1.whl", hash = "sha256:${"0".repeat(64)}"},`.repeat(2)}]\n`;
const METADATA = '\n[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = "0"\n';

const QUESTIONS = [
  `/resolve?target=${TARGETS}`,
  `/freeze?target=${TARGETS}`,
  "/nix",
  `/check?target=${TARGETS}`,
  "/needs",
  `/why?name=p7&target=${TARGETS}`,
];

if (process.argv[2] === undefined) {
  for (const name of Object.keys(LOCKS)) {
    for (const question of QUESTIONS) {
      const words = [...HEAP, import.meta.filename, name, question];
      const { stdout, stderr, status: code } = spawnSync(process.execPath, words, { encoding: "utf8" });
      const [status, bytes, taken] = stdout.split(" ").map(Number);
      if (code !== 0 || !(taken < LIMIT)) process.exitCode = 1;
      const megabytes = (size) => `${(size / 2 ** 20).toFixed(1)} MB`.padStart(9);
      process.stdout.write(
        `${name.padEnd(13)}${question.split("?")[0].padEnd(9)} ${status} ${megabytes(bytes)} ${megabytes(taken)}\n${stderr}`,
      );
    }
  }
} else {
  const [, , name, question] = process.argv;
  const body = await LOCKS[name]();
  const service = createService();
  const ask = (bytes) =>
    service.fetch(
      new Request(`http://localhost${question}`, {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body: bytes,
      }),
    );
  // Once for the code, on a lock of one package.
  await (await ask(`[[package]]\nname = "p7"\nversion = "1"\n${FILES}${METADATA}`)).text();
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const answer = await ask(body);
  await answer.arrayBuffer();
  process.stdout.write(`${answer.status} ${body.length} ${process.resourceUsage().maxRSS * 1024 - before}`);
}

async function generated(tool) {
  for (let packages = 1000; ; packages -= 20) {
    const { lock } = await generateLock({ tool, packages, seed: 1 });
    if (lock.length <= BODY) return lock;
  }
}

function repeated(each, most) {
  let text = "";
  for (let index = 0; index < most; index++) {
    const next = each(index);
    if (text.length + next.length + METADATA.length > BODY) break;
    text += next;
  }
  return text + METADATA;
}

function requirements(index) {
  return Array.from({ length: 60 }, (_, at) => `p${(index + at) % 900}.version = ">=${at}.${index}"\n`).join("");
}

function marker(index) {
  return Array.from({ length: 20 }, (_, at) => `platform_release == "${index}.${at}"`).join(" or ");
}
