// `pylock2nix serve`: the HTTP service on this machine.
//
// Invariant: it listens to this machine alone, unless `--host` says otherwise.

import { listen } from "../runtime/node/serve.ts";
import { print, printError } from "../runtime/node.ts";
import { createService, ROOMY } from "../service/service.ts";
import { shellError } from "../words/errors.ts";
import { type Command, HELP, JSON_OUTPUT } from "./command.ts";
import type { Option, Words } from "./words.ts";

const PORT: Option = {
  name: "--port",
  short: "-p",
  value: "N",
  help: "listen there (usually 8080; 0: any that is free)",
};
const HOST: Option = { name: "--host", value: "ADDRESS", help: "listen to that address instead of 127.0.0.1" };
const ORIGIN: Option = {
  name: "--origin",
  value: "ORIGIN",
  help: "let pages of that origin read the answers; * for all",
};

export const serveCommand: Command = {
  name: "serve",
  summary: "the HTTP service: locks are posted, answers come back",
  usage: "[options]",
  description: [
    "Answers over HTTP what the other commands do: /resolve, /check, /why, /diff, /needs, /freeze, /nix and",
    "/verify take a lock, `/` says how, /openapi.json for programs. Nothing is kept between requests, and no",
    "file of this machine is read. It ends when it is told to (SIGINT, SIGTERM), after the requests at hand. A",
    "body has at most 32 MiB; the library's `pylock2nix/server` is set to what a Worker bears, 2 MiB.",
  ].join("\n"),
  options: [PORT, HOST, ORIGIN, JSON_OUTPUT, HELP],
  examples: [
    ["pylock2nix serve", "on http://127.0.0.1:8080"],
    ["pylock2nix serve --port 0 --json", "on a free port, which it tells as data"],
    ["curl -F lock=@uv.lock 'http://127.0.0.1:8080/resolve?target=cp312-macos14-arm64'", "from elsewhere"],
  ],
  run,
};

async function run(words: Words): Promise<number> {
  if (words.paths.length > 0) throw shellError("too-many-words", { text: words.paths[0]!, detail: serveCommand.name });
  const port = readPort(words.value(PORT));
  const service = createService({ origins: words.list(ORIGIN), limits: ROOMY });
  const { address, ended } = await listen(service, words.value(HOST) ?? "127.0.0.1", port);
  if (words.has(JSON_OUTPUT)) print(`${JSON.stringify({ address })}\n`);
  else printError(`listening on ${address}\n`);
  await ended;
  return 0;
}

function readPort(text: string | null): number {
  if (text === null) return 8080;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw shellError("port", { text });
  return Number(text);
}
