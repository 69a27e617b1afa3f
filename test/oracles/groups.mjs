// Which groups PDM and Pipenv install, and what with them: random pdm.lock and Pipfile.lock, in the shape in which the tools
// write them, against the tools' own way to pip (pdm_groups.py, pipenv_groups.py).
//   node test/oracles/groups.mjs [--count N] [--seed N]
// PDM's locks: with and without inherit_metadata, targets and groups; overrides; groups that pyproject.toml has and the lock
// has not, and the other way round. Pipenv's: own categories, markers that are null, a package in several categories.
// The last line is "N compared, N differences".
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPyproject } from "../../dist/lock/pyproject.js";
import { describeTarget, readLock } from "../../dist/lock/shipped.js";
import { PDM, PIPENV, pythonWith } from "./python.mjs";

const words = process.argv.slice(2);
const count = Number(option("--count") ?? 200);
const seed = 1 + Number(option("--seed") ?? Date.now() % 1000000);
const HASH = `sha256:${"0".repeat(64)}`;
/** What PDM calls the targets' platforms. */
const TARGETS = [
  ["cp39-linux-x86_64-glibc2.28", "manylinux_2_28_x86_64"],
  ["cp312-linux-x86_64-glibc2.28", "manylinux_2_28_x86_64"],
  ["cp312-linux-aarch64-glibc2.28", "manylinux_2_28_aarch64"],
  ["cp313-macos14-arm64", "macos_14_0_arm64"],
  ["cp313-win-amd64", "windows_amd64"],
];
const NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
const MARKERS = [
  'python_version >= "3.10"',
  'sys_platform == "win32"',
  'python_version < "3.13" and sys_platform != "darwin"',
  'platform_machine == "x86_64" or python_full_version >= "3.13.1"',
];
const PYTHONS = [">=3.8", ">=3.9", ">=3.10", ">=3.10,<3.13", ">=3.12"];

let state = seed;
const folder = mkdtempSync(join(tmpdir(), "groups-"));
let compared = 0;
let differences = 0;
let refused = 0;
try {
  comparePdm(await pythonWith(PDM));
  comparePipenv(await pythonWith(PIPENV));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`PDM and Pipenv (seed ${seed}): ${refused} refused by both\n`);
process.stdout.write(`${compared} compared, ${differences} differences\n`);
process.exitCode = differences === 0 && compared > 0 ? 0 : 1;

// --- PDM ----------------------------------------------------------------------------------------------------------------

function comparePdm(python) {
  const cases = Array.from({ length: count }, (_, index) => pdmCase(join(folder, `pdm-${index}`)));
  const answers = ask(python, "pdm_groups.py", cases);
  for (const [index, { project, lock, target, selections }] of cases.entries()) {
    const pyproject = readPyproject(project, "pyproject.toml");
    const read = readLock(new TextEncoder().encode(lock), { path: "pdm.lock", format: "pdm", pyproject });
    for (const [which, selection] of selections.entries()) {
      const answer = answers[index][which];
      // A group that pyproject.toml has and the lock has not: PDM refuses the command; here it has no packages.
      if (answer.refused?.startsWith("Requested groups not in lockfile")) continue;
      const usual = [...read.groups].flatMap(([name, chosen]) => (chosen ? [name] : []));
      const groups = selection === null ? usual : (answer.groups ?? ["main"]).map(ours);
      const where = `${target}, ${selection === null ? "nothing chosen" : selection.join(" ")}`;
      if (selection === null && answer.groups !== undefined) {
        check(`${where}: groups`, [...groups].sort(), answer.groups.map(ours).sort(), project, lock);
      }
      const resolution = read.resolve({ target, groups, extras: [] });
      compare(where, resolution, answer, project, lock);
    }
  }
}

function compare(where, { error, packages }, answer, project, lock) {
  if (error !== null && answer.refused !== undefined) {
    compared++;
    refused++;
  } else if (error !== null) check(where, `refused: ${error.message}`, answer.packages, project, lock);
  else if (answer.refused !== undefined) check(where, rows(packages), `refused: ${answer.refused}`, project, lock);
  else check(where, rows(packages), answer.packages, project, lock);
}

