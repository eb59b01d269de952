/**
 * Server-sent events on /graphql, in the distinct connections mode of the GraphQL over SSE protocol: `event: next` for
 * each result and `event: complete` at the end. `curl -N` shows it as it comes.
 *
 * An event of a subscription that can be continued has its cursor as `id`: whoever comes again with it in `Last-Event-ID`, as the
 * standard's EventSource does by itself, gets what follows.
 */
import { eventStreamHead } from '../http/event-stream.ts';
import type { StreamFormat } from './result-stream.ts';

export const sseFormat: StreamFormat = {
  ...eventStreamHead,
  transport: 'sse',
  opening: '',
  tellsIds: true,
  next: (json, id) => `event: next\n${isId(id) ? `id: ${id}\n` : ''}data: ${json}\n\n`,
  complete: 'event: complete\ndata:\n\n',
};

/** It has to survive a line of this stream, and a header on its way back. */
const isId = (id: string | undefined): boolean => id !== undefined && /^[!-~]+$/.test(id);

export function acceptsEventStream(accept: string | undefined): boolean {
  return accept?.includes('text/event-stream') ?? false;
}
