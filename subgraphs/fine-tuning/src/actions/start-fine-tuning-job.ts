import { randomUUID } from 'node:crypto';
import { storeExamples } from '@fathom/neural/training/store-examples';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid, type NotFound, notFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { checkJobInput, type StartFineTuningJobInput } from '../domain/job-input.ts';
import type { FineTuningJob } from '../domain/records.ts';
import { insertJob, jobById } from '../stores/jobs.ts';
import { dataSetById, ownerOfModel, versionsByIds } from '../stores/known.ts';
import type { Jobs } from './jobs.ts';

/** Checks everything that can be known before the work, then queues the job. Needs `fine-tuning:write`. */
export async function startFineTuningJob(
  jobs: Jobs,
  identity: Identity,
  input: StartFineTuningJobInput,
): Promise<FineTuningJob | NotFound | InvalidInput> {
  requireScope(identity, 'fine-tuning:write');
  const checked = checkJobInput(input);
  if ('problem' in checked) return invalid(checked.problem);
  const refusal = (await refuseBase(jobs, identity, input)) ?? (await refuseName(jobs, identity, input));
  if (refusal) return refusal;
  const examples = await examplesOf(jobs, identity, input);
  if (typeof examples !== 'string') return examples;

  const { steps, ...settings } = checked.settings;
  const id = `job_${randomUUID()}`;
  await jobs.database.transaction((tx) =>
    insertJob(tx, {
      ...settings,
      id,
      tenant: identity.tenant,
      baseVersionId: input.baseVersionId,
      modelName: input.modelName,
      dataSetId: input.dataSetId ?? null,
      examplesUri: examples,
      totalSteps: steps,
      startedBy: identity.subject,
    }),
  );
  await jobs.progress.publish(id);
  jobs.wake();
  return (await jobById(jobs.database, id))!;
}

async function refuseBase(
  { database }: Jobs,
  { tenant }: Identity,
  { baseVersionId }: StartFineTuningJobInput,
) {
  const [base] = await versionsByIds(database, tenant, [baseVersionId]);
  if (!base) return notFound('model version', baseVersionId);
  if (base.kind === 'FULL') return undefined;
  return invalid({
    field: 'input.baseVersionId',
    message: `${base.id} is an adapter; start from a FULL version`,
  });
}

/** The registry decides in the end; this spares a job that could only end there. */
async function refuseName({ database }: Jobs, { tenant }: Identity, { modelName }: StartFineTuningJobInput) {
  const owner = await ownerOfModel(database, modelName);
  if (owner === undefined || owner === tenant) return undefined;
  return invalid({
    field: 'input.modelName',
    message: `"${modelName}" belongs to somebody else; take another name`,
  });
}

/** The artifact that holds the examples. */
async function examplesOf(
  { database, artifacts }: Jobs,
  { tenant }: Identity,
  { dataSetId, examples }: StartFineTuningJobInput,
): Promise<string | NotFound | InvalidInput> {
  if (examples != null) return (await storeExamples(artifacts, examples)).artifactUri;
  const dataSet = await dataSetById(database, tenant, dataSetId!);
  if (!dataSet) return notFound('data set', dataSetId!);
  if (dataSet.artifactUri !== null) return dataSet.artifactUri;
  const message = `Only the record of ${dataSet.id} is kept, not its examples. Store them as a data set of your own.`;
  return invalid({ field: 'input.dataSetId', message });
}
