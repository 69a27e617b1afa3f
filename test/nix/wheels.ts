// The wheels of a frozen project, through pip, which is this machine's business to configure.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as assert from "uvu/assert";
import { type Python, succeed } from "./nix.ts";

/** Kept between runs: what a lock pins does not change. */
export const WHEELS: string = resolve(".tmp/wheels");

interface LockedWheel {
  readonly name: string;
  readonly version: string;
  readonly file: string;
}

/** What the frozen target of this Python installs, for all groups. */
export function lockedWheels(project: string, python: Python): LockedWheel[] {
  const resolution = JSON.parse(readFileSync(join(project, "pylock2nix.json"), "utf8"));
  const start = `cp${python.version.replace(".", "")}-linux-${process.arch === "arm64" ? "aarch64" : "x86_64"}-glibc`;
  const target = Object.keys(resolution.targets).find((name) => name.startsWith(start));
  if (target === undefined) throw new Error(`no target ${start}* among ${Object.keys(resolution.targets)}`);
  return resolution.packages.flatMap(
    (entry: { name: string; version: string; files: string[][]; variants: number[][] }, index: number) => {
      const variant = entry.variants[resolution.targets[target].variants[index]];
      return variant === undefined
        ? []
        : [{ name: entry.name, version: entry.version, file: entry.files[variant[0]!]![0] }];
    },
  );
}

/** Into `WHEELS`, and the build back end too, whose path it gives. The platforms are those of the frozen target. */
export async function download(locked: readonly LockedWheel[]): Promise<string> {
  mkdirSync(WHEELS, { recursive: true });
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const platforms = [
    ...Array.from({ length: 24 }, (_, index) => `manylinux_2_${28 - index}_${machine}`),
    `manylinux2014_${machine}`,
  ];
  const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", WHEELS];
  const missing = locked.filter(({ file }) => !existsSync(join(WHEELS, file)));
  if (missing.length > 0)
    await succeed("python3", [
      ...pip,
      ...platforms.flatMap((platform) => ["--platform", platform]),
      ...missing.map(({ name, version }) => `${name}==${version}`),
    ]);
  for (const { file } of locked) assert.ok(existsSync(join(WHEELS, file)), `pip did not download ${file}`);
  const core = (): string | undefined => readdirSync(WHEELS).find((file) => file.startsWith("poetry_core-"));
  if (core() === undefined) await succeed("python3", [...pip, "poetry-core"]);
  return join(WHEELS, core()!);
}
