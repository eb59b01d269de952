/**
 * One claim of a job that a worker does, until the job rests or waits for the next claim.
 *
 *   the worker says   done ---> nothing: its last message completed the job
 *                     stopped -> CANCELLED if that was asked for, else QUEUED: the service is going, another goes on
 *                     failed --> FAILED with its code
 *                     nothing -> QUEUED and claimed again after a pause; FAILED after too many in a row, after two for
 *                                want of memory
 */
import { AppError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { Move } from './job-log.ts';
import type { Claim } from './lease-queue.ts';
import { nextMove } from './next-move.ts';
import {
  type StopReason,
  type SuperviseOptions,
  superviseWorker,
  type WorkerOutcome,
} from './supervise-worker.ts';

export type WorkerState = 'QUEUED' | 'CANCELLED' | 'FAILED';

export interface SupervisedJobOptions<Message>
  extends Pick<SuperviseOptions<Message>, 'executor' | 'messages' | 'onMessage'> {
  readonly claim: Claim;
  /** Of the job runner: aborts with a {@link StopReason}. */
  readonly signal: AbortSignal;
  readonly maxCrashes: number;
  readonly logger: Logger;
  /** What the worker is told; an AppError that no repetition mends fails the job. */
  readonly specification: () => Promise<unknown>;
  /** Where the next worker begins, for people: `it goes on from the checkpoint of step 50`. */
  readonly nextStart: () => Promise<string>;
  readonly move: (move: Move<WorkerState>) => Promise<void>;
  /** Whether the job waits for a worker already. */
  readonly isQueued: () => Promise<boolean>;
  /** Before the job fails with this code. */
  readonly beforeFailure?: (code: string) => Promise<void>;
}

export async function superviseJob<Message>(
  options: SupervisedJobOptions<Message>,
): Promise<'ended' | 'retry'> {
  const { claim, signal, move, logger } = options;

  async function queue(why: string): Promise<void> {
    if (await options.isQueued()) return;
    await move({ to: 'QUEUED', detail: `${why}; ${await options.nextStart()}` });
  }

  if (claim.status !== 'QUEUED') await queue('the instance that ran it fell silent');
  if (claim.crashes > options.maxCrashes) {
    const detail = `${claim.crashes} workers in a row ended without a word. Look for memory pressure.`;
    await move({ to: 'FAILED', failureCode: 'WORKER_DIED', detail });
    return 'ended';
  }
  const outcome = await supervise(options);
  logger.info({ job: claim.id, outcome }, 'a worker ended');
  const next = nextMove(outcome, signal.reason as StopReason | undefined, claim.crashes);
  switch (next.kind) {
    case 'nothing':
      return 'ended';
    case 'cancel':
      await move({ to: 'CANCELLED', detail: `stopped on request; resumed, ${await options.nextStart()}` });
      return 'ended';
    case 'fail':
      await options.beforeFailure?.(next.code);
      await move({ to: 'FAILED', failureCode: next.code, detail: next.message });
      return 'ended';
    case 'queue':
      await queue(next.why);
      return next.afterCrash ? 'retry' : 'ended';
  }
}

async function supervise<Message>(options: SupervisedJobOptions<Message>): Promise<WorkerOutcome> {
  try {
    return await superviseWorker({ ...options, specification: await options.specification() });
  } catch (error) {
    // The rest, a lost database above all, is claimed again.
    if (!(error instanceof AppError) || error.retryable || error.code === 'LEASE_LOST') throw error;
    return { kind: 'failed', code: error.code, message: error.message };
  }
}
