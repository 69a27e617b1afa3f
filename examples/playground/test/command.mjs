// The command line, which the page is held against: what it prints on files in a folder of their own.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "../../../dist/bin/pylock2nix.cjs");

/** Runs the command beside these files (name -> content). */
export function command(files, ...words) {
  const folder = mkdtempSync(join(tmpdir(), "pylock2nix-page-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    });
    return { status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function data(files, ...words) {
  const { stdout, stderr } = command(files, ...words, "--json");
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${words.join(" ")}: ${stderr}`);
  }
}

/** What `resolve` installs on a target, as the page lists it. */
export function resolvedByCommand(files, target, ...words) {
  const [{ packages }] = data(files, "resolve", "--target", target, ...words).resolutions;
  return packages.map(({ name, version }) => `${name} ${version ?? "–"}`);
}
