import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChildProcessExecutor } from '@fathom/platform/jobs/child-process-executor';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import type { Logger } from '@fathom/platform/logging';

export interface TrainingWorkerOptions {
  readonly dataDir: string;
  /** 0 to 19. */
  readonly niceness: number;
  readonly logger: Logger;
  readonly onStart?: (pid: number) => void;
}

/** Training workers as child processes. They are given the data folder and nothing else: no database, no secret. */
export function createTrainingWorkers({
  dataDir,
  niceness,
  logger,
  onStart,
}: TrainingWorkerOptions): JobExecutor {
  return createChildProcessExecutor({
    entry: fileURLToPath(new URL(`../worker/main${extname(import.meta.url)}`, import.meta.url)),
    env: { FATHOM_DATA_DIR: dataDir },
    niceness,
    logger,
    ...(onStart ? { onStart } : {}),
  });
}
