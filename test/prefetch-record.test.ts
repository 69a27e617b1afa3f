// The record: the same bytes whatever the order, found by all that the lock says, and checked when it is read.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type FileSubject, type GitSubject, readRecord, SourceRecord, type Subject } from "../src/answers/record.ts";
import { PylockError } from "../src/words/errors.ts";
import { sri } from "./prefetch/server.ts";

const HASH = sri("a");
const git: GitSubject = {
  kind: "git",
  url: "https://git.invalid/a.git",
  rev: "0".repeat(40),
  submodules: true,
  lfs: false,
  subdirectory: null,
};
const file: FileSubject = {
  kind: "file",
  package: "made",
  version: "1.0",
  file: "made-1.0.tar.gz",
  hash: HASH,
  index: "https://pypi.invalid/simple",
  url: null,
};
const url: Subject = { kind: "url", url: "https://files.pypi.invalid/b.whl", hash: null, subdirectory: null };
const hashes: Subject = { kind: "hashes", package: "bare", version: "1", hashes: [HASH, sri("b")], index: null };

const entries = [
  [git, { hash: HASH, buildRequires: ["setuptools>=61"] }],
  [file, { url: "https://files.pypi.invalid/made-1.0.tar.gz" }],
  [url, { hash: HASH, sonames: ["libz.so.1"] }],
  [
    hashes,
    {
      files: [
        { file: "bare-1.tar.gz", hash: sri("b") },
        { file: "bare-1-py3-none-any.whl", hash: HASH, url: "https://files.pypi.invalid/x" },
      ],
    },
  ],
] as const;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the same bytes, whatever the order", () => {
  const text = new SourceRecord(entries).text();
  assert.is(new SourceRecord([...entries].reverse()).text(), text);
  assert.is(readRecord(bytes(text), "x").text(), text);
  assert.is(new SourceRecord().text(), '{\n"format":1,\n"sources":[]\n}\n');
  assert.is(text.split("\n").filter((line) => line.startsWith('{"lock":')).length, entries.length);
});

test("found by everything that the lock says", () => {
  const record = readRecord(bytes(new SourceRecord(entries).text()), "x");
  assert.equal(record.get(git), entries[0][1]);
  assert.equal(record.get({ ...hashes, hashes: [sri("b"), HASH] } as Subject)?.files?.length, 2);
  for (const other of [
    { ...git, rev: "1".repeat(40) },
    { ...git, submodules: false },
    { ...git, lfs: true },
    { ...git, subdirectory: "x" },
    { ...file, hash: sri("other") },
    { ...file, version: "1.1" },
    { ...file, index: "https://other.invalid" },
    { ...url, hash: HASH },
    { ...hashes, hashes: [HASH] },
  ]) {
    assert.is(record.get(other as Subject), null);
  }
  assert.is(record.keepOnly([git, { ...url, hash: HASH } as Subject]), 3);
  assert.is(record.size, 1);
});

test("a record that nobody can have written is refused, and says where", () => {
  const entry = (change: Record<string, unknown>, lock: Record<string, unknown> = {}): string =>
    JSON.stringify({ format: 1, sources: [{ lock: { ...git, ...lock }, hash: HASH, ...change }] });
  const fileEntry = (change: Record<string, unknown>): string =>
    JSON.stringify({ format: 1, sources: [{ lock: file, ...change }] });
  const bare = (files: unknown): string => JSON.stringify({ format: 1, sources: [{ lock: hashes, files }] });
  const wrong = "is not what `pylock2nix prefetch` writes";
  const cases: [string, string][] = [
    ["{", "expected JSON"],
    ["[]", "expected an object"],
    ['{"format":2,"sources":[]}', "expected format 1"],
    ['{"format":1}', "expected a list `sources`"],
    ['{"format":1,"sources":[7]}', "entry 1 of `sources`: expected an object"],
    ['{"format":1,"sources":[{}]}', "entry 1 of `sources`: expected an object `lock`"],
    ['{"format":1,"sources":[{"lock":{"kind":"constructor"}}]}', "entry 1 of `sources`: unknown `lock.kind`"],
    [entry({}, { rev: "main" }), `entry 1 of \`sources\`: \`lock.rev\` ${wrong}`],
    [entry({}, { extra: 1 }), "entry 1 of `sources`: unknown key `lock.extra`"],
    [entry({ hash: undefined }), "entry 1 of `sources`: `hash` is missing"],
    [entry({ hash: "sha256-short" }), `entry 1 of \`sources\`: \`hash\` ${wrong}`],
    [entry({ hash: `md5-${"A".repeat(22)}==` }), `entry 1 of \`sources\`: \`hash\` ${wrong}`],
    [entry({ note: "x" }), "entry 1 of `sources`: unknown key `note`"],
    [entry({ buildRequires: [7] }), `entry 1 of \`sources\`: \`buildRequires\` ${wrong}`],
    [fileEntry({ url: "file:///etc/passwd" }), `entry 1 of \`sources\`: \`url\` ${wrong}`],
    [fileEntry({ url: "https://me:secret@files.pypi.invalid/x" }), `entry 1 of \`sources\`: \`url\` ${wrong}`],
    [fileEntry({ file: "../x" }), `entry 1 of \`sources\`: \`file\` ${wrong}`],
    [fileEntry({ hash: sri("z") }), "entry 1 of `sources`: `hash` is not the lock's"],
    [bare([{ file: "x.whl", hash: sri("z") }]), "entry 1 of `sources`: `files.hash` is none of the lock's"],
    [bare([{ file: "a/b", hash: HASH }]), `entry 1 of \`sources\`: \`files.file\` ${wrong}`],
    [bare([{ file: "x.whl" }]), "entry 1 of `sources`: `files.hash` is missing"],
    [
      JSON.stringify({ format: 1, sources: [{ lock: file }, { lock: file }] }),
      "entry 2 of `sources`: it is there twice",
    ],
  ];
  for (const [text, detail] of cases) {
    try {
      readRecord(bytes(text), "pylock2nix.sources.json");
      assert.unreachable(`nothing failed: ${text}`);
    } catch (error) {
      assert.ok(error instanceof PylockError, String(error));
      assert.is(error.failure.message, `cannot read \`pylock2nix.sources.json\`: ${detail}`);
    }
  }
});

test.run();
