// What a lock and its record leave Nix without: a file that it would have to fetch and cannot.
//
// Nix fetches by address and checks by hash. It knows MD5, SHA-1, SHA-256 and SHA-512 (src/libutil/hash.hh, HashType); a
// file of the project's own folder it takes as it lies there.

import { isPath } from "../lock/address.ts";
import type { LockedPackage, PackageSource } from "../lock/packages.ts";
import { subjectsOf } from "./plan.ts";
import type { SourceRecord } from "./record.ts";

/** `names`: the lock has hashes, and the names of their files are not known. */
export type Lack = "hash" | "address" | "names";

type FileRow = readonly [name: string, hash: string | null, url: string | null, ...more: unknown[]];

/** What is missing to fetch this file of a package, null when nothing is. */
export function lackOf(kind: PackageSource["kind"], [, hash, url]: FileRow): Lack | null {
  if (kind !== "index" && kind !== "legacy" && kind !== "folder" && kind !== "url") return null;
  if (url !== null && isPath(url)) return null;
  if (hash === null || !/^(md5|sha1|sha256|sha512)-/.test(hash)) return "hash";
  return kind === "legacy" && url === null ? "address" : null;
}

/** The same of the file that is taken of a package (its index), with what is recorded of it; null: one by its hashes alone. */
export function lackIn(locked: LockedPackage, taken: number | null, record: SourceRecord): Lack | null {
  if (taken === null) {
    const hashes = locked.files.flatMap(({ hash }) => hash ?? []);
    if (hashes.length === 0) return "hash";
    const [subject] = subjectsOf({ ...locked, files: [], hashes });
    return subject === undefined || record.get(subject) === null ? "names" : null;
  }
  const { name, hash, url } = locked.files[taken]!;
  const [subject] = subjectsOf({ ...locked, files: [[name, hash, url]], hashes: [] });
  const found = subject === undefined ? null : record.get(subject);
  return lackOf(locked.source.kind, [name, found?.hash ?? hash, url ?? found?.url ?? null]);
}

/** For people: what is missing of a file. */
export function lackReason(lack: Lack): string {
  if (lack === "names") return "the lock has hashes without the names of their files";
  return lack === "hash" ? "the lock has no hash of it that Nix knows" : "the lock has no address of it";
}
