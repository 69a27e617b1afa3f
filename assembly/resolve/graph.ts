// Edges: which requirements of a package count on the target, given the extras that are asked of it.
//
// Poetry's rules (poetry/puzzle/provider.py, Provider.complete_package): a requirement counts when its marker holds, where
// `extra` is no part of the environment and so any comparison with it holds; an optional one only when its name is listed
// under a requested extra of its owner (extras may refer to the package's own extras), and when its marker names extras,
// one of those must be among the requested ones.
//
// Invariant: asking for extras only ever adds; `forgetFrom` takes back the last ones, for the solver.

import { METHOD_SEARCH, NONE } from "../../src/core/abi";
import {
  Dependency,
  dependencyAt,
  ExtraMember,
  extraAt,
  extraMemberAt,
  lock,
  packageAt,
  packages,
} from "../lock/tables";
import { BLOCK, Column, Scratch, TARGET } from "../memory/arena";
import { spend } from "../memory/budget";
import { indexOf, isDigit, isLetter } from "../memory/bytes";
import { ALWAYS } from "../standards/condition";
import { constraintAllows, constraintNames, constraintOf } from "../standards/constraint";
import {
  VARIABLE_PYTHON_FULL_VERSION,
  VARIABLE_PYTHON_VERSION,
  VARIABLE_SYS_PLATFORM,
  variableVersion,
} from "../standards/environment";
import { normalizedName } from "../standards/name";
import { EXTRA_ABSENT, evaluateMarker, PYTHON_ALONE } from "../standards/pep508/evaluation";
import { hasExtraAtom, namesExtra } from "../standards/pep508/marker";
import { platformAllows } from "../standards/platform";
import { isPoetry } from "./rules";

/** That an extra is asked of a package. */
@unmanaged
class Request {
  owner: u32;
  extra: u32;
  /** The owner's request before this one, NONE for none. */
  before: u32;
}

const requests: Column<Request> = changetype<Column<Request>>(memory.data<u32>([0, 0, 0, 0, TARGET]));
/** For each package its last request + 1. */
let lastRequest: usize = 0;
const lastMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** Forgets all requests. */
export function startGraph(): void {
  requests.clear();
  lastRequest = lastMemory.zeroed(usize(packages.count) << 2);
}

export function requestCount(): u32 {
  return requests.count;
}

/** Takes back all requests from this one on. */
export function forgetFrom(count: u32): void {
  while (requests.count > count) {
    const request = changetype<Request>(requests.pop());
    store<u32>(lastRequest + (usize(request.owner) << 2), request.before + 1);
  }
}

/** Asks for an extra of a package, and for those that it refers to; whether that was new. */
export function requestExtra(row: u32, extra: u32): bool {
  if (isRequested(row, extra)) return false;
  const from = requests.count;
  addRequest(row, extra);
  // Each round takes one request; each extra of the package is added at most once.
  for (let i = from; i < requests.count; i++) {
    const name = changetype<Request>(requests.at(i)).extra;
    const item = packageAt(row);
    if (!spend(item.extraCount)) return true;
    for (let e: u32 = 0; e < item.extraCount; e++) {
      const listed = extraAt(item.extras + e);
      if (listed.name != name) continue;
      for (let m: u32 = 0; m < listed.memberCount; m++) {
        const member = extraMemberAt(listed.members + m);
        if (memberName(member) == item.name) requestOwn(row, member);
      }
    }
  }
  return true;
}

/** Asks for the extras that a package's extra asks of the package itself: `name[a,b]`. */
function requestOwn(row: u32, member: ExtraMember): void {
  const end = member.size;
  const close = indexOf(member.address, end, 0x5d);
  let from = indexOf(member.address, end, 0x5b) + 1;
  while (close < end && from < close) {
    const comma = indexOf(member.address, close, 0x2c, from);
    const extra = trimmedName(member.address + from, comma - from);
    if (extra != NONE && !isRequested(row, extra)) addRequest(row, extra);
    from = comma + 1;
  }
}

function trimmedName(address: usize, size: u32): u32 {
  while ((size != 0) & (load<u8>(address) <= 0x20)) {
    address++;
    size--;
  }
  while ((size != 0) & (load<u8>(address + size - 1) <= 0x20)) size--;
  return size == 0 ? NONE : normalizedName(address, size);
}

