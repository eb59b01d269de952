/**
 * Claims jobs and runs them, at most `concurrency` at once in this instance.
 *
 *   idle --poll or wake--> claim --job--> run --+--> ended: release, claim again
 *                            |                  +--> threw: retry after a pause, counted as a crash at the next claim
 *                            +--nothing--> idle
 *
 * While a job runs its lease is renewed; a stop request or a lost lease aborts the job's signal.
 */
import type { Logger } from '../logging.ts';
import type { Claim, LeaseQueue } from './lease-queue.ts';
import type { StopReason } from './supervise-worker.ts';

export interface JobRunnerOptions {
  readonly queue: LeaseQueue;
  readonly concurrency: number;
  /** How often to look for jobs that nobody announced: those of instances that died. */
  readonly pollMs: number;
  /** Well below the lease. */
  readonly renewMs: number;
  /** Runs a claimed job to a resting state, or until the signal aborts with a {@link StopReason}. */
  readonly run: (claim: Claim, signal: AbortSignal) => Promise<'ended' | 'retry'>;
  readonly logger: Logger;
}

export interface JobRunner {
  /** Looks for work now, and at the stop requests of jobs under way. */
  wake(): void;
  /** Stops claiming, asks the workers to save their state, waits for them and gives the leases back. */
  close(): Promise<void>;
}

export function startJobRunner(options: JobRunnerOptions): JobRunner {
  const { queue, concurrency, logger } = options;
  const running = new Map<
    string,
    { readonly ended: Promise<void>; readonly check: () => void; readonly abort: AbortController }
  >();
  let closed = false;
  let claiming: Promise<void> | undefined;
  let again = false;

  async function claimAll(): Promise<void> {
    do {
      again = false;
      while (!closed && running.size < concurrency) {
        const claim = await queue.claim();
        if (!claim) break;
        begin(claim);
      }
    } while (again && !closed);
  }

  function wake(): void {
    for (const job of running.values()) job.check();
    if (closed) return;
    again = true;
    claiming ??= claimAll()
      .catch((error: unknown) => logger.error({ err: error }, 'jobs could not be claimed; trying again'))
      .finally(() => {
        claiming = undefined;
      });
  }

  function begin(claim: Claim): void {
    const abort = new AbortController();
    const stop = (reason: StopReason) => abort.abort(reason);
    let checking = false;
    const check = () => {
      if (checking) return;
      checking = true;
      queue
        .renew(claim)
        .then((state) => {
          if (state === 'stop-requested') stop('STOP_REQUESTED');
          if (state === 'lost') stop('LEASE_LOST');
        })
        .catch((error: unknown) => logger.warn({ err: error, job: claim.id }, 'a lease could not be renewed'))
        .finally(() => {
          checking = false;
        });
    };
    const timer = setInterval(check, options.renewMs);
    const ended = execute(claim, abort.signal).finally(() => {
      clearInterval(timer);
      running.delete(claim.id);
      wake();
    });
    running.set(claim.id, { ended, check, abort });
    if (closed) stop('SHUTTING_DOWN');
  }

  async function execute(claim: Claim, signal: AbortSignal): Promise<void> {
    try {
      const outcome = await options.run(claim, signal);
      if (outcome === 'ended') await queue.release(claim);
      else await queue.retryAfter(claim, pauseAfterCrash(claim.crashes));
    } catch (error) {
      // Most often the database itself: the lease then runs out, and whoever is there goes on.
      logger.error({ err: error, job: claim.id }, 'a job could not go on here; it is claimed again');
    }
  }

  const poll = setInterval(wake, options.pollMs);
  wake();
  return {
    wake,
    async close() {
      closed = true;
      clearInterval(poll);
      await claiming;
      for (const job of running.values()) job.abort.abort('SHUTTING_DOWN' satisfies StopReason);
      await Promise.all([...running.values()].map((job) => job.ended));
    },
  };
}

/** 0.2 s, doubled with each crash in a row, at most 30 s. */
export function pauseAfterCrash(crashes: number): number {
  return Math.min(200 * 2 ** crashes, 30_000);
}
