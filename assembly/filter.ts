// What a lock installs that states groups and markers on each package: a filter, no search.
// Poetry 2.1: poetry/packages/transitive_package_info.py, TransitivePackageInfo.get_marker.

import { NONE } from "../src/abi";
import { ALWAYS, all, any, groupChosen, NEVER } from "./condition";
import { install } from "./installed";
import { EXTRA_SET, evaluateMarker } from "./pep508";
import { membershipAt, packageAt, packages } from "./tables";

/** Over the chosen groups that a package is in, at least one marker must hold. */
export function filter(): void {
  for (let row: u32 = 0; row < packages.count; row++) {
    const item = packageAt(row);
    let condition = NEVER;
    for (let i: u32 = 0; i < item.membershipCount; i++) {
      const membership = membershipAt(item.memberships + i);
      const marker = membership.marker == NONE ? ALWAYS : evaluateMarker(membership.marker, EXTRA_SET);
      condition = any(condition, all(groupChosen(membership.group), marker));
    }
    if (condition != NEVER) install(row, condition);
  }
}
