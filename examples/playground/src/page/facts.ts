// What the lock is, in one line, and what it is warned of.

import type { LockFacts } from "../engine/protocol.ts";
import { byId, fill, h } from "./dom.ts";
import { terminal } from "./terminal.ts";
import { counted, TOOLS } from "./words.ts";

export function showFacts({
  name,
  format,
  version,
  python,
  packages,
  hasProject,
  fresh,
  because,
  warnings,
}: LockFacts): void {
  const words = [
    `${TOOLS[format] ?? format}${version === null ? "" : `, version ${version}`}`,
    ...(python === null ? [] : [`Python ${python}`]),
    counted(packages, "package"),
  ];
  fill(
    byId("facts"),
    h("h2", {}, name),
    h("p", {}, ...words.map((text) => h("span", {}, text)), badge(fresh, because, hasProject)),
    warnings.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, counted(warnings.length, "warning")),
        ...warnings.map((text) => terminal(text)),
      ),
  );
}

function badge(fresh: boolean | null, because: string | null, hasProject: boolean): HTMLElement | null {
  if (fresh === true) return h("span", { class: "badge is-good" }, "fresh");
  if (fresh === false) {
    const what = because === null ? "" : `: ${because}`;
    return h("span", { class: "badge is-bad" }, `stale${what}`);
  }
  return hasProject ? h("span", { class: "badge" }, "with pyproject.toml") : null;
}
