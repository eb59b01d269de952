/**
 * The events of a stream as a value that changes, for user interfaces. It begins with its first subscriber and is left
 * with its last one, so a component that goes away stops the work.
 *
 *   idle --subscribe--> streaming --end--> done
 *                            \-----error--> failed
 */
import type { TypedQueryDocumentNode } from 'graphql';
import type { FathomClient } from '../client.ts';
import { FathomError } from './fathom-error.ts';

export type StreamState<Data> =
  | { readonly status: 'idle' | 'streaming' | 'done'; readonly events: readonly Data[] }
  | { readonly status: 'failed'; readonly events: readonly Data[]; readonly error: FathomError };

export interface StreamStore<Data> {
  /** Calls back after each change. Returns how to leave. */
  subscribe(onChange: () => void): () => void;
  /** The same object until the next change. */
  current(): StreamState<Data>;
}

export function createStreamStore<Data extends object, Vars extends Readonly<Record<string, unknown>>>(
  client: FathomClient,
  document: string | TypedQueryDocumentNode<Data, Vars>,
  variables: Vars,
): StreamStore<Data> {
  const watchers = new Set<() => void>();
  let state: StreamState<Data> = { status: 'idle', events: [] };
  let stream: AsyncIterableIterator<Data> | undefined;

  function change(next: StreamState<Data>): void {
    state = next;
    for (const watcher of watchers) watcher();
  }

  async function read(events: AsyncIterableIterator<Data>): Promise<void> {
    try {
      for await (const event of events) {
        if (stream !== events) return;
        change({ status: 'streaming', events: [...state.events, event] });
      }
      if (stream === events) change({ status: 'done', events: state.events });
    } catch (error) {
      if (stream === events) change({ status: 'failed', events: state.events, error: FathomError.of(error) });
    }
  }

  return {
    subscribe(onChange) {
      watchers.add(onChange);
      if (!stream) {
        stream = client.stream<Data, Vars>(document, variables);
        change({ status: 'streaming', events: [] });
        void read(stream);
      }
      return () => {
        watchers.delete(onChange);
        if (watchers.size > 0) return;
        void stream?.return?.();
        stream = undefined;
      };
    },
    current: () => state,
  };
}
