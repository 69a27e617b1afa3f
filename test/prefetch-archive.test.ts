// Wheels and sdists as archives from strangers: what is found in them, and what is refused before it can do harm.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LIMITS } from "../src/prefetch/archive.ts";
import { contentsOf, librariesOf, readRequires } from "../src/prefetch/contents.ts";
import { readSharedObject } from "../src/prefetch/elf.ts";
import { readZip } from "../src/prefetch/zip.ts";
import { PylockError } from "../src/words/errors.ts";
import { access, pax, sharedObject, type TarMember, tar, tarGz, type ZipMember, zip } from "./prefetch/archives.ts";

const NATIVE = "made-1.0-cp312-cp312-manylinux_2_28_x86_64.whl";
const SDIST = "made-1.0.tar.gz";
const PYPROJECT = '[build-system]\nrequires = ["setuptools>=61", "tomli; python_version < \'3.11\'"]\n';
const REQUIRES = ["setuptools>=61", "tomli; python_version < '3.11'"];

async function expectFailure(name: string, bytes: Uint8Array, message: string | RegExp): Promise<void> {
  const found = await contentsOf(name, access(bytes)).then(
    (contents) => assert.unreachable(`nothing failed: ${JSON.stringify(contents)}`),
    (error: unknown) => error,
  );
  assert.ok(found instanceof PylockError, String(found));
  if (typeof message === "string") assert.is(found.failure.message, message);
  else assert.match(found.failure.message, message);
}

// --- What is found ----------------------------------------------------------------------------------------------------

test("an sdist's build requirements, wherever its writer put the long names", async () => {
  const long = `made-1.0/${"deep/".repeat(30)}file.py`;
  const plain: TarMember[] = [
    { name: "made-1.0/", kind: "5" },
    { name: "made-1.0/pyproject.toml", data: PYPROJECT },
  ];
  const others: TarMember[][] = [
    [],
    [
      { name: "././@LongLink", kind: "L", data: `${long}\0` },
      { name: long.slice(0, 100), data: "x" },
    ],
    [
      { name: "pax", kind: "x", data: pax("path", long) + pax("size", "3") },
      { name: "short", data: "xyz", size: 0 },
    ],
    [{ name: "pax", kind: "g", data: pax("comment", "c") }],
    [{ name: "made-1.0/tests/pyproject.toml", data: "[build-system]\nrequires = ['wrong']" }],
    [{ name: "made-1.0/link", kind: "2", link: "docs/../pyproject.toml" }],
  ];
  for (const other of others) {
    assert.equal((await contentsOf(SDIST, access(tarGz([...other, ...plain])))).buildRequires, REQUIRES);
  }
  // Written without the two blocks at the end, and with padding behind them.
  assert.equal((await contentsOf(SDIST, access(gzipSync(tar(plain, false))))).buildRequires, REQUIRES);
  const padded = gzipSync(Buffer.concat([tar(plain), Buffer.alloc(9000)]));
  assert.equal((await contentsOf(SDIST, access(padded))).buildRequires, REQUIRES);
});

test("of a folder that the lock names, of a zip, and without pyproject.toml", async () => {
  const members = [
    { name: "made-1.0/pyproject.toml", data: "[build-system]\nrequires = []\n" },
    { name: "made-1.0/python/core/pyproject.toml", data: PYPROJECT },
  ];
  assert.equal((await contentsOf(SDIST, access(tarGz(members)), "python/core")).buildRequires, REQUIRES);
  assert.equal((await contentsOf(SDIST, access(tarGz(members)))).buildRequires, []);
  assert.equal((await contentsOf("made-1.0.zip", access(zip(members)), "./python/core/")).buildRequires, REQUIRES);
  assert.equal((await contentsOf(SDIST, access(tarGz([{ name: "made-1.0/setup.py" }])))).buildRequires, ["setuptools"]);
  // The build will say what is wrong with it.
  assert.is(readRequires(Buffer.from("[build-system\n")), null);
  assert.is(readRequires(Buffer.from([0xff])), null);
  assert.is(readRequires(Buffer.from("[build-system]\nrequires = 1\n")), null);
});

