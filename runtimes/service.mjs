// The service as a server on each runtime that serves: started as its users start it, asked over HTTP, ended.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const PATIENCE = 20000; // milliseconds until a server answers

/** Starts the program with a free port, hands over its address and its process, and ends it whatever happens. */
export async function serving(program, words, options, work) {
  const port = await freePort();
  const child = spawn(program, words(port), { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  try {
    const address = `http://127.0.0.1:${port}`;
    await answering(address, () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
    });
    return await work(address, child.pid);
  } finally {
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
  }
}

/** What every service must answer: as the one in this process does. */
export async function compare(address, service, fixture) {
  const lock = readFileSync(join(fixture, "poetry.lock"));
  const project = readFileSync(join(fixture, "pyproject.toml"));
  const target = "target=cp312-linux-x86_64-glibc2.28";
  const form = (parts) => {
    const data = new FormData();
    for (const [name, bytes] of Object.entries(parts)) data.append(name, new Blob([bytes]), `${name}.x`);
    return { method: "POST", body: data };
  };
  const plain = (body) => ({ method: "POST", body, headers: { "content-type": "text/plain" } });
  const questions = [
    ["/", {}],
    ["/openapi.json", {}],
    ["/targets", {}],
    ["/none", {}],
    [`/resolve?${target}`, form({ lock, pyproject: project })],
    ["/check", form({ lock, pyproject: project })],
    [`/why?name=colorama&${target}`, form({ lock })],
    [`/diff?${target}`, form({ old: lock, lock })],
    ["/nix", form({ lock, pyproject: project })],
    ["/verify", form({ lock, file: new Uint8Array(3 << 20) })],
    [`/resolve?${target}`, plain("six==1 \\\n --hash=sha256:x\n")],
    [`/resolve?${target}`, plain("#".repeat((2 << 20) + 20000))],
    [`/resolve?${target}`, { ...plain("{}"), headers: { "content-type": "image/png" } }],
  ];
  for (const [path, init] of questions) {
    const [there, here] = [
      await fetch(address + path, init),
      await service.fetch(new Request(`http://localhost${path}`, init)),
    ];
    const [found, expected] = [await there.text(), await here.text()];
    // Whatever limits a server states in its own place.
    if (path === "/openapi.json" && there.status === 200) continue;
    if (there.status === here.status && found === expected && there.headers.get("etag") === here.headers.get("etag"))
      continue;
    throw new Error(
      `${path}: ${there.status} ${found.slice(0, 200)}, expected ${here.status} ${expected.slice(0, 200)}`,
    );
  }
  return `${questions.length} requests`;
}

/** workerd's configuration for the bundle of a worker at a port. */
export function workerConfig(folder, name, port) {
  const modules = ["core", "hash"].map((each) => `(name = "${each}.wasm", wasm = embed "${name}/${each}.wasm")`);
  const file = join(folder, `${name}.capnp`);
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [(name = "worker.js", esModule = embed "${name}/worker.js"), ${name === "echo" ? "" : modules.join(", ")}],
);
`,
  );
  return file;
}

async function answering(address, check) {
  for (const start = performance.now(); performance.now() - start < PATIENCE; ) {
    check();
    const answer = await fetch(`${address}/targets`).catch(() => null);
    if (answer !== null) {
      await answer.arrayBuffer();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it does not answer");
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
