// Reading a lock, for every kind of host: everything forgotten, then the text of a lock in any format into the tables.
//
// Invariant: the one place that knows all modules with memory of their own, and all formats. A host's entry (index.ts,
// nix.ts) is otherwise free of both. With WITHOUT_* defined, the build leaves a format out of a module.

import {
  FORMAT_CONDA,
  FORMAT_PDM,
  FORMAT_PIPFILE,
  FORMAT_POETRY,
  FORMAT_PYLOCK,
  FORMAT_REQUIREMENTS,
  FORMAT_UV,
  NONE,
} from "../../src/core/abi";
import { LOCK, startLifetime } from "../memory/arena";
import { startBudget } from "../memory/budget";
import { begin, failed } from "../memory/status";
import { scanJson } from "../text/json";
import { scanToml } from "../text/toml/scanner";
import { readCondaLock } from "./conda";
import { settleFiles } from "./identity";
import { readPdmLock } from "./pdm";
import { readPipfileLock } from "./pipfile";
import { readPoetryLock } from "./poetry";
import { startProjectFacts } from "./project";
import { readPylock } from "./pylock";
import { readRequirements } from "./requirements";
import { lock, startLockFacts } from "./tables";
import { readUvLock } from "./uv";
import { startGraphFacts } from "./uv/branches";

/** Forgets everything. */
export function startCore(): void {
  startLifetime(LOCK);
  begin();
  startBudget();
  // What is no column: three sets of facts.
  startLockFacts();
  startProjectFacts();
  if (!isDefined(WITHOUT_UV)) startGraphFacts();
}

/** Reads `size` bytes of a lock, which INPUT_PADDING zeros follow. `format` is a FORMAT_*, NONE for no lock at all. */
export function readLock(format: u32, address: usize, size: u32): void {
  lock.format = format;
  readFormat(format, address, size);
  if (!failed()) settleFiles();
}

function readFormat(format: u32, address: usize, size: u32): void {
  if (!isDefined(WITHOUT_FLAT) && readFlat(format, address, size)) return;
  if (isDefined(WITHOUT_TOML) || format == NONE) return;
  if (!isDefined(WITHOUT_POETRY) && format == FORMAT_POETRY) readPoetryLock(address, size);
  else if (!isDefined(WITHOUT_UV) && format == FORMAT_UV) readUvLock(address, size);
  else if (!isDefined(WITHOUT_FLAT) && scanToml(address, size)) {
    if (!isDefined(WITHOUT_PYLOCK) && format == FORMAT_PYLOCK) readPylock();
    else if (!isDefined(WITHOUT_PDM) && format == FORMAT_PDM) readPdmLock();
  }
}

/** Reads a lock that is no TOML; false when it is TOML. */
function readFlat(format: u32, address: usize, size: u32): bool {
  if (!isDefined(WITHOUT_REQUIREMENTS) && format == FORMAT_REQUIREMENTS) readRequirements(address, size);
  else if (!isDefined(WITHOUT_CONDA) && format == FORMAT_CONDA) readCondaLock(address, size);
  else if (!isDefined(WITHOUT_PIPFILE) && format == FORMAT_PIPFILE) {
    if (scanJson(address, size)) readPipfileLock();
  } else return false;
  return true;
}
