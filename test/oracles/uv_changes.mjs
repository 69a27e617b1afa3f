// Projects for uv_fresh.mjs, and what may change in them: texts that mean the same, and those that do not.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The packages that projects ask for. */
export const NAMES = ["alpha", "beta", "gamma", "delta", "two-words"];

// --- Chance -------------------------------------------------------------------------------------------------------------------

let state = 1;

/** The same seed gives the same run. */
export function startChance(seed) {
  state = seed * 2654435761 + 1;
}

/** A number below `limit` (xorshift). */
export function below(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}
export const pick = (list) => list[below(list.length)];

// --- Projects -----------------------------------------------------------------------------------------------------------------

/** A requirement as its parts. */
const needs = (name, specifier = "", marker = "", extras = []) => ({ name, specifier, marker, extras });

const MARKERS = [
  "",
  "sys_platform == 'win32'",
  "sys_platform != 'darwin'",
  "python_version < '3.12'",
  "python_version >= '3.11' and os_name == 'posix'",
  "sys_platform == 'linux' or platform_machine == 'arm64'",
  "implementation_name == 'cpython' and python_full_version < '3.12.4'",
  "os_name > 'nt'",
  "'64' in platform_machine",
  "python_version in '3.10 3.11'",
  "(os_name == 'nt' or sys_platform == 'darwin') and python_version != '3.11'",
];
const SPECIFIERS = ["", ">=1", ">=1.0,<3", "==1.5", "~=1.0", "!=1.5,>=1", "<=2.0", "==1.*"];

/** Others that mean the same to uv. */
const SAME_MARKERS = [
  ["sys_platform == 'win32'", "platform_system == 'Windows'"],
  ["sys_platform == 'win32'", "'win32' == sys_platform"],
  ["sys_platform == 'win32'", "sys_platform >= 'win32'"],
  ["sys_platform == 'win32'", "sys_platform == 'win32' and os_name != 'posix' or sys_platform == 'win32'"],
  ["sys_platform == 'win32'", "sys_platform == 'win32' or (os_name == 'nt' and sys_platform == 'linux')"],
  ["python_version < '3.12'", "python_full_version < '3.12'"],
  ["python_version < '3.12'", "python_version <= '3.11'"],
  ["python_version < '3.12'", "python_version < '3.12' and python_version >= '3.8'"],
  ["python_version < '3.12'", "python_version < '3.12.0'"],
  [
    "sys_platform == 'linux' or platform_machine == 'arm64'",
    "platform_machine == 'arm64' or platform_system == 'Linux'",
  ],
  ["os_name > 'nt'", "python_version < '0'"],
  ["os_name > 'nt'", "os_name < 'posix'"],
  ["python_version in '3.10 3.11'", "python_version == '3.10' or python_version == '3.11'"],
  ["python_version in '3.10 3.11'", "python_full_version >= '3.10' and python_full_version < '3.12'"],
  ["", "python_version >= '3.6'"],
  ["", "os_name == 'nt' or os_name != 'nt'"],
  ["", "os_name ~= 'nt'"],
];
const SAME_SPECIFIERS = [
  [">=1", ">= 1.0"],
  [">=1", ">=1.0.0"],
  [">=1.0,<3", "<3,>=1.0"],
  [">=1.0,<3", ">=1,<3.0"],
  ["==1.5", "==1.5.0"],
  ["!=1.5,>=1", ">=1,!=1.5"],
  ["==1.*", "==1.0.*"],
  ["~=1.0", "~= 1.0"],
];

