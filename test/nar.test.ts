// Hashes of file trees against `nix hash path` where nix is there, against recorded answers of it everywhere.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Hasher } from "../src/core/hasher.ts";
import { toSri } from "../src/lock/integrity.ts";
import { hashTree } from "../src/runtime/node/tree.ts";

const RECORDED = "test/fixtures/hash/trees.json";
/** Records what nix says; look at what it changes before it is committed. */
const RENEW = process.env.RENEW_EXPECTED === "1";

type Make = (root: string) => void;
const file = (root: string, name: string | Buffer, text: string | Uint8Array = "", mode = 0o644): void => {
  const path = typeof name === "string" ? join(root, name) : Buffer.concat([Buffer.from(`${root}/`), name]);
  writeFileSync(path, text);
  chmodSync(path, mode);
};
const inFolder =
  (make: Make): Make =>
  (root) => {
    mkdirSync(root);
    make(root);
  };
const bytes = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, at) => (at * 31 + size) & 255);

/** What is made at a path. */
const TREES: Record<string, Make> = {
  "a file": (root) => writeFileSync(root, "hello\n"),
  "an empty file": (root) => writeFileSync(root, ""),
  "an executable": (root) => {
    writeFileSync(root, "#!/bin/sh\n");
    chmodSync(root, 0o755);
  },
  "a link": (root) => symlinkSync("target", root),
  "an empty folder": inFolder(() => undefined),
  "one file": inFolder((root) => file(root, "a", "a")),
  "a file that others may execute, not its owner": inFolder((root) => file(root, "a", "a", 0o655)),
  "a file that only its owner may execute": inFolder((root) => file(root, "a", "a", 0o700)),
  "permissions that do not count": inFolder((root) => file(root, "a", "a", 0o600)),
  "sizes around 8": inFolder((root) => {
    for (let size = 0; size <= 17; size++) file(root, `f${size}`, bytes(size));
  }),
  "sizes around a block and a slice": inFolder((root) => {
    for (const size of [55, 56, 63, 64, 65, 127, 128, 65535, 65536, 65537, 200000]) file(root, `f${size}`, bytes(size));
  }),
  "folders in folders": inFolder((root) => {
    mkdirSync(join(root, "a/b/c/d"), { recursive: true });
    file(root, "a/b/c/d/leaf", "x");
    file(root, "a/b/z", "y");
  }),
  "empty folders beside files": inFolder((root) => {
    for (const name of ["a", "c", "e"]) mkdirSync(join(root, name));
    for (const name of ["b", "d"]) file(root, name, name);
  }),
  "links of all kinds": inFolder((root) => {
    symlinkSync("/absolute/path", join(root, "absolute"));
    symlinkSync("nowhere", join(root, "broken"));
    symlinkSync(".", join(root, "loop"));
    symlinkSync("../up", join(root, "up"));
    symlinkSync("x".repeat(300), join(root, "long"));
  }),
  "hard links": inFolder((root) => {
    file(root, "a", "same");
    linkSync(join(root, "a"), join(root, "b"));
  }),
  "order is that of bytes": inFolder((root) => {
    for (const name of ["a", "B", "a.b", "a-b", "ab", "a b", "A", "_", "~", "é", "z", "Z", "0"]) file(root, name, name);
  }),
  "a folder sorts by its name, not by its path": inFolder((root) => {
    mkdirSync(join(root, "a"));
    file(root, "a/x", "1");
    file(root, "a.txt", "2");
    file(root, "a-b", "3");
  }),
  "names beyond the BMP sort as UTF-8, not as UTF-16": inFolder((root) => {
    for (const name of ["\u{1f40d}", "\uff5e", "\ufffd", "a"]) file(root, name, name);
  }),
  "names that are not UTF-8": inFolder((root) => {
    file(root, Buffer.from([0xff, 0xfe]), "1");
    file(root, Buffer.from([0x61, 0x80]), "2");
    file(root, Buffer.from([0xc3]), "3");
  }),
  "names with spaces, quotes, line feeds and backslashes": inFolder((root) => {
    for (const name of [" ", "a\nb", 'q"', "it's", "back\\slash", "...", "-", "\u0001"]) file(root, name, name);
  }),
  "a name of 255 bytes": inFolder((root) => file(root, "n".repeat(255), "n")),
  "a hundred folders deep": inFolder((root) => {
    mkdirSync(join(root, "d/".repeat(100)), { recursive: true });
    file(root, `${"d/".repeat(100)}leaf`, "x");
  }),
  "a thousand files": inFolder((root) => {
    for (let index = 0; index < 1000; index++) file(root, `file-${index}`, `${index}`);
  }),
  "like an unpacked wheel": inFolder((root) => {
    mkdirSync(join(root, "made"));
    mkdirSync(join(root, "made-1.0.dist-info"));
    file(root, "made/__init__.py", "VERSION = 1\n");
    file(root, "made/_native.so", bytes(5000), 0o755);
    file(root, "made-1.0.dist-info/RECORD", "");
  }),
};

