/**
 * What inference learns from other services. Each message has its effect once (inbox), in inference's own tables, so
 * that a restart needs nobody else. Payloads: `schema/events/README.md`; only what is used is read.
 */
import type { Broker, DeliveredMessage } from '@fathom/platform/broker/broker';
import type { Database, Transaction } from '@fathom/platform/database/database';
import { applyOnce } from '@fathom/platform/database/inbox';
import { z } from 'zod';
import { recordAliasMove, recordVersion } from '../stores/model-store.ts';
import { recordForgetting, recordTeaching } from '../stores/taught-question-store.ts';

const modelVersionRegistered = z.object({
  versionId: z.string().min(1),
  modelName: z.string().min(1),
  number: z.number().int().positive(),
  kind: z.enum(['FULL', 'ADAPTER']),
  parentVersionId: z.string().nullish(),
  artifactUri: z.string().min(1),
  sizeBytes: z.number().nonnegative(),
});

const aliasMoved = z.object({
  modelName: z.string().min(1),
  alias: z.string().min(1),
  toVersionId: z.string().min(1),
  at: z.coerce.date(),
});

const knowledgeTaught = z.object({
  knowledgeId: z.string().min(1),
  tenant: z.string().min(1),
  questions: z.array(z.string()),
});

const knowledgeForgotten = z.object({ knowledgeId: z.string().min(1) });

type Effect = (tx: Transaction, payload: unknown) => Promise<void>;

const effects: Readonly<Record<string, Effect>> = {
  'model-version.registered': (tx, payload) => {
    const event = modelVersionRegistered.parse(payload);
    return recordVersion(tx, { ...event, parentVersionId: event.parentVersionId ?? null });
  },
  'alias.moved': (tx, payload) => {
    const { modelName, alias, toVersionId, at } = aliasMoved.parse(payload);
    return recordAliasMove(tx, { modelName, alias, versionId: toVersionId, movedAt: at });
  },
  'knowledge.taught': (tx, payload) => recordTeaching(tx, knowledgeTaught.parse(payload)),
  'knowledge.forgotten': (tx, payload) => recordForgetting(tx, knowledgeForgotten.parse(payload).knowledgeId),
};

const consumer = 'inference';

export function startConsumers({
  broker,
  database,
}: {
  readonly broker: Broker;
  readonly database: Database;
}) {
  return broker.subscribe({
    topics: Object.keys(effects),
    group: consumer,
    handle: (message) => handleMessage(database, message),
  });
}

/** Applies one message; a second delivery changes nothing. */
export async function handleMessage(database: Database, message: DeliveredMessage): Promise<void> {
  const effect = effects[message.topic];
  if (!effect) return;
  await applyOnce(database, { consumer, messageId: message.id }, (tx) => effect(tx, message.payload));
}
