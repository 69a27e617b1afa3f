// The project's own settings of which kinds of file are installed, read where its installer reads them.
//
// Invariant: a file that is not there says nothing; one that cannot be read is an error, as it is to the installer.

import type { Lockfile } from "../lock/lockfile.ts";
import { NO_POLICY, type Policy, pdmPolicy, pipfilePolicy, poetryPolicy, uvPolicy } from "../lock/policy.ts";
import { parseToml, Section } from "../lock/pyproject/toml.ts";
import type { Pyproject } from "../lock/pyproject.ts";
import { dirname, join, readIfThere } from "../runtime/node.ts";

export async function readFileSettings(lock: Lockfile, pyproject: Pyproject | null): Promise<Policy> {
  const folder = dirname(lock.path);
  switch (lock.format) {
    case "uv":
      return uvPolicy((await readSettings(join(folder, "uv.toml"))) ?? toolOf(pyproject, "uv"));
    case "poetry": {
      const settings = await readSettings(join(folder, "poetry.toml"));
      return settings === null ? NO_POLICY : poetryPolicy(settings.section("installer"));
    }
    case "pdm":
      return pdmPolicy(toolOf(pyproject, "pdm").section("resolution"));
    case "pipfile":
      // The reader has taken it, so it is JSON.
      return pipfilePolicy(JSON.parse(new TextDecoder().decode(lock.bytes())));
    default:
      return NO_POLICY;
  }
}

async function readSettings(path: string): Promise<Section | null> {
  const bytes = await readIfThere(path);
  return bytes === null ? null : new Section(parseToml(new TextDecoder().decode(bytes), path), "", path);
}

function toolOf(pyproject: Pyproject | null, name: string): Section {
  return new Section(pyproject?.document ?? {}, "", pyproject?.path ?? "pyproject.toml").section("tool").section(name);
}
