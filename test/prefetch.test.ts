// `pylock2nix prefetch`, from the command line to the record and the frozen resolution, against servers on loopback.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toSri } from "../src/lock/integrity.ts";
import { hashTree } from "../src/runtime/node/tree.ts";
import { type Outcome, temporaryFolder } from "./nix/nix.ts";
import { sharedObject, tarGz, zip } from "./prefetch/archives.ts";
import { type Locked, prefetcher, writeProject, writeRepository } from "./prefetch/project.ts";
import { etagOf, htmlPage, jsonPage, sendFile, sha256, sri, startServer } from "./prefetch/server.ts";

const folder = temporaryFolder();
const home = join(folder, "home");
const CLI = resolve("dist/bin/pylock2nix.cjs");
const cli = prefetcher(home, CLI);
const server = await startServer();
const files = await startServer();

const PURE = zip([{ name: "pure/__init__.py", data: "" }]);
const NATIVE = zip([{ name: "native/_core.so", data: sharedObject(["libc.so.6", "libGL.so.1"]) }]);
const SDIST = tarGz([
  {
    name: "source-1.0/pyproject.toml",
    data: '[build-system]\nrequires = ["hatchling", "tomli; python_version < \'3.11\'"]\n',
  },
]);
const NATIVE_NAME = "native-1.0-cp312-cp312-manylinux_2_28_x86_64.whl";
const TARGET = ["--target", "cp312-linux-x86_64-glibc2.28"];

let count = 0;
function projectOf(...packages: Locked[]): string {
  const path = join(folder, `project-${count++}`);
  writeProject(path, packages);
  return path;
}

// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
const recordOf = (project: string): any =>
  JSON.parse(readFileSync(join(project, "pylock2nix.sources.json"), "utf8")).sources;
// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
async function frozen(project: string): Promise<any> {
  const { code, errors } = await cli(["nix", project, ...TARGET]);
  assert.is(code, 0, errors);
  return JSON.parse(readFileSync(join(project, "pylock2nix.json"), "utf8")).packages;
}
function succeeded({ code, errors }: Outcome): string {
  assert.is(code, 0, errors);
  return errors;
}
function forget(): void {
  server.asked.length = 0;
  files.asked.length = 0;
}

test("a lock that lacks nothing needs no index and no network", async () => {
  const project = projectOf({ name: "pure", files: { "pure-1.0-py3-none-any.whl": sha256(PURE) } });
  assert.is(
    succeeded(await cli(["prefetch", project, ...TARGET])),
    "the lock lacks nothing: there is nothing to record\n",
  );
  assert.not.ok(existsSync(join(project, "pylock2nix.sources.json")));
});

test("a url without a hash is fetched, hashed and looked into; `nix` uses it, and `--check` sees it", async () => {
  const address = `${files.base}/deep/${NATIVE_NAME}`;
  files.files.set(`/deep/${NATIVE_NAME}`, NATIVE);
  const project = projectOf({ name: "native", source: { type: "url", url: address } });
  const before = await frozen(project);
  assert.equal(before[0].files, [[NATIVE_NAME, null, address]]);
  const said = succeeded(await cli(["prefetch", project, ...TARGET]));
  assert.is(said, `recorded native 1.0\n1 source in ${project}/pylock2nix.sources.json\nnext: pylock2nix nix\n`);
  assert.equal(recordOf(project), [
    {
      lock: { kind: "url", url: address, hash: null, subdirectory: null },
      hash: sri(NATIVE),
      sonames: ["libGL.so.1", "libc.so.6"],
    },
  ]);
  assert.is((await cli(["nix", project, ...TARGET, "--check"])).code, 1);
  assert.equal((await frozen(project))[0].files, [
    [NATIVE_NAME, sri(NATIVE), address, { sonames: ["libGL.so.1", "libc.so.6"] }],
  ]);
  assert.is((await cli(["nix", project, ...TARGET, "--check"])).code, 0);
  // What is recorded is not fetched again, and the bytes stay.
  forget();
  const bytes = readFileSync(join(project, "pylock2nix.sources.json"));
  succeeded(await cli(["prefetch", project, ...TARGET]));
  assert.equal([files.asked.length, readFileSync(join(project, "pylock2nix.sources.json"))], [0, bytes]);
  assert.equal(readdirSync(join(home, "cache", "pylock2nix", "parts")), []);
});

