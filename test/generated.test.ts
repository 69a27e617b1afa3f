// What `nix` writes for real locks: Nix parses it, and loads the very data that was written.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { corpus } from "./corpus.ts";

const hasNix = spawnSync("nix-instantiate", ["--version"]).status === 0;
const cases = corpus("poetry").filter(({ oracles }) => oracles.every((oracle) => oracle.malformed === undefined));
if (!hasNix || cases.length === 0) console.log("skipped 21 tests: no Nix or no corpus of locks here");

for (const { id, lock, path, pyproject } of hasNix ? cases : []) {
  test(`${id}: parses, and loads as written`, () => {
    const folder = `.tmp/generated/${id}`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${path}`, lock);
    if (pyproject !== null) writeFileSync(`${folder}/pyproject.toml`, pyproject);
    for (const options of [[], ["--inline", "-o", `${folder}/inline.nix`]]) {
      run("node", ["dist/bin/pylock2nix.cjs", "nix", folder, "--allow-stale", "--system", "x86_64-linux", ...options]);
    }
    const written = JSON.parse(readFileSync(`${folder}/pylock2nix.json`, "utf8"));
    for (const file of ["pylock2nix.nix", "inline.nix"]) {
      run("nix-instantiate", ["--parse", `${folder}/${file}`]);
      const resolution = `(import ./${folder}/${file} { library = ./nix; }).resolution`;
      const loaded = run("nix-instantiate", [
        "--eval",
        "--strict",
        "--json",
        "-E",
        `{ inherit (${resolution}) lock packages targets; }`,
      ]);
      const { packages, targets } = JSON.parse(loaded);
      assert.equal(packages, written.packages, file);
      assert.equal(targets, written.targets, file);
    }
  });
}

function run(command: string, words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8", maxBuffer: 1 << 28 });
  assert.is(status, 0, `${command} ${words.join(" ")}\n${stderr}`);
  return stdout;
}

test.run();
