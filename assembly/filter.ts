// What a lock installs that states groups and markers on each package: a filter, no search.
// Poetry 2.1: poetry/packages/transitive_package_info.py, TransitivePackageInfo.get_marker. The other formats: assembly/rules.ts
// says how their markers are evaluated.

import { NONE } from "../src/abi";
import { all, ALWAYS, any, groupChosen, NEVER } from "./condition";
import { install } from "./installed";
import { evaluateMarker } from "./pep508";
import { extraPolicy, isForTarget } from "./rules";
import { extensionAt, membershipAt, packageAt, packages } from "./tables";

/** Over the chosen groups that an entry is in, at least one marker must hold; over a package's entries, one entry. */
export function filter(): void {
  for (let row: u32 = 0; row < packages.count; row++) {
    const item = packageAt(row);
    if (!isForTarget(item)) continue;
    let condition = membershipCondition(item.memberships, item.membershipCount);
    for (let each = item.extensions; each != NONE; each = extensionAt(each).next) {
      const extension = extensionAt(each);
      extension.condition = membershipCondition(extension.memberships, extension.membershipCount);
      condition = any(condition, extension.condition);
    }
    if (condition != NEVER) install(row, condition);
  }
}

function membershipCondition(from: u32, count: u32): u32 {
  let condition = NEVER;
  for (let i: u32 = 0; i < count; i++) {
    const membership = membershipAt(from + i);
    const marker = membership.marker == NONE ? ALWAYS : evaluateMarker(membership.marker, extraPolicy());
    condition = any(condition, all(membership.group == NONE ? ALWAYS : groupChosen(membership.group), marker));
  }
  return condition;
}