test("another index: the address by JSON or HTML, held against the lock's hash", async () => {
  server.files.set(
    "/simple/native/",
    jsonPage([{ filename: NATIVE_NAME, url: `${files.base}/deep/${NATIVE_NAME}`, hashes: { sha256: sha256(NATIVE) } }]),
  );
  server.files.set(
    "/simple/source/",
    htmlPage(`<a href="../../f/source-1.0.tar.gz#sha256=${sha256(SDIST)}">source-1.0.tar.gz</a>`),
  );
  const source = { type: "legacy", url: `${server.base}/simple`, reference: "mine" };
  const locked = [
    { name: "native", files: { [NATIVE_NAME]: sha256(NATIVE) }, source },
    { name: "source", files: { "source-1.0.tar.gz": sha256(SDIST) }, source },
  ];
  const project = projectOf(...locked);
  forget();
  succeeded(await cli(["prefetch", project, ...TARGET]));
  assert.equal(files.asked, []);
  const [native, sdist] = await frozen(project);
  assert.equal(native.files, [[NATIVE_NAME, sri(NATIVE), `${files.base}/deep/${NATIVE_NAME}`]]);
  assert.equal(sdist.files, [["source-1.0.tar.gz", sri(SDIST), `${server.base}/f/source-1.0.tar.gz`]]);

  // --all looks inside as well.
  server.files.set("/f/source-1.0.tar.gz", SDIST);
  succeeded(await cli(["prefetch", project, ...TARGET, "--all", "-j", "1"]));
  assert.equal((await frozen(project))[1].files[0][3], {
    buildRequires: ["hatchling"],
    conditionalRequires: ["tomli"],
  });
  forget();
  succeeded(await cli(["prefetch", project, ...TARGET, "--all"]));
  assert.equal([server.asked, files.asked], [[], []]);

  const other = projectOf({ ...locked[0]!, files: { [NATIVE_NAME]: sha256("another") } });
  const { code, errors } = await cli(["prefetch", other, ...TARGET]);
  assert.is(code, 1);
  assert.match(
    errors,
    `error: native 1.0 (${NATIVE_NAME}): ${NATIVE_NAME} is not the file that was locked: found ${sri(NATIVE)}, expected ${sri("another")}`,
  );
});

test("an unhashed file of the default index: no index is an error that says what to set", async () => {
  const project = projectOf({ name: "pure", files: { "pure-1.0-py3-none-any.whl": null } });
  const { code, errors } = await cli(["prefetch", project, ...TARGET]);
  assert.is(code, 1);
  assert.match(
    errors,
    "error: pure 1.0 (pure-1.0-py3-none-any.whl): cannot ask a package index: the lock names none, and no setting does",
  );
  assert.match(errors, "hint: set PIP_INDEX_URL or UV_DEFAULT_INDEX, `index-url` in pip.conf, or give `--index`");
  server.files.set(
    "/simple/pure/",
    jsonPage([{ filename: "pure-1.0-py3-none-any.whl", url: "/pure.whl", hashes: { sha256: sha256(PURE) } }]),
  );
  server.files.set("/pure.whl", PURE);
  const conf = join(folder, "pip.conf");
  writeFileSync(conf, `[global]\nindex-url = ${server.base}/simple\n`);
  for (const [words, env] of [
    [["--index", `${server.base}/simple/`], {}],
    [[], { PIP_INDEX_URL: `${server.base}/simple` }],
    [[], { UV_DEFAULT_INDEX: `${server.base}/simple`, PIP_INDEX_URL: "https://pypi.invalid/simple" }],
    [[], { PIP_CONFIG_FILE: conf }],
  ] as const) {
    rmSync(join(project, "pylock2nix.sources.json"), { force: true });
    succeeded(await cli(["prefetch", project, ...TARGET, ...words], env));
    // No address: the index that was asked is this machine's setting.
    const [{ lock, ...found }] = recordOf(project);
    assert.equal(found, { hash: sri(PURE) });
    assert.is(lock.index, null);
  }
});

