// What Nix's evaluator offers to a module, as measured with Determinate Nix 3.22 (`builtins.wasm`).
//
// Values are ids, 0 for "absent". Invariants: nothing here is called while the module starts; no address and size reach
// beyond the memory there is; only what is used is declared, since Nix refuses a module with an import that it lacks.

import { allocate } from "../memory/arena";
import { wordByte, wordSize } from "../memory/bytes";

export const TYPE_STRING: u32 = 4;
export const TYPE_PATH: u32 = 5;
export const TYPE_NULL: u32 = 6;
export const TYPE_ATTRIBUTES: u32 = 7;
export const TYPE_LIST: u32 = 8;

@external("env", "panic")
declare function hostPanic(address: usize, size: u32): void;
@external("env", "get_type")
export declare function typeOf(value: u32): u32;
@external("env", "get_attr")
declare function hostAttribute(set: u32, address: usize, size: u32): u32;
/** Gives the text's size, and copies it when the room suffices. */
@external("env", "copy_string")
export declare function copyString(value: u32, address: usize, room: u32): u32;
/** Gives the list's length, and copies the ids when there is room for all of them. */
@external("env", "copy_list")
export declare function copyList(value: u32, address: usize, room: u32): u32;
/** Gives the file's size. Reads the whole file each time, and copies nothing when the room is too small. */
@external("env", "read_file")
export declare function readFile(path: u32, address: usize, room: u32): u32;
@external("env", "make_null")
export declare function makeNull(): u32;
@external("env", "make_bool")
export declare function makeBool(value: i32): u32;
@external("env", "make_int")
export declare function makeInteger(value: i64): u32;
@external("env", "make_string")
export declare function makeString(address: usize, size: u32): u32;
@external("env", "make_list")
export declare function makeList(address: usize, count: u32): u32;
/** Entries of three words: name, its size, value. Names must differ; Nix does not check. */
@external("env", "make_attrset")
export declare function makeAttributes(address: usize, count: u32): u32;

/** Ends the evaluation. Only for arguments that this module does not take, and for our own bugs. */
export function panic(word: string): void {
  hostPanic(wordAddress(word), wordSize(word));
  unreachable();
}

/** The attribute of that name, 0 when there is none or it is null. */
export function attribute(set: u32, name: string): u32 {
  const value = hostAttribute(set, wordAddress(name), wordSize(name));
  return value == 0 || typeOf(value) == TYPE_NULL ? 0 : value;
}

/** Address of a word's bytes. */
export function wordAddress(word: string): usize {
  if (isDefined(COMPACT_WORDS)) return changetype<usize>(word) + 1;
  const address = allocate(wordSize(word));
  for (let i: u32 = 0; i < wordSize(word); i++) store<u8>(address + i, wordByte(word, i));
  return address;
}
