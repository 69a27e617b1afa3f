// Made-up packages and projects for the tests of nix/, and a Nix that evaluates and builds them.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  hostPython,
  isInstalled,
  type Outcome,
  type Python,
  privateStore,
  run,
  serveFolder,
  standIn,
  succeed,
  temporaryFolder,
  text,
} from "./nix.ts";

export type Condition =
  | true
  | { group: string }
  | { extra: string }
  | { all: number[] }
  | { any: number[] }
  | { not: number };

/** One package of a made-up project; what is not said is the usual. */
export interface Package {
  readonly name: string;
  readonly version?: string | null;
  readonly source?: Record<string, unknown>;
  readonly files?: readonly (readonly [string, string | null, string | null, object?])[];
  /** The index of the file that the target takes: 0. */
  readonly file?: number;
  /** The index of the condition: 0, always. */
  readonly condition?: number;
  readonly dependencies?: readonly string[];
}

interface Project {
  readonly packages: readonly Package[];
  readonly conditions?: readonly Condition[];
  readonly groups?: Record<string, boolean>;
  readonly extras?: readonly string[];
  readonly project?: Record<string, unknown> | null;
  /** "poetry". */
  readonly format?: string;
  /** Instead of the usual one, and what the guard reads of it. */
  readonly pyproject?: string;
  readonly guard?: string;
}

export const installed: boolean = isInstalled("nix-instantiate");
export const library: string = resolve("nix");
export const folder: string = temporaryFolder();
export const store: Record<string, string> = installed ? privateStore(join(folder, "nix")) : {};
export const files: string = join(folder, "files");
mkdirSync(files);
export const server: Awaited<ReturnType<typeof serveFolder>> = await serveFolder(files);
export const python: Python = await hostPython();
export const pythonTag: string = `cp${python.version.replace(".", "")}`;
export const hostTarget: string = `${pythonTag}-linux-x86_64-glibc2.28`;
export const wheel = (name: string, version = "1.0", tag = "py3-none-any"): string => `${name}-${version}-${tag}.whl`;
export const nativeTag: string = `${pythonTag}-${pythonTag}-manylinux_2_28_x86_64`;
const backend = readFileSync("test/nix/backend.py", "utf8");

export const hashes: Record<string, string> = JSON.parse(
  await succeed("python3", ["-I", "test/nix/make-wheels.py", files], {
    input: JSON.stringify([
      {
        file: wheel("alpha"),
        files: { "alpha/__init__.py": 'import beta\ndef main():\n    print("alpha", beta.NAME)\n' },
        scripts: { alpha: "alpha:main" },
      },
      { file: wheel("beta"), files: { "beta/__init__.py": 'NAME = "beta"\nimport alpha\n' } },
      { file: wheel("beta", "1.0", "py3-none-any").replace("1.0", "1.0-2"), files: { "beta/__init__.py": "" } },
      {
        file: wheel("space_one"),
        files: { "space/__init__.py": "", "space/one.py": "ONE = 1\n", "space/deep/a.py": "" },
      },
      {
        file: wheel("space_two"),
        files: { "space/__init__.py": "", "space/two.py": "TWO = 2\n", "space/deep/b.py": "" },
      },
      { file: wheel("clash"), files: { "space/__init__.py": "# another\n", "space/three.py": "" } },
      { file: wheel("heavy", "1.0", nativeTag), files: { "heavy/__init__.py": "" } },
      { file: wheel("light", "1.0", nativeTag), files: { "light/__init__.py": "" } },
      { file: wheel("epoch", "1!2.0"), files: { "epoch/__init__.py": "" } },
      { file: wheel("pytest_stub"), files: { "pytest_stub.py": "" } },
      {
        file: "pyyaml-1.0.tar.gz",
        files: {
          "pyproject.toml":
            '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n[tool.poetry]\nname = "pyyaml"\nversion = "1.0"\n',
          "yaml/__init__.py": 'FROM = "source"\n',
        },
      },
      { file: wheel("pyyaml"), files: { "yaml/__init__.py": 'FROM = "wheel"\n' } },
      { file: wheel("poetry_core"), files: { "poetry/core/masonry/api.py": backend } },
    ]),
  }),
);
export const pkgs: string = await standIn(
  python,
  `system = "x86_64-linux"; base = ${text(server.base)}; tools = { poetry-core = ${join(files, wheel("poetry_core"))}; };`,
);

const PYPROJECT = `[tool.poetry]
name = "demo-app"
version = "0.1.0"
description = "A demonstration"

[tool.poetry.dependencies]
alpha = "*"

[tool.poetry.group.dev.dependencies]
pytest-stub = "*"

[tool.poetry.scripts]
demo-app = "demo:main"

[build-system]
requires = ["poetry>=0.12"]
build-backend = "poetry.masonry.api"
`;
// The guard's text of the above, written out by hand: keys sorted, no description.
export const GUARD: string =
  '{"build-system":{"build-backend":"poetry.masonry.api","requires":["poetry>=0.12"]},"tool":{"poetry":{"dependencies":' +
  '{"alpha":"*"},"group":{"dev":{"dependencies":{"pytest-stub":"*"}}},"name":"demo-app","scripts":{"demo-app":' +
  '"demo:main"},"version":"0.1.0"}}}';

