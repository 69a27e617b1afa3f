// The one door to the hash module: contexts, buffers in its memory that files are read into, texts, file trees.
//
// Invariant: no other file touches that memory. Buffers are asked for once and kept; a view of one is made anew for each
// use, since memory may have grown in between.

import hashModule from "#hash";
import { errorFrom, shellError } from "../words/errors.ts";
import * as abi from "./abi.ts";
import { ALGORITHMS, type HashAlgorithm } from "./algorithms.ts";

export { HASH_ALGORITHMS, type HashAlgorithm } from "./algorithms.ts";

/** What the module exports (assembly/hash.ts). */
interface Exports {
  memory: WebAssembly.Memory;
  version(): number;
  room(size: number): number;
  open(algorithm: number): number;
  restart(context: number): void;
  update(context: number, address: number, size: number): void;
  finish(context: number): number;
  close(context: number): void;
  sizeOf(algorithm: number): number;
  updateFour(request: number): number;
  encode(base: number, from: number, size: number, to: number): number;
  decode(base: number, from: number, size: number, to: number, wanted: number): number;
  tree(): number;
  folder(): number;
  entry(name: number, size: number): number;
  leave(): number;
  file(isExecutable: number, size: number): number;
  bytes(address: number, size: number): number;
  link(target: number, size: number): number;
  treeHash(): number;
  outcome(): number;
}

export type Base = "hex" | "base64" | "nix32";
const BASES: Readonly<Record<Base, number>> = { hex: abi.BASE_HEX, base64: abi.BASE_64, nix32: abi.BASE_NIX32 };

/** Bytes of the module's memory: where to write what is to be hashed. */
export interface Room {
  readonly address: number;
  readonly size: number;
}

/** A digest in the making. */
export type Context = number & { readonly kind: "context" };

/** The largest text that is encoded or decoded: a digest of 64 bytes in hexadecimal. */
const TEXT_SIZE = 128;

/** An instance of the module. Instances share the compiled module and nothing else. */
export class Hasher {
  readonly #exports: Exports;
  /** What the instance itself needs: bytes on their way in, texts, a request. */
  readonly #slice: Room;
  readonly #text: Room;
  readonly #four: Room;

  constructor(module: WebAssembly.Module = hashModule()) {
    this.#exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
    const version = this.#exports.version();
    if (version !== abi.ABI_VERSION)
      throw shellError("internal", { text: `hash ABI ${version}, expected ${abi.ABI_VERSION}` });
    this.#slice = this.room(abi.HASH_SLICE);
    this.#text = this.room(2 * TEXT_SIZE);
    this.#four = this.room(4 * abi.FOUR_SLOTS);
  }

  /** A buffer; it stays for as long as the instance does. */
  room(size: number): Room {
    const address = this.#exports.room(size);
    if (address === 0) throw errorFrom(abi.STATUS_OUT_OF_MEMORY, NOWHERE);
    return { address, size };
  }

