// A uv.lock of version 1, revision 3, as uv writes it (crates/uv-resolver/src/lock/mod.rs), and the pyproject.toml that it is of.

import type { GeneratedFiles, MadePackage, MadeProject } from "./packages.ts";
import type { Random } from "./random.ts";
import { UV_ATOMS, UV_DISTINCT_MARKERS, UV_MARKER_LENGTH } from "./shape.ts";

const PROJECT = "zz-generated";
const PYTHON = ">=3.9";
const REGISTRY = 'source = { registry = "https://pypi.invalid/simple" }';

export function writeUv({ packages, roots }: MadeProject, random: Random): GeneratedFiles {
  const required = roots.map((index) => packages[index]!);
  const head = `version = 1\nrevision = 3\nrequires-python = "${PYTHON}"\n`;
  const markers = makeMarkers(packages, random);
  const sections = packages.map((each) => section(each, packages, markers, random));
  const pyproject = `[project]\nname = "${PROJECT}"\nversion = "0.1.0"\nrequires-python = "${PYTHON}"\ndependencies = [\n${required
    .map(({ name }) => `    "${name}",\n`)
    .join("")}]\n`;
  return { name: "uv.lock", lock: [head, ...sections, projectSection(required)].join("\n"), pyproject };
}

function section(
  { name, version, files, dependencies }: MadePackage,
  packages: readonly MadePackage[],
  markers: readonly string[],
  random: Random,
): string {
  const lines = ["[[package]]", `name = "${name}"`, `version = "${version}"`, REGISTRY];
  if (dependencies.length > 0) {
    lines.push("dependencies = [");
    for (const { to, hasMarker } of [...dependencies].sort((left, right) => left.to - right.to)) {
      const marker = hasMarker ? `, marker = "${random.pick(markers)}"` : "";
      lines.push(`    { name = "${packages[to]!.name}"${marker} },`);
    }
    lines.push("]");
  }
  const source = files.find((file) => file.endsWith(".tar.gz"));
  if (source !== undefined) lines.push(`sdist = ${fileTable(source, random)}`);
  const wheels = files.filter((file) => file.endsWith(".whl"));
  if (wheels.length > 0) lines.push("wheels = [", ...wheels.map((file) => `    ${fileTable(file, random)},`), "]");
  return `${lines.join("\n")}\n`;
}

function fileTable(file: string, random: Random): string {
  const place = `${random.hex(2)}/${random.hex(2)}/${random.hex(60)}`;
  const size = 1000 + random.below(1_000_000);
  const day = `20${20 + random.below(6)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
  const time = `${day}T${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}Z`;
  return `{ url = "https://files.pypi.invalid/packages/${place}/${file}", hash = "sha256:${random.hex(64)}", size = ${size}, upload-time = "${time}" }`;
}

/** The same few again and again: forks of the resolution, and what widely used packages ask for. */
function makeMarkers(packages: readonly MadePackage[], random: Random): string[] {
  const used = packages.flatMap(({ dependencies }) => dependencies).filter(({ hasMarker }) => hasMarker).length;
  const length = Math.ceil((used * UV_DISTINCT_MARKERS) / 1000) + 1;
  return Array.from({ length }, () => makeMarker(random.from(UV_MARKER_LENGTH), random));
}

/** Alternatives of two or three conditions each, until it is long enough. */
function makeMarker(length: number, random: Random): string {
  if (length < 60) return random.pick(UV_ATOMS);
  const alternatives: string[] = [];
  for (let written = 0; written < length; ) {
    const atoms = new Set(Array.from({ length: 2 + random.below(2) }, () => random.pick(UV_ATOMS)));
    const alternative = [...atoms].join(" and ");
    alternatives.push(atoms.size > 1 ? `(${alternative})` : alternative);
    written += alternative.length + 6;
  }
  return alternatives.join(" or ");
}

function projectSection(required: readonly MadePackage[]): string {
  const list = (line: (name: string) => string) => required.map(({ name }) => `    ${line(name)},`);
  return `${[
    "[[package]]",
    `name = "${PROJECT}"`,
    'version = "0.1.0"',
    'source = { virtual = "." }',
    "dependencies = [",
    ...list((name) => `{ name = "${name}" }`),
    "]",
    "",
    "[package.metadata]",
    `requires-dist = [`,
    ...list((name) => `{ name = "${name}" }`),
    "]",
  ].join("\n")}\n`;
}

function two(number: number): string {
  return `${number}`.padStart(2, "0");
}
