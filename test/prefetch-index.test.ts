// Package indexes: both forms of a page, files by name and by hash, which index is asked, what an address may hold.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bestFile, type Preference } from "../src/answers/choice.ts";
import { fileNameOf, projectPage, recordable, shown, withoutUser } from "../src/lock/address.ts";
import { describeTarget } from "../src/lock/shipped.ts";
import { sriHash } from "../src/lock/sri.ts";
import { fileByName, filesByHash, isOf, readPage } from "../src/prefetch/package-index.ts";
import { defaultIndex, pipConfigPaths } from "../src/prefetch/settings.ts";
import { PylockError } from "../src/words/errors.ts";

const PAGE = "https://pypi.invalid/simple/made/";
const JSON_TYPE = "application/vnd.pypi.simple.v1+json";
const digest = (letter: string): string => letter.repeat(64);
const hash = (letter: string): string => sriHash(`sha256:${digest(letter)}`);
const read = (text: string, type: string) => readPage(new TextEncoder().encode(text), type, PAGE);
const json = (page: unknown) => read(JSON.stringify(page), JSON_TYPE);

test("a page as JSON", () => {
  const files = json({
    meta: { "api-version": "1.4" },
    name: "made",
    files: [
      { filename: "made-1.0.tar.gz", url: "../../files/made-1.0.tar.gz#x", hashes: { sha256: digest("a"), md5: "ab" } },
      {
        filename: "made-1.0-py3-none-any.whl",
        url: "https://files.pypi.invalid/w.whl",
        hashes: { sha256: digest("B"), blake9: "00" },
        yanked: true,
      },
      { filename: "../evil", url: "https://files.pypi.invalid/x", hashes: {} },
      { filename: "made-2.0.tar.gz", url: "file:///etc/passwd", hashes: {} },
      { filename: "made-3.0.tar.gz", url: "x", hashes: { sha256: "short", sha512: 7 } },
      { filename: 7 },
      null,
    ],
  });
  assert.equal(files, [
    { name: "made-1.0.tar.gz", address: "https://pypi.invalid/files/made-1.0.tar.gz", hashes: [hash("a")] },
    { name: "made-1.0-py3-none-any.whl", address: "https://files.pypi.invalid/w.whl", hashes: [hash("b")] },
    { name: "made-3.0.tar.gz", address: "https://pypi.invalid/simple/made/x", hashes: [] },
  ]);
  assert.is(fileByName(files, "made-1.0.tar.gz")?.hashes[0], hash("a"));
  assert.is(fileByName(files, "made-1.0.TAR.gz"), null);
});

test("JSON that is no page is refused", () => {
  for (const [page, detail] of [
    ["{", "it is no JSON"],
    ["null", "it has no list of files"],
    ['{"meta":{"api-version":"2.0"},"files":[]}', "its API has version 2.0, expected 1"],
  ] as const) {
    try {
      read(page, JSON_TYPE);
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof PylockError);
      assert.is(error.failure.message, `cannot read the index page ${PAGE}: ${detail}`);
    }
  }
});

test("a page as HTML", () => {
  const files = read(
    `<!DOCTYPE html><html><head><base href="/whl/"></head><body><!-- <a href="commented-1.0.tar.gz">x</a> -->
     <a href="made-1.0%2Bcpu-cp312-cp312-linux_x86_64.whl#sha256=${digest("c")}" data-requires-python="&gt;=3.8">made-1.0+cpu</a><br>
     <A class=x HREF='https://files.pypi.invalid/a/made-1.0.tar.gz?x=1&amp;y=2#md5=${"d".repeat(32)}'>made-1.0.tar.gz</A>
     <a href=made-2.0.tar.gz>made-2.0.tar.gz</a><a name="no">nothing</a><a href="javascript:alert(1)">x</a>
     <a title="a > b" href="made-3.0.zip">made</a><a href="broken`,
    "text/html; charset=utf-8",
  );
  assert.equal(files, [
    {
      name: "made-1.0+cpu-cp312-cp312-linux_x86_64.whl",
      address: "https://pypi.invalid/whl/made-1.0%2Bcpu-cp312-cp312-linux_x86_64.whl",
      hashes: [hash("c")],
    },
    {
      name: "made-1.0.tar.gz",
      address: "https://files.pypi.invalid/a/made-1.0.tar.gz?x=1&y=2",
      hashes: [sriHash(`md5:${"d".repeat(32)}`)],
    },
    { name: "made-2.0.tar.gz", address: "https://pypi.invalid/whl/made-2.0.tar.gz", hashes: [] },
    { name: "made-3.0.zip", address: "https://pypi.invalid/whl/made-3.0.zip", hashes: [] },
  ]);
});

