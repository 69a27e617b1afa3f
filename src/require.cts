// What `require("pylock2nix")` comes to where Node.js cannot give ES modules to CommonJS: package.json, "exports".

throw Object.assign(
  new Error(
    'pylock2nix is an ES module. Load it with `await import("pylock2nix")`, or with `require` on Node.js 20.19, 22.12 or newer.',
  ),
  { code: "ERR_REQUIRE_ESM" },
);
