// The report for a terminal: a table for each lock, what was compared, how noisy it was.

import { visibleText } from "../../words/errors.ts";
import {
  changeText,
  lockText,
  machineText,
  NOISY,
  noiseText,
  percent,
  rateText,
  ratioText,
  type Section,
  sectionsOf,
  timeText,
  titleOf,
} from "../figures.ts";
import type { Report } from "../report.ts";

export function tableReport(report: Report): string {
  const blocks = [machineText(report)];
  for (const lock of report.locks) {
    const lines = [`${lock.label}: ${lockText(lock)}`];
    for (const section of sectionsOf(report, lock.label)) lines.push(...sectionLines(section));
    for (const { label, reason } of lock.skipped) lines.push(`  not measured: ${label}: ${reason}`);
    blocks.push(lines);
  }
  for (const section of sectionsOf(report, null)) blocks.push(sectionLines(section).map((line) => line.slice(2)));
  blocks.push(comparisonLines(report), [noiseText(report)]);
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(visibleText).join("\n"))
    .join("\n\n")}\n`;
}

const HEAD = ["x", "median", "quartiles", "spread", "first call", "rate"];

function sectionLines({ title, unit, rows }: Section): string[] {
  const cells = rows.map((row) => [
    row.measure.label,
    ratioText(row.ratio),
    timeText(row.summary.median),
    `${timeText(row.summary.lower)} - ${timeText(row.summary.upper)}`,
    percent(row.summary.spread),
    row.first === null ? "" : timeText(row.first),
    rateText(row),
    [
      row.summary.spread > NOISY ? "noisy" : "",
      row.summary.outliers > 0 ? `${row.summary.outliers} of ${row.summary.count} outlying` : "",
    ]
      .filter((words) => words !== "")
      .join(", "),
  ]);
  return aligned([[`${title} (x: ${unit})`, ...HEAD, ""], ...cells]).map((line) => `  ${line}`);
}

function comparisonLines({ comparison }: Report): string[] {
  if (comparison === null) return [];
  const { started, version, overall, rows, onlyOld, onlyNew } = comparison;
  const lines = [`against pylock2nix ${version}, ${started.slice(0, 16).replace("T", " ")} UTC`];
  const words = rows.map((row) => [titleOf(row), changeText(row)]);
  const all = overall === null ? [] : [["all phases together", changeText(overall)]];
  const width = Math.max(0, ...[...words, ...all].map(([title]) => title!.length));
  lines.push(...[...words, ...all].map(([title, change]) => `  ${title!.padEnd(width)}  ${change}`));
  if (onlyOld.length > 0) lines.push(`  only then: ${onlyOld.join("; ")}`);
  if (onlyNew.length > 0) lines.push(`  only now: ${onlyNew.join("; ")}`);
  return lines;
}

/** The first and the last column to the left, numbers to the right. Columns without anything are left out. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const used = rows[0]!.map((_, column) => rows.slice(1).some((row) => row[column] !== ""));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const last = widths.length - 1;
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === last ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .filter((_, column) => used[column])
      .join("  ")
      .trimEnd(),
  );
}
