// The targets of a request, one after the other: how each went, what it was asked, what its installer refuses.
//
// Invariant: a target that fails leaves the others as they are; its failure is in its row.

import { Problem } from "../lock/tables";
import { Column, REQUEST } from "../memory/arena";
import { startBudget } from "../memory/budget";
import { begin, failed, failureAddress, failureDetail, failureSize, status } from "../memory/status";
import { problems, ResolveRequest, resolve } from "../resolve/resolution";
import { VARIABLE_PYTHON_FULL_VERSION, variableText } from "../standards/environment";

/** Read by hosts (src/core/abi.ts, TARGET_*). */
@unmanaged
export class Target {
  status: u32;
  /** Of a failure; the address becomes an input and an offset in it. */
  input: u32;
  address: usize;
  size: u32;
  detail: u32;
  /** Text id of python_full_version. */
  python: u32;
  /** What the target selects: a span of the output, or a slice of a table. */
  variants: u32;
  variantsSize: u32;
  /** Slice of `refusals`. */
  refusals: u32;
  refusalCount: u32;
}

export const targets: Column<Target> = changetype<Column<Target>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
/** The problems of all targets. */
export const refusals: Column<Problem> = changetype<Column<Problem>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));

/** What the target in turn is asked: the request with one target of its list. */
export const asked: ResolveRequest = changetype<ResolveRequest>(memory.data(offsetof<ResolveRequest>()));
let next: usize = 0;
let end: usize = 0;

/** Takes the request's list: names and Pythons in turn, each ended by a NUL byte. */
export function startTargets(request: ResolveRequest): void {
  memory.copy(changetype<usize>(asked), changetype<usize>(request), offsetof<ResolveRequest>());
  next = request.target;
  end = next + request.targetSize;
}

/** Resolves the next target of the list with these REQUEST_* bits; false when there is none, or no memory. */
export function resolveNext(flags: u32): bool {
  if (next >= end) return false;
  asked.target = next;
  asked.targetSize = sizeBefore(next, end);
  asked.python = next + asked.targetSize + 1;
  asked.pythonSize = sizeBefore(asked.python, end);
  asked.flags = flags;
  next = asked.python + asked.pythonSize + 1;
  const row = targets.push();
  if (row == 0) return false;
  memory.fill(row, 0, offsetof<Target>());
  startBudget();
  resolve(asked);
  const target = lastTarget();
  target.python = variableText(VARIABLE_PYTHON_FULL_VERSION);
  target.refusals = refusals.count;
  if (!failed()) return true;
  target.status = status();
  target.address = failureAddress();
  target.size = failureSize();
  target.detail = failureDetail();
  begin();
  return true;
}

export function lastTarget(): Target {
  return targetAt(targets.count - 1);
}

export function targetAt(row: u32): Target {
  return changetype<Target>(targets.at(row));
}

/** Keeps the problems of the target that was resolved last. */
export function keepProblems(): void {
  for (let i: u32 = 0; i < problems.count; i++) {
    const row = refusals.push();
    if (row == 0) return;
    memory.copy(row, problems.at(i), offsetof<Problem>());
  }
  lastTarget().refusalCount = problems.count;
}

/** The size of the text at `at`, which a NUL byte ends. */
export function sizeBefore(at: usize, end: usize): u32 {
  let size: u32 = 0;
  while (at + size < end && load<u8>(at + size) != 0) size++;
  return size;
}