/**
 * The name that a requirement `name[extras] (constraint) ; marker` starts with. Old locks hold forms that PEP 508 refuses,
 * for which locker.py has a pattern that comes to the same.
 */
export function memberName(member: ExtraMember): u32 {
  if (member.name == NONE) {
    let length: u32 = 0;
    while (length < member.size && isNameCharacter(load<u8>(member.address + length))) length++;
    member.name = normalizedName(member.address, length);
  }
  return member.name;
}

function isNameCharacter(c: u32): bool {
  return isLetter(c) | isDigit(c) || c == 0x2e || c == 0x2d || c == 0x5f || c > 0x7f;
}

function addRequest(row: u32, extra: u32): void {
  if (!ASC_NO_ASSERT) assert(row < packages.count);
  const address = requests.push();
  if (address == 0) return;
  const request = changetype<Request>(address);
  const last = lastRequest + (usize(row) << 2);
  request.owner = row;
  request.extra = extra;
  request.before = load<u32>(last) - 1;
  store<u32>(last, requests.count);
}

export function isRequested(row: u32, extra: u32): bool {
  if (!ASC_NO_ASSERT) assert(row < packages.count);
  for (let i = load<u32>(lastRequest + (usize(row) << 2)) - 1; i != NONE && spend(1); ) {
    const request = changetype<Request>(requests.at(i));
    if (request.extra == extra) return true;
    i = request.before;
  }
  return false;
}

/** Whether the requirement counts on the target, with the extras asked of its owner so far. */
export function isActive(row: u32): bool {
  const dependency = dependencyAt(row);
  const marker = dependency.marker;
  if (!appliesHere(dependency)) return false;
  if (marker != NONE && evaluateMarker(marker, EXTRA_ABSENT) != ALWAYS) return false;
  if (dependency.optional == 0) return true;
  const owner = dependency.owner;
  if (!ASC_NO_ASSERT) assert(owner < packages.count);
  let listed = false;
  let named = marker == NONE || !hasExtraAtom(marker);
  for (let i = load<u32>(lastRequest + (usize(owner) << 2)) - 1; i != NONE && spend(1); ) {
    const request = changetype<Request>(requests.at(i));
    if (!listed) listed = lists(owner, request.extra, dependency.name);
    if (!named) named = namesExtra(marker, request.extra);
    if (listed && named) return true;
    i = request.before;
  }
  return false;
}

/**
 * Whether what Poetry asks beside the marker admits the target: `python` and `platform`, which it wrote instead of markers
 * before 1.1, and in its search the marker's own constraint on Python.
 */
export function appliesHere(dependency: Dependency): bool {
  if (isDefined(WITHOUT_POETRY)) return true;
  if (!takesPython(dependency)) return false;
  return dependency.platform == NONE || platformAllows(dependency.platform, VARIABLE_SYS_PLATFORM);
}

/** The search leaves a requirement out whose constraint on Python does not admit the target's (provider.py, complete_package). */
export function takesPython(dependency: Dependency): bool {
  if (dependency.python != NONE) {
    const constraint = constraintOf(dependency.python);
    if (constraint == NONE) return false;
    // `3.11` becomes `python_version == "3.11"` (packages/utils/utils.py, create_nested_marker), the whole minor version.
    if (
      !constraintAllows(constraint, variableVersion(VARIABLE_PYTHON_FULL_VERSION)) &&
      !constraintNames(constraint, variableVersion(VARIABLE_PYTHON_VERSION))
    ) {
      return false;
    }
  }
  if (dependency.marker == NONE || lock.method != METHOD_SEARCH || !isPoetry()) return true;
  return evaluateMarker(dependency.marker, PYTHON_ALONE) == ALWAYS;
}

/** Whether the package's extra lists this name. */
function lists(row: u32, extra: u32, name: u32): bool {
  const item = packageAt(row);
  if (!spend(item.extraCount)) return false;
  for (let e: u32 = 0; e < item.extraCount; e++) {
    const candidate = extraAt(item.extras + e);
    if (candidate.name != extra) continue;
    if (!spend(candidate.memberCount)) return false;
    for (let m: u32 = 0; m < candidate.memberCount; m++) {
      if (memberName(extraMemberAt(candidate.members + m)) == name) return true;
    }
  }
  return false;
}
