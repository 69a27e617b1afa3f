// The core's exports, for JavaScript hosts: room for an input, one call that reads it, one that resolves.
//
//   input(lockSize, projectSize) -> address     the host writes the lock there and the project behind it (src/abi.ts)
//   read(format) -> status                      tables of what the lock holds
//   request(size) -> address                    room for a request
//   resolve(address) -> status                  tables of what is installed
//   state() -> address                          where the tables are, and what went wrong
//
// Invariant: no imports, and no trap whatever the input: failures are codes with a span.

import {
  ABI_VERSION,
  ARTIFACT_HASH_SIZE,
  ARTIFACT_KIND,
  FORMAT_CONDA,
  FORMAT_PDM,
  FORMAT_PIPFILE,
  FORMAT_POETRY,
  FORMAT_PYLOCK,
  FORMAT_REQUIREMENTS,
  FORMAT_UV,
  INPUT_LIMIT,
  INPUT_LOCK,
  INPUT_NONE,
  INPUT_PADDING,
  INPUT_PROJECT,
  INPUT_REQUEST,
  NONE,
  PACKAGE_FLAGS,
  PACKAGE_WORDS,
  PACKAGE_WRITTEN,
  PROBLEM_CONDITION,
  PROBLEM_WORDS,
  REQUEST_FLAGS,
  SELECTION_CONDITION,
  SELECTION_WORDS,
  STATE_CONTENT_HASH,
  STATE_DETAIL,
  STATE_INPUT,
  STATE_LOCK_ADDRESS,
  STATE_LOCK_PYTHON,
  STATE_LOCK_VERSION,
  STATE_METHOD,
  STATE_OFFSET,
  STATE_OUTPUT,
  STATE_OUTPUT_SIZE,
  STATE_SIZE,
  STATE_SLOTS,
  STATE_STATUS,
  STATE_TABLES,
  STATUS_INPUT_TOO_LARGE,
  TABLE_ARTIFACT,
  TABLE_CONDITION,
  TABLE_DEFAULT_GROUP,
  TABLE_DEPENDENCY,
  TABLE_EDGE,
  TABLE_EXTRA,
  TABLE_GROUP,
  TABLE_MEMBER,
  TABLE_PACKAGE,
  TABLE_PROBLEM,
  TABLE_SELECTION,
  TABLE_TEXT,
  TABLE_WARNING,
} from "../src/abi";
import { allocate, allocateZeroed, Column, mark, reset, rewind, Scratch } from "./arena";
import { startBranches, workspaceNames } from "./branches";
import { conditions, resetConditions } from "./condition";
import { startConflicts } from "./conflict";
import { startConstraints } from "./constraint";
import {
  knownTargetCount,
  setTarget,
  TARGET_NAME_LIMIT,
  VARIABLE_COUNT,
  variableAddress,
  variableSize,
  writeKnownTarget,
} from "./environment";
import { resetGraph } from "./graph";
import { internCopy, startTexts, textAddress, textSize, texts } from "./intern";
import { scanJson } from "./json";
import { readCondaLock } from "./lock/conda";
import { joinProjectExtras, readPdmLock } from "./lock/pdm";
import { readPipfileLock } from "./lock/pipfile";
import { readPoetryLock } from "./lock/poetry";
import { readPylock } from "./lock/pylock";
import { readRequirements } from "./lock/requirements";
import { readUvLock } from "./lock/uv";
import { startTags, writeTags, writtenTags } from "./pep425";
import { startVersions } from "./pep440";
import { startMarkers } from "./pep508";
import { readProject, startProject } from "./project";
import {
  edges,
  problems,
  ResolveRequest,
  resetResolution,
  resolve as resolveRequest,
  Selection,
  selections,
} from "./resolution";
import { resetSolver } from "./solver";
import { begin, fail, failed, failureAddress, failureDetail, failureSize, status } from "./status";
import {
  Artifact,
  artifacts,
  defaultGroups,
  dependencies,
  extraNames,
  groupNames,
  lock,
  Package,
  Problem,
  packages,
  startTables,
  warnings,
} from "./tables";
import { scanToml } from "./toml/scanner";