test("what the server gives instead of the locked file is refused", async () => {
  files.files.set("/swapped/pure-1.0-py3-none-any.whl", NATIVE);
  server.files.set(
    "/simple/swapped/",
    jsonPage([
      {
        filename: "swapped-1.0.tar.gz",
        url: `${files.base}/swapped/pure-1.0-py3-none-any.whl`,
        hashes: { sha256: sha256(SDIST) },
      },
    ]),
  );
  const project = projectOf({ name: "swapped", files: { "swapped-1.0.tar.gz": null } });
  const { code, errors } = await cli(["prefetch", project, ...TARGET, "--index", `${server.base}/simple`]);
  assert.is(code, 1);
  assert.match(
    errors,
    `swapped-1.0.tar.gz is not the file that was locked: found ${sri(NATIVE)}, expected ${sri(SDIST)}`,
  );
  assert.not.ok(existsSync(join(project, "pylock2nix.sources.json")));
});

test("a hostile archive is refused, the rest is recorded", async () => {
  files.files.set("/evil-1.0.tar.gz", tarGz([{ name: "../../evil", data: "x" }]));
  files.files.set("/pure-1.0-py3-none-any.whl", PURE);
  const project = projectOf(
    { name: "evil", source: { type: "url", url: `${files.base}/evil-1.0.tar.gz` } },
    { name: "pure", source: { type: "url", url: `${files.base}/pure-1.0-py3-none-any.whl` } },
  );
  const { code, errors, output } = await cli(["prefetch", project, ...TARGET, "--json"]);
  assert.is(code, 1, errors);
  const said = JSON.parse(output);
  assert.equal([said.recorded, said.kept, said.dropped], [["pure 1.0"], 0, 0]);
  assert.is(said.failed[0].error.message, "`evil-1.0.tar.gz` is refused: `../../evil` leaves the archive");
  assert.is(recordOf(project).length, 1);
});

test("bare hashes find their files, and each target its own", async () => {
  const project = join(folder, "bare");
  writeProject(project, []);
  const win = zip([{ name: "x.pyd", data: "x" }]);
  writeFileSync(
    join(project, "poetry.lock"),
    [
      '[[package]]\nname = "native"\nversion = "1.0"\ndescription = ""\noptional = false\ncategory = "main"\npython-versions = "*"\n',
      '[metadata]\ncontent-hash = "x"\npython-versions = "*"\n',
      `[metadata.hashes]\nnative = [${[NATIVE, SDIST, win].map((bytes) => `"${sha256(bytes)}"`).join(", ")}]\n`,
    ].join("\n"),
  );
  writeFileSync(
    join(project, "pyproject.toml"),
    '[tool.poetry]\nname = "bare"\nversion = "1"\n[tool.poetry.dependencies]\npython = "*"\nnative = "*"\n',
  );
  const WIN_NAME = "native-1.0-cp312-cp312-win_amd64.whl";
  server.files.set(
    "/bare/native/",
    jsonPage([
      { filename: NATIVE_NAME, url: "/n", hashes: { sha256: sha256(NATIVE) } },
      { filename: "native-1.0.tar.gz", url: "/s", hashes: { sha256: sha256(SDIST) } },
      // The index does not say: its content does.
      { filename: WIN_NAME, url: "/w" },
      { filename: "native-1.0-cp313-cp313-win_amd64.whl", url: "/other" },
    ]),
  );
  server.files.set("/w", win);
  server.files.set("/other", PURE);
  const targets = ["--target", "cp312-linux-x86_64-glibc2.28,cp312-win-amd64,cp312-macos14-arm64"];
  const done = await cli(["prefetch", project, ...targets, "--index", `${server.base}/bare`]);
  succeeded(done);
  assert.equal(
    recordOf(project)[0].files.map((file: { file: string; hash: string }) => [file.file, file.hash]),
    [
      [NATIVE_NAME, sri(NATIVE)],
      [WIN_NAME, sri(win)],
      ["native-1.0.tar.gz", sri(SDIST)],
    ],
  );
  succeeded(await cli(["nix", project, ...targets, "--allow-stale"]));
  const { packages, targets: frozenTargets } = JSON.parse(readFileSync(join(project, "pylock2nix.json"), "utf8"));
  const taken = Object.values(frozenTargets as Record<string, { variants: number[] }>).map(
    ({ variants }) => packages[0].files[packages[0].variants[variants[0]!][0]][0],
  );
  assert.equal(taken, [NATIVE_NAME, WIN_NAME, "native-1.0.tar.gz"]);
});

