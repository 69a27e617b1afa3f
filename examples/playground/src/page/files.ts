// Files that were dropped or chosen: which is the lock, which the project, which what was recorded beside it.

import type { GivenFiles, NamedBytes } from "../engine/protocol.ts";
import { byId } from "./dom.ts";

export interface Dropped {
  readonly files: GivenFiles;
  /** A second lock: what the first is compared with. */
  readonly other: NamedBytes | null;
}

/** What belongs to a lock without being one. */
export function isBeside({ name }: NamedBytes): boolean {
  return isProject(name) || name === RECORD;
}

const isProject = (name: string): boolean => /^pyproject.*\.toml$/i.test(name);
const RECORD = "pylock2nix.sources.json";

/** What comes without a lock goes with the one from before. Null: there is none. */
export function sorted(all: readonly NamedBytes[], before: GivenFiles | null): Dropped | null {
  const pyproject = all.find(({ name }) => isProject(name)) ?? null;
  const record = all.find(({ name }) => name === RECORD) ?? null;
  const [lock, other = null] = all.filter((file) => !isBeside(file));
  if (lock !== undefined) return { files: { lock, pyproject, record }, other };
  if (before === null || (pyproject === null && record === null)) return null;
  const files = { lock: before.lock, pyproject: pyproject ?? before.pyproject, record: record ?? before.record };
  return { files, other: null };
}

export async function read(files: Iterable<File>): Promise<NamedBytes[]> {
  return Promise.all(
    [...files].map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
}

/** Files dropped anywhere on the page. */
export function acceptDrops(take: (files: NamedBytes[]) => void): void {
  let inside = 0;
  const show = (): void => {
    document.body.classList.toggle("is-dropping", inside > 0);
  };
  const isOfFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragenter", (event) => {
    if (!isOfFiles(event)) return;
    inside++;
    show();
  });
  addEventListener("dragleave", (event) => {
    if (!isOfFiles(event)) return;
    inside = Math.max(0, inside - 1);
    show();
  });
  addEventListener("dragover", (event) => {
    if (isOfFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    inside = 0;
    show();
    if (!isOfFiles(event)) return;
    event.preventDefault();
    void read(event.dataTransfer?.files ?? []).then(take);
  });
}

/** Asks for files with the browser's own dialog. */
export function pick(id: "files" | "other-file", take: (files: NamedBytes[]) => void): void {
  const input = byId<HTMLInputElement>(id);
  input.onchange = () => {
    const chosen = [...(input.files ?? [])];
    // So that the same file can be chosen again.
    input.value = "";
    if (chosen.length > 0) void read(chosen).then(take);
  };
  input.click();
}

/** The files of the example: JSON, gzip, base64. The second lock is the same project's of a year before. */
export async function exampleFiles(): Promise<NamedBytes[]> {
  const packed = Uint8Array.from(atob(byId("example-files").textContent.trim()), (character) =>
    character.charCodeAt(0),
  );
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const files = (await new Response(stream).json()) as Record<string, string>;
  return Object.entries(files).map(([name, text]) => ({ name, bytes: new TextEncoder().encode(text) }));
}
