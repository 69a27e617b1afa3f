// What a lock expects of files on disk: which of its files a name or a digest stands for, and whether it is right.
//
// Invariant: pure; names and digests in, verdicts out. A file is right when its digest is one that the lock gives for its
// name, in the strongest algorithm that the lock has for that name; a file that no name in the lock stands for is right
// when the lock has its digest at all. Nothing is right by its name alone.

import { HASH_ALGORITHMS, type HashAlgorithm } from "../core/algorithms.ts";
import { normalizeName } from "../lock/name.ts";
import type { LockedPackage } from "../lock/packages.ts";
import type { ResolvedPackage } from "../lock/resolution.ts";
import { algorithmOfSri, isWeak } from "../lock/sri.ts";
import { shellError } from "../words/errors.ts";

/** What is to be found out about a file before it can be judged. */
export interface Expectation {
  /** Names in the lock that the file's name stands for, one but for spellings; none when only its digest can tell. */
  readonly names: readonly string[];
  /** Which digests are needed. */
  readonly algorithms: readonly HashAlgorithm[];
  /** The SRI hashes that are right; empty when any of the lock's is. */
  readonly hashes: readonly string[];
  /** The file's name, where the lock has it and no hash of it: it is there, and nobody can say whether it is right. */
  readonly unhashed?: string;
}

/** Right (`weak`: by a broken algorithm only), wrong, or nothing that the lock knows. */
export type Verdict =
  | { readonly kind: "ok"; readonly weak: boolean }
  | { readonly kind: "mismatch"; readonly expected: string; readonly actual: string }
  | { readonly kind: "unknown" };

const STORE_PREFIX = /^[0-9a-df-np-sv-z]{32}-(?=.)/;
/** Of pip's cache: `http-v2/a/b/c/d/e/<SHA-224 of the address>.body`, beside the file with the response's headers. */
const CACHE_BODY = /^[0-9a-f]{56}\.body$/;
const CACHE_HEADERS = /^[0-9a-f]{56}$/;

/** Whether a name is that of a path in a Nix store. */
export function isStoreName(name: string): boolean {
  return STORE_PREFIX.test(name);
}

/** What a name is in pip's cache. */
export function cacheRole(name: string): "body" | "headers" | null {
  return CACHE_BODY.test(name) ? "body" : CACHE_HEADERS.test(name) ? "headers" : null;
}

/** The files of one lock, as `verify` needs them; and what has been found right so far. */
export class Expectations {
  /** File name -> the SRI hashes that the lock gives for it. */
  readonly #byName = new Map<string, Set<string>>();
  /** Loose name -> file names. */
  readonly #byLooseName = new Map<string, Set<string>>();
  /** `name-version` of a package whose hashes have no file names -> those hashes. */
  readonly #byPackage = new Map<string, Set<string>>();
  /** Loose name -> file name, of files that the lock has no hash of. */
  readonly #unhashed = new Map<string, string>();
  readonly #hashes = new Set<string>();
  readonly #algorithms: readonly HashAlgorithm[];
  /** Of files that are there, right or wrong. */
  readonly #seenNames = new Set<string>();
  readonly #rightHashes = new Set<string>();

