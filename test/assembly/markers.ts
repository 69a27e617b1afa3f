// Test entry: names, targets, markers, requirements, tags and file names, each asked for one text at a time.
import { allocate, allocateZeroed, LOCK, startLifetime, TARGET } from "../../assembly/memory/arena";
import { intern, textAddress, textSize, texts } from "../../assembly/memory/intern";
import { begin, failureAddress, failureSize, status } from "../../assembly/memory/status";
import * as known from "../../assembly/resolve/known";
import {
  ALWAYS,
  chooseExtra,
  chooseGroup,
  conditions,
  NEVER,
  startConditions,
} from "../../assembly/standards/condition";
import * as environment from "../../assembly/standards/environment";
import { FileName, parseSdistName, parseWheelName, tagSetAt } from "../../assembly/standards/filename";
import * as names from "../../assembly/standards/name";
import { startTags, tagRank, writeTags, writtenTags } from "../../assembly/standards/pep425";
import * as evaluation from "../../assembly/standards/pep508/evaluation";
import * as markers from "../../assembly/standards/pep508/marker";
import * as requirements from "../../assembly/standards/pep508/requirement";
import { INPUT_PADDING } from "../../src/core/abi";

let text: usize = 0;
const wheel: FileName = changetype<FileName>(memory.data(64));
const requirement: requirements.Requirement = changetype<requirements.Requirement>(memory.data(64));

/** Forgets all and makes room for texts; gives its address. */
export function input(size: u32): usize {
  startLifetime(LOCK);
  begin();
  text = allocateZeroed(size + INPUT_PADDING);
  startTags();
  return text;
}

/** Room for another text, which stays as long as the first. */
export function more(size: u32): usize {
  begin();
  return allocateZeroed(size + INPUT_PADDING);
}

export function outcome(): u32 {
  return status();
}

export function failedAt(): usize {
  return failureAddress();
}

export function failedSize(): u32 {
  return failureSize();
}

export function id(address: usize, size: u32): u32 {
  return intern(address, size);
}

export function address(id: u32): usize {
  return textAddress(id);
}

export function size(id: u32): u32 {
  return textSize(id);
}

export function normalizedName(address: usize, size: u32): u32 {
  return names.normalizedName(address, size);
}

export function isName(address: usize, size: u32): bool {
  return names.isName(address, size);
}

export function setTarget(address: usize, size: u32, pythonAddress: usize, pythonSize: u32): bool {
  begin();
  if (!environment.setTarget(address, size, pythonAddress, pythonSize)) return false;
  startTags();
  return true;
}

export function variable(index: u32): u32 {
  return environment.variableText(index);
}

export function variableVersion(index: u32): u32 {
  return environment.variableVersion(index);
}

export function setVariable(index: u32, id: u32): void {
  environment.setVariable(index, id);
}

export function knownTargetCount(): u32 {
  return known.knownTargetCount();
}

/** Text id of a known target's name. */
export function knownTarget(index: u32): u32 {
  const start = allocate(known.TARGET_NAME_LIMIT);
  return intern(start, known.writeKnownTarget(index, start));
}

export function parseMarker(address: usize, size: u32): u32 {
  begin();
  return markers.markerOf(intern(address, size));
}

/** Starts a selection that has nothing yet. */
export function startSelection(isOpen: bool, dialect: u32): void {
  startLifetime(TARGET);
  startConditions(texts.count, isOpen);
  evaluation.startEvaluation(dialect);
}

export function choose(id: u32, isGroup: bool): void {
  if (isGroup) chooseGroup(id);
  else chooseExtra(id);
}

/** 1, 0, or -1 after a failure; from 2 on a symbolic condition. */
export function evaluate(marker: u32, policy: u32): i32 {
  begin();
  const condition = evaluation.evaluateMarker(marker, policy);
  if (status() != 0) return -1;
  return condition == ALWAYS ? 1 : condition == NEVER ? 0 : i32(condition);
}

/** Address of a condition's row: operation, left, right. */
export function condition(index: u32): usize {
  return conditions.at(index);
}

/** Address of the requirement's row, 0 after a failure. */
export function parseRequirement(address: usize, size: u32, lenient: bool): usize {
  begin();
  return requirements.parseRequirement(address, size, requirement, lenient) ? changetype<usize>(requirement) : 0;
}

export function requirementExtra(index: u32): u32 {
  return load<u32>(requirements.requirementExtras.at(index));
}

export function rank(python: u32, abi: u32, platform: u32): u32 {
  return tagRank(python, abi, platform);
}

/** Text id of all tags, one a line. */
export function tags(): u32 {
  const start = writeTags();
  return intern(start, writtenTags());
}

/** Address of the file name's row, or 0 when it is none. */
export function parseWheel(address: usize, size: u32): usize {
  return parseWheelName(address, size, wheel) == 0 ? changetype<usize>(wheel) : 0;
}

/** Address of the texts of a wheel's tag sets. */
export function tagSet(row: u32): usize {
  return changetype<usize>(tagSetAt(row));
}

export function parseSdist(address: usize, size: u32): usize {
  return parseSdistName(address, size, wheel) == 0 ? changetype<usize>(wheel) : 0;
}
