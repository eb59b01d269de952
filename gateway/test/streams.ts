/** For tests of streams through a test graph: what one event looks like, a socket without a client library, counts. */
import { WebSocket } from 'ws';
import { collect, type GraphQLAnswer, type TestGraph } from './test-graph.ts';

/** What one event looks like to the client. */
export async function oneEvent(
  graph: TestGraph,
  query: string,
  event: object,
  variables: Record<string, unknown> = {},
): Promise<GraphQLAnswer> {
  const results = collect(graph.client(), query, variables);
  const first = results.next();
  const topic = await graph.chat.nextTopic();
  topic.queue.push({ text: 'one', ...event });
  const answer = await first;
  results.unsubscribe();
  await topic.left.promise;
  return answer;
}

export function saidText({ data }: GraphQLAnswer): string {
  return (data as { said: { text: string } }).said.text;
}

/** A WebSocket without a client library, subscribed and quiet. */
export async function rawSubscription(
  graph: TestGraph,
  query: string,
  apiKey = graph.key,
): Promise<WebSocket> {
  const socket = new WebSocket(`${graph.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey } }));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return socket;
}

/** Events that passed byte for byte, or through the executor. */
export async function eventsBy({ metrics }: TestGraph, way: 'verbatim' | 'executed'): Promise<number> {
  const { values } = await metrics.counter({ name: 'fathom_gateway_stream_events_total', help: '' }).get();
  return values
    .filter(({ labels }) => (labels as { way?: string }).way === way)
    .reduce((sum, { value }) => sum + value, 0);
}
