// Targets: their names, the marker environment of each, and what is refused where.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { type Fault, standards, VARIABLES, vectors } from "./markers.ts";

/** Target, python_full_version, and the values in the order of VARIABLES. */
const CASES: [string, string, string][] = [
  ["cp312-linux-x86_64-glibc2.28", "", "cpython|3.12.13|posix|x86_64|CPython|6.1.0|Linux|#1 SMP|3.12.13|3.12|linux"],
  [
    "cp312-linux-x86_64-glibc2.28",
    "3.12.4",
    "cpython|3.12.4|posix|x86_64|CPython|6.1.0|Linux|#1 SMP|3.12.4|3.12|linux",
  ],
  [
    "cp314-linux-riscv64-musl1.2",
    "3.14.0rc2",
    "cpython|3.14.0rc2|posix|riscv64|CPython|6.1.0|Linux|#1 SMP|3.14.0rc2|3.14|linux",
  ],
  ["cp37-linux-i686-glibc2.5", "", "cpython|3.7.17|posix|i686|CPython|6.1.0|Linux|#1 SMP|3.7.17|3.7|linux"],
  [
    "cp38-macos10.15-x86_64",
    "",
    "cpython|3.8.20|posix|x86_64|CPython|19.6.0|Darwin|Darwin Kernel Version|3.8.20|3.8|darwin",
  ],
  [
    "cp313t-macos26-arm64",
    "",
    "cpython|3.13.13|posix|arm64|CPython|25.6.0|Darwin|Darwin Kernel Version|3.13.13|3.13|darwin",
  ],
  ["cp311-win-amd64", "", "cpython|3.11.15|nt|AMD64|CPython|10|Windows|10.0.20348|3.11.15|3.11|win32"],
  ["cp311-win-arm64", "", "cpython|3.11.15|nt|ARM64|CPython|10|Windows|10.0.20348|3.11.15|3.11|win32"],
  ["cp310-win32", "", "cpython|3.10.20|nt|x86|CPython|10|Windows|10.0.20348|3.10.20|3.10|win32"],
];

/** Target, python_full_version, and what is refused. */
const FAULTS: [string, string, Fault][] = [
  ["", "", [abi.STATUS_TARGET_PYTHON, ""]],
  ["cp36-win32", "", [abi.STATUS_TARGET_PYTHON, "cp36"]],
  ["cp315-win32", "", [abi.STATUS_TARGET_PYTHON, "cp315"]],
  ["cp307-win32", "", [abi.STATUS_TARGET_PYTHON, "cp307"]],
  ["cp312t-win32", "", [abi.STATUS_TARGET_PYTHON, "cp312t"]],
  ["pp310-win32", "", [abi.STATUS_TARGET_PYTHON, "pp310"]],
  ["cp312", "", [abi.STATUS_TARGET, "cp312"]],
  ["cp312-", "", [abi.STATUS_TARGET, ""]],
  ["cp312-beos-x86", "", [abi.STATUS_TARGET, "beos-x86"]],
  ["cp312-linux-x86_64", "", [abi.STATUS_TARGET, "x86_64"]],
  ["cp312-linux-sparc-glibc2.28", "", [abi.STATUS_TARGET, "sparc"]],
  ["cp312-linux-x86_64-glibc3.1", "", [abi.STATUS_TARGET, "glibc3.1"]],
  ["cp312-linux-x86_64-glibc2.", "", [abi.STATUS_TARGET, "glibc2."]],
  ["cp312-linux-x86_64-glibc2.028", "", [abi.STATUS_TARGET, "glibc2.028"]],
  ["cp312-linux-x86_64-musl1.2-x", "", [abi.STATUS_TARGET, "musl1.2-x"]],
  ["cp312-macos10-x86_64", "", [abi.STATUS_TARGET, "macos10"]],
  ["cp312-macos20-arm64", "", [abi.STATUS_TARGET, "macos20"]],
  ["cp312-macos10.15-arm64", "", [abi.STATUS_TARGET, "arm64"]],
  ["cp312-macos14-amd64", "", [abi.STATUS_TARGET, "amd64"]],
  ["cp312-win-x86", "", [abi.STATUS_TARGET, "win-x86"]],
  ["cp312-win32", "3.11.4", [abi.STATUS_TARGET_PYTHON, "3.11.4"]],
  ["cp312-win32", "3.12", [abi.STATUS_TARGET_PYTHON, "3.12"]],
  ["cp312-win32", "3.12.x", [abi.STATUS_TARGET_PYTHON, "3.12.x"]],
  ["cp312-win32", " 3.12.1", [abi.STATUS_TARGET_PYTHON, " 3.12.1"]],
];

const recorded = vectors("markers", 80)?.environments as Record<string, Record<string, string>> | undefined;

for (const build of standards()) {
  const { core } = build;
  const values = (): string[] => VARIABLES.map((_, index) => build.text(core.variable(index)));

  test(`${build.name}: marker environments`, () => {
    build.start();
    for (const [target, python, expected] of CASES) {
      assert.ok(build.target(target, python), target);
      assert.is(values().join("|"), expected, target);
    }
    assert.is.not(core.variableVersion(9) | 0, abi.NONE, "python_version is a version");
    assert.is(core.variableVersion(10) | 0, abi.NONE, "sys_platform is none");
  });

  test(`${build.name}: refused targets`, () => {
    build.start();
    for (const [target, python, fault] of FAULTS) {
      assert.not(build.target(target, python), target);
      assert.equal(build.fault(), fault, `${target} ${python}`);
    }
  });

  test(`${build.name}: known targets`, () => {
    build.start();
    const names = Array.from({ length: core.knownTargetCount() }, (_, index) => build.text(core.knownTarget(index)));
    assert.is(names.length, 116);
    assert.is(new Set(names).size, names.length, "all differ");
    for (const name of names) assert.ok(build.target(name), name);
    assert.is(names[0], "cp37-linux-x86_64-glibc2.17");
    assert.is(names.filter((name) => name.endsWith("-win-arm64"))[0], "cp311-win-arm64");
    assert.is(names.at(-1), "cp314t-win-arm64");
  });

  if (recorded === undefined) continue;
  test(`${build.name}: the environments that the recorded answers were made with`, () => {
    build.start();
    for (const [target, environment] of Object.entries(recorded)) {
      assert.ok(build.target(target), target);
      assert.equal(
        values(),
        VARIABLES.map((variable) => environment[variable]),
        target,
      );
    }
  });
}

test.run();
