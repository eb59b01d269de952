import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The disk that tests may fill, named by TEST_SMALL_DISK (`.ci/servers/small-disk.sh` mounts one of 64 MB in memory).
 * Only there is a full disk real, so such tests are in files of their own, `*.real.ts`, which `.ci/contracts` runs.
 */
export function smallDisk(): string {
  const folder = process.env.TEST_SMALL_DISK;
  if (!folder) throw new Error('TEST_SMALL_DISK names no disk; run .ci/servers/small-disk.sh start');
  return folder;
}

/** Takes the space that is left but for so many bytes; gives it back when called. Refuses disks above 1 GB. */
export async function fillDisk(folder: string, leaveBytes = 0): Promise<() => Promise<void>> {
  const { bsize, blocks } = await statfs(folder);
  if (bsize * blocks > 1e9) throw new Error(`${folder} is too large to be filled by a test`);
  const ballast = join(folder, 'ballast');
  const file = await open(ballast, 'w');
  const chunk = Buffer.alloc(64 * 1024);
  try {
    for (;;) {
      const { bavail } = await statfs(folder);
      const free = bavail * bsize - leaveBytes;
      if (free <= 0) break;
      await file.write(chunk, 0, Math.min(chunk.length, free));
    }
  } finally {
    await file.close();
  }
  return () => rm(ballast, { force: true });
}
