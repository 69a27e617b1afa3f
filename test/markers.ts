// The test entry test/assembly/markers.ts in both builds, with texts instead of addresses. Shared by the tests of names,
// targets, markers, tags and file names.
import { existsSync, readFileSync } from "node:fs";
import { builds, type Exports } from "./wasm.ts";

interface Markers extends Exports {
  more(size: number): number;
  outcome(): number;
  failedAt(): number;
  failedSize(): number;
  id(address: number, size: number): number;
  address(id: number): number;
  size(id: number): number;
  normalizedName(address: number, size: number): number;
  isName(address: number, size: number): number;
  setTarget(address: number, size: number, pythonAddress: number, pythonSize: number): number;
  variable(index: number): number;
  variableVersion(index: number): number;
  setVariable(index: number, id: number): void;
  knownTargetCount(): number;
  knownTarget(index: number): number;
  parseMarker(address: number, size: number): number;
  startSelection(isOpen: boolean, dialect: number): void;
  choose(id: number, isGroup: boolean): void;
  evaluate(marker: number, policy: number): number;
  condition(index: number): number;
  parseRequirement(address: number, size: number, lenient: boolean): number;
  requirementExtra(index: number): number;
  rank(python: number, abi: number, platform: number): number;
  tags(): number;
  parseWheel(address: number, size: number): number;
  tagSet(row: number): number;
  parseSdist(address: number, size: number): number;
}

/** The variables of a target, in the order of VARIABLE_* in assembly/standards/environment.ts. */
export const VARIABLES: readonly string[] = [
  "implementation_name",
  "implementation_version",
  "os_name",
  "platform_machine",
  "platform_python_implementation",
  "platform_release",
  "platform_system",
  "platform_version",
  "python_full_version",
  "python_version",
  "sys_platform",
];

/** A status and the part of the text that it points at. */
export type Fault = [status: number, span: string];

export interface Standards {
  name: string;
  core: Markers;
  /** Forgets all. */
  start(): void;
  /** Writes a text, and gives its address and its size in bytes. */
  put(text: string): [address: number, size: number];
  /** The text of an address and a size, and of an id. */
  read(address: number, size: number): string;
  text(id: number): string;
  id(text: string): number;
  /** Status and span of the last failure. */
  fault(): Fault;
  /** Sets the target, and python_full_version when it is given. */
  target(name: string, python?: string): boolean;
  /** Index of a marker, -1 after a failure. */
  marker(text: string): number;
  /** `count` numbers from an address. */
  row(address: number, count: number): Uint32Array;
}

/** The release and the debug build. */
export function standards(): Standards[] {
  return builds<Markers>("markers").map((build) => {
    const { core, name, read } = build;
    const put = (text: string): [number, number] => {
      const bytes = new TextEncoder().encode(text);
      const address = core.more(bytes.length);
      new Uint8Array(core.memory.buffer).set(bytes, address);
      return [address, bytes.length];
    };
    return {
      name,
      core,
      put,
      read,
      start: () => void build.write(""),
      text: (id) => read(core.address(id), core.size(id)),
      id: (text) => core.id(...put(text)),
      fault: () => [core.outcome(), read(core.failedAt(), core.failedSize())],
      target: (name, python = "") => core.setTarget(...put(name), ...put(python)) !== 0,
      marker: (text) => core.parseMarker(...put(text)) | 0,
      row: (address, count) => new Uint32Array(core.memory.buffer, address, count),
    };
  });
}

/**
 * The recorded answers of pypa/packaging, which lie beside the repository and not in it. Without them a line says how many
 * checks are skipped, and the tests of that file stand on their own cases.
 */
// biome-ignore lint/suspicious/noExplicitAny: whatever the file holds; each test says what it takes from it
export function vectors(file: string, count: number): any {
  const path = `../shared/vectors/${file}.json`;
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  console.log(`skipped ${count} checks of ${file}.json: the recorded answers are not there`);
  return undefined;
}
