// Where files come from, through the command line: no private or local origin becomes the public one, no file of another
// package or version is taken, no wheel that cannot run is installed, and what Nix could not fetch is said.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createDigest, toHex } from "../src/lock/integrity.ts";
import { temporaryFolder } from "./nix/nix.ts";
import { zip } from "./prefetch/archives.ts";
import { type Locked, prefetcher, writeProject } from "./prefetch/project.ts";
import { jsonPage, sha256, sri, startServer } from "./prefetch/server.ts";

const folder = temporaryFolder();
const cli = prefetcher(join(folder, "home"), resolve("dist/bin/pylock2nix.cjs"));
/** Everybody's index, which the settings name, and a private one. */
const everybody = await startServer();
const own = await startServer();
const PUBLIC = { PIP_INDEX_URL: `${everybody.base}/simple` };
const LINUX = "cp312-linux-x86_64-glibc2.28";
const WINDOWS = "cp313-win-amd64";
const MACOS = "cp312-macos14-arm64";

const OURS = zip([{ name: "secret/__init__.py", data: "ours = True" }]);
const STRANGE = zip([{ name: "secret/__init__.py", data: "ours = False" }]);
const WHEEL = "secret-1.0-py3-none-any.whl";

let count = 0;
/** A folder with these files. */
function projectOf(files: Readonly<Record<string, string | Buffer>>): string {
  const path = join(folder, `project-${count++}`);
  for (const [name, data] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), data);
  }
  return path;
}

function poetry(...packages: Locked[]): string {
  const path = join(folder, `project-${count++}`);
  writeProject(path, packages);
  return path;
}

/** A stranger's file under the same name, at the index that everybody asks. */
function temptation(): void {
  const hashes = { sha256: sha256(STRANGE) };
  everybody.files.set("/simple/secret/", jsonPage([{ filename: WHEEL, url: `${everybody.base}/${WHEEL}`, hashes }]));
  everybody.files.set(`/${WHEEL}`, STRANGE);
  everybody.asked.length = 0;
  own.asked.length = 0;
}

/** A project's page of a private index, and its file. */
function publish(): void {
  const hashes = { sha256: sha256(OURS) };
  own.files.set("/simple/secret/", jsonPage([{ filename: WHEEL, url: `${own.base}/f/${WHEEL}`, hashes }]));
  own.files.set(`/f/${WHEEL}`, OURS);
}

async function data(words: readonly string[]) {
  const { code, output, errors } = await cli([...words, "--json"]);
  // biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
  return { code, errors, value: JSON.parse(output) as any };
}

// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
async function frozen(path: string, ...targets: string[]): Promise<any> {
  const { code, errors } = await cli(["nix", path, "--target", targets.join(",")]);
  assert.is(code, 0, errors);
  return { errors, ...JSON.parse(readFileSync(join(path, "pylock2nix.json"), "utf8")) };
}

// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
const recorded = (path: string): any => JSON.parse(readFileSync(join(path, "pylock2nix.sources.json"), "utf8")).sources;

const kinds = async (path: string, ...targets: string[]): Promise<unknown[]> =>
  (await data(["resolve", path, "--target", targets.join(",")])).value.resolutions.map(
    ({ packages, uninstallable }: { packages: { name: string; kind: string }[]; uninstallable: string[] }) => [
      packages.flatMap(({ name, kind }) => (kind === "virtual" ? [] : [`${name} ${kind}`])).join(", "),
      uninstallable,
    ],
  );

const uvLock = (...packages: string[]): string =>
  `version = 1\nrevision = 3\nrequires-python = ">=3.12"\n\n${packages.join("\n")}\n[[package]]\nname = "demo"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [{ name = "secret" }]\n`;
const uvPackage = (source: string, wheels: string, version = "1.0"): string =>
  `[[package]]\nname = "secret"\nversion = "${version}"\nsource = { ${source} }\nwheels = [{ ${wheels} }]\n`;
