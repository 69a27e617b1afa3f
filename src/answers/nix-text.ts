// The Nix file that loads a frozen resolution.
//
// Invariant: nothing of the lock becomes Nix code. Inline, the resolution is one string literal in which every character
// that means something to Nix is escaped.

import type { Frozen } from "./freeze.ts";

/** Where the parts are, seen from the file. */
export interface NixTextOptions {
  /** Where the Nix library is: a path from the file, `.pylock2nix` if not said. */
  readonly library?: string | undefined;
  /** The project's folder: a path from the file's, "" or not said for the same. */
  readonly projectDir?: string | undefined;
  /** The file of the frozen resolution, a path from the file; if not said, the resolution is in the text. */
  readonly data?: string | undefined;
  /** Comment lines for the top, each with its `#` and line feed. */
  readonly comment?: string | undefined;
}

/**
 * The text of a Nix file that holds a frozen resolution and gives its packages, for a library at `./.pylock2nix` or wherever
 * `library` is passed from.
 *
 * @example
 * ```ts
 * import { freeze, guard, readLock, toNix } from "pylock2nix";
 *
 * const text = "six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n";
 * const lock = readLock(text, { path: "requirements.txt" });
 * const frozen = freeze(lock, { ...(await guard(text)), targets: ["cp312-linux-x86_64-glibc2.40"] });
 * console.log(toNix(frozen).split("\n")[1]); //   library ? ./.pylock2nix,
 * ```
 */
export function toNix(frozen: Pick<Frozen, "json">, options: NixTextOptions = {}): string {
  const { library = ".pylock2nix", projectDir = "", data, comment = "" } = options;
  const lines = [
    "{",
    `  library ? ${nixPath(library)},`,
    "  ...",
    "}@arguments:",
    "let",
    `  projectDir = ./. + ${nixString(projectDir === "" ? "" : `/${projectDir}`)};`,
    `  data = ${data === undefined ? `builtins.fromJSON ${nixString(frozen.json)}` : nixPath(data)};`,
    '  resolution = import (library + "/load.nix") { inherit projectDir; resolution = data; };',
    "in",
    'import library ({ inherit projectDir resolution; } // removeAttrs arguments [ "library" ])',
  ];
  return `${comment}${lines.join("\n")}\n`;
}

/** A path from the file: as a literal where it can be one. */
function nixPath(path: string): string {
  return /^[A-Za-z0-9._+-]+(?:\/[A-Za-z0-9._+-]+)*$/.test(path) ? `./${path}` : `(./. + ${nixString(`/${path}`)})`;
}

/** A double-quoted Nix string: backslash, quote and dollar sign are all that it gives a meaning to. */
function nixString(text: string): string {
  return `"${text.replace(/[\\"$]/g, "\\$&")}"`;
}
