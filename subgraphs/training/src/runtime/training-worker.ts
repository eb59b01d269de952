import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hugePages } from '@fathom/neural/runtime/huge-pages';
import { type ArtifactEnv, artifactEnvOf } from '@fathom/platform/artifacts/artifact-env';
import { createChildProcessExecutor } from '@fathom/platform/jobs/child-process-executor';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import type { Logger } from '@fathom/platform/logging';

export interface TrainingWorkerOptions {
  /** Where artifacts are. */
  readonly artifacts: ArtifactEnv;
  /** 0 to 19. */
  readonly niceness: number;
  readonly logger: Logger;
  readonly onStart?: (pid: number) => void;
}

/** Those that measure a registered version. */
export const createEvaluationWorkers = (options: TrainingWorkerOptions): JobExecutor =>
  createWorkers('evaluate-version', options);

/** Training workers as child processes. They are given the way to the artifacts and nothing else: no database, no broker. */
export const createTrainingWorkers = (options: TrainingWorkerOptions): JobExecutor =>
  createWorkers('main', options);

function createWorkers(
  entry: string,
  { artifacts, niceness, logger, onStart }: TrainingWorkerOptions,
): JobExecutor {
  return createChildProcessExecutor({
    entry: fileURLToPath(new URL(`../worker/${entry}${extname(import.meta.url)}`, import.meta.url)),
    env: { ...artifactEnvOf(artifacts), ...hugePages },
    niceness,
    logger,
    ...(onStart ? { onStart } : {}),
  });
}