test("Pipfile.lock and hashed requirements are given their files", async () => {
  server.files.set(
    "/bare/pure/",
    jsonPage([{ filename: "pure-1.0-py3-none-any.whl", url: "/pure.whl", hashes: { sha256: sha256(PURE) } }]),
  );
  const pipfile = {
    _meta: {
      hash: { sha256: "0".repeat(64) },
      "pipfile-spec": 6,
      requires: {},
      sources: [{ name: "mine", url: `${server.base}/bare`, verify_ssl: true }],
    },
    default: {
      pure: { hashes: [`sha256:${sha256(PURE)}`, `sha256:${sha256("gone")}`], index: "mine", version: "==1.0" },
    },
    develop: {},
  };
  for (const [name, content] of [
    ["Pipfile.lock", JSON.stringify(pipfile)],
    ["requirements.txt", `pure==1.0 --hash=sha256:${sha256(PURE)} --hash=sha256:${sha256("gone")}\n`],
  ] as const) {
    const project = join(folder, `flat-${name}`);
    mkdirSync(project);
    writeFileSync(join(project, name), content);
    assert.match(succeeded(await cli(["nix", project, ...TARGET])), "has hashes without the names of their files");
    succeeded(await cli(["prefetch", project, ...TARGET, "--index", `${server.base}/bare`]));
    const said = await cli(["nix", project, ...TARGET]);
    assert.not.match(succeeded(said), "warning");
    const { packages } = JSON.parse(readFileSync(join(project, "pylock2nix.json"), "utf8"));
    assert.equal(
      [packages[0].files[0].slice(0, 2), packages[0].variants[0][0]],
      [["pure-1.0-py3-none-any.whl", sri(PURE)], 0],
    );
  }
});

test("git: the checkout's hash with its submodules, and what its build needs; without a record `nix` warns", async () => {
  const inner = writeRepository(join(folder, "git", "inner.git"), { "__init__.py": "X = 1\n" });
  const rev = writeRepository(
    join(folder, "git", "outer.git"),
    { "python/pyproject.toml": '[build-system]\nrequires = ["poetry-core"]\n', "run.sh": "#!/bin/sh\n" },
    { "python/inner": { url: `${server.base}/git/inner.git`, rev: inner } },
  );
  server.folders.set("/git/", join(folder, "git"));
  const source = {
    type: "git",
    url: `${server.base}/git/outer.git`,
    reference: "main",
    resolved_reference: rev,
    subdirectory: "python",
  };
  const project = projectOf({ name: "outer", source });
  const warned = await cli(["nix", project, ...TARGET]);
  assert.match(
    succeeded(warned),
    "warning: no hash is recorded for outer 1.0: Nix will fetch from git while it evaluates",
  );
  succeeded(await cli(["prefetch", project, ...TARGET]));
  const [entry] = recordOf(project);
  assert.equal(entry.lock, { kind: "git", url: source.url, rev, submodules: true, lfs: false, subdirectory: "python" });
  assert.equal(entry.buildRequires, ["poetry-core"]);
  const said = await cli(["nix", project, ...TARGET]);
  assert.not.match(succeeded(said), "warning");
  const [outer] = JSON.parse(readFileSync(join(project, "pylock2nix.json"), "utf8")).packages;
  assert.equal([outer.source.hash, outer.source.buildRequires], [entry.hash, ["poetry-core"]]);

  // Another commit in the lock: the old entry is no answer, and goes.
  const moved = writeRepository(join(folder, "git", "moved.git"), { "setup.py": "" });
  writeProject(project, [
    { name: "outer", source: { ...source, url: `${server.base}/git/moved.git`, resolved_reference: moved } },
  ]);
  assert.match(succeeded(await cli(["prefetch", project, ...TARGET])), "dropped 1 source that the lock no longer has");
  assert.equal(
    recordOf(project).map((each: { lock: { rev: string } }) => each.lock.rev),
    [moved],
  );
});

