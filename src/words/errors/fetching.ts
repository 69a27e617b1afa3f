// Words for what is fetched: indexes, downloads, archives, repositories, and the record of them.

import type { ShellWords } from "./words.ts";

export type FetchingCode =
  | "sources-missing"
  | "sources-record"
  | "index-missing"
  | "index-unknown"
  | "index-page"
  | "not-in-index"
  | "offline"
  | "address-refused"
  | "download-failed"
  | "download-too-large"
  | "hash-mismatch"
  | "hash-unknown"
  | "archive-refused"
  | "archive-damaged"
  | "source-refused"
  | "git-failed";

export const FETCHING_WORDS: ShellWords<FetchingCode> = {
  "sources-missing": {
    message: ({ text, detail }) => `${detail} of \`${text}\` cannot be had`,
    hint: () => "what was found is recorded: run `pylock2nix prefetch` again to go on from here",
  },
  "sources-record": {
    message: ({ text, detail }) => `cannot read \`${text}\`: ${detail}`,
    hint: () => "remove the file, or its entry, and run `pylock2nix prefetch`",
  },
  "index-missing": {
    message: () => "cannot ask a package index: the lock names none, and no setting does",
    hint: () => "set PIP_INDEX_URL or UV_DEFAULT_INDEX, `index-url` in pip.conf, or give `--index`",
  },
  "index-unknown": {
    message: ({ text }) => `cannot ask the index \`${text}\`: the lock names it, and does not say where it is`,
    hint: () => "make the lock anew, or put the files into a folder and give it with `--wheelhouse`",
  },
  "index-page": {
    message: ({ text, detail }) => `cannot read the index page ${text}: ${detail}`,
  },
  "not-in-index": {
    message: ({ text, detail }) => `cannot find ${text} in ${detail}`,
    hint: () => "the file may have been withdrawn, or is in another index: `--index`",
  },
  offline: {
    message: ({ text }) => `cannot find ${text} in the wheelhouse`,
    hint: () => "put the file there, or leave `--wheelhouse` out; git sources and addresses need the network",
  },
  "address-refused": {
    message: ({ text, detail }) => `cannot use the address \`${text}\`: ${detail}`,
  },
  "download-failed": {
    message: ({ text, detail }) => `cannot fetch ${text}: ${detail}`,
    hint: ({ detail }) =>
      String(detail).includes("credentials")
        ? "give them in netrc, or as POETRY_HTTP_BASIC_NAME_USERNAME and POETRY_HTTP_BASIC_NAME_PASSWORD"
        : null,
  },
  "download-too-large": {
    message: ({ text, detail }) => `cannot fetch ${text}: it is larger than ${detail}`,
    hint: () => "it is not the file that was locked, or the server sends something else: nothing of it is kept",
  },
  "hash-mismatch": {
    message: ({ text, detail, known }) =>
      `${text} is not the file that was locked: found ${known[0]}, expected ${detail}`,
    hint: () => "somebody changed the file, or the lock is of another one: do not install it before you know which",
  },
  "hash-unknown": {
    message: ({ text, detail }) => `cannot check ${text}: the lock has its hash in ${detail}, which is not known here`,
  },
  "archive-refused": {
    message: ({ detail }) => `the archive is refused: ${detail}`,
  },
  "archive-damaged": {
    message: ({ detail }) => `the archive is damaged: ${detail}`,
  },
  "source-refused": {
    message: ({ text, detail }) => `cannot take the ${text} as it is: ${detail}`,
  },
  "git-failed": {
    message: ({ text, detail }) => `cannot check out ${text}: ${detail}`,
  },
};