test("a wheel's sonames, without those that it brings", async () => {
  const wheel = zip([
    { name: "made/__init__.py", data: "x = 1\n".repeat(1000) },
    {
      name: "made/_core.so",
      data: sharedObject(["libc.so.6", "libmine-1a2b.so.1", "libinner.so", "libz.so.1", "../evil\n"], {
        padding: 3_000_000,
      }),
    },
    {
      name: "made.libs/libmine-1a2b.so.1",
      data: sharedObject(["libGL.so.1"], { soname: "libinner.so" }),
      stored: true,
    },
    { name: "made-1.0.data/scripts/tool", data: sharedObject(["libX11.so.6"]) },
    { name: "made/broken.so", data: "not an object" },
  ]);
  const { sonames, buildRequires } = await contentsOf(NATIVE, access(wheel));
  assert.equal(sonames, ["libGL.so.1", "libX11.so.6", "libc.so.6", "libz.so.1"]);
  // For others: libraries by the names of their files, without auditwheel's private copies.
  const { brings } = await librariesOf(await readZip(access(wheel)));
  assert.equal(
    [brings.has("_core.so"), brings.has("libinner.so"), brings.has("libmine-1a2b.so.1")],
    [true, false, false],
  );
  assert.is(buildRequires, null);
  assert.is((await contentsOf("made-1.0-py3-none-any.whl", access(wheel))).sonames, null);
  assert.equal((await contentsOf(NATIVE, access(zip([{ name: "a.py" }])))).sonames, []);
});

test("shared objects of both widths and byte orders", async () => {
  for (const wide of [true, false]) {
    for (const little of [true, false]) {
      const bytes = sharedObject(["liba.so", "libb.so.2"], { soname: "libme.so.1", wide, little });
      const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
      assert.equal(await readSharedObject(read), { needed: ["liba.so", "libb.so.2"], soname: "libme.so.1" });
      // Cut off anywhere, it is something or nothing, and no crash.
      for (let size = 0; size < bytes.length; size += 3) {
        await readSharedObject(async (offset, length) => bytes.subarray(0, size).subarray(offset, offset + length));
      }
      // Nor with any byte changed.
      for (let at = 0; at < bytes.length; at++) {
        for (const value of [0x00, 0xff]) {
          const other = Buffer.from(bytes);
          other[at] = value;
          await readSharedObject(async (offset, length) => other.subarray(offset, offset + length));
        }
      }
    }
  }
});