const block: usize = memory.data(160); // STATE_SLOTS * 4

let lockAddress: usize = 0;
let lockSize: u32 = 0;
let projectAddress: usize = 0;
let projectSize: u32 = 0;
let requestAddress: usize = 0;
let requestSize: u32 = 0;
const requestMemory: Scratch = changetype<Scratch>(memory.data(8));

/** ABI_VERSION of this module. */
export function version(): u32 {
  return ABI_VERSION;
}

/** Forgets everything and makes room for a lock and a project of these sizes. 0 when they are too large: see the state. */
export function input(sizeOfLock: u32, sizeOfProject: u32): usize {
  reset();
  begin();
  startTexts();
  startTables();
  startBranches();
  startConflicts();
  startVersions();
  startConstraints();
  startMarkers();
  startProject();
  resetConditions();
  resetGraph();
  resetSolver();
  resetResolution();
  requestMemory.start();
  lockSize = sizeOfLock;
  projectSize = sizeOfProject;
  lockAddress = 0;
  if (u64(sizeOfLock) + u64(sizeOfProject) > u64(INPUT_LIMIT)) {
    fail(STATUS_INPUT_TOO_LARGE, 0, 0, INPUT_LIMIT);
    settle();
    return 0;
  }
  lockAddress = allocate(usize(sizeOfLock) + sizeOfProject + 2 * INPUT_PADDING);
  if (lockAddress == 0) {
    settle();
    return 0;
  }
  projectAddress = lockAddress + sizeOfLock + INPUT_PADDING;
  memory.fill(lockAddress + sizeOfLock, 0, INPUT_PADDING);
  memory.fill(projectAddress + sizeOfProject, 0, INPUT_PADDING);
  return lockAddress;
}

/** Reads what the host wrote. `format` is a FORMAT_*; `withProject` says whether a project was written. */
export function read(format: u32, withProject: bool): u32 {
  begin();
  lock.format = format;
  readLock(format);
  if (!failed() && withProject) readProject(projectAddress, projectSize);
  if (!failed() && format == FORMAT_PDM) joinProjectExtras();
  return settle();
}

function readLock(format: u32): void {
  if (format == FORMAT_REQUIREMENTS) readRequirements(lockAddress, lockSize);
  else if (format == FORMAT_CONDA) readCondaLock(lockAddress, lockSize);
  else if (format == FORMAT_PIPFILE) {
    if (scanJson(lockAddress, lockSize)) readPipfileLock();
  } else if (format != NONE && scanToml(lockAddress, lockSize)) {
    if (format == FORMAT_POETRY) readPoetryLock();
    else if (format == FORMAT_UV) readUvLock();
    else if (format == FORMAT_PYLOCK) readPylock();
    else if (format == FORMAT_PDM) readPdmLock();
  }
}

/** Room for a request of this many bytes; the last one's is given up. */
export function request(size: u32): usize {
  requestSize = size;
  requestAddress = requestMemory.zeroed(size + INPUT_PADDING);
  return requestAddress;
}

/** Resolves the request at this address (REQUEST_* slots). */
export function resolve(address: usize): u32 {
  begin();
  resolveRequest(changetype<ResolveRequest>(address));
  return settle();
}

/** Writes what a target stands for: the marker variables in the order of environment.ts, a line each, then the tags. */
export function describe(address: usize): u32 {
  begin();
  const asked = changetype<ResolveRequest>(address);
  const python = internCopy(asked.python, asked.pythonSize);
  if (!setTarget(asked.target, asked.targetSize, textAddress(python), textSize(python))) return settle();
  startTags();
  let size: u32 = 0;
  for (let i: u32 = 0; i < VARIABLE_COUNT; i++) size += variableSize(i) + 1;
  const tags = writeTags();
  const all = allocate(size + writtenTags());
  if (all == 0) return settle();
  let end = all;
  for (let i: u32 = 0; i < VARIABLE_COUNT; i++) {
    memory.copy(end, variableAddress(i), variableSize(i));
    end += variableSize(i);
    store<u8>(end++, 0x0a);
  }
  memory.copy(end, tags, writtenTags());
  output(all, size + writtenTags());
  return settle();
}

