// Requirements in one form, to be compared as uv compares what a lock was made from with what it would be made from now
// (crates/uv-resolver/src/lock/mod.rs, normalize_requirement).
//
// Invariant: two requirements are the same exactly when the numbers and texts of their forms are; until another lock is read.

import { COMBINE_BOTH, COMBINE_EITHER, FORM_HAS_EXTRA, NONE } from "../../../src/core/abi";
import { allocate } from "../../memory/arena";
import { compare } from "../../memory/bytes";
import { intern, internCopy, textAddress, textSize } from "../../memory/intern";
import { failed } from "../../memory/status";
import { parseRequirement, Requirement, requirementExtras } from "../pep508/requirement";
import { ALWAYS, both, clipped, either, mentionsExtra, NEVER, opposite, possible } from "./diagram";
import { markerNode } from "./markers";
import { candidates, pythonBounds, setFlags, specifiersId } from "./versions";

/** A question, and below `name` the answer: src/core/abi.ts, FORM_*. */
@unmanaged
export class Form {
  /** The requirement; empty when only the marker is asked about. */
  text: usize;
  textSize: u32;
  /** What has to hold besides its own marker. */
  marker: usize;
  markerSize: u32;
  /** Markers that must not hold, each ended by a NUL byte. */
  without: usize;
  withoutSize: u32;
  /** The sets of specifiers that the Python versions meet, each ended by a NUL byte: the marker is simplified by them. */
  python: usize;
  pythonSize: u32;
  /** Text ids: the normalised name, the extras in order with commas between, the address, the specifiers. */
  name: u32;
  extras: u32;
  url: u32;
  specifiers: u32;
  /** Numbers of functions: the marker, and between which Pythons it counts. */
  markerNode: u32;
  bounds: u32;
  /** Another one: the versions that the specifiers take. And FORM_* bits. */
  range: u32;
  flags: u32;
}

const requirement: Requirement = changetype<Requirement>(memory.data(offsetof<Requirement>()));

export function form(question: Form): void {
  question.name = NONE;
  question.extras = NONE;
  question.url = NONE;
  question.range = ALWAYS;
  question.flags = 0;
  question.specifiers = NONE;
  question.bounds = pythonBounds(question.python, question.pythonSize);
  if (failed()) return;
  let node = ALWAYS;
  if (question.textSize != 0) {
    const text = internCopy(question.text, question.textSize);
    if (!parseRequirement(textAddress(text), textSize(text), requirement)) return;
    question.name = requirement.name;
    question.extras = joinedExtras();
    if (requirement.urlSize != 0) question.url = intern(requirement.url, requirement.urlSize);
    node = markerNode(requirement.markerAddress, requirement.markerSize);
    question.specifiers = specifiersId(requirement.specifier, requirement.specifierSize);
    question.range = candidates(requirement.specifier, requirement.specifierSize);
    question.flags = setFlags;
  }
  node = both(node, markerNode(question.marker, question.markerSize));
  const without = anyOf(question.without, question.withoutSize);
  if (without != NEVER) node = both(opposite(without), node);
  question.markerNode = possible(clipped(node, question.bounds));
  if (mentionsExtra(question.markerNode)) question.flags |= FORM_HAS_EXTRA;
}

/** COMBINE_*: what two markers, or two ranges of versions, are together. */
export function combined(operation: u32, a: u32, b: u32): u32 {
  if (operation == COMBINE_EITHER) return either(a, b);
  return both(a, operation == COMBINE_BOTH ? b : opposite(b));
}

/** Whether one of the markers holds. */
function anyOf(address: usize, size: u32): u32 {
  let node = NEVER;
  for (let from: u32 = 0; from < size; from++) {
    let stop = from;
    while (load<u8>(address + stop) != 0) stop++;
    node = either(node, markerNode(address + from, stop - from));
    from = stop;
  }
  return node;
}

/** Sorted: which of them stands first says nothing. */
function joinedExtras(): u32 {
  const count = requirement.extraCount;
  let size: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    size += textSize(extraAt(i)) + 1;
    for (let j = i; j > 0 && isBefore(extraAt(j), extraAt(j - 1)); j--) {
      const moved = extraAt(j);
      store<u32>(requirementExtras.at(requirement.extras + j), extraAt(j - 1));
      store<u32>(requirementExtras.at(requirement.extras + j - 1), moved);
    }
  }
  const written = allocate(size + 1);
  if (written == 0) return NONE;
  let end = written;
  for (let i: u32 = 0; i < count; i++) {
    memory.copy(end, textAddress(extraAt(i)), textSize(extraAt(i)));
    end += textSize(extraAt(i));
    store<u8>(end++, 0x2c);
  }
  return intern(written, u32(end - written));
}

function extraAt(index: u32): u32 {
  return load<u32>(requirementExtras.at(requirement.extras + index));
}

function isBefore(a: u32, b: u32): bool {
  return compare(textAddress(a), textSize(a), textAddress(b), textSize(b)) < 0;
}
