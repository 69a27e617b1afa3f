// @iarna/toml asks for Node's name of the global object, when it is loaded and when it parses (lib/create-date.js,
// parse-string.js). Where that name is free it is given, unseen by whoever lists the names: Workers and browsers lack it.
//
// This package says that no module of it has side effects; this one is kept because the function is used.

giveGlobal();

export function giveGlobal(): void {
  if (!("global" in globalThis)) Object.defineProperty(globalThis, "global", { value: globalThis, configurable: true });
}
