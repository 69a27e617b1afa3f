// The examples in the doc comments of what the library exports: each is compiled against the published types, run against
// the built package, and prints what its comments say.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import ts from "typescript";
import { test } from "uvu";
import * as assert from "uvu/assert";

const FOLDER = resolve(".tmp/examples");

interface Example {
  /** `src/answers/check.ts:30`, the fence's line. */
  readonly place: string;
  readonly code: string;
  /** What the comments behind its calls of `console.log` say. */
  readonly printed: readonly string[];
}

const examples = sources("src").flatMap(examplesIn);

test("each function that the library exports has an example", async () => {
  for (const entry of ["index", "pure", "hash", "server"]) {
    const exported = (await import(pathToFileURL(resolve(`dist/${entry}.js`)).href)) as Record<string, unknown>;
    const name = entry === "index" ? "pylock2nix" : `pylock2nix/${entry}`;
    const from = new RegExp(`import \\{([^}]*)\\} from "(?:pylock2nix|${name})";`, "g");
    const shown = new Set(
      examples.flatMap(({ code }) => [...code.matchAll(from)].flatMap(([, names]) => names!.split(",").map(trimmed))),
    );
    const functions = Object.keys(exported).filter((key) => typeof exported[key] === "function");
    assert.ok(functions.length > 0, entry);
    assert.equal(
      functions.filter((key) => !shown.has(key) && key !== "SourceRecord"),
      [],
      entry,
    );
  }
});

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const files = examples.map((example, index) => {
  const file = join(FOLDER, `example-${index}.ts`);
  writeFileSync(file, example.code);
  return file;
});

test("the examples have right types", () => {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    types: ["node"],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
  });
  const wrong = ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
    const at = files.indexOf(resolve(file?.fileName ?? ""));
    return `${examples[at]?.place ?? file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  assert.equal(wrong, []);
});

for (const [index, { place, code, printed }] of examples.entries()) {
  test(`${place} prints what it says`, async () => {
    const file = join(FOLDER, `example-${index}.mjs`);
    const { target, module } = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    writeFileSync(file, ts.transpileModule(code, { compilerOptions: { target, module } }).outputText);
    const lines: string[] = [];
    const { log } = console;
    console.log = (...values: unknown[]) => lines.push(format(...values));
    try {
      await import(pathToFileURL(file).href);
    } finally {
      console.log = log;
    }
    assert.equal(lines, printed);
    assert.ok(printed.length > 0);
  });
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((each) => {
      const path = `${folder}/${each.name}`;
      return each.isDirectory() ? sources(path) : path.endsWith(".ts") ? [path] : [];
    });
}

/** The code in fences of doc comments. */
function examplesIn(path: string): Example[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/^ \* ```ts\n([\s\S]*?)^ \* ```$/gm)].map((found) => {
    const code = found[1]!.replace(/^ \* ?/gm, "");
    const line = text.slice(0, found.index).split("\n").length;
    const printed = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said!);
    return { place: `${path}:${line}`, code, printed };
  });
}

function trimmed(name: string): string {
  return name.trim();
}

test.run();
