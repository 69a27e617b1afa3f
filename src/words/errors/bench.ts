// Words for measuring: reports that cannot be read, and runs that gave nothing.

import { orList, type ShellWords } from "./words.ts";

export type BenchCode =
  | "not-a-report"
  | "report-schema"
  | "report-kind"
  | "report-folder"
  | "report-unwritable"
  | "bench-stopped"
  | "lock-twice"
  | "needs-option"
  | "slower"
  | "bad-number";

export const BENCH_WORDS: ShellWords<BenchCode> = {
  "not-a-report": {
    message: ({ text, detail }) => `\`${text}\` is no report of \`pylock2nix bench\`: ${detail}`,
    hint: () => "`--compare` wants what `pylock2nix bench --report FILE.json` wrote",
  },
  "report-schema": {
    message: ({ text, detail, known }) =>
      `cannot compare with \`${text}\`: its schema is ${detail}, this version reads ${orList(known)}`,
    hint: () => "measure again with the version that you have now, and keep that report",
  },
  "report-kind": {
    message: ({ text }) => `\`--report\` cannot be \`${text}\`: its ending says the kind`,
    hint: ({ known }) => `end it with ${orList(known)}`,
    exit: 2,
  },
  "report-folder": {
    message: ({ text }) => `\`--report\` cannot be \`${text}\`: it is a folder`,
    exit: 2,
  },
  "report-unwritable": {
    message: ({ text }) => `no report was written: ${text}`,
    hint: () => "what was measured is in the table; `--json` prints all of it",
  },
  "needs-option": {
    message: ({ text, detail }) => `\`${text}\` needs \`${detail}\` beside it`,
    exit: 2,
  },
  "bench-stopped": {
    message: () => "stopped before the first round was whole: there is nothing to show",
    hint: () => "a round measures everything once; fewer locks or `--no-peers` make it shorter",
  },
  "lock-twice": {
    message: ({ text }) => `\`${text}\` is given more than once`,
    exit: 2,
  },
  slower: {
    message: ({ text, detail }) => `slower than \`--fail-above ${detail}\` allows: ${text}`,
  },
  "bad-number": {
    message: ({ text, detail }) => `\`${detail}\` cannot be \`${text}\``,
    hint: ({ known }) => `expected ${orList(known)}`,
    exit: 2,
  },
};
