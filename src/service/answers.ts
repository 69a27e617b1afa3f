// What the service answers: one function for each address, from what was sent to bytes.
//
// Invariant: whatever must be waited for is waited for before a lock is read or after it is done with (desk.ts).

import { check, findingsOf } from "../answers/check.ts";
import { diff } from "../answers/diff.ts";
import { freeze } from "../answers/freeze.ts";
import { freshness } from "../answers/freshness.ts";
import { guard } from "../answers/guard.ts";
import { madeFrom } from "../answers/hashed-texts.ts";
import { needs } from "../answers/needs.ts";
import { toNix } from "../answers/nix-text.ts";
import { joined } from "../answers/pieces.ts";
import { readRecord, SourceRecord } from "../answers/record.ts";
import { resolveReport } from "../answers/report.ts";
import { Expectations, type Verdict } from "../answers/verify.ts";
import { verifyStream } from "../answers/verify-stream.ts";
import { why } from "../answers/why.ts";
import type { LockFormat } from "../lock/formats.ts";
import { FORMATS } from "../lock/formats.ts";
import type { Lockfile, ReadOptions } from "../lock/lockfile.ts";
import { normalizeName } from "../lock/name.ts";
import { type Pyproject, readPyproject } from "../lock/pyproject.ts";
import { describeTarget, knownTargets, requireTarget } from "../lock/shipped.ts";
import { sha256Hex } from "../lock/sri.ts";
import type { Freshness } from "../lock/uv/freshness.ts";
import { shellError } from "../words/errors.ts";
import type { Limits, NamedBytes, Sent } from "./body.ts";
import type { Desk } from "./desk.ts";
import { Refusal } from "./refusal.ts";

export interface Answer {
  readonly type: string;
  readonly body: Uint8Array;
}

export interface Office {
  readonly desk: Desk;
  readonly limits: Limits;
}

export type Question = (sent: Sent, office: Office) => Promise<Answer>;

/** POST: what is asked of one lock, or of two. */
export const QUESTIONS: Readonly<Record<string, Question>> = {
  "/resolve": resolveAnswer,
  "/check": checkAnswer,
  "/why": whyAnswer,
  "/diff": diffAnswer,
  "/needs": needsAnswer,
  "/freeze": (sent, office) => frozenAnswer(sent, office, "json"),
  "/nix": (sent, office) => frozenAnswer(sent, office, "nix"),
};

async function resolveAnswer(sent: Sent, { desk, limits }: Office): Promise<Answer> {
  const { bytes, options, pyproject, sha256 } = await lockOf(sent);
  const targets = targetsOf(sent, limits);
  const { facts, parts, held } = desk.read(bytes, options, (lock) => {
    const found = lock.resolveParts({
      targets: targets.map((target) => ({ target })),
      groups: usualGroups(lock),
      ...selectionOf(sent, lock),
    });
    limited(
      found.flatMap(({ packages }) => packages),
      limits,
    );
    return {
      facts: factsOf(lock, sha256),
      parts: found.map((each) => ({ ...each, packages: each.packages.map((piece) => piece.slice()) })),
      held: freshness(lock, bytes, { pyproject }),
    };
  });
  const { fresh } = await held;
  return { type: JSON_TYPE, body: joined(limited(resolveReport({ ...facts, fresh }, parts), limits)) };
}

async function checkAnswer(sent: Sent, { desk, limits }: Office): Promise<Answer> {
  const { bytes, options, pyproject, sha256, record } = await lockOf(sent);
  const targets = sent.fields.has("target") ? targetsOf(sent, limits) : undefined;
  const { facts, findings, held, file } = desk.read(bytes, options, (lock) => ({
    facts: factsOf(lock, sha256),
    file: madeFrom(lock),
    findings: check(lock, { targets, record, ...selectionOf(sent, lock) }),
    held: freshness(lock, bytes, { pyproject }),
  }));
  const state: Freshness = await held;
  const stale = findingsOf([], state, { packages: [], record, madeFrom: file });
  return json({ lock: { ...facts, ...state }, findings: [...stale, ...findings] }, limits);
}

async function whyAnswer(sent: Sent, { desk, limits }: Office): Promise<Answer> {
  const { bytes, options } = await lockOf(sent);
  const name = normalizeName(required(sent, "name", "the name of a package"));
  const targets = targetsOf(sent, limits);
  const answers = desk.read(bytes, options, (lock) => {
    const known = lock.packageNames();
    if (!known.includes(name)) throw shellError("not-locked", { text: name, known });
    const selection = selectionOf(sent, lock);
    return targets.map((target) => why(lock, name, { target, ...selection }));
  });
  return json({ name, targets: answers }, limits);
}

async function diffAnswer(sent: Sent, { desk, limits }: Office): Promise<Answer> {
  const newer = await lockOf(sent);
  const older = await lockOf(sent, "old");
  const targets = targetsOf(sent, limits).map((target) => ({ target }));
  // A group may be in one of the two only: each lock gets those that it knows.
  const resolved = ({ bytes, options }: Given) =>
    desk.read(bytes, options, (lock) => lock.resolveAll({ targets, ...selectionOf(sent, lock, true) }));
  const [before, after] = [resolved(older), resolved(newer)];
  return json({ targets: after.map((each, index) => diff(before[index]!, each)) }, limits);
}

async function needsAnswer(sent: Sent, { desk, limits }: Office): Promise<Answer> {
  const { bytes, options, record } = await lockOf(sent);
  const targets = sent.fields.has("target") ? targetsOf(sent, limits) : undefined;
  return json({ needs: desk.read(bytes, options, (lock) => needs(lock, { targets, record })) }, limits);
}

