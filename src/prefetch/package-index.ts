// Package indexes: the simple API as JSON (PEP 691) and as HTML (PEP 503), and what of a page a lock means.
//
// Invariant: a page is hostile input. What it calls a file is one component of a path, its address is http(s), and its
// digests are hexadecimal; anything else on it is as if it were not there.

import { isFileName, shown } from "../lock/address.ts";
import { normalizeName } from "../lock/name.ts";
import { sriHash } from "../lock/sri.ts";
import { shellError } from "../words/errors.ts";

/** What is asked for: JSON where the index can, HTML otherwise. */
export const ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

export interface IndexFile {
  readonly name: string;
  /** Absolute, as the page gives it. */
  readonly address: string;
  /** SRI hashes. */
  readonly hashes: readonly string[];
  /** In bytes (PEP 700), where the page says. */
  readonly size?: number;
}

/** The files of a project's page; `address` is where it was found in the end. */
export function readPage(bytes: Uint8Array, contentType: string, address: string): IndexFile[] {
  const text = new TextDecoder().decode(bytes);
  const isJson = /^application\/(vnd\.pypi\.simple\.v\d+\+)?json\b/i.test(contentType.trim());
  return isJson ? readJson(text, address) : readHtml(text, address);
}

/** The file of exactly that name. */
export function fileByName(files: readonly IndexFile[], name: string): IndexFile | null {
  return files.find((file) => file.name === name) ?? null;
}

export interface Named {
  /** Files whose digest is one of the lock's, by name. */
  readonly files: readonly (IndexFile & { readonly hash: string })[];
  /** Hashes that no file of the page states. */
  readonly missing: readonly string[];
  /** Files of that name and version without a digest of that kind: only their content can tell. */
  readonly candidates: readonly IndexFile[];
}

/**
 * The names of files of which a lock has hashes only (Pipfile.lock, requirements.txt): `hashes` are SRI hashes. What an
 * index lists under another version than the lock's is not taken, whatever its digest.
 */
export function filesByHash(
  page: readonly IndexFile[],
  {
    name,
    version,
    hashes,
  }: { readonly name: string; readonly version: string | null; readonly hashes: readonly string[] },
): Named {
  const wanted = new Set(hashes);
  const algorithms = new Set(hashes.map(algorithmOf));
  const ours = page.filter((file) => isOf(file.name, name, version));
  const files = ours.flatMap((file) => {
    const both = file.hashes.filter((each) => wanted.has(each));
    const hash = both.find((each) => each.startsWith("sha256-")) ?? both[0];
    return hash === undefined ? [] : [{ ...file, hash }];
  });
  const found = new Set(files.flatMap((file) => file.hashes));
  const missing = hashes.filter((hash) => !found.has(hash));
  return {
    files: [...files].sort((left, right) => (left.name < right.name ? -1 : 1)),
    missing,
    candidates:
      missing.length === 0 ? [] : ours.filter((file) => !file.hashes.some((hash) => algorithms.has(algorithmOf(hash)))),
  };
}

/** Whether a file is a wheel or an sdist of that package and version, as far as its name tells. */
export function isOf(file: string, name: string, version: string | null): boolean {
  const stem = file.replace(/\.(whl|tar\.gz|tgz|zip|tar\.bz2|tar\.xz)$/i, "");
  if (stem === file) return false;
  if (/\.whl$/i.test(file)) {
    const parts = stem.split("-");
    return parts.length >= 5 && normalizeName(parts[0]!) === name && (version === null || isSame(parts[1]!, version));
  }
  // An sdist's name may have hyphens, its version none (PEP 625); before that it could, so every cut is tried.
  for (let at = stem.indexOf("-"); at >= 0; at = stem.indexOf("-", at + 1)) {
    if (normalizeName(stem.slice(0, at)) !== name) continue;
    if (version === null || isSame(stem.slice(at + 1), version)) return true;
  }
  return false;
}

/** As PEP 440 normalises spellings, and without trailing zeros of the release: file names and locks differ in these. */
function isSame(left: string, right: string): boolean {
  const canonical = (version: string): string =>
    version
      .toLowerCase()
      .replace(/^v/, "")
      .replace(
        /(\d)[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?=\d)/,
        (_, digit: string, kind: string) => `${digit}${PHASES[kind]}`,
      )
      .replace(/[-_.]?(post|rev|r)[-_.]?(?=\d)/, ".post")
      .replace(/[-_.]?dev[-_.]?(?=\d)/, ".dev")
      .replace(/_/g, ".")
      .replace(/^(\d+!)?(\d+(?:\.\d+)*?)(?:\.0)+(?![\d.]*\d)/, "$1$2");
  return canonical(left) === canonical(right);
}

