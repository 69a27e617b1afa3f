// Digests against the standards' own examples and node:crypto, their texts against Buffer and Nix, in both builds.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as abi from "../src/core/abi.ts";
import { type Base, type Context, HASH_ALGORITHMS, type HashAlgorithm, Hasher } from "../src/core/hasher.ts";
import { createDigest, hashBytes, hashStream, parseHash, toHex, toNix32, toSri } from "../src/lock/integrity.ts";
import { isWeak, sriHash } from "../src/lock/sri.ts";

interface Vector {
  readonly algorithm: HashAlgorithm;
  readonly text?: string;
  readonly times?: number;
  readonly hex?: string;
  readonly pattern?: number;
  readonly digest: string;
}

const VECTORS = JSON.parse(readFileSync("test/fixtures/hash/vectors.json", "utf8")) as Record<string, Vector[]>;
const BUILDS = ["release", "debug"].map((name) => {
  const module = new WebAssembly.Module(readFileSync(`.tmp/wasm/hash.${name}.wasm`));
  return { name, module, hasher: new Hasher(module) };
});
const NODE_NAMES: Partial<Record<HashAlgorithm, string>> = {
  md5: "md5",
  sha1: "sha1",
  sha256: "sha256",
  sha384: "sha384",
  sha512: "sha512",
  "blake2b-512": "blake2b512",
};
const ORACLES = Object.entries(NODE_NAMES) as [HashAlgorithm, string][];
/** The random inputs of this run: a failure tells the seed. */
const SEED = Number(process.env.SEED ?? Date.now() % 1000000);

function messageOf({ text, times, hex, pattern }: Vector): Uint8Array {
  if (pattern !== undefined) return Uint8Array.from({ length: pattern }, (_, at) => (at * 37 + pattern) & 255);
  return hex !== undefined ? Buffer.from(hex, "hex") : Buffer.from(text!.repeat(times!));
}

/** The digest of bytes given in pieces. */
function digestOf(hasher: Hasher, algorithm: HashAlgorithm, pieces: readonly Uint8Array[]): string {
  const context = hasher.open(algorithm);
  for (const piece of pieces) hasher.update(context, piece);
  const digest = Buffer.from(hasher.digest(context, algorithm)).toString("hex");
  hasher.close(context);
  return digest;
}

function nodeDigest(name: string, bytes: Uint8Array): string {
  return createHash(name).update(bytes).digest("hex");
}

/** Whole numbers below a limit, the same for the same seed (xorshift). */
function numbers(seed: number): (limit: number) => number {
  let word = seed | 1;
  return (limit) => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return (word >>> 0) % limit;
  };
}

