// What of a frozen resolution no target can install, in short: which packages have no file on which targets, and why.
//
// Invariant: one entry for one package and one reason, the targets in the order of the file.

import type { FileReason, Verdict } from "../lock/explain.ts";
import type { FrozenParts } from "../lock/frozen.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { type Recorded, variantsOf, writtenPackage } from "./recorded.ts";

/** A package that some targets cannot install. */
export interface Uninstallable {
  /** "name version". */
  readonly package: string;
  /** Which ones. */
  readonly targets: readonly string[];
  /** Why, for people. */
  readonly because: string;
}

/** A package and those of the targets that take it and find no file. */
export interface Gap {
  /** Its place in the lock. */
  readonly row: number;
  readonly title: string;
  readonly targets: readonly string[];
}

/** Read from what was frozen, before the core is asked again. */
export function gapsOf(parts: FrozenParts, recorded: Recorded, targets: readonly { readonly target: string }[]): Gap[] {
  const names = new Set(targets.map(({ target }) => target));
  const chosen = parts.targets.map((each) => ({ ...each, variant: variantsOf(parts, each.variants) }));
  return parts.lines.flatMap((line, index): Gap[] => {
    const own = recorded.variants.get(index);
    if (!line.isUninstallable && own === undefined) return [];
    const { name, version, variants } = writtenPackage(parts, recorded, index);
    const without = chosen.filter(({ target, error, variant }, at) => {
      const taken = error !== null || !names.has(target) ? -1 : (own?.[at] ?? variant()[index]!);
      return taken >= 0 && variants[taken]![0] < 0;
    });
    if (without.length === 0) return [];
    return [{ row: line.row, title: `${name} ${version ?? ""}`.trim(), targets: without.map(({ target }) => target) }];
  });
}

/** The gaps with their reasons. */
export function explainGaps(
  lock: Lockfile,
  gaps: readonly Gap[],
  targets: readonly { readonly target: string; readonly python?: string }[],
): Uninstallable[] {
  const found = new Map<string, { package: string; targets: string[]; because: string }>();
  for (const each of targets) {
    const open = gaps.filter((gap) => gap.targets.includes(each.target));
    if (open.length === 0) continue;
    const rows = open.map(({ row }) => row);
    const verdicts = lock.verdicts({ ...each, groups: [], extras: [] }, rows);
    open.forEach(({ title }, index) => {
      const because = reasonOf(verdicts?.[index] ?? []);
      const key = `${title}\0${because}`;
      const known = found.get(key) ?? { package: title, targets: [], because };
      known.targets.push(each.target);
      found.set(key, known);
    });
  }
  return [...found.values()];
}

/** What comes nearest to fitting is what people can do something about. */
function reasonOf(files: readonly FileReason[]): string {
  const wheels = files.filter(({ name }) => name.endsWith(".whl"));
  if (wheels.length === 0) return files.length === 0 ? "the lock has no file of it" : "the lock has no wheel of it";
  const has = (verdict: Verdict): boolean => wheels.some((each) => each.verdict === verdict);
  if (has("fits") || has("barred")) return "its wheels are ruled out";
  if (has("floor")) {
    const { name } = wheels.find(({ verdict }) => verdict === "floor")!;
    return `its wheels need a newer system: ${platformOf(name)}`;
  }
  return has("platform") ? "no wheel is for this system" : "no wheel is for this Python";
}

function platformOf(wheel: string): string {
  return wheel.replace(/\.whl$/, "").slice(wheel.lastIndexOf("-") + 1);
}
