// Finds what a lock leaves open, one subject at a time.
//
// Invariant: whatever is fetched is held against every hash that is known of it, the lock's and the index's, before
// anything is taken from it; nothing is known of it that the network or the wheelhouse did not give now.

import type { Need } from "../answers/plan.ts";
import {
  type FileSubject,
  type Found,
  type FoundFile,
  type GitSubject,
  type HashesSubject,
  isStrongHash,
  type UrlSubject,
} from "../answers/record.ts";
import { fileNameOf, isFileName, projectPage, recordable, shown } from "../lock/address.ts";
import { sriOf } from "../lock/integrity.ts";
import { PylockError, shellError } from "../words/errors.ts";
import { pieces, type RandomAccess } from "./archive.ts";
import { type Contents, contentsOf, readRequires } from "./contents.ts";
import { loginOf } from "./credentials.ts";
import { downloadFile, downloadPage, limitOf, type Network, type Part } from "./download.ts";
import { ACCEPT, fileByName, filesByHash, type IndexFile, isOf, readPage } from "./package-index.ts";

/** What the work needs from outside. */
export interface Host {
  /** Null: offline. */
  readonly network: Network | null;
  /** The default index; null when nothing names one. */
  readonly index: string | null;
  /** For the credentials of indexes that the lock names. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  openPart(key: string): Promise<Part & RandomAccess & { close(): Promise<void>; remove(): Promise<void> }>;
  checkOut(subject: GitSubject): Promise<{
    /** SHA-256 of the NAR serialisation. */
    digest(): Uint8Array;
    read(path: string): Promise<Uint8Array | null>;
    remove(): Promise<void>;
  }>;
  digests(stream: AsyncIterable<Uint8Array>, algorithms: readonly string[]): Promise<Map<string, Uint8Array>>;
  /** Files that are at hand; looked at first, and alone when offline. */
  readonly wheelhouse: {
    readonly names: readonly string[];
    open(name: string): Promise<RandomAccess & { close(): Promise<void> }>;
  } | null;
}

export interface Finding {
  readonly found: Found;
  /** To be called when what was found is kept: removes what was only needed to find it. */
  readonly forget: () => Promise<void>;
}

export class Finder {
  readonly #host: Host;
  readonly #pages = new Map<string, Promise<IndexFile[]>>();

  constructor(host: Host) {
    this.#host = host;
  }

  find(need: Need): Promise<Finding> {
    const { subject } = need;
    switch (subject.kind) {
      case "git":
        return this.#git(subject);
      case "url":
        return this.#url(subject, need);
      case "file":
        return this.#file(subject, need);
      case "hashes":
        return this.#hashes(subject, need);
    }
  }

  // --- Sources --------------------------------------------------------------------------------------------------------

  async #git(subject: GitSubject): Promise<Finding> {
    if (this.#host.network === null) throw offline(shown(subject.url));
    const checkout = await this.#host.checkOut(subject);
    try {
      const folder = (subject.subdirectory ?? "").split("/").filter((part) => part !== "" && part !== ".");
      const buildRequires = readRequires(await checkout.read([...folder, "pyproject.toml"].join("/")));
      return {
        found: { hash: sriOf("sha256", checkout.digest()), ...(buildRequires !== null && { buildRequires }) },
        forget: nothing,
      };
    } finally {
      await checkout.remove();
    }
  }

