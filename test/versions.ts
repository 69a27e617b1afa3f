// What pep440.test.ts and constraint.test.ts share: the entry test/assembly/versions.ts, and texts in its input.
import type { Build, Exports } from "./wasm.ts";

export interface Versions extends Exports {
  forgetStatus(): void;
  status(): number;
  failureOffset(): number;
  failureSize(): number;
  textOf(address: number, size: number): number;
  parseVersion(address: number, size: number): number;
  versionOf(text: number): number;
  compareVersions(a: number, b: number): number;
  isPrerelease(version: number): number;
  isPost(version: number): number;
  isDev(version: number): number;
  isLocal(version: number): number;
  releaseCount(version: number): number;
  releaseNumber(version: number, index: number): number;
  part(version: number, which: number): bigint;
  parseSpecifiers(address: number, size: number): number;
  specifiersContain(set: number, version: number, prereleases: number): number;
  specifiersContainText(set: number, address: number, size: number, prereleases: number): number;
  specifiersNamePrerelease(set: number): number;
  parseClause(operator: number, address: number, size: number): number;
  clauseContains(clause: number, version: number): number;
  clauseContainsText(clause: number, address: number, size: number): number;
  parseConstraint(address: number, size: number): number;
  constraintOf(text: number): number;
  constraintAllows(constraint: number, version: number): number;
  constraintIsAny(constraint: number): number;
  constraintIsEmpty(constraint: number): number;
}

export type Span = [address: number, size: number];

/** Starts anew with these texts in the input, side by side. */
export function place(build: Build<Versions>, ...texts: string[]): Span[] {
  const bytes = texts.map((text) => new TextEncoder().encode(text));
  let address = build.core.input(bytes.reduce((sum, each) => sum + each.length, 0));
  return bytes.map((each) => {
    new Uint8Array(build.core.memory.buffer).set(each, address);
    address += each.length;
    return [address - each.length, each.length];
  });
}

/** A row as the core numbers it, NONE as null. */
export function rowOf(answer: number): number | null {
  return answer === -1 ? null : answer;
}

/** The part of `text` that the last failure is about, null when there is none. */
export function fault(build: Build<Versions>, text: string): string | null {
  if (build.core.status() === 0) return null;
  const start = build.core.failureOffset();
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(start, start + build.core.failureSize()));
}
