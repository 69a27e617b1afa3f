// What the page asks the engine for, and what it gets: plain data, so that it can cross to a worker and back.

import type { Difference, LockFormat, WhyAnswer } from "pylock2nix";

/** A file as it was dropped. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface GivenFiles {
  readonly lock: NamedBytes;
  readonly pyproject: NamedBytes | null;
  /** pylock2nix.sources.json: what `pylock2nix prefetch` found. */
  readonly record: NamedBytes | null;
}

/** What is asked of a lock. */
export interface Selection {
  readonly target: string;
  readonly groups: readonly string[];
  readonly extras: readonly string[];
  /** uv: the member of the workspace to start from, `*` for every one; null for the project, where there is one. */
  readonly member: string | null;
}

export interface LockFacts {
  readonly name: string;
  readonly format: LockFormat;
  readonly version: string | null;
  readonly python: string | null;
  readonly packages: number;
  /** Whether a pyproject.toml came with it. */
  readonly hasProject: boolean;
  /** Each with whether it is chosen by default. */
  readonly groups: readonly (readonly [name: string, isChosen: boolean])[];
  readonly extras: readonly string[];
  readonly members: readonly string[];
  /** "cp313": newest first. */
  readonly pythons: readonly { readonly tag: string; readonly isAdmitted: boolean }[];
  readonly fresh: boolean | null;
  readonly because: string | null;
  /** As the command line prints them. */
  readonly warnings: readonly string[];
}

/** A package of the lock, as one selection finds it. */
export interface Row {
  readonly name: string;
  readonly version: string | null;
  readonly isInstalled: boolean;
  /** What it is installed from; null when it is not. `none`: no file fits. */
  readonly kind: string | null;
  readonly artifact: string | null;
  readonly hash: string | null;
  /** Bytes of the file; null where the lock states none. */
  readonly size: number | null;
  /** Rows of what it depends on here, and of what depends on it. */
  readonly needs: readonly number[];
  readonly neededBy: readonly number[];
}

/** What one selection installs. */
export interface Picture {
  readonly target: string;
  /** Installed or not, sorted by name. */
  readonly rows: readonly Row[];
  /** Rows that the project asks for itself, or that nothing else does. */
  readonly roots: readonly number[];
  /** The row of the project, where it is among the packages. */
  readonly self: number | null;
  /** The project's name, where it is not. */
  readonly project: string | null;
  /** As the command line prints it; null when the target is not refused. */
  readonly error: string | null;
  readonly problems: readonly string[];
}

/** Around a package, so many steps up and down; or everything. */
export type Extent = { readonly around: number; readonly steps: number } | null;

/** The graph that is drawn. Its positions come in pieces after it. */
export interface Scene {
  readonly id: number;
  /** The row of each node; -1 is the project, where no package stands for it. */
  readonly nodes: Int32Array;
  /** Index of node, index of node: from what requires to what is required. */
  readonly edges: Uint32Array;
  /** The steps of each node from the middle. */
  readonly depths: Uint16Array;
  readonly radii: Float32Array;
  /** How far from the middle each is to stand, and where the band of its depth ends. */
  readonly reaches: Float32Array;
  readonly bands: Float32Array;
  /** x and y of each node, as it starts. */
  readonly positions: Float32Array;
}

export type Comparison =
  | { readonly with: "target"; readonly target: string }
  /** `isNewer`: whether the other lock is what it changes to. */
  | { readonly with: "lock"; readonly isNewer: boolean };

export interface Compared extends Difference {
  /** Installed in both, alike. */
  readonly same: number;
  readonly before: string;
  readonly after: string;
}

export interface NixRequest {
  /** Null: those that are usual. */
  readonly target: string | null;
  /** `one`: the resolution is in the Nix file; `two`: beside it. */
  readonly files: "one" | "two";
}

export interface NixFile {
  readonly name: string;
  readonly text: string;
}

/** Each question with its answer. */
export interface Questions {
  open(files: GivenFiles): LockFacts;
  openOther(file: NamedBytes): { name: string; packages: number };
  /** A lock that nobody wrote: the same for the same number. */
  generate(packages: number): GivenFiles;
  resolve(selection: Selection): Picture;
  why(request: { selection: Selection; name: string }): WhyAnswer;
  compare(request: { selection: Selection; comparison: Comparison }): Compared;
  nix(request: NixRequest): { files: NixFile[]; targets: number; warnings: string[] };
  scene(extent: Extent): Scene;
  stopLayout(): null;
}

export type Question = keyof Questions;

export type ToEngine = { readonly id: number; readonly question: Question; readonly input: unknown };
export type FromEngine =
  | { readonly id: number; readonly answer: unknown }
  /** What is wrong with the input, as the command line prints it to a terminal, colours and all. */
  | { readonly id: number; readonly failure: string }
  | { readonly id: number; readonly crash: string }
  | { readonly scene: number; readonly positions: Float32Array; readonly isSettled: boolean };
