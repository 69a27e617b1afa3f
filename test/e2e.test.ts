// From a lock that Poetry wrote to a running program: `pylock2nix nix` on examples/imgapp, a real nix-build of it in a
// store of its own, and both of its pages. Wheels come through pip, which is this machine's business to configure, and
// reach Nix from loopback.

import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  hostPython,
  isInstalled,
  NO_BYTECODE,
  type Outcome,
  privateStore,
  run,
  serveFolder,
  standIn,
  succeed,
  temporaryFolder,
  text,
} from "./nix/nix.ts";
import { download, hostTargetOf, lockedWheels, toolWheel, WHEELS } from "./nix/wheels.ts";

const installed = isInstalled("nix-build");
const folder = temporaryFolder();
const project = join(folder, "imgapp");
const store = privateStore(join(folder, "nix"));
const python = await hostPython();
const cli = (...words: string[]): Promise<Outcome> => run("node", [resolve("dist/bin/pylock2nix.cjs"), ...words]);
const steps: [string, () => Promise<void>][] = [];
const closing: (() => void)[] = [];
let server: Awaited<ReturnType<typeof serveFolder>>;
let pkgs: string;

/** The project's own Nix file on the stand-in for nixpkgs. */
const known = (path = project, from = pkgs): string => `(import ${path}/pylock2nix.nix { pkgs = ${from}; })`;
const build = (expression: string): Promise<Outcome> =>
  run("nix-build", ["--no-out-link", "-E", expression], { env: store });
const built = async (expression: string): Promise<string> => {
  const { code, output, errors } = await build(expression);
  assert.is(code, 0, errors);
  return output.trim();
};

step("`nix` writes the files, and `nix --check` finds them up to date", async () => {
  cpSync("examples/imgapp", project, { recursive: true });
  for (const file of ["pylock2nix.json", "pylock2nix.nix", ".pylock2nix"])
    rmSync(join(project, file), { recursive: true, force: true });
  const written = await cli("nix", project);
  assert.is(written.code, 0, written.errors);
  for (const file of ["pylock2nix.json", "pylock2nix.nix", ".pylock2nix/default.nix"])
    assert.ok(existsSync(join(project, file)), file);
  const checked = await cli("nix", project, "--check");
  assert.is(checked.code, 0, checked.errors);
});

step("the wheels of this Python can be had", async () => {
  await download(lockedWheels(project, hostTargetOf(python)));
  const core = await toolWheel("poetry-core");
  server = await serveFolder(WHEELS);
  closing.push(server.close);
  pkgs = await standIn(python, `base = ${text(server.base)}; tools = { poetry-core = ${core}; };`);
});

step("the application is built and serves both pages", async () => {
  const picture = createServer((_, response) => response.end(png(640, 480)));
  await new Promise<void>((ready) => picture.listen(0, "127.0.0.1", ready));
  closing.push(() => picture.close());
  const address = `http://127.0.0.1:${(picture.address() as AddressInfo).port}/picture.png`;

  const out = await built(`${known()}.application`);
  const port = await freePort();
  const app = spawn(join(out, "bin", "imgapp"), [], {
    env: { ...NO_BYTECODE, PATH: "/nowhere", PORT: String(port), IMAGE_URL: address },
    stdio: "ignore",
  });
  closing.push(() => app.kill());
  const hello = await page(app, `http://127.0.0.1:${port}/`);
  assert.is(new TextDecoder().decode(hello), "Hello World");
  const image = Buffer.from(await page(app, `http://127.0.0.1:${port}/image`));
  assert.is(image.subarray(1, 4).toString(), "PNG");
  // Width and height of a PNG, in its first chunk.
  assert.equal([image.readUInt32BE(16), image.readUInt32BE(20)], [160, 120]);
  app.kill();

  const asked = [...new Set(server.requests)].map((path) => path.split("/"));
  for (const [, tag, file] of asked)
    assert.is(tag, file!.split("-").at(-3), "wheels are asked for under their Python tag");
});

step("a second build gives the same bytes", async () => {
  const first = await hashesOfClosure();
  const again = join(folder, "nix");
  await succeed("chmod", ["-R", "u+w", again]);
  for (const part of ["store", "var"]) rmSync(join(again, part), { recursive: true });
  assert.equal(await hashesOfClosure(), first);
});

