/** One question and what came of it, as a reducer over the events of its stream. */
export interface Exchange {
  /** Unique in this page. */
  readonly key: number;
  readonly question: string;
  readonly status: 'asking' | 'streaming' | 'done' | 'failed' | 'stopped';
  readonly text: string;
  readonly generationId?: string;
  readonly cursor?: string;
  readonly routed?: Routed;
  readonly completed?: Completed;
  readonly error?: string;
}

interface Routed {
  readonly service: 'INFERENCE' | 'DEEP_LEARNING';
  readonly reason: string;
  readonly explanation: string;
  readonly score: number | null;
  readonly bound: number | null;
}

interface Completed {
  readonly finishReason: string;
  readonly usage: {
    readonly completionTokens: number;
    readonly timeToFirstTokenMs: number | null;
    readonly tokensPerSecond: number | null;
  };
}

interface Common {
  readonly cursor: string;
  readonly generation: { readonly id: string };
}

/** The events of `schema/operations/ask.graphql`. */
export type AskEvent = Common &
  (
    | { readonly __typename: 'GenerationStarted' }
    | ({ readonly __typename: 'GenerationRouted' } & Routed)
    | { readonly __typename: 'TokenGenerated'; readonly text: string }
    | { readonly __typename: 'TextRetracted'; readonly retractedText: string }
    | ({ readonly __typename: 'GenerationCompleted' } & Completed)
    | { readonly __typename: 'GenerationFailed'; readonly code: string; readonly message: string }
  );

let begun = 0;

export function begin(question: string): Exchange {
  begun += 1;
  return { key: begun, question, status: 'asking', text: '' };
}

export function receive(exchange: Exchange, event: AskEvent): Exchange {
  const next = { ...exchange, cursor: event.cursor, generationId: event.generation.id };
  switch (event.__typename) {
    case 'GenerationStarted':
      return next;
    case 'GenerationRouted':
      return { ...next, routed: event };
    case 'TokenGenerated':
      return { ...next, status: 'streaming', text: exchange.text + event.text };
    case 'TextRetracted':
      return { ...next, text: '' };
    case 'GenerationCompleted':
      return { ...next, status: event.finishReason === 'CANCELLED' ? 'stopped' : 'done', completed: event };
    case 'GenerationFailed':
      return { ...next, status: 'failed', error: `${event.message} (${event.code})` };
  }
}

export function isRunning({ status }: Exchange): boolean {
  return status === 'asking' || status === 'streaming';
}
