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

// Each is written out: a bundle finds its workers by these very expressions.
const trainingEntry = new URL(`../worker/main${extname(import.meta.url)}`, import.meta.url);
const evaluationEntry = new URL(`../worker/evaluate-version${extname(import.meta.url)}`, import.meta.url);

/** Those that measure a registered version. */
export const createEvaluationWorkers = (options: TrainingWorkerOptions): JobExecutor =>
  createWorkers(evaluationEntry, options);

/** Training workers as child processes. They are given the way to the artifacts and nothing else: no database, no broker. */
export const createTrainingWorkers = (options: TrainingWorkerOptions): JobExecutor =>
  createWorkers(trainingEntry, options);

function createWorkers(
  entry: URL,
  { artifacts, niceness, logger, onStart }: TrainingWorkerOptions,
): JobExecutor {
  return createChildProcessExecutor({
    entry: fileURLToPath(entry),
    env: { ...artifactEnvOf(artifacts), ...hugePages },
    niceness,
    logger,
    ...(onStart ? { onStart } : {}),
  });
}
