import { randomUUID } from 'node:crypto';
import type { Broker, Subscription } from '@fathom/platform/broker/broker';
import type { Database } from '@fathom/platform/database/database';
import { applyOnce } from '@fathom/platform/database/inbox';
import { z } from 'zod';
import { recordUnknownQuestion } from '../stores/unknown-question-store.ts';

const consumer = 'deep-learning.unknown-questions';

const questionUnknown = z.object({ generationId: z.string(), tenant: z.string(), question: z.string() });

/** Counts what nobody could answer, each event once. */
export function consumeUnknownQuestions(broker: Broker, database: Database): Promise<Subscription> {
  return broker.subscribe({
    topics: ['question.unknown'],
    group: consumer,
    handle: async (message) => {
      const event = questionUnknown.parse(message.payload);
      await applyOnce(database, { consumer, messageId: message.id }, (tx) =>
        recordUnknownQuestion(tx, { ...event, id: randomUUID(), askedAt: message.publishedAt }),
      );
    },
  });
}