  /** Those of these packages, from `packages()` of a lock. */
  constructor(packages: readonly LockedPackage[]) {
    for (const { name, version, source, files } of packages) {
      if (source.url !== null && (source.kind === "url" || source.kind === "file"))
        this.#expectName(lastPart(source.url));
      for (const file of files) {
        this.#expectName(file.name);
        if (file.hash === null) continue;
        const hash = known(file.hash, file.name === "" ? name : file.name);
        this.#hashes.add(hash);
        if (file.name === "") add(this.#byPackage, `${name}-${version ?? ""}`, hash);
        else add(this.#byName, file.name, hash);
      }
    }
    for (const name of this.#byName.keys()) {
      add(this.#byLooseName, loose(name), name);
      this.#unhashed.delete(loose(name));
    }
    this.#algorithms = HASH_ALGORITHMS.filter((algorithm) =>
      [...this.#hashes].some((hash) => algorithmOf(hash) === algorithm),
    );
  }

  /** Of the file that has this name. */
  of(fileName: string): Expectation {
    const plain = fileName.replace(STORE_PREFIX, "");
    const names = this.#byName.has(plain) ? [plain] : [...(this.#byLooseName.get(loose(plain)) ?? [])];
    if (names.length > 0) return { names, ...this.#strongest(names.flatMap((name) => [...this.#byName.get(name)!])) };
    const bare = this.#byPackage.get(packageOf(plain) ?? "");
    if (bare !== undefined) return { names: [plain], ...this.#strongest([...bare]) };
    const unhashed = this.#unhashed.get(loose(plain));
    return { ...this.ofAnyName(), ...(unhashed !== undefined && { unhashed }) };
  }

  #expectName(name: string): void {
    if (name !== "") this.#unhashed.set(loose(name), name);
  }

  /** Of bytes without a name that means something: standard input, a cache. */
  ofAnyName(): Expectation {
    return { names: [], algorithms: this.#algorithms, hashes: [] };
  }

  /** Judges by the digests of the whole file, one for each algorithm that was needed, as SRI hashes. */
  judge({ names, hashes, unhashed }: Expectation, found: readonly string[]): Verdict {
    const right = names.length === 0 ? this.#hashes : new Set(hashes);
    const match = found.find((hash) => right.has(hash));
    for (const name of names) this.#seenNames.add(name);
    if (unhashed !== undefined) this.#seenNames.add(unhashed);
    if (match !== undefined) {
      this.#rightHashes.add(match);
      return { kind: "ok", weak: isWeak(algorithmOf(match)!) };
    }
    if (names.length === 0) return { kind: "unknown" };
    return { kind: "mismatch", expected: hashes.join(" "), actual: found.join(" ") };
  }

  /** A file that is there and could not be judged. */
  see({ names, unhashed }: Expectation): void {
    for (const name of names) this.#seenNames.add(name);
    if (unhashed !== undefined) this.#seenNames.add(unhashed);
  }

  /** Of what a resolution installs, the files of which nothing was found: file names, or `name version`. */
  missing(packages: readonly ResolvedPackage[]): string[] {
    return packages.filter((each) => this.#isNeeded(each) && !this.#isThere(each)).map(fileLabel);
  }

  /** Folders, repositories and what nothing can install have no file. */
  #isNeeded({ kind }: ResolvedPackage): boolean {
    return kind === "wheel" || kind === "sdist" || kind === "url" || kind === "file" || kind === "hashes-only";
  }

  #isThere(resolved: ResolvedPackage): boolean {
    const hashes = resolved.hashes ?? (resolved.hash === null ? [] : [resolved.hash]);
    return hashes.some((hash) => this.#rightHashes.has(hash)) || this.#seenNames.has(fileLabel(resolved));
  }

  #strongest(hashes: readonly string[]): Pick<Expectation, "algorithms" | "hashes"> {
    const best = Math.max(...hashes.map((hash) => HASH_ALGORITHMS.indexOf(algorithmOf(hash)!)));
    const algorithm = HASH_ALGORITHMS[best]!;
    return { algorithms: [algorithm], hashes: hashes.filter((hash) => algorithmOf(hash) === algorithm) };
  }
}

/** A name in which spelling does not count: `Foo_Bar-1.0%2Bcpu.tar.gz` and `foo-bar-1.0+cpu.tar.gz` are one. */
function loose(fileName: string): string {
  const decoded = fileName.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return decoded.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

/** `name-version` as a distribution's file name tells it: of a wheel the first two parts, of an sdist the last hyphen. */
function packageOf(fileName: string): string | null {
  const wheel = /^([^-]+)-([^-]+)-.+\.whl$/.exec(fileName);
  const [, name, version] = wheel ?? /^(.+)-([^-]+)\.(?:tar\.gz|zip|tar\.bz2|tgz|tar\.xz)$/.exec(fileName) ?? [];
  return name === undefined ? null : `${normalizeName(name)}-${version}`;
}

/** What a package's file is called: for an address its last part. */
function fileLabel({ name, version, kind, artifact }: ResolvedPackage): string {
  if (artifact === null) return version === null ? name : `${name} ${version}`;
  if (kind !== "url" && kind !== "file") return artifact;
  return lastPart(artifact);
}

/** Of an address or a path. */
function lastPart(address: string): string {
  const path = address.replace(/[?#].*$/s, "");
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The hash, its algorithm spelt as ours. */
function known(hash: string, about: string): string {
  const hyphen = hash.lastIndexOf("-");
  const algorithm = algorithmOfSri(hash);
  if (algorithm === null) throw shellError("hash-algorithm", { text: about, detail: hash.slice(0, hyphen) });
  return `${algorithm}${hash.slice(hyphen)}`;
}

function algorithmOf(hash: string): HashAlgorithm | null {
  return algorithmOfSri(hash);
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}
