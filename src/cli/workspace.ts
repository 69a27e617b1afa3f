// From a folder without a lock to the uv.lock that uv uses there: that of the project around it, or of its workspace.
//
// uv: crates/uv-workspace/src/workspace.rs, VirtualProject::discover, ProjectWorkspace::from_project and find_workspace.
// Invariant: nothing is read but pyproject.toml of this folder and of those above it.

import { normalizeName } from "../lock/name.ts";
import { parseToml, Section } from "../lock/pyproject/toml.ts";
import { absolute, dirname, join, kindOf, readIfThere, relative } from "../runtime/node.ts";
import { shellError } from "../words/errors.ts";

export interface Place {
  readonly lock: string;
  /** The member of the workspace that the folder is in, where that is not the workspace's own project. */
  readonly member: string | null;
}

/** Null where uv would use no lock that is there. */
export async function findWorkspaceLock(folder: string): Promise<Place | null> {
  const project = await nearestProject(absolute(folder));
  if (project === null) return null;
  const root = await workspaceOf(project);
  const lock = join(root?.folder ?? project.folder, "uv.lock");
  if ((await kindOf(lock)) !== "file") return null;
  const name = project.document.section("project").text("name");
  return {
    lock: folder === absolute(folder) ? lock : relative(".", lock),
    member: root === null || name === null ? null : normalizeName(name),
  };
}

/** A folder with a pyproject.toml. */
interface Project {
  readonly folder: string;
  readonly document: Section;
}

/** The folder itself, or the first above it. */
async function nearestProject(folder: string): Promise<Project | null> {
  const bytes = await readIfThere(join(folder, "pyproject.toml"));
  if (bytes !== null) return { folder, document: read(bytes, relative(".", join(folder, "pyproject.toml"))) };
  const above = dirname(folder);
  return above === folder ? null : nearestProject(above);
}

/** The workspace above a project that has it as a member; null where there is none, and the project is its own. */
async function workspaceOf({ folder, document }: Project): Promise<Project | null> {
  const uv = document.section("tool").section("uv");
  if (uv.has("workspace") || !document.has("project") || !uv.flag("managed", true)) return null;
  const above = dirname(folder);
  const root = above === folder ? null : await nearestProject(above);
  // Any other project ends the search: this one is an example or a test of it.
  const workspace = root?.document.section("tool").section("uv");
  if (root === null || workspace?.has("workspace") !== true) return null;
  const { members, exclude } = globs(workspace.section("workspace"));
  const path = relative(root.folder, folder).replaceAll("\\", "/");
  return members.some((glob) => glob.test(path)) && !exclude.some((glob) => glob.test(path)) ? root : null;
}

function globs(workspace: Section): { members: RegExp[]; exclude: RegExp[] } {
  return {
    members: workspace.texts("members").map((glob) => expression(glob, "[^/]")),
    exclude: workspace.texts("exclude").map((glob) => expression(glob, ".")),
  };
}

/**
 * A pattern of Rust's `glob`, as uv 0.13.9 matches it: `**` is any number of folders, `*` any text, `?` any character. In
 * `exclude` the last two match a slash too (`exclude = ["libs/*"]` keeps libs/a/b out), in `members` they do not.
 */
function expression(glob: string, any: "." | "[^/]"): RegExp {
  const parts =
    join(glob)
      .replaceAll("\\", "/")
      .replace(/\/$/, "")
      .match(/\*\*\/|\*+|\?|\[!?\]?[^\]]*\]|[\s\S]/gu) ?? [];
  const source = parts.map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part.startsWith("*")) return `${any}*`;
    if (part === "?") return any;
    if (part.length > 1 && part.startsWith("[")) {
      const set = part
        .slice(1, -1)
        .replace(/^!/, "")
        .replace(/[\\\]^[]/g, "\\$&");
      return `(?=${any})[${part[1] === "!" ? "^" : ""}${set}]`;
    }
    return part.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
  });
  return new RegExp(`^${source.join("")}$`, "su");
}

function read(bytes: Uint8Array, path: string): Section {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw shellError("pyproject-utf8", { path });
  }
  return new Section(parseToml(text, path), "", path);
}

/** The lock that a folder should have, by what its pyproject.toml or its Pipfile shows: its name, null when nothing does. */
export async function expectedLock(folder: string): Promise<string | null> {
  const path = join(folder, "pyproject.toml");
  const bytes = await readIfThere(path);
  if (bytes !== null) {
    const document = read(bytes, path);
    const tool = document.section("tool");
    const backend = document.section("build-system").text("build-backend") ?? "";
    const shown = TOOLS.find(({ table }) => tool.has(table)) ?? TOOLS.find((each) => each.backend.test(backend));
    if (shown !== undefined) return shown.lock;
  }
  return (await kindOf(join(folder, "Pipfile"))) === "file" ? "Pipfile.lock" : null;
}

/** uv first: its table is the most deliberate of several in one file, where Poetry's and PDM's may be left from before. */
const TOOLS = [
  { table: "uv", backend: /^uv_build$/, lock: "uv.lock" },
  { table: "pdm", backend: /^pdm\./, lock: "pdm.lock" },
  { table: "poetry", backend: /^poetry\./, lock: "poetry.lock" },
];