test("a hostile page takes no longer than a good one", () => {
  const started = performance.now();
  for (const piece of ["<!--", '<a "', "<a href=", "<a <a ", "&#x", "<"]) read(piece.repeat(200_000), "text/html");
  assert.ok(performance.now() - started < 5000);
});

test("files by their hashes, of the locked version only", () => {
  const page = json({
    files: [
      { filename: "made-1.0.tar.gz", url: "s", hashes: { sha256: digest("a") } },
      { filename: "made-1.0-py3-none-any.whl", url: "w", hashes: { sha256: digest("b") } },
      { filename: "made-1.1.tar.gz", url: "t", hashes: { sha256: digest("c") } },
      { filename: "made-1.0-cp312-cp312-win_amd64.whl", url: "n", hashes: { md5: "e".repeat(32) } },
      { filename: "other-1.0.tar.gz", url: "o", hashes: { sha256: digest("f") } },
    ],
  });
  const found = filesByHash(page, { name: "made", version: "1.0", hashes: ["b", "a", "c", "f"].map(hash) });
  assert.equal(
    found.files.map((file) => [file.name, file.hash]),
    [
      ["made-1.0-py3-none-any.whl", hash("b")],
      ["made-1.0.tar.gz", hash("a")],
    ],
  );
  // The others may be those of files whose digests the index does not tell.
  assert.equal(found.missing, [hash("c"), hash("f")]);
  assert.equal(
    found.candidates.map((file) => file.name),
    ["made-1.0-cp312-cp312-win_amd64.whl"],
  );
  assert.equal(filesByHash(page, { name: "made", version: "1.0", hashes: [hash("a")] }).candidates, []);
});

test("which files are of a version, however it is spelt", () => {
  const cases: [string, string, string | null, boolean][] = [
    ["made_up-1.0.tar.gz", "made-up", "1.0", true],
    ["Made.Up-1.0.0.tar.gz", "made-up", "1.0", true],
    ["made-up-1.0.zip", "made-up", "1.0.0", true],
    ["made-up-extra-1.0.zip", "made-up", "1.0", false],
    ["made_up-1.10.tar.gz", "made-up", "1.1", false],
    ["made_up-10.tar.gz", "made-up", "1.0", false],
    ["made_up-1.0rc1-py3-none-any.whl", "made-up", "1.0.rc.1", true],
    ["made_up-1.0rc1-py3-none-any.whl", "made-up", "1.0", false],
    ["made_up-2!1.0-1-py3-none-any.whl", "made-up", "2!1.0", true],
    ["made_up-1.0.post1-py3-none-any.whl", "made-up", "1.0-post1", true],
    ["made_up-1.0.dev3.tar.gz", "made-up", "1.0dev3", true],
    ["made_up-1.0+cpu.tar.gz", "made-up", "1.0+CPU", true],
    ["made_up-1.0+cpu.tar.gz", "made-up", "1.0", false],
    ["made_up-1.0.tar.gz", "made-up", null, true],
    ["made_up-1.0.exe", "made-up", "1.0", false],
    ["made_up-1.0.whl", "made-up", "1.0", false],
  ];
  for (const [file, name, version, expected] of cases)
    assert.is(isOf(file, name, version), expected, `${file} ${version}`);
});

test("of the files that were found, a target takes the best", () => {
  const file = (name: string) => ({ file: name, hash: hash("a") });
  const files = [
    "made-1.0.tar.gz",
    "made-1.0-py2.py3-none-any.whl",
    "made-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "made-1.0-2-cp312-cp312-manylinux_2_28_x86_64.whl",
    "made-1.0-10-cp312-cp312-manylinux_2_28_x86_64.whl",
    "made-1.0-cp313-cp313-win_amd64.whl",
    "notes.txt",
  ].map(file);
  const { tags } = describeTarget("cp312-linux-x86_64-glibc2.28");
  const usual: Preference = { tags, isSourceFirst: false, allowsWheels: true, allowsSources: true };
  assert.is(bestFile(files, usual)?.file, "made-1.0-10-cp312-cp312-manylinux_2_28_x86_64.whl");
  assert.is(
    bestFile(files, { ...usual, tags: describeTarget("cp312-linux-x86_64-glibc2.17").tags })?.file,
    files[2]!.file,
  );
  assert.is(bestFile(files, { ...usual, tags: describeTarget("cp39-macos14-arm64").tags })?.file, files[1]!.file);
  assert.is(bestFile(files, { ...usual, allowsWheels: false })?.file, files[0]!.file);
  assert.is(bestFile(files, { ...usual, isSourceFirst: true })?.file, files[0]!.file);
  assert.is(bestFile(files.slice(5), { ...usual, allowsSources: false }), null);
});