function ours(group) {
  return group === "default" ? "main" : group;
}

function pdmCase(place) {
  const [target, platform] = pick(TARGETS);
  const inherits = chance(0.5);
  const extras = some(["cli", "docs", "Web_UI"], 0.5);
  const groups = some(["dev", "test"], 0.6);
  const own = chance(0.3) ? ["lint"] : [];
  const all = ["default", ...extras.map(normalized), ...groups, ...own];
  const locked = chance(0.2) ? null : [...all.filter(() => chance(0.8)), ...(chance(0.1) ? ["gone"] : [])];
  const packages = NAMES.map((name) => ({ name, version: `${1 + random(3)}.${random(3)}`, python: pick(PYTHONS) }));
  const asked = (size) => some(packages, size).map(({ name, version }) => written(name, version));
  const overrides = some(packages, 0.2);
  const list = (values) => `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
  const table = (name, keys) =>
    keys.length === 0 ? "" : `[${name}]\n${keys.map((key) => `${key} = ${list(asked(0.3))}\n`).join("")}\n`;
  const python = chance(0.8) ? pick(PYTHONS) : null;
  const project = `[project]
name = "sample"
version = "1"
${python === null ? "" : `requires-python = "${python}"\n`}dependencies = ${list(asked(0.5))}

${table("project.optional-dependencies", extras)}${table("dependency-groups", groups)}${table("tool.pdm.dev-dependencies", own)}${
  overrides.length === 0
    ? ""
    : `[tool.pdm.resolution.overrides]\n${overrides.map(({ name, version }) => `${name} = "==${version}"\n`).join("")}`
}`;
  const entry = ({ name, version, python }, index) => {
    const memberships = some(all, 0.4);
    // Only later packages, so that nothing goes in a circle.
    const needs = some(packages.slice(index + 1), 0.3).map((each) => written(each.name, each.version));
    return [
      "[[package]]",
      `name = "${name}"`,
      `version = "${version}"`,
      ...(chance(0.5) ? [`requires_python = "${python}"`] : []),
      'summary = ""',
      ...(inherits ? [`groups = ${list(memberships.length === 0 ? ["default"] : memberships)}`] : []),
      ...(inherits && chance(0.4) ? [`marker = ${JSON.stringify(pick(MARKERS))}`] : []),
      ...(needs.length === 0 ? [] : [`dependencies = ${list(needs)}`]),
      `files = [\n    {file = "${name}-${version}-py3-none-any.whl", hash = "${HASH}"},\n]`,
      "",
    ].join("\n");
  };
  const strategy = [...(chance(0.5) ? ["cross_platform"] : []), ...(inherits ? ["inherit_metadata"] : [])];
  const targets = chance(0.5) ? `\n[[metadata.targets]]\nrequires_python = "${pick(PYTHONS)}"\n` : "";
  const lock = `[metadata]
${locked === null || locked.length === 0 ? "" : `groups = ${list(locked)}\n`}strategy = ${list(strategy)}
lock_version = "4.5.0"
content_hash = "${HASH}"
${targets}
${packages.map(entry).join("\n")}`;
  mkdirSync(place);
  writeFileSync(join(place, "pyproject.toml"), project);
  writeFileSync(join(place, "pdm.lock"), lock);
  const selections = [null, ["--prod"], ["-G", ":all"], ["--no-default", "-G", pick([...extras, "dev"])], ["-d"]];
  return { folder: place, project, lock, target, platform, python: pythonOf(target), selections };
}

/** A requirement that the locked version mostly meets. */
function written(name, version) {
  const [major] = version.split(".");
  const bound = pick(
    ["", `>=${major}`, `==${version}`, `~=${version}`, `<${major}`, `<${major}`].slice(0, chance(0.05) ? 6 : 4),
  );
  return `${name}${bound}${chance(0.2) ? `; ${pick(MARKERS)}` : ""}`;
}

// --- Pipenv -------------------------------------------------------------------------------------------------------------

function comparePipenv(python) {
  const cases = Array.from({ length: count }, (_, index) => pipenvCase(join(folder, `pipenv-${index}`)));
  const answers = ask(python, "pipenv_groups.py", cases);
  for (const [index, { lock, target, selections }] of cases.entries()) {
    const read = readLock(new TextEncoder().encode(lock), { path: "Pipfile.lock", format: "pipfile", pyproject: null });
    const usual = [...read.groups].flatMap(([name, chosen]) => (chosen ? [name] : []));
    check(`${target}: groups`, usual, ["main"], "", lock);
    for (const [which, selection] of selections.entries()) {
      const groups = selection.map((name) => ({ packages: "main", "dev-packages": "develop" })[name] ?? name);
      const { error, packages } = read.resolve({ target, groups, extras: [] });
      check(`${target}, ${selection}`, error?.message ?? rows(packages), answers[index][which], "", lock);
    }
  }
}

function pipenvCase(place) {
  const [target] = pick(TARGETS);
  const versions = new Map(NAMES.map((name) => [name, `${1 + random(3)}.${random(3)}`]));
  const entry = (name) => ({
    hashes: [HASH],
    ...(chance(0.3) && { index: "own" }),
    ...(chance(0.5) && { markers: chance(0.3) ? null : pick(MARKERS).replaceAll('"', "'") }),
    ...(chance(0.2) && { extras: ["socks"] }),
    version: `==${chance(0.1) ? "9.0" : versions.get(name)}`,
  });
  const category = (size) => Object.fromEntries(some(NAMES, size).map((name) => [name, entry(name)]));
  const lock = `${JSON.stringify(
    {
      _meta: {
        hash: { sha256: "0".repeat(64) },
        "pipfile-spec": 6,
        requires: {},
        sources: [{ name: "own", url: "https://pypi.invalid/simple", verify_ssl: true }],
      },
      default: category(0.6),
      develop: category(0.4),
      docs: category(0.3),
    },
    null,
    4,
  )}\n`;
  mkdirSync(place);
  writeFileSync(
    join(place, "Pipfile"),
    '[[source]]\nname = "own"\nurl = "https://pypi.invalid/simple"\nverify_ssl = true\n\n[packages]\n',
  );
  writeFileSync(join(place, "Pipfile.lock"), lock);
  const selections = [["packages"], ["packages", "dev-packages"], ["docs"], ["packages", "dev-packages", "docs"]];
  return { folder: place, lock, target, environment: describeTarget(target).environment, selections };
}

// --- Both ---------------------------------------------------------------------------------------------------------------

function check(where, actual, expected, project, lock) {
  compared++;
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  differences++;
  if (differences > 5) return;
  process.stdout.write(
    `--- ${where}\n  ours:   ${JSON.stringify(actual)}\n  theirs: ${JSON.stringify(expected)}\n${project}\n${lock}\n`,
  );
}

function rows(packages) {
  return packages.map(({ name, version }) => [name, version]).sort((a, b) => (a.join() < b.join() ? -1 : 1));
}

/** One process answers all; its questions are in a file. */
function ask(python, script, cases) {
  const questions = join(folder, `${script}.questions`);
  writeFileSync(questions, cases.map(({ project, lock, ...question }) => `${JSON.stringify(question)}\n`).join(""));
  const env = { ...process.env, PDM_CHECK_UPDATE: "0", PIPENV_IGNORE_VIRTUALENVS: "1", PIPENV_VERBOSITY: "-1" };
  const stdio = [openSync(questions, "r"), "pipe", "inherit"];
  const { status, stdout } = spawnSync(python, [join("test/oracles", script)], {
    stdio,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const answers = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  if (status !== 0 || answers.length !== cases.length) throw new Error(`${script} failed: ${status}`);
  return answers;
}

function pythonOf(target) {
  return describeTarget(target).environment.python_full_version;
}

function normalized(name) {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

function option(name) {
  const index = words.indexOf(name);
  return index === -1 ? undefined : words[index + 1];
}

/** xorshift32: the same questions for the same seed. */
function random(below) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

function chance(share) {
  return random(1000) < share * 1000;
}

function pick(list) {
  return list[random(list.length)];
}

function some(list, share) {
  return list.filter(() => chance(share));
}
