// The Nix text of a lock, in one file or with the resolution beside it as `pylock2nix nix` writes it.

import { freeze, toNix } from "pylock2nix";
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
    ...frozen.refused.map(
      ({ target: name, error }) => `${name} is refused${error === null ? "" : `: ${error.message}`}`,
    ),
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

const RESOLUTION = "pylock2nix.json";
