// Reads questions and answers from versions.py and asks the core the same. The last line is "N compared, N differences".
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const file = ".tmp/wasm/versions.release.wasm";
if (!existsSync(file)) throw new Error(`${file} is missing: node test/run.mjs --only pep440 makes it`);
const core = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports;
const NONE = 0xffffffff;
const encoder = new TextEncoder();
const ask = {
  version: ([text, normal]) => {
    const row = core.parseVersion(...text) >>> 0;
    return row === NONE ? null : core.compareVersions(row, core.parseVersion(...normal)) === 0;
  },
  compare: ([left, right]) => Math.sign(core.compareVersions(core.parseVersion(...left), core.parseVersion(...right))),
  specifier: ([left, right]) => {
    const set = core.parseSpecifiers(...left) >>> 0;
    return set === NONE ? null : [0, 1, 2].map((policy) => core.specifiersContainText(set, ...right, policy) === 1);
  },
  constraint: ([left, right]) => {
    const row = core.parseConstraint(...left) >>> 0;
    return row === NONE ? null : core.constraintAllows(row, core.parseVersion(...right)) === 1;
  },
};
let compared = 0;
let differences = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [kind, left, right, answer] = JSON.parse(line);
  // A normal form is compared as a version; the answer is then true.
  const expected = kind === "version" && answer !== null ? true : answer;
  const texts = [left, kind === "version" ? (answer ?? "") : right].map((text) => encoder.encode(text));
  const start = core.input(texts[0].length + texts[1].length);
  const memory = new Uint8Array(core.memory.buffer);
  memory.set(texts[0], start);
  memory.set(texts[1], start + texts[0].length);
  const spans = [
    [start, texts[0].length],
    [start + texts[0].length, texts[1].length],
  ];
  const found = ask[kind](spans);
  compared++;
  if (JSON.stringify(found) === JSON.stringify(expected)) continue;
  differences++;
  if (differences <= 30)
    process.stdout.write(
      `${kind} ${JSON.stringify([left, right])}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}\n`,
    );
}
process.stdout.write(`${compared} compared, ${differences} differences\n`);
process.exitCode = differences === 0 && compared > 0 ? 0 : 1;