/** Without a pyproject.toml there is none that the lock could be older than. */
const uv = (...packages: string[]): Record<string, string> => ({ "uv.lock": uvLock(...packages) });

// --- Origins ----------------------------------------------------------------------------------------------------------

test("uv: an index that is a folder is that folder, and nothing of it is asked of an index", async () => {
  temptation();
  const path = projectOf({
    ...uv(uvPackage('registry = "wheels"', `path = "${WHEEL}"`)),
    [`wheels/${WHEEL}`]: OURS,
  });
  const { packages, errors } = await frozen(path, LINUX);
  assert.equal(packages, [
    {
      name: "secret",
      version: "1.0",
      source: { kind: "folder", path: "wheels" },
      files: [[WHEEL, null, `wheels/${WHEEL}`]],
      variants: [[0, 1, []]],
    },
  ]);
  // Nix takes it as it lies there: nothing is missing.
  assert.not.match(errors, "warning");
  assert.is((await data(["check", path, "--target", LINUX])).code, 0);
  const { code, errors: said } = await cli(["prefetch", path, "--target", LINUX, "--index", PUBLIC.PIP_INDEX_URL]);
  assert.is(code, 0, said);
  assert.equal(everybody.asked, []);
  assert.equal(recorded(path), [
    {
      lock: {
        kind: "file",
        package: "secret",
        version: "1.0",
        file: WHEEL,
        hash: null,
        index: "wheels",
        url: `wheels/${WHEEL}`,
      },
      hash: sri(OURS),
    },
  ]);
  assert.equal((await frozen(path, LINUX)).packages[0].files, [[WHEEL, sri(OURS), `wheels/${WHEEL}`]]);
  // Without the file, the network is no help.
  writeFileSync(join(path, "pylock2nix.sources.json"), '{ "format": 1, "sources": [] }');
  mkdirSync(join(path, "empty"));
  cpSync(join(path, "uv.lock"), join(path, "empty", "uv.lock"));
  const missing = await cli(["prefetch", join(path, "empty"), "--target", LINUX, "--index", PUBLIC.PIP_INDEX_URL]);
  assert.is(missing.code, 1);
  assert.match(missing.errors, `wheels/${WHEEL}`);
  assert.equal(everybody.asked, []);
});

test("uv: a folder outside the project is written down as it is, and never looked into", async () => {
  temptation();
  for (const place of ["../outside", "/srv/outside"]) {
    const path = projectOf(uv(uvPackage(`registry = "${place}"`, `path = "${WHEEL}"`)));
    const { packages } = await frozen(path, LINUX);
    assert.equal(packages[0].source, { kind: "folder", path: place });
    assert.equal(packages[0].files, [[WHEEL, null, `${place}/${WHEEL}`]]);
    const { code, errors } = await cli(["prefetch", path, "--target", LINUX], PUBLIC);
    assert.is(code, 0, errors);
    assert.match(errors, "nothing to record");
  }
  assert.equal(everybody.asked, []);
});

test("pylock.toml: a wheel by its path is the file there", async () => {
  temptation();
  const path = projectOf({
    "pylock.toml": `lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "secret"\nversion = "1.0"\nwheels = [{ path = "vendor/${WHEEL}", hashes = { md5 = "${createHash("md5").update(OURS).digest("hex")}" } }]\n`,
    [`vendor/${WHEEL}`]: OURS,
  });
  const { code, errors } = await cli(["prefetch", path, "--target", LINUX], PUBLIC);
  assert.is(code, 0, errors);
  assert.equal((await frozen(path, LINUX)).packages[0].files, [[WHEEL, sri(OURS), `vendor/${WHEEL}`]]);
  assert.equal(everybody.asked, []);
  writeFileSync(join(path, "vendor", WHEEL), STRANGE);
  rmSync(join(path, "pylock2nix.sources.json"));
  const changed = await cli(["prefetch", path, "--target", LINUX], PUBLIC);
  assert.is(changed.code, 1);
  assert.match(changed.errors, "is not the file that was locked");
});

