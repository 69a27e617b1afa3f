// What counts as the sources of a folder: .gitignore as git itself reads it, folders and files that are named besides.
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import * as assert from "uvu/assert";
import { succeed } from "./nix/nix.ts";
import { finish, folder, library, pkgs, stored, when } from "./nix/workbench.ts";

/** Files of a folder in git, .gitignore files among them. */
async function repository(name: string, files: readonly string[], ignored: Record<string, string>): Promise<string> {
  const path = join(folder, "repositories", name);
  for (const file of files) write(path, file, "");
  for (const [file, text] of Object.entries(ignored)) write(path, file, text);
  await succeed("git", ["-C", path, "init", "--quiet"]);
  return path;
}

function write(path: string, file: string, text: string): void {
  mkdirSync(dirname(join(path, file)), { recursive: true });
  writeFileSync(join(path, file), text);
}

/** What git has of the folder, or would have after `git add`. */
const git = async (path: string): Promise<string[]> =>
  (await succeed("git", ["-C", path, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]))
    .split("\0")
    .filter((file) => file !== "")
    .sort();

async function cleaned(words: string): Promise<string[]> {
  const path = await stored(`(import ${library} { pkgs = ${pkgs}; }).cleanPythonSources { ${words} }`);
  return (readdirSync(path, { recursive: true }) as string[])
    .filter((file) => statSync(join(path, file)).isFile())
    .map((file) => relative(path, join(path, file)))
    .sort();
}

/** Lines of a .gitignore with something for each rule of gitignore(5), and files that tell. */
const PATTERNS: Readonly<Record<string, { readonly lines: string[]; readonly files: string[] }>> = {
  "names, endings, comments": {
    lines: ["# all logs", "*.log", "", "build", "\\#hash", "\\!bang", "trail\\ ", "lead   ", "plus+", "é", "a.b"],
    files: [
      "a.log",
      "x/b.log",
      "build/1",
      "x/build",
      "#hash",
      "!bang",
      "trail ",
      "trail",
      "lead",
      "plus+",
      "é",
      "a.b",
      "axb",
    ],
  },
  "what a slash means": {
    lines: ["/top", "only/", "sub/inner", "/deep/er/", "x/*", "!x/kept", "nothing/"],
    files: [
      "top",
      "a/top",
      "only",
      "b/only/1",
      "sub/inner",
      "c/sub/inner",
      "deep/er/1",
      "d/deep/er/1",
      "x/1",
      "x/kept",
      "nothing",
    ],
  },
  "any number of folders": {
    lines: ["**/one", "two/**", "three/**/four", "a**b", "five/**/", "/**/six/*.c"],
    files: [
      "one",
      "x/y/one",
      "two/1",
      "x/two/1",
      "three/four",
      "three/x/y/four",
      "x/three/four",
      "ab",
      "a/b",
      "aXb",
      "five/1",
      "five/x/1",
      "six/1.c",
      "x/six/1.c",
      "x/six/y/1.c",
    ],
  },
  "sets and single characters": {
    lines: ["q[0-9]", "*.py[cod]", "[!a-c].o", "[^x].a", "[]-]z", "br[[]x]", "?.t", "[[:upper:]].u", "star\\*"],
    files: [
      "q1",
      "qa",
      "m.pyd",
      "m.py",
      "a.o",
      "d.o",
      "x.a",
      "y.a",
      "]z",
      "-z",
      "az",
      "br[x]",
      "a.t",
      "ab.t",
      "A.u",
      "a.u",
      "star*",
      "starx",
    ],
  },
  "the last one that matches counts, but not inside of what is left out": {
    lines: ["*.txt", "!keep.txt", "logs", "!logs/debug.txt", "tmp/*", "!tmp/in", "data", "!data/", "!*.md", "*.md"],
    files: ["1.txt", "keep.txt", "logs/debug.txt", "tmp/1", "tmp/in/1", "data/1", "x/data", "a.md"],
  },
  "lines as editors leave them": {
    lines: ["\ufeffbom", "windows\r", "*.bak\r", "tab\t"],
    files: ["bom", "windows", "1.bak", "tab", "tab\t"],
  },
};

for (const [title, { lines, files }] of Object.entries(PATTERNS)) {
  when(`.gitignore, ${title}`, async () => {
    const path = await repository(`rules-${title.slice(0, 4)}`, files, { ".gitignore": lines.join("\n") });
    const expected = await git(path);
    assert.ok(expected.length > 1 && expected.length <= files.length, "some are left out, some are not");
    assert.equal(await cleaned(`src = ${JSON.stringify(path)};`), expected);
  });
}

const NESTED = [
  "a/src/m.py",
  "a/src/m.o",
  "a/build/1",
  "a/.env",
  "b/src/m.py",
  "b/build/1",
  "b/build/gen.py",
  "empty/x.o",
];
const IGNORED = {
  ".gitignore": "build\n*.o\n/b/src/*.py\n",
  "a/.gitignore": ".env\n!*.o\n",
  "b/build/.gitignore": "*\n",
};

when(".gitignore in folders within: the nearest one counts first, and an empty folder is not there", async () => {
  const path = await repository("nested", NESTED, IGNORED);
  assert.equal(await cleaned(`src = ${path};`), await git(path));
  assert.equal(await git(path), [".gitignore", "a/.gitignore", "a/src/m.o", "a/src/m.py"]);
  const whole = await stored(`(import ${library} { pkgs = ${pkgs}; }).cleanPythonSources { src = ${path}; }`);
  assert.equal(readdirSync(whole).sort(), [".gitignore", "a"]);
});

when("root: .gitignore files above a folder count, with paths from where they are", async () => {
  const path = await repository("above", NESTED, IGNORED);
  const of = async (member: string): Promise<string[]> => cleaned(`src = ${path}/${member}; root = ${path};`);
  for (const member of ["a", "b"]) assert.equal(await of(member), await git(join(path, member)));
  assert.equal(await of("b"), []);
  assert.equal(
    await cleaned(`src = ${path}/b;`),
    ["build/1", "build/gen.py", "src/m.py"].filter((file) => !file.startsWith("build")),
  );
  // A member of a member, two folders down.
  assert.equal(await cleaned(`src = ${path}/a/src; root = ${path};`), await git(join(path, "a/src")));
});

when("gitignore, without and filter: more or less than that", async () => {
  const path = await repository("more", ["gen/a.py", "gen/b.txt", "in/x/1", "in/y/1", "m.py", "m.pyc"], {
    ".gitignore": "gen\n",
  });
  assert.equal(await cleaned(`src = ${path};`), [".gitignore", "in/x/1", "in/y/1", "m.py"]);
  assert.equal(await cleaned(`src = ${path}; gitignore = false; without = [ "in/x" "./m.py/" ];`), [
    ".gitignore",
    "gen/a.py",
    "gen/b.txt",
    "in/y/1",
  ]);
  const filter = 'path: type: type == "directory" && path != "in/y" || builtins.match ".*[.]py|in/.*" path != null';
  assert.equal(await cleaned(`src = ${path}; filter = ${filter};`), ["in/x/1", "in/y/1", "m.py"]);
});

finish();
