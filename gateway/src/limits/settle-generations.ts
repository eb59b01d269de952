/**
 * What generations and texts that were read have used, as inference announces it, settles what was charged for them: once each, in
 * whichever gateway. Those that come at one time, from whichever partition, are settled in one transaction.
 */
import type { Broker, Subscription } from '@fathom/platform/broker/broker';
import type { Database } from '@fathom/platform/database/database';
import { applyEachOnce } from '@fathom/platform/database/inbox';
import { Gathering } from '@fathom/platform/gathering';
import type { Logger } from '@fathom/platform/logging';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { z } from 'zod';
import { type CompletedWork, settle } from '../stores/settlement.ts';

const consumer = 'gateway.budgets';

const generationCompleted = z.object({
  tenant: z.string().min(1),
  traceId: z.string(),
  modelVersionId: z.string().nullable(),
  promptTokens: z.number().nonnegative(),
  completionTokens: z.number().nonnegative(),
  deviceMs: z.number().nonnegative(),
  completedAt: z.coerce.date().nullable(),
});

const textsRead = z.object({
  tenant: z.string().min(1),
  traceId: z.string(),
  modelVersionId: z.string(),
  tokens: z.number().nonnegative(),
  deviceMs: z.number().nonnegative(),
  completedAt: z.coerce.date(),
});

/** Undefined for a payload that cannot be read. */
function workOf(topic: string, payload: unknown): CompletedWork | undefined {
  if (topic === 'texts.read') {
    const { data } = textsRead.safeParse(payload);
    if (!data) return undefined;
    const { modelVersionId, tokens: promptTokens, ...work } = data;
    return { ...work, kind: 'reading', model: nameOf(modelVersionId), promptTokens, completionTokens: 0 };
  }
  const { data } = generationCompleted.safeParse(payload);
  if (!data) return undefined;
  const { modelVersionId, completedAt, ...work } = data;
  const model = modelVersionId === null ? undefined : nameOf(modelVersionId);
  return { ...work, kind: 'generation', model, completedAt: completedAt ?? new Date() };
}

const nameOf = (versionId: string): string | undefined => versionId.split('@')[0];

interface Announced {
  readonly id: string;
  readonly work: CompletedWork;
}

export interface SettlementParts {
  readonly broker: Broker;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export function settleGenerations(parts: SettlementParts): Promise<Subscription> {
  const { broker, database, logger } = parts;
  const tokens = parts.metrics.counter({
    name: 'fathom_gateway_used_tokens_total',
    help: 'Tokens that settled generations and readings of texts have used.',
  });
  const deviceSeconds = parts.metrics.counter({
    name: 'fathom_gateway_used_device_seconds_total',
    help: 'Device time that settled generations and readings of texts have used.',
  });
  /** Which of them were settled now, and not before. */
  const settling = new Gathering<Announced, boolean>({
    async run(messages) {
      const applied = await applyEachOnce(database, { consumer, messages }, (tx, fresh) =>
        settle(
          tx,
          fresh.map(({ work }) => work),
        ),
      );
      return messages.map(({ id }) => applied.has(id));
    },
  });
  return broker.subscribe({
    topics: ['generation.completed', 'texts.read'],
    group: consumer,
    async handle({ id, topic, payload }) {
      const work = workOf(topic, payload);
      if (!work)
        return logger.warn({ messageId: id, topic }, 'work cannot be settled: its event is not readable');
      const isFirst = await settling.add({ id, work });
      if (!isFirst) return;
      tokens.inc(work.promptTokens + work.completionTokens);
      deviceSeconds.inc(work.deviceMs / 1000);
    },
  });
}
