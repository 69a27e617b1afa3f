// The core for Nix's evaluator (`builtins.wasm`): one call from a lock to its resolution, nothing generated between.
//
//   resolve { lock; format; target; python; groups; extras; packages; project; prefer; }
//     (all but `lock` and `target` may be null)
//     lock      path                            format   of those that the module reads, as the command line calls them
//     target    "cp312-linux-x86_64-glibc2.28"  python   python_full_version instead of the usual one
//     groups, extras   lists of names: one selection. Without either the answer is open, as the frozen file is: every
//                      package that some selection installs, each with its condition
//     packages  uv: "all", or the names of members of the workspace, instead of the usual ones
//     project   the records of pyproject.toml (end of src/core/abi.ts)         prefer   "sdist" or "wheel"
//
// The answer: assembly/nix/answer.ts; { error } when the lock cannot be read (failure.ts). `panic` ends the evaluation and
// cannot be caught: it is for arguments of another kind than these, and for our own bugs.
//
// Invariant: imports are those of nix/host.ts; nothing runs while the module starts; Nix makes a new instance for each call.

import {
  FORMAT_CONDA,
  FORMAT_PDM,
  FORMAT_PIPFILE,
  FORMAT_POETRY,
  FORMAT_PYLOCK,
  FORMAT_REQUIREMENTS,
  FORMAT_UV,
  NONE,
  REQUEST_IS_OPEN,
  REQUEST_IS_SDIST_FIRST,
  REQUEST_IS_WORKSPACE,
  REQUEST_SLOTS,
} from "../src/core/abi";
import { joinProjectExtras } from "./lock/pdm";
import { readProject } from "./lock/project";
import { readLock, startCore } from "./lock/reader";
import { allocateZeroed } from "./memory/arena";
import { is } from "./memory/bytes";
import { failed } from "./memory/status";
import { answerValue } from "./nix/answer";
import { failureValue } from "./nix/failure";
import { attribute, panic, TYPE_ATTRIBUTES, TYPE_STRING, typeOf } from "./nix/host";
import {
  lockLength,
  lockStart,
  startArgument,
  takeLock,
  takeNames,
  takeProject,
  takeText,
  textLength,
  textStart,
} from "./nix/input";
import { closeSet, openSet, put, startValues } from "./nix/values";
import { ResolveRequest, resolve as resolveRequest } from "./resolve/resolution";

/** Nix calls this once, before the function. There is nothing to do. */
export function nix_wasm_init_v1(): void {}

export function resolve(argument: u32): u32 {
  if (typeOf(argument) != TYPE_ATTRIBUTES) panic("expected a set");
  startCore();
  const format = takeLock(argument) ? formatOf(argument) : NONE;
  const hasProject = !failed() && takesProject(format) && takeProject(argument);
  // Two calls, so that Binaryen does not make one large function of everything.
  const request = hasProject ? resolved(argument, format, true) : resolved(argument, format, false);
  startValues();
  if (changetype<usize>(request) != 0) {
    return answerValue(request.target, request.targetSize);
  }
  const from = openSet();
  put("error", failureValue());
  return closeSet(from);
}

/** What was asked for, once it is resolved or refused; null when the lock cannot be read. */
function resolved(argument: u32, format: u32, hasProject: bool): ResolveRequest {
  if (!failed()) readLock(format, lockStart(), lockLength());
  if ((isDefined(WITHOUT_FLAT) || !isDefined(WITHOUT_PDM)) && hasProject && !failed()) {
    readProject(textStart, textLength);
  }
  if (!isDefined(WITHOUT_FLAT) && !isDefined(WITHOUT_PDM) && format == FORMAT_PDM && !failed()) joinProjectExtras();
  const request = failed() ? changetype<ResolveRequest>(0) : requestOf(argument);
  if (changetype<usize>(request) != 0) resolveRequest(request);
  return request;
}

/** The formats of this module; without a word for it, its first one. */
function formatOf(argument: u32): u32 {
  const isGiven = takeText(argument, "format");
  if (!isDefined(WITHOUT_POETRY) && (!isGiven || is(textStart, textLength, "poetry"))) return FORMAT_POETRY;
  if (!isDefined(WITHOUT_UV) && (!isGiven || is(textStart, textLength, "uv"))) return FORMAT_UV;
  if (!isDefined(WITHOUT_FLAT)) {
    if (!isDefined(WITHOUT_PYLOCK) && (!isGiven || is(textStart, textLength, "pylock"))) return FORMAT_PYLOCK;
    if (!isDefined(WITHOUT_PDM) && is(textStart, textLength, "pdm")) return FORMAT_PDM;
    if (!isDefined(WITHOUT_PIPFILE) && is(textStart, textLength, "pipfile")) return FORMAT_PIPFILE;
    if (!isDefined(WITHOUT_REQUIREMENTS) && is(textStart, textLength, "requirements")) return FORMAT_REQUIREMENTS;
    if (!isDefined(WITHOUT_CONDA) && is(textStart, textLength, "conda")) return FORMAT_CONDA;
  }
  panic("unknown `format`");
  return NONE;
}

/** Whether pyproject.toml has a say beside the lock; of the flat formats, PDM's older locks need its requirements. */
function takesProject(format: u32): bool {
  if (isDefined(WITHOUT_FLAT)) return true;
  return !isDefined(WITHOUT_PDM) && format == FORMAT_PDM;
}

function requestOf(argument: u32): ResolveRequest {
  startArgument();
  const request = changetype<ResolveRequest>(allocateZeroed(REQUEST_SLOTS << 2));
  if (!takeText(argument, "target")) panic("`target` must be a string");
  keepText(request, offsetof<ResolveRequest>("target"));
  takeText(argument, "python");
  keepText(request, offsetof<ResolveRequest>("python"));
  const hasGroups = takeNames(argument, "groups");
  keepText(request, offsetof<ResolveRequest>("groups"));
  const hasExtras = takeNames(argument, "extras");
  keepText(request, offsetof<ResolveRequest>("extras"));
  request.flags = hasGroups || hasExtras ? 0 : REQUEST_IS_OPEN;
  if (!isDefined(WITHOUT_UV)) takeMembers(argument, request);
  if (takeText(argument, "prefer") && is(textStart, textLength, "sdist")) request.flags |= REQUEST_IS_SDIST_FIRST;
  return request;
}

/** "all", or the names of those members of the workspace that are installed. */
function takeMembers(argument: u32, request: ResolveRequest): void {
  const value = attribute(argument, "packages");
  if (value == 0) return;
  if (typeOf(value) == TYPE_STRING) {
    if (!takeText(argument, "packages") || !is(textStart, textLength, "all")) panic("unknown `packages`");
    request.flags |= REQUEST_IS_WORKSPACE;
    return;
  }
  takeNames(argument, "packages");
  keepText(request, offsetof<ResolveRequest>("packages"));
}

/** Into two fields of the request that lie side by side, the second being the size. */
function keepText(request: ResolveRequest, field: usize): void {
  store<usize>(changetype<usize>(request) + field, textStart);
  store<u32>(changetype<usize>(request) + field, textLength, sizeof<usize>());
}
