// Resolutions of one selection on several targets, as the JSON that `pylock2nix resolve --json` prints: each package as it is
// selected, once, and for each target which of them.
//
// Invariant: packages are in the order of their names and versions (order.ts); the bytes are those of JSON.stringify with an
// indentation of two at the depth where the command prints them.

import {
  KIND_DIRECTORY,
  KIND_EDITABLE,
  KIND_FILE,
  KIND_GIT,
  KIND_HASHES_ONLY,
  KIND_NONE,
  KIND_PATH,
  KIND_SDIST,
  KIND_URL,
  KIND_VIRTUAL,
  KIND_WHEEL,
  NONE,
  STATUS_OK,
} from "../../src/core/abi";
import { artifactAt, idAt, Package, packageAt, packages, pushId } from "../lock/tables";
import { isAddress } from "../lock/url";
import { Column, REQUEST } from "../memory/arena";
import { indexOf } from "../memory/bytes";
import { textAddress, textSize } from "../memory/intern";
import { failed } from "../memory/status";
import { ResolveRequest, Selection, selections } from "../resolve/resolution";
import { packageIn } from "./order";
import { output, put, putEscaped, putQuote, putString, putText } from "./output";
import { putHash } from "./places";
import { keepProblems, lastTarget, resolveNext, startTargets, targetAt, targets } from "./targets";
import {
  choiceOf,
  dependencies,
  firstVariant,
  gather,
  startChoices,
  startVariants,
  Variant,
  variantAt,
} from "./variants";

/** A package as some target selects it, in the order of the output. Read by hosts (src/core/abi.ts, SELECTED_*). */
@unmanaged
export class Selected {
  package: u32;
  kind: u32;
  /** Offset in the output, without the comma and line feed behind it. */
  offset: u32;
  size: u32;
}

export const selected: Column<Selected> = changetype<Column<Selected>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));
/** Rows of `selected`: slices of the targets. */
export const choices: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));

/** Resolves every target of the request, and writes what they select. */
export function resolveTargets(request: ResolveRequest): void {
  if (!startVariants()) return;
  startTargets(request);
  while (resolveNext(request.flags)) {
    startChoices();
    if (lastTarget().status != STATUS_OK) continue;
    keepProblems();
    for (let i: u32 = 0; i < selections.count; i++) {
      const selection = changetype<Selection>(selections.at(i));
      gather(selection, selection.artifact, selection.kind);
    }
  }
  if (!failed()) write();
}

function write(): void {
  // For each package its first row of `selected`.
  const rows = firstRows;
  if (!rows.fill(packages.count)) return;
  // So that the output, which is large, needs not move while it grows.
  selected.reserve(packages.count);
  for (let place: u32 = 0; place < packages.count && !failed(); place++) {
    const row = packageIn(place);
    store<u32>(rows.at(row), selected.count);
    for (let each = firstVariant(row); each != 0; each = variantAt(each).next) {
      const address = selected.push();
      if (address == 0) return;
      if (selected.count != 1) put(",\n");
      const offset = output.count;
      writePackage(packageAt(row), variantAt(each));
      const entry = changetype<Selected>(address);
      entry.package = row;
      entry.kind = variantAt(each).mark;
      entry.offset = offset;
      entry.size = output.count - offset;
    }
  }
  for (let index: u32 = 0; index < targets.count; index++) {
    const target = targetAt(index);
    target.variants = choices.count;
    for (let place: u32 = 0; place < packages.count; place++) {
      const row = packageIn(place);
      const chosen = choiceOf(index, row);
      if (chosen != 0) pushId(choices, idAt(rows, row) + chosen - 1);
    }
    target.variantsSize = choices.count - target.variants;
  }
}

const firstRows: Column<u32> = changetype<Column<u32>>(memory.data<u32>([0, 0, 0, 0, REQUEST]));

