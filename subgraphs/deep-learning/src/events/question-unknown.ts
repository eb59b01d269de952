import { randomUUID } from 'node:crypto';
import type { Broker, Subscription } from '@fathom/platform/broker/broker';
import { readEvent } from '@fathom/platform/broker/read-event';
import type { Database } from '@fathom/platform/database/database';
import { applyOnce } from '@fathom/platform/database/inbox';
import type { Logger } from '@fathom/platform/logging';
import { z } from 'zod';
import { recordUnknownQuestion } from '../stores/unknown-question-store.ts';

const consumer = 'deep-learning.unknown-questions';

const questionUnknown = z.object({ generationId: z.string(), tenant: z.string(), question: z.string() });

/** Counts what nobody could answer, each event once. A message that cannot be read is logged and passed over. */
export function consumeUnknownQuestions({
  broker,
  database,
  logger,
}: {
  readonly broker: Broker;
  readonly database: Database;
  readonly logger: Logger;
}): Promise<Subscription> {
  return broker.subscribe({
    topics: ['question.unknown'],
    group: consumer,
    handle: async (message) => {
      const event = readEvent(questionUnknown, message, logger);
      if (!event) return;
      await applyOnce(database, { consumer, messageId: message.id }, (tx) =>
        recordUnknownQuestion(tx, { ...event, id: randomUUID(), askedAt: message.publishedAt }),
      );
    },
  });
}