/** Two packages that need each other, one for development, one for an extra. */
export const DEMO = {
  packages: [
    { name: "alpha", condition: 1, dependencies: ["beta"] },
    { name: "beta", condition: 1, dependencies: ["alpha"] },
    { name: "pytest-stub", condition: 2 },
    { name: "space-one", condition: 3 },
  ],
  conditions: [true, { group: "main" }, { group: "dev" }, { extra: "more" }],
  groups: { main: true, dev: true },
  extras: ["more"],
} as const;

/** What an expression evaluates to. */
export const value = async (expression: string, ...more: string[]): Promise<unknown> =>
  JSON.parse(
    await succeed("nix-instantiate", ["--eval", "--strict", "--json", "-E", expression, ...more], { env: store }),
  );
/** A path of a source, which is in the store afterwards. */
export const stored = async (expression: string): Promise<string> =>
  String(await value(expression, "--read-write-mode"));

/** Evaluation fails, and says exactly this, or something like it. */
export async function fails(expression: string, message: string | RegExp): Promise<void> {
  const { code, errors } = await run("nix-instantiate", ["--eval", "--strict", "--json", "-E", expression], {
    env: store,
  });
  assert.is.not(code, 0, `${expression} did not fail`);
  // Nix indents the lines after the first one, and traces follow.
  const said = errors.replace(/\n {7}/g, "\n");
  const isSaid = typeof message === "string" ? said.includes(`error: ${message}\n`) : message.test(said);
  assert.ok(isSaid, `expected: ${message}\nfound: ${said}`);
}

export const build = (expression: string): Promise<Outcome> =>
  run("nix-build", ["--no-out-link", "-E", expression], { env: store });
export const built = async (expression: string): Promise<string> =>
  (await succeed("nix-build", ["--no-out-link", "-E", expression], { env: store })).split("\n").at(-1)!;

/** Writes a project's folder, and gives its path. */
export function project(name: string, made: Project): string {
  const path = join(folder, "projects", name);
  mkdirSync(join(path, "demo"), { recursive: true });
  const lock = `# a lock for ${name}\n`;
  writeFileSync(join(path, "poetry.lock"), lock);
  writeFileSync(join(path, "pyproject.toml"), made.pyproject ?? PYPROJECT);
  writeFileSync(join(path, "demo", "__init__.py"), "import alpha\nmain = alpha.main\n");
  const packages = made.packages.map((entry) => {
    const standard = wheel(entry.name.replaceAll("-", "_"));
    return {
      name: entry.name,
      version: entry.version === undefined ? "1.0" : entry.version,
      source: entry.source ?? { kind: "index" },
      files: entry.files ?? [[standard, hashes[standard] ?? "sha256-AAAA", null]],
      variants: [[entry.file ?? 0, entry.condition ?? 0, entry.dependencies ?? []]],
    };
  });
  const resolution = {
    format: 1,
    generator: "test",
    lock: { path: "poetry.lock", format: made.format ?? "poetry", version: "2.1", sha256: sha256(lock) },
    pyproject: { path: "pyproject.toml", digest: sha256(made.guard ?? GUARD) },
    project:
      made.project === undefined
        ? {
            name: "demo-app",
            version: "0.1.0",
            package: true,
            backend: "poetry.masonry.api",
            requires: ["poetry"],
            scripts: { "demo-app": "demo:main" },
            python: ">=3.11",
          }
        : made.project,
    groups: made.groups ?? { main: true },
    extras: made.extras ?? [],
    conditions: made.conditions ?? [true],
    packages,
    targets: {
      [hostTarget]: { python: "3.11.15", variants: packages.map(() => 0) },
      "cp39-linux-x86_64-glibc2.28": { error: "the lock needs Python >=3.10, this target has 3.9.25" },
    },
    warnings: [],
  };
  writeFileSync(join(path, "pylock2nix.json"), JSON.stringify(resolution));
  return path;
}

export function sha256(of: string): string {
  return createHash("sha256").update(of).digest("hex");
}

/** The library, knowing a project; `more` are further arguments. */
export const known = (path: string, more = ""): string =>
  `(import ${library} { pkgs = ${pkgs}; projectDir = ${path}; ${more} })`;

export const changed = (path: string, file: string, from: string, to: string): void => {
  const before = readFileSync(join(path, file), "utf8");
  assert.ok(before.includes(from));
  writeFileSync(join(path, file), before.replace(from, to));
};

let count = 0;

/** A test that needs Nix. */
export function when(title: string, body: () => Promise<void>): void {
  count += 1;
  if (installed) test(title, body);
}

/** Runs them, or says how many are skipped. */
export function finish(): void {
  test.after(() => server.close());
  if (!installed)
    test("nix is not installed", () => void process.stdout.write(`skipped ${count}: nix is not installed\n`));
  test.run();
}
