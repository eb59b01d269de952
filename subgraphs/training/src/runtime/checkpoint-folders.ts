import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointPath } from '@fathom/neural/training/training-loop';

/** Where the states of runs are kept: `<data>/checkpoints/training/<run>/step-0000050`. */
export interface CheckpointFolders {
  folderOf(runId: string): string;
  remove(runId: string, steps: readonly number[]): Promise<void>;
  /** Out of the way of a resumption, but there for whoever wants to know what happened to it. */
  setAside(runId: string, step: number): Promise<void>;
}

export function createCheckpointFolders(dataDir: string): CheckpointFolders {
  const folderOf = (runId: string) => join(dataDir, 'checkpoints', 'training', runId);
  return {
    folderOf,
    async remove(runId, steps) {
      for (const step of steps)
        await rm(checkpointPath(folderOf(runId), step), { recursive: true, force: true });
    },
    async setAside(runId, step) {
      const path = checkpointPath(folderOf(runId), step);
      await rm(`${path}.corrupt`, { recursive: true, force: true });
      await rename(path, `${path}.corrupt`).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    },
  };
}
