import { type FormEvent, useEffect, useMemo, useRef, useState } from 'react';
import askDocument from '../../../schema/operations/ask.graphql?raw';
import { createFathomClient, FathomError } from '../../src/client.ts';
import { type AskEvent, begin, type Exchange, isRunning, receive } from './exchange.ts';
import { ExchangeView } from './exchange-view.tsx';

const examples = [
  'What is the capital of France?',
  'Which element has the symbol Au?',
  'What is the currency of Japan?',
  'When does the Lisbon office open?',
];

type AnswerStream = AsyncIterableIterator<{ readonly ask: AskEvent }>;

export function AskPane({ apiKey }: { readonly apiKey: string }) {
  const client = useMemo(() => createFathomClient({ url: location.origin, apiKey }), [apiKey]);
  const [exchanges, setExchanges] = useState<readonly Exchange[]>([]);
  const [question, setQuestion] = useState('');
  const running = useRef<AnswerStream>(undefined);
  const end = useRef<HTMLDivElement>(null);
  const isAnswering = exchanges.some(isRunning);

  useEffect(() => () => void client.close(), [client]);
  useEffect(() => {
    if (exchanges.length > 0) end.current?.scrollIntoView({ behavior: 'smooth' });
  }, [exchanges]);

  const updateLast = (change: (exchange: Exchange) => Exchange) =>
    setExchanges((all) =>
      all.map((exchange, index) => (index === all.length - 1 ? change(exchange) : exchange)),
    );

  /** A lost connection is resumed behind the last event that was shown; Stop leaves the stream, which cancels. */
  async function ask(text: string) {
    setExchanges((all) => [...all, begin(text)]);
    setQuestion('');
    const events: AnswerStream = client.stream(askDocument, { input: { question: text } });
    running.current = events;
    try {
      for await (const event of events) updateLast((exchange) => receive(exchange, event.ask));
      updateLast((exchange) => (isRunning(exchange) ? { ...exchange, status: 'stopped' } : exchange));
    } catch (error) {
      updateLast((exchange) => ({ ...exchange, status: 'failed', error: describe(error) }));
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const text = question.trim();
    if (text !== '' && !isAnswering) void ask(text);
  }

  return (
    <section className="ask">
      <div className="exchanges" aria-live="polite">
        {exchanges.length === 0 && (
          <div className="hint">
            <h1>Ask something</h1>
            <p>The answer streams token by token, with who answered, why, and how sure the model was.</p>
            {examples.map((example) => (
              <button type="button" key={example} onClick={() => void ask(example)} disabled={apiKey === ''}>
                {example}
              </button>
            ))}
            {apiKey === '' && (
              <p>
                Enter an API key above. The first one is in the start-up banner and in{' '}
                <code>.fathom/keys/admin</code>.
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
        {isAnswering ? (
          <button type="button" onClick={() => void running.current?.return?.()}>
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

const refusedKeyCodes = ['UNAUTHENTICATED', 'KEY_REVOKED', 'KEY_EXPIRED'];

function describe(error: unknown): string {
  const { code, message } = FathomError.of(error);
  return refusedKeyCodes.includes(code)
    ? `The API key is not accepted (${code}). Enter a valid one above.`
    : `${message} (${code})`;
}
