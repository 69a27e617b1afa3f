// Poetry's constraints against the answers of poetry-core (test/fixtures/poetry-constraints.json), and our own cases.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { fault, place, rowOf, type Versions } from "./versions.ts";
import { builds } from "./wasm.ts";

interface Recorded {
  renew: string;
  versions: string[];
  constraints: [constraint: string, allowed: string[] | null][];
}

const recorded: Recorded = JSON.parse(readFileSync("test/fixtures/poetry-constraints.json", "utf8"));

for (const build of builds<Versions>("versions")) {
  const { core } = build;

  /** The versions among `candidates` that the constraint allows, null when it is refused. */
  function allowed(constraint: string, candidates: string[]): string[] | null {
    const [left, ...others] = place(build, constraint, ...candidates);
    const row = rowOf(core.parseConstraint(...left!));
    if (row === null) return null;
    return candidates.filter((_, index) => core.constraintAllows(row, core.parseVersion(...others[index]!)) === 1);
  }

  const allows = (constraint: string, yes: string[], no: string[]): void =>
    assert.equal(allowed(constraint, [...yes, ...no]), yes, `${build.name}: ${constraint}`);
  const refused = (constraint: string, clause: string): void => {
    assert.is(allowed(constraint, []), null, `${build.name}: ${constraint}`);
    assert.equal(
      [core.status(), fault(build, constraint)],
      [abi.STATUS_CONSTRAINT, clause],
      `${build.name}: ${constraint}`,
    );
  };

  test(`${build.name}: answers of poetry-core`, () => {
    for (const [constraint, expected] of recorded.constraints) {
      const message = `${build.name}: ${JSON.stringify(constraint)}; renew with ${recorded.renew}`;
      assert.equal(allowed(constraint, recorded.versions), expected, message);
    }
  });

  test(`${build.name}: constraints`, () => {
    allows("^1.2.3", ["1.2.3", "1.9", "1.2.3+l"], ["1.2.2", "2.dev0", "2a1", "2", "1.2.3a1"]);
    allows("^0.0.3", ["0.0.3", "0.0.3.post1"], ["0.0.4.dev0", "0.0.4", "0.1"]);
    allows("~1", ["1", "1.9"], ["2.dev0", "0.9"]);
    allows("~1.2.3", ["1.2.3", "1.2.9"], ["1.3", "1.2.2"]);
    allows("==1.0", ["1", "1.0+cu121"], ["1.0.post1"]);
    allows("!=1.0", ["1.0.post1", "1.0a1", "1.1"], ["1.0", "1.0+cu121"]);
    allows(">1.0", ["1.0.0.1", "1.1.dev0"], ["1.0.post1", "1.0+l"]);
    allows("<2", ["1.9", "1.9+l"], ["2.dev0", "2rc1", "2", "2.post1"]);
    allows(">=3.9,<4 || ==2.7.*", ["2.7.18", "3.9", "3.14"], ["2.8", "3.0", "4.0"]);
    // Upper case spells the same version (PEP 440, "Case sensitivity"); poetry-core tells 1.0RC1 from 1.0rc1.
    allows("==1.0RC1", ["1.0rc1", "1.0c1"], ["1.0"]);
    allows(`^${"9".repeat(20)}`, ["9".repeat(20), `${"9".repeat(20)}.1`], [`1${"0".repeat(20)}`]);
    allows("~999999999999999999", ["999999999999999999.5"], ["1000000000000000000"]);
  });

  test(`${build.name}: refused constraints`, () => {
    refused("", "");
    refused(">=1, foo", "foo");
    refused("^1 || ^x", "^x");
    refused("1 || || 2", "");
    refused(">=1,,<2", ">=1,,<2");
    refused("===1.0", "===1.0");
    refused(`${">=1,".repeat(1024)}<2`, "<2"); // CLAUSE_LIMIT
  });

  test(`${build.name}: one row for a text; nothing and everything`, () => {
    const texts = ["^1.2", "^1.2", "*", ">2,<1", "foo"];
    const [first, second, every, none, wrong] = place(build, ...texts).map((span) => core.textOf(...span));
    assert.is(core.constraintOf(first!), core.constraintOf(second!));
    const kinds = [first, every, none].map((text) => {
      const row = core.constraintOf(text!);
      return [core.constraintIsAny(row), core.constraintIsEmpty(row)];
    });
    assert.equal(kinds, [[0, 0], [1, 0], [0, 1]]); // biome-ignore format: a table
    for (let time = 0; time < 2; time++) {
      core.forgetStatus();
      assert.equal([core.constraintOf(wrong!), core.status()], [-1, abi.STATUS_CONSTRAINT]);
    }
  });
}

test.run();
