// Reading and resolving a large poetry.lock, against parsing alone by @iarna/toml and smol-toml.
// The lock is the largest poetry.lock of the corpus where that is there, else one that is made here of the same shape.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import parseIarna from "@iarna/toml/parse-string.js";
import { readLock } from "../src/lockfile.ts";
import { compare } from "./rounds.ts";

const require = createRequire(new URL("../../bench/peers/package.json", import.meta.url));
const { parse: parseSmol } = require("smol-toml") as { parse(text: string): unknown };

const { name, bytes } = largestLock();
const text = new TextDecoder().decode(bytes);
const read = () => readLock(bytes, { path: "poetry.lock", format: "poetry", pyproject: null });
const request = { target: "cp312-linux-x86_64-glibc2.28", groups: ["main"], extras: [] };
const { error, packages } = read().resolve(request);
if (error !== null) throw new Error(error.message);
process.stdout.write(`${name}: ${bytes.length} bytes, ${packages.length} packages selected\n`);

await compare(
  "read and resolve",
  [
    { name: "pylock2nix: read", run: read },
    { name: "pylock2nix: read and resolve one target", run: () => read().resolve(request) },
    { name: "JSON.parse of the same data", run: parseSameAsJson() },
    { name: "smol-toml 1.9.1: parse alone", run: () => parseSmol(text) },
    { name: "@iarna/toml 3.0.0: parse alone", run: () => parseIarna(text) },
  ],
  bytes.length,
);

function parseSameAsJson(): () => unknown {
  const json = JSON.stringify(parseSmol(text));
  return () => JSON.parse(json);
}

function largestLock(): { name: string; bytes: Uint8Array } {
  const corpus = "../shared/corpus/";
  const locks = existsSync(corpus)
    ? readdirSync(corpus)
        .filter((id) => /^poetry--.*-2\.1$/.test(id))
        .map((id) => ({ name: id, bytes: readFileSync(`${corpus}${id}/poetry.lock`) }))
        .sort((left, right) => right.bytes.length - left.bytes.length)
    : [];
  return locks[0] ?? { name: "made", bytes: new TextEncoder().encode(madeLock(500, 12)) };
}

/** A lock of the same shape: packages in a chain, each with wheels for many tags. */
function madeLock(packages: number, wheels: number): string {
  const sections = Array.from({ length: packages }, (_, index) => {
    const files = Array.from({ length: wheels }, (_, wheel) => {
      const hash = `${index * wheels + wheel}`.padStart(64, "0");
      return `    {file = "made_${index}-1.0.0-cp3${wheel + 5}-cp3${wheel + 5}-manylinux_2_17_x86_64.whl", hash = "sha256:${hash}"},`;
    });
    const next = index + 1 < packages ? `\n[package.dependencies]\nmade-${index + 1} = ">=1,<2"\n` : "";
    return `[[package]]\nname = "made-${index}"\nversion = "1.0.0"\noptional = false\npython-versions = ">=3.8"\ngroups = ["main"]\nfiles = [\n${files.join("\n")}\n]\n${next}`;
  });
  return `${sections.join("\n")}\n[metadata]\nlock-version = "2.1"\npython-versions = ">=3.8"\ncontent-hash = "${"0".repeat(64)}"\n`;
}
