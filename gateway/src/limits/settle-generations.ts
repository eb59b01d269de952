/** What generations have used, as inference announces it, settles what was charged for them: once each, in whichever gateway. */
import type { Broker, Subscription } from '@fathom/platform/broker/broker';
import type { Database } from '@fathom/platform/database/database';
import { applyOnce } from '@fathom/platform/database/inbox';
import type { Logger } from '@fathom/platform/logging';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { z } from 'zod';
import { settle } from '../stores/budget-store.ts';

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
    help: 'Tokens that settled generations have used.',
  });
  const deviceSeconds = parts.metrics.counter({
    name: 'fathom_gateway_used_device_seconds_total',
    help: 'Device time that settled generations have used.',
  });
  return broker.subscribe({
    topics: ['generation.completed'],
    group: consumer,
    async handle({ id, payload }) {
      const { success, data } = generationCompleted.safeParse(payload);
      if (!success)
        return logger.warn({ messageId: id }, 'a generation cannot be settled: its event is not readable');
      const outcome = await applyOnce(database, { consumer, messageId: id }, (tx) =>
        settle(tx, {
          ...data,
          model: data.modelVersionId?.split('@')[0],
          completedAt: data.completedAt ?? new Date(),
        }),
      );
      if (outcome === 'duplicate') return;
      tokens.inc(data.promptTokens + data.completionTokens);
      deviceSeconds.inc(data.deviceMs / 1000);
    },
  });
}