  async #url({ url, hash, subdirectory }: UrlSubject, { size }: Need): Promise<Finding> {
    const name = fileNameOf(url);
    return this.#fetched({
      name,
      address: url,
      key: `url ${url} ${hash}`,
      hashes: hash === null ? [] : [hash],
      folder: subdirectory,
      size: stated(size, LOCK),
    });
  }

  async #file(subject: FileSubject, { isFetched, reference, size }: Need): Promise<Finding> {
    const { file, hash, index, url } = subject;
    if (!isFileName(file)) throw shellError("address-refused", { text: file, detail: "it is no file name" });
    const hashes = hash === null ? [] : [hash];
    const lacksAddress = index !== null && url === null;
    if (this.#host.network === null) {
      if (lacksAddress) throw offline(file);
      return this.#fetched({ name: file, address: null, key: "", hashes, folder: null, size: null });
    }
    if (url !== null) {
      const key = `file ${url} ${hash}`;
      return this.#fetched({ name: file, address: url, key, hashes, folder: null, size: stated(size, LOCK) });
    }

    const page = await this.#page(this.#indexOf(index, reference), subject.package);
    const listed = fileByName(page, file);
    if (listed === null) throw notInIndex(file, this.#indexOf(index, null));
    if (hash !== null) expectNoOther(file, hash, listed.hashes);
    const address = lacksAddress ? { url: recordable(listed.address) } : {};
    if (!isFetched) return { found: address, forget: nothing };
    const { found, forget } = await this.#fetched({
      name: file,
      address: listed.address,
      key: `file ${file} ${hash} ${listed.hashes.join(" ")}`,
      hashes: [...hashes, ...listed.hashes],
      folder: null,
      size: stated(size, LOCK) ?? stated(listed.size, INDEX),
      isHashNeeded: !isStrongHash(hash),
    });
    return { found: { ...found, ...address }, forget };
  }

  async #hashes(subject: HashesSubject, { isFetched, reference }: Need): Promise<Finding> {
    const { package: name, version, hashes, index } = subject;
    const tools: (() => Promise<void>)[] = [];
    const files: FoundFile[] = [];
    const fetch = async (
      file: IndexFile | { name: string; address: null; hashes: []; size?: number },
    ): Promise<FoundFile | null> => {
      const { hash, contents, forget } = await this.#opened(
        {
          name: file.name,
          address: file.address,
          key: `hashes ${file.name}`,
          hashes: file.hashes,
          folder: null,
          size: stated(file.size, INDEX),
        },
        hashes,
      );
      tools.push(forget);
      return hash === null ? null : { file: file.name, hash, ...contents };
    };
    if (this.#host.network === null) {
      const atHand = (this.#host.wheelhouse?.names ?? []).filter((each) => isOf(each, name, version));
      for (const each of atHand) files.push(...present(await fetch({ name: each, address: null, hashes: [] })));
    } else {
      const page = await this.#page(this.#indexOf(index, reference), name);
      const named = filesByHash(page, { name, version, hashes });
      // The default index is asked by name, so an address would only tie the record to one mirror of it.
      const address = ({ address: at }: IndexFile) => (index === null ? {} : { url: recordable(at) });
      for (const file of named.files) {
        const opened = isFetched ? await fetch(file) : null;
        files.push({ ...(opened ?? { file: file.name, hash: file.hash }), ...address(file) });
      }
      for (const file of named.candidates) {
        for (const opened of present(await fetch(file))) files.push({ ...opened, ...address(file) });
      }
    }
    if (files.length === 0)
      throw notInIndex(
        `${name} ${version ?? ""}`.trim(),
        this.#host.network === null ? "the wheelhouse" : this.#indexOf(index, null),
      );
    return { found: { files }, forget: async () => void (await Promise.all(tools.map((forget) => forget()))) };
  }

  // --- Files ----------------------------------------------------------------------------------------------------------

  async #fetched(wanted: Wanted & { isHashNeeded?: boolean }): Promise<Finding> {
    const { hash, contents, forget } = await this.#opened(wanted, null);
    const isNeeded = wanted.isHashNeeded ?? !wanted.hashes.some(isStrongHash);
    return { found: { ...(isNeeded && { hash: hash! }), ...contents }, forget };
  }

  /**
   * A file that was fetched or found, checked and looked into. `choice`: it has to have one of these hashes, else its hash
   * is null; without it, the hash is its SHA-256.
   */
  async #opened(
    wanted: Wanted,
    choice: readonly string[] | null,
  ): Promise<{ hash: string | null; contents: Partial<NonNull<Contents>>; forget: () => Promise<void> }> {
    const { name, address, hashes, folder, key, size } = wanted;
    const { wheelhouse, network } = this.#host;
    const isAtHand = wheelhouse?.names.includes(name) ?? false;
    if (!isAtHand && (network === null || address === null)) throw offline(name);
    if (isAtHand) {
      const file = await wheelhouse!.open(name);
      try {
        return { ...(await this.#checked(name, file, hashes, choice, folder)), forget: nothing };
      } finally {
        await file.close();
      }
    }
    const part = await this.#host.openPart(key);
    try {
      await downloadFile(network!, address!, part, limitOf(size, part.room ?? null));
      const checked = await this.#checked(name, part, hashes, choice, folder);
      return { ...checked, forget: () => part.remove() };
    } catch (error) {
      // A whole file that is wrong is no beginning of the right one; what a broken connection left is.
      if (error instanceof PylockError && error.failure.code !== "download-failed") await part.remove();
      else await part.close();
      throw error;
    }
  }

  async #checked(
    name: string,
    file: RandomAccess,
    hashes: readonly string[],
    choice: readonly string[] | null,
    folder: string | null,
  ): Promise<{ hash: string | null; contents: Partial<NonNull<Contents>> }> {
    const wanted = [...hashes, ...(choice ?? [])];
    const algorithms = [...new Set(["sha256", ...wanted.map(algorithmOf)])];
    for (const algorithm of algorithms) {
      if (DIGESTS[algorithm] === undefined) throw shellError("hash-unknown", { text: name, detail: algorithm });
    }
    const digests = await this.#host.digests(
      pieces(file),
      algorithms.map((algorithm) => DIGESTS[algorithm]!),
    );
    const actual = (algorithm: string): string => sriOf(algorithm, digests.get(DIGESTS[algorithm]!)!);
    for (const hash of hashes) {
      if (actual(algorithmOf(hash)) !== hash) {
        throw shellError("hash-mismatch", { text: name, detail: hash, known: [actual(algorithmOf(hash))] });
      }
    }
    const hash =
      choice === null ? actual("sha256") : (choice.find((each) => actual(algorithmOf(each)) === each) ?? null);
    if (choice !== null && hash === null) return { hash, contents: {} };
    const { buildRequires, sonames } = await contentsOf(name, file, folder).catch((error: unknown) => {
      throw error instanceof PylockError ? withName(error, name) : error;
    });
    return {
      hash,
      contents: { ...(buildRequires !== null && { buildRequires }), ...(sonames !== null && { sonames }) },
    };
  }

  // --- Indexes --------------------------------------------------------------------------------------------------------

  #indexOf(index: string | null, reference: string | null): string {
    const address = index ?? this.#host.index;
    if (address === null) throw shellError("index-missing");
    const login = reference === null ? null : loginOf(reference, this.#host.environment);
    if (login !== null) this.#host.network?.credentials.learn(address, login);
    return address;
  }

  #page(index: string, name: string): Promise<IndexFile[]> {
    const address = projectPage(index, name);
    const known = this.#pages.get(address);
    if (known !== undefined) return known;
    const page = downloadPage(this.#host.network!, address, ACCEPT).then((answer) =>
      readPage(answer.bytes, answer.contentType, answer.address),
    );
    this.#pages.set(address, page);
    return page;
  }
}