test("Poetry: an index that has a name and no address is not the default one", async () => {
  for (const source of [
    { type: "legacy", reference: "mine" },
    { reference: "mine" },
    { type: "", reference: "mine" },
  ]) {
    temptation();
    const path = poetry({ name: "secret", files: { [WHEEL]: null }, source: source as Record<string, string> });
    const { code, errors } = await cli(["prefetch", path, "--target", LINUX], PUBLIC);
    assert.is(code, 1);
    assert.match(errors, "cannot ask the index `mine`: the lock names it, and does not say where it is");
    assert.equal(everybody.asked, []);
  }
  publish();
  const path = poetry({ name: "secret", files: { [WHEEL]: null }, source: { type: "", url: `${own.base}/simple` } });
  assert.is((await cli(["prefetch", path, "--target", LINUX, "--index", PUBLIC.PIP_INDEX_URL])).code, 0);
  assert.equal(everybody.asked, []);
  assert.equal((await frozen(path, LINUX)).packages[0].files, [[WHEEL, sri(OURS), `${own.base}/f/${WHEEL}`]]);
});

test("Pipfile.lock: an entry's index is the one that is asked, and the lock's first one where it names none", async () => {
  publish();
  const pypi = { name: "pypi", url: "https://pypi.invalid/simple", verify_ssl: true };
  const mine = { name: "mine", url: `${own.base}/simple`, verify_ssl: true };
  const lock = (sources: object[], more: object): Record<string, string> => ({
    "Pipfile.lock": JSON.stringify({
      _meta: { "pipfile-spec": 6, sources },
      default: { secret: { version: "==1.0", hashes: [`sha256:${sha256(OURS)}`], ...more } },
      develop: {},
    }),
  });
  for (const [sources, more] of [
    [[pypi, mine], { index: "mine" }],
    [[mine, pypi], {}],
  ] as const) {
    temptation();
    const path = projectOf(lock([...sources], more));
    const { code, errors } = await cli(["prefetch", path, "--target", LINUX, "--index", PUBLIC.PIP_INDEX_URL]);
    assert.is(code, 0, errors);
    assert.equal([everybody.asked.length, own.asked.map(({ path: asked }) => asked)], [0, ["/simple/secret/"]]);
    const { packages } = await frozen(path, LINUX);
    assert.equal(packages[0].source, { kind: "legacy", url: `${own.base}/simple`, reference: "mine" });
    assert.equal(packages[0].files, [[WHEEL, sri(OURS), `${own.base}/f/${WHEEL}`]]);
  }
  // Pipenv's own name for the default index, which the settings say; and a name that the lock does not explain.
  temptation();
  await cli(["prefetch", projectOf(lock([pypi, mine], { index: "pypi" })), "--target", LINUX], PUBLIC);
  assert.equal([everybody.asked.length, own.asked.length], [1, 0]);
  temptation();
  const unknown = await cli(["prefetch", projectOf(lock([pypi], { index: "gone" })), "--target", LINUX], PUBLIC);
  assert.match(unknown.errors, "cannot ask the index `gone`");
  assert.equal([everybody.asked.length, own.asked.length], [0, 0]);
});