const hasNix = nixHash("package.json") !== null;
const recorded = (existsSync(RECORDED) ? JSON.parse(readFileSync(RECORDED, "utf8")) : {}) as Record<string, string>;
const hashers = ["release", "debug"].map((name) => {
  return { name, hasher: new Hasher(new WebAssembly.Module(readFileSync(`.tmp/wasm/hash.${name}.wasm`))) };
});

function nixHash(path: string): string | null {
  const { status, stdout } = spawnSync("nix", ["--extra-experimental-features", "nix-command", "hash", "path", path]);
  return status === 0 ? stdout.toString().trim() : null;
}

function at(make: Make, work: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "nar-"));
  try {
    make(join(folder, "tree"));
    work(join(folder, "tree"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [name, make] of Object.entries(TREES)) {
  test(name, () => {
    at(make, (path) => {
      const expected = hasNix ? nixHash(path) : recorded[name];
      if (RENEW && hasNix) recorded[name] = expected!;
      assert.is(recorded[name], expected, "renew with RENEW_EXPECTED=1 node test/run.mjs --only nar");
      for (const { name: build, hasher } of hashers) {
        assert.is(toSri({ algorithm: "sha256", digest: hashTree(path, { hasher }) }), expected, build);
      }
    });
  });
}

if (RENEW && hasNix) {
  test("record", () => writeFileSync(RECORDED, `${JSON.stringify(recorded, null, 1)}\n`));
}

test("what is left out is left out at any depth, and nothing else is", () => {
  const sound: Make = inFolder((root) => {
    mkdirSync(join(root, "sub"));
    for (const name of ["a", ".gitignore", "sub/.git-blame", "sub/x"]) file(root, name, name);
  });
  at(sound, (path) => {
    const expected = toSri({ algorithm: "sha256", digest: hashTree(path) });
    mkdirSync(join(path, ".git"));
    file(path, ".git/config", "[core]");
    file(path, "sub/.git", "gitdir: elsewhere\n");
    assert.is(toSri({ algorithm: "sha256", digest: hashTree(path, { leftOut: ".git" }) }), expected);
    assert.is.not(toSri({ algorithm: "sha256", digest: hashTree(path) }), expected);
  });
});

test("a pipe is refused, as nix refuses it", () => {
  at(
    inFolder((root) => assert.is(spawnSync("mkfifo", [join(root, "pipe")]).status, 0)),
    (path) => assert.throws(() => hashTree(path), /neither a file nor a folder/),
  );
});

for (const { name, hasher } of hashers) {
  test(`${name}: events out of place are refused, and the next tree is sound`, () => {
    const text = (word: string) => new TextEncoder().encode(word);
    const refused: [string, RegExp, (hasher: Hasher) => unknown][] = [
      [
        "order",
        /comes after a name/,
        (h) => [h.enterFolder(), h.enterEntry(text("b")), h.link(text("x")), h.enterEntry(text("a"))],
      ],
      [
        "twice",
        /comes after a name/,
        (h) => [h.enterFolder(), h.enterEntry(text("b")), h.link(text("x")), h.enterEntry(text("b"))],
      ],
      ["slash", /found the name `a\/b`/, (h) => [h.enterFolder(), h.enterEntry(text("a/b"))]],
      ["dots", /found the name `\.\.`/, (h) => [h.enterFolder(), h.enterEntry(text(".."))]],
      ["dot", /found the name `\.`/, (h) => [h.enterFolder(), h.enterEntry(text("."))]],
      ["empty", /found the name/, (h) => [h.enterFolder(), h.enterEntry(text(""))]],
      ["long", /found the name/, (h) => [h.enterFolder(), h.enterEntry(text("n".repeat(256)))]],
      ["more bytes", /not as many bytes/, (h) => [h.enterFile(false, 3), h.takeFile(text("four"))]],
      ["fewer bytes", /not as many bytes/, (h) => [h.enterFile(false, 3), h.takeFile(text("ab")), h.treeDigest()]],
      ["two roots", /wrong order/, (h) => [h.link(text("x")), h.link(text("x"))]],
      ["not left", /wrong order/, (h) => [h.enterFolder(), h.treeDigest()]],
      ["left twice", /wrong order/, (h) => [h.enterFolder(), h.leaveFolder(), h.leaveFolder()]],
      ["no node", /wrong order/, (h) => [h.enterFolder(), h.enterEntry(text("a")), h.leaveFolder()]],
      ["nothing", /wrong order/, (h) => h.treeDigest()],
      [
        "deep",
        /more than 256 folders/,
        (h) => {
          for (let depth = 0; depth < 300; depth++) {
            h.enterFolder();
            h.enterEntry(text("d"));
          }
        },
      ],
    ];
    for (const [what, message, events] of refused) {
      hasher.startTree();
      assert.throws(() => events(hasher), message, what);
    }
    hasher.startTree();
    hasher.enterFolder();
    hasher.leaveFolder();
    assert.is(toSri({ algorithm: "sha256", digest: hasher.treeDigest() }), recorded["an empty folder"]);
  });
}

if (!hasNix)
  process.stdout.write(`skipped ${Object.keys(TREES).length}: trees against nix itself, which is not here\n`);
test.run();
