// The pyproject.toml files of a uv workspace, found as uv finds them (crates/uv-workspace/src/workspace.rs,
// collect_members_only): the root's, those of its members, and those of the folders that sources and the lock name.
//
// Invariant: reads files and decides nothing; a folder that is not there is no member.

import { uvLockFreshness } from "../answers/uv-freshness.ts";
import type { Lockfile } from "../lock/lockfile.ts";
import { parseToml, Section, type TomlTable } from "../lock/pyproject/toml.ts";
import type { Pyproject } from "../lock/pyproject.ts";
import type { Freshness } from "../lock/uv/freshness.ts";
import { inlineMetadata } from "../lock/uv/script.ts";
import type { LockedProject } from "../lock/uv/stated.ts";
import { Unknown } from "../lock/uv/unknown.ts";
import { projectName, resolved, sourcesOf, toolUv, type UvProject, type UvWorkspace } from "../lock/uv/workspace.ts";
import { absolute, basename, dirname, kindOf, list, readIfThere } from "../runtime/node.ts";
import { PylockError } from "../words/errors.ts";

/** Whether the lock is as new as the workspace of this pyproject.toml. */
export function uvFreshnessIn(folder: string, lock: Lockfile, pyproject: Pyproject): Promise<Freshness> {
  return uvLockFreshness(lock, () => readUvWorkspace(folder, pyproject, lock.stated().projects));
}

/** The same of the lock of a script. */
export function uvScriptFreshness(script: string, lock: Lockfile): Promise<Freshness> {
  return uvLockFreshness(lock, () => readUvScript(script, lock.stated().projects));
}

/** A script alone. What it says at the top of its metadata, pyproject.toml says in [project]; [tool.uv] is the same. */
async function readUvScript(path: string, locked: readonly LockedProject[]): Promise<UvWorkspace> {
  const text = await readText(path);
  if (text === null) throw new Unknown(`there is no \`${basename(path)}\` beside it`);
  const metadata = inlineMetadata(text);
  const document: TomlTable = metadata === null ? {} : parsed(metadata, path);
  const root: UvProject = { folder: resolved(absolute(dirname(path)), "."), document, path };
  const said = new Section(document, "", path);
  const script = { requirements: said.texts("dependencies"), python: said.text("requires-python") };
  const around = await readAround(root, new Map(), locked);
  return { root, members: new Map(), ...around, settings: toolUv(root), script };
}

/** The workspace of the lock beside this pyproject.toml. Throws Unknown where uv would refuse it. */
async function readUvWorkspace(
  folder: string,
  { document, path }: Pyproject,
  locked: readonly LockedProject[],
): Promise<UvWorkspace> {
  const root: UvProject = { folder: resolved(absolute(folder), "."), document, path };
  const members = await readMembers(root);
  const around = await readAround(root, members, locked);
  return { root, members, ...around, settings: await readSettings(root), script: null };
}

/** What the sources and the lock name besides. */
async function readAround(
  root: UvProject,
  members: UvWorkspace["members"],
  locked: readonly LockedProject[],
): Promise<Pick<UvWorkspace, "others" | "files">> {
  const others = new Map<string, UvProject | null>();
  const files = new Set<string>();
  const known = new Set([...members.values()].map((member) => member.folder));
  const look = async (place: string): Promise<void> => {
    if (known.has(place)) return;
    known.add(place);
    const kind = await kindOf(place);
    // uv takes what is not there for a file when its name has an ending.
    if (kind === "file" || (kind === null && /[^/]\.[^/.]+$/.test(place))) files.add(place);
    else others.set(place, await readProject(place));
  };
  for (const project of [root, ...members.values()]) {
    for (const source of [...sourcesOf(project).values()].flat()) {
      if (source.has("path")) await look(resolved(project.folder, source.text("path") ?? ""));
    }
  }
  for (const project of locked) await look(resolved(root.folder, project.path));
  return { others, files };
}

