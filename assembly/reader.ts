// Reading a lock, for every kind of host: everything forgotten, then the text of a lock in any format into the tables.
//
// Invariant: the one place that knows all modules with memory of their own, and all formats. A host's entry (index.ts,
// nix.ts) is otherwise free of both. With WITHOUT_* defined, the build leaves a format out of a module.

import { FORMAT_POETRY, FORMAT_UV } from "../src/abi";
import { reset } from "./arena";
import { startBranches } from "./branches";
import { resetConditions } from "./condition";
import { startConflicts } from "./conflict";
import { startConstraints } from "./constraint";
import { resetGraph } from "./graph";
import { startTexts } from "./intern";
import { readPoetryLock } from "./lock/poetry";
import { readUvLock } from "./lock/uv";
import { startVersions } from "./pep440";
import { startMarkers } from "./pep508";
import { startProject } from "./project";
import { resetResolution } from "./resolution";
import { resetSolver } from "./solver";
import { begin } from "./status";
import { startTables } from "./tables";
import { scanToml } from "./toml/scanner";

/** Forgets everything. */
export function startCore(): void {
  reset();
  begin();
  startTexts();
  startTables();
  if (!isDefined(WITHOUT_UV)) {
    startBranches();
    startConflicts();
  }
  startVersions();
  startConstraints();
  startMarkers();
  startProject();
  resetConditions();
  resetGraph();
  resetSolver();
  resetResolution();
}

/** Reads `size` bytes of a lock, which INPUT_PADDING zeros follow. `format` is a FORMAT_*, 0 for no lock at all. */
export function readLock(format: u32, address: usize, size: u32): void {
  if (!isDefined(WITHOUT_POETRY) && format == FORMAT_POETRY && scanToml(address, size)) readPoetryLock();
  if (!isDefined(WITHOUT_UV) && format == FORMAT_UV && scanToml(address, size)) readUvLock();
}
