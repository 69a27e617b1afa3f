// What a lock leaves open: for each package that some target installs, the subjects that prefetch has to find.
//
// Invariant: no address in a subject has a user or a password; the order is the lock's.

import { isPath, staysWithin, withoutUser } from "../lock/address.ts";
import type { PackageSource } from "../lock/packages.ts";
import { isStrongHash, type Subject } from "./record.ts";

/** A package of the lock with the files that matter. */
export interface OpenPackage {
  readonly name: string;
  readonly version: string | null;
  readonly source: PackageSource;
  readonly files: readonly (readonly [name: string, hash: string | null, url: string | null])[];
  /** Hashes without a file name. */
  readonly hashes: readonly string[];
  /** File name -> the size that the lock states. */
  readonly sizes?: ReadonlyMap<string, number>;
}

/** Something to be fetched, or found out. */
export interface Need {
  /** Normalised name. */
  readonly package: string;
  /** As the lock writes it. */
  readonly version: string | null;
  /** What the lock says of it. */
  readonly subject: Subject;
  /** What the lock calls the index, for the variables that hold its credentials. */
  readonly reference: string | null;
  /** Whether the file itself has to be fetched; else its address is all. */
  readonly isFetched: boolean;
  /** The file's size in bytes, where the lock states it. */
  readonly size?: number;
}

/** `all`: also files that lack nothing, for what is in them. */
export function needsOf(packages: readonly OpenPackage[], all: boolean): Need[] {
  const needs = packages.flatMap((each) => subjectsOf(each).flatMap((subject) => needOf(each, subject, all)));
  const seen = new Set<string>();
  return needs.filter(({ subject }) => {
    const key = JSON.stringify(subject);
    return !seen.has(key) && seen.add(key);
  });
}

/** Everything that a record can have an entry for. */
export function subjectsOf({ name, version, source, files, hashes }: OpenPackage): Subject[] {
  switch (source.kind) {
    case "git":
      return source.url === null || source.resolved === null ? [] : [gitSubject(source)];
    case "url":
      return source.url === null
        ? []
        : [
            {
              kind: "url",
              url: withoutUser(source.url),
              hash: files[0]?.[1] ?? null,
              subdirectory: source.subdirectory,
            },
          ];
    case "index":
    case "legacy":
    case "folder": {
      // An index that only has a name is not the default one.
      const index = source.kind === "index" ? null : withoutUser(source.url ?? "");
      const listed = files.map(([file, hash, url]): Subject => fileSubject(name, version, [file, hash, url], index));
      return hashes.length === 0
        ? listed
        : [...listed, { kind: "hashes", package: name, version, hashes: [...hashes].sort(), index }];
    }
    default:
      return [];
  }
}

/** Poetry and uv check out submodules, always; LFS is for a lock to ask for. */
function gitSubject({ url, resolved, lfs, subdirectory }: OpenPackage["source"]): Subject {
  return { kind: "git", url: withoutUser(url ?? ""), rev: resolved ?? "", submodules: true, lfs, subdirectory };
}

function fileSubject(
  name: string,
  version: string | null,
  [file, hash, url]: readonly [string, string | null, string | null],
  index: string | null,
): Subject {
  return { kind: "file", package: name, version, file, hash, index, url: url === null ? null : withoutUser(url) };
}

function needOf({ name, version, source, files, sizes }: OpenPackage, subject: Subject, all: boolean): Need[] {
  const file = subject.kind === "file" ? subject.file : subject.kind === "url" ? files[0]?.[0] : undefined;
  const size = sizes?.get(file ?? "");
  const need = {
    package: name,
    version,
    subject,
    reference: source.kind === "legacy" ? source.reference : null,
    ...(size !== undefined && { size }),
  };
  switch (subject.kind) {
    case "git":
      return [{ ...need, isFetched: true }];
    case "hashes":
      return [{ ...need, isFetched: all }];
    case "url": {
      const isFetched = all || !isStrongHash(subject.hash);
      return isFetched ? [{ ...need, isFetched }] : [];
    }
    case "file": {
      const isFetched = all || !isStrongHash(subject.hash);
      // What lies outside the lock's folder is for the caller of the Nix library to hand over.
      if (subject.url !== null && isPath(subject.url)) {
        return isFetched && staysWithin(subject.url) ? [{ ...need, isFetched }] : [];
      }
      // The default index needs no address: nixpkgs knows how to ask it for a file of that name.
      const lacksAddress = source.kind === "legacy" && subject.url === null;
      return isFetched || lacksAddress ? [{ ...need, isFetched }] : [];
    }
  }
}