async function frozenAnswer(sent: Sent, { desk, limits }: Office, kind: "json" | "nix"): Promise<Answer> {
  const { bytes, options, pyproject, record } = await lockOf(sent);
  const digests = await guard(bytes, pyproject);
  const targets = sent.fields.has("target") ? targetsOf(sent, limits) : undefined;
  const frozen = desk.read(bytes, options, (lock) => {
    const whole = freeze(lock, { ...digests, record, ...(targets !== undefined && { targets }) });
    limited([whole.bytes], limits);
    return whole;
  });
  if (kind === "json") return { type: JSON_TYPE, body: frozen.bytes };
  return { type: "text/plain; charset=utf-8", body: new TextEncoder().encode(toNix(frozen)) };
}

/** The verdict on a file that comes behind the lock in a form. */
export async function verifyAnswer(
  file: ReadableStream<Uint8Array>,
  name: string,
  sent: Sent,
  { desk, limits }: Office,
): Promise<Answer> {
  const { bytes, options } = await lockOf(sent);
  const packages = desk.read(bytes, options, (lock) => lock.packages());
  const verdict: Verdict = await verifyStream(new Expectations(packages), baseName(name), file);
  return json({ name: baseName(name), ...verdict }, limits);
}

/** GET /targets: all that are usual, or what one stands for. */
export function targetsAnswer(fields: URLSearchParams, limits: Limits): Answer {
  const target = fields.get("target");
  return json(target === null ? { targets: knownTargets() } : describeTarget(target), limits);
}

// --- What was sent ------------------------------------------------------------------------------------------------------

interface Given {
  readonly bytes: Uint8Array;
  readonly options: ReadOptions;
  readonly pyproject: Pyproject | null;
  readonly record: SourceRecord;
  readonly sha256: string;
}

async function lockOf({ files, fields }: Sent, part: "lock" | "old" = "lock"): Promise<Given> {
  const lock = files.get(part);
  if (lock === undefined)
    throw new Refusal(400, "missing-lock", `there is no part \`${part}\` with a lock in the form`);
  const project = files.get(part === "old" ? "old-pyproject" : "pyproject");
  const pyproject = project === undefined ? null : readPyproject(project.bytes, "pyproject.toml");
  const record = files.get("record");
  const format = fields.get("format") ?? undefined;
  if (format !== undefined && !FORMATS.some((each) => each === format)) {
    throw new Refusal(400, "bad-value", `there is no format \`${format}\``, { hint: `formats: ${FORMATS.join(", ")}` });
  }
  return {
    bytes: lock.bytes,
    options: { path: pathOf(lock), format: format as LockFormat | undefined, pyproject },
    pyproject,
    record: record === undefined ? new SourceRecord() : readRecord(record.bytes, "pylock2nix.sources.json"),
    sha256: await sha256Hex(lock.bytes),
  };
}

/** For messages: what the sender calls it, without folders. */
function pathOf({ name }: NamedBytes): string | undefined {
  return name === null || baseName(name) === "" ? undefined : baseName(name);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function listOf({ fields }: Sent, key: string): string[] | null {
  if (!fields.has(key)) return null;
  return [...new Set(fields.getAll(key).flatMap((text) => text.split(",")))].filter((text) => text !== "");
}

function required({ fields }: Sent, key: string, what: string): string {
  const value = fields.get(key) ?? "";
  if (value !== "") return value;
  throw new Refusal(400, "missing-word", `\`${key}\` is missing: ${what}`);
}

function targetsOf(sent: Sent, limits: Limits): string[] {
  required(sent, "target", "the name of a target");
  const targets = listOf(sent, "target") ?? [];
  if (targets.length > limits.targets) {
    throw new Refusal(400, "too-many-targets", `cannot take ${targets.length} targets: the limit is ${limits.targets}`);
  }
  for (const target of targets) requireTarget(target);
  return targets;
}

/** The groups and extras that are named, each of them the lock's; without them the default groups. */
function selectionOf(sent: Sent, lock: Lockfile, isLenient = false): { groups?: string[]; extras: string[] } {
  const groups = listOf(sent, "groups")?.map(normalizeName);
  const extras = (listOf(sent, "extras") ?? []).map(normalizeName);
  const known = ["main", ...lock.groups.keys()];
  const knows = (names: readonly string[], code: "unknown-group" | "unknown-extra") => (name: string) => {
    if (names.includes(name)) return true;
    if (isLenient) return false;
    throw shellError(code, { text: name, known: names });
  };
  return {
    ...(groups !== undefined && { groups: groups.filter(knows(known, "unknown-group")) }),
    extras: extras.filter(knows(lock.extras, "unknown-extra")),
  };
}

function usualGroups({ groups }: Lockfile): string[] {
  return [...groups].filter(([, isChosen]) => isChosen).map(([name]) => name);
}

function factsOf({ path, format, version }: Lockfile, sha256: string): object {
  return { path, format, version, sha256 };
}

// --- What is answered ---------------------------------------------------------------------------------------------------

const JSON_TYPE = "application/json";

function json(value: object, limits: Limits): Answer {
  return { type: JSON_TYPE, body: joined(limited([`${JSON.stringify(value, null, 2)}\n`], limits)) };
}

/** The same pieces, when they are not too much. */
function limited<Piece extends string | Uint8Array>(pieces: readonly Piece[], { answer }: Limits): readonly Piece[] {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (size <= answer) return pieces;
  throw new Refusal(413, "answer-too-large", `the answer would have ${size} bytes: the limit is ${answer}`, {
    hint: "ask for fewer targets at a time",
  });
}
