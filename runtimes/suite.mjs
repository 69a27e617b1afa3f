// What every runtime must answer alike, byte for byte: locks of every format read, resolved, frozen, compared and explained,
// bytes and streams hashed, failures located. Plain text; nothing here but the package and web standards.
import {
  check,
  describeTarget,
  diff,
  freeze,
  freshness,
  guard,
  knownTargets,
  needs,
  PylockError,
  readLock,
  readPyproject,
  renderFailure,
  sha256Hex,
  toNix,
  why,
} from "pylock2nix";
import {
  createDigest,
  Expectations,
  HASH_ALGORITHMS,
  hashBytes,
  hashStream,
  toHex,
  toSri,
  verifyStream,
} from "pylock2nix/hash";

const TARGETS = ["cp312-linux-x86_64-glibc2.28", "cp310-macos14-arm64", "cp313t-win-amd64"];

/** `projects`: `{ name, file, lock, pyproject }` with texts. Gives what was found, a line each. */
export async function answer(projects) {
  const lines = knownTargets().map((target) => JSON.stringify(describeTarget(target)));
  let before = null;
  for (const project of projects) {
    const bytes = new TextEncoder().encode(project.lock);
    try {
      const lock = await ask(project, bytes, lines);
      if (before !== null) {
        for (const target of TARGETS) {
          const difference = diff(before.resolve({ target }), lock.resolve({ target }));
          lines.push(`${project.name} diff ${JSON.stringify(difference)}`);
        }
      }
      before = lock;
    } catch (error) {
      if (!(error instanceof PylockError)) throw error;
      lines.push(`${project.name} ${JSON.stringify([error.failure, renderFailure(error.failure, { bytes })])}`);
    }
    for (const algorithm of HASH_ALGORITHMS) lines.push(`${project.name} ${toHex(hashBytes(algorithm, bytes))}`);
    const digest = await hashStream("sha256", inPieces(bytes));
    if (toHex(digest) !== (await sha256Hex(bytes))) throw new Error("another digest than the runtime's own");
    lines.push(toSri({ algorithm: "sha256", digest: createDigest("sha256").update(bytes).digest() }));
  }
  return lines.join("\n");
}

/** Everything that can be asked of one lock. */
async function ask({ name, file, pyproject: document }, bytes, lines) {
  const pyproject = document === null ? null : readPyproject(document, "pyproject.toml");
  const lock = readLock(bytes, { path: `${name}/${file}`, pyproject });
  const say = (what, value) => lines.push(`${name} ${what} ${JSON.stringify(value)}`);
  const resolutions = lock.resolveAll({ targets: TARGETS, groups: ["main"], extras: [] });
  for (const { target, packages, error } of resolutions) say(target, error === null ? packages : error.message);
  const frozen = freeze(lock, { ...(await guard(bytes, pyproject)), targets: TARGETS });
  say("frozen", frozen.json);
  lines.push(`${name} nix ${await sha256Hex(new TextEncoder().encode(toNix(frozen)))}`);
  say("fresh", await freshness(lock, bytes, { pyproject }));
  say("findings", check(lock, { targets: TARGETS }));
  say("needs", needs(lock, { targets: TARGETS }));
  const packages = lock.packages();
  for (const each of new Set(packages.map((locked) => locked.name))) {
    say("why", why(lock, each, { target: TARGETS[0] }));
  }
  const expectations = new Expectations(packages);
  for (const { files } of packages) for (const each of files) say(each.name, expectations.of(each.name));
  const first = packages.flatMap(({ files }) => files)[0];
  if (first !== undefined) say("verdict", await verifyStream(expectations, first.name, inPieces(bytes)));
  return lock;
}

function inPieces(bytes) {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 1000) controller.enqueue(bytes.subarray(at, at + 1000));
      controller.close();
    },
  });
}
