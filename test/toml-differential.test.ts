// Random TOML documents: the scanner against what they were made of, against the rules that this file states a second time,
// and against @iarna/toml, whose known faults are listed here; a difference that no entry explains fails.
//   DOCUMENTS=200000 SEED=7 node .tmp/test/toml-differential.test.js     the long form
import parse from "@iarna/toml/parse-string.js";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { dump, plain, type Toml } from "./toml.ts";
import { Choices, damage, document, headers, scalarKind, scalarSoup, tablesAgree } from "./toml-documents.ts";
import { type Build, builds } from "./wasm.ts";

const seed = Number(process.env.SEED ?? 20260101);
const documents = Number(process.env.DOCUMENTS ?? 2000);

interface Outcome {
  /** Ours: the scanner's status. */
  status: number;
  /** What @iarna/toml says; null when it accepts. */
  refusal: string | null;
  /** Both refuse, or both accept and the values are the same. */
  agree: boolean;
}

interface Fault {
  why: string;
  /** A small document about which they differ. */
  example: string;
  /** Writes a document so that the fault does not show: about that one they must agree. */
  avoid?(text: string): string;
  /** For a fault that no writing avoids. */
  explains?(outcome: Outcome): boolean;
}

/** It asks JavaScript's Date whether digits are a date. That the scanner is right, `scalarKind` shows. */
const takesDate = ({ status, refusal }: Outcome): boolean => status === abi.STATUS_TOML_DATETIME && refusal === null;
/** That the scanner is right, `tablesAgree` shows. */
const takesTable = ({ status, refusal }: Outcome): boolean => status === abi.STATUS_TOML_REDEFINED && refusal === null;

/** What @iarna/toml 3.0.0 does otherwise than TOML 1.0.0 says. */
const FAULTS: readonly Fault[] = [
  {
    why: "refuses a byte order mark",
    example: "\ufeffa = 1",
    avoid: (text) => text.replace(/^\ufeff/, ""),
  },
  {
    why: "refuses a comment that CRLF ends: takes the CR for a control character in it",
    example: "a = 1 # b\r\n",
    avoid: (text) => text.replace(/\r\n/g, "\n"),
  },
  {
    why: "takes a CR without LF for white space, and for a line end in strings",
    example: "a = 1 \r",
    avoid: (text) => text.replace(/\r(?!\n)/g, "\u0001"),
  },
  {
    why: "refuses a lower-case t between date and time",
    example: "a = 1979-05-27t07:32:00Z",
    avoid: (text) => text.replace(/(\d{4}-\d\d-\d\d)t(?=\d\d:)/g, "$1T"),
  },
  {
    why: "refuses a lower-case z after a time",
    example: "a = 1979-05-27T07:32:00z",
    avoid: (text) => text.replace(/(:\d\d(?:\.\d+)?)z/g, "$1Z"),
  },
  {
    why: "refuses the leap second, which RFC 3339 allows",
    example: "a = 1979-05-27T23:59:60Z",
    avoid: (text) => text.replace(/(:\d\d):60/g, "$1:59"),
  },
  {
    why: "takes the hour 24 when minutes and seconds are 0",
    example: "a = 1979-05-27T24:00:00Z",
    explains: takesDate,
  },
  {
    why: "takes a day that its month does not have for one of the next month",
    example: "a = 2021-02-30",
    explains: takesDate,
  },
  {
    why: "takes months, days and hours of more than two digits",
    example: "a = 1979-001-01",
    explains: takesDate,
  },
  {
    why: "takes a date and a T that no time follows",
    example: "a = 1979-05-27T",
    explains: takesDate,
  },
  {
    why: "refuses a local date or date-time that a comma or a bracket follows",
    example: "a = [1979-05-27]",
    avoid: (text) => text.replace(/(-\d\d|:\d\d(?:\.\d+)?) ?(?=[,\]}])/g, "$1\t"),
  },
  {
    why: "drops the character after a local time without a fraction, be it the line end or a comma",
    example: "a = 07:32:00\nb = 1",
    avoid: (text) => text.replace(/(?<![Tt]|-\d\d )(\d\d:\d\d:\d\d)(?!\.\d)/g, "$1.0\t"),
  },
  {
    why: "refuses an exponent right after a zero without a sign",
    example: "a = 0e1",
    avoid: (text) => text.replace(/(?<![\w.+-])0(?=[eE])/g, "0.0"),
  },
  {
    why: "takes a number that ends in a dot, an underscore or an exponent's sign when a comma or a bracket follows",
    example: "a = [1.]",
    avoid: (text) => text.replace(/([._]|[eE][+-])(?=[,\]}])/g, "$1 "),
  },
  {
    why: "cuts integers to 64 bits, where the scanner keeps all digits",
    example: "a = 9223372036854775808",
    avoid: (text) => text.replace(/\d(?:_?\d){18,}/g, "1").replace(/0x[\da-fA-F](?:_?[\da-fA-F]){15,}/g, "0x1"),
  },
  {
    why: "lets headers open tables that dotted keys defined, and dotted keys add to tables that headers defined",
    example: "a.b.c = 1\n[a]",
    explains: takesTable,
  },
];

