// Markers and requirements: what is valid, what a marker is worth on a target, and the place of each failure.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { type Fault, type Standards, standards, VARIABLES, vectors } from "./markers.ts";

const SET = 0;
const ABSENT = 1;
const EMPTY = 2;
const PACKAGING = 0;
const POETRY = 1;
const TARGET = "cp312-linux-x86_64-glibc2.28";
const UNDEFINED = -1;

/** Marker, and whether it holds on TARGET. */
const CASES: [string, 0 | 1][] = [
  ["python_version >= '3.8'", 1],
  ['python_version<"3.8"', 0],
  ["'3.10' <= python_version", 1],
  ["python_version ~= '3.10'", 1],
  ["python_version == '3.*'", 1],
  ["python_version === '3.12'", 1],
  ["python_full_version == '3.12'", 0],
  ["python_full_version > '3.12'", 1],
  ["python_full_version === '3.12'", 0],
  ["python_version in '3.11, 3.12'", 1],
  ["python_version not in '3.0, 3.1, 3.2'", 1],
  ["'2' in python_version", 1],
  ["sys_platform in 'linux2'", 1],
  ["'win' not in sys_platform", 1],
  ["sys_platform >= 'linux'", 1],
  ["sys_platform < 'zzz'", 0],
  ["sys_platform > 'aaa'", 0],
  ["python_version > '=3.12'", 1],
  ["python_version < 'three'", 0],
  ["python_version >= '3.8.*'", 0],
  ["platform_release >= '5'", 1],
  ["platform_release == '6.1.0-13-amd64'", 0],
  ["implementation_version >= '3.12.1'", 1],
  ["platform_version == '#1 SMP'", 1],
  ["os.name == 'posix' and sys.platform == 'linux' and platform.machine == 'x86_64'", 1],
  ["platform.python_implementation == python_implementation", 0],
  ["python_implementation == 'CPython' and platform.version != ''", 1],
  ["os_name == sys_platform", 0],
  ["os_name == 'nt' and os_name == 'nt' or os_name == 'posix'", 1],
  ["os_name == 'posix' or os_name == 'nt' and os_name == 'nt'", 1],
  ["(os_name == 'posix' or os_name == 'nt') and os_name == 'nt'", 0],
  ["((os_name == 'posix'))and(os_name == 'nt'or'posix' == os_name)", 1],
  ["\t(\tos_name == 'posix' )\n", 1],
  ["os_name == 'pos\\ix'", 0],
  ["os_name == 'a\\\\b'", 0],
];

