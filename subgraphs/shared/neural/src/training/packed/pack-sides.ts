/** Records dealt into a file a side: of what is trained on, of what is held out. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRecordWriter, openRecordFile, type RecordFile } from './record-file.ts';

export interface PackedSides<Side extends string> {
  readonly files: Readonly<Record<Side, RecordFile>>;
  close(): void;
}

/**
 * What `write` adds lies in files that are gone from the folder once they are open: whatever ends the process leaves nothing
 * behind. Throws STORAGE_FULL, and what `write` throws; nothing is left then either.
 */
export async function packSides<Side extends string>(
  { folder, sides }: { readonly folder: string; readonly sides: readonly Side[] },
  write: (add: (side: Side, record: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<PackedSides<Side>> {
  const paths = new Map(sides.map((side) => [side, join(folder, `${side}.records`)]));
  const writers = new Map<Side, Awaited<ReturnType<typeof createRecordWriter>>>();
  const opened = new Map<Side, RecordFile>();
  try {
    for (const [side, path] of paths) writers.set(side, await createRecordWriter(path));
    await write((side, record) => writers.get(side)!.add(record));
    for (const [side, path] of paths) {
      await writers.get(side)!.finish();
      opened.set(side, await openRecordFile(path));
      await rm(path);
    }
    return {
      files: Object.fromEntries(opened) as Record<Side, RecordFile>,
      close: () => closeAll(opened.values()),
    };
  } catch (error) {
    closeAll(opened.values());
    for (const writer of writers.values()) await writer.discard();
    for (const path of paths.values()) await rm(path, { force: true });
    throw error;
  }
}

function closeAll(files: Iterable<RecordFile>): void {
  for (const file of files) file.close();
}
