// Names as PEP 503 normalises them: packages, extras and dependency groups alike. The core does the same in assembly/standards/name.ts.

/** Lower case, with each run of `-`, `_` and `.` as one `-`. */
export function normalizeName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}
