// Positions and excerpts: what stands under the caret, whatever the line holds.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { renderFailure } from "../src/words/diagnostic.ts";
import type { Failure } from "../src/words/errors.ts";
import { positionOf } from "../src/words/position.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Line and column of the first place where `word` stands in the text. */
function expectPosition(text: string, word: string, line: number, column: number): void {
  const bytes = encode(text);
  const offset = encode(text.slice(0, text.indexOf(word))).length;
  const position = positionOf(bytes, offset);
  assert.equal([position.line, position.column], [line, column], JSON.stringify(text));
}

/** The excerpt of a failure that is about `word`. */
function expectExcerpt(text: string, word: string, excerpt: readonly string[]): void {
  const bytes = encode(text);
  const offset = encode(text.slice(0, text.indexOf(word))).length;
  const { line, column } = positionOf(bytes, offset);
  const failure: Failure = {
    code: "code",
    message: "message",
    hint: null,
    path: "poetry.lock",
    offset,
    size: encode(word).length,
    line,
    column,
  };
  const lines = renderFailure(failure, { bytes }).trimEnd().split("\n");
  assert.equal(lines.slice(2), excerpt);
}

test("lines and columns count from 1, columns in characters", () => {
  expectPosition("abc", "a", 1, 1);
  expectPosition("a\nbc", "c", 2, 2);
  expectPosition("a\r\nbc", "c", 2, 2);
  expectPosition("naïve x", "x", 1, 7);
  expectPosition("😀 x", "x", 1, 3);
  expectPosition("\ufeffx", "x", 1, 1);
  expectPosition("a\n\n\nx", "x", 4, 1);
});

test("the end of the text is a position", () => {
  const { line, column } = positionOf(encode("ab\n"), 3);
  assert.equal([line, column], [2, 1]);
});

test("the guide's example", () => {
  const text = `${"\n".repeat(41)}{ name = "tomli", marker = "python_versoin < '3.11'" },\n`;
  const offset = text.indexOf("python_versoin");
  const failure: Failure = {
    code: "marker-variable",
    message: "cannot parse marker: unknown variable `python_versoin`",
    hint: "did you mean `python_version`?",
    path: "uv.lock",
    offset,
    size: 14,
    line: 42,
    column: 29,
  };
  const expected = [
    "error: cannot parse marker: unknown variable `python_versoin`",
    "  --> uv.lock:42:29",
    `42 | { name = "tomli", marker = "python_versoin < '3.11'" },`,
    "   |                             ^^^^^^^^^^^^^^",
    "",
    "hint: did you mean `python_version`?",
    "",
  ];
  assert.is(renderFailure(failure, { bytes: encode(text) }), expected.join("\n"));
});

test("the caret stands under the character", () => {
  expectExcerpt("a = b\n", "b", ["1 | a = b", "  |     ^"]);
  expectExcerpt("\ta = b\n", "b", ["1 |     a = b", "  |         ^"]);
  expectExcerpt("a = 'naïve' b\r\n", "b", ["1 | a = 'naïve' b", "  |             ^"]);
  expectExcerpt("日本 b", "b", ["1 | 日本 b", "  |      ^"]);
  expectExcerpt("日本 b", "日本", ["1 | 日本 b", "  | ^^^^"]);
  expectExcerpt("cafe\u0301 b", "b", ["1 | cafe\u0301 b", "  |      ^"]);
});

test("control characters are made visible", () => {
  expectExcerpt("a\u001b[31m b", "b", ["1 | aU+001B[31m b", "  |             ^"]);
  expectExcerpt("a\u202eb", "b", ["1 | aU+202Eb", "  |        ^"]);
});

test("a span over several lines is marked on its first", () => {
  expectExcerpt("a = [\n1,\n]", "[\n1", ["1 | a = [", "  |     ^"]);
});

test("an empty span at the end still has a caret", () => {
  expectExcerpt("a =", "", ["1 | a =", "  | ^"]);
});

test("a long line is cut on both sides", () => {
  const text = `${"x".repeat(500)} wrong ${"y".repeat(500)}`;
  const bytes = encode(text);
  const failure: Failure = {
    code: "c",
    message: "m",
    hint: null,
    path: "p",
    offset: 501,
    size: 5,
    line: 1,
    column: 502,
  };
  const [, , line = "", caret = ""] = renderFailure(failure, { bytes }).split("\n");
  assert.ok(line.length <= 104, line);
  assert.match(line, /^1 \| …x+ wrong y+…$/);
  assert.is(line.indexOf("wrong"), caret.indexOf("^"));
});

test("a span longer than the line is cut", () => {
  const bytes = encode("z".repeat(500));
  const failure: Failure = { code: "c", message: "m", hint: null, path: "p", offset: 0, size: 500, line: 1, column: 1 };
  const [, , line = "", caret = ""] = renderFailure(failure, { bytes }).split("\n");
  assert.is(line.length, 104);
  assert.is(caret.length, 104);
});

test("colours only when asked", () => {
  const failure: Failure = {
    code: "c",
    message: "m",
    hint: "h",
    path: null,
    offset: null,
    size: null,
    line: null,
    column: null,
  };
  assert.is(renderFailure(failure), "error: m\n\nhint: h\n");
  assert.is(renderFailure(failure, { severity: "warning" }), "warning: m\n\nhint: h\n");
  assert.ok(renderFailure(failure, { color: true }).startsWith("\u001b[31;1merror\u001b[0m: "));
});

test.run();