/** Marker, status and span: of parsing, or of evaluating on TARGET. */
const FAULTS: [string, Fault][] = [
  ["", [abi.STATUS_MARKER_OPERAND, ""]],
  ["python_versoin < '3.11'", [abi.STATUS_MARKER_VARIABLE, "python_versoin"]],
  ["os_name == 'nt' and os.nam == 'x'", [abi.STATUS_MARKER_VARIABLE, "os.nam"]],
  ["Os_name == 'nt'", [abi.STATUS_MARKER_VARIABLE, "Os_name"]],
  ["python_version", [abi.STATUS_MARKER_OPERATOR, ""]],
  ["(python_version)", [abi.STATUS_MARKER_OPERATOR, ")"]],
  ["python_version = '3'", [abi.STATUS_MARKER_OPERATOR, "="]],
  ["python_version => '3'", [abi.STATUS_MARKER_OPERATOR, "=>"]],
  ["python_version is '3'", [abi.STATUS_MARKER_OPERATOR, "is"]],
  ["python_version not '3'", [abi.STATUS_MARKER_OPERATOR, "not"]],
  ["python_version notin '3'", [abi.STATUS_MARKER_OPERATOR, "notin"]],
  ["python_version >=", [abi.STATUS_MARKER_OPERAND, ""]],
  ["python_version >= 3.8", [abi.STATUS_MARKER_OPERAND, "3.8"]],
  ["python_version <> '3'", [abi.STATUS_MARKER_OPERAND, ">"]],
  ["os_name == 'a' or or os_name == 'b'", [abi.STATUS_MARKER_OPERAND, "or"]],
  ["os_name == 'a' and", [abi.STATUS_MARKER_OPERAND, ""]],
  ["os_name == 'a", [abi.STATUS_MARKER_STRING, "'a"]],
  ["os_name == \"a'", [abi.STATUS_MARKER_STRING, "\"a'"]],
  ["os_name == 'a\nb'", [abi.STATUS_MARKER_STRING, "'a\nb'"]],
  ["os_name == 'a\\'", [abi.STATUS_MARKER_STRING, "'a\\'"]],
  ["(os_name == 'a'", [abi.STATUS_MARKER_PARENTHESIS, "("]],
  ["os_name == 'a')", [abi.STATUS_MARKER_PARENTHESIS, ")"]],
  ["os_name == 'a' AND os_name == 'b'", [abi.STATUS_MARKER_END, "AND"]],
  ["(os_name == 'a') with more", [abi.STATUS_MARKER_END, "with"]],
  ["(os_name == 'a' ; os_name == 'b')", [abi.STATUS_MARKER_END, ";"]],
  ["os_name == 'a'\nand os_name == 'b'", [abi.STATUS_MARKER_END, "\n"]],
  [`${"(".repeat(65)}os_name == 'a'${")".repeat(65)}`, [abi.STATUS_MARKER_DEPTH, "("]],
  ["os_name == 'a' or 'a' == 'a'", [abi.STATUS_MARKER_UNDEFINED, "'a' == 'a'"]],
  ["os_name == 'posix' or os_name ~= '1.0'", [abi.STATUS_MARKER_UNDEFINED, "os_name ~= '1.0'"]],
  ["sys_platform === 'linux'", [abi.STATUS_MARKER_UNDEFINED, "sys_platform === 'linux'"]],
  ["python_version ~= '3'", [abi.STATUS_MARKER_UNDEFINED, "python_version ~= '3'"]],
  ["extras == 'x'", [abi.STATUS_MARKER_UNDEFINED, "extras == 'x'"]],
];

/** Marker; extras that are chosen; whether it holds for EXTRA_SET, EXTRA_ABSENT, EXTRA_EMPTY. */
const EXTRAS: [string, string, [number, number, number]][] = [
  ["extra == 'x'", "x y", [1, 1, 0]],
  ["extra == 'Z'", "x y", [0, 1, 0]],
  ["extra != 'x'", "x y", [0, 1, 1]],
  ["'X.y' == extra", "x-y", [1, 1, 0]],
  ["extra in 'x, z'", "x y", [1, 1, 1]],
  ["extra not in 'z'", "x y", [1, 1, 0]],
  ["'x' in extra", "x y", [1, 1, 0]],
  ["extra == 'x' and extra == 'y'", "x y", [1, 1, 0]],
  ["extra ~= '1.0'", "", [UNDEFINED, 1, UNDEFINED]],
  ["'X' in extras", "x", [1, 1, 1]],
  ["'X' not in extras and 'x' in dependency_groups", "x", [0, 0, 0]],
  ["'x' == extras or 'x' != dependency_groups", "x", [1, 1, 1]],
];

/** Marker, target, and whether it holds for packaging and for poetry-core. */
const DIALECTS: [string, string, number, number][] = [
  ["platform_machine in 'x86_64 AMD64'", "cp312-win32", 1, 0],
  ["platform_machine not in 'x86_64 AMD64'", "cp312-win32", 0, 1],
  ["platform_machine in 'x86_64 AMD64'", "cp312-win-amd64", 1, 1],
  ["python_version in '3.11, 3.12'", TARGET, 1, 1],
  ["python_version in '3.11|3.1'", TARGET, 0, 0],
  ["python_full_version in '3.12'", TARGET, 0, 1],
  ["python_full_version not in '3.12.13, 3.12.1'", TARGET, 0, 0],
  ["'2' in python_version", TARGET, 1, 0],
  ["'86' in platform_machine", TARGET, 1, 1],
  ["python_version in '2.7, 3.*'", TARGET, 0, 1],
  ["python_full_version ~= '3.8'", TARGET, 1, 0],
  ["python_version ~= '3'", TARGET, UNDEFINED, 1],
  ["python_version >= '3.8.*'", TARGET, 0, 1],
  ["implementation_version >= '3'", TARGET, 1, 0],
  ["sys_platform === 'linux'", TARGET, UNDEFINED, 1],
  ["sys_platform ~= '1.0'", TARGET, UNDEFINED, 0],
  ["python_version < '3.13' and platform_release > '5.4'", TARGET, 1, 1],
];

