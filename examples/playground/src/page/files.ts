// Files that were dropped or chosen: which is the lock, which the project, which what was recorded beside it.

import type { GivenFiles, NamedBytes } from "../engine/protocol.ts";
import { byId } from "./dom.ts";

export interface Dropped {
  readonly files: GivenFiles;
  /** A second lock: what the first is compared with. */
  readonly other: NamedBytes | null;
}

/** Null: no lock among them. */
export function sorted(all: readonly NamedBytes[]): Dropped | null {
  const project = all.find(({ name }) => /^pyproject.*\.toml$/i.test(name)) ?? null;
  const record = all.find(({ name }) => name === "pylock2nix.sources.json") ?? null;
  const [lock, other = null] = all.filter((file) => file !== project && file !== record);
  return lock === undefined ? null : { files: { lock, pyproject: project, record }, other };
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
