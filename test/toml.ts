// What the tests of the TOML scanner share: its test entry, and its documents as plain values.
import type { Build, Exports } from "./wasm.ts";

export interface Toml extends Exports {
  scan(size: number): number;
  failedAt(): number;
  failedSize(): number;
  node(row: number): number;
}

const KINDS = [
  "",
  "table",
  "array",
  "string",
  "integer",
  "float",
  "bool",
  "datetime",
  "datetime-local",
  "date-local",
  "time-local",
];

/** The document as toml-test writes it: {"type": ..., "value": ...} for scalars, plain objects and arrays around. */
export function dump(build: Build<Toml>, row = 0): unknown {
  const { core } = build;
  const cells = new Uint32Array(core.memory.buffer, core.node(row), 8);
  const kind = KINDS[cells[0]! & 0xff]!;
  if (kind !== "table" && kind !== "array") return { type: kind, value: build.read(cells[3]!, cells[4]!) };
  const children: unknown[] = [];
  const keys: string[] = [];
  for (let child = cells[5]!; child !== 0xffffffff; ) {
    const each = new Uint32Array(core.memory.buffer, core.node(child), 8);
    keys.push(build.read(each[1]!, each[2]!));
    children.push(dump(build, child));
    child = each[7]!;
  }
  return kind === "array" ? children : Object.fromEntries(keys.map((key, index) => [key, children[index]]));
}

/** Brings both sides to one spelling of numbers and times: others compare values, the scanner keeps the text. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  const node = value as Record<string, unknown>;
  if (typeof node.type !== "string" || typeof node.value !== "string") {
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, plain(each)]));
  }
  const text = node.value;
  if (node.type === "integer") {
    const size = BigInt(text.replace(/^[+-]/, "").replace(/_/g, ""));
    return { type: "integer", value: String(text.startsWith("-") ? -size : size) };
  }
  if (node.type === "float") return { type: "float", value: String(number(text)) };
  if (node.type.startsWith("datetime"))
    return { type: node.type, value: fraction(text.toUpperCase().replace(" ", "T")) };
  if (node.type === "time-local") return { type: node.type, value: fraction(text) };
  return value;
}

function number(text: string): number {
  const bare = text.replace(/_/g, "").toLowerCase();
  if (bare.endsWith("inf")) return bare.startsWith("-") ? -Infinity : Infinity;
  return bare.endsWith("nan") ? Number.NaN : Number(bare);
}

/** Milliseconds are what TOML guarantees. */
function fraction(text: string): string {
  return text.replace(/\.(\d+)/, (_, digits: string) => `.${digits.padEnd(3, "0").slice(0, 3)}`).replace(".000", "");
}
