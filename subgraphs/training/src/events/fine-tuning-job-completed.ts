import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Broker, Subscription } from '@fathom/platform/broker/broker';
import { readEvent } from '@fathom/platform/broker/read-event';
import { applyOnce } from '@fathom/platform/database/inbox';
import type { Transaction } from '@fathom/platform/database/transaction';
import { z } from 'zod';
import { platformTenant, removedText } from '../domain/records.ts';
import { ensureModel, insertEvaluation, registerVersion, versionById } from '../stores/registry.ts';
import { keepVersion } from '../stores/removals.ts';
import { type ConsumerParts, mayMendItself } from './consumer.ts';

const consumer = 'training.adapters';

const fineTuningJobCompleted = z.object({
  jobId: z.string(),
  tenant: z.string(),
  modelName: z.string(),
  baseVersionId: z.string(),
  artifactUri: z.string(),
  sizeBytes: z.number(),
  parameterCount: z.number(),
  evaluation: z.object({ loss: z.number(), exampleCount: z.number().int() }).nullable(),
});
type FineTuningJobCompleted = z.infer<typeof fineTuningJobCompleted>;

/** An adapter that fine-tuning made becomes a version; its registration is announced with the job's id. */
export function consumeAdapters(
  broker: Broker,
  { database, artifacts, logger }: ConsumerParts,
): Promise<Subscription> {
  async function configOf(artifactUri: string): Promise<AdapterConfig> {
    try {
      const folder = await artifacts.fetch(artifactUri);
      return { config: await readFile(join(folder, 'adapter_config.json'), 'utf8') };
    } catch (error) {
      if (mayMendItself(error)) throw error;
      return { problem: `Its files cannot be read: ${(error as Error).message}` };
    }
  }

  return broker.subscribe({
    topics: ['fine-tuning-job.completed'],
    group: consumer,
    handle: async (message) => {
      const event = readEvent(fineTuningJobCompleted, message, logger);
      if (!event) return;
      const config = await configOf(event.artifactUri);
      await applyOnce(database, { consumer, messageId: message.id }, (tx) =>
        registerAdapter(tx, event, config),
      );
    },
  });
}

type AdapterConfig = { readonly config: string } | { readonly problem: string };

async function registerAdapter(
  tx: Transaction,
  event: FineTuningJobCompleted,
  found: AdapterConfig,
): Promise<void> {
  const refusal = 'problem' in found ? found.problem : await refusalOf(tx, event);
  if (refusal !== undefined || 'problem' in found) {
    const payload = { fineTuningJobId: event.jobId, tenant: event.tenant, reason: refusal };
    return tx.publish({ topic: 'model-version.refused', key: event.jobId, payload });
  }
  const version = await registerVersion(tx, {
    modelName: event.modelName,
    kind: 'ADAPTER',
    parentId: event.baseVersionId,
    trainingRunId: null,
    fineTuningJobId: event.jobId,
    parameterCount: event.parameterCount,
    config: found.config,
    artifactUri: event.artifactUri,
    sizeBytes: event.sizeBytes,
  });
  if (!event.evaluation) return;
  await insertEvaluation(tx, {
    id: `evaluation_${randomUUID()}`,
    versionId: version.id,
    trainingRunId: null,
    suite: 'held-out',
    suiteId: null,
    score: null,
    ...event.evaluation,
    exactMatch: null,
  });
}

async function refusalOf(tx: Transaction, event: FineTuningJobCompleted): Promise<string | undefined> {
  const model = await ensureModel(tx, event.modelName, event.tenant);
  if (model.tenant !== event.tenant) return `The model name "${event.modelName}" belongs to somebody else.`;
  const base = await versionById(tx, event.baseVersionId);
  if (!base || ![event.tenant, platformTenant].includes(base.tenant))
    return `There is no version ${event.baseVersionId}.`;
  const removal = await keepVersion(tx, base.id);
  if (removal) return `${removedText(removal)}.`;
  return undefined;
}
