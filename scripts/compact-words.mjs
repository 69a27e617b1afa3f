// A transform for asc that makes a module small: word literals as counted bytes of ASCII, and nothing inlined by decree.
//
// asc keeps a string as UTF-16 behind a header of 20 bytes; a word of seven letters takes 34 bytes, here 8. Only literals
// that the program passes as values change; assembly/bytes.ts (`wordSize`, `wordByte`) reads both forms.
//
// Invariant: the program means the same with and without: where a type says `string`, an address stands afterwards.
import { Node, NodeKind, Source } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

export default class CompactWords extends Transform {
  afterParse(parser) {
    const words = new Map();
    const sources = parser.sources.filter(({ normalizedPath }) => !normalizedPath.startsWith("~lib/"));
    for (const source of sources) compact(source.statements, words);
    // One block for all: a data segment costs 6 bytes besides its content. Each function becomes its constant.
    const lines = [];
    const bytes = [];
    for (const [word, name] of words) {
      lines.push(`@global function ${name}(): usize { return allWords() + ${bytes.length}; }`);
      bytes.push(...bytesOf(word));
    }
    lines.push(`function allWords(): usize { return memory.data<u8>([${bytes.join(", ")}]); }`);
    parser.parseFile(lines.join("\n"), "assembly/words.ts", true);
  }
}

/** Nodes that hold a word which is no value: `import ... from "x"`, `@external("x")`, `ERROR("x")`, `offsetof<T>("x")`. */
function isCompileTime(node) {
  if (node.kind === NodeKind.Import || node.kind === NodeKind.Export || node.kind === NodeKind.Decorator) return true;
  return node.kind === NodeKind.Call && ["ERROR", "offsetof"].includes(node.expression.text);
}

/** Walks the tree below a node and replaces what is to be replaced in place. */
function compact(node, words) {
  for (const [key, child] of Object.entries(node)) {
    if (key === "range" || child === null || typeof child !== "object" || child instanceof Source) continue;
    if (Array.isArray(child)) {
      compact(child, words);
      if (key === "decorators") node[key] = child.filter(({ name }) => name.text !== "inline");
    } else if (child.kind === NodeKind.Literal && typeof child.value === "string") {
      const name = Node.createIdentifierExpression(nameOf(child.value, words), child.range);
      node[key] = Node.createCallExpression(name, null, [], child.range);
    } else if (child.kind === NodeKind.NamedType && child.name.identifier.text === "string") {
      child.name.identifier.text = "usize";
    } else if (child.kind !== undefined && !isCompileTime(child)) compact(child, words);
    else if (child.kind === undefined && key === "name") compact(child, words);
  }
}

function nameOf(word, words) {
  if (!words.has(word)) words.set(word, `WORD_${words.size}`);
  return words.get(word);
}

/** Its length, then its bytes. */
function bytesOf(word) {
  const bytes = Array.from(word, (character) => character.charCodeAt(0));
  if (bytes.length > 255 || bytes.some((byte) => byte > 127)) throw new Error(`not a word of ASCII: ${word}`);
  return [bytes.length, ...bytes];
}