/** Requirement, then "name|extras|specifiers|url|marker". */
const REQUIREMENTS: [string, string][] = [
  ["Foo.Bar", "foo-bar||||"],
  [" foo [ A_b , c ] >=1.0 , != 1.5.* ; os_name == 'nt' ", "foo|a-b c|>=1.0 , != 1.5.*||os_name == 'nt' "],
  ["foo(>=1,<2,)", "foo||>=1,<2,||"],
  ["foo ()", "foo||||"],
  ["foo[]", "foo||||"],
  ["foo_>1", "foo-||>1||"],
  ["foo===any-thing;os_name=='nt'", "foo||===any-thing||os_name=='nt'"],
  ["foo @ https://example.com/a;b ; os_name == 'nt'", "foo|||https://example.com/a;b|os_name == 'nt'"],
  ["foo[x]@git+https://example.com/a.git@main ", "foo|x||git+https://example.com/a.git@main|"],
];

/** The same for lenient reading: what the parentheses hold is not PEP 440's. */
const LENIENT: [string, string][] = [
  ["foo (^1.0 || ^2.0)", "foo||^1.0 || ^2.0||"],
  ["foo[x] ( * ) ; os_name == 'nt'", "foo|x|*||os_name == 'nt'"],
  ["foo (3.10)", "foo||3.10||"],
];

const REQUIREMENT_FAULTS: [string, Fault][] = [
  ["", [abi.STATUS_NAME, ""]],
  ["-foo", [abi.STATUS_NAME, "-foo"]],
  ["foo-", [abi.STATUS_REQUIREMENT, "-"]],
  ["foo bar", [abi.STATUS_REQUIREMENT, "bar"]],
  ["foo[a", [abi.STATUS_REQUIREMENT, "["]],
  ["foo[a b]", [abi.STATUS_REQUIREMENT, "b"]],
  ["foo[,a]", [abi.STATUS_REQUIREMENT, ","]],
  ["foo[a,]", [abi.STATUS_REQUIREMENT, "]"]],
  ["foo @", [abi.STATUS_REQUIREMENT, "@"]],
  ["foo @ file:///a b", [abi.STATUS_REQUIREMENT, "b"]],
  ["foo (>=1.0", [abi.STATUS_REQUIREMENT, "("]],
  ["foo (^1.0)", [abi.STATUS_SPECIFIER, "^1.0"]],
  ["foo==", [abi.STATUS_SPECIFIER, "=="]],
  ["foo>=1.0, <=2.x", [abi.STATUS_SPECIFIER, "<=2.x"]],
  ["foo>=1.0 <2.0", [abi.STATUS_SPECIFIER, ">=1.0 <2.0"]],
  ["foo>=1.0;", [abi.STATUS_MARKER_OPERAND, ""]],
  ["foo>=1.0;extra", [abi.STATUS_MARKER_OPERATOR, ""]],
];

const recorded = vectors("markers", 88000);
const real = vectors("markers_real", 47920);
const requirements = vectors("requirements", 1842);

/** 1, 0 or UNDEFINED; symbolic conditions as text. */
function evaluate(build: Standards, text: string, policy: number): number | string {
  const marker = build.marker(text);
  assert.is.not(marker, abi.NONE, `parses: ${text}`);
  const value = build.core.evaluate(marker, policy);
  return value > 1 ? symbolic(build, value) : value;
}

function symbolic(build: Standards, index: number): string {
  if (index < 2) return index === 0 ? "always" : "never";
  const [operation, left, right] = build.row(build.core.condition(index), 3) as unknown as [number, number, number];
  if (operation === abi.CONDITION_GROUP) return `group ${build.text(left)}`;
  if (operation === abi.CONDITION_EXTRA) return `extra ${build.text(left)}`;
  if (operation === abi.CONDITION_NOT) return `not ${symbolic(build, left)}`;
  return `(${symbolic(build, left)} ${operation === abi.CONDITION_ALL ? "and" : "or"} ${symbolic(build, right)})`;
}

