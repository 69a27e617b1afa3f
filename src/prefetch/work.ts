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
import { fileNameOf, isFileName, isPath, projectPage, recordable, shown } from "../lock/address.ts";
import { algorithmOfSri, sriOf } from "../lock/sri.ts";
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
  /** Where requirements say that files are looked for, besides or instead; addresses of indexes and pages of files. */
  readonly places: {
    readonly indexes: readonly (string | null)[];
    readonly pages: readonly string[];
    /** Folders, by their paths from the lock's. */
    readonly folders: readonly { readonly path: string; readonly names: readonly string[] }[];
  };
  /** For the credentials of indexes that the lock names. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A file of the lock's folder, by its path from there. */
  openLocal(path: string): Promise<RandomAccess & { close(): Promise<void> }>;
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
    if (url !== null && isPath(url)) return this.#local(file, url, hash);
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

  /** No network is asked, whatever it has under that name. */
  async #local(name: string, path: string, hash: string | null): Promise<Finding> {
    const file = await this.#host.openLocal(path);
    try {
      const checked = await this.#checked(name, file, hash === null ? [] : [hash], null, null);
      return { found: { ...(!isStrongHash(hash) && { hash: checked.hash! }), ...checked.contents }, forget: nothing };
    } finally {
      await file.close();
    }
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
    const take = async (page: readonly IndexFile[], isDefault: boolean): Promise<void> => {
      const named = filesByHash(page, { name, version, hashes });
      // The default index is asked by name, so an address would only tie the record to one mirror of it.
      const address = ({ address: at }: IndexFile) => (isDefault ? {} : { url: recordable(at) });
      for (const file of named.files) {
        // What Nix does not know as a hash becomes one that it does.
        const opened = isFetched || !isStrongHash(file.hash) ? await fetch(file) : null;
        files.push({ ...(opened ?? { file: file.name, hash: file.hash }), ...address(file) });
      }
      for (const file of named.candidates) {
        for (const opened of present(await fetch(file))) files.push({ ...opened, ...address(file) });
      }
    };
    const { folders, pages, indexes } = this.#host.places;
    for (const folder of index === null ? folders : []) {
      for (const each of folder.names.filter((file) => isOf(file, name, version))) {
        files.push(...present(await this.#inFolder(`${folder.path}/${each}`, each, hashes)));
      }
    }
    if (this.#host.network === null) {
      const atHand = (this.#host.wheelhouse?.names ?? []).filter((each) => isOf(each, name, version));
      for (const each of atHand) files.push(...present(await fetch({ name: each, address: null, hashes: [] })));
    } else if (index !== null) await take(await this.#page(this.#indexOf(index, reference), name), false);
    else {
      // Each place may have some of the files. What lies in a folder need not be looked for elsewhere.
      const missing = (): boolean => files.length < hashes.length;
      const asked: (() => Promise<void>)[] = [
        ...pages.map((page) => async () => take(await this.#pageAt(page), false)),
        ...indexes.map((each) => async () => take(await this.#page(this.#indexOf(each, null), name), each === null)),
      ];
      const errors: unknown[] = [];
      for (const ask of asked) if (missing()) await ask().catch((error: unknown) => errors.push(error));
      if (files.length === 0 && errors.length > 0) throw errors[0];
    }
    if (files.length === 0) {
      const where = index ?? indexes[0] ?? null;
      const place = this.#host.network === null ? "the wheelhouse" : this.#nameOf(where, indexes.length === 0);
      throw notInIndex(`${name} ${version ?? ""}`.trim(), place);
    }
    // Several places may have the same file.
    const distinct = [...new Map(files.map((file) => [file.hash, file] as const).reverse()).values()].reverse();
    return {
      found: { files: distinct },
      forget: async () => void (await Promise.all(tools.map((forget) => forget()))),
    };
  }

  #nameOf(index: string | null, hasNone: boolean): string {
    return index === null && hasNone ? "the folders and pages that the lock names" : this.#indexOf(index, null);
  }

  /** A file of a folder that the lock names, when it has one of the hashes. */
  async #inFolder(path: string, name: string, hashes: readonly string[]): Promise<FoundFile | null> {
    const file = await this.#host.openLocal(path);
    try {
      const { hash, contents } = await this.#checked(name, file, [], hashes, null);
      return hash === null ? null : { file: name, hash, url: path, ...contents };
    } finally {
      await file.close();
    }
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
    for (const hash of wanted) {
      if (digestOf(hash) === null) throw shellError("hash-unknown", { text: name, detail: algorithmOf(hash) });
    }
    const digests = await this.#host.digests(pieces(file), [
      ...new Set(["sha256", ...wanted.map((hash) => digestOf(hash)!)]),
    ]);
    const sha256 = sriOf("sha256", digests.get("sha256")!);
    const actual = (hash: string): string => sriOf(algorithmOf(hash), digests.get(digestOf(hash)!)!);
    for (const hash of hashes) {
      if (actual(hash) !== hash) throw shellError("hash-mismatch", { text: name, detail: hash, known: [actual(hash)] });
    }
    const chosen = choice === null ? sha256 : (choice.find((each) => actual(each) === each) ?? null);
    if (chosen === null) return { hash: null, contents: {} };
    // Of a file that was told by a hash which Nix does not know, its own SHA-256.
    const hash = isStrongHash(chosen) ? chosen : sha256;
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
    if (index === "") throw shellError("index-unknown", { text: reference ?? "" });
    const address = index ?? this.#host.index;
    if (address === null) throw shellError("index-missing");
    const login = reference === null ? null : loginOf(reference, this.#host.environment);
    if (login !== null) this.#host.network?.credentials.learn(address, login);
    return address;
  }

  #page(index: string, name: string): Promise<IndexFile[]> {
    return this.#pageAt(projectPage(index, name));
  }

  #pageAt(address: string): Promise<IndexFile[]> {
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

/** The name that a hash's digest goes by; null when there is none such here. BLAKE2b's length tells which one is meant. */
function digestOf(hash: string): string | null {
  const algorithm = algorithmOf(hash);
  if (algorithm.startsWith("blake2b")) return algorithmOfSri(hash);
  return DIGESTS[algorithm] ?? null;
}

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
