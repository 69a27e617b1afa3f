// What formats say beyond the tables: how their markers are evaluated, which targets they refuse, what may not be selected
// together, and which wheel is best.
//
// Invariant: the one place where resolving asks which format a lock has.

import {
  FORMAT_CONDA,
  FORMAT_PDM,
  FORMAT_PIPFILE,
  FORMAT_POETRY,
  FORMAT_PYLOCK,
  FORMAT_REQUIREMENTS,
  FORMAT_UV,
  NONE,
  STATUS_CONDA_PLATFORM,
  STATUS_PDM_TARGET,
  STATUS_PYLOCK_ENVIRONMENT,
  STATUS_PYLOCK_PACKAGE_PYTHON,
  STATUS_PYTHON_REFUSED,
} from "../../src/core/abi";
import {
  addProblem,
  environments,
  idAt,
  LockTarget,
  lock,
  lockPlatforms,
  lockTargets,
  Package,
  Problem,
} from "../lock/tables";
import { Column, LOCK } from "../memory/arena";
import { endsWith, is, startsWith } from "../memory/bytes";
import { internWord, textAddress, textSize } from "../memory/intern";
import { fail, failAbout, failed } from "../memory/status";
import { ALWAYS } from "../standards/condition";
import { constraintAllows, constraintOf } from "../standards/constraint";
import {
  PLATFORM_GLIBC,
  PLATFORM_MACOS,
  PLATFORM_MUSL,
  PLATFORM_WINDOWS,
  targetArchitecture,
  targetPlatform,
  VARIABLE_PYTHON_FULL_VERSION,
  variableText,
  variableVersion,
} from "../standards/environment";
import {
  DIALECT_PACKAGING,
  DIALECT_POETRY,
  DIALECT_UV,
  EXTRA_EMPTY,
  EXTRA_SET,
  EXTRA_UNDEFINED,
  evaluateMarker,
} from "../standards/pep508/evaluation";
import { specifiersContain } from "../standards/specifier";

/** Text id of the target's platform in conda's words; NONE for other formats. */
let condaPlatform: u32 = NONE;

/** A module for Poetry's locks alone knows it at compile time, and has nothing of the other formats; one without them, too. */
export function isPoetry(): bool {
  if (isDefined(WITHOUT_POETRY)) return false;
  return (isDefined(WITHOUT_FLAT) && isDefined(WITHOUT_UV)) || lock.format == FORMAT_POETRY;
}

/** DIALECT_* in which the lock's markers are evaluated. */
export function dialect(): u32 {
  if (isPoetry()) return DIALECT_POETRY;
  if (isDefined(WITHOUT_FLAT)) return DIALECT_UV;
  if (isDefined(WITHOUT_UV)) return DIALECT_PACKAGING;
  return lock.format == FORMAT_UV ? DIALECT_UV : DIALECT_PACKAGING;
}

/**
 * Whether PEP 751's sets are taken to have what a marker asks of them. Pipenv writes `'dev' in dependency_groups` into
 * Pipfile.lock, where the category says the same, and takes what it cannot evaluate to hold (pipenv/routines/install.py).
 */
export function setsHold(): bool {
  return !isDefined(WITHOUT_FLAT) && lock.format == FORMAT_PIPFILE;
}

/**
 * Whether of several selected entries of one name the last one takes the place. Pipenv installs category after category;
 * PDM keeps them by name (pdm/cli/actions.py, resolve_candidates_from_lockfile).
 */
export function lastEntryCounts(): bool {
  return !isDefined(WITHOUT_FLAT) && (lock.format == FORMAT_PIPFILE || lock.format == FORMAT_PDM);
}

/** EXTRA_*: what `extra` stands for in the lock's markers. In PEP 751's it is no variable; pip evaluates it as empty. */
export function extraPolicy(): u32 {
  if (isPoetry() || isDefined(WITHOUT_FLAT)) return EXTRA_SET;
  return !isDefined(WITHOUT_FLAT) && lock.format == FORMAT_PYLOCK ? EXTRA_UNDEFINED : EXTRA_EMPTY;
}

