import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import type { Transaction } from '@fathom/platform/database/transaction';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import type { Move, Writer } from '@fathom/platform/jobs/job-log';
import type { Claim } from '@fathom/platform/jobs/lease-queue';
import type { ProgressStream } from '@fathom/platform/jobs/progress-stream';
import { superviseJob, type WorkerState } from '@fathom/platform/jobs/supervised-job';
import type { Logger } from '@fathom/platform/logging';
import { registerResult } from '../actions/register-result.ts';
import type { TrainingRun } from '../domain/records.ts';
import {
  checkpointsOfRuns,
  dropCheckpoint,
  dropOldCheckpoints,
  recordCheckpoint,
  recordPoints,
  recordSamples,
  runLog,
  transition,
} from '../stores/run-progress.ts';
import { runById, setParameterCount, setStopReason, stopAsOf } from '../stores/training-runs.ts';
import { type TrainingMessage, trainingMessage } from '../worker/protocol.ts';
import { specificationOf } from './specification.ts';

export interface TrainingJobOptions {
  readonly database: Database;
  readonly progress: ProgressStream;
  readonly executor: JobExecutor;
  readonly artifacts: ArtifactStore;
  /** The newest that a run keeps, beside that of the lowest held-out loss. */
  readonly checkpointsKept: number;
  readonly threads: number;
  readonly maxCrashes: number;
  readonly logger: Logger;
}

/** One claimed training run, for the job runner. */
export async function runTrainingJob(
  options: TrainingJobOptions,
  claim: Claim,
  signal: AbortSignal,
): Promise<'ended' | 'retry'> {
  const { database, executor, threads, maxCrashes, logger } = options;
  const run = await runById(database, claim.id);
  if (!run) return 'ended';
  const job = new TrainingJob(options, run, claim);
  return superviseJob<TrainingMessage>({
    claim,
    signal,
    executor,
    maxCrashes,
    logger,
    messages: trainingMessage,
    onMessage: (message) => job.receive(message),
    specification: () => specificationOf(run, { database, threads }),
    nextStart: () => job.nextStart(),
    move: (move) => job.commit((tx) => job.move(tx, move)),
    isQueued: async () => (await runById(database, run.id))?.status === 'QUEUED',
    beforeFailure: async (code) => {
      if (code === 'CHECKPOINT_CORRUPT') await job.forgetNewestCheckpoint();
    },
  });
}

/** What the worker of one run says, made durable and told to followers. */
class TrainingJob {
  readonly writer: Writer;
  readonly #options: TrainingJobOptions;
  readonly #run: TrainingRun;
  #isDamageNamed = false;

  constructor(options: TrainingJobOptions, run: TrainingRun, { attempt }: Claim) {
    this.writer = { jobId: run.id, attempt };
    this.#options = options;
    this.#run = run;
  }

  async receive(message: TrainingMessage): Promise<void> {
    switch (message.type) {
      case 'phase':
        return this.commit((tx) =>
          transition(tx, this.writer, { to: message.phase, detail: message.detail }),
        );
      case 'initialised':
        return setParameterCount(this.#options.database, this.#run.id, message.parameterCount);
      case 'trained':
        return this.commit(async (tx) => {
          await runLog.lock(tx, this.writer);
          await setStopReason(tx, this.#run.id, message.reason);
        });
      case 'stepped':
        return this.commit((tx) => recordPoints(tx, this.writer, message.points));
      case 'sampled':
        return this.commit((tx) => recordSamples(tx, this.writer, message));
      case 'checkpointed':
        return this.#keepCheckpoint(message);
      case 'damaged':
        this.#isDamageNamed = true;
        return this.#forgetCheckpoint(message.step);
      case 'produced':
        return this.commit((tx) =>
          registerResult(tx, { run: this.#run, writer: this.writer, produced: message }),
        );
    }
  }

  /** A worker that stopped on request leaves the run as the request wanted it: cancelled, or paused. */
  async move(tx: Transaction, move: Move<WorkerState>): Promise<void> {
    if (move.to !== 'CANCELLED') return transition(tx, this.writer, move);
    await runLog.lock(tx, this.writer);
    const to = await stopAsOf(tx, this.#run.id);
    await transition(tx, this.writer, { ...move, to });
  }

  async nextStart(): Promise<string> {
    const newest = await this.#newestCheckpoint();
    return newest ? `it goes on from the checkpoint of step ${newest.step}` : 'it begins anew';
  }

  /** A worker that does not say which checkpoint is damaged can only mean the one it was to go on from. */
  async forgetNewestCheckpoint(): Promise<void> {
    if (this.#isDamageNamed) return;
    const newest = await this.#newestCheckpoint();
    if (newest) await this.#forgetCheckpoint(newest.step);
  }

  /** Its artifact stays where it is, for whoever wants to know what happened to it. */
  async #forgetCheckpoint(step: number): Promise<void> {
    await this.#options.database.transaction((tx) => dropCheckpoint(tx, this.#run.id, step));
  }

  async commit(change: (tx: Transaction) => Promise<void>): Promise<void> {
    await this.#options.database.transaction(change);
    await this.#options.progress.publish(this.#run.id);
  }

  async #keepCheckpoint({ type: _, ...saved }: TrainingMessage & { type: 'checkpointed' }): Promise<void> {
    let dropped: readonly string[] = [];
    await this.commit(async (tx) => {
      const isNew = await recordCheckpoint(tx, this.writer, saved);
      const old = await dropOldCheckpoints(tx, this.#run.id, this.#options.checkpointsKept);
      // Of a step that was taken again the first checkpoint counts.
      dropped = isNew ? old : [...old, saved.artifactUri];
    });
    const kept = await checkpointsOfRuns(this.#options.database, [this.#run.id]);
    // Only what the database no longer counts on, and after it committed.
    for (const uri of dropped) {
      if (!kept.some(({ artifactUri }) => artifactUri === uri)) await this.#remove(uri);
    }
  }

  /** What cannot be removed now costs space, not the run. */
  async #remove(artifactUri: string): Promise<void> {
    try {
      await this.#options.artifacts.remove(artifactUri);
    } catch (error) {
      this.#options.logger.warn({ err: error, artifactUri }, 'an old checkpoint could not be removed');
    }
  }

  async #newestCheckpoint() {
    return (await checkpointsOfRuns(this.#options.database, [this.#run.id]))[0];
  }
}
