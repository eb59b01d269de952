/**
 * A stream of the graph in a React component: subscribed while the component is there, resumed when it is lost,
 * unsubscribed when it goes.
 *
 *   const { events, status } = useFathomStream(client, AskDocument, { input: { question } });
 */
import type { TypedQueryDocumentNode } from 'graphql';
import { useMemo, useSyncExternalStore } from 'react';
import type { FathomClient } from '../client.ts';
import { createStreamStore, type StreamState } from './stream-store.ts';

export { createFathomClient, type FathomClient, FathomError } from '../client.ts';
export type { StreamState } from './stream-store.ts';

/** Another document, or variables of other values, make another stream. */
export function useFathomStream<Data extends object, Vars extends Readonly<Record<string, unknown>>>(
  client: FathomClient,
  document: string | TypedQueryDocumentNode<Data, Vars>,
  variables: Vars,
): StreamState<Data> {
  const values = JSON.stringify(variables);
  const store = useMemo(
    () => createStreamStore(client, document, JSON.parse(values) as Vars),
    [client, document, values],
  );
  return useSyncExternalStore(store.subscribe, store.current, store.current);
}
