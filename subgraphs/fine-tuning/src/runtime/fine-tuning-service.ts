/** The service behind its server: the queue of jobs and who works it off, and what is heard from training. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import { startJobRunner } from '@fathom/platform/jobs/job-runner';
import { createLeaseQueue } from '@fathom/platform/jobs/lease-queue';
import { createProgressStream } from '@fathom/platform/jobs/progress-stream';
import type { Platform } from '@fathom/platform/platform';
import type { Jobs } from '../actions/jobs.ts';
import { workedStates } from '../domain/job-states.ts';
import type { Env } from '../env.ts';
import { consumeRegistry } from '../events/registry.ts';
import { jobLog } from '../stores/jobs.ts';
import { runFineTuningJob } from './fine-tuning-job.ts';

export interface FineTuningService {
  readonly jobs: Jobs;
  /** Lets workers save their state and gives their jobs back. */
  close(): Promise<void>;
}

const pollMs = 1_000;
const cancelWaitMs = 5_000;

export async function startFineTuningService(
  platform: Platform<Env>,
  executor: JobExecutor,
): Promise<FineTuningService> {
  const { database, broker, streams, artifacts, env, logger } = platform;
  const queue = createLeaseQueue({
    database,
    table: 'fine_tuning_job',
    activeStates: workedStates,
    owner: `${hostname()}:${process.pid}`,
    leaseMs: env.FINE_TUNING_LEASE_MS,
  });
  const progress = createProgressStream({
    streams,
    name: 'fine-tuning-job',
    stored: (jobId, after, limit) => jobLog.after(database, jobId, after, limit),
    isLast: (jobId, sequence) => jobLog.isLast(database, jobId, sequence),
  });
  const job = {
    database,
    progress,
    executor,
    checkpointsDir: join(env.FATHOM_DATA_DIR, 'checkpoints', 'fine-tuning'),
    threads: env.FINE_TUNING_THREADS,
    maxCrashes: env.FINE_TUNING_MAX_CRASHES,
    logger,
  };
  const runner = startJobRunner({
    queue,
    concurrency: env.FINE_TUNING_CONCURRENCY,
    pollMs,
    renewMs: env.FINE_TUNING_LEASE_MS / 4,
    run: (claim, signal) => runFineTuningJob(job, claim, signal),
    logger,
  });
  const registry = await consumeRegistry(broker, { database, progress, logger });
  return {
    jobs: { database, artifacts, progress, queue, wake: runner.wake, cancelWaitMs },
    async close() {
      await runner.close();
      await registry.close();
    },
  };
}