/** Projects as plain values; `members` are folders of their own. */
export const TEMPLATES = {
  plain: () => ({
    name: "plain",
    version: "1.0",
    python: ">=3.9",
    dependencies: [needs("alpha", ">=1"), needs("beta", "", "sys_platform == 'win32'")],
    optional: { fast: [needs("gamma", "~=1.0")], "with-marker": [needs("delta", "", "python_version < '3.12'")] },
    groups: { dev: [needs("delta")], docs: [needs("gamma", "==1.5")] },
    uv: {},
  }),
  markers: () => ({
    name: "markers",
    version: "1.0",
    python: ">=3.10,<3.14",
    dependencies: MARKERS.map((marker, index) => needs(NAMES[index % NAMES.length], ">=1.0,<3", marker)),
    optional: {},
    groups: {},
    uv: {},
  }),
  built: () => ({
    name: "Built_Project",
    version: "2.0.post1",
    python: ">=3.9",
    build: true,
    dependencies: [needs("alpha", "==1.*", "", ["fast"])],
    optional: { all: [needs("built-project", "", "", ["own"])], own: [needs("beta")] },
    groups: { dev: [{ "include-group": "lint" }, needs("beta")], lint: [needs("gamma")], empty: [] },
    uv: {
      "constraint-dependencies": ["delta<2"],
      environments: ["sys_platform == 'linux'", "sys_platform == 'darwin'"],
    },
  }),
  conflicts: () => ({
    name: "conflicts",
    version: "1.0",
    python: ">=3.9",
    dependencies: [],
    optional: { old: [needs("alpha", "==1.0")], new: [needs("alpha", "==2.0")] },
    groups: { a: [needs("beta", "==1.0")], b: [needs("beta", "==2.0")], wide: [{ "include-group": "a" }] },
    uv: {
      conflicts: [
        [{ extra: "old" }, { extra: "new" }],
        [{ group: "a" }, { group: "b" }],
      ],
    },
  }),
  workspace: () => ({
    name: "root",
    version: "1.0",
    python: ">=3.9",
    dependencies: [needs("member-a"), needs("alpha")],
    optional: {},
    groups: {},
    uv: {
      workspace: { members: ["packages/*"], exclude: ["packages/left-*"] },
      sources: { "member-a": { workspace: true } },
    },
    members: {
      "packages/a": {
        name: "member-a",
        version: "1.0",
        python: ">=3.10",
        build: true,
        dependencies: [needs("beta", ">=1")],
        optional: { fast: [needs("gamma")] },
        groups: { dev: [needs("delta")] },
        uv: {},
      },
      "packages/b": {
        name: "member-b",
        version: "1.0",
        python: ">=3.9",
        dependencies: [needs("member-a", "", "", ["fast"])],
        optional: {},
        groups: {},
        uv: {},
      },
      "packages/left-out": {
        name: "left-out",
        version: "1.0",
        python: ">=3.9",
        dependencies: [],
        optional: {},
        groups: {},
        uv: {},
      },
    },
  }),
  virtual: () => ({
    name: null,
    groups: { dev: [needs("alpha", ">=1")] },
    dependencies: [],
    optional: {},
    uv: { workspace: { members: ["libs/one", "libs/two"] } },
    members: {
      "libs/one": {
        name: "one",
        version: "1.0",
        python: ">=3.9",
        build: true,
        dependencies: [needs("alpha")],
        optional: {},
        groups: {},
        uv: {},
      },
      "libs/two": {
        name: "two",
        version: "1.0",
        python: ">=3.9",
        dependencies: [needs("beta")],
        optional: {},
        groups: {},
        uv: { package: false },
      },
    },
  }),
  sources: () => ({
    name: "sources",
    version: "1.0",
    python: ">=3.9",
    dependencies: [needs("local"), needs("edited"), needs("gamma"), needs("unbuilt")],
    optional: {},
    groups: { dev: [needs("delta")] },
    uv: {
      sources: {
        local: { path: "local" },
        edited: { path: "./edited", editable: true },
        unbuilt: { path: "unbuilt", package: false },
        gamma: [
          { path: "local-gamma", marker: "sys_platform == 'win32'" },
          { path: "other-gamma", marker: "sys_platform == 'darwin'" },
        ],
      },
    },
    folders: {
      local: {
        name: "local",
        version: "1.0",
        python: ">=3.9",
        build: true,
        dependencies: [needs("alpha")],
        optional: {},
        groups: {},
        uv: {},
      },
      edited: {
        name: "edited",
        version: "1.0",
        python: ">=3.9",
        build: true,
        dependencies: [],
        optional: { x: [needs("beta")] },
        groups: {},
        uv: {},
      },
      unbuilt: {
        name: "unbuilt",
        version: "1.0",
        python: ">=3.9",
        dependencies: [needs("alpha", "<2")],
        optional: {},
        groups: {},
        uv: {},
      },
      "local-gamma": {
        name: "gamma",
        version: "7.0",
        python: ">=3.9",
        build: true,
        dependencies: [],
        optional: {},
        groups: {},
        uv: {},
      },
      "other-gamma": {
        name: "gamma",
        version: "8.0",
        python: ">=3.9",
        build: true,
        dependencies: [],
        optional: {},
        groups: {},
        uv: {},
      },
    },
  }),
};

