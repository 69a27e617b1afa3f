// Builds dist/bin/: the command as it is published, from src/cli/main.ts and what it needs.
//
// CommonJS, since on Node 20 the loader of ES modules alone takes a sixth of the time that Node takes to start. A file for
// the start, one for all that reads locks, one for each command: more files than these cost 0.4 ms each, and to read what
// is not used 2 ms for 100 KB. The two WebAssembly modules stay files in wasm/: as text they would have to be decoded.
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rolldown } from "rolldown";

const FOLDER = "dist/bin";
/** What every start needs; what else commands share waits until one of them is asked for. */
const START =
  /\/src\/(core\/abi|words\/.*|runtime\/node|lock\/formats|answers\/report|cli\/(main|report|command|words))\.ts$|^\0rolldown/;

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const written = [
  ...(await write("src/cli/main.ts", "main", {
    codeSplitting: {
      groups: [
        { name: "main", test: START, priority: 2 },
        { name: "lock", test: (id) => !START.test(id), minShareCount: 3, priority: 1 },
      ],
    },
  })),
  // By themselves, so that a thread, or a process that measures, reads no more than it needs.
  ...(await write("src/runtime/node/hash-worker.ts", "hash-worker")),
  ...(await write("src/bench/bench-process.ts", "bench-process")),
];
const digest = createHash("sha256");
for (const { code } of written) digest.update(code);
// The ways in: each loads the rest with what V8 has compiled of it.
const load = `exports.loader(__dirname, "${digest.digest("hex").slice(0, 16)}", require)("./main.cjs")`;
const KEPT_CODE = "src/runtime/node/kept-code.ts";
await write(KEPT_CODE, "pylock2nix", { banner: "#!/usr/bin/env node", footer: `${load}.start();` });
await write(KEPT_CODE, "several-worker", { footer: `${load}.work();` });
chmodSync(`${FOLDER}/pylock2nix.cjs`, 0o755);
writeLicenses(written);

async function write(input, name, options = {}) {
  const bundle = await rolldown({
    input: { [name]: input },
    platform: "node",
    plugins: [modulesFromFiles()],
    preserveEntrySignatures: "allow-extension",
    // @iarna/toml asks for util.inspect by eval, so that bundlers do not see it.
    checks: { eval: false },
    optimization: { inlineConst: { mode: "all", pass: 2 } },
  });
  const names = { entryFileNames: "[name].cjs", chunkFileNames: "[name].cjs" };
  const { output } = await bundle.generate({
    format: "cjs",
    ...names,
    codeSplitting: false,
    ...options,
    // Names stay, for the traces of our own faults.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  for (const { fileName, code } of output) writeFileSync(`${FOLDER}/${fileName}`, ascii(code));
  return output;
}

/** V8 reads text of one byte a character quicker. */
function ascii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** `#core` and `#hash` as compiled from the files; the second when it is first asked for, as most commands hash nothing. */
function modulesFromFiles() {
  const code = (name) => `import { readFileSync } from "node:fs";
import { join } from "node:path";
const compile = () => new WebAssembly.Module(readFileSync(join(import.meta.dirname, "../../wasm/${name}.wasm")));
`;
  const modules = {
    "#core": `${code("core")}export default compile();`,
    "#hash": `${code("hash")}let compiled;\nexport default () => (compiled ??= compile());`,
  };
  return {
    name: "modules-from-files",
    resolveId: (id) => (id in modules ? `\0${id}` : null),
    load: (id) => modules[id.slice(1)] ?? null,
  };
}

/** The terms of what is bundled ask that they go with it. */
function writeLicenses(chunks) {
  const files = chunks.flatMap(({ modules = {} }) => Object.keys(modules));
  const packages = new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
  const terms = [...packages].sort().map((name) => {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
    return `${name} ${version}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`;
  });
  writeFileSync(`${FOLDER}/LICENSES`, terms.join("\n\n"));
}