interface Wanted {
  readonly name: string;
  /** Null: only from the wheelhouse. */
  readonly address: string | null;
  /** Tells one download from another. */
  readonly key: string;
  readonly hashes: readonly string[];
  readonly folder: string | null;
  /** The file's size, and who states it; null where nobody does. */
  readonly size: Stated | null;
}

interface Stated {
  readonly size: number;
  readonly by: string;
}

const LOCK = "the lock";
const INDEX = "the index";

function stated(size: number | undefined, by: string): Stated | null {
  return size === undefined ? null : { size, by };
}

type NonNull<Type> = { [Key in keyof Type]: NonNullable<Type[Key]> };

/** SRI's names of algorithms -> the names that digests go by. */
const DIGESTS: Readonly<Record<string, string>> = {
  md5: "md5",
  sha1: "sha1",
  sha224: "sha224",
  sha256: "sha256",
  sha384: "sha384",
  sha512: "sha512",
  sha3_256: "sha3-256",
  sha3_512: "sha3-512",
};

function algorithmOf(hash: string): string {
  return hash.slice(0, hash.indexOf("-"));
}

/** What the index says of a file must not contradict the lock. */
function expectNoOther(file: string, hash: string, listed: readonly string[]): void {
  const same = listed.find((each) => algorithmOf(each) === algorithmOf(hash));
  if (same !== undefined && same !== hash)
    throw shellError("hash-mismatch", { text: file, detail: hash, known: [same] });
}

function offline(what: string): PylockError {
  return shellError("offline", { text: what });
}

function notInIndex(what: string, index: string): PylockError {
  return shellError("not-in-index", { text: what, detail: shown(index) });
}

function withName({ failure, exitCode }: PylockError, name: string): PylockError {
  return new PylockError({ ...failure, message: failure.message.replace("the archive", `\`${name}\``) }, exitCode);
}

function present<Type>(value: Type | null): Type[] {
  return value === null ? [] : [value];
}

async function nothing(): Promise<void> {}