const PHASES: Readonly<Record<string, string>> = {
  a: "a",
  alpha: "a",
  b: "b",
  beta: "b",
  c: "rc",
  rc: "rc",
  pre: "rc",
  preview: "rc",
};

function algorithmOf(sri: string): string {
  return sri.slice(0, sri.indexOf("-"));
}

// --- PEP 691 ----------------------------------------------------------------------------------------------------------

function readJson(text: string, address: string): IndexFile[] {
  const refuse = (detail: string): Error => shellError("index-page", { text: shown(address), detail });
  let page: unknown;
  try {
    page = JSON.parse(text);
  } catch {
    throw refuse("it is no JSON");
  }
  const { meta, files } = (page ?? {}) as { meta?: { "api-version"?: unknown }; files?: unknown };
  const version = meta?.["api-version"];
  if (typeof version === "string" && !version.startsWith("1."))
    throw refuse(`its API has version ${version.slice(0, 20)}, expected 1`);
  if (!Array.isArray(files)) throw refuse("it has no list of files");
  return files.flatMap((file: unknown) => {
    const { filename, url, hashes, size } = (file ?? {}) as Record<string, unknown>;
    if (typeof filename !== "string" || typeof url !== "string") return [];
    const digests = typeof hashes === "object" && hashes !== null ? Object.entries(hashes) : [];
    return indexFile(filename, url, address, digests, Number.isSafeInteger(size) ? (size as number) : null);
  });
}

// --- PEP 503 ----------------------------------------------------------------------------------------------------------

function readHtml(text: string, address: string): IndexFile[] {
  let from = address;
  const files: IndexFile[] = [];
  for (const { name, attributes, label } of tags(text)) {
    const href = name === "base" || name === "a" ? attribute(attributes, "href") : null;
    if (href === null || !URL.canParse(href, from)) continue;
    const url = new URL(href, from);
    if (name === "base") {
      from = url.href;
      continue;
    }
    // The label is for people; the path's end is the name (PEP 503 wants both to be equal).
    let file = unescaped(label).trim();
    try {
      file = decodeURIComponent(url.pathname.replace(/^.*\//, "")) || file;
    } catch {}
    // `#sha256=<digest>`, perhaps with `&` and more.
    files.push(...indexFile(file, url.href, from, [...new URLSearchParams(url.hash.slice(1))], null));
  }
  return files;
}

/** Start tags and the text behind each, in one pass over the page, however it is broken. */
function* tags(text: string): Generator<{ name: string; attributes: string; label: string }> {
  let at = text.indexOf("<");
  while (at >= 0) {
    if (text.startsWith("<!--", at)) {
      const end = text.indexOf("-->", at + 4);
      at = end < 0 ? -1 : text.indexOf("<", end + 3);
      continue;
    }
    let end = at + 1;
    let quote = "";
    for (; end < text.length && (quote !== "" || text[end] !== ">"); end++) {
      const character = text[end]!;
      if (quote !== "") quote = character === quote ? "" : quote;
      else if (character === '"' || character === "'") quote = character;
    }
    if (end >= text.length) return;
    const next = text.indexOf("<", end);
    const tag = text.slice(at + 1, end);
    const name = /^[a-z]*/i.exec(tag)![0];
    if (name !== "") {
      const label = text.slice(end + 1, next < 0 ? text.length : next);
      yield { name: name.toLowerCase(), attributes: tag.slice(name.length), label };
    }
    at = next;
  }
}

function attribute(attributes: string, name: string): string | null {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, "i").exec(attributes);
  return found === null ? null : unescaped(found[1] ?? found[2] ?? found[3] ?? "");
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, word) => {
    if (word !== undefined) return named[word.toLowerCase()]!;
    const point = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

// --- Both -------------------------------------------------------------------------------------------------------------

const DIGITS: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64, sha384: 96, sha512: 128 };

function indexFile(
  name: string,
  href: string,
  base: string,
  digests: readonly (readonly [string, unknown])[],
  size: number | null,
): IndexFile[] {
  if (!isFileName(name) || !URL.canParse(href, base)) return [];
  const url = new URL(href, base);
  if (url.protocol !== "https:" && url.protocol !== "http:") return [];
  url.hash = "";
  const hashes = digests.flatMap(([algorithm, digest]) =>
    typeof digest === "string" && /^[0-9a-f]+$/i.test(digest) && DIGITS[algorithm] === digest.length
      ? [sriHash(`${algorithm}:${digest}`)]
      : [],
  );
  return [{ name, address: url.href, hashes, ...(size !== null && { size }) }];
}
