// `pylock2nix verify`: hashes files on disk against a lock.
//
// Invariant: standard output is the answer alone; a file counts as right only when all of its bytes were read and hashed.
// Nothing is written.

import { Expectations } from "../answers/verify.ts";
import { type Engine, type HashOutcome, hashAll, hashInput, mismatchReason } from "../runtime/node/verify.ts";
import { now, print, printError, terminal } from "../runtime/node.ts";
import { renderFailure } from "../words/diagnostic.ts";
import { type Failure, shellError, visibleText } from "../words/errors.ts";
import { type Command, FORMAT, HELP, JSON_OUTPUT, LOCK } from "./command.ts";
import { type Input, openLock } from "./input.ts";
import { counted } from "./layout.ts";
import { ByteProgress, bytesText } from "./progress.ts";
import { chooseFiles, chooseSelection, FILE_OPTIONS, SELECTION_OPTIONS } from "./selection.ts";
import { TARGET_OPTIONS, targetsHere } from "./target-choice.ts";
import { type FoundFile, findFiles, INPUT, type Unreadable } from "./verify-files.ts";
import type { Option, Words } from "./words.ts";

const ENGINE: Option = {
  name: "--engine",
  value: "NAME",
  help: "who hashes: auto (the quicker one here), native (OpenSSL), wasm",
};
const WORKERS: Option = { name: "--workers", value: "COUNT", help: "threads, 1 to 64; usually one a core, at most 4" };
const COMPLETE: Option = { name: "--complete", help: "and everything that the target needs must be there" };

export const verifyCommand: Command = {
  name: "verify",
  summary: "hash files on disk against the lock",
  usage: "PATH... [options]",
  description: [
    "PATH is a folder (a wheelhouse, a Nix store, pip's cache), a file, or - for standard input. The lock",
    "is the one in this folder, or --lock. A file is right when its hash is the one that the lock gives for",
    "its name; files that the lock does not know by name are looked up by their hash.",
  ].join("\n"),
  options: [
    { ...LOCK, help: "the lock, or its folder" },
    FORMAT,
    COMPLETE,
    ...TARGET_OPTIONS,
    ...SELECTION_OPTIONS,
    ...FILE_OPTIONS,
    ENGINE,
    WORKERS,
    JSON_OUTPUT,
    HELP,
  ],
  examples: [
    ["pylock2nix verify wheelhouse", "every file in a folder"],
    ["pylock2nix verify wheelhouse --complete --target cp312-linux-x86_64-glibc2.28", "and is anything missing?"],
    ["pylock2nix verify /nix/store --lock ../app", "what a Nix store has of a lock"],
    ["curl -s https://example.org/file.whl | pylock2nix verify -", "a download, before it is written"],
  ],
  run,
};

/** What came of it all. Field by field what `--json` prints. */
interface Report {
  checked: number;
  bytes: number;
  ok: number;
  readonly mismatched: Mismatch[];
  readonly unknown: string[];
  missing: string[];
  readonly unreadable: Unreadable[];
  /** Right, by an algorithm that is broken. */
  readonly weak: string[];
  engine: string;
  workers: number;
  seconds: number;
}

interface Mismatch {
  readonly file: string;
  readonly expected: string;
  readonly actual: string;
  readonly reason: "empty" | "truncated" | "different";
}

const ENGINE_NAMES: Readonly<Record<Engine, string>> = { wasm: "wasm-x4", native: "native" };

async function run(words: Words): Promise<number> {
  if (words.paths.length === 0) throw shellError("missing-path", { detail: verifyCommand.name });
  const engine = readEngine(words.value(ENGINE));
  const workers = readWorkers(words.value(WORKERS));
  const input = await openLock(words.value(LOCK) ?? ".", null, words);
  const policy = chooseFiles(words, input);
  const expectations = new Expectations(input.lock.packages());
  const needed = words.has(COMPLETE) ? resolutions(words, input, policy) : [];
  const started = now();
  const { files, unreadable } = await findFiles(words.paths, expectations);
  const report = emptyReport(unreadable);
  const verification = new Verification(expectations, report);
  const threads = await verification.files(files, engine, workers);
  if (words.paths.includes(INPUT)) await verification.input(engine === "auto" ? "native" : engine);
  report.missing = [...new Set(needed.flatMap((resolution) => expectations.missing(resolution.packages)))].sort();
  report.engine = ENGINE_NAMES[threads.engine];
  report.workers = threads.workers;
  report.seconds = Math.round(now() - started) / 1000;
  print(
    words.has(JSON_OUTPUT) ? `${JSON.stringify(report, null, 2)}\n` : asText(report, verification.unhashed, input.path),
  );
  const refused = needed.flatMap(({ error }) => error ?? []);
  for (const error of refused) printRefusal(error);
  const isRight = report.mismatched.length + report.missing.length + unreadable.length + refused.length === 0;
  return isRight && !verification.namedUnknown ? 0 : 1;
}

function emptyReport(unreadable: Unreadable[]): Report {
  const lists = { mismatched: [], unknown: [], missing: [], unreadable, weak: [] };
  return { checked: 0, bytes: 0, ok: 0, ...lists, engine: "", workers: 0, seconds: 0 };
}

/** Judges what is hashed as it comes in. */
class Verification {
  readonly #expectations: Expectations;
  readonly #report: Report;
  /** Those unknown ones that the lock has by name, and no hash of. */
  readonly unhashed = new Set<string>();
  /** Whether a file that was given outright is none of the lock's. */
  namedUnknown = false;

