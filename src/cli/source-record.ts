// pylock2nix.sources.json, beside the lock.

import { RECORD_NAME, readRecord, SourceRecord } from "../answers/record.ts";
import { dirname, join, readIfThere, writeWhole } from "../runtime/node.ts";

export function recordPath(lockPath: string): string {
  return join(dirname(lockPath), RECORD_NAME);
}

/** An empty one when there is none. */
export async function recordBeside(lockPath: string): Promise<SourceRecord> {
  const path = recordPath(lockPath);
  const bytes = await readIfThere(path);
  return bytes === null ? new SourceRecord() : readRecord(bytes, path);
}

/** Whole or not at all. */
export async function writeRecord(lockPath: string, record: SourceRecord): Promise<void> {
  await writeWhole([{ path: recordPath(lockPath), bytes: new TextEncoder().encode(record.text()) }]);
}
