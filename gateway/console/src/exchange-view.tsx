import { useState } from 'react';
import provenanceDocument from '../../../schema/operations/generation-provenance.graphql?raw';
import teachDocument from '../../../schema/operations/teach.graphql?raw';
import { type Exchange, isRunning } from './exchange.ts';
import { request } from './graph.ts';

interface Props {
  readonly exchange: Exchange;
  readonly apiKey: string;
}

export function ExchangeView({ exchange, apiKey }: Props) {
  const isUnknown = exchange.completed?.finishReason === 'ABSTAINED';
  return (
    <article>
      <p className="question">{exchange.question}</p>
      <p className={`answer ${exchange.status}`}>
        {exchange.text}
        {isRunning(exchange) && <span className="caret" />}
      </p>
      {exchange.error && (
        <p className="error" role="alert">
          {exchange.error}
        </p>
      )}
      <ProvenanceLine exchange={exchange} />
      {exchange.status === 'done' && exchange.generationId && (
        <Provenance id={exchange.generationId} apiKey={apiKey} />
      )}
      {isUnknown && <Teach question={exchange.question} apiKey={apiKey} />}
    </article>
  );
}

function ProvenanceLine({ exchange: { routed, completed, status } }: { readonly exchange: Exchange }) {
  if (!routed) return null;
  const speed = completed?.usage.tokensPerSecond;
  const first = completed?.usage.timeToFirstTokenMs;
  return (
    <p className="provenance" title={routed.explanation}>
      <b className={routed.service.toLowerCase()}>{routed.service.replace('_', ' ')}</b>
      <span>{routed.reason.replaceAll('_', ' ').toLowerCase()}</span>
      {routed.score !== null && routed.bound !== null && (
        <span>
          score {routed.score.toFixed(3)} / bound {routed.bound.toFixed(3)}
        </span>
      )}
      {first != null && <span>first token {first.toFixed(0)} ms</span>}
      {speed != null && <span>{speed.toFixed(0)} tokens/s</span>}
      {status === 'stopped' && <span>stopped</span>}
    </p>
  );
}

/** Everything about the answer, from five services in one query. */
function Provenance({ id, apiKey }: { readonly id: string; readonly apiKey: string }) {
  const [shown, setShown] = useState<string>();
  async function load() {
    try {
      setShown(JSON.stringify(await request(apiKey, provenanceDocument, { id }), null, 2));
    } catch (error) {
      setShown((error as Error).message);
    }
  }
  function toggle(details: HTMLDetailsElement) {
    if (!details.open) return;
    if (!shown) void load().then(() => details.scrollIntoView({ block: 'nearest', behavior: 'smooth' }));
    else details.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }
  return (
    <details onToggle={({ currentTarget }) => toggle(currentTarget)}>
      <summary>Where does this come from?</summary>
      <pre>{shown ?? '…'}</pre>
    </details>
  );
}

interface Taught {
  readonly teach: { readonly __typename: string; readonly message?: string };
}

function Teach({ question, apiKey }: { readonly question: string; readonly apiKey: string }) {
  const [answer, setAnswer] = useState('');
  const [outcome, setOutcome] = useState<string>();
  async function teach() {
    try {
      const { teach: result } = await request<Taught>(apiKey, teachDocument, {
        input: { question, answer, source: 'the console' },
      });
      setOutcome(result.message ?? 'Taught. Ask again.');
    } catch (error) {
      setOutcome((error as Error).message);
    }
  }
  if (outcome) return <p className="provenance">{outcome}</p>;
  return (
    <form
      className="teach"
      onSubmit={(event) => {
        event.preventDefault();
        void teach();
      }}
    >
      <input
        aria-label="Answer to teach"
        placeholder="You know? Teach it."
        value={answer}
        onChange={({ target }) => setAnswer(target.value)}
      />
      <button type="submit" disabled={answer.trim() === ''}>
        Teach
      </button>
    </form>
  );
}