test("requirements: folders, then pages and indexes, where the file says so", async () => {
  publish();
  own.files.set("/links", `<a href="/f/${WHEEL}#sha256=${sha256(OURS)}">${WHEEL}</a>`);
  const line = `secret==1.0 --hash=sha256:${sha256(OURS)}\n`;
  const prefetched = async (options: string): Promise<{ asked: string[]; files: unknown }> => {
    temptation();
    const path = projectOf({ "requirements.txt": `${options}\n${line}`, [`wheels/${WHEEL}`]: OURS });
    const { code, errors } = await cli(["prefetch", path, "--target", LINUX], PUBLIC);
    assert.is(code, 0, errors);
    const asked = [...everybody.asked.map((each) => `everybody ${each.path}`), ...own.asked.map((each) => each.path)];
    return { asked, files: (await frozen(path, LINUX)).packages[0].files };
  };
  const local = [[WHEEL, sri(OURS), `wheels/${WHEEL}`]];
  for (const options of ["--find-links ./wheels", "-f wheels # here", "--no-index\n--find-links=wheels"]) {
    assert.equal(await prefetched(options), { asked: [], files: local }, options);
  }
  const remote = [[WHEEL, sri(OURS), `${own.base}/f/${WHEEL}`]];
  assert.equal(await prefetched(`--index-url ${own.base}/simple`), { asked: ["/simple/secret/"], files: remote });
  assert.equal(await prefetched(`-i ${everybody.base}/x\n-i '${own.base}/simple'`), {
    asked: ["/simple/secret/"],
    files: remote,
  });
  assert.equal(await prefetched(`--extra-index-url ${own.base}/simple`), {
    asked: ["everybody /simple/secret/", "/simple/secret/"],
    files: remote,
  });
  assert.equal(await prefetched(`--no-index\n-f ${own.base}/links`), { asked: ["/links"], files: remote });
  // A stranger's file in the folder has another hash: it is not taken, and the index is asked.
  temptation();
  const path = projectOf({ "requirements.txt": `-f wheels\n--no-index\n${line}`, [`wheels/${WHEEL}`]: STRANGE });
  assert.is((await cli(["prefetch", path, "--target", LINUX], PUBLIC)).code, 1);
  assert.equal([everybody.asked, own.asked], [[], []]);
});

// --- Another version or package ---------------------------------------------------------------------------------------

const ZEROS = "0".repeat(64);

test("Poetry and PDM: files of another package or version are never taken, and check finds them", async () => {
  const names = ["secret-1.1-py3-none-any.whl", "secret-1.1.tar.gz", "other-1.0-py3-none-any.whl", "other-1.0.tar.gz"];
  const pdm = (files: readonly string[]): string =>
    projectOf({
      "pdm.lock": `[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.0"\n[[package]]\nname = "secret"\nversion = "1.0"\ngroups = ["default"]\nfiles = [${files.map((file) => `{file = "${file}", hash = "sha256:${ZEROS}"}`).join(", ")}]\n`,
    });
  const locked = (files: readonly string[]): string =>
    poetry({ name: "secret", files: Object.fromEntries(files.map((file) => [file, ZEROS])) });
  for (const lockOf of [locked, pdm]) {
    for (const name of names) {
      const path = lockOf([name]);
      assert.equal(await kinds(path, LINUX), [["secret none", ["secret"]]], name);
      const { code, value } = await data(["check", path, "--target", LINUX]);
      assert.is(code, 1);
      assert.equal(
        value.findings.map((each: { code: string }) => each.code),
        ["uninstallable", "other-file"],
      );
      assert.equal(value.findings[1].files, [{ name, because: "not of secret 1.0" }]);
      const why = await data(["why", "secret", path, "--artifact", "--target", LINUX]);
      assert.is(why.value.targets[0].artifacts[0].files[0].verdict, "other");
      const { packages } = await frozen(path, LINUX);
      assert.equal([packages[0].files, packages[0].variants], [[], [[-1, 1, []]]]);
    }
    // Beside the right one, in whatever spelling: that one is taken.
    for (const right of ["secret-1.0-py3-none-any.whl", "Secret-1.0.0-py3-none-any.whl", "secret-v1.0.zip"]) {
      const path = lockOf([...names, right]);
      assert.equal((await kinds(path, LINUX))[0], [right.endsWith("zip") ? "secret sdist" : "secret wheel", []]);
      const { value } = await data(["check", path, "--target", LINUX]);
      assert.equal(
        value.findings.map((each: { code: string }) => each.code),
        ["other-file"],
      );
    }
  }
  // A local label: Poetry looks for the version itself, PDM's `==1.0` admits it.
  assert.equal(await kinds(locked(["secret-1.0+cpu-py3-none-any.whl"]), LINUX), [["secret none", ["secret"]]]);
  assert.equal(await kinds(pdm(["secret-1.0+cpu-py3-none-any.whl"]), LINUX), [["secret wheel", []]]);
});

