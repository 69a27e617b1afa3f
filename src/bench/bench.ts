// What the command takes of this room, which is loaded when `bench` is asked for and not before.

import { htmlReport } from "./report/html.ts";
import { markdownReport } from "./report/markdown.ts";
import { type Report, reportText } from "./report.ts";

export { compareReports, slowerThan, USUAL_MATTERS } from "./compare.ts";
export { changeText } from "./figures.ts";
export { type Generated, generateLock } from "./generate/generate.ts";
export { IARNA } from "./job.ts";
export { measure } from "./measure.ts";
export type { Subject } from "./phases.ts";
export { findTools } from "./programs.ts";
export { tableReport } from "./report/table.ts";
export { type LockFacts, newReport, type Report, readReport, reportText } from "./report.ts";

/** By the ending of the file's name. */
export const WRITERS: Readonly<Record<".json" | ".md" | ".html", (report: Report) => string | Promise<string>>> = {
  ".json": reportText,
  ".md": markdownReport,
  ".html": htmlReport,
};