// --- Changes ------------------------------------------------------------------------------------------------------------------

const parts = (project) => [project, ...Object.values(project.members ?? {}), ...Object.values(project.folders ?? {})];
/** Every list of requirements, of all parts. */
const lists = (project) =>
  parts(project).flatMap((part) => [
    part.dependencies,
    ...Object.values(part.optional ?? {}),
    ...Object.values(part.groups ?? {}),
  ]);
const requirements = (project) =>
  lists(project).flatMap((list) =>
    list.flatMap((each, index) => ("include-group" in each ? [] : [{ list, index, each }])),
  );
const named = (project) => parts(project).filter(({ name }) => name !== null);

function replace(project, change) {
  const all = requirements(project);
  if (all.length === 0) return false;
  const { list, index, each } = pick(all);
  const changed = change(each);
  if (changed === null) return false;
  list[index] = changed;
  return true;
}

/** The same with one of its texts in a form that means the same. */
function respelled(pairs, key) {
  return (each) => {
    const found = pairs.flatMap(([a, b]) => (a === each[key] ? [b] : b === each[key] ? [a] : []));
    return found.length === 0 ? null : { ...each, [key]: pick(found) };
  };
}

/** A change of one of the projects. */
function ofProject(key, ...values) {
  return (project) => {
    pick(named(project))[key] = pick(values);
    return true;
  };
}

/** A change of the workspace's [tool.uv]. */
function setting(key, ...values) {
  return (project) => {
    project.uv[key] = pick(values);
    return true;
  };
}

