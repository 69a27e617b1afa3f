// The TOML scanner against the conformance suite of TOML 1.0.0, and its own cases: values, and the place of each failure.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { dump, plain, type Toml } from "./toml.ts";
import { builds } from "./wasm.ts";

const SUITE = "../shared/toml-test/";

for (const build of builds<Toml>("toml")) {
  const { core } = build;
  const scan = (text: string | Uint8Array): number => core.scan(build.write(text));

  function fails(text: string, status: number, found: string): void {
    assert.is(scan(text), status, `${build.name}: status of ${JSON.stringify(text)}`);
    const bytes = new TextEncoder().encode(text);
    const span = bytes.subarray(core.failedAt(), core.failedAt() + core.failedSize());
    assert.is(new TextDecoder().decode(span), found, `${build.name}: span in ${JSON.stringify(text)}`);
  }

  function holds(text: string, expected: unknown): void {
    assert.is(scan(text), abi.STATUS_OK, `${build.name}: ${JSON.stringify(text)}`);
    assert.equal(dump(build), expected, `${build.name}: ${JSON.stringify(text)}`);
  }

  const string = (value: string) => ({ type: "string", value });
  const integer = (value: string) => ({ type: "integer", value });

  test(`${build.name}: strings`, () => {
    holds('a = "x"', { a: string("x") });
    holds('a = ""', { a: string("") });
    holds('a = "\\u00e9\\t\\"\\\\\\U0001F600"', { a: string('é\t"\\😀') });
    holds('a = """\r\nx\\\n   y"""""', { a: string('xy""') });
    holds("a = '''\nx'y'''''", { a: string("x'y''") });
    holds("a = '\\n'", { a: string("\\n") });
    holds(`a = "${"long enough for several blocks ".repeat(4)}\\n"`, {
      a: string(`${"long enough for several blocks ".repeat(4)}\n`),
    });
  });

  test(`${build.name}: tables`, () => {
    holds("[a.b]\nc = 1\n[a]\nd = 2\n", { a: { b: { c: integer("1") }, d: integer("2") } });
    holds("[[a]]\n[a.b]\nc = 1\n[[a]]\n", { a: [{ b: { c: integer("1") } }, {}] });
    holds("a.b.c = 1\na.b.d = 2\n[a.b.e]\n", { a: { b: { c: integer("1"), d: integer("2"), e: {} } } });
    holds('"" = 1\n"a.b" = 2', { "": integer("1"), "a.b": integer("2") });
    const many = Array.from({ length: 100 }, (_, index) => `k${index} = ${index}`).join("\n");
    holds(many, Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, integer(`${index}`)])));
  });

  test(`${build.name}: failures and their places`, () => {
    fails('a = "x', abi.STATUS_TOML_STRING_END, '"x');
    fails('a = "x\ny"', abi.STATUS_TOML_STRING_END, '"x');
    fails('a = "x\\n', abi.STATUS_TOML_STRING_END, '"x\\n');
    fails('a = """x\\n', abi.STATUS_TOML_STRING_END, '"""');
    fails("a", abi.STATUS_TOML_EQUALS, "");
    fails('a."b"', abi.STATUS_TOML_EQUALS, "");
    fails("a = {b", abi.STATUS_TOML_EQUALS, "");
    fails('a = "\\q"', abi.STATUS_TOML_ESCAPE, "\\q");
    fails('a = "\\ud800"', abi.STATUS_TOML_ESCAPE, "\\ud800");
    fails("a = 01", abi.STATUS_TOML_NUMBER, "01");
    fails("a = 2021-02-30", abi.STATUS_TOML_DATETIME, "2021-02-30");
    fails("a = x", abi.STATUS_TOML_VALUE, "x");
    fails("a = \nb = 1", abi.STATUS_TOML_VALUE, "\n");
    fails("a 1", abi.STATUS_TOML_EQUALS, "1");
    fails("= 1", abi.STATUS_TOML_KEY, "=");
    fails("a = 1 b = 2", abi.STATUS_TOML_LINE_END, "b");
    fails("[a\nb = 1", abi.STATUS_TOML_HEADER, "\n");
    fails("a = [1 2]", abi.STATUS_TOML_ARRAY, "2");
    fails("a = [1,", abi.STATUS_TOML_ARRAY, "");
    fails("a = {b = 1,}", abi.STATUS_TOML_KEY, "}");
    fails("a = {b = 1", abi.STATUS_TOML_INLINE_TABLE, "");
    fails("a = 1\na = 2", abi.STATUS_TOML_DUPLICATE_KEY, "a");
    fails(
      `${Array.from({ length: 40 }, (_, index) => `k${index} = 1\n`).join("")}k7 = 2`,
      abi.STATUS_TOML_DUPLICATE_KEY,
      "k7",
    );
    fails("[a]\n[a]", abi.STATUS_TOML_REDEFINED, "a");
    fails("a = {}\n[a.b]", abi.STATUS_TOML_REDEFINED, "a");
    fails("a = 1 # \u0000", abi.STATUS_TOML_CONTROL, "\u0000");
    fails(`a = ${"[".repeat(200)}`, abi.STATUS_TOML_DEPTH, "[");
    assert.is(scan(new Uint8Array([0x61, 0x20, 0x3d, 0x20, 0x22, 0xc0, 0x22])), abi.STATUS_TOML_UTF8);
    assert.is(core.failedAt(), 5);
  });

  if (existsSync(SUITE)) {
    const listed = new Set(readFileSync(`${SUITE}files-toml-1.0.0`, "utf8").split("\n"));
    const files = (folder: string): string[] =>
      (readdirSync(SUITE + folder, { recursive: true }) as string[])
        .map((file) => `${folder}/${file}`)
        .filter((file) => listed.has(file) && file.endsWith(".toml"))
        .sort();
    test(`${build.name}: the suite's valid documents have their values`, () => {
      const valid = files("valid");
      assert.ok(valid.length > 200, `${valid.length} documents`);
      for (const file of valid) {
        assert.is(scan(readFileSync(SUITE + file)), abi.STATUS_OK, file);
        const expected = JSON.parse(readFileSync(SUITE + file.replace(/toml$/, "json"), "utf8"));
        assert.equal(plain(dump(build)), plain(expected), file);
      }
    });
    test(`${build.name}: the suite's invalid documents are refused`, () => {
      const invalid = files("invalid");
      assert.ok(invalid.length > 450, `${invalid.length} documents`);
      const accepted = invalid.filter((file) => scan(readFileSync(SUITE + file)) === abi.STATUS_OK);
      assert.equal(accepted, []);
    });
  } else console.log("skipped 2 tests: no TOML conformance suite here");
}

test.run();
