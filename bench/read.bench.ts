// Reading and resolving large locks, against parsing alone by @iarna/toml and smol-toml.
// The locks are the largest of the corpus where that is there, else one that is made here of the same shape.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import parseIarna from "@iarna/toml/parse-string.js";
import { type LockFormat, readLock } from "../src/lock/lockfile.ts";
import { compare } from "./rounds.ts";

const require = createRequire(new URL("../../bench/peers/package.json", import.meta.url));
const { parse: parseSmol } = require("smol-toml") as { parse(text: string): unknown };

const TARGET = "cp312-linux-x86_64-glibc2.28";

for (const { name, format, bytes } of largestLocks()) await measure(name, format, bytes);

async function measure(name: string, format: LockFormat, bytes: Uint8Array): Promise<void> {
  const text = new TextDecoder().decode(bytes);
  const read = () => readLock(bytes, { path: name, format, pyproject: null });
  const request = { target: TARGET, groups: ["main"], extras: [] };
  const { error, packages } = read().resolve(request);
  if (error !== null) throw new Error(error.message);
  process.stdout.write(`${name}: ${bytes.length} bytes, ${packages.length} packages selected\n`);
  const json = JSON.stringify(parseSmol(text));
  await compare(
    "read and resolve",
    [
      { name: "pylock2nix: read", run: read },
      { name: "pylock2nix: read and resolve one target", run: () => read().resolve(request) },
      { name: "JSON.parse of the same data", run: () => JSON.parse(json) },
      { name: "smol-toml 1.9.1: parse alone", run: () => parseSmol(text) },
      { name: "@iarna/toml 3.0.0: parse alone", run: () => parseIarna(text) },
    ],
    bytes.length,
  );
}

interface Lock {
  readonly name: string;
  readonly format: LockFormat;
  readonly bytes: Uint8Array;
}

/** The largest poetry.lock that states groups, and the largest uv.lock. */
function largestLocks(): Lock[] {
  const corpus = "../shared/corpus/";
  if (!existsSync(corpus)) {
    return [{ name: "made", format: "poetry", bytes: new TextEncoder().encode(madeLock(500, 12)) }];
  }
  const largest = (pattern: RegExp, format: LockFormat, file: string): Lock =>
    readdirSync(corpus)
      .filter((id) => pattern.test(id))
      .map((name) => ({ name, format, bytes: readFileSync(`${corpus}${name}/${file}`) }))
      .reduce((left, right) => (left.bytes.length < right.bytes.length ? right : left));
  return [largest(/^poetry--.*-2\.1$/, "poetry", "poetry.lock"), largest(/^uv--/, "uv", "uv.lock")];
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
