// Requirements as uv takes them: what a lock has of one, and what a project's requirement with its [tool.uv.sources] comes to
// (crates/uv-distribution/src/metadata/lowering.rs; crates/uv-distribution-types/src/requirement.rs).
//
// Invariant: what uv takes to come from the same place has the same place.

import { FORM_HAS_EXTRA, FORM_IS_PIN, FORM_IS_PRERELEASE, NODE_ALWAYS, NODE_NEVER } from "../../core/abi.ts";
import type { Form, FormRequest } from "../../core/core.ts";
import { normalizeName } from "../name.ts";
import type { Section } from "../pyproject/toml.ts";
import type { Declaration } from "./declaration.ts";
import type { LockTable, LockValue } from "./stated.ts";
import { Unknown } from "./unknown.ts";
import {
  isPackage,
  projectName,
  requiredMembers,
  resolved,
  sourcesOf,
  toolUv,
  type UvProject,
  type UvWorkspace,
} from "./workspace.ts";

/** The core's form of a requirement; throws Unknown for one that it cannot read. */
export type Former = (request: Omit<FormRequest, "python"> & { readonly python?: readonly string[] }) => Form;

// --- The lock's ------------------------------------------------------------------------------------------------------------

/** A row of requires-dist, requires-dev or [manifest]. */
export function lockedDeclaration(row: LockTable, folder: string, form: Former): Declaration {
  const text = (key: string): string | null => (typeof row[key] === "string" ? (row[key] as string) : null);
  const extras = listOf(row.extras ?? row.extra);
  const found = form({
    text: `${text("name")}${extras.length === 0 ? "" : `[${extras.join(",")}]`}${text("specifier") ?? ""}`,
    marker: text("marker") ?? "",
  });
  const place = (): string => {
    const git = text("git");
    if (git !== null) return gitKey(git, gitParameters(git));
    const url = text("url");
    if (url !== null) return urlKey(url, text("subdirectory"));
    for (const kind of ["path", "directory", "editable", "virtual"] as const) {
      const path = text(kind);
      if (path !== null) return `${kind} ${resolved(folder, path)}`;
    }
    const index = text("index");
    return indexKey(index, row.conflict === undefined ? null : conflictText(row.conflict));
  };
  return declared(found, place());
}

function conflictText(value: LockValue): string {
  const table = value as LockTable;
  return [table.package, table.extra ?? "", table.group ?? ""].join(" ");
}

