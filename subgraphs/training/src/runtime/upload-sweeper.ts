/** Removes uploads whose time is over, and bytes that belong to none: of one that was removed while it was written. */
import type { Database } from '@fathom/platform/database/database';
import type { Logger } from '@fathom/platform/logging';
import { deleteExpiredUploads, existingUploads } from '../stores/uploads.ts';
import type { UploadFiles } from './upload-files.ts';

export interface SweeperOptions {
  readonly database: Database;
  readonly files: UploadFiles;
  readonly everyMs: number;
  readonly logger: Logger;
}

export interface Sweeper {
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export function startUploadSweeper({ database, files, everyMs, logger }: SweeperOptions): Sweeper {
  let sweeping: Promise<void> = Promise.resolve();

  async function sweep(): Promise<void> {
    const expired = await deleteExpiredUploads(database);
    for (const id of expired) await files.remove(id);
    if (expired.length > 0)
      logger.info({ uploads: expired.length }, 'uploads that were left alone are removed');
    // Folders first, rows second: an upload whose folder is seen has had its row before.
    const folders = await files.list();
    const existing = await existingUploads(database, folders);
    for (const id of folders) if (!existing.has(id)) await files.remove(id);
  }

  const timer = setInterval(() => {
    sweeping = sweep().catch((error: unknown) =>
      logger.warn({ err: error }, 'uploads that are over could not be removed'),
    );
  }, everyMs);
  timer.unref();

  return {
    sweep,
    async close() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
