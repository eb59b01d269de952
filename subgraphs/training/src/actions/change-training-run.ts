import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import type { LeaseQueue } from '@fathom/platform/jobs/lease-queue';
import type { ProgressStream } from '@fathom/platform/jobs/progress-stream';
import { type NotFound, notFound, type WrongState, wrongState } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import type { TrainingRun } from '../domain/records.ts';
import { runStates } from '../domain/run-states.ts';
import { checkpointsOfRuns, runLog, transition } from '../stores/run-progress.ts';
import { runById, runsByIds } from '../stores/training-runs.ts';
import { mayChange } from './ownership.ts';
import type { Runs } from './start-training-run.ts';

export interface StoppableRuns extends Runs {
  readonly queue: Pick<LeaseQueue, 'requestStop' | 'reset'>;
  /** How long a cancellation waits for the step under way. */
  readonly cancelWaitMs: number;
}

type Changed = TrainingRun | NotFound | WrongState;

/**
 * Stops a run and waits a while for the step under way to end: the run comes back CANCELLED, or still running where a
 * step takes longer; its progress then tells. Needs `training:write`.
 */
export async function cancelTrainingRun(
  runs: StoppableRuns,
  identity: Identity,
  id: string,
): Promise<Changed> {
  requireScope(identity, 'training:write');
  const { database, queue, progress, wake } = runs;
  const run = await changeableRun(database, identity, id);
  if (!run) return notFound('training run', id);
  const refusal = await database.transaction(async (tx) => {
    const status = await runLog.lock(tx, { jobId: id });
    if (runStates.isResting(status))
      return wrongState(status, `The run is ${status}: only a run that is under way can be cancelled.`);
    if ((await queue.requestStop(tx, id)) === 'unclaimed') {
      await transition(tx, { jobId: id }, { to: 'CANCELLED', detail: 'stopped on request before it began' });
    }
    return undefined;
  });
  if (refusal) return refusal;
  await progress.publish(id);
  wake();
  await restOf(progress, run, runs.cancelWaitMs);
  return (await runById(database, id))!;
}

/** Reads the run's events until it rests. */
async function restOf(
  progress: ProgressStream,
  { id, lastSequence }: TrainingRun,
  waitMs: number,
): Promise<void> {
  const events = await progress.follow(id, lastSequence, AbortSignal.timeout(waitMs));
  for await (const _ of events);
}

/** Queues a cancelled or failed run again, to go on from its last checkpoint. Needs `training:write`. */
export async function resumeTrainingRun(
  runs: StoppableRuns,
  identity: Identity,
  id: string,
): Promise<Changed> {
  requireScope(identity, 'training:write');
  const { database, queue, progress, wake } = runs;
  if (!(await changeableRun(database, identity, id))) return notFound('training run', id);
  const refusal = await database.transaction(async (tx) => {
    const status = await runLog.lock(tx, { jobId: id });
    if (status !== 'CANCELLED' && status !== 'FAILED') {
      return wrongState(status, `The run is ${status}: only a CANCELLED or FAILED run can be resumed.`);
    }
    const [checkpoint] = await checkpointsOfRuns(tx, [id]);
    if (status === 'FAILED' && !checkpoint) {
      return wrongState(status, 'The run FAILED before its first checkpoint: start a new one.');
    }
    await queue.reset(tx, id);
    const from = checkpoint ? `goes on from the checkpoint of step ${checkpoint.step}` : 'begins anew';
    await transition(tx, { jobId: id }, { to: 'QUEUED', detail: `resumed by ${identity.subject}; ${from}` });
    return undefined;
  });
  if (refusal) return refusal;
  await progress.publish(id);
  wake();
  return (await runById(database, id))!;
}

async function changeableRun(
  database: Database,
  identity: Identity,
  id: string,
): Promise<TrainingRun | undefined> {
  const [run] = await runsByIds(database, identity.tenant, [id]);
  return run && mayChange(identity, run) ? run : undefined;
}