  /** The bytes of a buffer, to be written to before the next call. */
  view({ address, size }: Room): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, address, size);
  }

  open(algorithm: HashAlgorithm): Context {
    const context = this.#exports.open(ALGORITHMS[algorithm]);
    if (context === 0) throw errorFrom(abi.STATUS_OUT_OF_MEMORY, NOWHERE);
    return context as Context;
  }

  /** Begins the digest of another message. */
  restart(context: Context): void {
    this.#exports.restart(context);
  }

  close(context: Context): void {
    this.#exports.close(context);
  }

  /** Takes bytes that are in the module's memory; at most HASH_SLICE at a time. */
  take(context: Context, address: number, size: number): void {
    this.#exports.update(context, address, size);
  }

  /** Takes `blocks` blocks of 64 bytes into each of four SHA-256 contexts, which have only had such blocks so far. */
  takeFour(contexts: readonly Context[], addresses: readonly number[], blocks: number): void {
    const slots = new Uint32Array(this.#exports.memory.buffer, this.#four.address, abi.FOUR_SLOTS);
    for (let lane = 0; lane < 4; lane++) {
      slots[abi.FOUR_CONTEXT + lane] = contexts[lane]!;
      slots[abi.FOUR_ADDRESS + lane] = addresses[lane]!;
    }
    slots[abi.FOUR_BLOCKS] = blocks;
    if (this.#exports.updateFour(this.#four.address) === 0) throw shellError("internal", { text: "lanes out of step" });
  }

  /** Takes bytes from anywhere, in slices. */
  update(context: Context, bytes: Uint8Array): void {
    this.#sliced(bytes, (address, size) => this.#exports.update(context, address, size));
  }

  digest(context: Context, algorithm: HashAlgorithm): Uint8Array {
    const size = this.#exports.sizeOf(ALGORITHMS[algorithm]);
    const address = this.#exports.finish(context);
    return new Uint8Array(this.#exports.memory.buffer, address, size).slice();
  }

  digestSize(algorithm: HashAlgorithm): number {
    return this.#exports.sizeOf(ALGORITHMS[algorithm]);
  }

  encode(base: Base, bytes: Uint8Array): string {
    const { address } = this.#text;
    this.view({ address, size: bytes.length }).set(bytes);
    const size = this.#exports.encode(BASES[base], address, bytes.length, address + TEXT_SIZE);
    return String.fromCharCode(...this.view({ address: address + TEXT_SIZE, size }));
  }

  /** The `size` bytes that a text stands for; null when it is no text of so many. */
  decode(base: Base, text: string, size: number): Uint8Array | null {
    if (text.length > TEXT_SIZE) return null;
    const { address } = this.#text;
    const memory = this.view(this.#text);
    for (let at = 0; at < text.length; at++) memory[at] = Math.min(text.charCodeAt(at), 255);
    const to = address + TEXT_SIZE;
    return this.#exports.decode(BASES[base], address, text.length, to, size) === 0
      ? null
      : this.view({ address: to, size }).slice();
  }

  // --- The hash of a file tree, as events; what is out of place throws ---------------------------------------------------

  startTree(): void {
    this.#check(this.#exports.tree());
  }

  enterFolder(): void {
    this.#check(this.#exports.folder());
  }

  /** The next entry of the folder, in the order of names' bytes; its folder, file or link follows. */
  enterEntry(name: Uint8Array): void {
    this.#written(name, (address, size) => this.#exports.entry(address, size));
  }

  leaveFolder(): void {
    this.#check(this.#exports.leave());
  }

  /** A file of so many bytes, which `takeFile` gives. */
  enterFile(isExecutable: boolean, size: number): void {
    this.#check(this.#exports.file(isExecutable ? 1 : 0, size));
  }

  takeFile(bytes: Uint8Array): void {
    this.#sliced(bytes, (address, size) => this.#check(this.#exports.bytes(address, size)));
  }

  link(target: Uint8Array): void {
    this.#written(target, (address, size) => this.#exports.link(address, size));
  }

  /** SHA-256 of the tree's NAR serialisation. */
  treeDigest(): Uint8Array {
    const address = this.#exports.treeHash();
    if (address === 0) throw errorFrom(this.#exports.outcome(), NOWHERE);
    return this.view({ address, size: 32 }).slice();
  }

  #sliced(bytes: Uint8Array, take: (address: number, size: number) => void): void {
    for (let at = 0; at < bytes.length; at += abi.HASH_SLICE) {
      const slice = bytes.subarray(at, at + abi.HASH_SLICE);
      this.view(this.#slice).set(slice);
      take(this.#slice.address, slice.length);
    }
  }

  #written(text: Uint8Array, event: (address: number, size: number) => number): void {
    if (text.length > abi.HASH_SLICE) throw errorFrom(abi.STATUS_NAR_NAME, { ...NOWHERE, bytes: text });
    this.view(this.#slice).set(text);
    this.#check(event(this.#slice.address, text.length), text);
  }

  #check(status: number, text: Uint8Array | null = null): void {
    if (status === abi.STATUS_OK) return;
    throw errorFrom(status, text === null ? NOWHERE : { path: null, bytes: text, offset: 0, size: text.length });
  }
}

const NOWHERE = { path: null, bytes: null, offset: null, size: null };