test("Poetry 1.x: the list of a name may still have the files of versions that were locked before", async () => {
  const path = poetry();
  const text = readFileSync(join(path, "poetry.lock"), "utf8");
  const files = ["secret-0.9-py3-none-any.whl", "secret-0.9.tar.gz", WHEEL];
  writeFileSync(
    join(path, "poetry.lock"),
    `${text.replace('"2.1"', '"1.1"').replace("[metadata]", '[[package]]\nname = "secret"\nversion = "1.0"\ndescription = ""\ncategory = "main"\noptional = false\npython-versions = "*"\n\n[metadata]')}\n[metadata.files]\nsecret = [${files.map((file) => `{file = "${file}", hash = "sha256:${ZEROS}"}`).join(", ")}]\n`,
  );
  writeFileSync(
    join(path, "pyproject.toml"),
    readFileSync(join(path, "pyproject.toml"), "utf8").replace('python = ">=3.9"', 'python = ">=3.9"\nsecret = "*"'),
  );
  assert.equal(await kinds(path, LINUX), [["secret wheel", []]]);
  const { value } = await data(["check", path, "--target", LINUX]);
  assert.equal(
    value.findings.map((each: { code: string }) => each.code),
    ["stale"],
  );
});

test("uv: a source distribution of another version is not taken (uv finds out when it is built)", async () => {
  const sdist = `sdist = { url = "https://files.pypi.invalid/secret-1.1.tar.gz", hash = "sha256:${ZEROS}" }`;
  const path = projectOf(
    uv(
      `[[package]]\nname = "secret"\nversion = "1.0"\nsource = { registry = "https://pypi.invalid/simple" }\n${sdist}\n`,
    ),
  );
  assert.equal(await kinds(path, LINUX), [["secret none", ["secret"]]]);
  assert.is((await data(["check", path, "--target", LINUX])).value.findings[1].code, "other-file");
});

// --- Wheels by address or path ----------------------------------------------------------------------------------------

const NATIVE = "secret-1.0-cp312-cp312-macosx_11_0_arm64.whl";
const ADDRESS = `https://files.pypi.invalid/${NATIVE}`;
const byAddress: Readonly<Record<string, () => string>> = {
  "uv url": () => projectOf(uv(uvPackage(`url = "${ADDRESS}"`, `url = "${ADDRESS}", hash = "sha256:${ZEROS}"`))),
  "uv path": () => projectOf(uv(uvPackage(`path = "${NATIVE}"`, `filename = "${NATIVE}", hash = "sha256:${ZEROS}"`))),
  "Poetry url": () => poetry({ name: "secret", files: { [NATIVE]: ZEROS }, source: { type: "url", url: ADDRESS } }),
  "Poetry url without files": () => poetry({ name: "secret", source: { type: "url", url: ADDRESS } }),
  "Poetry file": () => poetry({ name: "secret", files: { [NATIVE]: ZEROS }, source: { type: "file", url: NATIVE } }),
  pylock: () =>
    projectOf({
      "pylock.toml": `lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "secret"\nversion = "1.0"\narchive = { url = "${ADDRESS}", hashes = { sha256 = "${ZEROS}" } }\n`,
    }),
  PDM: () =>
    projectOf({
      "pdm.lock": `[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.0"\n[[package]]\nname = "secret"\nversion = "1.0"\nurl = "${ADDRESS}"\ngroups = ["default"]\nfiles = [{url = "${ADDRESS}", hash = "sha256:${ZEROS}"}]\n`,
    }),
  "Pipfile.lock": () =>
    projectOf({
      "Pipfile.lock": JSON.stringify({
        _meta: { "pipfile-spec": 6, sources: [] },
        default: { secret: { file: ADDRESS, hashes: [`sha256:${ZEROS}`] } },
      }),
    }),
  requirements: () => projectOf({ "requirements.txt": `secret @ ${ADDRESS} --hash=sha256:${ZEROS}\n` }),
};

