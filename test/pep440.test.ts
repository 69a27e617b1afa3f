// PEP 440: versions, their order, specifiers. The answers of pypa/packaging 26.2 where they are at hand, and our own cases.
import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { fault, place, rowOf, type Versions } from "./versions.ts";
import { builds } from "./wasm.ts";

const VECTORS = "../shared/vectors";
const POLICIES = [0, 1, 2]; // PRERELEASES_DEFAULT, _ALLOWED, _REFUSED
const OPERATORS = ["", "~=", "==", "!=", "<=", ">=", "<", ">", "==="];
const PHASES = ["dev only", "a", "b", "rc", "final"];

interface Parts {
  in: string;
  str: string;
  epoch: number;
  release: number[];
  pre: [string, number] | null;
  post: number | null;
  dev: number | null;
  local: string | null;
  is_pre: boolean;
}

interface Filter {
  specifier: string;
  set_prereleases: boolean | null;
  prereleases: boolean | null;
  input: string[];
  out: string[];
}

for (const build of builds<Versions>("versions")) {
  const { core } = build;

  /** What a text is parsed to: "epoch!release phase pre, post, dev, local segments"; null when it is no version. */
  function describe(text: string): string | null {
    const row = rowOf(core.parseVersion(...place(build, text)[0]!));
    assert.is(core.status(), 0, `${build.name}: status of ${JSON.stringify(text)}`);
    if (row === null) return null;
    const release = Array.from({ length: core.releaseCount(row) }, (_, index) => core.releaseNumber(row, index) >>> 0);
    const part = (which: number) => core.part(row, which);
    const phase = PHASES[Number(part(1))];
    const post = core.isPost(row) ? ` post${part(3)}` : "";
    const dev = core.isDev(row) ? ` dev${part(4)}` : "";
    const local = core.isLocal(row) ? ` +${part(5)}` : "";
    return `${part(0)}!${release.join(".")} ${phase}${part(2)}${post}${dev}${local}`;
  }

  const order = (a: string, b: string): number => {
    const [left, right] = place(build, a, b);
    return Math.sign(core.compareVersions(core.parseVersion(...left!), core.parseVersion(...right!)));
  };

  /** Whether the set contains the text, by policy; or the clause that is at fault. */
  function contains(set: string, text: string): boolean[] | string | null {
    const [left, right] = place(build, set, text);
    const row = rowOf(core.parseSpecifiers(...left!));
    if (row === null) return fault(build, set);
    return POLICIES.map((policy) => core.specifiersContainText(row, ...right!, policy) === 1);
  }

  const parsed = (text: string, expected: string | null) =>
    assert.is(describe(text), expected, `${build.name}: ${text}`);
  const ascending = (...groups: string[][]): void => {
    const all = groups.flatMap((group, rank) => group.map((text) => ({ text, rank })));
    for (const a of all) {
      for (const b of all) {
        assert.is(order(a.text, b.text), Math.sign(a.rank - b.rank), `${build.name}: ${a.text} and ${b.text}`);
      }
    }
  };
  const holds = (set: string, yes: string[], no: string[]): void => {
    for (const text of yes) assert.is(contains(set, text)?.[1], true, `${build.name}: ${set} contains ${text}`);
    for (const text of no) assert.is(contains(set, text)?.[1], false, `${build.name}: ${set} lacks ${text}`);
  };
  const refused = (set: string, clause: string): void => {
    assert.is(contains(set, "1.0"), clause, `${build.name}: ${set}`);
    assert.is(core.status(), abi.STATUS_SPECIFIER, `${build.name}: ${set}`);
  };

  test(`${build.name}: versions`, () => {
    parsed("1.0", "0!1.0 final0");
    parsed(" \t\nv2!01.002.0 \r\f\v", "2!1.2.0 final0");
    parsed("\u00a01\u3000\u2028", "0!1 final0");
    parsed("1.0ALPHA", "0!1.0 a0");
    parsed("1.0-beta_2", "0!1.0 b2");
    parsed("1.0.c3", "0!1.0 rc3");
    parsed("1.0preview-4-5", "0!1.0 rc4 post5");
    parsed("1.0a-", "0!1.0 a0");
    parsed("1.0a--1", "0!1.0 a0 post1");
    parsed("1.0rev3.DEV4+Ab-1_c", "0!1.0 final0 post3 dev4 +3");
    parsed("1.0-r", "0!1.0 final0 post0");
    parsed("1.dev", "0!1 dev only0 dev0");
    parsed("20230101000000", "0!4294967295 final0");
    for (const text of [
      "",
      " ",
      "v",
      "1!",
      "!1",
      "1..2",
      "1.",
      ".1",
      "1.0+",
      "1.0+a..b",
      "1.0 a1",
      "1.0a1b2",
      "1.0-",
      "1.0--1",
    ]) {
      parsed(text, null);
    }
    for (const text of ["1.0²", "١.٢", "1.0+ı", "1 .0", "vv1", "1.0\u200b", "1.0+1+2", "=1", "1.0.*", "1.0-1-1"])
      parsed(text, null);
  });

  test(`${build.name}: order`, () => {
    ascending(
      ["1.0.dev0", "1.0.DEV", "1-dev"],
      ["1.0.dev1"],
      ["1.0a0.dev1"],
      ["1.0a0", "1.0alpha"],
      ["1.0a0.post1.dev2"],
      ["1.0a0.post1"],
      ["1.0b1"],
      ["1.0rc1", "1.0c1", "1.0pre1"],
      ["1.0", "1", "1.0.0.0", "0!1"],
      ["1.0+abc", "1.0+ABC"],
      ["1.0+abc.1"],
      ["1.0+abd"],
      ["1.0+2", "1.0+002"],
      ["1.0+10"],
      ["1.0+10.a", "1.0+10-A"],
      ["1.0.post0.dev1"],
      ["1.0.post0", "1.0-0", "1.0post"],
      ["1.0.post1"],
      ["1.0.0.1"],
      ["1.10"],
      ["20230101000000"],
      ["999999999999999999"],
      ["1000000000000000000", "0001000000000000000000"],
      ["18446744073709551615"],
      ["18446744073709551616"],
      [`${"9".repeat(40)}.0`, `00${"9".repeat(40)}`],
      [`1${"0".repeat(40)}`],
      ["1!0"],
      [`${"9".repeat(30)}!0`],
    );
  });

  test(`${build.name}: one row for a text`, () => {
    const spans = place(build, "1.0", "1.0", "nothing");
    const [first, second, wrong] = spans.map((span) => core.textOf(...span));
    assert.is(core.versionOf(first!), core.versionOf(second!));
    assert.equal([core.versionOf(wrong!), core.versionOf(wrong!), core.status()], [-1, -1, 0]);
  });

  test(`${build.name}: specifiers`, () => {
    holds("", ["1.0", "1.0a1", "no version"], []);
    holds("==1.0", ["1", "1.0.0", "1.0+cu121"], ["1.0.post1", "1.0a1", "1.0.1"]);
    holds("==1.0+cu121", ["1.0+CU121"], ["1.0", "1.0+cu122"]);
    holds("!=1.0", ["1.0.post1", "1.1"], ["1.0", "1.0+cu121"]);
    holds("==1.2.*", ["1.2", "1.2.3a1", "1.2.dev0", "1.2+l", "1.2.post1"], ["1", "1.20", "1!1.2", "1.1"]);
    holds("==1.0.0.*", ["1", "1a1"], ["1.0.1"]);
    holds("!=1.2.*", ["1", "1.20"], ["1.2", "1.2.3a1"]);
    holds("~=2.2.post3", ["2.2.post3", "2.9"], ["2.2", "3.0a1", "3"]);
    holds("~=v1.2", ["1.3"], ["2"]); // not so in packaging 26.2, which cuts the text
    holds("~=2.2.0-a.1", ["2.2.1"], ["2.3"]);
    holds("~=1.4.5a4", ["1.4.5a4", "1.4.5", "1.4.9+l"], ["1.4.5a3", "1.5.dev0"]);
    holds("<2", ["1.9", "0.9", "1.9+l"], ["2.dev0", "2a1", "2rc1+l", "2", "2+l"]);
    holds("<2a1", ["2.dev0", "2a0"], ["2a1", "2"]);
    holds("<2.post1", ["2", "2.post0", "2rc1"], ["2.post1.dev0", "2.post1"]);
    holds(">1.0", ["1.1.dev0", "1.0.0.1"], ["1.0", "1.0.post1", "1.0+l", "1.0.post1+l", "1.0.post1.dev1"]);
    holds(">1.0.post1", ["1.0.post2", "1.0.post2.dev0"], ["1.0.post1", "1.0.post1+l"]);
    holds(">1.0a1", ["1.0a2", "1.0", "1.0.post1"], ["1.0a1.post1", "1.0a1+l"]);
    holds("<=1.0", ["1.0", "1.0+l", "1.0a1"], ["1.0.post0", "1.0.1"]);
    holds(">=1.0", ["1.0", "1.0+l", "1.0.post0"], ["1.0a1", "1.0.dev0"]);
    holds("===1.0", ["1.0"], ["1.0.0", " 1.0", "1.0+l"]);
    holds("=== Foo-Bar", ["foo-bar"], ["foo", "1.0"]);
    holds(" >= 1.0 ,, < 2 ,", ["1.5"], ["2"]);
    holds(`>=${"9".repeat(40)}`, [`1${"0".repeat(40)}`], ["9".repeat(39)]);
    assert.equal(contains(">=1", "2a1"), [true, true, false]);
    assert.equal(contains("===foo", "foo"), [true, true, true]);
  });

  test(`${build.name}: refused specifiers`, () => {
    refused("1.0", "1.0");
    refused(">=1, =2 ,<3", "=2");
    refused("~=1", "~=1");
    refused("~=1.0+l", "~=1.0+l");
    refused(">=1.0.*", ">=1.0.*");
    refused("==1.0a1.*", "==1.0a1.*");
    refused("==1.0.*+l", "==1.0.*+l");
    refused("<1.0+l", "<1.0+l");
    refused("== ", "==");
    refused("=== a b", "=== a b");
    refused("===a;", "===a;");
    refused(">=1 .0", ">=1 .0");
  });

  test(`${build.name}: clauses of markers`, () => {
    const clause = (operator: string, literal: string, version: string): boolean | null => {
      const [left, right] = place(build, literal, version);
      const row = rowOf(core.parseClause(OPERATORS.indexOf(operator), ...left!));
      const value = rowOf(core.parseVersion(...right!));
      assert.is(core.status(), 0, `${build.name}: ${operator} ${literal}`);
      if (row === null) return null;
      return (value === null ? core.clauseContainsText(row, ...right!) : core.clauseContains(row, value)) === 1;
    };
    const is = (expected: boolean | null, ...parts: [string, string, string]) =>
      assert.is(clause(...parts), expected, `${build.name}: ${parts.join(" ")}`);
    is(true, ">=", "3.8", "3.13.0rc1");
    is(true, "==", "3.*", "3.13");
    is(true, "~=", "3.8", "3.9");
    is(false, "<", "3.13", "3.13.0rc1");
    is(null, ">=", "3.*", "3.13");
    is(null, ">=", "foo", "3.13");
    is(true, "===", "6.1-GENERIC", "6.1-generic");
    is(false, ">=", "3", "6.1-generic");
    is(true, ">", "=3.8", "3.8");
    is(true, "<", "=3.8", "3.8");
    is(true, "==", "=3.8", "3.8");
    is(null, "!=", "=3.8", "3.8");
  });

  test(`${build.name}: answers of packaging`, () => {
    if (!existsSync(`${VECTORS}/versions.json`)) {
      process.stdout.write("skipped 1 set of packaging's versions\n");
      return;
    }
    const vectors = JSON.parse(readFileSync(`${VECTORS}/versions.json`, "utf8"));
    for (const each of vectors.valid as Parts[]) {
      const only = each.dev !== null && each.post === null ? "dev only0" : "final0";
      const pre = each.pre === null ? only : each.pre.join("");
      const suffixes = [["post", each.post] as const, ["dev", each.dev] as const].map(([name, value]) =>
        value === null ? "" : ` ${name}${value}`,
      );
      const local = each.local === null ? "" : ` +${each.local.split(".").length}`;
      parsed(each.in, `${each.epoch}!${each.release.join(".")} ${pre}${suffixes.join("")}${local}`);
      assert.is(order(each.in, each.str), 0, `${build.name}: ${each.in}`);
      assert.is(core.isPrerelease(core.parseVersion(...place(build, each.in)[0]!)), Number(each.is_pre), each.in);
    }
    for (const each of vectors.valid_more as Parts[])
      assert.is(order(each.in, each.str), 0, `${build.name}: ${each.in}`);
    for (const text of vectors.invalid as string[]) parsed(text, null);
    ascending(...(vectors.ascending_groups_of_equal as string[][]));
  });

  /** packaging's `SpecifierSet.filter`, from what the core tells. */
  function filter({ specifier, set_prereleases, prereleases, input }: Filter): string[] {
    const [left, ...items] = place(build, specifier, ...input);
    const set = core.parseSpecifiers(...left!);
    const policy = prereleases ?? set_prereleases ?? (core.specifiersNamePrerelease(set) === 1 ? true : null);
    const matching = input.filter(
      (_, i) => core.specifiersContainText(set, ...items[i]!, policy === false ? 2 : 1) === 1,
    );
    if (policy !== null) return matching;
    const isPre = (text: string): boolean | null => {
      const row = rowOf(core.parseVersion(...items[input.indexOf(text)]!));
      return row === null ? null : core.isPrerelease(row) === 1;
    };
    return matching.some((text) => isPre(text) === false) ? matching.filter((text) => isPre(text) !== true) : matching;
  }

  test(`${build.name}: answers of packaging about specifiers`, () => {
    if (!existsSync(`${VECTORS}/specifiers.json`)) {
      process.stdout.write("skipped 1 set of packaging's specifiers\n");
      return;
    }
    const vectors = JSON.parse(readFileSync(`${VECTORS}/specifiers.json`, "utf8"));
    for (const { in: text, prereleases } of vectors.valid as { in: string; prereleases: boolean | null }[]) {
      const set = rowOf(core.parseSpecifiers(...place(build, text)[0]!));
      assert.is.not(set, null, `${build.name}: ${text}`);
      assert.is(core.specifiersNamePrerelease(set!) === 1, prereleases === true, `${build.name}: ${text}`);
    }
    for (const text of vectors.invalid as string[])
      assert.type(contains(text, "1.0"), "string", `${build.name}: ${text}`);
    for (const [set, version, ...expected] of vectors.contains as [string, string, boolean, boolean, boolean][]) {
      assert.equal(contains(set, version), expected, `${build.name}: ${set} ${version}`);
    }
    for (const each of vectors.filter as Filter[]) {
      assert.equal(filter(each), each.out, `${build.name}: filter ${JSON.stringify(each)}`);
    }
  });
}

test.run();
