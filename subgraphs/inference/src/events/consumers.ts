/**
 * What inference learns from other services. Each message has its effect once (inbox), in inference's own tables, so
 * that a restart needs nobody else. Payloads: `schema/events/README.md`; only what is used is read.
 */
import type { Broker, DeliveredMessage, Subscription } from '@fathom/platform/broker/broker';
import type { Database } from '@fathom/platform/database/database';
import { applyOnce } from '@fathom/platform/database/inbox';
import type { Transaction } from '@fathom/platform/database/transaction';
import type { Logger } from '@fathom/platform/logging';
import { z } from 'zod';
import { forgetVersion, platformTenant, recordAliasMove, recordVersion } from '../stores/model-store.ts';
import { recordForgetting, recordTeaching } from '../stores/taught-question-store.ts';

const modelVersionRegistered = z.object({
  versionId: z.string().min(1),
  tenant: z.string().min(1).default(platformTenant),
  modelName: z.string().min(1),
  number: z.number().int().positive(),
  kind: z.enum(['FULL', 'ADAPTER']),
  parentVersionId: z.string().nullish(),
  artifactUri: z.string().min(1),
  sizeBytes: z.number().nonnegative(),
});

const modelVersionRemoved = z.object({ versionId: z.string().min(1) });

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

/** What a payload changes, or undefined if it cannot be read. */
type Effect = (payload: unknown) => ((tx: Transaction) => Promise<void>) | undefined;

const effects: Readonly<Record<string, Effect>> = {
  'model-version.registered': effect(modelVersionRegistered, (tx, event) =>
    recordVersion(tx, { ...event, parentVersionId: event.parentVersionId ?? null }),
  ),
  'model-version.removed': effect(modelVersionRemoved, (tx, { versionId }) => forgetVersion(tx, versionId)),
  'alias.moved': effect(aliasMoved, (tx, { modelName, alias, toVersionId, at }) =>
    recordAliasMove(tx, { modelName, alias, versionId: toVersionId, movedAt: at }),
  ),
  'knowledge.taught': effect(knowledgeTaught, recordTeaching),
  'knowledge.forgotten': effect(knowledgeForgotten, (tx, { knowledgeId }) =>
    recordForgetting(tx, knowledgeId),
  ),
};

function effect<Schema extends z.ZodType>(
  schema: Schema,
  apply: (tx: Transaction, event: z.output<Schema>) => Promise<void>,
): Effect {
  return (payload) => {
    const { success, data } = schema.safeParse(payload);
    return success ? (tx) => apply(tx, data) : undefined;
  };
}

const consumer = 'inference';

export interface ConsumerParts {
  readonly broker: Broker;
  readonly database: Database;
  readonly logger: Logger;
}

export function startConsumers(parts: ConsumerParts): Promise<Subscription> {
  return parts.broker.subscribe({
    topics: Object.keys(effects),
    group: consumer,
    handle: (message) => handleMessage(parts, message),
  });
}

/** Applies one message; a second delivery changes nothing, and one that cannot be read is passed over with a warning. */
async function handleMessage(
  { database, logger }: ConsumerParts,
  { id, topic, payload }: DeliveredMessage,
): Promise<void> {
  const change = effects[topic]?.(payload);
  if (!change) return logger.warn({ messageId: id, topic }, 'a message cannot be read and is passed over');
  await applyOnce(database, { consumer, messageId: id }, change);
}