/** A requirement in the notation of REQUIREMENTS. */
function read(build: Standards, text: string, lenient: boolean): string {
  const { core } = build;
  const address = core.parseRequirement(...build.put(text), lenient);
  if (address === 0) return "";
  const [name, , , extras, count, specifier, specifierSize, , url, urlSize, , marker, markerSize] = build.row(
    address,
    13,
  ) as unknown as number[];
  const names = Array.from({ length: count! }, (_, index) => build.text(core.requirementExtra(extras! + index)));
  const spans = [build.read(specifier!, specifierSize!), build.read(url!, urlSize!), build.read(marker!, markerSize!)];
  return [build.text(name!), names.join(" "), ...spans].join("|");
}

for (const build of standards()) {
  const { core } = build;
  function start(target = TARGET): void {
    build.start();
    assert.ok(build.target(target), target);
    core.startSelection(false, PACKAGING);
  }

  test(`${build.name}: markers`, () => {
    start();
    for (const [text, expected] of CASES) assert.is(evaluate(build, text, SET), expected, text);
  });

  test(`${build.name}: faulty markers`, () => {
    start();
    for (const [text, fault] of FAULTS) {
      const marker = build.marker(text);
      if (marker !== abi.NONE) assert.is(core.evaluate(marker, SET), UNDEFINED, text);
      assert.equal(build.fault(), fault, text);
    }
  });

  test(`${build.name}: extras and groups`, () => {
    for (const [text, chosen, expected] of EXTRAS) {
      start();
      build.marker(text);
      const ids = chosen.split(" ").map((name) => build.id(name));
      core.startSelection(false, PACKAGING);
      for (const id of ids) core.choose(id, false);
      assert.equal(
        [SET, ABSENT, EMPTY].map((policy) => evaluate(build, text, policy)),
        expected,
        text,
      );
    }
  });

  test(`${build.name}: open selections`, () => {
    start();
    core.startSelection(true, PACKAGING);
    const open = (text: string) => evaluate(build, text, SET);
    assert.is(open("extra == 'A_b'"), "extra a-b");
    assert.is(open("extra != 'x'"), "not extra x");
    assert.is(open("'dev' in dependency_groups and os_name == 'posix'"), "group dev");
    assert.is(open("'dev' in dependency_groups and os_name == 'nt'"), 0);
    assert.is(open("extra == 'x' or 'x' in extras"), "extra x");
    assert.is(open("extra in 'x y'"), "(extra x or extra y)");
    assert.is(open("extra == 'x' and ('g' in dependency_groups or os_name == 'nt')"), "(extra x and group g)");
  });

  test(`${build.name}: dialects`, () => {
    for (const [text, target, packaging, poetry] of DIALECTS) {
      start(target);
      assert.is(evaluate(build, text, SET), packaging, `packaging: ${text}`);
      core.startSelection(false, POETRY);
      assert.is(evaluate(build, text, SET), poetry, `poetry-core: ${text}`);
    }
  });

  test(`${build.name}: values belong to a target`, () => {
    start();
    assert.is(evaluate(build, "sys_platform == 'win32'", SET), 0);
    assert.ok(build.target("cp312-win-amd64"));
    core.startSelection(false, PACKAGING);
    assert.is(evaluate(build, "sys_platform == 'win32'", SET), 1);
  });

  test(`${build.name}: long chains and deep parentheses`, () => {
    start();
    const atoms = Array.from({ length: 3000 }, (_, index) => `python_version == '2.${index}'`);
    assert.is(evaluate(build, `${atoms.join(" or ")} or os_name == 'posix'`, SET), 1);
    assert.is(evaluate(build, `os_name == 'posix' and ${atoms.join(" and ")}`, SET), 0);
    const level = "(os_name == 'nt' or os_name == 'posix' and ";
    assert.is(evaluate(build, `${level.repeat(64)}os_name == 'posix'${")".repeat(64)}`, SET), 1);
  });

  test(`${build.name}: requirements`, () => {
    start();
    for (const [text, expected] of REQUIREMENTS) assert.is(read(build, text, false), expected, text);
    for (const [text, expected] of LENIENT) assert.is(read(build, text, true), expected, text);
  });

  test(`${build.name}: faulty requirements`, () => {
    start();
    for (const [text, fault] of REQUIREMENT_FAULTS) {
      assert.is(read(build, text, false), "", text);
      assert.equal(build.fault(), fault, text);
    }
  });

  if (recorded !== undefined) {
    test(`${build.name}: valid and invalid markers, as packaging tells them`, () => {
      start();
      for (const [text] of recorded.valid as [string][]) assert.is.not(build.marker(text), abi.NONE, text);
      for (const text of recorded.invalid as string[]) assert.is(build.marker(text), abi.NONE, text);
    });

    test(`${build.name}: markers on each target, as packaging evaluates them`, () => {
      type Answer = boolean | string;
      build.start();
      const cases = recorded.evaluate_on_targets as [string, Answer | Answer[]][];
      for (const [column, target] of (recorded.targets as string[]).entries()) {
        build.target(target);
        core.startSelection(false, PACKAGING);
        for (const [text, answers] of cases) {
          const answer = Array.isArray(answers) ? answers[column] : answers;
          const expected = typeof answer === "string" ? UNDEFINED : Number(answer);
          assert.is(evaluate(build, text, EMPTY), expected, `${target}: ${text}`);
        }
      }
    });

    test(`${build.name}: markers with other values, as packaging evaluates them`, () => {
      type Values = Record<string, string> | null;
      for (const [text, values, expected] of recorded.evaluate_with_overrides_of_first_target as [
        string,
        Values,
        boolean,
      ][]) {
        start(recorded.targets[0]);
        build.marker(text);
        const chosen = core.normalizedName(...build.put(values?.extra ?? ""));
        for (const [name, value] of Object.entries(values ?? {})) {
          if (name !== "extra") core.setVariable(VARIABLES.indexOf(name), build.id(value));
        }
        core.startSelection(false, PACKAGING);
        core.choose(chosen, false);
        assert.is(evaluate(build, text, SET), Number(expected), `${text} with ${JSON.stringify(values)}`);
      }
    });

    test(`${build.name}: extras and groups of PEP 751, as packaging evaluates them`, () => {
      type Sets = { extras: string[]; dependency_groups: string[] };
      for (const [text, sets, expected] of recorded.pep751 as [string, Sets, boolean][]) {
        start();
        build.marker(text);
        const extras = sets.extras.map((name) => build.id(name));
        const groups = sets.dependency_groups.map((name) => build.id(name));
        core.startSelection(false, PACKAGING);
        for (const id of extras) core.choose(id, false);
        for (const id of groups) core.choose(id, true);
        assert.is(evaluate(build, text, SET), Number(expected), text);
      }
    });
  }

  if (real !== undefined) {
    test(`${build.name}: the markers of real locks on each target`, () => {
      build.start();
      for (const [column, target] of (real.targets as string[]).entries()) {
        build.target(target);
        core.startSelection(false, PACKAGING);
        for (const [text, digits] of real.evaluate as [string, string][]) {
          assert.is(evaluate(build, text, SET), Number(digits[column]), `${target}: ${text}`);
        }
      }
    });
  }

  if (requirements !== undefined) {
    test(`${build.name}: requirements, as packaging reads them`, () => {
      type Recorded = {
        in: string;
        name: string;
        extras: string[];
        specifier: string;
        url: string | null;
        marker: string | null;
      };
      start();
      const normal = (name: string): string => build.text(core.normalizedName(...build.put(name)));
      const clauses = (text: string): string =>
        text
          .split(",")
          .map((clause) => clause.replace(/\s/g, ""))
          .filter(Boolean)
          .sort()
          .join();
      for (const each of requirements.valid as Recorded[]) {
        const [name, extras, specifier, url, marker] = read(build, each.in, false).split("|") as string[];
        assert.is(name, normal(each.name), each.in);
        assert.equal(extras!.split(" ").filter(Boolean).sort(), each.extras.map(normal).sort(), each.in);
        assert.is(clauses(specifier!), clauses(each.specifier), each.in);
        assert.is(url, each.url ?? "", each.in);
        assert.is(marker !== "", each.marker !== null, each.in);
      }
      for (const text of requirements.invalid as string[]) assert.is(read(build, text, false), "", text);
    });
  }
}

test.run();
