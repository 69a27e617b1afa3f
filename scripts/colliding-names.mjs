// Prints names of 16 bytes that have the same hash (assembly/memory/intern.ts, hash): for test/fixtures/poetry/fail-collisions.
//   node scripts/colliding-names.mjs COUNT
const M = (1n << 64n) - 1n;
const K = 0xff51afd7ed558ccdn;
const start = (17n * 0x9e3779b97f4a7c15n) & M;
const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
const view = new DataView(new ArrayBuffer(8));
const fold = (h, block) => {
  const product = ((h ^ block) * K) & M;
  return product ^ (product >> 32n);
};
const blockOf = (text) => {
  for (let i = 0; i < 8; i++) view.setUint8(i, text.charCodeAt(i));
  return view.getBigUint64(0, true);
};
let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4294967296;
};
const names = [];
// Equal when the first block, folded, and the second one give the same.
const wanted = fold(start, blockOf("aaaaaaaa")) ^ blockOf("AAAAAAAA");
while (names.length < Number(process.argv[2])) {
  const first = Array.from({ length: 8 }, () => letters[Math.floor(random() * 36)]).join("");
  view.setBigUint64(0, fold(start, blockOf(first)) ^ wanted, true);
  const bytes = Array.from({ length: 8 }, (_, i) => view.getUint8(i));
  if (bytes.every((b) => b > 0x20 && b < 0x7f && b !== 0x22 && b !== 0x5c))
    names.push(first + String.fromCharCode(...bytes));
}
process.stdout.write(`${names.join("\n")}\n`);