test("git: large files come from the LFS store where uv.lock asks for it, else their pointers count", async () => {
  const content = "large\n";
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${content.length}\n`;
  const repository = join(folder, "git", "large.git");
  const files = { ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "data.bin": pointer };
  const rev = writeRepository(repository, files);
  const store = join(repository, "lfs", "objects", sha256(content).slice(0, 2), sha256(content).slice(2, 4));
  mkdirSync(store, { recursive: true });
  writeFileSync(join(store, sha256(content)), content);
  // What uv 0.13.9 writes for `git = "...", lfs = true`.
  const hashOf = async (query: string): Promise<Outcome & { hash: string | undefined }> => {
    const project = join(folder, `lfs${query.length}`);
    mkdirSync(project);
    writeFileSync(
      join(project, "uv.lock"),
      `version = 1\nrevision = 5\nrequires-python = ">=3.11"\n\n[[package]]\nname = "lacking"\nversion = "1.0"\n` +
        `source = { virtual = "." }\ndependencies = [\n    { name = "large" },\n]\n\n[[package]]\nname = "large"\n` +
        `version = "1.0"\nsource = { git = "file://${repository}${query}#${rev}" }\n`,
    );
    const outcome = await cli(["prefetch", project, ...TARGET]);
    return { ...outcome, hash: outcome.code === 0 ? recordOf(project)[0].hash : undefined };
  };
  const treeWith = (data: string): string => {
    const path = join(folder, `tree-${sha256(data)}`);
    mkdirSync(path);
    for (const [name, text] of Object.entries({ ...files, "data.bin": data })) writeFileSync(join(path, name), text);
    return toSri({ algorithm: "sha256", digest: hashTree(path) });
  };
  assert.is((await hashOf("")).hash, treeWith(pointer));
  const large = await hashOf("?lfs=true");
  if (spawnSync("git", ["lfs", "version"]).status === 0) assert.is(large.hash, treeWith(content), large.errors);
  else assert.match(large.errors, "cannot check out");
});

test("git: what a lock or a repository must not make us do", async () => {
  const mark = join(folder, "was-run");
  const rev = writeRepository(
    join(folder, "git", "bad.git"),
    { "a.txt": "x" },
    { sub: { url: `ext::sh -c touch% ${mark}`, rev: "1".repeat(40) } },
  );
  for (const [url, resolved, words] of [
    [`${server.base}/git/bad.git`, rev, "cannot check out"],
    [`ext::sh -c touch% ${mark}`, rev, "git is not asked for it"],
    ["--upload-pack=touch", rev, "git is not asked for it"],
    [`${server.base}/git/bad.git`, "--output=x", "the lock names no whole commit"],
    [`${server.base}/git/bad.git`, "1".repeat(40), "cannot check out"],
    [`${server.base}/git/none.git`, rev, "cannot check out"],
  ] as const) {
    const project = projectOf({
      name: "bad",
      source: { type: "git", url, reference: "main", resolved_reference: resolved },
    });
    const { code, errors } = await cli(["prefetch", project, ...TARGET]);
    assert.is(code, 1, `${url} ${errors}`);
    assert.match(errors, words);
  }
  assert.not.ok(existsSync(mark));
});

test("credentials reach their own host, and nothing else", async () => {
  const secret = "s3cr3t-w0rd";
  const guarded =
    (answer: Buffer | ((request: never, response: never) => void)) =>
    (request: Parameters<typeof sendFile>[1], response: Parameters<typeof sendFile>[2]) => {
      if (request.headers.authorization !== `Basic ${btoa(`me:${secret}`)}`) response.writeHead(401).end(secret);
      else if (typeof answer === "function") answer(request as never, response as never);
      else sendFile(answer, request, response);
    };
  server.files.set(
    "/private/pure/",
    guarded(
      jsonPage([
        {
          filename: "pure-1.0-py3-none-any.whl",
          url: `${server.base.replace("//", `//x:${secret}@`)}/private/pure.whl`,
        },
      ]) as never,
    ),
  );
  server.files.set(
    "/private/pure.whl",
    guarded(((_: never, response: Parameters<typeof sendFile>[2]) =>
      response
        .writeHead(302, { location: `${files.base.replace("127.0.0.1", "localhost")}/pure-1.0-py3-none-any.whl` })
        .end()) as never),
  );
  const locked = {
    name: "pure",
    files: { "pure-1.0-py3-none-any.whl": null },
    source: { type: "legacy", url: `${server.base}/private`, reference: "mine" },
  };
  const netrc = join(folder, "netrc");
  writeFileSync(netrc, `machine 127.0.0.1 login me password ${secret}\n`);
  const { host } = new URL(server.base);
  for (const env of [
    { NETRC: netrc },
    { POETRY_HTTP_BASIC_MINE_USERNAME: "me", POETRY_HTTP_BASIC_MINE_PASSWORD: secret },
  ]) {
    const project = projectOf(locked);
    forget();
    const done = await cli(["prefetch", project, ...TARGET], env);
    succeeded(done);
    await frozen(project);
    assert.equal(
      files.asked.map(({ headers }) => headers.authorization),
      [undefined],
    );
    const written = ["pylock2nix.sources.json", "pylock2nix.json"].map((name) =>
      readFileSync(join(project, name), "utf8"),
    );
    for (const text of [...written, done.output, done.errors]) assert.not.ok(text.includes(secret));
    assert.is(recordOf(project)[0].url, `http://${host}/private/pure.whl`);
  }
  // Those in a lock are not used, not shown and not written.
  const leaky = projectOf({ ...locked, source: { ...locked.source, url: `http://me:${secret}@${host}/private` } });
  const { code, errors } = await cli(["prefetch", leaky, ...TARGET]);
  assert.is(code, 1);
  assert.match(errors, "the server answered 401: credentials are missing or wrong");
  assert.not.ok(errors.includes(secret));
  succeeded(await cli(["nix", leaky, ...TARGET]));
  assert.not.ok(readFileSync(join(leaky, "pylock2nix.json"), "utf8").includes(secret));
});