/** Writes the names of the usual targets, a line each. */
export function targets(): u32 {
  begin();
  const from = allocate(knownTargetCount() * (TARGET_NAME_LIMIT + 1));
  if (from == 0) return settle();
  let end = from;
  for (let i: u32 = 0; i < knownTargetCount(); i++) {
    end += writeKnownTarget(i, end);
    store<u8>(end++, 0x0a);
  }
  output(from, u32(end - from));
  return settle();
}

/** Address of the state block (STATE_* slots). */
export function state(): usize {
  return block;
}

function set(slot: u32, value: u32): void {
  store<u32>(block + (usize(slot) << 2), value);
}

function output(address: usize, size: u32): void {
  set(STATE_OUTPUT, u32(address));
  set(STATE_OUTPUT_SIZE, size);
}

/** Writes the outcome of the call into the state block. */
function settle(): u32 {
  set(STATE_STATUS, status());
  set(STATE_SIZE, failureSize());
  set(STATE_DETAIL, failureDetail());
  locate(failureAddress());
  set(STATE_LOCK_ADDRESS, u32(lockAddress));
  set(STATE_LOCK_VERSION, lock.version);
  set(STATE_LOCK_PYTHON, lock.python);
  set(STATE_CONTENT_HASH, lock.contentHash);
  set(STATE_METHOD, lock.method);
  setTable(TABLE_TEXT, texts);
  setTable(TABLE_PACKAGE, packages);
  setTable(TABLE_ARTIFACT, artifacts);
  setTable(TABLE_DEPENDENCY, dependencies);
  setTable(TABLE_EXTRA, extraNames);
  setTable(TABLE_GROUP, groupNames);
  setTable(TABLE_MEMBER, workspaceNames);
  setTable(TABLE_WARNING, warnings);
  setTable(TABLE_SELECTION, selections);
  setTable(TABLE_EDGE, edges);
  setTable(TABLE_CONDITION, conditions);
  setTable(TABLE_PROBLEM, problems);
  setTable(TABLE_DEFAULT_GROUP, defaultGroups);
  return status();
}

function setTable(table: u32, column: Column): void {
  set(STATE_TABLES + 2 * table, u32(column.base));
  set(STATE_TABLES + 2 * table + 1, column.count);
}

/** Turns an address into an input and an offset in it. */
function locate(address: usize): void {
  let which = INPUT_NONE;
  let start = address;
  if (address - lockAddress <= usize(lockSize)) {
    which = INPUT_LOCK;
    start = lockAddress;
  } else if (address - projectAddress <= usize(projectSize)) {
    which = INPUT_PROJECT;
    start = projectAddress;
  } else if (address - requestAddress <= usize(requestSize)) {
    which = INPUT_REQUEST;
    start = requestAddress;
  }
  set(STATE_INPUT, which);
  set(STATE_OFFSET, u32(address - start));
}

// The rows that hosts read lie as src/abi.ts says.
if (offsetof<Package>() != PACKAGE_WORDS << 2) ERROR("Package: size");
if (offsetof<Package>("flags") != PACKAGE_FLAGS << 2) ERROR("Package: flags");
if (offsetof<Package>("written") != PACKAGE_WRITTEN << 2) ERROR("Package: written");
if (offsetof<Problem>() != PROBLEM_WORDS << 2) ERROR("Problem: size");
if (offsetof<Problem>("condition") != PROBLEM_CONDITION << 2) ERROR("Problem: condition");
if (offsetof<Artifact>("kind") != ARTIFACT_KIND << 2) ERROR("Artifact: kind");
if (offsetof<Artifact>("hashSize") != ARTIFACT_HASH_SIZE << 2) ERROR("Artifact: hash");
if (offsetof<Selection>() != SELECTION_WORDS << 2) ERROR("Selection: size");
if (offsetof<Selection>("condition") != SELECTION_CONDITION << 2) ERROR("Selection: condition");
if (offsetof<ResolveRequest>("flags") != REQUEST_FLAGS << 2) ERROR("ResolveRequest: flags");
if (STATE_SLOTS < STATE_TABLES + 2 * (TABLE_MEMBER + 1)) ERROR("state block: slots");