/** Changes that uv may take for one or not: it is asked. A change that cannot be made answers false. */
export const CHANGES = {
  nothing: () => true,
  description: ofProject("description", "other words"),
  order: (project) => lists(project).every((list) => list.reverse()),
  twice: (project) => {
    const list = pick(lists(project));
    return list.push(...list.slice(0, 1)) > 1;
  },
  "marker, same": (project) => replace(project, respelled(SAME_MARKERS, "marker")),
  "marker, other": (project) => replace(project, (each) => ({ ...each, marker: pick(MARKERS) })),
  "specifier, same": (project) => replace(project, respelled(SAME_SPECIFIERS, "specifier")),
  "specifier, other": (project) => replace(project, (each) => ({ ...each, specifier: pick(SPECIFIERS) })),
  "name, same": (project) =>
    replace(project, (each) => ({ ...each, name: each.name.toUpperCase().replaceAll("-", "_") })),
  "extras of a requirement": (project) =>
    replace(project, (each) => ({ ...each, extras: each.extras.length > 0 ? [] : ["fast"] })),
  add: (project) => pick(lists(project)).push(needs(pick(NAMES), pick(SPECIFIERS), pick(MARKERS))) > 0,
  remove: (project) => pick(lists(project)).pop() !== undefined,
  python: ofProject(
    "python",
    ">=3.9",
    ">=3.10",
    ">=3.9,<4",
    "<4,>=3.9",
    ">=3.9.0",
    ">=3.8",
    ">=3.10,!=3.12.*,<3.14",
    "~=3.10",
    ">3.9",
  ),
  version: ofProject("version", "1.0", "1.0.0", "v1.0", "1.1", "2.0.post1", "2.0-1"),
  "dynamic version": ofProject("version", null),
  name: (project) => {
    project.name =
      project.name === null
        ? null
        : pick(["renamed", project.name.toLowerCase().replaceAll("_", "-"), project.name.toUpperCase()]);
    return project.name !== null;
  },
  build: (project) => {
    const part = pick(named(project));
    part.build = part.build !== true;
    return true;
  },
  package: (project) => {
    const part = pick(named(project));
    part.uv.package = pick([true, false]);
    return true;
  },
  "extra, new": (project) => {
    pick(named(project)).optional[pick(["new-extra", "empty"])] = pick([[], [needs("beta")]]);
    return true;
  },
  "extra, same": (project) => rename(pick(named(project)).optional, (name) => name.toUpperCase().replaceAll("-", "_")),
  "extra, gone": (project) => drop(pick(named(project)).optional),
  "group, new": (project) => {
    pick(parts(project)).groups.new = pick([[], [needs("beta")], [needs("two-words", ">=1")]]);
    return true;
  },
  "group, same": (project) => rename(pick(parts(project)).groups, (name) => name.toUpperCase()),
  "group, gone": (project) => drop(pick(parts(project)).groups),
  "group, written out": (project) => {
    for (const part of parts(project)) {
      for (const list of Object.values(part.groups)) {
        const index = list.findIndex((each) => "include-group" in each);
        if (index < 0) continue;
        list.splice(index, 1, ...part.groups[list[index]["include-group"]]);
        return true;
      }
    }
    return false;
  },
  "group's Python": (project) => {
    const part = pick(parts(project));
    const group = Object.keys(part.groups)[0];
    if (group === undefined) return false;
    part.uv["dependency-groups"] = { [group]: { "requires-python": pick([">=3.9", ">=3.12"]) } };
    return true;
  },
  "dev-dependencies": (project) => {
    pick(named(project)).uv["dev-dependencies"] = [pick(["alpha", "delta"])];
    return true;
  },
  "default-groups": setting("default-groups", [], "all"),
  constraints: setting("constraint-dependencies", [], ["alpha<2"], ["delta<2"], ["delta <2.0"], ["unknown<2"]),
  overrides: setting("override-dependencies", [], ["alpha==1.5"], ["beta; sys_platform == 'win32'"]),
  excludes: setting("exclude-dependencies", [], ["delta"], ["Two_Words"]),
  "build constraints": setting("build-constraint-dependencies", [], ["alpha<2"]),
  environments: setting(
    "environments",
    [],
    ["sys_platform == 'linux'", "sys_platform == 'darwin'"],
    ["platform_system == 'Linux'", "platform_system == 'Darwin'"],
    ["sys_platform == 'darwin'", "sys_platform == 'linux'"],
    "sys_platform == 'linux'",
    ["python_version >= '3.8'"],
  ),
  "required environments": setting("required-environments", [], ["sys_platform == 'win32'"]),
  conflicts: (project) => {
    const known = project.uv.conflicts;
    if (known === undefined) return false;
    project.uv.conflicts = pick([known, [...known].reverse(), known.slice(1), known.map((set) => [...set].reverse())]);
    return true;
  },
  "conflicting group, included": (project) => {
    if (project.uv.conflicts === undefined) return false;
    project.groups.more = [{ "include-group": pick(["a", "b", "wide"]) }];
    return true;
  },
  resolution: setting("resolution", "highest", "lowest", "lowest-direct"),
  prerelease: setting("prerelease", "if-necessary-or-explicit", "if-necessary", "allow", "disallow"),
  forks: setting("fork-strategy", "requires-python", "fewest"),
  "exclude-newer": setting("exclude-newer", "2099-01-01", "2099-01-01T00:00:00Z"),
  member: (project) => {
    if (project.members === undefined) return false;
    project.members[pick(["packages/c", "libs/three"])] = {
      name: "member-c",
      version: "1.0",
      python: ">=3.9",
      dependencies: [],
      optional: {},
      groups: {},
      uv: {},
    };
    return true;
  },
  "member, gone": (project) => project.members !== undefined && drop(project.members),
  "member, unmanaged": (project) => {
    if (project.members === undefined) return false;
    pick(Object.values(project.members)).uv.managed = false;
    return true;
  },
  "members' pattern": (project) => {
    if (project.uv.workspace === undefined) return false;
    project.uv.workspace.members = pick([
      ["packages/*"],
      ["./packages/*"],
      ["packages/[ab]"],
      ["packages/?"],
      ["**/a", "packages/b"],
      ["libs/*"],
      ["libs/one", "libs/t*"],
    ]);
    return true;
  },
  source: (project) => {
    const sources = project.uv.sources;
    const name = pick(Object.keys(sources ?? { "": 0 }));
    if (name === "" || Array.isArray(sources[name])) return false;
    sources[name] =
      "workspace" in sources[name]
        ? { workspace: true, editable: pick([true, false]) }
        : { ...sources[name], editable: pick([true, false]) };
    return true;
  },
  "source's marker": (project) => {
    const source = project.uv.sources?.gamma?.[0];
    if (source === undefined) return false;
    source.marker = pick([
      "platform_system == 'Windows'",
      "sys_platform == 'win32' and python_version >= '3.10'",
      "sys_platform == 'linux'",
    ]);
    return true;
  },
  "source, gone": (project) => project.uv.sources !== undefined && drop(project.uv.sources),
  "source for a group": (project) => {
    if (project.folders === undefined) return false;
    project.uv.sources.delta = { path: "local-delta", group: "dev" };
    project.folders["local-delta"] = {
      name: "delta",
      version: "9.0",
      python: ">=3.9",
      build: true,
      dependencies: [],
      optional: {},
      groups: {},
      uv: {},
    };
    return true;
  },
  "uv.toml": (project) => {
    project.settings = pick(['resolution = "lowest"\n', 'resolution = "highest"\n', "\n"]);
    return true;
  },
};

