// A failure as data: which one, where in which input, and what stands there. nix/messages.nix has the words.
//
//   { code, input, offset, size, line, column, detail, byte, found }
//
//   code    STATUS_*                     input   "lock", "project", or null: the argument, or nowhere in particular
//   offset, size                         bytes; line and column count from 1, of the lock, else null
//   detail  a number or a text that belongs to the message, or null
//   byte    the first byte of the span, or null        found   the span as it can be shown, at most 60 characters

import {
  NONE,
  STATUS_AMBIGUOUS,
  STATUS_CONDA_PLATFORM,
  STATUS_CONFLICT,
  STATUS_GROUP_PYTHON,
  STATUS_LOCK_DUPLICATE,
  STATUS_LOCK_EDGE,
  STATUS_LOCK_OTHER_FILE,
  STATUS_PLATFORM_REFUSED,
  STATUS_PYLOCK_OTHER_NAME,
  STATUS_PYLOCK_OTHER_VERSION,
  STATUS_PYLOCK_PACKAGE_PYTHON,
  STATUS_PYTHON_REFUSED,
  STATUS_REQUIREMENTS_DISJOINT,
  STATUS_SELECTED_TWICE,
  STATUS_UNSATISFIABLE,
} from "../../src/core/abi";
import { Problem } from "../lock/tables";
import { failureAddress, failureDetail, failureSize, status } from "../memory/status";
import { cleaned, cleanedSize } from "./clean";
import { makeInteger, makeString } from "./host";
import { column, IN_LOCK, IN_PROJECT, inputOf, inputStart, line, locate, restoreLock } from "./input";
import { closeSet, nullValue, openSet, put, textValue, wordValue } from "./values";

/** Characters of a span that a message shows (src/words/errors.ts, `found`). */
const FOUND_LIMIT: u32 = 60;
/** A constraint stands in its message as a whole. */
const CONSTRAINT_LIMIT: u32 = 1024;

/** The failure in the status. */
export function failureValue(): u32 {
  return failure(status(), failureAddress(), failureSize(), failureDetail());
}

export function problemValue(problem: Problem): u32 {
  return failure(problem.status, problem.address, problem.size, problem.detail);
}

function failure(code: u32, address: usize, size: u32, detail: u32): u32 {
  const input = inputOf(address);
  const isKnown = input != NONE;
  // Before the lock's bytes are restored: the text may be one that was unescaped where it stands.
  const words = detailValue(code, detail);
  if (input == IN_LOCK) {
    restoreLock();
    locate(address);
  }
  const from = openSet();
  put("code", makeInteger(code));
  put("input", inputValue(input));
  put("offset", isKnown ? makeInteger(address - inputStart(input)) : nullValue());
  put("size", isKnown ? makeInteger(size) : nullValue());
  put("line", input == IN_LOCK ? makeInteger(line) : nullValue());
  put("column", input == IN_LOCK ? makeInteger(column) : nullValue());
  put("detail", words);
  put("byte", isKnown && size != 0 ? makeInteger(load<u8>(address)) : nullValue());
  const isConstraint = code == STATUS_PYTHON_REFUSED || (!isDefined(WITHOUT_UV) && code == STATUS_GROUP_PYTHON);
  const limit = isConstraint ? CONSTRAINT_LIMIT : FOUND_LIMIT;
  const found = cleaned(address, isKnown ? size : 0, limit);
  put("found", makeString(found, cleanedSize()));
  return closeSet(from);
}

function inputValue(input: u32): u32 {
  if (input == IN_LOCK) return wordValue("lock");
  return input == IN_PROJECT ? wordValue("project") : nullValue();
}

function detailValue(code: u32, detail: u32): u32 {
  if (detail == NONE) return nullValue();
  if (code == STATUS_AMBIGUOUS || code == STATUS_UNSATISFIABLE || code == STATUS_PYTHON_REFUSED)
    return textValue(detail);
  if (!isDefined(WITHOUT_FLAT) && isFlatText(code)) return textValue(detail);
  return !isDefined(WITHOUT_UV) && isGraphText(code) ? textValue(detail) : makeInteger(detail);
}

/** Whether the detail is a text, of the failures that only flat locks have (src/lock/lockfile.ts, TEXT_DETAILS). */
function isFlatText(code: u32): bool {
  return (
    code == STATUS_PYLOCK_OTHER_NAME ||
    code == STATUS_PYLOCK_OTHER_VERSION ||
    code == STATUS_PYLOCK_PACKAGE_PYTHON ||
    code == STATUS_SELECTED_TWICE ||
    code == STATUS_REQUIREMENTS_DISJOINT ||
    code == STATUS_CONDA_PLATFORM
  );
}

/** Whether the detail is a text, of the failures that only uv.lock has (src/lock/lockfile.ts, TEXT_DETAILS). */
function isGraphText(code: u32): bool {
  return (
    code == STATUS_LOCK_EDGE ||
    code == STATUS_LOCK_DUPLICATE ||
    code == STATUS_LOCK_OTHER_FILE ||
    code == STATUS_CONFLICT ||
    code == STATUS_PLATFORM_REFUSED ||
    code == STATUS_GROUP_PYTHON
  );
}
