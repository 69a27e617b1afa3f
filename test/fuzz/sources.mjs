// The locks that cases are made of: the fixtures and, where it is there, the corpus; each taken apart into whole packages.
//
// A slice is what a lock of one to five of those packages would be: its head, the packages, what its end says of them, and
// the project's requirements for them. Lists of files are cut to a handful: they are most of a lock and all alike.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { pdmRecords, projectRecords, readPyproject } from "../../dist/lock/pyproject.js";
import { pick } from "./random.mjs";

/** What a format's locks are called. */
export const FORMATS = {
  poetry: /^poetry\.lock$/,
  uv: /^uv\.lock$/,
  pylock: /^pylock\.toml$/,
  pdm: /^pdm\.lock$/,
  pipfile: /^Pipfile\.lock$/,
  requirements: /\.txt$/,
  conda: /^conda-lock\.yml$/,
};

/** Bytes of the largest lock that is damaged as a whole; larger ones give slices. */
const WHOLE_LIMIT = 400000;
/** Files of one package in a slice. */
const FILE_LIMIT = 4;

/** The locks of each of these formats, in the same order each time. */
export function sources(formats) {
  return new Map(formats.map((format) => [format, locksOf(format)]));
}

function locksOf(format) {
  const found = [];
  for (const parent of [`test/fixtures/${format}`, "../shared/corpus"]) {
    for (const name of existsSync(parent) ? readdirSync(parent).sort() : []) {
      const folder = `${parent}/${name}`;
      // That one is slow by intention: each call spends its whole budget.
      if (name === "fail-too-hard" || name.endsWith(".md")) continue;
      for (const file of readdirSync(folder).sort()) {
        if (!FORMATS[format].test(file) || file === "expected.txt") continue;
        const text = readFileSync(`${folder}/${file}`, "latin1");
        const pyproject = pyprojectOf(`${folder}/pyproject.toml`);
        const records = recordsOf(format, pyproject);
        const lock = { path: `${folder}/${file}`, format, text, pyproject, records };
        found.push({ ...lock, isSmall: text.length <= WHOLE_LIMIT, isRefused: name.startsWith("fail-"), parts: null });
      }
    }
  }
  return found;
}

function pyprojectOf(path) {
  try {
    return existsSync(path) ? readPyproject(Uint8Array.from(readFileSync(path)), path) : null;
  } catch {
    return null;
  }
}

/** What the shell hands to the core of a project. */
export function recordsOf(format, pyproject) {
  if (pyproject === null) return null;
  if (format === "poetry" || format === "uv") return projectRecords(pyproject, format);
  return format === "pdm" ? pdmRecords(pyproject) : null;
}

// --- Slices -----------------------------------------------------------------------------------------------------------

/** A lock of one to five of the lock's packages, and the project's records that are about them. */
export function slice(lock, random) {
  lock.parts ??= partsOf(lock);
  const { packages, byName, roots, join } = lock.parts;
  const chosen = new Set();
  for (let wanted = 1 + random(5); wanted > 0 && packages.length > 0; wanted--) {
    const near =
      chosen.size > 0 && random(2) === 0 ? neighbour(packages[pick([...chosen], random)], byName, random) : null;
    chosen.add(near ?? random(packages.length));
  }
  // Without the project a walk starts nowhere.
  if (random(8) !== 0) for (const root of roots) chosen.add(root);
  const rows = [...chosen].sort((a, b) => a - b).map((row) => packages[row]);
  const names = new Set(rows.map(({ name }) => name));
  const keep = random(8) === 0 ? () => true : (name) => names.has(name);
  return { text: join(rows, keep), records: recordsAbout(lock, names, random), names };
}

/** The row of a package that the text of this one names, null when none is found near a random place of it. */
function neighbour({ text }, byName, random) {
  const at = random(text.length);
  for (const [word] of text.slice(at, at + 400).matchAll(/[A-Za-z0-9][A-Za-z0-9._-]+/g)) {
    const row = byName.get(normal(word));
    if (row !== undefined && random(2) === 0) return row;
  }
  return null;
}

const normal = (name) => name.toLowerCase().replace(/[-_.]+/g, "-");