function rename(table, change) {
  const name = pick(Object.keys(table).concat(""));
  if (name === "") return false;
  const entries = Object.entries(table).map(([key, value]) => [key === name ? change(key) : key, value]);
  for (const key of Object.keys(table)) delete table[key];
  Object.assign(table, Object.fromEntries(entries));
  return true;
}

function drop(table) {
  const name = pick(Object.keys(table).concat(""));
  delete table[name];
  return name !== "";
}

// --- Writing --------------------------------------------------------------------------------------------------------------------

/** Writes the project and its parts. */
export function write(folder, project) {
  rmSync(folder, { recursive: true, force: true });
  const all = { "": project, ...project.members, ...project.folders };
  for (const [place, part] of Object.entries(all)) {
    mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, place, "pyproject.toml"), toml(part));
  }
  if (project.settings !== undefined) writeFileSync(join(folder, "uv.toml"), project.settings);
}

function toml(part) {
  const lines = [];
  if (part.name !== null) {
    lines.push("[project]", `name = ${JSON.stringify(part.name)}`);
    lines.push(part.version === null ? 'dynamic = ["version"]' : `version = ${JSON.stringify(part.version)}`);
    if (part.description !== undefined) lines.push(`description = ${JSON.stringify(part.description)}`);
    if (part.python !== undefined) lines.push(`requires-python = ${JSON.stringify(part.python)}`);
    lines.push(`dependencies = ${value(part.dependencies.map(text))}`, "[project.optional-dependencies]");
    for (const [name, list] of Object.entries(part.optional))
      lines.push(`${JSON.stringify(name)} = ${value(list.map(text))}`);
  }
  lines.push("[dependency-groups]");
  for (const [name, list] of Object.entries(part.groups)) {
    lines.push(`${JSON.stringify(name)} = ${value(list.map((each) => ("include-group" in each ? each : text(each))))}`);
  }
  if (part.build) lines.push("[build-system]", "requires = []", 'build-backend = "none"');
  lines.push("[tool.uv]");
  for (const [key, each] of Object.entries(part.uv)) lines.push(`${key} = ${value(each)}`);
  return `${lines.join("\n")}\n`;
}

function text({ name, extras, specifier, marker }) {
  return `${name}${extras.length > 0 ? `[${extras.join(",")}]` : ""}${specifier}${marker === "" ? "" : ` ; ${marker}`}`;
}

function value(each) {
  if (Array.isArray(each)) return `[${each.map(value).join(", ")}]`;
  if (typeof each !== "object") return JSON.stringify(each);
  return `{ ${Object.entries(each)
    .map(([key, inner]) => `${JSON.stringify(key)} = ${value(inner)}`)
    .join(", ")} }`;
}
