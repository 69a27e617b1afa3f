// Names: PEP 503's normal form and the valid names of the core metadata.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { standards, vectors } from "./markers.ts";

/** Text, its normal form, whether it is a valid name. */
const CASES: [string, string, boolean][] = [
  ["requests", "requests", true],
  ["Django", "django", true],
  ["Foo.Bar_baz--qux", "foo-bar-baz-qux", true],
  ["a-._-b", "a-b", true],
  ["a-b", "a-b", true],
  ["a--b", "a-b", true],
  ["7", "7", true],
  ["", "", false],
  ["-x", "-x", false],
  ["_x_", "-x-", false],
  ["a b", "a b", false],
  ["Ünï", "ünï", false],
  ["a×Ö", "a×ö", false],
];

const recorded = vectors("names", 60)?.names as [string, string, boolean][] | undefined;

for (const build of standards()) {
  function check([text, normal, valid]: [string, string, boolean]): void {
    const [address, size] = build.put(text);
    const id = build.core.normalizedName(address, size);
    assert.equal([build.text(id), build.core.isName(address, size) !== 0], [normal, valid], JSON.stringify(text));
    assert.is(id, build.core.normalizedName(...build.put(normal)), `${JSON.stringify(text)}: same id`);
  }

  test(`${build.name}: names`, () => {
    build.start();
    for (const each of CASES) check(each);
  });

  if (recorded === undefined) continue;
  test(`${build.name}: names as packaging normalises them`, () => {
    build.start();
    for (const each of recorded) check(each);
  });
}

test.run();
