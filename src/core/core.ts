// The one door to the core: instantiates the module, writes inputs into its memory, reads rows and texts out of it.
//
// Invariant: no other file touches WebAssembly or memory. Views are made anew after each call, since memory may have grown.

import { shellError } from "../words/errors.ts";
import * as abi from "./abi.ts";

/** What the module exports (assembly/index.ts). */
interface Exports {
  memory: WebAssembly.Memory;
  version(): number;
  input(lockSize: number, projectSize: number): number;
  read(format: number, withProject: number): number;
  request(size: number): number;
  resolve(address: number): number;
  explain(address: number): number;
  explainFiles(row: number): void;
  resolveAll(address: number): number;
  freeze(address: number): number;
  form(address: number): number;
  combine(operation: number, a: number, b: number): number;
  describe(address: number): number;
  targets(): number;
  floors(): number;
  state(): number;
}

/** A failure as the core reports it: a code and a span in one of the inputs. */
export interface CoreFailure {
  readonly status: number;
  /** INPUT_*. */
  readonly input: number;
  readonly offset: number;
  readonly size: number;
  /** A number that belongs to the message, NONE when there is none. */
  readonly detail: number;
}

/** What is asked of `resolve`; lists are names. */
export interface CoreRequest {
  readonly target: string;
  readonly python?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extras?: readonly string[] | undefined;
  readonly noBinary?: readonly string[] | undefined;
  readonly onlyBinary?: readonly string[] | undefined;
  readonly packages?: readonly string[] | undefined;
  readonly flags?: number | undefined;
}

/** What is asked of `form`: a requirement, markers that must hold and must not, the Pythons that count. */
export interface FormRequest {
  readonly text?: string;
  readonly marker?: string;
  readonly without?: readonly string[];
  readonly python: readonly string[];
}

/** Equal texts and numbers for what means the same; until another lock is read. */
export interface Form {
  readonly name: string | null;
  readonly extras: string;
  readonly url: string | null;
  readonly specifiers: number;
  readonly marker: number;
  readonly bounds: number;
  /** The versions that are taken, however that is written. */
  readonly range: number;
  /** FORM_* bits. */
  readonly flags: number;
}

/** Bytes that go straight into the core's memory, which changes them when it reads (escapes are resolved in place). */
export interface ByteSource {
  /** How many. */
  readonly size: number;
  /** Fills the room, which has that size. */
  readInto(room: Uint8Array): void;
  /** The same bytes once more: asked for when there is something to show. */
  bytes(): Uint8Array;
}

/** One table of u32 rows. */
export interface Rows {
  readonly count: number;
  /** Cell `word` of row `row`. */
  at(row: number, word?: number): number;
}

const encoder = new TextEncoder();
// A text may start with U+FEFF: it is no mark of the encoding here.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** An instance of the core: one lock at a time. Instances share the compiled module and nothing else. */
export class Core {
  readonly module: WebAssembly.Module;
  readonly #exports: Exports;
  /** Where the project's records start; no address is beyond it when there are none. */
  #project = Number.POSITIVE_INFINITY;
  /** Decoded texts by id: the same names come up again and again. */
  #texts: (string | undefined)[] = [];
  /** Views of tables, made once between two calls. */
  #rows: (Rows | undefined)[] = [];

  constructor(module: WebAssembly.Module) {
    this.module = module;
    this.#exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
    const version = this.#exports.version();
    if (version !== abi.ABI_VERSION)
      throw shellError("internal", { text: `core ABI ${version}, expected ${abi.ABI_VERSION}` });
  }

