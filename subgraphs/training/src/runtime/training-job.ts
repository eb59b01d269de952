/**
 * One claimed training run under a worker, until it rests or waits for the next claim.
 *
 *   worker says    done ---> COMPLETED (already, with its version)
 *                  stopped -> CANCELLED if that was asked for, else QUEUED: the service is going, another goes on
 *                  failed --> FAILED with its code
 *                  nothing -> QUEUED, claimed again after a pause; FAILED with WORKER_DIED after too many in a row
 */
import type { Database, Transaction } from '@fathom/platform/database/database';
import { AppError } from '@fathom/platform/errors';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import type { Claim } from '@fathom/platform/jobs/lease-queue';
import { nextMove } from '@fathom/platform/jobs/next-move';
import type { ProgressStream } from '@fathom/platform/jobs/progress-stream';
import { type StopReason, superviseWorker, type WorkerOutcome } from '@fathom/platform/jobs/supervise-worker';
import type { Logger } from '@fathom/platform/logging';
import { registerResult } from '../actions/register-result.ts';
import type { TrainingRun } from '../domain/records.ts';
import { raise } from '../errors.ts';
import {
  checkpointsOfRuns,
  dropCheckpoint,
  dropOldCheckpoints,
  type Move,
  recordCheckpoint,
  recordPoints,
  transition,
  type Writer,
} from '../stores/run-progress.ts';
import { runById, setParameterCount } from '../stores/training-runs.ts';
import { type TrainingMessage, trainingMessage } from '../worker/protocol.ts';
import type { CheckpointFolders } from './checkpoint-folders.ts';
import { specificationOf } from './specification.ts';

export interface TrainingJobOptions {
  readonly database: Database;
  readonly progress: ProgressStream;
  readonly executor: JobExecutor;
  readonly checkpoints: CheckpointFolders;
  readonly threads: number;
  readonly maxCrashes: number;
  readonly logger: Logger;
}

const checkpointsKept = 3;

/** For the job runner: see {@link TrainingJob}. */
export async function runTrainingJob(
  options: TrainingJobOptions,
  claim: Claim,
  signal: AbortSignal,
): Promise<'ended' | 'retry'> {
  const run = await runById(options.database, claim.id);
  return run ? new TrainingJob(options, run, claim, signal).run() : 'ended';
}

class TrainingJob {
  readonly #options: TrainingJobOptions;
  readonly #run: TrainingRun;
  readonly #claim: Claim;
  readonly #writer: Writer;
  readonly #signal: AbortSignal;

  constructor(options: TrainingJobOptions, run: TrainingRun, claim: Claim, signal: AbortSignal) {
    this.#options = options;
    this.#run = run;
    this.#claim = claim;
    this.#writer = { runId: run.id, attempt: claim.attempt };
    this.#signal = signal;
  }

  async run(): Promise<'ended' | 'retry'> {
    if (this.#run.status !== 'QUEUED') await this.#queue('the instance that ran it fell silent');
    if (this.#claim.crashes > this.#options.maxCrashes) {
      const { code, message } = raise('WORKER_DIED', { because: `${this.#claim.crashes} times` });
      await this.#fail(code, message);
      return 'ended';
    }
    const outcome = await this.#supervise();
    this.#options.logger.info({ run: this.#run.id, outcome }, 'a training worker ended');
    return this.#settle(outcome);
  }

  async #supervise(): Promise<WorkerOutcome> {
    const { database, executor, checkpoints, threads } = this.#options;
    try {
      const checkpointFolder = checkpoints.folderOf(this.#run.id);
      return await superviseWorker<TrainingMessage>({
        executor,
        specification: await specificationOf(this.#run, { database, checkpointFolder, threads }),
        messages: trainingMessage,
        onMessage: (message) => this.#receive(message),
        signal: this.#signal,
      });
    } catch (error) {
      // What cannot be otherwise the next time ends the run; the rest, a lost database above all, is claimed again.
      if (error instanceof AppError && !error.retryable && error.code !== 'LEASE_LOST') {
        return { kind: 'failed', code: error.code, message: error.message };
      }
      throw error;
    }
  }

  async #receive(message: TrainingMessage): Promise<void> {
    switch (message.type) {
      case 'phase':
        return this.#move({ to: message.phase, detail: message.detail });
      case 'initialised':
        return setParameterCount(this.#options.database, this.#run.id, message.parameterCount);
      case 'stepped':
        return this.#commit((tx) => recordPoints(tx, this.#writer, message.points));
      case 'checkpointed':
        return this.#keepCheckpoint(message);
      case 'produced':
        return this.#commit((tx) =>
          registerResult(tx, { run: this.#run, writer: this.#writer, produced: message }),
        );
    }
  }

  async #keepCheckpoint({
    step,
    sha256,
    sizeBytes,
  }: TrainingMessage & { type: 'checkpointed' }): Promise<void> {
    let dropped: readonly number[] = [];
    await this.#commit(async (tx) => {
      await recordCheckpoint(tx, this.#writer, { step, sha256, sizeBytes });
      dropped = await dropOldCheckpoints(tx, this.#run.id, checkpointsKept);
    });
    // Only what the database no longer counts on, and after it committed.
    await this.#options.checkpoints.remove(this.#run.id, dropped);
  }

  async #settle(outcome: WorkerOutcome): Promise<'ended' | 'retry'> {
    const next = nextMove(outcome, this.#signal.reason as StopReason | undefined);
    switch (next.kind) {
      case 'nothing':
        return 'ended';
      case 'cancel':
        await this.#move({
          to: 'CANCELLED',
          detail: `stopped on request; resumed, ${await this.#nextStart()}`,
        });
        return 'ended';
      case 'fail':
        if (next.code === 'CHECKPOINT_CORRUPT') await this.#setCheckpointAside();
        await this.#fail(next.code, next.message);
        return 'ended';
      case 'queue':
        await this.#queue(next.why);
        return next.afterCrash ? 'retry' : 'ended';
    }
  }

  async #queue(why: string): Promise<void> {
    const now = await runById(this.#options.database, this.#run.id);
    if (now?.status === 'QUEUED') return;
    await this.#move({ to: 'QUEUED', detail: `${why}; ${await this.#nextStart()}` });
  }

  async #nextStart(): Promise<string> {
    const [newest] = await checkpointsOfRuns(this.#options.database, [this.#run.id]);
    return newest ? `it goes on from the checkpoint of step ${newest.step}` : 'it begins anew';
  }

  #fail(failureCode: string, detail: string): Promise<void> {
    return this.#move({ to: 'FAILED', failureCode, detail });
  }

  async #setCheckpointAside(): Promise<void> {
    const { database, checkpoints } = this.#options;
    const [newest] = await checkpointsOfRuns(database, [this.#run.id]);
    if (!newest) return;
    await database.transaction((tx) => dropCheckpoint(tx, this.#run.id, newest.step));
    await checkpoints.setAside(this.#run.id, newest.step);
  }

  #move(move: Move): Promise<void> {
    return this.#commit((tx) => transition(tx, this.#writer, move));
  }

  async #commit(change: (tx: Transaction) => Promise<void>): Promise<void> {
    await this.#options.database.transaction(change);
    await this.#options.progress.publish(this.#run.id);
  }
}
