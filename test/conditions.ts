// Conditions of an open resolution, evaluated for one selection.
import type { Condition } from "../src/lock/open.ts";

/** The value of each condition when exactly these groups and extras are chosen, and of a workspace these members. */
export function evaluated(
  conditions: readonly Condition[],
  groups: ReadonlySet<string>,
  extras: ReadonlySet<string>,
  members: ReadonlySet<string> = new Set(),
  isAlone = false,
): boolean[] {
  const values: boolean[] = [];
  for (const condition of conditions) {
    if (typeof condition === "boolean") values.push(condition);
    else if ("group" in condition) values.push(groups.has(condition.group));
    else if ("extra" in condition) values.push(extras.has(condition.extra));
    else if ("member" in condition) values.push(condition.member === null ? isAlone : members.has(condition.member));
    else if ("not" in condition) values.push(!values[condition.not]);
    else if ("all" in condition) values.push(condition.all.every((member) => values[member]));
    else values.push(condition.any.some((member) => values[member]));
  }
  return values;
}
