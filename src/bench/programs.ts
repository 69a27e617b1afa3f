// What is measured as a process of its own: this package's commands, cold, and the tools that read the same lock.
//
// Invariant: nothing is written outside the run's own folder, which holds copies of the lock and its pyproject.toml: other
// people's tools are run there. None of them may use the network.

import { findProgram, type Program, runProgram, thisProgram } from "../runtime/node/bench.ts";
import { join, packageFolder } from "../runtime/node.ts";
import type { Subject } from "./phases.ts";
import type { MeasureKind } from "./report.ts";

/** A program with the words that make it do one thing. */
export interface Errand {
  readonly id: string;
  readonly kind: MeasureKind;
  readonly label: string;
  readonly program: Program;
}

/** What every command of ours pays as well, and is held against from one run to the next. */
export const RUNTIME_START = "runtime-start";

/** The runtime alone; `account` is where runtime/node/bench.ts's ACCOUNT stands. */
export function runtimeStart(account: string): Errand {
  const [command] = thisProgram();
  return ofRuntime(RUNTIME_START, "control", "Node's own start", [command, "-e", "0"], account);
}

/** Commands that start, read the lock and do their work. `folder` is the run's own for this lock. */
export function ownCommands({ path, target }: Subject, folder: string, account: string): Errand[] {
  const own = (id: string, label: string, words: readonly string[]) =>
    ofRuntime(id, "command", label, [...thisProgram(), ...words], account);
  const start = own("command-start", "pylock2nix --version", ["--version"]);
  if (target === null) return [start];
  const one = ["--target", target.target, ...(target.python === undefined ? [] : ["--python", target.python])];
  return [
    start,
    own("command-resolve", "pylock2nix resolve (one target)", ["resolve", path, ...one, "--json"]),
    own("command-nix", "pylock2nix nix (all usual targets)", ["nix", path, "--allow-stale", "-o", folder]),
  ];
}

/** The tools that are here and read this format. */
export function otherTools(subject: Subject, tools: readonly Tool[], folder: string): Errand[] {
  const name = subject.path.split(/[\\/]/).at(-1)!;
  return tools.flatMap((tool) =>
    tool.errands(subject, folder, join(folder, name)).map(({ id, label, words }) => ({
      id,
      kind: "program",
      label: `${tool.name} ${tool.version}: ${label}`,
      program: { command: tool.path, words, folder, ...(tool.variables && { variables: tool.variables }) },
    })),
  );
}

export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly errands: (
    subject: Subject,
    folder: string,
    lock: string,
  ) => { id: string; label: string; words: string[] }[];
}

/** Those of the known tools that can be run here, with their versions. */
export async function findTools(): Promise<Tool[]> {
  const found = await Promise.all(
    TOOLS.map(async ({ program, ...tool }): Promise<Tool | null> => {
      const path = findProgram(program);
      if (path === null) return null;
      const { code, output } = await runProgram({ command: path, words: ["--version"], wantsOutput: true });
      const version = /\d+\.\d+(?:\.\d+)*/.exec(output)?.[0];
      return code === 0 && version !== undefined ? { ...tool, path, version } : null;
    }),
  );
  return found.filter((tool) => tool !== null);
}

/** `id` names the measure, so it may not change; the label says exactly what is run. */
const TOOLS: readonly (Omit<Tool, "path" | "version"> & { readonly program: string })[] = [
  {
    name: "uv",
    program: "uv",
    variables: undefined,
    errands: ({ format, pyproject }) =>
      format !== "uv" || pyproject === null
        ? []
        : [
            {
              id: "uv-export",
              label: "uv export --frozen",
              words: ["export", "--frozen", "--offline", "--quiet", "--no-emit-project"],
            },
          ],
  },
  {
    name: "Poetry",
    program: "poetry",
    // Without a virtual environment nothing is made; a dry run only says what it would install here.
    variables: { POETRY_VIRTUALENVS_CREATE: "false" },
    errands: ({ format, pyproject }) =>
      format !== "poetry" || pyproject === null
        ? []
        : [
            {
              id: "poetry-install",
              label: "poetry install --dry-run",
              words: ["install", "--dry-run", "--no-root", "--no-interaction", "--quiet"],
            },
          ],
  },
  {
    name: "Nix",
    program: "nix-instantiate",
    variables: undefined,
    errands: ({ format, target }, folder, lock) => {
      const evaluate = (expression: string) => ["--eval", "--expr", `builtins.deepSeq (${expression}) 1`];
      const read = `builtins.readFile ${nixText(lock)}`;
      const parse = { pipfile: "fromJSON", poetry: "fromTOML", uv: "fromTOML", pdm: "fromTOML", pylock: "fromTOML" };
      const parser = (parse as Partial<Record<typeof format, string>>)[format];
      const load = `(import (/. + ${nixText(join(packageFolder, "nix/load.nix"))}) { projectDir = /. + ${nixText(folder)}; }).packages`;
      return [
        ...(parser === undefined
          ? []
          : [
              {
                id: "nix-parse",
                label: `builtins.${parser} of the lock`,
                words: evaluate(`builtins.${parser} (${read})`),
              },
            ]),
        ...(target === null ? [] : [{ id: "nix-frozen", label: "loading the frozen file", words: evaluate(load) }]),
        { id: "nix-start", label: "evaluating nothing", words: ["--eval", "--expr", "1"] },
      ];
    },
  },
];

/** A string of Nix: JSON's escapes are Nix's, but for what opens an interpolation. */
function nixText(text: string): string {
  return JSON.stringify(text).replaceAll("$", "\\$");
}

function ofRuntime(id: string, kind: MeasureKind, label: string, line: readonly string[], account: string): Errand {
  const [command = "", ...words] = line;
  return { id, kind, label, program: { command, words, account } };
}
