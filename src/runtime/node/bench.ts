// What `bench` needs of Node.js: processes that measure, programs that are timed, the machine's facts, a folder for a while.
//
// Invariant: nothing is left behind: the folder is removed and every process is ended however the run ends.

import { type ChildProcess, fork, spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { shellError } from "../../words/errors.ts";
import { system } from "../node.ts";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  /** Processes that were waiting for a core when the run began, over the last minute; null where the system does not say. */
  readonly load: number | null;
}

export function machine(): Machine {
  const load = loadavg()[0]!;
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory: totalmem(),
    system: system(),
    node: process.version.slice(1),
    load: process.platform === "win32" ? null : Math.round(load * 100) / 100,
  };
}

// --- Processes --------------------------------------------------------------------------------------------------------

const running = new Set<ChildProcess>();

/**
 * Starts a module in a process of its own, hands it a message and hears what it says, until it ends. It can call the
 * collector. What it printed as an error, and whether it was stopped, is the answer.
 */
export function runModule<Message>(
  file: string,
  message: object,
  hear: (message: Message) => void,
): Promise<{ readonly isStopped: boolean; readonly problems: string }> {
  return new Promise((resolve, reject) => {
    const child = fork(file, [], {
      execArgv: ["--expose-gc"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    running.add(child);
    let problems = "";
    child.stderr!.on("data", (chunk) => {
      problems += chunk;
    });
    child.on("message", (said) => hear(said as Message));
    child.on("error", reject);
    child.on("close", (_, signal) => {
      running.delete(child);
      resolve({ isStopped: signal !== null, problems });
    });
    // It may have ended already, which `close` tells.
    child.send(message, () => undefined);
  });
}

export interface Program {
  readonly command: string;
  readonly words: readonly string[];
  readonly folder?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** What it prints is kept; otherwise it prints into nothing, which disturbs less. */
  readonly wantsOutput?: boolean;
  /** Where ACCOUNT stands, for this runtime, which can be asked for its processor time. */
  readonly account?: string;
}

export interface ProgramOutcome {
  /** From its start to its end. */
  readonly milliseconds: number;
  /** Its processor time in milliseconds; null where it was not asked for, or did not get as far as saying it. */
  readonly processor: number | null;
  readonly code: number | null;
  readonly output: string;
  readonly problems: string;
}

/**
 * A module that says on the fourth stream what processor time its process has had. CommonJS, which does not start what loads
 * other modules; it costs less than a millisecond, and the runtime's own start, which is measured too, pays it as well.
 */
export const ACCOUNT =
  'process.on("exit", () => { const { user, system } = process.cpuUsage(); require("node:fs").writeSync(3, String(user + system)); });\n';

/** Runs a program to its end; its input is empty. A program that cannot be started has no exit code. */
export function runProgram(program: Program): Promise<ProgramOutcome> {
  const { command, words, folder, variables, wantsOutput, account } = program;
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(command, account === undefined ? words : ["--require", account, ...words], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1", ...variables },
      stdio: ["ignore", wantsOutput === true ? "pipe" : "ignore", "pipe", account === undefined ? "ignore" : "pipe"],
    });
    running.add(child);
    const texts = ["", "", ""];
    for (const [index, stream] of child.stdio.slice(1).entries()) {
      stream?.on("data", (chunk) => {
        texts[index] += chunk;
      });
    }
    const end = (code: number | null) => {
      running.delete(child);
      const [output = "", problems = "", time = ""] = texts;
      const processor = /^\d+$/.test(time) ? Number(time) / 1000 : null;
      resolve({ milliseconds: performance.now() - started, processor, code, output, problems });
    };
    child.on("error", () => end(null));
    child.on("close", end);
  });
}

/** This program, as it was started: the runtime, and the words before the command's own. */
export function thisProgram(): readonly [command: string, ...words: string[]] {
  return [process.execPath, realpathSync(process.argv[1]!)];
}

/** Calls back when the user wants the end (Ctrl-C); the second time, the program just ends. Undone by what it returns. */
export function onInterrupt(work: () => void): () => void {
  const handler = () => {
    work();
    for (const child of running) child.kill("SIGKILL");
  };
  process.once("SIGINT", handler).once("SIGTERM", handler);
  return () => void process.off("SIGINT", handler).off("SIGTERM", handler);
}

// --- Files ------------------------------------------------------------------------------------------------------------

/** A new folder that is removed when the program ends. */
export function temporaryFolder(): string {
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), "pylock2nix-bench-"));
  } catch (error) {
    throw shellError("file-unwritable", { text: tmpdir(), detail: String(error), path: tmpdir() });
  }
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where a program is that can be run, as the shell would look for it. */
export function findProgram(name: string): string | null {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, `${name}${ending}`);
      try {
        accessSync(path, constants.X_OK);
        if (statSync(path).isFile()) return path;
      } catch {
        // Not there.
      }
    }
  }
  return null;
}

/** A library, by the file to import. */
export interface Library {
  readonly name: string;
  readonly version: string;
  readonly file: string;
}

/** A library that the user has: as this folder, or this package, would import it. */
export function findLibrary(name: string): Library | null {
  for (const from of [join(process.cwd(), "package.json"), import.meta.filename]) {
    try {
      const file = createRequire(from).resolve(name);
      const folder = file.slice(0, file.lastIndexOf(join("node_modules", name)) + join("node_modules", name).length);
      const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
      return { name, version, file: pathToFileURL(file).href };
    } catch {
      // Not there.
    }
  }
  return null;
}
