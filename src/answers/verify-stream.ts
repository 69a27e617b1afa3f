// Whether bytes that come as a stream are what a lock expects: hashed as they come, kept nowhere.

import { hashStreamBy, toSri } from "../lock/integrity.ts";
import type { Expectations, Verdict } from "./verify.ts";

/**
 * The verdict on a file of this name with these bytes. A stream that no digest could judge is cancelled, not read.
 *
 * @param fileName the file's own name, without folders; "" for bytes without one: then any file of the lock will do
 * @throws what the stream throws
 * @example
 * ```ts
 * import { readLock } from "pylock2nix";
 * import { Expectations, verifyStream } from "pylock2nix/hash";
 *
 * const lock = readLock("hello==1.0 --hash=sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n");
 * const expectations = new Expectations(lock.packages());
 * const verdict = await verifyStream(expectations, "hello-1.0.tar.gz", new Blob(["hello"]).stream());
 * console.log(verdict.kind); // ok
 * ```
 */
export async function verifyStream(
  expectations: Expectations,
  fileName: string,
  stream: ReadableStream<Uint8Array>,
): Promise<Verdict> {
  const expectation = fileName === "" ? expectations.ofAnyName() : expectations.of(fileName);
  const { algorithms } = expectation;
  if (algorithms.length === 0) {
    await stream.cancel();
    return expectations.judge(expectation, []);
  }
  const digests = await hashStreamBy(algorithms, stream);
  const found = digests.map((digest, index) => toSri({ algorithm: algorithms[index]!, digest }));
  return expectations.judge(expectation, found);
}