for (const [what, make] of Object.entries(byAddress)) {
  test(`${what}: a wheel for another platform or Python cannot be installed`, async () => {
    const path = make();
    const [mac, linux, windows] = (await kinds(path, MACOS, LINUX, WINDOWS)) as [string, string[]][];
    assert.match(mac![0], /^secret (url|path|file)$/);
    assert.equal(
      [linux, windows],
      [
        ["secret none", ["secret"]],
        ["secret none", ["secret"]],
      ],
    );
    const { code, value } = await data(["check", path, "--target", `${MACOS},${LINUX}`]);
    assert.is(code, 1);
    const [finding] = value.findings.filter((each: { code: string }) => each.code === "uninstallable");
    assert.equal(finding.targets, [LINUX]);
    assert.equal(finding.files, [{ name: NATIVE, because: "for the platform macosx_11_0_arm64" }]);
    const { value: why } = await data([
      "why",
      "secret",
      path,
      "--artifact",
      "--target",
      `${MACOS},${LINUX},${WINDOWS}`,
    ]);
    assert.equal(
      // biome-ignore lint/suspicious/noExplicitAny: its shape is what the test is about
      why.targets.map(({ artifacts }: any) => artifacts[0].files[0].verdict),
      ["taken", "platform", "python"],
    );
    const { packages, targets } = await frozen(path, LINUX, MACOS);
    assert.equal(
      packages[0].variants.map(([file]: [number]) => file),
      [-1, 0],
    );
    assert.equal(
      packages[0].files.map(([name]: [string]) => name),
      [NATIVE],
    );
    assert.equal([targets[LINUX].variants, targets[MACOS].variants], [[0], [1]]);
  });
}

// --- What Nix cannot fetch --------------------------------------------------------------------------------------------

const incomplete = async (path: string): Promise<unknown> => {
  const { value } = await data(["check", path, "--target", LINUX]);
  return value.findings
    .filter((each: { code: string }) => each.code === "incomplete")
    .map(({ message, files }: { message: string; files: { name: string }[] }) => [
      message.replace(/: `pylock2nix prefetch`.*/, ""),
      files.map(({ name }) => name),
    ]);
};

test("a file without a hash or an address: check finds it, nix warns, and prefetch mends both", async () => {
  publish();
  const index = { registry: `registry = "https://pypi.invalid/simple"` };
  const path = projectOf(uv(uvPackage(index.registry, `url = "${own.base}/f/${WHEEL}"`)));
  const said = "secret 1.0: Nix cannot fetch its file, the lock has no hash of it that Nix knows";
  assert.equal(await incomplete(path), [[said, [WHEEL]]]);
  const { errors, warnings } = await frozen(path, LINUX);
  const words = "the lock has no hash of the file of secret 1.0 that Nix knows: Nix cannot fetch it";
  assert.match(errors, `warning: ${words}\n\nhint: run \`pylock2nix prefetch\`, then \`pylock2nix nix\`\n`);
  assert.equal(warnings, [words]);
  assert.is((await cli(["prefetch", path, "--target", LINUX])).code, 0);
  assert.equal(await incomplete(path), []);
  const mended = await frozen(path, LINUX);
  assert.equal([mended.warnings, mended.packages[0].files[0][1]], [[], sri(OURS)]);
  assert.not.match(mended.errors, "warning");

  const legacy = poetry({
    name: "secret",
    files: { [WHEEL]: sha256(OURS) },
    source: { type: "legacy", url: `${own.base}/simple`, reference: "mine" },
  });
  assert.equal(await incomplete(legacy), [
    ["secret 1.0: Nix cannot fetch its file, the lock has no address of it", [WHEEL]],
  ]);
  assert.match((await frozen(legacy, LINUX)).errors, "the lock has no address of the file of secret 1.0");
  assert.is((await cli(["prefetch", legacy, "--target", LINUX])).code, 0);
  assert.equal(await incomplete(legacy), []);

  const requirements = projectOf({
    "requirements.txt": `-i ${own.base}/simple\nsecret==1.0 --hash=sha256:${sha256(OURS)}\n`,
  });
  assert.equal(await incomplete(requirements), [
    ["the lock has hashes without the names of their files, which Nix must know", []],
  ]);
  assert.is((await cli(["prefetch", requirements, "--target", LINUX])).code, 0);
  assert.equal(await incomplete(requirements), []);

  const several = poetry(
    ...["secret", "other", "third"].map((name) => ({ name, files: { [`${name}-1.0-py3-none-any.whl`]: null } })),
  );
  assert.match(
    (await frozen(several, LINUX)).errors,
    "warning: the lock lacks hashes or addresses of the files of 3 packages: secret 1.0, other 1.0, third 1.0\n",
  );
});