/** uv.toml beside pyproject.toml takes the place of [tool.uv] in what is no matter of the workspace. */
async function readSettings(root: UvProject): Promise<Section> {
  const path = `${root.folder}/uv.toml`;
  const text = await readText(path);
  return text === null ? toolUv(root) : new Section(parsed(text, path), "", path);
}

async function readMembers(root: UvProject): Promise<Map<string, UvProject>> {
  const members = new Map<string, UvProject>();
  const name = projectName(root);
  if (name !== null) members.set(name, root);
  const workspace = toolUv(root).section("workspace");
  const isExcluded = excluder(workspace.texts("exclude"));
  const seen = new Set([root.folder]);
  const limit = { left: FOLDER_LIMIT };
  for (const pattern of workspace.texts("members")) {
    const parts = pattern.split("/").filter((part) => part !== "" && part !== ".");
    for (const folder of await matching(root.folder, parts, limit)) {
      if (seen.has(folder)) continue;
      seen.add(folder);
      if (isExcluded(relativeTo(root.folder, folder))) continue;
      const member = await readProject(folder);
      // uv refuses a folder that is no project, unless nothing in it counts.
      if (member === null) continue;
      const uv = toolUv(member);
      if (uv.has("managed") && !uv.flag("managed", true)) continue;
      const own = projectName(member);
      if (own === null) throw new Unknown(`uv refuses \`${member.path}\`: it has no [project]`);
      members.set(own, member);
    }
  }
  return members;
}

/** Folders that are looked into for patterns with `**`. */
const FOLDER_LIMIT = 20000;

/** The folders that a pattern's parts match, one part for each level, `**` for any number of them. */
async function matching(folder: string, parts: readonly string[], limit: { left: number }): Promise<string[]> {
  const [part, ...rest] = parts;
  if (limit.left-- <= 0) throw new Unknown("the workspace's members are spread over too many folders");
  if (part === undefined) return [folder];
  if (!/[*?[]/.test(part)) {
    const next = resolved(folder, part);
    return (await kindOf(next)) === "folder" ? matching(next, rest, limit) : [];
  }
  const found = part === "**" ? await matching(folder, rest, limit) : [];
  const pattern = new RegExp(`^${globSource(part, "[^/]")}$`, "s");
  for (const name of await list(folder)) {
    const next = `${folder}/${name}`;
    if ((part !== "**" && !pattern.test(name)) || (await kindOf(next)) !== "folder") continue;
    found.push(...(await matching(next, part === "**" ? parts : rest, limit)));
  }
  return found;
}

/** In patterns of what is left out a star stands for slashes, too. */
function excluder(patterns: readonly string[]): (path: string) => boolean {
  const all = patterns.map((pattern) => new RegExp(`^${globSource(pattern.replace(/^\.\//, ""), ".")}$`, "s"));
  return (path) => all.some((pattern) => pattern.test(path));
}

/** A pattern of the shell as a regular expression: `*`, `?`, `[ab]`, `[!ab]`. */
function globSource(pattern: string, any: string): string {
  return pattern.replace(/\*+|\?|\[!?\]?[^\]]*\]|[\\^$.|+(){}[\]]/g, (found) => {
    if (found.startsWith("*")) return `${any}*`;
    if (found === "?") return any;
    if (found.length > 1) return found.replace(/\\/g, "\\\\").replace(/^\[!/, "[^");
    return `\\${found}`;
  });
}

function relativeTo(folder: string, path: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

async function readProject(folder: string): Promise<UvProject | null> {
  const path = `${folder}/pyproject.toml`;
  const text = await readText(path);
  return text === null ? null : { folder, document: parsed(text, path), path };
}

async function readText(path: string): Promise<string | null> {
  const bytes = await readIfThere(path);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

function parsed(text: string, path: string): UvProject["document"] {
  try {
    return parseToml(text, path);
  } catch (error) {
    if (error instanceof PylockError) throw new Unknown(`\`${path}\` cannot be read: ${error.failure.message}`);
    throw error;
  }
}
