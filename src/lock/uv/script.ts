// The metadata inside a script (PEP 723), found as uv finds it (crates/uv-scripts/src/lib.rs, ScriptTag::parse).
//
// Invariant: lines are told apart by LF or CRLF, and nothing else of the script is read.

/**
 * The TOML between `# /// script` and the last `# ///` of the comment that goes on there; null where there is none, which uv
 * takes for a script that says nothing.
 */
export function inlineMetadata(script: string): string | null {
  const lines = script.split(/\r?\n/);
  const start = lines.indexOf("# /// script");
  if (start === -1) return null;
  const comment: string[] = [];
  for (const line of lines.slice(start + 1)) {
    if (line !== "#" && !line.startsWith("# ")) break;
    comment.push(line.slice(2));
  }
  const end = comment.lastIndexOf("///");
  return end === -1 ? null : comment.slice(0, end).join("\n");
}

/** `uv lock --script hello.py` writes hello.py.lock: the script's path for the lock's; null for another lock. */
export function scriptOf(lockPath: string): string | null {
  return lockPath.endsWith(".py.lock") ? lockPath.slice(0, -".lock".length) : null;
}
