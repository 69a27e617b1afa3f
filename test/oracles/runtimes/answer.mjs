// What every runtime must answer alike: locks read, resolved and frozen, bytes and streams hashed, failures told. Plain text.
import { freeze, readLock, readPyproject, sha256Hex } from "pylock2nix";
import { createDigest, Expectations, HASH_ALGORITHMS, hashBytes, hashStream, toHex, toSri } from "pylock2nix/hash";

const TARGETS = ["cp312-linux-x86_64-glibc2.28", "cp310-macos14-arm64", "cp313t-win-amd64"];

/** `projects`: `{ name, format, lock, pyproject }` with texts. Gives what was found, a line each. */
export async function answer(projects) {
  const lines = [];
  for (const { name, format, lock: text, pyproject: document } of projects) {
    const bytes = new TextEncoder().encode(text);
    try {
      const pyproject = document === null ? null : readPyproject(document, "pyproject.toml");
      const lock = readLock(bytes, { path: name, format, pyproject });
      for (const target of TARGETS) {
        const { packages, error } = lock.resolve({ target, groups: ["main"], extras: [] });
        lines.push(`${name} ${target} ${error === null ? JSON.stringify(packages) : error.message}`);
      }
      const options = {
        pyproject,
        pyprojectDigest: null,
        generator: "",
        targets: TARGETS.map((target) => ({ target })),
      };
      lines.push(`${name} frozen ${freeze(lock, { ...options, lockSha256: await sha256Hex(bytes) }).json}`);
      const expectations = new Expectations(lock.packages());
      for (const { files } of lock.packages())
        for (const file of files) lines.push(`${file.name} ${JSON.stringify(expectations.of(file.name))}`);
    } catch (error) {
      if (error.failure === undefined) throw error;
      lines.push(`${name} ${JSON.stringify(error.failure)}`);
    }
    for (const algorithm of HASH_ALGORITHMS) lines.push(`${name} ${toHex(hashBytes(algorithm, bytes))}`);
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 1000) controller.enqueue(bytes.subarray(at, at + 1000));
        controller.close();
      },
    });
    const digest = await hashStream("sha256", stream);
    if (toHex(digest) !== (await sha256Hex(bytes))) throw new Error("another digest than the runtime's own");
    lines.push(toSri({ algorithm: "sha256", digest: createDigest("sha256").update(bytes).digest() }));
  }
  return lines.join("\n");
}
