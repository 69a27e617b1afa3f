// The wheels that a frozen project takes, and those of build back ends, through pip: how this machine gets them is its own affair.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as assert from "uvu/assert";
import { type Python, succeed } from "./nix.ts";

/** Kept between runs: what a lock pins does not change. */
export const WHEELS: string = resolve(".tmp/wheels");

export interface LockedWheel {
  readonly name: string;
  readonly version: string;
  readonly file: string;
}

const MACHINE = process.arch === "arm64" ? "aarch64" : "x86_64";
/** glibc 2.N: the oldest that frozen targets have. */
const GLIBC = 35;

/** The usual frozen target of this machine, for this Python. */
export function hostTargetOf({ version }: Python): string {
  return `cp${version.replace(".", "")}-linux-${MACHINE}-glibc2.${GLIBC}`;
}

/** What a frozen target installs, for all groups. */
export function lockedWheels(project: string, target: string): LockedWheel[] {
  const { packages, targets } = JSON.parse(readFileSync(join(project, "pylock2nix.json"), "utf8")) as {
    packages: { name: string; version: string; files: [string][]; variants: [number][] }[];
    targets: Record<string, { variants: number[] }>;
  };
  const chosen = targets[target];
  if (chosen === undefined) throw new Error(`no target ${target} among ${Object.keys(targets)}`);
  return packages.flatMap(({ name, version, files, variants }, index) => {
    const file = files[variants[chosen.variants[index]!]?.[0] ?? -1]?.[0];
    return file?.endsWith(".whl") === true ? [{ name, version, file }] : [];
  });
}

/** Into `WHEELS`, for the platforms of the frozen target. */
export async function download(locked: readonly LockedWheel[]): Promise<void> {
  const missing = locked.filter(({ file }) => !existsSync(join(WHEELS, file)));
  const platforms = [
    ...Array.from({ length: GLIBC - 4 }, (_, index) => `manylinux_2_${GLIBC - index}_${MACHINE}`),
    `manylinux2014_${MACHINE}`,
  ];
  if (missing.length > 0)
    await pip([
      ...platforms.flatMap((platform) => ["--platform", platform]),
      ...missing.map(({ name, version }) => `${name}==${version}`),
    ]);
  for (const { file } of locked) assert.ok(existsSync(join(WHEELS, file)), `pip did not download ${file}`);
}

/** The path of a wheel of what builds. */
export async function toolWheel(name: string): Promise<string> {
  const prefix = `${name.replaceAll("-", "_")}-`;
  const find = (): string | undefined => readdirSync(WHEELS).find((file) => file.startsWith(prefix));
  mkdirSync(WHEELS, { recursive: true });
  if (find() === undefined) await pip([name]);
  return join(WHEELS, find()!);
}

async function pip(words: readonly string[]): Promise<void> {
  mkdirSync(WHEELS, { recursive: true });
  const options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", WHEELS];
  await succeed("python3", ["-m", "pip", "download", ...options, ...words]);
}
