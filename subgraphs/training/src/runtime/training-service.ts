/** The service behind its server: the queue of runs and who works it off, and what is heard from other services. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createGraphQLClient } from '@fathom/platform/client/graphql-client';
import { createIdentitySigner } from '@fathom/platform/identity-token';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import { startJobRunner } from '@fathom/platform/jobs/job-runner';
import { createLeaseQueue } from '@fathom/platform/jobs/lease-queue';
import { createProgressStream } from '@fathom/platform/jobs/progress-stream';
import type { Platform } from '@fathom/platform/platform';
import type { Training } from '../context.ts';
import { runStates } from '../domain/run-states.ts';
import type { Env } from '../env.ts';
import { consumeAdapters } from '../events/fine-tuning-job-completed.ts';
import { consumeTrainingSets } from '../events/training-set-exported.ts';
import { runLog } from '../stores/run-progress.ts';
import { codeVersion } from './code-version.ts';
import { createDataSetFiles } from './data-set-files.ts';
import { runEvaluationJob } from './evaluation-job.ts';
import { createModelChecker } from './model-checker.ts';
import { createSharedWork } from './shared-work.ts';
import { createTaughtKnowledge, noTaughtKnowledge } from './taught-knowledge.ts';
import { runTrainingJob } from './training-job.ts';
import { createEvaluationWorkers } from './training-worker.ts';
import { createUploadFiles } from './upload-files.ts';
import { startUploadSweeper } from './upload-sweeper.ts';
import { createVersionUses, unknownVersionUses } from './version-uses.ts';

export interface TrainingService extends Training {
  /** Lets workers save their state and gives their runs back. */
  close(): Promise<void>;
}

const pollMs = 1_000;
const cancelWaitMs = 5_000;
const sweepEveryMs = 60_000;
/** For a page of what another service knows. */
const peerTimeoutMs = 10_000;
const modelCheckPatienceMs = 600_000;

export async function startTrainingService(
  platform: Platform<Env>,
  executor: JobExecutor,
): Promise<TrainingService> {
  const { database, broker, streams, artifacts, env, logger, metrics } = platform;
  const queue = createLeaseQueue({
    database,
    table: 'training_run',
    activeStates: runStates.active,
    owner: `${hostname()}:${process.pid}`,
    leaseMs: env.TRAINING_LEASE_MS,
  });
  const progress = createProgressStream({
    streams,
    name: 'training-run',
    stored: (runId, after, limit) => runLog.after(database, runId, after, limit),
    isLast: (runId, sequence) => runLog.isLast(database, runId, sequence),
  });
  const job = {
    database,
    progress,
    executor,
    artifacts,
    checkpointsKept: env.TRAINING_CHECKPOINTS_KEPT,
    threads: env.TRAINING_THREADS,
    maxCrashes: env.TRAINING_MAX_CRASHES,
    logger,
  };
  const runner = startJobRunner({
    queue,
    concurrency: env.TRAINING_CONCURRENCY,
    pollMs,
    renewMs: env.TRAINING_LEASE_MS / 4,
    run: (claim, signal) => runTrainingJob(job, claim, signal),
    logger,
  });
  const evaluations = startJobRunner({
    queue: createLeaseQueue({
      database,
      table: 'evaluation_run',
      activeStates: ['QUEUED', 'RUNNING'],
      owner: `${hostname()}:${process.pid}`,
      leaseMs: env.TRAINING_LEASE_MS,
    }),
    // Measuring is short: one at a time beside the runs, in an instance that takes any.
    concurrency: Math.min(1, env.TRAINING_CONCURRENCY),
    pollMs,
    renewMs: env.TRAINING_LEASE_MS / 4,
    run: (claim, signal) =>
      runEvaluationJob(
        {
          database,
          executor: createEvaluationWorkers({ artifacts: env, niceness: env.TRAINING_NICENESS, logger }),
          threads: env.TRAINING_THREADS,
          maxCrashes: env.TRAINING_MAX_CRASHES,
          logger,
        },
        claim,
        signal,
      ),
    logger,
  });
  const consumers = await Promise.all([
    consumeTrainingSets(broker, { database, artifacts, logger }),
    consumeAdapters(broker, { database, artifacts, logger }),
  ]);
  const files = createUploadFiles(join(env.FATHOM_DATA_DIR, 'uploads', 'training'));
  const sweeper = startUploadSweeper({ database, files, everyMs: sweepEveryMs, logger });
  const { IDENTITY_PRIVATE_JWK: privateJwk, IDENTITY_PROOF_KEY: proofKeys } = env;
  const peer = (name: string, url: string | undefined) =>
    url === undefined || privateJwk === undefined
      ? undefined
      : createGraphQLClient({
          url,
          name,
          signer: createIdentitySigner({ privateJwk, issuer: 'training', proofKeys }),
          timeoutMs: peerTimeoutMs,
          logger,
          metrics,
        });
  const deepLearning = peer('deep-learning', env.DEEP_LEARNING_URL);
  const inference = peer('inference', env.INFERENCE_URL);
  const fineTuning = peer('fine-tuning', env.FINE_TUNING_URL);
  return {
    artifacts,
    knowledge: deepLearning ? createTaughtKnowledge(deepLearning) : noTaughtKnowledge,
    runs: { database, progress, queue, wake: runner.wake, cancelWaitMs, codeVersion: codeVersion() },
    evaluations: { database, wake: evaluations.wake },
    versionUses: inference && fineTuning ? createVersionUses({ inference, fineTuning }) : unknownVersionUses,
    dataSetFiles: createDataSetFiles(artifacts),
    uploads: { database, files, lifetimeMs: env.UPLOAD_LIFETIME_MS, once: createSharedWork() },
    models: createModelChecker({
      threads: env.TRAINING_THREADS,
      niceness: env.TRAINING_NICENESS,
      patienceMs: modelCheckPatienceMs,
      logger,
    }),
    async close() {
      await Promise.all([runner.close(), evaluations.close()]);
      await sweeper.close();
      await Promise.all([deepLearning, inference, fineTuning].map((client) => client?.close()));
      await Promise.all(consumers.map((consumer) => consumer.close()));
    },
  };
}
