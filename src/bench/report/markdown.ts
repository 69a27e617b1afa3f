// The report for a pull request: what changed first, then a table for each lock, all of it plain Markdown of GitHub's kind.

import {
  changeText,
  lockText,
  machineText,
  NOISY,
  noiseText,
  percent,
  ratioText,
  type Section,
  sectionsOf,
  timeText,
  titleOf,
} from "../figures.ts";
import type { Report } from "../report.ts";

export function markdownReport(report: Report): string {
  const blocks = ["## pylock2nix bench", ...comparison(report)];
  for (const lock of report.locks) {
    blocks.push(`### ${plain(lock.label)}`, plain(lockText(lock)));
    blocks.push(...sectionsOf(report, lock.label).map(sectionTable));
    if (lock.skipped.length > 0) {
      blocks.push(
        lock.skipped.map(({ label, reason }) => `- not measured: ${plain(`${label}: ${reason}`)}`).join("\n"),
      );
    }
  }
  const others = sectionsOf(report, null);
  if (others.length > 0) blocks.push("### Hashing", ...others.map(sectionTable));
  blocks.push(
    plain(`${noiseText(report)}.`),
    machineText(report)
      .map((line) => `- ${plain(line)}`)
      .join("\n"),
  );
  return `${blocks.join("\n\n")}\n`;
}

function comparison({ comparison }: Report): string[] {
  if (comparison === null) return [];
  const { version, started, overall, rows } = comparison;
  const together = overall === null ? [] : [["**all phases together**", `**${plain(changeText(overall))}**`]];
  const all = [...together, ...rows.map((row) => [plain(titleOf(row)), plain(changeText(row))])];
  return [
    `Against pylock2nix ${plain(version)}, ${started.slice(0, 16).replace("T", " ")} UTC:`,
    tableText(["", "change"], [], all),
  ];
}

function sectionTable({ title, unit, rows }: Section): string {
  const cells = rows.map(({ measure, ratio, summary }) => [
    plain(measure.label),
    ratioText(ratio),
    timeText(summary.median),
    `${timeText(summary.lower)} – ${timeText(summary.upper)}`,
    `${percent(summary.spread)}${summary.spread > NOISY ? ", noisy" : ""}`,
    `${summary.outliers} of ${summary.count}`,
  ]);
  return tableText([title, `× ${plain(unit)}`, "median", "quartiles", "spread", "outlying"], [1, 2, 3, 4, 5], cells);
}

function tableText(head: readonly string[], numbers: readonly number[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (numbers.includes(column) ? "---:" : "---"));
  return [head, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Text as text: nothing of a lock's name is a table's edge, a tag, a link or emphasis. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}]/gu, " ").replace(/[\\`*_{}[\]<>|#&~]/g, (character) => `\\${character}`);
}
