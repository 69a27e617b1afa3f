// Builds dist/index.html: the page in one file, with the library, the core and the example in it, and a policy that lets
// run what stands in it and nothing else.
//   node build.mjs       needs the repository's `npm run build:core` before it
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = import.meta.dirname;
const REPOSITORY = join(HERE, "../..");

const engine = await bundled("src/engine/start.ts");
const parts = {
  engine,
  page: await bundled("src/page/main.ts"),
  style: await bundled("src/styles/page.css"),
  example: packed({ "uv.lock": "uv.lock", "before.lock": "before.lock", "pyproject.toml": "pyproject.toml" }),
};
parts.licenses = ["d3-force", "d3-dispatch", "d3-quadtree", "d3-timer", "@iarna/toml"].map(terms).join("\n");
parts.policy = [
  "default-src 'none'",
  // The engine as a script is for browsers that give a page no worker.
  `script-src ${hashOf(parts.page)} ${hashOf(parts.engine)} 'wasm-unsafe-eval'`,
  `style-src ${hashOf(parts.style)}`,
  "worker-src blob:",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const template = readFileSync(join(HERE, "src/index.html"), "utf8");
mkdirSync(join(HERE, "dist"), { recursive: true });
writeFileSync(
  join(HERE, "dist/index.html"),
  template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]),
);

/** As text that can stand in an element: nothing in it ends the element. */
async function bundled(entry) {
  const { outputFiles } = await build({
    absWorkingDir: HERE,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: ["chrome123", "firefox121", "safari17.5"],
    // What `npm install pylock2nix` would bring.
    alias: { pylock2nix: join(REPOSITORY, "src/index.ts") },
    plugins: [{ name: "without-eval", setup: withoutEval }],
    legalComments: "none",
    logLevel: "error",
  });
  return outputFiles[0].text
    .trim()
    .replace(/<\/(?=script|style)/gi, "<\\/")
    .replaceAll("<!--", "<\\!--");
}

/** The terms of what is bundled ask that they go with it. */
function terms(name) {
  const folder = join(name.startsWith("@iarna") ? REPOSITORY : HERE, "node_modules", name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return `${name} ${version}\n\n${readFileSync(join(folder, "LICENSE"), "utf8")}`;
}

/** @iarna/toml asks for a part of Node by eval, which the policy refuses, and reports. */
function withoutEval({ onLoad }) {
  onLoad({ filter: /@iarna\/toml\/lib\/toml-parser\.js$/ }, ({ path }) => {
    const contents = readFileSync(path, "utf8").replace("eval(\"require('util').inspect\")", "undefined");
    if (contents.includes("eval(")) throw new Error(`${path}: an eval is left`);
    return { contents };
  });
}

function packed(files) {
  const texts = Object.entries(files).map(([name, file]) => [name, readFileSync(join(HERE, "example", file), "utf8")]);
  return gzipSync(JSON.stringify(Object.fromEntries(texts)), { level: 9 }).toString("base64");
}

function hashOf(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
