// The targets that nobody names, the floors that nixpkgs has, and what `nix` says of packages that none of them can install.
//
// Which glibc a nixpkgs has is in docs/nix.md, "Targets", with where it is from; 2.36 is none of them. Which wheels fit a floor
// is PEP 600: manylinux_2_39 wants glibc 2.39 or newer.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const PROGRAM = resolve("dist/bin/pylock2nix.cjs");
const LIBRARY = resolve("nix");

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(words: readonly string[], cwd: string): Outcome {
  const { status, stdout, stderr } = spawnSync("node", [PROGRAM, ...words], { cwd, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

/** A project whose uv.lock has one package with these wheels; built by uv where `[build-system]` is there. */
function inProject(wheels: readonly string[], work: (folder: string) => void, hasBuildSystem = false): void {
  const folder = mkdtempSync(join(tmpdir(), "targets-"));
  const source = hasBuildSystem ? "editable" : "virtual";
  const rows = wheels.map((tag, index) => {
    const address = `https://files.pypi.invalid/gui-6.12.0-${tag}.whl`;
    return `    { url = "${address}", hash = "sha256:${String(index + 1).repeat(64)}", size = 1 },\n`;
  });
  const lock = `version = 1
revision = 3
requires-python = "==3.12.*"

[[package]]
name = "gui"
version = "6.12.0"
source = { registry = "https://pypi.invalid/simple" }
wheels = [
${rows.join("")}]

[[package]]
name = "sample"
version = "0.1.0"
source = { ${source} = "." }
dependencies = [
    { name = "gui" },
]

[package.metadata]
requires-dist = [{ name = "gui" }]
`;
  const backend = hasBuildSystem
    ? '[build-system]\nrequires = ["flit-core"]\nbuild-backend = "flit_core.buildapi"\n'
    : "";
  const project =
    '[project]\nname = "sample"\nversion = "0.1.0"\nrequires-python = "==3.12.*"\ndependencies = ["gui"]\n';
  writeFileSync(join(folder, "uv.lock"), lock);
  writeFileSync(join(folder, "pyproject.toml"), `${project}${backend}`);
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const NEWER = [
  "cp310-abi3-macosx_14_0_universal2",
  "cp310-abi3-manylinux_2_34_x86_64",
  "cp310-abi3-manylinux_2_39_aarch64",
];

// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
const json = (folder: string, ...words: string[]): any => JSON.parse(run(["nix", "--json", ...words], folder).out);
const linux = (targets: readonly string[]): string[] => targets.filter((target) => target.includes("linux"));

test("a lock that no floor matters to has the lowest one of nixpkgs, once", () => {
  inProject(["py3-none-any"], (folder) => {
    assert.equal(json(folder).targets, [
      "cp312-linux-x86_64-glibc2.35",
      "cp312-linux-aarch64-glibc2.35",
      "cp312-macos13-x86_64",
      "cp312-macos14-arm64",
    ]);
  });
  // Of another Python, another libc, or older than any nixpkgs: asked for, and no difference to any answer.
  inProject(["cp311-cp311-manylinux_2_39_x86_64", "py3-none-any", "cp312-cp312-manylinux_2_17_x86_64"], (folder) => {
    assert.equal(linux(json(folder).targets), ["cp312-linux-x86_64-glibc2.35", "cp312-linux-aarch64-glibc2.35"]);
  });
});

test("a newer floor is there where it changes the answer, for the architecture that it changes", () => {
  inProject(NEWER, (folder) => {
    assert.equal(linux(json(folder).targets), [
      "cp312-linux-x86_64-glibc2.35",
      "cp312-linux-aarch64-glibc2.35",
      "cp312-linux-aarch64-glibc2.39",
    ]);
  });
  const each = ["manylinux_2_36_x86_64", "manylinux_2_38_x86_64", "manylinux_2_41_x86_64", "manylinux_2_43_x86_64"];
  inProject(
    each.map((tag) => `cp312-cp312-${tag}`),
    (folder) => {
      // 2.36 is first met by 2.37, 2.41 by 2.42; nixpkgs has no 2.43 yet.
      const expected = ["2.35", "2.37", "2.38", "2.42"].map((floor) => `cp312-linux-x86_64-glibc${floor}`);
      assert.equal(linux(json(folder).targets), [...expected, "cp312-linux-aarch64-glibc2.35"]);
    },
  );
});

test("Nix takes the highest floor that its glibc reaches", () => {
  if (spawnSync("nix-instantiate", ["--version"]).status !== 0) {
    process.stdout.write("skipped 1 evaluation with Nix: nix-instantiate is not here\n");
    return;
  }
  inProject(NEWER, (folder) => {
    run(["nix"], folder);
    const chosen = (cpu: string, glibc: string): string => {
      const stdenv = `{ hostPlatform = { isDarwin = false; isMusl = false; parsed.cpu.name = "${cpu}"; }; cc.libc.version = "${glibc}"; }`;
      const resolution = `builtins.fromJSON (builtins.readFile ${join(folder, "pylock2nix.json")})`;
      const python = '{ pythonVersion = "3.12"; libPrefix = "python3.12"; }';
      const expression = `import ${LIBRARY}/target.nix { stdenv = ${stdenv}; } { resolution = ${resolution}; python = ${python}; }`;
      const { stdout, stderr } = spawnSync("nix-instantiate", ["--eval", "--json", "-E", expression], {
        encoding: "utf8",
      });
      return stdout === "" ? stderr : JSON.parse(stdout);
    };
    const frozen = JSON.parse(readFileSync(join(folder, "pylock2nix.json"), "utf8"));
    const file = (target: string): string | undefined => {
      const [index] = frozen.packages[0].variants[frozen.targets[target].variants[0]];
      return frozen.packages[0].files[index]?.[0];
    };
    // 2.35 to 2.42: nixpkgs 22.11, 23.05, 23.11, 24.05, 25.11, 26.05.
    for (const glibc of ["2.35", "2.37", "2.38", "2.39", "2.40", "2.42"]) {
      assert.is(file(chosen("x86_64", glibc)), "gui-6.12.0-cp310-abi3-manylinux_2_34_x86_64.whl", glibc);
      const isNew = Number(glibc.slice(2)) >= 39;
      assert.is(file(chosen("aarch64", glibc)), isNew ? "gui-6.12.0-cp310-abi3-manylinux_2_39_aarch64.whl" : undefined);
    }
  });
});

test("a target that is named is there whatever its answer; + adds, --system and --target mean both", () => {
  inProject(["py3-none-any"], (folder) => {
    const named = "cp312-linux-x86_64-glibc2.40";
    assert.equal(json(folder, "--target", named).targets, [named]);
    assert.ok(json(folder, "--target", `+${named}`).targets.includes(named));
    const both = json(folder, "--target", named, "--system", "aarch64-linux,x86_64-darwin").targets;
    assert.equal(both, [named, "cp312-linux-aarch64-glibc2.35", "cp312-macos13-x86_64"]);
    const targets = (...words: string[]): [number | null, string[]] => {
      const { code, out } = run(["resolve", "--json", ...words], folder);
      return [code, JSON.parse(out).resolutions.map((each: { target: string }) => each.target)];
    };
    assert.equal(targets("--target", "cp312-win-amd64", "--system", "aarch64-darwin"), [
      0,
      ["cp312-win-amd64", "cp312-macos14-arm64"],
    ]);
    assert.equal(targets("--target", named, "--system", "aarch64-darwin", "--python", "3.12"), [
      0,
      [named, "cp312-macos14-arm64"],
    ]);
  });
});

test("nix says what has no file where, and why; --json has all of it; check looks at the newest nixpkgs", () => {
  inProject(NEWER, (folder) => {
    const { code, err } = run(["nix"], folder);
    const [, ...said] = err.split("\n").filter((line) => !line.startsWith("wrote "));
    assert.equal(
      [code, said],
      [
        0,
        [
          "no file for gui 6.12.0 on cp312-linux-aarch64-glibc2.35: its wheels need a newer system: manylinux_2_39_aarch64",
          "no file for gui 6.12.0 on cp312-macos13-x86_64: its wheels need a newer system: macosx_14_0_universal2",
          "next: nix-build pylock2nix.nix -A environment",
          "",
        ],
      ],
    );
    assert.equal(json(folder).uninstallable, [
      {
        package: "gui 6.12.0",
        targets: ["cp312-linux-aarch64-glibc2.35"],
        because: "its wheels need a newer system: manylinux_2_39_aarch64",
      },
      {
        package: "gui 6.12.0",
        targets: ["cp312-macos13-x86_64"],
        because: "its wheels need a newer system: macosx_14_0_universal2",
      },
    ]);
    const { findings } = JSON.parse(run(["check", "--json"], folder).out);
    assert.equal(
      findings.map(({ code: kind, targets }: { code: string; targets: string[] }) => [kind, targets]),
      [["uninstallable", ["cp312-macos13-x86_64"]]],
    );
  });
  const lines = (tags: readonly string[]): string[] => {
    let found: string[] = [];
    inProject(tags, (folder) => {
      found = run(["nix"], folder)
        .err.split("\n")
        .filter((line) => line.startsWith("no file"));
    });
    return found;
  };
  assert.equal(lines(["cp311-cp311-win_amd64"]), [
    "no file for gui 6.12.0 on every target: no wheel is for this Python",
  ]);
  assert.equal(lines(["cp312-cp312-win_amd64"]), [
    "no file for gui 6.12.0 on every target: no wheel is for this system",
  ]);
  assert.equal(lines(["py3-none-any"]), []);
});

test("what nix names next can be built: a virtual root has no application", () => {
  const next = (hasBuildSystem: boolean): string | undefined => {
    let found: string | undefined;
    inProject(
      ["py3-none-any"],
      (folder) => {
        found = /^next: (.*)$/m.exec(run(["nix"], folder).err)?.[1];
      },
      hasBuildSystem,
    );
    return found;
  };
  assert.is(next(false), "nix-build pylock2nix.nix -A environment");
  assert.is(next(true), "nix-build pylock2nix.nix -A application");
});

test("why does not call installed what cannot be", () => {
  inProject(NEWER, (folder) => {
    const words = ["why", "gui", "--target", "cp312-linux-aarch64-glibc2.35,cp312-linux-aarch64-glibc2.39"];
    const { out } = run(words, folder);
    const [older = "", newer = ""] = out.split("\n\n");
    assert.match(older, /^ {2}gui 6\.12\.0 is required, and no file of it can be installed$/m);
    assert.not.match(older, /is installed/);
    assert.match(older, /^ {4}project -> sample 0\.1\.0 -> gui 6\.12\.0$/m);
    assert.match(newer, /^ {2}gui 6\.12\.0 is installed$/m);
    const { targets } = JSON.parse(run([...words, "--json", "--artifact"], folder).out);
    const gui = { name: "gui", version: "6.12.0" };
    assert.equal([targets[0].installed, targets[0].uninstallable], [[], [gui]]);
    assert.equal([targets[1].installed, targets[1].uninstallable], [[gui], []]);
    assert.equal(
      targets.map((each: { artifacts: { isInstalled: boolean }[] }) => each.artifacts[0]!.isInstalled),
      [false, true],
    );
  });
});

test.run();
