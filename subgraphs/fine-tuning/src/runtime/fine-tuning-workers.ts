import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChildProcessExecutor } from '@fathom/platform/jobs/child-process-executor';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import type { Logger } from '@fathom/platform/logging';

export interface FineTuningWorkersOptions {
  readonly dataDir: string;
  /** 0 to 19. */
  readonly niceness: number;
  readonly logger: Logger;
  readonly onStart?: (pid: number) => void;
}

/** Workers as child processes. They are given the data folder and nothing else: no database, no secret. */
export function createFineTuningWorkers(options: FineTuningWorkersOptions): JobExecutor {
  const { dataDir, ...rest } = options;
  return createChildProcessExecutor({
    ...rest,
    entry: fileURLToPath(new URL(`../worker/main${extname(import.meta.url)}`, import.meta.url)),
    env: { FATHOM_DATA_DIR: dataDir },
  });
}