/** The order of wheels. Poetry: build tag, then tag. packaging's Pylock.select: tag. Others, as pip: tag, then build tag. */
export function buildTagCounts(): bool {
  return isDefined(WITHOUT_FLAT) || lock.format != FORMAT_PYLOCK;
}

export function buildTagFirst(): bool {
  return isPoetry();
}

/** Whether files by address are held against the target: of conda-lock's entries the platform says which target they are for. */
export function holdsFiles(): bool {
  return isDefined(WITHOUT_FLAT) || lock.format != FORMAT_CONDA;
}

/** Whether two selected entries of one name are a refusal; for the other formats they are a problem. */
export function refusesTwice(): bool {
  return !isDefined(WITHOUT_FLAT) && (lock.format == FORMAT_PYLOCK || lock.format == FORMAT_REQUIREMENTS);
}

/** Whether the format tells an editable folder from another one in its kind. */
export function tellsEditable(): bool {
  return !isPoetry();
}

/** Whether the entry is for the target's platform. */
export function isForTarget(item: Package): bool {
  return isDefined(WITHOUT_FLAT) || item.platform == NONE || item.platform == condaPlatform;
}

/** Whether the lock takes the target; a refusal is in the status. To be called when target and evaluation are set. */
export function checkTarget(): bool {
  if (isDefined(WITHOUT_FLAT) && isDefined(WITHOUT_UV)) return checkPoetryPython();
  condaPlatform = NONE;
  if (!isDefined(WITHOUT_POETRY) && isPoetry()) return checkPoetryPython();
  if (!isDefined(WITHOUT_FLAT) && !isDefined(WITHOUT_CONDA) && lock.format == FORMAT_CONDA) checkCondaPlatform();
  else if (!isDefined(WITHOUT_FLAT) && !isDefined(WITHOUT_PDM) && lock.format == FORMAT_PDM) checkLockTargets();
  else if (lock.python != NONE && !specifiersContain(lock.python, pythonVersion())) refusePython(lock.python);
  const mayName = !isDefined(WITHOUT_FLAT) && !isDefined(WITHOUT_PYLOCK);
  if (mayName && !failed() && environments.count != 0) checkEnvironments();
  return !failed();
}

/**
 * Whether a selected package takes the target's Python. packaging.pylock refuses the whole selection when it does not; while
 * selections are open, only a package that each of them has is a reason to.
 */
export function takesPython(item: Package, condition: u32): bool {
  if (isDefined(WITHOUT_FLAT) || lock.format != FORMAT_PYLOCK || item.python == NONE) return true;
  if (specifiersContain(item.python, pythonVersion())) return true;
  if (condition == ALWAYS) {
    failAbout(STATUS_PYLOCK_PACKAGE_PYTHON, textAddress(item.python), textSize(item.python), item.name);
  }
  return false;
}

function pythonVersion(): u32 {
  return variableVersion(VARIABLE_PYTHON_FULL_VERSION);
}

function refusePython(text: u32): void {
  failAbout(STATUS_PYTHON_REFUSED, textAddress(text), textSize(text), variableText(VARIABLE_PYTHON_FULL_VERSION));
}

/** The lock's own Python constraint, on python_full_version. */
function checkPoetryPython(): bool {
  if (lock.python == NONE) return true;
  const constraint = constraintOf(lock.python);
  if (constraint == NONE) return false;
  if (!constraintAllows(constraint, pythonVersion())) refusePython(lock.python);
  return !failed();
}

/** PEP 751, `environments`: one of them must hold. */
function checkEnvironments(): void {
  for (let i: u32 = 0; i < environments.count; i++) {
    if (evaluateMarker(idAt(environments, i), EXTRA_UNDEFINED) == ALWAYS || failed()) return;
  }
  fail(STATUS_PYLOCK_ENVIRONMENT, 0, 0);
}

// --- PDM's targets --------------------------------------------------------------------------------------------------------

/**
 * PDM installs when one target is not incompatible (cli/actions.py, resolve_from_lockfile; dep_logic's EnvSpec.compare), and
 * only with a Python that the project takes (project/core.py, resolve_interpreter), which is `lock.python` where it says so.
 */
