// NAR: trees with everything that a repository can hold, against Nix itself.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { PylockError } from "../src/errors.ts";
import { narBytes, type Tree } from "../src/nar.ts";
import { treeOf } from "../src/runtime/node.ts";
import { isInstalled, temporaryFolder } from "./nix/nix.ts";

async function hashOf(tree: Tree): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of narBytes(tree)) hash.update(piece);
  return `sha256-${hash.digest("base64")}`;
}

const text = (content: string, isExecutable = false): Tree => {
  const bytes = new TextEncoder().encode(content);
  return {
    kind: "file",
    isExecutable,
    size: bytes.length,
    async *read() {
      yield bytes;
    },
  };
};
const folderOf = (entries: Record<string, Tree>): Tree => ({
  kind: "folder",
  list: async () => Object.entries(entries).map(([name, tree]) => ({ name: new TextEncoder().encode(name), tree })),
});

test("the bytes of a small tree", async () => {
  const parts: Buffer[] = [];
  for await (const piece of narBytes(folderOf({ b: text("hello"), a: { kind: "link", target: Buffer.from("b") } })))
    parts.push(Buffer.from(piece));
  const word = (of: string): string => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(of.length));
    return length.toString("latin1") + of + "\0".repeat((8 - (of.length % 8)) % 8);
  };
  const words =
    "nix-archive-1 ( type directory entry ( name a node ( type symlink target b ) ) entry ( name b node ( type regular contents hello ) ) )";
  assert.is(Buffer.concat(parts).toString("latin1"), words.split(" ").map(word).join(""));
});

test("what no archive can name is refused", async () => {
  for (const name of ["", ".", "..", "a/b", "a\0"]) {
    const error = await hashOf(folderOf({ [name]: text("") })).catch((found: unknown) => found);
    assert.ok(error instanceof PylockError, name);
  }
  const name = new TextEncoder().encode("a");
  const twice: Tree = {
    kind: "folder",
    list: async () => [
      { name, tree: text("") },
      { name, tree: text("") },
    ],
  };
  assert.ok((await hashOf(twice).catch((found: unknown) => found)) instanceof PylockError);
});

if (isInstalled("nix")) {
  test("the hash is what `nix hash path` says", async () => {
    const folder = join(temporaryFolder(), "tree");
    mkdirSync(join(folder, "sub", "empty"), { recursive: true });
    const write = (name: string | Buffer, content: string | Buffer): void => {
      const path =
        typeof name === "string" ? Buffer.from(join(folder, name)) : Buffer.concat([Buffer.from(`${folder}/`), name]);
      writeFileSync(path, content);
    };
    for (const size of [0, 1, 7, 8, 9, 4096, 700_001]) write(`size-${size}`, Buffer.alloc(size, size % 251));
    for (const name of ["-dash", "a b", "ä", "ｦ", "🐍", "A", "a", "a.b", "a-b", "a\nb", "'\"$", "sub/x"])
      write(name, name);
    write(Buffer.from([0x62, 0xff, 0xfe]), "not UTF-8");
    write("run.sh", "#!/bin/sh\n");
    chmodSync(join(folder, "run.sh"), 0o755);
    // Only the owner's bit counts.
    write("group", "x");
    chmodSync(join(folder, "group"), 0o654);
    symlinkSync("run.sh", join(folder, "link"));
    symlinkSync("/nowhere/ü", join(folder, "dangling"));
    symlinkSync("sub", join(folder, "folder-link"));
    const said = spawnSync("nix", ["--extra-experimental-features", "nix-command", "hash", "path", "--sri", folder], {
      encoding: "utf8",
    });
    assert.is(said.status, 0, said.stderr);
    assert.is(await hashOf(treeOf(folder)), said.stdout.trim());
    // What version control keeps there is not part of the source, at any depth.
    mkdirSync(join(folder, ".git", "objects"), { recursive: true });
    write("sub/.git", "gitdir: elsewhere\n");
    assert.is(await hashOf(treeOf(folder)), said.stdout.trim());
  });
} else {
  test("nix is not installed", () => console.log("skipped 1: nix is not installed"));
}

test.run();
