// Where the user's machine has what programs may keep between runs.

import { join } from "node:path";

/** Our folder in the user's cache (XDG Base Directory Specification; Windows: LOCALAPPDATA); null where there is none. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string | null {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = environment;
  const base = XDG_CACHE_HOME || (process.platform === "win32" ? LOCALAPPDATA : HOME && join(HOME, ".cache"));
  return base ? join(base, "pylock2nix") : null;
}