function listOf(value: LockValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

// --- The project's -----------------------------------------------------------------------------------------------------------

/** Where a requirement stands. */
export interface Place {
  /** The project, or the workspace's root for what is the workspace's own. */
  readonly project: UvProject;
  /** The name that may be required of itself; null for the workspace's own. */
  readonly own: string | null;
  /** The extra or the group that it belongs to. */
  readonly extra?: string;
  readonly group?: string;
  /** Further markers that groups put on it. */
  readonly markers?: readonly string[];
}

/** What a requirement comes to: one for each source that it has, and one for where no source counts. */
export function wantedDeclarations(text: string, place: Place, workspace: UvWorkspace, form: Former): Declaration[] {
  const outer = [...(place.extra === undefined ? [] : [`extra == '${place.extra}'`]), ...(place.markers ?? [])];
  const markers = (inner: string | null): string =>
    [...outer, ...(inner === null ? [] : [inner])].map((each) => `(${each})`).join(" and ");
  const plain = form({ text, marker: markers(null) });
  const name = plain.name ?? "";
  const sources = sourcesFor(name, place, workspace);
  refuseMember(name, place, sources, workspace);
  if (sources === null) return [declared(plain, plainPlace(plain, workspace))];
  const declarations: Declaration[] = [];
  const add = (of: string, request: Parameters<Former>[0]): void => {
    // What never counts is left out before Python is looked at.
    if (form({ ...request, python: [] }).marker !== NODE_NEVER) declarations.push(declared(form(request), of));
  };
  for (const { source, base } of sources) {
    const marker = markers(source.text("marker"));
    add(sourceKey(source, base, name, place, workspace), { text, marker });
  }
  const without = sources.map(({ source }) => source.text("marker") ?? "");
  add(plainPlace(plain, workspace), { text, marker: markers(null), without });
  return declarations;
}

interface FoundSource {
  readonly source: Section;
  /** Whose file says it: paths are relative to that. */
  readonly base: UvProject;
}

/** The project's own sources, else the workspace's; of those the ones for this extra or group. Null for none at all. */
function sourcesFor(name: string, { project, extra, group }: Place, { root }: UvWorkspace): FoundSource[] | null {
  for (const base of [project, root]) {
    const found = sourcesOf(base).get(name);
    if (found === undefined) continue;
    return found.flatMap((source) => {
      const ofExtra = source.text("extra");
      const ofGroup = source.text("group");
      if (ofExtra !== null && normalizeName(ofExtra) !== extra) return [];
      if (ofGroup !== null && normalizeName(ofGroup) !== group) return [];
      return [{ source, base }];
    });
  }
  return null;
}

/** A member has to be required as one. */
function refuseMember(name: string, { own }: Place, sources: FoundSource[] | null, { members }: UvWorkspace): void {
  if (name === own || !members.has(name)) return;
  if (sources?.every(({ source }) => source.values.workspace === true)) return;
  throw new Unknown(
    `uv refuses it: \`${name}\` is a member of the workspace and has no \`workspace = true\` in its sources`,
  );
}

function sourceKey(source: Section, base: UvProject, name: string, place: Place, workspace: UvWorkspace): string {
  if (source.has("git")) return gitSourceKey(source);
  const url = source.text("url");
  if (url !== null) return urlKey(url, source.text("subdirectory"));
  if (source.has("path")) return pathKey(source, base, workspace);
  if (source.has("index")) {
    const index = indexAddress(source.text("index") ?? "", base, place, workspace);
    const extra = source.text("extra");
    const group = source.text("group");
    const isBound = place.own !== null && (extra !== null || group !== null);
    const conflict = isBound ? [place.own, extra ?? "", extra === null ? (group ?? "") : ""].join(" ") : null;
    return indexKey(index, conflict);
  }
  if (source.values.workspace === true) return memberKey(name, workspace);
  throw new Unknown(`the source of \`${name}\` is of a kind that is not known here`);
}

function gitSourceKey(source: Section): string {
  const references = ["rev", "tag", "branch"] as const;
  const kind = references.find((each) => source.has(each));
  return gitKey(source.text("git") ?? "", {
    reference: kind === undefined ? "" : `${kind}=${source.text(kind)}`,
    subdirectory: source.text("subdirectory") ?? "",
    path: source.text("path") ?? "",
    lfs: source.flag("lfs", false),
  });
}

/** path_source: a folder that is installed in place, one that is not built, any other, or a file. */
function pathKey(source: Section, base: UvProject, workspace: UvWorkspace): string {
  const path = resolved(base.folder, source.text("path") ?? "");
  if (workspace.files.has(path)) return `path ${path}`;
  if (source.flag("editable", false)) return `editable ${path}`;
  const project = folderAt(path, workspace);
  const builds = source.has("package") ? source.flag("package", true) : project === null || isPackage(project, false);
  return `${builds ? "directory" : "virtual"} ${path}`;
}

function folderAt(path: string, { members, others }: UvWorkspace): UvProject | null {
  return [...members.values()].find(({ folder }) => folder === path) ?? others.get(path) ?? null;
}

/** workspace_source. */
function memberKey(name: string, workspace: UvWorkspace): string {
  const member = workspace.members.get(name);
  if (member === undefined) throw new Unknown(`uv refuses it: \`${name}\` is no member of the workspace`);
  const required = requiredMembers(workspace);
  if (!isPackage(member, !required.has(name))) return `virtual ${member.folder}`;
  return `${(required.get(name) ?? true) ? "editable" : "directory"} ${member.folder}`;
}

/** The index of that name, of the project first. */
function indexAddress(name: string, base: UvProject, { project }: Place, { root }: UvWorkspace): string {
  for (const owner of new Set([project, base, root])) {
    for (const index of indexesOf(owner)) {
      if (index.text("name") !== name) continue;
      const url = index.text("url") ?? "";
      // A folder's address is that of the folder as it is on this machine, in the lock as well.
      return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : new URL(`file://${resolved(owner.folder, url)}`).href;
    }
  }
  throw new Unknown(`uv refuses it: there is no index \`${name}\``);
}

export function indexesOf(project: UvProject): Section[] {
  return tablesOf(toolUv(project), "index");
}

/** An array of tables. */
export function tablesOf(section: Section, name: string): Section[] {
  return section.list(name).map((entry) => {
    if (typeof entry !== "object" || Array.isArray(entry) || entry instanceof Date) {
      throw section.wrong(name, "an array of tables");
    }
    return section.inner(name, entry as Section["values"]);
  });
}

/** Without a source: an index, or the address that the requirement itself names. */
function plainPlace({ url }: Form, { root }: UvWorkspace): string {
  if (url === null) return indexKey(null, null);
  if (url.startsWith("git+")) return directGitKey(url);
  if (/^https?:/.test(url)) {
    const subdirectory = /[#&]subdirectory=([^&]*)/.exec(url)?.[1];
    return urlKey(url, subdirectory === undefined ? null : decodeURIComponent(subdirectory));
  }
  if (url.startsWith("file://")) return `path ${resolved(root.folder, decodeURIComponent(new URL(url).pathname))}`;
  throw new Unknown(`the address \`${url}\` is of a kind that is not known here`);
}

/** `git+https://host/repository@reference#subdirectory=folder`. */
function directGitKey(url: string): string {
  const [address = "", fragment = ""] = url.slice("git+".length).split("#", 2);
  const at = address.lastIndexOf("@");
  const hasReference = at > address.indexOf("://") + 3 && address.indexOf("/", address.indexOf("://") + 3) < at;
  const parameters = new URLSearchParams(fragment);
  return gitKey(hasReference ? address.slice(0, at) : address, {
    reference: hasReference ? `rev=${decodeURIComponent(address.slice(at + 1))}` : "",
    subdirectory: parameters.get("subdirectory") ?? "",
    path: parameters.get("path") ?? "",
    lfs: parameters.get("lfs")?.toLowerCase() === "true",
  });
}

// --- Keys ---------------------------------------------------------------------------------------------------------------------

interface GitParameters {
  readonly reference: string;
  readonly subdirectory: string;
  readonly path: string;
  readonly lfs: boolean;
}

/** The query of the lock's address: `?subdirectory=&rev=`. */
function gitParameters(address: string): GitParameters {
  const query = addressOf(address).searchParams;
  const kind = (["tag", "branch", "rev"] as const).find((each) => query.has(each));
  return {
    reference: kind === undefined ? "" : `${kind}=${query.get(kind)}`,
    subdirectory: query.get("subdirectory") ?? "",
    path: query.get("path") ?? "",
    lfs: query.get("lfs")?.toLowerCase() === "true",
  };
}

function gitKey(address: string, { reference, subdirectory, path, lfs }: GitParameters): string {
  const url = withoutCredentials(address);
  url.search = "";
  url.hash = "";
  return JSON.stringify(["git", url.href, reference, subdirectory, path, lfs]);
}

function urlKey(address: string, subdirectory: string | null): string {
  const url = withoutCredentials(address);
  url.hash = "";
  return JSON.stringify(["url", url.href, subdirectory ?? ""]);
}

function indexKey(index: string | null, conflict: string | null): string {
  return JSON.stringify([INDEX, index === null ? null : indexText(index), conflict]);
}

const INDEX = "index";

/** An index's address as uv compares it. */
export function indexText(address: string): string {
  return withoutCredentials(address).href;
}

function addressOf(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new Unknown(`\`${text}\` is no address`);
  }
}

/** The user `git` of ssh is no secret, and is part of the address. */
function withoutCredentials(text: string): URL {
  const url = addressOf(text);
  if (url.protocol === "ssh:" && url.username === "git" && url.password === "") return url;
  url.username = "";
  url.password = "";
  return url;
}

/** Only what comes from an index has versions to choose from. */
function declared(form: Form, place: string): Declaration {
  const isIndexed = place.startsWith(`["${INDEX}"`);
  return {
    name: form.name ?? "",
    extras: [...new Set(form.extras.split(",").filter((extra) => extra !== ""))],
    place,
    marker: form.marker,
    range: isIndexed ? form.range : NODE_ALWAYS,
    specifiers: isIndexed ? form.specifiers : 0,
    isPrerelease: isIndexed && (form.flags & FORM_IS_PRERELEASE) !== 0,
    isPin: isIndexed && (form.flags & FORM_IS_PIN) !== 0,
    asksExtra: (form.flags & FORM_HAS_EXTRA) !== 0,
  };
}

/** Whether the project of that folder is this one. */
export function isProject(project: UvProject): boolean {
  return projectName(project) !== null;
}
