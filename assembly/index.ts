// The core's exports, for JavaScript hosts: room for an input, one call that reads it, one that resolves.
//
//   input(lockSize, projectSize) -> address     the host writes the lock there and the project behind it (src/core/abi.ts)
//   read(format) -> status                      tables of what the lock holds
//   request(size) -> address                    room for a request
//   resolve(address) -> status                  tables of what is installed
//   explain(address) -> status                  the same, and tables of why
//   resolveAll(address) -> status               one selection on several targets, as JSON
//   freeze(address) -> status                   all targets and selections, as JSON
//   floors() -> mask                            which newer glibc the wheels ask for
//   state() -> address                          where the tables are, and what went wrong
//
// Invariant: no imports, and no trap whatever the input: failures are codes with a span.

import {
  ABI_VERSION,
  ARTIFACT_FILE_SIZE,
  ARTIFACT_HASH_SIZE,
  ARTIFACT_KIND,
  ARTIFACT_WORDS,
  CONDITION_WORDS,
  DIVERGENCE_WORDS,
  FINDING_WORDS,
  FORM_SLOTS,
  FORMAT_PDM,
  FORMAT_UV,
  INPUT_LIMIT,
  INPUT_LOCK,
  INPUT_NONE,
  INPUT_PADDING,
  INPUT_PROJECT,
  INPUT_REQUEST,
  LINE_WORDS,
  NODE_WORDS,
  NONE,
  OFFER_WORDS,
  PACKAGE_FLAGS,
  PACKAGE_WORDS,
  PACKAGE_WRITTEN,
  PART_WORDS,
  PROBLEM_CONDITION,
  PROBLEM_WORDS,
  REASON_KIND,
  REASON_WORDS,
  REQUEST_FLAGS,
  REQUEST_IS_TARGET_ONLY,
  SELECTED_WORDS,
  SELECTION_CONDITION,
  SELECTION_WORDS,
  STATE_CONDITIONS_SIZE,
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
  TABLE_CHOICE,
  TABLE_CONDITION,
  TABLE_DEFAULT_GROUP,
  TABLE_DEPENDENCY,
  TABLE_DIVERGENCE,
  TABLE_EDGE,
  TABLE_EXTRA,
  TABLE_FINDING,
  TABLE_GROUP,
  TABLE_LINE,
  TABLE_MEMBER,
  TABLE_NODE,
  TABLE_OFFER,
  TABLE_PACKAGE,
  TABLE_PART,
  TABLE_PROBLEM,
  TABLE_REASON,
  TABLE_REFUSAL,
  TABLE_SELECTED,
  TABLE_SELECTION,
  TABLE_TARGET,
  TABLE_TEXT,
  TABLE_VERDICT,
  TABLE_WARNING,
  TARGET_WORDS,
  TEXT_WORDS,
} from "../src/core/abi";
import { joinProjectExtras } from "./lock/pdm";
import { readProject } from "./lock/project";
import { readLock, startCore } from "./lock/reader";
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
  warnings,
} from "./lock/tables";
import { Offer, offers, workspaceNames } from "./lock/uv/branches";
import { allocate, BLOCK, Column, REQUEST, Scratch, startLifetime } from "./memory/arena";
import { startBudget } from "./memory/budget";
import { internCopy, Text, textAddress, textSize, texts } from "./memory/intern";
import { begin, failAbout, failed, failureAddress, failureDetail, failureSize, status } from "./memory/status";
import {
  explainFilesOf,
  explain as explainResolved,
  Finding,
  findings,
  parts,
  Reason,
  reasons,
  startVerdicts,
  verdicts,
} from "./resolve/explain";
import { wheelFloors } from "./resolve/floors";
import { knownTargetCount, TARGET_NAME_LIMIT, writeKnownTarget } from "./resolve/known";
import {
  edges,
  problems,
  ResolveRequest,
  resolve as resolveRequest,
  Selection,
  selections,
} from "./resolve/resolution";
import { combined, Form, form as formOf } from "./standards/algebra/requirement";
import { Condition, conditions } from "./standards/condition";
import { setTarget, VARIABLE_COUNT, variableAddress, variableSize } from "./standards/environment";
import { startTags, writeTags, writtenTags } from "./standards/pep425";
import { Part } from "./standards/pep508/evaluation";
import { Node, nodes } from "./text/document";
import { Divergence, divergences } from "./write/divergence";
import { conditionsSize, FrozenLine, freeze as freezeRequest, lines } from "./write/frozen";
import { output as written } from "./write/output";
import { choices, resolveTargets, Selected, selected } from "./write/resolution";
import { refusals, Target, targets as targetRows } from "./write/targets";

