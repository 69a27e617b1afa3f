// What a lock installs that states groups and markers on each package: a filter, no search.
// Poetry 2.1: poetry/packages/transitive_package_info.py, TransitivePackageInfo.get_marker. The other formats: assembly/resolve/rules.ts
// says how their markers are evaluated.

import { NONE } from "../../src/core/abi";
import { extensionAt, membershipAt, packageAt, packages } from "../lock/tables";
import { BLOCK, Scratch } from "../memory/arena";
import { texts } from "../memory/intern";
import { ALWAYS, all, any, groupChosen, NEVER, not } from "../standards/condition";
import { evaluateMarker } from "../standards/pep508/evaluation";
import { install } from "./installed";
import { extraPolicy, isForTarget, lastEntryCounts } from "./rules";

/** For each name the condition under which a later entry of it is installed, + 1. */
let later: usize = 0;
const laterMemory: Scratch = changetype<Scratch>(memory.data(BLOCK));

/** Over the chosen groups that an entry is in, at least one marker must hold; over a package's entries, one entry. */
export function filter(): void {
  const isLastOnly = !isDefined(WITHOUT_FLAT) && lastEntryCounts();
  if (!isDefined(WITHOUT_FLAT) && isLastOnly) later = laterMemory.zeroed(usize(texts.count) << 2);
  for (let row = i32(packages.count) - 1; row >= 0; row--) {
    const item = packageAt(row);
    if (!isDefined(WITHOUT_FLAT) && !isForTarget(item)) continue;
    let condition = membershipCondition(item.memberships, item.membershipCount);
    if (!isDefined(WITHOUT_FLAT)) {
      for (let each = item.extensions; each != NONE; each = extensionAt(each).next) {
        const extension = extensionAt(each);
        extension.condition = membershipCondition(extension.memberships, extension.membershipCount);
        condition = any(condition, extension.condition);
      }
      if (isLastOnly) condition = unlessLater(item.name, condition);
    }
    if (condition != NEVER) install(row, condition);
  }
}

/** The condition without the selections in which a later entry of the name takes the place. */
function unlessLater(name: u32, condition: u32): u32 {
  if (condition == NEVER) return NEVER;
  if (!ASC_NO_ASSERT) assert(name < texts.count);
  const slot = later + (usize(name) << 2);
  const known = load<u32>(slot);
  store<u32>(slot, (known == 0 ? condition : any(known - 1, condition)) + 1);
  return known == 0 ? condition : all(condition, not(known - 1));
}

function membershipCondition(from: u32, count: u32): u32 {
  let condition = NEVER;
  for (let i: u32 = 0; i < count; i++) {
    const membership = membershipAt(from + i);
    const marker = membership.marker == NONE ? ALWAYS : evaluateMarker(membership.marker, extraPolicy());
    condition = any(
      condition,
      all(!isDefined(WITHOUT_FLAT) && membership.group == NONE ? ALWAYS : groupChosen(membership.group), marker),
    );
  }
  return condition;
}
