// The members of uv's workspaces, while it is open which of them are asked for: whatever members, groups and extras are then
// chosen, what is installed is what resolving just that gives. (That this is what uv installs, test/uv.test.ts holds.)
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { freeze, isWorkspace } from "../src/answers/freeze.ts";
import type { Lockfile } from "../src/lock/lockfile.ts";
import { readPyproject } from "../src/lock/pyproject.ts";
import { readLock } from "../src/lock/shipped.ts";
import { PylockError } from "../src/words/errors.ts";
import { evaluated } from "./conditions.ts";
import { corpus } from "./corpus.ts";

const FIXTURES = "test/fixtures/uv/";
const TARGETS = ["cp312-linux-x86_64-glibc2.28", "cp313-macos14-arm64"];
/** Of a large workspace the members are taken in steps: each selection of a large lock takes a few milliseconds. */
const MOST_MEMBERS = 16;

const fixtures = readdirSync(FIXTURES).map((id) => ({
  id,
  lock: readFileSync(`${FIXTURES}${id}/uv.lock`),
  pyproject: existsSync(`${FIXTURES}${id}/pyproject.toml`)
    ? readFileSync(`${FIXTURES}${id}/pyproject.toml`, "utf8")
    : null,
}));

let count = 0;
for (const { id, lock: bytes, pyproject } of [...fixtures, ...corpus("uv")]) {
  const lock = reading(bytes, pyproject);
  if (lock === null || !isWorkspace(lock)) continue;
  count += 1;
  test(`${id}: members alone, in pairs, and all of them`, () => {
    for (const target of TARGETS) holdsOn(lock, target);
  });
}

test("there are workspaces with a project of their own, and without", () => assert.ok(count >= 4, `${count}`));

function reading(lock: Uint8Array, pyproject: string | null): Lockfile | null {
  try {
    const project = pyproject === null ? null : readPyproject(pyproject, "pyproject.toml");
    return readLock(lock, { path: "uv.lock", format: "uv", pyproject: project });
  } catch (error) {
    if (error instanceof PylockError) return null;
    throw error;
  }
}

function holdsOn(lock: Lockfile, target: string): void {
  const open = lock.resolveOpen({ target, groups: [], extras: [] });
  const locked = lock.packages();
  const every = [...lock.groups.keys()];
  const choices = [
    { groups: ["main"], extras: [] },
    { groups: every, extras: lock.extras },
    { groups: every.filter((_, index) => index % 2 === 1), extras: [] },
    { groups: every.filter((_, index) => index % 2 === 0), extras: lock.extras.filter((_, index) => index % 2 === 0) },
  ];
  const own = [...lock.memberFolders].filter(([, folder]) => folder === ".").map(([name]) => name);
  for (const packages of selections(lock.members)) {
    const usual = own.length > 0 && packages !== "all" ? own : lock.members;
    const members = new Set(packages === undefined || packages === "all" ? usual : packages);
    const isAlone = packages !== undefined && packages !== "all" && packages.length === 1;
    for (const { groups, extras } of choices) {
      const where = `${target} ${packages}|${groups}|${extras}`;
      const closed = lock.resolve({ target, groups, extras, packages });
      const holds = evaluated(open.conditions, new Set(groups), new Set(extras), members, isAlone);
      const isRefused = open.error !== null || open.refusals.some(({ condition }) => holds[condition]);
      assert.is(isRefused, closed.error !== null, where);
      if (isRefused) continue;
      const chosen = open.choices.filter(({ condition }) => holds[condition]);
      const names = (list: readonly { readonly name: string; readonly version: string | null }[]): string[] =>
        list.map((each) => `${each.name} ${each.version}`).sort();
      assert.equal(names(chosen.map((each) => locked[each.package]!)), names(closed.packages), where);
    }
  }
}

/** The usual ones, all, each alone, and pairs of neighbours. */
function selections(members: readonly string[]): (readonly string[] | "all" | undefined)[] {
  const step = Math.ceil(members.length / MOST_MEMBERS);
  const some = members.filter((_, index) => index % step === 0);
  const pairs = some.slice(1).map((member, index) => [some[index]!, member]);
  return [undefined, "all", ...some.map((member) => [member]), ...pairs];
}

/** Members and packages that need others at random: far more selections than any workspace that grew has. */
function randomWorkspace(members: number, packages: number): string {
  let state = 12345;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % limit;
  };
  const table = (names: readonly string[]): string => `[${[...new Set(names)].map((name) => `{ name = "${name}" }`)}]`;
  const some = (count: number, kind: string, below: number): string[] =>
    below === 0 ? [] : Array.from({ length: count }, () => `${kind}${random(below)}`);
  const libraries = Array.from({ length: packages }, (_, index) => {
    const source = 'source = { registry = "https://pypi.invalid/simple" }';
    return `[[package]]\nname = "p${index}"\nversion = "1.0"\n${source}\ndependencies = ${table(some(3, "p", index))}\n`;
  });
  const projects = Array.from({ length: members }, (_, index) => {
    const needs = table([...some(8, "p", packages), ...some(2, "m", index)]);
    const groups = `dev = ${table(some(2, "p", packages))}\ntest = ${table(some(1, "p", packages))}\n`;
    const head = `[[package]]\nname = "m${index}"\nversion = "1.0"\nsource = { editable = "packages/m${index}" }\n`;
    return `${head}dependencies = ${needs}\n[package.dev-dependencies]\n${groups}`;
  });
  const names = JSON.stringify(projects.map((_, index) => `m${index}`));
  return `version = 1\nrequires-python = ">=3.11"\n[manifest]\nmembers = ${names}\n${[...libraries, ...projects].join("\n")}`;
}

test("too many members: what is installed without naming any is frozen, and it is said", () => {
  const lock = readLock(randomWorkspace(400, 1500), { path: "uv.lock", format: "uv" });
  const [target] = TARGETS as [string];
  const frozen = freeze(lock, { lockSha256: "", targets: [target] });
  assert.is(frozen.lacksMembers, true);
  const { format, members, warnings, packages, conditions } = JSON.parse(frozen.json);
  assert.equal([format, members], [1, undefined]);
  assert.match(warnings.join(), "the workspace has too many members for each to have its own selection");
  assert.not.match(JSON.stringify(conditions), "member");
  const whole = lock.resolve({ target, groups: ["main", "dev", "test"], extras: [], packages: "all" });
  assert.is(packages.length, whole.packages.length);
});

test("sixty members are not too many", () => {
  const lock = readLock(randomWorkspace(60, 400), { path: "uv.lock", format: "uv" });
  const frozen = freeze(lock, { lockSha256: "", targets: [...TARGETS] });
  assert.is(frozen.lacksMembers, false);
  for (const target of TARGETS) holdsOn(lock, target);
});

test.run();