const block: usize = memory.data(256); // STATE_SLOTS * 4

let lockAddress: usize = 0;
let lockSize: u32 = 0;
let projectAddress: usize = 0;
let projectSize: u32 = 0;
let requestAddress: usize = 0;
let requestSize: u32 = 0;
const requestMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** ABI_VERSION of this module. */
export function version(): u32 {
  return ABI_VERSION;
}

/** Forgets everything and makes room for a lock and a project of these sizes. 0 when they are too large: see the state. */
export function input(sizeOfLock: u32, sizeOfProject: u32): usize {
  startCore();
  lockSize = sizeOfLock;
  projectSize = sizeOfProject;
  lockAddress = 0;
  if (u64(sizeOfLock) + u64(sizeOfProject) > u64(INPUT_LIMIT)) {
    failAbout(STATUS_INPUT_TOO_LARGE, 0, 0, INPUT_LIMIT);
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
  readLock(format, lockAddress, lockSize);
  if (!failed() && withProject) readProject(projectAddress, projectSize);
  if (!failed() && format == FORMAT_PDM) joinProjectExtras();
  // The tables are all that is needed, but what uv's lock says that it was made from is read out of the document.
  if (!failed() && format != FORMAT_UV) written.adopt(nodes);
  return settle();
}

/** Room for a request of this many bytes; the last one's is given up. 0 when there is none: see the state. */
export function request(size: u32): usize {
  begin();
  requestSize = size;
  requestAddress = requestMemory.zeroed(size + INPUT_PADDING);
  if (requestAddress == 0) settle();
  return requestAddress;
}

/** Resolves the request at this address (REQUEST_* slots). */
export function resolve(address: usize): u32 {
  begin();
  startBudget();
  startLifetime(REQUEST);
  resolveRequest(changetype<ResolveRequest>(address));
  return settle();
}

/** Resolves the same, and says why (the tables from TABLE_REASON on); of a target alone, only what `explainFiles` asks for. */
export function explain(address: usize): u32 {
  begin();
  startBudget();
  startLifetime(REQUEST);
  const asked = changetype<ResolveRequest>(address);
  resolveRequest(asked);
  if (!failed()) {
    if ((asked.flags & REQUEST_IS_TARGET_ONLY) != 0) startVerdicts();
    else explainResolved();
  }
  return settle();
}

/** After `explain` of a target alone: which files of a package fit it, in TABLE_VERDICT. */
export function explainFiles(row: u32): void {
  if (row < packages.count && verdicts.count == artifacts.count) explainFilesOf(row);
}

/** Resolves the targets of the request with all selections open, and writes the frozen resolution (TABLE_TARGET and on). */
export function freeze(address: usize): u32 {
  begin();
  startLifetime(REQUEST);
  freezeRequest(changetype<ResolveRequest>(address));
  set(STATE_CONDITIONS_SIZE, conditionsSize);
  return settleTargets();
}

/** Resolves the targets of the request, one selection for all (TABLE_SELECTED, TABLE_CHOICE and TABLE_TARGET). */
export function resolveAll(address: usize): u32 {
  begin();
  startLifetime(REQUEST);
  resolveTargets(changetype<ResolveRequest>(address));
  return settleTargets();
}

/** The same for a call that writes JSON: where failures of targets are, in an input. */
function settleTargets(): u32 {
  output(written.base, written.count);
  for (let row: u32 = 0; row < targetRows.count; row++) {
    const target = changetype<Target>(targetRows.at(row));
    locate(target.address);
    target.input = load<u32>(block + (STATE_INPUT << 2));
    target.address = load<u32>(block + (STATE_OFFSET << 2));
  }
  return settle();
}

/** Brings a requirement or a marker into the form in which what is the same has the same numbers (FORM_* slots). */
export function form(address: usize): u32 {
  begin();
  startBudget();
  formOf(changetype<Form>(address));
  return settle();
}

/** COMBINE_* of two numbers that `form` gave; NONE after a failure. */
export function combine(operation: u32, a: u32, b: u32): u32 {
  begin();
  startBudget();
  const node = combined(operation, a, b);
  settle();
  return failed() ? NONE : node;
}

/** Writes what a target stands for: the marker variables in the order of environment.ts, a line each, then the tags. */
export function describe(address: usize): u32 {
  begin();
  startBudget();
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
  startBudget();
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

/** Which glibc of 2.32 to 2.63 some wheel of the lock asks for: bit N for 2.(32 + N). */
export function floors(): u32 {
  begin();
  startBudget();
  const mask = wheelFloors();
  settle();
  // What was not looked at may ask for any.
  return failed() ? U32.MAX_VALUE : mask;
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
  setTable(TABLE_OFFER, offers);
  setTable(TABLE_NODE, nodes);
  setTable(TABLE_WARNING, warnings);
  setTable(TABLE_SELECTION, selections);
  setTable(TABLE_EDGE, edges);
  setTable(TABLE_CONDITION, conditions);
  setTable(TABLE_PROBLEM, problems);
  setTable(TABLE_DEFAULT_GROUP, defaultGroups);
  setTable(TABLE_REASON, reasons);
  setTable(TABLE_PART, parts);
  setTable(TABLE_VERDICT, verdicts);
  setTable(TABLE_FINDING, findings);
  setTable(TABLE_TARGET, targetRows);
  setTable(TABLE_LINE, lines);
  setTable(TABLE_REFUSAL, refusals);
  setTable(TABLE_DIVERGENCE, divergences);
  setTable(TABLE_SELECTED, selected);
  setTable(TABLE_CHOICE, choices);
  return status();
}

function setTable<Row>(table: u32, column: Column<Row>): void {
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

// The rows that hosts read lie as src/core/abi.ts says.
if (offsetof<Text>() != TEXT_WORDS << 2) ERROR("Text: size");
if (offsetof<Part>() != PART_WORDS << 2) ERROR("Part: size");
if (offsetof<Finding>() != FINDING_WORDS << 2) ERROR("Finding: size");
if (offsetof<Condition>() != CONDITION_WORDS << 2) ERROR("Condition: size");
if (offsetof<Package>() != PACKAGE_WORDS << 2) ERROR("Package: size");
if (offsetof<Package>("flags") != PACKAGE_FLAGS << 2) ERROR("Package: flags");
if (offsetof<Package>("written") != PACKAGE_WRITTEN << 2) ERROR("Package: written");
if (offsetof<Problem>() != PROBLEM_WORDS << 2) ERROR("Problem: size");
if (offsetof<Problem>("condition") != PROBLEM_CONDITION << 2) ERROR("Problem: condition");
if (offsetof<Artifact>("kind") != ARTIFACT_KIND << 2) ERROR("Artifact: kind");
if (offsetof<Artifact>() != ARTIFACT_WORDS << 2) ERROR("Artifact: size");
if (offsetof<Artifact>("fileSize") != ARTIFACT_FILE_SIZE << 2) ERROR("Artifact: file size");
if (offsetof<Artifact>("hashSize") != ARTIFACT_HASH_SIZE << 2) ERROR("Artifact: hash");
if (offsetof<Selection>() != SELECTION_WORDS << 2) ERROR("Selection: size");
if (offsetof<Selection>("condition") != SELECTION_CONDITION << 2) ERROR("Selection: condition");
if (offsetof<ResolveRequest>("flags") != REQUEST_FLAGS << 2) ERROR("ResolveRequest: flags");
if (offsetof<Reason>() != REASON_WORDS << 2) ERROR("Reason: size");
if (offsetof<Reason>("kind") != REASON_KIND << 2) ERROR("Reason: kind");
if (offsetof<Target>() != TARGET_WORDS << 2) ERROR("Target: size");
if (offsetof<FrozenLine>() != LINE_WORDS << 2) ERROR("FrozenLine: size");
if (offsetof<Divergence>() != DIVERGENCE_WORDS << 2) ERROR("Divergence: size");
if (offsetof<Selected>() != SELECTED_WORDS << 2) ERROR("Selected: size");
if (offsetof<Offer>() != OFFER_WORDS << 2) ERROR("Offer: size");
if (offsetof<Node>() != NODE_WORDS << 2) ERROR("Node: size");
if (offsetof<Form>() != FORM_SLOTS << 2) ERROR("Form: size");
if (STATE_SLOTS < STATE_TABLES + 2 * (TABLE_NODE + 1)) ERROR("state block: slots");
