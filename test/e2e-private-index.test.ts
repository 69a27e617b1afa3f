// examples/private-index: an index with a password on this machine; looked up, recorded, frozen, fetched with a netrc by a real
// Nix on the stand-in for nixpkgs, and run. The password is in nothing that was written.
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  hostPython,
  isInstalled,
  NO_BYTECODE,
  privateStore,
  run,
  standIn,
  succeed,
  temporaryFolder,
} from "./nix/nix.ts";
import { toolWheel } from "./nix/wheels.ts";

const PASSWORD = "secret";
// As the lock has it.
const PORT = "8766";

if (!isInstalled("nix-build"))
  test("nix is not installed", () => void process.stdout.write("skipped 1: nix is not installed\n"));
else
  test("a package of a private index is found, recorded and fetched, and the password is written nowhere", async () => {
    const folder = temporaryFolder();
    const project = join(folder, "daily");
    cpSync("examples/private-index", project, { recursive: true });
    const index = await started(join(project, "index.py"));
    try {
      const program = resolve("dist/bin/pylock2nix.cjs");
      const credentials = { POETRY_HTTP_BASIC_PRIVATE_USERNAME: "anna", POETRY_HTTP_BASIC_PRIVATE_PASSWORD: PASSWORD };
      const refused = await run("node", [program, "prefetch", project], { env: { NETRC: "/nowhere" } });
      assert.is(refused.code, 1);
      assert.match(refused.errors, "401");
      await succeed("node", [program, "prefetch", project], { env: credentials });
      await succeed("node", [program, "nix", project]);

      const python = await hostPython();
      const core = await toolWheel("poetry-core");
      const pkgs = await standIn(python, `tools = { poetry-core = ${core}; };`);
      const build = (env: Record<string, string>): ReturnType<typeof run> =>
        run("nix-build", ["--no-out-link", "-E", `import ${project}/default.nix { pkgs = ${pkgs}; }`], {
          env: { ...privateStore(join(folder, "nix")), ...env },
        });
      assert.match((await build({ INDEX_USER: "anna", INDEX_PASSWORD: "wrong" })).errors, "401");
      const made = await build({ INDEX_USER: "anna", INDEX_PASSWORD: PASSWORD });
      assert.is(made.code, 0, made.errors);
      const said = await succeed(join(made.output.trim(), "bin", "daily"), [], { env: NO_BYTECODE });
      assert.is(said, "Simple things should be simple.");

      const written = ["pylock2nix.json", "pylock2nix.nix", "pylock2nix.sources.json"].map((name) =>
        join(project, name),
      );
      const derivations = readdirSync(join(folder, "nix", "store")).filter((name) => name.endsWith(".drv"));
      assert.ok(derivations.length > 3);
      for (const path of [...written, ...derivations.map((name) => join(folder, "nix", "store", name))])
        assert.not.match(readFileSync(path, "utf8"), PASSWORD, path);
    } finally {
      index.kill();
    }
  });
test.run();

async function started(program: string): Promise<ChildProcess> {
  const child = spawn("python3", ["-I", program, PORT], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((done, fail) => {
    child.stdout.once("data", () => done());
    child.once("exit", (code) => fail(new Error(`the index ended with ${code}; is port ${PORT} in use?`)));
  });
  return child;
}
