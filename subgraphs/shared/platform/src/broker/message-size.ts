import { raisePlatform } from '../errors.ts';
import type { OutgoingMessage } from './broker.ts';

/** Kafka's own default; the embedded log holds to it too, so that what works there works in production. */
export const maxMessageBytes = 1_000_000;

/** Throws BAD_USER_INPUT naming the first message that no broker would take. Large things are artifacts, not events. */
export function refuseOversized(messages: readonly OutgoingMessage[]): void {
  for (const { id, topic, payload } of messages) {
    const bytes = Buffer.byteLength(JSON.stringify(payload ?? null), 'utf8');
    if (bytes <= maxMessageBytes) continue;
    throw raisePlatform('BAD_USER_INPUT', {
      because: `message ${id} for topic ${topic} has ${bytes} bytes; at most ${maxMessageBytes} are allowed`,
      details: { topic, bytes, maxBytes: maxMessageBytes },
    });
  }
}
