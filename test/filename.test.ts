// File names of wheels and sdists, as packaging parses them.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Standards, standards, vectors } from "./markers.ts";

interface Recorded {
  in: string;
  error?: string;
  name?: string;
  version?: string;
  build?: [] | [number, string];
  tags?: string[];
}

/** File name, then "name|version|build digits|rest|python|abi|platform", or "" when it is none. */
const CASES: [string, string][] = [
  ["foo-1.0-py3-none-any.whl", "foo|1.0|||py3|none|any"],
  ["Foo_Bar.baz-1.0+local.1-py2.py3-none-any.whl", "foo-bar-baz|1.0+local.1|||py2.py3|none|any"],
  [
    "black-22.10.0-1fixedarch-cp310-cp310-macosx_11_0_x86_64.whl",
    "black|22.10.0|1|fixedarch|cp310|cp310|macosx_11_0_x86_64",
  ],
  ["foo-1.0-007-py3-none-any.whl", "foo|1.0|007||py3|none|any"],
  ["foo_bár-1.0-py3-none-any.whl", "foo-bár|1.0|||py3|none|any"],
  ["foo-1.0-abc-py3-none-any.whl", ""],
  ["foo__bar-1.0-py3-none-any.whl", ""],
  ["foo#bar-1.0-py3-none-any.whl", ""],
  ["foo-1.x-py3-none-any.whl", ""],
  ["foo-1.0-none-any.whl", ""],
  ["foo-1.0-1-py3-none-any-more.whl", ""],
  ["foo-1.0-py3-none-any.whl.metadata", ""],
  ["foo-1.0-py3-none-any.WHL", ""],
  [".whl", ""],
  ["", ""],
  ["Foo.Bar-1!2.0.tar.gz", "foo-bar|1!2.0|||||"],
  ["foo-bar-1.0.zip", "foo-bar|1.0|||||"],
  ["foo-v1.0.tar.gz", "foo|v1.0|||||"],
  ["foo.tar.gz", ""],
  ["foo-.tar.gz", ""],
  ["foo-1.0.tar.bz2", ""],
  ["foo-1.0-beta.tar.gz", ""],
  ["foo-1.0-py2.7.egg", ""],
];

const synthetic = vectors("filenames", 28);
const real = vectors("filenames_real", 8537);
const recorded = [
  ...(synthetic?.wheels ?? []),
  ...(synthetic?.sdists ?? []),
  ...(real?.wheels ?? []),
  ...(real?.sdists ?? []),
] as Recorded[];

/** What the core reads, in the notation above. */
function parse(build: Standards, name: string): string {
  const { core } = build;
  const place = build.put(name);
  const address = core.parseWheel(...place) || core.parseSdist(...place);
  if (address === 0) return "";
  const cells = build.row(address, 8) as unknown as number[];
  const [project, , version, digits, digitsSize, rest, restSize, set] = cells;
  const tags = set === 0xffffffff ? [] : (build.row(core.tagSet(set!), 3) as unknown as number[]);
  const [number, suffix] = [build.read(digits!, digitsSize!), build.read(rest!, restSize!)];
  return [
    build.text(project!),
    build.text(version!),
    number,
    suffix,
    ...["", "", ""].map((none, index) => (tags.length === 0 ? none : build.text(tags[index]!))),
  ].join("|");
}

/** The same as packaging records it: the version normalised (pep440.test.ts has that), the build number a number, the tags a set. */
function matches(found: string, expected: Recorded): void {
  if (expected.error !== undefined) {
    assert.is(found, "", expected.in);
    return;
  }
  const [name, version, digits, rest, python, abi, platform] = found.split("|") as string[];
  assert.is(name, expected.name, expected.in);
  assert.ok(expected.in.includes(`-${version}`), `${expected.in}: version ${version}`);
  if (expected.tags === undefined) return;
  assert.equal(digits === "" ? [] : [Number(digits), rest], expected.build, expected.in);
  const tags: string[] = [];
  for (const a of python!.split("."))
    for (const b of abi!.split(".")) for (const c of platform!.split(".")) tags.push(`${a}-${b}-${c}`.toLowerCase());
  assert.equal([...new Set(tags)].sort(), [...expected.tags].sort(), expected.in);
}

for (const build of standards()) {
  test(`${build.name}: file names`, () => {
    build.start();
    for (const [name, expected] of CASES) assert.is(parse(build, name), expected, name);
    assert.is(build.core.outcome(), 0, "no status");
  });

  if (recorded.length === 0) continue;
  test(`${build.name}: file names as packaging parses them`, () => {
    build.start();
    for (const each of recorded) matches(parse(build, each.in), each);
  });
}

test.run();
