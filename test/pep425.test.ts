// Compatibility tags: their order on each target, and the best of a wheel's tags.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Standards, standards, vectors } from "./markers.ts";

const INCOMPATIBLE = 0xffffffff;

/** Target, then the tags (of a wheel's name) from best to worst; those after "!" are incompatible. */
const CASES: [string, string][] = [
  [
    "cp312-linux-x86_64-glibc2.28",
    "cp312-cp312-manylinux_2_28_x86_64 cp312-cp312-manylinux_2_17_x86_64 cp312-cp312-manylinux2014_x86_64 " +
      "cp312-cp312-manylinux_2_5_x86_64.manylinux1_x86_64 cp312-cp312-linux_x86_64 cp312-abi3-linux_x86_64 " +
      "cp312-none-linux_x86_64 cp311-abi3-manylinux2010_x86_64 cp32-abi3-linux_x86_64 py312-none-linux_x86_64 " +
      "py3-none-linux_x86_64 py30-none-linux_x86_64 cp312-none-any py312-none-any py2.py3-none-any py311-none-any py30-none-any " +
      "! cp312-cp312-manylinux_2_29_x86_64 cp312-cp312-manylinux_2_4_x86_64 cp312-cp312-manylinux_2_017_x86_64 " +
      "cp312-cp312-manylinux_2_17_aarch64 cp312-cp312-musllinux_1_1_x86_64 cp312-cp312-win_amd64 cp31-abi3-linux_x86_64 " +
      "cp313-abi3-linux_x86_64 cp311-cp311-linux_x86_64 py313-none-any cp3-none-any py2-none-any py3-abi3-any cp312-abi3-any",
  ],
  [
    "cp39-linux-aarch64-glibc2.17",
    "cp39-cp39-manylinux_2_17_aarch64 cp39-cp39-manylinux2014_aarch64 cp39-cp39-linux_aarch64 " +
      "! cp39-cp39-manylinux2010_aarch64 cp39-cp39-manylinux_2_12_aarch64",
  ],
  [
    "cp313-linux-aarch64-musl1.2",
    "cp313-cp313-musllinux_1_2_aarch64 cp313-cp313-musllinux_1_0_aarch64 cp313-cp313-linux_aarch64 " +
      "! cp313-cp313-musllinux_1_3_aarch64 cp313-cp313-manylinux2014_aarch64",
  ],
  [
    "cp37-macos10.15-x86_64",
    "cp37-cp37m-macosx_10_15_x86_64 cp37-cp37m-macosx_10_9_x86_64 cp37-cp37m-macosx_10_9_intel cp37-cp37m-macosx_10_6_universal2 " +
      "! cp37-cp37-macosx_10_9_x86_64 cp37-cp37m-macosx_11_0_x86_64 cp37-cp37m-macosx_10_3_x86_64 cp37-cp37m-macosx_10_9_arm64",
  ],
  [
    "cp311-macos14-arm64",
    "cp311-cp311-macosx_14_0_arm64 cp311-cp311-macosx_14_0_universal2 cp311-cp311-macosx_11_0_arm64 cp311-cp311-macosx_11_0_universal2 " +
      "cp311-cp311-macosx_10_16_universal2 cp311-cp311-macosx_10_9_x86_64.macosx_10_9_universal2 " +
      "! cp311-cp311-macosx_11_1_arm64 cp311-cp311-macosx_10_9_x86_64 cp311-cp311-macosx_10_9_arm64 cp311-cp311-macosx_15_0_arm64",
  ],
  [
    "cp313t-win-amd64",
    "cp313-cp313t-win_amd64 cp313-abi3t-win_amd64 cp313-none-win_amd64 cp312-abi3t-win_amd64 py3-none-win_amd64 cp313-none-any ! cp313-cp313-win_amd64 cp313-abi3-win_amd64 cp313-cp313t-win32",
  ],
  [
    "cp310-win32",
    "CP310-CP310-Win32 cp310.cp39-abi3.none-win32 cp39-abi3-any.win32 py3-none-win32 py3-none-any ! cp310-cp310-win_amd64 cp310-cp310- -- ",
  ],
  // A wheel with several platforms ranks by its best; `any` beside native platforms does not.
  [
    "cp314-linux-x86_64-glibc2.39",
    "cp314-cp314-manylinux_2_39_x86_64 cp314-cp314-manylinux_2_12_x86_64.manylinux_2_34_x86_64 py3-none-manylinux2014_x86_64.any py3-none-any.win32 ! cp313-none-macosx_11_0_arm64",
  ],
];

const recorded = vectors("tags", 23);

/** Rank of "python-abi-platform". */
function rank(build: Standards, tag: string): number {
  const [python, abi, platform] = tag.split("-") as [string, string, string];
  return build.core.rank(build.id(python), build.id(abi), build.id(platform)) >>> 0;
}

function check(build: Standards, target: string, tags: string): void {
  assert.ok(build.target(target), target);
  const [good, bad] = tags.split("! ").map((part) => part.split(" ").filter((tag) => tag !== ""));
  let previous = -1;
  for (const tag of good!) {
    const place = rank(build, tag);
    assert.ok(
      place > previous && place !== INCOMPATIBLE,
      `${target}: ${tag} has rank ${place}, the one before ${previous}`,
    );
    previous = place;
  }
  for (const tag of bad ?? []) assert.is(rank(build, tag), INCOMPATIBLE, `${target}: ${tag} is incompatible`);
}

for (const build of standards()) {
  const written = (): string[] => build.text(build.core.tags()).trimEnd().split("\n");

  test(`${build.name}: ranks`, () => {
    build.start();
    for (const [target, tags] of CASES) check(build, target, tags);
  });

  test(`${build.name}: the written list has the order of the ranks`, () => {
    for (const [target] of CASES) {
      build.start();
      assert.ok(build.target(target), target);
      check(build, target, written().join(" "));
    }
  });

  if (recorded === undefined) continue;
  test(`${build.name}: the tags of each target, as packaging lists them`, () => {
    for (const [target, tags] of Object.entries(recorded.targets as Record<string, string[]>)) {
      build.start();
      assert.ok(build.target(target), target);
      assert.equal(written(), tags, target);
      check(build, target, tags.join(" "));
    }
  });

  test(`${build.name}: the platforms of macOS, as packaging lists them`, () => {
    for (const [[major, minor], architecture, platforms] of recorded.mac_platforms as [
      [number, number],
      string,
      string[],
    ][]) {
      if (architecture === "i386") continue; // no such target
      build.start();
      const target = `cp312-macos${major}${major === 10 ? `.${minor}` : ""}-${architecture}`;
      assert.ok(build.target(target), target);
      const prefix = "cp312-cp312-";
      const found = written()
        .filter((tag) => tag.startsWith(prefix))
        .map((tag) => tag.slice(prefix.length));
      assert.equal(found, platforms, target);
    }
  });
}

test.run();