function checkLockTargets(): void {
  if (lock.python != NONE && !specifiersContain(lock.python, pythonVersion())) return refusePython(lock.python);
  for (let i: u32 = 0; i < lockTargets.count && !failed(); i++) {
    const each = changetype<LockTarget>(lockTargets.at(i));
    if (each.python != NONE && !specifiersContain(each.python, pythonVersion())) continue;
    if (each.implementation != NONE && !isCPython(each.implementation)) continue;
    if (each.platform == NONE || isPdmPlatform(textAddress(each.platform), textSize(each.platform))) return;
  }
  if (lockTargets.count != 0) fail(STATUS_PDM_TARGET, 0, 0);
}

function isCPython(implementation: u32): bool {
  return is(textAddress(implementation), textSize(implementation), "cpython");
}

/** `manylinux_2_17_x86_64`, `macos_14_0_arm64`, `windows_amd64`; alone `linux`, `macos`, `windows`, `alpine` (dep_logic/tags/platform.py). */
function isPdmPlatform(address: usize, size: u32): bool {
  const platform = targetPlatform();
  if (is(address, size, "linux")) return platform == PLATFORM_GLIBC && isArchitecture("x86_64");
  if (is(address, size, "alpine")) return platform == PLATFORM_MUSL && isArchitecture("x86_64");
  if (is(address, size, "macos")) return platform == PLATFORM_MACOS && isArchitecture("arm64");
  if (is(address, size, "windows")) return platform == PLATFORM_WINDOWS && isArchitecture("win_amd64");
  if (startsWith(address, size, "windows_"))
    return platform == PLATFORM_WINDOWS && isWindowsArchitecture(address, size);
  const isSystem =
    (platform == PLATFORM_GLIBC && startsWith(address, size, "manylinux_")) ||
    (platform == PLATFORM_MUSL && startsWith(address, size, "musllinux_")) ||
    (platform == PLATFORM_MACOS && startsWith(address, size, "macos_"));
  if (!isSystem) return false;
  const own = textSize(targetArchitecture());
  if (size <= own || load<u8>(address + size - own - 1) != 0x5f) return false;
  return memory.compare(address + size - own, textAddress(targetArchitecture()), own) == 0 || isArm(address, size);
}

function isArm(address: usize, size: u32): bool {
  return isArchitecture("arm64") && endsWith(address, size, "_aarch64");
}

function isArchitecture(word: string): bool {
  return is(textAddress(targetArchitecture()), textSize(targetArchitecture()), word);
}

function isWindowsArchitecture(address: usize, size: u32): bool {
  if (endsWith(address, size, "_amd64") || endsWith(address, size, "_x86_64")) return isArchitecture("win_amd64");
  if (endsWith(address, size, "_arm64")) return isArchitecture("win_arm64");
  return endsWith(address, size, "_x86") && isArchitecture("win32");
}

// --- conda's platforms ----------------------------------------------------------------------------------------------------

/** conda-lock installs for the lock's own platforms only (conda_lock/conda_lock.py, render_lockfile_for_install). */
function checkCondaPlatform(): void {
  condaPlatform = internWord(condaWord());
  for (let i: u32 = 0; i < lockPlatforms.count; i++) if (idAt(lockPlatforms, i) == condaPlatform) return;
  failAbout(STATUS_CONDA_PLATFORM, 0, 0, condaPlatform);
}

function condaWord(): string {
  if (targetPlatform() == PLATFORM_MACOS) return isArchitecture("arm64") ? "osx-arm64" : "osx-64";
  if (targetPlatform() == PLATFORM_WINDOWS) {
    return isArchitecture("win_amd64") ? "win-64" : isArchitecture("win_arm64") ? "win-arm64" : "win-32";
  }
  if (isArchitecture("x86_64")) return "linux-64";
  if (isArchitecture("aarch64")) return "linux-aarch64";
  if (isArchitecture("i686")) return "linux-32";
  if (isArchitecture("ppc64le")) return "linux-ppc64le";
  if (isArchitecture("s390x")) return "linux-s390x";
  return isArchitecture("armv7l") ? "linux-armv7l" : "linux-riscv64";
}
