// edge-runtime, which may compile neither text nor WebAssembly: the modules are handed in, as the platforms of that kind do.
import { readFileSync } from "node:fs";
import { EdgeRuntime } from "edge-runtime";

const [folder] = process.argv.slice(2);
const runtime = new EdgeRuntime({
  codeGeneration: { strings: false, wasm: false },
  extend: (context) => {
    // Compiled outside: of another realm there.
    for (const name of ["core", "hash"]) {
      context[`wasm_${name}`] = new WebAssembly.Module(readFileSync(`${folder}/edge/${name}.wasm`));
    }
    context.projects = readFileSync(`${folder}/projects.json`, "utf8");
    return context;
  },
});
runtime.evaluate(readFileSync(`${folder}/edge/global.js`, "utf8"));
console.log(await runtime.evaluate("answer(JSON.parse(projects))"));
