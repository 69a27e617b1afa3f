// The parts of a whole command: what is known of each step when it is the first of its kind, and the rest.

import { summaryOf } from "../figures.ts";
import { RUNTIME_START } from "../programs.ts";
import type { Measure, Report } from "../report.ts";
import { median } from "../statistics.ts";
import type { Breakdown } from "./charts/breakdown.ts";

interface Command {
  readonly id: string;
  readonly title: string;
  /** The phases that it goes through, each with what it is called here. */
  readonly phases: Readonly<Record<string, string>>;
}

const COMMANDS: readonly Command[] = [
  {
    id: "command-resolve",
    title: "pylock2nix resolve, one target",
    phases: { read: "reading the lock", "resolve-one": "resolving" },
  },
  {
    id: "command-nix",
    title: "pylock2nix nix, all usual targets",
    phases: { read: "reading the lock", freeze: "freezing" },
  },
];

export function breakdownsOf(report: Report): { title: string; rows: Breakdown[] }[] {
  return COMMANDS.flatMap(({ id, title, phases }) => {
    const rows = report.locks.flatMap(({ label }) => {
      const own = report.measures.filter(({ lock }) => lock === label);
      const row = breakdown(own, id, phases);
      return row === null ? [] : [{ label, parts: row }];
    });
    return rows.length === 0 ? [] : [{ title, rows }];
  });
}

function breakdown(own: readonly Measure[], id: string, phases: Command["phases"]): Breakdown["parts"] | null {
  const of = (name: string) => own.find((measure) => measure.id === name);
  const [whole, runtime, start] = [id, RUNTIME_START, "command-start"].map(of);
  if (whole === undefined || runtime === undefined || start === undefined) return null;
  const runtimeTime = summaryOf(runtime).median;
  const parts = [
    { label: "Node's own start", milliseconds: runtimeTime },
    { label: "loading the program", milliseconds: Math.max(0, summaryOf(start).median - runtimeTime) },
  ];
  for (const [name, label] of Object.entries(phases)) {
    const firsts = of(name)?.rounds.flatMap(({ first }) => first ?? []) ?? [];
    if (firsts.length === 0) return null;
    parts.push({ label, milliseconds: median(firsts) });
  }
  const known = parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return [...parts, { label: "the rest", milliseconds: Math.max(0, summaryOf(whole).median - known) }];
}
