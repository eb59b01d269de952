import { join } from 'node:path';
import { removeCheckpoints, setCheckpointAside } from '@fathom/neural/training/checkpoint-folder';
import type { Database } from '@fathom/platform/database/database';
import type { Transaction } from '@fathom/platform/database/transaction';
import { raisePlatform } from '@fathom/platform/errors';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import type { Writer } from '@fathom/platform/jobs/job-log';
import type { Claim } from '@fathom/platform/jobs/lease-queue';
import type { ProgressStream } from '@fathom/platform/jobs/progress-stream';
import { superviseJob } from '@fathom/platform/jobs/supervised-job';
import type { Logger } from '@fathom/platform/logging';
import type { FineTuningJob as JobRecord } from '../domain/records.ts';
import {
  jobById,
  recordCheckpoint,
  recordFinalLoss,
  recordPoints,
  recordPreparation,
  transition,
} from '../stores/jobs.ts';
import { versionsByIds } from '../stores/known.ts';
import {
  type FineTuningMessage,
  type FineTuningSpecification,
  fineTuningMessage,
} from '../worker/protocol.ts';

export interface FineTuningJobOptions {
  readonly database: Database;
  readonly progress: ProgressStream;
  readonly executor: JobExecutor;
  /** Holds one folder of checkpoints a job. */
  readonly checkpointsDir: string;
  readonly threads: number;
  readonly maxCrashes: number;
  readonly logger: Logger;
}

/** One claimed job, for the job runner. */
export async function runFineTuningJob(
  options: FineTuningJobOptions,
  claim: Claim,
  signal: AbortSignal,
): Promise<'ended' | 'retry'> {
  const { database, executor, maxCrashes, logger } = options;
  const record = await jobById(database, claim.id);
  if (!record) return 'ended';
  const job = new FineTuningJob(options, record, claim);
  return superviseJob<FineTuningMessage>({
    claim,
    signal,
    executor,
    maxCrashes,
    logger,
    messages: fineTuningMessage,
    onMessage: (message) => job.receive(message),
    specification: () => job.specification(),
    nextStart: () => job.nextStart(),
    move: (move) => job.commit((tx) => transition(tx, job.writer, move)),
    isQueued: async () => (await jobById(database, record.id))?.status === 'QUEUED',
    beforeFailure: (code) => job.beforeFailure(code),
  });
}

/** What the worker of one job says, made durable and told to followers. */
class FineTuningJob {
  readonly writer: Writer;
  readonly #checkpointFolder: string;
  readonly #options: FineTuningJobOptions;
  readonly #job: JobRecord;

  constructor(options: FineTuningJobOptions, job: JobRecord, { attempt }: Claim) {
    this.writer = { jobId: job.id, attempt };
    this.#checkpointFolder = join(options.checkpointsDir, job.id);
    this.#options = options;
    this.#job = job;
  }

  async specification(): Promise<FineTuningSpecification> {
    const { id, tenant, baseVersionId, checkpointStep: step, checkpointSha256: sha256, ...job } = this.#job;
    const [base] = await versionsByIds(this.#options.database, tenant, [baseVersionId]);
    if (!base) throw raisePlatform('NOT_FOUND', { because: `version ${baseVersionId}` });
    return {
      jobId: id,
      baseVersionId,
      baseUri: base.artifactUri,
      examplesUri: job.examplesUri,
      rank: job.rank,
      alpha: job.alpha,
      steps: job.totalSteps,
      batchSize: job.batchSize,
      learningRate: job.learningRate,
      seed: job.seed,
      checkpointFolder: this.#checkpointFolder,
      resumeFrom: step === null || sha256 === null ? null : { step, sha256 },
      threads: this.#options.threads,
    };
  }

  async receive(message: FineTuningMessage): Promise<void> {
    switch (message.type) {
      case 'phase':
        return this.commit((tx) =>
          transition(tx, this.writer, { to: message.phase, detail: message.detail }),
        );
      case 'prepared':
        return this.commit((tx) => recordPreparation(tx, this.writer, message));
      case 'stepped':
        return this.commit((tx) => recordPoints(tx, this.writer, message.points));
      case 'checkpointed':
        return this.#keepCheckpoint(message);
      case 'produced':
        return this.commit((tx) => this.#handOver(tx, message));
    }
  }

  async nextStart(): Promise<string> {
    const now = await jobById(this.#options.database, this.#job.id);
    return now?.checkpointStep == null ? 'it begins anew' : `it goes on from step ${now.checkpointStep}`;
  }

  async beforeFailure(code: string): Promise<void> {
    const { checkpointStep } = this.#job;
    if (code !== 'CHECKPOINT_CORRUPT' || checkpointStep === null) return;
    await setCheckpointAside(this.#checkpointFolder, checkpointStep);
  }

  async commit(change: (tx: Transaction) => Promise<void>): Promise<void> {
    await this.#options.database.transaction(change);
    await this.#options.progress.publish(this.#job.id);
  }

  async #keepCheckpoint(saved: FineTuningMessage & { type: 'checkpointed' }): Promise<void> {
    let replaced: number | null = null;
    await this.commit(async (tx) => {
      replaced = await recordCheckpoint(tx, this.writer, saved);
    });
    // Only what the database no longer counts on, and after it committed.
    if (replaced !== null) await removeCheckpoints(this.#checkpointFolder, [replaced]);
  }

  /** The adapter is durable; the registry is told in the transaction that says so. */
  async #handOver(tx: Transaction, produced: FineTuningMessage & { type: 'produced' }): Promise<void> {
    const job = (await jobById(tx, this.#job.id))!;
    await transition(tx, this.writer, {
      to: 'REGISTERING',
      detail: 'the adapter waits for its place in the registry',
    });
    await recordFinalLoss(tx, this.writer, produced.heldOutLoss);
    await tx.publish({
      topic: 'fine-tuning-job.completed',
      key: job.id,
      payload: {
        jobId: job.id,
        tenant: job.tenant,
        modelName: job.modelName,
        baseVersionId: job.baseVersionId,
        artifactUri: produced.artifactUri,
        sizeBytes: produced.sizeBytes,
        rank: job.rank,
        alpha: job.alpha,
        parameterCount: job.parameterCount,
        evaluation: { loss: produced.heldOutLoss, exampleCount: produced.heldOutExamples },
      },
    });
  }
}