const systemLibraries = "/usr/lib/x86_64-linux-gnu";
const hasReadelf = spawnSync("readelf", ["--version"]).status === 0 && existsSync(systemLibraries);
if (!hasReadelf) console.log("skipped 1: readelf or the system's libraries are not here");
else {
  test("this machine's libraries, as readelf reads them", async () => {
    const files = readdirSync(systemLibraries)
      .filter((name) => /\.so\.\d+$/.test(name))
      .slice(0, 40);
    assert.ok(files.length > 5);
    for (const file of files) {
      const path = realpathSync(join(systemLibraries, file));
      const { stdout } = spawnSync("readelf", ["-d", path], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
      const bytes = readFileSync(path);
      const object = await readSharedObject(async (offset, length) => bytes.subarray(offset, offset + length));
      const named = (tag: string): string[] =>
        [...stdout.matchAll(new RegExp(`\\(${tag}\\).*\\[(.*)\\]`, "g"))].map((match) => match[1]!);
      assert.equal(object?.needed ?? [], named("NEEDED"), path);
      assert.is(object?.soname ?? undefined, named("SONAME")[0], path);
    }
  });
}

// --- What is refused --------------------------------------------------------------------------------------------------

for (const name of [
  "../evil.py",
  "made/../../evil.py",
  "/etc/passwd",
  "C:\\evil.py",
  "made\\..\\..\\evil.py",
  "\\\\host\\evil",
]) {
  test(`an entry called ${name} is refused`, async () => {
    const path = /^(\/|\\|C:)/.test(name);
    const message = `the archive is refused: \`${name}\` ${path ? "is no relative path" : "leaves the archive"}`;
    await expectFailure(NATIVE, zip([{ name, data: "x" }]), message);
    await expectFailure(SDIST, tarGz([{ name, data: "x" }]), message);
    await expectFailure(SDIST, tarGz([{ name: "p", kind: "x", data: pax("path", name) }, { name: "good" }]), message);
  });
}

test("links out of the archive are refused, those inside are not followed", async () => {
  const out = /^the archive is refused: the link `made\/link` points out of the archive$/;
  for (const target of ["../../etc/passwd", "/etc/passwd", "a/../../../x"]) {
    await expectFailure(SDIST, tarGz([{ name: "made/link", kind: "2", link: target }]), out);
    await expectFailure(NATIVE, zip([{ name: "made/link", data: target, mode: 0o120777 }]), out);
  }
  await expectFailure(SDIST, tarGz([{ name: "made/hard", kind: "1", link: "../out" }]), /leaves the archive/);
  const inside = zip([{ name: "made/link.so", data: "../made/other.so", mode: 0o120777 }]);
  assert.equal((await contentsOf(NATIVE, access(inside))).sonames, []);
  const linked = tarGz([{ name: "made-1.0/pyproject.toml", kind: "2", link: "other.toml" }]);
  assert.equal((await contentsOf(SDIST, access(linked))).buildRequires, ["setuptools"]);
});

test("devices, pipes and encrypted or unknown members are refused", async () => {
  for (const kind of ["3", "4", "6", "S"])
    await expectFailure(SDIST, tarGz([{ name: "made/x", kind }]), "the archive is refused: `made/x` is no file");
  await expectFailure(NATIVE, zip([{ name: "made/x", mode: 0o020644 }]), "the archive is refused: `made/x` is no file");
  await expectFailure(NATIVE, zip([{ name: "made/x.so", data: "x", method: 14 }]), /is compressed by method 14/);
  const locked = zip([{ name: "made/x.so", data: "x" }]);
  locked[locked.indexOf("504b0102", "hex") + 8] = 1;
  await expectFailure(NATIVE, locked, "the archive is refused: it is encrypted");
});

test("bombs are refused", async () => {
  const zeros = Buffer.alloc(100 * 2 ** 20);
  const bomb = /^the archive is refused: it unpacks to more than 200 times its size$/;
  await expectFailure(SDIST, tarGz([{ name: "made/zeros", data: zeros }]), bomb);
  await expectFailure(NATIVE, zip([{ name: "made/zeros.so", data: zeros }]), bomb);
  // One that does not say how large it is.
  await expectFailure(NATIVE, zip([{ name: "made/zeros.so", data: zeros, size: 1000 }]), /is larger than it says$/);
  await expectFailure(
    NATIVE,
    zip([{ name: "made/small.so", data: "x", size: 0xfffffff0 }]),
    /unpacks to more than|cannot be as large/,
  );
  const text = Buffer.alloc(LIMITS.text + 1, 0x20);
  await expectFailure(SDIST, tarGz([{ name: "made-1.0/pyproject.toml", data: text }]), /larger than 1048576 bytes$/);
  await expectFailure(
    "made-1.0.zip",
    zip([{ name: "made-1.0/pyproject.toml", data: text }]),
    /larger than 1048576 bytes$/,
  );
  await expectFailure(SDIST, tarGz([{ name: "x", kind: "L", data: text }, { name: "y" }]), /header in it is too large/);
});

test("entries that share bytes are refused", async () => {
  const shared: ZipMember[] = [{ name: "a.so", data: "x".repeat(5000), stored: true }];
  const two = [...shared, { name: "b.so", data: "x".repeat(5000), stored: true, offset: 10 }];
  await expectFailure(NATIVE, zip(two), "the archive is refused: two of its entries overlap");
});

test("absurd numbers, depths and lengths are refused", async () => {
  const many = zip(Array.from({ length: 10 }, (_, index) => ({ name: `${index}` })));
  many.writeUInt16LE(0xfffe, many.length - 22 + 10);
  await expectFailure(NATIVE, many, "the archive is damaged: its list of entries is cut off");
  await expectFailure(
    SDIST,
    tarGz([{ name: "made/x", size: 0o77777777777 }]),
    /^the archive is damaged: it is cut off$/,
  );
  await expectFailure(
    NATIVE,
    zip([{ name: `${"a/".repeat(65)}x` }]),
    "the archive is refused: its folders are too deep",
  );
  await expectFailure(NATIVE, zip([{ name: "a".repeat(5000) }]), "the archive is refused: an entry's name is too long");
  await expectFailure(
    SDIST,
    tarGz([{ name: "p", kind: "x", data: pax("size", "9".repeat(30)) }, { name: "y" }]),
    /absurd/,
  );
  const entries = Buffer.concat(Array.from({ length: LIMITS.entries + 1 }, () => EMPTY_ENTRY));
  await expectFailure(SDIST, gzipSync(entries), "the archive is refused: it has more than 200000 entries");
});
const EMPTY_ENTRY = tar([{ name: "x" }], false);

test("damage is found: cut off anywhere, other content, no archive at all", async () => {
  const wheel = zip([{ name: "made/_core.so", data: sharedObject(["libc.so.6"]) }]);
  for (let size = 0; size < wheel.length; size += 7)
    await expectFailure(NATIVE, wheel.subarray(0, size), /^the archive is (damaged|refused): /);
  // Behind the end of the tar archive nothing is read, so what is missing there is not missed.
  const sdist = tarGz([{ name: "made-1.0/pyproject.toml", data: PYPROJECT }]);
  for (let size = 0; size < sdist.length * 0.6; size += 7)
    await expectFailure(SDIST, sdist.subarray(0, size), /^the archive is damaged: /);
  await expectFailure(
    NATIVE,
    zip([{ name: "made/x.so", data: sharedObject([]), crc: 1 }]),
    /has other content than it says$/,
  );
  await expectFailure(SDIST, gzipSync(Buffer.alloc(10_000, 1)), "the archive is damaged: a header in it is broken");
  await expectFailure(SDIST, gzipSync(""), "the archive is damaged: it is no tar archive, or it is empty");
});

test("Python's own archives are read, Zip64 among them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "archives-"));
  try {
    writeFileSync(join(folder, "core.so"), sharedObject(["libz.so.1"]));
    const script = [
      "import sys, tarfile, zipfile, io",
      "folder = sys.argv[1]",
      "with zipfile.ZipFile(folder + '/a.whl', 'w', zipfile.ZIP_DEFLATED) as archive:",
      "    with archive.open('made/core.so', 'w', force_zip64=True) as entry: entry.write(open(folder + '/core.so', 'rb').read())",
      "    archive.comment = b'PK\\x05\\x06 a comment that looks like an end'",
      "for kind in [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]:",
      "    with tarfile.open(f'{folder}/{kind}.tar.gz', 'w:gz', format=kind) as archive:",
      "        for name, text in [('made/' + 'd/' * 40 + 'ü', 'x'), ('made/pyproject.toml', sys.argv[2])]:",
      "            entry = tarfile.TarInfo(name); entry.size = len(text.encode()); archive.addfile(entry, io.BytesIO(text.encode()))",
    ].join("\n");
    const made = spawnSync("python3", ["-I", "-c", script, folder, PYPROJECT], { encoding: "utf8" });
    assert.is(made.status, 0, made.stderr);
    assert.equal((await contentsOf(NATIVE, access(readFileSync(join(folder, "a.whl"))))).sonames, ["libz.so.1"]);
    for (const kind of [0, 1, 2]) {
      assert.equal(
        (await contentsOf(SDIST, access(readFileSync(join(folder, `${kind}.tar.gz`))))).buildRequires,
        REQUIRES,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
