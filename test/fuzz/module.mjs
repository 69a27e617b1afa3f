// A lock through its module for Nix, in the strict host of test/nix/host.ts, against what the shell made of it: never a trap or
// a panic, in neither build; what the shell refuses it refuses with the same code at the same place, and what the shell resolves it resolves
// alike.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { freeze } from "../../dist/answers/freeze.js";
import { failureFrom } from "../../dist/words/errors.js";
import { recordsOf } from "./sources.mjs";

/** The module that reads each; nix/locks.nix asks it for those that name their files. */
const MODULES = {
  poetry: "nix",
  uv: "nix-uv",
  pylock: "nix-flat",
  pdm: "nix-flat",
  conda: "nix-pip",
  pipfile: "nix-pip",
  requirements: "nix-pip",
};
const TARGETS = ["cp312-linux-x86_64-glibc2.28", "cp39-win-amd64"];

/** Holds what a module answers against the failure or the lock that the shell has; null, or what differs. */
export async function moduleHolder() {
  const { evaluator, Path } = await import("../../.tmp/test/nix/host.js");
  const modules = new Map(
    [...new Set(Object.values(MODULES))].map((name) => [
      name,
      [`${name}.wasm`, `${name}.debug.wasm`].map((file) => [
        file,
        new WebAssembly.Module(readFileSync(`wasm/${file}`)),
      ]),
    ]),
  );
  let calls = 0;
  const hold = (format, pyproject, bytes, expected, withDebug) => {
    const project = recordsOf(format, pyproject);
    // The debug build is some ten times slower.
    for (const [file, module] of modules.get(MODULES[format]).slice(0, withDebug ? 2 : 1)) {
      const evaluate = evaluator(module, new Map([["lock", bytes]]));
      try {
        for (const target of "code" in expected ? TARGETS.slice(0, 1) : TARGETS) {
          calls++;
          const { value } = evaluate("resolve", { lock: new Path("lock"), target, format, project });
          const difference =
            "code" in expected ? otherFailure(value, expected, bytes) : otherAnswer(value, expected, target, pyproject);
          if (difference !== null) return `${file}, ${target}: ${difference}`;
        }
      } catch (error) {
        return `${file}: ${error?.stack ?? error}`;
      }
    }
    return null;
  };
  return Object.assign(hold, { calls: () => calls });
}

function otherFailure({ error }, expected, bytes) {
  if (error === undefined) return `expected ${expected.code}, got an answer`;
  const found = wordOf(error);
  if (found !== expected.code) return `expected ${expected.code}, got ${found}`;
  if (error.input !== "lock" || expected.offset === null) return null;
  // Of equal texts the first that was read is shown; the core reads packages first, a module the lock from its start.
  const texts = [expected, error].map(({ offset, size }) =>
    Buffer.from(bytes.subarray(offset, offset + size)).toString("latin1"),
  );
  if (texts[0] === texts[1] && texts[0] !== "") return null;
  const [there, here] = [expected, error].map(({ offset, size, line, column }) => [offset, size, line, column].join());
  return there === here ? null : `expected ${found} at ${there}, got it at ${here}`;
}

function otherAnswer(answer, lock, target, pyproject) {
  if (answer.error !== undefined) return `refused with ${wordOf(answer.error)}`;
  const { error } = lock.resolveOpen({ target, groups: [], extras: [] });
  const found = answer.targets[target].error === undefined ? null : wordOf(answer.targets[target].error);
  if (found !== (error?.code ?? null)) return `expected ${error?.code ?? "no error"}, got ${found}`;
  const options = { lockSha256: "", pyproject, pyprojectDigest: null, generator: "", targets: [{ target }] };
  const { packages, conditions, extras } = JSON.parse(freeze(lock, options).json);
  const there = { packages, conditions, extras };
  // Control characters are written out for Nix, whose strings end at a NUL.
  if (/\\[bfnrtu]/.test(JSON.stringify(there))) return null;
  const here = { packages: answer.packages, conditions: answer.conditions, extras: [...answer.extras].sort() };
  if (isDeepStrictEqual(here, there)) return null;
  const differing = packages.findIndex((each, index) => !isDeepStrictEqual(each, answer.packages[index]));
  return `expected ${JSON.stringify(packages[differing] ?? conditions)}, got ${JSON.stringify(answer.packages[differing] ?? answer.conditions)}`;
}

const wordOf = ({ code }) => failureFrom(code, { path: null, bytes: null, offset: null, size: null }).code;