test("an interrupted run goes on where it stopped, in the middle of a file", async () => {
  const large = zip([
    {
      name: "large.py",
      data: Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7919 + (index >> 8)) % 251)),
      stored: true,
    },
  ]);
  let stuck = true;
  files.files.set("/large-1.0-py3-none-any.whl", (request, response) => {
    if (!stuck) return sendFile(large, request, response);
    // As the good answer, but it never ends.
    response.writeHead(200, { etag: etagOf(large), "content-length": large.length });
    response.write(large.subarray(0, 200_000));
  });
  const project = projectOf(
    { name: "large", source: { type: "url", url: `${files.base}/large-1.0-py3-none-any.whl` } },
    { name: "pure", source: { type: "url", url: `${files.base}/pure-1.0-py3-none-any.whl` } },
  );
  const cache = join(folder, "cache-of-its-own");
  const child = spawn("node", [CLI, "prefetch", project, ...TARGET], {
    env: { ...process.env, HOME: home, XDG_CACHE_HOME: cache },
    stdio: "ignore",
  });
  const parts = join(cache, "pylock2nix", "parts");
  // The small file is recorded and its part is gone; the large one's is half there.
  const half = (): boolean => {
    if (!existsSync(join(project, "pylock2nix.sources.json"))) return false;
    const names = readdirSync(parts).filter((name) => name.endsWith(".part"));
    return names.length === 1 && readdirSync(parts).length === 2 && statSync(join(parts, names[0]!)).size >= 200_000;
  };
  for (let wait = 0; !half(); wait++) {
    assert.ok(wait < 200, "the first run got nowhere");
    await new Promise((done) => setTimeout(done, 50));
  }
  child.kill("SIGKILL");
  await new Promise((done) => child.on("close", done));
  assert.equal(recordOf(project).length, 1);
  stuck = false;
  forget();
  const said = succeeded(await cli(["prefetch", project, ...TARGET], { XDG_CACHE_HOME: cache }));
  assert.match(said, "recorded large 1.0\n1 source recorded before\n");
  assert.equal(
    files.asked.map(({ path, headers }) => [path, headers.range]),
    [["/large-1.0-py3-none-any.whl", "bytes=200000-"]],
  );
  assert.equal(
    recordOf(project)
      .map((each: { hash: string }) => each.hash)
      .sort(),
    [sri(large), sri(PURE)].sort(),
  );
  assert.equal(readdirSync(parts), []);
});