function cut(bytes: Uint8Array, below: (limit: number) => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + below(below(2) === 0 ? 70 : 700);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

for (const { name, module, hasher } of BUILDS) {
  for (const [source, vectors] of Object.entries(VECTORS)) {
    test(`${name}: ${source}`, () => {
      for (const vector of vectors) {
        assert.is(digestOf(hasher, vector.algorithm, [messageOf(vector)]), vector.digest, JSON.stringify(vector));
      }
    });
  }

  test(`${name}: 10,000 random inputs of random sizes and cuts are hashed as node:crypto hashes them`, () => {
    const below = numbers(SEED);
    const source = randomBytes(70000);
    for (let round = 0; round < 10000; round++) {
      // Mostly around the blocks' ends, where padding changes its course; now and then beyond a slice.
      const size = round % 500 === 0 ? 65536 + below(4000) : below(round % 3 === 0 ? 2000 : 300);
      const bytes = source.subarray(below(70000 - size), source.length).subarray(0, size);
      const [algorithm, nodeName] = ORACLES[round % ORACLES.length]!;
      const message = `${algorithm}, ${size} bytes, SEED=${SEED}`;
      assert.is(digestOf(hasher, algorithm, cut(bytes, below)), nodeDigest(nodeName, bytes), message);
    }
  });

  test(`${name}: every size up to three blocks, every algorithm, in one piece and byte by byte`, () => {
    const bytes = randomBytes(390);
    for (let size = 0; size <= 390; size++) {
      const message = bytes.subarray(0, size);
      for (const [algorithm, nodeName] of ORACLES) {
        const expected = nodeDigest(nodeName, message);
        assert.is(digestOf(hasher, algorithm, [message]), expected, `${algorithm} ${size}`);
        if (size % 13 === 0)
          assert.is(
            digestOf(
              hasher,
              algorithm,
              Array.from(message, (byte) => Uint8Array.of(byte)),
            ),
            expected,
          );
      }
    }
  });

  test(`${name}: four lanes are four digests, whatever follows the blocks`, () => {
    const below = numbers(SEED);
    const lanes = new Hasher(module);
    const rooms = [0, 1, 2, 3].map(() => lanes.room(8192));
    for (let round = 0; round < 200; round++) {
      const blocks = below(100);
      const contexts = rooms.map(() => lanes.open("sha256"));
      const messages = rooms.map(() => randomBytes(64 * blocks * 2 + below(64)));
      for (const part of [0, 1]) {
        rooms.forEach((room, lane) => {
          lanes.view(room).set(messages[lane]!.subarray(64 * blocks * part, 64 * blocks * (part + 1)));
        });
        lanes.takeFour(
          contexts,
          rooms.map(({ address }) => address),
          blocks,
        );
      }
      contexts.forEach((context, lane) => {
        lanes.update(context, messages[lane]!.subarray(128 * blocks));
        const digest = Buffer.from(lanes.digest(context, "sha256")).toString("hex");
        assert.is(digest, nodeDigest("sha256", messages[lane]!), `lane ${lane}, SEED=${SEED}`);
        lanes.close(context);
      });
    }
  });

  test(`${name}: lanes refuse what is no SHA-256 on a block's edge`, () => {
    const contexts = [0, 1, 2, 3].map(() => hasher.open("sha256"));
    const { address } = hasher.room(64);
    hasher.update(contexts[2]!, Uint8Array.of(1));
    assert.throws(() => hasher.takeFour(contexts, [address, address, address, address], 1), /lanes out of step/);
    const other = [contexts[0]!, contexts[1]!, contexts[3]!, hasher.open("sha512")];
    assert.throws(() => hasher.takeFour(other, [address, address, address, address], 1), /lanes out of step/);
  });

  test(`${name}: many contexts at once, used again after they are closed`, () => {
    const messages = Array.from({ length: 500 }, (_, index) => randomBytes(index));
    for (let round = 0; round < 3; round++) {
      const contexts = messages.map(() => hasher.open("sha256"));
      for (let at = 0; at < 500; at += 7) {
        for (const [index, message] of messages.entries())
          hasher.update(contexts[index]!, message.subarray(at, at + 7));
      }
      messages.forEach((message, index) => {
        assert.is(
          Buffer.from(hasher.digest(contexts[index]!, "sha256")).toString("hex"),
          nodeDigest("sha256", message),
        );
      });
      for (const context of contexts) hasher.close(context);
    }
  });

  test(`${name}: the counter of SHA-2 passes 512 MiB, where bits leave 32 bits`, () => {
    if (name === "debug") return;
    const slice = new Uint8Array(abi.HASH_SLICE);
    const room = hasher.room(abi.HASH_SLICE);
    const oracle = createHash("sha256");
    const context: Context = hasher.open("sha256");
    for (let at = 0; at < 8193; at++) {
      hasher.take(context, room.address, room.size);
      oracle.update(slice);
    }
    assert.is(Buffer.from(hasher.digest(context, "sha256")).toString("hex"), oracle.digest("hex"));
  });

  test(`${name}: texts of 10,000 digests, there and back`, () => {
    for (let round = 0; round < 10000; round++) {
      const bytes = randomBytes([16, 20, 32, 48, 64][round % 5]!);
      for (const base of ["hex", "base64", "nix32"] satisfies Base[]) {
        const text = hasher.encode(base, bytes);
        if (base !== "nix32") assert.is(text, bytes.toString(base));
        assert.equal(Buffer.from(hasher.decode(base, text, bytes.length)!), bytes);
        assert.is(hasher.decode(base, text, bytes.length + 1), null);
      }
    }
  });

  test(`${name}: only the one text of a digest is read`, () => {
    const refused: [Base, string, number][] = [
      ["hex", "0g", 1],
      ["hex", "0", 1],
      ["hex", "é0", 1],
      ["base64", "AA=", 1],
      ["base64", "AB==", 1], // stray bits
      ["base64", "AA=A", 1],
      ["base64", "A===", 1],
      ["base64", "AA\u0141=", 1], // not Latin-1: must not be taken for its low byte
      ["base64", "AA-_", 3],
      ["nix32", "zz", 1], // stray bits
      ["nix32", "0e", 1],
      ["nix32", "0", 1],
      ["hex", "0".repeat(300), 150],
    ];
    for (const [base, text, size] of refused) assert.is(hasher.decode(base, text, size), null, text);
    assert.equal([...hasher.decode("hex", "aBFf", 2)!], [0xab, 0xff]);
  });
}

test("hashes are read in every writing, and written in each", () => {
  // nix-hash --type sha256 --to-base32 and --to-sri of SHA-256 of the empty message.
  const hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const nix32 = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73";
  const sri = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  for (const text of [`sha256:${hex}`, `sha256:${hex.toUpperCase()}`, `sha256:${nix32}`, sri, `SHA256-${nix32}`]) {
    const hash = parseHash(text)!;
    assert.is(hash.algorithm, "sha256");
    assert.equal([toHex(hash.digest), toNix32(hash.digest), toSri(hash)], [hex, nix32, sri], text);
  }
  for (const text of ["", hex, "sha256:", `md5:${hex}`, `sha3-256:${hex}`, "sha256-47DEQpj8", `sha256:${hex}0`]) {
    assert.is(parseHash(text), null, text);
  }
  assert.is(parseHash(`blake2b:${"0".repeat(128)}`)!.algorithm, "blake2b-512");
  assert.is(parseHash(`blake2b_256:${"0".repeat(64)}`)!.algorithm, "blake2b-256");
  assert.is(sriHash(`sha256:${hex}`), sri);
});

test("bytes, pieces and streams have the same digest", async () => {
  const bytes = randomBytes(200000);
  const expected = nodeDigest("sha256", bytes);
  assert.is(toHex(hashBytes("sha256", bytes)), expected);
  const half = createDigest("sha256").update(bytes.subarray(0, 99999));
  const other = createDigest("md5").update(bytes);
  assert.is(toHex(half.update(bytes.subarray(99999)).digest()), expected);
  assert.is(toHex(other.digest()), nodeDigest("md5", bytes));
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 12345) controller.enqueue(bytes.subarray(at, at + 12345));
      controller.close();
    },
  });
  assert.is(toHex(await hashStream("sha256", stream)), expected);
});

test("MD5 and SHA-1 are weak, the others are not", () => {
  assert.equal(HASH_ALGORITHMS.filter(isWeak), ["md5", "sha1"]);
});

test("the module has no imports and stays small", () => {
  const bytes = readFileSync("wasm/hash.wasm");
  assert.equal(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), []);
  assert.ok(bytes.length < 32768, `${bytes.length} bytes`);
});

test.run();
