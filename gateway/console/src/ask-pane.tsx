import { type FormEvent, useEffect, useMemo, useRef, useState } from 'react';
import askDocument from '../../../schema/operations/ask.graphql?raw';
import { type AskEvent, begin, type Exchange, isRunning, receive } from './exchange.ts';
import { ExchangeView } from './exchange-view.tsx';
import { createStreams } from './graph.ts';

const examples = [
  'What is the capital of France?',
  'Which element has the symbol Au?',
  'What is the currency of Japan?',
  'When does the Lisbon office open?',
];

export function AskPane({ apiKey }: { readonly apiKey: string }) {
  const streams = useMemo(() => createStreams(apiKey), [apiKey]);
  const [exchanges, setExchanges] = useState<readonly Exchange[]>([]);
  const [question, setQuestion] = useState('');
  const unsubscribe = useRef<() => void>(undefined);
  const end = useRef<HTMLDivElement>(null);
  const running = exchanges.some(isRunning);

  useEffect(() => () => void streams.dispose(), [streams]);
  useEffect(() => {
    if (exchanges.length > 0) end.current?.scrollIntoView({ behavior: 'smooth' });
  }, [exchanges]);

  const updateLast = (change: (exchange: Exchange) => Exchange) =>
    setExchanges((all) =>
      all.map((exchange, index) => (index === all.length - 1 ? change(exchange) : exchange)),
    );

  function ask(text: string) {
    setExchanges((all) => [...all, begin(text)]);
    setQuestion('');
    unsubscribe.current = streams.subscribe<{ ask: AskEvent }>(
      { query: askDocument, variables: { input: { question: text } } },
      {
        next: ({ data, errors }) => {
          if (errors)
            updateLast((exchange) => ({ ...exchange, status: 'failed', error: errors[0]?.message ?? '' }));
          else if (data) updateLast((exchange) => receive(exchange, data.ask));
        },
        error: (error) =>
          updateLast((exchange) => ({ ...exchange, status: 'failed', error: describe(error) })),
        complete: () =>
          updateLast((exchange) => (isRunning(exchange) ? { ...exchange, status: 'stopped' } : exchange)),
      },
    );
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const text = question.trim();
    if (text !== '' && !running) ask(text);
  }

  return (
    <section className="ask">
      <div className="exchanges" aria-live="polite">
        {exchanges.length === 0 && (
          <div className="hint">
            <h1>Ask something</h1>
            <p>The answer streams token by token, with who answered, why, and how sure the model was.</p>
            {examples.map((example) => (
              <button type="button" key={example} onClick={() => ask(example)} disabled={apiKey === ''}>
                {example}
              </button>
            ))}
            {apiKey === '' && (
              <p>
                Enter an API key above. The first one is in the start-up banner and in `.fathom/keys/admin`.
              </p>
            )}
          </div>
        )}
        {exchanges.map((exchange) => (
          <ExchangeView key={exchange.key} exchange={exchange} apiKey={apiKey} />
        ))}
        <div ref={end} />
      </div>
      <form onSubmit={submit}>
        <input
          aria-label="Question"
          placeholder="What is the capital of France?"
          value={question}
          onChange={({ target }) => setQuestion(target.value)}
          disabled={apiKey === ''}
        />
        {running ? (
          <button type="button" onClick={() => unsubscribe.current?.()}>
            Stop
          </button>
        ) : (
          <button type="submit" disabled={apiKey === '' || question.trim() === ''}>
            Ask
          </button>
        )}
      </form>
    </section>
  );
}

function describe(error: unknown): string {
  if (Array.isArray(error)) return error.map(({ message }: { message: string }) => message).join(' ');
  if (error instanceof CloseEvent) return error.reason || `The connection was closed (${error.code}).`;
  return error instanceof Error ? error.message : 'The connection was lost.';
}