  constructor(expectations: Expectations, report: Report) {
    this.#expectations = expectations;
    this.#report = report;
  }

  /** Every file, the largest first: what is left for the end is small. */
  async files(
    found: readonly FoundFile[],
    engine: Engine | "auto",
    workers: number | null,
  ): Promise<{ engine: Engine; workers: number }> {
    const files = [...found].sort((a, b) => b.size - a.size);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const progress = new ByteProgress("hashing", size);
    const wrong: [FoundFile, Omit<Mismatch, "reason">][] = [];
    const tasks = files.map(({ path, expectation }) => ({ path, algorithms: expectation.algorithms }));
    const summary = await hashAll(tasks, {
      engine,
      workers,
      size,
      done: (outcome) => this.#judge(files[outcome.index]!, outcome, wrong),
      progress: (bytes) => progress.show(bytes),
    });
    progress.clear();
    for (const [{ path }, mismatch] of wrong) {
      this.#report.mismatched.push({ ...mismatch, reason: await mismatchReason(path) });
    }
    const { mismatched, unknown, unreadable, weak } = this.#report;
    mismatched.sort((a, b) => (a.file < b.file ? -1 : 1));
    unreadable.sort((a, b) => (a.file < b.file ? -1 : 1));
    unknown.sort();
    weak.sort();
    return summary;
  }

  async input(engine: Engine): Promise<void> {
    const expectation = this.#expectations.ofAnyName();
    const { size, hashes } = await hashInput(expectation.algorithms, engine);
    const file: FoundFile = { path: INPUT, size, expectation, isShared: false, isNamed: true };
    this.#judge(file, { index: 0, size, hashes, problem: null }, []);
  }

  #judge(
    file: FoundFile,
    { size, hashes, problem }: HashOutcome,
    wrong: [FoundFile, Omit<Mismatch, "reason">][],
  ): void {
    const { path, expectation, isShared, isNamed } = file;
    const report = this.#report;
    if (problem !== null) {
      this.#expectations.see(expectation);
      report.unreadable.push({ file: path, problem });
      return;
    }
    const verdict = this.#expectations.judge(expectation, hashes);
    report.bytes += size;
    if (verdict.kind === "unknown" && isShared && !isNamed) return;
    report.checked++;
    if (verdict.kind === "ok") report.ok++;
    if (verdict.kind === "ok" && verdict.weak) report.weak.push(path);
    if (verdict.kind === "unknown") report.unknown.push(path);
    if (verdict.kind === "unknown" && expectation.unhashed !== undefined) this.unhashed.add(path);
    if (verdict.kind === "mismatch") {
      wrong.push([file, { file: path, expected: verdict.expected, actual: verdict.actual }]);
    }
    this.namedUnknown ||= verdict.kind === "unknown" && isNamed;
  }
}

function resolutions(words: Words, input: Input, policy: ReturnType<typeof chooseFiles>) {
  const { lock } = input;
  const selection = chooseSelection(words, input);
  return targetsHere(words, lock).map(({ target, python }) =>
    lock.resolve({ target, ...(python !== undefined && { python }), ...selection, ...policy }),
  );
}

function readEngine(text: string | null): Engine | "auto" {
  if (text === null || text === "auto") return "auto";
  if (text === "wasm" || text === "native") return text;
  throw shellError("bad-value", { text, detail: ENGINE.name, known: ["auto", "native", "wasm"] });
}

function readWorkers(text: string | null): number | null {
  if (text === null) return null;
  const count = /^[1-9]\d?$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 64) throw shellError("bad-value", { text, detail: WORKERS.name, known: ["1 to 64"] });
  return count;
}

function printRefusal(error: Failure): void {
  printError(renderFailure({ ...error, offset: null, size: null }, { color: terminal("stderr").color }));
}

// --- Text -------------------------------------------------------------------------------------------------------------

function asText(report: Report, unhashed: ReadonlySet<string>, lockPath: string): string {
  const { checked, bytes, ok, mismatched, unknown, missing, unreadable, weak, engine, workers, seconds } = report;
  const lines = [
    ...mismatched.flatMap(({ file, expected, actual, reason }) => [
      `MISMATCH  ${file}${REASON_WORDS[reason]}`,
      `          expected ${expected}`,
      `          actual   ${actual}`,
    ]),
    ...unreadable.map(({ file, problem }) => `UNREAD    ${file}: ${problem}`),
    ...missing.map((file) => `MISSING   ${file}`),
    ...unknown.map((file) => `unknown   ${file}${unhashed.has(file) ? ": the lock has no hash of it" : ""}`),
    ...weak.map((file) => `weak      ${file}: the lock has no better hash than MD5 or SHA-1`),
  ];
  const rate = seconds > 0 ? `, ${bytesText(bytes / seconds)}/s` : "";
  const threads = counted(workers, "thread");
  lines.push(
    `${ok} of ${counted(checked, "file")} right by ${lockPath}${missing.length > 0 ? `, ${missing.length} missing` : ""}`,
  );
  lines.push(`${bytesText(bytes)} in ${seconds.toFixed(1)} s${rate} (${engine}, ${threads})`);
  return `${lines.map(visibleText).join("\n")}\n`;
}

const REASON_WORDS: Readonly<Record<Mismatch["reason"], string>> = {
  empty: ": it is empty",
  truncated: ": it is cut off",
  different: "",
};
