// Reads questions and answers from standards.py and asks the core the same. The last line is "N compared, N differences".
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const file = ".tmp/wasm/markers.release.wasm";
if (!existsSync(file)) throw new Error(`${file} is missing: node test/run.mjs --only pep508 makes it`);
const core = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports;
const EXTRA_EMPTY = 2;
const encoder = new TextEncoder();
const NONE = 0xffffffff;

/** Forgets all, and writes texts; gives an address and a size for each. */
function start(texts) {
  const bytes = texts.map((text) => encoder.encode(text));
  let at = core.input(bytes.reduce((size, each) => size + each.length, 0));
  const memory = new Uint8Array(core.memory.buffer);
  return bytes.map((each) => {
    memory.set(each, at);
    at += each.length;
    return [at - each.length, each.length];
  });
}

const ask = {
  marker: (target, marker) => {
    const [name, text] = start([target, marker]);
    core.setTarget(...name, 0, 0);
    const row = core.parseMarker(...text) >>> 0;
    if (row === NONE) return null;
    core.startSelection(false, 0);
    const value = core.evaluate(row, EXTRA_EMPTY);
    return value === -1 ? null : value === 1;
  },
  tag: (target, names) => {
    const parts = names.flatMap((name) => name.split("-"));
    const [name, ...spans] = start([target, ...parts]);
    core.setTarget(...name, 0, 0);
    const ids = spans.map((span) => core.id(...span));
    const ranks = [core.rank(ids[0], ids[1], ids[2]), core.rank(ids[3], ids[4], ids[5])].map((rank) => rank >>> 0);
    const fits = ranks.map((rank) => rank !== NONE);
    return [...fits, fits[0] && fits[1] ? Math.sign(ranks[0] - ranks[1]) : 0];
  },
};

let compared = 0;
let differences = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [kind, target, question, expected] = JSON.parse(line);
  const found = ask[kind](target, question);
  compared++;
  if (JSON.stringify(found) === JSON.stringify(expected)) continue;
  differences++;
  if (differences <= 30) {
    const words = [question, expected, found].map((each) => JSON.stringify(each));
    process.stdout.write(`${kind} ${target} ${words[0]}: expected ${words[1]}, got ${words[2]}\n`);
  }
}
process.stdout.write(`${compared} compared, ${differences} differences\n`);
process.exitCode = differences === 0 && compared > 0 ? 0 : 1;
