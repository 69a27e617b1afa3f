// The Nix text of a lock, in one file or with the resolution beside it as `pylock2nix nix` writes it.

import { type Frozen, freeze, toNix } from "pylock2nix";
import type { Opened } from "./opened.ts";
import type { NixRequest, Questions } from "./protocol.ts";

export async function nixOf(opened: Opened, { target, files }: NixRequest): Promise<ReturnType<Questions["nix"]>> {
  const { lock, record } = opened;
  const frozen = freeze(lock, {
    ...(await opened.guard()),
    ...(record !== null && { record }),
    ...(target !== null && { targets: [target] }),
  });
  const warnings = [
    ...refusals(frozen.refused),
    ...(frozen.lacksFileNames ? ["the lock has hashes without the names of their files"] : []),
    ...frozen.unrecorded.map((name) => `${name}: no hash of its git source is recorded`),
  ];
  const isLacking = frozen.lacksFileNames || frozen.unrecorded.length > 0;
  if (isLacking) warnings.push("`pylock2nix prefetch` finds and records what is missing");
  const text = files === "one" ? toNix(frozen) : toNix(frozen, { data: RESOLUTION });
  const written = [{ name: "pylock2nix.nix", text }];
  if (files === "two") written.push({ name: RESOLUTION, text: frozen.json });
  return { files: written, targets: frozen.targets.length, warnings };
}

/** Each reason once, with the targets that it is of. */
function refusals(refused: Frozen["refused"]): string[] {
  const targets = new Map<string, string[]>();
  for (const { target, error } of refused) {
    const reason = error?.message ?? "refused";
    targets.set(reason, [...(targets.get(reason) ?? []), target]);
  }
  return [...targets].map(([reason, names]) =>
    names.length === 1 ? `${names[0]}: ${reason}` : `${names.length} targets: ${reason}`,
  );
}

const RESOLUTION = "pylock2nix.json";