test("the default index is what pip and uv are set to", () => {
  const index = (environment: Record<string, string>, ...pipFiles: string[]) => defaultIndex({ environment, pipFiles });
  assert.is(index({}), null);
  assert.is(index({ PIP_INDEX_URL: "https://a.invalid/simple" }), "https://a.invalid/simple");
  assert.is(
    index({ PIP_INDEX_URL: "https://a.invalid", UV_DEFAULT_INDEX: "mine=https://b.invalid" }),
    "https://b.invalid",
  );
  assert.is(
    index({ PIP_INDEX_URL: " " }, "[global]\nindex-url = https://c.invalid/simple\n"),
    "https://c.invalid/simple",
  );
  const conf =
    "; a comment\n[global]\ntimeout = 60\nindex_url: https://c.invalid\nextra-index-url = https://d.invalid\n[list]\nindex-url=https://no.invalid\n";
  assert.is(index({}, conf), "https://c.invalid");
  assert.is(index({}, conf, "[download]\nindex-url = https://e.invalid\n"), "https://e.invalid");
  assert.is(index({}, conf, "[freeze]\ntimeout = 10\n"), "https://c.invalid");
  assert.equal(pipConfigPaths({ HOME: "/h", VIRTUAL_ENV: "/v", PIP_CONFIG_FILE: "/f" }, "linux").slice(-4), [
    "/h/.pip/pip.conf",
    "/h/.config/pip/pip.conf",
    "/v/pip.conf",
    "/f",
  ]);
  assert.equal(pipConfigPaths({ HOME: "/h", PIP_CONFIG_FILE: "/dev/null" }, "linux"), []);
  assert.equal(pipConfigPaths({ APPDATA: "C:/a" }, "win32"), ["C:/a/pip/pip.ini"]);
});

test("nothing secret of an address is shown or recorded", () => {
  assert.is(shown("https://me:secret@pypi.invalid/a?token=x#y"), "https://pypi.invalid/a");
  assert.is(withoutUser("https://me:secret@pypi.invalid/a@b?c"), "https://pypi.invalid/a@b?c");
  assert.is(withoutUser("ssh://git:secret@pypi.invalid/a"), "ssh://git@pypi.invalid/a");
  assert.is(withoutUser("git+ssh://git@pypi.invalid/a"), "git+ssh://git@pypi.invalid/a");
  assert.is(withoutUser("git@pypi.invalid:a/b.git"), "git@pypi.invalid:a/b.git");
  assert.is(recordable("https://me:secret@pypi.invalid/a%2Bb.whl?x=1#sha256=0"), "https://pypi.invalid/a%2Bb.whl?x=1");
  for (const query of ["X-Amz-Signature=1", "sig=1", "a=b&Token=1"]) {
    assert.throws(() => recordable(`https://pypi.invalid/a?${query}`), /its query holds credentials/);
  }
  for (const address of ["file:///etc/passwd", "nothing", "ftp://pypi.invalid/x"])
    assert.throws(() => recordable(address), /cannot use the address/);
  assert.is(fileNameOf("https://pypi.invalid/x/made-1.0%2Bcpu.whl?x#y"), "made-1.0+cpu.whl");
  for (const address of [
    "https://pypi.invalid/",
    "https://pypi.invalid/a%2F..%2Fb",
    "https://pypi.invalid/%00",
    "https://pypi.invalid/%ff",
  ]) {
    assert.throws(() => fileNameOf(address), /it names no file/);
  }
  assert.is(projectPage("https://pypi.invalid/simple", "made"), PAGE);
  assert.is(projectPage("https://pypi.invalid/simple/#x", "made"), PAGE);
  assert.is(projectPage("https://pypi.invalid/links.html", "made"), "https://pypi.invalid/links.html");
});

test.run();