/** The packages of a lock with their texts, and how a lock is made of some of them. */
function partsOf(lock) {
  const parts = PARTS[lock.format](lock.text);
  const byName = new Map(parts.packages.map(({ name }, row) => [name, row]));
  const roots = parts.packages.flatMap(({ text }, row) =>
    /^source = \{ (?:editable|virtual) = "\."/m.test(text) ? [row] : [],
  );
  return { ...parts, byName, roots: roots.slice(0, 1) };
}

const PARTS = {
  poetry: tomlParts,
  uv: tomlParts,
  pylock: tomlParts,
  pdm: tomlParts,
  pipfile: pipfileParts,
  requirements: requirementsParts,
  conda: condaParts,
};

/** [[package]] and what belongs to it; before the first the head, behind the last the end. */
function tomlParts(text) {
  const pieces = text.split(/^(?=\[\[packages?\]\]|\[(?!\[?packages?[\].]))/m);
  const from = pieces.findIndex((piece) => piece.startsWith("[[package"));
  if (from === -1) return { packages: [], join: () => text };
  const packages = pieces
    .filter((piece) => piece.startsWith("[[package"))
    .map((piece) => ({ name: normal(/^name = "([^"]*)"/m.exec(piece)?.[1] ?? ""), text: fewFiles(piece) }));
  const head = pieces.slice(0, from).join("");
  const end = pieces.slice(from).filter((piece) => !piece.startsWith("[[package"));
  const join = (rows, keep) =>
    about(head, keep) +
    rows.map((row) => about(row.text, keep)).join("") +
    end.map((piece) => filesAbout(piece, keep)).join("");
  return { packages, join };
}

/** Without the lines of uv's edges and members that lead out of the slice: they would be refused, all of them alike. */
function about(text, keep) {
  return text.replace(/^ {4}(?:\{ name = )?"([^"\n]*)"(?:,| \}| ?, .*).*\n/gm, (line, name) =>
    /^[a-z0-9][a-z0-9-]*$/.test(name) && !keep(name) ? "" : line,
  );
}

/** A table of files by package, as Poetry had before 2.0, for these packages alone. */
function filesAbout(piece, keep) {
  if (!/^\[metadata\.(?:files|hashes)\]/.test(piece)) return piece;
  return piece
    .split(/^(?=[\w".-]+ = \[)/m)
    .filter((entry, index) => index === 0 || keep(normal(/^"?([\w.-]*)/.exec(entry)[1])))
    .map(fewFiles)
    .join("");
}

/** Lines of files and hashes beyond a handful go. */
function fewFiles(text) {
  let files = 0;
  return text.replace(/^ {4}\{ ?(?:file|url|path|filename|name = "[^"]*", url) ?=.*\n/gm, (line) =>
    ++files > FILE_LIMIT ? "" : line,
  );
}

function pipfileParts(text) {
  let document;
  try {
    document = JSON.parse(Buffer.from(text, "latin1").toString());
  } catch {
    return { packages: [], join: () => text };
  }
  const categories = Object.entries(document).filter(([key, value]) => key !== "_meta" && typeof value === "object");
  const packages = categories.flatMap(([category, entries]) =>
    Object.entries(entries).map(([name, entry]) => ({ name: normal(name), category, key: name, entry, text: name })),
  );
  for (const { entry } of packages)
    if (Array.isArray(entry?.hashes)) entry.hashes.length = Math.min(entry.hashes.length, FILE_LIMIT);
  const join = (rows) => {
    const made = { _meta: document._meta };
    for (const { category, key, entry } of rows) made[category] = { ...made[category], [key]: entry };
    return Buffer.from(JSON.stringify(made, null, 4)).toString("latin1");
  };
  return { packages, join };
}

/** A line that begins at its start, the lines that continue it, and the comments below. */
function requirementsParts(text) {
  const pieces = text.split(/^(?=[A-Za-z0-9.-])/m);
  const packages = pieces.map((piece) => {
    const lines = piece.split("\n");
    const hashes = lines.filter((line) => line.includes("--hash"));
    const kept =
      hashes.length <= FILE_LIMIT
        ? lines
        : lines.filter((line) => !line.includes("--hash") || hashes.indexOf(line) >= hashes.length - FILE_LIMIT);
    return { name: normal(/^[A-Za-z0-9._-]*/.exec(piece)[0]), text: kept.join("\n") };
  });
  return { packages, join: (rows) => rows.map((row) => row.text).join("") };
}

function condaParts(text) {
  const at = text.indexOf("\npackage:\n");
  if (at === -1) return { packages: [], join: () => text };
  const head = text.slice(0, at).replace(/^#.*\n/gm, "");
  const packages = text
    .slice(at + 10)
    .split(/^(?=- name:)/m)
    .map((piece) => ({ name: normal(/^- name: (.*)/.exec(piece)?.[1] ?? ""), text: piece }));
  // Most of a conda-lock.yml is conda's own.
  const ours = packages.filter((row) => row.text.includes("manager: pip"));
  return {
    packages: [...ours, ...packages.slice(0, ours.length)],
    join: (rows) => `${head}\npackage:\n${rows.map((row) => row.text).join("")}`,
  };
}

// --- The project --------------------------------------------------------------------------------------------------------

/** A project that requires these packages, for the shell. */
export function projectOf(names) {
  const isName = (name) => /^[a-z0-9-]+$/.test(name);
  const dependencies = JSON.stringify([...names].filter(isName));
  return readPyproject(`[project]\nname = "fuzzed"\nversion = "1"\ndependencies = ${dependencies}\n`, "pyproject.toml");
}

/** The project's records for these packages, some of them made up; null for no project. */
function recordsAbout({ records, format }, names, random) {
  if ((format !== "poetry" && format !== "pdm" && format !== "uv") || random(8) === 0) return null;
  const kept = (records ?? "").split(RECORD_END).filter((record) => record !== "" && isAbout(record, names));
  if (format !== "uv") {
    for (const name of names) if (random(2) === 0) kept.push(["pep508", "main", "", name].join(FIELD_END));
  }
  return kept.map((record) => record + RECORD_END).join("");
}

const FIELD_END = "\x1f";
const RECORD_END = "\x1e";

function isAbout(record, names) {
  const fields = record.split(FIELD_END);
  if (fields[0] === "poetry") return names.has(normal(fields[2] ?? ""));
  if (fields[0] === "pep508") return names.has(normal(/^[A-Za-z0-9._-]*/.exec(fields[3] ?? "")[0]));
  return true;
}
