// A Nix of the test's own (store, state and configuration in a temporary folder) and what its builds need from outside:
// bash, a Python, files on loopback.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

export interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A folder that is gone when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pylock2nix-"));
  process.on("exit", () => {
    // Nix makes what it stores read-only.
    spawnSync("chmod", ["-R", "u+w", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** For programs out of the store: as root, Python could add byte code to it. */
export const NO_BYTECODE = { PYTHONDONTWRITEBYTECODE: "1" };

/** Runs a program to its end. Not the synchronous kind: builds fetch from servers in this process. */
export function run(
  program: string,
  words: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): Promise<Outcome> {
  return new Promise((done, fail) => {
    const child = spawn(program, words, { cwd: options.cwd, env: { ...process.env, ...NO_BYTECODE, ...options.env } });
    // A program may end without reading its input.
    child.stdin.on("error", () => {});
    let output = "";
    let errors = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      errors += data;
    });
    child.on("error", fail);
    child.on("close", (code) => done({ code: code ?? 1, output, errors }));
    child.stdin.end(options.input ?? "");
  });
}

export async function succeed(
  program: string,
  words: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<string> {
  const { code, output, errors } = await run(program, words, options);
  if (code !== 0) throw new Error(`${program} ${words.join(" ")}: exit ${code}\n${errors}`);
  return output.trim();
}

export function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

/** The environment variables of a store, and of everything else that Nix keeps, inside `folder`. */
export function privateStore(folder: string): Record<string, string> {
  mkdirSync(join(folder, "etc"), { recursive: true });
  // The stand-in's builds use programs from outside the store, so there is no sandbox.
  writeFileSync(
    join(folder, "etc", "nix.conf"),
    "sandbox = false\nbuild-users-group =\nsubstitute = false\nexperimental-features = nix-command flakes\n",
  );
  return {
    NIX_STORE_DIR: join(folder, "store"),
    NIX_STATE_DIR: join(folder, "var"),
    NIX_LOG_DIR: join(folder, "log"),
    NIX_CONF_DIR: join(folder, "etc"),
    NIX_PATH: "",
    NIX_REMOTE: "",
  };
}

export interface Python {
  readonly interpreter: string;
  /** "3.11" */
  readonly version: string;
  /** "3.11.7" */
  readonly fullVersion: string;
}

/** The Python of this machine that has the modules which the stand-in's programs import (3.11 or later). */
export async function hostPython(): Promise<Python> {
  const report =
    "import sys, tomllib; print(sys.executable, '%d.%d' % sys.version_info[:2], '%d.%d.%d' % sys.version_info[:3])";
  const [interpreter, version, fullVersion] = (await succeed("python3", ["-I", "-c", report])).split(" ");
  return { interpreter: interpreter!, version: version!, fullVersion: fullVersion! };
}

/** The Nix expression of the stand-in for nixpkgs; `more` are further arguments of test/nix/pkgs.nix. */
export async function standIn(python: Python, more = ""): Promise<string> {
  const bash = await succeed("bash", ["-c", "type -P bash"]);
  const path = ["/usr/local/bin", "/usr/bin", "/bin"].join(":");
  return `(import ${resolve("test/nix/pkgs.nix")} { bash = ${text(bash)}; path = ${text(path)}; interpreter = ${text(python.interpreter)}; pythonVersion = ${text(python.version)}; pythonFullVersion = ${text(python.fullVersion)}; ${more} })`;
}

/** A Nix string. */
export function text(value: string): string {
  return `"${value.replace(/["\\$]/g, "\\$&")}"`;
}

/** Serves the files of a folder on loopback, whatever folder the address names; `requests` are the paths asked for. */
export async function serveFolder(folder: string): Promise<{ base: string; requests: string[]; close: () => void }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    requests.push(path);
    try {
      response.end(readFileSync(join(folder, basename(path))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return { base: `http://127.0.0.1:${port}`, requests, close: () => server.close() };
}
