/** What training announces: versions to start from, data sets to train on, and what became of this service's adapters. */
import type { Broker, DeliveredMessage, Subscription } from '@fathom/platform/broker/broker';
import { readEvent } from '@fathom/platform/broker/read-event';
import type { Database } from '@fathom/platform/database/database';
import { applyOnce } from '@fathom/platform/database/inbox';
import type { Transaction } from '@fathom/platform/database/transaction';
import type { Move } from '@fathom/platform/jobs/job-log';
import type { ProgressStream } from '@fathom/platform/jobs/progress-stream';
import type { Logger } from '@fathom/platform/logging';
import { z } from 'zod';
import type { JobStatus } from '../domain/job-states.ts';
import { jobById, transition } from '../stores/jobs.ts';
import { forgetDataSet, forgetVersion, rememberDataSet, rememberVersion } from '../stores/known.ts';

const consumer = 'fine-tuning.registry';

const modelVersionRegistered = z.object({
  versionId: z.string(),
  tenant: z.string(),
  modelName: z.string(),
  kind: z.enum(['FULL', 'ADAPTER']),
  artifactUri: z.string(),
  fineTuningJobId: z.string().nullable(),
});
const modelVersionRemoved = z.object({ versionId: z.string(), tenant: z.string(), modelName: z.string() });
const dataSetRemoved = z.object({ dataSetId: z.string(), tenant: z.string() });
const modelVersionRefused = z.object({ fineTuningJobId: z.string(), reason: z.string() });
const dataSetCreated = z.object({
  dataSetId: z.string(),
  tenant: z.string(),
  artifactUri: z.string().nullable(),
  exampleCount: z.number().int(),
});

export interface RegistryConsumerParts {
  readonly database: Database;
  readonly progress: ProgressStream;
  readonly logger: Logger;
}

export function consumeRegistry(
  broker: Broker,
  { database, progress, logger }: RegistryConsumerParts,
): Promise<Subscription> {
  return broker.subscribe({
    topics: [
      'model-version.registered',
      'model-version.removed',
      'model-version.refused',
      'data-set.created',
      'data-set.removed',
    ],
    group: consumer,
    handle: async (message) => {
      const effect = effectOf(message, logger);
      if (!effect) return;
      let changedJob: string | undefined;
      await applyOnce(database, { consumer, messageId: message.id }, async (tx) => {
        changedJob = await effect(tx);
      });
      if (changedJob) await progress.publish(changedJob);
    },
  });
}

/** Resolves to the job that it ended, if any. */
type Effect = (tx: Transaction) => Promise<string | undefined>;

function effectOf(message: DeliveredMessage, logger: Logger): Effect | undefined {
  switch (message.topic) {
    case 'data-set.created': {
      const event = readEvent(dataSetCreated, message, logger);
      return event && ((tx) => rememberDataSet(tx, { ...event, id: event.dataSetId }).then(() => undefined));
    }
    case 'data-set.removed': {
      const event = readEvent(dataSetRemoved, message, logger);
      return (
        event &&
        ((tx) => forgetDataSet(tx, { id: event.dataSetId, tenant: event.tenant }).then(() => undefined))
      );
    }
    case 'model-version.removed': {
      const event = readEvent(modelVersionRemoved, message, logger);
      return event && ((tx) => forgetVersion(tx, { ...event, id: event.versionId }).then(() => undefined));
    }
    case 'model-version.refused': {
      const event = readEvent(modelVersionRefused, message, logger);
      const failure = { to: 'FAILED', failureCode: 'REGISTRATION_REFUSED' } as const;
      return event && ((tx) => endJob(tx, event.fineTuningJobId, { ...failure, detail: event.reason }));
    }
    default: {
      const event = readEvent(modelVersionRegistered, message, logger);
      return event && ((tx) => recordVersion(tx, event));
    }
  }
}

async function recordVersion(
  tx: Transaction,
  { versionId, ...version }: z.output<typeof modelVersionRegistered>,
): Promise<string | undefined> {
  await rememberVersion(tx, { id: versionId, ...version });
  if (version.fineTuningJobId === null) return undefined;
  return endJob(tx, version.fineTuningJobId, { to: 'COMPLETED', detail: `${versionId} is registered` });
}

/** A job that this database does not know, or that ended already, is left alone. */
async function endJob(tx: Transaction, jobId: string, move: Move<JobStatus>): Promise<string | undefined> {
  const job = await jobById(tx, jobId);
  if (job?.status !== 'REGISTERING') return undefined;
  await transition(tx, { jobId }, move);
  return jobId;
}
