import type { Identity } from '@fathom/platform/identity';
import { type NotFound, notFound, type WrongState, wrongState } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { workedStates } from '../domain/job-states.ts';
import type { FineTuningJob } from '../domain/records.ts';
import { jobById, jobLog, jobsByIds, transition } from '../stores/jobs.ts';
import type { Jobs } from './jobs.ts';

/**
 * Stops a job and waits a while for the step under way to end: the job comes back CANCELLED, or still running where a
 * step takes longer; its progress then tells. Needs `fine-tuning:write`.
 */
export async function cancelFineTuningJob(
  { database, queue, progress, wake, cancelWaitMs }: Jobs,
  identity: Identity,
  id: string,
): Promise<FineTuningJob | NotFound | WrongState> {
  requireScope(identity, 'fine-tuning:write');
  const [job] = await jobsByIds(database, identity.tenant, [id]);
  if (!job) return notFound('fine-tuning job', id);
  const refusal = await database.transaction(async (tx) => {
    const status = await jobLog.lock(tx, { jobId: id });
    if (!workedStates.includes(status)) {
      const why = status === 'REGISTERING' ? 'its adapter is made and being registered' : 'it is over';
      return wrongState(status, `The job is ${status}: ${why}.`);
    }
    if ((await queue.requestStop(tx, id)) === 'unclaimed') {
      await transition(tx, { jobId: id }, { to: 'CANCELLED', detail: 'stopped on request before it began' });
    }
    return undefined;
  });
  if (refusal) return refusal;
  await progress.publish(id);
  wake();
  for await (const _ of await progress.follow(id, job.lastSequence, AbortSignal.timeout(cancelWaitMs)));
  return (await jobById(database, id))!;
}
