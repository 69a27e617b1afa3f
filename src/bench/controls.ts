// Fixed work that is measured before and after everything else, so that two runs can be compared by what a thing costs in
// terms of it and not in seconds: a machine that is slower this week is slower at both.
//
// Invariant: none of it is code of this package, so no change of this package changes it. Changing it means a new SCHEMA.
// Three kinds, since machines are not slower at everything by the same factor: how far they disagree is how far two runs
// cannot be compared (compare.ts).

export interface Control {
  readonly name: string;
  readonly run: () => unknown;
}

/** Each takes about a millisecond. */
export function makeControls(): Control[] {
  const text = madeText();
  const scan = makeScan(new TextEncoder().encode(text).subarray(0, SCAN_SIZE));
  return [
    { name: "json", run: () => JSON.parse(text) },
    { name: "maps", run: countNames },
    { name: "scan", run: scan },
  ];
}

/** JSON of the shape of a lock, some 200 KB: allocation, strings, the collector. */
function madeText(): string {
  const packages = Array.from({ length: 1500 }, (_, index) => ({
    name: `package-${index}`,
    version: `1.${index}.0`,
    files: [{ file: `package_${index}-1.0-py3-none-any.whl`, hash: `sha256:${`${index * 7919}`.padStart(64, "0")}` }],
  }));
  return JSON.stringify(packages);
}

/** Maps, strings, sorting: what the shell does with rows. */
function countNames(): number {
  const counts = new Map<string, number>();
  for (let index = 0; index < 6000; index++) {
    const name = `k${(index * 7919) % 4001}`;
    counts.set(name, (counts.get(name) ?? 0) + index);
  }
  return [...counts.keys()].sort().length;
}

const SCAN_SIZE = 131072;

/**
 * A loop over bytes in WebAssembly, as the core has them. AssemblyScript:
 *
 *   export function scan(size: u32): u32 {
 *     let hash: u32 = 2166136261;
 *     for (let round = 0; round < 4; round++)
 *       for (let i: u32 = 0; i < size; i++) {
 *         const byte = load<u8>(i);
 *         if (byte == 0x22 || byte == 0x5c) hash = (hash << 5) - hash;
 *         hash = (hash ^ byte) * 16777619;
 *       }
 *     return hash;
 *   }
 */
const SCAN =
  "AGFzbQEAAAABBgFgAX8BfwMCAQAFAwEAAgcRAgRzY2FuAAAGbWVtb3J5AgAKYwFhAQR/QcW78oh4IQEDQCADQQRJBEBBACECA0AgACACSwRAIAFBBXQgAWsgASACLQAAIgRB3ABGIARBIkZyGyAEc0GTg4AIbCEBIAJBAWohAgwBCwsgA0EBaiEDDAELCyABCw==";

function makeScan(bytes: Uint8Array): () => number {
  const binary = Uint8Array.from(atob(SCAN), (letter) => letter.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
  const { memory, scan } = exports as unknown as { memory: WebAssembly.Memory; scan(size: number): number };
  new Uint8Array(memory.buffer).set(bytes);
  return () => scan(bytes.length);
}
