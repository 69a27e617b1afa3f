// Loads the core's test entries (test/assembly/NAME.ts) in both builds, and passes bytes in and texts out.
import { readFileSync } from "node:fs";

export interface Exports {
  memory: WebAssembly.Memory;
  /** Starts anew, and gives the address of `size` writable bytes that padding follows. */
  input(size: number): number;
}

export interface Build<T extends Exports> {
  name: string;
  core: T;
  /** Writes the input and gives its size in bytes. */
  write(text: string | Uint8Array): number;
  read(address: number, size: number): string;
}

/** The release and the debug build of a test entry: the same tests run on both. */
export function builds<T extends Exports>(entry: string): Build<T>[] {
  return ["release", "debug"].map((target) => {
    const module = new WebAssembly.Module(readFileSync(`.tmp/wasm/${entry}.${target}.wasm`));
    const core = new WebAssembly.Instance(module).exports as unknown as T;
    return {
      name: `${entry} ${target}`,
      core,
      write(text) {
        const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
        const address = core.input(bytes.length);
        new Uint8Array(core.memory.buffer).set(bytes, address);
        return bytes.length;
      },
      read: (address, size) =>
        new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(core.memory.buffer, address, size)),
    };
  });
}
