// The report as one page: charts, tables, nothing loaded from anywhere.
//
// Invariant: it opens from a disk without a network, under a policy that admits its own style and its own script by their
// hashes and nothing else. Without the script everything is there but the sorting. Light or dark as the reader has it.

import { sha256Hex } from "../../lock/sri.ts";
import {
  bytesText,
  changeText,
  lockText,
  machineText,
  NOISY,
  noiseText,
  percent,
  type Row,
  rateText,
  ratioText,
  sectionsOf,
  timeText,
  titleOf,
} from "../figures.ts";
import type { LockFacts, Report } from "../report.ts";
import { fitGrowth, showsGrowth } from "../statistics.ts";
import { breakdownsOf } from "./breakdowns.ts";
import { type Breakdown, breakdownChart } from "./charts/breakdown.ts";
import { changesChart } from "./charts/changes.ts";
import { restartCharts } from "./charts/chart.ts";
import { type Distribution, distributionChart } from "./charts/distributions.ts";
import { growthChart, powerText, type Series } from "./charts/growth.ts";
import { type Child, element, type Markup, verbatim } from "./markup.ts";
import { SCRIPT, STYLE } from "./page.ts";

/** With more locks than this there is a chart for each measure; with fewer, one for each lock. */
const FEW_LOCKS = 4;