test("offline, everything comes from the wheelhouse, and is checked all the same", async () => {
  const wheelhouse = join(folder, "wheelhouse");
  mkdirSync(wheelhouse);
  writeFileSync(join(wheelhouse, "pure-1.0-py3-none-any.whl"), PURE);
  writeFileSync(join(wheelhouse, NATIVE_NAME), NATIVE);
  forget();
  const project = projectOf(
    { name: "pure", source: { type: "url", url: `${files.base}/pure-1.0-py3-none-any.whl` } },
    { name: "native", files: { [NATIVE_NAME]: null } },
    { name: "source", files: { "source-1.0.tar.gz": null } },
    {
      name: "away",
      source: {
        type: "git",
        url: `${server.base}/git/outer.git`,
        reference: "main",
        resolved_reference: "1".repeat(40),
      },
    },
  );
  const { code, output } = await cli(["prefetch", project, ...TARGET, "--wheelhouse", wheelhouse, "--json"]);
  assert.is(code, 1);
  const said = JSON.parse(output);
  assert.equal(said.recorded, [`native 1.0 (${NATIVE_NAME})`, "pure 1.0"]);
  assert.equal(
    said.failed.map((each: { error: { code: string } }) => each.error.code),
    ["offline", "offline"],
  );
  assert.equal([server.asked, files.asked], [[], []]);
  const wrong = projectOf({ name: "native", files: { [NATIVE_NAME]: sha256("other") } });
  const refused = await cli(["prefetch", wrong, ...TARGET, "--wheelhouse", wheelhouse, "--all"]);
  assert.match(refused.errors, "is not the file that was locked");
});

test("a record that was broken by hand is refused, by `prefetch` and by `nix`", async () => {
  const project = projectOf({ name: "pure", source: { type: "url", url: `${files.base}/pure-1.0-py3-none-any.whl` } });
  writeFileSync(join(project, "pylock2nix.sources.json"), '{"format":1,"sources":[{"lock":{"kind":"url"}}]}');
  for (const command of ["prefetch", "nix"]) {
    const { code, errors } = await cli([command, project, ...TARGET]);
    assert.is(code, 1);
    assert.match(
      errors,
      `cannot read \`${project}/pylock2nix.sources.json\`: entry 1 of \`sources\`: \`lock.url\` is missing`,
    );
    assert.match(errors, "hint: remove the file, or its entry, and run `pylock2nix prefetch`");
  }
});

test("the command line is checked", async () => {
  const project = projectOf();
  assert.is((await cli(["prefetch", project, "--jobs", "0"])).code, 2);
  assert.is((await cli(["prefetch", project, "--wheelhouse", join(folder, "none")])).code, 1);
});

test.after(async () => {
  await Promise.all([server.close(), files.close()]);
});
test.run();