test("a hash that Nix does not know is checked, and recorded as one that it does", async () => {
  publish();
  const blake = toHex(createDigest("blake2b-256").update(OURS).digest());
  const sha384 = createHash("sha384").update(OURS).digest("hex");
  const locked = (hash: string): string =>
    projectOf(
      uv(uvPackage('registry = "https://pypi.invalid/simple"', `url = "${own.base}/f/${WHEEL}", hash = "${hash}"`)),
    );
  for (const hash of [`blake2b:${blake}`, `sha384:${sha384}`]) {
    const path = locked(hash);
    assert.is(((await incomplete(path)) as unknown[]).length, 1, hash);
    const { code, errors } = await cli(["prefetch", path, "--target", LINUX]);
    assert.is(code, 0, errors);
    assert.is((await frozen(path, LINUX)).packages[0].files[0][1], sri(OURS));
    assert.equal(await incomplete(path), []);
  }
  const wrong = await cli(["prefetch", locked(`blake2b:${"0".repeat(64)}`), "--target", LINUX]);
  assert.is(wrong.code, 1);
  assert.match(wrong.errors, "is not the file that was locked");
  // pip takes SHA-384; only the file itself tells its SHA-256.
  const requirements = projectOf({
    "requirements.txt": `-i ${own.base}/simple\nsecret==1.0 --hash=sha384:${sha384}\n`,
  });
  const { code, errors } = await cli(["prefetch", requirements, "--target", LINUX]);
  assert.is(code, 0, errors);
  assert.is((await frozen(requirements, LINUX)).packages[0].files[0][1], sri(OURS));
});

test("verify: a BLAKE2b of 32 bytes is told by its length", async () => {
  const blake = toHex(createDigest("blake2b-256").update(OURS).digest());
  const path = projectOf({
    ...uv(
      uvPackage(
        'registry = "https://pypi.invalid/simple"',
        `url = "${own.base}/f/${WHEEL}", hash = "blake2b:${blake}"`,
      ),
    ),
    [`house/${WHEEL}`]: OURS,
  });
  for (const engine of ["wasm", "native", "auto"]) {
    const { code, value } = await data([
      "verify",
      join(path, "house"),
      "--lock",
      join(path, "uv.lock"),
      "--engine",
      engine,
    ]);
    assert.equal([code, value.ok, value.mismatched], [0, 1, []], engine);
  }
  writeFileSync(join(path, "house", WHEEL), STRANGE);
  assert.is((await data(["verify", join(path, "house"), "--lock", join(path, "uv.lock")])).code, 1);
});

test.after(async () => {
  await Promise.all([everybody.close(), own.close()]);
});
test.run();
