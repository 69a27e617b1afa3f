// A stand-in for the host that Nix's evaluator is to a module (`builtins.wasm`, Determinate Nix 3.22), over JavaScript
// values, as strict as that one is in what it refuses and as careless in what it lets through.
//
// Values: string, number, bigint, boolean, null, array, Map or plain object (attribute set), and Path.
import { readFileSync } from "node:fs";

export class Path {
  readonly file: string;
  constructor(file: string) {
    this.file = file;
  }
}

/** `panic` was called, or Nix itself would have ended the evaluation, or crashed. */
export class Aborted extends Error {
  override readonly name: string = "Aborted";
}

export type Value = string | bigint | boolean | null | Path | Value[] | { [name: string]: Value };

export interface Call {
  readonly value: unknown;
  readonly warnings: readonly string[];
  /** How often a host function was called, by name. */
  readonly calls: Readonly<Record<string, number>>;
}

type Entry = (value: number) => number;

/** Compiles once; each call has an instance of its own, as in Nix. `files` stands in for the file system where it has the path. */
export function evaluator(module: WebAssembly.Module, files: ReadonlyMap<string, Uint8Array> = new Map()) {
  return (name: string, argument: Value): Call => new Host(module, files).call(name, argument);
}

const TYPES = { int: 1, float: 2, bool: 3, string: 4, path: 5, null: 6, attrs: 7, list: 8, function: 9 };

class Host {
  readonly #values: Value[] = [null];
  readonly #warnings: string[] = [];
  readonly #calls: Record<string, number> = {};
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #exports: WebAssembly.Exports;
  #isStarting = true;

  constructor(module: WebAssembly.Module, files: ReadonlyMap<string, Uint8Array>) {
    this.#files = files;
    const functions = this.#functions();
    const imports: Record<string, WebAssembly.ImportValue> = {};
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
      const found = functions[name];
      if (from !== "env" || kind !== "function" || found === undefined)
        throw new Aborted(`unknown import: ${from}.${name}`);
      imports[name] = (...words: number[]) => {
        if (this.#isStarting) throw new Aborted(`${name} was called while the module starts`);
        this.#calls[name] = (this.#calls[name] ?? 0) + 1;
        return found(...words);
      };
    }
    this.#exports = new WebAssembly.Instance(module, { env: imports }).exports;
  }

  call(name: string, argument: Value): Call {
    const start = this.#exports.nix_wasm_init_v1;
    if (typeof start !== "function" || !(this.#exports.memory instanceof WebAssembly.Memory))
      throw new Aborted("not a module for Nix");
    this.#isStarting = false;
    start();
    const result = (this.#exports[name] as Entry)(this.#add(argument));
    return { value: plain(this.#value(result)), warnings: this.#warnings, calls: this.#calls };
  }

  #functions(): Record<string, (...words: number[]) => number | bigint | undefined> {
    const refuse = (what: string): never => {
      throw new Aborted(what);
    };
    return {
      panic: (at, size) => refuse(`panic: ${this.#text(at!, size!)}`),
      warn: (at, size) => void this.#warnings.push(this.#text(at!, size!)),
      get_type: (id) => TYPES[typeOf(this.#value(id!))],
      make_int: (value) => this.#add(BigInt(value!)),
      get_int: (id) => this.#of(id!, "int") as bigint,
      make_float: () => refuse("floats are not emulated"),
      make_bool: (value) => this.#add(value !== 0),
      get_bool: (id) => ((this.#of(id!, "bool") as boolean) ? 1 : 0),
      make_null: () => this.#add(null),
      make_string: (at, size) => this.#add(this.#text(at!, size!)),
      copy_string: (id, at, room) =>
        this.#copy(new TextEncoder().encode(this.#of(id!, "string") as string), at!, room!),
      make_list: (at, count) => this.#add(this.#words(at!, count!).map((id) => this.#value(id))),
      copy_list: (id, at, room) => {
        const list = this.#of(id!, "list") as Value[];
        if (list.length <= room!)
          this.#write(at!, new Uint8Array(Uint32Array.from(list, (each) => this.#add(each)).buffer));
        return list.length;
      },
      make_attrset: (at, count) => this.#add(this.#set(at!, count!)),
      get_attr: (id, at, size) => {
        const set = this.#of(id!, "attrs") as { [name: string]: Value };
        const name = this.#text(at!, size!);
        return Object.hasOwn(set, name) ? this.#add(set[name]!) : 0;
      },
      read_file: (id, at, room) => this.#copy(this.#file((this.#of(id!, "path") as Path).file), at!, room!),
    };
  }

  #file(path: string): Uint8Array {
    return this.#files.get(path) ?? readFileSync(path);
  }

  #add(value: Value): number {
    return this.#values.push(value) - 1;
  }

  #value(id: number): Value {
    if (!(id > 0 && id < this.#values.length)) throw new Aborted(`there is no value ${id}`);
    return this.#values[id]!;
  }

  #of(id: number, type: keyof typeof TYPES): Value {
    const value = this.#value(id);
    if (typeOf(value) !== type) throw new Aborted(`value ${id} is of type ${typeOf(value)}, not ${type}`);
    return value;
  }

  /** A range of memory; one that reaches beyond it crashes Nix. */
  #bytes(at: number, size: number): Uint8Array {
    const memory = (this.#exports.memory as WebAssembly.Memory).buffer;
    if ((at >>> 0) + (size >>> 0) > memory.byteLength) throw new Aborted(`bytes ${at} + ${size} are beyond the memory`);
    return new Uint8Array(memory, at >>> 0, size >>> 0);
  }

  #words(at: number, count: number): number[] {
    const bytes = this.#bytes(at, 4 * count);
    return [...new Uint32Array(bytes.slice().buffer)];
  }

  /** Nix takes any bytes and fails over them later; here they fail at once. */
  #text(at: number, size: number): string {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#bytes(at, size));
    if (text.includes("\0")) throw new Aborted("a string holds a NUL");
    return text;
  }

  /** Copies nothing when the room is too small. */
  #copy(bytes: Uint8Array, at: number, room: number): number {
    this.#bytes(at, room);
    if (bytes.length <= room >>> 0) this.#write(at, bytes);
    return bytes.length;
  }

  #write(at: number, bytes: Uint8Array): void {
    this.#bytes(at, bytes.length).set(bytes);
  }

  /** Nix makes a malformed set of names that are not distinct; here that is an error. */
  #set(at: number, count: number): Value {
    const set: { [name: string]: Value } = Object.create(null);
    const words = this.#words(at, 3 * count);
    for (let i = 0; i < words.length; i += 3) {
      const name = this.#text(words[i]!, words[i + 1]!);
      if (Object.hasOwn(set, name)) throw new Aborted(`the attribute ${name} is there twice`);
      set[name] = this.#value(words[i + 2]!);
    }
    return set;
  }
}

function typeOf(value: Value): keyof typeof TYPES {
  if (value === null) return "null";
  if (value instanceof Path) return "path";
  if (Array.isArray(value)) return "list";
  if (typeof value === "bigint") return "int";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "attrs";
}

/** As `builtins.toJSON` would give it. */
function plain(value: Value): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Path) return value.file;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
