// A transform for asc that makes a module small: word literals as counted bytes of ASCII, and nothing inlined by decree.
//
// asc keeps a string as UTF-16 behind a header of 20 bytes; a word of seven letters takes 34 bytes, here 8. Only literals
// that the program passes as values change; assembly/memory/bytes.ts (`wordSize`, `wordByte`) reads both forms.
//
// Invariant: the program means the same with and without: where a type says `string`, an address stands afterwards.
import { Node, NodeKind, Source } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

/** For each set of `--use` options the words that a program compiled with it had. */
const used = new Map();

export default class CompactWords extends Transform {
  /** Word -> the function that gives its address. */
  #names = new Map();
  /** The `--use` options. */
  #kind = "";

  afterParse(parser) {
    for (const source of parser.sources) {
      if (!source.normalizedPath.startsWith("~lib/")) compact(source.statements, (word) => this.#nameOf(word));
    }
    // One block for many: a data segment costs 6 bytes besides its content. Each function becomes its constant, and only
    // those that are called are compiled; the first program of its kind (the debug build) tells which those are.
    this.#kind = [...this.program.options.globalAliases].join();
    const known = used.get(this.#kind);
    const bytes = [];
    const accessors = [...this.#names].map(([word, name]) => {
      const offset = bytes.length;
      if (known === undefined || known.has(word)) bytes.push(...bytesOf(word));
      return `@global function ${name}(): usize { return words() + ${offset}; }`;
    });
    const block = `function words(): usize { return memory.data<u8>([${bytes.join(", ")}]); }`;
    parser.parseFile([...accessors, block].join("\n"), "assembly/words.ts", true);
  }

  afterCompile(module) {
    const has = ([, name]) => module.getFunction(`assembly/words/${name}`) !== 0;
    used.set(this.#kind, new Set([...this.#names].filter(has).map(([word]) => word)));
  }

  #nameOf(word) {
    if (!this.#names.has(word)) this.#names.set(word, `WORD_${this.#names.size}`);
    return this.#names.get(word);
  }
}

/** Nodes that hold a word which is no value: `import ... from "x"`, `@external("x")`, `ERROR("x")`, `offsetof<T>("x")`. */
function isCompileTime(node) {
  if (node.kind === NodeKind.Import || node.kind === NodeKind.Export || node.kind === NodeKind.Decorator) return true;
  return node.kind === NodeKind.Call && ["ERROR", "offsetof"].includes(node.expression.text);
}

/** Walks the tree below a node and replaces what is to be replaced in place. */
function compact(node, nameOf) {
  for (const [key, child] of Object.entries(node)) {
    if (key === "range" || child === null || typeof child !== "object" || child instanceof Source) continue;
    if (Array.isArray(child)) {
      compact(child, nameOf);
      if (key === "decorators") node[key] = child.filter(({ name }) => name.text !== "inline");
    } else if (child.kind === NodeKind.Literal && typeof child.value === "string") {
      const name = Node.createIdentifierExpression(nameOf(child.value), child.range);
      node[key] = Node.createCallExpression(name, null, [], child.range);
    } else if (child.kind === NodeKind.NamedType && child.name.identifier.text === "string") {
      child.name.identifier.text = "usize";
    } else if (child.kind !== undefined && !isCompileTime(child)) compact(child, nameOf);
    else if (child.kind === undefined && key === "name") compact(child, nameOf);
  }
}

/** Its length, then its bytes. */
function bytesOf(word) {
  const bytes = Array.from(word, (character) => character.charCodeAt(0));
  if (bytes.length > 255 || bytes.some((byte) => byte > 127)) throw new Error(`not a word of ASCII: ${word}`);
  return [bytes.length, ...bytes];
}
