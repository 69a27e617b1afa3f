// The members of uv's workspaces, while it is open which of them are asked for: whatever members, groups and extras are then
// chosen, what is installed is what resolving just that gives. (That this is what uv installs, test/uv.test.ts holds.)
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isWorkspace } from "../src/answers/freeze.ts";
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

test.run();
