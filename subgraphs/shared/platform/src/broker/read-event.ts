import type { z } from 'zod';
import type { Logger } from '../logging.ts';
import type { DeliveredMessage } from './broker.ts';

/**
 * The payload of a message as its consumer needs it; undefined, and a warning, for one that cannot be read: delivering
 * it again would not change it, and it must not hold up those behind it.
 */
export function readEvent<Schema extends z.ZodType>(
  schema: Schema,
  { id, topic, payload }: Pick<DeliveredMessage, 'id' | 'topic' | 'payload'>,
  logger: Logger,
): z.output<Schema> | undefined {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  logger.warn({ err: parsed.error, messageId: id, topic }, 'a message cannot be read and is passed over');
  return undefined;
}
