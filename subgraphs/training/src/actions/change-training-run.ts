import { randomUUID } from 'node:crypto';
import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import type { LeaseQueue } from '@fathom/platform/jobs/lease-queue';
import type { ProgressStream } from '@fathom/platform/jobs/progress-stream';
import { type NotFound, notFound, type WrongState, wrongState } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import type { TrainingRun } from '../domain/records.ts';
import { runStates } from '../domain/run-states.ts';
import { dataSetsByIds } from '../stores/data-sets.ts';
import { checkpointsOfRuns, runLog, transition } from '../stores/run-progress.ts';
import { runById, runsByIds, setStopAs } from '../stores/training-runs.ts';
import { mayChange } from './ownership.ts';
import { queueRun, type Runs } from './start-training-run.ts';

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
export const cancelTrainingRun = (runs: StoppableRuns, identity: Identity, id: string): Promise<Changed> =>
  stopTrainingRun(runs, identity, { id, as: 'CANCELLED' });

/** The same, but the run comes back PAUSED: to be resumed, not given up. */
export const pauseTrainingRun = (runs: StoppableRuns, identity: Identity, id: string): Promise<Changed> =>
  stopTrainingRun(runs, identity, { id, as: 'PAUSED' });

async function stopTrainingRun(
  runs: StoppableRuns,
  identity: Identity,
  { id, as }: { readonly id: string; readonly as: 'PAUSED' | 'CANCELLED' },
): Promise<Changed> {
  requireScope(identity, 'training:write');
  const { database, queue, progress, wake } = runs;
  const run = await changeableRun(database, identity, id);
  if (!run) return notFound('training run', id);
  const refusal = await database.transaction(async (tx) => {
    const status = await runLog.lock(tx, { jobId: id });
    const stop = (detail: string) => transition(tx, { jobId: id }, { to: as, detail });
    if (status === 'PAUSED' && as === 'CANCELLED') return void (await stop('cancelled while it was paused'));
    if (runStates.isResting(status)) {
      const what = as === 'PAUSED' ? 'paused' : 'cancelled';
      return wrongState(status, `The run is ${status}: only a run that is under way can be ${what}.`);
    }
    await setStopAs(tx, id, as);
    if ((await queue.requestStop(tx, id)) === 'unclaimed') await stop('stopped on request before it began');
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

/** Queues a paused, cancelled or failed run again, to go on from its last checkpoint. Needs `training:write`. */
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
    if (status !== 'PAUSED' && status !== 'CANCELLED' && status !== 'FAILED') {
      return wrongState(
        status,
        `The run is ${status}: only a PAUSED, CANCELLED or FAILED run can be resumed.`,
      );
    }
    const [checkpoint] = await checkpointsOfRuns(tx, [id]);
    if (status === 'FAILED' && !checkpoint) {
      return wrongState(status, 'The run FAILED before its first checkpoint: retry it as a new one.');
    }
    await queue.reset(tx, id);
    await setStopAs(tx, id, null);
    const from = checkpoint ? `goes on from the checkpoint of step ${checkpoint.step}` : 'begins anew';
    await transition(tx, { jobId: id }, { to: 'QUEUED', detail: `resumed by ${identity.subject}; ${from}` });
    return undefined;
  });
  if (refusal) return refusal;
  await progress.publish(id);
  wake();
  return (await runById(database, id))!;
}

/** A new run of the same start, linked to the old one, which stays as it is. Needs `training:write`. */
export async function retryTrainingRun(
  runs: StoppableRuns,
  identity: Identity,
  id: string,
): Promise<Changed> {
  requireScope(identity, 'training:write');
  const old = await changeableRun(runs.database, identity, id);
  if (!old) return notFound('training run', id);
  if (!runStates.isResting(old.status)) {
    return wrongState(old.status, `The run is ${old.status}: only a run that rests can be retried.`);
  }
  const [dataSet] = old.dataSetId ? await dataSetsByIds(runs.database, old.tenant, [old.dataSetId]) : [];
  if (!dataSet?.artifactUri) {
    return wrongState(old.status, 'The run was imported without its examples, so it cannot be repeated.');
  }
  const retried = await queueRun(runs, identity, {
    ...old,
    id: `run_${randomUUID()}`,
    startedBy: identity.subject,
    retryOf: old.id,
    codeVersion: runs.codeVersion,
  });
  return '__typename' in retried ? wrongState(old.status, retried.message) : retried;
}

async function changeableRun(
  database: Database,
  identity: Identity,
  id: string,
): Promise<TrainingRun | undefined> {
  const [run] = await runsByIds(database, identity.tenant, [id]);
  return run && mayChange(identity, run) ? run : undefined;
}
