// A transform for asc that makes a module small: word literals as counted bytes of ASCII, and nothing inlined by decree.
//
// asc keeps a string as UTF-16 behind a header of 20 bytes; a word of seven letters takes 34 bytes, here 8. Only literals
// that the program passes as values change; assembly/bytes.ts (`wordSize`, `wordByte`) reads both forms.
//
// Invariant: the program means the same with and without: where a type says `string`, an address stands afterwards.
import { Node, NodeKind, Source } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

/** Sources that a module may be built without, by what defines that: their words go into blocks of their own. */
const KINDS = [
  ["lock/poetry", "constraint", "filter", "graph", "platform", "search", "solver"],
  ["lock/uv", "lock/url", "conflict", "roots", "selection", "walk"],
  ["lock/conda", "lock/merging", "lock/pdm", "lock/pipfile", "lock/pylock", "lock/requirements", "json", "rules"],
];

export default class CompactWords extends Transform {
  afterParse(parser) {
    const sources = parser.sources.filter(({ normalizedPath }) => !normalizedPath.startsWith("~lib/"));
    const blocks = [];
    // The words of all modules come first; what only one kind of module says goes into a block that the others do not have.
    for (let kind = -1; kind < KINDS.length; kind++) {
      const block = { kind, words: [] };
      blocks.push(block);
      for (const source of sources) {
        if (kindOf(source.normalizedPath) === kind) compact(source.statements, (word) => this.nameOf(word, block));
      }
    }
    // One block for many: a data segment costs 6 bytes besides its content. Each function becomes its constant, and only
    // those that are called are compiled.
    const lines = blocks.flatMap(({ words }, block) => {
      const bytes = [];
      const accessors = words.map((word) => {
        const offset = bytes.length;
        bytes.push(...bytesOf(word.text));
        return `@global function ${word.name}(): usize { return words${block}() + ${offset}; }`;
      });
      return [...accessors, `function words${block}(): usize { return memory.data<u8>([${bytes.join(", ")}]); }`];
    });
    parser.parseFile(lines.join("\n"), "assembly/words.ts", true);
  }

  #names = new Map();
  #count = 0;

  /** The function that gives the word's address. */
  nameOf(text, { kind, words }) {
    const key = `${kind} ${text}`;
    const known = this.#names.get(`-1 ${text}`) ?? this.#names.get(key);
    if (known !== undefined) return known;
    const name = `WORD_${this.#count++}`;
    this.#names.set(key, name);
    words.push({ name, text });
    return name;
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

/** Index into KINDS, -1 for what all modules have. */
function kindOf(path) {
  return KINDS.findIndex((names) => names.some((name) => path === `assembly/${name}.ts`));
}

/** Its length, then its bytes. */
function bytesOf(word) {
  const bytes = Array.from(word, (character) => character.charCodeAt(0));
  if (bytes.length > 255 || bytes.some((byte) => byte > 127)) throw new Error(`not a word of ASCII: ${word}`);
  return [bytes.length, ...bytes];
}