export async function htmlReport(report: Report): Promise<string> {
  restartCharts();
  const policy = [
    "default-src 'none'",
    `style-src '${await integrity(STYLE)}'`,
    `script-src '${await integrity(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const [machine = "", ...others] = machineText(report);
  const head = element(
    "head",
    {},
    element("meta", { charset: "utf-8" }),
    element("meta", { "http-equiv": "Content-Security-Policy", content: policy }),
    element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    element("meta", { name: "color-scheme", content: "light dark" }),
    element("title", {}, `pylock2nix bench, ${report.started.slice(0, 10)}`),
    element("style", {}, verbatim(STYLE)),
  );
  const body = element(
    "body",
    {},
    element(
      "header",
      {},
      element("h1", {}, "pylock2nix bench"),
      element("p", { class: "machine" }, machine, ...others.flatMap((line) => [element("br", {}), line])),
      notes(report),
    ),
    element(
      "main",
      {},
      comparisonSection(report),
      locksSection(report),
      distributionSection(report),
      growthSection(report),
      breakdownSection(report),
      tableSection(report),
      methodSection(),
    ),
    element("script", {}, verbatim(SCRIPT)),
  );
  return `<!doctype html>\n${element("html", { lang: "en" }, head, body).markup}\n`;
}

// --- Words first ------------------------------------------------------------------------------------------------------

function notes(report: Report): Markup {
  const noise = noiseText(report);
  const isNoisy = noise.startsWith("noisy");
  const stopped = report.isInterrupted ? `Interrupted after ${report.rounds} rounds.` : null;
  return element("p", { class: isNoisy ? "note warning" : "note", role: "note" }, stopped, stopped && " ", `${noise}.`);
}

function locksSection(report: Report): Markup {
  return section(
    "locks",
    "Locks",
    element(
      "ul",
      { class: "locks" },
      report.locks.map((lock) =>
        element(
          "li",
          {},
          element("strong", {}, lock.label),
          `: ${lockText(lock)}`,
          lock.skipped.length === 0
            ? null
            : element(
                "ul",
                {},
                lock.skipped.map(({ label, reason }) => element("li", {}, `not measured: ${label}: ${reason}`)),
              ),
        ),
      ),
    ),
  );
}

function comparisonSection({ comparison }: Report): Markup | null {
  if (comparison === null) return null;
  const { started, version, overall, rows, matters, onlyOld, onlyNew } = comparison;
  const together = overall === null ? [] : [{ label: "all phases together", change: overall }];
  const all = [...together, ...rows.map((row) => ({ label: titleOf(row), change: row }))];
  const drawn = all.filter(({ change }) => Number.isFinite(change.ratio));
  return section(
    "changes",
    `Changes since ${started.slice(0, 10)}`,
    element(
      "p",
      {},
      `Against pylock2nix ${version}, measured ${started.slice(0, 16).replace("T", " ")} UTC. Lines are intervals: all of them together are wrong in at most one run of twenty. Within the band (${percent(matters)}) nothing is said to have changed.`,
    ),
    figures(drawn.length === 0 ? [] : [changesChart("New time against old", drawn, matters)]),
    table(
      ["What", "Change"],
      all.map(({ label, change }) => [label, changeText(change)]),
      "What changed, in words",
      true,
    ),
    onlyOld.length + onlyNew.length === 0
      ? null
      : element(
          "p",
          {},
          [...onlyOld.map((name) => `only then: ${name}`), ...onlyNew.map((name) => `only now: ${name}`)].join("; "),
        ),
  );
}

// --- Charts -----------------------------------------------------------------------------------------------------------

function distributionSection(report: Report): Markup {
  const own = [...report.locks.map(({ label }) => label), null].flatMap((lock) =>
    sectionsOf(report, lock).map((each) => ({ lock, ...each })),
  );
  const hashing = own.filter(({ lock }) => lock === null);
  const charts = hashing.map(({ rows }) => distributionChart("Hashing 17 MB", labelled(rows)));
  if (report.locks.length <= FEW_LOCKS) {
    const perLock = own.filter(({ lock }) => lock !== null);
    charts.unshift(...perLock.map(({ lock, title, rows }) => distributionChart(`${lock}: ${title}`, labelled(rows))));
  } else {
    const rows = own.filter(({ lock }) => lock !== null).flatMap((each) => each.rows);
    charts.unshift(...byMeasure(rows, report.locks).map(([title, drawn]) => distributionChart(title, drawn)));
  }
  return section(
    "distributions",
    "Distributions",
    element(
      "p",
      {},
      "Hills: how often a call took how long. Boxes: the middle half of all calls, the line in it their median. Dots: the medians of the rounds, each a process of its own.",
    ),
    figures(charts),
  );
}

function labelled(rows: readonly Row[]): Distribution[] {
  return rows.map((row) => ({ label: row.measure.label, row }));
}

/** One chart a measure, its rows the locks by size. */
function byMeasure(rows: readonly Row[], locks: readonly LockFacts[]): [string, Distribution[]][] {
  const sizes = new Map(locks.map(({ label, bytes }) => [label, bytes]));
  const size = ({ measure }: Row) => sizes.get(measure.lock ?? "") ?? 0;
  const titles = [...new Set(rows.map(({ measure }) => measure.label))];
  return titles.map((title) => {
    const own = rows.filter(({ measure }) => measure.label === title).sort((left, right) => size(left) - size(right));
    return [title, own.map((row) => ({ label: `${row.measure.lock} (${bytesText(size(row))})`, row }))];
  });
}

function growthSection(report: Report): Markup | null {
  const formats = [...new Set(report.locks.map(({ format }) => format))];
  const groups = formats.flatMap((format) =>
    ["phase", "library", "command", "program"].flatMap((kind) => {
      const series = seriesOf(report, format, kind);
      return series.length === 0 ? [] : [{ title: `${format}: ${KIND_TITLES[kind]}`, series }];
    }),
  );
  if (groups.length === 0) return null;
  const rows = groups.flatMap(({ title, series }) =>
    series.map(({ label, points, growth }) => [title, label, `${points.length}`, powerText(growth)]),
  );
  return section(
    "growth",
    "Growth",
    element(
      "p",
      {},
      "Time against size in bytes, both logarithmic. The power is fitted by Theil and Sen: 1 grows with the size, 2 with its square; none is given where time does not follow the size.",
    ),
    figures(groups.map(({ title, series }) => growthChart(title, series))),
    table(["Locks", "What", "Sizes", "Power"], rows, "Growth as a table"),
  );
}

const KIND_TITLES: Readonly<Record<string, string>> = {
  phase: "phases",
  library: "parsing alone",
  command: "commands, cold",
  program: "other tools",
};

function seriesOf(report: Report, format: string, kind: string): Series[] {
  const locks = report.locks.filter((lock) => lock.format === format);
  const rows = locks.flatMap(({ label, bytes }) =>
    sectionsOf(report, label)
      .flatMap((each) => each.rows)
      .filter(({ measure }) => measure.kind === kind)
      .map(({ measure, summary }) => ({ label: measure.label, point: [bytes, summary.median] as const })),
  );
  return [...new Set(rows.map(({ label }) => label))].flatMap((label) => {
    const points = rows.filter((row) => row.label === label).map(({ point }) => point);
    return showsGrowth(points) ? [{ label, points, growth: fitGrowth(points) }] : [];
  });
}

function breakdownSection(report: Report): Markup | null {
  const commands = breakdownsOf(report);
  if (commands.length === 0) return null;
  const parts = (rows: readonly Breakdown[]) =>
    rows.map(({ label, parts }) => [label, ...parts.map(({ milliseconds }) => timeText(milliseconds))]);
  return section(
    "breakdown",
    "Where the time of a command goes",
    element("p", {}, "A command is cold: each step is the first of its kind in its process. Medians over the rounds."),
    figures(commands.map(({ title, rows }) => breakdownChart(title, rows))),
    commands.map(({ title, rows }) =>
      table(["Lock", ...rows[0]!.parts.map(({ label }) => label)], parts(rows), `${title}, as a table`),
    ),
  );
}

// --- Tables -----------------------------------------------------------------------------------------------------------

interface Column {
  readonly title: string;
  readonly words: (row: Row) => string;
  /** What the column is sorted by; null sorts by its words. */
  readonly value: ((row: Row) => number) | null;
}

const COLUMNS: readonly Column[] = [
  { title: "Lock", words: ({ measure }) => measure.lock ?? "none", value: null },
  { title: "What", words: ({ measure }) => measure.label, value: null },
  { title: "Kind", words: ({ measure }) => measure.kind, value: null },
  { title: "Ratio", words: ({ ratio }) => ratioText(ratio), value: ({ ratio }) => ratio ?? -1 },
  { title: "Median", words: ({ summary }) => timeText(summary.median), value: ({ summary }) => summary.median },
  { title: "25 %", words: ({ summary }) => timeText(summary.lower), value: ({ summary }) => summary.lower },
  { title: "75 %", words: ({ summary }) => timeText(summary.upper), value: ({ summary }) => summary.upper },
  {
    title: "Spread",
    words: ({ summary: { spread } }) => `${percent(spread)}${spread > NOISY ? ", noisy" : ""}`,
    value: ({ summary }) => summary.spread,
  },
  {
    title: "Outlying",
    words: ({ summary }) => `${summary.outliers} of ${summary.count}`,
    value: ({ summary }) => summary.outliers / summary.count,
  },
  {
    title: "First call",
    words: ({ first }) => (first === null ? "" : timeText(first)),
    value: ({ first }) => first ?? -1,
  },
  {
    title: "Rate",
    words: rateText,
    value: ({ measure, summary }) => (measure.bytes === null ? -1 : measure.bytes / summary.median),
  },
  {
    title: "Rounds",
    words: ({ measure }) => `${measure.rounds.length}`,
    value: ({ measure }) => measure.rounds.length,
  },
];

function tableSection(report: Report): Markup {
  const labels = [...report.locks.map(({ label }) => label), null];
  const rows = labels.flatMap((label) => sectionsOf(report, label).flatMap((each) => each.rows));
  const head = COLUMNS.map(({ title, value }) =>
    element(
      "th",
      { scope: "col", class: value === null ? null : "number" },
      element("button", { type: "button" }, title),
    ),
  );
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      COLUMNS.map(({ words, value }, index) =>
        element(
          index === 1 ? "th" : "td",
          {
            ...(index === 1 && { scope: "row" }),
            class: value === null ? null : "number",
            "data-value": value === null ? null : `${value(row)}`,
          },
          words(row),
        ),
      ),
    ),
  );
  return section(
    "figures",
    "All figures",
    element(
      "p",
      {},
      "Ratios are to reading the same lock, of commands to the command resolve. Quartiles and outliers (Tukey) are over every call of every round. A heading sorts.",
    ),
    scrolling(
      "All figures",
      element(
        "table",
        { class: "sortable" },
        element("caption", {}, `${rows.length} measures`),
        element("thead", {}, element("tr", {}, head)),
        element("tbody", {}, body),
      ),
    ),
  );
}

/** A small table that stands folded under a chart. */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  title: string,
  isOpen: boolean = false,
): Markup {
  return element(
    "details",
    { open: isOpen },
    element("summary", {}, title),
    scrolling(
      title,
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            head.map((cell) => element("th", { scope: "col" }, cell)),
          ),
        ),
        element(
          "tbody",
          {},
          rows.map((row) =>
            element(
              "tr",
              {},
              row.map((cell, index) => element(index === 0 ? "th" : "td", index === 0 ? { scope: "row" } : {}, cell)),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Wide tables scroll in themselves, by keyboard too. */
function scrolling(label: string, content: Markup): Markup {
  return element("div", { class: "scrolling", role: "region", "aria-label": label, tabindex: "0" }, content);
}

function methodSection(): Markup {
  return section(
    "method",
    "How it was measured",
    element(
      "p",
      {},
      "Each round starts new processes and goes through every lock, every command and every tool. In a process each step is called once cold, then until it is warm, then for 60 ms or five times at least; fixed work that is none of this package is measured before and after it. Nothing is left out: outliers are counted. The whole method, and the schema of the JSON report, stand in docs/bench.md.",
    ),
  );
}

function section(id: string, title: string, ...children: readonly Child[]): Markup {
  return element("section", { "aria-labelledby": id }, element("h2", { id }, title), ...children);
}

function figures(charts: readonly Markup[]): Markup | null {
  return charts.length === 0 ? null : element("div", { class: "figures" }, charts);
}

/** As the policy names what it admits. */
async function integrity(text: string): Promise<string> {
  const hex = await sha256Hex(new TextEncoder().encode(text));
  const bytes = hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
  return `sha256-${btoa(String.fromCharCode(...bytes))}`;
}