step("the environment holds the development group, and runs pytest", async () => {
  const out = await built(`${known()}.environment`);
  assert.match(await succeed(join(out, "bin", "pytest"), ["--version"]), /^pytest \d/);
});

step("`overridePythonAttrs` changes a package", async () => {
  const overlay =
    '_: prev: { flask = prev.flask.overridePythonAttrs (old: { postInstall = "echo VERSION=1 > $out/" + prev.python.sitePackages + "/mark.py"; }); }';
  const library = `(import ${project}/.pylock2nix { pkgs = ${pkgs}; })`;
  const environment = `${known()}.mkPoetryEnv { overrides = ${library}.overrides.withDefaults (${overlay}); }`;
  const out = await built(environment);
  assert.is(await succeed(join(out, "bin", "python"), ["-c", "import mark, flask; print(mark.VERSION)"]), "1");
});

step("a wheel with one flipped byte is refused", async () => {
  const tampered = join(folder, "tampered");
  cpSync(WHEELS, tampered, { recursive: true });
  const file = lockedWheels(project, hostTargetOf(python)).find(({ name }) => name === "blinker")!.file;
  const bytes = readFileSync(join(tampered, file));
  bytes[bytes.length >> 1] = bytes[bytes.length >> 1]! ^ 1;
  writeFileSync(join(tampered, file), bytes);
  const other = await serveFolder(tampered);
  closing.push(other.close);
  const from = pkgs.replace(server.base, other.base);
  // What is in the store already is not fetched again.
  const empty = { ...privateStore(join(folder, "nix-tampered")) };
  const { code, errors } = await run("nix-build", ["--no-out-link", "-E", `${known(project, from)}.application`], {
    env: empty,
  });
  assert.is.not(code, 0);
  assert.match(errors, `hash mismatch in fixed-output derivation`);
  assert.match(errors, file);
});

step("the guard refuses a changed lock or group, and no changed description", async () => {
  const message = (file: string): string =>
    `${file} has changed since pylock2nix.json was written: run \`pylock2nix nix\``;
  const changed = async (file: string, from: string, to: string): Promise<Outcome> => {
    const copy = join(folder, "guard");
    rmSync(copy, { recursive: true, force: true });
    cpSync(project, copy, { recursive: true });
    const before = readFileSync(join(copy, file), "utf8");
    assert.ok(before.includes(from));
    writeFileSync(join(copy, file), before.replace(from, to));
    return run("nix-instantiate", ["--eval", "-E", `(import ${copy}/pylock2nix.nix { }).resolution.format`], {
      env: store,
    });
  };
  assert.match((await changed("poetry.lock", "by Poetry", "by poetry")).errors, message("poetry.lock"));
  assert.match((await changed("pyproject.toml", 'pytest = "*"', 'pytest = ">=9"')).errors, message("pyproject.toml"));
  assert.is((await changed("pyproject.toml", "Says hello", "Says good day")).output, "1\n");
});

if (installed) {
  for (const [title, body] of steps) test(title, body);
  test.after(() => {
    for (const close of closing) close();
  });
} else {
  test("nix is not installed", () => void process.stdout.write(`skipped ${steps.length}: nix is not installed\n`));
}
test.run();

/** The steps build on one another, in this order. */
function step(title: string, body: () => Promise<void>): void {
  steps.push([title, body]);
}

/** Store path -> hash of its content, of all that the application needs to run. */
async function hashesOfClosure(): Promise<Record<string, string>> {
  const out = await built(`${known()}.application`);
  const paths = (await succeed("nix-store", ["--query", "--requisites", out], { env: store })).split("\n").sort();
  const hashes = (await succeed("nix-hash", ["--type", "sha256", ...paths], { env: store })).split("\n");
  assert.ok(paths.length > 10);
  return Object.fromEntries(paths.map((path, index) => [path, hashes[index]!]));
}

/** The body of a page, once the server answers. */
async function page(app: ChildProcess, address: string): Promise<ArrayBuffer> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(address);
      assert.is(response.status, 200);
      return await response.arrayBuffer();
    } catch (error) {
      if (app.exitCode !== null) throw new Error(`imgapp ended with ${app.exitCode}`);
      if (attempt === 100) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((ready) => probe.listen(0, "127.0.0.1", ready));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** A red picture. */
function png(width: number, height: number): Buffer {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([255, 0, 0]))]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits for each of red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, check]);
}
