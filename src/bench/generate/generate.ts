// Locks of any size with the shape of real ones. The same tool, size and seed make the same bytes, on every machine.

import { type GeneratedFiles, makeProject } from "./packages.ts";
import { writePoetry } from "./poetry.ts";
import { Random } from "./random.ts";
import { POETRY, UV } from "./shape.ts";
import { writeUv } from "./uv.ts";

export type GeneratedTool = "poetry" | "uv";

export interface Generated {
  readonly tool: GeneratedTool;
  readonly packages: number;
  readonly seed: number;
}

export async function generateLock({ tool, packages, seed }: Generated): Promise<GeneratedFiles> {
  // One seed's locks of different sizes share nothing by accident.
  const random = new Random(seed * 65_537 + packages);
  const project = makeProject(packages, tool === "poetry" ? POETRY : UV, random);
  return tool === "poetry" ? writePoetry(project, random) : writeUv(project, random);
}
