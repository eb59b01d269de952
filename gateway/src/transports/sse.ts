/**
 * Server-sent events on /graphql, in the distinct connections mode of the GraphQL over SSE protocol: `event: next` for
 * each result and `event: complete` at the end. `curl -N` shows it as it comes.
 */
import { eventStreamHead } from '../http/event-stream.ts';
import type { StreamFormat } from './result-stream.ts';

export const sseFormat: StreamFormat = {
  ...eventStreamHead,
  transport: 'sse',
  opening: '',
  next: (json) => `event: next\ndata: ${json}\n\n`,
  complete: 'event: complete\ndata:\n\n',
};

export function acceptsEventStream(accept: string | undefined): boolean {
  return accept?.includes('text/event-stream') ?? false;
}