function writePackage(item: Package, variant: Variant): void {
  put('        {\n          "name": ');
  putText(item.name);
  put(',\n          "version": ');
  putText(item.version);
  put(',\n          "kind": "');
  put(kindWord(variant.mark));
  put('",\n          "artifact": ');
  if (variant.file != NONE) writeFile(variant.file);
  else writeSource(item, variant.mark);
  put(',\n          "dependencies": [');
  for (let i: u32 = 0; i < variant.dependencyCount; i++) {
    put(i == 0 ? "\n            " : ",\n            ");
    putText(idAt(dependencies, variant.dependencies + i));
  }
  put(variant.dependencyCount == 0 ? "]\n        }" : "\n          ]\n        }");
}

/** The chosen file: its name, hash and address; a path is none. */
function writeFile(row: u32): void {
  const artifact = artifactAt(row);
  putString(artifact.name, artifact.nameSize);
  put(',\n          "hash": ');
  putHash(artifact.hash, artifact.hashSize);
  put(',\n          "url": ');
  if (!isAddress(artifact.url, artifact.urlSize)) put("null");
  else putString(artifact.url, artifact.urlSize);
}

/** What the source is, its hash where the lock has one, and its address where it has one of its own. */
function writeSource(item: Package, kind: u32): void {
  const isPlace = kind != KIND_NONE && kind != KIND_HASHES_ONLY;
  if (kind == KIND_GIT) writeRepository(item);
  else putText(isPlace ? item.url : NONE);
  put(',\n          "hash": ');
  const hasHash = kind != KIND_NONE && kind != KIND_GIT && item.artifactCount == 1;
  if (hasHash) putHash(artifactAt(item.artifacts).hash, artifactAt(item.artifacts).hashSize);
  else put("null");
  if (kind == KIND_HASHES_ONLY && (!hasHash || artifactAt(item.artifacts).hashSize == 0)) writeHashes(item);
  put(',\n          "url": ');
  putText(kind == KIND_GIT || kind == KIND_URL ? item.url : NONE);
}

function writeHashes(item: Package): void {
  put(',\n          "hashes": [');
  let count: u32 = 0;
  for (let i: u32 = 0; i < item.artifactCount; i++) {
    const artifact = artifactAt(item.artifacts + i);
    if (artifact.hashSize == 0) continue;
    put(count++ == 0 ? "\n            " : ",\n            ");
    putHash(artifact.hash, artifact.hashSize);
  }
  put(count == 0 ? "]" : "\n          ]");
}

/** uv's own form, which keeps the query: `url?rev=main@commit`; else as pip writes it, with the folder where the project is. */
function writeRepository(item: Package): void {
  putQuote();
  if (item.written != NONE) {
    const address = textAddress(item.written);
    const size = textSize(item.written);
    const hash = indexOf(address, size, 0x23);
    putEscaped(address, hash);
    if (hash != size) put("@");
    if (hash != size) putEscaped(address + hash + 1, size - hash - 1);
  } else {
    putPart(item.url);
    put("@");
    putPart(item.resolved);
    if (item.subdirectory != NONE) {
      put("#subdirectory=");
      putPart(item.subdirectory);
    }
  }
  putQuote();
}

function putPart(id: u32): void {
  if (id == NONE) put("null");
  else putEscaped(textAddress(id), textSize(id));
}

function kindWord(kind: u32): string {
  switch (kind) {
    case KIND_WHEEL:
      return "wheel";
    case KIND_SDIST:
      return "sdist";
    case KIND_GIT:
      return "git";
    case KIND_URL:
      return "url";
    case KIND_FILE:
      return "file";
    case KIND_DIRECTORY:
      return "directory";
    case KIND_EDITABLE:
      return "editable";
    case KIND_HASHES_ONLY:
      return "hashes-only";
    case KIND_PATH:
      return "path";
    case KIND_VIRTUAL:
      return "virtual";
    default:
      return "none";
  }
}