/** Both answers about one document. */
function ask(build: Build<Toml>, text: string): Outcome {
  const status = build.core.scan(build.write(text));
  let theirs: unknown;
  try {
    theirs = parse(text);
  } catch (error) {
    return { status, refusal: (error as Error).message, agree: status !== abi.STATUS_OK };
  }
  return { status, refusal: null, agree: status === abi.STATUS_OK && same(dump(build), theirs) };
}

const isExplained = (outcome: Outcome): boolean =>
  outcome.agree || FAULTS.some((fault) => fault.explains?.(outcome) === true);

/** The scanner's answer, after a comparison with the other one. */
function compare(build: Build<Toml>, text: string): number {
  const outcome = ask(build, text);
  if (!isExplained(outcome)) {
    const avoided = FAULTS.reduce((each, fault) => fault.avoid?.(each) ?? each, text);
    const second = ask(build, avoided);
    const shown = [text, outcome, avoided, second].map((each) => JSON.stringify(each)).join("\n");
    assert.ok(isExplained(second), `${build.name}: no listed fault explains\n${shown}`);
  }
  return outcome.status;
}

/** Whether the scanner's document has the values of a JavaScript one. */
function same(ours: unknown, theirs: unknown): boolean {
  if (Array.isArray(ours))
    return (
      Array.isArray(theirs) && ours.length === theirs.length && ours.every((each, index) => same(each, theirs[index]))
    );
  const node = ours as Record<string, unknown>;
  if (typeof node.type === "string" && typeof node.value === "string") return sameScalar(node.type, node.value, theirs);
  if (typeof theirs !== "object" || theirs === null || theirs instanceof Date || Array.isArray(theirs)) return false;
  const keys = Object.keys(node);
  if (keys.length !== Object.keys(theirs).length) return false;
  return keys.every((key) => Object.hasOwn(theirs, key) && same(node[key], (theirs as Record<string, unknown>)[key]));
}

function sameScalar(type: string, text: string, theirs: unknown): boolean {
  if (type === "string") return theirs === text;
  if (type === "bool") return theirs === (text === "true");
  const { value } = plain({ type, value: text }) as { value: string };
  if (type === "integer")
    return typeof theirs === "bigint"
      ? theirs === BigInt(value)
      : Number.isSafeInteger(theirs) && String(theirs) === value;
  // Whole floats are integers there.
  if (type === "float")
    return (typeof theirs === "number" || typeof theirs === "bigint") && String(Number(theirs)) === value;
  if (!(theirs instanceof Date)) return false;
  const { isFloating = false, isDate = false, isTime = false } = theirs as unknown as Record<string, boolean>;
  if (isFloating !== (type === "datetime-local") || isDate !== (type === "date-local")) return false;
  if (isTime !== (type === "time-local")) return false;
  if (type === "datetime") return theirs.getTime() === new Date(value).getTime();
  return new Date(theirs.getTime()).toISOString().replace(/\.000/, "") === instant(type, value);
}

function instant(type: string, value: string): string {
  if (type === "date-local") return `${value}T00:00:00Z`;
  return type === "time-local" ? `0000-01-01T${value}Z` : `${value}Z`;
}

const choices: fc.Arbitrary<number[]> = fc.array(fc.nat({ max: 0xffff }), { maxLength: 300, size: "max" });

for (const build of builds<Toml>("toml")) {
  const numRuns = build.name.endsWith("release") ? documents : Math.ceil(documents / 8);
  const holds = (check: (choose: Choices) => void): void => {
    const property = fc.property(choices, (numbers) => check(new Choices(numbers)));
    const { failed, errorInstance } = fc.check(property, { seed, numRuns });
    if (failed) throw errorInstance;
  };

  test(`${build.name}: valid documents are accepted, with their values`, () =>
    holds((choose) => {
      const { text, value } = document(choose);
      assert.is(compare(build, text), abi.STATUS_OK, JSON.stringify(text));
      build.core.scan(build.write(text));
      assert.equal(dump(build), value, JSON.stringify(text));
    }));

  test(`${build.name}: damaged documents`, () =>
    holds((choose) => {
      compare(build, damage(choose, document(choose).text));
    }));

  test(`${build.name}: numbers and dates, and what resembles them`, () =>
    holds((choose) => {
      const scalar = scalarSoup(choose);
      const text = `a = ${scalar}`;
      const kind = scalarKind(scalar);
      assert.is(compare(build, text) === abi.STATUS_OK, kind !== null, `${text}: ${kind}`);
      if (kind === null) return;
      build.core.scan(build.write(text));
      assert.equal(dump(build), { a: { type: kind, value: scalar } }, text);
    }));

  test(`${build.name}: headers and dotted keys that define tables again`, () =>
    holds((choose) => {
      const statements = headers(choose);
      const text = statements.map(({ line }) => `${line}\n`).join("");
      assert.is(compare(build, text) === abi.STATUS_OK, tablesAgree(statements), JSON.stringify(text));
    }));

  test(`${build.name}: every listed fault of @iarna/toml is still there`, () => {
    for (const { why, example, avoid, explains } of FAULTS) {
      const outcome = ask(build, example);
      assert.not(outcome.agree, why);
      if (explains !== undefined) assert.ok(explains(outcome), why);
      if (avoid !== undefined) assert.ok(ask(build, avoid(example)).agree, `${why}: avoided`);
    }
  });
}

test.run();