  /** Of its memory, in bytes: it grows and never shrinks. */
  get size(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Reads a lock, with the project's records when there is a project. */
  read(format: number, lock: Uint8Array | ByteSource, project: string | null): CoreFailure | null {
    this.#texts = [];
    this.#rows = [];
    const records = encoder.encode(project ?? "");
    // Addresses come as signed numbers: above 2 GiB they are negative.
    const size = lock instanceof Uint8Array ? lock.length : lock.size;
    const address = this.#exports.input(size, records.length) >>> 0;
    if (address === 0) return this.#failure();
    const memory = this.#bytes();
    if (lock instanceof Uint8Array) memory.set(lock, address);
    else lock.readInto(memory.subarray(address, address + size));
    memory.set(records, address + size + abi.INPUT_PADDING);
    this.#project = project === null ? Number.POSITIVE_INFINITY : address + size + abi.INPUT_PADDING;
    return this.#exports.read(format, project === null ? 0 : 1) === abi.STATUS_OK ? null : this.#failure();
  }

  /** Resolves; the answer is in the SELECTION, EDGE, CONDITION and PROBLEM tables until the next call. */
  resolve(request: CoreRequest): CoreFailure | null {
    return this.#ask(request, this.#exports.resolve);
  }

  /** Resolves, and says why in the REASON, PART, VERDICT and FINDING tables. */
  explain(request: CoreRequest): CoreFailure | null {
    return this.#ask(request, this.#exports.explain);
  }

  /** The same of a target alone: which files of these packages fit it, in TABLE_VERDICT. */
  explainFiles(request: CoreRequest, rows: readonly number[]): CoreFailure | null {
    const failure = this.#ask(request, this.#exports.explain);
    if (failure === null) for (const row of rows) this.#exports.explainFiles(row);
    this.#rows = [];
    return failure;
  }

  /** Resolves one selection on several targets; the answer is in the output and the tables from TABLE_TARGET on. */
  resolveAll(request: CoreRequest): CoreFailure | null {
    return this.#ask(request, this.#exports.resolveAll);
  }

  /** Resolves several targets with all selections open; the answer is in the output and the tables from TABLE_TARGET on. */
  freeze(request: CoreRequest): CoreFailure | null {
    return this.#ask(request, this.#exports.freeze);
  }

  /** What the last call wrote: a view, good until the next call. */
  output(): Uint8Array {
    const address = this.state(abi.STATE_OUTPUT) >>> 0;
    return new Uint8Array(this.#exports.memory.buffer, address, this.state(abi.STATE_OUTPUT_SIZE) >>> 0);
  }

  /** A requirement or a marker in the form that can be compared. */
  form({ text = "", marker = "", without = [], python }: FormRequest): Form | CoreFailure {
    const lists = [without, python].map((texts) => texts.map((each) => `${each}\0`).join(""));
    const address = this.#room(abi.FORM_SLOTS, [text, marker, ...lists]);
    if (address === 0 || this.#exports.form(address) !== abi.STATUS_OK) return this.#failure();
    this.#rows = [];
    const slots = this.#words(address, abi.FORM_SLOTS);
    return {
      name: this.text(slots[abi.FORM_NAME]! | 0),
      extras: this.text(slots[abi.FORM_EXTRAS]! | 0) ?? "",
      url: this.text(slots[abi.FORM_URL]! | 0),
      specifiers: slots[abi.FORM_SPECIFIERS]! | 0,
      marker: slots[abi.FORM_NODE]!,
      bounds: slots[abi.FORM_BOUNDS]!,
      range: slots[abi.FORM_RANGE]!,
      flags: slots[abi.FORM_FLAGS]!,
    };
  }

  /** COMBINE_* of two markers or ranges of forms; null when that is too hard. */
  combine(operation: number, a: number, b: number): number | null {
    const node = this.#exports.combine(operation, a, b) | 0;
    this.#rows = [];
    return node === abi.NONE ? null : node;
  }

  /** The marker variables of a target, in the core's order, and its tags, best first. */
  describe(request: CoreRequest): CoreFailure | string[] {
    return this.#ask(request, this.#exports.describe) ?? this.#lines();
  }

  /** Whether a target's name stands for anything. */
  knows(target: string): boolean {
    return this.#ask({ target }, this.#exports.describe) === null;
  }

  /** The names of the usual targets. */
  targets(): string[] {
    this.#exports.targets();
    return this.#lines();
  }

  /** Bit N: some wheel of the lock asks for glibc 2.(32 + N). */
  floors(): number {
    this.#rows = [];
    return this.#exports.floors() >>> 0;
  }

  /** Value of a state slot; NONE reads as -1. */
  state(slot: number): number {
    return this.#words(this.#exports.state(), abi.STATE_SLOTS)[slot]! | 0;
  }

  /** A table as it is now; valid until the next call. */
  rows(table: number, words: number): Rows {
    const known = this.#rows[table];
    if (known !== undefined) return known;
    const state = this.#words(this.#exports.state(), abi.STATE_SLOTS);
    const count = state[abi.STATE_TABLES + 2 * table + 1]!;
    const cells = this.#words(state[abi.STATE_TABLES + 2 * table]!, count * words);
    const rows: Rows = { count, at: (row, word = 0) => cells[row * words + word]! | 0 };
    this.#rows[table] = rows;
    return rows;
  }

  /** The text of an id; null for NONE. */
  text(id: number): string | null {
    if (id === abi.NONE) return null;
    const known = this.#texts[id];
    if (known !== undefined) return known;
    const texts = this.rows(abi.TABLE_TEXT, abi.TEXT_WORDS);
    const text = this.slice(texts.at(id, abi.TEXT_ADDRESS), texts.at(id, abi.TEXT_SIZE));
    this.#texts[id] = text;
    return text;
  }

  /** Which input an address of a problem is in, and how far from its start. */
  place(address: number): Pick<CoreFailure, "input" | "offset"> {
    return address >>> 0 >= this.#project
      ? { input: abi.INPUT_PROJECT, offset: (address >>> 0) - this.#project }
      : { input: abi.INPUT_LOCK, offset: (address - this.state(abi.STATE_LOCK_ADDRESS)) >>> 0 };
  }

  /** The text at an address. */
  slice(address: number, size: number): string {
    return decoder.decode(new Uint8Array(this.#exports.memory.buffer, address >>> 0, size));
  }

  #bytes(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer);
  }

  #words(address: number, count: number): Uint32Array {
    return new Uint32Array(this.#exports.memory.buffer, address >>> 0, count);
  }

  #lines(): string[] {
    const address = this.state(abi.STATE_OUTPUT);
    return this.slice(address, this.state(abi.STATE_OUTPUT_SIZE)).split("\n").slice(0, -1);
  }

  #failure(): CoreFailure {
    return {
      status: this.state(abi.STATE_STATUS),
      input: this.state(abi.STATE_INPUT),
      offset: this.state(abi.STATE_OFFSET),
      size: this.state(abi.STATE_SIZE),
      detail: this.state(abi.STATE_DETAIL),
    };
  }

  #ask(request: CoreRequest, call: (address: number) => number): CoreFailure | null {
    const address = this.#write(request);
    return address !== 0 && call(address) === abi.STATUS_OK ? null : this.#failure();
  }

  /** Writes a request and gives its address, 0 when there is no room for it. */
  #write(request: CoreRequest): number {
    const lists = [request.groups, request.extras, request.noBinary, request.onlyBinary, request.packages];
    const address = this.#room(abi.REQUEST_SLOTS, [
      request.target,
      request.python ?? "",
      ...lists.map((names) => (names ?? []).map((name) => `${name}\0`).join("")),
    ]);
    if (address !== 0) this.#words(address, abi.REQUEST_SLOTS)[abi.REQUEST_FLAGS] = request.flags ?? 0;
    return address;
  }

  /** Room for slots of which the first say where these texts are: an address and a size each. 0 when there is none. */
  #room(slotCount: number, texts: readonly string[]): number {
    this.#rows = [];
    const encoded = texts.map((text) => encoder.encode(text));
    const address = this.#exports.request(encoded.reduce((size, text) => size + text.length, slotCount * 4)) >>> 0;
    if (address === 0) return 0;
    const slots = this.#words(address, slotCount);
    const memory = this.#bytes();
    let at = address + slotCount * 4;
    encoded.forEach((text, index) => {
      memory.set(text, at);
      slots[2 * index] = at;
      slots[2 * index + 1] = text.length;
      at += text.length;
    });
    return address;
  }
}
