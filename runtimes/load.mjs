// The service under load, on loopback: no answer of 5xx, each malformed body answered with its own error, memory flat after
// warm-up; and workerd beside a worker that only gives the body back.
//   node runtimes/load.mjs [--seconds 60]     after `npm run build` and `npm run test:runtimes`; Linux
import { readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { generateLock } from "../dist/bench/generate/generate.js";
import { prepare } from "./prepare.mjs";
import { serving, workerConfig } from "./service.mjs";

const HERE = import.meta.dirname;
const CONNECTIONS = 8;
const seconds = process.argv.includes("--seconds") ? Number(process.argv[process.argv.indexOf("--seconds") + 1]) : 60;
const workerd = join(HERE, "node_modules/.bin/workerd");
const folder = await prepare(null);
const [lock, packages] = await lockOf(400_000);
const TARGET = "/resolve?target=cp312-linux-x86_64-glibc2.40";

/** Bodies in turn: the status that each must have, and the code. */
const MIX = [
  { body: lock, status: 200 },
  { body: Buffer.from(lock.toString().replace("files = [", "files = {")), status: 422, code: /^toml-/ },
  { body: Buffer.from('lock-version = "9.0"\ncreated-by = "x"\npackages = []\n'), status: 422, code: /^pylock-/ },
  { body: Buffer.from("what is this?"), status: 422, code: /^unknown-lock-format$/ },
  { body: Buffer.alloc(40 << 20, 35), status: 413, code: /^too-large$/ },
  { body: lock, type: "image/png", status: 415, code: /^unsupported-content$/ },
];

process.stdout.write(
  `a lock of ${lock.length} bytes, ${packages} packages; ${CONNECTIONS} connections, ${seconds} s each\n`,
);
const servers = {
  "Node.js": [process.execPath, (port) => [join(HERE, "../dist/bin/pylock2nix.cjs"), "serve", "--port", port]],
  workerd: [workerd, (port) => ["serve", workerConfig(folder, "service", port)]],
};
for (const [name, [program, words]] of Object.entries(servers)) {
  await serving(program, words, { cwd: folder }, async (address, pid) => {
    // Until compiled code and the collector have settled: half a minute.
    await load(address, MIX, Math.max(5, seconds / 2));
    const warm = memoryOf(pid);
    const { count, wrong, cut } = await load(address, MIX, seconds);
    const end = memoryOf(pid);
    process.stdout.write(
      `${name}: ${count} requests of all kinds, ${wrong.length} wrong answers, ${cut} cut off, ${warm} MiB after warm-up, ${end} MiB at the end\n`,
    );
    for (const each of wrong.slice(0, 5)) process.stdout.write(`  ${each}\n`);
    if (wrong.length > 0 || end > 1.2 * warm) process.exitCode = 1;
  });
}

const good = [{ body: lock, status: 200 }];
await serving(
  workerd,
  (port) => ["serve", workerConfig(folder, "service", port)],
  { cwd: folder },
  (service) =>
    serving(
      workerd,
      (port) => ["serve", workerConfig(folder, "echo", port)],
      { cwd: folder },
      async (echo) => {
        const counts = { service: 0, echo: 0 };
        // In turns, so that both have the same of a machine that does other things too.
        for (let round = 0; round < 6; round++) {
          counts.service += (await load(service, good, seconds / 12)).count;
          counts.echo += (await load(echo, good, seconds / 12)).count;
        }
        const ratio = counts.service / counts.echo;
        process.stdout.write(`workerd: ${counts.service} resolutions, ${counts.echo} echoes: ${ratio.toFixed(2)}\n`);
        // 0.3 is wanted; docs/service.md says what stands in the way.
        if (ratio < 0.2) process.exitCode = 1;
      },
    ),
);
rmSync(folder, { recursive: true, force: true });

async function load(address, mix, time) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const end = performance.now() + 1000 * time;
  const wrong = [];
  let count = 0;
  let cut = 0;
  const client = async (at) => {
    for (; performance.now() < end; at++) {
      const { body, type = "text/plain", status, code = null } = mix[at % mix.length];
      const answer = await send(agent, address + TARGET, body, type);
      count++;
      // Of a body that is far too large, a server may cut off the rest before the answer is read.
      if (answer.status === 0 && status === 413) {
        cut++;
        continue;
      }
      const found = code === null ? null : /"code": "([^"]*)"/.exec(answer.text)?.[1];
      if (answer.status !== status || (code !== null && !code.test(found ?? ""))) {
        wrong.push(`expected ${status} ${code}: ${answer.status} ${answer.text.slice(0, 200)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => client(index)));
  agent.destroy();
  return { count, wrong, cut };
}

/** The generated lock that comes nearest to so many bytes. */
async function lockOf(size) {
  let nearest = null;
  for (let packages = 100; packages <= 250; packages += 5) {
    const { lock: text } = await generateLock({ tool: "poetry", packages, seed: 1 });
    const distance = Math.abs(text.length - size);
    if (nearest === null || distance < nearest.distance) nearest = { distance, text, packages };
  }
  return [Buffer.from(nearest.text), nearest.packages];
}

/** A server may end the connection of a body that it refuses while the client still sends: the answer counts. */
function send(agent, address, body, type) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": type, "content-length": body.length };
    let isAnswered = false;
    const sent = request(address, { method: "POST", agent, headers }, (response) => {
      isAnswered = true;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => {
        if (text.length < 4096) text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
      response.on("error", reject);
    });
    sent.on("error", (error) => {
      if (!isAnswered) resolve({ status: 0, text: String(error) });
    });
    sent.end(body);
  });
}

/** Resident, in MiB. */
function memoryOf(pid) {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(kilobytes) / 1024);
}
